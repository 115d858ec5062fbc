package order

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// Refund is money that goes, or went, back to the customer, part by part. What
// [Order.Refund] returns is to be stored and put into [Order.Refunds].
type Refund struct {
	ID      string      `json:"id,omitempty"`
	At      time.Time   `json:"at,omitzero"`
	State   RefundState `json:"state,omitempty"`   // empty: settled
	Payment string      `json:"payment,omitempty"` // that it goes back to, where it is one
	Parts   []Part      `json:"parts"`
}

// RefundState is how far a refund has come. All but failed ones count: what
// is pending or unknown may have been paid.
type RefundState string

// The states of a refund.
const (
	RefundSettled RefundState = "settled"
	RefundPending RefundState = "pending"
	RefundUnknown RefundState = "unknown"
	RefundFailed  RefundState = "failed"
)

func (r Refund) counts() bool { return r.State != RefundFailed }

// Part is what a refund gives back of one line.
type Part struct {
	Line  string       `json:"line"`            // an id, or [DeliveryLine]
	Units int64        `json:"units,omitempty"` // that came back, or never arrived; 0: an amount alone
	Gross money.Amount `json:"gross"`
	// Tax is the part's share of the tax. Gross and tax are rounded apart, so
	// that of units that cost less than a cent one may step before the other.
	Tax  money.Amount `json:"tax"`
	Rate money.Rate   `json:"rate"`
}

// Ask is one thing to refund: either units of a line, or an amount.
type Ask struct {
	Line   string       `json:"line,omitempty"` // an id or [DeliveryLine]; empty, with an amount: the whole order, spread over what is left of it
	Units  int64        `json:"units,omitempty"`
	Amount money.Amount `json:"amount,omitzero"`
	// Keep is held back from what units bring: for loss of value, § 357a BGB.
	// It stays refundable, as an amount.
	Keep money.Amount `json:"keep,omitzero"`
}

// Balance is what of a line was paid, and what is left of it. What is left of
// an amount may have come back with units already: a price that was kept for
// loss of value.
type Balance struct {
	Line  string       `json:"line"`
	Units int64        `json:"units"` // left; 0 for the delivery
	Paid  money.Amount `json:"paid"`
	Tax   money.Amount `json:"tax"`      // within Paid, as invoiced
	Gross money.Amount `json:"gross"`    // left of Paid
	Left  money.Amount `json:"left_tax"` // left of Tax
	Rate  money.Rate   `json:"rate,omitzero"`
}

// Balances returns what is left of every line, and last of the delivery.
func (o *Order) Balances() ([]Balance, error) {
	b, err := o.open()
	if err != nil {
		return nil, err
	}
	all := make([]Balance, len(b.tallies))
	for i, t := range b.tallies {
		all[i] = Balance{
			Line: t.line, Units: t.units - t.back, Paid: b.of(t.paid), Tax: b.of(t.tax),
			Gross: b.of(t.paid - t.gross), Left: b.of(t.tax - t.gone), Rate: t.rate,
		}
	}
	return all, nil
}

// Paid returns what the lines and the delivery cost after discounts.
func (o *Order) Paid() (money.Amount, error) {
	b, err := o.open()
	if err != nil {
		return money.Amount{}, err
	}
	s := summer{currency: o.Currency}
	var sum int64
	for _, t := range b.tallies {
		sum = s.plus(sum, t.paid)
	}
	return b.of(sum), s.err
}

// Everything asks for all that is left: all units, and what is left of the
// delivery.
func (o *Order) Everything() ([]Ask, error) {
	b, err := o.open()
	if err != nil {
		return nil, err
	}
	asks := make([]Ask, 0, len(b.tallies))
	for _, t := range b.tallies {
		if n := t.units - t.back; n > 0 {
			asks = append(asks, Ask{Line: t.line, Units: n})
		} else if t.units == 0 && t.paid > t.gross {
			asks = append(asks, Ask{Line: t.line, Amount: b.of(t.paid - t.gross)})
		}
	}
	return asks, nil
}

// Refund returns what the refund of all that is asked for comes to, after all
// refunds before it. One part per ask that names a line, in their order; an ask
// for the whole order has a part for each line that has something left.
//
// It looks at what was charged, not at payments: see [Order.Funds]. What
// cannot be is a [*Refusal] with all reasons; an order that is not valid is an
// error of package money or [sla.Faults].
func (o *Order) Refund(asks ...Ask) (Refund, error) {
	b, err := o.open()
	if err != nil {
		return Refund{}, err
	}
	refund := Refund{Parts: make([]Part, 0, len(asks))}
	var blockers []Blocker
	for i, a := range asks {
		t := b.find(a.Line) // nil: the whole order, or no line of it
		if block, ok := b.check(t, a); !ok {
			block.Ask, block.Line = i, a.Line
			blockers = append(blockers, block)
			continue
		}
		if refund.Parts, err = b.take(refund.Parts, t, a); err != nil {
			return Refund{}, err
		}
	}
	if len(asks) == 0 {
		blockers = append(blockers, Blocker{Code: CodeNothing})
	}
	if len(blockers) > 0 {
		return Refund{}, &Refusal{o.ID, blockers}
	}
	return refund, nil
}

