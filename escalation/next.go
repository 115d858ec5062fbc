package escalation

import "time"

// next finds when to look again: at the earliest due that is ahead, or when
// what holds back a step that is due ends.
func (l *look) next() {
	if !l.s.Open || len(l.s.Runs) == 0 || !l.s.last().To.IsZero() {
		return
	}
	for i := l.s.Next; l.p.has(i); i = l.p.next(i) {
		if l.isAhead(i) {
			continue
		}
		offset := l.offset(i)
		reached, ok := l.p.due(&l.s, offset, true)
		if !ok || !l.wake.IsZero() && reached.After(l.wake) {
			break
		}
		l.expect(offset, l.p.stepOf(i).ignoresQuiet())
	}
	for _, m := range l.s.Marks {
		l.expect(m.Offset, l.p.steps[m.Step].IgnoreQuiet)
	}
	for _, w := range l.s.Waiting {
		step := &l.p.steps[w.Step]
		held := !l.s.active(l.in.Now) || l.quietNow(step)
		if held && !l.unasked(step) && step.when.Match(l.in.Facts) {
			l.wakeAt(l.free(step.IgnoreQuiet))
		}
	}
}

// expect wakes at a due, or, where it has passed, as soon as a step may fire.
func (l *look) expect(offset time.Duration, ignoreQuiet bool) {
	due, ok := l.p.due(&l.s, offset, ignoreQuiet)
	if !ok {
		return
	}
	if free := l.free(ignoreQuiet); due.Before(free) {
		due = free
	}
	l.wakeAt(due)
}

// free returns the first instant from now on at which a step may fire.
func (l *look) free(ignoreQuiet bool) time.Time {
	t := l.in.Now
	if from := l.s.last().From; from.After(t) {
		t = from
	}
	if !ignoreQuiet {
		t = l.p.quiet.after(t)
	}
	return t
}

func (l *look) wakeAt(t time.Time) {
	if t.After(l.in.Now) && (l.wake.IsZero() || t.Before(l.wake)) {
		l.wake = t
	}
}

// prune forgets the stretches that no due can lie in any more.
func (l *look) prune() {
	if len(l.s.Runs) < 2 {
		return
	}
	least, some := time.Duration(0), false
	if l.p.has(l.s.Next) {
		least, some = l.offset(l.s.Next), true
	}
	for _, m := range l.s.Marks {
		if !some || m.Offset < least {
			least, some = m.Offset, true
		}
	}
	for len(l.s.Runs) > 1 && (!some || l.s.Runs[1].Elapsed < least) {
		l.s.Runs = l.s.Runs[1:]
	}
}
