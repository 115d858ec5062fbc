package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// clean is a policy that nothing is wrong with.
const clean = `{
	"id": "clean", "version": "1", "clock": "office", "tz": "Europe/Berlin", "quiet": {"from": "12:00", "to": "13:00"},
	"steps": [
		{"id": "hand", "after": "0s", "when": {"field": "state", "op": "eq", "value": "bot"}, "actions": [{"kind": "hand_over"}]},
		{"id": "team", "after": "0s", "targets": [{"kind": "team", "id": "service"}], "actions": [{"kind": "notify"}]},
		{"id": "late", "after": "0s", "on": {"metric": "first_response", "percent": 75}, "targets": [{"kind": "team", "id": "service"}], "actions": [{"kind": "notify"}]},
		{"id": "lead", "after": "30m", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]},
		{"id": "notice", "after": "60m", "guard": {"field": "abuse_documented", "op": "eq", "value": true},
			"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "formal_notice"}]}],
	"ack_timeout": "2h", "throttle": [{"count": 3, "per": "2h"}],
	"on_exhausted": {"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]}}`

func lintOf(tb testing.TB, opt escalation.LintOptions, texts ...string) []escalation.LintWarning {
	tb.Helper()
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(tb, err)
	office, err := sla.NewCalendar(sla.CalendarConfig{ID: "office", Zone: "Europe/Berlin", Hours: hours})
	require.NoError(tb, err)
	hours, err = sla.ParseHours("Mo-Fr 12:00-13:00")
	require.NoError(tb, err)
	noon, err := sla.NewCalendar(sla.CalendarConfig{ID: "noon", Zone: "Europe/Berlin", Hours: hours})
	require.NoError(tb, err)
	set, err := escalation.NewPolicySet(escalation.Environment{Calendars: []*sla.Calendar{office, noon}}, configs(tb, texts...)...)
	require.NoError(tb, err)
	return escalation.Lint(set, opt)
}

// everything is looked at with these: a roster on weekdays from 8 to 18.
func everything() escalation.LintOptions {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return escalation.LintOptions{
		Now: at("00:00"), Bots: true,
		Deadlines: []sla.PolicyConfig{{Rules: []sla.Rule{{Targets: []sla.Target{{Metric: sla.FirstResponse, Warn: []int{50, 75}}}}}}},
		Roster: func(target escalation.Target, now time.Time) []string {
			l := now.In(berlin)
			if l.Weekday() == time.Saturday || l.Weekday() == time.Sunday || l.Hour() < 8 || l.Hour() >= 18 {
				return nil
			}
			if target.ID == "nobody" {
				return nil
			}
			return []string{"anna"}
		},
	}
}

func TestLintFindsNothingInACleanPolicy(t *testing.T) {
	assert.Empty(t, lintOf(t, everything(), clean))
	assert.Empty(t, lintOf(t, escalation.LintOptions{}, clean), "and nothing where it is told nothing")
}

