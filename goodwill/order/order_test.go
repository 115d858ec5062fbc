package order_test

import (
	"encoding/json"
	"errors"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
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

func percent(n int64) money.Rate { return must(money.Percent(n)) }

// sample is a valid order with a bit of everything.
func sample() order.Order {
	day := func(n int) statute.Moment { return statute.On(sla.Date{Year: 2026, Month: time.November, Day: n}) }
	return order.Order{
		ID: "4711", Shop: "demo", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance,
		Placed: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Lines: []order.Line{
			{
				ID: "1", Units: 3, Gross: eur(2997), Rate: percent(19), Traits: []order.Trait{order.HygieneSealed},
				Discounts:  []order.Discount{{ID: "TEN", Amount: eur(100)}},
				Guarantees: []order.Guarantee{{By: order.ByManufacturer, Period: sla.Period{N: 5, Unit: sla.UnitYear}, Covers: true}},
			},
			{ID: "2", Units: 1, Gross: eur(1070), Tax: eur(70), Rate: percent(7), Kind: order.Goods},
		},
		Delivery: order.Delivery{Standard: eur(490), Gross: eur(490), Rate: percent(19)},
		Payments: []order.Payment{{ID: "p1", Means: order.Card, State: order.Captured, Amount: eur(4457)}},
		Events:   []order.Event{{Kind: statute.ContractConcluded, At: day(2)}, {Kind: statute.GoodsReceived, At: day(5), Lines: []string{"1"}, Units: 2}},
	}
}

func TestSampleIsValid(t *testing.T) {
	t.Parallel()
	o := sample()
	require.NoError(t, o.Validate())
	data, err := json.Marshal(o)
	require.NoError(t, err)
	back, err := order.ParseOrder(data)
	require.NoError(t, err)
	assert.Equal(t, o, back)
	assert.Equal(t, eur(4457), must(o.Paid()))
}

// TestFaults: every fault is found, each with its path.
func TestFaults(t *testing.T) {
	t.Parallel()
	for path, spoil := range map[string]func(*order.Order){
		"id":                            func(o *order.Order) { o.ID = "" },
		"currency":                      func(o *order.Order) { o.Currency = 7 },
		"country":                       func(o *order.Order) { o.Country = "de" },
		"buyer":                         func(o *order.Order) { o.Buyer = "someone" },
		"sale":                          func(o *order.Order) { o.Sale = "fair" },
		"lines":                         func(o *order.Order) { o.Lines = nil },
		"lines[0].id":                   func(o *order.Order) { o.Lines[0].ID = order.DeliveryLine },
		"lines[1].id":                   func(o *order.Order) { o.Lines[1].ID = "1" },
		"lines[0].units":                func(o *order.Order) { o.Lines[0].Units = 0 },
		"lines[0].gross":                func(o *order.Order) { o.Lines[0].Gross = eur(-1) },
		"lines[1].gross":                func(o *order.Order) { o.Lines[1].Gross = money.New(5, money.USD) },
		"lines[0].discounts[0].amount":  func(o *order.Order) { o.Lines[0].Discounts[0].Amount = eur(0) },
		"lines[0].rate":                 func(o *order.Order) { o.Lines[0].Rate = money.Rate{} },
		"lines[1].rate":                 func(o *order.Order) { o.Lines[1].Rate = percent(-7) },
		"lines[1].tax":                  func(o *order.Order) { o.Lines[1].Tax = eur(-1) },
		"lines[0].kind":                 func(o *order.Order) { o.Lines[0].Kind = "ware" },
		"lines[0].traits[0]":            func(o *order.Order) { o.Lines[0].Traits[0] = "nice" },
		"lines[0].guarantees[0].by":     func(o *order.Order) { o.Lines[0].Guarantees[0].By = "nobody" },
		"lines[0].guarantees[0].period": func(o *order.Order) { o.Lines[0].Guarantees[0].Period.Unit = sla.UnitHour },
		"delivery.gross":                func(o *order.Order) { o.Delivery.Gross = eur(-5) },
		"delivery.standard":             func(o *order.Order) { o.Delivery.Standard = money.New(1, money.JPY) },
		"delivery.rate":                 func(o *order.Order) { o.Delivery.Rate = money.Rate{} },
		"payments[0].id":                func(o *order.Order) { o.Payments[0].ID = "" },
		"payments[0].means":             func(o *order.Order) { o.Payments[0].Means = "gold" },
		"payments[0].state":             func(o *order.Order) { o.Payments[0].State = "" },
		"payments[0].amount":            func(o *order.Order) { o.Payments[0].Amount = money.Amount{} },
		"payments[0].disputes[0].amount": func(o *order.Order) {
			o.Payments[0].Disputes = []order.Dispute{{ID: "d", Kind: order.Chargeback, State: order.DisputeOpen, Amount: eur(5000)}}
		},
		"payments[0].disputes[0].kind": func(o *order.Order) {
			o.Payments[0].Disputes = []order.Dispute{{ID: "d", State: order.DisputeOpen, Amount: eur(50)}}
		},
		"refunds[0].parts":         func(o *order.Order) { o.Refunds = []order.Refund{{}} },
		"refunds[0].state":         func(o *order.Order) { o.Refunds = []order.Refund{{State: "gone", Parts: part("1", 1, 10, 1)}} },
		"refunds[0].payment":       func(o *order.Order) { o.Refunds = []order.Refund{{Payment: "p9", Parts: part("1", 1, 10, 1)}} },
		"refunds[0].parts[0].line": func(o *order.Order) { o.Refunds = []order.Refund{{Parts: part("9", 1, 10, 1)}} },
		"refunds[0].parts[0].tax":  func(o *order.Order) { o.Refunds = []order.Refund{{Parts: part("1", 1, 10, -1)}} },
		"refunds[0].parts[0]":      func(o *order.Order) { o.Refunds = []order.Refund{{Parts: part("1", 4, 10, 1)}} },
		"refunds[1].parts[0]": func(o *order.Order) {
			o.Refunds = []order.Refund{{Parts: part("1", 1, 2000, 1)}, {Parts: part("1", 1, 2000, 1)}}
		},
		"events[0].kind":     func(o *order.Order) { o.Events[0].Kind = "" },
		"events[0].at":       func(o *order.Order) { o.Events[0].At = statute.Moment{} },
		"events[1].lines[0]": func(o *order.Order) { o.Events[1].Lines[0] = "9" },
		"events[1].lines":    func(o *order.Order) { o.Events[1].Units = -1 },
		"events[1].via":      func(o *order.Order) { o.Events[1].Via = "owl" },
	} {
		o := sample()
		spoil(&o)
		err := o.Validate()
		var faults sla.Faults
		require.ErrorAs(t, err, &faults, path)
		paths := make([]string, len(faults))
		for i, f := range faults {
			paths[i] = f.Path
		}
		assert.Contains(t, paths, path)
		require.ErrorIs(t, err, sla.ErrInvalid)
	}
	o := sample()
	o.ID, o.Country, o.Lines[1].Units, o.Payments[0].Means = "", "Germany", -1, ""
	var faults sla.Faults
	require.ErrorAs(t, o.Validate(), &faults)
	assert.Len(t, faults, 4, "all at once")

	o = sample()
	o.Lines[0].Discounts[0].Amount = eur(3000)
	require.ErrorAs(t, o.Validate(), &faults)
	assert.Equal(t, "lines[0].gross", faults[0].Path)
}

func part(line string, units, gross, tax int64) []order.Part {
	return []order.Part{{Line: line, Units: units, Gross: eur(gross), Tax: eur(tax), Rate: percent(19)}}
}

func TestCaseFaults(t *testing.T) {
	t.Parallel()
	valid := func() order.Case {
		return order.Case{Order: sample(), Claim: order.Claim{Cause: order.CauseDefect, Items: []order.Item{{Line: "1", Units: 1}}}}
	}
	k := valid()
	require.NoError(t, k.Validate())
	for path, spoil := range map[string]func(*order.Case){
		"order.lines[0].units":      func(k *order.Case) { k.Order.Lines[0].Units = 0 },
		"claim.cause":               func(k *order.Case) { k.Claim.Cause = "" },
		"claim.severity":            func(k *order.Case) { k.Claim.Severity = "awful" },
		"claim.wish":                func(k *order.Case) { k.Claim.Wish = "world peace" },
		"claim.amount":              func(k *order.Case) { k.Claim.Amount = money.New(1, money.USD) },
		"claim.items[0].line[0]":    func(k *order.Case) { k.Claim.Items[0].Units = 4 },
		"claim.items[1].line":       func(k *order.Case) { k.Claim.Items = append(k.Claim.Items, k.Claim.Items[0]) },
		"customer.orders":           func(k *order.Case) { k.Customer.Orders = -1 },
		"customer.value":            func(k *order.Case) { k.Customer.Value = eur(-1) },
		"facts.trivial":             func(k *order.Case) { k.Facts.Trivial = "maybe" },
		"facts.value_loss":          func(k *order.Case) { k.Facts.ValueLoss = money.New(1, money.USD) },
		"order.refunds[0].parts[0]": func(k *order.Case) { k.Order.Refunds = []order.Refund{{Parts: part("1", 1, 9999, 1)}} },
	} {
		k := valid()
		spoil(&k)
		var faults sla.Faults
		require.ErrorAs(t, k.Validate(), &faults, path)
		assert.Equal(t, path, faults[0].Path)
	}
}

func TestParseIsStrict(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"unknown key":    `{"id":"1","currency":"EUR","total":"1.00 EUR","lines":[]}`,
		"other case":     `{"ID":"1","currency":"EUR","lines":[]}`,
		"twice":          `{"id":"1","id":"2","currency":"EUR","lines":[]}`,
		"float":          `{"id":"1","currency":"EUR","lines":[{"id":"a","units":1,"gross":10.5,"rate":"19"}]}`,
		"null":           `{"id":"1","currency":"EUR","lines":[{"id":"a","units":1,"gross":null,"rate":"19"}]}`,
		"no rate":        `{"id":"1","currency":"EUR","lines":[{"id":"a","units":1,"gross":"1.00 EUR"}]}`,
		"currency":       `{"id":"1","currency":"XYZ","lines":[{"id":"a","units":1,"gross":"1.00 EUR","rate":"19"}]}`,
		"not the orders": `{"id":"1","currency":"USD","lines":[{"id":"a","units":1,"gross":"1.00 EUR","rate":"19"}]}`,
		"nothing":        ``,
	} {
		_, err := order.ParseOrder([]byte(text))
		require.ErrorIs(t, err, sla.ErrInvalid, name)
	}
	_, err := order.ParseOrder([]byte(`{"id":"1","currency":"EUR","lines":[{"id":"a","units":1,"gross":"1.00 EUR","rate":"0"}]}`))
	require.NoError(t, err)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Refunds = []order.Refund{{Parts: part("1", 1, 966, 154)}, {State: order.RefundFailed, Parts: part("1", 1, 966, 154)}}
	_, err := o.Refund(
		order.Ask{Line: "1", Units: 3},
		order.Ask{Line: "9", Units: 1},
		order.Ask{Line: "2", Units: 1, Amount: eur(5)},
		order.Ask{Line: "2"},
		order.Ask{Line: "2", Amount: eur(0)},
		order.Ask{Line: "2", Amount: money.New(1, money.USD)},
		order.Ask{Line: order.DeliveryLine, Units: 1},
		order.Ask{Amount: eur(99999)},
		order.Ask{Units: 1},
		order.Ask{Line: "1", Units: 1, Keep: eur(967)},
		order.Ask{Line: "2", Units: -1},
		order.Ask{Line: "2", Amount: eur(5), Keep: eur(1)},
		order.Ask{Line: "2", Units: 1, Keep: money.New(1, money.USD)},
	)
	require.ErrorIs(t, err, order.ErrRefused)
	var r *order.Refusal
	require.ErrorAs(t, err, &r)
	codes := make([]string, len(r.Blockers))
	for i, b := range r.Blockers {
		assert.Equal(t, i, b.Ask)
		codes[i] = b.String()
	}
	assert.Equal(t, []string{
		"exceeds_remaining: 2", "unknown_line", "units_and_amount", "not_positive", "not_positive", "currency_mismatch", "no_units",
		"exceeds_remaining: 3491", "no_units", "keep_exceeds", "not_positive", "keep_exceeds", "currency_mismatch",
	}, codes)
	assert.True(t, r.Has(order.CodeLine))
	assert.False(t, r.Has(order.CodeNothing))
	assert.Contains(t, err.Error(), "order 4711: refund refused: line 1: exceeds_remaining: 2; line 9: unknown_line")
	_, err = o.Refund()
	require.ErrorAs(t, err, &r)
	assert.True(t, r.Has(order.CodeNothing))
}

