package feedback

import (
	"context"
	"fmt"
	"time"
)

// TickOptions say how much of what is due a Tick takes on.
type TickOptions struct {
	Shops []string // none: all
	Limit int      // records at most, up to MaxPage; default 100
}

// TickResult tells what a Tick did.
type TickResult struct {
	Done   []TickDone
	Faults []TickFault
	// More tells that the limit was reached: call again at once.
	More bool
}

// TickDone is one record that was looked at. State is what it is now; an entry
// that is due shows only that it is.
type TickDone struct {
	Ref       Ref
	Kind      RecordKind
	State     string
	Delivered bool
}

// TickFault is one record that could not be worked on. It is claimed again
// later, each time later than the last.
type TickFault struct {
	Ref Ref
	Err error
}

// defaultTick is how many records one Tick takes where no limit is given.
const defaultTick = 100

// Tick looks at everything whose time has come: it decides again on what waits,
// sends what is pending, reminds once, and ends what was not answered. Call it
// every minute or so, from as many processes as there are: each record is worked
// on by one. It returns an error where the store failed to claim; records that
// fail are in Faults.
func (d *Desk) Tick(ctx context.Context, opt TickOptions) (TickResult, error) {
	if opt.Limit <= 0 {
		opt.Limit = defaultTick
	}
	req := ClaimRequest{Shops: opt.Shops, Now: d.now(), Lease: d.cfg.Lease, Limit: opt.Limit}
	records, err := d.store.Claim(ctx, req)
	if err != nil {
		return TickResult{}, fmt.Errorf("feedback: claim: %w", err)
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
	done := TickDone{Ref: rec.Ref(), Kind: rec.Kind, State: rec.State}
	switch rec.Kind {
	case RecordInvitation:
	case RecordMeasure, RecordLog:
		return done, d.tickEntry(ctx, rec)
	case RecordCustomer:
		fallthrough // it has no wake
	default:
		return done, fmt.Errorf("feedback: %s of kind %q: %w", rec.Ref(), rec.Kind, ErrCorrupt)
	}
	if err := d.advance(ctx, rec.Ref()); err != nil {
		return done, err
	}
	var err error
	if done.Delivered, err = d.Deliver(ctx, rec.Ref()); err != nil {
		return done, err
	}
	i, err := d.load(ctx, rec.Ref())
	if err == nil {
		done.State = string(i.State)
	}
	return done, err
}

// advance does with an invitation what its time has come for.
func (d *Desk) advance(ctx context.Context, ref Ref) error {
	i, err := d.load(ctx, ref)
	if err != nil {
		return err
	}
	if i.State == InvitationWaiting {
		return d.again(ctx, i)
	}
	var stop Code
	if i.remindable(d.now()) {
		if stop, err = d.stopped(ctx, i); err != nil {
			return err
		}
	}
	_, err = d.run(ctx, ref.Shop, func(ctx context.Context, u *unit) error {
		i, err := d.load(ctx, ref)
		if err != nil {
			return err
		}
		switch {
		case i.State != InvitationSent || i.pending != nil:
			return nil
		case !u.now.Before(i.Expires):
			i.end(InvitationExpired)
		case !i.remindable(u.now):
			return nil
		case stop != "":
			i.end(InvitationCancelled, Reason{Code: stop})
		default:
			if err := d.outgoing(u, i, EffectRemind); err != nil {
				return err
			}
		}
		return u.write(i)
	})
	return err
}

// again decides anew on an invitation that waits.
func (d *Desk) again(ctx context.Context, waiting *Invitation) error {
	p, err := d.policyOf(waiting.Policy)
	if err != nil {
		return err
	}
	s, err := d.refreshed(ctx, waiting)
	if err != nil {
		return err
	}
	standing, err := d.standing(ctx, waiting.Shop, waiting.Customer, p.cfg.Medium)
	if err != nil {
		return err
	}
	_, err = d.run(ctx, waiting.Shop, func(ctx context.Context, u *unit) error {
		i, err := d.load(ctx, waiting.Ref())
		if err != nil {
			return err
		}
		if i.State != InvitationWaiting || i.Due.After(u.now) {
			return nil // another worker was faster
		}
		c, err := d.customer(ctx, i.Shop, i.Customer)
		if err != nil {
			return err
		}
		i.Facets = d.facets(s.Facets)
		dec := Invite(p, s, known{standing, c}, d.cfg.Secret, u.now)
		if dec.Verdict == Never {
			i.end(InvitationCancelled, dec.Reasons...)
			u.commit.Release = append(u.commit.Release, matter(i.Shop, i.Subject, i.Cycle))
			return u.write(i)
		}
		return d.decided(u, p, i, c, dec)
	})
	return err
}

// refreshed is the subject of an invitation as the host knows it now.
func (d *Desk) refreshed(ctx context.Context, i *Invitation) (Subject, error) {
	s := Subject{
		Shop: i.Shop, Customer: i.Customer, Ref: i.Subject, Cycle: i.Cycle, Moment: i.Moment, At: i.Happened, Facets: i.Facets,
	}
	if d.cfg.Refresh == nil {
		return s, nil
	}
	fresh, err := d.cfg.Refresh(ctx, s)
	if err != nil {
		return s, fmt.Errorf("feedback: refresh %s: %w", i.Ref(), err)
	}
	fresh.Shop, fresh.Customer, fresh.Ref, fresh.Cycle, fresh.Moment, fresh.At = s.Shop, s.Customer, s.Ref, s.Cycle, s.Moment, s.At
	return fresh, checkSubject(fresh)
}

// remindable reports whether the reminder's time has come.
func (i *Invitation) remindable(now time.Time) bool {
	return i.State == InvitationSent && !i.RemindAt.IsZero() && !now.Before(i.RemindAt) && now.Before(i.Expires)
}
