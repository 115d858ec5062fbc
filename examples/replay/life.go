package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Life counts what became of the tickets of a log.
type Life struct {
	Cases  int                      `json:"cases"`
	Events int                      `json:"events"` // of the tickets' histories
	ByKind map[ticket.EventKind]int `json:"by_kind"`
	// Reached counts cases by the states they came to, Final by the last one.
	Reached map[ticket.State]int `json:"reached"`
	Final   map[ticket.State]int `json:"final"`
	Moves   moves                `json:"moves"`
	// Rejected are the steps that the rules refused.
	Rejected rejections `json:"rejected"`
	// Resolved counts cases that were ever resolved, Reopened those of them
	// that were open again later, and WorkAfter those in which the log has
	// work after the first resolution, whatever became of it.
	Resolved  int        `json:"resolved"`
	Reopened  int        `json:"reopened"`
	WorkAfter int        `json:"work_after_resolve"`
	Closings  Closings   `json:"closings"`
	Waiting   []*Waiting `json:"waiting"`
}

// Move is a step from one state to another, or to itself.
type Move struct {
	From ticket.State `json:"from"` // empty: the ticket did not exist
	To   ticket.State `json:"to"`
}

// Rejection is a step that was refused, and why.
type Rejection struct {
	Activity string           `json:"activity"`
	State    ticket.State     `json:"state"`
	Event    ticket.EventKind `json:"event,omitempty"` // empty: the mapping has none for this state
	Codes    string           `json:"codes"`           // of all blockers
}

// Codes of rejections beside those of package ticket.
const (
	noStep   = "no_step"   // the mapping has no step for this activity in this state
	noTicket = "no_ticket" // the case has no ticket yet
	invalid  = "invalid"   // the log's values cannot be used
)

// Rejected is how often a step was refused, and in which lines first.
type Rejected struct {
	Rejection

	Count int   `json:"count"`
	Lines []int `json:"lines"`
}

const maxRejectedLines = 10

// Closings counts how resolved tickets were closed.
type Closings struct {
	// ByWindow were closed by the system once the reopen window was over, and
	// of these AtOnce within two minutes of that instant. ClockChange counts
	// those of AtOnce whose window spans a change of the desk's clock, so that
	// n days are not n times 24 hours.
	ByWindow    int `json:"by_window"`
	AtOnce      int `json:"at_once"`
	ClockChange int `json:"clock_change"`
	// Confirmed were closed before.
	Confirmed int `json:"confirmed"`
}

const atOnce = 2 * time.Minute

// Waiting is how long something took on the wall clock.
type Waiting struct {
	Name string           `json:"name"`
	Time sla.Distribution `json:"time"`
}

// The stretches of a case that are measured.
const (
	toFirstWork = iota
	toFirstResolution
	toClosing
	fromResolutionToClosing
	waitingForCustomer
	waitingForThird
	stretches
)

func stretchNames() [stretches]string {
	return [...]string{
		"opening to being taken up", "opening to first resolution", "opening to last closing",
		"last resolution to closing", "waiting for the customer, per case", "waiting for a third party, per case",
	}
}

func newLife() *Life {
	l := &Life{
		ByKind: map[ticket.EventKind]int{}, Reached: map[ticket.State]int{}, Final: map[ticket.State]int{},
		Moves: moves{}, Rejected: rejections{},
	}
	for _, name := range stretchNames() {
		l.Waiting = append(l.Waiting, &Waiting{Name: name})
	}
	return l
}

// stay follows one case through its states.
type stay struct {
	zone    *time.Location
	reached []ticket.State
	since   time.Time // when the present state began
	ended   bool      // was ever resolved or closed

	opened, worked, resolved, closed time.Time // the first three: the first time
	lastResolved, closeBy            time.Time
	waited, waitedThird              time.Duration
	workAfter                        bool
}

// event counts one event of a ticket's history.
func (l *Life) event(e *ticket.Event, s *stay) {
	l.Events++
	l.ByKind[e.Kind]++
	l.Moves[Move{e.From, e.To}]++
	if !slices.Contains(s.reached, e.To) {
		s.reached = append(s.reached, e.To)
	}
	if e.Kind == ticket.EventCreate {
		s.opened = e.At
	}
	if e.From != e.To {
		l.move(e, s)
	}
	switch e.Kind {
	case ticket.EventConfirm:
		l.Closings.Confirmed++
	case ticket.EventAutoClose:
		l.Closings.ByWindow++
		if e.At.Sub(s.closeBy) <= atOnce {
			l.Closings.AtOnce++
			if offset(s.lastResolved, s.zone) != offset(e.At, s.zone) {
				l.Closings.ClockChange++
			}
		}
	}
}

