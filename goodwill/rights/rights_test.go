package rights_test

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

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

func day(text string) sla.Date { return must(sla.ParseDate(text)) }

func noon(text string) time.Time { return must(time.Parse(time.DateTime, text+" 11:00:00")) }

func on(kind statute.Event, date string, lines ...string) order.Event {
	return order.Event{Kind: kind, At: statute.On(day(date)), Lines: lines}
}

// shoes is a consumer's order of two pairs for 100.00 and one cap for 20.00,
// with delivery at 4.90, received on 2 November 2026, a Monday.
func shoes(events ...order.Event) order.Case {
	rate := must(money.Percent(19))
	return order.Case{
		Order: order.Order{
			ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance,
			Placed: noon("2026-10-30"),
			Lines: []order.Line{
				{ID: "shoes", Units: 2, Gross: eur(10000), Rate: rate},
				{ID: "cap", Units: 1, Gross: eur(2000), Rate: rate},
			},
			Delivery: order.Delivery{Standard: eur(490), Gross: eur(490), Rate: rate},
			Payments: []order.Payment{{ID: "p", Means: order.Card, State: order.Captured, Amount: eur(12490)}},
			Events: append([]order.Event{
				on(statute.InstructionGiven, "2026-10-30"), on(order.Dispatched, "2026-10-31"), on(statute.GoodsReceived, "2026-11-02"),
			}, events...),
		},
		Claim: order.Claim{Cause: order.CauseChangeOfMind},
	}
}

func law(t *testing.T, cfg rights.Config) *rights.Law {
	t.Helper()
	l, err := rights.New(cfg)
	require.NoError(t, err)
	return l
}

func find(t *testing.T, c order.Case, now string, right rights.Right, line string) rights.Entitlement {
	t.Helper()
	return findIn(t, law(t, rights.Config{}), c, now, right, line)
}

func findIn(t *testing.T, l *rights.Law, c order.Case, now string, right rights.Right, line string) rights.Entitlement {
	t.Helper()
	report, err := l.Entitlements(&c, noon(now))
	require.NoError(t, err)
	e, ok := report.Find(right, line)
	require.True(t, ok, "%s of %s is not in %+v", right, line, report)
	return e
}

func lastDay(t *testing.T, e rights.Entitlement, act rights.Act) string {
	t.Helper()
	p, ok := e.Period(act)
	require.True(t, ok, "%+v", e)
	return p.Deadline.LastDay.String()
}

// TestReferenceCases runs the sums of the shared table; its dates are tested
// in package statute.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/rights.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID       string         `json:"id"`
			Kind     string         `json:"kind"`
			Currency money.Currency `json:"currency"`
			Input    struct {
				Price    int64 `json:"price"`
				Actual   int64 `json:"actual_value"`
				Sound    int64 `json:"sound_value"`
				Goods    int64 `json:"goods_paid"`
				Standard int64 `json:"standard_shipping"`
				Chosen   int64 `json:"chosen_shipping"`
				Loss     int64 `json:"value_loss"`
				Told     bool  `json:"instructed"`
			} `json:"input"`
			Expect map[string]int64 `json:"expect"`
		} `json:"cases"`
	}
	require.NoError(t, json.Unmarshal(data, &table))
	require.Len(t, table.Cases, 4)
	for _, c := range table.Cases {
		in := c.Input
		of := func(minor int64) money.Amount { return money.New(minor, c.Currency) }
		var got map[string]int64
		switch c.Kind {
		case "withdrawal":
			r := must(rights.Reverse(of(in.Goods), of(in.Standard), of(in.Chosen), of(in.Loss), in.Told))
			got = map[string]int64{
				"goods": r.Goods.Minor(), "shipping": r.Delivery.Minor(), "express_surcharge_kept": r.Surcharge.Minor(),
				"value_loss": r.ValueLoss.Minor(), "total": r.Total.Minor(),
			}
		case "price_reduction":
			reduced, back, err := rights.Reduce(of(in.Price), of(in.Actual), of(in.Sound))
			require.NoError(t, err)
			got = map[string]int64{"reduced_price": reduced.Minor(), "refund": back.Minor()}
		}
		assert.Equal(t, c.Expect, got, c.ID)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	r := must(rights.Reverse(eur(4999), eur(490), eur(1490), eur(9000), true))
	assert.Equal(t, rights.Reversal{Goods: eur(4999), Delivery: eur(490), Surcharge: eur(1000), ValueLoss: eur(4999), Total: eur(490)}, r,
		"express costs the buyer, and no more is kept than the goods")
	r = must(rights.Reverse(eur(4999), eur(490), eur(490), eur(1500), false))
	assert.Equal(t, eur(5489), r.Total, "nobody told the buyer of the loss")

	reduced, back, err := rights.Reduce(eur(9999), eur(10000), eur(15000))
	require.NoError(t, err)
	assert.Equal(t, []money.Amount{eur(6666), eur(3333)}, []money.Amount{reduced, back})

	var faults sla.Faults
	_, err = rights.Reverse(eur(-1), eur(1), eur(1), eur(-2), true)
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
	_, _, err = rights.Reduce(eur(-1), eur(-2), eur(0))
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 3)
	_, _, err = rights.Reduce(eur(1), eur(3), eur(2))
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, _, err = rights.Reduce(eur(1), money.New(1, money.USD), eur(2))
	require.ErrorIs(t, err, money.ErrCurrency)
	_, err = rights.Reverse(eur(1), money.New(1, money.USD), eur(2), eur(0), true)
	require.ErrorIs(t, err, money.ErrCurrency)
}

