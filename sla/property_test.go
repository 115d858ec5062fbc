package sla_test

import (
	"errors"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// zones are those whose clocks do something odd: gaps at midnight, half-hour
// and whole-day jumps, negative summer time, Ramadan, several changes a year.
func zones() []string {
	return []string{
		"Europe/Berlin", "America/Santiago", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia",
		"Africa/Casablanca", "America/Sao_Paulo", "Asia/Kolkata", "UTC", "America/New_York",
		"Asia/Tehran", "Europe/Dublin", "America/St_Johns", "Asia/Beirut", "Antarctica/Troll",
		"Pacific/Kiritimati", "Asia/Gaza", "America/Goose_Bay", "Pacific/Chatham", "Asia/Pyongyang",
		"America/Havana", "Africa/Monrovia", "Asia/Kathmandu", "America/Asuncion", "Asia/Amman",
	}
}

func genClock(t *rapid.T, most int) sla.Clock {
	step := rapid.SampledFrom([]int{1800, 900, 3600, 1}).Draw(t, "step")
	return sla.Clock(rapid.IntRange(0, most/step).Draw(t, "clock") * step)
}

func genWindows(t *rapid.T, most int) []sla.Window {
	var ws []sla.Window
	for range rapid.IntRange(0, most).Draw(t, "windows") {
		w := rapid.SampledFrom([]sla.Window{
			{Start: 0, End: 86400},
			{Start: 9 * 3600, End: 17 * 3600},
			{Start: 22 * 3600, End: 6 * 3600},
			{Start: 2 * 3600, End: 3 * 3600},
			{Start: 0, End: 3600},
			{Start: 23 * 3600, End: 0},
			{Start: 1800, End: 900},
		}).Draw(t, "usual")
		if rapid.Bool().Draw(t, "any") {
			w = sla.Window{Start: genClock(t, 86399), End: genClock(t, 86400)}
		}
		if w.Start != w.End {
			ws = append(ws, w)
		}
	}
	return ws
}

type holidayList []sla.Holiday

func (l holidayList) Holidays(year int) []sla.Holiday {
	var out []sla.Holiday
	for _, h := range l {
		if h.Date.Year == year {
			out = append(out, h)
		}
	}
	return out
}

// genConfig draws a calendar whose dated days lie near a date.
func genConfig(t *rapid.T, zone string, near sla.Date) sla.CalendarConfig {
	cfg := sla.CalendarConfig{ID: "random", Version: 1, Zone: zone}
	for d := range cfg.Hours.Week {
		cfg.Hours.Week[d] = genWindows(t, 3)
	}
	cfg.Hours.OnHoliday = genWindows(t, 1)
	seen := map[sla.Date]bool{}
	for range rapid.IntRange(0, 5).Draw(t, "exceptions") {
		d := near.AddDays(rapid.IntRange(-6, 12).Draw(t, "day"))
		if seen[d] || d.Year < 1900 || d.Year > 2199 {
			continue
		}
		seen[d] = true
		e := sla.Exception{Date: d, Open: genWindows(t, 2), Closed: genWindows(t, 2)}
		if len(e.Open) > 0 {
			e.Closed = slices.DeleteFunc(e.Closed, func(w sla.Window) bool { return w.Start == 0 })
		}
		cfg.Hours.Exceptions = append(cfg.Hours.Exceptions, e)
	}
	var list holidayList
	for range rapid.IntRange(0, 4).Draw(t, "holidays") {
		d := near.AddDays(rapid.IntRange(-6, 12).Draw(t, "day"))
		list = append(list, sla.Holiday{Date: d, Closed: genWindows(t, 1)})
	}
	if list != nil {
		cfg.Holidays = list
	}
	cfg.Options = sla.Options{
		RollToNextOpening: rapid.IntRange(0, 3).Draw(t, "roll") == 0,
		CompatibleBounds:  rapid.IntRange(0, 3).Draw(t, "compatible") == 0,
		HolidayByStartDay: rapid.IntRange(0, 3).Draw(t, "byStartDay") == 0,
	}
	return cfg
}

// genInstant draws an instant of interest in a zone: often near a change of
// its offset.
func genInstant(t *rapid.T, zone string) time.Time {
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	era := rapid.SampledFrom([][2]int{
		{2005, 2045}, {2005, 2045}, {2005, 2045}, {1890, 2045}, {2195, 2205}, {2200, 9990}, {3, 1900},
	}).Draw(t, "era")
	first := time.Date(era[0], 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	last := time.Date(era[1], 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	unix := rapid.Int64Range(first, last).Draw(t, "unix")
	skips := map[string]int64{ // of a whole day
		"Pacific/Apia":       time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC).Unix(),
		"Pacific/Kiritimati": time.Date(1994, 12, 31, 10, 40, 0, 0, time.UTC).Unix(),
	}
	if skip, ok := skips[zone]; ok && rapid.Bool().Draw(t, "skip") {
		return time.Unix(skip+rapid.Int64Range(-3*86400, 2*86400).Draw(t, "off"), 0)
	}
	if rapid.IntRange(0, 3).Draw(t, "change") > 0 {
		if _, end := time.Unix(unix, 0).In(loc).ZoneBounds(); !end.IsZero() {
			unix = end.Unix() + rapid.Int64Range(-2*86400, 86400).Draw(t, "off")
		}
	}
	nano := rapid.SampledFrom([]int64{0, 0, 1, 500_000_000, 999_999_999}).Draw(t, "nano")
	return time.Unix(unix, nano)
}

const reach = 40 * 24 * time.Hour

// TestOracle sets index and pages against the oracle.
func TestOracle(t *testing.T) {
	rapid.Check(t, checkOracle)
}

func FuzzOracle(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(checkOracle))
}

func checkOracle(t *rapid.T) {
	zone := rapid.SampledFrom(zones()).Draw(t, "zone")
	a := genInstant(t, zone)
	cfg := genConfig(t, zone, sla.DateOf(a, time.UTC))
	c, err := sla.NewCalendar(cfg)
	require.NoError(t, err)
	o := newOracle(cfg)

	require.Equal(t, len(o.spans(a.Unix(), a.Unix()+1)) > 0, c.IsOpen(a), "open")
	b := a.Add(time.Duration(rapid.Int64Range(0, int64(9*24*time.Hour)).Draw(t, "span")))
	if rapid.Bool().Draw(t, "second") {
		b = b.Truncate(time.Second)
	}
	if b.Before(a) {
		a, b = b, a
	}
	want := o.between(a, b)
	require.Equal(t, want, sla.Far(c).Between(a, b), "pages, between")
	require.Equal(t, want, c.Between(a, b), "index, between")
	require.Equal(t, -want, c.Between(b, a), "index, reversed")
	require.Equal(t, -want, sla.Far(c).Between(b, a), "pages, reversed")

	checkSpans(t, c, o, a, b)
	d := time.Duration(rapid.Int64Range(int64(-60*time.Hour), int64(60*time.Hour)).Draw(t, "add"))
	if rapid.Bool().Draw(t, "exact") {
		d = want // lands on a bound more often than not
	}
	same(t, "add", o, c, func() (time.Time, bool) { return o.add(a, d, reach) },
		func() (time.Time, error) { return sla.Far(c).Add(a, d) },
		func() (time.Time, error) { return c.Add(a, d) })
	same(t, "next", o, c, func() (time.Time, bool) { return o.nextOpen(a, reach) },
		func() (time.Time, error) { return c.NextOpen(a) })
	same(t, "prev", o, c, func() (time.Time, bool) { return o.prevOpen(a, reach) },
		func() (time.Time, error) { return c.PrevOpen(a) })
}

// same holds answers against the oracle's, where it has one: it does not look
// further than its reach.
func same(t *rapid.T, what string, o oracle, c *sla.Calendar, want func() (time.Time, bool), gots ...func() (time.Time, error)) {
	w, found := want()
	for _, get := range gots {
		got, err := get()
		if !found {
			continue
		}
		require.NoError(t, err, what)
		require.Equal(t, w.In(o.loc).Format(time.RFC3339Nano), got.Format(time.RFC3339Nano), what)
		require.Equal(t, c.Zone(), got.Location(), what)
	}
}

func checkSpans(t *rapid.T, c *sla.Calendar, o oracle, a, b time.Time) {
	var got []sla.Span
	for s := range c.Spans(a, b) {
		require.True(t, s.Start.Before(s.End))
		got = append(got, s)
	}
	var want []sla.Span
	for _, s := range o.spans(a.Unix(), b.Unix()+1) {
		w := sla.Span{Start: time.Unix(s.from, 0), End: time.Unix(s.to, 0)}
		if w.Start.Before(a) {
			w.Start = a
		}
		if w.End.After(b) {
			w.End = b
		}
		if w.Start.Before(w.End) {
			want = append(want, w)
		}
	}
	require.Len(t, got, len(want))
	for i := range want {
		require.True(t, want[i].Start.Equal(got[i].Start) && want[i].End.Equal(got[i].End), "span %d: want %v, got %v", i, want[i], got[i])
	}
}

// TestCompatibleAtSkippedDays sets mapped bounds against the oracle where the
// clock skips a whole day, once at the turn of a year.
func TestCompatibleAtSkippedDays(t *testing.T) {
	for zone, from := range map[string]time.Time{
		"Pacific/Apia":       time.Date(2011, 12, 27, 0, 0, 0, 0, time.UTC),
		"Pacific/Kiritimati": time.Date(1994, 12, 28, 0, 0, 0, 0, time.UTC),
	} {
		for start := sla.Clock(0); start < 86400; start += 5400 {
			for end := sla.Clock(1800); end < 86400; end += 5400 {
				cfg := sla.CalendarConfig{Zone: zone, Options: sla.Options{CompatibleBounds: true}}
				skipped := from.AddDate(0, 0, 3).Weekday() // its windows map into the next day
				cfg.Hours.Week[skipped] = []sla.Window{{Start: start, End: end}}
				if start == end {
					continue
				}
				c, err := sla.NewCalendar(cfg)
				require.NoError(t, err)
				for n := range 7 {
					a := from.AddDate(0, 0, n)
					b := a.AddDate(0, 0, 1)
					require.Equal(t, newOracle(cfg).between(a, b), c.Between(a, b), "%s %v %v-%v", zone, a, start, end)
				}
			}
		}
	}
}

// TestLaws holds what must be true of any calendar, over spans of any length.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		a := genInstant(t, zone)
		cfg := genConfig(t, zone, sla.DateOf(a, time.UTC))
		c, err := sla.NewCalendar(cfg)
		require.NoError(t, err)
		longest := int64(rapid.SampledFrom([]time.Duration{time.Hour, 30 * day, year, 30 * year, 250 * year}).Draw(t, "scale"))
		b := a.Add(time.Duration(rapid.Int64Range(0, longest).Draw(t, "b")))
		e := b.Add(time.Duration(rapid.Int64Range(0, longest).Draw(t, "e")))

		ab, be, ae := c.Between(a, b), c.Between(b, e), c.Between(a, e)
		require.GreaterOrEqual(t, ab, time.Duration(0), "never negative forward")
		require.LessOrEqual(t, ab, b.Sub(a), "never more than elapsed")
		if ae < 1<<63-1 {
			require.Equal(t, ae, ab+be, "additive")
		}
		require.Equal(t, ae, sla.Far(c).Between(a, e), "index = pages")

		d := time.Duration(rapid.Int64Range(1, longest).Draw(t, "d"))
		checkAdd(t, c, a, d)
		checkAdd(t, c, a, -d)
		if r, err := c.Add(a, d); err == nil {
			if r2, err := c.Add(a, d+time.Second); err == nil {
				require.True(t, r2.After(r) || cfg.Options.RollToNextOpening && !r2.Before(r), "monotone")
			}
		}
		checkNeighbours(t, c, a)
	})
}

