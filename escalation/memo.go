package escalation

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// memo is what a [Planner] keeps on a ticket.
type memo struct {
	State    State    `json:"s"`
	Contacts []int64  `json:"c,omitempty"` // when the customer wrote, in seconds since 1970: the last of 30 days
	Author   string   `json:"a,omitempty"` // of the last public message
	Signals  []string `json:"g,omitempty"` // that the customer gave
	// Noticed is who sent the formal notice, Approvers who approved of more.
	Noticed   string   `json:"n,omitempty"`
	Approvers []string `json:"p,omitempty"`
	Faults    []string `json:"f,omitempty"` // that were noted
	Team      string   `json:"t,omitempty"` // that has it, or had it last
	Hops      int      `json:"h,omitempty"` // from one team to another
}

// Bounds of a memo.
const (
	maxContacts  = 40
	maxSignals   = 16
	maxApprovers = 4
	contactDays  = 30
)

// note keeps what facts ask of an event.
func (m *memo) note(e ticket.Event, signals func(string) []string) {
	if e.Public() {
		m.Author = string(e.Actor.Kind)
	}
	if msg := e.Message(); msg != nil && e.Actor.Kind == ticket.ActorCustomer {
		m.Contacts = append(m.Contacts, e.At.Unix())
		m.hear(msg.Text, signals)
	}
	switch b := e.Body.(type) {
	case ticket.Assigned:
		m.hop(b.Team)
	case ticket.Escalated:
		m.hop(b.Team)
	case ticket.DisputeRecorded:
		if b.Step == ticket.StepFormalNotice {
			m.Noticed = e.Actor.ID
		}
	case ticket.Approved:
		if !slices.Contains(m.Approvers, e.Actor.ID) && len(m.Approvers) < maxApprovers {
			m.Approvers = append(m.Approvers, e.Actor.ID)
		}
	}
}

// hear keeps the signals of a message.
func (m *memo) hear(text string, signals func(string) []string) {
	if signals == nil {
		return
	}
	for _, s := range signals(text) {
		if !slices.Contains(m.Signals, s) && len(m.Signals) < maxSignals && len(s) <= maxNameLen {
			m.Signals = append(m.Signals, s)
		}
	}
}

// hop counts that another team has the ticket.
func (m *memo) hop(team string) {
	if team == "" || team == m.Team {
		return
	}
	if m.Team != "" {
		m.Hops++
	}
	m.Team = team
}

// forget drops contacts that no fact counts any more.
func (m *memo) forget(now time.Time) {
	since := now.AddDate(0, 0, -contactDays).Unix()
	m.Contacts = slices.DeleteFunc(m.Contacts, func(at int64) bool { return at <= since })
	if n := len(m.Contacts); n > maxContacts {
		m.Contacts = m.Contacts[n-maxContacts:]
	}
}

// since counts the contacts of the last days.
func (m *memo) since(now time.Time, days int) int64 {
	from := now.AddDate(0, 0, -days).Unix()
	var n int64
	for _, at := range m.Contacts {
		if at > from {
			n++
		}
	}
	return n
}

// approved reports whether a second person approved: somebody other than who
// sent the notice and than who has the ticket and would act on it.
func (m *memo) approved(assignee string) bool {
	return slices.ContainsFunc(m.Approvers, func(a string) bool { return a != "" && a != m.Noticed && a != assignee })
}

// encode writes the memo within the bounds of a desk. What is the least loss
// goes first: old contacts, then when old notices were sent.
func (m *memo) encode() ([]byte, error) {
	for {
		out, err := json.Marshal(m)
		if err != nil || len(out) <= ticket.MaxMemo {
			return out, err
		}
		switch s := &m.State.s; {
		case len(m.Contacts) > 0:
			m.Contacts = m.Contacts[1:]
		case len(s.Sent) > 0:
			s.Sent = s.Sent[1:]
		default:
			return out, nil // the desk says that it is too long
		}
	}
}
