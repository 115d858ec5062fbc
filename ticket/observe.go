package ticket

import (
	"context"
	"time"
)

// OpName names an operation of the desk that commits. The set is closed, so
// that it can label a metric.
type OpName string

// The operations.
const (
	OpOpen    OpName = "open"
	OpReceive OpName = "receive"
	OpDo      OpName = "do" // also each ticket of DoAll and Broadcast
	OpMerge   OpName = "merge"
	OpUnmerge OpName = "unmerge"
	OpSplit   OpName = "split"
	OpTouch   OpName = "touch"
	OpTick    OpName = "tick"    // one ticket or block of a Tick
	OpDeliver OpName = "deliver" // what became of effects that were sent
	OpErase   OpName = "erase"
	OpBlock   OpName = "block" // also its changes
)

// Op is one operation that has ended, for metrics and traces. It holds no
// content: a ref, never a name or a word of anybody.
type Op struct {
	Name OpName
	// Ref is the ticket or block; zero where nothing was found or committed.
	Ref Ref
	// Duration is what passed on the desk's clock, tries and all.
	Duration time.Duration
	// Tries counts how often it was planned; more than one where others were
	// faster or an outcome was unknown.
	Tries int
	Err   error
}

// watch runs an operation and tells the observer of it.
func (d *Desk) watch(ctx context.Context, name OpName, ref Ref, run func(context.Context, *int) (*unit, error)) (*unit, error) {
	if d.observe == nil {
		return run(ctx, new(int))
	}
	begun, tries := d.now(), 0
	u, err := run(ctx, &tries)
	if err == nil && ref == (Ref{}) && u != nil {
		ref = u.landedOn()
	}
	d.observe(Op{Name: name, Ref: ref, Duration: d.now().Sub(begun), Tries: tries, Err: err})
	return u, err
}

// landedOn is what a unit was about.
func (u *unit) landedOn() Ref {
	switch n := len(u.commit.Changes); {
	case u.recalled != nil:
		return u.recalled.Ref
	case n > 0:
		return u.commit.Changes[n-1].Next.Ref()
	default:
		return Ref{}
	}
}

// Pinned counts the versions that the clocks of a shop's live tickets are
// pinned to, as "id@version": policies and calendars that a new [sla.PolicySet]
// still has to hold. It reads every live ticket of the actor's shop, page by
// page, and takes an agent or the system.
func (d *Desk) Pinned(ctx context.Context, actor Actor) (map[string]int, error) {
	if actor.Kind != ActorAgent && actor.Kind != ActorSystem {
		return nil, &Refusal{Event: "pinned", Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
	}
	pinned := make(map[string]int)
	q := Query{States: d.rules.workflow.live(), Limit: MaxPage}
	for {
		page, err := d.List(ctx, actor, q)
		if err != nil {
			return nil, err
		}
		for i := range page.Tickets {
			clocks := page.Tickets[i].Clocks
			if p := clocks.Policy(); p != "" {
				pinned[p]++
			}
			for _, c := range clocks.Calendars() {
				pinned[c]++
			}
		}
		if page.Next == nil {
			return pinned, nil
		}
		q.After = page.Next
	}
}

// live are all states, the host's too, in which a ticket is not over.
func (w *Workflow) live() []State {
	var out []State
	for _, s := range w.states {
		if !w.kinds[s].isFinal() {
			out = append(out, s)
		}
	}
	return out
}
