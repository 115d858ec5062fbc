package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// ErrNotFound is returned for a job that is not there, or was not given up.
var ErrNotFound = errors.New("jobs: no such failure")

// Failure is one effect that was given up.
type Failure struct {
	ID       int64 // of the job
	Survey   bool  // of an invitation, not of a ticket
	Shop     string
	Record   uuid.UUID // the ticket or the invitation
	Effect   uuid.UUID // the id under which it would have gone out
	What     string    // the kind of event, or of effect
	Attempts int
	At       time.Time // of the last one, on the machine's clock
	Why      string    // what the deliverer said last
}

// Failed returns what was given up, the latest first; at most 500. It has the
// failures of all shops.
func (q *Queue) Failed(ctx context.Context, limit int) ([]Failure, error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	res, err := q.client.JobList(ctx, river.NewJobListParams().
		Kinds(kindTicket, kindSurvey).States(rivertype.JobStateCancelled, rivertype.JobStateDiscarded).
		OrderBy(river.JobListOrderByID, river.SortOrderDesc).First(min(limit, 500)))
	if err != nil {
		return nil, fmt.Errorf("jobs: list: %w", err)
	}
	all := make([]Failure, len(res.Jobs))
	for i, j := range res.Jobs {
		if all[i], err = failureOf(j); err != nil {
			return nil, fmt.Errorf("jobs: job %d: %w", j.ID, err)
		}
	}
	return all, nil
}

func failureOf(j *rivertype.JobRow) (Failure, error) {
	f := Failure{ID: j.ID, Survey: j.Kind == kindSurvey, Attempts: j.Attempt}
	if j.AttemptedAt != nil {
		f.At = j.AttemptedAt.UTC()
	}
	if n := len(j.Errors); n > 0 {
		f.Why = j.Errors[n-1].Error
	}
	if f.Survey {
		var a surveyArgs
		err := json.Unmarshal(j.EncodedArgs, &a)
		f.Shop, f.Record, f.Effect, f.What = a.Effect.Ref.Shop, a.Effect.Ref.ID, a.ID, string(a.Effect.Kind)
		return f, err
	}
	var a ticketArgs
	err := json.Unmarshal(j.EncodedArgs, &a)
	f.Shop, f.Record, f.Effect, f.What = a.Effect.Ref.Shop, a.Effect.Ref.ID, a.ID, string(a.Effect.Kind)
	return f, err
}

// Retry has an effect that was given up tried again, once more at least.
func (q *Queue) Retry(ctx context.Context, id int64) error {
	return q.settle(ctx, id, q.client.JobRetry)
}

// Dismiss forgets an effect that was given up. The mark in its ticket stays.
func (q *Queue) Dismiss(ctx context.Context, id int64) error {
	return q.settle(ctx, id, q.client.JobDelete)
}

func (q *Queue) settle(ctx context.Context, id int64, do func(context.Context, int64) (*rivertype.JobRow, error)) error {
	j, err := q.client.JobGet(ctx, id)
	if err == nil {
		given := j.State == rivertype.JobStateCancelled || j.State == rivertype.JobStateDiscarded
		if !given || (j.Kind != kindTicket && j.Kind != kindSurvey) {
			err = rivertype.ErrNotFound
		} else {
			_, err = do(ctx, id)
		}
	}
	if errors.Is(err, rivertype.ErrNotFound) {
		return fmt.Errorf("job %d: %w", id, ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("jobs: job %d: %w", id, err)
	}
	return nil
}
