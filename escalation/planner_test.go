package escalation_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// service is the policy of most tests of the planner.
const service = `{
	"id": "service", "version": "1", "clock": "wall", "ack_timeout": "1h",
	"steps": [
		{"id": "team", "after": "0s", "targets": [{"kind": "team", "id": "service"}], "actions": [{"kind": "notify"}]},
		{"id": "breach", "after": "0s", "on": {"metric": "first_response"}, "targets": [{"kind": "role", "id": "lead"}],
			"actions": [{"kind": "notify"}, {"kind": "set_priority", "priority": "urgent"}]},
		{"id": "hops", "after": "0s", "when": {"field": "reassignments", "op": "ge", "value": 3},
			"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "reassign", "team": "leads"}, {"kind": "tag", "tags": ["ping-pong"]}]},
		{"id": "lead", "after": "30m", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]},
		{"id": "manager", "after": "90m", "targets": [{"kind": "role", "id": "manager"}], "actions": [{"kind": "notify"}]}]}`

// configs reads policies for a set.
func configs(tb testing.TB, texts ...string) []escalation.PolicyConfig {
	tb.Helper()
	out := make([]escalation.PolicyConfig, len(texts))
	for i, text := range texts {
		require.NoError(tb, json.Unmarshal([]byte(text), &out[i]))
	}
	return out
}

// watched is a desk with a planner.
type watched struct {
	*tickettest.Desk

	planner *escalation.Planner
}

func watch(tb testing.TB, cfg escalation.PlannerConfig, dc tickettest.DeskConfig, texts ...string) *watched {
	tb.Helper()
	var err error
	cfg.Policies, err = escalation.NewPolicySet(escalation.Environment{}, configs(tb, texts...)...)
	require.NoError(tb, err)
	if dc.Rules == nil {
		dc.Rules = tickettest.NewRules(tb, ticket.RulesConfig{})
	}
	cfg.Rules = dc.Rules
	p, err := escalation.NewPlanner(cfg)
	require.NoError(tb, err)
	dc.Planners = append(dc.Planners, p)
	return &watched{tickettest.NewDesk(tb, dc), p}
}

func (w *watched) do(tb testing.TB, actor ticket.Actor, ref ticket.Ref, cmd ticket.Command) ticket.Ticket {
	tb.Helper()
	r, err := w.Do(tb.Context(), actor, ref, cmd)
	require.NoError(tb, err)
	return r.Ticket
}

func (w *watched) tick(tb testing.TB, d time.Duration) {
	tb.Helper()
	w.Clock.Advance(d)
	res, err := w.Tick(tb.Context(), ticket.TickOptions{})
	require.NoError(tb, err)
	for _, f := range res.Faults {
		require.NoError(tb, f.Err)
	}
}

// steps returns what the history says that came, as "e0|c0|team fired".
func (w *watched) steps(tb testing.TB, ref ticket.Ref) []string {
	tb.Helper()
	events, err := w.Events(tb.Context(), ref)
	require.NoError(tb, err)
	return stepsOf(events)
}

func stepsOf(events []ticket.Event) []string {
	var out []string
	for _, e := range events {
		b, _ := e.Body.(ticket.Recorded)
		if b.What == ticket.WhatPlannedStep {
			_, rest, _ := strings.Cut(b.Step.Key, "|")
			_, rest, _ = strings.Cut(rest, "|")
			out = append(out, rest+" "+b.Step.Status)
		}
		if b.What == ticket.WhatPlannerFault || b.What == ticket.WhatPlannerRefused {
			out = append(out, string(b.What)+" "+b.Code)
		}
	}
	return out
}

