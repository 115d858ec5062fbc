package goodwill

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// run is one decision in the making.
type run struct {
	*Decider
	in    *Input
	now   time.Time
	today sla.Date
	d     Decision
	err   error

	accounts accounts
	balances []order.Balance // of every line, and last of the delivery

	paid   int64    // for the order
	free   int64    // of the payments, after what is owed
	base   int64    // what the claim is about
	owed   int64    // of it, by law
	lines  []string // that the claim is about
	cuts   []Code   // signs of abuse
	soft   string   // a budget that the favour goes beyond
	fast   string   // a velocity limit that the favour goes beyond
	beyond bool     // no court fee is known for the claim
}

// Decide says what is given in a case at an instant. The input is read only.
func (d *Decider) Decide(in *Input, now time.Time) (Decision, error) {
	if c := in.Case.Order.Currency; c != d.policy.Currency {
		return Decision{}, sla.Faults{{Path: "case.order.currency", Value: c.String(), Reason: "is not the policy's, " + d.policy.Currency.String()}}
	}
	if err := d.checkUsed(in.Used); err != nil {
		return Decision{}, err
	}
	report, err := d.law.Entitlements(&in.Case, now)
	if err != nil {
		return Decision{}, err
	}
	r := d.asking(in, now)
	if r.balances, err = in.Case.Order.Balances(); err != nil {
		return Decision{}, err
	}
	r.d.Trace = make([]Step, 0, 32)
	r.d.Rights, r.d.Policy = report, d.policy.ID+"@"+strconv.Itoa(d.policy.Version)
	r.floor()
	r.payments()
	r.loyalty()
	r.abuse()
	r.offers()
	r.conclude()
	return r.d, r.err
}

// checkUsed wants every account in the policy's currency, not below 0.
func (d *Decider) checkUsed(used map[string]money.Amount) error {
	c := &compiler{currency: d.policy.Currency}
	for account, a := range used {
		c.amount("used."+account, a)
	}
	if len(c.faults) == 0 {
		return nil
	}
	slices.SortFunc(c.faults, func(a, b *sla.Fault) int { return strings.Compare(a.Path, b.Path) })
	return c.faults
}

func (r *run) of(minor int64) money.Amount { return money.New(minor, r.policy.Currency) }

func (r *run) fail(err error) {
	if r.err == nil && err != nil {
		r.err = err
	}
}

// say adds a reason, and a step of the trace.
func (r *run) say(code Code, rule, param string) {
	r.d.Reasons = append(r.d.Reasons, Reason{Code: code, Param: param})
	r.d.Trace = append(r.d.Trace, Step{Rule: rule, Effect: code})
}

// step notes what was compared. It returns whether the amount is within.
func (r *run) step(rule string, amount, limit money.Amount, beyond Code) bool {
	s := Step{Rule: rule, Amount: amount, Limit: limit}
	ok := amount.Minor() <= limit.Minor()
	if !ok {
		s.Effect = beyond
	}
	r.d.Trace = append(r.d.Trace, s)
	return ok
}

// plus adds minor units, or fails.
func (r *run) plus(a, b int64) int64 {
	sum, err := r.of(a).Add(r.of(b))
	r.fail(err)
	return sum.Minor()
}

// share is a percentage of an amount, 0 where there is none.
func (r *run) share(rate money.Rate, minor int64) int64 {
	if !rate.Given() {
		return 0
	}
	a, err := rate.Of(r.of(minor), money.HalfUp)
	r.fail(err)
	return a.Minor()
}

// floor lists what the law gives: of the rights that give money for a line one,
// of the others all.
func (r *run) floor() {
	list := r.d.Rights.Entitlements
	taken := map[string]bool{}
	for _, right := range moneyRights(r.in.Case.Claim.Wish) {
		for i := range list {
			e := &list[i]
			if e.Right == right && e.Status == rights.Due && e.Asked && e.Amount.Sign() > 0 && !taken[e.Line] {
				taken[e.Line] = true
				r.owe(e)
			}
		}
	}
	for i := range list {
		e := &list[i]
		switch {
		case e.Status != rights.Due || !e.Asked:
		case e.Right == rights.WithdrawalDelivery, e.Right == rights.DelayDamages, isCure(e.Right) && !taken[e.Line]:
			r.owe(e)
		}
	}
	r.d.Trace = append(r.d.Trace, Step{Rule: "floor", Amount: r.of(r.owed)})
}

// moneyRights are the rights of which a line gets one, the first that is due.
func moneyRights(w order.Wish) []rights.Right {
	if w == order.WishRepair || w == order.WishReplacement || w == order.WishDelivery {
		return []rights.Right{rights.Withdrawal} // which was declared; else the thing itself
	}
	if w == order.WishPriceReduction || w == order.WishPartialRefund {
		return []rights.Right{
			rights.PriceReduction, rights.DigitalReduction, rights.Withdrawal, rights.Rescission, rights.DelayRescission, rights.Termination,
		}
	}
	return []rights.Right{
		rights.Withdrawal, rights.Rescission, rights.DelayRescission, rights.Termination, rights.PriceReduction, rights.DigitalReduction,
	}
}

func isCure(right rights.Right) bool {
	return slices.Contains([]rights.Right{
		rights.Repair, rights.Replacement, rights.Delivery, rights.Provision, rights.DigitalCure, rights.GuaranteeClaim,
	}, right)
}

func (r *run) owe(e *rights.Entitlement) {
	r.d.Owed = append(r.d.Owed, Award{
		Right: e.Right, Line: e.Line, Units: e.Units, Amount: e.Amount, Payable: e.Amount, Ask: e.Ask, Withheld: e.Withheld,
	})
	if e.Amount.Given() && e.Right != rights.DelayDamages {
		r.owed = r.plus(r.owed, e.Amount.Minor())
	}
}

