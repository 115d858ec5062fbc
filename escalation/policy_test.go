package escalation_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// standard is a policy with everything in it.
const standard = `{
	"id": "std", "version": "3", "clock": "wall", "tz": "Europe/Berlin",
	"match": {"field": "priority", "op": "in", "value": ["high", "urgent"]},
	"steps": [
		{"id": "team", "after": "0s", "targets": [{"kind": "team", "id": "service"}], "actions": [{"kind": "notify", "text": "esc.team"}], "if_empty": "advance"},
		{"id": "breach", "after": "5m", "on": {"metric": "first_response", "percent": 100},
			"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}, {"kind": "set_priority", "priority": "urgent"}], "if_empty": "advance"},
		{"id": "hops", "after": "10m", "when": {"field": "reassignments", "op": "ge", "value": 3},
			"targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "reassign"}, {"kind": "tag", "tags": ["ping-pong"]}], "ignore_quiet": true, "if_empty": "fire"},
		{"id": "lead", "after": "30m", "guard": {"field": "vip", "op": "exists"},
			"targets": [{"kind": "on_call", "id": "lead"}], "actions": [{"kind": "notify"}], "if_empty": "advance"}
	],
	"repeat": {"times": 1, "gap": "1h"},
	"ack_timeout": "1h", "quiet": {"from": "22:00", "to": "07:00"}, "catch_up": "latest", "expire_after": "24h",
	"throttle": [{"count": 2, "per": "1h"}],
	"on_exhausted": {"after": "15m", "targets": [{"kind": "address", "id": "board"}], "actions": [{"kind": "notify"}]}
}`

func policy(tb testing.TB, text string, change ...string) *escalation.Policy {
	tb.Helper()
	p, err := escalation.ParsePolicy([]byte(strings.NewReplacer(change...).Replace(text)), escalation.Environment{})
	require.NoError(tb, err)
	return p
}

// at is an instant on the day of most tests here, a Tuesday in summer.
func at(clock string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", "2026-06-02 "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

// known binds built-in facts.
func known(tb testing.TB, values map[string]any) escalation.Facts {
	tb.Helper()
	return facts(tb, schema(tb, escalation.BuiltinFields()...), values)
}

// short writes firings as "step c0 08:30 fired".
func short(all []escalation.Firing) []string {
	var out []string
	for _, f := range all {
		out = append(out, f.Step+" c"+string(rune('0'+f.Cycle))+" "+f.At.Format("15:04")+" "+string(f.Status))
	}
	return out
}

func TestPolicyJSON(t *testing.T) {
	p := policy(t, standard)
	out, err := json.Marshal(p)
	require.NoError(t, err)
	assert.JSONEq(t, standard, string(out))
	assert.Equal(t, "std@3", p.Ref())
	assert.True(t, p.Matches(known(t, map[string]any{"priority": "high"})))
	assert.False(t, p.Matches(known(t, nil)))
}

// What a caller writes to its config later, or to what it got, changes nothing.
func TestPolicyIsItsOwn(t *testing.T) {
	cfg := configs(t, standard)[0]
	p, err := escalation.NewPolicy(cfg, escalation.Environment{})
	require.NoError(t, err)
	before, err := json.Marshal(p)
	require.NoError(t, err)
	for _, c := range []escalation.PolicyConfig{cfg, p.Config()} {
		c.Steps[0].ID, c.Steps[0].Targets[0].ID, c.Steps[1].Actions[1].Priority = "x", "x", "low"
		c.Steps[1].On.Percent, c.Steps[2].Actions[1].Tags[0], c.Steps[2].When.Field = 1, "x", "x"
		c.Quiet.From, c.Throttle[0].Count, c.OnExhausted.Targets[0].ID = 0, 9, "x"
	}
	after, err := json.Marshal(p)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))
	assert.True(t, p.Matches(known(t, map[string]any{"priority": "high"})))
}

