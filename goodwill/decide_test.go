package goodwill_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func eur(minor int64) money.Amount { return money.New(minor, money.EUR) }

func percent(text string) money.Rate { return must(money.ParseRate(text)) }

func day(text string) sla.Date { return must(sla.ParseDate(text)) }

func noon(text string) time.Time { return must(time.Parse(time.DateTime, text+" 11:00:00")) }

func on(kind statute.Event, date string) order.Event {
	return order.Event{Kind: kind, At: statute.On(day(date))}
}

// late is a consumer's order of one thing for 80.00 with delivery at 4.90,
// agreed for 9 November 2026 and received on the 12th.
func late() goodwill.Input {
	rate := percent("19")
	return goodwill.Input{
		Case: order.Case{
			Order: order.Order{
				ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance, Placed: noon("2026-11-02"),
				Lines:    []order.Line{{ID: "lamp", Units: 1, Gross: eur(8000), Rate: rate}},
				Delivery: order.Delivery{Standard: eur(490), Gross: eur(490), Rate: rate},
				Payments: []order.Payment{{ID: "p", Means: order.Card, State: order.Captured, Amount: eur(8490)}},
				Events: []order.Event{
					on(statute.InstructionGiven, "2026-11-02"), on(order.DeliveryAgreed, "2026-11-09"), on(statute.GoodsReceived, "2026-11-12"),
				},
			},
			Claim:    order.Claim{Cause: order.CauseLate, Severity: order.SeverityModerate},
			Customer: order.Customer{Ref: "c-1", Since: day("2023-01-01"), Orders: 12, Value: eur(120000)},
		},
		Actor: goodwill.Actor{ID: "anna", Roles: []string{"agent"}},
	}
}

// withdrawn is the same, withdrawn from in time.
func withdrawn() goodwill.Input {
	in := late()
	in.Case.Claim.Cause = order.CauseChangeOfMind
	in.Case.Order.Events = append(in.Case.Order.Events, on(statute.WithdrawalReceived, "2026-11-13"), on(statute.GoodsReturned, "2026-11-16"))
	return in
}

const now = "2026-11-18"

func policy() goodwill.Policy {
	return goodwill.Policy{
		ID: "house", Version: 3, Currency: money.EUR, Fields: []string{"segment"},
		Rules: []goodwill.Rule{
			{ID: "vip", Where: map[string][]string{"segment": {"vip"}}, Ladder: []goodwill.Offer{
				{ID: "vip-refund", Remedy: goodwill.Refund, Apology: goodwill.Admission},
			}},
			{
				ID: "late", Causes: []order.Cause{order.CauseLate}, Severities: []order.Severity{order.SeverityModerate, order.SeverityMajor},
				MinOrders: 2, MinValue: eur(10000),
				Ladder: []goodwill.Offer{
					{ID: "shipping", Remedy: goodwill.ShippingRefund, Apology: goodwill.Regret},
					{ID: "voucher", Remedy: goodwill.Voucher, Share: percent("10"), Fixed: eur(200), Cap: eur(900), Cost: percent("60")},
					{ID: "half", Remedy: goodwill.PartialRefund, Share: percent("50")},
				},
			},
		},
		Loyalty: []goodwill.Tier{
			{ID: "silver", MinOrders: 5, MinYears: 2, Percent: percent("3")},
			{ID: "gold", MinValue: eur(100000), MinYears: 3, Percent: percent("5")},
			{ID: "platinum", MinYears: 10, Percent: percent("8")},
		},
		Abuse: goodwill.Abuse{Grants: 3, Chargebacks: 1, Returns: 10, Granted: eur(20000)},
		Authority: []goodwill.Limit{
			{Role: "agent", PerOrder: eur(1000), PerDay: eur(5000)},
			{Role: "lead", PerOrder: eur(10000), Share: percent("100"), PerBuyer: eur(30000)},
		},
		Budgets: []goodwill.Budget{{ID: "all", Window: goodwill.Monthly, Amount: eur(100000)}, {ID: "day", Window: goodwill.Daily, Amount: eur(10000), Soft: true}},
		Terms: []goodwill.Term{
			{ID: "returns-1", Causes: []order.Cause{order.CauseChangeOfMind}, Text: sla.Text{DE: "Alte Regel.", EN: "Old rule."}, To: day("2026-01-31")},
			{ID: "returns-2", Causes: []order.Cause{order.CauseChangeOfMind}, Text: sla.Text{DE: "Rückgabe binnen 14 Tagen.", EN: "Returns within 14 days."}, From: day("2026-02-01")},
		},
	}
}

