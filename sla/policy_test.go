package sla_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

func workHours(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitWorkHour} }

// faultPaths lists the paths of all faults in err.
func faultPaths(t *testing.T, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, sla.ErrInvalid)
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	return paths
}

func TestNewPolicyReportsEveryFault(t *testing.T) {
	cfg := sla.PolicyConfig{
		ID: "a@b", Version: -1, Zone: "Europe/Atlantis", Retarget: "sometimes", CalendarChange: "never", ClosingTie: "dawn",
		Priorities: []string{"high", "high", ""},
		Rules: []sla.Rule{
			{ID: "", Match: sla.Match{Channel: []string{"mail", "mail"}, Tag: []string{strings.Repeat("x", 65)}}},
			{ID: "r", Targets: []sla.Target{
				{Metric: "speed", Period: workHours(1), Clock: "desk"},
				{Metric: sla.FirstResponse, Period: workHours(1), Clock: "moon", Warn: []int{0, 50, 50, 100}},
				{Metric: sla.FirstResponse, Period: workHours(1), Clock: "desk"},
				{Metric: sla.NextResponse, Period: sla.Period{N: 4, Unit: sla.UnitHour}, Clock: "desk", Stop: sla.MarkMerged, Reopen: sla.ReopenIgnore},
				{Metric: sla.TotalResolution, Period: workHours(0), Clock: sla.WallClock, Pause: []string{"", "a", "a"}, Reopen: "later"},
				{Metric: sla.FirstResolution, Period: sla.Period{N: 1, Unit: "moment"}, Clock: "desk", Stop: sla.MarkAgentReply},
				{Metric: sla.AgentWork, Clock: "desk", Period: sla.Period{N: 101, Unit: sla.UnitYear}},
				{Metric: sla.Promise, Clock: "desk", Stop: sla.MarkResolved},
			}},
			{ID: "r", Targets: []sla.Target{{Metric: sla.PeriodicUpdate, Period: sla.Period{N: 1, Unit: sla.UnitBusinessDay}, Clock: sla.WallClock}}},
		},
	}
	_, err := sla.NewPolicy(cfg, desk(t, 1, "Mo-Fr 09:00-17:00"), nil, desk(t, 1, "Mo-Fr 09:00-18:00"))
	assert.Equal(t, []string{
		"calendars[1]", "calendars[2]",
		"id", "version", "priorities[1]", "priorities[2]", "zone", "retarget", "calendar_change", "closing_tie",
		"rules[0].id", "rules[0].match.channel[1]", "rules[0].match.tag[0]", "rules[0].targets",
		"rules[1].targets[0].metric",
		"rules[1].targets[1].warn[0]", "rules[1].targets[1].warn[2]", "rules[1].targets[1].warn[3]", "rules[1].targets[1].clock",
		"rules[1].targets[2].metric",
		"rules[1].targets[3].period.unit", "rules[1].targets[3].stop", "rules[1].targets[3].reopen",
		"rules[1].targets[4].pause[0]", "rules[1].targets[4].pause[2]", "rules[1].targets[4].period.n", "rules[1].targets[4].period.unit", "rules[1].targets[4].reopen",
		"rules[1].targets[5].period.unit", "rules[1].targets[5].stop",
		"rules[1].targets[6].period.n",
		"rules[1].targets[7].stop",
		"rules[2].id", "rules[2].targets[0].period.unit",
	}, faultPaths(t, err))
}

func TestNewPolicyWithoutRules(t *testing.T) {
	_, err := sla.NewPolicy(sla.PolicyConfig{ID: "p"})
	assert.Equal(t, []string{"rules"}, faultPaths(t, err))
}

