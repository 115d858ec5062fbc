package jobs

import (
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// The queues. Ticks have one of their own, so that a mail server that is slow to
// answer keeps nobody's deadline from being looked at.
const (
	queueEffects = "kulanz_effects"
	queueTicks   = "kulanz_ticks"
)

// The kinds of job. They stand in the database: renaming one strands its jobs.
const (
	kindTicket = "kulanz_ticket_effect"
	kindSurvey = "kulanz_survey_effect"
	kindTick   = "kulanz_tick"
)

// ticketArgs is one effect of a ticket. ID alone makes it unique.
type ticketArgs struct {
	ID     uuid.UUID     `json:"id" river:"unique"`
	Effect ticket.Effect `json:"effect"`
}

// Kind implements [river.JobArgs].
func (ticketArgs) Kind() string { return kindTicket }

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (ticketArgs) InsertOpts() river.InsertOpts { return once() }

// surveyArgs is one effect of an invitation.
type surveyArgs struct {
	ID     uuid.UUID       `json:"id" river:"unique"`
	Effect feedback.Effect `json:"effect"`
}

// Kind implements [river.JobArgs].
func (surveyArgs) Kind() string { return kindSurvey }

// InsertOpts implements [river.JobArgsWithInsertOpts].
func (surveyArgs) InsertOpts() river.InsertOpts { return once() }

// maxAttempts is how often an effect is tried, as under ticket.DeskDelivers.
const maxAttempts = 10

// once keeps an effect from being enqueued a second time, also after it went out
// or was given up.
func once() river.InsertOpts {
	return river.InsertOpts{
		Queue: queueEffects, MaxAttempts: maxAttempts,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: rivertype.JobStates()},
	}
}

// tickArgs is one run of what has to be done again and again.
type tickArgs struct {
	Name string `json:"name" river:"unique"`
}

// Kind implements [river.JobArgs].
func (tickArgs) Kind() string { return kindTick }

// insertOpts let one run be enqueued in each period, whoever enqueues it. Being
// unique by name alone would let a worker that was killed hold all others up.
func (tickArgs) insertOpts(every time.Duration) *river.InsertOpts {
	return &river.InsertOpts{
		Queue: queueTicks, MaxAttempts: 1,
		UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: max(every, time.Second)},
	}
}
