package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// errPanic stands for a panic of the host's: what it said may be a customer's.
var errPanic = errors.New("panicked")

// calmly runs fn; its panic is an error.
func calmly(fn func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return fn()
}

// settleTimeout is how long noting may take that a job is done.
const settleTimeout = 5 * time.Second

// settle notes that a job is done, also where the worker was told to stop meanwhile.
// Where that fails River notes it again, a little later.
func settle[A river.JobArgs](ctx context.Context, cfg Config, job *river.Job[A], done func(context.Context, *river.Job[A]) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := done(ctx, job); err != nil {
		cfg.Log.WarnContext(ctx, "not noted at once", "job", job.ID, "error", err)
	}
}

// ticketWorker brings out the effects of tickets.
type ticketWorker struct {
	river.WorkerDefaults[ticketArgs]

	cfg  Config
	done func(context.Context, *river.Job[ticketArgs]) error
}

// Work implements [river.Worker].
func (w *ticketWorker) Work(ctx context.Context, job *river.Job[ticketArgs]) error {
	effect := job.Args.Effect
	out, err := w.cfg.Tickets.Outgoing(ctx, effect)
	if errors.Is(err, ticket.ErrNotFound) {
		return nil // erased since
	}
	if err == nil {
		out.Attempt = job.Attempt
		err = calmly(func() error { return w.cfg.Deliver(ctx, out) })
	}
	if err == nil {
		settle(ctx, w.cfg, job, w.done)
		return nil
	}
	err = fmt.Errorf("%s of %s: %w", effect.Kind, effect.Ref, err)
	if !permanent(err) && job.Attempt < job.MaxAttempts {
		return err
	}
	w.cfg.Log.ErrorContext(ctx, "given up", "ticket", effect.Ref.String(), "seq", effect.Seq, "attempt", job.Attempt)
	if note := w.note(ctx, effect); note != nil {
		return errors.Join(err, fmt.Errorf("note it: %w", note)) // the job itself stays visible
	}
	return river.JobCancel(err)
}

// note leaves a mark in the ticket, once.
func (w *ticketWorker) note(ctx context.Context, e ticket.Effect) error {
	system := ticket.Actor{Kind: ticket.ActorSystem, Shop: e.Ref.Shop}
	_, err := w.cfg.Tickets.Do(context.WithoutCancel(ctx), system, e.Ref, ticket.Keyed{
		Key:     "undelivered|" + e.Event.String(),
		Command: ticket.Observe{What: ticket.WhatUndelivered, Effect: e.Seq},
	})
	return err
}

// surveyWorker sends invitations and reminders.
type surveyWorker struct {
	river.WorkerDefaults[surveyArgs]

	cfg  Config
	done func(context.Context, *river.Job[surveyArgs]) error
}

// Work implements [river.Worker].
func (w *surveyWorker) Work(ctx context.Context, job *river.Job[surveyArgs]) error {
	effect := job.Args.Effect
	out, err := w.cfg.Surveys.Outgoing(ctx, effect)
	if errors.Is(err, feedback.ErrNotFound) {
		return nil // answered, objected or erased since
	}
	if err == nil {
		out.Attempt = job.Attempt
		err = calmly(func() error { return w.cfg.Invite(ctx, out) })
	}
	if err == nil {
		settle(ctx, w.cfg, job, w.done)
		return nil
	}
	err = fmt.Errorf("%s of %s: %w", effect.Kind, effect.Ref, err)
	if permanent(err) {
		w.cfg.Log.ErrorContext(ctx, "given up", "invitation", effect.Ref.String(), "attempt", job.Attempt)
		return river.JobCancel(err)
	}
	return err
}

func permanent(err error) bool {
	return errors.Is(err, ticket.ErrPermanent) || errors.Is(err, ticket.ErrCorrupt) || errors.Is(err, feedback.ErrPermanent)
}

// tickWorker does tasks. One that failed is done again in its next period, so
// its job ends here either way.
type tickWorker struct {
	river.WorkerDefaults[tickArgs]

	cfg Config
}

// Work implements [river.Worker].
func (w *tickWorker) Work(ctx context.Context, job *river.Job[tickArgs]) error {
	i := slices.IndexFunc(w.cfg.Also, func(t Task) bool { return t.Name == job.Args.Name })
	if i < 0 {
		return nil // of another version of the program
	}
	if err := calmly(func() error { return w.cfg.Also[i].Do(ctx) }); err != nil {
		w.cfg.Log.ErrorContext(ctx, "task failed", "task", job.Args.Name, "error", err)
	}
	return nil
}

func (cfg Config) tickTickets(ctx context.Context) error {
	for {
		res, err := cfg.Tickets.Tick(ctx, ticket.TickOptions{})
		for _, f := range res.Faults {
			cfg.Log.ErrorContext(ctx, "tick", "ticket", f.Ref.String(), "error", f.Err)
		}
		if err != nil || !res.More || ctx.Err() != nil {
			return err
		}
	}
}

func (cfg Config) tickSurveys(ctx context.Context) error {
	for {
		res, err := cfg.Surveys.Tick(ctx, feedback.TickOptions{})
		for _, f := range res.Faults {
			cfg.Log.ErrorContext(ctx, "tick", "invitation", f.Ref.String(), "error", f.Err)
		}
		if err != nil || !res.More || ctx.Err() != nil {
			return err
		}
	}
}
