package shift

import (
	"math"
	"sort"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

const (
	secondsPerHour = 60 * 60
	secondsPerDay  = 24 * secondsPerHour
)

// reading is what a wall clock shows, as seconds since 1970 began on it.
type reading int64

func readingOf(d sla.Date, c sla.Clock) reading {
	return reading(epoch().DaysUntil(d)*secondsPerDay) + reading(c)
}

func epoch() sla.Date { return sla.Date{Year: 1970, Month: time.January, Day: 1} }

// readingAt returns what the clock shows at an instant.
func readingAt(loc *time.Location, t time.Time) reading {
	_, offset := t.In(loc).Zone()
	return reading(t.Unix() + int64(offset))
}

// wall returns the first instant at which the clock has reached a reading: the
// first of two, and where the clock skips it the first instant after. It asks
// for the offsets around, for [time.Date] leaves open which it takes.
func wall(loc *time.Location, r reading) time.Time {
	for at := int64(r) - 2*secondsPerDay; ; {
		offset, end := offsetAt(loc, at)
		if end == math.MaxInt64 || int64(r) < end+offset {
			return time.Unix(max(at, int64(r)-offset), 0).UTC()
		}
		at = end
	}
}

// offsetAt returns the offset in seconds at an instant and when it ends.
func offsetAt(loc *time.Location, unix int64) (int64, int64) {
	t := time.Unix(unix, 0).In(loc)
	_, offset := t.Zone()
	_, end := t.ZoneBounds()
	switch {
	case end.IsZero():
		return int64(offset), math.MaxInt64
	case end.Unix() > unix:
		return int64(offset), end.Unix()
	}
	// On 31 December of leap years beyond the table of a zone, ZoneBounds of Go
	// 1.26 takes the year to have ended.
	n := sort.Search(secondsPerDay, func(i int) bool {
		_, other := time.Unix(unix+1+int64(i), 0).In(loc).Zone()
		return other != offset
	})
	return int64(offset), unix + 1 + int64(n)
}
