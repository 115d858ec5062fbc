package sla_test

import (
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

func TestIndexGrows(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
	at := func(year int) time.Time { return time.Date(year, 6, 15, 10, 0, 0, 0, c.Zone()) }
	years := func() [2]int {
		first, last, _ := sla.IndexYears(c)
		return [2]int{first, last}
	}
	c.IsOpen(at(2026))
	assert.Equal(t, [2]int{2026, 2026}, years(), "a year at a time")
	c.Between(at(2026), at(2028))
	assert.Equal(t, [2]int{2026, 2028}, years())
	c.IsOpen(at(2024))
	assert.Equal(t, [2]int{2024, 2028}, years(), "backward too")
	_, err := c.Add(at(2028), 2000*time.Hour)
	require.NoError(t, err)
	assert.Equal(t, [2]int{2024, 2029}, years(), "to where an answer lies")
	c.IsOpen(at(2039))
	assert.Equal(t, [2]int{2024, 2039}, years())
	c.IsOpen(at(2040))
	assert.Equal(t, [2]int{2024, 2039}, years(), "16 years at most")
	c.Between(at(2026), at(2060))
	assert.Equal(t, [2]int{2024, 2039}, years())
	for range 1100 {
		c.IsOpen(at(2060))
	}
	assert.Equal(t, [2]int{2060, 2060}, years(), "it moves where it is missed")
	c.IsOpen(at(9999))
	assert.Equal(t, [2]int{2060, 2060}, years())
}

func TestIndexOfManySpans(t *testing.T) {
	h := sla.Hours{}
	for d := range h.Week {
		for i := range sla.Clock(48) {
			h.Week[d] = append(h.Week[d], sla.Window{Start: i * 1800, End: i*1800 + 60})
		}
	}
	c, err := sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: h})
	require.NoError(t, err)
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, 10*365*48*time.Minute+2*48*time.Minute, c.Between(from, from.AddDate(10, 0, 0)))
	first, last, _ := sla.IndexYears(c)
	assert.Equal(t, first, last, "ten such years are too much at once")
	c, err = sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: h})
	require.NoError(t, err)
	for y := range 12 {
		c.IsOpen(from.AddDate(y, 0, 0))
	}
	first, last, n := sla.IndexYears(c)
	assert.Equal(t, 2, last-first)
	assert.Less(t, n, 1<<16)

	// Parts that open at other minutes: more spans in a year than an index holds.
	var parts []*sla.Calendar
	for shift := range sla.Clock(6) {
		h := sla.Hours{}
		for d := range h.Week {
			for i := range sla.Clock(48) {
				h.Week[d] = append(h.Week[d], sla.Window{Start: i*1800 + shift*180, End: i*1800 + shift*180 + 60})
			}
		}
		part, err := sla.NewCalendar(sla.CalendarConfig{Zone: "UTC", Hours: h})
		require.NoError(t, err)
		parts = append(parts, part)
	}
	union, err := sla.Union("dense", 0, parts...)
	require.NoError(t, err)
	assert.Equal(t, 6*48*time.Minute, union.Between(from, from.Add(day)))
	_, _, n = sla.IndexYears(union)
	assert.Zero(t, n)
	got, err := union.Add(from, time.Hour)
	require.NoError(t, err)
	assert.Equal(t, from.Add(4*time.Hour+46*time.Minute), got)
}

// TestConcurrent lets many goroutines ask while the index grows and moves;
// the race detector and the pages watch.
func TestConcurrent(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "Mo-Fr 09:00-13:00,14:00-18:00; Sa 22:00-06:00", nrw{})
	twin := calendar(t, "Europe/Berlin", "Mo-Fr 09:00-13:00,14:00-18:00; Sa 22:00-06:00", nrw{})
	both, err := sla.Intersect("both", 0, c, twin)
	require.NoError(t, err)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 1))
			for range 500 {
				a := time.Unix(1_700_000_000+r.Int64N(1_200_000_000), r.Int64N(1e9))
				b := a.Add(time.Duration(r.Int64N(int64(2 * year))))
				want := sla.Far(twin).Between(a, b)
				assert.Equal(t, want, c.Between(a, b))
				assert.Equal(t, want, both.Between(a, b))
				end, err := c.Add(a, want)
				assert.NoError(t, err)
				assert.False(t, end.After(b))
			}
		})
	}
	wg.Wait()
}

// TestYearsAlike holds that years far away do share the page of their shape,
// whatever the zone.
func TestYearsAlike(t *testing.T) {
	for _, zone := range zones() {
		c := calendar(t, zone, "Mo-Fr 02:15-02:45,22:00-01:30; Su 00:00-24:00", nil)
		for _, years := range [][2]int{{2, 60}, {1700, 1903}, {2195, 2230}, {2590, 2610}, {9950, 9999}} {
			for y := years[0]; y <= years[1]; y++ {
				own, known := sla.YearTotal(c, y)
				require.Equal(t, own, known, "%s %d", zone, y)
			}
		}
	}
}

// TestSegmentsAreFew holds that a year is cut where its offset changes and at
// little more: not by the second, as ZoneBounds would have it on the last day
// of leap years to come.
func TestSegmentsAreFew(t *testing.T) {
	for _, zone := range zones() {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		for y := 1850; y < 2500; y++ {
			n := sla.Segments(loc, time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(y+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
			require.LessOrEqual(t, n, 9, "%s %d", zone, y)
		}
	}
}

// TestManyYears holds sums over eras against sums of years.
func TestManyYears(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/Santiago", "Pacific/Apia"} {
		c := calendar(t, zone, "Mo 02:00-02:30; 2026 Nov 23 off", nrw{})
		for _, years := range [][2]int{{2, 500}, {1, 2300}, {1500, 9000}, {2190, 9999}, {1850, 2250}} {
			var want int64
			for y := years[0]; y < years[1]; y++ {
				own, _ := sla.YearTotal(c, y)
				want += own
			}
			from := time.Date(years[0], 1, 1, 0, 0, 0, 0, time.UTC)
			to := time.Date(years[1], 1, 1, 0, 0, 0, 0, time.UTC)
			d := time.Duration(want) * time.Second
			require.Equal(t, d, c.Between(from, to), "%s %v", zone, years)
			if years[0] == 1 {
				continue // some zones show the year 0 then
			}
			end, err := c.Add(from, d)
			require.NoError(t, err)
			require.Equal(t, d, c.Between(from, end))
			require.False(t, end.After(to))
			start, err := c.Add(to, -d)
			require.NoError(t, err)
			require.Equal(t, d, c.Between(start, to))
			require.False(t, start.Before(from))
		}
	}
}

// TestNoAllocations holds that asking costs none once the index is there.
func TestNoAllocations(t *testing.T) {
	c := calendar(t, "Europe/Berlin", "Mo-Fr 09:00-17:00", nrw{})
	from := benchStart()
	c.Between(from, from.Add(year))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		c.IsOpen(from)
		c.Between(from, from.Add(30*day))
		_, _ = c.Add(from, 40*time.Hour)
		_, _ = c.NextOpen(from)
		_, _ = c.PrevOpen(from)
	}))
	far := from.AddDate(80, 0, 0)
	c.Between(far, far.Add(year))
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		c.Between(far, far.Add(30*day))
		_, _ = c.Add(far, 40*time.Hour)
	}), "nor far away")
}