func decide(t *testing.T, p goodwill.Policy, in goodwill.Input) goodwill.Decision {
	t.Helper()
	d, err := goodwill.Compile(p, nil)
	require.NoError(t, err)
	got, err := d.Decide(&in, noon(now))
	require.NoError(t, err)
	return got
}

func TestRightFirst(t *testing.T) {
	t.Parallel()
	d := decide(t, policy(), withdrawn())
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	require.Len(t, d.Owed, 2)
	assert.Equal(t, []rights.Right{rights.Withdrawal, rights.WithdrawalDelivery}, []rights.Right{d.Owed[0].Right, d.Owed[1].Right})
	assert.Equal(t, []money.Amount{eur(8000), eur(490)}, []money.Amount{d.Owed[0].Payable, d.Owed[1].Payable})
	assert.Empty(t, d.Favour)
	text := d.Text()
	assert.Equal(t, "Darauf haben Sie Anspruch: Erstattung nach Widerruf, 80,00\u00a0€. Darauf haben Sie Anspruch: Erstattung der Lieferkosten nach Widerruf, 4,90\u00a0€.", text.DE)
	assert.Equal(t, "You are entitled to: refund after withdrawal, €80.00. You are entitled to: refund of the delivery after withdrawal, €4.90.", text.EN)
	assert.Equal(t, "house@3", d.Policy)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	assert.Contains(t, string(data), `"outcome":"grant"`)
}

func TestLadder(t *testing.T) {
	t.Parallel()
	in := late()
	for _, want := range []struct {
		offer   string
		amount  int64
		cost    int64
		outcome goodwill.Outcome
	}{
		{"shipping", 490, 490, goodwill.OutcomeGrant},
		{"voucher", 900, 540, goodwill.OutcomeGrant},
		{"half", 4000, 4000, goodwill.OutcomeApproval},
	} {
		d := decide(t, policy(), in)
		require.Len(t, d.Favour, 1, "%+v", d)
		f := d.Favour[0]
		assert.Equal(t, want.offer, f.Offer)
		assert.Equal(t, eur(want.amount), f.Amount)
		assert.Equal(t, eur(want.cost), f.Cost)
		assert.Equal(t, want.outcome, d.Outcome)
		assert.Equal(t, day("2026-12-02"), d.OfferUntil)
		if f.Ask.Amount.Given() {
			assert.Equal(t, f.Amount, must(must(in.Case.Order.Refund(f.Ask)).Total()))
		}
		in.Declined = append(in.Declined, f.Offer)
	}
	d := decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeLadderEnds))
}

func TestRulesMatch(t *testing.T) {
	t.Parallel()
	in := late()
	in.Fields = map[string]string{"segment": "vip"}
	in.Actor.Roles = []string{"lead"}
	d := decide(t, policy(), in)
	assert.Equal(t, "vip-refund", d.Favour[0].Offer)
	assert.Equal(t, eur(8000), d.Favour[0].Amount)
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	assert.True(t, strings.HasPrefix(d.Text().EN, "This was our mistake. We apologise. As a gesture of goodwill we offer you: refund, €80.00. This offer stands, without prejudice, until 2 December 2026."), d.Text().EN)

	for name, change := range map[string]func(*order.Case){
		"severity": func(c *order.Case) { c.Claim.Severity = order.SeverityMinor },
		"orders":   func(c *order.Case) { c.Customer.Orders = 1 },
		"value":    func(c *order.Case) { c.Customer.Value = eur(9999) },
		"cause":    func(c *order.Case) { c.Claim.Cause = order.CausePrice },
	} {
		in := late()
		change(&in.Case)
		d := decide(t, policy(), in)
		assert.True(t, d.Has(goodwill.CodeNoRule), name)
		assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome)
	}
}