// The life of a ticket: steps come as time goes by, an acknowledgement holds
// them and times out, the end ends them, and who comes back begins again.
func TestPlannerInTheCommit(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	anna := tickettest.Agent("anna")
	tk := w.Ticket(t, tickettest.Spec{})
	ref := tk.Ref()
	assert.Equal(t, []string{"e0|c0|team fired"}, w.steps(t, ref), "with the message itself")
	assert.Equal(t, 1, tk.Counters.Escalations)
	w.tick(t, 20*time.Minute)
	w.do(t, anna, ref, ticket.Ack{})
	w.tick(t, 59*time.Minute)
	w.tick(t, time.Minute) // the acknowledgement has timed out
	assert.Len(t, w.steps(t, ref), 1)
	w.tick(t, 10*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired"}, w.steps(t, ref))
	w.do(t, anna, ref, ticket.Accept{}) // who takes it acknowledges it
	w.tick(t, 50*time.Minute)
	w.do(t, anna, ref, ticket.AskCustomer{Text: "Welche?", Wake: w.Clock.Now().Add(48 * time.Hour)})
	w.tick(t, 40*time.Hour)
	assert.Len(t, w.steps(t, ref), 2, "it is the customer's turn")
	w.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	w.tick(t, 10*time.Hour)
	assert.Len(t, w.steps(t, ref), 2)

	in := tickettest.Mail("again", tk.Customer.Ref, tk.Orders[0])
	r, err := w.Receive(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, ticket.Reawakened, r.Outcome)
	w.tick(t, 30*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired", "e1|c0|team fired", "e1|c0|lead fired"}, w.steps(t, ref))

	var told []string
	for _, o := range w.Outbox.Sent() {
		if f, ok := escalation.FiringOf(o.Event); ok {
			told = append(told, f.Step+" to "+strings.Join(f.Targets, ","))
		}
	}
	assert.Equal(t, []string{"team to service", "lead to lead", "team to service", "lead to lead"}, told, "each once")
}

// A ticket that goes from hand to hand goes to the lead on the third hop.
func TestThirdHop(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	ref := w.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	before := "anna"
	for _, next := range []string{"ben", "cleo", "dora"} {
		got := w.do(t, tickettest.Agent(before), ref, ticket.Assign{Assignee: next, Expect: before})
		before = next
		if next != "dora" {
			assert.Equal(t, next, got.Assignee)
			continue
		}
		assert.Equal(t, "lead", got.Assignee)
		assert.Equal(t, "leads", got.Team)
		assert.Equal(t, []string{"ping-pong"}, got.Tags)
	}
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|hops fired"}, w.steps(t, ref))
	got := w.do(t, tickettest.Agent("lead"), ref, ticket.Assign{Assignee: "anna", Expect: "lead"})
	assert.Equal(t, "anna", got.Assignee, "once is enough")
}

// Teams are counted apart from agents: the same team again is no hop.
func TestTeamHops(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, strings.Replace(service, `"reassignments"`, `"team_hops"`, 1))
	ref := w.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	w.do(t, tickettest.Agent("anna"), ref, ticket.Unack{})
	for i, team := range []string{"first", "second", "second", "first", "third"} {
		assert.Len(t, w.steps(t, ref), 1, "after %d", i)
		got, err := w.Get(t.Context(), tickettest.System(), ref)
		require.NoError(t, err)
		w.do(t, tickettest.Agent("anna"), ref, ticket.Assign{Assignee: "anna", Team: team, Expect: got.Assignee})
	}
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|hops fired"}, w.steps(t, ref))
}

func office(tb testing.TB) *sla.PolicySet {
	tb.Helper()
	set, err := sla.NewPolicySet([]sla.PolicyConfig{{ID: "p", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 2, Unit: sla.UnitHour}, Clock: sla.WallClock, Warn: []int{50}},
	}}}}}, nil)
	require.NoError(tb, err)
	return set
}

