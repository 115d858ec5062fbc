package goodwill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/looplab/fsm"
)

// State is how far a grant has come.
type State string

// The states of a grant. Unknown is none that time ends: the payer may have paid.
const (
	StateNone      State = ""
	StateProposed  State = "proposed"  // somebody else has to agree
	StateApproved  State = "approved"  // may be paid
	StateRejected  State = "rejected"  // final
	StateExpired   State = "expired"   // final
	StateReserved  State = "reserved"  // its accounts hold the amount
	StateExecuting State = "executing" // the payer is being called
	StateUnknown   State = "unknown"   // the payer did not say what became of it
	StateSettled   State = "settled"   // paid
	StateFailed    State = "failed"    // the payer will not pay; nothing was paid
	StateReversed  State = "reversed"  // final: paid, and come back
)

// Event is what happens to a grant.
type Event string

// The events.
const (
	EventPropose Event = "propose"
	EventGrant   Event = "grant" // by right, or within the actor's own authority
	EventApprove Event = "approve"
	EventReject  Event = "reject"
	EventExpire  Event = "expire"
	EventHold    Event = "hold" // it cannot be reserved now, as where a dispute is open
	EventReserve Event = "reserve"
	EventExecute Event = "execute" // the payer is called right after
	EventLose    Event = "lose"    // no answer, or none that says
	EventAsk     Event = "ask"     // the payer was asked, and does not know yet
	EventSettle  Event = "settle"
	EventFail    Event = "fail"
	EventReverse Event = "reverse"
	EventErase   Event = "erase" // of who it was for
)

// Who may bring an event about.
type Who string

// The kinds of person, and the system.
const (
	WhoAgent  Who = "agent"
	WhoOther  Who = "other" // another agent than who proposed, with the authority
	WhoLead   Who = "lead"  // a role of [Config.Leads]
	WhoSystem Who = "system"
)

// Row is one line of the life of a grant.
type Row struct {
	Event Event
	From  []State
	To    State // empty: where it is
	Who   []Who
	// Books is what the ledger does with the grant's entries; empty: nothing.
	Books Phase
	// Opposite books them the other way round.
	Opposite bool
}

// Life returns the life of a grant as a table: what is in no row cannot happen.
// A payer that says yes after it said no is booked: money that is gone is gone.
func Life() []Row {
	open := []State{StateProposed, StateApproved}
	staff := []Who{WhoAgent, WhoSystem}
	return []Row{
		{Event: EventPropose, From: []State{StateNone}, To: StateProposed, Who: []Who{WhoAgent}},
		{Event: EventGrant, From: []State{StateNone}, To: StateApproved, Who: []Who{WhoAgent}},
		{Event: EventApprove, From: []State{StateProposed}, To: StateApproved, Who: []Who{WhoOther}},
		{Event: EventReject, From: open, To: StateRejected, Who: []Who{WhoAgent}},
		{Event: EventExpire, From: open, To: StateExpired, Who: []Who{WhoSystem}},
		{Event: EventHold, From: []State{StateApproved}, Who: []Who{WhoSystem}},
		{Event: EventReserve, From: []State{StateApproved}, To: StateReserved, Who: staff, Books: PhaseReserve},
		{Event: EventExecute, From: []State{StateReserved, StateExecuting, StateUnknown}, To: StateExecuting, Who: staff},
		{Event: EventLose, From: []State{StateExecuting}, To: StateUnknown, Who: []Who{WhoSystem}},
		{Event: EventAsk, From: []State{StateExecuting, StateUnknown}, To: StateUnknown, Who: []Who{WhoSystem}},
		{Event: EventSettle, From: []State{StateExecuting, StateUnknown}, To: StateSettled, Who: []Who{WhoSystem, WhoLead}, Books: PhasePost},
		{Event: EventSettle, From: []State{StateFailed}, To: StateSettled, Who: []Who{WhoSystem}, Books: PhaseDirect},
		{Event: EventFail, From: []State{StateReserved, StateExecuting, StateUnknown}, To: StateFailed, Who: []Who{WhoSystem, WhoLead}, Books: PhaseVoid},
		{Event: EventReverse, From: []State{StateSettled}, To: StateReversed, Who: []Who{WhoLead}, Books: PhaseDirect, Opposite: true},
		{Event: EventErase, From: ended(), Who: []Who{WhoSystem}},
	}
}

