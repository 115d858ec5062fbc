package ticket

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Input is what a decision depends on, and all it depends on.
type Input struct {
	Rules   *Rules
	Ticket  *Ticket // as it stands; the zero Ticket for [Open]
	Actor   Actor
	Command Command
	Cause   Cause
	Now     time.Time
	// Commit is the id of the commit that the events will be part of; their
	// own ids derive from it, so that deciding again after an unknown outcome
	// gives the same ids.
	Commit uuid.UUID
	New    NewTicket // of [Open]
}

// NewTicket is what a ticket needs that is drawn at random.
type NewTicket struct {
	ID     uuid.UUID
	Number string // see [NewNumber]
}

// Decide returns the events that a command brings about, without changing
// anything. It returns [Faults] where the command itself cannot be used, and
// a [*Refusal] with every blocker where the rules say no.
func Decide(in Input) ([]Event, error) {
	if err := checkCommand(in.Command); err != nil {
		return nil, err
	}
	var c check
	in.Command.check(&c, in.Rules.limits)
	if r, ok := in.Command.(ruled); ok {
		r.checkRules(&c, &in)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	in.Now = in.Now.UTC().Truncate(time.Microsecond)
	row, err := in.Rules.workflow.choose(&in)
	if err != nil {
		return nil, err
	}
	if row.Then == ThenHandOff {
		in.Command = in.instead()
		if row, err = in.Rules.workflow.choose(&in); err != nil {
			return nil, err
		}
	}
	if row.Then != "" {
		return nil, in.refusal([]Blocker{{Code: CodeTransition, Params: map[string]string{"then": string(row.Then)}}})
	}
	to, err := in.Rules.workflow.machine.fire(row.ID, in.Ticket.State)
	if err != nil {
		return nil, err
	}
	seq := in.Ticket.Seq + 1
	return []Event{{
		Seq: seq, ID: in.eventID(seq), At: in.Now, Kind: in.Command.event(), Actor: in.Actor.By(),
		Cause: in.Cause, CausedBy: in.causedBy(), Row: row.ID, From: in.Ticket.State, To: to, Body: in.Command.body(&in),
	}}, nil
}

// checkCommand refuses what guards would not know for what it is, and so let
// through: they look at the command's type.
func checkCommand(cmd Command) error {
	switch _, keyed := cmd.(Keyed); {
	case cmd == nil:
		return &Fault{Path: "command", Value: "nil", Reason: "is missing"}
	case reflect.TypeOf(cmd).Kind() == reflect.Pointer:
		return &Fault{Path: "command", Value: fmt.Sprintf("%T", cmd), Reason: "is a pointer: commands are values"}
	case keyed:
		return &Fault{Path: "command", Value: "ticket.Keyed", Reason: "is for Do, around another command"}
	default:
		return nil
	}
}

// eventID derives an event's id from its commit, ticket and sequence number.
func (in *Input) eventID(seq int64) uuid.UUID {
	id := in.Ticket.ID
	if in.Ticket.Seq == 0 {
		id = in.New.ID
	}
	return uuid.NewSHA1(in.Commit, strconv.AppendInt(id[:], seq, 10))
}

// wake returns the instant to wake at: the one asked for, else as the rules
// say.
func (in *Input) wake(at time.Time) time.Time {
	if at.IsZero() {
		return in.Rules.after(in.Now, in.Rules.periodsOf(in.Ticket).wait)
	}
	return ceil(at)
}

func (in *Input) refusal(blockers []Blocker) error {
	return &Refusal{Event: in.Command.event(), State: in.Ticket.State, Blockers: blockers}
}

// choose returns the one row that allows the command, or a [*Refusal] with
// all that blocks it.
func (w *Workflow) choose(in *Input) (*Row, error) {
	event, from := in.Command.event(), in.Ticket.State
	rows := w.table[cell{event, from}]
	if len(rows) == 0 {
		return nil, in.refusal(blocked(CodeTransition, "event", string(event), "state", string(from)))
	}
	var (
		chosen   *Row
		blockers []Blocker
	)
	for _, r := range rows {
		stops := w.blockers(r, in)
		if len(stops) > 0 {
			blockers = appendNew(blockers, stops)
			continue
		}
		if chosen != nil {
			return nil, fmt.Errorf("ticket: rows %q and %q both allow %s in state %s: their guards must exclude each other",
				chosen.ID, r.ID, event, from)
		}
		chosen = r
	}
	if chosen == nil {
		return nil, in.refusal(blockers)
	}
	return chosen, nil
}

// blockers returns all that stops a row. Who may not do it at all is told no
// more than that.
func (w *Workflow) blockers(r *Row, in *Input) []Blocker {
	if !slices.Contains(r.Actors, in.Actor.Kind) {
		return blocked(CodeActor, "actor", string(in.Actor.Kind))
	}
	var out []Blocker
	if r.Role != "" && in.Actor.Kind == ActorAgent && !in.Actor.Is(r.Role) {
		out = blocked(CodeRole, "role", string(r.Role))
	}
	return append(out, w.stops(r.Guards, in)...)
}

// stops returns what the named guards find.
func (w *Workflow) stops(guards []string, in *Input) []Blocker {
	var out []Blocker
	for _, name := range guards {
		positive, negated := strings.CutPrefix(name, "!")
		stops := w.guards[positive](in)
		switch {
		case !negated:
			out = append(out, stops...)
		case len(stops) == 0:
			out = append(out, Blocker{Code: Code("not_" + positive)})
		}
	}
	return out
}

func appendNew(list, more []Blocker) []Blocker {
	for _, b := range more {
		known := slices.ContainsFunc(list, func(o Blocker) bool {
			return o.Code == b.Code && sameParams(o.Params, b.Params)
		})
		if !known {
			list = append(list, b)
		}
	}
	return list
}

func sameParams(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a {
		if w, ok := b[k]; !ok || w != v {
			return false
		}
	}
	return true
}

// then returns where a customer's message goes that this ticket does not
// take: empty where it takes it.
func (w *Workflow) then(in *Input) (Then, error) {
	row, err := w.choose(in)
	if err != nil {
		return "", err
	}
	return row.Then, nil
}
