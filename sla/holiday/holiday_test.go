package holiday_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

// dates are the dates of holidays as text, each once.
func dates(days []sla.Holiday) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d.Date.String()
	}
	return slices.Compact(out)
}

func germany(tb testing.TB, land holiday.Land, opts ...holiday.Option) *holiday.Region {
	tb.Helper()
	r, err := holiday.Germany(land, opts...)
	require.NoError(tb, err)
	return r
}

func day(tb testing.TB, s string) sla.Date {
	tb.Helper()
	d, err := sla.ParseDate(s)
	require.NoError(tb, err)
	return d
}

func TestEasterPublished(t *testing.T) {
	t.Parallel()
	// Published dates: U.S. Naval Observatory and PTB tables; 1818 and 2285 are
	// the earliest possible, 1886, 1943 and 2038 the latest; 1954 and 1981 are
	// the years of the two exceptions in Gauss's formula.
	for _, want := range []string{
		"1583-04-10", "1700-04-11", "1818-03-22", "1886-04-25", "1900-04-15", "1943-04-25", "1954-04-18", "1981-04-19",
		"2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16",
		"2029-04-01", "2030-04-21", "2035-03-25", "2038-04-25", "2049-04-18", "2076-04-19", "2100-03-28", "2285-03-22",
	} {
		d := day(t, want)
		assert.Equal(t, want, holiday.Easter(d.Year).String())
	}
}

// TestEasterAgainstButcher compares every Gregorian year with another
// algorithm: Butcher 1876, as printed in Meeus, Astronomical Algorithms, ch. 8.
func TestEasterAgainstButcher(t *testing.T) {
	t.Parallel()
	for y := 1583; y <= 9999; y++ {
		a, b, c := y%19, y/100, y%100
		d, e := b/4, b%4
		g := (b - (b+8)/25 + 1) / 3
		h := (19*a + b - d - g + 15) % 30
		l := (32 + 2*e + 2*(c/4) - h - c%4) % 7
		n := h + l - 7*((a+11*h+22*l)/451) + 114
		want := sla.Date{Year: y, Month: time.Month(n / 31), Day: n%31 + 1}
		require.Equal(t, want, holiday.Easter(y))
	}
}

// TestLaterYears: years beyond the reference table, counted by hand from the
// Easter dates above (-2, +1, +39, +50, +60) and the Länder's acts (Berlin: § 1
// Abs. 1 FeiertG BE, gesetze.berlin.de, with 17 June 2028; Saxony: § 1 SächsSFG).
func TestLaterYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		land holiday.Land
		year int
		want []string
	}{
		{holiday.NW, 2026, []string{
			"2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-06-04",
			"2026-10-03", "2026-11-01", "2026-12-25", "2026-12-26",
		}},
		{holiday.BE, 2028, []string{
			"2028-01-01", "2028-03-08", "2028-04-14", "2028-04-17", "2028-05-01", "2028-05-25", "2028-06-05",
			"2028-06-17", "2028-10-03", "2028-12-25", "2028-12-26",
		}},
		{holiday.BE, 2030, []string{ // no further 8 May has been enacted
			"2030-01-01", "2030-03-08", "2030-04-19", "2030-04-22", "2030-05-01", "2030-05-30", "2030-06-10",
			"2030-10-03", "2030-12-25", "2030-12-26",
		}},
		{holiday.SN, 2027, []string{
			"2027-01-01", "2027-03-26", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-17",
			"2027-10-03", "2027-10-31", "2027-11-17", "2027-12-25", "2027-12-26",
		}},
		{holiday.BB, 2038, []string{
			"2038-01-01", "2038-04-23", "2038-04-25", "2038-04-26", "2038-05-01", "2038-06-03", "2038-06-13", "2038-06-14",
			"2038-10-03", "2038-10-31", "2038-12-25", "2038-12-26",
		}},
		{holiday.Augsburg, 2027, []string{
			"2027-01-01", "2027-01-06", "2027-03-26", "2027-03-29", "2027-05-01", "2027-05-06", "2027-05-17", "2027-05-27",
			"2027-08-08", "2027-08-15", "2027-10-03", "2027-11-01", "2027-12-25", "2027-12-26",
		}},
	} {
		assert.Equal(t, c.want, dates(germany(t, c.land).Holidays(c.year)), "%s %d", c.land, c.year)
	}
}

