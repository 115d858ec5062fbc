package sla

import "time"

// subject takes the facts of a mark and finds the rule that matches now.
func (f *fold) subject(m *Mark) {
	h := &f.head
	s := m.Subject
	switch {
	case s != nil:
	case !h.opened.IsZero():
		if m.Kind.Has(MarkSubject) {
			f.fault(FaultNoSubject)
		}
		return
	default:
		s = &Subject{}
	}
	i := f.p.match(s)
	f.trace.matched(f, s, i)
	if i == h.rule {
		return
	}
	h.rule = i
	if !h.opened.IsZero() && !h.void {
		f.retarget()
	}
}

// retarget brings the cycles under the rule that matches now.
func (f *fold) retarget() {
	for i := range f.clocks {
		c := &f.clocks[i]
		if c.phase == open_ {
			f.retargetOpen(c, f.p.target(f.head.rule, c.metric))
		} else {
			f.fill(c, f.at)
		}
	}
	for i := range f.promises {
		// A promise given with its date stays as given.
		if c := &f.promises[i]; c.phase == open_ && !c.fixed {
			f.retargetOpen(c, f.p.target(f.head.rule, promise))
		}
	}
}

// retargetOpen does what the policy says to one open cycle.
func (f *fold) retargetOpen(c *clock, tg *target) {
	rule := f.p.cfg.Retarget
	switch {
	case rule == RetargetIgnore, tg == c.target:
		return
	case tg == nil:
		c.cancel(f.at, CauseNoTarget)
		f.trace.turn(f, c, TurnEnd)
		return
	case c.metric == promise && tg.period == (Period{}):
		return // a fallback that the new rule lacks: the promise stands as made
	case rule == RetargetRestart && c.metric != promise:
		c.cancel(f.at, CauseRetargeted)
		f.trace.turn(f, c, TurnEnd)
		f.begin(c, tg, f.at)
		return
	}
	var a allowance
	err := f.allowance(&a, tg, c.start)
	c.late(f.at)
	f.swap(c, tg, f.head.rule, a)
	f.undated(err)
	c.retargets++
	f.trace.turn(f, c, TurnRetarget)
}

// fill starts a metric that would be running by now, had a rule asked for it
// before, or had the ticket not come in as spam.
func (f *fold) fill(c *clock, start instant) {
	tg := f.p.target(f.head.rule, c.metric)
	if tg != nil && (c.phase == idle || c.cause == CauseNoTarget) && f.lacks(c.metric) {
		f.begin(c, tg, start)
	}
}

// lacks says whether a metric that is not running could be.
func (f *fold) lacks(i metricIndex) bool {
	h := &f.head
	switch i {
	case firstResponse:
		return !h.asked.IsZero() && !h.answered
	case nextResponse:
		return !h.asked.IsZero() && h.answered
	case periodicUpdate:
		return h.answered && !h.done
	case customerWait, agentWork, firstResolution, totalResolution:
		return !h.done
	case promise, metricCount:
	}
	return false
}

// swap puts a cycle under another target or calendar. Start, elapsed time and
// pauses stay; what remains is measured on the new clock. Where the new
// target was used up before the stretch that runs now, the end of the stretch
// before serves as its due date: the latest instant by which it was.
func (f *fold) swap(c *clock, tg *target, rule int, a allowance) {
	if a.cal != c.cal {
		if c.stands {
			c.paused = counted(c.paused, c.origin.until(f.at))
		} else {
			c.settle(f.at)
		}
		c.origin = origin{cal: a.cal, from: f.at}
		c.shifted = true
	}
	c.target, c.rule, c.pin, c.budget = tg, rule, a.pin, a.budget
	c.breach = instant{}
	used := false
	switch rest := c.budget - c.spent; {
	case !c.shifted:
		c.due = a.due
	case rest < 0:
		c.due, used = c.until, true
	default:
		due, err := c.ahead(rest)
		f.undated(err)
		c.due = due
	}
	f.repass(c)
	last := f.at // until when the clock ran
	if c.stands {
		last = c.from
	}
	if used || !c.due.IsZero() && last.After(c.due) {
		c.breach = f.at
	}
}

// repass dates the warning marks of a new target that are reached already.
func (f *fold) repass(c *clock) {
	c.nPassed = 0
	begun := origin{cal: c.cal, from: c.start}
	for c.nPassed < len(c.target.warns) && c.share(c.nPassed) <= c.spent {
		at := c.until
		if !c.shifted {
			if due, err := begun.ahead(c.target.tie, c.share(c.nPassed)); err == nil {
				at = due
			}
		}
		c.passed[c.nPassed] = at.Sub(c.start)
		c.nPassed++
	}
}

// follow brings running cycles under the newest versions of their calendars.
func (f *fold) follow() {
	changed := false
	for i := range f.cals {
		changed = changed || f.cals[i] != f.p.current[i]
	}
	if !changed {
		return
	}
	f.cals, f.pins = f.p.current, f.p.pins
	for i := range f.cycles() {
		c := f.cycle(i)
		if c.phase != open_ || c.cal == nil || c.cal == f.cals[c.target.slot] {
			continue
		}
		breach := c.breachedAt(f.at)
		slot := c.target.slot
		f.swap(c, c.target, c.rule, allowance{origin: origin{cal: f.cals[slot]}, pin: f.pins[slot], budget: c.budget})
		if !breach.IsZero() {
			c.breach = breach // a new calendar does not undo a breach
		}
		f.trace.turn(f, c, TurnCalendar)
	}
}

// look tells, if anybody looks, of all warnings and breaches up to t that were
// not told before.
func (f *fold) look(t instant) {
	if f.looks {
		f.find(t)
	}
}

func (f *fold) find(t instant) {
	for i := range f.cycles() {
		c := f.cycle(i)
		if c.phase != open_ {
			continue
		}
		for i, w := range c.target.warns {
			if at := c.warnAt(i); !c.recorded.has(w) && !at.IsZero() && !at.After(t) {
				f.tell(c, w, at)
			}
		}
		if at := c.breachedAt(t); !at.IsZero() && !c.recorded.has(BreachPercent) {
			f.tell(c, BreachPercent, at)
		}
	}
}

func (f *fold) tell(c *clock, percent int, at instant) {
	c.recorded.add(percent)
	f.told = append(f.told, Alert{
		Metric: c.metric.metric(), Cycle: c.cycle, Promise: c.promise, Rule: f.ruleID(c.rule),
		Percent: percent, At: at.UTC(),
	})
}

// next returns the earliest instant at which look would find something new.
func (f *fold) next() (instant, bool) {
	var next instant
	sooner := func(t instant) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for i := range f.cycles() {
		c := f.cycle(i)
		if c.phase != open_ {
			continue
		}
		for i, w := range c.target.warns {
			if !c.recorded.has(w) {
				sooner(c.warnAt(i))
			}
		}
		switch {
		case c.recorded.has(BreachPercent):
		case !c.breach.IsZero():
			sooner(c.breach)
		case c.running() && !c.due.IsZero():
			sooner(c.due.Add(time.Microsecond))
		}
	}
	return next, !next.IsZero()
}