func TestPolicyReportsEveryFault(t *testing.T) {
	_, err := escalation.ParsePolicy([]byte(`{
		"id": "a|b", "version": "", "clock": "office", "tz": "Mars/Olympus",
		"match": {"field": "prio", "op": "eq", "value": 1},
		"steps": [
			{"id": "one", "after": "30m", "actions": [{"kind": "notify"}]},
			{"id": "one", "after": "10m", "targets": [{"kind": "person", "id": "x"}, {"kind": "assignee", "id": "x"}, {"kind": "agent"}], "actions": []},
			{"id": "exhausted", "after": "-1h", "on": {"metric": "speed", "percent": 101}, "if_empty": "wait", "actions": [
				{"kind": "sue"}, {"kind": "tag"}, {"kind": "set_priority", "priority": "top"}, {"kind": "assign"},
				{"kind": "tag", "tags": ["a b"], "team": "x", "text": "y"}]}
		],
		"repeat": {"times": 1000, "gap": "1h"}, "quiet": {"from": "22:00", "to": "22:00"}, "catch_up": "some",
		"throttle": [{"count": 0, "per": "0s"}], "ack_timeout": "99999h", "expire_after": "-1s",
		"on_exhausted": {"actions": []}
	}`), escalation.Environment{})
	found := faultsOf(t, err)
	for _, path := range []string{
		"id", "version", "clock", "tz", "match.field", "steps[0].actions[0]", "steps[1].id", "steps[1].after", "steps[1].targets[0].kind",
		"steps[1].targets[1].id", "steps[1].targets[2].id", "steps[1].actions", "steps[2].id", "steps[2].after", "steps[2].on.metric",
		"steps[2].on.percent", "steps[2].if_empty", "steps[2].actions[0].kind", "steps[2].actions[1].tags", "steps[2].actions[2].priority",
		"steps[2].actions[3]", "steps[2].actions[4].tags[0]", "steps[2].actions[4].team", "steps[2].actions[4].text", "repeat.times",
		"quiet", "catch_up", "throttle[0].count", "throttle[0].per", "ack_timeout", "expire_after", "on_exhausted.actions",
	} {
		assert.Contains(t, found, path)
	}
	assert.Len(t, found, 32, "%v", found)

	_, err = escalation.ParsePolicy([]byte(`{"id": "x", "steps": [{"ID": "x", "after": "soon"}], "stops": 1, "id": "y"}`), escalation.Environment{})
	found = faultsOf(t, err)
	for _, path := range []string{"steps[0].ID", "steps[0].after", "stops", "id"} {
		assert.Contains(t, found, path)
	}
	_, err = escalation.NewPolicy(escalation.PolicyConfig{ID: "x", Version: "1", Clock: "wall"}, escalation.Environment{})
	assert.Contains(t, faultsOf(t, err), "steps")
}

func TestPolicySet(t *testing.T) {
	one := policy(t, standard).Config()
	two := policy(t, standard, `"3"`, `"4"`).Config()
	other := policy(t, standard, `"std"`, `"all"`, `"match": {"field": "priority", "op": "in", "value": ["high", "urgent"]},`, "").Config()
	s, err := escalation.NewPolicySet(escalation.Environment{}, one, other, two, one)
	require.NoError(t, err)
	assert.Len(t, s.Policies(), 3)
	p, ok := s.For(known(t, map[string]any{"priority": "urgent"}))
	require.True(t, ok)
	assert.Equal(t, "std@4", p.Ref(), "the newest is the one given last")
	p, ok = s.For(known(t, map[string]any{"priority": "low"}))
	require.True(t, ok)
	assert.Equal(t, "all@3", p.Ref())
	_, ok = s.Policy("std@3")
	assert.True(t, ok)
	_, ok = s.Newest("none")
	assert.False(t, ok)

	_, err = escalation.NewPolicySet(escalation.Environment{}, make([]escalation.PolicyConfig, 513)...)
	require.ErrorIs(t, err, escalation.ErrInvalid)

	changed := two
	changed.AckTimeout = 0
	bad := one
	bad.Clock = "x"
	_, err = escalation.NewPolicySet(escalation.Environment{}, two, changed, bad)
	found := faultsOf(t, err)
	assert.Contains(t, found, "policies[1]")
	assert.Contains(t, found, "policies[2].clock")
	assert.Len(t, found, 2)
}

