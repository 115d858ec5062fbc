package sla_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// The oracle knows nothing of clocks, due dates or folds: it asks for every
// minute whether it counts, by reading the timeline from its beginning.

// minuteOracle judges one timeline whose marks lie on whole minutes.
type minuteOracle struct {
	marks  []sla.Mark
	reopen sla.ReopenRule
}

// view is the ticket as the marks up to some instant leave it.
type view struct {
	state            string
	resolved         bool
	resolvedEver     bool
	pausedAtResolve  bool
	cycles           int // of resolution, under ReopenNewCycle
	waiting, replied bool
	askedAt          time.Time
}

func (o *minuteOracle) at(t time.Time) view {
	var v view
	for _, m := range o.marks {
		if m.At.After(t) {
			break
		}
		if m.Kind.Has(sla.MarkResolved) && !v.resolved {
			v.resolved, v.resolvedEver, v.pausedAtResolve, v.waiting = true, true, v.state == "wait", false
		}
		if m.Kind.Has(sla.MarkAgentReply) {
			v.replied, v.waiting = true, false
		}
		if m.State != "" {
			v.state = m.State
		}
		if m.Kind.Has(sla.MarkReopened) {
			v.resolved = false
			v.cycles++
		}
		if m.Kind.Has(sla.MarkOpened|sla.MarkCustomerMessage) && !v.waiting {
			v.waiting, v.askedAt = true, m.At
		}
	}
	return v
}

func openMinute(t time.Time) bool {
	return t.Weekday() >= time.Monday && t.Weekday() <= time.Friday && t.Hour() >= 9 && t.Hour() < 17
}

// reopenedAfter reports whether the ticket is reopened between t and now.
func (o *minuteOracle) reopenedAfter(t, now time.Time) bool {
	for _, m := range o.marks {
		if m.Kind.Has(sla.MarkReopened) && m.At.After(t) && !m.At.After(now) {
			return true
		}
	}
	return false
}

// counts says whether the minute from t on counts for the resolution cycle.
func (o *minuteOracle) counts(t, now time.Time, cycle int) bool {
	return openMinute(t) && o.runs(t, now, cycle)
}

// runs says whether the clock runs in the minute from t on, open or not.
func (o *minuteOracle) runs(t, now time.Time, cycle int) bool {
	v := o.at(t)
	switch o.reopen {
	case sla.ReopenContinue:
		if v.resolved {
			return o.reopenedAfter(t, now) && !v.pausedAtResolve
		}
		return v.state != "wait"
	case sla.ReopenIgnore:
		return !v.resolvedEver && v.state != "wait"
	case sla.ReopenNewCycle:
		return v.cycles == cycle && !v.resolved && v.state != "wait"
	case sla.ReopenExclude:
	}
	return !v.resolved && v.state != "wait"
}

func (o *minuteOracle) elapsed(start, now time.Time, cycle int) time.Duration {
	n := time.Duration(0)
	for t := start; t.Before(now); t = t.Add(time.Minute) {
		if o.counts(t, now, cycle) {
			n += time.Minute
		}
	}
	return n
}

// due walks on from start until the target is used up. Where the clock stands
// from that very instant and open time is lost, it is due when it runs again.
func (o *minuteOracle) due(start, now time.Time, cycle int, target time.Duration) time.Time {
	t := start
	for ; target > 0; t = t.Add(time.Minute) {
		if o.counts(t, now, cycle) {
			target -= time.Minute
		}
	}
	for lost, u := false, t; ; u = u.Add(time.Minute) {
		switch {
		case u.After(now) || o.runs(u, now, cycle) && !lost:
			return t
		case o.runs(u, now, cycle):
			return u
		default:
			lost = lost || openMinute(u)
		}
	}
}

func drawSensible(t *rapid.T) []sla.Mark {
	at := monday().Add(time.Duration(rapid.IntRange(0, 2000).Draw(t, "first")) * time.Minute)
	marks := []sla.Mark{{Seq: 1, At: at, Kind: sla.MarkOpened, State: "open"}}
	resolved := false
	for i := range rapid.IntRange(0, 12).Draw(t, "marks") {
		at = at.Add(time.Duration(rapid.SampledFrom([]int{0, 1, 20, 60, 180, 600, 1500}).Draw(t, "minutes")) * time.Minute)
		m := sla.Mark{Seq: int64(i + 2), At: at}
		switch n := rapid.IntRange(0, 5).Draw(t, "what"); {
		case resolved:
			m.Kind, m.State, resolved = sla.MarkReopened|sla.MarkCustomerMessage, "open", false
		case n == 0:
			m.Kind, resolved = sla.MarkResolved|sla.MarkAgentReply, true
		case n == 1:
			m.Kind, m.State = sla.MarkState, "wait"
		case n == 2:
			m.Kind, m.State = sla.MarkState, "open"
		case n == 3:
			m.Kind, m.State = sla.MarkAgentReply, rapid.SampledFrom([]string{"", "wait"}).Draw(t, "state")
		default:
			m.Kind = sla.MarkCustomerMessage
		}
		marks = append(marks, m)
	}
	return marks
}