// TestFirstAndLastYears: a day begins and ends with the law that says so.
func TestFirstAndLastYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		land        holiday.Land
		id          string
		month       time.Month
		first, last int // among the years 1991 to 2040
	}{
		{holiday.BE, "womens-day", time.March, 2019, 2040},
		{holiday.MV, "womens-day", time.March, 2023, 2040},
		{holiday.NI, "reformation-day", time.October, 2017, 2040},
		{holiday.MV, "reformation-day", time.October, 1991, 2040},
		{holiday.BW, "reformation-day", time.October, 2017, 2017},
		{holiday.TH, "childrens-day", time.September, 2019, 2040},
		{holiday.HE, "repentance-day", time.November, 1991, 1994},
		{holiday.SN, "repentance-day", time.November, 1991, 2040},
		{holiday.BE, "uprising-1953", time.June, 2028, 2028},
	} {
		region, kept := germany(t, c.land), []int{}
		for year := 1980; year <= 2040; year++ {
			for _, d := range region.Holidays(year) {
				if d.ID == c.id {
					assert.Equal(t, c.month, d.Date.Month)
					kept = append(kept, year)
				}
			}
		}
		require.NotEmpty(t, kept)
		assert.Len(t, kept, c.last-c.first+1, "%s %s", c.land, c.id)
		assert.Equal(t, c.first, kept[0], "%s %s", c.land, c.id)
	}
}

// TestRepentanceDay: the Wednesday eleven days before the first Sunday of
// Advent, which is the fourth before Christmas.
func TestRepentanceDay(t *testing.T) {
	t.Parallel()
	saxony := germany(t, holiday.SN)
	for year := 1991; year < 2200; year++ {
		christmas := sla.Date{Year: year, Month: time.December, Day: 25}
		sunday := christmas.AddDays(-1)
		for sunday.Weekday() != time.Sunday {
			sunday = sunday.AddDays(-1)
		}
		want := sunday.AddDays(-21 - 11)
		days := saxony.Holidays(year)
		i := slices.IndexFunc(days, func(d sla.Holiday) bool { return d.ID == "repentance-day" })
		require.GreaterOrEqual(t, i, 0)
		require.Equal(t, want, days[i].Date)
	}
}

func TestTwoHolidaysOnOneDate(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, d := range holiday.Common().Holidays(2008) {
		if d.Date == day(t, "2008-05-01") {
			ids = append(ids, d.ID)
		}
	}
	assert.Equal(t, []string{"labour-day", "ascension"}, ids)
}

func TestCommon(t *testing.T) {
	t.Parallel()
	common := holiday.Common()
	assert.Equal(t, "DE", common.ID())
	assert.Len(t, common.Holidays(2026), 9)
	assert.Len(t, common.Holidays(2017), 10, "31 October 2017 was nationwide")

	// What is common is what every Land has.
	for year := 1991; year <= 2040; year++ {
		for _, land := range holiday.Lands() {
			all := dates(germany(t, land).Holidays(year))
			for _, d := range dates(common.Holidays(year)) {
				require.Contains(t, all, d, "%s", land)
			}
		}
	}
}

func TestAustria(t *testing.T) {
	t.Parallel()
	austria, err := holiday.Austria()
	require.NoError(t, err)
	// § 7 Abs. 2 ARG, by hand; no Good Friday (3 April 2026).
	assert.Equal(t, []string{
		"2026-01-01", "2026-01-06", "2026-04-06", "2026-05-01", "2026-05-14", "2026-05-25", "2026-06-04", "2026-08-15",
		"2026-10-26", "2026-11-01", "2026-12-08", "2026-12-25", "2026-12-26",
	}, dates(austria.Holidays(2026)))
	assert.Equal(t, "Stefanitag", austria.Holidays(2026)[12].Name.DE)
	assert.Empty(t, austria.LocalHolidays(2026))
}

