package sla

import (
	"sync/atomic"
	"time"
	"unsafe"
)

// Meter makes the calendar count the steps of what it and its parts do.
func Meter(c *Calendar) *atomic.Int64 {
	c.meter = new(atomic.Int64)
	for leaf := range c.leaves() {
		leaf.meter = c.meter
	}
	return c.meter
}

// FarCalendar answers by the pages alone.
type FarCalendar struct{ c *Calendar }

// Far returns the calendar without its index.
func Far(c *Calendar) FarCalendar { return FarCalendar{c} }

func (f FarCalendar) Add(t time.Time, d time.Duration) (time.Time, error) { return f.c.addBeyond(t, d) }

func (f FarCalendar) Between(a, b time.Time) time.Duration { return f.c.betweenFar(a, b) }

// BuildIndex makes the index of some years anew.
func BuildIndex(c *Calendar, first, last int) { c.index.Store(c.buildIndex(nil, first, last)) }

// IndexBytes returns the size of the index.
func IndexBytes(c *Calendar) int {
	x := c.index.Load()
	return int(unsafe.Sizeof(*x)) + cap(x.spans)*int(unsafe.Sizeof(entry{})) + 2*cap(x.byTime) + 2*cap(x.byWork)
}

// Normal returns the hours as the calendar holds them.
func Normal(c *Calendar) Hours { return c.days.hours }

// IndexYears returns the first and the last year of the index, and how many
// spans it holds.
func IndexYears(c *Calendar) (int, int, int) {
	x := c.index.Load()
	if x == nil {
		return 0, -1, 0
	}
	return x.first, x.last, len(x.spans)
}

// YearTotal returns the open seconds of a year by a page of its own, and as
// the calendar remembers them.
func YearTotal(c *Calendar, year int) (int64, int64) {
	var hs *holidays
	return c.build(year).total, c.total(&hs, year)
}

// Segments returns into how many segments of one offset the time between two
// Unix seconds is cut.
func Segments(loc *time.Location, from, to int64) int { return len(segments(loc, from, to)) }
