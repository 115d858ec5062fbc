package sla_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// TestCombinationsOracle sets unions and intersections, of calendars in any
// zones, against what the oracle says of their parts.
func TestCombinationsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom(zones()).Draw(t, "zone")
		a := genInstant(t, zone)
		b := a.Add(time.Duration(rapid.Int64Range(0, int64(9*day)).Draw(t, "span")))
		var parts []*sla.Calendar
		var oracles []oracle
		for range rapid.IntRange(1, 3).Draw(t, "parts") {
			cfg := genConfig(t, rapid.SampledFrom(zones()).Draw(t, "other"), sla.DateOf(a, time.UTC))
			c, err := sla.NewCalendar(cfg)
			require.NoError(t, err)
			parts, oracles = append(parts, c), append(oracles, newOracle(cfg))
		}
		union, err := sla.Union("any", 1, parts...)
		require.NoError(t, err)
		all, err := sla.Intersect("all", 1, parts...)
		require.NoError(t, err)

		want := map[*sla.Calendar]time.Duration{}
		for _, s := range pieces(oracles, a, b) {
			n := 0
			for _, o := range oracles {
				if len(o.spans(s.from, s.from+1)) > 0 {
					n++
				}
			}
			d := min(time.Duration(s.to)*time.Second, time.Duration(b.Unix())*time.Second+time.Duration(b.Nanosecond())) -
				max(time.Duration(s.from)*time.Second, time.Duration(a.Unix())*time.Second+time.Duration(a.Nanosecond()))
			if n > 0 {
				want[union] += d
			}
			if n == len(oracles) {
				want[all] += d
			}
		}
		for _, c := range []*sla.Calendar{union, all} {
			require.Equal(t, want[c], c.Between(a, b))
			require.Equal(t, want[c], sla.Far(c).Between(a, b))
			checkAdd(t, c, a, b.Sub(a)+1)
			checkAdd(t, c, a, a.Sub(b)-1)
			checkNeighbours(t, c, a)
		}
	})
}

// TestCombinationsRoundTrip holds that calendars made of calendars, however
// deep, are written as JSON and read back as the same: the same text, and the
// same answers.
func TestCombinationsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := genInstant(t, rapid.SampledFrom(zones()).Draw(t, "zone"))
		c := genCombination(t, sla.DateOf(a, time.UTC), 3)
		data, err := json.Marshal(c)
		require.NoError(t, err)
		again, err := sla.ParseCalendar(data, regions())
		require.NoError(t, err)
		data2, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(data), string(data2))
		require.Equal(t, c.String(), again.String())
		require.Equal(t, c.Options(), again.Options())
		require.Equal(t, c.Zone().String(), again.Zone().String())

		b := a.Add(time.Duration(rapid.Int64Range(int64(-9*day), int64(9*day)).Draw(t, "span")))
		require.Equal(t, c.Between(a, b), again.Between(a, b))
		want, wantErr := c.Add(a, b.Sub(a))
		got, err := again.Add(a, b.Sub(a))
		require.Equal(t, want, got)
		require.Equal(t, wantErr, err)
	})
}

// genCombination draws a calendar whose holidays have a name, or several made
// one, at most so deep.
func genCombination(t *rapid.T, around sla.Date, depth int) *sla.Calendar {
	kind := 0
	if depth > 0 {
		kind = rapid.IntRange(0, 2).Draw(t, "kind")
	}
	if kind == 0 {
		cfg := genConfig(t, rapid.SampledFrom(zones()).Draw(t, "other"), around)
		cfg.Holidays = nil
		if rapid.Bool().Draw(t, "holidays") {
			cfg.Holidays, cfg.Region = nrw{}, "DE-NW"
		}
		c, err := sla.NewCalendar(cfg)
		require.NoError(t, err)
		return c
	}
	parts := make([]*sla.Calendar, rapid.IntRange(1, 3).Draw(t, "parts"))
	for i := range parts {
		parts[i] = genCombination(t, around, depth-1)
	}
	combine := sla.Union
	if kind == 2 {
		combine = sla.Intersect
	}
	c, err := combine("made", depth, parts...)
	require.NoError(t, err)
	return c
}

// pieces cuts the time from a to b wherever one of the oracles changes.
func pieces(oracles []oracle, a, b time.Time) []stretch {
	from, to := a.Unix(), b.Unix()+1
	points := []int64{from, to}
	for _, o := range oracles {
		for _, s := range o.spans(from, to) {
			points = append(points, s.from, s.to)
		}
	}
	slices.Sort(points)
	points = slices.Compact(points)
	var out []stretch
	for i, p := range points[:len(points)-1] {
		out = append(out, stretch{p, points[i+1]})
	}
	if out[len(out)-1].from == b.Unix() && b.Nanosecond() == 0 {
		out = out[:len(out)-1]
	}
	return out
}

