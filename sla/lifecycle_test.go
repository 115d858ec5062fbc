package sla_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// lifecycle is testdata/lifecycle.json, which says what its fields mean.
type lifecycle struct {
	About     string
	Calendars map[string]string
	Policies  []sla.PolicyConfig
	Cases     []lifecycleCase
}

type lifecycleCase struct {
	ID, Why, Policy string
	Now             localTime
	Calendars       []string
	Phases          []lifecyclePhase
	Marks           []lifecycleMark
	Expect          []map[string]any
	Absent          []string
	Faults          []sla.FaultCode
	Alerts          []string
}

type lifecyclePhase struct {
	Marks     int
	Policies  []string
	Calendars []string
	Rebase    bool
}

// lifecycleMark is [at, kinds, fields].
type lifecycleMark sla.Mark

func (m *lifecycleMark) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	var at localTime
	fields := struct {
		Seq     int64
		State   string
		Subject *sla.Subject
		Promise string
		Due     localTime
	}{}
	for i, into := range []any{&at, &m.Kind, &fields} {
		if i < len(parts) {
			if err := strict(parts[i], into); err != nil {
				return err
			}
		}
	}
	m.Seq, m.At, m.State, m.Subject, m.Promise, m.Due = fields.Seq, at.Time, fields.State, fields.Subject, fields.Promise, fields.Due.Time
	return nil
}

func strict(data []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// localTime is a wall-clock time in Europe/Berlin.
type localTime struct{ time.Time }

func (t *localTime) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	return t.UnmarshalText([]byte(s))
}

func (t *localTime) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	layout := time.DateTime
	if strings.Count(string(text), ":") == 1 {
		layout = "2006-01-02 15:04"
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return err
	}
	t.Time, err = time.ParseInLocation(layout, string(text), zone)
	return err
}

func loadLifecycle(tb testing.TB) *lifecycle {
	tb.Helper()
	data, err := os.ReadFile("testdata/lifecycle.json")
	require.NoError(tb, err)
	var l lifecycle
	require.NoError(tb, strict(data, &l))
	for i := range l.Cases {
		for j := range l.Cases[i].Marks {
			if m := &l.Cases[i].Marks[j]; m.Seq == 0 {
				m.Seq = int64(j + 1)
			}
		}
	}
	return &l
}

func (c *lifecycleCase) marks() []sla.Mark {
	marks := make([]sla.Mark, len(c.Marks))
	for i, m := range c.Marks {
		marks[i] = sla.Mark(m)
	}
	return marks
}

// set compiles the named policies with the named calendars, by default the
// case's policy with desk@1.
func (l *lifecycle) set(tb testing.TB, c *lifecycleCase, policies, calendars []string) *sla.PolicySet {
	tb.Helper()
	if policies == nil {
		policies = []string{c.Policy}
	}
	if calendars == nil {
		calendars = []string{"desk@1"}
	}
	var cals []*sla.Calendar
	for _, ref := range calendars {
		hours, err := sla.ParseHours(l.Calendars[ref])
		require.NoError(tb, err)
		id, version, _ := strings.Cut(ref, "@")
		cal, err := sla.NewCalendar(sla.CalendarConfig{ID: id, Version: int(version[0] - '0'), Zone: "Europe/Berlin", Hours: hours})
		require.NoError(tb, err)
		cals = append(cals, cal)
	}
	cfgs := slices.DeleteFunc(slices.Clone(l.Policies), func(p sla.PolicyConfig) bool { return !slices.Contains(policies, p.Ref()) })
	require.Len(tb, cfgs, len(policies), "policies of the case")
	set, err := sla.NewPolicySet(cfgs, cals)
	require.NoError(tb, err)
	return set
}

func TestLifecycle(t *testing.T) {
	l := loadLifecycle(t)
	require.GreaterOrEqual(t, len(l.Cases), 60)
	for i := range l.Cases {
		c := &l.Cases[i]
		t.Run(c.ID, func(t *testing.T) {
			if len(c.Phases) == 0 {
				p, ok := l.set(t, c, nil, c.Calendars).Policy(c.Policy)
				require.True(t, ok)
				c.check(t, sla.Evaluate(p, c.marks(), c.Now.Time))
				c.explained(t, p)
			}
			c.check(t, l.track(t, c))
		})
	}
}

// track runs the case through a Tracker mark by mark, with JSON in between.
func (l *lifecycle) track(t *testing.T, c *lifecycleCase) []sla.Status {
	t.Helper()
	marks, phases := c.marks(), c.Phases
	if len(phases) == 0 {
		phases = []lifecyclePhase{{Marks: len(marks), Calendars: c.Calendars}}
	}
	var tr sla.Tracker
	var past []sla.Status
	var alerts []sla.Alert
	var p *sla.Policy
	done := 0
	for _, phase := range phases {
		set := l.set(t, c, phase.Policies, phase.Calendars)
		if tr.Policy() == "" || phase.Rebase {
			id, _, _ := strings.Cut(c.Policy, "@")
			p, _ = set.Newest(id)
		} else {
			p, _ = set.For(tr)
		}
		require.NotNil(t, p)
		if phase.Rebase {
			var out sla.Outcome
			tr, out = tr.Rebase(p, marks[:done])
			past = out.Past
		}
		for ; done < phase.Marks; done++ {
			var out sla.Outcome
			tr, out = roundTrip(t, tr).Apply(p, marks[done])
			past, alerts = append(past, out.Past...), append(alerts, out.Alerts...)
		}
	}
	if c.Alerts != nil {
		_, late := tr.Look(p, c.Now.Time)
		c.checkAlerts(t, append(alerts, late...))
	}
	return append(past, roundTrip(t, tr).Status(p, c.Now.Time)...)
}