func TestParsePolicyIsStrict(t *testing.T) {
	_, err := sla.ParsePolicy([]byte(`{"id": "p", "ID": "q", "rules": [{"id": "a", "id": "b", "targets": [{"metric": "first_response", "stop": "agent_reply+telepathy", "colour": "red"}]}]}`))
	assert.ElementsMatch(t, []string{"ID", "rules[0].id", "rules[0].targets[0].stop", "rules[0].targets[0].colour"}, faultPaths(t, err))
	_, err = sla.ParsePolicy([]byte(`{`))
	require.ErrorIs(t, err, sla.ErrInvalid)
}

func TestPolicyIsWhatItWasMadeFrom(t *testing.T) {
	cfg := sla.PolicyConfig{ID: "p", Version: 3, Rules: []sla.Rule{{ID: "r", Match: sla.Match{Priority: []string{"high"}}, Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: workHours(1), Clock: "desk", Warn: []int{50}, Pause: []string{"a"}},
	}}}}
	p, err := sla.NewPolicy(cfg, desk(t, 1, "Mo-Fr 09:00-17:00"))
	require.NoError(t, err)
	assert.Equal(t, []any{"p", 3, "p@3"}, []any{p.ID(), p.Version(), p.Ref()})

	// Neither the config given nor the one returned reaches into the policy.
	cfg.Rules[0].Match.Priority[0] = "low"
	cfg.Rules[0].Targets[0].Warn[0] = 60
	p.Config().Rules[0].Targets[0].Pause[0] = "b"
	assert.Equal(t, "r", p.Match(sla.Subject{Priority: "high"}))
	assert.Empty(t, p.Match(sla.Subject{Priority: "low"}))
	data, err := json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, `{"id":"p","version":3,"rules":[{"id":"r","match":{"priority":["high"]},"targets":[
		{"metric":"first_response","period":{"n":1,"unit":"work_hour"},"clock":"desk","warn":[50],"pause":["a"]}]}]}`, string(data))
}

func TestMatch(t *testing.T) {
	yes, no := true, false
	s := sla.Subject{
		Shop: "de", Priority: "high", Channel: "mail", Reason: "return_pickup", ReasonParent: "return",
		Segment: "vip", Language: "de", Tags: []string{"fragile", "late"}, FirstContact: true,
	}
	for _, c := range []struct {
		why   string
		match sla.Match
		want  bool
	}{
		{"an empty match is for all", sla.Match{}, true},
		{"one of the values is enough", sla.Match{Priority: []string{"urgent", "high"}}, true},
		{"none of the values", sla.Match{Priority: []string{"urgent"}}, false},
		{"every field must hold", sla.Match{Priority: []string{"high"}, Channel: []string{"chat"}}, false},
		{"the reason itself", sla.Match{Reason: []string{"return_pickup"}}, true},
		{"the reason's parent", sla.Match{Reason: []string{"return"}}, true},
		{"another reason", sla.Match{Reason: []string{"refund"}}, false},
		{"one of the tags", sla.Match{Tag: []string{"late", "lost"}}, true},
		{"none of the tags", sla.Match{Tag: []string{"lost"}}, false},
		{"first contact", sla.Match{FirstContact: &yes}, true},
		{"not a first contact", sla.Match{FirstContact: &no}, false},
		{"shop", sla.Match{Shop: []string{"at"}}, false},
		{"segment", sla.Match{Segment: []string{"new"}}, false},
		{"language", sla.Match{Language: []string{"en"}}, false},
	} {
		assert.Equal(t, c.want, c.match.Matches(&s), c.why)
	}
}

func TestMarkKindText(t *testing.T) {
	k := sla.MarkResolved | sla.MarkAgentReply
	assert.Equal(t, "agent_reply+resolved", k.String())
	back, err := sla.ParseMarkKind("resolved+agent_reply")
	require.NoError(t, err)
	assert.Equal(t, k, back)
	for bit := sla.MarkOpened; bit <= sla.MarkRestored; bit <<= 1 {
		back, err := sla.ParseMarkKind(bit.String())
		require.NoError(t, err)
		assert.Equal(t, bit, back)
	}
	_, err = sla.ParseMarkKind("resolved+telepathy")
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = json.Marshal(sla.MarkKind(1 << 31))
	require.ErrorIs(t, err, sla.ErrInvalid)
}