// TestAskedForLess: nobody gets more than was asked for, nor a favour for what
// the law gives.
func TestAskedForLess(t *testing.T) {
	t.Parallel()
	in := late()
	in.Case.Claim.Amount = eur(300)
	assert.Equal(t, eur(300), decide(t, policy(), in).Favour[0].Amount)

	in = late()
	in.Case.Facts.DamageShown = eur(1500)
	d := decide(t, policy(), in)
	assert.Equal(t, rights.DelayDamages, d.Owed[0].Right)
	assert.Equal(t, eur(490), d.Favour[0].Amount)
	assert.Contains(t, d.Text().EN, "You are entitled to: damages for delay, €15.00. We are sorry for the trouble. Beyond that we offer you as a gesture of goodwill: refund of the delivery, €4.90.")
}

func TestRefusalCitesTerms(t *testing.T) {
	t.Parallel()
	in := late()
	in.Case.Claim.Cause = order.CauseChangeOfMind
	d := decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome)
	require.Len(t, d.Terms, 1)
	assert.Equal(t, "returns-2", d.Terms[0].ID)
	assert.Contains(t, d.Text().DE, "Rückgabe binnen 14 Tagen.")
}

func TestFactsFirst(t *testing.T) {
	t.Parallel()
	in := late()
	in.Case.Claim.Cause = order.CauseDefect
	d := decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeInfo, d.Outcome)
	assert.Equal(t, []string{"facts.defect"}, d.Missing)
	assert.NotEmpty(t, d.Text().EN)
	in.Case.Facts.Defect = order.Yes
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	assert.Equal(t, rights.Repair, d.Owed[0].Right)
	assert.Equal(t, rights.Replacement, d.Owed[1].Right)

	in = late()
	in.Case.Order.Country = "FR"
	in.Case.Claim.Severity = order.SeverityMinor
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeRefer, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeForeign))
}

func TestWishChoosesTheRight(t *testing.T) {
	t.Parallel()
	in := late()
	in.Case.Claim.Cause = order.CauseDefect
	in.Case.Facts = order.Facts{Defect: order.Yes, SeriousDefect: order.Yes, SoundValue: eur(100), ActualValue: eur(75)}
	for wish, want := range map[order.Wish][]rights.Right{
		"":                       {rights.Rescission},
		order.WishRefund:         {rights.Rescission},
		order.WishPriceReduction: {rights.PriceReduction},
		order.WishRepair:         {rights.Repair, rights.Replacement},
	} {
		in.Case.Claim.Wish = wish
		got := []rights.Right{}
		for _, a := range decide(t, policy(), in).Owed {
			got = append(got, a.Right)
		}
		assert.Equal(t, want, got, wish)
	}
}

