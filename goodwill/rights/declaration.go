package rights

import (
	"slices"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// declaration is what a buyer has declared to withdraw from in the line.
type declaration struct {
	units    int64
	sent     sla.Date // the first time
	received sla.Date
	button   bool
}

// declared looks for withdrawals that were sent in time, by the last day if
// the period runs, and says what else it finds. A claim whose wish is to
// withdraw is a declaration of today where none is recorded.
func (r *ruling) declared(last sla.Date, runs bool) declaration {
	var d declaration
	late, silent := false, false
	for _, e := range r.order.Events {
		if e.Kind != statute.WithdrawalReceived || !e.Concerns(r.line.ID) {
			continue
		}
		received := e.At.Date(r.law.zone)
		switch sent := r.sentFor(received); {
		case e.Via == order.ViaReturn:
			silent = true
		case runs && sent.After(last):
			late = true
		default:
			d.take(e, r.line.Units, sent, received)
		}
	}
	switch {
	case late:
		r.tooLate(d, last)
	case d.units == 0:
		return r.undeclared(last, runs, silent)
	}
	return d
}

// undeclared says how the right stands where no declaration has come in.
func (r *ruling) undeclared(last sla.Date, runs, silent bool) declaration {
	if silent {
		r.say(CodeSilentReturn, "", "§ 355 (1) BGB")
	}
	over := runs && r.today.After(last)
	switch {
	case r.claim.Wish == order.WishWithdraw && r.units > 0 && !over:
		r.sayOn(CodeByClaim, "", r.today, "§ 355 (1) BGB")
		return declaration{units: r.units, sent: r.today, received: r.today}
	case r.has(statute.WithdrawalDispatched):
		r.say(CodeOnItsWay, NotDue, "§ 130 (1) BGB")
	case over:
		r.tooLate(declaration{}, last)
	default:
		r.say(CodeNotDeclared, NotDue, "§ 355 (1) BGB")
	}
	return declaration{}
}

// take adds a withdrawal in time.
func (d *declaration) take(e order.Event, all int64, sent, received sla.Date) {
	units := e.Units
	if units == 0 {
		units = all
	}
	if d.units == 0 || received.Before(d.received) {
		d.sent, d.received = sent, received
	}
	d.units = min(all, d.units+units)
	d.button = d.button || e.Via == order.ViaButton
}

// tooLate notes that a declaration, or today, is after the last day. Where
// others were in time, it stands in the way of nothing.
func (r *ruling) tooLate(d declaration, last sla.Date) {
	effect := Expired
	if d.units > 0 {
		effect = ""
	}
	r.sayOn(CodePeriodOver, effect, last, "§ 355 (1), (2) BGB")
}

// sentFor returns when a declaration that was received on a date was sent, as
// far as that is recorded: timely dispatch is enough, § 355 (1) BGB.
func (r *ruling) sentFor(received sla.Date) sla.Date {
	sent := received
	for _, day := range r.happened(statute.WithdrawalDispatched) {
		if !day.After(received) {
			sent = day
		}
	}
	return sent
}

func sortDates(dates []sla.Date) { slices.SortFunc(dates, sla.Date.Compare) }