// payments says what of it can be paid back now: not what a dispute holds or
// has taken. An order without any payment is not looked at.
func (r *run) payments() {
	o := &r.in.Case.Order
	for _, b := range r.balances {
		r.paid = r.plus(r.paid, b.Paid.Minor())
	}
	r.free = r.paid
	if len(o.Payments) > 0 {
		funds, err := o.Funds()
		r.fail(err)
		r.free = funds.Free.Minor()
		r.d.Trace = append(r.d.Trace, Step{Rule: "payments", Amount: funds.Free, Limit: funds.Captured})
		if funds.Disputed.Sign() > 0 {
			r.say(CodeDisputeOpen, "payments.disputed", "")
		}
		if funds.Lost.Sign() > 0 {
			r.say(CodeDisputeLost, "payments.lost", "")
		}
		r.debits()
	}
	for i := range r.d.Owed {
		a := &r.d.Owed[i]
		if !a.Amount.Given() || a.Right == rights.DelayDamages {
			continue
		}
		if a.Amount.Minor() > r.free {
			a.Payable = r.of(r.free)
			r.say(CodeNotFree, "payments.free", string(a.Right))
		}
		r.free -= a.Payable.Minor()
	}
}

// debits flags direct debits that the customer can still take back without a
// reason: § 675x BGB.
func (r *run) debits() {
	for _, p := range r.in.Case.Order.Payments {
		if p.Means != order.DirectDebit || p.State != order.Captured || p.At.IsZero() {
			continue
		}
		d, err := r.law.Deadline("de.sepa.refund", statute.Events{statute.Debited: {statute.At(p.At)}})
		if err != nil {
			r.fail(err)
		} else if d.InTime(r.now) {
			r.say(CodeDebitOpen, "payments.debit", d.LastDay.String())
		}
	}
}

// Loyalty returns the standing tier of a customer on a day, also without a
// complaint: the highest percent of all that are reached, ties to the first.
func (d *Decider) Loyalty(c *order.Customer, now time.Time) (Tier, bool) {
	today := sla.DateOf(now, d.zone)
	var best Tier
	for _, t := range d.policy.Loyalty {
		since := t.MinYears == 0 || !c.Since.IsZero() && !c.Since.AddYears(t.MinYears).After(today)
		if !since || c.Orders < t.MinOrders || c.Value.Minor() < t.MinValue.Minor() {
			continue
		}
		if !best.Percent.Given() || t.Percent.Cmp(best.Percent) > 0 {
			best = t
		}
	}
	return best, best.Percent.Given()
}

func (r *run) loyalty() {
	if t, ok := r.Loyalty(&r.in.Case.Customer, r.now); ok {
		r.d.Loyalty = t.Percent
		r.d.Trace = append(r.d.Trace, Step{Rule: "loyalty." + t.ID})
	}
}

// abuse looks for signs of it. They cut goodwill, never a right.
func (r *run) abuse() {
	a, c := &r.policy.Abuse, &r.in.Case.Customer
	if c.Blocked {
		r.cut(CodeBlocked, "abuse.blocked")
	}
	for _, n := range []struct {
		code       Code
		rule       string
		has, limit int64
	}{
		{CodeManyGrants, "abuse.grants", c.Grants, a.Grants},
		{CodeChargebacks, "abuse.chargebacks", c.Chargebacks, a.Chargebacks},
		{CodeManyReturns, "abuse.returns", c.Returns, a.Returns},
		{CodeMuchGranted, "abuse.granted", c.Granted.Minor(), a.Granted.Minor()},
	} {
		if n.limit > 0 && n.has >= n.limit {
			r.cut(n.code, n.rule)
		}
	}
}

func (r *run) cut(code Code, rule string) {
	r.cuts = append(r.cuts, code)
	r.say(code, rule, "")
}

// conclude makes the outcome of what was found.
func (r *run) conclude() {
	d := &r.d
	open := r.open()
	switch {
	case len(d.Favour) > 0 && d.Approver != nil:
		d.Outcome = OutcomeApproval
	case len(d.Favour) > 0, len(d.Owed) > 0:
		d.Outcome = OutcomeGrant
	case len(open) > 0:
		d.Outcome, d.Missing = OutcomeInfo, open
	case d.Has(CodeNobodyMay), d.Has(CodeForeign):
		d.Outcome = OutcomeRefer
	default:
		d.Outcome = OutcomeRefuse
		r.cite()
	}
	if len(d.Favour) > 0 {
		d.OfferUntil = r.today.AddDays(r.policy.SettlementDays)
	}
}

// cite names the terms that a refusal rests on.
func (r *run) cite() {
	for _, t := range r.policy.Terms {
		about := len(t.Causes) == 0 || slices.Contains(t.Causes, r.in.Case.Claim.Cause)
		if about && !r.today.Before(t.From) && (t.To.IsZero() || !r.today.After(t.To)) {
			r.d.Terms = append(r.d.Terms, t)
		}
	}
}

// open returns the facts that are missing for a right that the claim brings
// up and that would come before any favour.
func (r *run) open() []string {
	var facts []string
	for _, e := range r.d.Rights.Entitlements {
		if e.Status != rights.Unknown || !e.Asked || e.Right == rights.DelayDamages || e.Right == rights.GuaranteeClaim {
			continue
		}
		for _, reason := range e.Reasons {
			if reason.Fact != "" && !slices.Contains(facts, reason.Fact) {
				facts = append(facts, reason.Fact)
			}
		}
	}
	return facts
}