func TestAgainstTheMinuteOracle(t *testing.T) {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(t, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: "UTC", Hours: hours})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		o := &minuteOracle{marks: drawSensible(t)}
		o.reopen = rapid.SampledFrom([]sla.ReopenRule{sla.ReopenContinue, sla.ReopenExclude, sla.ReopenNewCycle, sla.ReopenIgnore}).Draw(t, "reopen")
		work := rapid.IntRange(1, 1500).Draw(t, "target")
		p, err := sla.NewPolicy(sla.PolicyConfig{ID: "p", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
			{Metric: sla.FirstResponse, Period: sla.Period{N: work, Unit: sla.UnitWorkMinute}, Clock: "desk"},
			{Metric: sla.NextResponse, Period: sla.Period{N: work, Unit: sla.UnitWorkMinute}, Clock: "desk"},
			{Metric: sla.TotalResolution, Period: sla.Period{N: work, Unit: sla.UnitWorkMinute}, Clock: "desk", Pause: []string{"wait"}, Reopen: o.reopen},
		}}}}, cal)
		require.NoError(t, err)
		now := o.marks[len(o.marks)-1].At.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "now")) * time.Minute)
		for _, s := range sla.Evaluate(p, o.marks, now) {
			require.Empty(t, s.Faults)
			if s.Metric == sla.TotalResolution {
				o.checkResolution(t, s, now)
			} else {
				o.checkResponse(t, s, now)
			}
		}
	})
}

func (o *minuteOracle) checkResolution(t *rapid.T, s sla.Status, now time.Time) {
	v := o.at(now)
	start := o.marks[0].At
	if o.reopen == sla.ReopenNewCycle {
		start = o.cycleStart(s.Cycle)
	}
	elapsed := o.elapsed(start, now, s.Cycle)
	require.Equal(t, elapsed, s.Elapsed, "elapsed under %s", o.reopen)
	ended := v.resolved
	switch o.reopen {
	case sla.ReopenIgnore:
		ended = v.resolvedEver
	case sla.ReopenNewCycle:
		ended = v.resolved || v.cycles > s.Cycle
	case sla.ReopenContinue, sla.ReopenExclude:
	}
	require.Equal(t, ended, !s.Open())
	switch s.State {
	case sla.Running:
		require.Equal(t, o.due(start, now, s.Cycle, s.Target), s.Due)
		require.LessOrEqual(t, elapsed, s.Target)
	case sla.Breached:
		require.Equal(t, o.due(start, now, s.Cycle, s.Target), s.BreachedAt)
	case sla.Met:
		require.LessOrEqual(t, elapsed, s.Target)
	case sla.Paused:
		require.Equal(t, "wait", v.state)
		require.LessOrEqual(t, elapsed, s.Target)
	case sla.Cancelled:
		require.Fail(t, "nothing cancels here")
	}
}

func (o *minuteOracle) cycleStart(cycle int) time.Time {
	for _, m := range o.marks {
		if m.Kind.Has(sla.MarkReopened) {
			cycle--
		}
		if cycle == 0 {
			return m.At
		}
	}
	return time.Time{}
}

// checkResponse reads the questions and answers off the timeline.
func (o *minuteOracle) checkResponse(t *rapid.T, s sla.Status, now time.Time) {
	var asked, answered time.Time
	cycle := -1
	for i, m := range o.marks {
		if m.At.After(now) {
			break
		}
		if m.Kind.Has(sla.MarkAgentReply) && !asked.IsZero() && answered.IsZero() {
			answered = m.At
			if s.Metric == sla.FirstResponse || cycle == s.Cycle {
				break
			}
		}
		waits := asked.IsZero() || !answered.IsZero()
		if (i == 0 || m.Kind.Has(sla.MarkCustomerMessage) && s.Metric == sla.NextResponse) && waits {
			asked, answered = m.At, time.Time{}
			if i > 0 {
				cycle++
			}
		}
	}
	require.Equal(t, asked, s.Start, "%s#%d", s.Metric, s.Cycle)
	require.Equal(t, answered, s.Ended)
	end := now
	if !answered.IsZero() {
		end = answered
	}
	used, due, left := time.Duration(0), time.Time{}, s.Target
	for at := asked; at.Before(end) || left > 0; at = at.Add(time.Minute) {
		if !openMinute(at) {
			continue
		}
		if at.Before(end) {
			used += time.Minute
		}
		if left -= time.Minute; left == 0 {
			due = at.Add(time.Minute)
		}
	}
	require.Equal(t, used, s.Elapsed)
	require.Equal(t, due, s.Due)
	require.Equal(t, end.After(due), s.State == sla.Breached)
}
