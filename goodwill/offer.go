package goodwill

import (
	"slices"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
)

// offers looks for a favour: the first step of the ladder that was not
// declined, comes to something, is worth it and may be given. A right that
// rests on a missing fact comes first, so that it is never called a favour.
func (r *run) offers() {
	r.concern()
	if r.foreign() {
		r.say(CodeForeign, "floor.country", r.in.Case.Order.Country)
	}
	if len(r.d.Owed) == 0 && len(r.open()) > 0 {
		r.say(CodeFactsFirst, "offers", "")
		return
	}
	if len(r.cuts) > 0 && !r.policy.Abuse.Approve {
		return
	}
	i := slices.IndexFunc(r.policy.Rules, r.matches)
	if i < 0 {
		r.say(CodeNoRule, "offers", "")
		return
	}
	rule := &r.policy.Rules[i]
	r.d.Trace = append(r.d.Trace, Step{Rule: "rule." + rule.ID, Amount: r.of(r.base)})
	for k := range rule.Ladder {
		o := &rule.Ladder[k]
		if slices.Contains(r.in.Declined, o.ID) {
			r.d.Trace = append(r.d.Trace, Step{Rule: "offer." + o.ID, Effect: CodeDeclined})
			continue
		}
		if r.try(o) {
			return
		}
	}
	r.say(CodeLadderEnds, "rule."+rule.ID, "")
}

// foreign reports whether the order lies outside the law.
func (r *run) foreign() bool {
	return slices.ContainsFunc(r.d.Rights.Entitlements, func(e rights.Entitlement) bool { return e.Has(rights.CodeForeignLaw) })
}

// concern adds up what the claim is about.
func (r *run) concern() {
	c := &r.in.Case
	for _, b := range r.balances[:len(r.balances)-1] {
		units := b.Units
		if len(c.Claim.Items) > 0 {
			i := slices.IndexFunc(c.Claim.Items, func(x order.Item) bool { return x.Line == b.Line })
			if i < 0 {
				continue
			}
			if n := c.Claim.Items[i].Units; n > 0 {
				units = min(units, n)
			}
		}
		if units == 0 {
			continue
		}
		gross := b.Gross
		if units < b.Units || len(c.Order.Refunds) > 0 {
			refund, err := c.Order.Refund(order.Ask{Line: b.Line, Units: units})
			if err != nil {
				r.fail(err)
				continue
			}
			gross = refund.Parts[0].Gross
		}
		r.lines = append(r.lines, b.Line)
		r.base = r.plus(r.base, gross.Minor())
	}
}

func (r *run) matches(rule Rule) bool {
	c := &r.in.Case
	if len(rule.Causes) > 0 && !slices.Contains(rule.Causes, c.Claim.Cause) ||
		len(rule.Severities) > 0 && !slices.Contains(rule.Severities, c.Claim.Severity) ||
		c.Customer.Orders < rule.MinOrders || c.Customer.Value.Minor() < rule.MinValue.Minor() {
		return false
	}
	for name, values := range rule.Where {
		if !slices.Contains(values, r.in.Fields[name]) {
			return false
		}
	}
	return true
}

// try makes an offer the favour, if it can be one.
func (r *run) try(o *Offer) bool {
	a := Award{Remedy: o.Remedy, Offer: o.ID, Apology: o.Apology, Amount: r.of(r.size(o))}
	a.Payable = a.Amount
	needs := o.Remedy != Apology && o.Remedy != FreeReturn
	if needs && a.Amount.Sign() <= 0 {
		r.d.Trace = append(r.d.Trace, Step{Rule: "offer." + o.ID, Amount: a.Amount, Effect: CodeNothingLeft})
		return false
	}
	cost := o.Cost
	if !cost.Given() {
		cost, _ = money.Percent(100)
	}
	a.Cost = r.of(r.share(cost, a.Amount.Minor()))
	a.Ask = r.ask(&a)
	r.d.Trace = append(r.d.Trace, Step{Rule: "offer." + o.ID, Amount: a.Amount})
	if !r.worth(&a) || !r.budgets(&a) || !r.velocity(&a) {
		return false
	}
	r.d.Favour = []Award{a}
	if len(r.cuts) > 0 {
		r.approve(CodeSuspicion, "abuse", "")
	}
	r.authority(&a)
	return true
}

// size is what an offer comes to: never more than was asked for, and as a
// refund never more than is left of the price beside what the law gives.
func (r *run) size(o *Offer) int64 {
	left := max(0, r.base-r.owed)
	amount := r.plus(r.share(o.Share, r.base), o.Fixed.Minor())
	switch o.Remedy {
	case Refund:
		amount = min(left, r.free)
	case PartialRefund:
		amount = min(amount, left, r.free)
	case ShippingRefund:
		amount = min(r.shipping(), r.free)
	case Replacement, Repair:
		amount = left
	case Voucher, Points, LoyaltyDiscount, FreeReturn, Apology:
	}
	if o.Cap.Given() {
		amount = min(amount, o.Cap.Minor())
	}
	if asked := r.in.Case.Claim.Amount; asked.Given() {
		amount = min(amount, max(0, asked.Minor()-r.owed))
	}
	return amount
}

// shipping is what is left of the delivery beside what the law gives of it.
func (r *run) shipping() int64 {
	left := r.balances[len(r.balances)-1].Gross.Minor()
	for _, a := range r.d.Owed {
		if a.Line == order.DeliveryLine {
			left -= a.Amount.Minor()
		}
	}
	return max(0, left)
}

// ask is what package order makes a refund of.
func (r *run) ask(a *Award) order.Ask {
	switch a.Remedy {
	case ShippingRefund:
		return order.Ask{Line: order.DeliveryLine, Amount: a.Amount}
	case Refund, PartialRefund:
		if len(r.lines) == 1 {
			return order.Ask{Line: r.lines[0], Amount: a.Amount}
		}
		return order.Ask{Amount: a.Amount}
	case Voucher, Points, LoyaltyDiscount, Replacement, Repair, FreeReturn, Apology:
	}
	return order.Ask{}
}
