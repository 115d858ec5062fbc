package escalation

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// come looks at a step that has come due: it fires, or waits, or is done with.
// It tells whether the step was empty.
func (l *look) come(c candidate) bool {
	// The same step of a cycle before has had its time: so no more wait than
	// there are steps.
	l.s.Waiting = slices.DeleteFunc(l.s.Waiting, func(w waiting) bool { return c.step == &l.p.steps[w.Step] })
	if !l.staffed(&c) {
		l.record(&c, Empty, nil)
		return true
	}
	if e := l.p.cfg.ExpireAfter; e > 0 && l.in.Now.Sub(c.due) > time.Duration(e) {
		l.record(&c, Expired, nil)
		return false
	}
	if c.step != nil && (l.unasked(c.step) || !c.step.when.Match(l.in.Facts)) {
		l.s.Waiting = append(l.s.Waiting, waiting{Step: l.place(c.step), Cycle: c.cycle})
		return false
	}
	l.offer(c)
	return false
}

// unasked reports whether a step has to wait for the host's facts.
func (l *look) unasked(s *step) bool { return l.in.Unasked && s.host }

// place returns the place of a step in the policy.
func (l *look) place(s *step) int {
	return slices.IndexFunc(l.p.steps, func(o step) bool { return o.ID == s.ID })
}

// staffed finds who holds the targets of a step, and tells whether it may fire
// with them.
func (l *look) staffed(c *candidate) bool {
	var targets []Target
	needed := false // by the last resort: there is no step after it
	if c.step != nil {
		targets, needed = c.step.Targets, c.step.IfEmpty == EmptyAdvance
	} else {
		targets = l.p.cfg.OnExhausted.Targets
	}
	for _, t := range targets {
		for _, h := range l.holders(t) {
			if !slices.Contains(c.holders, h) {
				c.holders = append(c.holders, h)
			}
		}
	}
	return len(targets) == 0 || len(c.holders) > 0 || !needed
}

func (l *look) holders(t Target) []string {
	if l.in.Holders == nil {
		return []string{string(t.Kind) + ":" + t.ID}
	}
	return l.in.Holders(t, l.in.Now)
}

// offer lets a step fire unless its guard forbids it, or a later level of the
// ladder supersedes it in the end.
func (l *look) offer(c candidate) {
	if c.step != nil {
		if !c.step.guard.Match(l.in.Facts) {
			l.record(&c, Guarded, c.step.guard.WhyNot(l.in.Facts))
			return
		}
		c.why = c.step.when.Why(l.in.Facts)
	}
	l.found = append(l.found, c)
}

// marks goes through the steps that a mark of a deadline has woken.
func (l *look) marks() {
	var left []mark
	for _, m := range l.s.Marks {
		step := &l.p.steps[m.Step]
		due, ok := l.p.due(&l.s, m.Offset, step.IgnoreQuiet)
		if !ok || due.After(l.in.Now) || l.quietNow(step) {
			left = append(left, m)
			continue
		}
		l.come(candidate{step: step, id: step.ID, cycle: m.Cycle, due: due})
	}
	l.s.Marks = left
}

// waiting lets the steps fire for which When has come to hold. They are due
// now: that is when it was seen.
func (l *look) waiting() {
	var left []waiting
	for _, w := range l.s.Waiting {
		step := &l.p.steps[w.Step]
		if l.quietNow(step) || l.unasked(step) || !step.when.Match(l.in.Facts) {
			left = append(left, w)
			continue
		}
		c := candidate{step: step, id: step.ID, cycle: w.Cycle, due: l.in.Now}
		if !l.staffed(&c) {
			l.record(&c, Empty, nil)
			continue
		}
		l.offer(c)
	}
	l.s.Waiting = left
}

// settle says what becomes of the steps that would fire.
func (l *look) settle() {
	last := -1
	for i, c := range l.found {
		if c.ladder {
			last = i
		}
	}
	for i := range l.found {
		c := &l.found[i]
		if c.ladder && i != last && l.p.cfg.CatchUp == CatchUpLatest {
			l.record(c, Superseded, nil)
			continue
		}
		status := Fired
		if c.notifies(l.p) && !l.allowed() {
			status = Throttled
		}
		l.record(c, status, c.why)
	}
	place := func(f *Firing) int {
		if i := slices.IndexFunc(l.p.steps, func(s step) bool { return s.ID == f.Step }); i >= 0 {
			return i
		}
		return len(l.p.steps)
	}
	slices.SortStableFunc(l.firings, func(a, b Firing) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Cycle, b.Cycle), cmp.Compare(place(&a), place(&b)))
	})
}

// allowed asks the throttle for one notice more.
func (l *look) allowed() bool {
	if len(l.p.cfg.Throttle) == 0 {
		return true
	}
	sent := make([]time.Time, len(l.s.Sent))
	for i, us := range l.s.Sent {
		sent[i] = time.UnixMicro(us)
	}
	sent, ok := l.p.cfg.Throttle.Allow(sent, l.in.Now)
	l.s.Sent = nil
	for _, t := range sent {
		l.s.Sent = append(l.s.Sent, t.UnixMicro())
	}
	return ok
}

// actions returns what a step does.
func (c *candidate) actions(p *Policy) []Action {
	if c.step == nil {
		return p.cfg.OnExhausted.Actions
	}
	return c.step.Actions
}

// notifies reports whether a step tells anybody anything.
func (c *candidate) notifies(p *Policy) bool {
	return slices.ContainsFunc(c.actions(p), func(a Action) bool { return !a.Kind.commands() })
}

// record notes what became of a step.
func (l *look) record(c *candidate, status Status, why []CondTrace) {
	f := Firing{
		Policy: l.s.Policy, Step: c.id, Cycle: c.cycle, Episode: l.s.Episode - 1,
		Due: c.due, At: l.in.Now, Status: status, Why: why,
	}
	f.Key = Key(l.in.Ticket, f.Policy, f.Episode, f.Cycle, f.Step)
	if status == Fired || status == Throttled {
		f.Targets = c.holders
		for _, a := range c.actions(l.p) {
			if status == Fired || a.Kind.commands() {
				f.Actions = append(f.Actions, a)
			}
		}
	}
	l.firings = append(l.firings, f)
}

// Key returns the key of a firing, by which it happens at most once. policy is
// "id@version"; episodes and cycles count from 0.
func Key(ticket, policy string, episode, cycle int, step string) string {
	return ticket + "|" + policy + "|e" + strconv.Itoa(episode) + "|c" + strconv.Itoa(cycle) + "|" + step
}
