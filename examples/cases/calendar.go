package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// calendarKind is working time: add, between, next-open and prev-open on
// calendars that the table defines. "alt" gives the results under other
// rules; a rule that a case does not name must give the expected one.
func calendarKind() kind {
	return kind{
		name: "calendar",
		is:   func(top members) bool { return top.has("calendars", "cases") && top.first("cases").has("op", "from") },
		run:  runCalendar,
	}
}

type calendarTable struct {
	Calendars map[string]calendarRow `json:"calendars"`
	Cases     []calendarCase         `json:"cases"`
}

type calendarRow struct {
	Zone       string                 `json:"zone"`
	Weekly     map[string][][2]string `json:"weekly"`
	Exceptions []struct {
		Date   sla.Date        `json:"date"`
		Closed json.RawMessage `json:"closed"` // "all" or windows
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

func runCalendar(file []byte) ([]result, error) {
	var table calendarTable
	if err := json.Unmarshal(file, &table); err != nil {
		return nil, err
	}
	results := make([]result, 0, len(table.Cases))
	for _, c := range table.Cases {
		r := result{id: c.ID}
		row, ok := table.Calendars[c.Calendar]
		if !ok {
			r.failf("the table has no calendar %q", c.Calendar)
			results = append(results, r)
			continue
		}
		c.check(&r, row)
		results = append(results, r)
	}
	return results, nil
}

// check runs the case under the default rules and under each alternative.
func (c calendarCase) check(r *result, row calendarRow) {
	cfg, err := row.config()
	if err != nil {
		r.failf("calendar %s: %v", c.Calendar, err)
		return
	}
	usual := c.Expected
	if c.Error != "" {
		usual = c.Error
	}
	c.checkWith(r, c.Op, cfg, usual)
	known := calendarRules()
	for _, name := range slices.Sorted(maps.Keys(known)) {
		expected, differs := c.Alt[name]
		if !differs {
			expected = usual
		}
		cfg.Options = known[name]
		c.checkWith(r, c.Op+" under "+name, cfg, expected)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Alt)) {
		if _, ok := known[name]; !ok {
			r.failf("alt names %q, which is no rule that is known", name)
		}
	}
}

// calendarRules are the options behind the names that tables use.
func calendarRules() map[string]sla.Options {
	return map[string]sla.Options{
		"roll-to-next-opening":               {RollToNextOpening: true},
		"dst-compatible-boundaries":          {CompatibleBounds: true},
		"holiday-removes-shift-by-start-day": {HolidayByStartDay: true},
		"clamp-negative-to-zero":             {ClampNegative: true},
	}
}

// noWorkingTime is expected where a question has no answer.
const noWorkingTime = "no-working-time"

// checkWith compares the calendar's answer with the one expected, or with the
// error of that name.
func (c calendarCase) checkWith(r *result, what string, cfg sla.CalendarConfig, expected string) {
	cal, err := sla.NewCalendar(cfg)
	if err != nil {
		r.failf("calendar %s: %v", c.Calendar, err)
		return
	}
	got, err := c.answer(cal)
	switch {
	case expected == noWorkingTime:
		if !errors.Is(err, sla.ErrNoWorkingTime) {
			r.failf("%s: got %q and error %v, want %v", what, got, err, sla.ErrNoWorkingTime)
		}
	case c.Error != "" && expected == c.Error:
		r.failf("expects the error %q, which is not known", c.Error)
	case err != nil:
		r.failf("%s: %v", what, err)
	case !sameAnswer(c.Op, got, expected):
		r.failf("%s: got %s, want %s", what, got, expected)
	}
}

// answer asks the calendar what the case asks.
func (c calendarCase) answer(cal *sla.Calendar) (string, error) {
	var at time.Time
	var err error
	switch c.Op {
	case "between":
		return cal.Between(c.From, c.To).String(), nil
	case "add":
		d, parseErr := time.ParseDuration(c.Duration)
		if parseErr != nil {
			return "", parseErr
		}
		at, err = cal.Add(c.From, d)
	case "next-open":
		at, err = cal.NextOpen(c.From)
	case "prev-open":
		at, err = cal.PrevOpen(c.From)
	default:
		return "", fmt.Errorf("op %q is not known", c.Op)
	}
	if err != nil {
		return "", err
	}
	return at.Format(time.RFC3339Nano), nil
}

// sameAnswer compares durations as durations and instants as instants: the
// offset in which an instant is written does not matter.
func sameAnswer(op, got, expected string) bool {
	if op == "between" {
		a, errA := time.ParseDuration(got)
		b, errB := time.ParseDuration(expected)
		return errA == nil && errB == nil && a == b
	}
	a, errA := time.Parse(time.RFC3339Nano, got)
	b, errB := time.Parse(time.RFC3339Nano, expected)
	return errA == nil && errB == nil && a.Equal(b)
}

// config returns the calendar that a row of the table describes.
func (row calendarRow) config() (sla.CalendarConfig, error) {
	cfg := sla.CalendarConfig{Zone: row.Zone}
	weekdays := map[string]time.Weekday{
		"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday,
		"thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday,
	}
	for name, pairs := range row.Weekly {
		day, ok := weekdays[name]
		if !ok {
			return cfg, fmt.Errorf("%q is no weekday", name)
		}
		windows, err := windowsOf(pairs)
		if err != nil {
			return cfg, err
		}
		cfg.Hours.Week[day] = windows
	}
	for _, e := range row.Exceptions {
		open, err := windowsOf(e.Open)
		if err != nil {
			return cfg, err
		}
		exception := sla.Exception{Date: e.Date, Open: open}
		if len(e.Closed) > 0 && string(e.Closed) != `"all"` {
			var pairs [][2]string
			if err := json.Unmarshal(e.Closed, &pairs); err != nil {
				return cfg, fmt.Errorf("exception of %s: %w", e.Date, err)
			}
			if exception.Closed, err = windowsOf(pairs); err != nil {
				return cfg, err
			}
		}
		cfg.Hours.Exceptions = append(cfg.Hours.Exceptions, exception)
	}
	return cfg, nil
}

func windowsOf(pairs [][2]string) ([]sla.Window, error) {
	windows := make([]sla.Window, len(pairs))
	for i, p := range pairs {
		start, err := sla.ParseClock(p[0])
		if err != nil {
			return nil, err
		}
		end, err := sla.ParseClock(p[1])
		if err != nil {
			return nil, err
		}
		windows[i] = sla.Window{Start: start, End: end}
	}
	return windows, nil
}
