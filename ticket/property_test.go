package ticket_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// randomCommand draws a command of any actor, possible or not.
func randomCommand(rt *rapid.T, now time.Time) (ticket.Actor, ticket.Command) {
	actor := rapid.SampledFrom([]ticket.Actor{anna, boss, client, bot, system}).Draw(rt, "actor")
	ahead := now.Add(time.Duration(rapid.IntRange(-60, 5000).Draw(rt, "minutes")) * time.Minute)
	p := rapid.SampledFrom([]ticket.Priority{ticket.PriorityLow, ticket.PriorityUrgent}).Draw(rt, "priority")
	id := fmt.Sprintf("p%d", rapid.IntRange(1, 12).Draw(rt, "promise"))
	return actor, rapid.SampledFrom([]ticket.Command{
		ticket.Accept{},
		ticket.Reply{Text: "a"},
		ticket.BotReply{Text: "a"},
		ticket.Note{Text: "a"},
		ticket.AskCustomer{Text: "a", Wake: ahead},
		ticket.AskCustomer{Text: "a"},
		ticket.WaitThird{Party: "a", Wake: ahead},
		ticket.Snooze{Until: ahead, Reason: "a"},
		ticket.ThirdPartyUpdate{Text: "a"},
		ticket.Assign{Assignee: "ben"},
		ticket.Unassign{},
		ticket.Set{Priority: &p},
		ticket.Tag{Add: []string{"x"}},
		ticket.MakePromise{Text: "a", Due: ahead},
		ticket.KeepPromise{ID: id},
		ticket.BreakPromise{ID: id, Reason: "a"},
		ticket.Escalate{Reason: "a"},
		ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "a"},
		ticket.Resolve{Code: ticket.ResolvedDuplicate},
		ticket.Confirm{},
		ticket.Reopen{Reason: "a"},
		ticket.MarkSpam{},
		ticket.NotSpam{},
		ticket.BotTake{},
		ticket.HandOff{},
		ticket.Wake{Token: 3},
		ticket.AutoClose{},
		ticket.AutoResolve{Token: 2},
		ticket.BotResolve{Code: ticket.ResolvedAnswered},
	}).Draw(rt, "command")
}

// Whatever happens to a ticket: replaying its events gives the stored ticket,
// sequence numbers have no gap, no live ticket is without a wake, and waiting
// states have an instant of their own.
func TestReplayGivesTheStoredTicket(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		cfg := ticket.RulesConfig{
			BotReasons: []ticket.Reason{"order"}, BotResolves: true, AutoResolve: true,
			Reminders: []sla.Period{days(1)}, FollowUp: days(2),
		}
		f, rules := newFixture(t, cfg), newRules(t, cfg)
		in := mail("m0", "Wo?")
		in.Reason, in.ToBot = "order/status", rapid.Bool().Draw(rt, "bot")
		refs := []ticket.Ref{f.receive(t, in).Ticket.Ref()}
		for i := range rapid.IntRange(1, 40).Draw(rt, "steps") {
			f.clock.Advance(time.Duration(rapid.IntRange(0, 100).Draw(rt, "hours")) * time.Hour / 2)
			ref := refs[rapid.IntRange(0, len(refs)-1).Draw(rt, "ticket")]
			switch rapid.IntRange(0, 5).Draw(rt, "what") {
			case 0:
				m := mail(fmt.Sprintf("m%d", i+1), "Hallo?")
				m.Ticket = &ref
				r := f.receive(t, m)
				if r.Outcome == ticket.FollowedUp {
					refs = append(refs, r.Ticket.Ref())
				}
			case 1:
				f.tick(t)
			default:
				actor, cmd := randomCommand(rt, f.clock.Now())
				if _, err := f.desk.Do(t.Context(), actor, ref, cmd); err != nil {
					require.ErrorIs(t, err, ticket.ErrRefused)
				}
			}
			for _, ref := range refs {
				checkTicket(t, rt, f, rules, ref)
			}
		}
	})
}

func checkTicket(t *testing.T, rt *rapid.T, f *fixture, rules *ticket.Rules, ref ticket.Ref) {
	t.Helper()
	stored, err := f.desk.Get(t.Context(), system, ref)
	require.NoError(rt, err)
	var replayed ticket.Ticket
	for i, e := range f.history(t, ref) {
		require.Equal(rt, int64(i+1), e.Seq)
		require.Equal(rt, replayed.State, e.From)
		replayed = ticket.Apply(replayed, e)
	}
	require.Equal(rt, stored, replayed)

	rec, err := f.store.Load(t.Context(), ref)
	require.NoError(rt, err)
	switch stored.State {
	case ticket.StateClosed, ticket.StateSpam, ticket.StateMerged, ticket.StateErased:
	case ticket.StateWaitingCustomer, ticket.StateWaitingThird, ticket.StateSnoozed:
		require.False(rt, stored.Timer.At.IsZero())
		fallthrough
	default:
		require.False(rt, rec.Wake.IsZero(), "nobody would look at %s in state %s again", ref, stored.State)
		require.False(rt, rules.NextWake(&stored).IsZero())
	}
	require.Equal(rt, stored.State, rec.State)
	require.Less(rt, len(rec.Data), 8<<10)
}

// Apply leaves its argument alone, whatever it refers to.
func TestApplyDoesNotWriteThrough(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	in := mail("m1", "Wo?")
	ref := f.receive(t, in).Ticket.Ref()
	f.do(t, anna, ref, ticket.MakePromise{Text: "a", Due: f.clock.Now().Add(time.Hour)})
	f.do(t, anna, ref, ticket.Tag{Add: []string{"b"}})
	f.do(t, anna, ref, ticket.Set{Fields: map[string]string{"k": "v"}})
	f.do(t, anna, ref, ticket.AddLink{Kind: ticket.LinkChildOf, To: ref.ID})
	before, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	again, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	for _, body := range []ticket.Body{
		ticket.Recorded{What: ticket.WhatPromiseOverdue, Promise: before.Promises[0].ID},
		ticket.PromiseEnded{ID: before.Promises[0].ID},
		ticket.Tagged{Add: []string{"a"}, Remove: []string{"b"}},
		ticket.Changed{Fields: map[string]string{"k": "", "l": "w"}, Orders: []string{"a"}},
		ticket.Linked{Link: ticket.Link{Kind: ticket.LinkIncidentOf, To: ref.ID}},
		ticket.Promised{Promise: ticket.Promise{ID: "p9"}},
		nil,
	} {
		ticket.Apply(before, ticket.Event{Seq: 9, Body: body, To: before.State})
		require.Equal(t, again, before, "%T", body)
	}
}
