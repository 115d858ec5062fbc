package shift_test

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/sla"
)

func instant(t require.TestingT, s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	require.NoError(t, err)
	return at
}

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// The reference cases.
func TestCases(t *testing.T) {
	data, err := os.ReadFile("testdata/cases/shift.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID     string          `json:"id"`
			Kind   string          `json:"kind"`
			Input  json.RawMessage `json:"input"`
			Expect json.RawMessage `json:"expect"`
		} `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(data, &table))
	require.Len(t, table.Cases, 20)
	for _, c := range table.Cases {
		var in struct {
			shift.Rotation
			shift.Config

			From time.Time `json:"from"`
			To   time.Time `json:"to"`
		}
		require.NoError(t, json.Unmarshal(c.Input, &in))
		var got any
		if c.Kind == "rotation" {
			shifts, err := in.Shifts(zone(t, in.TZ), in.From, in.To)
			require.NoError(t, err)
			got = map[string]any{"shifts": shifts}
		} else {
			s, err := shift.New(in.Config)
			require.NoError(t, err)
			coverage, err := s.Coverage(in.From, in.To)
			require.NoError(t, err)
			gaps := []map[string]time.Time{}
			for _, g := range coverage.Gaps() {
				gaps = append(gaps, map[string]time.Time{"from": g.From, "to": g.To})
			}
			got = map[string]any{"segments": coverage.Segments, "gaps": gaps}
		}
		have, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(c.Expect), string(have), c.ID)
	}
}

// drawConfig draws schedules of every unit, with windows, overrides and
// absences close together, around the changes of clocks.
func drawConfig(t *rapid.T, near time.Time) shift.Config {
	members := []string{"a", "b", "c", "d"}
	cfg := shift.Config{TZ: rapid.SampledFrom([]string{"Europe/Berlin", "America/Chicago", "Australia/Lord_Howe", "UTC"}).Draw(t, "tz")}
	clock := rapid.Custom(func(t *rapid.T) sla.Clock {
		return sla.Clock(rapid.SampledFrom([]int{0, 1, 2, 3, 9, 18, 23}).Draw(t, "hour")*3600 + rapid.SampledFrom([]int{0, 1800}).Draw(t, "half"))
	})
	days := []shift.Weekday{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}
	for i := range rapid.IntRange(0, 3).Draw(t, "layers") {
		date := sla.DateOf(near, time.UTC).AddDays(-rapid.IntRange(-3, 800).Draw(t, "ago"))
		l := shift.Layer{ID: fmt.Sprint("l", i), Rotation: shift.Rotation{
			Start:   shift.Local{Date: date, Clock: clock.Draw(t, "start")},
			Unit:    rapid.SampledFrom([]shift.Unit{shift.Hour, shift.Day, shift.Week, shift.Month}).Draw(t, "unit"),
			Length:  rapid.IntRange(1, 5).Draw(t, "length"),
			Members: rapid.SliceOfN(rapid.SampledFrom(members), 1, 4).Draw(t, "members"),
		}}
		for range rapid.IntRange(0, 3).Draw(t, "windows") {
			l.Windows = append(l.Windows, shift.Window{
				Days: rapid.SliceOfN(rapid.SampledFrom(days), 1, 7).Draw(t, "days"), From: clock.Draw(t, "from"), To: clock.Draw(t, "to"),
			})
		}
		cfg.Layers = append(cfg.Layers, l)
	}
	span := func() (time.Time, time.Time) {
		from := near.Add(time.Duration(rapid.IntRange(-100, 100).Draw(t, "from")) * time.Hour)
		return from, from.Add(time.Duration(rapid.IntRange(1, 80).Draw(t, "hours")) * time.Hour)
	}
	for range rapid.IntRange(0, 3).Draw(t, "overrides") {
		from, to := span()
		cfg.Overrides = append(cfg.Overrides, shift.Override{From: from, To: to, Member: rapid.SampledFrom(members).Draw(t, "member")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "absences") {
		from, to := span()
		cfg.Absences = append(cfg.Absences, shift.Absence{From: from, To: to, Member: rapid.SampledFrom(members).Draw(t, "member")})
	}
	return cfg
}

func drawNear(t *rapid.T) time.Time {
	return instant(t, rapid.SampledFrom([]string{
		"2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-03-08T08:00:00Z", "2026-04-04T15:00:00Z", "2026-06-15T12:00:00Z", "2096-12-31T12:00:00Z",
	}).Draw(t, "near"))
}

// The segments cover the time without holes and overlaps, neighbours differ, and
// every minute of them is as one asks for it by itself, by reading the wall clock
// minute by minute.
func TestSegmentsPartitionTheTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := drawNear(t)
		cfg := drawConfig(t, near)
		s, err := shift.New(cfg)
		require.NoError(t, err)
		from := near.Add(-time.Duration(rapid.IntRange(1, 90).Draw(t, "before")) * 47 * time.Minute)
		to := near.Add(time.Duration(rapid.IntRange(1, 90).Draw(t, "after")) * 53 * time.Minute)
		coverage, err := s.Coverage(from, to)
		require.NoError(t, err)
		at := from
		for i, g := range coverage.Segments {
			require.Equal(t, at, g.From)
			require.True(t, g.From.Before(g.To))
			if i > 0 {
				last := coverage.Segments[i-1]
				require.False(t, last.Member == g.Member && last.By == g.By, "neighbours differ")
			}
			for at = g.From; at.Before(g.To); at = at.Add(15 * time.Minute) {
				require.Equal(t, shift.Duty{Member: g.Member, By: g.By}, slowly(cfg, s.Zone(), at), at)
			}
			require.Equal(t, shift.Duty{Member: g.Member, By: g.By}, s.At(g.To.Add(-1)))
			at = g.To
		}
		require.Equal(t, to, at)
		next := s.NextChange(from)
		if len(coverage.Segments) > 1 {
			require.False(t, next.IsZero())
			require.False(t, next.After(coverage.Segments[1].From), "no change is overlooked")
		}
	})
}

// slowly says who is on duty by the rules as they are written: it finds the
// instant of every bound by walking over the minutes of the clock.
func slowly(cfg shift.Config, loc *time.Location, t time.Time) shift.Duty {
	absent := func(m string) bool {
		for _, a := range cfg.Absences {
			if a.Member == m && !t.Before(a.From) && t.Before(a.To) {
				return true
			}
		}
		return false
	}
	duty := shift.Duty{}
	for _, l := range cfg.Layers {
		r := l.Rotation
		k := -1
		local := func(k int) time.Time { // naive, in UTC
			start := time.Date(r.Start.Date.Year, r.Start.Date.Month, r.Start.Date.Day, 0, 0, int(r.Start.Clock), 0, time.UTC)
			hours := map[shift.Unit]int{shift.Hour: 1, shift.Day: 24, shift.Week: 168}[r.Unit]
			if r.Unit != shift.Month {
				return start.Add(time.Duration(k*r.Length*hours) * time.Hour)
			}
			first := time.Date(start.Year(), start.Month()+time.Month(k*r.Length), 1, start.Hour(), start.Minute(), 0, 0, time.UTC)
			last := first.AddDate(0, 1, -1).Day()
			return first.AddDate(0, 0, min(start.Day(), last)-1)
		}
		// The clock has reached a reading as soon as it has shown it, or one later.
		high := clockHigh(loc, t)
		for n := max(0, int(high.Sub(local(0))/unitAtMost(r))-2); !local(n).After(high); n++ {
			k = n
		}
		if k < 0 || !openSlowly(l, high) {
			continue
		}
		for i := range r.Members {
			if m := r.Members[(k+i)%len(r.Members)]; !absent(m) {
				duty = shift.Duty{Member: m, By: l.ID}
				break
			}
		}
	}
	for i, o := range cfg.Overrides {
		if !t.Before(o.From) && t.Before(o.To) && !absent(o.Member) {
			duty = shift.Duty{Member: o.Member, By: fmt.Sprint("override:", i)}
		}
	}
	return duty
}

// clockHigh is the latest that the clock has shown up to an instant: in an hour
// that it shows twice it does not go back.
func clockHigh(loc *time.Location, t time.Time) time.Time {
	naive := func(t time.Time) time.Time {
		_, offset := t.In(loc).Zone()
		return t.UTC().Add(time.Duration(offset) * time.Second)
	}
	high := naive(t)
	// Minute by minute: the clock's last minute before it is set back counts, and
	// what it would have shown next does not.
	for ago := time.Minute; ago <= 3*time.Hour; ago += time.Minute {
		if then := naive(t.Add(-ago)); then.After(high) {
			high = then
		}
	}
	return high
}

func unitAtMost(r shift.Rotation) time.Duration {
	return time.Duration(r.Length) * map[shift.Unit]time.Duration{
		shift.Hour: time.Hour, shift.Day: 24 * time.Hour, shift.Week: 168 * time.Hour, shift.Month: 31 * 24 * time.Hour,
	}[r.Unit]
}

func openSlowly(l shift.Layer, high time.Time) bool {
	if len(l.Windows) == 0 {
		return true
	}
	names := [7]shift.Weekday{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	for _, w := range l.Windows {
		for _, d := range w.Days {
			for back := range 2 {
				date := high.AddDate(0, 0, -back).Truncate(24 * time.Hour)
				from, to := date.Add(time.Duration(w.From)*time.Second), date.Add(time.Duration(w.To)*time.Second)
				if w.To <= w.From {
					to = to.Add(24 * time.Hour)
				}
				if names[date.Weekday()] == d && !high.Before(from) && high.Before(to) {
					return true
				}
			}
		}
	}
	return false
}

// Shifts follow each other without holes, and the member is the index modulo the
// count.
func TestShiftsFollowEachOther(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		near := drawNear(t)
		for _, l := range drawConfig(t, near).Layers {
			from, to := near.Add(-72*time.Hour), near.Add(72*time.Hour)
			all, err := l.Rotation.Shifts(zone(t, "Europe/Berlin"), from, to)
			require.NoError(t, err)
			for i, s := range all {
				require.Equal(t, l.Rotation.Members[s.Index%len(l.Rotation.Members)], s.Member)
				if i > 0 {
					require.Equal(t, all[i-1].To, s.From)
				}
			}
			if len(all) > 0 {
				require.Equal(t, to, all[len(all)-1].To)
			}
		}
	})
}

func config(t *testing.T, text string) *shift.Schedule {
	t.Helper()
	s, err := shift.Parse([]byte(text))
	require.NoError(t, err)
	return s
}

// The hours of one person over the last week-end of October 2026 in Berlin,
// Saturday 24th 18:00 to Monday 26th 08:00 local: 6 + 25 + 8 hours, for the night
// on which the clock goes back is one longer.
func TestLoads(t *testing.T) {
	s := config(t, `{"tz":"Europe/Berlin","layers":[{"id":"base","rotation":{"start_local":"2026-10-24T18:00","unit":"hour","length":38,"members":["anna","ben"]}}]}`)
	coverage, err := s.Coverage(instant(t, "2026-10-24T16:00:00Z"), instant(t, "2026-10-26T08:00:00Z"))
	require.NoError(t, err)
	assert.Equal(t, []shift.Load{
		{
			Member: "anna", Segments: 1, Total: 39 * time.Hour,
			Night:   (8 + 7) * time.Hour, // 23 to 6 with the hour that came twice, and once more
			Weekend: (6 + 25) * time.Hour,
			Holiday: 25 * time.Hour,
		},
		{Member: "ben", Segments: 1, Total: time.Hour},
	}, coverage.Loads(shift.Rules{Holiday: func(d sla.Date) bool { return d.Day == 25 }}))
	assert.Equal(t, (3+2)*time.Hour, coverage.Loads(shift.Rules{NightFrom: 3600, NightTo: 3 * 3600})[0].Night,
		"01:00 to 03:00 are three hours on Sunday and two on Monday")
}

func TestOnDutyAndHandOvers(t *testing.T) {
	s := config(t, `{"tz":"UTC","layers":[
		{"id":"first","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":["anna","ben"]}},
		{"id":"second","rotation":{"start_local":"2026-06-01T00:00","unit":"week","length":1,"members":["cem","ben"]},
		 "windows":[{"days":["MO"],"from":"08:00","to":"16:00"}]}],
		"overrides":[{"from":"2026-06-01T10:00:00Z","to":"2026-06-01T11:00:00Z","member":"dora"}],
		"absences":[{"member":"dora","from":"2026-06-01T10:30:00Z","to":"2026-06-02T00:00:00Z"}]}`)
	assert.Equal(t, []string{"dora", "cem", "anna"}, s.OnDuty(instant(t, "2026-06-01T10:00:00Z")))
	assert.Equal(t, []string{"cem", "anna"}, s.OnDuty(instant(t, "2026-06-01T10:30:00Z")), "who is absent is not on duty")
	assert.Equal(t, []string{"ben"}, s.OnDuty(instant(t, "2026-06-02T10:30:00Z")))
	assert.Empty(t, s.OnDuty(instant(t, "2026-05-31T10:30:00Z")))
	assert.True(t, s.Absent("dora", instant(t, "2026-06-01T10:30:00Z")))
	coverage, err := s.Coverage(instant(t, "2026-05-31T23:00:00Z"), instant(t, "2026-06-01T12:00:00Z"))
	require.NoError(t, err)
	var got []string
	for _, h := range coverage.HandOvers() {
		got = append(got, h.At.Format("15:04 ")+h.From+">"+h.To)
	}
	assert.Equal(t, []string{"00:00 >anna", "08:00 anna>cem", "10:00 cem>dora", "10:30 dora>cem"}, got)
	assert.Equal(t, instant(t, "2026-06-01T08:00:00Z"), s.NextChange(instant(t, "2026-06-01T00:00:00Z")))
	assert.True(t, config(t, `{"tz":"UTC","layers":[]}`).NextChange(instant(t, "2026-06-01T00:00:00Z")).IsZero())
}

func TestFaults(t *testing.T) {
	for text, path := range map[string]string{
		`{"tz":"Europe/Atlantis","layers":[]}`: "tz",
		`{"tz":"Local","layers":[]}`:           "tz",
		`{"tz":"UTC","layers":[{"id":"","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":["a"]}}]}`:                                                          "layers[0].id",
		`{"tz":"UTC","layers":[{"id":"override:0","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":["a"]}}]}`:                                                "layers[0].id",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-31T00:00","unit":"day","length":1,"members":["a"]}}]}`:                                                         "start_local",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T24:00","unit":"day","length":1,"members":["a"]}}]}`:                                                         "start_local",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T00:00","unit":"year","length":1,"members":["a"]}}]}`:                                                        "layers[0].rotation.unit",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":0,"members":["a"]}}]}`:                                                         "layers[0].rotation.length",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":[]}}]}`:                                                            "layers[0].rotation.members",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":[""]}}]}`:                                                          "members[0]",
		`{"tz":"UTC","layers":[{"id":"a","rotation":{"start_local":"2026-06-01T00:00","unit":"day","length":1,"members":["a"]},"windows":[{"days":["XX"],"from":"24:00","to":"09:00"}]}]}`: "windows[0].days[0]",
		`{"tz":"UTC","layers":[],"overrides":[{"from":"2026-06-02T00:00:00Z","to":"2026-06-02T00:00:00Z","member":"a"}]}`:                                                                  "overrides[0].to",
		`{"tz":"UTC","layers":[],"absences":[{"from":"2026-06-02T00:00:00Z","to":"2026-06-03T00:00:00Z","member":""}]}`:                                                                    "absences[0].member",
		`{"tz":"UTC","layers":[],"extra":1}`: "extra",
	} {
		_, err := shift.Parse([]byte(text))
		require.ErrorIs(t, err, shift.ErrInvalid, text)
		require.ErrorContains(t, err, path, text)
	}
	s := config(t, `{"tz":"UTC","layers":[]}`)
	at := instant(t, "2026-06-01T00:00:00Z")
	for _, span := range [][2]time.Time{{at, at}, {at, at.AddDate(6, 0, 0)}, {at.AddDate(-200, 0, 0), at}, {at, at.Add(-1)}} {
		_, err := s.Coverage(span[0], span[1])
		require.ErrorIs(t, err, shift.ErrInvalid)
	}
	_, err := shift.Rotation{}.Shifts(time.UTC, at, at.Add(1))
	require.ErrorIs(t, err, shift.ErrInvalid)
}