// checkAdd holds that Add and Between undo each other and that no nearer
// instant would do.
func checkAdd(t *rapid.T, c *sla.Calendar, a time.Time, d time.Duration) {
	r, err := c.Add(a, d)
	far, farErr := sla.Far(c).Add(a, d)
	require.Equal(t, err, farErr)
	if err != nil {
		require.True(t, errors.Is(err, sla.ErrNoWorkingTime) || errors.Is(err, sla.ErrOutOfRange))
		return
	}
	require.True(t, r.Equal(far), "index %v, pages %v", r, far)
	require.Equal(t, d, c.Between(a, r), "Between(a, Add(a, d)) = d")
	if d > 0 && !c.Options().RollToNextOpening {
		require.Less(t, c.Between(a, r.Add(-1)), d, "earliest")
	}
	if d < 0 {
		require.Greater(t, c.Between(a, r.Add(1)), d, "latest")
	}
}

func checkNeighbours(t *rapid.T, c *sla.Calendar, a time.Time) {
	if next, err := c.NextOpen(a); err == nil {
		require.False(t, next.Before(a))
		require.True(t, c.IsOpen(next))
		require.Zero(t, c.Between(a, next))
	} else {
		require.False(t, c.IsOpen(a))
	}
	if prev, err := c.PrevOpen(a); err == nil {
		require.False(t, prev.After(a))
		require.True(t, c.IsOpen(prev.Add(-1)))
		require.Zero(t, c.Between(prev, a))
	}
}
