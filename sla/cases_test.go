package sla_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
)

type caseFile struct {
	Calendars map[string]caseCalendar `json:"calendars"`
	Cases     []calendarCase          `json:"cases"`
}

type caseCalendar struct {
	Zone       string                 `json:"zone"`
	Weekly     map[string][][2]string `json:"weekly"`
	Exceptions []struct {
		Date   sla.Date        `json:"date"`
		Closed json.RawMessage `json:"closed"`
		Open   [][2]string     `json:"open"`
	} `json:"exceptions"`
}

type calendarCase struct {
	ID       string            `json:"id"`
	Calendar string            `json:"calendar"`
	Op       string            `json:"op"`
	From     time.Time         `json:"from"`
	To       time.Time         `json:"to"`
	Duration string            `json:"duration"`
	Expected string            `json:"expected"`
	Error    string            `json:"error"`
	Alt      map[string]string `json:"alt"`
}

func readCases(t *testing.T) caseFile {
	t.Helper()
	data, err := os.ReadFile("testdata/cases/calendar.json")
	require.NoError(t, err)
	var f caseFile
	require.NoError(t, json.Unmarshal(data, &f))
	return f
}

func windows(t *testing.T, pairs [][2]string) []sla.Window {
	t.Helper()
	var ws []sla.Window
	for _, p := range pairs {
		start, err := sla.ParseClock(p[0])
		require.NoError(t, err)
		end, err := sla.ParseClock(p[1])
		require.NoError(t, err)
		ws = append(ws, sla.Window{Start: start, End: end})
	}
	return ws
}

func (c caseCalendar) config(t *testing.T) sla.CalendarConfig {
	t.Helper()
	days := map[string]time.Weekday{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}
	cfg := sla.CalendarConfig{ID: "case", Zone: c.Zone}
	for name, pairs := range c.Weekly {
		cfg.Hours.Week[days[name]] = windows(t, pairs)
	}
	for _, e := range c.Exceptions {
		ex := sla.Exception{Date: e.Date, Open: windows(t, e.Open)}
		if string(e.Closed) != `"all"` && len(e.Closed) > 0 {
			var pairs [][2]string
			require.NoError(t, json.Unmarshal(e.Closed, &pairs))
			ex.Closed = windows(t, pairs)
		}
		cfg.Hours.Exceptions = append(cfg.Hours.Exceptions, ex)
	}
	return cfg
}

// alternatives are the options behind the names that the cases use.
func alternatives() map[string]sla.Options {
	return map[string]sla.Options{
		"roll-to-next-opening":               {RollToNextOpening: true},
		"dst-compatible-boundaries":          {CompatibleBounds: true},
		"holiday-removes-shift-by-start-day": {HolidayByStartDay: true},
		"clamp-negative-to-zero":             {ClampNegative: true},
	}
}

func TestCases(t *testing.T) {
	f := readCases(t)
	require.Len(t, f.Cases, 117)
	seen := map[string]bool{}
	for _, c := range f.Cases {
		cfg := f.Calendars[c.Calendar].config(t)
		t.Run(c.ID, func(t *testing.T) { c.check(t, cfg, c.Expected) })
		for _, name := range slices.Sorted(maps.Keys(alternatives())) {
			// A policy that the case does not name gives the expected result.
			want, differs := c.Alt[name]
			if !differs {
				want = c.Expected
			}
			seen[name] = seen[name] || differs
			alt := cfg
			alt.Options = alternatives()[name]
			t.Run(c.ID+"/"+name, func(t *testing.T) { c.check(t, alt, want) })
		}
		for name := range c.Alt {
			require.Contains(t, alternatives(), name)
		}
	}
	assert.Len(t, seen, len(alternatives()))
}

func (c calendarCase) check(t *testing.T, cfg sla.CalendarConfig, want string) {
	t.Helper()
	cal, err := sla.NewCalendar(cfg)
	require.NoError(t, err)
	c.ask(t, cal, want) // by the pages, which make the index
	c.ask(t, cal, want) // by the index
}

func (c calendarCase) ask(t *testing.T, cal *sla.Calendar, want string) {
	t.Helper()
	var got time.Time
	var err error
	switch c.Op {
	case "between":
		assert.Equal(t, want, cal.Between(c.From, c.To).String())
		return
	case "add":
		d, perr := time.ParseDuration(c.Duration)
		require.NoError(t, perr)
		got, err = cal.Add(c.From, d)
	case "next-open":
		got, err = cal.NextOpen(c.From)
	case "prev-open":
		got, err = cal.PrevOpen(c.From)
	default:
		t.Fatalf("unknown op %q", c.Op)
	}
	if c.Error != "" {
		require.Equal(t, "no-working-time", c.Error)
		require.ErrorIs(t, err, sla.ErrNoWorkingTime)
		return
	}
	require.NoError(t, err)
	assert.Equal(t, want, got.Format(time.RFC3339Nano))
}
