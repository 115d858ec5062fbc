package rights

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// Right is a claim that the law gives a buyer.
type Right string

// The rights.
const (
	Withdrawal         Right = "withdrawal"          // the price back for the goods: sections 312g, 355, 357 BGB
	WithdrawalDelivery Right = "withdrawal_delivery" // and what standard delivery cost: § 357 (2) BGB
	Repair             Right = "repair"              // § 439 (1) BGB
	Replacement        Right = "replacement"         // § 439 (1) BGB
	Rescission         Right = "rescission"          // for a defect: § 437 no. 2, § 323 BGB
	PriceReduction     Right = "price_reduction"     // § 441 BGB
	Delivery           Right = "delivery"            // of what was bought: § 433 (1) BGB
	DelayRescission    Right = "rescission_for_delay"
	DelayDamages       Right = "damages_for_delay" // § 280 (1), (2), § 286 BGB
	Provision          Right = "provision"         // of a digital product: § 327b BGB
	DigitalCure        Right = "digital_cure"      // § 327l BGB
	Termination        Right = "termination"       // of a contract for a digital product: § 327c, § 327m BGB
	DigitalReduction   Right = "digital_price_reduction"
	GuaranteeClaim     Right = "guarantee" // § 443 BGB
)

// Status is how a right stands.
type Status string

// The statuses.
const (
	Due      Status = "due"
	NotDue   Status = "not_due"
	Expired  Status = "expired"
	Excluded Status = "excluded"
	Unknown  Status = "unknown"
)

// Party is a side of the contract.
type Party string

// The parties.
const (
	Buyer  Party = "buyer"
	Seller Party = "seller"
)

// Act is what a period is for.
type Act string

// The acts.
const (
	ActWithdraw Act = "withdraw"           // declare the withdrawal
	ActReturn   Act = "return_goods"       // send the goods back
	ActRefund   Act = "refund"             // pay back
	ActConfirm  Act = "confirm_withdrawal" // confirm receipt of a withdrawal made by button
	ActShow     Act = "defect_shows"       // a defect that shows until then is presumed to be an old one
	ActClaim    Act = "claim"              // before the limitation
	ActDeliver  Act = "deliver"
)

// Period is a period that runs for one side. The day is in the deadline; none
// there means that nothing is due yet.
type Period struct {
	Act      Act              `json:"act"`
	By       Party            `json:"by"`
	Deadline statute.Deadline `json:"deadline"`
	Done     bool             `json:"done,omitempty"` // the act is recorded
}

// Means is how money goes back.
type Means string

// The means.
const (
	SameMeans   Means = "same"   // by which it was paid; a voucher is none unless it was paid with
	AgreedMeans Means = "agreed" // another one, to which the buyer expressly agreed, without cost to the buyer
)

// Reason is something that makes a right what it is.
type Reason struct {
	Code   Code     `json:"code"`
	Effect Status   `json:"effect,omitempty"` // what it makes of the right; empty: it stands in the way of nothing
	Fact   string   `json:"fact,omitempty"`   // that is missing: its path in the case
	Date   sla.Date `json:"date,omitzero"`    // on which it rests
	Source string   `json:"source,omitempty"`
}

// Entitlement is one right in one line of the order.
type Entitlement struct {
	Right   Right    `json:"right"`
	Line    string   `json:"line"` // an id, or [order.DeliveryLine]
	Units   int64    `json:"units,omitempty"`
	Status  Status   `json:"status"`
	Reasons []Reason `json:"reasons,omitempty"` // all of them
	Missing []string `json:"missing,omitempty"` // facts that would say more, each once: paths in the case

	// Amount is what is to be paid, where the right is due and comes to an
	// amount; Ask is what [order.Order.Refund] makes it of.
	Amount     money.Amount `json:"amount,omitzero"`
	Ask        order.Ask    `json:"ask,omitzero"`
	Means      Means        `json:"means,omitempty"`
	Withheld   bool         `json:"withheld,omitempty"`    // the seller may wait until the goods are back or proved sent
	ReturnCost Party        `json:"return_cost,omitempty"` // who bears it; empty: nothing goes back, or not known
	// Asked says that the right came up by the claim or by a declaration, not
	// only by the order itself.
	Asked bool `json:"asked,omitempty"`

	Periods   []Period          `json:"periods,omitempty"`
	Sources   []string          `json:"sources"`
	Certainty statute.Certainty `json:"certainty"` // of the least certain rule that it rests on
}

// Report is everything that the law gives in a case.
type Report struct {
	JudgedOn     sla.Date      `json:"judged_on"`         // the day in the law's zone
	Contract     sla.Date      `json:"contract,omitzero"` // whose law counts; zero: not known
	Entitlements []Entitlement `json:"entitlements"`
	Ignored      []string      `json:"ignored,omitempty"` // statutes that would have counted, were they verified
}

// Find returns a right in a line.
func (r *Report) Find(right Right, line string) (Entitlement, bool) {
	for i := range r.Entitlements {
		if e := &r.Entitlements[i]; e.Right == right && e.Line == line {
			return *e, true
		}
	}
	return Entitlement{}, false
}

// Has reports whether a code is among the reasons.
func (e *Entitlement) Has(code Code) bool {
	for i := range e.Reasons {
		if e.Reasons[i].Code == code {
			return true
		}
	}
	return false
}

// Period returns the period for an act, if one runs.
func (e *Entitlement) Period(act Act) (Period, bool) {
	for i := range e.Periods {
		if e.Periods[i].Act == act {
			return e.Periods[i], true
		}
	}
	return Period{}, false
}
