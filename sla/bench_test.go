package sla_test

import (
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

// nrw is the list of dates that are holidays in North Rhine-Westphalia by
// rule: fixed dates, and offsets from Easter.
type nrw struct{}

func (nrw) Holidays(year int) []sla.Holiday {
	easter := easterSunday(year)
	name := func(d sla.Date, de, en string) sla.Holiday {
		return sla.Holiday{Date: d, ID: en, Name: sla.Text{DE: de, EN: en}}
	}
	return []sla.Holiday{
		name(sla.Date{Year: year, Month: 1, Day: 1}, "Neujahr", "New Year's Day"),
		name(easter.AddDays(-2), "Karfreitag", "Good Friday"),
		name(easter.AddDays(1), "Ostermontag", "Easter Monday"),
		name(sla.Date{Year: year, Month: 5, Day: 1}, "Tag der Arbeit", "Labour Day"),
		name(easter.AddDays(39), "Christi Himmelfahrt", "Ascension Day"),
		name(easter.AddDays(50), "Pfingstmontag", "Whit Monday"),
		name(easter.AddDays(60), "Fronleichnam", "Corpus Christi"),
		name(sla.Date{Year: year, Month: 10, Day: 3}, "Tag der Deutschen Einheit", "Day of German Unity"),
		name(sla.Date{Year: year, Month: 11, Day: 1}, "Allerheiligen", "All Saints' Day"),
		name(sla.Date{Year: year, Month: 12, Day: 25}, "1. Weihnachtstag", "Christmas Day"),
		name(sla.Date{Year: year, Month: 12, Day: 26}, "2. Weihnachtstag", "Boxing Day"),
	}
}

// easterSunday is Gauss's rule as completed by Lichtenberg.
func easterSunday(year int) sla.Date {
	k := year / 100
	m := 15 + (3*k+3)/4 - (8*k+13)/25
	s := 2 - (3*k+3)/4
	a := year % 19
	d := (19*a + m) % 30
	r := (d + a/11) / 29
	og := 21 + d - r
	sz := 7 - (year+year/4+s)%7
	return sla.Date{Year: year, Month: 3, Day: 1}.AddDays(og + 7 - (og-sz)%7 - 1)
}

func calendar(tb testing.TB, zone, hours string, source sla.HolidaySource) *sla.Calendar {
	tb.Helper()
	h, err := sla.ParseHours(hours)
	require.NoError(tb, err)
	c, err := sla.NewCalendar(sla.CalendarConfig{ID: "test", Zone: zone, Hours: h, Holidays: source})
	require.NoError(tb, err)
	return c
}

const (
	day  = 24 * time.Hour
	year = 365 * day
)

type spanLength struct {
	name string
	d    time.Duration
}

// lengths are the spans of time that benchmarks look at; the result of an Add
// of a quarter of each lies about as far away.
func lengths() []spanLength {
	return []spanLength{{"1h", time.Hour}, {"3d", 3 * day}, {"30d", 30 * day}, {"1y", year}, {"10y", 10 * year}}
}

func benchStart() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC) }

func BenchmarkBetween(b *testing.B) {
	for _, l := range lengths() {
		b.Run(l.name, func(b *testing.B) {
			c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
			from, to := benchStart(), benchStart().Add(l.d)
			c.Between(from, to)
			b.ReportAllocs()
			for b.Loop() {
				c.Between(from, to)
			}
		})
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, l := range lengths() {
		b.Run(l.name, func(b *testing.B) {
			c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
			from := benchStart()
			work := max(time.Hour, c.Between(from, from.Add(l.d)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Add(from, work); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFar looks where the index does not reach: both instants, then one.
func BenchmarkFar(b *testing.B) {
	for _, l := range append(lengths(), spanLength{"50y", 50 * year}) {
		c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
		from := benchStart()
		c.Between(from, from.Add(15*year)) // the index is full
		from = from.Add(40 * year)
		to := from.Add(l.d)
		work := c.Between(from, to)
		b.Run("Between/"+l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				sla.Far(c).Between(from, to)
			}
		})
		b.Run("Add/"+l.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := sla.Far(c).Add(from, work); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func randomInstants(n int) []time.Time {
	r := rand.New(rand.NewPCG(1, 2))
	ts := make([]time.Time, n)
	for i := range ts {
		ts[i] = time.Unix(benchStart().Unix()+r.Int64N(int64(10*year/time.Second)), r.Int64N(1e9))
	}
	return ts
}

// BenchmarkMillion is a million random pairs at once.
func BenchmarkMillion(b *testing.B) {
	c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
	ts := randomInstants(1 << 16)
	c.Between(benchStart(), benchStart().Add(10*year))
	b.ReportAllocs()
	for b.Loop() {
		for i := range 1_000_000 {
			c.Between(ts[i&0xffff], ts[(i*7+1)&0xffff])
		}
	}
}

func BenchmarkRandomAdd(b *testing.B) {
	c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
	ts := randomInstants(1 << 16)
	c.Between(benchStart(), benchStart().Add(11*year))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := c.Add(ts[i&0xffff], 40*time.Hour); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkBuild makes a calendar with five years of index.
func BenchmarkBuild(b *testing.B) {
	for _, hours := range []string{"Mo-Fr 09:00-17:00", "Mo-Su 09:00-17:00", "Mo-Fr 08:00-12:00,13:00-18:00; Sa 10:00-14:00"} {
		b.Run(hours, func(b *testing.B) {
			c := calendar(b, "Europe/Berlin", hours, nrw{})
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			sla.BuildIndex(c, 2026, 2030)
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportAllocs()
			for b.Loop() {
				sla.BuildIndex(c, 2026, 2030)
			}
			b.ReportMetric(float64(sla.IndexBytes(c)), "index-B")
			b.ReportMetric(float64(after.HeapAlloc)-float64(before.HeapAlloc), "heap-B")
			runtime.KeepAlive(c)
		})
	}
}

// BenchmarkNew makes a calendar and asks it one question.
func BenchmarkNew(b *testing.B) {
	h, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		c, err := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin", Hours: h, Holidays: nrw{}})
		if err != nil {
			b.Fatal(err)
		}
		c.Between(benchStart(), benchStart().Add(day))
	}
}

// BenchmarkSweep asks a new calendar, and one that knows all years, for the
// working time of four centuries.
func BenchmarkSweep(b *testing.B) {
	from, to := time.Date(1850, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2250, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, source := range []sla.HolidaySource{nil, nrw{}} {
		name := "plain"
		if source != nil {
			name = "holidays"
		}
		b.Run(name+"/new", func(b *testing.B) {
			for b.Loop() {
				calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", source).Between(from, to)
			}
		})
		b.Run(name+"/known", func(b *testing.B) {
			c := calendar(b, "Europe/Berlin", "Mo-Fr 09:00-17:00", source)
			for b.Loop() {
				c.Between(from, to)
			}
		})
	}
}
