package route_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation/route"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// desk is a desk that routes by a roster which the test changes.
type desk struct {
	*tickettest.Desk

	mu     sync.Mutex
	roster route.Roster
}

func (d *desk) set(agents ...route.Agent) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.roster.Agents = agents
}

func newDesk(tb testing.TB, cfg route.PlannerConfig, dc tickettest.DeskConfig, agents ...route.Agent) *desk {
	tb.Helper()
	d := &desk{roster: route.Roster{Agents: agents}}
	dc.Rules = tickettest.NewRules(tb, ticket.RulesConfig{})
	cfg.Rules = dc.Rules
	cfg.Roster = func(string, time.Time) route.Roster {
		d.mu.Lock()
		defer d.mu.Unlock()
		return d.roster
	}
	p, err := route.NewPlanner(cfg)
	require.NoError(tb, err)
	dc.Planners = []ticket.Planner{p}
	d.Desk = tickettest.NewDesk(tb, dc)
	return d
}

func (d *desk) open(tb testing.TB) ticket.Ref {
	tb.Helper()
	return d.Ticket(tb, tickettest.Spec{}).Ref()
}

func (d *desk) do(tb testing.TB, who ticket.Actor, ref ticket.Ref, cmd ticket.Command) {
	tb.Helper()
	_, err := d.Do(tb.Context(), who, ref, cmd)
	require.NoError(tb, err)
}

func (d *desk) tick(tb testing.TB, by time.Duration) {
	tb.Helper()
	d.Clock.Advance(by)
	_, err := d.Tick(tb.Context(), ticket.TickOptions{})
	require.NoError(tb, err)
}

func (d *desk) has(tb testing.TB, ref ticket.Ref) string {
	tb.Helper()
	t, err := d.Get(tb.Context(), tickettest.System(), ref)
	require.NoError(tb, err)
	for _, e := range must(d.Events(tb.Context(), ref)) {
		r, ok := e.Body.(ticket.Recorded)
		require.False(tb, ok && r.What == ticket.WhatPlannerFault, "the planner is at fault: %v", r)
	}
	return t.Assignee
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func clerk(id string, capacity int) route.Agent {
	return route.Agent{ID: id, Languages: []string{"de"}, Teams: []string{"service"}, Capacity: capacity, Present: true}
}

var (
	resolve = ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Es liegt beim Nachbarn."}
	boss    = tickettest.Lead("boss")
)

// The loads of the roster say nothing here: the keys alone hold the capacity.
// What waits comes next when room is free, what is reopened goes back to who had
// it, and where that one is full to another.
func TestCapacityIsHeldByKeys(t *testing.T) {
	d := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{}, clerk("anna", 2), clerk("ben", 1))
	refs := []ticket.Ref{d.open(t), d.open(t), d.open(t), d.open(t)}
	assert.Equal(t, []string{"anna", "anna", "ben", ""}, []string{d.has(t, refs[0]), d.has(t, refs[1]), d.has(t, refs[2]), d.has(t, refs[3])})
	x, err := d.PlanInput(t.Context(), tickettest.System(), refs[3], "route")
	require.NoError(t, err)
	assert.NotNil(t, x.Memo)

	d.do(t, tickettest.Agent("anna"), refs[0], ticket.Accept{})
	d.do(t, tickettest.Agent("anna"), refs[0], resolve)
	d.tick(t, time.Minute)
	assert.Equal(t, "anna", d.has(t, refs[3]), "room is free")

	d.do(t, tickettest.Agent("anna"), refs[0], ticket.Reopen{Reason: "x"})
	assert.Empty(t, d.has(t, refs[0]), "nobody has room")
	d.do(t, boss, refs[2], ticket.MarkSpam{Reason: "advertising"})
	d.tick(t, time.Minute)
	assert.Equal(t, "ben", d.has(t, refs[0]))

	d.set(clerk("anna", 1), clerk("ben", 1))
	d.tick(t, time.Hour)
	assert.Equal(t, "anna", d.has(t, refs[1]), "a lowered capacity takes nothing away")
	assert.Equal(t, "anna", d.has(t, refs[3]))
}

func TestWeight(t *testing.T) {
	weight := 3
	need := func(ticket.Ticket, ticket.Facts) route.Request { return route.Request{Weight: weight} }
	d := newDesk(t, route.PlannerConfig{Need: need}, tickettest.DeskConfig{}, clerk("anna", 20), clerk("ben", 4))
	for range 6 {
		assert.Equal(t, "anna", d.has(t, d.open(t)))
	}
	assert.Equal(t, "ben", d.has(t, d.open(t)), "two of 20 are left, and three needed")
	assert.Empty(t, d.has(t, d.open(t)))
	weight = 1
	assert.Equal(t, "anna", d.has(t, d.open(t)))
	assert.Equal(t, "anna", d.has(t, d.open(t)))
	assert.Equal(t, "ben", d.has(t, d.open(t)))
	assert.Empty(t, d.has(t, d.open(t)))
}

