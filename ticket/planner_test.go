package ticket_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// planner is a planner made of a function.
type planner struct {
	name string
	plan func(ticket.PlanInput) (ticket.PlanOutput, error)
}

func (p planner) Name() string { return p.name }

func (p planner) Plan(in ticket.PlanInput) (ticket.PlanOutput, error) { return p.plan(in) }

func policies(tb testing.TB) *sla.PolicySet {
	tb.Helper()
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(tb, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: "Europe/Berlin", Hours: hours})
	require.NoError(tb, err)
	set, err := sla.NewPolicySet([]sla.PolicyConfig{{ID: "p", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 2, Unit: sla.UnitWorkHour}, Clock: "desk", Warn: []int{50}},
		{Metric: sla.FirstResolution, Period: sla.Period{N: 16, Unit: sla.UnitWorkHour}, Clock: "desk", Pause: []string{"waiting_customer"}},
	}}}}}, []*sla.Calendar{cal})
	require.NoError(tb, err)
	return set
}

func (f *fixture) with(tb testing.TB, change func(*ticket.Config)) *fixture {
	tb.Helper()
	cfg := ticket.Config{
		Rules: newRules(tb, ticket.RulesConfig{}), Now: f.clock.Now, Random: random(9), Delivery: ticket.HostDelivers(),
	}
	change(&cfg)
	desk, err := ticket.NewDesk(f.store, cfg)
	require.NoError(tb, err)
	f.desk = desk
	return f
}

func recorded(events []ticket.Event) []ticket.What {
	var out []ticket.What
	for _, e := range events {
		if b, ok := e.Body.(ticket.Recorded); ok {
			out = append(out, b.What)
		}
	}
	return out
}

// A warning and a breach are each recorded once, at their own time, and feed
// the ticket's wake and its due date.
func TestClocksRecordOnce(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = policies(t), "p" })
	r := f.receive(t, mail("m1", "Wo?")) // Monday 10:00 in Berlin
	ref, opened := r.Ticket.Ref(), f.clock.Now()
	rec, err := f.store.Load(t.Context(), ref)
	require.NoError(t, err)
	assert.Equal(t, opened.Add(2*time.Hour), rec.Due)
	assert.Equal(t, opened.Add(time.Hour), rec.Wake)

	f.clock.Advance(time.Hour)
	f.tick(t)
	f.clock.Advance(time.Hour)
	assert.Empty(t, f.tick(t).Done, "due is not yet a breach")
	f.clock.Advance(time.Microsecond)
	for range 3 {
		f.tick(t)
	}
	events := f.history(t, ref)
	assert.Equal(t, []ticket.What{ticket.WhatWarned, ticket.WhatBreached}, recorded(events))
	breach, ok := events[2].Body.(ticket.Recorded)
	require.True(t, ok)
	assert.Equal(t, sla.FirstResponse, breach.Alert.Metric)
	assert.Equal(t, opened.Add(2*time.Hour+time.Microsecond), events[2].At)

	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	deadlines := f.desk.Deadlines(got, f.clock.Now())
	require.Len(t, deadlines, 2)
	assert.Equal(t, sla.Breached, deadlines[0].State)
	assert.Equal(t, sla.Running, deadlines[1].State)

	f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche?"})
	got, err = f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, sla.Paused, f.desk.Deadlines(got, f.clock.Now())[1].State)
	rec, err = f.store.Load(t.Context(), ref)
	require.NoError(t, err)
	assert.True(t, rec.Due.IsZero(), "a clock that stands has no due date")
}

