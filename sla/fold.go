package sla

import (
	"errors"
	"slices"
)

// Bounds of what a tracker keeps.
const (
	maxPromises  = 16 // open at a time
	maxFaults    = 16
	maxRecords   = 8 // past cycles of one metric whose recorded marks are known
	maxStateName = maxNameLen
)

// head is what a timeline's fold remembers besides its clocks.
type head struct {
	seq      int64
	at       instant // of the last mark; zero: none yet
	opened   instant // zero: not yet
	rule     int     // that matches now; -1: none
	state    string  // of the ticket
	hold     string  // what MarkPause waits for
	held     bool    // between MarkPause and MarkResume
	answered bool    // the customer has had an answer
	asked    instant // since when the customer waits for one; zero: does not
	done     bool    // resolved or closed
	void     bool    // merged, spam or cancelled
	promises int     // made so far
}

// fold turns marks into clocks. It is the one machine behind Tracker,
// Evaluate, Explain and Replay, which differ in what they listen to.
type fold struct {
	p        *Policy
	head     head
	cals     []*Calendar // per slot of the policy
	pins     []string    // the same as id@version
	clocks   [promise]clock
	promises []clock
	faults   []MarkFault
	dropped  int // faults beyond maxFaults
	records  []record
	mark     *Mark   // being applied; nil: none yet
	at       instant // its instant, never before the last one's

	keeps bool // whether cycles that another displaces are written down, in out
	out   []Status
	first int    // of them; those before belong to the caller
	clean bool   // the room after out is zero
	warns []Warn // room for those of out
	looks bool   // whether warnings and breaches are looked for, and told
	told  []Alert
	trace *tracer // nil: nobody explains
}

// cycles is how many clocks there are, idle ones too; cycle returns the i-th.
func (f *fold) cycles() int { return len(f.clocks) + len(f.promises) }

func (f *fold) cycle(i int) *clock {
	if i < len(f.clocks) {
		return &f.clocks[i]
	}
	return &f.promises[i-len(f.clocks)]
}

// record is what was recorded of a cycle that is no longer held.
type record struct {
	metric metricIndex
	cycle  int
	marks  percents
}

// start makes the fold ready for a new ticket. The policy's calendars are
// only read: following a new version replaces the slice.
func (f *fold) start(p *Policy) {
	f.p, f.cals, f.pins = p, p.current, p.pins
	f.head = head{rule: -1}
	for i := range f.clocks {
		c := &f.clocks[i]
		if c.phase != idle { // else nothing was written to it yet
			*c = clock{}
		}
		c.metric, c.rule = metricIndex(i), -1
	}
	f.promises, f.faults, f.records, f.dropped = f.promises[:0], f.faults[:0], f.records[:0], 0
	f.out, f.first, f.clean, f.told = f.out[:0], 0, false, f.told[:0]
}

// apply takes the next mark, which is stamped at.
func (f *fold) apply(m *Mark, at instant) {
	f.mark = m
	if !f.admit(m, at) {
		return
	}
	f.look(f.at)
	if f.p.cfg.CalendarChange == CalendarFollow {
		f.follow()
	}
	if m.Kind&^idleKinds == 0 && m.State == "" && m.Subject == nil {
		return
	}
	if !f.head.void && m.Kind.Has(f.p.stops) {
		f.stops(m)
	}
	waits := f.waits()
	f.flags(m)
	if m.Subject != nil || m.Kind.Has(MarkOpened|MarkSubject) {
		f.subject(m)
	}
	f.states(m)
	if m.State != "" || m.Subject != nil || m.Kind.Has(MarkResume) || f.waits() != waits {
		f.sync()
	}
	if m.Kind.Has(f.p.starts) {
		f.starts(m)
	}
	f.look(f.at) // a new target may be used up already
}

// idleKinds is what a mark can be without being anything to any clock.
const idleKinds = MarkNote | MarkAutoReply

// waits reports what [PauseAnswered] depends on, where the policy has it.
func (f *fold) waits() bool { return f.p.answered && f.head.answered && f.head.asked.IsZero() }

// admit checks the mark against what came before and sets f.at.
func (f *fold) admit(m *Mark, at instant) bool {
	h := &f.head
	if !h.at.IsZero() && m.Seq <= h.seq {
		f.fault(FaultSeq)
		return false
	}
	if at.IsZero() || !at.inYears() {
		f.fault(FaultTime)
		return false
	}
	if at.Before(h.at) {
		f.fault(FaultTimeBack)
		at = h.at
	}
	f.at, h.at, h.seq = at, at, m.Seq
	if m.Kind == 0 || m.Kind&^knownKinds != 0 {
		f.fault(FaultKind)
	}
	switch {
	case m.Kind.Has(MarkOpened):
		if !h.opened.IsZero() {
			f.fault(FaultOpenedTwice)
		}
	case h.opened.IsZero():
		f.fault(FaultNotOpened)
		return false
	}
	return m.Kind&knownKinds != 0 || m.State != "" || m.Subject != nil
}

func (f *fold) fault(code FaultCode) {
	if len(f.faults) >= maxFaults {
		f.dropped++
		return
	}
	bad, at := MarkFault{Code: code, Seq: f.head.seq}, f.head.at
	if f.mark != nil {
		bad.Seq, bad.Kind, at = f.mark.Seq, f.mark.Kind&knownKinds, instantOf(f.mark.At)
	}
	if at.inYears() {
		bad.At = at.UTC()
	}
	f.faults = append(f.faults, bad)
}

