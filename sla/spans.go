package sla

import (
	"iter"
	"time"
)

// Span is a stretch of time, half-open: Start is inside, End is not.
type Span struct{ Start, End time.Time }

// Duration returns the elapsed time between the bounds.
func (s Span) Duration() time.Duration { return s.End.Sub(s.Start) }

// Spans yields the working time from one instant to another in order, cut to
// them; spans that touch come as one.
func (c *Calendar) Spans(from, to time.Time) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		first, last := max(from.Unix(), minUnix), min(to.Unix(), maxUnix-1)
		for s := range c.openSpans(span{first, last + 1}) {
			out := Span{c.at(s.start, 0), c.at(s.end, 0)}
			if s.start == first && first == from.Unix() {
				out.Start = c.at(first, int64(from.Nanosecond()))
			}
			if s.end > last && last == to.Unix() {
				out.End = c.at(last, int64(to.Nanosecond()))
			}
			if out.Start.Before(out.End) && !yield(out) {
				return
			}
		}
	}
}

// openSpans yields the open spans of a stretch of Unix seconds, cut to it and
// apart from each other.
func (c *Calendar) openSpans(r span) iter.Seq[span] {
	return func(yield func(span) bool) {
		if r.start >= r.end {
			return
		}
		var held span // not yielded yet: the next may touch it
		more := true
		add := func(s span) bool {
			s = span{max(s.start, r.start), min(s.end, r.end)}
			switch {
			case s.start >= s.end:
				return s.start < r.end
			case s.start == held.end:
				held.end = s.end
				return true
			case held.start < held.end:
				more = yield(held)
			}
			held = s
			return more
		}
		var hs *holidays
		for year := yearOf(r.start); year <= yearOf(r.end-1); year++ {
			if c.never(year) {
				if year > lastUnlike {
					break
				}
				year = c.cache().first
			}
			if c.total(&hs, year) > 0 && !c.page(year).each(yearStart(year), add) {
				break
			}
		}
		if more && held.start < held.end {
			yield(held)
		}
	}
}
