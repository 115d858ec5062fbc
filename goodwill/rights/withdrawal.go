package rights

import (
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// withdrawal rules on the withdrawal from what the line is.
func (j *judge) withdrawal() Entitlement {
	r := j.rule(Withdrawal, "§§ 312g (1), 355 BGB")
	r.germanLaw()
	r.consumer("§ 312g (1) BGB")
	switch r.order.Sale {
	case order.Distance, order.OffPremises:
	case order.InStore:
		r.say(CodeInStore, Excluded, "§ 312g (1) BGB")
	default:
		r.lack(CodeSaleOpen, "order.sale", "§§ 312b, 312c BGB")
	}
	r.exclusions()
	r.lapse()
	last, runs := r.window()
	d := r.declared(last, runs)
	if d.units > 0 {
		r.e.Asked = true
		r.refund(d.units)
		r.afterWithdrawal(d)
	}
	return r.close()
}

// lapse says whether the right ended because performance began: § 356 (4), (5)
// BGB.
func (r *ruling) lapse() {
	var begun statute.Event
	source := "§ 356 (5) BGB"
	switch r.line.Kind {
	case order.DigitalContent:
		if begun = order.PerformanceStarted; !r.has(begun) {
			begun = statute.Provided
		}
	case order.DigitalService, order.Service:
		begun, source = order.PerformanceDone, "§ 356 (4) BGB"
	case "", order.Goods, order.DigitalGoods:
		return
	}
	if !r.has(begun) {
		return
	}
	switch r.facts.DigitalConsent {
	case order.Yes:
		r.say(CodeLapsed, Excluded, source)
	case order.No:
		r.say(CodeNoConsent, "", source)
	case order.Unknown:
		r.lack(CodeConsentOpen, "facts.digital_consent", source)
	}
}

// window counts until when the buyer may withdraw; false while the period has
// not begun, or cannot be counted.
func (r *ruling) window() (sla.Date, bool) {
	id, trigger := derivedContract, statute.ContractConcluded
	var begins sla.Date
	switch r.line.Kind {
	case order.DigitalContent, order.DigitalService, order.Service:
		if begins = r.report.Contract; begins.IsZero() {
			r.lack(CodeEventMissing, order.EventPath(trigger), "§ 355 (2) BGB")
			return sla.Date{}, false
		}
	case "", order.Goods, order.DigitalGoods:
		id, trigger = lawEffective, statute.GoodsReceived
		var all bool
		if begins, all = r.received(); !all {
			r.say(CodeNotBegun, "", "§ 356 (2) no. 1 BGB")
			return sla.Date{}, false
		}
	}
	events := r.at(trigger, begins)
	if told := r.happened(statute.InstructionGiven); len(told) > 0 {
		events[statute.InstructionGiven] = statute.Moments{statute.On(told[0])}
	} else {
		r.say(CodeNoInstruction, "", "§ 356 (3) BGB")
	}
	d, ok := r.count(ActWithdraw, Buyer, id, events)
	if !ok {
		return sla.Date{}, false
	}
	if r.law.choices.DirectiveCap {
		return r.directiveCap(d, begins), true
	}
	return d.LastDay, true
}

// directiveCap is the last day by the directive, where the longest period of
// § 356 (3) BGB ended the count.
func (r *ruling) directiveCap(d statute.Deadline, begins sla.Date) sla.Date {
	limited, last := false, d.LastDay
	for _, s := range d.Trace {
		limited = limited || s.Code == statute.StepNoInstruction || s.Code == statute.StepLimit
	}
	if !limited {
		return last
	}
	longest, ok := r.count(ActWithdraw, Buyer, lawCap, r.at(statute.GoodsReceived, begins))
	if !ok {
		return last
	}
	if told := r.happened(statute.InstructionGiven); len(told) > 0 { // 14 days from a late instruction, if these end before
		from, ok := r.count(ActWithdraw, Buyer, lawGoods, r.at(statute.GoodsReceived, told[0]))
		if ok && from.LastDay.Before(longest.LastDay) {
			return from.LastDay
		}
	}
	return longest.LastDay
}

// received returns when the buyer had the goods for § 356 (2) no. 1 BGB: of a
// subscription the first, else the last of all goods of the order, which were
// ordered as one. It is false while some are still to come.
func (r *ruling) received() (sla.Date, bool) {
	if r.line.Is(order.Subscription) {
		dates, _ := r.arrived(r.line)
		if len(dates) == 0 {
			return sla.Date{}, false
		}
		return dates[0], true
	}
	var last sla.Date
	for i := range r.order.Lines {
		l := &r.order.Lines[i]
		if !isGoods(l) || l.Is(order.Subscription) || r.balances[i].Units == 0 && l.ID != r.line.ID {
			continue
		}
		dates, all := r.arrived(l)
		if !all {
			return sla.Date{}, false
		}
		if day := dates[len(dates)-1]; day.After(last) {
			last = day
		}
	}
	return last, !last.IsZero()
}

func isGoods(l *order.Line) bool {
	return l.Kind == "" || l.Kind == order.Goods || l.Kind == order.DigitalGoods
}

// arrived returns the dates on which units of a line came, in order, and
// whether all of them have. Where nobody recorded that the buyer got them,
// that they were handed over counts.
func (j *judge) arrived(l *order.Line) ([]sla.Date, bool) {
	for _, kind := range []statute.Event{statute.GoodsReceived, statute.Delivered} {
		var dates []sla.Date
		var units int64
		for _, e := range j.order.Events {
			if e.Kind != kind || !e.Concerns(l.ID) || e.At.IsZero() {
				continue
			}
			dates = append(dates, e.At.Date(j.law.zone))
			if e.Units == 0 {
				units = l.Units
			}
			units += e.Units
		}
		if len(dates) > 0 {
			sortDates(dates)
			return dates, units >= l.Units
		}
	}
	return nil, false
}

// afterWithdrawal says what follows from a withdrawal in time: repayment,
// return, and a receipt.
func (r *ruling) afterWithdrawal(d declaration) {
	events := r.at(statute.WithdrawalReceived, d.received)
	if d.button {
		if _, ok := r.count(ActConfirm, Seller, lawReceipt, events); ok {
			r.done(r.has(order.WithdrawalConfirmed))
		}
	}
	came, _ := r.arrived(r.line)
	if !isGoods(r.line) || len(came) == 0 && !r.has(order.Dispatched) { // nothing to send back
		r.count(ActRefund, Seller, lawRefund, events)
		return
	}
	if p, ok := r.count(ActRefund, Seller, lawHold, events); ok {
		r.e.Withheld = !p.Due()
		if r.e.Withheld {
			r.say(CodeWithheld, "", "§ 357 (4) BGB")
		}
	}
	if len(came) > 0 {
		if _, ok := r.count(ActReturn, Buyer, lawReturn, r.at(statute.WithdrawalDispatched, d.sent)); ok {
			r.done(r.has(statute.GoodsReturned) || r.has(statute.DispatchProved))
		}
	}
	r.returnCost()
}

// returnCost says who pays for sending the goods back: § 357 (5) to (7) BGB.
func (r *ruling) returnCost() {
	switch {
	case r.order.Sale == order.OffPremises && r.line.Is(order.Bulky):
		r.e.ReturnCost = Seller
		r.say(CodeFetched, "", "§ 357 (7) BGB")
	case r.facts.ReturnCostShop == order.Yes, r.facts.ReturnCostTold == order.No:
		r.e.ReturnCost = Seller
	case r.facts.ReturnCostTold == order.Yes:
		r.e.ReturnCost = Buyer
	default:
		r.want("facts.return_cost_told")
	}
}