// A step whose condition does not hold waits, and fires when it comes to; the
// ladder goes on meanwhile.
func TestWhenWaits(t *testing.T) {
	r := replay{tb: t, p: policy(t, standard), in: escalation.Input{Ticket: "T", Facts: known(t, map[string]any{"reassignments": 2, "vip": true})}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	r.wakesBefore(at("08:40"))
	assert.Equal(t, []string{"team c0 08:00 fired", "lead c0 08:30 fired"}, short(r.firings))
	out := r.p.Evaluate(r.in, r.st)
	require.Equal(t, escalation.ReasonUnmet, out.Trace[0].Reason)
	assert.Equal(t, "reassignments is 2, asked is: at least 3", out.Trace[0].Unmet[0].Text().EN)

	require.NoError(t, r.in.Facts.Set("reassignments", escalation.Integer(3)))
	r.look(at("08:42"))
	last := r.firings[len(r.firings)-1]
	assert.Equal(t, "hops c0 08:42 fired", short(r.firings)[2])
	assert.Equal(t, at("08:42"), last.Due)
	assert.Len(t, last.Actions, 2)
	assert.Equal(t, "reassignments ist 3, gefragt ist: mindestens 3", last.Why[0].Text().DE)
}

// A guard that does not hold is the end of the step, and says what is missing.
func TestGuard(t *testing.T) {
	r := replay{tb: t, p: policy(t, standard), in: escalation.Input{Ticket: "T", Facts: known(t, nil)}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	r.wakesBefore(at("09:00"))
	require.Equal(t, []string{"team c0 08:00 fired", "lead c0 08:30 guarded"}, short(r.firings))
	assert.Empty(t, r.firings[1].Actions)
	assert.Equal(t, "vip ist nicht bekannt, gefragt ist: bekannt", r.firings[1].Why[0].Text().DE)
}

// Each mark of a deadline wakes its step once, however often it comes.
func TestTriggers(t *testing.T) {
	r := replay{tb: t, p: policy(t, standard), in: escalation.Input{Ticket: "T", Facts: known(t, map[string]any{"vip": true})}}
	alert := func(clock string, m sla.Metric, percent int) {
		r.wakesBefore(at(clock))
		r.st = r.p.Apply(r.st, escalation.Event{At: at(clock), Kind: escalation.EventAlert, Metric: m, Percent: percent})
		r.look(at(clock))
	}
	alert("07:00", sla.FirstResponse, 100)
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	alert("08:10", sla.FirstResponse, 75)
	alert("08:11", sla.NextResponse, 100)
	alert("08:12", sla.FirstResponse, 100)
	alert("08:29", sla.FirstResponse, 100)
	r.wakesBefore(at("09:00"))
	assert.Equal(t, []string{"team c0 08:00 fired", "breach c0 08:17 fired", "lead c0 08:30 throttled", "breach c1 08:34 throttled"}, short(r.firings))
	assert.Equal(t, []escalation.Action{{Kind: escalation.ActSetPriority, Priority: "urgent"}}, r.firings[3].Actions, "what is no notice is done")
}

// A step that waits for its condition waits once, for the last of its marks.
func TestTriggersWait(t *testing.T) {
	text := strings.Replace(standard, `"on": {"metric": "first_response", "percent": 100},`,
		`"on": {"metric": "first_response", "percent": 100}, "when": {"field": "vip", "op": "eq", "value": true},`, 1)
	r := replay{tb: t, p: policy(t, text), in: escalation.Input{Ticket: "T", Facts: known(t, map[string]any{"vip": false})}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	for i := range 50 {
		now := at("08:00").Add(time.Duration(i) * time.Minute)
		r.wakesBefore(now)
		r.st = r.p.Apply(r.st, escalation.Event{At: now, Kind: escalation.EventAlert, Metric: sla.FirstResponse, Percent: 100})
		r.look(now)
	}
	r.wakesBefore(at("09:00"))
	require.NoError(t, r.in.Facts.Set("vip", escalation.Flag(true)))
	before := len(r.firings)
	r.look(at("09:00"))
	require.Len(t, r.firings, before+1)
	assert.Equal(t, "T|std@3|e0|c49|breach", r.firings[before].Key)
}

// When all steps of all cycles have passed, the last resort follows.
func TestExhausted(t *testing.T) {
	r := replay{tb: t, p: policy(t, standard), in: escalation.Input{Ticket: "T", Facts: known(t, map[string]any{"vip": true})}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	r.wakesBefore(at("23:00"))
	assert.Equal(t, []string{
		"team c0 08:00 fired", "lead c0 08:30 fired", "team c1 09:30 fired", "lead c1 10:00 fired", "exhausted c1 10:15 throttled",
	}, short(r.firings))
	assert.True(t, r.next.IsZero(), "nothing is left")
	assert.Equal(t, "T|std@3|e0|c1|exhausted", r.firings[4].Key)

	// Where nobody is left, it comes at once.
	r = replay{tb: t, p: r.p, in: r.in}
	r.in.Holders = func(target escalation.Target, _ time.Time) []string {
		if target.Kind == escalation.TargetAddress {
			return []string{"board"}
		}
		return nil
	}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	r.wakesBefore(at("23:00"))
	// "hops" fires though nobody holds it, and waits for its condition; the
	// steps around it advance.
	assert.Equal(t, "exhausted", r.firings[len(r.firings)-1].Step)
	assert.Equal(t, []string{"board"}, r.firings[len(r.firings)-1].Targets)
	assert.Equal(t, []string{
		"team c0 08:00 empty", "lead c0 08:20 empty", "team c1 08:20 empty", "lead c1 08:40 empty", "exhausted c1 08:40 fired",
	}, short(r.firings))
}

// A level that ignores quiet hours and is found empty moves those after it
// forward, not the one before it that the night holds back.
func TestEmptyBehindAHeldLevel(t *testing.T) {
	text := `{"id": "x", "version": "1", "clock": "wall", "tz": "Europe/Berlin", "quiet": {"from": "22:00", "to": "07:00"}, "steps": [
		{"id": "lead", "after": "30m", "targets": [{"kind": "role", "id": "lead"}], "actions": [{"kind": "notify"}]},
		{"id": "guard", "after": "60m", "ignore_quiet": true, "targets": [{"kind": "role", "id": "guard"}], "actions": [{"kind": "notify"}]},
		{"id": "police", "after": "120m", "ignore_quiet": true, "targets": [{"kind": "role", "id": "police"}], "actions": [{"kind": "notify"}]},
		{"id": "manager", "after": "240m", "targets": [{"kind": "role", "id": "manager"}], "actions": [{"kind": "notify"}]}]}`
	r := replay{tb: t, p: policy(t, text), in: escalation.Input{Ticket: "T", Holders: func(target escalation.Target, _ time.Time) []string {
		if target.ID == "guard" {
			return nil
		}
		return []string{target.ID}
	}}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("19:45"), Kind: escalation.EventOpened})
	r.look(at("19:45"))
	r.wakesBefore(at("23:59"))
	assert.Equal(t, []string{"guard c0 20:45 empty", "police c0 20:45 fired"}, short(r.firings))
	out := r.p.Evaluate(r.in, r.st)
	require.Len(t, out.Trace, 2)
	assert.Equal(t, escalation.ReasonQuiet, out.Trace[0].Reason)
	r.wakesBefore(at("19:45").AddDate(0, 0, 1))
	assert.Equal(t, []string{"lead c0 05:00 superseded", "manager c0 05:00 fired"}, short(r.firings[2:]), "at the end of the night both are due")
}

// Repeats that make no sense are faults.
func TestRepeatFaults(t *testing.T) {
	level := escalation.Step{ID: "s", Actions: []escalation.Action{{Kind: escalation.ActTag, Tags: []string{"t"}}}}
	marked := level
	marked.On = &escalation.Trigger{Metric: sla.FirstResponse}
	many := make([]escalation.Step, 32)
	for i := range many {
		many[i] = level
		many[i].ID = "s" + strconv.Itoa(i)
	}
	last := &escalation.LastResort{Actions: level.Actions}
	for name, tt := range map[string]struct {
		steps  []escalation.Step
		repeat escalation.Repeat
		last   *escalation.LastResort
		path   string
	}{
		"nothing to repeat": {[]escalation.Step{marked}, escalation.Repeat{Times: 1, Gap: escalation.Minutes(1)}, nil, "repeat"},
		"nothing exhausts":  {[]escalation.Step{marked}, escalation.Repeat{}, last, "on_exhausted"},
		"all at once":       {[]escalation.Step{level}, escalation.Repeat{Times: 1}, nil, "repeat.gap"},
		"too many":          {many, escalation.Repeat{Times: 4, Gap: escalation.Minutes(1)}, nil, "repeat.times"},
		"too long":          {[]escalation.Step{level}, escalation.Repeat{Times: 3, Gap: escalation.Minutes(60 * 24 * 365)}, nil, "repeat"},
		"negative":          {[]escalation.Step{level}, escalation.Repeat{Times: -1}, nil, "repeat.times"},
	} {
		_, err := escalation.NewPolicy(escalation.PolicyConfig{ID: "x", Version: "1", Clock: "wall", Steps: tt.steps, Repeat: tt.repeat, OnExhausted: tt.last}, escalation.Environment{})
		found := faultsOf(t, err)
		assert.Contains(t, found, tt.path, name)
		assert.Len(t, found, 1, name)
	}
}

// A preview is what happens if nobody acts.
func TestPreviewComesTrue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := drawCase(rt)
		p, err := escalation.NewPolicy(in.config(), escalation.Environment{Calendars: in.Business.calendar(t, in.TZ)})
		require.NoError(t, err)
		r := replay{tb: t, p: p, in: escalation.Input{Ticket: "T"}}
		last := in.Events[len(in.Events)-1].At
		for _, e := range in.Events {
			r.st = p.Apply(r.st, e.event())
		}
		r.in.Now = last
		preview := p.Preview(r.in, r.st, in.Until)
		r.look(last)
		r.wakesBefore(in.Until)
		if len(preview) != len(r.firings) {
			rt.Fatalf("preview %v, then %v", preview, r.firings)
		}
		for i := range preview {
			if preview[i].Key != r.firings[i].Key || !preview[i].At.Equal(r.firings[i].At) || preview[i].Status != r.firings[i].Status {
				rt.Fatalf("preview %v, then %v", preview[i], r.firings[i])
			}
		}
	})
}

