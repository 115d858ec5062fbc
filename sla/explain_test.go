package sla_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

func berlin(t *testing.T, s string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04:05", s, loc)
	require.NoError(t, err)
	return at
}

// TestExplainAddsUp holds that a trace is what Add does: whole, in order,
// open where the calendar is open, and summing to the duration.
func TestExplainAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		a := genInstant(t, zone)
		near := sla.DateOf(a, time.UTC)
		c, err := sla.NewCalendar(genConfig(t, zone, near))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "combined") {
			other, err := sla.NewCalendar(genConfig(t, rapid.SampledFrom(zones()).Draw(t, "other"), near))
			require.NoError(t, err)
			combine := sla.Union
			if rapid.Bool().Draw(t, "all") {
				combine = sla.Intersect
			}
			c, err = combine("both", 0, c, other)
			require.NoError(t, err)
		}
		d := time.Duration(rapid.Int64Range(int64(-90*time.Hour), int64(90*time.Hour)).Draw(t, "d"))
		end, err := c.Add(a, d)
		tr, trErr := c.ExplainAdd(a, d)
		if err != nil {
			require.Equal(t, err, trErr)
			return
		}
		if trErr != nil {
			require.ErrorIs(t, trErr, sla.ErrOutOfRange)
			require.Greater(t, end.Sub(a).Abs(), 15*year)
			return
		}
		checkTrace(t, c, tr, a, end, d)
	})
}

func checkTrace(t *rapid.T, c *sla.Calendar, tr sla.Trace, a, end time.Time, d time.Duration) {
	require.True(t, tr.From.Equal(a) && tr.To.Equal(end) && tr.Asked == d)
	first, last := a, end
	if d < 0 {
		first, last = end, a
	}
	var sum time.Duration
	at := first
	for i, s := range tr.Steps {
		require.True(t, s.Start.Equal(at), "step %d begins where the last ended", i)
		require.True(t, s.End.After(s.Start))
		if s.Open {
			require.Equal(t, s.End.Sub(s.Start), s.Work)
		} else {
			require.Zero(t, s.Work)
		}
		require.Equal(t, s.Work, c.Between(s.Start, s.End))
		sum += s.Work
		at = s.End
		require.NotEmpty(t, s.Text().DE)
	}
	require.True(t, at.Equal(last), "the last step ends at the end")
	require.Equal(t, d.Abs(), sum)
}

func TestExplainReasons(t *testing.T) {
	h, err := sla.ParseHours(`Mo-Fr 09:00-17:00; 2026 Dec 23 12:00-13:00 off "Weihnachtsessen"; 2026 Dec 24 09:00-10:00 "Heiligabend"; PH off`)
	require.NoError(t, err)
	c, err := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin", Hours: h, Holidays: nrw{}})
	require.NoError(t, err)
	tr, err := c.ExplainAdd(berlin(t, "2026-12-23 11:30:00"), 6*time.Hour)
	require.NoError(t, err)
	type row struct {
		open   bool
		reason sla.Reason
		name   string
	}
	var got []row
	for _, s := range tr.Steps {
		got = append(got, row{s.Open, s.Reason, s.Name.DE})
	}
	assert.Equal(t, []row{
		{true, sla.ByHours, ""},
		{false, sla.ByException, "Weihnachtsessen"},
		{true, sla.ByHours, ""},
		{false, sla.ByHours, ""},
		{false, sla.ByException, "Heiligabend"},
		{true, sla.ByException, "Heiligabend"},
		{false, sla.ByException, "Heiligabend"},
		{false, sla.ByHoliday, "1. Weihnachtstag"},
		{false, sla.ByHoliday, "2. Weihnachtstag"},
		{false, sla.ByHours, ""},
		{true, sla.ByHours, ""},
	}, got)
	assert.Equal(t, `6 h Arbeitszeit ab Mi 23.12.2026 11:30 CET
offen Mi 23.12.2026 11:30 CET bis Mi 23.12.2026 12:00 CET: 30 min
geschlossen Mi 23.12.2026 12:00 CET bis Mi 23.12.2026 13:00 CET: Ausnahme an diesem Tag (Weihnachtsessen)
offen Mi 23.12.2026 13:00 CET bis Mi 23.12.2026 17:00 CET: 4 h
geschlossen Mi 23.12.2026 17:00 CET bis Do 24.12.2026 00:00 CET: außerhalb der Öffnungszeiten
geschlossen Do 24.12.2026 00:00 CET bis Do 24.12.2026 09:00 CET: Ausnahme an diesem Tag (Heiligabend)
offen Do 24.12.2026 09:00 CET bis Do 24.12.2026 10:00 CET: 1 h, Ausnahme an diesem Tag (Heiligabend)
geschlossen Do 24.12.2026 10:00 CET bis Fr 25.12.2026 00:00 CET: Ausnahme an diesem Tag (Heiligabend)
geschlossen Fr 25.12.2026 00:00 CET bis Sa 26.12.2026 00:00 CET: Feiertag (1. Weihnachtstag)
geschlossen Sa 26.12.2026 00:00 CET bis So 27.12.2026 00:00 CET: Feiertag (2. Weihnachtstag)
geschlossen So 27.12.2026 00:00 CET bis Mo 28.12.2026 09:00 CET: außerhalb der Öffnungszeiten
offen Mo 28.12.2026 09:00 CET bis Mo 28.12.2026 09:30 CET: 30 min
ergibt Mo 28.12.2026 09:30 CET
`, tr.Text().DE)
}