func TestPolicySet(t *testing.T) {
	rule := func(hours int) []sla.Rule {
		return []sla.Rule{{ID: "r", Targets: []sla.Target{{Metric: sla.FirstResponse, Period: workHours(hours), Clock: "desk"}}}}
	}
	calendars := []*sla.Calendar{desk(t, 1, "Mo-Fr 09:00-17:00"), desk(t, 2, "Mo-Fr 09:00-18:00")}
	set, err := sla.NewPolicySet([]sla.PolicyConfig{
		{ID: "a", Version: 2, Rules: rule(2)}, {ID: "a", Version: 1, Rules: rule(1)}, {ID: "a", Version: 1, Rules: rule(1)},
	}, calendars)
	require.NoError(t, err, "the same version with the same content may come twice")
	newest, ok := set.Newest("a")
	require.True(t, ok)
	assert.Equal(t, "a@2", newest.Ref(), "the highest version, in whatever order they come")
	_, ok = set.Newest("b")
	assert.False(t, ok)

	old, ok := set.Policy("a@1")
	require.True(t, ok)
	tr, _ := sla.Tracker{}.Apply(old, sla.Mark{Seq: 1, At: monday(), Kind: sla.MarkOpened})
	assert.Equal(t, "a@1", tr.Policy())
	assert.Equal(t, []string{"desk@2"}, tr.Calendars(), "a new ticket takes the newest calendar")
	p, pinned := set.For(tr)
	assert.True(t, pinned)
	assert.Same(t, old, p)

	gone, err := sla.NewPolicySet([]sla.PolicyConfig{{ID: "a", Version: 2, Rules: rule(2)}}, calendars)
	require.NoError(t, err)
	p, pinned = gone.For(tr)
	assert.False(t, pinned)
	assert.Equal(t, "a@2", p.Ref())
	p, pinned = gone.For(sla.Tracker{})
	assert.False(t, pinned)
	assert.Nil(t, p)

	_, err = sla.NewPolicySet([]sla.PolicyConfig{
		{ID: "a", Version: 1, Rules: rule(1)}, {ID: "a", Version: 1, Rules: rule(2)}, {ID: "b", Version: -1, Rules: rule(1)},
	}, calendars)
	assert.Equal(t, []string{"policies[1]", "policies[2].version"}, faultPaths(t, err))
}

