package sla

// sheet is the room for what most tickets come to, in one piece.
type sheet struct {
	statuses [promise]Status
	warns    [18]Warn
}

// held writes down the cycles that the fold holds as of t, and returns all it
// wrote down, with all that was wrong.
func (f *fold) held(t instant) []Status {
	for i := range f.cycles() {
		if c := f.cycle(i); c.phase != idle {
			f.write(c, t)
		}
	}
	return f.written()
}

// written returns the cycles written down, with all that was wrong.
func (f *fold) written() []Status {
	if len(f.faults) > 0 {
		for i := range f.out[f.first:] {
			f.out[f.first+i].Faults = f.faults
		}
	}
	return f.out
}

// write writes a cycle down as of t. It is what folding a ticket spends most
// on: field by field, and those alone that are not zero, spares copies and
// work for the garbage collector.
func (f *fold) write(c *clock, t instant) {
	s := f.blank()
	s.Metric, s.Cycle, s.Policy, s.Rule = c.metric.metric(), c.cycle, f.p.ref, f.ruleID(c.rule)
	if s.Clock = c.pin; c.cal == nil {
		s.Clock = WallClock
	}
	if c.promise != "" {
		s.Promise = c.promise
	}
	if c.cause != "" {
		s.Cause = c.cause
	}
	s.Retargets = c.retargets
	s.Target, s.Elapsed, s.Paused = c.budget, c.elapsedAt(t), c.pausedAt(t)
	s.Remaining = s.Target - s.Elapsed

	breach := c.breachedAt(t)
	s.State, s.Start = c.state(breach), c.start.UTC()
	c.end.put(&s.Ended)
	breach.put(&s.BreachedAt)
	standing := c.phase == open_ && c.stands
	if standing {
		s.PausedSince = c.from.UTC()
	}
	if standing && breach.IsZero() {
		c.dueIfResumed(t).put(&s.DueIfResumed)
	} else {
		c.due.put(&s.Due)
	}
	f.writeWarns(s, c)
}

// writeWarns writes the warning marks of a cycle down.
func (f *fold) writeWarns(s *Status, c *clock) {
	n := len(c.target.warns)
	if n == 0 {
		s.Warns = nil
		return
	}
	if cap(s.Warns) < n {
		s.Warns = f.roomForWarns(n)
	}
	s.Warns = s.Warns[:n]
	for i, percent := range c.target.warns {
		w := Warn{Percent: percent}
		if c.phase == open_ || c.share(i) <= s.Elapsed { // else never reached
			c.warnAt(i).put(&w.At)
		}
		s.Warns[i] = w
	}
}

// roomForWarns returns room for n warning marks, out of the sheet if it has
// so much.
func (f *fold) roomForWarns(n int) []Warn {
	if len(f.warns) < n {
		return make([]Warn, n)
	}
	room := f.warns[:n:n]
	f.warns = f.warns[n:]
	return room
}

// blank returns the next status, zero but for the room of its Warns.
func (f *fold) blank() *Status {
	n := len(f.out)
	switch {
	case f.out == nil:
		s := new(sheet)
		f.out, f.warns, f.clean = s.statuses[:1], s.warns[:], true
	case n < cap(f.out):
		f.out = f.out[:n+1]
		if s := &f.out[n]; !f.clean {
			*s = Status{Warns: s.Warns[:0]}
		}
	default:
		f.out = append(f.out, Status{})
	}
	return &f.out[n]
}
