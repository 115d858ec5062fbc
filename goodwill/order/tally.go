package order

import (
	"strconv"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// tally is what of one line, or of the delivery, is paid and refunded, in
// minor units.
type tally struct {
	line  string
	units int64 // bought; 0 for the delivery
	paid  int64 // after discounts
	tax   int64 // within paid
	back  int64 // units that are refunded
	gross int64 // refunded
	gone  int64 // tax refunded
	rate  money.Rate
}

// book is the tallies of an order: its lines, and last the delivery.
type book struct {
	currency money.Currency
	tallies  []tally
	byID     map[string]int // only where there are many
	next     int            // where the line after the last one found stands: asks mostly come in order
}

// many is from how many lines on a map is made.
const many = 32

// open reads an order's lines and takes off all refunds before.
func (o *Order) open() (*book, error) {
	b := &book{currency: o.Currency, tallies: make([]tally, 0, len(o.Lines)+1)}
	for i := range o.Lines {
		l := &o.Lines[i]
		t, err := o.tally(l.Gross, l.Discounts, l.Tax, l.Rate)
		if err != nil {
			return nil, in("lines["+strconv.Itoa(i)+"]", err)
		}
		t.line, t.units = l.ID, l.Units
		b.tallies = append(b.tallies, t)
	}
	d := &o.Delivery
	t := tally{rate: d.Rate}
	if d.Gross.Given() {
		var err error
		if t, err = o.tally(d.Gross, d.Discounts, d.Tax, d.Rate); err != nil {
			return nil, in("delivery", err)
		}
	}
	t.line = DeliveryLine
	b.tallies = append(b.tallies, t)
	if len(b.tallies) > many {
		b.byID = make(map[string]int, len(b.tallies))
		for i := range b.tallies {
			b.byID[b.tallies[i].line] = i
		}
	}
	return b, b.settle(o)
}

// tally returns what was paid for a line, and the tax within.
func (o *Order) tally(gross money.Amount, discounts []Discount, tax money.Amount, rate money.Rate) (tally, error) {
	paid := gross
	var err error
	for _, d := range discounts {
		if paid, err = paid.Sub(d.Amount); err != nil {
			return tally{}, err
		}
	}
	if paid.Currency() != o.Currency {
		_, err := money.Sum(o.Currency, paid)
		return tally{}, err
	}
	if !tax.Given() {
		if tax, err = rate.TaxIncluded(paid); err != nil {
			return tally{}, err
		}
	}
	if paid.Sign() < 0 || tax.Currency() != o.Currency || tax.Sign() < 0 || tax.Minor() > paid.Minor() {
		return tally{}, sla.Faults{{Path: "gross", Value: gross.String(), Reason: "less discounts leaves " + paid.String() + " with " + tax.String() + " of tax, which cannot be"}}
	}
	return tally{paid: paid.Minor(), tax: tax.Minor(), rate: rate}, nil
}

// settle takes off what is refunded.
func (b *book) settle(o *Order) error {
	for i := range o.Refunds {
		r := &o.Refunds[i]
		if !r.counts() {
			continue
		}
		for j := range r.Parts {
			p := &r.Parts[j]
			t := b.find(p.Line)
			if t == nil || p.Gross.Currency() != b.currency || p.Tax.Currency() != b.currency || !t.settle(p) {
				return sla.Faults{{
					Path: "refunds[" + strconv.Itoa(i) + "].parts[" + strconv.Itoa(j) + "]", Value: p.Line,
					Reason: "does not fit what was bought and refunded before",
				}}
			}
		}
	}
	s := summer{currency: b.currency}
	var sum int64
	for i := range b.tallies {
		sum = s.plus(sum, b.tallies[i].paid)
	}
	return s.err
}

// settle takes off one part; false where more came back than went out.
func (t *tally) settle(p *Part) bool {
	units, gross, tax := p.Units, p.Gross.Minor(), p.Tax.Minor()
	if units < 0 || gross < 0 || tax < 0 || units > t.units-t.back || gross > t.paid-t.gross || tax > t.tax-t.gone {
		return false
	}
	t.back, t.gross, t.gone = t.back+units, t.gross+gross, t.gone+tax
	return true
}

// find returns the tally of a line, nil if there is none, or none is asked for.
func (b *book) find(line string) *tally {
	if line == "" {
		return nil
	}
	if b.byID != nil {
		if i, ok := b.byID[line]; ok {
			return &b.tallies[i]
		}
		return nil
	}
	for range b.tallies {
		i := b.next % len(b.tallies)
		b.next = i + 1
		if b.tallies[i].line == line {
			return &b.tallies[i]
		}
	}
	return nil
}

func (b *book) of(minor int64) money.Amount { return money.New(minor, b.currency) }

// brings returns what n more units bring.
func (t *tally) brings(n int64, c money.Currency) int64 {
	return share(t.paid, t.gross, t.back, n, t.units, c)
}

// takeUnits refunds units that are still with the customer, and keeps
// something of what they bring, with its share of the tax.
func (t *tally) takeUnits(n, keep int64, c money.Currency) Part {
	brings := t.brings(n, c)
	gross, tax := money.New(brings, c), money.New(share(t.tax, t.gone, t.back, n, t.units, c), c)
	if keep > 0 {
		gross = money.New(brings-keep, c)
		tax, _ = tax.MulDiv(brings-keep, brings, money.HalfUp) // keep is at most what they bring
	}
	p := Part{Line: t.line, Units: n, Gross: gross, Tax: tax, Rate: t.rate}
	t.settle(&p)
	return p
}

// share returns what n more units bring of a whole, of which refunded is
// gone: the difference of two rounded positions, less what was refunded of
// these units already, without a return.
//
// What went without a return is all that the units behind do not explain. It
// lies on the units that are left; these bear it by number, the last ones the
// rest, and none more than it brings or than leaves the others able to bear.
func share(whole, refunded, back, n, units int64, c money.Currency) int64 {
	position := func(to int64) int64 {
		p, _ := money.New(whole, c).Portion(0, to, units) // 0 <= to <= units, by check
		return p.Minor()
	}
	from, to := position(back), position(back+n)
	brings, rest, without := to-from, whole-to, max(0, refunded-from)
	if without == 0 {
		return brings
	}
	borne, _ := money.New(without, c).MulDiv(n, units-back, money.HalfUp) // n is at most units - back
	return brings - min(max(borne.Minor(), without-rest), brings, without)
}

// takeAmount refunds an amount without units. Its tax is the cumulative
// position of the amount in what was paid, less what is refunded of the tax.
func (t *tally) takeAmount(amount int64, c money.Currency) Part {
	position, _ := money.New(t.tax, c).MulDiv(t.gross+amount, t.paid, money.HalfUp) // amount is above 0 and at most what is left
	tax := max(0, position.Minor()-t.gone)
	p := Part{Line: t.line, Gross: money.New(amount, c), Tax: money.New(tax, c), Rate: t.rate}
	t.settle(&p)
	return p
}

// in puts faults below a path, and names the place of any other error.
func in(path string, err error) error {
	faults, ok := err.(sla.Faults) //nolint:errorlint // made here, never wrapped
	if !ok {
		return sla.Faults{{Path: path, Value: "", Reason: "cannot be reckoned: " + err.Error()}}
	}
	for _, f := range faults {
		f.Path = path + "." + f.Path
	}
	return faults
}