// The breach of a deadline fires in the commit that notes it.
func TestBreachFires(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{Policies: office(t), Policy: "p"}},
		strings.Replace(service, `{"id": "breach"`, `{"id": "warned", "after": "0s", "on": {"metric": "first_response", "percent": 50},
			"when": {"field": "sla_warned", "op": "has", "value": "first_response"}, "actions": [{"kind": "tag", "tags": ["hurry"]}]},
			{"id": "breach"`, 1))
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	for range 3 {
		w.tick(t, time.Hour)
	}
	got, err := w.Get(t.Context(), tickettest.System(), ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.PriorityUrgent, got.Priority)
	assert.Equal(t, []string{"hurry"}, got.Tags)
	assert.ElementsMatch(t, []string{
		"e0|c0|team fired", "e0|c0|lead fired", "e0|c0|warned fired", "e0|c0|manager fired", "e0|c0|breach fired",
	}, w.steps(t, ref))
}

// A running ticket keeps its version; where that is gone it goes on under the
// newest, by the ids of the steps, and the history says so.
func TestPinnedVersions(t *testing.T) {
	store := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	ref := store.Ticket(t, tickettest.Spec{}).Ref()
	store.tick(t, 30*time.Minute)
	v2 := strings.NewReplacer(`"version": "1"`, `"version": "2"`, `"30m"`, `"10m"`, `"90m"`, `"40m"`).Replace(service)

	both := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Store: store.Store, Clock: store.Clock, Seed: 2}, service, v2)
	both.tick(t, 30*time.Minute)
	assert.Len(t, both.steps(t, ref), 2, "an edit changes no running ticket")
	fresh := both.Ticket(t, tickettest.Spec{})
	both.tick(t, 10*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired"}, both.steps(t, fresh.Ref()))

	alone := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Store: store.Store, Clock: store.Clock, Seed: 3}, v2)
	alone.do(t, tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired", "planner_fault policy_missing", "e0|c0|manager fired"}, alone.steps(t, ref))
	alone.do(t, tickettest.Agent("anna"), ref, ticket.Note{Text: "y"})
	assert.Len(t, alone.steps(t, ref), 4)

	other := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Store: store.Store, Clock: store.Clock, Seed: 4},
		strings.Replace(service, `"service"`, `"other"`, 1))
	other.do(t, tickettest.Agent("anna"), fresh.Ref(), ticket.Note{Text: "x"})
	other.tick(t, 10*time.Hour)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired", "planner_fault policy_missing"}, other.steps(t, fresh.Ref()))
}

// Running tickets move to another version where the desk is told to, once, and
// a dry run says before what that changes.
func TestMoves(t *testing.T) {
	v2 := strings.NewReplacer(`"version": "1"`, `"version": "2"`, `"90m"`, `"40m"`).Replace(service)
	first := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service, v2, strings.Replace(service, `"service"`, `"other"`, 1))
	ref := first.Ticket(t, tickettest.Spec{}).Ref() // under the newest
	first = watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Store: first.Store, Clock: first.Clock, Seed: 5}, v2, service)
	old := first.Ticket(t, tickettest.Spec{}).Ref()
	first.tick(t, 35*time.Minute)

	move := escalation.Move{From: "service@1", To: "service@2", How: escalation.MigrateByStep}
	in, err := first.PlanInput(t.Context(), tickettest.Agent("anna"), old, "escalation")
	require.NoError(t, err)
	diff, err := first.planner.DryRun(in, move, in.Now.Add(24*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, []string{"c0|manager"}, diff.Moved)
	_, err = first.planner.DryRun(in, escalation.Move{From: "x@1", To: "x@1", How: "soon"}, in.Now)
	assert.Len(t, faultsOf(t, err), 4)

	second := watch(t, escalation.PlannerConfig{Moves: []escalation.Move{move}},
		tickettest.DeskConfig{Store: first.Store, Clock: first.Clock, Seed: 6}, service, v2)
	for range 2 {
		second.do(t, tickettest.Agent("anna"), old, ticket.Note{Text: "x"})
		second.do(t, tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	}
	second.tick(t, 10*time.Minute)
	assert.Equal(t, []string{"service@2 moved", "e0|c0|manager fired"}, second.steps(t, old)[2:])
	assert.NotContains(t, second.steps(t, ref), "service@2 moved")
	assert.Len(t, second.explain(t, old, time.Hour).Past, 3, "that it moved is no step")
}

// A policy that was edited without a version of its own goes on by the ids of
// its steps, too, and the history says so.
func TestEditedInPlace(t *testing.T) {
	first := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	ref := first.Ticket(t, tickettest.Spec{}).Ref()
	first.tick(t, 30*time.Minute)
	edited := strings.Replace(service, `{"id": "lead", "after": "30m"`, `{"id": "new", "after": "20m", "targets": [{"kind": "role", "id": "x"}], "actions": [{"kind": "notify"}]}, {"id": "lead", "after": "30m"`, 1)
	second := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Store: first.Store, Clock: first.Clock, Seed: 2}, edited)
	second.do(t, tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	second.tick(t, time.Hour)
	assert.Equal(t, []string{
		"e0|c0|team fired", "e0|c0|lead fired", "planner_fault policy_changed", "e0|c0|new fired", "e0|c0|manager fired",
	}, second.steps(t, ref))
}