// TestExplainPastMidnight holds that what runs past midnight keeps its reason.
func TestExplainPastMidnight(t *testing.T) {
	c := calendar(t, "Europe/Berlin", `Mo-Su 20:00-08:00; 2026 Nov 24 21:00-03:00 "kurz"; 2026 Nov 26 23:00-01:00 off "Umzug"`, nil)
	tr, err := c.ExplainAdd(berlin(t, "2026-11-24 20:00:00"), 24*time.Hour)
	require.NoError(t, err)
	var got []string
	for _, s := range tr.Steps {
		what := "closed"
		if s.Open {
			what = "open"
		}
		got = append(got, s.Start.Format("Mon 15:04")+s.End.Format("-15:04 ")+what+" "+string(s.Reason)+" "+s.Name.EN)
	}
	assert.Equal(t, []string{
		"Tue 20:00-21:00 closed exception kurz",
		"Tue 21:00-03:00 open exception kurz",
		"Wed 03:00-20:00 closed hours ",
		"Wed 20:00-08:00 open hours ",
		"Thu 08:00-20:00 closed hours ",
		"Thu 20:00-23:00 open hours ",
		"Thu 23:00-01:00 closed exception Umzug",
		"Fri 01:00-04:00 open hours ",
	}, got)

	h, err := sla.ParseHours(`Fr 20:00-08:00; 2026 Nov 27 off "Messe"`)
	require.NoError(t, err)
	cfg := sla.CalendarConfig{Zone: "Europe/Berlin", Hours: h, Options: sla.Options{HolidayByStartDay: true}}
	c, err = sla.NewCalendar(cfg)
	require.NoError(t, err)
	tr, err = c.ExplainAdd(berlin(t, "2026-11-27 19:00:00"), time.Second)
	require.NoError(t, err)
	assert.Equal(t, "2026-11-28T08:00:00+01:00", tr.Steps[0].End.Format(time.RFC3339), "the lost tail has the reason, too")
	assert.Equal(t, "Messe", tr.Steps[0].Name.DE)
}

func TestExplainReasonsOfParts(t *testing.T) {
	shop := calendar(t, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
	carrier := calendar(t, "Europe/Berlin", `Mo-Sa 08:00-12:00; 2026 Dec 28 off "Inventur"`, nil)
	both, err := sla.Intersect("delivery", 1, shop, carrier)
	require.NoError(t, err)
	tr, err := both.ExplainAdd(berlin(t, "2026-12-24 11:00:00"), 2*time.Hour)
	require.NoError(t, err)
	var names []string
	for _, s := range tr.Steps {
		if s.Name.EN != "" {
			names = append(names, s.Name.EN)
		}
	}
	assert.Equal(t, []string{"Christmas Day", "Boxing Day", "Inventur"}, names)
	assert.Equal(t, "Tue 29 Dec 2026 10:00 CET", tr.To.Format("Mon 2 Jan 2006 15:04 MST"))
}

func TestExplainLimits(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "Mo 09:00-09:01", nil)
	_, err := c.ExplainAdd(benchStart(), 24*time.Hour)
	require.ErrorIs(t, err, sla.ErrOutOfRange)
	_, err = calendar(t, "UTC", "off", nil).ExplainAdd(benchStart(), time.Hour)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	tr, err := c.ExplainAdd(benchStart(), 0)
	require.NoError(t, err)
	assert.Empty(t, tr.Steps)
}

func TestDurationText(t *testing.T) {
	c := calendar(t, "UTC", "24/7", nil)
	for d, want := range map[time.Duration]sla.Text{
		0:                             {DE: "0 s", EN: "0 s"},
		90 * time.Minute:              {DE: "1 h 30 min", EN: "1 h 30 min"},
		-time.Hour:                    {DE: "1 h", EN: "1 h"},
		1500 * time.Millisecond:       {DE: "1,5 s", EN: "1.5 s"},
		time.Nanosecond:               {DE: "0,000000001 s", EN: "0.000000001 s"},
		26*time.Hour + 61*time.Second: {DE: "26 h 1 min 1 s", EN: "26 h 1 min 1 s"},
	} {
		tr, err := c.ExplainAdd(benchStart(), d)
		require.NoError(t, err)
		assert.Contains(t, tr.Text().DE, want.DE+" Arbeitszeit")
		assert.Contains(t, tr.Text().EN, want.EN+" of working time")
	}
}