// A capacity larger than what can be asked for at once is found in parts.
func TestLargeCapacity(t *testing.T) {
	weight := route.MaxWeight
	need := func(ticket.Ticket, ticket.Facts) route.Request { return route.Request{Weight: weight} }
	d := newDesk(t, route.PlannerConfig{Need: need}, tickettest.DeskConfig{}, clerk("anna", 100), clerk("ben", 1000))
	count := map[string]int{}
	var refs []ticket.Ref
	for range 14 {
		refs = append(refs, d.open(t))
		d.Clock.Advance(time.Second)
	}
	weight = 1
	for range 4 {
		refs = append(refs, d.open(t))
	}
	for _, ref := range refs {
		count[d.has(t, ref)]++
	}
	assert.Equal(t, 18, count["anna"]+count["ben"])
	assert.LessOrEqual(t, count["anna"], 12+4)
	assert.Greater(t, count["anna"], 8)
}

func TestAbsenceAndShiftEnd(t *testing.T) {
	anna, ben := clerk("anna", 2), clerk("ben", 1)
	d := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{}, anna, ben)
	d.roster.Until = d.Clock.Now().Add(time.Hour)
	refs := []ticket.Ref{d.open(t), d.open(t)}
	d.do(t, tickettest.Agent("anna"), refs[0], ticket.Accept{})
	anna.Present = false
	d.set(anna, ben)
	d.tick(t, 59*time.Minute)
	assert.Equal(t, "anna", d.has(t, refs[0]), "nobody looks before the shift ends")
	d.tick(t, time.Minute)
	got := []string{d.has(t, refs[0]), d.has(t, refs[1])}
	assert.ElementsMatch(t, []string{"ben", "anna"}, got, "one goes to ben; for the other nobody has room, and it stays")

	anna.Absent = true
	d.set(anna, ben)
	_, err := d.Touch(t.Context(), ticket.Query{Shop: tickettest.Shop, Assignee: "anna"})
	require.NoError(t, err)
	d.tick(t, time.Second)
	got = []string{d.has(t, refs[0]), d.has(t, refs[1])}
	assert.ElementsMatch(t, []string{"ben", ""}, got, "what an absent agent has goes back into the queue")

	anna.Absent, anna.Present = false, true
	d.set(anna, ben)
	d.tick(t, time.Minute)
	got = []string{d.has(t, refs[0]), d.has(t, refs[1])}
	assert.ElementsMatch(t, []string{"ben", "anna"}, got)
}

func TestPeopleOverrule(t *testing.T) {
	d := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{}, clerk("anna", 1), clerk("ben", 1))
	first, second := d.open(t), d.open(t)
	require.Equal(t, []string{"anna", "ben"}, []string{d.has(t, first), d.has(t, second)})

	d.do(t, tickettest.Agent("anna"), first, ticket.Unassign{})
	assert.Empty(t, d.has(t, first), "who gave it back does not get it at once")
	d.tick(t, time.Hour)
	assert.Equal(t, "anna", d.has(t, first), "an hour later it does")

	d.do(t, boss, first, ticket.Assign{Assignee: "ben", Expect: "anna"})
	assert.Equal(t, "ben", d.has(t, first), "a lead may overload")
	third := d.open(t)
	assert.Equal(t, "anna", d.has(t, third), "her room is free")
	d.do(t, boss, third, ticket.Assign{Assignee: "zoe", Expect: "anna"})
	assert.Equal(t, "zoe", d.has(t, third), "who is not in the roster is no business of the planner")
	assert.Equal(t, "anna", d.has(t, d.open(t)))
	d.do(t, boss, second, resolve)
	assert.Equal(t, "ben", d.has(t, d.open(t)), "the one who was given too much holds one unit")
	assert.Empty(t, d.has(t, d.open(t)))
}

func TestPlannerBoundsHops(t *testing.T) {
	lead := clerk("lena", 3)
	lead.Teams = []string{"lead"}
	d := newDesk(t, route.PlannerConfig{Policy: route.Policy{MaxHops: 2, Final: "lead"}}, tickettest.DeskConfig{}, clerk("anna", 3), lead)
	ref := d.open(t)
	has := d.has(t, ref)
	for _, team := range []string{"service", "tech", "service"} {
		d.do(t, boss, ref, ticket.Assign{Team: team, Expect: has})
		has = d.has(t, ref)
	}
	assert.Equal(t, "anna", has)
	d.do(t, boss, ref, ticket.Assign{Team: "tech", Expect: has})
	got, err := d.Get(t.Context(), tickettest.System(), ref)
	require.NoError(t, err)
	assert.Equal(t, []string{"lead", "lena"}, []string{got.Team, got.Assignee})
}

