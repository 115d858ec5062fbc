package goodwill_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// anyInput draws a case, an actor and what was granted before.
func anyInput(t *rapid.T) goodwill.Input {
	in := late()
	o := &in.Case.Order
	o.Lines = append(o.Lines, order.Line{ID: "shade", Units: 3, Gross: eur(3100), Rate: percent("19")})
	o.Payments[0].Amount = eur(11590)
	if rapid.Bool().Draw(t, "withdrawn") {
		o.Events = append(o.Events, order.Event{
			Kind: statute.WithdrawalReceived, At: statute.On(day("2026-11-13")), Lines: []string{"shade"}, Units: rapid.Int64Range(0, 3).Draw(t, "units"),
		})
	}
	if rapid.Bool().Draw(t, "disputed") {
		state := rapid.SampledFrom([]order.DisputeState{order.DisputeOpen, order.DisputeLost, order.DisputeWon}).Draw(t, "state")
		o.Payments[0].Disputes = []order.Dispute{{ID: "d", Kind: order.Chargeback, State: state, Amount: eur(rapid.Int64Range(0, 11590).Draw(t, "dispute"))}}
	}
	c := &in.Case
	c.Claim.Cause = rapid.SampledFrom([]order.Cause{order.CauseLate, order.CauseDefect, order.CauseService}).Draw(t, "cause")
	c.Claim.Wish = rapid.SampledFrom([]order.Wish{"", order.WishRefund, order.WishPriceReduction, order.WishRepair}).Draw(t, "wish")
	if rapid.Bool().Draw(t, "one line") {
		c.Claim.Items = []order.Item{{Line: "shade", Units: rapid.Int64Range(0, 3).Draw(t, "of it")}}
	}
	if rapid.Bool().Draw(t, "asks") {
		c.Claim.Amount = eur(rapid.Int64Range(1, 20000).Draw(t, "amount"))
	}
	answers := rapid.SampledFrom([]order.Answer{order.Unknown, order.Yes, order.No})
	c.Facts.Defect, c.Facts.SeriousDefect = answers.Draw(t, "defect"), answers.Draw(t, "serious")
	c.Facts.SoundValue, c.Facts.ActualValue = eur(1000), eur(rapid.Int64Range(0, 1000).Draw(t, "actual"))
	c.Customer.Blocked = rapid.Bool().Draw(t, "blocked")
	c.Customer.Grants = rapid.Int64Range(0, 4).Draw(t, "grants")
	in.Actor.Roles = rapid.SampledFrom([][]string{nil, {"agent"}, {"lead"}, {"agent", "lead"}}).Draw(t, "roles")
	in.Used = map[string]money.Amount{
		"order|4711":             eur(rapid.Int64Range(0, 12000).Draw(t, "order")),
		"budget|all|2026-11-01":  eur(rapid.Int64Range(0, 100000).Draw(t, "budget")),
		"actor|anna|2026-11-18":  eur(rapid.Int64Range(0, 6000).Draw(t, "actor")),
		"budget|day|2026-11-18":  eur(rapid.Int64Range(0, 11000).Draw(t, "day")),
		"buyer|somebody-else|26": eur(1),

		"count|often|c-1|2026-11-16":     eur(rapid.Int64Range(0, 3).Draw(t, "often")),
		"velocity|much|anna|2026-11-18":  eur(rapid.Int64Range(0, 2500).Draw(t, "much")),
		"velocity|often|c-1|2026-11-16":  eur(0),
		"count|much|anna|2026-11-18":     eur(7),
		"velocity|nobody|c-1|2026-11-18": eur(100),
	}
	in.Declined = rapid.SampledFrom([][]string{nil, {"shipping"}, {"shipping", "voucher"}}).Draw(t, "declined")
	return in
}

// paced is the tests' policy with limits of velocity.
func paced() goodwill.Policy {
	p := policy()
	p.Velocity = []goodwill.Velocity{
		{ID: "often", Per: goodwill.PerBuyer, Window: goodwill.Weekly, Grants: 3},
		{ID: "much", Per: goodwill.PerActor, Window: goodwill.Daily, Amount: eur(2000), Soft: true},
	}
	return p
}

