package ticket

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Merge puts one matter's two tickets together. The messages stay where they
// are; whatever comes in for the source later goes to the target. A lead may
// merge the tickets of two customers where Override says that they are one.
type Merge struct {
	Override bool
	Reason   string

	target *Ticket
}

func (Merge) event() EventKind             { return EventMerge }
func (m Merge) check(c *check, lim Limits) { lim.checkName(c, "merge.reason", m.Reason, m.Override) }

func (m Merge) body(*Input) Body {
	return Merged{Ticket: m.target.ID, Reason: cleanLine(m.Reason)}
}

// Merged is the body of merge and unmerge, where Ticket is the target, and of
// absorb and release, where it is the source.
type Merged struct {
	Ticket uuid.UUID `json:"ticket"`
	Reason string    `json:"reason,omitempty"`
	// Waiting is since when the source's customer has waited; the target's
	// has waited as long.
	Waiting time.Time `json:"waiting,omitzero"`
}

func (Merged) body() {}

// absorb, release and unmerge are the other halves; only the desk gives them.
type (
	absorb  struct{ source *Ticket }
	release struct{ source *Ticket }
	unmerge struct{ target uuid.UUID }
)

func (absorb) event() EventKind     { return EventAbsorb }
func (absorb) check(*check, Limits) {}
func (a absorb) body(*Input) Body {
	return Merged{Ticket: a.source.ID, Waiting: a.source.WaitingSince}
}

func (release) event() EventKind     { return EventRelease }
func (release) check(*check, Limits) {}
func (r release) body(*Input) Body   { return Merged{Ticket: r.source.ID} }

func (unmerge) event() EventKind     { return EventUnmerge }
func (unmerge) check(*check, Limits) {}
func (u unmerge) body(*Input) Body   { return Merged{Ticket: u.target} }

// guardSameCustomer holds where both tickets are one customer's, or a lead
// takes the responsibility.
func guardSameCustomer(in *Input) []Blocker {
	m, ok := in.Command.(Merge)
	if !ok || m.target == nil {
		return blocked(CodeTransition)
	}
	if m.target.ID == in.Ticket.ID {
		return blocked(CodeSameTicket)
	}
	same := m.target.Customer.Ref != "" && m.target.Customer.Ref == in.Ticket.Customer.Ref
	if same {
		return nil
	}
	if m.Override && in.Actor.Is(RoleLead) {
		return nil
	}
	return blocked(CodeOtherCustomer)
}

// merge notes which ticket this one went into, or how many went into it.
func (t *fold) merge(e Event, b Merged) {
	switch e.Kind {
	case EventMerge:
		t.Links = append(slices.Clip(t.Links), Link{LinkMergedInto, b.Ticket})
	case EventUnmerge:
		t.Links = without(t.Links, func(l Link) bool { return l.Kind == LinkMergedInto })
	case EventAbsorb:
		t.Counters.Merged++
		if !b.Waiting.IsZero() && (t.WaitingSince.IsZero() || b.Waiting.Before(t.WaitingSince)) {
			t.WaitingSince = b.Waiting
		}
	case EventRelease:
		t.Counters.Merged--
	default:
	}
}

// MergeResult is what a merge, an unmerge or a split left behind.
type MergeResult struct {
	Source, Target Ticket
	Repeated       bool // a split that was asked for before, under its key
}

// Merge puts the source into the target, in one commit over both: whoever
// merges at the same time finds one of them changed, so no circle can arise.
// A refusal names what speaks against it on either side.
func (d *Desk) Merge(ctx context.Context, actor Actor, source, target Ref, cmd Merge) (MergeResult, error) {
	var from, into envelope
	u, err := d.run(ctx, OpMerge, source, func(ctx context.Context, u *unit) error {
		if err := d.loadBoth(ctx, actor, source, target, &from, &into); err != nil {
			return err
		}
		cmd.target = &into.Ticket
		asked := from.Ticket
		intoEvents, intoErr := u.decide(&into, actor, absorb{&asked}, CauseCommand)
		fromEvents, fromErr := u.decide(&from, actor, cmd, CauseCommand)
		if err := bothRefuse(fromErr, intoErr); err != nil {
			return err
		}
		return u.changeBoth(ctx, &into, intoEvents, &from, fromEvents)
	})
	if err == nil {
		err = u.reread(ctx, &from, &into)
	}
	return MergeResult{Source: from.Ticket, Target: into.Ticket}, err
}

// Unmerge takes a merged ticket out again: it is where it was before, with
// the timer it had. Messages that came in meanwhile stay with the target.
func (d *Desk) Unmerge(ctx context.Context, actor Actor, source Ref) (MergeResult, error) {
	var from, into envelope
	u, err := d.run(ctx, OpUnmerge, source, func(ctx context.Context, u *unit) error {
		var err error
		if from, err = d.load(ctx, actor, source); err != nil {
			return err
		}
		target, _ := from.Ticket.Linked(LinkMergedInto)
		fromEvents, err := u.decide(&from, actor, unmerge{target}, CauseCommand)
		if err != nil {
			return err
		}
		if into, err = d.load(ctx, actor, Ref{source.Shop, target}); err != nil {
			return err
		}
		intoEvents, err := u.decide(&into, actor, release{&from.Ticket}, CauseCommand)
		if err != nil {
			return err
		}
		return u.changeBoth(ctx, &into, intoEvents, &from, fromEvents)
	})
	if err == nil {
		err = u.reread(ctx, &from, &into)
	}
	return MergeResult{Source: from.Ticket, Target: into.Ticket}, err
}

func (d *Desk) loadBoth(ctx context.Context, actor Actor, a, b Ref, first, second *envelope) error {
	var err error
	if *first, err = d.load(ctx, actor, a); err != nil {
		return err
	}
	if a == b {
		return &Refusal{Event: EventMerge, State: first.Ticket.State, Blockers: blocked(CodeSameTicket)}
	}
	*second, err = d.load(ctx, actor, b)
	return err
}

// bothRefuse brings the refusals of two sides together, so that all blockers
// are listed.
func bothRefuse(main, other error) error {
	a, aok := refusal(main)
	b, bok := refusal(other)
	switch {
	case main != nil && !aok:
		return main
	case other != nil && !bok:
		return other
	case aok && bok:
		a.Blockers = appendNew(a.Blockers, b.Blockers)
		return a
	case aok:
		return a
	case bok:
		return b
	}
	return nil
}

func refusal(err error) (*Refusal, bool) {
	var r *Refusal
	ok := errors.As(err, &r)
	return r, ok
}

// changeBoth concludes and adds two tickets; the second is the one that was
// asked for.
func (u *unit) changeBoth(ctx context.Context, other *envelope, more []Event, main *envelope, events []Event) error {
	more, err := u.conclude(ctx, other, more)
	if err != nil {
		return err
	}
	if err := u.change(ctx, other, more); err != nil {
		return err
	}
	if events, err = u.conclude(ctx, main, events); err != nil {
		return err
	}
	return u.change(ctx, main, events)
}
