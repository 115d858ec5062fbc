package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// orderAnswers answers the kinds of goodwill that are about an order.
func orderAnswers() map[string]answer {
	return map[string]answer{
		"order":  orderRefund,
		"units":  units,
		"reject": reject,
	}
}

// shipping is what tables call the delivery.
const shipping = "shipping"

// saleRow is an order as tables write it.
type saleRow struct {
	Lines     []lineRow        `json:"lines"`
	Shipping  int64            `json:"shipping"`
	ShipRate  *money.Rate      `json:"ship_rate"` // 19 where absent
	Disc      int64            `json:"disc"`
	DiscOn    order.Base       `json:"disc_on"` // goods where absent
	Requested map[string]int64 `json:"req"`     // units by index of the line, and an amount of the shipping
	Prior     map[string]int64 `json:"prior"`
}

// lineRow is [price of a unit, units, rate].
type lineRow struct {
	price, units int64
	rate         money.Rate
}

func (l *lineRow) UnmarshalJSON(data []byte) error {
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return err
	}
	if len(parts) != 3 {
		return fmt.Errorf("line %s has not three parts", data)
	}
	return errors.Join(json.Unmarshal(parts[0], &l.price), json.Unmarshal(parts[1], &l.units), json.Unmarshal(parts[2], &l.rate))
}

// order returns the order of a row, with its discount spread.
func (row saleRow) order(c mixedCase) (*order.Order, error) {
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return nil, err
	}
	o := &order.Order{ID: c.ID, Currency: currency}
	for i, l := range row.Lines {
		gross, err := money.New(l.price, currency).Mul(l.units)
		if err != nil {
			return nil, err
		}
		o.Lines = append(o.Lines, order.Line{ID: strconv.Itoa(i), Units: l.units, Gross: gross, Rate: l.rate})
	}
	rate, err := money.Percent(19)
	if err != nil {
		return nil, err
	}
	if row.ShipRate != nil {
		rate = *row.ShipRate
	}
	o.Delivery = order.Delivery{Gross: money.New(row.Shipping, currency), Rate: rate}
	if row.Disc != 0 {
		if row.DiscOn == "" {
			row.DiscOn = order.OffGoods
		}
		if err := o.Spread("discount", money.New(row.Disc, currency), row.DiscOn); err != nil {
			return nil, err
		}
	}
	if prior := asks(row.Prior, currency); len(prior) > 0 {
		r, err := o.Refund(prior...)
		if err != nil {
			return nil, fmt.Errorf("prior: %w", err)
		}
		o.Refunds = append(o.Refunds, r)
	}
	return o, o.Validate()
}

// asks returns what is asked for, lines by index, then the shipping.
func asks(req map[string]int64, c money.Currency) []order.Ask {
	var list []order.Ask
	for _, line := range slices.SortedFunc(maps.Keys(req), byIndex) {
		if line == shipping {
			list = append(list, order.Ask{Line: order.DeliveryLine, Amount: money.New(req[line], c)})
		} else {
			list = append(list, order.Ask{Line: line, Units: req[line]})
		}
	}
	return list
}

func byIndex(a, b string) int {
	index := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 1 << 30 // the shipping comes last
		}
		return n
	}
	return index(a) - index(b)
}

// partRow is a part of a refund as tables write it.
type partRow struct {
	Line  any   `json:"line"` // index, or "shipping"
	Units int64 `json:"qty,omitempty"`
	Gross int64 `json:"gross"`
	Tax   int64 `json:"tax"`
}

