package ticket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Bounds of a tick.
const (
	defaultTick = 100 // tickets of one Tick where no limit is given
	maxDue      = 32  // commands that one ticket is given in one Tick
)

// TickOptions say how much of what is due a Tick takes on.
type TickOptions struct {
	Shops []string // none: all
	Limit int      // tickets at most, up to MaxPage; default 100
}

// TickResult tells what a Tick did.
type TickResult struct {
	Done   []TickDone
	Faults []TickFault
	// More tells that the limit was reached: call again at once.
	More bool
}

// TickDone is one ticket that was looked at, with what came of it.
type TickDone struct {
	Ref       Ref
	Events    []Event
	Delivered int
}

// TickFault is one ticket that could not be worked on. It is claimed again
// later, each time later than the last.
type TickFault struct {
	Ref Ref
	Err error
}

// Tick looks at every ticket whose time has come: it wakes, reminds, closes,
// notes overdue promises and idle tickets, and delivers what is pending. Call
// it every few seconds, from as many processes as there are: each ticket is
// worked on by one. It returns an error where the store failed to claim;
// tickets that fail are in Faults.
func (d *Desk) Tick(ctx context.Context, opt TickOptions) (TickResult, error) {
	if opt.Limit <= 0 {
		opt.Limit = defaultTick
	}
	req := ClaimRequest{
		Shops: opt.Shops, Now: d.now().UTC().Truncate(time.Microsecond), Lease: d.lease, Limit: opt.Limit,
	}
	records, err := d.store.Claim(ctx, req)
	if err != nil {
		return TickResult{}, fmt.Errorf("ticket: claim: %w", err)
	}
	res := TickResult{More: len(records) == req.PageLimit()}
	for _, rec := range records {
		done, err := d.tickOne(ctx, rec)
		if err != nil {
			res.Faults = append(res.Faults, TickFault{rec.Ref(), err})
			continue
		}
		res.Done = append(res.Done, done)
	}
	return res, nil
}

func (d *Desk) tickOne(ctx context.Context, rec Record) (TickDone, error) {
	done := TickDone{Ref: rec.Ref()}
	if rec.Kind == RecordBlock {
		return done, d.tickBlock(ctx, rec)
	}
	if rec.Kind != RecordTicket {
		return done, fmt.Errorf("ticket: record %s of kind %q: %w", rec.Ref(), rec.Kind, ErrCorrupt)
	}
	var faults error
	var env envelope
	first := true
	u, err := d.run(ctx, OpTick, rec.Ref(), func(ctx context.Context, u *unit) error {
		current := rec
		if !first {
			again, err := d.store.Load(ctx, rec.Ref())
			if err != nil {
				return fmt.Errorf("ticket: load %s: %w", rec.Ref(), err)
			}
			current = again
		}
		first = false
		var err error
		if env, err = decodeRecord(current); err != nil {
			return err
		}
		var events []Event
		events, faults = u.giveDue(&env)
		if events, err = u.conclude(ctx, &env, events); err != nil {
			return err
		}
		if len(events) == 0 && env.wake(d.rules).Equal(current.Wake) {
			return nil // only effects are due, or another worker was faster
		}
		return u.change(ctx, &env, events)
	})
	if err != nil {
		return done, err
	}
	landed, err := d.result(ctx, u, env)
	if err != nil {
		return done, err
	}
	done.Events = landed.Events
	if d.rules.asksBot(&env.Ticket) {
		res, err := d.Answer(ctx, rec.Ref())
		done.Events = append(done.Events, res.Events...)
		faults = errors.Join(faults, err)
		done.Delivered, err = d.Deliver(ctx, rec.Ref())
		return done, errors.Join(faults, err)
	}
	done.Delivered, err = d.deliverAfter(ctx, u, env)
	return done, errors.Join(faults, err)
}

// giveDue gives the ticket every command that is due, one after the other. A
// command that the workflow refuses is a fault of the workflow: it must not
// keep the rest from happening.
func (u *unit) giveDue(env *envelope) ([]Event, error) {
	system := Actor{Kind: ActorSystem, Shop: env.Ticket.Shop}
	var events []Event
	for range maxDue {
		cmd := u.desk.rules.Due(&env.Ticket, u.commit.At)
		if cmd == nil {
			return events, nil
		}
		more, err := u.decide(env, system, cmd, CauseTimer)
		if err != nil {
			return events, fmt.Errorf("ticket: %s is due and cannot be: %w", cmd.event(), err)
		}
		events = append(events, more...)
	}
	return events, nil
}
