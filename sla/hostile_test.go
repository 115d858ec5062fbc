package sla_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// maxSteps bounds what one call may do: a step is a year passed, a piece of a
// page made, an entry of the index made or a day looked at.
const maxSteps = 160_000

// TestHostile gives calendars that open hardly ever, everywhere or never all
// that a caller may throw at them: 100,000 calls, each within a bound of
// steps.
func TestHostile(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 11))
	most := int64(0)
	calls := 0
	for calls < 100_000 {
		c := hostileCalendar(t, r)
		steps := sla.Meter(c)
		for range 500 {
			steps.Store(0)
			call := hostileCall(c, r)
			calls++
			if n := steps.Load(); n > maxSteps {
				t.Fatalf("%d steps: %s of %.200s in %s", n, call, c, c.Zone())
			} else if n > most {
				most = n
			}
		}
	}
	t.Logf("at most %d steps", most)
	assert.Positive(t, most, "nothing was counted")
}

// TestHostileCombinations does so for calendars made of calendars: a call
// costs at most what the years it passes have of spans, in all parts.
func TestHostileCombinations(t *testing.T) {
	const datedYears, spansOfYear = 302, 2 * 53 * 2_048
	r := rand.New(rand.NewPCG(11, 3))
	for range 20 {
		parts := make([]*sla.Calendar, 1+r.IntN(3))
		for i := range parts {
			parts[i] = hostileCalendar(t, r)
		}
		c, err := sla.Union("hostile", 0, parts...)
		if r.IntN(2) == 0 {
			c, err = sla.Intersect("hostile", 0, parts...)
		}
		require.NoError(t, err)
		steps := sla.Meter(c)
		for range 50 {
			steps.Store(0)
			call := hostileCall(c, r)
			require.Less(t, steps.Load(), int64(maxSteps+datedYears*spansOfYear), "%s of %.200s", call, c)
		}
	}
}

func hostileCalendar(t *testing.T, r *rand.Rand) *sla.Calendar {
	t.Helper()
	h := sla.Hours{}
	windows := []sla.Window{{Start: 0, End: 1}, {Start: 86399, End: 86400}, {Start: 0, End: 86400}, {Start: 1, End: 0}, {Start: 7200, End: 10800}}
	for d := range h.Week {
		if r.IntN(4) == 0 {
			h.Week[d] = windows[r.IntN(len(windows)):][:1]
		}
	}
	switch r.IntN(6) {
	case 0:
		h.Week = sla.Week{}
	case 1: // as dense as it gets
		for d := range h.Week {
			h.Week[d] = nil
			for i := range 48 {
				h.Week[d] = append(h.Week[d], sla.Window{Start: sla.Clock(i * 1800), End: sla.Clock(i*1800 + 1 + r.IntN(1700))})
			}
		}
	}
	for range r.IntN(4) {
		d := sla.Date{Year: 1900 + r.IntN(300), Month: time.Month(1 + r.IntN(12)), Day: 1 + r.IntN(28)}
		h.Exceptions = append(h.Exceptions, sla.Exception{Date: d, Closed: windows[r.IntN(len(windows)):][:1]})
	}
	cfg := sla.CalendarConfig{ID: "hostile", Zone: zones()[r.IntN(len(zones()))], Hours: h}
	cfg.Options.CompatibleBounds = r.IntN(4) == 0
	if r.IntN(3) == 0 {
		cfg.Holidays = everyDay{}
	}
	c, err := sla.NewCalendar(cfg)
	require.NoError(t, err)
	return c
}

// everyDay makes every day of a year a holiday.
type everyDay struct{}

func (everyDay) Holidays(year int) []sla.Holiday {
	if year%50 != 0 {
		return nil
	}
	var all []sla.Holiday
	for d := (sla.Date{Year: year, Month: 1, Day: 1}); d.Year == year; d = d.AddDays(1) {
		all = append(all, sla.Holiday{Date: d})
	}
	return all
}