func TestPayments(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	in.Case.Order.Payments[0].Disputes = []order.Dispute{{ID: "d", Kind: order.Chargeback, State: order.DisputeOpen, Amount: eur(8490)}}
	d := decide(t, policy(), in)
	assert.Equal(t, eur(8000), d.Owed[0].Amount, "the right stands")
	assert.Equal(t, eur(0), d.Owed[0].Payable, "and waits for the dispute")
	assert.True(t, d.Has(goodwill.CodeDisputeOpen))
	assert.True(t, d.Has(goodwill.CodeNotFree))

	in.Case.Order.Payments[0].Disputes[0].State, in.Case.Order.Payments[0].Disputes[0].Amount = order.DisputeLost, eur(5000)
	d = decide(t, policy(), in)
	assert.True(t, d.Has(goodwill.CodeDisputeLost))
	assert.Equal(t, eur(3490), d.Owed[0].Payable, "what the bank took back counts as refunded")

	in = withdrawn()
	in.Case.Order.Payments[0].Means, in.Case.Order.Payments[0].At = order.DirectDebit, noon("2026-11-02")
	d = decide(t, policy(), in)
	i := slices.IndexFunc(d.Reasons, func(r goodwill.Reason) bool { return r.Code == goodwill.CodeDebitOpen })
	require.GreaterOrEqual(t, i, 0)
	assert.Equal(t, "2026-12-28", d.Reasons[i].Param, "SEref-01: eight weeks")
	assert.Contains(t, d.Reasons[i].Text().EN, "(2026-12-28)")
}

func TestAbuseCutsGoodwillOnly(t *testing.T) {
	t.Parallel()
	for code, change := range map[goodwill.Code]func(*order.Customer){
		goodwill.CodeBlocked:     func(c *order.Customer) { c.Blocked = true },
		goodwill.CodeManyGrants:  func(c *order.Customer) { c.Grants = 3 },
		goodwill.CodeMuchGranted: func(c *order.Customer) { c.Granted = eur(20000) },
		goodwill.CodeChargebacks: func(c *order.Customer) { c.Chargebacks = 1 },
		goodwill.CodeManyReturns: func(c *order.Customer) { c.Returns = 10 },
	} {
		in := late()
		change(&in.Case.Customer)
		d := decide(t, policy(), in)
		assert.True(t, d.Has(code), code)
		assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome, code)
		assert.NotContains(t, d.Text().DE, goodwill.Reason{Code: code}.Text().DE, "customers are not told")

		in.Case.Claim.Cause = order.CauseChangeOfMind
		in.Case.Order.Events = append(in.Case.Order.Events, on(statute.WithdrawalReceived, "2026-11-13"))
		assert.Equal(t, goodwill.OutcomeGrant, decide(t, policy(), in).Outcome, code)
	}
	p := policy()
	p.Abuse.Approve = true
	in := late()
	in.Case.Customer.Grants = 3
	d := decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeSuspicion))
	assert.Equal(t, []string{"agent", "lead"}, d.Approver)
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	in := late()
	in.Declined = []string{"shipping", "voucher"}
	d := decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome)
	assert.Equal(t, []string{"lead"}, d.Approver)
	assert.True(t, d.Has(goodwill.CodeAuthority))
	assert.Contains(t, d.Text().EN, "We are agreeing on this")
	assert.NotContains(t, d.Text().EN, "40.00", "nothing is promised before it is approved")
	in.Actor.Roles = []string{"lead"}
	assert.Equal(t, goodwill.OutcomeGrant, decide(t, policy(), in).Outcome)

	in.Case.Customer.Granted = eur(19999)
	in.Used = map[string]money.Amount{"buyer|c-1|2026": eur(26001)}
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeRefer, d.Outcome, "nobody may grant this buyer more")
	assert.True(t, d.Has(goodwill.CodeNobodyMay))
	assert.Empty(t, d.Favour)

	p := policy()
	p.FourEyes = eur(3999)
	in.Used, in.Case.Customer.Granted = nil, money.Amount{}
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeFourEyes))

	in = late()
	in.Used = map[string]money.Amount{"actor|anna|2026-11-18": eur(4511)}
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome, "49.90 and 4.90 are more than 50.00 a day")
	in.Actor.ID = "ben"
	assert.Equal(t, goodwill.OutcomeGrant, decide(t, policy(), in).Outcome)
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	in := late()
	in.Used = map[string]money.Amount{"budget|all|2026-11-01": eur(99511)}
	d := decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome, "995.11 and 4.90 are more than 1,000.00")
	assert.Contains(t, d.Reasons, goodwill.Reason{Code: goodwill.CodeBudget, Param: "all", Left: eur(489)})
	in.Used = map[string]money.Amount{"budget|all|2026-11-01": eur(99510), "budget|all|2026-10-01": eur(100000)}
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	assert.Equal(t, []goodwill.Move{
		{Account: "order|4711", Amount: eur(490), Cap: eur(1000)},
		{Account: "actor|anna|2026-11-18", Amount: eur(490), Cap: eur(5000)},
		{Account: "buyer|c-1|2026", Amount: eur(490)},
		{Account: "budget|all|2026-11-01", Amount: eur(490), Cap: eur(100000)},
		{Account: "budget|day|2026-11-18", Amount: eur(490), Cap: eur(10000)},
	}, d.Moves, "with the caps of the agent's own limit")
	in.Used = map[string]money.Amount{"budget|day|2026-11-18": eur(10000)}
	d = decide(t, policy(), in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeSoftBudget))

	for window, start := range map[goodwill.Window]string{
		goodwill.Daily: "2026-11-18", goodwill.Weekly: "2026-11-16", goodwill.Monthly: "2026-11-01", goodwill.Quarterly: "2026-10-01",
	} {
		p := policy()
		p.Budgets = []goodwill.Budget{{ID: "w", Window: window, Amount: eur(1000)}}
		d := decide(t, p, late())
		assert.Equal(t, "budget|w|"+start, d.Moves[len(d.Moves)-1].Account)
	}
}

