package sla

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Trace says how [Calendar.Add] came to its answer: every span of working
// time that it used and every closure that it passed, without a gap between
// them. The work of its steps sums to the duration exactly.
type Trace struct {
	From  time.Time     `json:"from"`
	Asked time.Duration `json:"asked"` // in nanoseconds; negative: backward
	To    time.Time     `json:"to"`    // what Add returns
	Steps []Step        `json:"steps"` // in order of time, from the earlier of From and To to the later
}

// Step is a stretch of a [Trace] that is open throughout, or closed
// throughout for one reason.
type Step struct {
	Start  time.Time     `json:"start"`
	End    time.Time     `json:"end"`
	Open   bool          `json:"open"`
	Work   time.Duration `json:"work"` // in nanoseconds, 0 where closed
	Reason Reason        `json:"reason"`
	Name   Text          `json:"name,omitzero"` // the holiday's name, or the exception's label
}

// Reason says what made a [Step] open or closed.
type Reason string

// The reasons of a step.
const (
	ByHours     Reason = "hours"     // the hours of the week
	ByHoliday   Reason = "holiday"   // a public holiday, closed or with its own hours
	ByException Reason = "exception" // an exception of the calendar for the date
)

// What a trace may hold at most.
const (
	maxTraceDays  = maxIndexYears * 366
	maxTraceSteps = 50_000
)

// cause is a stretch of seconds and what made it open or closed.
type cause struct {
	span
	open   bool
	reason Reason
	name   Text
}

// ExplainAdd returns what [Calendar.Add] does, and how it came to it. A trace
// covers at most 16 years and 50,000 steps: a longer one is [ErrOutOfRange].
// Other errors are those of Add.
func (c *Calendar) ExplainAdd(t time.Time, d time.Duration) (Trace, error) {
	end, err := c.Add(t, d)
	if err != nil {
		return Trace{}, err
	}
	tr := Trace{From: c.at(t.Unix(), int64(t.Nanosecond())), Asked: d, To: end}
	first, last := tr.From, tr.To
	if d < 0 {
		first, last = last, first
	}
	if last.Unix()-first.Unix() > maxTraceDays*secondsPerDay {
		return Trace{}, fmt.Errorf("sla: a trace of more than 16 years: %w", ErrOutOfRange)
	}
	for s := range c.causes(span{first.Unix(), last.Unix() + 1}) {
		if len(tr.Steps) == maxTraceSteps {
			return Trace{}, fmt.Errorf("sla: a trace of more than %d steps: %w", maxTraceSteps, ErrOutOfRange)
		}
		tr.Steps = c.addStep(tr.Steps, s, first, last)
	}
	return tr, nil
}

// addStep appends a step, cut to the bounds of the trace, or makes the last
// one longer.
func (c *Calendar) addStep(steps []Step, s cause, first, last time.Time) []Step {
	step := Step{Start: c.at(s.start, 0), End: c.at(s.end, 0), Open: s.open, Reason: s.reason, Name: s.name}
	if step.Start.Before(first) {
		step.Start = first
	}
	if step.End.After(last) {
		step.End = last
	}
	if !step.Start.Before(step.End) {
		return steps
	}
	if n := len(steps); n > 0 {
		before := &steps[n-1]
		if before.Open == step.Open && before.Reason == step.Reason && before.Name == step.Name {
			before.End = step.End
			before.Work = before.work()
			return steps
		}
	}
	step.Work = step.work()
	return append(steps, step)
}

func (s Step) work() time.Duration {
	if !s.Open {
		return 0
	}
	return s.End.Sub(s.Start)
}

// causes yields what makes each part of a span open or closed, in order and
// without gaps; neighbours may be alike.
func (c *Calendar) causes(r span) iter.Seq[cause] {
	return func(yield func(cause) bool) {
		var w whyer
		at := r.start
		for s := range c.openSpans(r) {
			if !c.why(&w, span{at, s.start}, false, yield) || !c.why(&w, s, true, yield) {
				return
			}
			at = s.end
		}
		c.why(&w, span{at, r.end}, false, yield)
	}
}

// whyer remembers the holidays of each part of a calendar.
type whyer struct{ known map[*days]*holidays }

func (w *whyer) holidays(d *days) *holidays {
	hs, ok := w.known[d]
	if !ok {
		if w.known == nil {
			w.known = map[*days]*holidays{}
		}
		hs = d.holidays()
		w.known[d] = hs
	}
	return hs
}

// why yields the causes of a span that is open or closed throughout.
func (c *Calendar) why(w *whyer, r span, open bool, yield func(cause) bool) bool {
	switch {
	case r.start >= r.end:
		return true
	case c.parts != nil:
		return c.parts.why(w, r, open, yield)
	default:
		return c.days.why(w.holidays(c.days), c.loc, r, open, yield)
	}
}