// check says what stands against one ask, of a line or of the whole order.
func (b *book) check(t *tally, a Ask) (Blocker, bool) {
	switch {
	case t == nil && a.Line != "":
		return Blocker{Code: CodeLine}, false
	case a.Units != 0 && a.Amount.Given():
		return Blocker{Code: CodeBoth}, false
	case a.Amount.Given():
		return b.checkAmount(t, a)
	case a.Units <= 0:
		return Blocker{Code: CodePositive}, false
	case t == nil || t.units == 0:
		return Blocker{Code: CodeNoUnits}, false
	case a.Units > t.units-t.back:
		return Blocker{Code: CodeRemaining, Units: t.units - t.back}, false
	}
	return b.checkKeep(t, a)
}

// checkAmount says what stands against an amount of a line, or of the order.
func (b *book) checkAmount(t *tally, a Ask) (Blocker, bool) {
	left := b.left(t)
	switch {
	case a.Amount.Currency() != b.currency:
		return Blocker{Code: CodeCurrency}, false
	case a.Keep.Given():
		return Blocker{Code: CodeKeep}, false
	case a.Amount.Sign() <= 0:
		return Blocker{Code: CodePositive, Left: b.of(left)}, false
	}
	return Blocker{Code: CodeRemaining, Left: b.of(left)}, a.Amount.Minor() <= left
}

// checkKeep says what stands against keeping something of what units bring.
func (b *book) checkKeep(t *tally, a Ask) (Blocker, bool) {
	switch {
	case !a.Keep.Given():
		return Blocker{}, true
	case a.Keep.Currency() != b.currency:
		return Blocker{Code: CodeCurrency}, false
	}
	brings := t.brings(a.Units, b.currency)
	return Blocker{Code: CodeKeep, Left: b.of(brings)}, a.Keep.Sign() >= 0 && a.Keep.Minor() <= brings
}

// left returns what is left of a line's amount, or of the order's.
func (b *book) left(t *tally) int64 {
	if t != nil {
		return t.paid - t.gross
	}
	var sum int64
	for i := range b.tallies {
		sum += b.tallies[i].paid - b.tallies[i].gross // open has seen that the sum of Paid fits
	}
	return sum
}

// take refunds what one ask asks for.
func (b *book) take(parts []Part, t *tally, a Ask) ([]Part, error) {
	switch {
	case t == nil:
		return b.spread(parts, a.Amount)
	case a.Units > 0:
		return append(parts, t.takeUnits(a.Units, a.Keep.Minor(), b.currency)), nil
	}
	return append(parts, t.takeAmount(a.Amount.Minor(), b.currency)), nil
}

// spread refunds an amount of the whole order by what is left of each line, so
// that each rate of tax bears its share.
func (b *book) spread(parts []Part, a money.Amount) ([]Part, error) {
	weights := make([]int64, len(b.tallies))
	for i, t := range b.tallies {
		weights[i] = t.paid - t.gross
	}
	shares, err := a.Allocate(make([]money.Amount, 0, len(weights)), weights)
	if err != nil {
		return nil, err
	}
	for i, share := range shares {
		if share.Sign() > 0 {
			parts = append(parts, b.tallies[i].takeAmount(share.Minor(), b.currency))
		}
	}
	return parts, nil
}

// Total returns the sum of the parts; a refund without any has no currency and
// is an error.
func (r Refund) Total() (money.Amount, error) {
	amounts := make([]money.Amount, len(r.Parts))
	var c money.Currency
	for i, p := range r.Parts {
		amounts[i], c = p.Gross, p.Gross.Currency()
	}
	return money.Sum(c, amounts...)
}

// RateSum is what a refund comes to at one rate of tax: a line of a credit
// note.
type RateSum struct {
	Rate  money.Rate   `json:"rate"`
	Gross money.Amount `json:"gross"`
	Tax   money.Amount `json:"tax"`
	Net   money.Amount `json:"net"`
}

// ByRate adds the parts up by rate of tax, from the lowest.
func (r Refund) ByRate() ([]RateSum, error) {
	var sums []RateSum
	for _, p := range r.Parts {
		i := slices.IndexFunc(sums, func(s RateSum) bool { return s.Rate == p.Rate })
		if i < 0 {
			none := money.New(0, p.Gross.Currency())
			i, sums = len(sums), append(sums, RateSum{p.Rate, none, none, none})
		}
		s := &sums[i]
		var err error
		if s.Gross, err = s.Gross.Add(p.Gross); err != nil {
			return nil, err
		}
		if s.Tax, err = s.Tax.Add(p.Tax); err != nil {
			return nil, err
		}
		if s.Net, err = s.Gross.Sub(s.Tax); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(sums, func(a, b RateSum) int { return a.Rate.Cmp(b.Rate) })
	return sums, nil
}