func hostileInstant(r *rand.Rand) time.Time {
	switch r.IntN(6) {
	case 0:
		return time.Unix([]int64{0, math.MaxInt64, math.MinInt64, 1 << 40, -1 << 40, 253402300799, -62135596800, -62167219200}[r.IntN(8)], 999_999_999)
	case 1:
		return time.Time{}
	case 2:
		return time.Unix(r.Int64N(400_000_000_000)-80_000_000_000, r.Int64N(1e9))
	default:
		return time.Unix(1_700_000_000+r.Int64N(1_000_000_000), 0)
	}
}

func hostileDuration(r *rand.Rand) time.Duration {
	switch r.IntN(4) {
	case 0:
		return []time.Duration{math.MaxInt64, math.MinInt64, 1, -1, 0}[r.IntN(5)]
	case 1:
		return time.Duration(r.Int64())
	default:
		return time.Duration(r.Int64N(int64(year))) - year/2
	}
}

func hostileCall(c *sla.Calendar, r *rand.Rand) string {
	a, b, d := hostileInstant(r), hostileInstant(r), hostileDuration(r)
	switch r.IntN(8) {
	case 0:
		c.IsOpen(a)
		return "IsOpen " + a.String()
	case 1:
		_, _ = c.NextOpen(a)
		return "NextOpen " + a.String()
	case 2:
		_, _ = c.PrevOpen(a)
		return "PrevOpen " + a.String()
	case 3:
		c.Between(a, b)
		return "Between " + a.String() + " " + b.String()
	case 4:
		n := 0
		for range c.Spans(a, b) {
			if n++; n == 10 {
				break
			}
		}
		return "Spans " + a.String() + " " + b.String()
	case 5:
		units := []sla.Unit{sla.UnitHour, sla.UnitWorkHour, sla.UnitDay, sla.UnitBusinessDay, sla.UnitWerktag, sla.UnitMonth, sla.UnitYear, "moon"}
		p := sla.Period{N: int(d), Unit: units[r.IntN(len(units))]}
		_, _ = c.AddPeriod(a, p)
		return "AddPeriod " + a.String() + " " + p.String()
	default:
		_, _ = c.Add(a, d)
		return "Add " + a.String() + " " + d.String()
	}
}

// TestHostileHours gives the parser long and broken texts; it must say what
// is wrong or read them.
func TestHostileHours(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 7))
	parts := []string{"Mo", "-", "Fr", ",", " ", "09:00", "24:00", ";", "off", "PH", "2026", "Dec", "24", `"`, "24/7", "ü", "\x00", "\xff", "00:00-24:00", ":"}
	for range 2_000 {
		var b strings.Builder
		for range r.IntN(60) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		if _, err := sla.ParseHours(b.String()); err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
		}
	}
	for _, p := range parts {
		if _, err := sla.ParseHours(strings.Repeat(p, 20_000)); err != nil {
			require.ErrorIs(t, err, sla.ErrInvalid)
		}
	}
}

func TestEndsOfTime(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "24/7", nil)
	last := time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, c.Zone())
	first := time.Date(1, 1, 1, 0, 0, 0, 0, c.Zone())
	assert.True(t, c.IsOpen(last))
	assert.True(t, c.IsOpen(first))
	assert.False(t, c.IsOpen(last.Add(1)))
	assert.False(t, c.IsOpen(first.Add(-1)))
	for _, beyond := range []time.Time{last.Add(1), first.Add(-1), time.Unix(math.MaxInt64, 0), time.Unix(math.MinInt64, 0)} {
		for _, get := range []func() (time.Time, error){
			func() (time.Time, error) { return c.Add(beyond, time.Hour) },
			func() (time.Time, error) { return c.Add(beyond, 0) },
			func() (time.Time, error) { return c.NextOpen(beyond) },
			func() (time.Time, error) { return c.PrevOpen(beyond) },
			func() (time.Time, error) { return c.AddPeriod(beyond, sla.Period{N: 1, Unit: sla.UnitDay}) },
		} {
			_, err := get()
			require.ErrorIs(t, err, sla.ErrOutOfRange)
		}
	}
	got, err := c.Add(last.Add(-time.Second), time.Second)
	require.NoError(t, err)
	assert.True(t, got.Equal(last))
	_, err = c.Add(last, 1)
	require.ErrorIs(t, err, sla.ErrOutOfRange)
	_, err = c.Add(first, -1)
	require.ErrorIs(t, err, sla.ErrOutOfRange)
	assert.Equal(t, time.Duration(math.MaxInt64), c.Between(first, last))
	assert.Equal(t, time.Duration(-math.MaxInt64), c.Between(last, first))
	assert.Equal(t, time.Second+1, c.Between(last.Add(-time.Second), time.Unix(math.MaxInt64, 0)))
	assert.Equal(t, time.Second, c.Between(time.Unix(math.MinInt64, 0), first.Add(time.Second)))
}

