package goodwill

import (
	"context"
	"fmt"
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

// TickDone is one grant that was looked at, and how far it is now.
type TickDone struct {
	Ref   Ref
	State State
	Held  Code // why it could not be reserved
}

// TickFault is one record that could not be worked on. It is claimed again
// later, each time later than the last.
type TickFault struct {
	Ref Ref
	Err error
}

// defaultTick is how many records one Tick takes where no limit is given.
const defaultTick = 100

// Tick looks at everything whose time has come: it pays what is approved and
// need not wait, goes on with what a crash has left reserved or executing, asks
// the payer about what is unknown, ends offers that nobody took up, and forgets
// what need not be kept any longer. Call it every minute or so, from as many
// processes as there are. It returns an error where the store failed to claim;
// records that fail are in Faults.
func (d *Desk) Tick(ctx context.Context, opt TickOptions) (TickResult, error) {
	if d.bound {
		return TickResult{}, fmt.Errorf("goodwill: tick: %w", ErrBound)
	}
	if opt.Limit <= 0 {
		opt.Limit = defaultTick
	}
	req := ClaimRequest{Shops: opt.Shops, Now: d.now(), Lease: d.cfg.Lease, Limit: opt.Limit}
	records, err := d.store.Claim(ctx, req)
	if err != nil {
		return TickResult{}, fmt.Errorf("goodwill: claim: %w", err)
	}
	res := TickResult{More: len(records) == req.PageLimit()}
	for _, rec := range records {
		g, err := d.tickOne(ctx, rec)
		if err != nil {
			res.Faults = append(res.Faults, TickFault{rec.Ref(), err})
			continue
		}
		res.Done = append(res.Done, TickDone{rec.Ref(), g.State, g.Held})
	}
	return res, nil
}

func (d *Desk) tickOne(ctx context.Context, rec Record) (Grant, error) {
	ref := rec.Ref()
	if rec.Kind != RecordGrant {
		return Grant{}, fmt.Errorf("goodwill: %s of kind %q: %w", ref, rec.Kind, ErrCorrupt) // a book has no wake
	}
	g, err := d.load(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	now := d.now()
	switch {
	case g.Wake.IsZero() || g.Wake.After(now):
		return *g, nil // another worker was faster
	case g.State.Ended():
		return d.purge(ctx, ref)
	case (g.State == StateProposed || g.State == StateApproved) && g.over(now):
		return d.expire(ctx, ref)
	case g.State == StateProposed:
		return *g, nil
	}
	after, err := d.advance(ctx, ref, "", WhoSystem)
	if why := held(err); why != "" {
		return d.hold(ctx, ref, why)
	}
	return after, err
}

// expire ends an offer that nobody took up.
func (d *Desk) expire(ctx context.Context, ref Ref) (Grant, error) {
	return d.step(ctx, ref, func(_ context.Context, u *unit, g *Grant) error {
		if g.State != StateProposed && g.State != StateApproved || !g.over(u.now) {
			return nil
		}
		return u.happen(g, EventExpire, WhoSystem, Change{Why: CodeExpired})
	})
}
