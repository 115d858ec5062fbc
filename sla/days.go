package sla

import (
	"slices"
	"sort"
	"time"
)

// days knows what is open on each date of the wall clock: the week that
// repeats, and the dates that differ from it. It is immutable.
type days struct {
	hours      Hours // normal
	source     HolidaySource
	byStartDay bool       // Options.HolidayByStartDay
	compatible bool       // Options.CompatibleBounds
	dated      []datedDay // what the exceptions say, sorted by day
	week       week
	plain      [7][]span // an ordinary date's open time, by weekday

	// Windows as spans from the midnight of the day on which they start.
	starts    [7][]span // by weekday
	onHoliday []span
	whole     []span // of a whole day
}

// datedDay is what the exceptions of one date say.
type datedDay struct {
	day          int64       // since 1970-01-01
	open, closed []span      // from its midnight
	all          []Exception // an opening is first
}

// newDays compiles normal hours.
func newDays(h Hours, source HolidaySource, opts Options) *days {
	d := &days{
		hours: h, source: source, byStartDay: opts.HolidayByStartDay, compatible: opts.CompatibleBounds,
		onHoliday: spansOf(h.OnHoliday), whole: spansOf([]Window{allDay()}),
	}
	for _, e := range h.Exceptions {
		n := e.Date.unixDay()
		if k := len(d.dated); k == 0 || d.dated[k-1].day != n {
			d.dated = append(d.dated, datedDay{day: n})
		}
		last := &d.dated[len(d.dated)-1]
		if len(e.Open) > 0 {
			last.open = spansOf(e.Open)
		}
		last.closed = union(append(last.closed, spansOf(e.Closed)...))
		last.all = append(last.all, e)
	}
	for wd, ws := range h.Week {
		d.starts[wd] = spansOf(ws)
	}
	var all []span
	for wd := range d.plain {
		d.plain[wd] = union(today(today(nil, d.starts[(wd+6)%7], -secondsPerDay), d.starts[wd], 0))
		monday := int64(wd+6) % 7 * secondsPerDay
		for _, s := range d.plain[wd] {
			all = append(all, span{monday + s.start, monday + s.end})
		}
	}
	d.week = newWeek(union(all))
	return d
}

// spansOf returns windows as spans from the midnight of the day on which they
// start, sorted and apart; they end within the next day.
func spansOf(ws []Window) []span {
	if len(ws) == 0 {
		return nil
	}
	out := make([]span, len(ws))
	for i, w := range ws {
		out[i] = span{int64(w.Start), int64(w.until())}
	}
	return union(out)
}

// today appends what spans, shifted, have within one day.
func today(to, spans []span, shift int64) []span {
	for _, s := range spans {
		if s = (span{max(s.start+shift, 0), min(s.end+shift, secondsPerDay)}); s.start < s.end {
			to = append(to, s)
		}
	}
	return to
}

// coversDay reports whether spans that are apart hold the whole day.
func coversDay(spans []span) bool {
	return slices.ContainsFunc(spans, func(s span) bool { return s.start <= 0 && s.end >= secondsPerDay })
}

// pastMidnight reports whether sorted spans run into the next day.
func pastMidnight(spans []span) bool {
	return len(spans) > 0 && spans[len(spans)-1].end > secondsPerDay
}

// weekdayOf returns the weekday of a day counted since 1970-01-01, a Thursday.
func weekdayOf(day int64) time.Weekday {
	_, wd := divFloor(day+int64(time.Thursday), 7)
	return time.Weekday(wd)
}

// exception returns what the exceptions say of the day, or nil.
func (d *days) exception(day int64) *datedDay {
	i := sort.Search(len(d.dated), func(i int) bool { return d.dated[i].day >= day })
	if i < len(d.dated) && d.dated[i].day == day {
		return &d.dated[i]
	}
	return nil
}

// dayRule is what holds on a day: what starts on it and what closes it, as
// spans from its midnight that may run into the next day.
type dayRule struct{ starts, closed []span }

