package ticket

import (
	"context"
	"time"
)

// PlanInput returns what a planner of the desk would be shown if it were asked
// now: for explanations and previews, which change nothing. A customer has no
// business with that: to one, and where the desk has no such planner, it is
// [ErrNotFound].
func (d *Desk) PlanInput(ctx context.Context, actor Actor, ref Ref, planner string) (PlanInput, error) {
	known := false
	for _, p := range d.planners {
		known = known || p.Name() == planner
	}
	if !known || actor.Kind == ActorCustomer {
		return PlanInput{}, ErrNotFound
	}
	env, err := d.load(ctx, actor, ref)
	if err != nil {
		return PlanInput{}, err
	}
	m := env.Memos[planner]
	u := &unit{desk: d, op: new(operation)}
	u.commit.At = d.now().UTC().Truncate(time.Microsecond)
	in := PlanInput{
		Ticket: env.Ticket, Facts: u.facts(ctx, env.Ticket), Memo: m.value(), Now: u.commit.At,
		Clocks: d.Deadlines(env.Ticket, u.commit.At),
	}
	for e, err := range d.eventsAfter(ctx, ref, m.Seq) {
		if err != nil {
			return PlanInput{}, err
		}
		in.Events = append(in.Events, e)
	}
	return in, nil
}
