package rights

import (
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// delays rules on goods that are late, or did not come.
func (j *judge) delays(came []sla.Date, all, disputed bool) {
	base := j.rule("", "§ 433 (1) BGB")
	base.e.Asked = disputed || j.claim.Cause == order.CauseLate || j.claim.Wish == order.WishDelivery || j.claim.Wish == order.WishCancel
	base.germanLaw()
	due, known := base.dueDay()
	here := base.as(Delivery, "§ 433 (1) BGB")
	here.outstanding(all, disputed)
	if known && !j.today.After(due) {
		here.sayOn(CodeNotLate, NotDue, due, "§ 271 (2) BGB")
	}
	ends := here.as(DelayRescission, "§ 323 BGB")
	ends.graceOver()
	if came = partly(came, all); len(came) > 0 {
		ends.say(CodePartCame, "", "§ 323 (5) sentence 1 BGB")
	}
	ends.refund(ends.e.Units)
	j.add(here.close(), ends.close(), base.damages(due, known, all && !disputed))
}

// partly returns the dates on which only a part came.
func partly(came []sla.Date, all bool) []sla.Date {
	if all {
		return nil
	}
	return came
}

// outstanding says whether something is still to come. That it came is for
// the seller to prove: § 363, § 475 (2) BGB.
func (r *ruling) outstanding(all, disputed bool) {
	if r.e.Units <= 0 {
		r.gone()
	}
	switch {
	case !all:
	case r.facts.DeliveryDisputed == order.Yes:
		r.say(CodeSellerProves, "", "§§ 363, 475 (2) BGB")
	case disputed:
		r.lack(CodeDisputeAsked, "facts.delivery_disputed", "§§ 363, 475 (2) BGB")
	default:
		r.say(CodeDelivered, NotDue, "§ 362 (1) BGB")
	}
	if r.has(order.ParcelLost) {
		r.say(CodeLost, "", "§ 475 (2) BGB")
	}
}

// dueDay returns the last day for the delivery: as agreed, for a consumer else
// by law.
func (r *ruling) dueDay() (sla.Date, bool) {
	if days := r.happened(order.DeliveryAgreed); len(days) > 0 {
		last := days[len(days)-1]
		r.sayOn(CodeAgreedDay, "", last, "§ 271 BGB")
		return last, true
	}
	switch r.order.Buyer {
	case order.Consumer:
		d, ok := r.count(ActDeliver, Seller, lawDelivery, r.events)
		return d.LastDay, ok
	case order.Business:
		r.lack(CodeEventMissing, order.EventPath(order.DeliveryAgreed), "§ 271 BGB")
	default:
		r.lack(CodeBuyerOpen, "order.buyer", "§ 475 (1) BGB")
	}
	return sla.Date{}, false
}

// graceOver wants that the buyer has given time, or need not: § 323 (1), (2)
// BGB.
func (r *ruling) graceOver() {
	over := false
	open := func(yes bool, code Code, source string) {
		if yes {
			over = true
			r.say(code, "", source)
		}
	}
	open(r.has(order.DeliveryRefused), CodeRefused, "§ 323 (2) no. 1 BGB")
	open(r.facts.FixedDate == order.Yes, CodeFixedDate, "§ 323 (2) no. 2 BGB")
	if ends := r.happened(order.DeliveryGraceEnds); len(ends) > 0 {
		open(r.today.After(ends[len(ends)-1]), CodeGraceOver, "§ 323 (1) BGB")
	}
	if !over {
		r.say(CodeGraceFirst, NotDue, "§ 323 (1) BGB")
	}
}

// damages rules on the loss by delay that the buyer has shown.
func (r *ruling) damages(due sla.Date, known, here bool) Entitlement {
	c := r.as(DelayDamages, "§ 280 (1), (2), § 286 BGB")
	if known {
		until := c.today
		if came, _ := c.arrived(c.line); here && len(came) > 0 {
			until = came[len(came)-1]
		}
		if !until.After(due) {
			c.sayOn(CodeNotLate, NotDue, due, "§ 286 (1) BGB")
		}
	}
	if !c.has(order.DeliveryAgreed) && !c.has(order.DeliveryGraceEnds) && !c.has(order.DeliveryRefused) {
		c.say(CodeReminderFirst, NotDue, "§ 286 (1) BGB")
	}
	if c.facts.DelayExcused == order.Yes {
		c.say(CodeExcused, Excluded, "§ 286 (4) BGB")
	}
	switch {
	case !c.facts.DamageShown.Given():
		c.lack(CodeDamageOpen, "facts.damage_shown", "§ 280 (1) BGB")
	case c.facts.DamageShown.Sign() == 0:
		c.say(CodeNoDamage, NotDue, "§ 280 (1) BGB")
	default:
		c.e.Amount, c.e.Means = c.facts.DamageShown, c.means()
	}
	return c.close()
}

// digital rules on digital content and services: sections 327 to 327u BGB.
func (j *judge) digital() {
	base := j.rule("", "§ 327 (1) BGB")
	base.e.Asked = j.claim.Cause != order.CauseChangeOfMind
	base.germanLaw()
	base.consumer("§ 327 (1) BGB")
	provided := base.happened(statute.Provided)
	if len(provided) == 0 {
		j.unprovided(base)
		return
	}
	if !j.defectClaimed() {
		return
	}
	base.defect("§§ 327d, 327e BGB")
	events := base.at(statute.Provided, provided[0])
	base.burden(lawDigitalProof, events, "§ 327k (1) BGB")
	delete(events, statute.CuredItemReturned) // that tail is for goods alone
	base.limited(derivedDigital, events)
	cure := base.as(DigitalCure, "§ 327l BGB")
	cure.cure(cure.facts.RepairImpossible, cure.facts.RepairCostly)
	ends := base.as(Termination, "§ 327m (1), (2) BGB")
	ends.afterCure()
	if ends.facts.Trivial == order.Yes {
		ends.say(CodeTrivial, Excluded, "§ 327m (2) BGB")
	}
	ends.refund(ends.e.Units)
	less := base.as(DigitalReduction, "§ 327n BGB")
	less.afterCure()
	less.reduce()
	for _, r := range []*ruling{ends, less} {
		r.digitalMoney()
	}
	j.add(cure.close(), ends.close(), less.close())
}

// unprovided rules on a digital product that did not come: § 327b, § 327c BGB.
func (j *judge) unprovided(base *ruling) {
	agreed := base.happened(order.DeliveryAgreed)
	if len(agreed) > 0 && !j.today.After(agreed[len(agreed)-1]) {
		base.sayOn(CodeNotLate, NotDue, agreed[len(agreed)-1], "§ 327b (2) BGB")
	}
	now := base.as(Provision, "§ 327b BGB")
	ends := base.as(Termination, "§ 327c (1), (3) BGB")
	ends.graceOver()
	ends.refund(ends.e.Units)
	ends.digitalMoney()
	j.add(now.close(), ends.close())
}

// digitalMoney counts until when money goes back, from the first declaration.
func (r *ruling) digitalMoney() {
	if days := r.happened(statute.ReductionOrTermination); len(days) > 0 {
		r.count(ActRefund, Seller, lawDigitalMoney, r.at(statute.ReductionOrTermination, days[0]))
	}
}