// Match is decided when an episode begins; only Rematch switches later.
func TestRematch(t *testing.T) {
	const text = `{"id": "ID", "version": "1", "clock": "wall", REMATCH "match": {"field": "priority", "op": "OP", "value": "urgent"},
		"steps": [{"id": "one", "after": "10m", "actions": [{"kind": "tag", "tags": ["ID"]}]},
			{"id": "two", "after": "30m", "actions": [{"kind": "tag", "tags": ["ID2"]}]}]}`
	normal := strings.NewReplacer("ID", "normal", "OP", "ne", "REMATCH", "").Replace(text)
	urgent := strings.NewReplacer("ID", "urgent", "OP", "eq", "REMATCH", "").Replace(text)
	switching := strings.NewReplacer("ID", "normal", "OP", "ne", "REMATCH", `"rematch": true,`).Replace(text)
	up := ticket.PriorityUrgent
	for name, tt := range map[string]struct {
		texts []string
		want  []string
	}{
		"pinned":         {[]string{normal, urgent}, []string{"normal", "normal2"}},
		"rematch":        {[]string{switching, urgent}, []string{"normal", "urgent2"}},
		"none any more":  {[]string{switching}, []string{"normal"}},
		"none at first":  {[]string{urgent}, nil},
		"one that comes": {[]string{strings.Replace(urgent, `"match"`, `"rematch": true, "match"`, 1)}, []string{"urgent"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, tt.texts...)
			ref := w.Ticket(t, tickettest.Spec{}).Ref()
			w.tick(t, 10*time.Minute)
			w.tick(t, 5*time.Minute)
			w.do(t, tickettest.Agent("anna"), ref, ticket.Set{Priority: &up})
			w.tick(t, 10*time.Minute)
			w.tick(t, 5*time.Minute)
			got, err := w.Get(t.Context(), tickettest.System(), ref)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got.Tags)
		})
	}
}

// One address gets so many notices in a window, of all tickets; what is
// withheld says so, and what is no notice is done.
func TestBudgetPerAddress(t *testing.T) {
	text := strings.Replace(service, `"actions": [{"kind": "notify"}]}`, `"actions": [{"kind": "notify"}, {"kind": "tag", "tags": ["seen"]}]}`, 1)
	w := watch(t, escalation.PlannerConfig{PerAddress: escalation.Window{Count: 2, Per: escalation.Minutes(60)}}, tickettest.DeskConfig{}, text)
	var got []string
	for range 4 {
		tk := w.Ticket(t, tickettest.Spec{})
		got = append(got, w.steps(t, tk.Ref())...)
		assert.Equal(t, []string{"seen"}, tk.Tags)
	}
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|team fired", "e0|c0|team withheld", "e0|c0|team withheld"}, got)
	w.Clock.Advance(time.Hour)
	assert.Equal(t, []string{"e0|c0|team fired"}, w.steps(t, w.Ticket(t, tickettest.Spec{}).Ref()))
}

