package goodwill

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
)

// Policy is how generous a shop is, as data. All amounts are in its currency.
type Policy struct {
	ID        string         `json:"id"`
	Version   int            `json:"version"`
	Currency  money.Currency `json:"currency"`
	Zone      string         `json:"zone,omitempty"`   // of budgets; default Europe/Berlin
	Fields    []string       `json:"fields,omitempty"` // facts of the host's own that rules may ask for
	Rules     []Rule         `json:"rules,omitempty"`  // the first that fits counts
	Loyalty   []Tier         `json:"loyalty,omitempty"`
	Abuse     Abuse          `json:"abuse,omitzero"`
	Dispute   Dispute        `json:"dispute,omitzero"`
	Authority []Limit        `json:"authority,omitempty"`
	// FourEyes is the sum of goodwill in an order above which a second person
	// agrees, whoever proposes. Not given: never.
	FourEyes money.Amount `json:"four_eyes,omitzero"`
	Budgets  []Budget     `json:"budgets,omitempty"`
	Velocity []Velocity   `json:"velocity,omitempty"`
	Terms    []Term       `json:"terms,omitempty"`
	// SettlementDays is how long an offer stands; it is made without prejudice.
	// Default 14.
	SettlementDays int `json:"settlement_days,omitempty"`
}

// Rule is what the shop offers in some cases. Empty lists and zeros ask for
// nothing.
type Rule struct {
	ID         string              `json:"id"`
	Causes     []order.Cause       `json:"causes,omitempty"`
	Severities []order.Severity    `json:"severities,omitempty"`
	MinOrders  int64               `json:"min_orders,omitempty"` // of the customer
	MinValue   money.Amount        `json:"min_value,omitzero"`   // of the customer's orders
	Where      map[string][]string `json:"where,omitempty"`      // a declared field is one of these
	Ladder     []Offer             `json:"ladder"`               // the next one is for a customer who declined those before
}

// Remedy is a way of making good.
type Remedy string

// The remedies.
const (
	Refund          Remedy = "refund"          // all of what the claim is about
	PartialRefund   Remedy = "partial_refund"  // a share of it
	ShippingRefund  Remedy = "shipping_refund" // what delivery cost
	Voucher         Remedy = "voucher"
	Points          Remedy = "points"
	LoyaltyDiscount Remedy = "loyalty_discount" // off the next order
	Replacement     Remedy = "replacement"
	Repair          Remedy = "repair"
	FreeReturn      Remedy = "free_return"
	Apology         Remedy = "apology"
)

// Offer is one step of a ladder: a share of what the claim is about and a fixed
// sum, together at most the cap.
type Offer struct {
	ID     string       `json:"id"`
	Remedy Remedy       `json:"remedy"`
	Share  money.Rate   `json:"share,omitzero"`
	Fixed  money.Amount `json:"fixed,omitzero"`
	Cap    money.Amount `json:"cap,omitzero"`
	// Cost is what the remedy costs the shop, in percent of its value: a
	// voucher that is not always redeemed, and then at the price of goods.
	// Default 100.
	Cost    money.Rate  `json:"cost,omitzero"`
	Apology ApologyKind `json:"apology,omitempty"` // that goes with it, or is all of it
}

// ApologyKind is how the shop says sorry.
type ApologyKind string

// The kinds.
const (
	Regret    ApologyKind = "regret"    // for the trouble, without admission
	Admission ApologyKind = "admission" // of a fault, which has consequences in law
)

// Tier is what a regular customer gets, also without a complaint: the highest
// percent of all tiers that the customer reaches.
type Tier struct {
	ID        string       `json:"id"`
	MinOrders int64        `json:"min_orders,omitempty"`
	MinYears  int          `json:"min_years,omitempty"`
	MinValue  money.Amount `json:"min_value,omitzero"`
	Percent   money.Rate   `json:"percent"`
}

