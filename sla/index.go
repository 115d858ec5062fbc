package sla

import (
	"math"
	"time"
)

// index holds the open spans of some years in one flat list with running
// totals, so that an instant's place and an open second are each one look-up
// in a table and a few steps, however long the span. It is immutable:
// growing makes a new one.
type index struct {
	start, end  int64 // Unix seconds
	first, last int   // the UTC years between them
	total       int64 // open seconds
	spans       []entry
	byTime      []uint16 // for each 2^timeShift seconds, the last entry that starts at or before them
	byWork      []uint16 // for each 2^workShift open seconds, the last entry before them
	timeShift   uint8
	workShift   uint8
	full        bool // it cannot grow
}

// entry is a span of the index: where it starts, in seconds since the
// index's start, and how many open seconds lie before it. The next entry
// tells its length. The first entry is empty and the last one endless, so
// that every search ends.
type entry struct{ start, done uint32 }

const (
	maxIndexYears = 16
	maxIndexSpans = math.MaxUint16 - 2
	// missesToMove is how many calls outside of a full index make it start
	// anew where they are.
	missesToMove = 1024
)

// near returns the index if it holds the instant.
func (c *Calendar) near(unix int64) *index {
	if x := c.index.Load(); x != nil && x.holds(unix) {
		return x
	}
	return nil
}

// holds reports whether the instant lies in the years of the index.
func (x *index) holds(unix int64) bool { return unix >= x.start && unix < x.end }

// count returns how many open nanoseconds lie before the instant, which the
// index must hold; at most 16 years of them.
func (x *index) count(t instant) int64 {
	n, open := x.work(t.unix() - x.start)
	n *= nanosPerSecond
	if open {
		n += t.nano
	}
	return n
}

// spot is where an instant lies in an index, which may have been replaced
// since: the open nanoseconds before it.
type spot struct {
	x    *index // nil: nowhere
	open int64
}

// spot finds an instant in the index, nowhere if that does not hold it.
func (c *Calendar) spot(t instant) spot {
	x := c.near(t.unix())
	if x == nil {
		return spot{}
	}
	return spot{x, x.count(t)}
}

// add returns the Unix second and the nanoseconds after it at which d of open
// time has passed, not ok where the index does not reach, and for no time at
// all.
func (s spot) add(d time.Duration, rollOver bool) (int64, int64, bool) {
	if s.x == nil || d == 0 || d > math.MaxInt64/2 {
		return 0, 0, false
	}
	at := s.open + int64(d)
	n, nano := at/nanosPerSecond, at%nanosPerSecond
	if d > 0 && nano == 0 && !rollOver { // all of second n-1, and nothing yet of second n
		n, nano = n-1, nanosPerSecond
	}
	if at < 0 || n < 0 || n >= s.x.total {
		return 0, 0, false
	}
	return s.x.start + s.x.second(n), nano, true
}

// work returns how many open seconds lie before the instant, in seconds since
// the start of the index, which must hold it; and whether it is open.
func (x *index) work(at int64) (int64, bool) {
	i := int(x.byTime[at>>(x.timeShift&31)]) + 1
	for int64(x.spans[i].start) <= at {
		i++
	}
	e, next := x.spans[i-1], x.spans[i]
	if n := int64(e.done) + at - int64(e.start); n < int64(next.done) {
		return n, true
	}
	return int64(next.done), false
}

// second returns when the n-th open second begins, in seconds since the start
// of the index; n lies in [0, total).
func (x *index) second(n int64) int64 {
	i := int(x.byWork[n>>(x.workShift&31)]) + 1
	for int64(x.spans[i].done) <= n {
		i++
	}
	e := x.spans[i-1]
	return int64(e.start) + n - int64(e.done)
}

// reach lets the index hold the years from first to last, if it may.
func (c *Calendar) reach(first, last int) {
	x := c.index.Load()
	switch {
	case x != nil && first >= x.first && last <= x.last, first <= 1, last >= maxYear, last-first >= maxIndexYears:
		return // the first and the last year are cut
	case x == nil:
		c.startIndex(x, first, last)
		return
	}
	lo, hi := min(first, x.first), max(last, x.last)
	if hi-lo >= maxIndexYears || x.full {
		if c.misses.Add(1)%missesToMove == 0 {
			c.startIndex(x, first, last)
		}
		return
	}
	grown := c.buildIndex(x, lo, hi)
	if grown == nil {
		same := *x
		grown, same.full = &same, true
	}
	c.index.CompareAndSwap(x, grown)
}