// Facts of the host's that do not fit are missing and noted; the others count.
func TestHostFacts(t *testing.T) {
	text := strings.Replace(service, `{"field": "reassignments", "op": "ge", "value": 3}`, `{"field": "vip", "op": "eq", "value": true}`, 1)
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, text)
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	bad := w.WithFacts(ticket.Facts{Values: map[string]any{"vip": "yes", "state": "closed"}})
	for range 2 {
		_, err := bad.Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"e0|c0|team fired", "planner_fault facts"}, w.steps(t, ref))
	_, err := w.WithFacts(ticket.Facts{Values: map[string]any{"vip": true}}).Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	require.NoError(t, err)
	assert.Equal(t, []string{"e0|c0|team fired", "planner_fault facts", "e0|c0|hops fired"}, w.steps(t, ref))
}

// Where the host cannot be asked, what only it knows is not taken for false:
// the step waits, and is looked at again before long.
func TestMissingIsNotFalse(t *testing.T) {
	text := strings.Replace(service, `{"field": "reassignments", "op": "ge", "value": 3}`, `{"not": {"field": "vip", "op": "eq", "value": true}}`, 1)
	text = strings.Replace(text, `{"id": "lead", "after": "30m"`, `{"id": "lead", "after": "30m", "guard": {"field": "open_order", "op": "eq", "value": false}`, 1)
	down := true
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{
		Facts: func(context.Context, ticket.Ticket, time.Time) (ticket.Facts, error) {
			if down {
				return ticket.Facts{}, context.DeadlineExceeded
			}
			return ticket.Facts{Values: map[string]any{"vip": false, "open_order": false}}, nil
		},
	}}, text)
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	w.tick(t, 30*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired"}, w.steps(t, ref), "neither fired nor guarded")
	x := w.explain(t, ref, time.Minute)
	assert.Equal(t, escalation.ReasonUnasked, x.Not[0].Reason)
	assert.Contains(t, x.Text(time.UTC).EN, "lead not: the shop could not be asked")
	down = false
	w.tick(t, 5*time.Minute)
	assert.ElementsMatch(t, []string{"e0|c0|team fired", "e0|c0|hops fired", "e0|c0|lead fired"}, w.steps(t, ref))
}

// Erasure leaves nothing about persons in what the planner keeps.
func TestEraseMemo(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{Signals: func(string) []string { return []string{"legal_threat"} }}, tickettest.DeskConfig{}, service)
	tk := w.Ticket(t, tickettest.Spec{State: ticket.StateClosed})
	memo := func() string {
		in, err := w.PlanInput(t.Context(), tickettest.Agent("anna"), tk.Ref(), "escalation")
		require.NoError(t, err)
		return string(in.Memo)
	}
	require.Contains(t, memo(), "legal_threat")
	_, err := w.Erase(t.Context(), tickettest.Lead("boss"), tk.Customer.Ref)
	require.NoError(t, err)
	assert.NotContains(t, memo(), "legal_threat")
	x := w.explain(t, tk.Ref(), time.Hour)
	require.Len(t, x.Past, 1)
	assert.Equal(t, "team", x.Past[0].Step)
	assert.Equal(t, escalation.Fired, x.Past[0].Status)
	assert.Empty(t, x.Past[0].Targets, "whom it told is gone")
}