func TestLint(t *testing.T) {
	target := func(m sla.Metric, hours int, clock string) sla.Target {
		tg := sla.Target{Metric: m, Period: workHours(hours), Clock: clock}
		if clock == sla.WallClock {
			tg.Period.Unit = sla.UnitHour
		}
		return tg
	}
	first := func(hours int) []sla.Target { return []sla.Target{target(sla.FirstResponse, hours, sla.WallClock)} }
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00; PH off")
	require.NoError(t, err)
	closed, err := sla.NewCalendar(sla.CalendarConfig{ID: "closed", Zone: "Europe/Berlin", Hours: hours, Holidays: nrw{}})
	require.NoError(t, err)
	yes, no := true, false
	for _, c := range []struct {
		why        string
		priorities []string
		rules      []sla.Rule
		want       []sla.LintWarning
	}{
		{"a clean policy", []string{"high", "low"}, []sla.Rule{
			{ID: "high", Match: sla.Match{Priority: []string{"high"}}, Targets: first(1)}, {ID: "all", Targets: first(2)},
		}, nil},
		{"after a rule for all nothing is reached", nil, []sla.Rule{
			{ID: "all", Targets: first(2)}, {ID: "high", Match: sla.Match{Priority: []string{"high"}}, Targets: first(1)},
		}, []sla.LintWarning{{Code: sla.LintNeverReached, Path: "rules[1]", Rule: "high"}}},
		{"two rules together leave nothing for a third", nil, []sla.Rule{
			{ID: "new", Match: sla.Match{FirstContact: &yes}, Targets: first(1)},
			{ID: "known", Match: sla.Match{FirstContact: &no}, Targets: first(1)},
			{ID: "mail", Match: sla.Match{Channel: []string{"mail"}}, Targets: first(1)},
		}, []sla.LintWarning{{Code: sla.LintNeverReached, Path: "rules[2]", Rule: "mail"}}},
		{"priorities one by one leave nothing for both", nil, []sla.Rule{
			{ID: "high", Match: sla.Match{Priority: []string{"high"}}, Targets: first(1)},
			{ID: "low", Match: sla.Match{Priority: []string{"low"}}, Targets: first(1)},
			{ID: "both", Match: sla.Match{Priority: []string{"high", "low"}}, Targets: first(1)},
			{ID: "all", Targets: first(1)},
		}, []sla.LintWarning{{Code: sla.LintNeverReached, Path: "rules[2]", Rule: "both"}}},
		{"the order decides between overlapping rules", nil, []sla.Rule{
			{ID: "vip", Match: sla.Match{Segment: []string{"vip"}}, Targets: first(1)},
			{ID: "chat", Match: sla.Match{Channel: []string{"chat"}}, Targets: first(2)},
			{ID: "all", Targets: first(3)},
		}, []sla.LintWarning{{Code: sla.LintOverlap, Path: "rules[1]", Rule: "chat", Other: "vip"}}},
		{"the same targets in whatever order are no matter", nil, []sla.Rule{
			{ID: "vip", Match: sla.Match{Segment: []string{"vip"}}, Targets: first(1)},
			{ID: "chat", Match: sla.Match{Channel: []string{"chat"}}, Targets: first(1)},
			{ID: "all", Targets: first(3)},
		}, nil},
		{"an exception that is slower than the rule it is taken from", nil, []sla.Rule{
			{ID: "vip", Match: sla.Match{Segment: []string{"vip"}}, Targets: first(5)}, {ID: "all", Targets: first(3)},
		}, []sla.LintWarning{{Code: sla.LintLongerRule, Path: "rules[0].targets[0]", Rule: "vip", Other: "all"}}},
		{"an answer that may come after the solution", nil, []sla.Rule{{ID: "all", Targets: []sla.Target{
			target(sla.FirstResponse, 5, sla.WallClock), target(sla.FirstResolution, 4, sla.WallClock), target(sla.TotalResolution, 4, sla.WallClock),
		}}}, []sla.LintWarning{
			{Code: sla.LintLongerMetric, Path: "rules[0].targets[0]", Rule: "all", Other: "first_resolution"},
			{Code: sla.LintLongerMetric, Path: "rules[0].targets[0]", Rule: "all", Other: "total_resolution"},
		}},
		{"a priority without a rule, and tickets without one", []string{"high", "low"}, []sla.Rule{
			{ID: "high", Match: sla.Match{Priority: []string{"high"}}, Targets: first(1)},
		}, []sla.LintWarning{
			{Code: sla.LintPriority, Path: "priorities[1]", Other: "low"}, {Code: sla.LintNotExhaustive, Path: "rules"},
		}},
		{
			"work that never pauses is a resolution", nil,
			[]sla.Rule{{ID: "all", Targets: []sla.Target{target(sla.AgentWork, 5, sla.WallClock)}}},
			[]sla.LintWarning{{Code: sla.LintNoPause, Path: "rules[0].targets[0]", Rule: "all", Other: "agent_work"}},
		},
		{
			"work that pauses is one of its own", nil,
			[]sla.Rule{{ID: "all", Targets: []sla.Target{{
				Metric: sla.AgentWork, Period: sla.Period{N: 5, Unit: sla.UnitHour}, Clock: sla.WallClock, Pause: []string{"waiting_customer"},
			}}}},
			nil,
		},
		{"an answer due before the solution", nil, []sla.Rule{{ID: "all", Targets: []sla.Target{
			target(sla.FirstResponse, 3, sla.WallClock), target(sla.FirstResolution, 4, sla.WallClock), target(sla.TotalResolution, 4, sla.WallClock),
		}}}, nil},
		{
			"a calendar that opens on Christmas", nil,
			[]sla.Rule{{ID: "all", Targets: []sla.Target{target(sla.FirstResponse, 5, "desk")}}},
			[]sla.LintWarning{{Code: sla.LintNoHolidays, Path: "rules", Other: "desk@1"}},
		},
		{
			"a calendar that does not", nil,
			[]sla.Rule{{ID: "all", Targets: []sla.Target{target(sla.FirstResponse, 5, "closed")}}},
			nil,
		},
	} {
		p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Priorities: c.priorities, Rules: c.rules}, desk(t, 1, "Mo-Fr 09:00-17:00"), closed)
		require.NoError(t, err, c.why)
		assert.Equal(t, c.want, p.Lint(), c.why)
	}
}

