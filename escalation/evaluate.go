package escalation

import (
	"slices"
	"time"
)

// Input is what a look at a ticket sees.
type Input struct {
	Ticket string // its id, for the keys
	Facts  Facts
	Now    time.Time
	// Unasked tells that the host could not be asked for its facts. A fact that
	// is missing is not false: steps whose conditions ask for one of the host's
	// wait.
	Unasked bool
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
	// Withheld are those that were not told, for their budget was used up.
	Withheld []string `json:"withheld,omitempty"`
	// Actions are what is to be done; none but of what fired, and, without
	// notices and proposals, of what was throttled.
	Actions []Action `json:"actions,omitempty"`
	// Why are the leaves of When that let it fire, or of Guard that did not.
	Why []CondTrace `json:"why,omitempty"`

	planner string // that noted it
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
	in.Facts = in.Facts.under(p.schema)
	l := look{p: p, in: in, s: p.own(st)}
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