func TestVelocity(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Velocity = []goodwill.Velocity{
		{ID: "often", Per: goodwill.PerBuyer, Window: goodwill.Weekly, Grants: 2},
		{ID: "much", Per: goodwill.PerActor, Window: goodwill.Daily, Amount: eur(2000), Soft: true},
	}
	d := decide(t, p, late())
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	assert.Equal(t, []goodwill.Move{
		{Account: "count|often|c-1|2026-11-16", Amount: eur(1), Cap: eur(2)},
		{Account: "velocity|much|anna|2026-11-18", Amount: eur(490), Cap: eur(2000)},
	}, d.Moves[len(d.Moves)-2:])

	in := late()
	in.Used = map[string]money.Amount{"velocity|much|anna|2026-11-18": eur(1511)}
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome, "15.11 and 4.90 are more than 20.00")
	assert.Contains(t, d.Reasons, goodwill.Reason{Code: goodwill.CodeVelocity, Param: "much"})
	assert.False(t, d.Moves[len(d.Moves)-1].Cap.Given(), "who agrees goes beyond it")
	in.Used = map[string]money.Amount{"count|often|c-1|2026-11-16": eur(2)}
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome)
	assert.Contains(t, d.Reasons, goodwill.Reason{Code: goodwill.CodeVelocity, Param: "often"})
	in.Case.Customer.Ref = ""
	assert.Equal(t, goodwill.OutcomeGrant, decide(t, p, in).Outcome, "nobody knows whose it would be")

	p.Velocity = []goodwill.Velocity{{ID: "x|y", Per: "moon", Window: "year"}, {ID: "n", Per: goodwill.PerOrder, Window: goodwill.Daily, Grants: -1}}
	_, err := goodwill.Compile(p, nil)
	for _, path := range []string{"velocity[0].id", "velocity[0].per", "velocity[0].window", "velocity[0].grants", "velocity[1].grants"} {
		require.ErrorContains(t, err, path)
	}
}