// Whatever people and agents do, nobody ever has more from the planner than its
// capacity, and no room is lost: at the end as many fit as at the start.
func TestNoRoomIsLost(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		ids := []string{"anna", "ben", "cem"}
		agents := []route.Agent{clerk("anna", 1), clerk("ben", 2), clerk("cem", 1)}
		d := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{}, agents...)
		var refs []ticket.Ref
		for range rapid.IntRange(1, 25).Draw(r, "steps") {
			if len(refs) == 0 || rapid.IntRange(0, 2).Draw(r, "new") == 0 {
				refs = append(refs, d.open(t))
			}
			ref := rapid.SampledFrom(refs).Draw(r, "ticket")
			cmd := rapid.SampledFrom([]ticket.Command{
				ticket.Accept{}, ticket.Unassign{}, resolve, ticket.Reopen{Reason: "x"}, ticket.MarkSpam{Reason: "x"}, ticket.AskCustomer{Text: "?"},
			}).Draw(r, "command")
			_, _ = d.Do(t.Context(), boss, ref, cmd) // many are refused
			i := rapid.IntRange(0, 2).Draw(r, "agent")
			agents[i].Present, agents[i].Absent = rapid.Bool().Draw(r, "present"), rapid.Bool().Draw(r, "absent")
			d.set(append([]route.Agent(nil), agents...)...)
			d.tick(t, time.Minute)
			count := map[string]int{}
			for _, ref := range refs {
				got, err := d.Get(t.Context(), tickettest.System(), ref)
				require.NoError(r, err)
				if got.State == ticket.StateNew || got.State == ticket.StateOpen {
					count[d.has(t, ref)]++
				}
			}
			for k, id := range ids {
				require.LessOrEqual(r, count[id], []int{1, 2, 1}[k], id)
			}
		}
		for _, ref := range refs {
			_, _ = d.Do(t.Context(), boss, ref, resolve)
			got, err := d.Get(t.Context(), tickettest.System(), ref)
			require.NoError(r, err)
			require.Contains(r, []ticket.State{ticket.StateResolved, ticket.StateSpam}, got.State)
		}
		d.tick(t, time.Minute)
		d.set(clerk("anna", 1), clerk("ben", 2), clerk("cem", 1))
		for range 4 {
			require.NotEmpty(r, d.has(t, d.open(t)))
		}
		require.Empty(r, d.has(t, d.open(t)))
	})
}

// However many workers there are over one store, no agent has more than its
// capacity, and no room stays empty while somebody waits.
func TestCapacityUnderManyWorkers(t *testing.T) {
	store, clock := new(ticketmem.Store), tickettest.NewClock(noon)
	agents := []route.Agent{clerk("anna", 5), clerk("ben", 17), clerk("cem", 1)}
	const workers, each = 8, 6
	var mu sync.Mutex
	count := map[string]int{}
	var desks []*desk
	for i := range workers {
		desks = append(desks, newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{Store: store, Clock: clock, Seed: uint64(i + 1)}, agents...))
	}
	var wg sync.WaitGroup
	for _, d := range desks {
		wg.Go(func() {
			for range each {
				_ = d.open(t)
			}
		})
	}
	wg.Wait()
	var all []ticket.Ref
	tally := func() {
		clear(count)
		all = all[:0]
		page, err := desks[0].List(t.Context(), tickettest.System(), ticket.Query{Shop: tickettest.Shop, Limit: ticket.MaxPage})
		require.NoError(t, err)
		for _, x := range page.Tickets {
			if x.State == ticket.StateNew {
				count[x.Assignee]++
				all = append(all, x.Ref())
			}
		}
	}
	tally()
	assert.Equal(t, map[string]int{"anna": 5, "ben": 17, "cem": 1, "": workers*each - 23}, count)
	for round := range 3 { // workers end tickets while others look for what waits
		for i, ref := range all[:10] {
			wg.Go(func() { _, _ = desks[i%workers].Do(context.Background(), boss, ref, ticket.MarkSpam{Reason: "x"}) })
		}
		clock.Advance(time.Minute)
		for _, d := range desks {
			wg.Go(func() { _, _ = d.Tick(context.Background(), ticket.TickOptions{}) })
		}
		wg.Wait()
		mu.Lock()
		tally()
		mu.Unlock()
		for _, a := range agents {
			assert.LessOrEqual(t, count[a.ID], a.Capacity, "round %d", round)
		}
	}
	for range 3 {
		desks[0].tick(t, time.Minute)
	}
	tally()
	assert.Equal(t, 0, min(count[""], 23-count["anna"]-count["ben"]-count["cem"]), "nobody waits while there is room")
}

func TestPlannerFaults(t *testing.T) {
	_, err := route.NewPlanner(route.PlannerConfig{Policy: route.Policy{MaxHops: -1}})
	require.ErrorIs(t, err, route.ErrInvalid)
	for _, path := range []string{"rules", "roster", "policy.max_hops"} {
		assert.ErrorContains(t, err, path)
	}
	p, err := route.NewPlanner(route.PlannerConfig{
		Rules: tickettest.NewRules(t, ticket.RulesConfig{}), Roster: func(string, time.Time) route.Roster { return route.Roster{} },
	})
	require.NoError(t, err)
	_, err = p.Plan(ticket.PlanInput{Memo: []byte("{")})
	require.ErrorIs(t, err, route.ErrInvalid)
	_, err = p.Decide(ticket.PlanInput{Memo: []byte("[]")})
	require.ErrorIs(t, err, route.ErrInvalid)
	d, err := p.Decide(ticket.PlanInput{Now: noon})
	require.NoError(t, err)
	assert.Equal(t, route.Queued, d.Reason)
}
