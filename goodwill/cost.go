package goodwill

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// GermanCourtFees is what losing in a German court of first instance costs on
// top of the claim, by the fees of 1 June 2025: three court fees (GKG), and for
// either side's lawyer the fees of VV 3100 and 3104 RVG with expenses, those of
// the other side with 19 % tax, since a shop deducts its own. Up to 500 EUR that
// is 445.76, up to 1,000 EUR 735.98, up to 1,500 EUR 1,026.19 and up to 2,000
// EUR 1,316.40. Claims above are for a lawyer.
func GermanCourtFees() []CourtFee {
	from := sla.Date{Year: 2025, Month: 6, Day: 1}
	eur := func(minor int64) money.Amount { return money.New(minor, money.EUR) }
	return []CourtFee{
		{UpTo: eur(50000), Cost: eur(44576), From: from},
		{UpTo: eur(100000), Cost: eur(73598), From: from},
		{UpTo: eur(150000), Cost: eur(102619), From: from},
		{UpTo: eur(200000), Cost: eur(131640), From: from},
	}
}

// courtFee returns the fee for a claim: the row of the lowest amount that is
// enough, of these the latest that is valid.
func (r *run) courtFee(claim int64) (int64, bool) {
	var best *CourtFee
	for i := range r.policy.Dispute.CourtFees {
		f := &r.policy.Dispute.CourtFees[i]
		if f.UpTo.Minor() < claim || f.From.After(r.today) {
			continue
		}
		if best == nil || f.UpTo.Minor() < best.UpTo.Minor() || f.UpTo == best.UpTo && f.From.After(best.From) {
			best = f
		}
	}
	if best == nil {
		return 0, false
	}
	return best.Cost.Minor(), true
}

// worth weighs what an offer costs against what a dispute is expected to:
//
//	likelihood x (handling + lose x (claim + court)) + churn x future x value
//
// Every term stands in the trace.
func (r *run) worth(a *Award) bool {
	d := &r.policy.Dispute
	if !d.Likelihood.Given() {
		return true
	}
	claim := max(0, r.base-r.owed)
	if asked := r.in.Case.Claim.Amount; asked.Given() {
		claim = max(0, asked.Minor()-r.owed)
	}
	court, ok := r.courtFee(claim)
	if r.beyond = !ok; r.beyond {
		return true // a person weighs it: see authority
	}
	lost := r.share(d.Lose, r.plus(claim, court))
	dispute := r.share(d.Likelihood, r.plus(d.Handling.Minor(), lost))
	leaves := r.share(d.Churn, r.share(d.Future, r.in.Case.Customer.Value.Minor()))
	expected := r.of(r.plus(dispute, leaves))
	r.d.Trace = append(
		r.d.Trace,
		Step{Rule: "cost.claim", Amount: r.of(claim)},
		Step{Rule: "cost.court", Amount: r.of(court)},
		Step{Rule: "cost.lost", Amount: r.of(lost)},
		Step{Rule: "cost.dispute", Amount: r.of(dispute)},
		Step{Rule: "cost.churn", Amount: r.of(leaves)},
	)
	if r.step("cost.offer", a.Cost, expected, CodeNotWorth) {
		return true
	}
	if !r.d.Has(CodeNotWorth) {
		r.say(CodeNotWorth, "cost", a.Offer)
	}
	return !d.Require
}
