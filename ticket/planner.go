package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
)

// Planner decides what should happen to a ticket next, beyond what people and
// timers do: escalation is one. It rides in the ticket's own commit, so what
// it decides happens exactly once, and it needs no store of its own.
//
// Plan is pure: the same input gives the same output. It is asked after every
// change of the ticket and when the instant comes that it asked for. A planner
// that returns an error, panics, returns commands in every one of [MaxRounds]
// rounds, a memo over [MaxMemo], a Next that does not lie ahead or a [KeyWish]
// that cannot be has its output dropped: the fault stands in the ticket's history, everything else
// is committed, and the planner is asked again after 5 minutes, doubling up
// to 24 hours. It can never refuse a customer's message.
type Planner interface {
	// Name is unique among the planners of a desk, and stays.
	Name() string
	Plan(in PlanInput) (PlanOutput, error)
}

// Bounds of planners.
const (
	// MaxRounds is how often planners are asked within one commit.
	MaxRounds = 8
	// MaxMemo is the most bytes that a planner keeps on a ticket.
	MaxMemo = 4 << 10

	factsTimeout  = 2 * time.Second
	firstPlanWait = 5 * time.Minute
	maxPlanWait   = 24 * time.Hour
)

// PlanInput is what a planner sees.
type PlanInput struct {
	Ticket Ticket
	// Events are all that the planner has not seen: of this commit, and of the
	// history where it is behind.
	Events []Event
	Clocks []sla.Status // how every deadline stands now
	Facts  Facts
	Memo   []byte // as it was returned last; nil at first
	Now    time.Time
	// Grants answer what [PlanOutput.Take] asked for, by name: the value whose
	// key is free and will be taken, empty where all are held. Nil at first.
	Grants map[string]string
}

// PlanOutput is what a planner wants.
type PlanOutput struct {
	// Commands are given in the system's name, in this order. One that the
	// rules refuse is noted in the history and left.
	Commands []Command
	Memo     []byte    // replaces the one before
	Next     time.Time // when to ask again without a change, replaces the one before; zero: not
	// Take asks for unique keys, which are taken in the same commit. Where it
	// asks for one that [PlanInput.Grants] does not answer, all else of the
	// output is passed over: the desk looks who holds the keys and asks the
	// planner again at once, at most twice. What the last output still asks
	// for and was granted is taken.
	Take []KeyWish
	// Release frees keys that this ticket holds; others are left alone. What is
	// still held of [KeySlot] is free when the ticket is closed, merged, spam or
	// erased.
	Release []KeyWish
}

// Facts are what the host knows about a ticket beyond it: a customer's value,
// the state of an order.
type Facts struct {
	Values map[string]any
	// Missing tells that the host could not be asked, or not in time. A
	// planner must not take a fact that is missing for one that is false.
	Missing bool
}

// memo is what the desk keeps for a planner on a ticket.
type memo struct {
	Seq      int64           `json:"seq"` // the last event that it has seen
	Data     json.RawMessage `json:"data,omitempty"`
	Bytes    []byte          `json:"bytes,omitempty"` // where the memo is no JSON
	Next     time.Time       `json:"next,omitzero"`
	Failures int             `json:"failures,omitempty"` // in a row
}

func (m memo) value() []byte {
	if m.Bytes != nil {
		return m.Bytes
	}
	return m.Data
}

func (m memo) keep(value []byte) memo {
	m.Data, m.Bytes = nil, nil
	if json.Valid(value) {
		m.Data = slices.Clone(value)
		return m
	}
	m.Bytes = slices.Clone(value)
	return m
}

// due reports whether the planner is to be asked: something happened that it
// has not seen, or its time has come. After a fault only the latter counts.
func (m memo) due(seq int64, now time.Time) bool {
	come := !m.Next.IsZero() && !now.Before(m.Next)
	if m.Failures > 0 {
		return come
	}
	return come || seq > m.Seq
}

// failed puts the planner off.
func (m memo) failed(now time.Time) memo {
	wait := maxPlanWait
	if m.Failures < 10 {
		wait = min(firstPlanWait<<m.Failures, maxPlanWait)
	}
	m.Failures++
	m.Next = now.Add(wait)
	return m
}

// Why a planner's output was dropped.
const (
	planError   = "error"
	planPanic   = "panic"
	planRounds  = "rounds"
	planMemo    = "memo"
	planNext    = "next"
	planHistory = "history" // what it had missed could not be read
	planKeys    = "keys"    // it asked for keys that cannot be, or without end
)

// ask runs one planner and says why its output cannot be used, if so.
func ask(p Planner, in PlanInput) (PlanOutput, string) {
	out, err := safely(p, in)
	switch {
	case err == errPanicked: //nolint:errorlint // our own, never wrapped
		return PlanOutput{}, planPanic
	case err != nil:
		return PlanOutput{}, planError
	case len(out.Memo) > MaxMemo:
		return PlanOutput{}, planMemo
	case !out.Next.IsZero() && !out.Next.After(in.Now):
		return PlanOutput{}, planNext
	}
	out.Next = ceil(out.Next)
	return out, ""
}

var errPanicked = errors.New("ticket: planner panicked")

func safely(p Planner, in PlanInput) (out PlanOutput, err error) { //nolint:nonamedreturns // recover sets them
	defer func() {
		if recover() != nil {
			out, err = PlanOutput{}, errPanicked
		}
	}()
	return p.Plan(in)
}

// facts asks the host once per operation and ticket, outside any transaction of the
// store, and not longer than two seconds.
func (u *unit) facts(ctx context.Context, t Ticket) Facts {
	if f, ok := u.op.facts[t.ID]; ok {
		return f
	}
	var f Facts
	switch {
	case u.desk.given != nil:
		f = *u.desk.given
	case u.desk.facts == nil || u.desk.bound:
		f = Facts{Missing: u.desk.facts != nil}
	default:
		f = u.desk.askFacts(ctx, t, u.commit.At)
	}
	if u.op.facts == nil {
		u.op.facts = make(map[uuid.UUID]Facts)
	}
	u.op.facts[t.ID] = f
	return f
}

func (d *Desk) askFacts(ctx context.Context, t Ticket, now time.Time) Facts {
	ctx, cancel := context.WithTimeout(ctx, factsTimeout)
	defer cancel()
	f, err := d.facts(ctx, t, now)
	if err != nil || ctx.Err() != nil {
		return Facts{Missing: true}
	}
	return f
}