// TestCostBenefit: of a dispute that comes in half of all cases, handled for
// 40.00 and lost in a quarter of them, about 80.00 with 445.76 of fees, and a
// tenth of customers leaving that are worth 10 % of 1,200.00 more:
// (40.00 + 131.44) / 2 + 12.00 = 97.72.
func TestCostBenefit(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Dispute = goodwill.Dispute{
		Likelihood: percent("50"), Lose: percent("25"), Handling: eur(4000), Churn: percent("10"), Future: percent("10"), Require: true,
	}
	in := late()
	d := decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	got := map[string]goodwill.Step{}
	for _, s := range d.Trace {
		got[s.Rule] = s
	}
	assert.Equal(t, eur(8000), got["cost.claim"].Amount)
	assert.Equal(t, eur(44576), got["cost.court"].Amount)
	assert.Equal(t, eur(13144), got["cost.lost"].Amount)
	assert.Equal(t, eur(8572), got["cost.dispute"].Amount)
	assert.Equal(t, eur(1200), got["cost.churn"].Amount)
	assert.Equal(t, goodwill.Step{Rule: "cost.offer", Amount: eur(490), Limit: eur(9772)}, got["cost.offer"])
	assert.Equal(t, "Kosten des Angebots: 4,90\u00a0€ von höchstens 97,72\u00a0€", got["cost.offer"].Text().DE)
	assert.Equal(t, "Authority “agent”, per order: €40.00 of at most €10.00. This needs another authority.",
		goodwill.Step{Rule: "authority.agent.per_order", Amount: eur(4000), Limit: eur(1000), Effect: goodwill.CodeAuthority}.Text().EN)

	p.Dispute.Likelihood, p.Dispute.Churn = percent("1"), percent("0")
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeRefuse, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeNotWorth))
	p.Dispute.Require = false
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeGrant, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeNotWorth))

	in.Case.Claim.Amount = eur(200001)
	d = decide(t, p, in)
	assert.Equal(t, goodwill.OutcomeApproval, d.Outcome)
	assert.True(t, d.Has(goodwill.CodeBeyondTable))
}

// TestCourtFees computes the table from the fees of GKG and VV RVG.
func TestCourtFees(t *testing.T) {
	t.Parallel()
	gkg, rvg := []int64{4000, 6100, 8200, 10300}, []int64{5150, 9300, 13450, 17600}
	table := goodwill.GermanCourtFees()
	require.Len(t, table, 4)
	for i, f := range table {
		own := rvg[i]*5/2 + 2000                                   // 1.3 and 1.2 fees, and 20.00 for expenses
		taxed := must(percent("19").Of(eur(own), money.HalfUp))    // the other side pays it
		assert.Equal(t, eur(3*gkg[i]+2*own+taxed.Minor()), f.Cost) // three court fees
		assert.Equal(t, int64(i+1)*50000, f.UpTo.Minor())
	}
}

func TestLoyalty(t *testing.T) {
	t.Parallel()
	d, err := goodwill.Compile(policy(), nil)
	require.NoError(t, err)
	c := late().Case.Customer
	tier, ok := d.Loyalty(&c, noon("2026-11-18"))
	assert.True(t, ok)
	assert.Equal(t, "gold", tier.ID)
	tier, _ = d.Loyalty(&c, noon("2025-12-31"))
	assert.Equal(t, "silver", tier.ID, "not three years yet")
	_, ok = d.Loyalty(&order.Customer{}, noon("2026-11-18"))
	assert.False(t, ok)
	assert.Equal(t, percent("5"), decide(t, policy(), late()).Loyalty)
}