func compiled(p goodwill.Policy) *goodwill.Decider { return must(goodwill.Compile(p, nil)) }

// TestFloorStands: what the law gives depends on the case alone, not on role,
// budget, earlier grants, block list or policy; and a right is never a favour.
func TestFloorStands(t *testing.T) {
	t.Parallel()
	house, mean := compiled(paced()), compiled(goodwill.Policy{ID: "mean", Version: 1, Currency: money.EUR})
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		d := must(house.Decide(&in, noon(now)))
		other := in
		other.Actor, other.Used, other.Declined = goodwill.Actor{ID: "x"}, nil, nil
		other.Case.Customer = order.Customer{Blocked: true, Chargebacks: 9}
		floor := must(mean.Decide(&other, noon(now)))
		require.Equal(t, floor.Owed, d.Owed)
		require.Equal(t, floor.Rights, d.Rights)
		for _, a := range d.Owed {
			require.Empty(t, a.Remedy)
			require.Empty(t, a.Offer)
		}
		for _, a := range d.Favour {
			require.Empty(t, a.Right)
			require.NotEmpty(t, a.Offer)
		}
		if len(d.Owed) > 0 {
			require.NotContains(t, []goodwill.Outcome{goodwill.OutcomeRefuse, goodwill.OutcomeRefer, goodwill.OutcomeInfo}, d.Outcome)
		}
	})
}

// TestNeverAbovePaid: what is paid back, as of right and as a favour, is never
// more than the payments have free, and package order takes all of it.
func TestNeverAbovePaid(t *testing.T) {
	t.Parallel()
	house := compiled(paced())
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		d := must(house.Decide(&in, noon(now)))
		sum := int64(0)
		var asks []order.Ask
		for _, a := range slices.Concat(d.Owed, d.Favour) {
			if a.Ask == (order.Ask{}) {
				continue
			}
			sum += a.Payable.Minor()
			if a.Ask.Line != "" || a.Ask.Amount.Given() {
				asks = append(asks, a.Ask)
			}
			require.LessOrEqual(t, a.Payable.Minor(), a.Amount.Minor())
		}
		require.LessOrEqual(t, sum, must(in.Case.Order.Funds()).Free.Minor())
		if len(asks) > 0 {
			refund, err := in.Case.Order.Refund(asks...)
			require.NoError(t, err, "%+v", d)
			require.LessOrEqual(t, must(refund.Total()).Minor(), must(in.Case.Order.Paid()).Minor())
		}
		for _, m := range d.Moves {
			if m.Cap.Given() {
				require.LessOrEqual(t, in.Used[m.Account].Minor()+m.Amount.Minor(), m.Cap.Minor())
			}
		}
	})
}

// TestDecideIsAFunction: the same input gives the same decision, and is not
// changed.
func TestDecideIsAFunction(t *testing.T) {
	t.Parallel()
	house := compiled(paced())
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		before := must(json.Marshal(in))
		first := must(json.Marshal(must(house.Decide(&in, noon(now)))))
		require.Equal(t, first, must(json.Marshal(must(house.Decide(&in, noon(now))))))
		require.Equal(t, before, must(json.Marshal(in)))
	})
}

// TestMoreAuthority: another role never turns a grant into anything less.
func TestMoreAuthority(t *testing.T) {
	t.Parallel()
	house := compiled(paced())
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		d := must(house.Decide(&in, noon(now)))
		in.Actor.Roles = append(slices.Clone(in.Actor.Roles), rapid.SampledFrom([]string{"agent", "lead", "nobody"}).Draw(t, "more"))
		more := must(house.Decide(&in, noon(now)))
		if d.Outcome == goodwill.OutcomeGrant {
			require.Equal(t, goodwill.OutcomeGrant, more.Outcome)
		}
		require.Equal(t, d.Favour, more.Favour)
		if d.Outcome == goodwill.OutcomeRefuse {
			require.Equal(t, goodwill.OutcomeRefuse, more.Outcome)
		}
	})
}

