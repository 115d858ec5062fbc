package sla

import (
	"math"
	"time"
)

// phase is where a cycle is in its life.
type phase uint8

const (
	idle phase = iota // never started
	open_
	stopped
	cancelled
)

// clock is one cycle of one metric. Of since and held exactly one is set once
// it is started, also after its end: running since, or standing since.
type clock struct {
	metric  metricIndex
	phase   phase
	cause   Cause
	fixed   bool // a promise with a date of its own: wall clock, never paused
	shifted bool // due no longer follows from start: time was left out, or the clock swapped
	cycle   int
	promise string
	rule    int // index in the policy
	target  *target
	cal     *Calendar // nil: wall clock
	pin     string    // the same as id@version, "" for the wall clock

	start, since, held instant
	until              instant // end of the last running stretch before since
	due, breach, end   instant
	spent              time.Duration // counted before since
	paused             time.Duration // left out before since or held
	budget             time.Duration
	retargets          int

	passed   [maxWarns]time.Duration // after start, of the first nPassed warning marks
	nPassed  int
	recorded percents
}

// percents is a set of the numbers 1 to 100.
type percents [2]uint64

func (p *percents) has(n int) bool { return p[n>>6]&(1<<(n&63)) != 0 }
func (p *percents) add(n int)      { p[n>>6] |= 1 << (n & 63) }

// measure returns the time from a to b on the clock.
func (c *clock) measure(a, b instant) time.Duration { return measure(c.cal, a, b) }

func measure(cal *Calendar, a, b instant) time.Duration {
	if cal == nil {
		return b.Sub(a)
	}
	return cal.between(a, b)
}

// ahead returns when d >= 0 has passed on the clock since t, under the tie
// rule of the target.
func ahead(cal *Calendar, tie TieRule, t instant, d time.Duration) (instant, error) {
	if cal == nil {
		if t = t.Add(d); t.sec >= endSec {
			return instant{}, ErrOutOfRange
		}
		return t, nil
	}
	at, err := cal.add(t, d)
	if err != nil || d <= 0 || tie == "" {
		return at, err
	}
	return tied(cal, tie, at)
}

// tied moves an instant at which the calendar closes to where the tie rule
// wants it.
func tied(cal *Calendar, tie TieRule, at instant) (instant, error) {
	switch tie {
	case TieClosing:
		last, err := cal.PrevOpen(at.UTC())
		return instantOf(last), err
	case TieOpening:
		if next, err := cal.NextOpen(at.UTC()); err == nil {
			return instantOf(next), nil
		} // else nothing opens any more, and the closing instant stays
	}
	return at, nil
}

func (c *clock) ahead(t instant, d time.Duration) (instant, error) {
	return ahead(c.cal, c.target.tie, t, d)
}

// mostCounted is where the counting of time on a clock stands still: some 73
// years, so that a target and what is left of it never overflow.
const mostCounted = math.MaxInt64 / 4

// counted adds a stretch of time to what was counted before it.
func counted(before, stretch time.Duration) time.Duration {
	return min(before+min(stretch, mostCounted), mostCounted)
}

// running reports whether the cycle is open and its clock runs.
func (c *clock) running() bool { return c.phase == open_ && c.held.IsZero() }

// elapsedAt returns what counted until t, or until the end where that is
// before t.
func (c *clock) elapsedAt(t instant) time.Duration {
	if !c.held.IsZero() {
		return c.spent
	}
	return counted(c.spent, c.measure(c.since, c.upTo(t)))
}

// pausedAt returns what was left out until t.
func (c *clock) pausedAt(t instant) time.Duration {
	if c.held.IsZero() {
		return c.paused
	}
	return counted(c.paused, c.measure(c.held, c.upTo(t)))
}

func (c *clock) upTo(t instant) instant {
	if !c.end.IsZero() && c.end.Before(t) {
		return c.end
	}
	return t
}

// late notes a breach where the running clock is past its due date at t.
func (c *clock) late(t instant) {
	if c.running() && c.breach.IsZero() && !c.due.IsZero() && t.After(c.due) {
		c.breach = c.due
	}
}