// Each item is found where it is, with its path, and it alone.
func TestLintFinds(t *testing.T) {
	urgent := strings.NewReplacer(`"clean"`, `"urgent"`, `"clock"`, `"match": {"field": "priority", "op": "eq", "value": "urgent"}, "clock"`).Replace(clean)
	high := strings.NewReplacer(`"clean"`, `"high"`, `"clock"`, `"match": {"field": "priority", "op": "in", "value": ["high", "urgent"]}, "clock"`).Replace(clean)
	tests := map[escalation.LintCode]struct {
		texts  []string
		change []string
		path   string
		other  string
	}{
		escalation.LintShadowed:      {texts: []string{high, urgent, clean}, path: "match"},
		escalation.LintNoPolicy:      {texts: []string{high}},
		escalation.LintNever:         {change: []string{`{"field": "state", "op": "eq", "value": "bot"}`, `{"all": [{"field": "contacts", "op": "ge", "value": 3}, {"field": "contacts", "op": "lt", "value": 3}]}`}, path: "steps[0].when"},
		escalation.LintAlways:        {change: []string{`{"field": "state", "op": "eq", "value": "bot"}`, `{"any": [{"field": "state", "op": "exists"}, {"field": "state", "op": "exists", "value": false}]}`}, path: "steps[0].when"},
		escalation.LintNotMissing:    {change: []string{`{"field": "state", "op": "eq", "value": "bot"}`, `{"not": {"field": "vip", "op": "eq", "value": true}}`}, path: "steps[0].when", other: "vip"},
		escalation.LintSuperseded:    {change: []string{`"30m"`, `"0s"`}, path: "steps[1]", other: "lead"},
		escalation.LintUncovered:     {change: []string{`"clock": "office"`, `"clock": "wall"`}, path: "steps[1].targets"},
		escalation.LintNobody:        {change: []string{`[{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]},` + "\n", `[{"kind": "role", "id": "nobody"}], "actions": [{"kind": "notify"}]},` + "\n"}, path: "steps[3].targets", other: "role:nobody"},
		escalation.LintOnlyAssignee:  {change: []string{`{"kind": "team", "id": "service"}`, `{"kind": "assignee"}`, `{"kind": "role", "id": "lead"}`, `{"kind": "assignee"}`}, path: "steps"},
		escalation.LintNoHandOver:    {change: []string{`[{"kind": "hand_over"}]`, `[{"kind": "tag", "tags": ["bot"]}]`}, path: "steps"},
		escalation.LintUnguarded:     {change: []string{`"guard": {"field": "abuse_documented", "op": "eq", "value": true},`, ``}, path: "steps[4].actions"},
		escalation.LintNoMark:        {change: []string{`"percent": 75`, `"percent": 80`}, path: "steps[2].on", other: "first_response"},
		escalation.LintNoAckTimeout:  {change: []string{`"ack_timeout": "2h",`, ``}, path: "ack_timeout"},
		escalation.LintQuietBusiness: {change: []string{`"clock": "office"`, `"clock": "noon"`}, path: "quiet", other: "noon"},
		escalation.LintThrottle:      {change: []string{`"count": 3`, `"count": 2`}, path: "throttle", other: "notice"},
		escalation.LintEndsSilently:  {change: []string{`,` + "\n\t" + `"on_exhausted": {"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]}`, ``}, path: "on_exhausted"},
	}
	for code, tt := range tests {
		t.Run(string(code), func(t *testing.T) {
			texts := tt.texts
			if texts == nil {
				changed := strings.NewReplacer(tt.change...).Replace(clean)
				require.NotEqual(t, clean, changed)
				texts = []string{changed}
			}
			found := lintOf(t, everything(), texts...)
			require.NotEmpty(t, found)
			assert.Equal(t, code, found[0].Code)
			assert.Equal(t, tt.path, found[0].Path)
			assert.Equal(t, tt.other, found[0].Other)
			for _, w := range found {
				assert.Equal(t, code, w.Code, "%+v", w)
				assert.NotEqual(t, string(code), w.Text().DE)
				assert.NotEqual(t, string(code), w.Text().EN)
			}
		})
	}
	assert.Equal(t, "new_code", escalation.LintWarning{Code: "new_code"}.Text().EN)
}

// What looks like a fault and is none is not warned of.
func TestLintStaysSilent(t *testing.T) {
	for name, change := range map[string][]string{
		"a fact of the ticket's own is never missing": {`{"field": "state", "op": "eq", "value": "bot"}`, `{"not": {"field": "contacts", "op": "ge", "value": 3}}`},
		"the missing fact is asked for":               {`{"field": "state", "op": "eq", "value": "bot"}`, `{"all": [{"field": "vip", "op": "exists"}, {"not": {"field": "vip", "op": "eq", "value": true}}]}`},
		"two nots":                                    {`{"field": "state", "op": "eq", "value": "bot"}`, `{"not": {"not": {"field": "vip", "op": "eq", "value": true}}}`},
		"same time, but all fire":                     {`"30m"`, `"0s"`, `"clock"`, `"catch_up": "all", "clock"`},
		"hours without anybody, but the clock stands": {`"role", "id": "lead"`, `"on_call", "id": "lead"`},
		"the breach needs no warning mark":            {`"percent": 75`, `"percent": 100`},
	} {
		changed := strings.NewReplacer(change...).Replace(clean)
		require.NotEqual(t, clean, changed, name)
		assert.Empty(t, lintOf(t, everything(), changed), name)
	}
}