// stops is the first act of a mark: it stops and cancels running cycles.
func (f *fold) stops(m *Mark) {
	for _, i := range f.p.measured {
		c := &f.clocks[i]
		if c.phase != open_ {
			continue
		}
		if stop := m.Kind.Has(c.target.stop); stop || m.Kind.Has(endKinds) {
			f.end(c, m, stop)
		}
	}
	found := false
	for i := range f.promises {
		if c := &f.promises[i]; c.phase == open_ {
			mine := m.Promise == c.promise && m.Kind.Has(MarkPromiseKept|MarkPromiseBroken)
			found = found || mine
			f.end(c, m, mine)
		}
	}
	if m.Kind.Has(promiseKinds) {
		f.checkPromise(m, found)
	}
}

// checkPromise reports a promise mark that names no promise it could mean.
func (f *fold) checkPromise(m *Mark, found bool) {
	measured := len(f.promises) > 0 || f.p.target(f.head.rule, promise) != nil
	switch {
	case m.Promise == "" || len(m.Promise) > maxNameLen:
		f.fault(FaultPromise)
	case measured && !found && !m.Kind.Has(MarkPromiseMade):
		f.fault(FaultPromiseUnknown)
	}
}

// end stops or cancels one open cycle where the mark asks for it.
func (f *fold) end(c *clock, m *Mark, stop bool) {
	switch {
	case stop && instantOf(m.At).Before(c.start):
		f.fault(FaultAnsweredBefore)
		c.cancel(f.at, CauseAnsweredBefore)
	case stop:
		c.stop(f.at)
		if c.metric == firstResponse {
			f.head.answered = true // whatever the policy takes for an answer
		}
		if c.metric == promise && m.Kind.Has(MarkPromiseBroken) && c.breach.IsZero() {
			c.breach = f.at
		}
	default:
		cause := endCause(c.metric, m.Kind)
		if cause == "" {
			return
		}
		c.cancel(f.at, cause)
	}
	f.trace.turn(f, c, TurnEnd)
}

// endKinds is what can end a cycle that it does not stop.
const endKinds = MarkResolved | MarkClosed | voidKinds

// endCause says why a mark that does not stop a cycle cancels it, "" if it
// does not.
func endCause(i metricIndex, k MarkKind) Cause {
	switch {
	case k.Has(MarkMerged):
		return CauseMerged
	case k.Has(MarkSpam):
		return CauseSpam
	case k.Has(MarkCancelled):
		return CauseCancelled
	case k.Has(MarkClosed):
		return CauseClosed
	case k.Has(MarkResolved) && i.isResponse():
		return CauseResolved
	}
	return ""
}

// flags notes who waits for whom after the stops of a mark.
func (f *fold) flags(m *Mark) {
	h, k := &f.head, m.Kind
	replies := MarkAgentReply
	if h.rule >= 0 {
		replies = f.p.rules[h.rule].replies
	}
	if k.Has(replies) {
		h.answered, h.asked = true, instant{}
	}
	if k.Has(MarkResolved | MarkClosed) {
		h.done, h.asked = true, instant{}
	}
	if k.Has(voidKinds) {
		h.void = true
	}
	if f.asks(k) && h.asked.IsZero() {
		h.asked = f.at
	}
}

// asks reports whether the customer waits for an answer from this mark on.
func (f *fold) asks(k MarkKind) bool {
	if k.Has(MarkOpened) && f.head.opened.IsZero() {
		return !k.Has(MarkAgentReply)
	}
	return k.Has(MarkCustomerMessage)
}

// states is the second act: the ticket's state, and what it makes stand or
// run on.
func (f *fold) states(m *Mark) {
	h, k := &f.head, m.Kind
	name := m.State
	if len(name) > maxStateName || (name == "" && k.Has(MarkState|MarkPause)) {
		f.fault(FaultState)
		name, k = "", k&^MarkPause
	}
	switch {
	case k.Has(MarkPause) && h.held && h.hold == name:
		f.fault(FaultPausedTwice)
	case k.Has(MarkPause):
		h.hold, h.held = name, true
	case name != "":
		h.state = name
	}
	if k.Has(MarkResume) && !k.Has(MarkPause) {
		if !h.held {
			f.fault(FaultResume)
		}
		h.hold, h.held = "", false
	}
}

// sync lets the open cycles stand or run as the state asks.
func (f *fold) sync() {
	for _, i := range f.p.measured {
		// Most targets have no pause set, and their clocks run.
		if c := &f.clocks[i]; c.phase == open_ && (len(c.target.pause) > 0 || c.stands) {
			f.syncOne(c)
		}
	}
	for i := range f.promises {
		if c := &f.promises[i]; c.phase == open_ {
			f.syncOne(c)
		}
	}
}

func (f *fold) syncOne(c *clock) {
	stand := f.stands(c)
	switch {
	case stand && !c.stands:
		c.pause(f.at)
		f.trace.turn(f, c, TurnPause)
	case !stand && c.stands:
		f.undated(c.resume(f.at))
		f.trace.turn(f, c, TurnResume)
	}
}

// stands reports whether something in the pause set of the cycle holds.
func (f *fold) stands(c *clock) bool {
	t, h := c.target, &f.head
	if c.fixed || len(t.pause) == 0 {
		return false
	}
	return (t.answered && f.waits()) ||
		(h.state != "" && slices.Contains(t.pause, h.state)) ||
		(h.held && slices.Contains(t.pause, h.hold))
}

func (f *fold) undated(err error) {
	if err != nil && (errors.Is(err, ErrNoWorkingTime) || errors.Is(err, ErrOutOfRange)) {
		f.fault(FaultNoDue)
	}
}
