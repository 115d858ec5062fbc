package sla_test

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// oracle answers from the configuration alone, the slow way: it asks the time
// package what the wall clock reads, and the windows whether that is open, at
// every instant at which the answer may change. It shares no code with the
// calendar.
type oracle struct {
	cfg sla.CalendarConfig
	loc *time.Location
}

func newOracle(cfg sla.CalendarConfig) oracle {
	loc, err := time.LoadLocation(cfg.Zone)
	if err != nil {
		panic(err)
	}
	return oracle{cfg, loc}
}

// holidaysOn returns the holidays of a date.
func (o oracle) holidaysOn(d sla.Date) []sla.Holiday {
	if o.cfg.Holidays == nil || d.Year < 1900 || d.Year > 2199 {
		return nil
	}
	var on []sla.Holiday
	for _, h := range o.cfg.Holidays.Holidays(d.Year) {
		if h.Date == d {
			on = append(on, h)
		}
	}
	return on
}

func covers(ws []sla.Window, clock int, tail bool) bool {
	for _, w := range ws {
		start, end := int(w.Start), int(w.End)
		overnight := end < start
		switch {
		case tail && overnight && clock < end:
			return true
		case !tail && overnight && clock >= start:
			return true
		case !tail && !overnight && clock >= start && clock < end:
			return true
		}
	}
	return false
}

// wholeDay reports whether windows that start on a date close all of it.
func wholeDay(ws []sla.Window) bool {
	for clock := 0; clock < 86400; {
		next := clock
		for _, w := range ws {
			end := int(w.End)
			if w.End < w.Start {
				end = 86400
			}
			if int(w.Start) <= clock {
				next = max(next, end)
			}
		}
		if next == clock {
			return false
		}
		clock = next
	}
	return true
}

// tails returns what windows leave for the next day, as windows that do no
// more than that.
func tails(ws []sla.Window) []sla.Window {
	var out []sla.Window
	for _, w := range ws {
		if w.End < w.Start && w.End > 0 {
			out = append(out, sla.Window{Start: 86399, End: w.End})
		}
	}
	return out
}

// dayRules returns the windows that start on a date and those that close it.
func (o oracle) dayRules(d sla.Date) ([]sla.Window, []sla.Window) {
	var closed []sla.Window
	starts := o.cfg.Hours.Week[d.Weekday()]
	opened := false
	for _, e := range o.cfg.Hours.Exceptions {
		if e.Date != d {
			continue
		}
		if len(e.Open) > 0 {
			starts, opened = e.Open, true
		}
		closed = append(closed, e.Closed...)
		if len(e.Open) == 0 && len(e.Closed) == 0 {
			closed = append(closed, sla.Window{Start: 0, End: 86400})
		}
	}
	if !opened {
		for _, h := range o.holidaysOn(d) {
			switch {
			case len(h.Closed) > 0 && !wholeDay(h.Closed):
				closed = append(closed, h.Closed...)
			case len(o.cfg.Hours.OnHoliday) > 0:
				starts = o.cfg.Hours.OnHoliday
			default:
				closed = append(closed, sla.Window{Start: 0, End: 86400})
			}
		}
	}
	if o.cfg.Options.HolidayByStartDay && wholeDay(closed) {
		return nil, tails(closed)
	}
	return starts, closed
}

// wallOpen reports whether a reading of the wall clock is open.
func (o oracle) wallOpen(d sla.Date, clock int) bool {
	starts, closed := o.dayRules(d)
	before, closedBefore := o.dayRules(d.AddDays(-1))
	return (covers(starts, clock, false) || covers(before, clock, true)) &&
		!covers(closed, clock, false) && !covers(closedBefore, clock, true)
}

func (o oracle) open(unix int64) bool {
	t := time.Unix(unix, 0).In(o.loc)
	y, m, d := t.Date()
	return o.wallOpen(sla.Date{Year: y, Month: m, Day: d}, t.Hour()*3600+t.Minute()*60+t.Second())
}

func (o oracle) offset(unix int64) int64 {
	_, off := time.Unix(unix, 0).In(o.loc).Zone()
	return int64(off)
}

// changes returns the instants in (from, to] at which the offset is another
// than a second before. It looks every hour, and then halves.
func (o oracle) changes(from, to int64) []int64 {
	var out []int64
	for at := from; at < to; at += 3600 {
		lo, hi := at, min(at+3600, to)
		if o.offset(lo) == o.offset(hi) {
			continue
		}
		for hi-lo > 1 {
			if mid := (lo + hi) / 2; o.offset(mid) == o.offset(lo) {
				lo = mid
			} else {
				hi = mid
			}
		}
		out = append(out, hi)
	}
	return out
}

type stretch struct{ from, to int64 }

// spans returns the open stretches of [from, to).
func (o oracle) spans(from, to int64) []stretch {
	if o.cfg.Options.CompatibleBounds {
		return o.mappedSpans(from, to)
	}
	points := append(o.changes(from, to), from)
	offsets := map[int64]bool{o.offset(from): true}
	for _, p := range points {
		offsets[o.offset(p)] = true
	}
	const day = 86400
	for n := (from-2*day)/day - 1; n*day < to+2*day; n++ {
		for _, clock := range o.bounds(n) {
			for off := range offsets {
				if at := n*day + clock - off; at > from && at < to {
					points = append(points, at)
				}
			}
		}
	}
	slices.Sort(points)
	points = append(slices.Compact(points), to)
	var out []stretch
	for i, at := range points[:len(points)-1] {
		if end := points[i+1]; end > at && o.open(at) {
			out = appendStretch(out, stretch{at, end})
		}
	}
	return out
}