func orderRefund(c mixedCase) (any, error) {
	row, err := read[saleRow](c)
	if err != nil {
		return nil, err
	}
	o, err := row.order(c)
	if err != nil {
		return nil, err
	}
	balances, err := o.Balances()
	if err != nil {
		return nil, err
	}
	r, err := o.Refund(asks(row.Requested, o.Currency)...)
	if err != nil {
		return nil, err
	}
	sums, err := r.ByRate()
	if err != nil {
		return nil, err
	}
	total, err := r.Total()
	if err != nil {
		return nil, err
	}
	paid, err := o.Paid()
	if err != nil {
		return nil, err
	}
	out := struct {
		Lines    []int64           `json:"paid_lines"`
		Shipping int64             `json:"paid_shipping"`
		Paid     int64             `json:"paid_total"`
		Refund   []partRow         `json:"refund"`
		Total    int64             `json:"total"`
		Rates    map[string]taxRow `json:"tax_by_rate"`
	}{Paid: paid.Minor(), Total: total.Minor(), Rates: map[string]taxRow{}}
	for _, b := range balances {
		out.Lines = append(out.Lines, b.Paid.Minor())
	}
	last := len(out.Lines) - 1
	out.Lines, out.Shipping = out.Lines[:last], out.Lines[last]
	for _, p := range r.Parts {
		out.Refund = append(out.Refund, partRow{lineName(p.Line), p.Units, p.Gross.Minor(), p.Tax.Minor()})
	}
	for _, s := range sums {
		out.Rates[s.Rate.String()] = taxRow{s.Gross.Minor(), s.Tax.Minor(), s.Net.Minor()}
	}
	return out, nil
}

func lineName(id string) any {
	if n, err := strconv.Atoi(id); err == nil {
		return n
	}
	return shipping
}

// oneLine is an order of one line that was paid so much.
func (c mixedCase) oneLine(paid, units int64) (*order.Order, error) {
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return nil, err
	}
	rate, err := money.Percent(19)
	return &order.Order{ID: c.ID, Currency: currency, Lines: []order.Line{
		{ID: "0", Units: units, Gross: money.New(paid, currency), Rate: rate},
	}}, err
}

func units(c mixedCase) (any, error) {
	in, err := read[struct {
		Paid   int64   `json:"line_paid"`
		Units  int64   `json:"qty"`
		Groups []int64 `json:"groups"`
	}](c)
	if err != nil {
		return nil, err
	}
	o, err := c.oneLine(in.Paid, in.Units)
	if err != nil {
		return nil, err
	}
	list := make([]int64, len(in.Groups))
	for i, n := range in.Groups {
		r, err := o.Refund(order.Ask{Line: "0", Units: n})
		if err != nil {
			return nil, err
		}
		o.Refunds = append(o.Refunds, r)
		list[i] = r.Parts[0].Gross.Minor()
	}
	return list, nil
}

// reject is a refund that cannot be: of a line, of the whole order or of the
// shipping.
func reject(c mixedCase) (any, error) {
	in, err := read[struct {
		LinePaid  int64          `json:"line_paid"`
		OrderPaid int64          `json:"order_paid"`
		Paid      int64          `json:"paid"`
		Shipping  int64          `json:"shipping_gross"`
		Discount  int64          `json:"shipping_discount"`
		Refunded  int64          `json:"refunded"`
		Request   int64          `json:"request"`
		Bought    money.Currency `json:"currency_paid"`
		Asked     money.Currency `json:"currency"`
	}](c)
	if err != nil {
		return nil, err
	}
	o, err := c.oneLine(in.LinePaid+in.OrderPaid+in.Paid, 1)
	if err != nil {
		return nil, err
	}
	if in.Bought != 0 && in.Bought != o.Currency {
		return nil, fmt.Errorf("was paid in %s, in an order in %s", in.Bought, o.Currency)
	}
	if in.Asked == 0 {
		in.Asked = o.Currency
	}
	ask := order.Ask{Line: "0"}
	switch {
	case in.Shipping > 0:
		ask.Line = order.DeliveryLine
		o.Delivery = order.Delivery{Gross: money.New(in.Shipping, o.Currency), Rate: o.Lines[0].Rate}
		if in.Discount > 0 {
			o.Delivery.Discounts = []order.Discount{{Amount: money.New(in.Discount, o.Currency)}}
		}
	case in.OrderPaid > 0:
		ask.Line = ""
	}
	if in.Refunded > 0 {
		ask.Amount = money.New(in.Refunded, o.Currency)
		r, err := o.Refund(ask)
		if err != nil {
			return nil, fmt.Errorf("refunded before: %w", err)
		}
		o.Refunds = append(o.Refunds, r)
	}
	ask.Amount = money.New(in.Request, in.Asked)
	_, err = o.Refund(ask)
	var refusal *order.Refusal
	if !errors.As(err, &refusal) {
		return nil, errors.Join(errors.New("it is not refused"), err)
	}
	return refusal.Blockers[0].String(), nil
}
