package ticket

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// conclude lets clocks and planners see what happened, until they have
// nothing more to say, and returns all events of the commit. Clocks come
// first, so every planner sees how the deadlines stand.
func (u *unit) conclude(ctx context.Context, env *envelope, events []Event) ([]Event, error) {
	before := env.Memos
	for round := 1; ; round++ {
		more, err := u.runClocks(ctx, env)
		if err != nil {
			return nil, err
		}
		events = append(events, more...)
		asked, more := u.runPlanners(ctx, env, events, before, round == MaxRounds)
		events = append(events, more...)
		if !asked {
			break
		}
	}
	if len(env.marks) == 0 {
		return events, nil
	}
	more, err := u.runClocks(ctx, env) // what the last round brought about
	return append(events, more...), err
}

// runClocks feeds the ticket's clocks with what happened, and records each
// warning and breach that they reach: once for a metric's cycle.
func (u *unit) runClocks(ctx context.Context, env *envelope) ([]Event, error) {
	d := u.desk
	if d.policies == nil {
		env.Due, env.Alarm, env.marks = time.Time{}, time.Time{}, nil
		return nil, nil
	}
	policy, err := u.policyOf(env)
	if err != nil {
		return nil, err
	}
	if err := u.catchUp(ctx, env); err != nil {
		return nil, err
	}
	var all []Event
	for {
		var outcome sla.Outcome
		env.Clocks, outcome = env.Clocks.Apply(policy, env.marks...)
		env.marks = nil
		var reached []sla.Alert
		env.Clocks, reached = env.Clocks.Look(policy, u.commit.At)
		alerts := slices.Concat(outcome.Alerts, reached)
		if len(alerts) == 0 {
			break
		}
		for _, a := range alerts {
			what := WhatWarned
			if a.Breach() {
				what = WhatBreached
			}
			events, err := u.decide(env, u.system(env), Observe{What: what, Alert: &a}, CauseClock)
			if err != nil {
				return nil, err
			}
			all = append(all, events...)
		}
	}
	env.Ticket.Clocks = env.Clocks
	env.Due = earliestDue(env.Clocks.Status(policy, u.commit.At))
	next, _ := env.Clocks.Next(policy)
	env.Alarm = ceil(next)
	return all, nil
}

// policyOf returns the policy that the ticket is pinned to, or the one for
// new tickets.
func (u *unit) policyOf(env *envelope) (*sla.Policy, error) {
	if env.Clocks.Policy() != "" {
		if p, _ := u.policies(env.Clocks).For(env.Clocks); p != nil {
			return p, nil
		}
	}
	p, ok := u.policies(env.Clocks).Newest(u.desk.policy)
	if !ok {
		return nil, &Fault{Path: "policy", Value: u.desk.policy, Reason: "is in none of the policies"}
	}
	return p, nil
}

// policies are those that the unit goes by, with the version that a ticket is
// pinned to where the host has it.
func (u *unit) policies(t sla.Tracker) *sla.PolicySet {
	if u.set == nil {
		u.set = u.desk.policies("")
	}
	u.set = u.desk.holding(u.set, t)
	return u.set
}

// holding returns the set, or a newer one of the host's where it lacks what a
// ticket is pinned to.
func (d *Desk) holding(set *sla.PolicySet, t sla.Tracker) *sla.PolicySet {
	pinned := t.Policy()
	if _, ok := set.Policy(pinned); ok || pinned == "" {
		return set
	}
	return d.policies(pinned)
}

// deadlines are those of a ticket by the unit's policies.
func (u *unit) deadlines(t Ticket) []sla.Status {
	if u.desk.policies == nil {
		return nil
	}
	return statusOf(u.policies(t.Clocks), t, u.commit.At)
}

func statusOf(set *sla.PolicySet, t Ticket, now time.Time) []sla.Status {
	p, _ := set.For(t.Clocks)
	if p == nil {
		return nil
	}
	return t.Clocks.Status(p, now)
}

// catchUp feeds the clocks of a ticket that is older than its desk's policies
// with its history.
func (u *unit) catchUp(ctx context.Context, env *envelope) error {
	if _, started := env.Clocks.Seq(); started || env.base == 0 {
		return nil
	}
	var history []Event
	for e, err := range u.desk.events(ctx, env.Ticket.Ref()) {
		if err != nil {
			return err
		}
		if e.Seq <= env.base {
			history = append(history, e)
		}
	}
	env.marks = append(Marks(history), env.marks...)
	return nil
}