func roundTrip(t *testing.T, tr sla.Tracker) sla.Tracker {
	t.Helper()
	data, err := json.Marshal(tr)
	require.NoError(t, err)
	var back sla.Tracker
	require.NoError(t, json.Unmarshal(data, &back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	require.JSONEq(t, string(data), string(again))
	return back
}

func (c *lifecycleCase) checkAlerts(t *testing.T, alerts []sla.Alert) {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	var got []string
	for _, a := range alerts {
		got = append(got, fmt.Sprintf("%s#%d %d at %s", a.Metric, a.Cycle, a.Percent, a.At.In(zone).Format("2006-01-02 15:04")))
	}
	assert.ElementsMatch(t, c.Alerts, got, c.Why)
}

func (c *lifecycleCase) check(t *testing.T, got []sla.Status) {
	t.Helper()
	for _, want := range c.Expect {
		cycle, _ := want["cycle"].(float64)
		i := slices.IndexFunc(got, func(s sla.Status) bool { return string(s.Metric) == want["metric"] && s.Cycle == int(cycle) })
		if !assert.GreaterOrEqual(t, i, 0, "no cycle %v of %v: %s", cycle, want["metric"], c.Why) {
			continue
		}
		have := fields(t, got[i])
		for field, value := range want {
			assert.Equal(t, normal(t, field, value), have[field], "%s of %s#%v: %s", field, want["metric"], cycle, c.Why)
		}
	}
	for _, name := range c.Absent {
		metric, number, _ := strings.Cut(name, "#")
		found := slices.ContainsFunc(got, func(s sla.Status) bool {
			return string(s.Metric) == metric && (number == "" || number == strconv.Itoa(s.Cycle))
		})
		assert.False(t, found, "%s is there: %s", name, c.Why)
	}
	var codes []sla.FaultCode
	if len(got) > 0 {
		for _, f := range got[len(got)-1].Faults {
			codes = append(codes, f.Code)
		}
	}
	if len(got) > 0 || len(c.Expect) > 0 {
		assert.Equal(t, c.Faults, codes, c.Why)
	}
}

// fields shows a status the way the cases write it.
func fields(t *testing.T, s sla.Status) map[string]any {
	t.Helper()
	return map[string]any{
		"metric": string(s.Metric), "cycle": float64(s.Cycle), "promise": s.Promise, "policy": s.Policy, "rule": s.Rule,
		"clock": s.Clock, "state": string(s.State), "cause": string(s.Cause), "start": s.Start, "ended": s.Ended,
		"target": s.Target, "elapsed": s.Elapsed, "remaining": s.Remaining, "paused": s.Paused, "due": s.Due,
		"paused_since": s.PausedSince, "due_if_resumed": s.DueIfResumed, "breached_at": s.BreachedAt,
		"retargets": float64(s.Retargets),
	}
}

// normal reads an expected value as fields shows it.
func normal(t *testing.T, field string, value any) any {
	t.Helper()
	text, ok := value.(string)
	if !ok {
		return value
	}
	switch field {
	case "start", "ended", "due", "paused_since", "due_if_resumed", "breached_at":
		var at localTime
		require.NoError(t, at.UnmarshalText([]byte(text)))
		return at.UTC()
	case "target", "elapsed", "remaining", "paused":
		d, err := time.ParseDuration(text)
		require.NoError(t, err)
		return d
	}
	return value
}

// explained checks that every cycle can be explained, and adds up.
func (c *lifecycleCase) explained(t *testing.T, p *sla.Policy) {
	t.Helper()
	for _, s := range sla.Evaluate(p, c.marks(), c.Now.Time) {
		e, err := sla.Explain(p, c.marks(), c.Now.Time, s.Metric, s.Cycle)
		require.NoError(t, err)
		require.Equal(t, s, e.Status)
		addsUp(t, e)
	}
}

// addsUp checks that the parts of an explanation are without gaps and add up
// to its status.
func addsUp(t require.TestingT, e *sla.Explanation) {
	var counted, left time.Duration
	at := e.Status.Start
	for _, s := range e.Stretches {
		require.Equal(t, at, s.From)
		at = s.To
		if s.Counts {
			counted += s.Length
		} else {
			left += s.Length
		}
		if s.Clock != sla.WallClock {
			sum := s.Rest
			for _, span := range s.Spans {
				sum += span.Duration()
			}
			require.Equal(t, s.Length, sum)
		}
	}
	require.Equal(t, e.Status.Elapsed, counted, "elapsed")
	require.Equal(t, e.Status.Paused, left, "paused")
	if e.Ahead != nil {
		require.Equal(t, e.Status.Remaining, e.Ahead.Length)
	}
}
