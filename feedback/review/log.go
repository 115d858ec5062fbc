package review

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/feedback"
)

// Log keeps what happened to reviews in the records of a feedback desk: that they
// came, that they were answered, and every step of every notice. Entries are only
// ever added; feedback.Desk.Erase takes a person's words out of them, and leaves
// what was done. It is safe for concurrent use, as the desk is.
type Log struct{ desk *feedback.Desk }

// NewLog returns the log of a desk.
func NewLog(desk *feedback.Desk) *Log { return &Log{desk} }

// The states of entries.
const (
	stateReview = "review"
	stateAnswer = "review_answer"
	stateNotice = "review_notice"
)

// logVersion is the schema version of an entry's data.
const logVersion = 1

// received is the data of a review that came.
type received struct {
	V          int         `json:"v"`
	Thread     string      `json:"thread"`
	Seen       Seen        `json:"seen"`
	Review     *Review     `json:"review,omitempty"` // gone with its writer
	Assessment *Assessment `json:"assessment,omitempty"`
}

// answered is the data of an answer that was published.
type answered struct {
	V          int        `json:"v"`
	Thread     string     `json:"thread"`
	Visibility Visibility `json:"visibility"`
	At         time.Time  `json:"at"`
	ID         string     `json:"id,omitempty"` // gone with the writer, as is the text
	Text       string     `json:"text,omitempty"`
}

// stepped is the data of a step of a notice.
type stepped struct {
	V    int       `json:"v"`
	Case uuid.UUID `json:"case"`
	N    int       `json:"n"` // from 0
	Step Step      `json:"step"`
}

// encode writes JSON without escaping for HTML, which would make customers'
// words longer.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("review: encode: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// add keeps an entry under an id that is made of what it is. It reports false
// where it is there already.
func (l *Log) add(ctx context.Context, e feedback.Entry, data, rest any) (bool, error) {
	e.Kind = feedback.RecordLog
	var err error
	if e.Data, err = encode(data); err != nil {
		return false, err
	}
	if e.Customer != "" {
		if e.Rest, err = encode(rest); err != nil {
			return false, err
		}
	}
	_, err = l.desk.Keep(ctx, e)
	if !errors.Is(err, feedback.ErrConflict) {
		return err == nil, err
	}
	if _, missing := l.desk.Entry(ctx, feedback.Ref{Shop: e.Shop, ID: e.ID}); missing != nil {
		return false, err // it is no repetition, then
	}
	return false, nil
}

// Receive notes that a review came. It reports false where the same edition is
// there already.
func (l *Log) Receive(ctx context.Context, r *Review, a Assessment) (bool, error) {
	if err := r.Check(); err != nil {
		return false, err
	}
	seen := Seen{Source: r.Source, Stars: r.Stars, Criticality: a.Criticality, At: r.At}
	rest := received{V: logVersion, Thread: r.Thread(), Seen: seen}
	data := rest
	data.Review, data.Assessment = r, &a
	return l.add(ctx, feedback.Entry{
		Shop: r.Shop, ID: id("kulanz/review/received/1", r.Shop, r.Key()), State: stateReview, Customer: r.Person(),
		Labels: []string{"source:" + r.Source, r.Thread()},
	}, data, rest)
}

// Review returns the last edition of a review by its thread, for a reply to it;
// feedback.ErrNotFound where it never came, or its writer was erased.
func (l *Log) Review(ctx context.Context, shop, thread string) (Review, error) {
	var last *Review
	q := feedback.Query{Shop: shop, Kind: feedback.RecordLog, States: []string{stateReview}, Label: thread, Limit: feedback.MaxPage}
	err := l.every(ctx, q, func(e feedback.Entry) error {
		var d received
		if err := decodeEntry(e, &d, &d.V); err != nil {
			return err
		}
		if d.Review != nil && (last == nil || !d.Review.At.Before(last.At)) {
			last = d.Review
		}
		return nil
	})
	if err == nil && last == nil {
		err = fmt.Errorf("review: %s: %w", thread, feedback.ErrNotFound)
	}
	if err != nil {
		return Review{}, err
	}
	return *last, nil
}

// Answer notes that an answer was published. It reports false where one of the
// same visibility is there already.
func (l *Log) Answer(ctx context.Context, r *Review, reply Reply, p Published) (bool, error) {
	if err := reply.Check(); err != nil {
		return false, err
	}
	if r.Source != reply.Source || r.ExternalID != reply.ExternalID || r.Shop != reply.Shop {
		return false, &feedback.Fault{Path: "external_id", Value: "", Reason: "is not that of the review"}
	}
	rest := answered{V: logVersion, Thread: r.Thread(), Visibility: reply.Visibility, At: p.At}
	data := rest
	data.ID, data.Text = p.ID, reply.Text
	return l.add(ctx, feedback.Entry{
		Shop: r.Shop, ID: id("kulanz/review/answered/1", r.Shop, r.Thread(), string(reply.Visibility)), State: stateAnswer,
		Customer: r.Person(), Labels: []string{"source:" + r.Source, r.Thread()},
	}, data, rest)
}

// each reads all entries of a state, oldest first.
func (l *Log) each(ctx context.Context, shop, state string, read func(e feedback.Entry) error) error {
	return l.every(ctx, feedback.Query{Shop: shop, Kind: feedback.RecordLog, States: []string{state}, Limit: feedback.MaxPage}, read)
}

