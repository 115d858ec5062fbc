package sla

import (
	"cmp"
	"fmt"
	"strconv"
	"time"
)

// maxYear is the last year of a [Date]: RFC 3339 ends there.
const maxYear = 9999

// Date is a civil date of the proleptic Gregorian calendar: a day on a wall
// calendar, without a time or a zone. The zero value is no date. Dates are
// comparable with == and are ordered by [Date.Compare].
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate returns the civil date. An impossible one (31 April, year 0 or
// 10000) is an [ErrInvalid].
func NewDate(year int, month time.Month, day int) (Date, error) {
	d := Date{year, month, day}
	if !d.valid() {
		return Date{}, &Fault{Path: "date", Value: d.String(), Reason: "is no day of the calendar"}
	}
	return d, nil
}

// DateOf returns the date that the wall clock of loc shows at t.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return Date{y, m, d}
}

// ParseDate reads "2006-01-02".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return Date{}, &Fault{Path: "date", Value: s, Reason: `is not a date like "2026-11-23"`}
	}
	return DateOf(t, time.UTC), nil
}

func (d Date) valid() bool {
	return d.Year >= 1 && d.Year <= maxYear && d.Month >= time.January && d.Month <= time.December &&
		d.Day >= 1 && d.Day <= daysIn(d.Year, d.Month)
}

// IsZero reports whether d is the zero value, which is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Compare returns -1, 0 or +1 as d is before, equal to or after e.
func (d Date) Compare(e Date) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Before reports whether d is earlier than e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After reports whether d is later than e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return weekdayOf(d.unixDay()) }

// AddDays returns the date n days later; n may be negative.
func (d Date) AddDays(n int) Date { return dateOfUnixDay(d.unixDay() + int64(n)) }

// AddMonths returns the same day n months later, clamped to the last day of a
// shorter month (31 January plus one month is 28 or 29 February): BGB 188 (3)
// and Regulation 1182/71, article 3 (2) (c).
func (d Date) AddMonths(n int) Date {
	years, months := divFloor(int64(d.Month)-1+int64(n), 12)
	y, m := d.Year+int(years), time.Month(months+1)
	return Date{y, m, min(d.Day, daysIn(y, m))}
}

// AddYears returns the same day n years later; 29 February becomes the 28th
// in a year that has no 29th.
func (d Date) AddYears(n int) Date { return d.AddMonths(12 * n) }

// DaysUntil returns how many days e lies after d, negative if before.
func (d Date) DaysUntil(e Date) int { return int(e.unixDay() - d.unixDay()) }

// String returns the date as "2006-01-02".
func (d Date) String() string {
	if d.Year < 0 || d.Year > 9999 || d.Month < 0 || d.Month > 99 || d.Day < 0 || d.Day > 99 {
		return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) // no date, but it can be printed
	}
	const digits = "0123456789"
	b := [10]byte{4: '-', 7: '-'}
	for i, n := range [...]int{d.Year / 100, d.Year % 100, int(d.Month), d.Day} {
		at := [...]int{0, 2, 5, 8}[i]
		b[at], b[at+1] = digits[n/10], digits[n%10]
	}
	return string(b[:])
}

// MarshalText writes the date as "2006-01-02", the zero value as "".
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return []byte{}, nil
	}
	if !d.valid() {
		return nil, &Fault{Path: "date", Value: d.String(), Reason: "is no day of the calendar"}
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [Date.MarshalText] writes.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	v, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// The two conversions count years from March, so that the leap day is a
// year's last, and take 400 years, an era, as the unit that repeats.
const (
	daysPerEra       = 146_097
	daysToEpoch      = 719_468 // from 0000-03-01 to 1970-01-01
	daysBeforeMonth5 = 153     // days of any five months from March or August on
)

// unixDay counts days since 1970-01-01.
func (d Date) unixDay() int64 {
	year, month := int64(d.Year), int64(d.Month)-3
	if month < 0 {
		year, month = year-1, month+12
	}
	era, yearOfEra := divFloor(year, 400)
	dayOfYear := (daysBeforeMonth5*month+2)/5 + int64(d.Day) - 1
	return era*daysPerEra + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - daysToEpoch
}

// dateOfUnixDay is the inverse of unixDay.
func dateOfUnixDay(n int64) Date {
	era, day := divFloor(n+daysToEpoch, daysPerEra)
	year := (day - day/1460 + day/36_524 - day/146_096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / daysBeforeMonth5
	d := Date{Year: int(era*400 + year), Month: time.Month(month + 3), Day: int(day - (daysBeforeMonth5*month+2)/5 + 1)}
	if d.Month > time.December {
		d.Year, d.Month = d.Year+1, d.Month-12
	}
	return d
}

func daysIn(year int, month time.Month) int {
	if month == time.February {
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	// Odd months are long up to July, even ones from August on.
	return 30 + int(month+month/8)%2
}

const secondsPerDay = 24 * 60 * 60

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// Clock is a time of day on the wall clock in whole seconds since midnight,
// from 0 (00:00) to 86400 (24:00, the end of the day).
type Clock int32

// ParseClock reads "15:04" or "15:04:05"; "24:00" is the end of the day.
func ParseClock(s string) (Clock, error) {
	fault := &Fault{Path: "clock", Value: s, Reason: `is not a time of day like "09:30" (00:00 to 24:00)`}
	if len(s) != len("15:04") && len(s) != len("15:04:05") {
		return 0, fault
	}
	total := 0
	for i, unit := range [...]int{3600, 60, 1} {
		at := 3 * i
		if at >= len(s) {
			break
		}
		n, err := strconv.ParseUint(s[at:at+2], 10, 8)
		if err != nil || (i > 0 && (s[at-1] != ':' || n > 59)) {
			return 0, fault
		}
		total += int(n) * unit
	}
	if total > secondsPerDay {
		return 0, fault
	}
	return Clock(total), nil
}

// String returns "15:04", or "15:04:05" where the seconds are not zero.
func (c Clock) String() string {
	if c%60 == 0 {
		return fmt.Sprintf("%02d:%02d", c/3600, c/60%60)
	}
	return fmt.Sprintf("%02d:%02d:%02d", c/3600, c/60%60, c%60)
}

// MarshalText writes the clock as [Clock.String] does.
func (c Clock) MarshalText() ([]byte, error) {
	if c < 0 || c > secondsPerDay {
		return nil, &Fault{Path: "clock", Value: strconv.Itoa(int(c)), Reason: "lies outside 00:00 to 24:00"}
	}
	return []byte(c.String()), nil
}

// UnmarshalText reads what [ParseClock] reads.
func (c *Clock) UnmarshalText(text []byte) error {
	v, err := ParseClock(string(text))
	if err != nil {
		return err
	}
	*c = v
	return nil
}