func offset(t time.Time, zone *time.Location) int {
	_, seconds := t.In(zone).Zone()
	return seconds
}

// move notes when states begin and end.
func (l *Life) move(e *ticket.Event, s *stay) {
	switch e.From {
	case ticket.StateNew:
		s.worked = e.At
	case ticket.StateWaitingCustomer:
		s.waited += e.At.Sub(s.since)
	case ticket.StateWaitingThird:
		s.waitedThird += e.At.Sub(s.since)
	}
	s.since = e.At
	switch e.To {
	case ticket.StateResolved:
		s.ended, s.lastResolved = true, e.At
		if s.resolved.IsZero() {
			s.resolved = e.At
		}
		if b, ok := e.Body.(ticket.Solved); ok {
			s.closeBy = b.CloseBy
		}
	case ticket.StateClosed:
		s.ended, s.closed = true, e.At
	}
}

// finish counts a case that is over.
func (l *Life) finish(c *LogCase, t *ticket.Ticket, s *stay) {
	l.Cases++
	for _, state := range s.reached {
		l.Reached[state]++
	}
	l.Final[t.State]++
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	count(&l.Resolved, s.ended)
	count(&l.Reopened, t.Counters.Reopens > 0)
	count(&l.WorkAfter, s.workAfter)
	if c.Lost+c.Misdated > 0 {
		return // how long it took is not known
	}
	for i, span := range [stretches]struct{ from, to time.Time }{
		toFirstWork: {s.opened, s.worked}, toFirstResolution: {s.opened, s.resolved},
		toClosing: {s.opened, s.closed}, fromResolutionToClosing: {s.lastResolved, s.closed},
	} {
		if !span.from.IsZero() && !span.to.IsZero() {
			l.Waiting[i].Time.Add(span.to.Sub(span.from))
		}
	}
	for i, d := range map[int]time.Duration{waitingForCustomer: s.waited, waitingForThird: s.waitedThird} {
		if d > 0 {
			l.Waiting[i].Time.Add(d)
		}
	}
}

// reject counts the steps of a row that were refused.
func (l *Life) reject(line int, refused []Rejection) {
	for _, r := range refused {
		known := l.Rejected[r]
		if known == nil {
			known = &Rejected{Rejection: r}
			l.Rejected[r] = known
		}
		known.Count++
		known.Lines = firstLines(append(known.Lines, line))
	}
}

// firstLines keeps the first lines, sorted.
func firstLines(lines []int) []int {
	slices.Sort(lines)
	return lines[:min(len(lines), maxRejectedLines)]
}

// merge adds what became of other cases.
func (l *Life) merge(o *Life) {
	l.Cases += o.Cases
	l.Events += o.Events
	l.Resolved += o.Resolved
	l.Reopened += o.Reopened
	l.WorkAfter += o.WorkAfter
	l.Closings.ByWindow += o.Closings.ByWindow
	l.Closings.AtOnce += o.Closings.AtOnce
	l.Closings.ClockChange += o.Closings.ClockChange
	l.Closings.Confirmed += o.Closings.Confirmed
	addCounts(l.ByKind, o.ByKind)
	addCounts(l.Reached, o.Reached)
	addCounts(l.Final, o.Final)
	addCounts(l.Moves, o.Moves)
	for r, n := range o.Rejected {
		known := l.Rejected[r]
		if known == nil {
			known = &Rejected{Rejection: r}
			l.Rejected[r] = known
		}
		known.Count += n.Count
		known.Lines = firstLines(append(known.Lines, n.Lines...))
	}
	for i := range l.Waiting {
		l.Waiting[i].Time.Merge(&o.Waiting[i].Time)
	}
}

func addCounts[K comparable, M ~map[K]int](m, o M) {
	for k, n := range o {
		m[k] += n
	}
}

// rejections are the refused steps with their counts.
type rejections map[Rejection]*Rejected

// list returns them, the most frequent first.
func (rs rejections) list() []*Rejected {
	out := make([]*Rejected, 0, len(rs))
	for _, r := range rs {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b *Rejected) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Activity, b.Activity),
			cmp.Compare(a.State, b.State), cmp.Compare(a.Event, b.Event), strings.Compare(a.Codes, b.Codes))
	})
	return out
}

func (rs rejections) total() int {
	n := 0
	for _, r := range rs {
		n += r.Count
	}
	return n
}

// moves counts steps between states.
type moves map[Move]int
