package escalation

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// State is where a ticket stands under its policy: what the next look has to
// know. It is a small value of bounded size whose JSON form is stable, and is
// changed by [Policy.Apply] and [Policy.Evaluate] alone. The zero State is a
// ticket that never opened.
type State struct{ s state }

// state is the State as JSON. Instants that decide are exact; what was sent is
// kept in microseconds, as stores keep time.
type state struct {
	Policy  string `json:"p,omitempty"` // id@version; empty: none
	Episode int    `json:"e,omitempty"` // counts from 1; 0: never opened
	Open    bool   `json:"o,omitempty"`
	// Steps are the steps of the policy by the hashes of their ids, so that a
	// ticket can go on under another version though its own is gone.
	Steps []uint32 `json:"v,omitempty"`

	Base   time.Duration `json:"b,omitempty"` // what the clock showed when it was stopped last
	Runs   []run         `json:"r,omitempty"` // stretches in which the clock runs, oldest first
	Snooze time.Time     `json:"s,omitzero"`  // the end of it
	Acked  bool          `json:"a,omitempty"`
	AckEnd time.Time     `json:"t,omitzero"` // zero where Acked: none

	Next  instance      `json:"n,omitzero"` // the first of the ladder that is not done
	Ahead []ahead       `json:"d,omitempty"`
	Moved time.Duration `json:"m,omitempty"` // by how much the rest moved forward

	Waiting []waiting   `json:"w,omitempty"`
	Marks   []mark      `json:"k,omitempty"`
	Counts  map[int]int `json:"c,omitempty"` // of marks, by step
	Sent    []int64     `json:"x,omitempty"` // notices, in microseconds since 1970
}

// run is a stretch in which the clock runs. Only the last has no end, and only
// it may begin in the future: when an acknowledgement or a snooze ends.
type run struct {
	From    time.Time     `json:"f"`
	To      time.Time     `json:"t,omitzero"`
	Elapsed time.Duration `json:"e,omitempty"` // on the policy's clock, at From
}

// ahead is an instance that is done while one before it is not: that one is
// held back by quiet hours, this one ignores them.
type ahead struct {
	instance

	Empty bool `json:"e,omitempty"`
}

// waiting is a step that is due and whose When does not hold yet.
type waiting struct {
	Step  int `json:"s"`
	Cycle int `json:"c,omitempty"`
}

// mark is a mark of a deadline that a step waits for; it comes due at Offset.
type mark struct {
	Step   int           `json:"s"`
	Cycle  int           `json:"c,omitempty"` // which such mark in the episode
	Offset time.Duration `json:"o,omitempty"`
}

// Bounds of a State.
const (
	maxRuns  = 16 // more only where the clock is held and freed again and again inside quiet hours
	maxMarks = 16
)

// Policy returns the "id@version" that the ticket is pinned to, empty where
// no policy is for it.
func (s State) Policy() string { return s.s.Policy }

// Episode returns which episode runs or ran last, from 0, and -1 before the first.
func (s State) Episode() int { return s.s.Episode - 1 }

// Open reports whether an episode runs.
func (s State) Open() bool { return s.s.Open }

// Hold returns why the clock stands at an instant, empty where it runs.
func (s State) Hold(now time.Time) Hold {
	switch {
	case !s.s.Open:
		return HoldClosed
	case s.s.active(now):
		return ""
	case s.s.Acked && (s.s.AckEnd.IsZero() || now.Before(s.s.AckEnd)):
		return HoldAcknowledged
	default:
		return HoldSnoozed
	}
}

// Hold is why a clock stands.
type Hold string

// Why a clock stands.
const (
	HoldClosed       Hold = "closed"
	HoldAcknowledged Hold = "acknowledged"
	HoldSnoozed      Hold = "snoozed"
)

// MarshalJSON writes the state.
func (s State) MarshalJSON() ([]byte, error) { return json.Marshal(s.s) }

// UnmarshalJSON reads what [State.MarshalJSON] wrote.
func (s *State) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, &s.s) }

// clone copies what is written through.
func (s *state) clone() state {
	out := *s
	out.Runs, out.Ahead = slices.Clone(s.Runs), slices.Clone(s.Ahead)
	out.Waiting, out.Marks, out.Sent = slices.Clone(s.Waiting), slices.Clone(s.Marks), slices.Clone(s.Sent)
	out.Counts = maps.Clone(s.Counts)
	return out
}

// own returns the state to work on, without what this policy does not know: a
// state comes from a store, and may have been another policy's.
func (p *Policy) own(st State) state {
	s := st.s.clone()
	known := func(step, cycle int) bool { return step >= 0 && step < len(p.steps) && cycle >= 0 }
	s.Waiting = slices.DeleteFunc(s.Waiting, func(w waiting) bool { return !known(w.Step, w.Cycle) })
	s.Marks = slices.DeleteFunc(s.Marks, func(m mark) bool { return !known(m.Step, m.Cycle) })
	s.Ahead = slices.DeleteFunc(s.Ahead, func(a ahead) bool { return a.Level < 0 || !p.has(a.instance) })
	if s.Next.Level < 0 || s.Next.Cycle < 0 {
		s.Next = instance{}
	}
	return s
}

// last returns the stretch that runs, ran last or will run next.
func (s *state) last() *run { return &s.Runs[len(s.Runs)-1] }

