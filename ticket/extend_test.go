package ticket_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// labWorkflow is what a shop with a workshop adds, as it would lie in a file.
const labWorkflow = `{
  "states": [{"name": "in_lab", "kind": "open", "inherit": true}],
  "add": [
    {"event": "send_to_lab", "from": ["new", "open"], "to": "in_lab", "actors": ["agent"], "guards": ["has_sample"]},
    {"event": "lab_done", "from": ["in_lab"], "to": "open", "actors": ["agent", "system"]}
  ]
}`

func labGuards() map[string]ticket.Guard {
	return map[string]ticket.Guard{"has_sample": func(in *ticket.Input) []ticket.Blocker {
		if in.Ticket.Fields["sample"] == "" {
			return []ticket.Blocker{{Code: "no_sample"}}
		}
		return nil
	}}
}

func labDesk(t *testing.T) *fixture {
	t.Helper()
	w, err := ticket.ParseWorkflow([]byte(labWorkflow), labGuards())
	require.NoError(t, err)
	return newFixture(t, ticket.RulesConfig{Workflow: w})
}

// A host's states, events, rows and guards come from data, and live as the
// built-in ones do.
func TestHostsWorkflowFromData(t *testing.T) {
	f := labDesk(t)
	ref := f.receive(t, mail("m1", "Riss im Glas")).Ticket.Ref()
	refusal := f.refused(t, anna, ref, ticket.Trigger{Event: "send_to_lab"})
	assert.Equal(t, []ticket.Blocker{{Code: "no_sample"}}, refusal.Blockers)
	assert.True(t, f.refused(t, client, ref, ticket.Trigger{Event: "send_to_lab"}).Has(ticket.CodeActor))

	f.do(t, anna, ref, ticket.Set{Fields: map[string]string{"sample": "4711"}})
	got := f.do(t, anna, ref, ticket.Trigger{Event: "send_to_lab", Text: "Spannungsriss?", Fields: map[string]string{"bench": "2"}})
	assert.Equal(t, ticket.State("in_lab"), got.State)
	assert.Equal(t, map[string]string{"sample": "4711", "bench": "2"}, got.Fields)
	assert.Equal(t, ticket.StateOpen, view(t, f, client, ref).Ticket.State, "a customer sees the kind")

	again := f.receive(t, mail("m2", "Und?"))
	assert.Equal(t, ticket.Appended, again.Outcome)
	assert.Equal(t, ticket.State("in_lab"), again.Ticket.State, "a message leaves it where it is")

	other := mail("m3", "Etwas anderes")
	other.Orders = []string{"o-8"}
	target := f.receive(t, other).Ticket.Ref()
	_, err := f.desk.Merge(t.Context(), anna, ref, target, ticket.Merge{})
	require.NoError(t, err)
	back, err := f.desk.Unmerge(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.State("in_lab"), back.Source.State, "the way back is the host's state")

	f.clock.Advance(25 * time.Hour)
	f.tick(t)
	assert.Contains(t, recorded(f.history(t, ref)), ticket.WhatIdle, "nobody is overlooked in it")
	got = f.do(t, system, ref, ticket.Trigger{Event: "lab_done"})
	assert.Equal(t, ticket.StateOpen, got.State)

	_, err = f.desk.Do(t.Context(), anna, ref, ticket.Trigger{Event: ticket.EventResolve})
	require.ErrorIs(t, err, ticket.ErrInvalid, "a trigger is no way round the built-in commands")
	assert.True(t, f.refused(t, anna, ref, ticket.Trigger{Event: "no_such_event"}).Has(ticket.CodeTransition))
}

func TestHostsWorkflowIsDrawn(t *testing.T) {
	w, err := ticket.ParseWorkflow([]byte(labWorkflow), labGuards())
	require.NoError(t, err)
	diagram := w.Mermaid()
	for _, arrow := range []string{
		"    new --> in_lab: send_to_lab (agent) [has_sample]\n", "    in_lab --> open: lab_done (agent, system)\n",
		"    in_lab --> waiting_customer: ask_customer (agent) [wake_ahead, slots_filled]\n",
		"    merged --> in_lab: unmerge (agent) [was:in_lab]\n",
	} {
		assert.Contains(t, diagram, arrow)
	}
}

func faultsOf(t *testing.T, err error) map[string]string {
	t.Helper()
	require.ErrorIs(t, err, ticket.ErrInvalid)
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	out := make(map[string]string)
	for _, f := range faults {
		out[f.Path] = f.Value
	}
	return out
}

func TestWorkflowDataIsReadStrictly(t *testing.T) {
	_, err := ticket.ParseWorkflow([]byte(`{"add": [{"event": "x", "From": ["open"]}], "states": [{"name": "a", "kind": 7}], "more": 1}`), nil)
	assert.Len(t, faultsOf(t, err), 3, "%v", err)
	_, err = ticket.ParseWorkflow([]byte(`{"add": [{"event": "x", "from": ["open"], "actors": ["agent"], "guards": ["moon"]}]}`), nil)
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 1)
	assert.Equal(t, "moon", faults[0].Value, "a guard that no code has")
	_, err = ticket.ParseWorkflow([]byte(`{`), nil)
	require.ErrorIs(t, err, ticket.ErrInvalid)
}

