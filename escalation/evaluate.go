package escalation

import (
	"slices"
	"strconv"
	"time"
)

// Input is what a look at a ticket sees.
type Input struct {
	Ticket string // its id, for the keys
	Facts  Facts
	Now    time.Time
	// Holders returns who holds a target at an instant, by the host's
	// references; none: the step is empty. It must be pure. Nil: every target
	// holds itself.
	Holders func(Target, time.Time) []string
}

// Status is what became of a step.
type Status string

// What can become of a step.
const (
	Fired      Status = "fired"
	Superseded Status = "superseded" // a later level was due at the same look
	Expired    Status = "expired"    // it was seen too late
	Empty      Status = "empty"      // nobody holds any of its targets
	Guarded    Status = "guarded"    // its Guard did not hold
	Throttled  Status = "throttled"  // it fired, but its notices were held back
)

// Firing is a step whose time has come, and what became of it. There is one
// for each Key at most.
type Firing struct {
	Key     string    `json:"key"` // ticket|policy@version|e<episode>|c<cycle>|<step>
	Policy  string    `json:"policy"`
	Step    string    `json:"step"`
	Cycle   int       `json:"cycle"`
	Episode int       `json:"episode"`
	Due     time.Time `json:"due"`
	At      time.Time `json:"at"` // when it was seen
	Status  Status    `json:"status"`
	// Targets are the holders that are told; of what fired or was throttled.
	Targets []string `json:"targets,omitempty"`
	// Actions are what is to be done; none but of what fired, and, without
	// notices and proposals, of what was throttled.
	Actions []Action `json:"actions,omitempty"`
	// Why are the leaves of When that let it fire, or of Guard that did not.
	Why []CondTrace `json:"why,omitempty"`
}

// Result is what a look at a ticket comes to.
type Result struct {
	Firings []Firing // in the order of their dues
	State   State
	// Next is when to look again if nothing happens; zero: not before something does.
	Next  time.Time
	Trace []StepTrace
}

// Evaluate looks at a ticket: what has come due by now and was not seen
// before, what becomes of it, and when to look again. It is pure: the same
// state, facts and instant give the same result, and a second look at the
// state that it returns gives nothing more. Now must not lie before what was
// applied to the state.
func (p *Policy) Evaluate(in Input, st State) Result {
	l := look{p: p, in: in, s: st.s.clone()}
	if l.s.active(in.Now) {
		l.ladder()
		l.marks()
		l.waiting()
		l.settle()
	}
	l.prune()
	l.next()
	l.explain()
	return Result{Firings: l.firings, State: State{l.s}, Next: l.wake, Trace: l.trace}
}

// look is one look at a ticket.
type look struct {
	p  *Policy
	in Input
	s  state

	found   []candidate
	firings []Firing
	trace   []StepTrace
	wake    time.Time
}

// candidate is a step that is due and would fire.
type candidate struct {
	step    *step // nil: the last resort
	id      string
	cycle   int
	at      instance // of the ladder
	ladder  bool
	due     time.Time
	holders []string
	why     []CondTrace
}

// due returns the first instant at which the clock shows the offset, runs,
// and, where quiet hours count, is outside them.
func (p *Policy) due(s *state, offset time.Duration, ignoreQuiet bool) (time.Time, bool) {
	for i := range s.Runs {
		r := &s.Runs[i]
		t, ok := r.From, true
		switch {
		case offset > r.Elapsed:
			t, ok = p.clock.add(r.From, offset-r.Elapsed)
		case r.Elapsed == 0:
			t, ok = p.clock.opens(r.From)
		}
		if !ok {
			return time.Time{}, false
		}
		if !ignoreQuiet {
			t = p.quiet.after(t)
		}
		if r.To.IsZero() || t.Before(r.To) {
			return t, true
		}
	}
	return time.Time{}, false
}

// offset returns when an instance comes due on the policy's clock.
func (l *look) offset(i instance) time.Duration {
	moved := l.s.Moved
	for _, a := range l.s.Ahead {
		if a.Empty && a.before(i) {
			moved += l.p.distance(a.instance)
		}
	}
	return l.p.base(i) - moved
}

