package sla_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// monday is a Monday 00:00 UTC; timelines of the laws lie in the week after.
func monday() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }

func desk(t require.TestingT, version int, hours string) *sla.Calendar {
	h, err := sla.ParseHours(hours)
	require.NoError(t, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Version: version, Zone: "Europe/Berlin", Hours: h})
	require.NoError(t, err)
	return cal
}

// drawPolicy draws a policy with every metric and any declared rule.
func drawPolicy(t *rapid.T, cal *sla.Calendar) *sla.Policy {
	target := func(m sla.Metric, label string) sla.Target {
		tg := sla.Target{Metric: m, Clock: "desk", Warn: rapid.SampledFrom([][]int{nil, {50}, {50, 75, 90}, {1, 99}}).Draw(t, label+" warn")}
		unit := rapid.SampledFrom([]sla.Unit{sla.UnitWorkHour, sla.UnitWorkMinute, sla.UnitHour, sla.UnitDay, sla.UnitBusinessDay}).Draw(t, label+" unit")
		if unit == sla.UnitHour {
			tg.Clock = sla.WallClock
		}
		n := rapid.IntRange(1, 30).Draw(t, label+" n")
		if unit == sla.UnitDay || unit == sla.UnitBusinessDay {
			n = n/10 + 1
		}
		if unit == sla.UnitWorkMinute {
			n *= 30
		}
		tg.Period = sla.Period{N: n, Unit: unit}
		tg.Pause = rapid.SampledFrom([][]string{nil, {"wait"}, {"wait", "snooze"}, {sla.PauseAnswered}}).Draw(t, label+" pause")
		return tg
	}
	rule := func(id string, m sla.Match) sla.Rule {
		r := sla.Rule{ID: id, Match: m}
		for _, metric := range sla.Metrics() {
			if id != "all" && rapid.IntRange(0, 3).Draw(t, id+" without") == 0 {
				continue
			}
			tg := target(metric, id+" "+string(metric))
			switch metric {
			case sla.CustomerWait, sla.AgentWork, sla.FirstResolution, sla.TotalResolution:
				tg.Reopen = rapid.SampledFrom([]sla.ReopenRule{"", sla.ReopenContinue, sla.ReopenExclude, sla.ReopenNewCycle, sla.ReopenIgnore}).Draw(t, "reopen")
			case sla.FirstResponse, sla.NextResponse, sla.PeriodicUpdate, sla.Promise:
			}
			r.Targets = append(r.Targets, tg)
		}
		if len(r.Targets) == 0 {
			r.Targets = []sla.Target{target(sla.FirstResponse, id)}
		}
		return r
	}
	cfg := sla.PolicyConfig{
		ID: "p", Version: 1,
		Retarget:   rapid.SampledFrom([]sla.RetargetRule{"", sla.RetargetSwap, sla.RetargetRestart, sla.RetargetIgnore}).Draw(t, "retarget"),
		ClosingTie: rapid.SampledFrom([]sla.TieRule{"", sla.TieClosing, sla.TieOpening}).Draw(t, "tie"),
		Rules: []sla.Rule{
			rule("high", sla.Match{Priority: []string{"high"}}),
			rule("all", sla.Match{}),
		},
	}
	p, err := sla.NewPolicy(cfg, cal)
	require.NoError(t, err)
	return p
}

