package escalation

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// askAgain is when to look again where the host could not be asked.
const askAgain = 5 * time.Minute

// apply tells the state what an event of the ticket means.
func (p *Planner) apply(v *view, e ticket.Event) {
	was, is := p.live(e.From), p.live(e.To)
	switch {
	case is && !was:
		p.open(v, e)
	case was && !is:
		v.memo.State.s.end()
		v.policy = nil
		return
	}
	if v.policy == nil {
		return
	}
	p.hold(v, e)
	switch b := e.Body.(type) {
	case ticket.Recorded:
		if b.Alert != nil && (b.What == ticket.WhatWarned || b.What == ticket.WhatBreached) {
			v.tell(Event{At: e.At, Kind: EventAlert, Metric: b.Alert.Metric, Percent: b.Alert.Percent})
		}
	case ticket.Assigned:
		if b.Assignee != b.Before {
			v.tell(Event{At: e.At, Kind: EventUnack}) // who acknowledged it has it no more
		}
	}
	switch e.Kind {
	case ticket.EventAck, ticket.EventAccept:
		v.tell(Event{At: e.At, Kind: EventAck})
	case ticket.EventUnack, ticket.EventHandOff:
		v.tell(Event{At: e.At, Kind: EventUnack})
	default:
	}
}

func (v *view) tell(e Event) { v.memo.State = v.policy.Apply(v.memo.State, e) }

// live reports whether a ticket in a state can still be worked on and is not
// resolved: then its escalation runs.
func (p *Planner) live(s ticket.State) bool {
	switch p.cfg.Rules.Workflow().Kind(s) {
	case ticket.StateNone, ticket.StateResolved, ticket.StateClosed, ticket.StateMerged, ticket.StateSpam, ticket.StateErased:
		return false
	default:
		return true
	}
}

// open begins an episode under the first policy that is for the ticket.
func (p *Planner) open(v *view, e ticket.Event) {
	policy, ok := v.set.For(v.in.Facts)
	v.policy, v.memo.Faults = policy, nil
	if !ok {
		v.policy = nil
		v.memo.State.s = state{Episode: v.memo.State.s.Episode, Open: true, Sent: v.memo.State.s.Sent}
		return
	}
	v.tell(Event{At: e.At, Kind: EventOpened})
}

// hold lets the clock stand in the states that hold it, until their timer.
func (p *Planner) hold(v *view, e ticket.Event) {
	held := slices.Contains(p.cfg.Held, e.To)
	again, waits := e.Body.(ticket.Waited)
	if held && e.To == e.From && !waits {
		return
	}
	if e.To != e.From || waits {
		v.tell(Event{At: e.At, Kind: EventUnsnooze})
	}
	if !held {
		return
	}
	until := again.Wake
	if !waits { // it is back from where it was put by mistake
		until = v.ticket.Timer.At
	}
	v.tell(Event{At: e.At, Kind: EventSnooze, Until: until})
}

// sooner returns the next look: the state's own, or the instant at which time
// itself changes the answer of a condition that a step waits for.
func (v *view) sooner(next time.Time) time.Time {
	bases := lasting(v.ticket)
	for _, w := range v.memo.State.s.Waiting {
		if v.in.Unasked && v.policy.steps[w.Step].host {
			if again := v.in.Now.Add(askAgain); next.IsZero() || again.Before(next) {
				next = again
			}
		}
		for _, in := range v.policy.steps[w.Step].when.code {
			for _, at := range v.crossings(in, bases) {
				if at.After(v.in.Now) && (next.IsZero() || at.Before(next)) {
					next = at
				}
			}
		}
	}
	return next
}

// crossings are the instants at which a comparison of a fact that grows with
// time changes its answer.
func (v *view) crossings(in instr, bases map[string]time.Time) []time.Time {
	if in.op != codeIntBetween {
		return nil
	}
	name := v.policy.schema.fields[in.place].Name
	var out []time.Time
	for _, n := range []int64{in.lo, in.hi} {
		if n < 0 || n > int64(maxDelay)/int64(time.Minute) {
			continue
		}
		switch base := bases[name]; {
		case !base.IsZero():
			out = append(out, base.Add(time.Duration(n)*time.Minute), base.Add(time.Duration(n+1)*time.Minute))
		case name == "notice_days" && !v.ticket.Dispute.Notice.IsZero():
			for _, days := range []int{int(n), int(n) + 1} {
				out = append(out, v.rules.NoticeDay(*v.ticket, days))
			}
		}
	}
	return out
}
