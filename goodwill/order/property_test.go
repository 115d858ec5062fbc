package order_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// drawOrder draws an order of some lines, with rounding at every corner.
func drawOrder(t *rapid.T) order.Order {
	o := order.Order{ID: "1", Currency: money.EUR}
	for i := range rapid.IntRange(1, 5).Draw(t, "lines") {
		l := order.Line{
			ID: strconv.Itoa(i), Units: rapid.Int64Range(1, 7).Draw(t, "units"), Gross: eur(rapid.Int64Range(0, 3000).Draw(t, "gross")),
			Rate: percent(rapid.SampledFrom([]int64{0, 7, 19}).Draw(t, "rate")),
		}
		if rapid.Bool().Draw(t, "invoiced") { // tax that no rate gives: rounded per unit by another system
			l.Tax = eur(rapid.Int64Range(0, l.Gross.Minor()).Draw(t, "tax"))
		}
		o.Lines = append(o.Lines, l)
	}
	if rapid.Bool().Draw(t, "delivery") {
		o.Delivery = order.Delivery{Gross: eur(rapid.Int64Range(0, 1000).Draw(t, "delivery")), Rate: percent(19)}
	}
	return o
}

// TestAnySequenceAddsUp: units and amounts, in any order and grouping, come
// to what was paid and to the invoiced tax; nothing is ever negative or above
// what is left.
func TestAnySequenceAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		require.NoError(t, o.Validate())
		var paid, tax int64
		for _, b := range must(o.Balances()) {
			paid, tax = paid+b.Paid.Minor(), tax+b.Tax.Minor()
		}
		for range 200 {
			asks := drawAsks(t, &o)
			if len(asks) == 0 {
				break
			}
			r, err := o.Refund(asks...)
			require.NoError(t, err)
			for _, p := range r.Parts {
				require.GreaterOrEqual(t, p.Gross.Minor(), int64(0))
				require.GreaterOrEqual(t, p.Tax.Minor(), int64(0))
			}
			o.Refunds = append(o.Refunds, r)
			require.NoError(t, o.Validate(), "what was refunded fits")
		}
		var gross, refundedTax int64
		for _, r := range o.Refunds {
			for _, p := range r.Parts {
				gross, refundedTax = gross+p.Gross.Minor(), refundedTax+p.Tax.Minor()
			}
		}
		require.Equal(t, paid, gross)
		require.Equal(t, tax, refundedTax)
		for _, b := range must(o.Balances()) {
			require.Zero(t, b.Gross.Minor()+b.Left.Minor())
		}
	})
}

// drawAsks draws a refund of some of what is left, or all of it.
func drawAsks(t *rapid.T, o *order.Order) []order.Ask {
	left := must(o.Everything())
	if len(left) == 0 || rapid.IntRange(0, 9).Draw(t, "end") == 0 {
		return left
	}
	ask := left[rapid.IntRange(0, len(left)-1).Draw(t, "line")]
	var rest, order0 int64
	for _, b := range must(o.Balances()) {
		order0 += b.Gross.Minor()
		if b.Line == ask.Line {
			rest = b.Gross.Minor()
		}
	}
	switch kind := rapid.IntRange(0, 5).Draw(t, "kind"); {
	case kind == 0 && order0 > 0:
		return []order.Ask{{Amount: eur(rapid.Int64Range(1, order0).Draw(t, "of order"))}}
	case (kind == 1 || ask.Units == 0) && rest > 0:
		return []order.Ask{{Line: ask.Line, Amount: eur(rapid.Int64Range(1, rest).Draw(t, "amount"))}}
	}
	ask.Units = rapid.Int64Range(1, ask.Units).Draw(t, "units")
	return []order.Ask{ask}
}

// TestGroupingDoesNotMatter: the same units in one step or in several bring
// the same, and so do they among other lines.
func TestGroupingDoesNotMatter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawOrder(t)
		l := o.Lines[rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")]
		whole := must(o.Refund(order.Ask{Line: l.ID, Units: l.Units})).Parts[0]
		single := make([]order.Ask, l.Units)
		for i := range single {
			single[i] = order.Ask{Line: l.ID, Units: 1}
		}
		var gross, tax int64
		for _, p := range must(o.Refund(single...)).Parts {
			gross, tax = gross+p.Gross.Minor(), tax+p.Tax.Minor()
		}
		require.Equal(t, whole.Gross.Minor(), gross)
		require.Equal(t, whole.Tax.Minor(), tax)
	})
}

// TestCurrenciesNeverMix: one foreign amount anywhere makes the order unusable.
func TestCurrenciesNeverMix(t *testing.T) {
	t.Parallel()
	usd := money.New(1, money.USD)
	for name, spoil := range map[string]func(*order.Order){
		"gross":    func(o *order.Order) { o.Lines[0].Gross = usd },
		"discount": func(o *order.Order) { o.Lines[0].Discounts[0].Amount = usd },
		"tax":      func(o *order.Order) { o.Lines[1].Tax = usd },
		"delivery": func(o *order.Order) { o.Delivery.Gross = usd },
		"refund": func(o *order.Order) {
			o.Refunds = []order.Refund{{Parts: []order.Part{{Line: "1", Gross: usd, Tax: usd}}}}
		},
	} {
		o := sample()
		spoil(&o)
		require.Error(t, o.Validate(), name)
		_, err := o.Refund(order.Ask{Line: "2", Units: 1})
		require.Error(t, err, name)
	}
}

// FuzzParse: no text makes a panic, and what is read can be refunded.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"id":"1","currency":"EUR","lines":[{"id":"a","units":3,"gross":"29.97 EUR","rate":"19","discounts":[{"amount":"1.00 EUR"}]}],"delivery":{"gross":"4.90 EUR","rate":"19"}}`))
	f.Add([]byte(`{"id":"1","currency":"JPY","lines":[{"id":"a","units":1,"gross":"92233720368547758 JPY","rate":"0"}],"events":[{"kind":"delivered","at":"2026-11-02"}]}`))
	f.Add([]byte(`{"id":"1","currency":"EUR","lines":[{"id":"a","units":2,"gross":"1.00 EUR","rate":"19"}],"refunds":[{"parts":[{"line":"a","units":1,"gross":"0.50 EUR","tax":"0.08 EUR","rate":"19"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := order.ParseOrder(data)
		if err != nil {
			return
		}
		asks, err := o.Everything()
		require.NoError(t, err)
		if len(asks) == 0 {
			return
		}
		r, err := o.Refund(asks...)
		require.NoError(t, err)
		o.Refunds = append(o.Refunds, r)
		require.NoError(t, o.Validate())
	})
}