// drawMarks draws a timeline in order, sensible or not.
func drawMarks(t *rapid.T, most int) []sla.Mark {
	kinds := []sla.MarkKind{
		sla.MarkCustomerMessage, sla.MarkAgentReply, sla.MarkBotReply, sla.MarkNote, sla.MarkState, sla.MarkPause, sla.MarkResume,
		sla.MarkSubject, sla.MarkPromiseMade, sla.MarkPromiseKept, sla.MarkPromiseBroken, sla.MarkResolved,
		sla.MarkReopened, sla.MarkReopened | sla.MarkCustomerMessage, sla.MarkResolved | sla.MarkAgentReply,
		sla.MarkClosed, sla.MarkMerged, sla.MarkSpam, sla.MarkRestored,
	}
	states := []string{"open", "wait", "snooze", "resolved"}
	at := monday().Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "first")) * time.Hour)
	marks := []sla.Mark{{Seq: 1, At: at, Kind: sla.MarkOpened, State: "open", Subject: &sla.Subject{Priority: "normal"}}}
	for i := range rapid.IntRange(0, most).Draw(t, "marks") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 7, 30, 60, 120, 300, 900}).Draw(t, "minutes")) * time.Minute)
		m := sla.Mark{Seq: int64(i + 2), At: at, Kind: rapid.SampledFrom(kinds).Draw(t, "kind")}
		if m.Kind.Has(sla.MarkState|sla.MarkPause) || rapid.IntRange(0, 3).Draw(t, "has state") == 0 {
			m.State = rapid.SampledFrom(states).Draw(t, "state")
		}
		if m.Kind.Has(sla.MarkSubject) {
			m.Subject = &sla.Subject{Priority: rapid.SampledFrom([]string{"normal", "high"}).Draw(t, "priority")}
		}
		if m.Kind.Has(sla.MarkPromiseMade | sla.MarkPromiseKept | sla.MarkPromiseBroken) {
			m.Promise = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "promise")
			if rapid.Bool().Draw(t, "dated") {
				m.Due = at.Add(time.Duration(rapid.IntRange(-60, 3000).Draw(t, "date")) * time.Minute)
			}
		}
		marks = append(marks, m)
	}
	return marks
}

func drawNow(t *rapid.T, marks []sla.Mark) time.Time {
	return marks[len(marks)-1].At.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "now")) * time.Minute)
}

// apply folds the marks one by one, with JSON in between, and looks at the
// tracker now and then.
func apply(t *rapid.T, p *sla.Policy, marks []sla.Mark, looks bool) (sla.Tracker, []sla.Status, []sla.Alert) {
	var tr sla.Tracker
	var past []sla.Status
	var alerts []sla.Alert
	for i, m := range marks {
		var out sla.Outcome
		tr, out = tr.Apply(p, m)
		past, alerts = append(past, out.Past...), append(alerts, out.Alerts...)
		data, err := json.Marshal(tr)
		require.NoError(t, err)
		var back sla.Tracker
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, tr, back, "JSON round trip")
		if looks && i+1 < len(marks) && rapid.Bool().Draw(t, "look") {
			span := marks[i+1].At.Sub(m.At)
			var found []sla.Alert
			tr, found = tr.Look(p, m.At.Add(span/2))
			alerts = append(alerts, found...)
		}
	}
	return tr, past, alerts
}

func sorted(list []sla.Status) []sla.Status {
	list = slices.Clone(list)
	for i := range list {
		list[i].Faults = nil
	}
	slices.SortStableFunc(list, func(a, b sla.Status) int {
		i, j := slices.Index(sla.Metrics(), a.Metric), slices.Index(sla.Metrics(), b.Metric)
		return cmp.Or(cmp.Compare(i, j), cmp.Compare(a.Cycle, b.Cycle))
	})
	return list
}

func TestEvaluateIsTheFoldOfTheTracker(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 25)
		now := drawNow(t, marks)
		tr, past, _ := apply(t, p, marks, true)
		whole := sla.Evaluate(p, marks, now)
		require.Equal(t, sorted(whole), sorted(append(past, tr.Status(p, now)...)))

		// As of an earlier instant, later marks are not known yet.
		i := rapid.IntRange(0, len(marks)-1).Draw(t, "until")
		for i+1 < len(marks) && marks[i+1].At.Equal(marks[i].At) {
			i++
		}
		tr, past, _ = apply(t, p, marks[:i+1], false)
		require.Equal(t, sorted(sla.Evaluate(p, marks, marks[i].At)), sorted(append(past, tr.Status(p, marks[i].At)...)))
	})
}

func TestElapsedAndRemainingMakeTheTarget(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 25)
		now := drawNow(t, marks)
		for _, s := range sla.Evaluate(p, marks, now) {
			require.Equal(t, s.Target, s.Elapsed+s.Remaining)
			require.GreaterOrEqual(t, s.Elapsed, time.Duration(0))
			require.GreaterOrEqual(t, s.Paused, time.Duration(0))
			switch s.State {
			case sla.Running:
				require.False(t, now.After(s.Due))
				require.GreaterOrEqual(t, s.Remaining, time.Duration(0))
			case sla.Breached:
				require.False(t, s.BreachedAt.IsZero())
			case sla.Met:
				require.LessOrEqual(t, s.Elapsed, s.Target)
			case sla.Paused, sla.Cancelled:
			}
		}
	})
}