func (d *days) rule(hs *holidays, day int64) dayRule {
	r := d.ordinary(day)
	e := d.exception(day)
	if e != nil {
		r.closed = e.closed
	}
	if e != nil && len(e.open) > 0 {
		r.starts = e.open
	} else {
		for _, h := range hs.on(day) {
			switch {
			case !h.wholeDay():
				r.closed = union(slices.Concat(r.closed, spansOf(h.Closed)))
			case len(d.onHoliday) > 0:
				r.starts = d.onHoliday
			case len(r.closed) == 0:
				r.closed = d.whole
			default:
				r.closed = union(slices.Concat(r.closed, d.whole))
			}
		}
	}
	if d.byStartDay && coversDay(r.closed) {
		r.starts, r.closed = nil, subtract(r.closed, d.whole)
	}
	return r
}

// content returns the open wall-clock time of one day in seconds since its
// midnight, sorted and apart.
func (d *days) content(hs *holidays, day int64) []span {
	return d.rule(hs, day).after(d.rule(hs, day-1))
}

// after returns the open time of the rule's day, given the rule of its eve.
func (r dayRule) after(eve dayRule) []span {
	if coversDay(r.closed) {
		return nil
	}
	open := union(today(today(nil, eve.starts, -secondsPerDay), r.starts, 0))
	if len(r.closed) == 0 && len(eve.closed) == 0 {
		return open
	}
	return subtract(open, union(today(today(nil, eve.closed, -secondsPerDay), r.closed, 0)))
}

// oddDay is a day whose open time is not that of the ordinary week.
type oddDay struct {
	day  int64
	open []span // as content returns it
}

// odd returns the odd days from first to last, both included, in order. They
// are among the dated ones and, where anything runs past midnight, the
// morrows of these.
func (d *days) odd(hs *holidays, first, last int64) []oddDay {
	var out []oddDay
	var rule dayRule
	known := first - 2 // the day that rule is for
	look := func(day int64, today dayRule) {
		eve := rule
		if known != day-1 {
			eve = d.ordinary(day - 1)
		}
		rule, known = today, day
		if open := today.after(eve); day >= first && !slices.Equal(open, d.plain[weekdayOf(day)]) {
			out = append(out, oddDay{day, open})
		}
	}
	dated := d.datedDays(hs, first-1, last)
	for i, day := range dated {
		look(day, d.rule(hs, day))
		if day == last || i+1 < len(dated) && dated[i+1] == day+1 {
			continue
		}
		if pastMidnight(d.starts[weekdayOf(day)]) || pastMidnight(rule.starts) || pastMidnight(rule.closed) {
			look(day+1, d.ordinary(day+1))
		}
	}
	return out
}

// ordinary returns the rule of a day that is not dated.
func (d *days) ordinary(day int64) dayRule { return dayRule{starts: d.starts[weekdayOf(day)]} }

// datedDays returns the days from first to last, both included, that the
// exceptions or the holidays name, in order. The slice is good until the next
// call.
func (d *days) datedDays(hs *holidays, first, last int64) []int64 {
	found := hs.found[:0]
	i := sort.Search(len(d.dated), func(i int) bool { return d.dated[i].day >= first })
	for ; i < len(d.dated) && d.dated[i].day <= last; i++ {
		found = append(found, d.dated[i].day)
	}
	if d.source != nil {
		from := max(firstDatedYear, yearOf(first*secondsPerDay))
		for y := from; y <= min(lastDatedYear, yearOf(last*secondsPerDay)); y++ {
			for _, day := range hs.year(y).days {
				if day >= first && day <= last {
					found = append(found, day)
				}
			}
		}
	}
	slices.Sort(found)
	hs.found = slices.Compact(found)
	return hs.found
}

// suspects returns the days from first to last, both included, that are dated
// or lie next to one that is.
func (d *days) suspects(hs *holidays, first, last int64) []int64 {
	dated := d.datedDays(hs, first-1, last+1)
	out := make([]int64, 0, 3*len(dated))
	next := first
	for _, day := range dated {
		for next = max(next, day-1); next <= min(day+1, last); next++ {
			out = append(out, next)
		}
	}
	return out
}
