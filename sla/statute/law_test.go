package statute_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// drawRule draws a statute: a built-in one, or any that is valid.
func drawRule(rt *rapid.T) statute.Statute {
	builtin := slices.Collect(statute.Builtin().All())
	s := rapid.SampledFrom(builtin).Draw(rt, "rule")
	if rapid.Bool().Draw(rt, "varied") {
		s.Kind = rapid.SampledFrom([]statute.Kind{
			statute.Simple, statute.WithdrawalEffective, statute.DirectiveCap, statute.RefundHold, statute.YearEnd,
			statute.Warranty, statute.DefaultStart, statute.Promptly,
		}).Draw(rt, "kind")
		s.Periods = rapid.SliceOfN(rapid.Custom(drawPeriod), 1, 3).Draw(rt, "periods")
		s.Shift = rapid.SampledFrom([]statute.Shift{statute.NoShift, statute.NextWorkingDay}).Draw(rt, "shift")
	}
	return s
}

func drawPeriod(rt *rapid.T) sla.Period {
	return sla.Period{
		N: rapid.IntRange(1, 40).Draw(rt, "n"),
		Unit: rapid.SampledFrom([]sla.Unit{
			sla.UnitDay, sla.UnitBusinessDay, sla.UnitWerktag, sla.UnitWeek, sla.UnitMonth, sla.UnitYear,
		}).Draw(rt, "unit"),
	}
}

func drawDate(rt *rapid.T, label string) sla.Date {
	return sla.Date{Year: 1995, Month: 1, Day: 1}.AddDays(rapid.IntRange(0, 50*365).Draw(rt, label))
}

func drawRegion(rt *rapid.T) *holiday.Region {
	r, err := holiday.Germany(rapid.SampledFrom(holiday.Lands()).Draw(rt, "land"))
	require.NoError(rt, err)
	return r
}

// drawEvents draws the trigger, and any of the other events.
func drawEvents(rt *rapid.T, s statute.Statute) statute.Events {
	es := statute.Events{s.Trigger: {statute.On(drawDate(rt, "trigger"))}}
	for _, e := range append(s.Optional(), statute.ContractConcluded) {
		if rapid.Bool().Draw(rt, string(e)) && e != s.Trigger {
			es[e] = statute.Moments{statute.On(drawDate(rt, "when"))}
		}
	}
	return es
}

// free is the oracle of a free day: Saturday, Sunday, or on the list of the
// year, read straight off the source.
func free(source sla.HolidaySource, d sla.Date) bool {
	if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
		return true
	}
	return slices.ContainsFunc(source.Holidays(d.Year), func(h sla.Holiday) bool { return h.Date == d })
}

// TestLaws: what holds for every statute, place and course of events.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, region, zone := drawRule(rt), drawRegion(rt), berlin(t)
		d, err := s.Deadline(drawEvents(rt, s), region, zone)
		require.NoError(rt, err)

		chained(rt, d)
		if !d.Due() {
			require.Equal(rt, statute.RefundHold, s.Kind)
			require.True(rt, d.RawEnd.IsZero())
			return
		}
		require.False(rt, d.LastDay.Before(d.RawEnd))
		require.Equal(rt, d.RawEnd != d.LastDay, d.Shifted)
		for day := d.RawEnd; day != d.LastDay; day = day.AddDays(1) {
			require.True(rt, free(region, day), "every day passed is free")
		}
		released := slices.ContainsFunc(d.Trace, func(s statute.Step) bool { return s.Code == statute.StepReleased })
		if s.Shift == statute.NextWorkingDay && !released {
			require.False(rt, free(region, d.LastDay), "the shift ends on a working day")
		} else {
			require.False(rt, d.Shifted)
		}
		ends, _ := d.Ends()
		require.True(rt, d.InTime(ends.Add(-1)))
		require.False(rt, d.InTime(ends))
	})
}