func TestDueNeverMovesBackByWaiting(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-13:00,14:00-18:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 15)
		tr, _, _ := apply(t, p, marks, false)
		now := marks[len(marks)-1].At
		before := tr.Status(p, now)
		for range 6 {
			now = now.Add(time.Duration(rapid.IntRange(0, 1200).Draw(t, "wait")) * time.Minute)
			after := tr.Status(p, now)
			for i, s := range before {
				if s.State == sla.Running && after[i].State != sla.Paused {
					require.Equal(t, s.Due, after[i].Due, "a running clock keeps its due date")
				}
				require.False(t, after[i].DueIfResumed.Before(s.DueIfResumed), "%s: %s before %s", s.Metric, after[i].DueIfResumed, s.DueIfResumed)
			}
			before = after
		}
	})
}

func TestSplittingAPauseChangesNothing(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t, cal)
		minute := func(n int) time.Time { return monday().Add(time.Duration(n) * time.Minute) }
		cuts := rapid.SliceOfN(rapid.IntRange(0, 6000), 3, 3).Draw(t, "cuts")
		slices.Sort(cuts)
		from, at, to := minute(cuts[0]), minute(cuts[1]), minute(cuts[2])
		one := []sla.Mark{
			{Seq: 1, At: monday(), Kind: sla.MarkOpened},
			{Seq: 2, At: from, Kind: sla.MarkPause, State: "wait"},
			{Seq: 5, At: to, Kind: sla.MarkResume},
		}
		two := slices.Insert(slices.Clone(one), 2,
			sla.Mark{Seq: 3, At: at, Kind: sla.MarkResume}, sla.Mark{Seq: 4, At: at, Kind: sla.MarkPause, State: "wait"})
		now := minute(cuts[2] + rapid.IntRange(0, 6000).Draw(t, "now"))
		require.Equal(t, sla.Evaluate(p, one, now), sla.Evaluate(p, two, now))
	})
}

// A due date that comes while the clock stands is not missed, also where no
// open time lay in the pause: one business day from midnight is due at
// midnight, when nobody works.
func TestDueWhileStandingIsNotMissed(t *testing.T) {
	p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{{
		Metric: sla.FirstResponse, Period: sla.Period{N: 1, Unit: sla.UnitBusinessDay}, Clock: "desk", Pause: []string{"wait"},
	}}}}}, desk(t, 1, "Mo-Fr 09:00-17:00"))
	require.NoError(t, err)
	at := func(hours int) time.Time { return monday().Add(time.Duration(hours) * time.Hour) }
	marks := []sla.Mark{
		{Seq: 1, At: at(0), Kind: sla.MarkOpened},
		{Seq: 2, At: at(20), Kind: sla.MarkPause, State: "wait"},
		{Seq: 3, At: at(25), Kind: sla.MarkResume},
		{Seq: 4, At: at(25), Kind: sla.MarkPause, State: "wait"},
		{Seq: 5, At: at(26), Kind: sla.MarkResume},
	}
	held := sla.Evaluate(p, marks[:2], at(25))
	require.Equal(t, at(25), held[0].DueIfResumed)
	run := sla.Evaluate(p, marks, at(26))
	require.Equal(t, sla.Running, run[0].State)
	require.Equal(t, at(26), run[0].Due)
	require.Equal(t, sla.Breached, sla.Evaluate(p, marks, at(27))[0].State)
}

func TestExplanationsAddUp(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-13:00,14:00-18:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 25)
		now := drawNow(t, marks)
		for _, s := range sla.Evaluate(p, marks, now) {
			e, err := sla.Explain(p, marks, now, s.Metric, s.Cycle)
			require.NoError(t, err)
			require.Equal(t, s, e.Status)
			addsUp(t, e)
			text := e.Text(time.UTC)
			require.NotContains(t, text.DE+text.EN, "%!", "every phrase gets what it asks for")
		}
	})
}

