package sla

import (
	"strconv"
	"strings"
	"time"
)

// Unit is what a [Period] counts.
type Unit string

// The units of a period. Minutes and hours are elapsed time; work minutes and
// work hours are working time of a calendar; all others count dates of the
// wall clock and keep the time of day.
const (
	UnitMinute      Unit = "minute"
	UnitHour        Unit = "hour"
	UnitWorkMinute  Unit = "work_minute"
	UnitWorkHour    Unit = "work_hour"
	UnitDay         Unit = "day"          // calendar day: the next date
	UnitBusinessDay Unit = "business_day" // the next date on which the calendar opens
	UnitWerktag     Unit = "werktag"      // the next Monday to Saturday that is no public holiday
	UnitWeek        Unit = "week"         // seven dates
	UnitMonth       Unit = "month"        // the same day of the month, or its last day where it is shorter
	UnitYear        Unit = "year"         // the same date, or 28 February for the 29th
)

// known reports whether u is one of the constants.
func (u Unit) known() bool {
	switch u {
	case UnitMinute, UnitHour, UnitWorkMinute, UnitWorkHour, UnitDay, UnitBusinessDay, UnitWerktag, UnitWeek, UnitMonth, UnitYear:
		return true
	default:
		return false
	}
}

// maxCount bounds the N of a period: more than any unit has between the years
// 1 and 9999, minutes excepted, of which it holds 1,900 years.
const maxCount = 1_000_000_000

// Period is a length of time as contracts and laws state it: so many of a
// unit. How long it takes depends on where it starts; see
// [Calendar.AddPeriod].
type Period struct {
	N    int  `json:"n"`
	Unit Unit `json:"unit"`
}

// String returns the period in English, as in "3 business days".
func (p Period) String() string {
	s := strconv.Itoa(p.N) + " " + strings.ReplaceAll(string(p.Unit), "_", " ")
	switch {
	case p.N == 1 || p.N == -1:
		return s
	case p.Unit == UnitWerktag:
		return s + "e"
	default:
		return s + "s"
	}
}

// Check reports, as [Faults], what keeps the period from being a target or a
// term: an unknown unit, or a length that is not positive. The path is that
// of the period in what holds it, as in "targets[0].within".
func (p Period) Check(path string) error {
	var fs Faults
	if !p.Unit.known() {
		fs.add(path+".unit", string(p.Unit), "is not known as a unit")
	}
	if p.N <= 0 || p.N > maxCount {
		fs.add(path+".n", strconv.Itoa(p.N), "is no length: it lies outside 1 to "+strconv.Itoa(maxCount))
	}
	return fs.err()
}

// AddPeriod returns the instant a period after t, or before it where N is
// negative.
//
//   - Minutes and hours are elapsed time; work minutes and hours go by
//     [Calendar.Add] and its tie rule.
//   - All other units lead to another date at the same time of day, in the
//     zone of the calendar: so many calendar days, business days (by
//     [Calendar.AddDays]), Werktage, weeks, months or years later. The date of
//     t does not count. Months and years end on the last day of a month that
//     is too short. See [Date.At] for a time of day that the wall clock skips
//     or shows twice.
//
// With N = 0 it returns t. Errors are those of [Calendar.Add], and a [*Fault]
// for an unknown unit.
func (c *Calendar) AddPeriod(t time.Time, p Period) (time.Time, error) {
	at, err := c.addPeriod(t, p)
	if err != nil {
		return c.noInstant("add "+p.String(), t, err)
	}
	return at, nil
}