// TestPriceReductionThenReturn: what was given for a defect comes off what
// the same units bring later.
func TestPriceReductionThenReturn(t *testing.T) {
	t.Parallel()
	o := order.Order{ID: "1", Currency: money.EUR, Lines: []order.Line{{ID: "a", Units: 2, Gross: eur(2000), Rate: percent(19)}}}
	reduction := must(o.Refund(order.Ask{Line: "a", Amount: eur(300)}))
	assert.Equal(t, part("a", 0, 300, 48), reduction.Parts)
	o.Refunds = append(o.Refunds, reduction)
	one := must(o.Refund(order.Ask{Line: "a", Units: 1}))
	assert.Equal(t, part("a", 1, 850, 136), one.Parts)
	o.Refunds = append(o.Refunds, one)
	other := must(o.Refund(order.Ask{Line: "a", Units: 1}))
	assert.Equal(t, part("a", 1, 850, 135), other.Parts)

	// Value that was lost is kept, and stays the shop's when the rest comes back.
	o.Refunds = nil
	kept := must(o.Refund(order.Ask{Line: "a", Units: 1, Keep: eur(400)}))
	assert.Equal(t, part("a", 1, 600, 96), kept.Parts)
	o.Refunds = append(o.Refunds, kept)
	assert.Equal(t, part("a", 1, 1000, 159), must(o.Refund(order.Ask{Line: "a", Units: 1})).Parts)
	left := must(o.Balances())
	assert.Equal(t, []int64{1, 1400}, []int64{left[0].Units, left[0].Gross.Minor()})
	assert.Equal(t, eur(1400), must(must(o.Refund(order.Ask{Line: "a", Units: 1}, order.Ask{Line: "a", Amount: eur(400)})).Total()))
}