func TestCombinations(t *testing.T) {
	early := calendar(t, "Europe/Berlin", "Mo-Fr 06:00-14:00", nrw{})
	late := calendar(t, "Europe/Berlin", "Mo-Fr 13:00-22:00", nrw{})
	tokyo := calendar(t, "Asia/Tokyo", "Mo-Fr 09:00-17:00", nil)
	team, err := sla.Union("team", 2, early, late)
	require.NoError(t, err)
	follow, err := sla.Union("sun", 0, team, tokyo)
	require.NoError(t, err)
	from := berlin(t, "2026-11-23 00:00:00")
	assert.Equal(t, "team", team.ID())
	assert.Equal(t, 2, team.Version())
	assert.Equal(t, "Europe/Berlin", follow.Zone().String())
	assert.Equal(t, "(Mo-Fr 06:00-14:00; PH off) or (Mo-Fr 13:00-22:00; PH off)", team.String())
	assert.Equal(t, 16*time.Hour, team.Between(from, from.Add(day)))
	assert.Equal(t, 21*time.Hour, follow.Between(from, from.Add(day)), "Tokyo opens at 01:00 and shares three hours")

	overlap, err := sla.Intersect("handover", 0, early, late)
	require.NoError(t, err)
	assert.Equal(t, time.Hour, overlap.Between(from, from.Add(day)))
	never, err := sla.Intersect("never", 0, early, tokyo)
	require.NoError(t, err)
	assert.Equal(t, 3*time.Hour, never.Between(from, from.Add(day)), "06:00 to 09:00")
	never, err = sla.Intersect("never", 0, early, calendar(t, "Europe/Berlin", "Sa,Su 09:00-17:00", nil))
	require.NoError(t, err)
	_, err = never.Add(from, time.Second)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	_, err = never.PrevOpen(from)
	require.ErrorIs(t, err, sla.ErrNoWorkingTime)
	assert.Zero(t, never.Between(from, from.Add(100*year)))

	_, err = sla.Union("a|b", -1, nil, early)
	var fs sla.Faults
	require.ErrorAs(t, err, &fs)
	assert.Equal(t, []string{"id", "version", "calendars[0]"}, paths(fs))
	_, err = sla.Intersect("none", 0)
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.Union("many", 0, slices.Repeat([]*sla.Calendar{team}, 33)...)
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = sla.Union("few enough", 0, slices.Repeat([]*sla.Calendar{team}, 32)...)
	require.NoError(t, err)

	hourly := calendar(t, "Europe/Berlin", "Mo-Su "+strings.TrimSuffix(strings.Repeat("00:00-00:30,", 48), ","), nil)
	_, err = sla.Union("merged", 0, slices.Repeat([]*sla.Calendar{hourly}, 64)...)
	require.NoError(t, err, "one window a day in truth")
	var windows []string
	for h := range 24 {
		windows = append(windows, fmt.Sprintf("%02d:00-%02d:20,%02d:30-%02d:50", h, h, h, h))
	}
	dense := calendar(t, "Europe/Berlin", "Mo-Su "+strings.Join(windows, ","), nil)
	_, err = sla.Union("dense", 0, team, dense, dense, dense, dense, dense, dense)
	require.NoError(t, err)
	_, err = sla.Union("too dense", 0, team, dense, dense, dense, dense, dense, dense, dense)
	require.ErrorAs(t, err, &fs)
	assert.Equal(t, []string{"calendars"}, paths(fs))
	assert.Contains(t, err.Error(), `"2362" is more windows a week`)
}

func TestBusinessDaysOfCombinations(t *testing.T) {
	shop := calendar(t, "Europe/Berlin", "Mo-Sa 09:00-17:00", nrw{})
	carrier := calendar(t, "Europe/Berlin", "Mo-Fr 08:00-12:00", nil)
	either, err := sla.Union("any", 0, shop, carrier)
	require.NoError(t, err)
	all, err := sla.Intersect("all", 0, shop, carrier)
	require.NoError(t, err)
	eve := sla.Date{Year: 2026, Month: 12, Day: 24} // a Thursday
	got, err := either.AddDays(eve, 1)
	require.NoError(t, err)
	assert.Equal(t, "2026-12-25", got.String(), "the carrier keeps no holiday")
	got, err = all.AddDays(eve, 1)
	require.NoError(t, err)
	assert.Equal(t, "2026-12-28", got.String())
	at, err := all.AddPeriod(berlin(t, "2026-12-24 10:00:00"), sla.Period{N: 1, Unit: sla.UnitWerktag})
	require.NoError(t, err)
	assert.Equal(t, "2026-12-28", sla.DateOf(at, at.Location()).String(), "by the holidays of the first")
}

func paths(fs sla.Faults) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Path)
	}
	return out
}
