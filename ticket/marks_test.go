package ticket_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func TestMarks(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"order"}})
	in := mail("m1", "Status?")
	in.ToBot, in.Reason = true, "order/status"
	ref := f.receive(t, in).Ticket.Ref()
	f.do(t, bot, ref, ticket.BotReply{Text: "Unterwegs."})
	f.do(t, client, ref, ticket.HandOff{Summary: "Kunde will einen Menschen"})
	f.do(t, anna, ref, ticket.Note{Text: "intern"})
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche Farbe?"})
	f.receive(t, mail("m2", "Blau"))
	high := ticket.PriorityHigh
	f.do(t, anna, ref, ticket.Set{Priority: &high})
	due := f.clock.Now().Add(time.Hour)
	f.do(t, anna, ref, ticket.MakePromise{Text: "Rückruf", Due: due})
	f.do(t, anna, ref, ticket.KeepPromise{ID: "p8"})
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Fertig."})
	f.receive(t, mail("m3", "Nein"))
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Jetzt aber."})
	f.do(t, client, ref, ticket.Confirm{})

	marks := ticket.Marks(f.history(t, ref))
	var got []string
	for _, m := range marks {
		got = append(got, m.Kind.String()+" "+m.State)
	}
	assert.Equal(t, []string{
		"opened+customer_message bot", "bot_reply ", "state open", "note ", "agent_reply+state waiting_customer",
		"customer_message+state open", "subject ", "promise_made ", "promise_kept ", "agent_reply+resolved resolved",
		"customer_message+reopened open", "agent_reply+resolved resolved",
		"closed" + " closed",
	}, got)
	assert.Equal(t, "order", marks[0].Subject.ReasonParent)
	assert.Equal(t, "high", marks[6].Subject.Priority)
	assert.Equal(t, due, marks[7].Due)
	assert.Equal(t, "p8", marks[8].Promise)
}

// A ticket that only has a team has nobody who works on it.
func TestTeamsAreNotAssignees(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, boss, ref, ticket.Assign{Team: "returns"})
	f.do(t, boss, ref, ticket.Assign{Assignee: "ben"})
	f.do(t, boss, ref, ticket.Unassign{})
	marks := ticket.Marks(f.history(t, ref))
	assert.Equal(t, []sla.MarkKind{sla.MarkNote, sla.MarkAssigned, sla.MarkNote},
		[]sla.MarkKind{marks[1].Kind, marks[2].Kind, marks[3].Kind})
}

// The clocks read a ticket's own history: nothing between them is lost.
func TestEvaluateOverAHistory(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref() // Monday 10:00 in Berlin
	f.clock.Advance(30 * time.Minute)
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche Bestellung?"})
	f.clock.Advance(24 * time.Hour)
	f.receive(t, mail("m2", "Die letzte"))
	f.clock.Advance(time.Hour)
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})

	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(t, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: "Europe/Berlin", Hours: hours})
	require.NoError(t, err)
	policy, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 1, Unit: sla.UnitWorkHour}, Clock: "desk"},
		{Metric: sla.FirstResolution, Period: sla.Period{N: 8, Unit: sla.UnitWorkHour}, Clock: "desk", Pause: []string{"waiting_customer"}},
	}}}}, cal)
	require.NoError(t, err)
	status := sla.Evaluate(policy, ticket.Marks(f.history(t, ref)), f.clock.Now())
	require.Len(t, status, 2)
	assert.Equal(t, sla.Met, status[0].State)
	assert.Equal(t, 30*time.Minute, status[0].Elapsed)
	assert.Equal(t, sla.Met, status[1].State)
	assert.Equal(t, 90*time.Minute, status[1].Elapsed)
	assert.Equal(t, 8*time.Hour, status[1].Paused)
	assert.Empty(t, status[0].Faults)
}