func TestWholeOrderAmount(t *testing.T) {
	t.Parallel()
	o := sample()
	r := must(o.Refund(order.Ask{Amount: eur(1000)}))
	assert.Equal(t, eur(1000), must(r.Total()))
	require.Len(t, r.Parts, 3, "two lines and the delivery bear it")
	sums := must(r.ByRate())
	require.Len(t, sums, 2)
	assert.Equal(t, "7", sums[0].Rate.String())
	all := must(o.Everything())
	assert.Equal(t, must(o.Paid()), must(must(o.Refund(all...)).Total()))
}

func TestFunds(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Payments[0].Disputes = []order.Dispute{
		{ID: "a", Kind: order.Chargeback, State: order.DisputeOpen, Amount: eur(1000)},
		{ID: "b", Kind: order.Chargeback, State: order.DisputeLost, Amount: eur(500)},
		{ID: "c", Kind: order.Chargeback, State: order.DisputeWon, Amount: eur(250)},
	}
	o.Payments = append(o.Payments, order.Payment{ID: "p2", Means: order.Card, State: order.Authorised, Amount: eur(9)})
	o.Refunds = []order.Refund{{Payment: "p1", State: order.RefundUnknown, Parts: part("1", 1, 966, 154)}, {State: order.RefundFailed, Parts: part("1", 1, 966, 154)}}
	require.NoError(t, o.Validate())
	want := order.Funds{Captured: eur(4457), Refunded: eur(966), Lost: eur(500), Disputed: eur(1000), Free: eur(1991)}
	assert.Equal(t, want, must(o.Funds()))
	assert.Equal(t, want, must(o.FundsOf("p1")))
	assert.Equal(t, eur(0), must(o.FundsOf("p2")).Free)
}