// What the desk keeps mark by mark is what the whole history gives.
func TestClocksAgreeWithEvaluate(t *testing.T) {
	set := policies(t)
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = set, "p" })
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	policy, ok := set.Newest("p")
	require.True(t, ok)
	steps := []func(){
		func() { f.do(t, anna, ref, ticket.Note{Text: "x"}) },
		func() { f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche?"}) },
		func() { f.receive(t, mail("m2", "Die")) },
		func() { f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."}) },
		func() { f.receive(t, mail("m3", "Nein")) },
		func() { f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedRefunded, Text: "Erstattet."}) },
	}
	for i, step := range steps {
		f.clock.Advance(7 * time.Hour)
		step()
		f.tick(t)
		got, err := f.desk.Get(t.Context(), anna, ref)
		require.NoError(t, err)
		want := sla.Evaluate(policy, ticket.Marks(f.history(t, ref)), f.clock.Now())
		have := f.desk.Deadlines(got, f.clock.Now())
		require.Len(t, have, len(want))
		for j := range want {
			assert.Equal(t, want[j].State, have[j].State, "step %d", i)
			assert.Equal(t, want[j].Elapsed, have[j].Elapsed, "step %d", i)
			assert.Equal(t, want[j].Due, have[j].Due, "step %d", i)
		}
	}
}

// A desk that gets its policies later judges the tickets that it has.
func TestClocksCatchUp(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.clock.Advance(30 * time.Minute)
	f.with(t, func(c *ticket.Config) { c.Policies, c.Policy = policies(t), "p" })
	f.do(t, anna, ref, ticket.Reply{Text: "Hier."})
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	deadlines := f.desk.Deadlines(got, f.clock.Now())
	require.NotEmpty(t, deadlines)
	assert.Equal(t, sla.Met, deadlines[0].State)
	assert.Equal(t, 30*time.Minute, deadlines[0].Elapsed)
}

// A planner sees every event once, its commands are part of the commit that
// made them necessary, and its memo comes back.
func TestPlannerRidesInTheCommit(t *testing.T) {
	var seen []ticket.EventKind
	p := planner{"tagger", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
		out := ticket.PlanOutput{Memo: append(slices.Clone(in.Memo), '1')}
		for _, e := range in.Events {
			seen = append(seen, e.Kind)
			if e.Kind == ticket.EventCustomerMessage {
				out.Commands = append(out.Commands, ticket.Tag{Add: []string{"hot"}})
			}
			if e.Kind == ticket.EventTag {
				out.Next = in.Now.Add(time.Hour)
			}
		}
		if len(in.Events) == 0 {
			out.Commands = []ticket.Command{ticket.Note{Text: "an hour has passed"}}
		}
		return out, nil
	}}
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Planners = []ticket.Planner{p} })
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	r := f.receive(t, mail("m2", "Wo??"))
	assert.Equal(t, []ticket.EventKind{ticket.EventCustomerMessage, ticket.EventTag}, kinds(r.Events))
	assert.Equal(t, []string{"hot"}, r.Ticket.Tags)
	f.clock.Advance(time.Hour)
	assert.Len(t, f.tick(t).Done, 1)
	assert.Equal(t, []ticket.EventKind{
		ticket.EventCreate, ticket.EventCustomerMessage, ticket.EventTag, ticket.EventNote,
	}, kinds(f.history(t, ref)))
	assert.Equal(t, kinds(f.history(t, ref)), seen, "each event once, its own too")
}

// A planner that comes later is shown what it has missed.
func TestPlannerCatchesUp(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Note{Text: "x"})
	var seen []int64
	f.with(t, func(c *ticket.Config) {
		c.Planners = []ticket.Planner{planner{"late", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
			for _, e := range in.Events {
				seen = append(seen, e.Seq)
			}
			return ticket.PlanOutput{}, nil
		}}}
	})
	f.do(t, anna, ref, ticket.Note{Text: "y"})
	assert.Equal(t, []int64{1, 2, 3}, seen)
}