// TestNoAnswerSaysTheQuestion: an error names the calendar, what was asked of
// it and from where.
func TestNoAnswerSaysTheQuestion(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	last := time.Date(9999, 12, 30, 12, 0, 0, 0, time.UTC)
	never, err := sla.NewCalendar(sla.CalendarConfig{ID: "shop", Version: 3, Zone: "Europe/Berlin"})
	require.NoError(t, err)
	always := calendar(t, "Europe/Berlin", "24/7", nil)
	instant := func(_ time.Time, err error) error { return err }
	date := func(_ sla.Date, err error) error { return err }
	trace := func(_ sla.Trace, err error) error { return err }
	for question, test := range map[string]struct {
		err    error
		reason error
		from   string
	}{
		"add 1h0m0s":          {instant(never.Add(at, time.Hour)), sla.ErrNoWorkingTime, "2026-11-23T10:00:00Z"},
		"add -1h0m0s":         {trace(never.ExplainAdd(at, -time.Hour)), sla.ErrNoWorkingTime, "2026-11-23T10:00:00Z"},
		"next opening":        {instant(never.NextOpen(at)), sla.ErrNoWorkingTime, "2026-11-23T10:00:00Z"},
		"last closing":        {instant(never.PrevOpen(at)), sla.ErrNoWorkingTime, "2026-11-23T10:00:00Z"},
		"add 2 business days": {date(never.AddDays(sla.DateOf(at, time.UTC), 2)), sla.ErrNoWorkingTime, "2026-11-23"},
		"add 3 days":          {instant(always.AddPeriod(last, sla.Period{N: 3, Unit: sla.UnitDay})), sla.ErrOutOfRange, "9999-12-30T12:00:00Z"},
		"add 48h0m0s":         {instant(always.AddPeriod(last, sla.Period{N: 48, Unit: sla.UnitWorkHour})), sla.ErrOutOfRange, "9999-12-30T12:00:00Z"},
	} {
		var e *sla.CalendarError
		require.ErrorAs(t, test.err, &e, question)
		require.ErrorIs(t, test.err, test.reason, question)
		assert.Equal(t, question, e.Question)
		assert.Equal(t, test.from, e.From, question)
	}
	assert.EqualError(t, instant(never.Add(at, time.Hour)),
		`sla: calendar "shop" version 3: add 1h0m0s from 2026-11-23T10:00:00Z: no working time`)
	_, err = always.AddPeriod(at, sla.Period{N: 1, Unit: "moon"})
	require.ErrorIs(t, err, sla.ErrInvalid)
	assert.EqualError(t, err, `sla: unit: "moon" is not known as a unit`)
}

func TestNeverOpen(t *testing.T) {
	now := benchStart()
	never := calendar(t, "Europe/Berlin", "off", nrw{})
	popup := calendar(t, "Europe/Berlin", "off; 2026 Dec 05-06 10:00-16:00", nil)
	always := func(_ time.Time, err error) bool { return err == nil }
	for _, d := range []time.Duration{1, -1, math.MaxInt64, math.MinInt64} {
		_, err := never.Add(now, d)
		require.ErrorIs(t, err, sla.ErrNoWorkingTime)
		assert.False(t, errors.Is(err, sla.ErrOutOfRange))
	}
	_, err := never.NextOpen(now)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	_, err = never.PrevOpen(now)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	_, err = never.AddDays(sla.DateOf(now, time.UTC), 1)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	assert.True(t, always(never.Add(now, 0)))

	assert.True(t, always(popup.Add(now, 12*time.Hour)))
	_, err = popup.Add(now, 12*time.Hour+1)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	_, err = popup.PrevOpen(now)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	_, err = popup.AddDays(sla.DateOf(now, time.UTC), 3)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
}
