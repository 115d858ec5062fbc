package escalation

import "time"

// Reason says why a step has not fired.
type Reason string

// Why a step has not fired.
const (
	ReasonNotDue       Reason = "not_due"      // its time is still to come
	ReasonClosed       Reason = "closed"       // the ticket is
	ReasonAcknowledged Reason = "acknowledged" // somebody looks after it
	ReasonSnoozed      Reason = "snoozed"
	ReasonQuiet        Reason = "quiet"   // quiet hours hold it back
	ReasonUnmet        Reason = "unmet"   // it is due, and its When does not hold
	ReasonUnasked      Reason = "unasked" // the host could not be asked for its facts
	ReasonNoTime       Reason = "no_time" // the calendar never opens for so long
)

// StepTrace says why a step that is still to come has not fired.
type StepTrace struct {
	Step  string `json:"step"`
	Cycle int    `json:"cycle"`
	// Due is when it fires, or fired, if nothing else happens; zero where the
	// clock stands with no end in sight, and of what waits for a condition.
	Due    time.Time `json:"due,omitzero"`
	Reason Reason    `json:"reason"`
	// Unmet are the leaves of When that would have to change.
	Unmet []CondTrace `json:"unmet,omitempty"`
}

// explain traces what is left of the present cycle of the ladder, and what
// waits for a mark of a deadline or a condition.
func (l *look) explain() {
	if !l.s.Open {
		return
	}
	for _, w := range l.s.Waiting {
		s := &l.p.steps[w.Step]
		t := StepTrace{Step: s.ID, Cycle: w.Cycle, Reason: ReasonUnmet, Unmet: s.when.WhyNot(l.in.Facts)}
		switch {
		case l.unasked(s):
			t.Reason, t.Unmet = ReasonUnasked, nil
		case len(t.Unmet) == 0:
			t.Reason = l.held(s)
		}
		l.trace = append(l.trace, t)
	}
	for _, m := range l.s.Marks {
		s := &l.p.steps[m.Step]
		l.pending(StepTrace{Step: s.ID, Cycle: m.Cycle}, m.Offset, s)
	}
	for i := l.s.Next; l.p.has(i) && i.Cycle == l.s.Next.Cycle; i = l.p.next(i) {
		if !l.isAhead(i) {
			l.pending(StepTrace{Step: l.p.stepID(i), Cycle: i.Cycle}, l.offset(i), l.p.stepOf(i))
		}
	}
}

// pending traces one step that waits for its time.
func (l *look) pending(t StepTrace, offset time.Duration, s *step) {
	due, ok := l.p.due(&l.s, offset, s.ignoresQuiet())
	t.Due, t.Reason = due, ReasonNotDue
	endless := len(l.s.Runs) == 0 || !l.s.last().To.IsZero()
	switch {
	case !ok && !endless:
		t.Reason = ReasonNoTime
	case !ok || !due.After(l.in.Now) || !l.s.active(l.in.Now):
		t.Reason = l.held(s)
	default:
		if reached, ok := l.p.due(&l.s, offset, true); ok && !reached.After(l.in.Now) {
			t.Reason = ReasonQuiet
		}
	}
	l.trace = append(l.trace, t)
}

// held says what holds back a step that is due.
func (l *look) held(s *step) Reason {
	switch (State{l.s}).Hold(l.in.Now) {
	case HoldClosed:
		return ReasonClosed
	case HoldAcknowledged:
		return ReasonAcknowledged
	case HoldSnoozed:
		return ReasonSnoozed
	}
	if l.quietNow(s) {
		return ReasonQuiet
	}
	return ReasonNotDue
}
