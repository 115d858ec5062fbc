package sla

import (
	"slices"
	"time"
)

// starts is the last act of a mark: restoring, reopening, new cycles.
func (f *fold) starts(m *Mark) {
	h, k := &f.head, m.Kind
	if k.Has(MarkRestored) && !k.Has(voidKinds) {
		f.restore()
	}
	opens := k.Has(MarkOpened) && h.opened.IsZero()
	if opens {
		h.opened = f.at
	}
	if h.void {
		return
	}
	if k.Has(MarkReopened) {
		f.reopen()
	}
	f.cyclesBegin(k, opens)
	if k.Has(MarkPromiseMade) {
		f.promiseMade(m)
	}
}

// cyclesBegin starts the cycles that the mark asks for.
func (f *fold) cyclesBegin(k MarkKind, opens bool) {
	for _, i := range f.p.measured {
		c := &f.clocks[i]
		if c.phase == open_ {
			continue
		}
		if tg := f.p.target(f.head.rule, i); tg != nil && f.begins(c, k, opens) {
			f.begin(c, tg, f.at)
		}
	}
}

// begins says whether the mark starts a cycle of the metric.
func (f *fold) begins(c *clock, k MarkKind, opens bool) bool {
	h := &f.head
	switch asks := k.Has(MarkCustomerMessage); {
	case c.metric.isResolution():
		return opens && !h.done
	case c.metric == periodicUpdate:
		return !h.done && k.Has(f.p.target(h.rule, c.metric).stop)
	case opens:
		return c.metric == firstResponse && !h.asked.IsZero() && !h.answered && !h.done
	default:
		return asks && !h.asked.IsZero() && h.answered == (c.metric == nextResponse)
	}
}

// begin starts the next cycle of a metric, at the mark or some time before.
func (f *fold) begin(c *clock, tg *target, start instant) {
	cycle := 0
	if c.phase != idle {
		cycle = c.cycle + 1
		f.displace(c)
		*c = clock{metric: c.metric} // a literal of all fields would be built aside and copied
	}
	c.phase, c.cycle, c.rule, c.target, c.start = open_, cycle, f.head.rule, tg, start
	f.undated(f.allow(c))
	f.trace.turn(f, c, TurnStart)
	f.stand(c)
}

// stand makes a cycle that starts in a pausing state stand.
func (f *fold) stand(c *clock) {
	if f.stands(c) {
		c.pause(f.at)
		f.trace.turn(f, c, TurnPause)
	}
}

// displace lets go of a cycle that another takes the place of.
func (f *fold) displace(c *clock) {
	if c.recorded != (percents{}) {
		f.keepRecord(record{c.metric, c.cycle, c.recorded})
	}
	if f.keeps {
		f.write(c, f.at)
	}
}

// keepRecord remembers what was recorded of the last cycles of each metric.
func (f *fold) keepRecord(r record) {
	n, oldest := 0, -1
	for i := range f.records {
		if f.records[i].metric == r.metric {
			if n == 0 {
				oldest = i
			}
			n++
		}
	}
	if n >= maxRecords {
		f.records = slices.Delete(f.records, oldest, oldest+1)
	}
	f.records = append(f.records, r)
}

// allowance is what a target allows a cycle, from its origin on.
type allowance struct {
	origin
	pin    string
	budget time.Duration
	due    instant
}

// allowance resolves the period of a target.
func (f *fold) allowance(a *allowance, tg *target, start instant) error {
	a.from = start
	if tg.openTime {
		a.cal, a.pin = f.cals[tg.slot], f.pins[tg.slot]
	}
	if tg.budget > 0 {
		due, err := a.ahead(tg.tie, tg.budget)
		a.budget, a.due = tg.budget, due
		return err
	}
	civil := f.p.wall
	if tg.slot >= 0 {
		civil = f.cals[tg.slot]
	}
	due, err := civil.AddPeriod(start.UTC(), tg.period)
	if err != nil {
		return err
	}
	a.due = instantOf(due)
	if a.budget = a.until(a.due); a.cal != nil && a.budget == 0 {
		// Nothing opens up to the due date, so open time cannot tell how much
		// of the target is used up.
		a.origin, a.pin, a.budget = origin{from: start}, "", a.due.Sub(start)
	}
	return nil
}