// TestWithdrawal: 14 days after 2 November are the 16th.
func TestWithdrawal(t *testing.T) {
	t.Parallel()
	e := find(t, shoes(), "2026-11-10", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.True(t, e.Has(rights.CodeNotDeclared))
	assert.Equal(t, "2026-11-16", lastDay(t, e, rights.ActWithdraw))
	assert.False(t, e.Amount.Given())

	c := shoes(on(statute.WithdrawalReceived, "2026-11-16"))
	e = find(t, c, "2026-11-18", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, eur(10000), e.Amount)
	assert.Equal(t, rights.SameMeans, e.Means)
	assert.True(t, e.Withheld, "nothing is back")
	assert.Empty(t, e.ReturnCost)
	assert.Contains(t, e.Missing, "facts.return_cost_told")
	assert.Equal(t, "2026-11-30", lastDay(t, e, rights.ActReturn))
	assert.Equal(t, eur(490), find(t, c, "2026-11-18", rights.WithdrawalDelivery, order.DeliveryLine).Amount)

	c = shoes(on(statute.WithdrawalReceived, "2026-11-16"), on(statute.GoodsReturned, "2026-11-20"))
	c.Facts.ReturnCostTold, c.Facts.OtherMeansAgree = order.Yes, order.Yes
	e = find(t, c, "2026-11-21", rights.Withdrawal, "cap")
	assert.False(t, e.Withheld)
	assert.Equal(t, "2026-11-30", lastDay(t, e, rights.ActRefund))
	assert.Equal(t, rights.Buyer, e.ReturnCost)
	assert.Equal(t, rights.AgreedMeans, e.Means)
	assert.Equal(t, statute.ByStatute, e.Certainty)
}

func TestWithdrawalTooLate(t *testing.T) {
	t.Parallel()
	e := find(t, shoes(), "2026-11-17", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Expired, e.Status)

	e = find(t, shoes(on(statute.WithdrawalReceived, "2026-11-17")), "2026-11-18", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Expired, e.Status)

	timely := shoes(on(statute.WithdrawalDispatched, "2026-11-16"), on(statute.WithdrawalReceived, "2026-11-19"))
	e = find(t, timely, "2026-11-19", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status, "timely dispatch is enough: § 355 (1) sentence 5 BGB")
	e = find(t, shoes(on(statute.WithdrawalDispatched, "2026-11-16")), "2026-11-19", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.True(t, e.Has(rights.CodeOnItsWay))

	silent := shoes(order.Event{Kind: statute.WithdrawalReceived, At: statute.On(day("2026-11-10")), Via: order.ViaReturn})
	e = find(t, silent, "2026-11-12", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.True(t, e.Has(rights.CodeSilentReturn))
}

// TestInstruction: without it 12 months and 14 days, which the directive
// counts otherwise; dates of WIeff-07 and WIcap-01.
func TestInstruction(t *testing.T) {
	t.Parallel()
	c := shoes()
	c.Order.Placed = noon("2027-02-10")
	c.Order.Events = []order.Event{on(statute.GoodsReceived, "2027-02-17")}
	e := find(t, c, "2027-06-01", rights.Withdrawal, "shoes")
	assert.Equal(t, "2028-03-02", lastDay(t, e, rights.ActWithdraw))
	assert.True(t, e.Has(rights.CodeNoInstruction))

	c.Order.Events = append(c.Order.Events, on(statute.WithdrawalReceived, "2028-03-03"))
	assert.Equal(t, rights.Expired, find(t, c, "2028-03-03", rights.Withdrawal, "shoes").Status)
	directive := law(t, rights.Config{Choices: rights.Choices{DirectiveCap: true}})
	e = findIn(t, directive, c, "2028-03-03", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, statute.Disputed, e.Certainty)
	c.Order.Events = append(c.Order.Events, on(statute.InstructionGiven, "2028-02-01"))
	assert.Equal(t, rights.Expired, findIn(t, directive, c, "2028-03-03", rights.Withdrawal, "shoes").Status, "14 days after a late instruction")
}

func TestWithdrawalBegins(t *testing.T) {
	t.Parallel()
	c := shoes()
	c.Order.Events = []order.Event{on(statute.InstructionGiven, "2026-10-30"), on(statute.GoodsReceived, "2026-11-02", "shoes")}
	e := find(t, c, "2027-10-01", rights.Withdrawal, "shoes")
	assert.True(t, e.Has(rights.CodeNotBegun), "the cap has not come: § 356 (2) no. 1 b")
	assert.Equal(t, rights.NotDue, e.Status)
	c.Order.Events = append(c.Order.Events, on(statute.GoodsReceived, "2026-11-09", "cap"))
	assert.Equal(t, "2026-11-23", lastDay(t, find(t, c, "2026-11-10", rights.Withdrawal, "shoes"), rights.ActWithdraw))
	c.Order.Lines[0].Traits = []order.Trait{order.Subscription}
	assert.Equal(t, "2026-11-16", lastDay(t, find(t, c, "2026-11-10", rights.Withdrawal, "shoes"), rights.ActWithdraw), "the first of a subscription")

	early := shoes(on(statute.WithdrawalReceived, "2026-11-01"))
	early.Order.Events = early.Order.Events[3:]
	e = find(t, early, "2026-11-02", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.False(t, e.Withheld, "there is nothing to send back")
	assert.Equal(t, "2026-11-16", lastDay(t, e, rights.ActRefund))
}

func TestPartialWithdrawal(t *testing.T) {
	t.Parallel()
	c := shoes(order.Event{Kind: statute.WithdrawalReceived, At: statute.On(day("2026-11-10")), Lines: []string{"shoes"}, Units: 1})
	e := find(t, c, "2026-11-10", rights.Withdrawal, "shoes")
	assert.Equal(t, eur(5000), e.Amount)
	assert.EqualValues(t, 1, e.Units)
	delivery := find(t, c, "2026-11-10", rights.WithdrawalDelivery, order.DeliveryLine)
	assert.Equal(t, rights.NotDue, delivery.Status)
	assert.True(t, delivery.Has(rights.CodePartial))

	share := law(t, rights.Config{Choices: rights.Choices{ShareDelivery: true}})
	delivery = findIn(t, share, c, "2026-11-10", rights.WithdrawalDelivery, order.DeliveryLine)
	assert.Equal(t, eur(204), delivery.Amount, "490 x 50/120")
	assert.Equal(t, statute.Disputed, delivery.Certainty)
}

func TestWithdrawalByClaim(t *testing.T) {
	t.Parallel()
	c := shoes()
	c.Claim.Wish, c.Claim.Items = order.WishWithdraw, []order.Item{{Line: "shoes", Units: 1}}
	e := find(t, c, "2026-11-16", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, eur(5000), e.Amount)
	assert.True(t, e.Has(rights.CodeByClaim))
	assert.Equal(t, rights.Expired, find(t, c, "2026-11-17", rights.Withdrawal, "shoes").Status)
}

func TestValueLoss(t *testing.T) {
	t.Parallel()
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"), on(statute.GoodsReturned, "2026-11-12"))
	c.Facts.ValueLoss, c.Facts.ValueLossTold = eur(1200), order.Yes
	assert.Equal(t, eur(9000), find(t, c, "2026-11-13", rights.Withdrawal, "shoes").Amount, "100/120 of it")
	assert.Equal(t, eur(1800), find(t, c, "2026-11-13", rights.Withdrawal, "cap").Amount)
	c.Facts.ValueLossTold = order.Unknown
	e := find(t, c, "2026-11-13", rights.Withdrawal, "shoes")
	assert.Equal(t, eur(10000), e.Amount)
	assert.Contains(t, e.Missing, "facts.value_loss_told")
}

func TestExpressDelivery(t *testing.T) {
	t.Parallel()
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Order.Delivery.Gross = eur(1490)
	c.Order.Payments[0].Amount = eur(13490)
	e := find(t, c, "2026-11-13", rights.WithdrawalDelivery, order.DeliveryLine)
	assert.Equal(t, eur(490), e.Amount)
	assert.True(t, e.Has(rights.CodeSurcharge))
}

// TestExclusions is section 312g (2) BGB, number by number.
func TestExclusions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		trait  order.Trait
		event  statute.Event
		status rights.Status
	}{
		{order.CustomMade, "", rights.Excluded},
		{order.Perishable, "", rights.Excluded},
		{order.HygieneSealed, "", rights.Due},
		{order.HygieneSealed, order.SealBroken, rights.Excluded},
		{order.Mixable, "", rights.Due},
		{order.Mixable, order.MixedIn, rights.Excluded},
		{order.FuturesAlcohol, "", rights.Excluded},
		{order.SealedMedia, "", rights.Due},
		{order.SealedMedia, order.SealBroken, rights.Excluded},
		{order.Periodical, "", rights.Excluded},
		{order.MarketPrice, "", rights.Excluded},
		{order.DatedLeisure, "", rights.Excluded},
		{order.Auction, "", rights.Excluded},
		{order.UrgentRepair, "", rights.Excluded},
		{order.Betting, "", rights.Excluded},
		{order.Notarised, "", rights.Excluded},
		{order.Used, order.SealBroken, rights.Due},
	} {
		c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
		c.Order.Lines[0].Traits = []order.Trait{test.trait}
		if test.event != "" {
			c.Order.Events = append(c.Order.Events, order.Event{Kind: test.event, Lines: []string{"shoes"}})
		}
		assert.Equal(t, test.status, find(t, c, "2026-11-11", rights.Withdrawal, "shoes").Status, "%s, %s", test.trait, test.event)
		assert.Equal(t, rights.Due, find(t, c, "2026-11-11", rights.Withdrawal, "cap").Status)
	}
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Order.Lines[0].Traits = []order.Trait{order.Periodical, order.Subscription}
	assert.Equal(t, rights.Due, find(t, c, "2026-11-11", rights.Withdrawal, "shoes").Status)
	c.Order.Sale, c.Order.Lines[0].Traits = order.OffPremises, []order.Trait{order.Betting}
	assert.Equal(t, rights.Due, find(t, c, "2026-11-11", rights.Withdrawal, "shoes").Status)
}

func TestWithdrawalAllReasons(t *testing.T) {
	t.Parallel()
	c := shoes(on(statute.WithdrawalReceived, "2026-12-10"))
	c.Order.Buyer, c.Order.Sale, c.Order.Country = order.Business, order.InStore, ""
	c.Order.Lines[0].Traits = []order.Trait{order.CustomMade}
	e := find(t, c, "2026-12-11", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Excluded, e.Status)
	for _, code := range []rights.Code{rights.CodeBusiness, rights.CodeInStore, "custom_made", rights.CodePeriodOver, rights.CodeCountryOpen} {
		assert.True(t, e.Has(code), "%s is not in %+v", code, e.Reasons)
	}
	assert.Equal(t, []string{"order.country"}, e.Missing)

	c = shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Order.Buyer, c.Order.Sale = "", ""
	e = find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Unknown, e.Status)
	assert.Equal(t, []string{"order.buyer", "order.sale", "facts.return_cost_told"}, e.Missing)
	c = shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Order.Country = "FR"
	e = find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	assert.True(t, e.Has(rights.CodeForeignLaw))
	assert.Equal(t, rights.Unknown, e.Status)
}

// TestButton: § 356a BGB is in force from 19 June 2026.
func TestButton(t *testing.T) {
	t.Parallel()
	c := shoes(order.Event{Kind: statute.WithdrawalReceived, At: statute.On(day("2026-11-10")), Via: order.ViaButton})
	e := find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	assert.Equal(t, "2026-11-10", lastDay(t, e, rights.ActConfirm))
	p, _ := e.Period(rights.ActConfirm)
	assert.False(t, p.Done)
	c.Order.Events = append(c.Order.Events, on(order.WithdrawalConfirmed, "2026-11-10"))
	e = find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	p, _ = e.Period(rights.ActConfirm)
	assert.True(t, p.Done)
}

func TestRefundedIsNotDueAgain(t *testing.T) {
	t.Parallel()
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	everything := must(c.Order.Everything())
	c.Order.Refunds = append(c.Order.Refunds, must(c.Order.Refund(everything...)))
	e := find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.NotDue, e.Status)
	assert.True(t, e.Has(rights.CodeRefunded))
}