// TestSplitting: two vouchers that together need approval need it also one
// after the other.
func TestSplitting(t *testing.T) {
	t.Parallel()
	with := func(minor int64) *goodwill.Decider {
		p := policy()
		p.Budgets = nil
		p.FourEyes = eur(7000)
		p.Rules = []goodwill.Rule{{ID: "r", Ladder: []goodwill.Offer{{ID: "v", Remedy: goodwill.Voucher, Fixed: eur(minor)}}}}
		return compiled(p)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := late()
		in.Actor.Roles = rapid.SampledFrom([][]string{{"agent"}, {"lead"}}).Draw(t, "roles")
		first, second := rapid.Int64Range(1, 6000).Draw(t, "first"), rapid.Int64Range(1, 6000).Draw(t, "second")
		whole := must(with(first+second).Decide(&in, noon(now)))
		one := must(with(first).Decide(&in, noon(now)))
		in.Used = map[string]money.Amount{}
		for _, m := range one.Moves {
			in.Used[m.Account] = m.Amount
		}
		two := must(with(second).Decide(&in, noon(now)))
		if whole.Outcome != goodwill.OutcomeGrant {
			require.False(t, one.Outcome == goodwill.OutcomeGrant && two.Outcome == goodwill.OutcomeGrant)
		}
	})
}

// TestCurrenciesNeverMix: every amount of a decision is in the one currency.
func TestCurrenciesNeverMix(t *testing.T) {
	t.Parallel()
	house := compiled(paced())
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		d := must(house.Decide(&in, noon(now)))
		for _, a := range slices.Concat(d.Owed, d.Favour) {
			for _, m := range []money.Amount{a.Amount, a.Payable, a.Cost} {
				require.Contains(t, []money.Currency{0, money.EUR}, m.Currency())
			}
		}
		for _, s := range d.Trace {
			require.Contains(t, []money.Currency{0, money.EUR}, s.Amount.Currency())
		}
	})
	in := late()
	in.Used = map[string]money.Amount{"budget|all|2026-11-01": money.New(5, money.USD)}
	_, err := house.Decide(&in, noon(now))
	require.ErrorContains(t, err, "used.budget|all|2026-11-01")
}

// TestTexts: whatever is decided can be told, in two languages.
func TestTexts(t *testing.T) {
	t.Parallel()
	house := compiled(paced())
	seen := map[goodwill.Code]bool{}
	rapid.Check(t, func(t *rapid.T) {
		in := anyInput(t)
		d := must(house.Decide(&in, noon(now)))
		text := d.Text()
		require.NotEmpty(t, text.DE)
		require.NotEmpty(t, text.EN)
		require.NotEqual(t, text.DE, text.EN)
		for _, r := range d.Reasons {
			seen[r.Code] = true
			require.NotEmpty(t, r.Text().DE)
			require.NotEmpty(t, r.Text().EN)
		}
		for _, step := range d.Trace {
			require.NotEmpty(t, step.Text().DE)
			require.NotContains(t, step.Text().DE, step.Rule, "what is looked at has a name")
			if step.Effect != "" {
				require.Contains(t, step.Text().EN, goodwill.Reason{Code: step.Effect}.Text().EN)
			}
		}
		for _, a := range d.Owed {
			require.NotEqual(t, rights.Right(""), a.Right)
			require.Contains(t, text.EN, "You are entitled to: ")
		}
		if len(d.Favour) == 0 {
			require.NotContains(t, text.EN, "goodwill")
		}
	})
	require.Greater(t, len(slices.Collect(maps.Keys(seen))), 5)
}

func BenchmarkDecide(b *testing.B) {
	house := compiled(policy())
	in := late()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := house.Decide(&in, noon(now)); err != nil {
			b.Fatal(err)
		}
	}
}
