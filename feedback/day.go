package feedback

import (
	"fmt"
	"sort"
	"time"
)

// Day is a civil day of the Gregorian calendar, as days since 1970-01-01. It has
// no zone: days of shops in different zones compare by their dates.
type Day int32

// The days that have a date like "2006-01-02".
const (
	minDay = -719_162  // 0001-01-01
	maxDay = 2_932_896 // 9999-12-31
)

// DayOf returns the civil day of an instant in a zone. Where a clock is set back
// over midnight, the day that has begun goes on: days follow each other without
// overlap, and [Day.Bounds] of the result always hold the instant.
func DayOf(t time.Time, zone *time.Location) Day {
	local := t.In(zone)
	_, offset := local.Zone()
	day := floorDiv(t.Unix()+int64(offset), secondsPerDay)
	if start, _ := local.ZoneBounds(); !start.IsZero() {
		before := start.Unix() - 1
		_, offset = time.Unix(before, 0).In(zone).Zone()
		day = max(day, floorDiv(before+int64(offset), secondsPerDay))
	}
	return Day(min(max(day, minDay), maxDay))
}

// ParseDay reads "2006-01-02".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 {
		return 0, &Fault{Path: "day", Value: cut(s), Reason: `is not a date like "2026-11-23"`}
	}
	return dayOfDate(t.Date()), nil
}

func dayOfDate(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay) //nolint:gosec // dates are of four-digit years
}

// noon is the day in UTC, for its date.
func (d Day) noon() time.Time {
	return time.Unix(int64(d)*secondsPerDay+secondsPerDay/2, 0).UTC()
}

// Date returns year, month and day of the month.
func (d Day) Date() (int, time.Month, int) { return d.noon().Date() }

// String returns "2006-01-02".
func (d Day) String() string { return d.noon().Format(time.DateOnly) }

// MarshalText writes the day as [Day.String] does.
func (d Day) MarshalText() ([]byte, error) {
	if d < minDay || d > maxDay {
		return nil, &Fault{Path: "day", Value: d.String(), Reason: "is not in the years 1 to 9999"}
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [ParseDay] reads.
func (d *Day) UnmarshalText(text []byte) error {
	v, err := ParseDay(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}

// Bounds returns the day as instants, half-open. A day has 23 or 25 hours where
// the zone's clock is set, and none where a zone has left it out.
func (d Day) Bounds(zone *time.Location) (time.Time, time.Time) {
	return d.start(zone), (d + 1).start(zone)
}

// start returns the first instant at which the zone's clock shows the day, or a
// later one where midnight is left out. The clock is followed over stretches of
// one offset from well before on, as time.Date is not exact there.
func (d Day) start(zone *time.Location) time.Time {
	midnight := int64(d) * secondsPerDay
	at := midnight - secondsPerDay - 4*3600
	for {
		local := time.Unix(at, 0).In(zone)
		_, offset := local.Zone()
		_, end := local.ZoneBounds()
		instant := max(midnight-int64(offset), at)
		if end.IsZero() || instant < end.Unix() {
			return time.Unix(instant, 0).UTC()
		}
		if end.Unix() > at {
			at = end.Unix()
			continue
		}
		// On 31 December of leap years beyond a zone's table ZoneBounds of Go
		// 1.26 takes the year to have ended.
		at += 1 + int64(sort.Search(secondsPerDay, func(i int) bool {
			_, o := time.Unix(at+1+int64(i), 0).In(zone).Zone()
			return o != offset
		}))
	}
}

// Unit is what days are put together to.
type Unit string

// The units. Weeks are those of ISO 8601: they begin on Monday, and belong to
// the year that holds their Thursday.
const (
	UnitDay     Unit = "day"
	UnitWeek    Unit = "week"
	UnitMonth   Unit = "month"
	UnitQuarter Unit = "quarter"
	UnitYear    Unit = "year"
)

// Bucket is a day, week, month, quarter or year of the calendar. Buckets of one
// unit are comparable with ==.
type Bucket struct {
	Unit Unit `json:"unit"`
	From Day  `json:"from"`
	Next Day  `json:"next"` // the first day after it
}

// Of returns the bucket that holds the day. A unit that is not known is a
// [Fault].
func (u Unit) Of(d Day) (Bucket, error) {
	year, month, _ := d.Date()
	b := Bucket{Unit: u}
	switch u {
	case UnitDay:
		b.From, b.Next = d, d+1
	case UnitWeek:
		b.From = d - Day((int(d.noon().Weekday())+6)%7)
		b.Next = b.From + 7
	case UnitMonth:
		b.From, b.Next = dayOfDate(year, month, 1), dayOfDate(year, month+1, 1)
	case UnitQuarter:
		first := month - (month-1)%3
		b.From, b.Next = dayOfDate(year, first, 1), dayOfDate(year, first+3, 1)
	case UnitYear:
		b.From, b.Next = dayOfDate(year, 1, 1), dayOfDate(year+1, 1, 1)
	default:
		return Bucket{}, &Fault{Path: "unit", Value: string(u), Reason: "is none of day, week, month, quarter, year"}
	}
	return b, nil
}

// Has reports whether the day lies in the bucket.
func (b Bucket) Has(d Day) bool { return b.From <= d && d < b.Next }

// Bounds returns the bucket as instants in a zone, half-open.
func (b Bucket) Bounds(zone *time.Location) (time.Time, time.Time) {
	return b.From.start(zone), b.Next.start(zone)
}

// String returns "2026-11-26", "2026-W48", "2026-11", "2026-Q4" or "2026".
func (b Bucket) String() string {
	year, month, _ := b.From.Date()
	switch b.Unit {
	case UnitDay:
	case UnitWeek:
		isoYear, week := b.From.noon().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", isoYear, week)
	case UnitMonth:
		return fmt.Sprintf("%04d-%02d", year, month)
	case UnitQuarter:
		return fmt.Sprintf("%04d-Q%d", year, (month+2)/3)
	case UnitYear:
		return fmt.Sprintf("%04d", year)
	}
	return b.From.String()
}
