package sla

import (
	"slices"
	"strings"
	"time"
)

// Week holds the windows that start on each weekday, indexed by
// [time.Weekday]. A day without windows is closed; so may the whole week be.
type Week [7][]Window

// Hours are the opening hours of a calendar on the wall clock: a week that
// repeats, what becomes of it on public holidays, and the dates that differ.
// The zero value is never open. [ParseHours] reads them from text and
// [Hours.String] writes them.
type Hours struct {
	// Week holds the windows of an ordinary week.
	Week Week
	// OnHoliday are the windows that replace a date's weekly ones where a
	// holiday closes the whole date; none: closed from 00:00 to 24:00.
	OnHoliday []Window
	// Exceptions are the dates that differ, in any order.
	Exceptions []Exception
}

// Exception is a date that differs from the week.
//
// Windows in Open replace the windows that would start on the date, and a
// holiday on it. Windows in Closed are then taken away, from Open too, and
// from the tail of an overnight window of the day before. With neither, the
// whole date from 00:00 to 24:00 is closed.
type Exception struct {
	Date   Date
	Open   []Window
	Closed []Window
	Label  string // the reason as people call it; no line breaks or double quotes
}

// allDay is the window of a whole date.
func allDay() Window { return Window{Start: 0, End: secondsPerDay} }

// broken reports whether the window cannot be used.
func (w Window) broken() bool {
	return w.Start < 0 || w.Start >= secondsPerDay || w.End < 0 || w.End > secondsPerDay || w.Start == w.End
}

// length returns the seconds between the bounds on the wall clock.
func (w Window) length() Clock {
	if w.End < w.Start {
		return w.End + secondsPerDay - w.Start
	}
	return w.End - w.Start
}

// until returns the end in seconds since the midnight before Start: over
// 86400 where the window runs into the next day.
func (w Window) until() Clock { return w.Start + w.length() }

// normalWindows returns the windows sorted by start, with those that touch or
// overlap made one as far as one Window can hold them.
func normalWindows(ws []Window) []Window {
	if len(ws) == 0 {
		return nil
	}
	sorted := slices.Clone(ws)
	for i, w := range sorted {
		if w.End == 0 {
			sorted[i].End = secondsPerDay
		}
	}
	slices.SortFunc(sorted, func(a, b Window) int {
		if a.Start != b.Start {
			return int(a.Start - b.Start)
		}
		return int(a.until() - b.until())
	})
	out := sorted[:1]
	for _, w := range sorted[1:] {
		last := &out[len(out)-1]
		end := max(last.until(), w.until())
		switch {
		case w.Start > last.until(), end > secondsPerDay && end-last.Start >= secondsPerDay:
			out = append(out, w)
		case end > secondsPerDay:
			last.End = end - secondsPerDay
		default:
			last.End = end
		}
	}
	return out
}

// normal returns the hours in one form of the many that mean the same:
// windows sorted and merged, exceptions sorted by date and each either open
// or closed. The hours must be valid.
func (h Hours) normal() Hours {
	var n Hours
	for d, ws := range h.Week {
		n.Week[d] = normalWindows(ws)
	}
	n.OnHoliday = normalWindows(h.OnHoliday)
	for _, e := range h.Exceptions {
		if len(e.Open) > 0 {
			n.Exceptions = append(n.Exceptions, Exception{Date: e.Date, Open: normalWindows(e.Open), Label: e.Label})
		}
		if len(e.Closed) > 0 || len(e.Open) == 0 {
			closed := normalWindows(e.Closed)
			if len(closed) == 0 {
				closed = []Window{allDay()}
			}
			n.Exceptions = append(n.Exceptions, Exception{Date: e.Date, Closed: closed, Label: e.Label})
		}
	}
	slices.SortStableFunc(n.Exceptions, Exception.compare)
	n.Exceptions = slices.CompactFunc(n.Exceptions, func(a, b Exception) bool { return a.compare(b) == 0 })
	return n
}

// compare orders normal exceptions: by date, openings first, then by windows
// and label, so that equal ones lie side by side.
func (e Exception) compare(o Exception) int {
	if c := e.Date.Compare(o.Date); c != 0 {
		return c
	}
	if (len(e.Open) > 0) != (len(o.Open) > 0) {
		if len(e.Open) > 0 {
			return -1
		}
		return 1
	}
	byBounds := func(a, b Window) int {
		if a.Start != b.Start {
			return int(a.Start - b.Start)
		}
		return int(a.End - b.End)
	}
	if c := slices.CompareFunc(e.Open, o.Open, byBounds); c != 0 {
		return c
	}
	if c := slices.CompareFunc(e.Closed, o.Closed, byBounds); c != 0 {
		return c
	}
	return strings.Compare(e.Label, o.Label)
}

// dayKeys names the weekdays in field paths, indexed by time.Weekday.
func dayKey(d time.Weekday) string {
	return [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}[d]
}