// However a planner misbehaves, the message is kept, the fault stands in the
// history, and the planner is asked again more and more rarely.
func TestPlannersCannotRefuse(t *testing.T) {
	tests := map[string]struct {
		code string
		plan func(ticket.PlanInput) (ticket.PlanOutput, error)
	}{
		"fails":  {"error", func(ticket.PlanInput) (ticket.PlanOutput, error) { return ticket.PlanOutput{}, errDown }},
		"panics": {"panic", func(ticket.PlanInput) (ticket.PlanOutput, error) { panic("boom") }},
		"loops": {"rounds", func(ticket.PlanInput) (ticket.PlanOutput, error) {
			return ticket.PlanOutput{Commands: []ticket.Command{ticket.Note{Text: "again"}}}, nil
		}},
		"hoards": {"memo", func(ticket.PlanInput) (ticket.PlanOutput, error) {
			return ticket.PlanOutput{Memo: bytes.Repeat([]byte("x"), ticket.MaxMemo+1)}, nil
		}},
		"stands still": {"next", func(in ticket.PlanInput) (ticket.PlanOutput, error) { return ticket.PlanOutput{Next: in.Now}, nil }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			asked := 0
			p := planner{"bad", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
				asked++
				return tt.plan(in)
			}}
			good := planner{"good", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
				if in.Events[0].Kind == ticket.EventCreate {
					return ticket.PlanOutput{Commands: []ticket.Command{ticket.Tag{Add: []string{"seen"}}}}, nil
				}
				return ticket.PlanOutput{}, nil
			}}
			f := newFixture(t, ticket.RulesConfig{Idle: days(300)})
			f.with(t, func(c *ticket.Config) {
				c.Rules, c.Planners = newRules(t, ticket.RulesConfig{Idle: days(300)}), []ticket.Planner{p, good}
			})
			r := f.receive(t, mail("m1", "Wo?"))
			assert.Equal(t, ticket.Opened, r.Outcome)
			assert.Equal(t, []string{"seen"}, r.Ticket.Tags, "the other planner is not held up")
			last := r.Events[len(r.Events)-1]
			fault := slices.IndexFunc(r.Events, func(e ticket.Event) bool {
				b, ok := e.Body.(ticket.Recorded)
				return ok && b.What == ticket.WhatPlannerFault && b.Planner == "bad" && b.Code == tt.code
			})
			require.GreaterOrEqual(t, fault, 0, "%v", kinds(r.Events))
			assert.LessOrEqual(t, last.Seq, int64(ticket.MaxRounds+4))

			asked = 0
			f.do(t, anna, r.Ticket.Ref(), ticket.Note{Text: "x"})
			assert.Zero(t, asked, "it is put off")
			f.clock.Advance(5 * time.Minute)
			f.tick(t)
			assert.Positive(t, asked)
			asked = 0
			f.clock.Advance(9 * time.Minute)
			f.tick(t)
			assert.Zero(t, asked, "and put off for twice as long")
			f.clock.Advance(time.Minute)
			f.tick(t)
			assert.Positive(t, asked)
		})
	}
}

func TestPlannersCommandsMayBeRefused(t *testing.T) {
	p := planner{"eager", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
		if in.Events[0].Kind == ticket.EventCreate {
			return ticket.PlanOutput{Commands: []ticket.Command{ticket.Confirm{}, ticket.Tag{}}}, nil
		}
		return ticket.PlanOutput{}, nil
	}}
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Planners = []ticket.Planner{p} })
	r := f.receive(t, mail("m1", "Wo?"))
	assert.Equal(t, []ticket.What{ticket.WhatPlannerRefused, ticket.WhatPlannerRefused}, recorded(r.Events))
}

// Facts are asked for once an operation; a host that fails or hangs makes
// them missing and nothing else.
func TestFacts(t *testing.T) {
	calls := 0
	var got []ticket.Facts
	var fail error
	p := planner{"p", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
		got = append(got, in.Facts)
		return ticket.PlanOutput{}, nil
	}}
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) {
		c.Planners = []ticket.Planner{p, planner{"q", p.plan}}
		c.Facts = func(context.Context, ticket.Ticket, time.Time) (ticket.Facts, error) {
			calls++
			return ticket.Facts{Values: map[string]any{"value": 3}}, fail
		}
	})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	assert.Equal(t, 1, calls)
	assert.Equal(t, 3, got[1].Values["value"])
	fail, got = errDown, nil
	f.do(t, anna, ref, ticket.Note{Text: "x"})
	assert.True(t, got[0].Missing)
	got = nil
	_, err := f.desk.WithStore(f.store).WithFacts(ticket.Facts{Values: map[string]any{"value": 4}}).
		Do(t.Context(), anna, ref, ticket.Note{Text: "x"})
	require.NoError(t, err)
	assert.Equal(t, 4, got[0].Values["value"])
	assert.Equal(t, 2, calls, "a bound desk asks nobody")
}