// Every warning and breach is told once, however often one looks, and a
// breach never goes untold.
func TestAlertsAreToldOnce(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 25)
		tr, past, alerts := apply(t, p, marks, true)
		now := drawNow(t, marks)
		tr, late := tr.Look(p, now)
		alerts = append(alerts, late...)
		if rapid.Bool().Draw(t, "rebase") {
			var out sla.Outcome
			tr, out = tr.Rebase(p, marks)
			require.Empty(t, out.Alerts)
		}
		_, again := tr.Look(p, now)
		require.Empty(t, again)
		seen := map[string]bool{}
		for _, a := range alerts {
			key := fmt.Sprintf("%s#%d@%d", a.Metric, a.Cycle, a.Percent)
			require.False(t, seen[key], "%s told twice", key)
			seen[key] = true
		}
		for _, s := range append(past, tr.Status(p, now)...) {
			givenUp := s.Metric == sla.Promise && s.BreachedAt.Equal(s.Ended) // its own mark says so, be it at the due date
			if s.State == sla.Breached && !givenUp {
				require.True(t, seen[fmt.Sprintf("%s#%d@100", s.Metric, s.Cycle)], "%s#%d breached, nobody told", s.Metric, s.Cycle)
			}
		}
	})
}

func TestNextIsWhenLookFinds(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		p, marks := drawPolicy(t, cal), drawMarks(t, 15)
		tr, _, _ := apply(t, p, marks, true)
		tr, _ = tr.Look(p, marks[len(marks)-1].At)
		for range 30 {
			next, ok := tr.Next(p)
			if !ok {
				_, found := tr.Look(p, monday().AddDate(1, 0, 0))
				require.Empty(t, found)
				return
			}
			_, early := tr.Look(p, next.Add(-time.Microsecond))
			require.Empty(t, early, "nothing before %s", next)
			var found []sla.Alert
			tr, found = tr.Look(p, next)
			require.NotEmpty(t, found, "nothing at %s", next)
		}
	})
}

func TestPolicyRoundTrip(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		p := drawPolicy(t, cal)
		data, err := json.Marshal(p)
		require.NoError(t, err)
		var cfg sla.PolicyConfig
		require.NoError(t, json.Unmarshal(data, &cfg))
		require.Equal(t, p.Config(), cfg)
		again, err := json.Marshal(cfg)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	})
}

func TestRebaseJudgesFromTheBeginning(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-17:00")
	rapid.Check(t, func(t *rapid.T) {
		old, fresh, marks := drawPolicy(t, cal), drawPolicy(t, cal), drawMarks(t, 20)
		now := drawNow(t, marks)
		tr, _, _ := apply(t, old, marks, true)
		tr, out := tr.Rebase(fresh, marks)
		require.Equal(t, sla.Evaluate(fresh, marks, now), append(out.Past, tr.Status(fresh, now)...))
	})
}

// Where nothing was left out, a swapped target judges a cycle as if it had
// been there from the start.
func TestSwapIsAsIfFromTheStart(t *testing.T) {
	cal := desk(t, 1, "Mo-Fr 09:00-13:00,14:00-18:00")
	rapid.Check(t, func(t *rapid.T) {
		target := func(label string) []sla.Target {
			unit := rapid.SampledFrom([]sla.Unit{sla.UnitWorkHour, sla.UnitBusinessDay}).Draw(t, label)
			return []sla.Target{{
				Metric: sla.TotalResolution, Period: sla.Period{N: rapid.IntRange(1, 20).Draw(t, label+" n"), Unit: unit}, Clock: "desk", Warn: []int{33, 66},
			}}
		}
		p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{
			{ID: "high", Match: sla.Match{Priority: []string{"high"}}, Targets: target("high")}, {ID: "all", Targets: target("all")},
		}}, cal)
		require.NoError(t, err)
		at := monday().Add(time.Duration(rapid.IntRange(0, 7000).Draw(t, "opened")) * time.Minute)
		change := at.Add(time.Duration(rapid.IntRange(0, 7000).Draw(t, "change")) * time.Minute)
		now := change.Add(time.Duration(rapid.IntRange(0, 7000).Draw(t, "now")) * time.Minute)
		high := &sla.Subject{Priority: "high"}
		swapped := sla.Evaluate(p, []sla.Mark{{Seq: 1, At: at, Kind: sla.MarkOpened}, {Seq: 2, At: change, Kind: sla.MarkSubject, Subject: high}}, now)[0]
		always := sla.Evaluate(p, []sla.Mark{{Seq: 1, At: at, Kind: sla.MarkOpened, Subject: high}}, now)[0]
		swapped.Retargets = 0
		if always.State == sla.Breached && always.BreachedAt.Before(change) {
			always.BreachedAt = change // nobody could be late before the change
		}
		require.Equal(t, always, swapped)
	})
}