func TestEveryRuleIsCited(t *testing.T) {
	t.Parallel()
	austria, err := holiday.Austria()
	require.NoError(t, err)
	lands := holiday.Lands()
	regions := make([]*holiday.Region, len(lands), len(lands)+2)
	for i, land := range lands {
		regions[i] = germany(t, land)
	}
	for _, region := range append(regions, holiday.Common(), austria) {
		assert.NotEmpty(t, region.Name().DE)
		assert.NotEmpty(t, region.Name().EN)
		for _, r := range region.Rules() {
			assert.NotEmpty(t, r.Source, "%s %s", region.ID(), r.ID)
			assert.NotEmpty(t, r.Name.DE, r.ID)
			assert.NotEmpty(t, r.Name.EN, r.ID)
			assert.GreaterOrEqual(t, r.First, 1991, r.ID)
			if r.Last != 0 {
				assert.GreaterOrEqual(t, r.Last, r.First, r.ID)
				_, after := r.Date(r.Last + 1)
				assert.False(t, after, r.ID)
			}
			_, before := r.Date(r.First - 1)
			assert.False(t, before, r.ID)
			d, ok := r.Date(r.First)
			assert.True(t, ok, r.ID)
			assert.Equal(t, r.First, d.Year, r.ID)
		}
	}
}

func TestLocalHolidays(t *testing.T) {
	t.Parallel()
	for land, want := range map[holiday.Land][]string{
		holiday.NW:           {},
		holiday.BW:           {},
		holiday.BY:           {"2028-08-08", "2028-08-15"},
		holiday.BYCatholic:   {"2028-08-08", "2028-08-15"},
		holiday.SN:           {"2028-06-15"},
		holiday.TH:           {"2028-06-15"},
		holiday.SL:           {}, // the whole Saarland keeps 15 August
		holiday.THEichsfeld:  {"2028-06-15"},
		holiday.BYProtestant: {"2028-08-08", "2028-08-15"},
	} {
		assert.Equal(t, want, dates(germany(t, land).LocalHolidays(2028)), land)
	}
}