// A thousand rules with many values each must not make Lint run away.
func TestLintIsBounded(t *testing.T) {
	cfg := sla.PolicyConfig{ID: "p"}
	for i := range 1000 {
		names := func(prefix string) []string {
			var list []string
			for j := range 20 {
				list = append(list, prefix+string(rune('a'+(i+j)%26))+string(rune('a'+j)))
			}
			return list
		}
		cfg.Rules = append(cfg.Rules, sla.Rule{
			ID:      "r" + string(rune('a'+i%26)) + string(rune('a'+i/26%26)) + string(rune('a'+i/676)),
			Match:   sla.Match{Shop: names("s"), Priority: names("p"), Channel: names("c"), Reason: names("r"), Segment: names("g"), Tag: names("t")},
			Targets: []sla.Target{{Metric: sla.FirstResponse, Period: sla.Period{N: 1 + i, Unit: sla.UnitHour}, Clock: sla.WallClock}},
		})
	}
	p, err := sla.NewPolicy(cfg)
	require.NoError(t, err)
	assert.LessOrEqual(t, len(p.Lint()), 200)
}

func TestUnknownKindsAreReported(t *testing.T) {
	p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{{ID: "r", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: workHours(1), Clock: "desk"},
	}}}}, desk(t, 1, "Mo-Fr 09:00-17:00"))
	require.NoError(t, err)
	tr, _ := sla.Tracker{}.Apply(p,
		sla.Mark{Seq: 1, At: monday(), Kind: sla.MarkOpened},
		sla.Mark{Seq: 2, At: monday(), Kind: 0},
		sla.Mark{Seq: 3, At: monday(), Kind: 1 << 31},
		sla.Mark{Seq: 4, At: monday(), Kind: 1<<31 | sla.MarkAgentReply},
		sla.Mark{Seq: 5, Kind: sla.MarkNote},
		sla.Mark{Seq: 6, At: monday().AddDate(9000, 0, 0), Kind: sla.MarkNote},
		sla.Mark{Seq: 7, At: monday(), Kind: sla.MarkSubject},
		sla.Mark{Seq: 8, At: monday(), Kind: sla.MarkState},
		sla.Mark{Seq: 9, At: monday(), Kind: sla.MarkRestored},
	)
	faults, more := tr.Faults()
	var got []sla.FaultCode
	for _, f := range faults {
		got = append(got, f.Code)
	}
	assert.Equal(t, []sla.FaultCode{
		sla.FaultKind, sla.FaultKind, sla.FaultKind, sla.FaultTime, sla.FaultTime, sla.FaultNoSubject, sla.FaultState, sla.FaultRestore,
	}, got)
	assert.Zero(t, more)
	status := tr.Status(p, monday())
	assert.Equal(t, sla.Met, status[0].State, "what is known of a mark still counts")
	data, err := json.Marshal(tr)
	require.NoError(t, err, "a tracker with faults can be stored")
	require.NoError(t, json.Unmarshal(data, new(sla.Tracker)))
}