// stepOf returns the step of an instance; nil for the last resort.
func (p *Policy) stepOf(i instance) *step {
	if i.Level >= len(p.levels) {
		return nil
	}
	return &p.steps[p.levels[i.Level]]
}

func (s *step) ignoresQuiet() bool { return s != nil && s.IgnoreQuiet }

// ladder goes through the levels that have come due. Their offsets only grow,
// so the first that the clock has not reached ends it.
func (l *look) ladder() {
	held := false // one before is held back by quiet hours
	for i := l.s.Next; l.p.has(i); i = l.p.next(i) {
		if l.isAhead(i) {
			if !held {
				l.pass(i, false)
			}
			continue
		}
		offset := l.offset(i)
		if reached, ok := l.p.due(&l.s, offset, true); !ok || reached.After(l.in.Now) {
			return
		}
		step := l.p.stepOf(i)
		due, ok := l.p.due(&l.s, offset, step.ignoresQuiet())
		if !ok || due.After(l.in.Now) || l.quietNow(step) {
			held = true
			continue
		}
		empty := l.come(candidate{step: step, id: l.p.stepID(i), cycle: i.Cycle, at: i, ladder: true, due: due})
		if held {
			l.s.Ahead = append(l.s.Ahead, ahead{i, empty})
		} else {
			l.pass(i, empty)
		}
	}
}

// isAhead reports whether an instance is done though one before it is not.
func (l *look) isAhead(i instance) bool {
	return slices.ContainsFunc(l.s.Ahead, func(a ahead) bool { return a.instance == i })
}

// pass moves on behind an instance that is done.
func (l *look) pass(i instance, empty bool) {
	l.s.Ahead = slices.DeleteFunc(l.s.Ahead, func(a ahead) bool {
		empty = empty || a.instance == i && a.Empty
		return a.instance == i
	})
	if empty {
		l.s.Moved += l.p.distance(i)
	}
	l.s.Next = l.p.next(i)
}

func (l *look) quietNow(s *step) bool {
	_, quiet := l.p.quiet.until(l.in.Now)
	return quiet && !s.ignoresQuiet()
}

// come looks at a step that has come due: it fires, or waits, or is done with.
// It tells whether the step was empty.
func (l *look) come(c candidate) bool {
	if c.ladder {
		// The step of the cycle before has had its time.
		l.s.Waiting = slices.DeleteFunc(l.s.Waiting, func(w waiting) bool { return c.step == &l.p.steps[w.Step] })
	}
	if !l.staffed(&c) {
		l.record(&c, Empty, nil)
		return true
	}
	if e := l.p.cfg.ExpireAfter; e > 0 && l.in.Now.Sub(c.due) > time.Duration(e) {
		l.record(&c, Expired, nil)
		return false
	}
	if c.step != nil && !c.step.when.Match(l.in.Facts) {
		if len(l.s.Waiting) < maxSteps {
			l.s.Waiting = append(l.s.Waiting, waiting{Step: l.place(c.step), Cycle: c.cycle})
		}
		return false
	}
	l.offer(c)
	return false
}

// place returns the place of a step in the policy.
func (l *look) place(s *step) int {
	return slices.IndexFunc(l.p.steps, func(o step) bool { return o.ID == s.ID })
}

// staffed finds who holds the targets of a step, and tells whether it may fire
// with them.
func (l *look) staffed(c *candidate) bool {
	targets, needed := []Target(nil), true
	if c.step != nil {
		targets, needed = c.step.Targets, c.step.IfEmpty == EmptyAdvance
	} else {
		targets, needed = l.p.cfg.OnExhausted.Targets, false // there is no step after it
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
		if l.quietNow(step) || !step.when.Match(l.in.Facts) {
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
	slices.SortStableFunc(l.firings, func(a, b Firing) int { return a.Due.Compare(b.Due) })
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