func TestParseLand(t *testing.T) {
	t.Parallel()
	for _, land := range holiday.Lands() {
		got, err := holiday.ParseLand(string(land))
		require.NoError(t, err)
		assert.Equal(t, land, got)
		got, err = holiday.ParseLand(string(land)[len("DE-"):])
		require.NoError(t, err)
		assert.Equal(t, land, got)
	}
	assert.Len(t, holiday.Lands(), 16+7)
	for _, code := range []string{"", "DE-", "nw", "XX", "DE-DE-NW", "AT", "DE-BY-X"} {
		_, err := holiday.ParseLand(code)
		require.ErrorIs(t, err, sla.ErrInvalid, code)
		var fault *sla.Fault
		require.ErrorAs(t, err, &fault)
		assert.Equal(t, code, fault.Value)
	}
	_, err := holiday.Germany("DE-ZZ")
	require.ErrorIs(t, err, sla.ErrInvalid)

	var config struct {
		Land holiday.Land `json:"land"`
	}
	require.NoError(t, json.Unmarshal([]byte(`{"land":"BY-A"}`), &config))
	assert.Equal(t, holiday.Augsburg, config.Land)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"land":"ZZ"}`), &config), sla.ErrInvalid)
}

func TestEarlyClosing(t *testing.T) {
	t.Parallel()
	noon, end := sla.Clock(12*3600), sla.Clock(24*3600)
	region := germany(t, holiday.HH, holiday.ChristmasEveFrom(noon), holiday.NewYearsEveFrom(14*3600), holiday.Option{})
	days := region.Holidays(2026)
	var early []sla.Holiday
	for _, d := range days {
		if len(d.Closed) > 0 {
			early = append(early, d)
		}
	}
	assert.Equal(t, []sla.Holiday{
		{
			Date: day(t, "2026-12-24"), ID: "christmas-eve", Name: sla.Text{DE: "Heiligabend", EN: "Christmas Eve"},
			Closed: []sla.Window{{Start: noon, End: end}},
		},
		{
			Date: day(t, "2026-12-31"), ID: "new-years-eve", Name: sla.Text{DE: "Silvester", EN: "New Year's Eve"},
			Closed: []sla.Window{{Start: 14 * 3600, End: end}},
		},
	}, early)

	early[0].Closed[0].Start = 0
	assert.Equal(t, days[len(days)-4].ID, "christmas-eve")
	again := region.Holidays(2026)
	assert.Equal(t, noon, again[len(again)-4].Closed[0].Start, "a caller cannot change the region")

	_, err := holiday.Austria(holiday.ChristmasEveFrom(-1), holiday.NewYearsEveFrom(end))
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 2, "both are reported")
	assert.Equal(t, "christmas-eve.from", faults[0].Path)
	assert.Equal(t, "new-years-eve.from", faults[1].Path)
}

func TestWith(t *testing.T) {
	t.Parallel()
	feast := sla.Holiday{
		Date: day(t, "2028-08-15"), ID: "assumption", Name: sla.Text{DE: "Mariä Himmelfahrt"}, Source: "Art. 1 BayFTG",
	}
	outing := sla.Holiday{Date: day(t, "2028-07-07"), Closed: []sla.Window{{Start: 0, End: 3600}}}
	repair := sla.Holiday{Date: day(t, "2028-07-07"), Closed: []sla.Window{{Start: 7200, End: 9000}}}
	u, err := holiday.With(germany(t, holiday.BY), outing, repair, feast, feast)
	require.NoError(t, err)
	plain := len(germany(t, holiday.BY).Holidays(2028))
	days := u.Holidays(2028)
	assert.Len(t, days, plain+3, "the feast twice is one; two closings without an id are two")
	assert.True(t, slices.IsSortedFunc(days, func(a, b sla.Holiday) int { return a.Date.Compare(b.Date) }))
	assert.Equal(t, dates(germany(t, holiday.BY).LocalHolidays(2028)), dates(u.LocalHolidays(2028)), "a union passes them on")

	assert.Len(t, holiday.Join(nil, u).Holidays(2027), len(germany(t, holiday.BY).Holidays(2027)))
	assert.Empty(t, holiday.Join().Holidays(2027))
}

func TestWithFaults(t *testing.T) {
	t.Parallel()
	_, err := holiday.With(holiday.Common(),
		sla.Holiday{},
		sla.Holiday{Date: sla.Date{Year: 2026, Month: 2, Day: 30}, Closed: []sla.Window{{Start: 5, End: 5}}},
		sla.Holiday{Date: day(t, "2026-07-01"), Closed: []sla.Window{{Start: 0, End: 9}, {Start: -1, End: 90000}}},
	)
	require.ErrorIs(t, err, sla.ErrInvalid)
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	require.Len(t, faults, 4)
	for i, path := range []string{"holidays[0].date", "holidays[1].date", "holidays[1].closed[0]", "holidays[2].closed[1]"} {
		assert.Equal(t, path, faults[i].Path)
	}
}

// TestSourceContract: any region, any year, even a nonsensical one: in order,
// of that year, each id once, equal when asked again, and the caller's own.
func TestSourceContract(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		land := rapid.SampledFrom(holiday.Lands()).Draw(rt, "land")
		year := rapid.OneOf(rapid.IntRange(1980, 2200), rapid.Int()).Draw(rt, "year")
		region, err := holiday.Germany(land)
		require.NoError(rt, err)
		source := holiday.Join(region, holiday.Common())
		for _, s := range []sla.HolidaySource{region, source} {
			days, ids := s.Holidays(year), map[string]bool{}
			for i, d := range days {
				require.Equal(rt, year, d.Date.Year)
				require.False(rt, ids[d.ID], d.ID)
				ids[d.ID] = true
				if i > 0 {
					require.False(rt, d.Date.Before(days[i-1].Date))
				}
			}
			require.Equal(rt, year >= 1991 && year <= 9999, len(days) > 0)
			again := slices.Clone(days)
			clear(days)
			require.Equal(rt, again, s.Holidays(year))
		}
	})
}

func BenchmarkGermany(b *testing.B) {
	region := germany(b, holiday.NW)
	b.ReportAllocs()
	for b.Loop() {
		region.Holidays(2026)
	}
}

func BenchmarkEaster(b *testing.B) {
	for b.Loop() {
		holiday.Easter(2026)
	}
}