// bounds returns the seconds of a day, counted since 1970-01-01, at which
// something may open or close.
func (o oracle) bounds(n int64) []int64 {
	d := sla.DateOf(time.Unix(n*86400, 0), time.UTC)
	var out []int64
	for _, back := range []int{0, -1} {
		starts, closed := o.dayRules(d.AddDays(back))
		for _, w := range append(slices.Clone(starts), closed...) {
			out = append(out, int64(w.Start), int64(w.End))
		}
	}
	return append(out, 0)
}

func appendStretch(out []stretch, s stretch) []stretch {
	if n := len(out); n > 0 && out[n-1].to >= s.from {
		out[n-1].to = max(out[n-1].to, s.to)
		return out
	}
	return append(out, s)
}

// mappedSpans does so for Options.CompatibleBounds: the longest open runs of
// the wall clock, with their bounds mapped.
func (o oracle) mappedSpans(from, to int64) []stretch {
	const day = 86400
	first, last := (from-3*day)/day-1, (to+3*day)/day+1
	changes := o.changes(from-6*day, to+6*day)
	var runs, out []stretch
	for n := first; n <= last; n++ {
		d := sla.DateOf(time.Unix(n*day, 0), time.UTC)
		points := append(o.bounds(n), day)
		slices.Sort(points)
		points = slices.Compact(points)
		for i, clock := range points[:len(points)-1] {
			if o.wallOpen(d, int(clock)) {
				runs = appendStretch(runs, stretch{n*day + clock, n*day + points[i+1]})
			}
		}
	}
	for _, r := range runs {
		if m := (stretch{o.instant(changes, r.from), o.instant(changes, r.to)}); m.from < m.to {
			out = append(out, stretch{max(m.from, from), min(m.to, to)})
		}
	}
	slices.SortFunc(out, func(a, b stretch) int { return int(a.from - b.from) })
	var merged []stretch
	for _, s := range out {
		if s.from < s.to {
			merged = appendStretch(merged, s)
		}
	}
	return merged
}

// instant maps a second of the wall clock: the first that reads it, else
// past the gap by as much as the second lies in it.
func (o oracle) instant(changes []int64, wall int64) int64 {
	begin := wall - 3*86400
	for _, c := range append(slices.Clone(changes), wall+3*86400) {
		if c <= begin {
			continue
		}
		off := o.offset(c - 1)
		if at := wall - off; at < c {
			if at >= begin {
				return at
			}
			return begin + wall - (begin + o.offset(begin-1))
		}
		begin = c
	}
	panic("no instant")
}

// between counts the working time from a to b, where a is not after b.
func (o oracle) between(a, b time.Time) time.Duration {
	var sum time.Duration
	for _, s := range o.spans(a.Unix(), b.Unix()+1) {
		from, to := time.Unix(s.from, 0), time.Unix(s.to, 0)
		if from.Before(a) {
			from = a
		}
		if to.After(b) {
			to = b
		}
		if to.After(from) {
			sum += to.Sub(from)
		}
	}
	return sum
}

// add walks forward or back through at most the given time and returns the
// instant, or false where it does not find it.
func (o oracle) add(t time.Time, d, reach time.Duration) (time.Time, bool) {
	if d == 0 {
		return t, true
	}
	if d > 0 {
		spans := o.spans(t.Unix(), t.Add(reach).Unix())
		for i, s := range spans {
			from, to := time.Unix(s.from, 0), time.Unix(s.to, 0)
			if from.Before(t) {
				from = t
			}
			if to.Sub(from) < d {
				d -= max(0, to.Sub(from))
				continue
			}
			if end := from.Add(d); !o.cfg.Options.RollToNextOpening || end.Before(to) {
				return end, true
			}
			if i+1 < len(spans) {
				return time.Unix(spans[i+1].from, 0), true
			}
			return time.Time{}, false
		}
		return time.Time{}, false
	}
	spans := o.spans(t.Add(-reach).Unix(), t.Unix()+1)
	for _, s := range slices.Backward(spans) {
		from, to := time.Unix(s.from, 0), time.Unix(s.to, 0)
		if to.After(t) {
			to = t
		}
		if to.Sub(from) < -d {
			d += max(0, to.Sub(from))
			continue
		}
		return to.Add(d), true
	}
	return time.Time{}, false
}

func (o oracle) nextOpen(t time.Time, reach time.Duration) (time.Time, bool) {
	for _, s := range o.spans(t.Unix(), t.Add(reach).Unix()) {
		if from := time.Unix(s.from, 0); from.After(t) {
			return from, true
		}
		if time.Unix(s.to, 0).After(t) {
			return t, true
		}
	}
	return time.Time{}, false
}

func (o oracle) prevOpen(t time.Time, reach time.Duration) (time.Time, bool) {
	spans := o.spans(t.Add(-reach).Unix(), t.Unix()+1)
	for _, s := range slices.Backward(spans) {
		if to := time.Unix(s.to, 0); !to.After(t) {
			return to, true
		}
		if time.Unix(s.from, 0).Before(t) {
			return t, true
		}
	}
	return time.Time{}, false
}
