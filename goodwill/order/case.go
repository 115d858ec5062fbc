package order

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// Case is what a customer makes of an order: the claim, and everything that
// law and policy look at to answer it.
type Case struct {
	Ref      string   `json:"ref,omitempty"` // the host's, as of a ticket
	Order    Order    `json:"order"`
	Claim    Claim    `json:"claim"`
	Customer Customer `json:"customer,omitzero"`
	Facts    Facts    `json:"facts,omitzero"`
}

// Claim is what went wrong and what the customer wants.
type Claim struct {
	Cause    Cause        `json:"cause"`
	Severity Severity     `json:"severity,omitempty"`
	Wish     Wish         `json:"wish,omitempty"`
	Items    []Item       `json:"items,omitempty"` // what it is about; empty: the whole order
	Amount   money.Amount `json:"amount,omitzero"` // that the customer asks for, if any
}

// Item is some units of a line.
type Item struct {
	Line  string `json:"line"`
	Units int64  `json:"units,omitempty"` // 0: all
}

// Cause is what a claim comes down to.
type Cause string

// The causes.
const (
	CauseChangeOfMind   Cause = "change_of_mind"
	CauseDefect         Cause = "defect"           // does not work, or not any more
	CauseNotAsDescribed Cause = "not_as_described" // works, but is not what was promised
	CauseDamaged        Cause = "damaged_in_transit"
	CauseWrongItem      Cause = "wrong_item"
	CauseMissingItem    Cause = "missing_item"
	CauseLate           Cause = "late"
	CauseNotDelivered   Cause = "not_delivered"
	CauseDigital        Cause = "digital_fault" // digital content or service not provided, or defective
	CausePrice          Cause = "price"
	CausePayment        Cause = "payment"
	CauseCourier        Cause = "courier"
	CauseService        Cause = "service"
	CauseOther          Cause = "other"
)

// Severity is how bad it is for the customer.
type Severity string

// The severities, from the least.
const (
	SeverityMinor    Severity = "minor"
	SeverityModerate Severity = "moderate"
	SeverityMajor    Severity = "major"
	SeverityCritical Severity = "critical"
)

// Wish is what the customer wants.
type Wish string

// The wishes. Empty: none was said.
const (
	WishWithdraw       Wish = "withdraw" // send back and get the money
	WishRefund         Wish = "refund"
	WishPartialRefund  Wish = "partial_refund"
	WishPriceReduction Wish = "price_reduction"
	WishReplacement    Wish = "replacement"
	WishRepair         Wish = "repair"
	WishCancel         Wish = "cancel"
	WishDelivery       Wish = "delivery" // the goods, and soon
	WishCompensation   Wish = "compensation"
	WishVoucher        Wish = "voucher"
	WishApology        Wish = "apology"
)

// Customer is what a policy may know of who asks. It names nobody.
type Customer struct {
	Ref         string       `json:"ref,omitempty"`
	Since       sla.Date     `json:"since,omitzero"` // of the first order
	Orders      int64        `json:"orders,omitempty"`
	Value       money.Amount `json:"value,omitzero"`        // of all orders that were kept
	Returns     int64        `json:"returns,omitempty"`     // orders sent back in whole or in part, in 12 months
	Grants      int64        `json:"grants,omitempty"`      // of goodwill, in 12 months
	Granted     money.Amount `json:"granted,omitzero"`      // their sum
	Chargebacks int64        `json:"chargebacks,omitempty"` // lost ones, in 24 months
	Blocked     bool         `json:"blocked,omitempty"`     // on the shop's list
}

// Answer is a fact that may not be known. The zero value is [Unknown].
type Answer string

// The answers.
const (
	Unknown Answer = ""
	Yes     Answer = "yes"
	No      Answer = "no"
)

// Facts are what a person or a system has found out. Each is Unknown until
// somebody knows; what rests on it is then unknown, too.
type Facts struct {
	// Withdrawal.
	ValueLossTold   Answer       `json:"value_loss_told,omitempty"`   // instructed as § 357a (1) no. 2 BGB asks
	ReturnCostTold  Answer       `json:"return_cost_told,omitempty"`  // told that the customer bears the cost of return: § 357 (5) BGB
	ReturnCostShop  Answer       `json:"return_cost_shop,omitempty"`  // the shop has offered to bear it
	ValueLoss       money.Amount `json:"value_loss,omitzero"`         // by handling beyond what a shop would let one try
	DigitalConsent  Answer       `json:"digital_consent,omitempty"`   // § 356 (5), for a service (4), BGB: consent to begin, knowledge of the loss, and the trader's confirmation
	OtherMeansAgree Answer       `json:"other_means_agree,omitempty"` // the customer expressly agreed to another means of refund, at no cost

	// Defects: sections 434 ff. BGB.
	Defect              Answer       `json:"defect,omitempty"`               // the goods are not as owed
	DefectAtDelivery    Answer       `json:"defect_at_delivery,omitempty"`   // proved to have been there, or not, when the risk passed
	Trivial             Answer       `json:"trivial,omitempty"`              // § 323 (5) BGB
	KnownAtPurchase     Answer       `json:"known_at_purchase,omitempty"`    // § 442, for consumers § 476 (1) BGB
	CausedByCustomer    Answer       `json:"caused_by_customer,omitempty"`   // use, wear, accident
	Concealed           Answer       `json:"concealed,omitempty"`            // fraudulently: § 438 (3) BGB
	RepairImpossible    Answer       `json:"repair_impossible,omitempty"`    // § 275 (1) BGB
	RepairCostly        Answer       `json:"repair_costly,omitempty"`        // only at disproportionate cost: § 439 (4) BGB
	ReplaceImpossible   Answer       `json:"replace_impossible,omitempty"`   //
	ReplaceCostly       Answer       `json:"replace_costly,omitempty"`       //
	CureUnreasonable    Answer       `json:"cure_unreasonable,omitempty"`    // for the customer: § 440 BGB
	SeriousDefect       Answer       `json:"serious_defect,omitempty"`       // so serious that rescission at once is justified: § 475d (1) no. 3 BGB
	PresumptionRebuts   Answer       `json:"presumption_rebuts,omitempty"`   // not compatible with the nature of goods or defect: § 477 (1) BGB
	ShortLimitAgreed    Answer       `json:"short_limit_agreed,omitempty"`   // one year for used goods, agreed expressly and apart: § 476 (2) BGB
	ReportedPromptly    Answer       `json:"reported_promptly,omitempty"`    // by a business: § 377 HGB
	SoundValue          money.Amount `json:"sound_value,omitzero"`           // of the goods without the defect, when the contract was made: § 441 (3) BGB
	ActualValue         money.Amount `json:"actual_value,omitzero"`          // with it
	GuaranteeExcludes   Answer       `json:"guarantee_excludes,omitempty"`   // the terms of the guarantee exclude what happened
	LimitationSuspended Answer       `json:"limitation_suspended,omitempty"` // negotiations or a lawsuit suspend the limitation: sections 203, 204 BGB

	// Delivery: sections 323, 475 BGB.
	FixedDate        Answer       `json:"fixed_date,omitempty"`        // the date was essential: § 323 (2) no. 2 BGB
	DelayExcused     Answer       `json:"delay_excused,omitempty"`     // the trader is not responsible: § 286 (4) BGB
	DeliveryDisputed Answer       `json:"delivery_disputed,omitempty"` // the customer denies having got it
	DamageShown      money.Amount `json:"damage_shown,omitzero"`       // loss by delay that the customer has shown
}