// TestWithdrawnBesideTheClaim: a declaration stands, whatever the claim is
// about; the wish of a claim is about its own items only.
func TestWithdrawnBesideTheClaim(t *testing.T) {
	t.Parallel()
	c := shoes(on(statute.WithdrawalReceived, "2026-11-10"))
	c.Claim.Items = []order.Item{{Line: "cap"}}
	e := find(t, c, "2026-11-11", rights.Withdrawal, "shoes")
	assert.Equal(t, rights.Due, e.Status)
	assert.Equal(t, eur(10000), e.Amount)
	assert.Equal(t, rights.Due, find(t, c, "2026-11-11", rights.WithdrawalDelivery, order.DeliveryLine).Status)

	c = shoes(order.Event{Kind: statute.WithdrawalReceived, At: statute.On(day("2026-11-10")), Lines: []string{"shoes"}, Via: order.ViaReturn})
	c.Claim.Items, c.Claim.Wish = []order.Item{{Line: "cap"}}, order.WishWithdraw
	assert.Equal(t, rights.NotDue, find(t, c, "2026-11-11", rights.Withdrawal, "shoes").Status)
	assert.Equal(t, rights.Due, find(t, c, "2026-11-11", rights.Withdrawal, "cap").Status)
}

// TestDefaultInterest has the figures of interest-01 and interest-03 of the
// shared table: the base rate of 1.27 and five points.
func TestDefaultInterest(t *testing.T) {
	t.Parallel()
	base := must(money.ParseRate("1.27"))
	from := day("2026-11-02")
	assert.Equal(t, eur(52), must(rights.DefaultInterest(eur(10000), base, order.Consumer, from, from.AddDays(30), 365)))
	assert.Equal(t, eur(1), must(rights.DefaultInterest(eur(4999), base, order.Consumer, from, from.AddDays(1), 365)))
	assert.Equal(t, eur(84), must(rights.DefaultInterest(eur(10000), base, order.Business, from, from.AddDays(30), 365)), "nine points")
	assert.Equal(t, eur(0), must(rights.DefaultInterest(eur(10000), base, order.Consumer, from, from, 365)))
	_, err := rights.DefaultInterest(eur(10000), base, "", from, from, 365)
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = rights.DefaultInterest(eur(10000), base, order.Consumer, from, from.AddDays(-1), 365)
	require.ErrorIs(t, err, money.ErrInvalid)
	_, err = rights.DefaultInterest(eur(10000), money.Rate{}, order.Consumer, from, from, 365)
	require.ErrorIs(t, err, money.ErrInvalid)
}