// States returns all states of a grant.
func States() []State {
	return []State{
		StateProposed, StateApproved, StateRejected, StateExpired, StateReserved, StateExecuting,
		StateUnknown, StateSettled, StateFailed, StateReversed,
	}
}

// Events returns all events, in the order of the table.
func Events() []Event {
	var all []Event
	for _, r := range Life() {
		if !slices.Contains(all, r.Event) {
			all = append(all, r.Event)
		}
	}
	return all
}

// ended are the states in which nothing is owed or on its way.
func ended() []State {
	return []State{StateRejected, StateExpired, StateSettled, StateFailed, StateReversed}
}

// Ended reports whether nothing is owed or on its way in a state.
func (s State) Ended() bool { return slices.Contains(ended(), s) }

// machine runs transitions on looplab/fsm. Every pair of event and state has one
// row, which a test proves, so the event's name is the fsm's. Instances hold
// nothing but a state, so they are pooled; there are no callbacks.
type machine struct {
	pool sync.Pool
	base context.Context //nolint:containedctx // never done: a caller's could end in mid-transition
	rows []Row
}

func newMachine() *machine {
	m := &machine{base: context.Background(), rows: Life()}
	var descs fsm.Events
	for _, r := range m.rows {
		for _, from := range r.From {
			to := r.To
			if to == StateNone {
				to = from
			}
			descs = append(descs, fsm.EventDesc{Name: string(r.Event), Src: []string{string(from)}, Dst: string(to)})
		}
	}
	m.pool.New = func() any { return fsm.NewFSM("", descs, nil) }
	return m
}

// row returns the row of an event in a state.
func (m *machine) row(e Event, from State) (*Row, bool) {
	i := slices.IndexFunc(m.rows, func(r Row) bool { return r.Event == e && slices.Contains(r.From, from) })
	if i < 0 {
		return nil, false
	}
	return &m.rows[i], true
}

// fire returns the state that an event leads to, and false where it cannot
// happen. An fsm that ended in any way but the clean ones is dropped.
func (m *machine) fire(e Event, from State) (State, bool, error) {
	f, ok := m.pool.Get().(*fsm.FSM)
	if !ok {
		return from, false, errors.New("goodwill: the pool holds no state machine")
	}
	f.SetState(string(from))
	err := f.Event(m.base, string(e))
	var (
		same    fsm.NoTransitionError
		invalid fsm.InvalidEventError
		unknown fsm.UnknownEventError
	)
	switch {
	case err == nil:
		to := State(f.Current())
		m.pool.Put(f)
		return to, true, nil
	case errors.As(err, &same) && same.Err == nil:
		m.pool.Put(f)
		return from, true, nil
	case errors.As(err, &invalid), errors.As(err, &unknown):
		m.pool.Put(f)
		return from, false, nil
	}
	return from, false, fmt.Errorf("goodwill: %s from %q: %w", e, from, err)
}

// Mermaid returns the table as a Mermaid state diagram.
func Mermaid() string {
	type arrow struct{ from, to State }
	var order []arrow
	labels := map[arrow][]string{}
	for _, r := range Life() {
		for _, from := range r.From {
			a := arrow{from, r.To}
			if r.To == StateNone || r.To == from {
				continue
			}
			if labels[a] == nil {
				order = append(order, a)
			}
			label := string(r.Event)
			if r.Books != "" {
				label += " / " + string(r.Books)
			}
			labels[a] = append(labels[a], label)
		}
	}
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, a := range order {
		source := string(a.from)
		if a.from == StateNone {
			source = "[*]"
		}
		fmt.Fprintf(&b, "    %s --> %s: %s\n", source, a.to, strings.Join(labels[a], "<br/>"))
	}
	for _, s := range ended() {
		fmt.Fprintf(&b, "    %s --> [*]\n", s)
	}
	return b.String()
}
