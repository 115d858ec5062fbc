package ticket_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// deskModel is what is known of a desk from outside: the messages that were
// given to it, and the tickets that it told of.
type deskModel struct {
	t     *testing.T
	f     *fixture
	rules *ticket.Rules
	given map[string]ticket.Inbound // by key
	keys  []string
	refs  []ticket.Ref
	known map[ticket.Ref]bool
	split map[string]int // how often a text was split off
}

// Customers write, agents, bots and timers act, tickets are merged and split
// apart: whatever the order, every message stands in one history once (and once
// more for each time it was split off), nobody is overlooked, a barrage is acknowledged once at most, merges make
// no circle, and each ticket is the sum of its events.
func TestDeskAgainstItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := ticket.RulesConfig{
			BotReasons: []ticket.Reason{"order"}, BotResolves: true, AutoResolve: true,
			Reminders: []sla.Period{days(1)}, FollowUp: days(2), Acknowledge: sla.Period{N: 10, Unit: sla.UnitMinute},
		}
		m := &deskModel{
			t: t, f: newFixture(t, cfg), rules: newRules(t, cfg), given: make(map[string]ticket.Inbound), known: make(map[ticket.Ref]bool),
			split: make(map[string]int),
		}
		m.receive(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"receive": m.receive,
			"again":   m.again,
			"command": m.command,
			"merge":   m.merge,
			"unmerge": m.unmerge,
			"split":   m.splitOff,
			"tick":    func(*rapid.T) { m.f.tick(t) },
			"wait": func(rt *rapid.T) {
				m.f.clock.Advance(time.Duration(rapid.IntRange(0, 200).Draw(rt, "half hours")) * time.Hour / 2)
			},
			"": m.check,
		})
	})
}

func (m *deskModel) draw(rt *rapid.T) ticket.Ref { return rapid.SampledFrom(m.refs).Draw(rt, "ticket") }

func (m *deskModel) receive(rt *rapid.T) {
	key := fmt.Sprintf("m%d", len(m.given))
	in := mail(key, "text of "+key)
	in.Shop, in.Channel = shop, ticket.ChannelEmail
	in.Orders = []string{rapid.SampledFrom([]string{"o-7", "o-8"}).Draw(rt, "order")}
	in.Customer.Ref = rapid.SampledFrom([]string{"c1", "c2"}).Draw(rt, "customer")
	if rapid.Bool().Draw(rt, "to the bot") {
		in.Reason, in.ToBot = "order/status", true
	}
	if len(m.refs) > 0 && rapid.Bool().Draw(rt, "in a thread") {
		ref := m.draw(rt)
		in.Ticket = &ref
	}
	m.given[key], m.keys = in, append(m.keys, key)
	m.told(m.f.receive(m.t, in).Ticket.Ref())
}

func (m *deskModel) told(ref ticket.Ref) {
	if !m.known[ref] {
		m.known[ref] = true
		m.refs = append(m.refs, ref)
	}
}

// again delivers a message once more: nothing happens.
func (m *deskModel) again(rt *rapid.T) {
	key := rapid.SampledFrom(m.keys).Draw(rt, "key")
	r := m.f.receive(m.t, m.given[key])
	require.Equal(rt, ticket.Duplicate, r.Outcome)
}

func (m *deskModel) command(rt *rapid.T) {
	actor, cmd := randomCommand(rt, m.f.clock.Now())
	_, err := m.f.desk.Do(m.t.Context(), actor, m.draw(rt), cmd)
	if err != nil && !errors.Is(err, ticket.ErrNotFound) { // another customer's
		require.ErrorIs(rt, err, ticket.ErrRefused)
	}
}

func (m *deskModel) merge(rt *rapid.T) {
	_, err := m.f.desk.Merge(m.t.Context(), boss, m.draw(rt), m.draw(rt), ticket.Merge{Override: true, Reason: "one matter"})
	if err != nil {
		require.ErrorIs(rt, err, ticket.ErrRefused)
	}
}

func (m *deskModel) unmerge(rt *rapid.T) {
	_, err := m.f.desk.Unmerge(m.t.Context(), anna, m.draw(rt))
	if err != nil {
		require.ErrorIs(rt, err, ticket.ErrRefused)
	}
}

// splitOff takes one message of a ticket to another. Of an automatic or a
// merged ticket's, or what is no message of the customer's, it is refused.
func (m *deskModel) splitOff(rt *rapid.T) {
	ref := m.draw(rt)
	history := m.f.history(m.t, ref)
	e := history[rapid.IntRange(0, len(history)-1).Draw(rt, "event")]
	res, err := m.f.desk.Split(m.t.Context(), anna, ref, ticket.Split{Messages: []int64{e.Seq}})
	said := e.Kind == ticket.EventCreate || e.Kind == ticket.EventCustomerMessage
	if !said {
		require.ErrorIs(rt, err, ticket.ErrInvalid)
		return
	}
	require.NoError(rt, err)
	m.split[e.Message().Text]++
	m.told(res.Target.Ref())
	first := m.f.history(m.t, res.Target.Ref())[0]
	require.Equal(rt, e.Message().Text, first.Message().Text, "copied word for word")
}

// check holds the desk against the model.
func (m *deskModel) check(rt *rapid.T) {
	where := make(map[string]int)
	into := make(map[uuid.UUID]uuid.UUID)
	for _, ref := range m.refs {
		checkTicket(m.t, rt, m.f, m.rules, ref)
		tk, err := m.f.desk.Get(m.t.Context(), system, ref)
		require.NoError(rt, err)
		if tk.State == ticket.StateMerged {
			into[ref.ID] = m.mergedInto(rt, ref)
		}
		acknowledged := 0
		for _, e := range m.f.history(m.t, ref) {
			said := e.Kind == ticket.EventCreate || e.Kind == ticket.EventCustomerMessage
			if msg := e.Message(); msg != nil && said {
				where[msg.Text]++
			}
			switch {
			case e.Kind == ticket.EventAcknowledge:
				acknowledged++
				require.LessOrEqual(rt, acknowledged, 1, "acknowledged twice in one barrage")
			case e.Actor.Kind == ticket.ActorAgent:
				acknowledged = 0 // answered: what comes now is another barrage
			case e.Kind == ticket.EventWake || e.To != e.From:
				acknowledged = 0
			}
		}
	}
	for key, in := range m.given {
		require.Equal(rt, 1+m.split[in.Text], where[in.Text], "message %s stands in %d histories", key, where[in.Text])
	}
	for id := range into {
		at := id
		for range len(into) + 1 {
			next, merged := into[at]
			if !merged {
				break
			}
			at = next
			require.NotEqual(rt, id, at, "merges make a circle")
		}
	}
}

// mergedInto is the target of the last merge of a ticket.
func (m *deskModel) mergedInto(rt *rapid.T, ref ticket.Ref) uuid.UUID {
	var target uuid.UUID
	for _, e := range m.f.history(m.t, ref) {
		if b, ok := e.Body.(ticket.Merged); ok && e.Kind == ticket.EventMerge {
			target = b.Ticket
		}
	}
	require.NotEqual(rt, uuid.Nil, target)
	require.True(rt, m.known[ticket.Ref{Shop: shop, ID: target}])
	return target
}
