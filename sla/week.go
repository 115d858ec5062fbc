package sla

import (
	"cmp"
	"slices"
	"sort"
)

// span is a stretch of seconds, half-open: Unix seconds where it lies in
// time, else seconds on a wall clock since some midnight.
type span struct{ start, end int64 }

// union returns the spans sorted, with those that touch or overlap made one.
func union(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// subtract returns what is left of the sorted open spans without the sorted
// closed ones.
func subtract(open, closed []span) []span {
	if len(closed) == 0 {
		return open
	}
	var out []span
	for _, o := range open {
		for len(closed) > 0 && closed[0].end <= o.start {
			closed = closed[1:]
		}
		for _, c := range closed {
			if c.start >= o.end {
				break
			}
			if c.start > o.start {
				out = append(out, span{o.start, c.start})
			}
			o.start = c.end
		}
		if o.start < o.end {
			out = append(out, o)
		}
	}
	return out
}

const (
	secondsPerWeek = 7 * secondsPerDay
	// firstMonday is a Monday's midnight, from which weeks are counted.
	firstMonday = -3 * secondsPerDay // 1969-12-29
)

// week is the open time of the week that repeats: spans of wall-clock seconds
// since Monday's midnight, sorted and apart, with running totals. It counts
// on an endless wall clock whose zero is 1970-01-01 00:00.
type week struct {
	spans []span
	done  []int64 // done[i] is the length of all spans before i; one longer than spans
}

func newWeek(spans []span) week {
	w := week{spans: spans, done: make([]int64, len(spans)+1)}
	for i, s := range spans {
		w.done[i+1] = w.done[i] + s.end - s.start
	}
	return w
}

// total returns the open seconds of a week.
func (w *week) total() int64 { return w.done[len(w.spans)] }

// work counts open seconds from the zero of weeks to the wall second, which
// may lie before it.
func (w *week) work(wall int64) int64 {
	n, _ := w.state(wall)
	return n
}

// state returns what work does, and whether the wall second is open.
func (w *week) state(wall int64) (int64, bool) {
	n, rest := divFloor(wall-firstMonday, secondsPerWeek)
	lo, hi := 0, len(w.spans) // the first span that starts after rest is one of [lo, hi]
	for lo < hi {
		if mid := (lo + hi) / 2; w.spans[mid].start <= rest {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	done := n*w.total() + w.done[lo]
	if lo > 0 && rest < w.spans[lo-1].end {
		return done - (w.spans[lo-1].end - rest), true
	}
	return done, false
}

// second is the inverse of work: the wall second that is the n-th open one.
// The week must not be empty.
func (w *week) second(n int64) int64 {
	weeks, rest := divFloor(n, w.total())
	lo, hi := 0, len(w.spans)-1 // the span that holds rest is one of [lo, hi]
	for lo < hi {
		if mid := (lo + hi) / 2; w.done[mid+1] <= rest {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return firstMonday + weeks*secondsPerWeek + w.spans[lo].start + rest - w.done[lo]
}

// each yields the open spans between two wall seconds, cut to them, until
// yield returns false; it reports whether it never did.
func (w *week) each(from, to int64, yield func(span) bool) bool {
	if len(w.spans) == 0 {
		return true
	}
	n, rest := divFloor(from-firstMonday, secondsPerWeek)
	i := sort.Search(len(w.spans), func(i int) bool { return w.spans[i].end > rest })
	for monday := firstMonday + n*secondsPerWeek; ; monday += secondsPerWeek {
		for ; i < len(w.spans); i++ {
			s := span{max(from, monday+w.spans[i].start), min(to, monday+w.spans[i].end)}
			if monday+w.spans[i].start >= to {
				return true
			}
			if !yield(s) {
				return false
			}
		}
		i = 0
	}
}

// divFloor divides rounding down, and returns the rest, which is never
// negative.
func divFloor(a, b int64) (int64, int64) {
	q := floorDiv(a, b)
	return q, a - q*b
}
