package order

import (
	"strconv"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// Base is what a discount is taken off.
type Base string

// The bases.
const (
	OffGoods Base = "goods" // the lines
	OffAll   Base = "all"   // the lines and the delivery
)

// Spread adds a discount to the lines, and with [OffAll] to the delivery: each
// bears its share by what is left of its price, by largest remainder. The
// order's own slices of discounts are replaced, not written to. It is for orders
// whose tax is not invoiced yet, since it leaves tax alone. A discount of 0
// or below, or above what is left, is [sla.Faults]; the order stays as it is.
func (o *Order) Spread(id string, amount money.Amount, off Base) error {
	if amount.Sign() <= 0 {
		return sla.Faults{{Path: "amount", Value: amount.String(), Reason: "is not above 0"}}
	}
	if off != OffGoods && off != OffAll {
		return sla.Faults{{Path: "off", Value: string(off), Reason: `is neither "goods" nor "all"`}}
	}
	left, sum, err := o.left(off)
	if err != nil {
		return err
	}
	if more, err := amount.Cmp(sum); err != nil {
		return err
	} else if more > 0 {
		return sla.Faults{{Path: "amount", Value: amount.String(), Reason: "is more than the " + sum.String() + " that it is taken off"}}
	}
	shares, err := amount.Allocate(nil, left)
	if err != nil {
		return err
	}
	for i, share := range shares {
		bears := &o.Delivery.Discounts
		if i < len(o.Lines) {
			bears = &o.Lines[i].Discounts
		}
		if share.Sign() > 0 {
			*bears = append((*bears)[:len(*bears):len(*bears)], Discount{id, share})
		}
	}
	return nil
}

// left returns what is left of each price after discounts, and the sum.
func (o *Order) left(off Base) ([]int64, money.Amount, error) {
	weights := make([]int64, 0, len(o.Lines)+1)
	s := summer{currency: o.Currency}
	var sum int64
	weigh := func(path string, gross money.Amount, discounts []Discount) {
		t, err := o.tally(gross, discounts, money.New(0, o.Currency), money.Rate{}) // the tax is not looked at
		if err != nil {
			s.fail(in(path, err))
		}
		weights, sum = append(weights, t.paid), s.plus(sum, t.paid)
	}
	for i := range o.Lines {
		weigh("lines["+strconv.Itoa(i)+"]", o.Lines[i].Gross, o.Lines[i].Discounts)
	}
	if off == OffAll && o.Delivery.Gross.Given() {
		weigh("delivery", o.Delivery.Gross, o.Delivery.Discounts)
	}
	return weights, money.New(sum, o.Currency), s.err
}
