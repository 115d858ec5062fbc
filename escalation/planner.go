package escalation

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// PlannerConfig is what a planner is made of.
type PlannerConfig struct {
	// Name is the planner's name at the desk, and stays; default "escalation".
	// Two planners of different names may watch one ticket: the standard
	// policies and the ladder, for one.
	Name string
	// Policies are all versions that tickets are pinned to. Required, or
	// LivePolicies.
	Policies *PolicySet
	// LivePolicies gives them instead, where they may change while the planner
	// works: it is asked once for every look at a ticket, with the "id@version" that
	// the ticket is pinned to, empty: none, so that a process can look for what
	// another one has added. Its sets have one [Schema]; it must be quick and safe
	// for concurrent use, and never nil.
	LivePolicies func(pinned string) *PolicySet
	// Rules are those of the desk. Required.
	Rules *ticket.Rules
	// Holders returns who holds a target now, by the host's references: who is
	// on call, who of a team is there. It must be pure and quick; a roster is
	// data. Nil: the assignee holds itself, and so does every other target.
	Holders func(t ticket.Ticket, target Target, now time.Time) []string
	// Signals finds signals in what a customer wrote: the field "signals". The
	// Signals of a signal.Detector will do. Nil: only the host's facts tell.
	Signals func(text string) []string
	// Held are the states in which the clock stands, until the state's own
	// timer; default waiting_customer and snoozed.
	Held []ticket.State
	// Moves take running tickets from one version to another, or to another
	// policy, when they are looked at next: [ticket.Desk.Touch] lets that be at
	// once. The history of each says that it was moved. Both versions must be
	// among the policies, and no ticket is moved twice at one look.
	Moves []Move
	// PerAddress bounds the notices that one holder gets, of all tickets of a
	// shop; zero: no bound. Its windows do not slide: they begin at multiples
	// of Per. Of Count places up to four are tried, so that with more than four
	// a notice may be withheld a little before the last is taken.
	PerAddress Window
}

// Planner lets policies ride in a ticket's own commit. Register it with a
// [ticket.Desk]: every step is then decided exactly once, together with what
// made it necessary, and stands in the ticket's history under its key. Notices
// and proposals are effects of that commit; what changes the ticket are
// commands in it. It is immutable and safe for concurrent use.
//
// An episode runs from the moment a ticket opens until it is resolved, closed,
// merged or marked as spam. [ticket.Ack] and [ticket.Accept] acknowledge it;
// [ticket.Unack], a hand-off and another assignee take that back. The states
// in PlannerConfig.Held hold the clock like a snooze.
type Planner struct {
	cfg    PlannerConfig
	schema *Schema
}

var _ ticket.Planner = (*Planner)(nil)

// maxPerAddress bounds Count of a budget per address.
const maxPerAddress = 1000