// Abuse is what makes the shop careful. Each limit is the first number that is
// too many; 0 is none. It never touches what the law gives.
type Abuse struct {
	Grants      int64        `json:"grants,omitempty"`      // of goodwill in 12 months
	Granted     money.Amount `json:"granted,omitzero"`      // their sum
	Chargebacks int64        `json:"chargebacks,omitempty"` // lost ones in 24 months
	Returns     int64        `json:"returns,omitempty"`     // in 12 months
	Approve     bool         `json:"approve,omitempty"`     // ask a person instead of refusing
}

// Dispute is what the shop expects of one that it does not settle. Without a
// likelihood, cost and benefit are not weighed.
type Dispute struct {
	Likelihood money.Rate   `json:"likelihood,omitzero"`  // that the customer goes on, in percent
	Lose       money.Rate   `json:"lose,omitzero"`        // that the shop then loses in court
	Handling   money.Amount `json:"handling,omitzero"`    // of its own work on a dispute
	Churn      money.Rate   `json:"churn,omitzero"`       // that the customer leaves over it
	Future     money.Rate   `json:"future,omitzero"`      // of the customer's value so far, what staying is worth
	CourtFees  []CourtFee   `json:"court_fees,omitempty"` // default [GermanCourtFees]
	// Require refuses an offer that costs more than the dispute. Otherwise it
	// is only said.
	Require bool `json:"require,omitempty"`
}

// CourtFee is what a lost case costs on top of the claim: court and both
// lawyers, for claims up to an amount.
type CourtFee struct {
	UpTo money.Amount `json:"up_to"`
	Cost money.Amount `json:"cost"`
	From sla.Date     `json:"from,omitzero"` // first day on which it is valid
}

// Limit is what a role may grant on its own. Amounts not given are no limit.
type Limit struct {
	Role     string       `json:"role"`
	Remedies []Remedy     `json:"remedies,omitempty"` // empty: all
	PerOrder money.Amount `json:"per_order,omitzero"` // of goodwill in the order, all grants together
	PerDay   money.Amount `json:"per_day,omitzero"`   // of the actor
	PerBuyer money.Amount `json:"per_buyer,omitzero"` // to one customer in 12 months
	Share    money.Rate   `json:"share,omitzero"`     // of what the order cost, in percent
}

// Window is the time that a budget is for, by civil date in the policy's zone.
type Window string

// The windows. Weeks begin on Monday.
const (
	Daily     Window = "day"
	Weekly    Window = "week"
	Monthly   Window = "month"
	Quarterly Window = "quarter"
)

// Budget is what all grants of goodwill may come to in a window.
type Budget struct {
	ID     string       `json:"id"`
	Window Window       `json:"window"`
	Amount money.Amount `json:"amount"`
	Soft   bool         `json:"soft,omitempty"` // above it a person decides; otherwise nobody can
}

// Velocity is how much goodwill one customer, agent or order gets in a window,
// by sum, by number, or both. Rights do not count.
type Velocity struct {
	ID     string       `json:"id"`
	Per    Per          `json:"per"`
	Window Window       `json:"window"`
	Amount money.Amount `json:"amount,omitzero"` // not given: any
	Grants int64        `json:"grants,omitempty"`
	Soft   bool         `json:"soft,omitempty"` // above it a person decides; otherwise nobody can
}

// Per is whose favours are added up.
type Per string

// The choices.
const (
	PerBuyer Per = "buyer"
	PerActor Per = "actor"
	PerOrder Per = "order"
)

// Term is one of the shop's own rules for returns, payment or delivery, cited
// where a favour is refused.
type Term struct {
	ID     string        `json:"id"`
	Causes []order.Cause `json:"causes,omitempty"` // that it is about; empty: all
	Text   sla.Text      `json:"text"`
	From   sla.Date      `json:"from,omitzero"`
	To     sla.Date      `json:"to,omitzero"` // last day; zero: until further notice
}