// startIndex replaces the index by one for some years, or the last of them;
// or by one that holds no instant, where a year has too many spans.
func (c *Calendar) startIndex(old *index, first, last int) {
	x := c.buildIndex(nil, first, last)
	if x == nil {
		x = c.buildIndex(nil, last, last)
	}
	if x == nil {
		x = &index{first: math.MinInt, last: math.MaxInt}
	}
	c.index.CompareAndSwap(old, x)
}

// buildIndex makes the index of some years, taking over what the old one
// holds. It returns nil where a year has more spans than an index may hold.
func (c *Calendar) buildIndex(old *index, first, last int) *index {
	x := &index{start: yearStart(first), end: yearStart(last + 1), first: first, last: last}
	x.spans = append(make([]entry, 0, old.capacity(last-first+1)), entry{})
	var held span
	add := func(s span) bool {
		if s.start == held.end {
			held.end = s.end
			return true
		}
		x.push(held)
		held = s
		return len(x.spans) < maxIndexSpans
	}
	var hs *holidays
	if c.days != nil {
		hs = c.days.holidays()
	}
	for year := first; year <= last; year++ {
		var ok bool
		if old != nil && year == old.first && old.last <= last {
			ok = old.each(add)
			year = old.last
		} else {
			ok = c.buildWith(hs, year).each(yearStart(year), add)
		}
		if !ok {
			return nil
		}
	}
	x.push(held)
	c.step(len(x.spans))
	x.finish()
	return x
}

// capacity guesses how many entries so many years need.
func (x *index) capacity(years int) int {
	if x == nil {
		return 264*years + 2
	}
	return (len(x.spans)/(x.last-x.first+1)+1)*years + 2
}

// push appends a span in Unix seconds.
func (x *index) push(s span) {
	if s.start < s.end {
		x.spans = append(x.spans, entry{narrow(s.start - x.start), narrow(x.total)})
		x.total += s.end - s.start
	}
}

// narrow holds what 16 years have of seconds.
func narrow(n int64) uint32 {
	if n < 0 || n > math.MaxUint32 {
		panic("sla: more seconds than an index may have")
	}
	return uint32(n)
}

// each yields the spans in Unix seconds.
func (x *index) each(yield func(span) bool) bool {
	for i := 1; i+1 < len(x.spans); i++ {
		start := x.start + int64(x.spans[i].start)
		if !yield(span{start, start + int64(x.spans[i+1].done) - int64(x.spans[i].done)}) {
			return false
		}
	}
	return true
}

// finish closes the list and makes the tables, each with at most as many rows
// as there are spans.
func (x *index) finish() {
	if len(x.spans) < cap(x.spans)*7/8 {
		x.spans = append(make([]entry, 0, len(x.spans)+1), x.spans...)
	}
	rows := len(x.spans)
	x.spans = append(x.spans, entry{math.MaxUint32, narrow(x.total)})
	x.byTime, x.timeShift = table(x.end-x.start, rows, x.spans, func(e entry) uint32 { return e.start })
	x.byWork, x.workShift = table(x.total, rows, x.spans, func(e entry) uint32 { return e.done })
}

// table notes, for each stretch of 2^shift of what key measures, the last
// entry whose key is at or before its start.
func table(length int64, rows int, spans []entry, key func(entry) uint32) ([]uint16, uint8) {
	shift := uint8(10)
	for length>>shift > int64(rows) && shift < 32 {
		shift++
	}
	rowsOf := make([]uint16, length>>shift+1)
	i := uint16(0)
	for row := range rowsOf {
		for int(i)+1 < len(spans)-1 && int64(key(spans[i+1])) <= int64(row)<<shift {
			i++
		}
		rowsOf[row] = i
	}
	return rowsOf, shift
}