func (c *Calendar) addPeriod(t time.Time, p Period) (time.Time, error) {
	switch {
	case !p.Unit.known():
		return time.Time{}, &Fault{Path: "unit", Value: string(p.Unit), Reason: "is not known as a unit"}
	case p.N > maxCount || p.N < -maxCount || !c.inRange(t):
		return time.Time{}, ErrOutOfRange
	case p.N == 0:
		return c.at(t.Unix(), int64(t.Nanosecond())), nil
	}
	switch p.Unit {
	case UnitMinute:
		return c.addElapsed(t, 60*int64(p.N))
	case UnitHour:
		return c.addElapsed(t, 3600*int64(p.N))
	case UnitWorkMinute:
		return c.addWork(t, p.N, time.Minute)
	case UnitWorkHour:
		return c.addWork(t, p.N, time.Hour)
	case UnitDay, UnitBusinessDay, UnitWerktag, UnitWeek, UnitMonth, UnitYear:
	}
	date, err := c.addDates(DateOf(t, c.loc), p)
	if err != nil {
		return time.Time{}, err
	}
	clock := clockOf(t.In(c.loc))
	end := date.At(clock, c.loc)
	if got := DateOf(end, c.loc); got == date && clockOf(end) == clock {
		end = end.Add(time.Duration(t.Nanosecond()))
	}
	if !c.inRange(end) {
		return time.Time{}, ErrOutOfRange
	}
	return end, nil
}

// clockOf returns what the wall clock of t's zone shows.
func clockOf(t time.Time) Clock {
	return Clock(small(int64(t.Hour()*3600 + t.Minute()*60 + t.Second())))
}

func (c *Calendar) addElapsed(t time.Time, seconds int64) (time.Time, error) {
	end := c.at(t.Unix()+seconds, int64(t.Nanosecond()))
	if !c.inRange(end) {
		return time.Time{}, ErrOutOfRange
	}
	return end, nil
}

func (c *Calendar) addWork(t time.Time, n int, unit time.Duration) (time.Time, error) {
	d := time.Duration(n) * unit
	if d/unit != time.Duration(n) {
		return time.Time{}, ErrOutOfRange
	}
	return c.Add(t, d)
}

// addDates counts the dates of a period.
func (c *Calendar) addDates(from Date, p Period) (Date, error) {
	var to Date
	switch p.Unit {
	case UnitBusinessDay:
		return c.AddDays(from, p.N)
	case UnitWerktag:
		return c.werktage().add(from, p.N)
	case UnitDay:
		to = from.AddDays(p.N)
	case UnitWeek:
		to = from.AddDays(7 * p.N)
	case UnitMonth:
		to = from.AddMonths(p.N)
	case UnitYear:
		to = from.AddYears(p.N)
	case UnitMinute, UnitHour, UnitWorkMinute, UnitWorkHour:
	}
	if !to.valid() {
		return Date{}, ErrOutOfRange
	}
	return to, nil
}

// At returns the instant at which the wall clock of loc shows the time of day
// on the date. A time that the clock skips (the hour lost when summer time
// begins) is the first instant after the gap; one that it shows twice is the
// first of the two; 24:00 is 00:00 of the next date. This is unlike
// [time.Date], which moves a time in a gap by an hour forward or back,
// depending on the zone.
func (d Date) At(clock Clock, loc *time.Location) time.Time {
	wall := d.unixDay()*secondsPerDay + int64(clock)
	// Clocks differ from UTC by less than a day and a half, gaps included.
	const reach = 36 * 3600
	var before int64 // offset of the segment before, from the second one on
	for i, s := range segments(loc, wall-reach, wall+reach) {
		switch at := wall - s.offset; {
		case at >= s.start && at < s.end:
			return time.Unix(at, 0).In(loc)
		case i > 0 && wall >= s.start+before && wall < s.start+s.offset:
			return time.Unix(s.start, 0).In(loc)
		}
		before = s.offset
	}
	return time.Unix(wall, 0).In(loc) // not reached: every wall second is shown or skipped
}

// End returns the instant at which the date has ended for good in loc: from it
// on the wall clock shows later dates only. It is the midnight after the date;
// the end of the gap where the clock skips that midnight, and the second of
// the two where it shows it twice.
func (d Date) End(loc *time.Location) time.Time {
	midnight := (d.unixDay() + 1) * secondsPerDay
	const reach = 36 * 3600 // as in At
	end := midnight
	for _, s := range segments(loc, midnight-reach, midnight+reach) {
		if s.start+s.offset < midnight {
			end = min(s.end, midnight-s.offset)
		}
	}
	return time.Unix(end, 0).In(loc)
}