// A merge or a spam mark that could not be undone is refused when the table is
// built.
func TestThereIsAWayBack(t *testing.T) {
	rows := ticket.BuiltinRows()
	for i := range rows {
		if rows[i].Event == ticket.EventMerge || rows[i].Event == ticket.EventErase || rows[i].ID == "" {
			rows[i].From = append(rows[i].From, "in_lab")
		}
	}
	rows = append(rows,
		ticket.Row{Event: "to_lab", From: []ticket.State{"open"}, To: "in_lab", Actors: []ticket.ActorKind{ticket.ActorAgent}})
	_, err := ticket.NewWorkflow(ticket.WorkflowConfig{Rows: rows, States: []ticket.StateConfig{{Name: "in_lab", Kind: "open"}}})
	require.ErrorContains(t, err, "has no row back for unmerge")
}

func TestRulesFromData(t *testing.T) {
	cal := calendar(t)
	rules, err := ticket.ParseRules([]byte(`{
		"reopen_window": {"n": 3, "unit": "day"}, "auto_resolve": true, "reminders": [{"n": 1, "unit": "day"}],
		"special": [{"channels": ["review"], "reopen_window": {"n": 1, "unit": "day"}}],
		"templates": [{"id": "late", "text": {"de": "Hallo {{.name}}", "en": "Hello {{.name}}"},
			"slots": [{"name": "name", "personal": true}]}]
	}`), cal, nil)
	require.NoError(t, err)
	f := newFixture(t, ticket.RulesConfig{})
	f = f.with(t, func(c *ticket.Config) { c.Rules = rules })
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	got := f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Hier."})
	assert.Equal(t, f.clock.Now().AddDate(0, 0, 3), got.Timer.At)

	_, err = ticket.ParseRules([]byte(`{"reopen_windw": {}, "bot_turns": -1}`), cal, nil)
	assert.Equal(t, map[string]string{"reopen_windw": "reopen_windw"}, faultsOf(t, err))
	_, err = ticket.ParseRules([]byte(`{"bot_turns": -1, "call_attempts": -2}`), cal, nil)
	assert.Equal(t, map[string]string{"bot_turns": "-1", "call_attempts": "-2"}, faultsOf(t, err))
	_, err = ticket.ParseRules([]byte(`{}`), nil, nil)
	assert.True(t, errors.Is(err, ticket.ErrInvalid))
}

// Periods of its own for a channel or a reason; of several that match the first
// counts.
func TestSpecialPeriods(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		FollowUp: days(2), Reminders: []sla.Period{days(1), days(3)},
		Special: []ticket.SpecialConfig{
			{Channels: []ticket.Channel{ticket.ChannelReview}, ReopenWindow: days(30), NoFollowUp: true, NoReminders: true},
			{Reasons: []ticket.Reason{"delivery"}, Wait: days(2), ReopenWindow: days(5), Reminders: []sla.Period{hours(4)}, FollowUp: days(1)},
		},
	})
	now := f.clock.Now()
	solved := func(key string, ch ticket.Channel, reason ticket.Reason) (ticket.Ticket, ticket.Ticket) {
		in := mail(key, "Wo?")
		in.Channel, in.Reason, in.Orders = ch, reason, nil
		ref := f.receive(t, in).Ticket.Ref()
		asked := f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche?"})
		return asked, f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Hier."})
	}
	asked, done := solved("m1", ticket.ChannelReview, "delivery/late")
	assert.Empty(t, asked.Timer.Reminders)
	assert.Equal(t, now.AddDate(0, 0, 7), asked.Timer.At)
	assert.Equal(t, now.AddDate(0, 0, 30), done.Timer.At)
	assert.Zero(t, done.Timer.FollowUp)

	asked, done = solved("m2", ticket.ChannelEmail, "delivery/late")
	assert.Equal(t, []time.Time{now.Add(4 * time.Hour)}, asked.Timer.Reminders)
	assert.Equal(t, now.AddDate(0, 0, 2), asked.Timer.At)
	assert.Equal(t, now.AddDate(0, 0, 5), done.Timer.At)
	assert.Equal(t, now.AddDate(0, 0, 1), done.Timer.FollowUp)

	asked, done = solved("m3", ticket.ChannelEmail, "payment")
	assert.Len(t, asked.Timer.Reminders, 2)
	assert.Equal(t, now.AddDate(0, 0, 14), done.Timer.At)
	assert.Equal(t, now.AddDate(0, 0, 2), done.Timer.FollowUp)

	_, err := ticket.NewRules(ticket.RulesConfig{
		Calendar: calendar(t),
		Special: []ticket.SpecialConfig{{
			Channels: []ticket.Channel{"pigeon"}, Wait: sla.Period{N: -1, Unit: sla.UnitDay}, NoFollowUp: true, FollowUp: days(1),
			NoReminders: true, Reminders: []sla.Period{days(1)},
		}},
	})
	assert.Len(t, faultsOf(t, err), 4, "%v", err)
}
