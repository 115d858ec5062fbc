package sla

import (
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
)

// CalendarConfig is what a [Calendar] is made of.
type CalendarConfig struct {
	// ID and Version name the calendar where a deadline is pinned to it. The
	// ID must not hold "|", "@" or control characters, and may be empty where
	// nothing is pinned. The Version counts up from 0.
	ID      string
	Version int
	// Zone is the IANA name of the time zone, as in "Europe/Berlin". Required.
	// It is looked up by [time.LoadLocation]: where the machine has no time
	// zone database, as in a bare container, import time/tzdata.
	Zone string
	// Hours are the opening hours on the zone's wall clock. The zero value is
	// never open.
	Hours Hours
	// Holidays are the public holidays; nil: none. The calendar asks for the
	// years 1900 to 2199 and knows none beyond. It may ask for a year again at
	// any time, from any goroutine. Holidays that name another year than the
	// one asked for are ignored, and so are closed windows that are empty.
	Holidays HolidaySource
	// Region names Holidays where the calendar is written as JSON.
	Region string
	// Options are the rules that differ between shops.
	Options Options
}

// Options choose between rules on which calendars in the field differ. The
// zero value is the recommended one. They are part of the calendar, so that
// its id and version say all about how a deadline was found.
type Options struct {
	// RollToNextOpening moves a deadline that falls on a closing instant to
	// the next opening. It concerns [Calendar.Add] with a positive duration;
	// where nothing opens any more, the closing instant stays.
	RollToNextOpening bool `json:"roll_to_next_opening,omitempty"`
	// CompatibleBounds maps the bounds of windows to instants as RFC 5545 and
	// Temporal's "compatible" do: one that falls into a gap of the wall clock
	// moves later by the length of the gap, one that occurs twice is the first
	// of the two. What then ends before it starts is dropped. By default an
	// instant is open where the wall clock reads a time inside a window.
	CompatibleBounds bool `json:"compatible_bounds,omitempty"`
	// HolidayByStartDay makes a date that is closed for the whole day lose the
	// windows that start on it, with their tails into the next day, and keep
	// the tail of the day before. By default it is closed from 00:00 to 24:00.
	HolidayByStartDay bool `json:"holiday_by_start_day,omitempty"`
	// ClampNegative makes [Calendar.Between] return 0 where b is before a.
	ClampNegative bool `json:"clamp_negative,omitempty"`
}

// Calendar tells working time. It is immutable and safe for concurrent use;
// what it caches never changes an answer. Make one with [NewCalendar].
//
// An instant is open where the wall clock of the zone reads a time inside a
// window and nothing dated closes it. Working time is elapsed time: a day
// that is open around the clock has 25 hours where summer time ends. All
// spans are half-open. Answers are in the zone of the calendar, exact to the
// nanosecond, and lie in the years 1 to 9999, in which alone it is open.
type Calendar struct {
	id      string
	version int
	loc     *time.Location
	opts    Options
	region  string
	days    *days        // what it knows of itself, or
	parts   *combination // what it is made of

	// What follows caches, and never changes an answer.
	index  atomic.Pointer[index]
	misses atomic.Int64
	years  atomic.Pointer[years]
	meter  *atomic.Int64 // counts steps, in tests only
}

// NewCalendar checks the configuration and makes the calendar, or reports
// every fault in it as [Faults].
func NewCalendar(cfg CalendarConfig) (*Calendar, error) {
	c, fs := newCalendar(cfg, "")
	if err := fs.err(); err != nil {
		return nil, err
	}
	return c, nil
}

// newCalendar makes a calendar that stands at a path in what holds it.
func newCalendar(cfg CalendarConfig, path string) (*Calendar, Faults) {
	fs := checkName(path, cfg.ID, cfg.Version)
	loc, err := time.LoadLocation(cfg.Zone)
	switch {
	case cfg.Zone == "" || cfg.Zone == "Local":
		fs.add(path+"zone", cfg.Zone, `names no time zone; it is one like "Europe/Berlin"`)
	case err != nil:
		fs.add(path+"zone", cfg.Zone, "is no time zone that this machine knows")
	}
	if fs = append(fs, cfg.Hours.check(path+"hours.")...); len(fs) > 0 {
		return nil, fs
	}
	return &Calendar{
		id: cfg.ID, version: cfg.Version, loc: loc, opts: cfg.Options, region: cfg.Region,
		days: newDays(cfg.Hours.normal(), cfg.Holidays, cfg.Options),
	}, nil
}

func checkName(path, id string, version int) Faults {
	var fs Faults
	if strings.ContainsFunc(id, func(r rune) bool { return r == '|' || r == '@' || unicode.IsControl(r) }) {
		fs.add(path+"id", id, `holds "|", "@" or a control character`)
	}
	if version < 0 {
		fs.add(path+"version", strconv.Itoa(version), "is negative")
	}
	return fs
}

// ID returns the calendar's id.
func (c *Calendar) ID() string { return c.id }

// Version returns the calendar's version.
func (c *Calendar) Version() int { return c.version }

// Zone returns the time zone in which the calendar counts and answers.
func (c *Calendar) Zone() *time.Location { return c.loc }

// Options returns the rules that the calendar was made with.
func (c *Calendar) Options() Options { return c.opts }

// String writes the opening hours in the syntax that [ParseHours] reads; for
// calendars made by [Union] or [Intersect] it writes their parts.
func (c *Calendar) String() string {
	if c.parts != nil {
		return c.parts.text()
	}
	return c.days.hours.text(c.days.source != nil)
}
