package rights

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func (r *ruling) repair() Entitlement {
	c := r.as(Repair, "§ 439 (1) BGB")
	c.cure(c.facts.RepairImpossible, c.facts.RepairCostly)
	return c.close()
}

func (r *ruling) replacement() Entitlement {
	c := r.as(Replacement, "§ 439 (1) BGB")
	c.cure(c.facts.ReplaceImpossible, c.facts.ReplaceCostly)
	return c.close()
}

// cure says whether one way of curing may be asked for. The choice is the
// buyer's; that it is impossible or too costly is for the seller to show.
func (r *ruling) cure(impossible, costly order.Answer) {
	r.e.ReturnCost = Seller // § 439 (2) BGB
	if r.e.Units <= 0 {
		r.gone()
	}
	if r.cured() {
		r.say(CodeCured, NotDue, "§ 439 BGB")
	}
	if impossible == order.Yes {
		r.say(CodeImpossible, Excluded, "§ 275 (1) BGB")
	}
	if costly == order.Yes {
		r.say(CodeCostly, Excluded, "§ 439 (4) BGB")
	}
}

// cured reports whether a cure was done after the last failure.
func (r *ruling) cured() bool {
	done, failed := r.happened(order.CureDone), r.happened(order.CureFailed)
	if len(done) == 0 {
		return false
	}
	return len(failed) == 0 || done[len(done)-1].After(failed[len(failed)-1])
}

// rescission rules on ending the contract: the price back for the goods.
func (r *ruling) rescission() Entitlement {
	c := r.as(Rescission, "§ 437 no. 2, § 323 BGB")
	c.afterCure()
	if c.facts.Trivial == order.Yes {
		c.say(CodeTrivial, Excluded, "§ 323 (5) sentence 2 BGB")
	}
	c.refund(c.e.Units)
	c.goodsBack("§ 348, § 475 (6) BGB")
	return c.close()
}

// goodsBack says that goods go back at the seller's cost, and money when they
// are back or proved sent.
func (r *ruling) goodsBack(source string) {
	r.e.ReturnCost = Seller
	if !r.has(statute.GoodsReturned) && !r.has(statute.DispatchProved) {
		r.e.Withheld = true
		r.say(CodeWithheld, "", source)
	}
}

// reduction rules on paying less: also for a trivial defect, § 441 (1)
// sentence 2 BGB.
func (r *ruling) reduction() Entitlement {
	c := r.as(PriceReduction, "§ 441 BGB")
	c.afterCure()
	c.reduce()
	return c.close()
}

// reduce notes what comes off the price, as far as the values are known.
func (r *ruling) reduce() {
	units := min(r.e.Units, r.left.Units)
	if units <= 0 {
		r.gone()
		return
	}
	for _, v := range []struct {
		fact  string
		value money.Amount
	}{{"facts.sound_value", r.facts.SoundValue}, {"facts.actual_value", r.facts.ActualValue}} {
		if !v.value.Given() {
			r.want(v.fact)
		}
	}
	if !r.facts.SoundValue.Given() || !r.facts.ActualValue.Given() {
		r.say(CodeValuesOpen, "", "§ 441 (3) BGB")
		return
	}
	price := r.worth(order.Ask{Line: r.line.ID, Units: units})
	_, back, err := Reduce(price, r.facts.ActualValue, r.facts.SoundValue)
	if err != nil {
		r.fail(err)
		return
	}
	r.e.Amount, r.e.Means = back, r.means()
	r.e.Ask = order.Ask{Line: r.line.ID, Amount: back}
	if back.Sign() == 0 {
		r.say(CodeNoLoss, NotDue, "§ 441 (3) BGB")
	}
}

// afterCure wants that the seller had the chance to cure and did not, or needs
// none: sections 323, 440, 475d BGB.
func (r *ruling) afterCure() {
	if r.cured() {
		r.say(CodeCured, NotDue, "§ 439 BGB")
		return
	}
	consumer := r.order.Buyer == order.Consumer
	enough := r.law.choices.BusinessCures
	if consumer {
		enough = r.law.choices.ConsumerCures
	}
	blocked := func(impossible, costly order.Answer) bool { return impossible == order.Yes || costly == order.Yes }
	over := false
	open := func(yes bool, code Code, source string) {
		if yes {
			over = true
			r.say(code, "", source)
		}
	}
	failed := len(r.events[order.CureFailed])
	open(r.has(order.CureRefused), CodeCureRefused, "§§ 440, 475d (1) no. 4 BGB")
	open(failed >= enough, CodeCureFailed, "§§ 440, 475d (1) no. 2 BGB")
	open(r.facts.CureUnreasonable == order.Yes, CodeUnreasonable, "§ 440 BGB")
	open(consumer && r.facts.SeriousDefect == order.Yes, CodeSerious, "§ 475d (1) no. 3 BGB")
	open(blocked(r.facts.RepairImpossible, r.facts.RepairCostly) && blocked(r.facts.ReplaceImpossible, r.facts.ReplaceCostly),
		CodeNoCure, "§§ 326 (5), 439 (4), 440 BGB")
	if ends := r.happened(order.CureGraceEnds); len(ends) > 0 {
		open(r.today.After(ends[len(ends)-1]), CodeGraceOver, "§ 323 (1), § 475d (1) no. 1 BGB")
	}
	if over {
		if consumer && failed > 0 && failed < 2 && !r.has(order.CureRefused) {
			r.rest(statute.Settled) // one attempt: § 475d; two: § 440
		}
		return
	}
	r.say(CodeCureFirst, NotDue, "§ 323 (1), § 439, § 475d BGB")
}
