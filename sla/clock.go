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

// clock is one cycle of one metric. Its origin is since when it runs or, where
// it stands, since when it stands; also after its end.
type clock struct {
	origin
	stands  bool
	metric  metricIndex
	phase   phase
	cause   Cause
	fixed   bool // a promise with a date of its own: wall clock, never paused
	shifted bool // due no longer follows from start: time was left out, or the clock swapped
	cycle   int
	promise string
	rule    int // index in the policy
	target  *target
	pin     string // the same as id@version, "" for the wall clock

	start, until     instant // until is the end of the last running stretch before this one
	due, breach, end instant
	spent            time.Duration // counted before the origin
	paused           time.Duration // left out before the origin
	budget           time.Duration
	retargets        int

	passed   [maxWarns]time.Duration // after start, of the first nPassed warning marks
	nPassed  int
	recorded percents
}

// percents is a set of the numbers 1 to 100.
type percents [2]uint64

func (p *percents) has(n int) bool { return p[n>>6]&(1<<(n&63)) != 0 }
func (p *percents) add(n int)      { p[n>>6] |= 1 << (n & 63) }

// mostCounted is where the counting of time on a clock stands still: some 73
// years, so that a target and what is left of it never overflow.
const mostCounted = math.MaxInt64 / 4

// counted adds a stretch of time to what was counted before it.
func counted(before, stretch time.Duration) time.Duration {
	return min(before+min(stretch, mostCounted), mostCounted)
}

// running reports whether the cycle is open and its clock runs.
func (c *clock) running() bool { return c.phase == open_ && !c.stands }

// elapsedAt returns what counted until t, or until the end where that is
// before t.
func (c *clock) elapsedAt(t instant) time.Duration {
	if c.stands {
		return c.spent
	}
	return counted(c.spent, c.origin.until(c.upTo(t)))
}

// pausedAt returns what was left out until t.
func (c *clock) pausedAt(t instant) time.Duration {
	if !c.stands {
		return c.paused
	}
	return counted(c.paused, c.origin.until(c.upTo(t)))
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
	spent := counted(c.spent, c.origin.until(t))
	c.pass(spent)
	c.spent, c.until = spent, t
	c.set(t)
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
	if c.stands {
		return instant{}
	}
	at, err := c.ahead(c.share(i) - c.spent)
	if err != nil {
		return instant{}
	}
	return at
}

// pause stops the clock at t.
func (c *clock) pause(t instant) {
	c.late(t)
	c.settle(t)
	c.stands = true
}

// resume lets the clock run on from t. Where no time on the clock was lost,
// the due date stays as it was, to the nanosecond; but one that came while the
// clock stood was not missed, and moves to t.
func (c *clock) resume(t instant) error {
	lost := c.origin.until(t)
	c.paused = counted(c.paused, lost)
	c.set(t)
	c.stands = false
	if lost == 0 && (c.due.IsZero() || !c.breach.IsZero() || !c.due.Before(t)) {
		return nil
	}
	c.shifted = true
	if !c.breach.IsZero() {
		return nil
	}
	due, err := c.ahead(c.budget - c.spent)
	c.due = due
	return err
}

// ahead returns when d has passed on the clock since its origin.
func (c *clock) ahead(d time.Duration) (instant, error) { return c.origin.ahead(c.target.tie, d) }

// dueIfResumed returns when a standing clock would fall due if it ran on
// from t.
func (c *clock) dueIfResumed(t instant) instant {
	if !c.breach.IsZero() || c.due.IsZero() {
		return c.due
	}
	if c.origin.until(t) == 0 {
		return latest(c.due, t)
	}
	from := origin{cal: c.cal, from: t}
	due, err := from.ahead(c.target.tie, c.budget-c.spent)
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
	if !c.stands {
		c.settle(c.end)
		c.stands = true
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
	case c.stands:
		return Paused
	default:
		return Running
	}
}
