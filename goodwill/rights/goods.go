package rights

import (
	"slices"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// goods rules on the rights in goods that the claim, the facts or the delivery
// bring up.
func (j *judge) goods() {
	came, all := j.arrived(j.line)
	if j.defectClaimed() {
		j.defects(came)
		j.guarantees(came)
	}
	disputed := j.notReceived()
	if !all || disputed || j.claim.Cause == order.CauseLate {
		j.delays(came, all, disputed)
	}
}

// defectClaimed reports whether the claim or a fact says that something is
// wrong with what was delivered.
func (j *judge) defectClaimed() bool {
	return j.facts.Defect == order.Yes || j.has(order.DefectReported) || slices.Contains(
		[]order.Cause{order.CauseDefect, order.CauseNotAsDescribed, order.CauseDamaged, order.CauseWrongItem, order.CauseDigital}, j.claim.Cause)
}

// notReceived reports whether the buyer says that goods did not come.
func (j *judge) notReceived() bool {
	missing := j.claim.Cause == order.CauseNotDelivered || j.claim.Cause == order.CauseMissingItem
	return j.facts.DeliveryDisputed == order.Yes || missing && j.facts.DeliveryDisputed == order.Unknown
}

// defects rules on what a defect gives: first a cure, then the rest.
func (j *judge) defects(came []sla.Date) {
	base := j.rule("", "§§ 434, 437 BGB")
	base.e.Asked = true
	base.germanLaw()
	if len(came) == 0 {
		base.say(CodeNotDelivered, NotDue, "§ 434 (1) BGB")
	} else {
		base.defective(came)
	}
	j.add(base.repair(), base.replacement(), base.rescission(), base.reduction())
}

// defective says whether there is a defect that the seller answers for, and
// whether there is still time.
func (r *ruling) defective(came []sla.Date) {
	r.defect("§ 434 BGB")
	if r.facts.KnownAtPurchase == order.Yes {
		r.say(CodeKnown, Excluded, "§§ 442 (1), 476 (1) BGB")
	}
	switch r.order.Buyer {
	case order.Business:
		switch r.facts.ReportedPromptly {
		case order.No:
			r.say(CodeNotReported, Excluded, "§ 377 (2) HGB")
		case order.Unknown:
			r.lack(CodeReportOpen, "facts.reported_promptly", "§ 377 (1) HGB")
		case order.Yes:
		}
	case order.Consumer:
	default:
		r.lack(CodeBuyerOpen, "order.buyer", "§ 474 (1) BGB")
	}
	passed := came[len(came)-1]
	if days := r.happened(statute.RiskPassed); len(days) > 0 {
		passed = days[len(days)-1]
	}
	r.burden(r.presumption(), r.at(statute.RiskPassed, passed), "§ 477 (1) BGB")
	r.limitation(came[len(came)-1])
}

// defect says whether there is one, and whether the buyer made it.
func (r *ruling) defect(source string) {
	switch r.facts.Defect {
	case order.No:
		r.say(CodeNoDefect, NotDue, source)
	case order.Unknown:
		r.lack(CodeDefectOpen, "facts.defect", source)
	case order.Yes:
	}
	if r.facts.CausedByCustomer == order.Yes {
		r.say(CodeCausedByBuyer, NotDue, source)
	}
}

// presumption names the statute that counts for the goods.
func (r *ruling) presumption() string {
	former, ok := r.law.statutes[lawFormer]
	switch {
	case ok && !r.report.Contract.IsZero() && former.InForce(r.report.Contract):
		return lawFormer
	case r.line.Is(order.LiveAnimal):
		return lawAnimal
	}
	return lawPresumption
}

// burden says whether the defect was there from the start, and who has to
// prove it.
func (r *ruling) burden(id string, events statute.Events, source string) {
	switch r.facts.DefectAtDelivery {
	case order.Yes:
		return
	case order.No:
		r.say(CodeNotAtDelivery, NotDue, source)
		return
	case order.Unknown:
	}
	if r.order.Buyer != order.Consumer {
		r.lack(CodeBuyerProves, "facts.defect_at_delivery", "§ 363 BGB")
		return
	}
	d, ok := r.count(ActShow, Buyer, id, events)
	if !ok {
		return
	}
	shown, known := r.shown()
	r.done(known && !shown.After(d.LastDay))
	switch {
	case r.facts.PresumptionRebuts == order.Yes:
		r.lack(CodeBuyerProves, "facts.defect_at_delivery", source)
	case known && !shown.After(d.LastDay), !known && !r.today.After(d.LastDay):
		r.sayOn(CodePresumed, "", d.LastDay, source)
	case !known:
		r.lack(CodeShownOpen, order.EventPath(statute.DefectShown), source)
	default:
		r.lack(CodeBuyerProves, "facts.defect_at_delivery", source)
	}
}

// shown returns when the defect showed: at the latest when it was reported.
func (r *ruling) shown() (sla.Date, bool) {
	for _, kind := range []statute.Event{statute.DefectShown, order.DefectReported, order.CureDemanded} {
		if days := r.happened(kind); len(days) > 0 {
			return days[0], true
		}
	}
	return sla.Date{}, false
}

// limitation says whether the seller may refuse because of time. Where the
// buyer came in time, talks may have suspended it: § 203 BGB.
func (r *ruling) limitation(delivered sla.Date) {
	events := r.at(statute.Delivered, delivered)
	id := r.limit()
	if r.facts.Concealed == order.Yes {
		shown, known := r.shown()
		if !known {
			shown = r.today
		}
		id, events = lawClaim, r.at(statute.ClaimArose, shown)
		r.say(CodeConcealed, "", "§ 438 (3) BGB")
	}
	r.limited(id, events)
}

func (r *ruling) limited(id string, events statute.Events) {
	d, ok := r.count(ActClaim, Buyer, id, events)
	if !ok || !r.today.After(d.LastDay) {
		return
	}
	in := func(kind statute.Event) bool {
		days := r.happened(kind)
		return len(days) > 0 && !days[0].After(d.LastDay)
	}
	switch {
	case r.facts.LimitationSuspended == order.Yes:
		r.say(CodeSuspended, "", "§§ 203, 204 BGB")
	case r.facts.LimitationSuspended == order.Unknown && (in(order.DefectReported) || in(order.CureDemanded)):
		r.lack(CodeSuspensionOpen, "facts.limitation_suspended", "§ 203 BGB")
	default:
		r.sayOn(CodeLimitation, Expired, d.LastDay, "§§ 214, 438 BGB")
	}
}

// limit names the statute of limitation that counts.
func (r *ruling) limit() string {
	business := r.order.Buyer == order.Business
	switch {
	case r.line.Is(order.ForConstruction) && business:
		return derivedBuilder
	case r.line.Is(order.ForConstruction):
		return derivedConstruction
	case business:
		return derivedBusiness
	case r.line.Is(order.Used) && r.facts.ShortLimitAgreed == order.Yes:
		return lawUsed
	case r.has(order.CureDone) && r.extended():
		return lawExtension
	}
	return lawWarranty
}

// extended reports whether a repair extends the limitation, by a statute that
// counts only where unverified ones do.
func (r *ruling) extended() bool {
	s := r.law.statutes[lawExtension]
	if r.report.Contract.IsZero() || !s.InForce(r.report.Contract) {
		return false
	}
	if s.Certainty == statute.Unverified && !r.law.unverified {
		r.report.Ignored = append(r.report.Ignored, s.ID)
		return false
	}
	return true
}

// guarantees rules on each guarantee in the line.
func (j *judge) guarantees(came []sla.Date) {
	for _, g := range j.line.Guarantees {
		r := j.rule(GuaranteeClaim, "§ 443 BGB")
		r.e.Asked = true
		if g.By == order.ByManufacturer {
			r.say(CodeByManufacturer, "", "§ 443 (1) BGB")
		}
		if !g.Covers {
			r.say(CodeNotCovered, Excluded, "§ 443 BGB")
		}
		switch r.facts.GuaranteeExcludes {
		case order.Yes:
			r.say(CodeTermsExclude, Excluded, "§§ 443, 479 BGB")
		case order.Unknown:
			r.lack(CodeTermsOpen, "facts.guarantee_excludes", "§§ 443, 479 BGB")
		case order.No:
		}
		r.defect("§ 443 (2) BGB") // what shows in its time is presumed to be covered
		r.guaranteed(g, came)
		j.add(r.close())
	}
}

// guaranteed says whether the defect showed in the time of a guarantee.
func (r *ruling) guaranteed(g order.Guarantee, came []sla.Date) {
	if len(came) == 0 {
		r.say(CodeNotDelivered, NotDue, "§ 443 BGB")
		return
	}
	last := after(came[len(came)-1], g.Period)
	shown, known := r.shown()
	switch {
	case known && shown.After(last), !known && r.today.After(last):
		r.sayOn(CodeGuaranteeOver, Expired, last, "§ 443 BGB")
	default:
		r.sayOn(CodeGuaranteeRuns, "", last, "§ 443 BGB")
	}
}

// after returns the last day of a period of civil dates: § 188 BGB.
func after(d sla.Date, p sla.Period) sla.Date {
	if p.Unit == sla.UnitYear {
		return d.AddYears(p.N)
	}
	if p.Unit == sla.UnitMonth {
		return d.AddMonths(p.N)
	}
	if p.Unit == sla.UnitWeek {
		return d.AddDays(7 * p.N)
	}
	return d.AddDays(p.N) // a valid guarantee has no other unit
}
