package goodwill

import (
	"context"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
)

// Payer is what the host gives money back with, or a voucher, or points: its
// payment service behind one interface. [Desk] is its only caller.
//
// Both methods are called with a context that ends (Config.PayTimeout), outside
// of any transaction, and possibly by several processes. A payer must take the
// key for what it is: two calls of Pay with one key are one payment, however
// far apart. Payment services call this an idempotency key; one that keeps its
// keys for a day only has to be asked for the payment first.
type Payer interface {
	// Pay pays, or returns what became of the payment under its key. An error
	// is no answer: it may or may not have been paid.
	Pay(ctx context.Context, p Payout) (Receipt, error)

	// Find returns what became of the payment under a key, and changes nothing.
	// [PayoutAbsent] says that nothing was seen of it, and lets the desk call
	// Pay again, under the same key.
	Find(ctx context.Context, p Payout) (Receipt, error)
}

// Means is how a grant reaches the customer.
type Means string

// The means.
const (
	MeansOriginal Means = "original" // the means with which the order was paid: § 357 (3), § 346 BGB
	MeansMoney    Means = "money"    // beyond what was paid for the order, as damages
	MeansVoucher  Means = "voucher"
	MeansPoints   Means = "points"
	MeansDeed     Means = "deed" // something that is done: a replacement, a free return
)

// Payout is one payment that the payer is to make.
type Payout struct {
	Key     string `json:"key"` // the same for every call about this grant; in no other
	Grant   Ref    `json:"grant"`
	Attempt int    `json:"attempt"` // of Pay, from 1

	Means  Means        `json:"means"`
	Remedy Remedy       `json:"remedy,omitempty"` // of a favour
	Right  rights.Right `json:"right,omitempty"`  // of what the law gives
	Amount money.Amount `json:"amount"`

	Order    string       `json:"order"`
	Customer string       `json:"customer,omitempty"`
	Shares   []Share      `json:"shares,omitempty"` // of Amount, by payment, where Means is original
	Parts    []order.Part `json:"parts,omitempty"`  // the same by line, for a credit note
}

// Share is what of a payout goes back to one payment. Where there are several,
// the payout is paid once all are; each has a key of its own.
type Share struct {
	Key     string       `json:"key"`
	Payment string       `json:"payment,omitempty"` // empty: the order has no payments in the snapshot
	Means   order.Means  `json:"means,omitempty"`
	Amount  money.Amount `json:"amount"`
}

// PayoutStatus is what became of a payment.
type PayoutStatus string

// The outcomes.
const (
	PayoutPaid     PayoutStatus = "paid"     // for good
	PayoutDeclined PayoutStatus = "declined" // for good: not paid, and never will be under this key
	PayoutPending  PayoutStatus = "pending"  // not yet either
	PayoutAbsent   PayoutStatus = "absent"   // nothing was seen of it, by Find
)

// Receipt is the payer's answer.
type Receipt struct {
	Status    PayoutStatus `json:"status"`
	Reference string       `json:"reference,omitempty"` // the payer's own, up to 200 bytes; names nobody
	At        time.Time    `json:"at,omitzero"`
}
