package shift

import (
	"time"
)

// Shift is one turn of a rotation, half-open.
type Shift struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Member string    `json:"member"`
	Index  int       `json:"index"` // from 0, the first
}

// Shifts returns the shifts of a rotation between two instants, cut to them;
// none before its start. The error is [Faults].
func (r Rotation) Shifts(zone *time.Location, from, to time.Time) ([]Shift, error) {
	var c check
	c.rotation("rotation", r)
	c.span(from, to)
	if err := c.err(); err != nil {
		return nil, err
	}
	var all []Shift
	for k := max(0, r.at(zone, from)); ; k++ {
		start, end := r.begins(zone, k), r.begins(zone, k+1)
		if !start.Before(to) {
			return all, nil
		}
		s := Shift{later(start, from), earlier(end, to), r.member(k), k}
		if s.From.Before(s.To) {
			all = append(all, s)
		}
	}
}

func (r Rotation) member(k int) string { return r.Members[k%len(r.Members)] }

// begins returns when shift k begins.
func (r Rotation) begins(zone *time.Location, k int) time.Time {
	if r.Unit == Month {
		return wall(zone, readingOf(r.Start.Date.AddMonths(k*r.Length), r.Start.Clock))
	}
	return wall(zone, readingOf(r.Start.Date, r.Start.Clock)+reading(k)*r.seconds())
}

// seconds is how long a shift is on the wall clock, months apart.
func (r Rotation) seconds() reading {
	unit := reading(secondsPerHour)
	switch r.Unit {
	case Day:
		unit = secondsPerDay
	case Week:
		unit = 7 * secondsPerDay
	case Hour, Month:
	}
	return unit * reading(r.Length)
}

// at returns the index of the shift at an instant, below 0 before the first:
// an estimate from what the clock shows, put right by the bounds.
func (r Rotation) at(zone *time.Location, t time.Time) int {
	var k int
	if r.Unit == Month {
		local := t.In(zone)
		months := (local.Year()-r.Start.Date.Year)*12 + int(local.Month()-r.Start.Date.Month)
		k = months / r.Length
	} else {
		k = int((readingAt(zone, t) - readingOf(r.Start.Date, r.Start.Clock)) / r.seconds())
	}
	for !t.Before(r.begins(zone, k+1)) {
		k++
	}
	for t.Before(r.begins(zone, k)) {
		k--
	}
	return k
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