// What the package itself makes is clean: but that it is for all tickets is
// its user's business.
func TestLintOfTheLadder(t *testing.T) {
	l, s := ladder(t)
	set, err := escalation.NewPolicySet(escalation.Environment{Schema: s}, l.Policy("ladder", "1", escalation.Cond{}))
	require.NoError(t, err)
	opt := everything()
	opt.Bots = false
	for _, w := range escalation.Lint(set, opt) {
		assert.Equal(t, escalation.LintUncovered, w.Code, "nights have no lead: %+v", w)
	}
}

// The first hours without anybody are named, and all are counted.
func TestLintCoverage(t *testing.T) {
	found := lintOf(t, everything(), strings.Replace(clean, `"clock": "office"`, `"clock": "wall"`, 1))
	require.Equal(t, escalation.LintUncovered, found[0].Code)
	assert.Equal(t, at("00:00"), found[0].From, "Tuesday night")
	assert.Equal(t, at("06:00"), found[0].To, "until 8 in Berlin")
	// 28 days less 20 weekdays of 10 hours, and less noon of the other days'
	// hours, which is quiet: 8 weekend days of an hour.
	assert.InDelta(t, 28*24-20*10-8, found[0].Hours, 1e-9)
}

// The solver agrees with trying everything.
func TestLintSolver(t *testing.T) {
	s := shop(t)
	values := func(field string) []escalation.Value {
		all := map[string][]escalation.Value{
			"contacts_7d": {{}, escalation.Integer(-3), escalation.Integer(-2), escalation.Integer(-1), escalation.Integer(0), escalation.Integer(1), escalation.Integer(2), escalation.Integer(3)},
			"status":      {{}, escalation.Text("open"), escalation.Text("pending"), escalation.Text("closed")},
			"vip":         {{}, escalation.Flag(false), escalation.Flag(true)},
			"sentiment":   {{}},
			"signals":     {{}},
		}
		for n := -5; n <= 5; n++ {
			all["sentiment"] = append(all["sentiment"], escalation.Number(float64(n)/4))
		}
		for bits := range 8 {
			var list []string
			for i, w := range []string{"a", "b", "c"} {
				if bits>>i&1 == 1 {
					list = append(list, w)
				}
			}
			all["signals"] = append(all["signals"], escalation.Texts(list...))
		}
		return all[field]
	}
	fields := []string{"contacts_7d", "status", "vip", "sentiment", "signals"}
	rapid.Check(t, func(t *rapid.T) {
		d := drawCond(t, 3)
		var used []string
		var uses func(escalation.Cond)
		uses = func(c escalation.Cond) {
			for _, p := range slices.Concat(c.All, c.Any) {
				uses(p)
			}
			if c.Not != nil {
				uses(*c.Not)
			}
			if c.Field != "" && !slices.Contains(used, c.Field) {
				used = append(used, c.Field)
			}
		}
		uses(d)
		want := false
		known := map[string]escalation.Value{}
		var try func(int)
		try = func(i int) {
			if want {
				return
			}
			if i == len(fields) {
				want = oracle(d, known)
				return
			}
			if !slices.Contains(used, fields[i]) {
				try(i + 1)
				return
			}
			for _, v := range values(fields[i]) {
				if v.IsNone() {
					delete(known, fields[i])
				} else {
					known[fields[i]] = v
				}
				try(i + 1)
			}
		}
		try(0)
		if got := escalation.Satisfiable(s, d); got != want {
			t.Fatalf("satisfiable %v, want %v: %+v", got, want, d)
		}
	})
}