// every reads all entries that a query finds.
func (l *Log) every(ctx context.Context, q feedback.Query, read func(e feedback.Entry) error) error {
	for {
		list, more, err := l.desk.Entries(ctx, q)
		if err != nil {
			return err
		}
		for _, e := range list {
			if err := read(e); err != nil {
				return err
			}
		}
		if q.After = more; more == nil {
			return nil
		}
	}
}

// decodeEntry reads the data of an entry.
func decodeEntry(e feedback.Entry, v any, version *int) error {
	err := json.Unmarshal(e.Data, v)
	if err == nil && *version != logVersion {
		err = errors.New("version " + strconv.Itoa(*version))
	}
	if err != nil {
		return fmt.Errorf("review: %s/%s: %w: %w", e.Shop, e.ID, feedback.ErrCorrupt, err)
	}
	return nil
}

// Seen returns the reviews of a shop as they stand, for [Tally.Add] and
// [Overdue]: of each its last edition, and when it was first answered in public
// or in private. Those of erased persons are among them, without a word.
func (l *Log) Seen(ctx context.Context, shop string) ([]Seen, error) {
	reviews := map[string]Seen{}
	err := l.each(ctx, shop, stateReview, func(e feedback.Entry) error {
		var d received
		if err := decodeEntry(e, &d, &d.V); err != nil {
			return err
		}
		if have, known := reviews[d.Thread]; !known || !d.Seen.At.Before(have.At) {
			reviews[d.Thread] = d.Seen
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = l.each(ctx, shop, stateAnswer, func(e feedback.Entry) error {
		var d answered
		if err := decodeEntry(e, &d, &d.V); err != nil {
			return err
		}
		if s, known := reviews[d.Thread]; known && (s.Answered.IsZero() || d.At.Before(s.Answered)) {
			s.Answered = d.At
			reviews[d.Thread] = s
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	list := make([]Seen, 0, len(reviews))
	for _, thread := range sortedKeys(reviews) {
		list = append(list, reviews[thread])
	}
	slices.SortStableFunc(list, func(a, b Seen) int { return a.At.Compare(b.At) })
	return list, nil
}

// stepID is that of a step of a case: two who add the same step at once cannot
// both.
func stepID(shop string, notice uuid.UUID, n int) uuid.UUID {
	return id("kulanz/review/notice/1", shop, notice.String(), strconv.Itoa(n))
}

// Append adds a step to a notice, which begins with its first. Errors are the
// faults of [Case.Next], and feedback.ErrConflict where somebody else was faster:
// read the case again.
func (l *Log) Append(ctx context.Context, shop string, notice uuid.UUID, s Step) (Case, error) {
	c, _, err := l.Case(ctx, shop, notice)
	if err != nil && !errors.Is(err, feedback.ErrNotFound) {
		return Case{}, err
	}
	n := c.Steps
	next, err := c.Next(&s)
	if err != nil {
		return c, err
	}
	added, err := l.add(ctx, feedback.Entry{
		Shop: shop, ID: stepID(shop, notice, n), State: stateNotice, Customer: s.Person, Labels: []string{"notice:" + notice.String(), c.label(&s)},
	}, stepped{logVersion, notice, n, s}, stepped{logVersion, notice, n, s.Erased()})
	if err == nil && !added {
		err = fmt.Errorf("review: notice %s: %w", notice, feedback.ErrConflict)
	}
	if err != nil {
		return c, err
	}
	return next, nil
}

// label finds the steps of a review.
func (c Case) label(s *Step) string { return cmp.Or(c.Review, s.Review) }

// Case returns a notice with its steps, oldest first; feedback.ErrNotFound where
// there is none.
func (l *Log) Case(ctx context.Context, shop string, notice uuid.UUID) (Case, []Step, error) {
	var c Case
	var steps []Step
	for {
		e, err := l.desk.Entry(ctx, feedback.Ref{Shop: shop, ID: stepID(shop, notice, len(steps))})
		if errors.Is(err, feedback.ErrNotFound) && len(steps) > 0 {
			return c, steps, nil
		}
		if err != nil {
			return Case{}, nil, err
		}
		var d stepped
		if err := decodeEntry(e, &d, &d.V); err != nil {
			return Case{}, nil, err
		}
		c, steps = c.apply(&d.Step), append(steps, d.Step)
	}
}

// Cases returns all notices of a shop by the review that they are about, as
// [Shown] takes them; in each list the oldest first.
func (l *Log) Cases(ctx context.Context, shop string) (map[string][]Case, error) {
	steps := map[uuid.UUID][]stepped{}
	var order []uuid.UUID
	err := l.each(ctx, shop, stateNotice, func(e feedback.Entry) error {
		var d stepped
		if err := decodeEntry(e, &d, &d.V); err != nil {
			return err
		}
		if steps[d.Case] == nil {
			order = append(order, d.Case)
		}
		steps[d.Case] = append(steps[d.Case], d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	cases := map[string][]Case{}
	for _, notice := range order {
		list := steps[notice]
		slices.SortFunc(list, func(a, b stepped) int { return cmp.Compare(a.N, b.N) })
		var c Case
		for i := range list {
			c = c.apply(&list[i].Step)
		}
		cases[c.Review] = append(cases[c.Review], c)
	}
	return cases, nil
}