func TestSpread(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Lines[0].Discounts = nil
	o.Lines[1].Tax = money.Amount{} // not invoiced yet
	before := o
	require.NoError(t, o.Spread("X", eur(500), order.OffAll))
	assert.Equal(t, eur(4557-500), must(o.Paid()))
	assert.Empty(t, before.Delivery.Discounts)
	for _, wrong := range []money.Amount{eur(0), eur(-1), eur(4058), {}} {
		require.Error(t, o.Spread("X", wrong, order.OffAll))
	}
	require.Error(t, o.Spread("X", money.New(1, money.USD), order.OffAll))
	require.Error(t, o.Spread("X", eur(1), "some"))
	require.NoError(t, o.Spread("rest", must(o.Paid()), order.OffAll))
	assert.Equal(t, eur(0), must(o.Paid()))
}

func TestEvents(t *testing.T) {
	t.Parallel()
	o := sample()
	assert.True(t, o.Happened("1", statute.GoodsReceived))
	assert.False(t, o.Happened("2", statute.GoodsReceived))
	assert.Len(t, o.EventsOf("1"), 2)
	assert.Len(t, o.EventsOf("2"), 1)
	l, ok := o.Line("1")
	assert.True(t, ok && l.Is(order.HygieneSealed) && !l.Is(order.Used))
	_, ok = o.Line("x")
	assert.False(t, ok)
}