// A step can give the ticket to somebody, where nobody has it or whoever does.
func TestAssign(t *testing.T) {
	const text = `{"id": "a", "version": "1", "clock": "wall", "steps": [
		{"id": "first", "after": "0s", "targets": [{"kind": "team", "id": "service"}, {"kind": "on_call", "id": "night"}], "actions": [{"kind": "assign"}]},
		{"id": "again", "after": "10m", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "assign"}]},
		{"id": "team", "after": "20m", "actions": [{"kind": "reassign", "team": "leads"}]},
		{"id": "same", "after": "30m", "actions": [{"kind": "reassign", "team": "leads"}]}],
		"on_exhausted": {"after": "10m", "targets": [{"kind": "agent", "id": "boss"}], "actions": [{"kind": "reassign"}]}}`
	w := watch(t, escalation.PlannerConfig{Holders: func(_ ticket.Ticket, target escalation.Target, _ time.Time) []string {
		if target.ID == "night" {
			return []string{"nina", "nils"}
		}
		return []string{target.ID}
	}}, tickettest.DeskConfig{}, text)
	tk := w.Ticket(t, tickettest.Spec{})
	have := func() string {
		got, err := w.Get(t.Context(), tickettest.System(), tk.Ref())
		require.NoError(t, err)
		return got.Team + "/" + got.Assignee
	}
	assert.Equal(t, "service/nina", have())
	for _, want := range []string{"service/nina", "leads/", "leads/", "leads/boss"} {
		w.tick(t, 10*time.Minute)
		assert.Equal(t, want, have())
	}
	events, err := w.Events(t.Context(), tk.Ref())
	require.NoError(t, err)
	n := 0
	for _, e := range events {
		if e.Kind == ticket.EventAssign {
			n++
		}
	}
	assert.Equal(t, 3, n, "what is so already is not done again")
}

// A bot that turns in circles hands over to people.
func TestHandOver(t *testing.T) {
	const text = `{"id": "bot", "version": "1", "clock": "wall", "always_runs": true, "steps": [
		{"id": "circles", "after": "0s", "when": {"all": [{"field": "state", "op": "eq", "value": "bot"}, {"field": "bot_turns", "op": "ge", "value": 2}]},
			"actions": [{"kind": "hand_over"}]}]}`
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{
		Rules: tickettest.NewRules(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"delivery"}}),
	}}, text)
	ref := w.Ticket(t, tickettest.Spec{State: ticket.StateBot}).Ref()
	bot := ticket.Actor{Kind: ticket.ActorBot, ID: "bot", Shop: tickettest.Shop}
	got := w.do(t, bot, ref, ticket.BotReply{Text: "Ihr Paket ist unterwegs.", Confidence: 1})
	assert.Equal(t, ticket.StateBot, got.State)
	got = w.do(t, bot, ref, ticket.BotReply{Text: "Es ist wirklich unterwegs.", Confidence: 1})
	assert.Equal(t, ticket.StateOpen, got.State)
	assert.Equal(t, []string{"e0|c0|circles fired"}, w.steps(t, ref))
}

// A memo never grows beyond what a desk keeps: what is the least loss goes.
func TestMemoFits(t *testing.T) {
	var st escalation.State
	sent := strings.Repeat(",1790000000000000", 250)
	require.NoError(t, json.Unmarshal([]byte(`{"p":"std@1","e":1,"o":true,"x":[1790000000000000`+sent+`]}`), &st))
	contacts := make([]int64, 40)
	for i := range contacts {
		contacts[i] = 1790000000
	}
	out, err := escalation.EncodeMemo(st, contacts)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(out), ticket.MaxMemo)
	assert.Greater(t, len(out), ticket.MaxMemo-40, "and no more than that")
}

// What time alone makes true is seen when it does.
func TestTimeMakesConditionsTrue(t *testing.T) {
	const text = `{"id": "wait", "version": "1", "clock": "wall", "steps": [
		{"id": "waits", "after": "0s", "when": {"field": "waiting_minutes", "op": "gt", "value": 45}, "actions": [{"kind": "tag", "tags": ["long"]}]}]}`
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, text)
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	w.tick(t, 45*time.Minute)
	assert.Empty(t, w.steps(t, ref))
	w.tick(t, time.Minute)
	assert.Equal(t, []string{"e0|c0|waits fired"}, w.steps(t, ref))
}