// NewPlanner checks the config and makes the planner. The error is [Faults].
func NewPlanner(cfg PlannerConfig) (*Planner, error) {
	var c check
	if cfg.Name == "" {
		cfg.Name = "escalation"
	}
	first := cfg.policies(&c)
	if cfg.Rules == nil {
		c.fail("rules", "nil", "are missing")
	}
	cfg.Held = slices.Clone(cfg.Held)
	if cfg.Held == nil {
		cfg.Held = []ticket.State{ticket.StateWaitingCustomer, ticket.StateSnoozed}
	}
	cfg.Moves = slices.Clone(cfg.Moves)
	for i, m := range cfg.Moves {
		m.check(&c, "moves["+strconv.Itoa(i)+"]", first)
	}
	if w := cfg.PerAddress; w != (Window{}) && (w.Count < 1 || w.Count > maxPerAddress || w.Per <= 0 || w.Per > maxDelay) {
		c.fail("per_address", w.Per.String(), fmt.Sprintf("is not 1 to %d notices in a time up to %s", maxPerAddress, maxDelay))
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return &Planner{cfg: cfg, schema: first.all[0].schema}, nil
}

// policies checks how they are given, and returns those of now.
func (cfg *PlannerConfig) policies(c *check) *PolicySet {
	if cfg.Policies != nil && cfg.LivePolicies != nil {
		c.fail("policies", "", "are given twice, for good and live")
	}
	if fixed := cfg.Policies; cfg.LivePolicies == nil {
		cfg.LivePolicies = func(string) *PolicySet { return fixed }
	}
	set := cfg.LivePolicies("")
	if set == nil || len(set.all) == 0 {
		c.fail("policies", "", "are missing")
		return nil
	}
	return set
}

// Name implements [ticket.Planner].
func (p *Planner) Name() string { return p.cfg.Name }

// Plan implements [ticket.Planner]: it tells the state what happened, looks
// what has come due, and turns that into commands. An error means that the
// memo cannot be read.
func (p *Planner) Plan(in ticket.PlanInput) (ticket.PlanOutput, error) {
	v, err := p.look(in)
	if err != nil {
		return ticket.PlanOutput{}, err
	}
	out := ticket.PlanOutput{}
	if v.policy != nil {
		r := v.policy.Evaluate(v.in, v.memo.State)
		v.memo.State = r.State
		out.Next = v.sooner(r.Next)
		var open bool
		if out.Take, open = p.budget(in, r.Firings); open {
			return ticket.PlanOutput{Take: out.Take, Memo: in.Memo}, nil
		}
		for _, f := range r.Firings {
			out.Commands = append(out.Commands, p.commands(&v, in, f)...)
		}
	}
	out.Commands = append(v.commands, out.Commands...)
	if out.Memo, err = v.memo.encode(); err != nil {
		return ticket.PlanOutput{}, err
	}
	return out, nil
}

// view is a ticket as the planner sees it.
type view struct {
	memo     memo
	set      *PolicySet // that all of this look goes by
	policy   *Policy    // that it is pinned to; nil: none
	in       Input
	commands []ticket.Command // that say what is wrong
	name     string           // of the planner
	ticket   *ticket.Ticket
	rules    *ticket.Rules
}

// look brings the memo up to what happened.
func (p *Planner) look(in ticket.PlanInput) (view, error) {
	v := view{name: p.cfg.Name, ticket: &in.Ticket, rules: p.cfg.Rules}
	if len(in.Memo) > 0 {
		if err := json.Unmarshal(in.Memo, &v.memo); err != nil {
			return view{}, fmt.Errorf("escalation: memo: %w", errors.Join(ErrInvalid, err))
		}
	}
	v.set = p.cfg.LivePolicies(v.memo.State.Policy())
	for _, e := range in.Events {
		v.memo.note(e, p.cfg.Signals)
	}
	if p.cfg.Rules.Workflow().Kind(in.Ticket.State) == ticket.StateErased {
		v.memo = memo{State: v.memo.State} // the rest is about persons
	}
	v.memo.forget(in.Now)
	facts, err := p.facts(in, &v.memo)
	if err != nil {
		v.fault("facts")
	}
	v.in = Input{Ticket: in.Ticket.ID.String(), Facts: facts, Now: in.Now, Unasked: in.Facts.Missing, Holders: p.holdersOf(in.Ticket)}
	p.pin(&v)
	for _, e := range in.Events {
		p.apply(&v, e)
	}
	p.rematch(&v)
	return v, nil
}

// fault notes once what is wrong, until it is right again.
func (v *view) fault(code string) {
	if !slices.Contains(v.memo.Faults, code) && len(v.memo.Faults) < 8 {
		v.memo.Faults = append(v.memo.Faults, code)
		v.commands = append(v.commands, ticket.Observe{What: ticket.WhatPlannerFault, Planner: v.name, Code: code})
	}
}

// pin finds the version that the ticket is pinned to. Where that is gone, the
// ticket goes on under the newest, by the ids of the steps.
func (p *Planner) pin(v *view) {
	ref := v.memo.State.Policy()
	if ref == "" || !v.memo.State.Open() {
		return
	}
	var ok bool
	if v.policy, ok = v.set.Policy(ref); ok && slices.Equal(v.memo.State.s.Steps, v.policy.hashes()) {
		p.move(v)
		return
	}
	if ok { // edited without a version of its own
		v.fault("policy_changed")
		v.memo.State = v.policy.Migrate(v.memo.State, v.policy, MigrateByStep, v.in.Now)
		return
	}
	v.fault("policy_missing")
	if v.policy, ok = v.set.Newest(idOf(ref)); ok {
		v.memo.State = v.policy.Migrate(v.memo.State, nil, MigrateByStep, v.in.Now)
		return
	}
	v.memo.State.s.end()
}

// move takes the ticket to another version, where the config says so.
func (p *Planner) move(v *view) {
	i := slices.IndexFunc(p.cfg.Moves, func(m Move) bool { return m.From == v.policy.Ref() })
	if i < 0 || p.cfg.Moves[i].How == MigrateKeep {
		return
	}
	m := p.cfg.Moves[i]
	to, ok := v.set.Policy(m.To)
	if !ok { // it was there, and is no more
		return
	}
	v.memo.State = to.Migrate(v.memo.State, v.policy, m.How, v.in.Now)
	v.policy = to
	detail, err := json.Marshal(m)
	if err != nil {
		detail = nil // plain data always encodes
	}
	v.commands = append(v.commands, ticket.Observe{What: ticket.WhatPlannedStep, Planner: v.name, Step: &ticket.PlannedStep{
		Key: v.in.Ticket + "|" + m.From + "|" + m.To, Status: string(Moved), Detail: detail,
	}})
}

// rematch switches a running ticket to another policy where its own says that
// it may, or where it has none and one asks for such tickets.
func (p *Planner) rematch(v *view) {
	if !v.memo.State.Open() || v.policy != nil && (!v.policy.cfg.Rematch || v.policy.Matches(v.in.Facts)) {
		return
	}
	next, ok := v.set.For(v.in.Facts)
	switch {
	case v.policy != nil && !ok:
		// No policy is for it any more, and it stays without until one is.
		v.memo.State = State{state{Episode: v.memo.State.s.Episode, Open: true, Sent: v.memo.State.s.Sent}}
		v.policy = nil
	case v.policy != nil:
		v.memo.State = next.Migrate(v.memo.State, v.policy, MigrateByStep, v.in.Now)
		v.policy = next
	case ok && next.cfg.Rematch:
		v.memo.State.s.end()
		v.memo.State.s.begin(next, v.in.Now)
		v.policy = next
	}
}

// idOf returns the id of "id@version".
func idOf(ref string) string {
	for i := range len(ref) {
		if ref[i] == '@' {
			return ref[:i]
		}
	}
	return ref
}

// holdersOf returns who holds targets on a ticket.
func (p *Planner) holdersOf(t ticket.Ticket) func(Target, time.Time) []string {
	return func(target Target, now time.Time) []string {
		if target.Kind == TargetAssignee {
			if t.Assignee == "" {
				return nil
			}
			target.ID = t.Assignee
		}
		if p.cfg.Holders == nil {
			return []string{target.ID}
		}
		return p.cfg.Holders(t, target, now)
	}
}
