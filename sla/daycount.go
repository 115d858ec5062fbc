package sla

import (
	"slices"
	"time"
)

// dayCount counts dates of one kind. The kind of most dates hangs on their
// weekday alone; those that may differ are named by odd.
type dayCount struct {
	plain [7]bool                         // by weekday
	is    func(day int64) bool            // of any day
	odd   func(first, last int64) []int64 // the days that may not be plain, sorted
	step  func(n int)                     // counts what is done, in tests
}

// AddDays returns the n-th business day after the date, or before it where n
// is negative; the date itself does not count, and with n = 0 is returned. A
// business day is one on which working time starts: an overnight window
// belongs to the day of its start, and a half-day holiday is a business day
// where some hours are left. What is a business day of any part is one of a
// union, what is one of all parts is one of an intersection. Errors are those
// of [Calendar.Add].
func (c *Calendar) AddDays(date Date, n int) (Date, error) {
	k := c.businessDays()
	k.step = c.step
	to, err := k.add(date, n)
	if err != nil {
		return Date{}, c.noAnswer("add "+Period{N: n, Unit: UnitBusinessDay}.String(), date.String(), err)
	}
	return to, nil
}

// IsBusinessDay reports whether working time starts on the date; see
// [Calendar.AddDays].
func (c *Calendar) IsBusinessDay(date Date) bool {
	return date.valid() && c.businessDays().is(date.unixDay())
}

func (c *Calendar) businessDays() dayCount {
	if c.parts != nil {
		return c.parts.businessDays()
	}
	return c.days.businessDays()
}

func (c *Calendar) werktage() dayCount {
	if c.parts != nil {
		return c.parts.calendars[0].werktage()
	}
	k := c.days.werktage()
	k.step = c.step
	return k
}

func (d *days) businessDays() dayCount {
	hs := d.holidays()
	k := dayCount{is: func(day int64) bool { return d.startsWork(hs, day) }}
	for wd, ws := range d.hours.Week {
		k.plain[wd] = len(ws) > 0
	}
	k.odd = func(first, last int64) []int64 { return d.suspects(hs, first, last) }
	return k
}

func (d *days) werktage() dayCount {
	hs := d.holidays()
	return dayCount{
		plain: [7]bool{false, true, true, true, true, true, true},
		is: func(day int64) bool {
			return weekdayOf(day) != 0 && !slices.ContainsFunc(hs.on(day), Holiday.wholeDay)
		},
		odd: func(first, last int64) []int64 { return d.suspects(hs, first, last) },
	}
}

// startsWork reports whether the windows that start on the day leave any
// time, less what closes this day, its eve and its morrow.
func (d *days) startsWork(hs *holidays, day int64) bool {
	r := d.rule(hs, day)
	closed := append(moved(r.closed, 0), moved(d.rule(hs, day-1).closed, -secondsPerDay)...)
	closed = append(closed, moved(d.rule(hs, day+1).closed, secondsPerDay)...)
	return len(subtract(r.starts, union(closed))) > 0
}

func moved(spans []span, by int64) []span {
	out := make([]span, len(spans))
	for i, s := range spans {
		out[i] = span{s.start + by, s.end + by}
	}
	return out
}

// add returns the n-th day of the kind after the date, before it where n is
// negative.
func (k dayCount) add(date Date, n int) (Date, error) {
	if !date.valid() {
		return Date{}, &Fault{Path: "date", Value: date.String(), Reason: "is no day of the calendar"}
	}
	first, last := 1, maxYear
	if k.plain == [7]bool{} { // only what is dated
		first, last = firstDatedYear, lastDatedYear
	}
	day, found := date.unixDay(), n == 0
	switch {
	case n > 0:
		day, found = k.after(day, n, last)
	case n < 0:
		day, found = k.before(day, -n, first)
	}
	switch {
	case found:
		return dateOfUnixDay(day), nil
	case k.plain == [7]bool{}:
		return Date{}, ErrNoWorkingTime
	default:
		return Date{}, ErrOutOfRange
	}
}

// after finds the n-th day after one, by years and then by days.
func (k dayCount) after(day int64, n, lastYear int) (int64, bool) {
	for y := dateOfUnixDay(day).Year; y <= lastYear; y++ {
		k.step(1)
		end := Date{y, time.December, 31}.unixDay()
		if c := k.count(day+1, end); c < n {
			n, day = n-c, end
			continue
		}
		for day < end {
			k.step(1)
			if day++; k.is(day) {
				if n--; n == 0 {
					return day, true
				}
			}
		}
	}
	return 0, false
}

// before finds the n-th day before one.
func (k dayCount) before(day int64, n, firstYear int) (int64, bool) {
	for y := dateOfUnixDay(day).Year; y >= firstYear; y-- {
		k.step(1)
		start := Date{y, time.January, 1}.unixDay()
		if c := k.count(start, day-1); c < n {
			n, day = n-c, start
			continue
		}
		for day > start {
			k.step(1)
			if day--; k.is(day) {
				if n--; n == 0 {
					return day, true
				}
			}
		}
	}
	return 0, false
}

// count counts the days of the kind from first to last, both included.
func (k dayCount) count(first, last int64) int {
	if last < first {
		return 0
	}
	weeks, rest := divFloor(last-first+1, 7)
	n := 0
	for i := range int64(7) {
		if k.plain[weekdayOf(first+i)] {
			n += int(weeks)
			if i < rest {
				n++
			}
		}
	}
	for _, day := range k.odd(first, last) {
		plain := k.plain[weekdayOf(day)]
		if is := k.is(day); is && !plain {
			n++
		} else if !is && plain {
			n--
		}
	}
	return n
}
