package order

import (
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// Payment is one payment towards the order.
type Payment struct {
	ID       string       `json:"id"`
	Means    Means        `json:"means"`
	State    PaymentState `json:"state"`
	Amount   money.Amount `json:"amount"`      // that was or will be taken
	At       time.Time    `json:"at,omitzero"` // when it was taken, of a direct debit when the account was debited
	Disputes []Dispute    `json:"disputes,omitempty"`
}

// Means is a means of payment.
type Means string

// The means.
const (
	Card           Means = "card"
	DirectDebit    Means = "direct_debit"
	Wallet         Means = "wallet" // an account that protects buyers
	Invoice        Means = "invoice"
	Transfer       Means = "transfer"
	Instalments    Means = "instalments"
	CashOnDelivery Means = "cash_on_delivery"
	Cash           Means = "cash"
	Voucher        Means = "voucher"
	Points         Means = "points"
)

// PaymentState is how far a payment has come.
type PaymentState string

// The states.
const (
	Pending    PaymentState = "pending"
	Authorised PaymentState = "authorised"
	Captured   PaymentState = "captured"
	Failed     PaymentState = "failed"
	Cancelled  PaymentState = "cancelled"
)

// Dispute is a payment that the payer takes back, or tries to.
type Dispute struct {
	ID     string       `json:"id"`
	Kind   DisputeKind  `json:"kind"`
	State  DisputeState `json:"state"`
	Amount money.Amount `json:"amount"`
	Opened time.Time    `json:"opened,omitzero"`
}

// DisputeKind is the way in which a payment is taken back.
type DisputeKind string

// The kinds of dispute.
const (
	Chargeback      DisputeKind = "chargeback"
	BuyerProtection DisputeKind = "buyer_protection"
	DebitReturned   DisputeKind = "debit_returned"
)

// DisputeState is how a dispute stands, from the shop's side.
type DisputeState string

// The states of a dispute.
const (
	DisputeOpen DisputeState = "open"
	DisputeWon  DisputeState = "won"  // the shop keeps the money
	DisputeLost DisputeState = "lost" // the payer has it: as good as refunded
)

// Funds is where the money of an order, or of one payment, is.
type Funds struct {
	Captured money.Amount `json:"captured"`
	Refunded money.Amount `json:"refunded"` // pending ones included
	Lost     money.Amount `json:"lost"`     // to disputes
	Disputed money.Amount `json:"disputed"` // in open disputes
	Free     money.Amount `json:"free"`     // captured and none of these, at least 0: what may still be refunded
}

// Funds adds up all payments. Refunds that name no payment count here, and
// against no single one.
func (o *Order) Funds() (Funds, error) { return o.funds(func(string) bool { return true }) }

// FundsOf adds up one payment.
func (o *Order) FundsOf(payment string) (Funds, error) {
	return o.funds(func(id string) bool { return id == payment })
}

func (o *Order) funds(counts func(payment string) bool) (Funds, error) {
	s := summer{currency: o.Currency}
	var captured, refunded, lost, disputed int64
	for _, p := range o.Payments {
		if p.State != Captured || !counts(p.ID) {
			continue
		}
		s.add(&captured, p.Amount)
		for _, d := range p.Disputes {
			switch d.State {
			case DisputeOpen:
				s.add(&disputed, d.Amount)
			case DisputeLost:
				s.add(&lost, d.Amount)
			case DisputeWon:
			}
		}
	}
	for _, r := range o.Refunds {
		if !r.counts() || !counts(r.Payment) {
			continue
		}
		for _, p := range r.Parts {
			s.add(&refunded, p.Gross)
		}
	}
	of := func(minor int64) money.Amount { return money.New(minor, o.Currency) }
	gone := s.plus(s.plus(refunded, lost), disputed)
	return Funds{of(captured), of(refunded), of(lost), of(disputed), of(max(0, captured-gone))}, s.err
}

// summer adds minor units of one currency and keeps the first error.
type summer struct {
	currency money.Currency
	err      error
}

func (s *summer) add(sum *int64, a money.Amount) {
	total, err := money.New(*sum, s.currency).Add(a)
	if err != nil {
		s.fail(err)
		return
	}
	*sum = total.Minor()
}

func (s *summer) plus(a, b int64) int64 {
	s.add(&a, money.New(b, s.currency))
	return a
}

func (s *summer) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}