// active reports whether the clock runs at an instant, now or later than all
// that was applied.
func (s *state) active(now time.Time) bool {
	return s.Open && len(s.Runs) > 0 && s.last().To.IsZero() && !now.Before(s.last().From)
}

// EventKind is what happens to a ticket, as far as its escalation cares.
type EventKind string

// The kinds of event.
const (
	EventOpened   EventKind = "open"
	EventReopen   EventKind = "reopen"
	EventClosed   EventKind = "close"
	EventAck      EventKind = "ack"
	EventUnack    EventKind = "unack"
	EventSnooze   EventKind = "snooze"   // until Until
	EventUnsnooze EventKind = "unsnooze" // before its time
	EventAlert    EventKind = "alert"    // a deadline reached the mark Percent of Metric
)

// Event is something that happens to a ticket. Events are applied in their
// order; what one brings holds from its instant on.
type Event struct {
	At      time.Time
	Kind    EventKind
	Until   time.Time  // of a snooze
	Metric  sla.Metric // of an alert
	Percent int        // of an alert; 100: the breach
}

// Apply returns the state after an event. What makes no sense is passed over:
// opening what is open, acknowledging what is closed. It is pure.
func (p *Policy) Apply(st State, e Event) State {
	s := p.own(st)
	switch e.Kind {
	case EventOpened, EventReopen:
		if !s.Open {
			s.begin(p, e.At)
		}
	case EventClosed:
		s.end()
	case EventAck:
		p.hold(&s, e.At, func() {
			end := e.At.Add(time.Duration(p.cfg.AckTimeout))
			switch {
			case p.cfg.AckTimeout == 0:
				s.AckEnd = time.Time{}
			case !s.Acked || end.After(s.AckEnd):
				s.AckEnd = end
			}
			s.Acked = true
		})
	case EventUnack:
		p.hold(&s, e.At, func() { s.Acked, s.AckEnd = false, time.Time{} })
	case EventSnooze:
		p.hold(&s, e.At, func() {
			if e.Until.After(s.Snooze) {
				s.Snooze = e.Until
			}
		})
	case EventUnsnooze:
		p.hold(&s, e.At, func() { s.Snooze = time.Time{} })
	case EventAlert:
		p.alert(&s, e)
	}
	return State{s}
}

// begin starts an episode. What was sent in the one before still counts.
func (s *state) begin(p *Policy, at time.Time) {
	*s = state{Policy: p.Ref(), Steps: p.hashes(), Episode: s.Episode + 1, Open: true, Runs: []run{{From: at}}, Sent: s.Sent}
}

// end ends the episode; nothing fires on what is closed.
func (s *state) end() { *s = state{Policy: s.Policy, Episode: s.Episode, Sent: s.Sent} }

// hold changes what holds the clock, at an instant: the stretch that runs
// ends there, and the next begins when nothing holds it any more.
func (p *Policy) hold(s *state, at time.Time, change func()) {
	if !s.Open || p.cfg.AlwaysRuns {
		return
	}
	s.Base = p.stop(s, at)
	change()
	if s.Acked && s.AckEnd.IsZero() {
		return
	}
	from := at
	for _, end := range []time.Time{s.AckEnd, s.Snooze} {
		if end.After(from) {
			from = end
		}
	}
	if n := len(s.Runs); n > 0 && s.last().To.Equal(from) {
		s.last().To = time.Time{} // nothing came between
		return
	}
	s.Runs = append(s.Runs, run{From: from, Elapsed: s.Base})
	if n := len(s.Runs); n > maxRuns {
		s.Runs = slices.Delete(s.Runs, 0, n-maxRuns)
	}
}

// stop ends the stretch that runs and returns what the clock shows.
func (p *Policy) stop(s *state, at time.Time) time.Duration {
	if len(s.Runs) == 0 {
		return s.Base
	}
	r := s.last()
	switch {
	case !r.To.IsZero():
		return r.Elapsed + p.clock.between(r.From, r.To)
	case r.From.Before(at):
		r.To = at
		return r.Elapsed + p.clock.between(r.From, at)
	default: // it has not begun
		elapsed := r.Elapsed
		s.Runs = s.Runs[:len(s.Runs)-1]
		return elapsed
	}
}

// elapsed returns what the clock shows at an instant.
func (p *Policy) elapsed(s *state, at time.Time) time.Duration {
	if len(s.Runs) == 0 {
		return s.Base
	}
	r := s.last()
	switch {
	case at.Before(r.From):
		return r.Elapsed
	case !r.To.IsZero() && r.To.Before(at):
		at = r.To
	}
	return r.Elapsed + p.clock.between(r.From, at)
}

// alert lets steps that wait for a mark of a deadline come due.
func (p *Policy) alert(s *state, e Event) {
	if !s.Open {
		return
	}
	for i := range p.steps {
		on := p.steps[i].On
		if on == nil || on.Metric != e.Metric || on.Percent != e.Percent || len(s.Marks) >= maxMarks {
			continue
		}
		if s.Counts == nil {
			s.Counts = map[int]int{}
		}
		offset := p.elapsed(s, e.At) + time.Duration(p.steps[i].After)
		s.Marks = append(s.Marks, mark{Step: i, Cycle: s.Counts[i], Offset: offset})
		s.Counts[i]++
	}
}