// TestReferenceCases runs the table that lies beside the package.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/order.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID, Kind string
			Input    struct {
				LinePaid int64 `json:"line_paid"`
				Qty      int64
				Groups   []int64
			}
			Expect json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(data, &table)) //nolint:musttag // names that fit need no tag
	for _, c := range table.Cases {
		if c.Kind != "units" { // examples/cases runs them all
			continue
		}
		o := order.Order{ID: c.ID, Currency: money.EUR, Lines: []order.Line{{ID: "a", Units: c.Input.Qty, Gross: eur(c.Input.LinePaid), Rate: percent(19)}}}
		got := []int64{}
		for _, n := range c.Input.Groups {
			r := must(o.Refund(order.Ask{Line: "a", Units: n}))
			o.Refunds = append(o.Refunds, r)
			got = append(got, r.Parts[0].Gross.Minor())
		}
		text, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(c.Expect), string(text), c.ID)
	}
}

func TestRefusalIsNoFault(t *testing.T) {
	t.Parallel()
	o := sample()
	o.Lines[0].Gross = money.Amount{}
	_, err := o.Refund(order.Ask{Line: "1", Units: 1})
	require.ErrorIs(t, err, sla.ErrInvalid)
	assert.False(t, errors.Is(err, order.ErrRefused))
}

func BenchmarkRefund20(b *testing.B) {
	o := order.Order{ID: "1", Currency: money.EUR}
	asks := make([]order.Ask, 0, 20)
	for i := range int64(20) {
		id := "line-" + strconv.FormatInt(i, 10)
		o.Lines = append(o.Lines, order.Line{ID: id, Units: 3 + i, Gross: eur(1999 * (i + 1)), Rate: percent(19), Discounts: []order.Discount{{Amount: eur(100 + i)}}})
		asks = append(asks, order.Ask{Line: id, Units: 1})
	}
	o.Delivery = order.Delivery{Gross: eur(490), Rate: percent(19)}
	for range 2 {
		o.Refunds = append(o.Refunds, must(o.Refund(asks...)))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Refund(asks...); err != nil {
			b.Fatal(err)
		}
	}
}