// breachedAt returns since when the cycle stands breached as of t, zero if it
// does not.
func (c *clock) breachedAt(t instant) instant {
	if c.breach.IsZero() && c.running() && !c.due.IsZero() && t.After(c.due) {
		return c.due
	}
	return c.breach
}

// settle counts the running stretch until t and starts another there.
func (c *clock) settle(t instant) {
	spent := counted(c.spent, c.measure(c.since, t))
	c.pass(spent)
	c.spent, c.until, c.since = spent, t, t
}

// pass dates the warning marks reached once spent is used up.
func (c *clock) pass(spent time.Duration) {
	for c.nPassed < len(c.target.warns) && c.share(c.nPassed) <= spent {
		at := c.warnAt(c.nPassed)
		if at.IsZero() {
			return
		}
		c.passed[c.nPassed] = at.Sub(c.start)
		c.nPassed++
	}
}

// share returns the part of the target at which warning mark i lies.
func (c *clock) share(i int) time.Duration {
	w, whole := int64(c.target.warns[i]), int64(c.budget)
	return time.Duration(whole/100*w + whole%100*w/100)
}

// warnAt returns when warning mark i is or was reached, zero where that is
// not known: the clock stands before it, or the calendar never gets there.
func (c *clock) warnAt(i int) instant {
	if i < c.nPassed {
		return c.start.Add(c.passed[i])
	}
	if !c.held.IsZero() {
		return instant{}
	}
	at, err := c.ahead(c.since, c.share(i)-c.spent)
	if err != nil {
		return instant{}
	}
	return at
}

// pause stops the clock at t.
func (c *clock) pause(t instant) {
	c.late(t)
	c.settle(t)
	c.since, c.held = instant{}, t
}

// resume lets the clock run on from t. Where no time on the clock was lost,
// the due date stays as it was, to the nanosecond; but one that came while the
// clock stood was not missed, and moves to t.
func (c *clock) resume(t instant) error {
	lost := c.measure(c.held, t)
	c.paused = counted(c.paused, lost)
	c.since, c.held = t, instant{}
	if lost == 0 && (c.due.IsZero() || !c.breach.IsZero() || !c.due.Before(t)) {
		return nil
	}
	c.shifted = true
	return c.date(t)
}

// date finds the due date anew from t, where the rest of the target begins.
func (c *clock) date(t instant) error {
	if !c.breach.IsZero() {
		return nil
	}
	due, err := c.ahead(t, c.budget-c.spent)
	c.due = due
	return err
}

// dueIfResumed returns when a standing clock would fall due if it ran on
// from t.
func (c *clock) dueIfResumed(t instant) instant {
	if !c.breach.IsZero() || c.due.IsZero() {
		return c.due
	}
	if c.measure(c.held, t) == 0 {
		return latest(c.due, t)
	}
	due, err := c.ahead(t, c.budget-c.spent)
	if err != nil {
		return instant{}
	}
	return due
}

// stop ends the cycle at t as met or breached.
func (c *clock) stop(t instant) {
	c.late(t)
	c.phase, c.end = stopped, t
}

// cancel ends the cycle at t without a judgement, but a breach stays one.
func (c *clock) cancel(t instant, cause Cause) {
	c.late(t)
	c.phase, c.end, c.cause = cancelled, t, cause
}

// revive undoes stop or cancel: the time in between counts as it would have.
func (c *clock) revive() { c.phase, c.end, c.cause = open_, instant{}, "" }

// exclude revives the clock at t and leaves out the time since its end.
func (c *clock) exclude(t instant) error {
	if c.held.IsZero() {
		c.settle(c.end)
		c.since, c.held = instant{}, c.end
	}
	c.revive()
	return c.resume(t)
}

// state returns the state, given since when the cycle stands breached.
func (c *clock) state(breach instant) State {
	switch {
	case !breach.IsZero():
		return Breached
	case c.phase == stopped:
		return Met
	case c.phase == cancelled:
		return Cancelled
	case !c.held.IsZero():
		return Paused
	default:
		return Running
	}
}