// The ladder rides beside the standard policy: it proposes, and what only a
// person may decide waits for the notice to run and for a second person.
func TestLadderRides(t *testing.T) {
	l, err := escalation.NewLadder(escalation.LadderConfig{}, nil)
	require.NoError(t, err)
	text, err := json.Marshal(l.Policy("ladder", "1", escalation.Cond{}))
	require.NoError(t, err)
	w := watch(t, escalation.PlannerConfig{Name: "ladder"}, tickettest.DeskConfig{Config: ticket.Config{
		Facts: func(_ context.Context, _ ticket.Ticket, _ time.Time) (ticket.Facts, error) {
			return ticket.Facts{Values: map[string]any{"statutory_claim_open": false, "open_order": false}}, nil
		},
	}}, string(text))
	anna, boss := tickettest.Agent("anna"), tickettest.Lead("boss")
	ref := w.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	assert.Empty(t, w.steps(t, ref), "an ordinary ticket")
	w.do(t, anna, ref, ticket.AddPoint{Text: "Farbe"})
	w.do(t, anna, ref, ticket.Reply{Text: "Die Farbe ist richtig.", Points: []string{w.point(t, ref)}})
	w.do(t, anna, ref, ticket.OfferPhone{Text: "Wollen wir reden?"})
	w.do(t, anna, ref, ticket.DocumentAbuse{Kind: ticket.AbuseInsult, Evidence: "m1"})
	w.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepGoodwillExhausted})
	assert.Equal(t, []string{"e0|c0|answer_all_points fired", "e0|c0|offer_goodwill fired", "e0|c0|formal_notice fired"}, w.steps(t, ref))

	w.do(t, boss, ref, ticket.RecordDispute{Step: ticket.StepFormalNotice, Ref: "letter"})
	w.do(t, boss, ref, ticket.Approve{Reason: "it goes on"})
	w.tick(t, 15*24*time.Hour)
	assert.Len(t, w.steps(t, ref), 3, "who sent the notice cannot approve of what follows")
	w.do(t, tickettest.Lead("chief"), ref, ticket.Approve{Reason: "I agree"})
	assert.Equal(t, []string{"e0|c0|legal_step fired", "e0|c0|block_account fired"}, w.steps(t, ref)[3:])
	got, err := w.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.True(t, got.Dispute.LegalStep.IsZero() && got.Dispute.Blocked.IsZero(), "it is only asked for")
}

// The days of a notice pass by themselves.
func TestNoticeRunsOut(t *testing.T) {
	l, err := escalation.NewLadder(escalation.LadderConfig{}, nil)
	require.NoError(t, err)
	text, err := json.Marshal(l.Policy("ladder", "1", escalation.Cond{}))
	require.NoError(t, err)
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{
		Facts: func(_ context.Context, _ ticket.Ticket, _ time.Time) (ticket.Facts, error) {
			return ticket.Facts{Values: map[string]any{"statutory_claim_open": false}}, nil
		},
	}}, string(text))
	anna := tickettest.Agent("anna")
	ref := w.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	w.do(t, anna, ref, ticket.DocumentAbuse{Kind: ticket.AbuseThreat, Evidence: "m1"})
	w.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepFormalNotice, Ref: "letter"})
	w.do(t, tickettest.Lead("boss"), ref, ticket.Approve{Reason: "yes"})
	count := len(w.steps(t, ref))
	w.tick(t, 13*24*time.Hour)
	assert.Len(t, w.steps(t, ref), count)
	// The notice went out on 2 March; 16 March begins at 23:00 UTC.
	w.tick(t, 15*time.Hour-time.Microsecond)
	assert.Len(t, w.steps(t, ref), count)
	w.tick(t, time.Microsecond)
	assert.True(t, slices.Contains(w.steps(t, ref), "e0|c0|legal_step fired"), "%v", w.steps(t, ref))
}

func (w *watched) point(tb testing.TB, ref ticket.Ref) string {
	tb.Helper()
	got, err := w.Get(tb.Context(), tickettest.System(), ref)
	require.NoError(tb, err)
	require.NotEmpty(tb, got.Points)
	return got.Points[0].ID
}

