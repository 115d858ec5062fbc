package ticket

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
)

// schema is the version of a record's Data.
const schema = 1

// envelope is what a record's Data holds. Only Ticket is the sum of its
// events; the rest is the desk's own bookkeeping.
type envelope struct {
	Schema  int       `json:"v"`
	Ticket  Ticket    `json:"ticket"`
	Matters []hexHash `json:"matters,omitempty"` // keys of the open matter that it holds
	Freed   []hexHash `json:"freed,omitempty"`   // those that it gave back when it ended
	Slots   []hexHash `json:"slots,omitempty"`   // places that planners took for it, and have not given back
	Pending []pending `json:"pending,omitempty"` // effects that the desk has yet to deliver

	Clocks sla.Tracker     `json:"clocks,omitzero"`
	Due    time.Time       `json:"due,omitzero"`   // the earliest deadline that runs
	Alarm  time.Time       `json:"alarm,omitzero"` // when the clocks have something new
	Memos  map[string]memo `json:"memos,omitempty"`

	version int64      // of the record that it was read from
	base    int64      // the last event that the store has
	marks   []sla.Mark // of this commit, not yet seen by the clocks
}

// setMemo keeps what a planner wants kept, without touching a shared map.
func (env *envelope) setMemo(name string, m memo) {
	memos := make(map[string]memo, len(env.Memos)+1)
	maps.Copy(memos, env.Memos)
	memos[name] = m
	env.Memos = memos
}

// pending is an effect that waits for delivery.
type pending struct {
	Event     uuid.UUID `json:"event"`
	Kind      EventKind `json:"kind"`
	Seq       int64     `json:"seq"`
	Attempt   int       `json:"attempt,omitempty"`
	NotBefore time.Time `json:"not_before"`
}

// hexHash is a key's hash as JSON keeps it.
type hexHash [32]byte

// MarshalText writes the hash in hexadecimal.
func (h hexHash) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h[:]), nil }

// UnmarshalText reads what MarshalText writes.
func (h *hexHash) UnmarshalText(text []byte) error {
	if len(text) != hex.EncodedLen(len(h)) {
		return fmt.Errorf("%d characters are no hash", len(text))
	}
	_, err := hex.Decode(h[:], text)
	return err
}

func decodeRecord(r Record) (envelope, error) {
	var env envelope
	if err := json.Unmarshal(r.Data, &env); err != nil {
		return envelope{}, fmt.Errorf("ticket: record %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	if env.Schema < 1 || env.Schema > schema {
		return envelope{}, fmt.Errorf("ticket: record %s: schema %d: %w", r.Ref(), env.Schema, ErrCorrupt)
	}
	env.version, env.base = r.Version, env.Ticket.Seq
	env.Ticket.Clocks = env.Clocks
	return env, nil
}

// record returns the envelope as the next version of its record.
func (env *envelope) record(rules *Rules) (Record, error) {
	t := &env.Ticket
	env.Schema = schema
	data, err := json.Marshal(env)
	if err != nil {
		return Record{}, fmt.Errorf("ticket: record %s: %w", t.Ref(), err)
	}
	return Record{
		Kind: RecordTicket, Shop: t.Shop, ID: t.ID, Version: env.version + 1, State: t.State,
		Assignee: t.Assignee, Team: t.Team, Priority: t.Priority, Customer: t.Customer.Ref, Due: env.Due,
		Created: t.Created, Updated: t.Updated, Wake: env.wake(rules), Labels: labels(t), Data: data,
	}, nil
}

// landed says that what the envelope holds was committed: it is what the store
// would return now, unless somebody has changed it since.
func (env *envelope) landed() { env.version, env.base = env.version+1, env.Ticket.Seq }

// wake is when the desk looks at the record again: for its ticket, or for
// what it has yet to deliver, also where the ticket itself has ended.
func (env *envelope) wake(rules *Rules) time.Time {
	next := rules.NextWake(&env.Ticket)
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	sooner(env.Alarm)
	for _, p := range env.Pending {
		sooner(p.NotBefore)
	}
	for _, m := range env.Memos {
		sooner(m.Next)
	}
	return next
}

// labels are what lists filter by.
func labels(t *Ticket) []string {
	var out []string
	add := func(prefix string, values ...string) {
		for _, v := range values {
			if v != "" {
				out = append(out, prefix+":"+v)
			}
		}
	}
	add("order", t.Orders...)
	add("tag", t.Tags...)
	add("number", t.Number)
	add("channel", string(t.Channel))
	add("reason", string(t.Reason))
	if p := t.Reason.Parent(); p != t.Reason {
		add("reason", string(p))
	}
	for _, l := range t.Links {
		add(string(l.Kind), l.To.String())
	}
	slices.Sort(out)
	return slices.Compact(out)
}
