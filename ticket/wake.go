package ticket

import "time"

// maxIdleDoublings bounds how much rarer the looks at an untouched ticket get.
const maxIdleDoublings = 3

// NextWake returns when somebody has to look at the ticket again by itself.
// Every ticket that is not closed, spam, merged or erased has such an
// instant: nobody is overlooked. Zero: never.
func (r *Rules) NextWake(t *Ticket) time.Time {
	var next time.Time
	sooner := func(at time.Time) {
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	kind := r.workflow.Kind(t.State)
	if kind == StateErased {
		return next
	}
	for _, p := range t.Promises {
		if !p.Overdue {
			sooner(p.Due)
		}
	}
	if kind.isFinal() {
		return next
	}
	for _, cb := range t.Callbacks {
		sooner(cb.look())
	}
	sooner(r.acknowledgeAt(t))
	if r.asksBot(t) {
		sooner(t.Barrage.Since)
	}
	sooner(t.Timer.FollowUp)
	if t.Timer.Reminded < len(t.Timer.Reminders) {
		sooner(t.Timer.Reminders[t.Timer.Reminded])
	}
	if ends := t.ends(); ends.IsZero() {
		sooner(r.idleLook(t))
	} else {
		sooner(ends)
	}
	return next
}

// ends is when the state ends by itself; zero: it does not. An open promise or
// callback keeps a resolved ticket from closing; until it is kept or broken the
// ticket is looked at like any that nobody touches.
func (t Ticket) ends() time.Time {
	if t.Resolution != "" && t.hasOpen() {
		return time.Time{}
	}
	return t.Timer.At
}

// idleLook is when to take note of a ticket that nobody touches: after the
// time of the rules, then after twice that, four and eight times.
func (r *Rules) idleLook(t *Ticket) time.Time {
	p := r.cfg.Idle
	p.N <<= min(t.Counters.Idle, maxIdleDoublings)
	return r.after(t.Updated, p)
}

// Due returns the next command that the system has to give by now, or nil.
// Giving it changes the ticket, so the caller asks again.
func (r *Rules) Due(t *Ticket, now time.Time) Command {
	come := func(at time.Time) bool { return !at.IsZero() && !now.Before(at) }
	kind := r.workflow.Kind(t.State)
	if kind == StateErased {
		return nil
	}
	for _, p := range t.Promises {
		if !p.Overdue && come(p.Due) {
			return Observe{What: WhatPromiseOverdue, Promise: p.ID}
		}
	}
	if kind.isFinal() {
		return nil
	}
	if cmd := dueCall(t, come); cmd != nil {
		return cmd
	}
	timer := t.Timer
	switch {
	case timer.Reminded < len(timer.Reminders) && come(timer.Reminders[timer.Reminded]):
		return Remind{Text: ReminderText(t.Customer.Language)}
	case come(timer.FollowUp):
		return FollowUp{Text: FollowUpText(t.Customer.Language)}
	case come(r.acknowledgeAt(t)):
		return Acknowledge{}
	case come(t.ends()):
		return r.ending(t, kind)
	case t.ends().IsZero() && come(r.idleLook(t)):
		return Observe{What: WhatIdle}
	}
	return nil
}

func dueCall(t *Ticket, come func(time.Time) bool) Command {
	for _, cb := range t.Callbacks {
		if come(cb.look()) {
			return CallDue{ID: cb.ID, Late: cb.Come}
		}
	}
	return nil
}

// settled reports whether nothing keeps a ticket from being resolved without
// a person.
func (r *Rules) settled(t *Ticket) bool {
	return !t.hasOpen() && len(t.Points) == 0 && len(guardPlaybookDone(&Input{Rules: r, Ticket: t})) == 0
}

// ending is what a state does when its own timer comes due.
func (r *Rules) ending(t *Ticket, kind State) Command {
	timer := t.Timer
	switch kind {
	case StateBot:
		return HandOff{}
	case StateResolved:
		return AutoClose{}
	case StateWaitingCustomer:
		asked := timer.Reminded > 0 && timer.Reminded >= len(timer.Reminders)
		if r.cfg.AutoResolve && asked && r.settled(t) {
			return AutoResolve{Token: timer.Token}
		}
		return Wake{Token: timer.Token}
	default:
		return Wake{Token: timer.Token}
	}
}