// However many marks, faults, promises and cycles, the state stays small.
func TestTrackerStaysSmall(t *testing.T) {
	p := benchPolicy(t, 1, 1)
	cfg := p.Config()
	for i := range cfg.Rules {
		cfg.Rules[i].Targets = append(cfg.Rules[i].Targets, sla.Target{Metric: sla.Promise, Clock: sla.WallClock})
	}
	p, err := sla.NewPolicy(cfg, desk(t, 1, "Mo-Fr 09:00-17:00"))
	require.NoError(t, err)
	var tr sla.Tracker
	seq := int64(0)
	apply := func(k sla.MarkKind, promise string) {
		seq++
		at := monday().AddDate(0, 0, int(seq))
		tr, _ = tr.Apply(p, sla.Mark{Seq: seq, At: at, Kind: k, Promise: promise, Due: at.AddDate(0, 0, 1)})
	}
	apply(sla.MarkOpened, "")
	for i := range 500 {
		apply(sla.MarkCustomerMessage, "")
		apply(sla.MarkAgentReply, "")
		apply(sla.MarkPromiseMade, strings.Repeat("p", 1+i%64))
		apply(sla.MarkResume, "") // a fault
	}
	data, err := json.Marshal(tr)
	require.NoError(t, err)
	assert.Less(t, len(data), 24_000)
	faults, more := tr.Faults()
	assert.Len(t, faults, 16)
	assert.Greater(t, more, 400)
}

func TestTrackerRefusesWhatNoTrackerWrites(t *testing.T) {
	for text, path := range map[string]string{
		`{"v":2}`: "v",
		`{"v":1,"policy":"p@1","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z"}]}`: "at",
		`{"v":1,"at":"2026-11-23T09:00:00Z"}`: "policy",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"speed","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z"}]}`:                                       "clocks[0].metric",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z"}]}`:                                                             "clocks[0].since",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z","stopped":true}]}`:               "clocks[0].end",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z","spent":-1}]}`:                   "clocks[0].budget",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z","recorded":[101]}]}`:             "clocks[0].recorded[0]",
		`{"v":1,"policy":"p@1","at":"2026-11-23T09:00:00Z","clocks":[{"metric":"first_response","start":"2026-11-23T09:00:00Z","since":"2026-11-23T09:00:00Z","passed":[1,2,3,4,5,6,7,8,9]}]}`: "clocks[0].passed",
		`{"v":1,"policy":"p@1","records":[{"metric":"first_response","cycle":0,"marks":[0]}]}`:                                                                                                 "records[0].marks[0]",
	} {
		var tr sla.Tracker
		err := json.Unmarshal([]byte(text), &tr)
		assert.Equal(t, []string{path}, faultPaths(t, err), text)
		assert.Equal(t, sla.Tracker{}, tr, "nothing is filled")
	}
	var tr sla.Tracker
	err := json.Unmarshal([]byte(`{"v":1,"seq":"x"}`), &tr)
	var typed *json.UnmarshalTypeError
	require.True(t, errors.As(err, &typed))
}

func TestNeverDue(t *testing.T) {
	p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{{ID: "r", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: workHours(100), Clock: "desk", Warn: []int{50}},
	}}}}, desk(t, 1, "2026 Nov 23 09:00-10:00"))
	require.NoError(t, err)
	tr, out := sla.Tracker{}.Apply(p, sla.Mark{Seq: 1, At: monday(), Kind: sla.MarkOpened})
	assert.Empty(t, out.Alerts)
	s := tr.Status(p, monday().AddDate(1, 0, 0))[0]
	assert.Equal(t, sla.Running, s.State, "what never falls due is never late")
	assert.True(t, s.Due.IsZero())
	require.Len(t, s.Faults, 1)
	assert.Equal(t, sla.FaultNoDue, s.Faults[0].Code, "but it is reported")
	_, ok := tr.Next(p)
	assert.False(t, ok)
}
