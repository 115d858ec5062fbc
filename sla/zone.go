package sla

import (
	"sort"
	"time"
)

// segment is a stretch of time in which the zone's clock runs at one offset
// from UTC. Bounds are Unix seconds, half-open; offset is seconds east.
type segment struct{ start, end, offset int64 }

// segmentAt returns the segment that holds the instant, or the part of it
// that the time package knows.
func segmentAt(loc *time.Location, unix int64) segment {
	t := time.Unix(unix, 0).In(loc)
	start, end := t.ZoneBounds()
	s := segment{start: minUnix, end: maxUnix, offset: offsetAt(loc, unix)}
	if !start.IsZero() {
		s.start = max(s.start, start.Unix())
	}
	if !end.IsZero() {
		s.end = min(s.end, end.Unix())
	}
	if s.end <= unix {
		s.end = offsetEnd(loc, unix)
	}
	return s
}

func offsetAt(loc *time.Location, unix int64) int64 {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return int64(offset)
}

// offsetEnd finds where the offset changes within a day, or the end of that
// day. It stands in for ZoneBounds on 31 December of leap years beyond the
// table of a zone: there ZoneBounds of Go 1.26 takes the year to have ended.
func offsetEnd(loc *time.Location, unix int64) int64 {
	offset := offsetAt(loc, unix)
	n := sort.Search(secondsPerDay, func(i int) bool { return offsetAt(loc, unix+1+int64(i)) != offset })
	return unix + 1 + int64(n)
}

// segments returns the segments from one instant to another, cut to them.
// Neighbours may share an offset.
func segments(loc *time.Location, from, to int64) []segment {
	all := make([]segment, 0, 4)
	for at := from; at < to; {
		s := segmentAt(loc, at)
		s.start, s.end = at, min(s.end, to)
		all = append(all, s)
		at = s.end
	}
	return all
}

// Instants are looked at between the years 0 and 10000, a day beyond what any
// zone can show as the years 1 to 9999.
const (
	minUnix = -62167219200 // 0000-01-01T00:00:00Z
	maxUnix = 253433923200 // 10001-01-01T00:00:00Z
)

// yearStart returns the first instant of a year in UTC; the year must not be
// negative.
func yearStart(year int) int64 {
	if year == 0 {
		return minUnix
	}
	y := int64(year) - 1
	return minWall + (365*y+y/4-y/100+y/400)*secondsPerDay
}

// The first and the last day of the dated years, since 1970-01-01.
const (
	firstDatedDay = -25567
	lastDatedDay  = 84005
)

// yearOf returns the year of an instant in UTC.
func yearOf(unix int64) int { return time.Unix(unix, 0).UTC().Year() }

// firstChange returns the first instant at which the zone's offset may have
// changed, or minUnix where it has no first.
func firstChange(loc *time.Location) int64 {
	at := yearStart(firstDatedYear)
	for range 64 { // no zone changed so often before 1900
		s := segmentAt(loc, at-1)
		if s.start == minUnix {
			return at
		}
		at = s.start
	}
	return minUnix
}