// allow gives a starting cycle its allowance.
func (f *fold) allow(c *clock) error {
	var a allowance
	err := f.allowance(&a, c.target, c.start)
	c.origin, c.pin, c.budget, c.due = a.origin, a.pin, a.budget, a.due
	return err
}

// reopen takes up the clocks that resolution stopped, each by its rule.
func (f *fold) reopen() {
	if !f.head.done {
		f.fault(FaultReopen)
		return
	}
	f.head.done = false
	for i := customerWait; i <= totalResolution; i++ {
		c := &f.clocks[i]
		f.fill(c, f.at)
		if c.phase != stopped && (c.phase != cancelled || c.cause != CauseClosed) {
			continue
		}
		switch c.target.reopen {
		case ReopenContinue:
			c.revive()
		case ReopenExclude:
			f.undated(c.exclude(f.at))
		case ReopenNewCycle:
			tg := f.p.target(f.head.rule, i)
			if tg == nil {
				continue
			}
			f.begin(c, tg, f.at)
			continue
		case ReopenIgnore:
			continue
		}
		f.trace.turn(f, c, TurnReopen)
		f.rejoin(c)
	}
}

// restore takes up the clocks that a merge, spam or cancel mark ended, and
// starts those that it kept from starting: the customer waited all along.
func (f *fold) restore() {
	if !f.head.void {
		f.fault(FaultRestore)
		return
	}
	f.head.void = false
	for i := range f.cycles() {
		c := f.cycle(i)
		if c.phase == cancelled && (c.cause == CauseMerged || c.cause == CauseSpam || c.cause == CauseCancelled) {
			c.revive()
			f.trace.turn(f, c, TurnRestore)
			f.rejoin(c)
		}
	}
	for i := range f.clocks {
		c := &f.clocks[i]
		switch {
		case c.metric.isResolution():
			f.fill(c, f.head.opened)
		case c.metric == periodicUpdate:
			f.fill(c, f.at)
		default:
			f.fill(c, f.head.asked)
		}
	}
}

// rejoin brings a revived cycle under the state and the rule of now.
func (f *fold) rejoin(c *clock) {
	f.look(f.at) // it may have come back late, and be cancelled by its new rule
	if c.rule != f.head.rule && !c.fixed {
		f.retargetOpen(c, f.p.target(f.head.rule, c.metric))
	}
	if c.phase == open_ {
		f.syncOne(c)
	}
}

// promiseMade starts the cycle of a promise.
func (f *fold) promiseMade(m *Mark) {
	tg := f.p.target(f.head.rule, promise)
	if tg == nil || m.Promise == "" || len(m.Promise) > maxNameLen {
		return
	}
	if slices.ContainsFunc(f.promises, func(c clock) bool { return c.phase == open_ && c.promise == m.Promise }) {
		f.fault(FaultPromiseTwice)
		return
	}
	if m.Due.IsZero() && tg.period == (Period{}) {
		f.fault(FaultPromiseNoDate)
		return
	}
	c := clock{
		metric: promise, phase: open_, cycle: f.head.promises, promise: m.Promise,
		rule: f.head.rule, target: tg, start: f.at, origin: origin{from: f.at},
	}
	if m.Due.IsZero() {
		f.undated(f.allow(&c))
	} else {
		c.fixed, c.due = true, instantOf(m.Due)
		c.budget = c.due.Sub(f.at)
		if c.budget < 0 {
			f.fault(FaultPromisePast)
		}
	}
	if f.hold(c) {
		f.head.promises++
		kept := &f.promises[len(f.promises)-1]
		f.trace.turn(f, kept, TurnStart)
		f.stand(kept)
	}
}

// hold keeps a promise, in place of the first ended one where all are taken.
func (f *fold) hold(c clock) bool {
	if len(f.promises) >= maxPromises {
		i := slices.IndexFunc(f.promises, func(c clock) bool { return c.phase != open_ })
		if i < 0 {
			f.fault(FaultPromises)
			return false
		}
		f.displace(&f.promises[i])
		f.promises = slices.Delete(f.promises, i, i+1)
	}
	f.promises = append(f.promises, c)
	return true
}