// runPlanners asks every planner that is due, in the order of registration,
// and gives its commands. It tells whether any was given.
func (u *unit) runPlanners(
	ctx context.Context, env *envelope, events []Event, before map[string]memo, last bool,
) (bool, []Event) {
	if u.desk.rules.workflow.Kind(env.Ticket.State) == StateErased {
		return false, nil // nothing of it is left to plan with
	}
	given := false
	var all []Event
	u.desk.retire(env)
	for _, p := range u.desk.planners {
		m := env.Memos[p.Name()]
		if !m.due(env.Ticket.Seq, u.commit.At) {
			continue
		}
		in, fault := u.planInput(ctx, env, m, slices.Concat(events, all))
		var out PlanOutput
		var taken []Held
		if fault == "" {
			out, taken, fault = u.consult(ctx, p, in)
		}
		if fault == "" && last && len(out.Commands) > 0 {
			fault = planRounds
		}
		if fault != "" {
			m.Failures = before[p.Name()].Failures // rounds that went well do not make up for one that did not
			env.setMemo(p.Name(), m.failed(u.commit.At))
			all = append(all, u.note(env, Observe{What: WhatPlannerFault, Planner: p.Name(), Code: fault})...)
			continue
		}
		m.Seq, m.Next, m.Failures = env.Ticket.Seq, out.Next, 0
		env.setMemo(p.Name(), m.keep(out.Memo))
		u.commit.Take = append(u.commit.Take, taken...)
		env.hold(taken)
		u.release(ctx, env, out.Release)
		for _, cmd := range out.Commands {
			given = true
			all = append(all, u.give(env, p, cmd)...)
		}
	}
	return given, all
}

// retire lets no planner that the desk does not know any more ask for a look.
// What it kept stays, for it may come back.
func (d *Desk) retire(env *envelope) {
	for name, m := range env.Memos {
		known := slices.ContainsFunc(d.planners, func(p Planner) bool { return p.Name() == name })
		if !known && !m.Next.IsZero() {
			m.Next = time.Time{}
			env.setMemo(name, m)
		}
	}
}

// planInput is what a planner has not seen yet, with how things stand.
func (u *unit) planInput(ctx context.Context, env *envelope, m memo, events []Event) (PlanInput, string) {
	in := PlanInput{
		Ticket: env.Ticket, Facts: u.facts(ctx, env.Ticket), Memo: slices.Clone(m.value()), Now: u.commit.At,
		Clocks: u.deadlines(env.Ticket),
	}
	if m.Seq < env.base {
		for e, err := range u.desk.eventsAfter(ctx, env.Ticket.Ref(), m.Seq) {
			if err != nil {
				return PlanInput{}, planHistory
			}
			if e.Seq <= env.base {
				in.Events = append(in.Events, e)
			}
		}
	}
	for _, e := range events {
		if e.Seq > m.Seq {
			in.Events = append(in.Events, e)
		}
	}
	return in, ""
}

// give gives a planner's command. What the rules refuse is noted, not raised:
// a planner must not refuse what a customer or an agent did.
func (u *unit) give(env *envelope, p Planner, cmd Command) []Event {
	events, err := u.decide(env, u.system(env), cmd, CausePlanner)
	if err == nil {
		return events
	}
	code := "invalid"
	var refusal *Refusal
	if errors.As(err, &refusal) && len(refusal.Blockers) > 0 {
		code = string(refusal.Blockers[0].Code)
	}
	return u.note(env, Observe{What: WhatPlannerRefused, Planner: p.Name(), Code: code})
}

// note records something; where even that is refused (an erased ticket) there
// is nothing left to note it on.
func (u *unit) note(env *envelope, o Observe) []Event {
	events, err := u.decide(env, u.system(env), o, CausePlanner)
	if err != nil {
		return nil
	}
	return events
}

func (u *unit) system(env *envelope) Actor { return Actor{Kind: ActorSystem, Shop: env.Ticket.Shop} }

// earliestDue is the earliest due date among the deadlines that run.
func earliestDue(all []sla.Status) time.Time {
	var due time.Time
	for i := range all {
		s := &all[i]
		if s.Open() && !s.Due.IsZero() && (due.IsZero() || s.Due.Before(due)) {
			due = s.Due
		}
	}
	return due
}

// Deadlines returns how every deadline of a ticket stands at an instant, by
// the policies that the ticket is pinned to.
func (d *Desk) Deadlines(t Ticket, now time.Time) []sla.Status {
	if d.policies == nil {
		return nil
	}
	return statusOf(d.holding(d.policies(""), t.Clocks), t, now)
}
