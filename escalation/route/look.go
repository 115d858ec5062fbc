package route

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// memo is what the planner keeps on a ticket.
type memo struct {
	Agent   string    `json:"agent,omitempty"`   // whose capacity it uses
	Slots   []string  `json:"slots,omitempty"`   // the keys that it holds
	Last    string    `json:"last,omitempty"`    // who had it before
	Back    string    `json:"back,omitempty"`    // who gave it back ...
	Until   time.Time `json:"until,omitzero"`    // ... and does not get it before
	Team    string    `json:"team,omitempty"`    // that it is with
	Hops    int       `json:"hops,omitempty"`    // from team to team
	Pending bool      `json:"pending,omitempty"` // the last look wanted a change
}

func readMemo(data []byte) (memo, error) {
	var m memo
	if len(data) == 0 {
		return m, nil
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return m, fmt.Errorf("route: memo: %w", errors.Join(ErrInvalid, err))
	}
	return m, nil
}

// passed is what happened to a ticket since the last look.
type passed struct {
	moved  bool // it went from one to another
	given  bool // the last time to whom another chose: a person, or a policy
	tooFar bool // it went to a team to which it may not go any more
}

// follow reads what happened.
func (m *memo) follow(in ticket.PlanInput, p Policy) passed {
	var all passed
	for _, e := range in.Events {
		a, ok := e.Body.(ticket.Assigned)
		if !ok {
			continue
		}
		all.moved, all.given = true, a.Assignee != "" && a.Assignee != m.Agent
		if e.Kind == ticket.EventUnassign && e.Actor.Kind != ticket.ActorSystem {
			m.Back, m.Until = a.Before, in.Now.Add(givenBack)
		}
		all.tooFar = m.hop(p, a.Team)
	}
	return all
}

// hop notes the team that a ticket is with, and tells whether it went too far.
func (m *memo) hop(p Policy, team string) bool {
	if team == "" || team == m.Team {
		return false
	}
	if m.Team != "" {
		if p.MaxHops > 0 && m.Hops >= p.MaxHops && team != p.Final {
			return true
		}
		m.Hops++
	}
	m.Team = team
	return false
}

// look is one look at a ticket.
type look struct {
	*Planner

	in     ticket.PlanInput
	memo   memo
	roster Roster
	out    ticket.PlanOutput
	ask    []ticket.KeyWish // whose answer is needed first
}

func (l *look) plan() {
	t := &l.in.Ticket
	pending := l.memo.Pending
	was := l.memo.follow(l.in, l.cfg.Policy)
	refused := pending && !was.moved
	if t.Assignee != l.memo.Agent && !refused {
		l.free()
	}
	l.roster = l.cfg.Roster(t.Shop, l.in.Now)
	has := l.agent(t.Assignee)
	switch l.cfg.Rules.Workflow().Kind(t.State) {
	case ticket.StateNew, ticket.StateOpen:
		switch {
		case t.Assignee != "" && has == nil && !was.tooFar: // somebody who is no business of the planner
		case refused:
			l.again(time.Time{}, true) // and then give back what was taken
		default:
			l.live(has, was)
		}
	case ticket.StateWaitingCustomer, ticket.StateWaitingThird, ticket.StateSnoozed:
		if has != nil && l.memo.Agent == "" { // from resolved, where it held no room
			l.keep(has, false)
		}
	default:
		l.free()
	}
}

// live looks at a ticket that somebody has to work on now.
func (l *look) live(has *Agent, was passed) {
	switch {
	case was.tooFar:
		l.command(ticket.Assign{Team: l.cfg.Policy.Final, Expect: l.in.Ticket.Assignee})
	case has != nil && was.given:
		l.keep(has, true)
	case has != nil && l.memo.Agent != "" && l.stays(has):
		l.again(time.Time{}, false)
	default:
		l.route(has)
	}
}

func (l *look) agent(id string) *Agent {
	for i := range l.roster.Agents {
		if a := &l.roster.Agents[i]; a.ID == id && id != "" {
			return a
		}
	}
	return nil
}

func (l *look) stays(a *Agent) bool {
	return !a.Absent && (a.Present || l.cfg.Policy.KeepAtShiftEnd)
}

func (l *look) command(c ticket.Command) { l.out.Commands = append(l.out.Commands, c) }

// free gives back the room that the ticket uses.
func (l *look) free() {
	if l.memo.Agent != "" {
		l.memo.Last = l.memo.Agent
	}
	for _, s := range l.memo.Slots {
		l.out.Release = append(l.out.Release, ticket.KeyWish{Name: s, Kind: ticket.KeySlot, Values: []string{s}})
	}
	l.memo.Agent, l.memo.Slots = "", nil
}

// again says when to look again: when the roster changes, and where the ticket
// waits for room, soon.
func (l *look) again(next time.Time, waits bool) {
	until := l.roster.Until
	if !until.After(l.in.Now) {
		until = time.Time{}
	}
	if waits && (until.IsZero() || l.somebody()) {
		next = sooner(next, l.in.Now.Add(time.Duration(l.cfg.Policy.Retry)))
	}
	l.out.Next = sooner(next, until)
}

func (l *look) somebody() bool {
	for _, a := range l.roster.Agents {
		if a.Present && !a.Absent {
			return true
		}
	}
	return false
}

// sooner returns the earlier instant; zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// keep leaves a ticket with whom another gave it to, and takes what room is
// free there, or where it may not overload, all that it needs or nothing.
func (l *look) keep(a *Agent, overload bool) {
	if l.memo.Agent == "" {
		w := l.request(l.in, l.memo).weight()
		c := l.candidate(a, w)
		if !c.answered(l.in.Grants) {
			l.ask = c.wishes
			return
		}
		if overload || len(c.granted(l.in.Grants, w)) == w {
			l.take(c, w)
		}
	}
	l.again(time.Time{}, false)
}

// route looks for somebody who can take the ticket and has the keys to it free.
func (l *look) route(has *Agent) {
	r := l.request(l.in, l.memo)
	d := Route(l.cfg.Policy, l.roster, r, l.in.Now)
	for _, batch := range l.batches(d.Ranking, r.weight()) {
		for _, c := range batch {
			if !c.answered(l.in.Grants) {
				l.ask = append(l.ask, c.wishes...)
			}
		}
		if l.ask != nil {
			return
		}
		for _, c := range batch {
			if len(c.granted(l.in.Grants, r.weight())) == r.weight() {
				l.assign(c, r.weight())
				return
			}
		}
	}
	if has != nil && (has.Absent || l.memo.Agent == "") {
		l.free()
		l.memo.Last = has.ID
		l.command(ticket.Unassign{})
	}
	l.again(d.Next, true)
}

// assign gives the ticket to somebody.
func (l *look) assign(c candidate, weight int) {
	before := l.in.Ticket.Assignee
	l.free()
	l.take(c, weight)
	if c.agent != before {
		l.command(ticket.Assign{Assignee: c.agent, Expect: before})
	}
	l.again(time.Time{}, false)
}

// take takes the keys of an agent that are free, up to the weight.
func (l *look) take(c candidate, weight int) {
	l.memo.Agent = c.agent
	for _, w := range c.granted(l.in.Grants, weight) {
		l.out.Take = append(l.out.Take, w)
		l.memo.Slots = append(l.memo.Slots, l.in.Grants[w.Name])
	}
}