// why names, for a closed span, the first part that is closed, or any of a
// union; for an open one the first part that is open.
func (cb *combination) why(w *whyer, r span, open bool, yield func(cause) bool) bool {
	if cb.all == open || len(cb.calendars) == 1 {
		return cb.calendars[0].why(w, r, open, yield)
	}
	// Cut the span where the first part changes; what it does not explain is
	// left to the others.
	rest := combination{calendars: cb.calendars[1:], all: cb.all}
	first, at := cb.calendars[0], r.start
	for s := range first.openSpans(r) {
		if !cb.side(first, rest, w, span{at, s.start}, false, open, yield) || !cb.side(first, rest, w, s, true, open, yield) {
			return false
		}
		at = s.end
	}
	return cb.side(first, rest, w, span{at, r.end}, false, open, yield)
}

func (cb *combination) side(first *Calendar, rest combination, w *whyer, r span, firstOpen, open bool, yield func(cause) bool) bool {
	if r.start >= r.end {
		return true
	}
	if firstOpen == open {
		return first.why(w, r, open, yield)
	}
	return rest.why(w, r, open, yield)
}

// why looks at each date of the wall clock that the span touches.
func (d *days) why(hs *holidays, loc *time.Location, r span, open bool, yield func(cause) bool) bool {
	for _, s := range segments(loc, r.start, r.end) {
		for at := s.start; at < s.end; {
			day, _ := divFloor(at+s.offset, secondsPerDay)
			midnight := day*secondsPerDay - s.offset
			part := span{at - midnight, min(s.end-midnight, secondsPerDay)}
			for _, x := range d.reasons(hs, day, part, open) {
				x.start += midnight
				x.end += midnight
				if !yield(x) {
					return false
				}
			}
			at = midnight + part.end
		}
	}
	return true
}

// reasons explains a part of one day, given in seconds from its midnight.
func (d *days) reasons(hs *holidays, day int64, part span, open bool) []cause {
	r := reasoning{d: d, hs: hs, open: open, rest: []span{part}}
	if open {
		r.opened(day, 0)
		r.opened(day-1, -secondsPerDay)
	} else {
		r.closed(day, 0)
		r.closed(day-1, -secondsPerDay)
		if reason, name, ok := d.replaced(hs, day); ok {
			r.take(d.whole, 0, reason, name)
		}
	}
	r.take([]span{part}, 0, ByHours, Text{})
	slices.SortFunc(r.out, func(a, b cause) int { return cmp.Compare(a.start, b.start) })
	return r.out
}

// reasoning takes one reason after the other from what is not explained yet.
type reasoning struct {
	d    *days
	hs   *holidays
	open bool
	rest []span
	out  []cause
}

func (r *reasoning) take(spans []span, shift int64, reason Reason, name Text) {
	spans = union(today(nil, spans, shift))
	for _, x := range intersect(r.rest, spans) {
		r.out = append(r.out, cause{x, r.open, reason, name})
	}
	r.rest = subtract(r.rest, spans)
}

// closed takes what the exceptions and holidays of a day close.
func (r *reasoning) closed(day, shift int64) {
	e := r.d.exception(day)
	if e != nil {
		for _, x := range e.all {
			r.take(r.loses(day, spansOf(x.Closed)), shift, ByException, Text{x.Label, x.Label})
		}
	}
	if e != nil && len(e.open) > 0 {
		return
	}
	for _, h := range r.hs.on(day) {
		switch {
		case !h.wholeDay():
			r.take(spansOf(h.Closed), shift, ByHoliday, h.Name)
		case len(r.d.onHoliday) == 0:
			r.take(r.loses(day, r.d.whole), shift, ByHoliday, h.Name)
		}
	}
}

// loses returns what the closures of a day take: where a closed day loses the
// windows that start on it, their tails too.
func (r *reasoning) loses(day int64, closed []span) []span {
	if r.d.byStartDay && coversDay(closed) {
		return slices.Concat(closed, r.d.starts[weekdayOf(day)])
	}
	return closed
}

// opened takes what the windows of an exception or a holiday open.
func (r *reasoning) opened(day, shift int64) {
	if reason, name, ok := r.d.replaced(r.hs, day); ok {
		r.take(r.d.rule(r.hs, day).starts, shift, reason, name)
	}
}

// replaced tells by what the hours of a day are replaced.
func (d *days) replaced(hs *holidays, day int64) (Reason, Text, bool) {
	if e := d.exception(day); e != nil && len(e.open) > 0 {
		return ByException, Text{e.all[0].Label, e.all[0].Label}, true // the opening is first
	}
	if len(d.onHoliday) > 0 {
		for _, h := range hs.on(day) {
			if h.wholeDay() {
				return ByHoliday, h.Name, true
			}
		}
	}
	return "", Text{}, false
}
