package route_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation/route"
)

var noon = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

// routingCase is a reference case.
type routingCase struct {
	ID    string `json:"id"`
	Input struct {
		Agents []struct {
			ID           string    `json:"id"`
			Skills       []string  `json:"skills"`
			Load         int       `json:"load"`
			Capacity     int       `json:"capacity"`
			LastAssigned time.Time `json:"last_assigned"`
			Present      bool      `json:"present"`
			Authority    int       `json:"authority"`
		} `json:"agents"`
		Ticket struct {
			Skills       []string  `json:"skills"`
			Weight       int       `json:"weight"`
			WaitingSince time.Time `json:"waiting_since"`
			LastAgent    string    `json:"last_agent"`
			MinAuthority int       `json:"min_authority"`
		} `json:"ticket"`
		Relax []struct {
			AfterMin int      `json:"after_min"`
			Drop     []string `json:"drop"`
		} `json:"relax"`
		Mode route.Mode `json:"mode"`
		Now  time.Time  `json:"now"`
	} `json:"input"`
	Expect struct {
		Agent  string       `json:"agent"`
		Reason route.Reason `json:"reason"`
	} `json:"expect"`
}

func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases/route.json")
	require.NoError(t, err)
	var file struct {
		Cases []routingCase `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	require.Len(t, file.Cases, 7)
	for _, c := range file.Cases {
		p := route.Policy{Mode: c.Input.Mode}
		for _, x := range c.Input.Relax {
			p.Relax = append(p.Relax, route.Relax{After: route.Duration(x.AfterMin) * route.Duration(time.Minute), Drop: x.Drop})
		}
		var roster route.Roster
		for _, a := range c.Input.Agents {
			skills := map[string]int{}
			for _, s := range a.Skills {
				skills[s] = 1
			}
			roster.Agents = append(roster.Agents, route.Agent{
				ID: a.ID, Skills: skills, Load: a.Load, Capacity: a.Capacity, LastAssigned: a.LastAssigned, Present: a.Present, Authority: a.Authority,
			})
		}
		in := c.Input.Ticket
		r := route.Request{Weight: in.Weight, WaitingSince: in.WaitingSince, LastAgent: in.LastAgent, MinAuthority: in.MinAuthority}
		for _, s := range in.Skills {
			r.Skills = append(r.Skills, route.Need{Skill: s})
		}
		d := route.Route(p, roster, r, c.Input.Now)
		assert.Equal(t, c.Expect.Agent, d.Agent, c.ID)
		assert.Equal(t, c.Expect.Reason, d.Reason, c.ID)
	}
}

func agent(id string, change ...func(*route.Agent)) route.Agent {
	a := route.Agent{ID: id, Skills: map[string]int{"returns": 2}, Languages: []string{"de"}, Teams: []string{"service"}, Capacity: 4, Present: true}
	for _, f := range change {
		f(&a)
	}
	return a
}

func TestEveryReasonIsNamed(t *testing.T) {
	roster := route.Roster{Agents: []route.Agent{
		agent("fine"),
		agent("ill", func(a *route.Agent) { a.Absent, a.Present = true, false }),
		agent("off", func(a *route.Agent) { a.Present = false }),
		agent("novice", func(a *route.Agent) { a.Skills["returns"], a.Load = 1, 3 }),
		agent("stranger", func(a *route.Agent) { a.Skills, a.Languages, a.Teams, a.Authority = nil, nil, nil, -1 }),
		agent("back"),
	}}
	r := route.Request{
		Skills: []route.Need{{Skill: "returns", Level: 2}}, Languages: []string{"de"}, Team: "service", Weight: 2, Exclude: []string{"back"},
	}
	d := route.Route(route.Policy{}, roster, r, noon)
	assert.Equal(t, "fine", d.Agent)
	assert.Equal(t, []string{"fine"}, d.Ranking)
	got := map[string][]route.Blocker{}
	for _, v := range d.Verdicts {
		got[v.Agent] = v.Blockers
	}
	assert.Equal(t, map[string][]route.Blocker{
		"fine":   nil,
		"ill":    {{Code: route.Absent}},
		"off":    {{Code: route.OffDuty}},
		"novice": {{Code: route.Level, Detail: "returns 1 of 2"}, {Code: route.Full, Detail: "3 of 4"}},
		"stranger": {
			{Code: route.Team, Detail: "service"},
			{Code: route.Skill, Detail: "returns"},
			{Code: route.Language, Detail: "de"},
			{Code: route.Authority, Detail: "-1 of 0"},
		},
		"back": {{Code: route.Excluded}},
	}, got)
}

func TestRelaxing(t *testing.T) {
	p := route.Policy{Relax: []route.Relax{
		{After: route.Duration(10 * time.Minute), Lower: 2},
		{After: route.Duration(30 * time.Minute), Drop: []string{"fr"}, Languages: []string{"tr"}, AnyTeam: true},
	}}
	require.NoError(t, p.Check())
	r := route.Request{
		Skills: []route.Need{{Skill: "returns", Level: 3}, {Skill: "fr", Level: 1}}, Languages: []string{"de", "tr"}, Team: "lead", WaitingSince: noon,
	}
	roster := route.Roster{Agents: []route.Agent{agent("anna")}}
	for _, c := range []struct {
		after   time.Duration
		agent   string
		relaxed []string
		next    time.Time
	}{
		{0, "", nil, noon.Add(10 * time.Minute)},
		{10 * time.Minute, "", []string{"level returns 1"}, noon.Add(30 * time.Minute)},
		{30*time.Minute - 1, "", []string{"level returns 1"}, noon.Add(30 * time.Minute)},
		{30 * time.Minute, "anna", []string{"level returns 1", "skill fr", "language tr", "team lead"}, time.Time{}},
	} {
		d := route.Route(p, roster, r, noon.Add(c.after))
		assert.Equal(t, c.agent, d.Agent, c.after)
		assert.Equal(t, c.relaxed, d.Relaxed, c.after)
		assert.Equal(t, c.next, d.Next, c.after)
	}
	assert.Equal(t, 3, r.Skills[0].Level, "the request is left alone")
}

func TestCompare(t *testing.T) {
	want := []route.Request{
		{ID: "urgent", Priority: 3, WaitingSince: noon},
		{ID: "due", Priority: 1, Due: noon, WaitingSince: noon.Add(time.Hour)},
		{ID: "due_later", Priority: 1, Due: noon.Add(1), WaitingSince: noon},
		{ID: "old", Priority: 1, WaitingSince: noon},
		{ID: "a", Priority: 1, WaitingSince: noon.Add(1)},
		{ID: "b", Priority: 1, WaitingSince: noon.Add(1)},
	}
	got := slices.Clone(want)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
	slices.SortFunc(got, route.Compare)
	assert.Equal(t, want, got)
}

// Everybody who is chosen can take it, nobody who can is passed over for a
// worse one, and who is queued could be taken by nobody.
func TestRouteAgainstTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var roster route.Roster
		for i := range rapid.IntRange(0, 6).Draw(t, "agents") {
			roster.Agents = append(roster.Agents, route.Agent{
				ID: fmt.Sprint("a", i), Present: rapid.Bool().Draw(t, "present"), Capacity: rapid.IntRange(0, 4).Draw(t, "capacity"),
				Load: rapid.IntRange(0, 4).Draw(t, "load"), Authority: rapid.IntRange(0, 1).Draw(t, "authority"),
				LastAssigned: noon.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "idle"))),
			})
		}
		r := route.Request{Weight: rapid.IntRange(1, 2).Draw(t, "weight"), MinAuthority: rapid.IntRange(0, 1).Draw(t, "min"), LastAgent: "a1"}
		p := route.Policy{Mode: rapid.SampledFrom([]route.Mode{route.LeastLoaded, route.LongestIdle}).Draw(t, "mode")}
		d := route.Route(p, roster, r, noon)
		best, ratio, idle, sticky := "", 0.0, time.Time{}, false
		for _, a := range roster.Agents {
			if !a.Present || a.Load+r.Weight > a.Capacity || a.Authority < r.MinAuthority || sticky {
				continue
			}
			share := float64(a.Load) / float64(a.Capacity)
			if p.Mode == route.LongestIdle {
				share = 0
			}
			sticky = a.ID == "a1"
			if best == "" || sticky || share < ratio || share == ratio && a.LastAssigned.Before(idle) {
				best, ratio, idle = a.ID, share, a.LastAssigned
			}
		}
		assert.Equal(t, best, d.Agent)
		assert.Equal(t, best == "", d.Reason == route.Queued)
	})
}

// A day of a desk: agents come and go, a thousand tickets arrive, and at no
// moment is a capacity exceeded, a skill missing, or somebody idle for whom a
// ticket waits.
func TestSimulatedDay(t *testing.T) {
	const seed = 20261126
	t.Log("seed", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	type work struct {
		request route.Request
		agent   int
		done    time.Time
	}
	roster := route.Roster{}
	for i := range 9 {
		a := route.Agent{ID: fmt.Sprintf("a%d", i), Skills: map[string]int{"de": 1}, Capacity: 2 + i%3}
		if i%2 == 0 {
			a.Skills["tech"] = 1 + i/4
		}
		roster.Agents = append(roster.Agents, a)
	}
	policy := route.Policy{Relax: []route.Relax{{After: route.Duration(2 * time.Hour), Lower: 9}}}
	var queue []route.Request
	var running []work
	day, served, last := noon.Truncate(24*time.Hour), 0, map[string]string{}
	for minute := range 24 * 60 {
		now := day.Add(time.Duration(minute) * time.Minute)
		for i := range roster.Agents { // three shifts of ten hours, which overlap
			start := (i % 3) * 8 * 60
			roster.Agents[i].Present = (minute-start+24*60)%(24*60) < 10*60
		}
		running = slices.DeleteFunc(running, func(w work) bool {
			over := !now.Before(w.done)
			gone := !over && !roster.Agents[w.agent].Present // routed anew, from the front
			if over || gone {
				roster.Agents[w.agent].Load -= w.request.Weight
			}
			if gone {
				w.request.LastAgent = roster.Agents[w.agent].ID
				queue = append(queue, w.request)
			}
			return over || gone
		})
		if random.Float64() < .7 {
			r := route.Request{ID: strconv.Itoa(minute), Skills: []route.Need{{Skill: "de"}}, Weight: 1 + random.IntN(2), Priority: random.IntN(3), WaitingSince: now}
			if random.IntN(3) == 0 {
				r.Skills = append(r.Skills, route.Need{Skill: "tech", Level: 1 + random.IntN(3)})
			}
			queue = append(queue, r)
		}
		var left []route.Request
		for _, x := range route.Dispatch(policy, roster, queue, now) {
			if x.Decision.Agent == "" {
				left = append(left, x.Request)
				continue
			}
			i := slices.IndexFunc(roster.Agents, func(a route.Agent) bool { return a.ID == x.Decision.Agent })
			a := &roster.Agents[i]
			require.True(t, a.Present)
			a.Load += x.Request.Weight
			a.LastAssigned = now
			require.LessOrEqual(t, a.Load, a.Capacity)
			running = append(running, work{x.Request, i, now.Add(time.Duration(3+random.IntN(12)) * time.Minute)})
			last[x.Request.ID] = a.ID
			served++
		}
		for _, r := range left { // nobody idle could have taken it
			require.Empty(t, route.Route(policy, roster, r, now).Agent)
		}
		queue = left
	}
	t.Logf("%d tickets routed %d times, %d left", len(last), served, len(queue))
	assert.Greater(t, len(last), 900)
	assert.Less(t, len(queue), 20)
}

func TestHops(t *testing.T) {
	p := route.Policy{MaxHops: 2, Final: "lead"}
	require.NoError(t, p.Check())
	path, _ := p.Hop(nil, "service")
	path, team := p.Hop(path, "tech")
	assert.Equal(t, "tech", team)
	path, team = p.Hop(path, "tech")
	assert.Equal(t, 1, path.Hops(), "it is there already")
	assert.Equal(t, "tech", team)
	home, team, ok := p.Home(path)
	assert.True(t, ok)
	assert.Equal(t, "service", team)
	assert.Zero(t, home.Hops())
	path, _ = p.Hop(path, "billing")
	path, team = p.Hop(path, "service")
	assert.Equal(t, "lead", team, "the third hop is one too many")
	path, team = p.Hop(path, "tech")
	assert.Equal(t, "lead", team, "and so is every other")
	assert.Equal(t, route.Path{"service", "tech", "billing", "lead"}, path)
	_, _, ok = p.Home(path)
	assert.False(t, ok, "what wandered too far stays with the lead")
	_, _, ok = p.Home(route.Path{"service"})
	assert.False(t, ok)
}

func TestFaults(t *testing.T) {
	_, err := route.ParseRoster([]byte(`{"agents":[{"id":"","capacity":1001,"load":-1,"skills":{"x":0}},{"id":"a","capacity":1},{"id":"a","capacity":1}]}`))
	require.ErrorIs(t, err, route.ErrInvalid)
	for _, path := range []string{"agents[0].id", "agents[0].capacity", "agents[0].load", "agents[0].skills.x", "agents[2].id"} {
		assert.ErrorContains(t, err, path)
	}
	_, err = route.ParsePolicy([]byte(`{"mode":"random","max_hops":3,"retry":"-1m","relax":[{"after":"-1s","lower":-1}]}`))
	require.ErrorIs(t, err, route.ErrInvalid)
	for _, path := range []string{"mode", "final", "retry", "relax[0].after", "relax[0].lower"} {
		assert.ErrorContains(t, err, path)
	}
	_, err = route.ParsePolicy([]byte(`{"Mode":"least_loaded","retry":"soon"}`))
	require.ErrorIs(t, err, route.ErrInvalid)
	p, err := route.ParsePolicy([]byte(`{"mode":"round_robin","retry":"5m","relax":[{"after":"30m","drop":["fr"]}]}`))
	require.NoError(t, err)
	again, err := json.Marshal(p)
	require.NoError(t, err)
	back, err := route.ParsePolicy(again)
	require.NoError(t, err)
	assert.Equal(t, p, back)
}

// Whatever is read as a roster or a policy routes without a fault, to somebody
// who has nothing in the way.
func FuzzRoute(f *testing.F) {
	f.Add([]byte(`{"agents":[{"id":"a","skills":{"x":2},"languages":["de"],"capacity":2,"load":1,"present":true}],"until":"2026-06-02T12:00:00Z"}`),
		[]byte(`{"mode":"round_robin","relax":[{"after":"30m","drop":["x"],"lower":1,"any_team":true}],"max_hops":2,"final":"lead"}`))
	f.Add([]byte(`{"agents":[]}`), []byte(`{}`))
	f.Fuzz(func(t *testing.T, roster, policy []byte) {
		r, err := route.ParseRoster(roster)
		if err != nil {
			return
		}
		p, err := route.ParsePolicy(policy)
		if err != nil {
			return
		}
		need := route.Request{Skills: []route.Need{{Skill: "x", Level: 2}}, Team: "t", LastAgent: "a", WaitingSince: noon.Add(-time.Hour)}
		d := route.Route(p, r, need, noon)
		for _, v := range d.Verdicts {
			if v.Agent == d.Agent && d.Agent != "" && len(v.Blockers) > 0 {
				t.Fatalf("%s takes it in spite of %v", d.Agent, v.Blockers)
			}
			if d.Agent == "" && len(v.Blockers) == 0 {
				t.Fatalf("queued, though %s can take it", v.Agent)
			}
		}
		path, team := p.Hop(route.Path{"a", "b", "c", "d"}, "e")
		if path[len(path)-1] != team {
			t.Fatalf("%v does not end at %s", path, team)
		}
	})
}