// Under catch-up all, when somebody looks changes neither keys nor dues, as
// long as nothing happens between a due and its look.
func TestSweepsChangeNoDue(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		in := drawCase(rt)
		in.Sweeps, in.Policy.CatchUp, in.Policy.Expire = nil, "all", 0
		in.Events = in.Events[:1]
		exact := in.play(t)
		for m := in.Events[0].At; m.Before(in.Until); {
			in.Sweeps = append(in.Sweeps, m)
			m = m.Add(time.Duration(rapid.IntRange(1, 1000).Draw(rt, "sweep")) * time.Minute)
		}
		in.Sweeps = append(in.Sweeps, in.Until.Add(12*time.Hour)) // outside the quiet hours that are drawn, or late enough
		dues := map[string]time.Time{}
		for _, f := range in.play(t) {
			dues[f.Key] = f.Due
		}
		for _, f := range exact {
			due, seen := dues[f.Key]
			if seen && !due.Equal(f.Due) {
				rt.Fatalf("%s is due %v, swept %v", f.Key, f.Due, due)
			}
			delete(dues, f.Key)
		}
		if len(dues) > 0 {
			rt.Fatalf("swept alone: %v", dues)
		}
	})
}

// However long nobody looked, one look passes at most the steps of an episode.
func TestOneLookIsBounded(t *testing.T) {
	text := `{"id":"x","version":"1","clock":"wall","catch_up":"all","repeat":{"times":127,"gap":"1m"},
		"steps":[{"id":"s","after":"0s","actions":[{"kind":"tag","tags":["t"]}]}]}`
	r := replay{tb: t, p: policy(t, text), in: escalation.Input{Ticket: "T", Facts: known(t, nil)}}
	r.st = r.p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00").AddDate(50, 0, 0))
	assert.Len(t, r.firings, 128)
	assert.True(t, r.next.IsZero())
	_, err := escalation.ParsePolicy([]byte(strings.Replace(text, "127", "128", 1)), escalation.Environment{})
	require.ErrorIs(t, err, escalation.ErrInvalid)
}

