package rights

import (
	"slices"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// Reversal is what a withdrawal gives back: sections 357 and 357a BGB.
type Reversal struct {
	Goods     money.Amount `json:"goods"`
	Delivery  money.Amount `json:"delivery"`   // at most what standard delivery cost
	Surcharge money.Amount `json:"surcharge"`  // for another delivery, which the seller keeps
	ValueLoss money.Amount `json:"value_loss"` // taken off; at most the goods
	Total     money.Amount `json:"total"`
}

// Reverse returns what a withdrawal from everything gives back: what was paid
// for the goods, and of the delivery that was chosen no more than the standard
// one cost (§ 357 (2) BGB). A loss of value comes off only where the buyer was
// told of it in advance (§ 357a (1) no. 2 BGB). An amount below 0 is
// [sla.Faults], two currencies are an error of package money.
func Reverse(goods, standard, chosen, loss money.Amount, told bool) (Reversal, error) {
	var faults sla.Faults
	for _, a := range []struct {
		name   string
		amount money.Amount
	}{{"goods", goods}, {"standard", standard}, {"chosen", chosen}, {"loss", loss}} {
		if a.amount.Sign() < 0 {
			faults = append(faults, &sla.Fault{Path: a.name, Value: a.amount.String(), Reason: "is below 0"})
		}
	}
	if len(faults) > 0 {
		return Reversal{}, faults
	}
	if !told {
		loss = money.New(0, goods.Currency())
	}
	r := Reversal{Goods: goods}
	var err error
	if r.Delivery, err = standard.Min(chosen); err != nil {
		return Reversal{}, err
	}
	if r.Surcharge, err = chosen.Sub(r.Delivery); err != nil {
		return Reversal{}, err
	}
	if r.ValueLoss, err = loss.Min(goods); err != nil {
		return Reversal{}, err
	}
	if r.Total, err = goods.Sub(r.ValueLoss); err != nil {
		return Reversal{}, err
	}
	r.Total, err = r.Total.Add(r.Delivery)
	return r, err
}

// Reduce returns the price reduced for a defect, and what of the price goes
// back: § 441 (3) BGB, price x actual / sound, rounding half up. The values are those
// of the goods at the time of the contract. A sound value of 0 or below, an
// actual value that is below 0 or above the sound one, and a price below 0 are
// [sla.Faults]; two currencies are an error of package money.
func Reduce(price, actual, sound money.Amount) (reduced, back money.Amount, err error) { //nolint:nonamedreturns // two amounts
	if _, err := money.Sum(price.Currency(), price, actual, sound); err != nil {
		return money.Amount{}, money.Amount{}, err
	}
	var faults sla.Faults
	if price.Sign() < 0 {
		faults = append(faults, &sla.Fault{Path: "price", Value: price.String(), Reason: "is below 0"})
	}
	if sound.Sign() <= 0 {
		faults = append(faults, &sla.Fault{Path: "sound_value", Value: sound.String(), Reason: "is not above 0"})
	}
	if actual.Sign() < 0 || actual.Minor() > sound.Minor() {
		faults = append(faults, &sla.Fault{Path: "actual_value", Value: actual.String(), Reason: "is not from 0 to the sound value"})
	}
	if len(faults) > 0 {
		return money.Amount{}, money.Amount{}, faults
	}
	if reduced, err = price.MulDiv(actual.Minor(), sound.Minor(), money.HalfUp); err != nil {
		return money.Amount{}, money.Amount{}, err
	}
	back, err = price.Sub(reduced)
	return reduced, back, err
}

// The points above the base rate at which a debt in default bears interest.
const (
	pointsConsumer = 5 // § 288 (1) BGB
	pointsBusiness = 9 // § 288 (2) BGB: a price, where no consumer takes part
)

// DefaultInterest returns the interest on a debt in default, from the first day
// of default to the first day without: § 288 BGB, the base rate (§ 247, which
// the host knows) and five points, nine where no consumer takes part. The
// basis is the days of a year, 365, 366 or 360. An unknown buyer is
// [sla.Faults]; the rest are errors of package money.
func DefaultInterest(debt money.Amount, base money.Rate, buyer order.Buyer, from, until sla.Date, basis int64) (money.Amount, error) {
	points := int64(pointsConsumer)
	switch buyer {
	case order.Consumer:
	case order.Business:
		points = pointsBusiness
	default:
		return money.Amount{}, sla.Faults{{Path: "buyer", Value: string(buyer), Reason: "is neither a consumer nor a business"}}
	}
	above, err := money.Percent(points)
	if err != nil {
		return money.Amount{}, err
	}
	rate, err := base.Add(above)
	if err != nil {
		return money.Amount{}, err
	}
	return rate.Interest(debt, int64(from.DaysUntil(until)), basis)
}

// settle puts together what only shows when all lines are judged: the loss of
// value that withdrawals bear, and the delivery.
func (j *judge) settle() {
	var due []int
	for i := range j.report.Entitlements {
		if e := &j.report.Entitlements[i]; e.Right == Withdrawal && e.Status == Due {
			due = append(due, i)
		}
	}
	if len(due) == 0 || j.err != nil {
		return
	}
	j.keepValueLoss(due)
	j.add(j.deliveryCost(due))
}

// keepValueLoss takes the loss of value off, by what each line brings.
func (j *judge) keepValueLoss(due []int) {
	loss := j.facts.ValueLoss
	if loss.Sign() <= 0 {
		return
	}
	list := j.report.Entitlements
	weights, sum := make([]int64, len(due)), int64(0)
	for k, i := range due {
		weights[k] = list[i].Amount.Minor()
		sum += weights[k] // at most what was paid, which fits
	}
	if j.facts.ValueLossTold != order.Yes {
		for _, i := range due {
			r := ruling{j, list[i]}
			r.say(CodeLossNotTold, "", "§ 357a (1) no. 2 BGB")
			if j.facts.ValueLossTold == order.Unknown {
				r.want("facts.value_loss_told")
			}
			list[i] = r.e
		}
		return
	}
	if sum == 0 {
		return
	}
	shares, err := money.New(min(loss.Minor(), sum), j.order.Currency).Allocate(nil, weights)
	if err != nil {
		j.fail(err)
		return
	}
	for k, i := range due {
		r := ruling{j, list[i]}
		r.say(CodeLossKept, "", "§ 357a (1) BGB")
		r.e.Ask.Keep = shares[k]
		r.e.Amount = j.worth(r.e.Ask)
		list[i] = r.e
	}
}

// deliveryCost rules on what the delivery cost.
func (j *judge) deliveryCost(due []int) Entitlement {
	first := j.report.Entitlements[due[0]]
	r := ruling{j, Entitlement{
		Right: WithdrawalDelivery, Line: order.DeliveryLine, Sources: []string{"§ 357 (2) BGB"}, Certainty: statute.ByStatute,
		Asked: first.Asked, Means: first.Means, Withheld: first.Withheld,
	}}
	paid := j.balances[len(j.balances)-1]
	standard := j.order.Delivery.Standard
	if !standard.Given() {
		standard = paid.Paid
		if paid.Paid.Sign() > 0 {
			r.say(CodeStandardOpen, "", "§ 357 (2) BGB")
			r.want("order.delivery.standard")
		}
	}
	back := min(standard.Minor(), paid.Paid.Minor())
	if back < paid.Paid.Minor() {
		r.say(CodeSurcharge, "", "§ 357 (2) BGB")
	}
	withdrawn, all, whole := j.withdrawnValue(due)
	switch {
	case whole:
	case j.law.choices.ShareDelivery && all > 0:
		share, err := money.New(back, j.order.Currency).Portion(0, withdrawn, all)
		if err != nil {
			j.fail(err)
		}
		back = share.Minor()
		r.say(CodePartial, "", "§ 357 (2) BGB")
		r.rest(statute.Disputed)
	default:
		r.partly(due)
		r.rest(statute.Disputed)
	}
	if back = min(back, paid.Gross.Minor()); back <= 0 {
		r.say(CodeNothingPaid, NotDue, "")
	}
	r.e.Amount = money.New(back, j.order.Currency)
	r.e.Ask = order.Ask{Line: order.DeliveryLine, Amount: r.e.Amount}
	if p, ok := first.Period(ActRefund); ok {
		r.e.Periods = []Period{p}
	}
	return r.close()
}

// partly says that the delivery is not paid back because only part of the order
// is withdrawn from. Where that hangs on withdrawals that are still unknown, so
// does this.
func (r *ruling) partly(due []int) {
	with := slices.Clone(due)
	var facts []string
	for i := range r.report.Entitlements {
		if e := &r.report.Entitlements[i]; e.Right == Withdrawal && e.Status == Unknown && e.Asked {
			with = append(with, i)
			facts = append(facts, e.Missing...)
		}
	}
	if _, _, whole := r.withdrawnValue(with); !whole || len(facts) == 0 {
		r.say(CodePartial, NotDue, "§ 357 (2) BGB")
		return
	}
	for _, fact := range facts {
		r.lack(CodePartial, fact, "§ 357 (2) BGB")
	}
}

// withdrawnValue returns what the withdrawn units brought, what all that are
// left bring, and whether the two are the same units.
func (j *judge) withdrawnValue(due []int) (int64, int64, bool) {
	units := map[string]int64{}
	for _, i := range due {
		units[j.report.Entitlements[i].Line] = j.report.Entitlements[i].Units
	}
	withdrawn, all, whole := int64(0), int64(0), true
	for _, b := range j.balances[:len(j.balances)-1] {
		if b.Units == 0 {
			continue
		}
		n := units[b.Line]
		all += j.worth(order.Ask{Line: b.Line, Units: b.Units}).Minor()
		if n > 0 {
			withdrawn += j.worth(order.Ask{Line: b.Line, Units: n}).Minor()
		}
		whole = whole && n == b.Units
	}
	return withdrawn, all, whole
}