// What a planner knows of a ticket.
func TestFactsOfATicket(t *testing.T) {
	conds := map[string]string{
		"two-contacts": `{"field": "contacts_1d", "op": "ge", "value": 2}`,
		"three-7d":     `{"field": "contacts_7d", "op": "ge", "value": 3}`,
		"three-30d":    `{"field": "contacts_30d", "op": "ge", "value": 3}`,
		"all-contacts": `{"field": "contacts", "op": "eq", "value": 3}`,
		"threat":       `{"field": "signals", "op": "has", "value": "legal_threat"}`,
		"customer":     `{"field": "author_kind", "op": "eq", "value": "customer"}`,
		"agent":        `{"field": "author_kind", "op": "eq", "value": "agent"}`,
		"known":        `{"all": [{"field": "guest", "op": "eq", "value": false}, {"field": "assigned", "op": "eq", "value": false}]}`,
		"language":     `{"all": [{"field": "language", "op": "eq", "value": "de"}, {"field": "channel", "op": "eq", "value": "email"}, {"field": "shop", "op": "eq", "value": "shop"}]}`,
		"no-team":      `{"field": "team", "op": "exists", "value": false}`,
		"idle":         `{"field": "idle_minutes", "op": "ge", "value": 30}`,
		"order":        `{"field": "orders", "op": "has", "value": "o1"}`,
		"host-lies":    `{"field": "contacts", "op": "eq", "value": 99}`,
		"host-knows":   `{"field": "order_state", "op": "eq", "value": "lost"}`,
	}
	var steps []string
	for _, id := range slices.Sorted(maps.Keys(conds)) {
		steps = append(steps, `{"id": "`+id+`", "after": "0s", "when": `+conds[id]+`, "actions": [{"kind": "tag", "tags": ["`+id+`"]}]}`)
	}
	text := `{"id": "all", "version": "1", "clock": "wall", "catch_up": "all", "always_runs": true, "steps": [` + strings.Join(steps, ",") + `]}`
	signals := func(text string) []string {
		if strings.Contains(text, "Anwalt") {
			return []string{"legal_threat"}
		}
		return nil
	}
	w := watch(t, escalation.PlannerConfig{Signals: signals}, tickettest.DeskConfig{Config: ticket.Config{
		Facts: func(context.Context, ticket.Ticket, time.Time) (ticket.Facts, error) {
			return ticket.Facts{Values: map[string]any{"contacts": 99, "order_state": "lost"}}, nil
		},
	}}, text)
	receive := func(key, text string) ticket.Ticket {
		in := tickettest.Mail(key, "c1", "o1")
		in.Text = text
		r, err := w.Receive(t.Context(), in)
		require.NoError(t, err)
		return r.Ticket
	}
	tk := receive("m1", "Wo ist mein Paket?")
	assert.ElementsMatch(t, []string{"customer", "known", "language", "no-team", "order", "host-knows"}, tk.Tags)
	w.Clock.Advance(48 * time.Hour)
	tk = receive("m2", "Und?")
	assert.NotContains(t, tk.Tags, "two-contacts", "one of them is two days old")
	tk = receive("m3", "Dann hören Sie von meinem Anwalt.")
	assert.Subset(t, tk.Tags, []string{"two-contacts", "three-7d", "three-30d", "all-contacts", "threat"})
	tk = w.do(t, tickettest.Agent("anna"), tk.Ref(), ticket.Reply{Text: "Es ist unterwegs."})
	assert.Contains(t, tk.Tags, "agent")
	assert.NotContains(t, tk.Tags, "host-lies")
	w.tick(t, 30*time.Minute)
	got, err := w.Get(t.Context(), tickettest.System(), tk.Ref())
	require.NoError(t, err)
	assert.Contains(t, got.Tags, "idle")
}

func TestPlannerConfig(t *testing.T) {
	_, err := escalation.NewPlanner(escalation.PlannerConfig{PerAddress: escalation.Window{Count: -1, Per: 1}})
	found := faultsOf(t, err)
	assert.Len(t, found, 3)
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	assert.Equal(t, "escalation", w.planner.Name())
	_, err = w.planner.Plan(ticket.PlanInput{Memo: []byte(`{"s":7}`)})
	require.ErrorIs(t, err, escalation.ErrInvalid)
}