func TestPolicyIsChecked(t *testing.T) {
	t.Parallel()
	bad := goodwill.Policy{
		Currency: money.EUR, Zone: "Mars", SettlementDays: -1,
		Rules: []goodwill.Rule{{Where: map[string][]string{"x": nil}}, {ID: "a|b", Ladder: []goodwill.Offer{
			{ID: "o", Remedy: "gold"},
			{ID: "o", Remedy: goodwill.Voucher, Share: percent("101")},
			{ID: "p", Remedy: goodwill.Apology},
			{ID: "q", Remedy: goodwill.Points, Apology: "loud"},
		}}},
		Loyalty:   []goodwill.Tier{{ID: "t"}},
		Abuse:     goodwill.Abuse{Granted: money.New(1, money.USD)},
		Dispute:   goodwill.Dispute{Handling: eur(-1), CourtFees: []goodwill.CourtFee{{}}},
		Authority: []goodwill.Limit{{}},
		Budgets:   []goodwill.Budget{{ID: "b"}},
		Terms:     []goodwill.Term{{ID: "t"}},
	}
	_, err := goodwill.Compile(bad, nil)
	var faults sla.Faults
	require.ErrorAs(t, err, &faults)
	paths := make([]string, len(faults))
	for i, f := range faults {
		paths[i] = f.Path
	}
	assert.Equal(t, []string{
		"zone", "id", "version", "settlement_days", "rules[0].id", "rules[0].where.x", "rules[0].ladder", "rules[1].id",
		"rules[1].ladder[0].remedy", "rules[1].ladder[1].id", "rules[1].ladder[1].share", "rules[1].ladder[2].apology",
		"rules[1].ladder[3].apology", "rules[1].ladder[3]", "loyalty[0].percent", "abuse.granted", "dispute.handling",
		"dispute.court_fees[0].up_to", "dispute.court_fees[0].cost", "authority[0].role", "budgets[0].amount", "budgets[0].window", "terms[0].text",
	}, paths)

	usd := late()
	d, err := goodwill.Compile(policy(), nil)
	require.NoError(t, err)
	usd.Case.Order.Currency = money.USD
	_, err = d.Decide(&usd, noon(now))
	require.ErrorIs(t, err, sla.ErrInvalid)
	none := late()
	none.Case.Order.Lines = nil
	_, err = d.Decide(&none, noon(now))
	require.ErrorIs(t, err, sla.ErrInvalid)
}

// TestProtectedAttributes: section 1 AGG, in both languages and all spellings.
func TestProtectedAttributes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"age", "Alter", "customerAge", "birth_date", "geburtsdatum", "dob", "gender", "Geschlecht", "sex", "anrede", "salutation", "religion", "konfession",
		"Weltanschauung", "disability", "behinderung", "ethnicity", "race", "Rasse", "herkunft", "nationality", "sexual_orientation", "sexuelle-Identitaet",
	} {
		p := policy()
		p.Fields = append(p.Fields, name)
		_, err := goodwill.Compile(p, nil)
		require.ErrorIs(t, err, sla.ErrInvalid, name)
		assert.Contains(t, err.Error(), "fields[1]", name)
	}
	for _, name := range []string{"segment", "language", "package", "racing_fan", "alternate", "sextant", "newsletter"} {
		p := policy()
		p.Fields = append(p.Fields, name)
		_, err := goodwill.Compile(p, nil)
		require.NoError(t, err, name)
	}
	_, err := goodwill.ParsePolicy([]byte(`{"id": "x", "version": 1, "currency": "EUR", "rules": [{"id": "r", "gender": "f"}]}`))
	require.ErrorIs(t, err, sla.ErrInvalid)
	assert.Contains(t, err.Error(), "rules[0].gender")
}

func TestPolicyRoundTrips(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal(policy())
	require.NoError(t, err)
	back, err := goodwill.ParsePolicy(data)
	require.NoError(t, err)
	assert.Equal(t, policy(), back)
	_, err = goodwill.Compile(back, nil)
	require.NoError(t, err)
}

// TestConcurrentUse: one decider and one input for many goroutines.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	d, err := goodwill.Compile(policy(), nil)
	require.NoError(t, err)
	in := withdrawn()
	want, err := d.Decide(&in, noon(now))
	require.NoError(t, err)
	got := make([]goodwill.Decision, 16)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() { got[i], _ = d.Decide(&in, noon(now)) }) // an error leaves no decision
	}
	group.Wait()
	for _, g := range got {
		assert.Equal(t, want, g)
	}
}