// The clock is held and freed a thousand times: the state stays small.
func TestStateStaysSmall(t *testing.T) {
	r := replay{tb: t, p: policy(t, standard), in: escalation.Input{Ticket: "T", Facts: known(t, map[string]any{"vip": true})}}
	now := at("20:30")
	r.st = r.p.Apply(r.st, escalation.Event{At: now, Kind: escalation.EventOpened})
	for i := range 2000 {
		kind := []escalation.EventKind{escalation.EventAck, escalation.EventUnack, escalation.EventAlert}[i%3]
		r.st = r.p.Apply(r.st, escalation.Event{At: now, Kind: kind, Metric: sla.FirstResponse, Percent: 100})
		if i%7 == 0 {
			r.look(now)
		}
		now = now.Add(11 * time.Second)
	}
	r.look(now)
}

func TestDelay(t *testing.T) {
	for text, want := range map[string]string{"90m": "1h30m", "72h": "72h", "0s": "0s", "1h0m5s": "1h0m5s", "10m": "10m", "1h0m0.5s": "1h0m0.5s"} {
		var d escalation.Delay
		require.NoError(t, d.UnmarshalText([]byte(text)))
		assert.Equal(t, want, d.String())
	}
	var d escalation.Delay
	require.ErrorIs(t, d.UnmarshalText([]byte("1d")), escalation.ErrInvalid)
	assert.Equal(t, escalation.Delay(90*time.Minute), escalation.Minutes(90))
}