// chained: each step begins where the one before ended, and the last day is
// where the count ends.
func chained(rt *rapid.T, d statute.Deadline) {
	require.True(rt, d.Trace[0].From.IsZero())
	at := d.Trace[0].To
	for _, step := range d.Trace[1:] {
		require.Equal(rt, at, step.From)
		at = step.To
	}
	if d.Due() {
		require.Equal(rt, d.LastDay, at)
	}
}

// TestMonotone: who gets the goods later never has to act earlier. Warranty
// and a late release are left out: there another event rules.
func TestMonotone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, region, zone := drawRule(rt), drawRegion(rt), berlin(t)
		early := drawDate(rt, "early")
		late := early.AddDays(rapid.IntRange(1, 800).Draw(rt, "later by"))
		var last sla.Date
		for _, day := range []sla.Date{early, late} {
			d, err := s.Deadline(statute.Events{
				s.Trigger: {statute.On(day)}, statute.PickupOffered: {{}},
			}, region, zone)
			require.NoError(rt, err)
			require.False(rt, d.LastDay.Before(last))
			last = d.LastDay
		}
	})
}

// TestAgainstWalker compares simple periods with an oracle that never adds
// more than a day: it walks from the event and counts dates, or waits for the
// date that carries the number.
func TestAgainstWalker(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, region, zone := drawRule(rt), drawRegion(rt), berlin(t)
		s.Kind, s.Periods = statute.Simple, s.Periods[:min(1, len(s.Periods))]
		if len(s.Periods) == 0 {
			s.Periods = []sla.Period{drawPeriod(rt)}
		}
		start := drawDate(rt, "trigger")
		d, err := s.Deadline(statute.Events{s.Trigger: {statute.On(start)}}, region, zone)
		require.NoError(rt, err)
		require.Equal(rt, walk(region, start, s.Periods[0]), d.RawEnd)
	})
}

func walk(source sla.HolidaySource, start sla.Date, p sla.Period) sla.Date {
	d, months := start, p.N
	if p.Unit == sla.UnitYear {
		months = 12 * p.N
	} else if p.Unit != sla.UnitMonth {
		return walkDays(source, start, p)
	}
	for months > 0 { // the first of each month that begins on the way
		if d = d.AddDays(1); d.Day == 1 {
			months--
		}
	}
	for d.Day < start.Day && d.AddDays(1).Day != 1 { // then on to the number, or the end of the month
		d = d.AddDays(1)
	}
	return d
}

func walkDays(source sla.HolidaySource, d sla.Date, p sla.Period) sla.Date {
	n := p.N
	if p.Unit == sla.UnitWeek {
		n *= 7
	}
	for n > 0 {
		d = d.AddDays(1)
		saturday := d.Weekday() == time.Saturday
		public := slices.ContainsFunc(source.Holidays(d.Year), func(h sla.Holiday) bool { return h.Date == d })
		switch {
		case p.Unit == sla.UnitBusinessDay && free(source, d):
		case p.Unit == sla.UnitWerktag && free(source, d) && (!saturday || public):
		default:
			n--
		}
	}
	return d
}

// TestRoundTrip: statutes, events and deadlines survive JSON.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		s, region := drawRule(rt), drawRegion(rt)
		var s2 statute.Statute
		through(rt, s, &s2)
		require.Equal(rt, s, s2)

		es := drawEvents(rt, s)
		es["host.event"] = statute.Moments{{}, statute.At(time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "at"), 0).UTC())}
		var es2 statute.Events
		through(rt, es, &es2)
		require.Equal(rt, es, es2)

		d, err := s.Deadline(es, region, berlin(t))
		require.NoError(rt, err)
		var d2 statute.Deadline
		through(rt, d, &d2)
		require.Equal(rt, d, d2)
	})
}

func through(rt *rapid.T, from, to any) {
	data, err := json.Marshal(from)
	require.NoError(rt, err)
	require.NoError(rt, json.Unmarshal(data, to), string(data))
}
