package goodwill

import (
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
)

// Input is what is to be decided, by whom, and what was granted before.
type Input struct {
	Case     order.Case              `json:"case"`
	Actor    Actor                   `json:"actor"`
	Fields   map[string]string       `json:"fields,omitempty"`   // of those that the policy declares
	Declined []string                `json:"declined,omitempty"` // ids of offers that the customer did not take
	Used     map[string]money.Amount `json:"used,omitempty"`     // of each account that [Decision.Moves] may name; absent: nothing
}

// Actor is who decides, authenticated by the host.
type Actor struct {
	ID    string   `json:"id"`
	Shop  string   `json:"shop,omitempty"` // a desk asks for it
	Roles []string `json:"roles,omitempty"`
}

// Outcome is what comes of it.
type Outcome string

// The outcomes.
const (
	OutcomeGrant    Outcome = "grant"          // what is listed may be given
	OutcomeApproval Outcome = "needs_approval" // the favour may, once somebody else agrees
	OutcomeRefuse   Outcome = "refuse"
	OutcomeRefer    Outcome = "refer"     // to a person, or to a lawyer
	OutcomeInfo     Outcome = "need_info" // facts are missing on which a right rests
)

// Award is one thing that is given.
type Award struct {
	Remedy Remedy `json:"remedy,omitempty"` // of a favour
	Offer  string `json:"offer,omitempty"`  // id of a favour in the policy

	Right rights.Right `json:"right,omitempty"` // of what the law gives
	Line  string       `json:"line,omitempty"`
	Units int64        `json:"units,omitempty"`

	Amount   money.Amount `json:"amount,omitzero"`
	Payable  money.Amount `json:"payable,omitzero"` // of the amount, what no dispute has taken or holds
	Ask      order.Ask    `json:"ask,omitzero"`     // for [order.Order.Refund]
	Withheld bool         `json:"withheld,omitempty"`
	Apology  ApologyKind  `json:"apology,omitempty"`
	Cost     money.Amount `json:"cost,omitzero"` // that a favour is expected to have
}

// Move is what a grant adds to an account, which must not exceed its cap. An
// account without a cap only counts.
type Move struct {
	Account string       `json:"account"`
	Amount  money.Amount `json:"amount"`
	Cap     money.Amount `json:"cap,omitzero"`
}

// Reason is why the outcome is what it is.
type Reason struct {
	Code  Code         `json:"code"`
	Param string       `json:"param,omitempty"` // a role, a budget, a term, a fact
	Left  money.Amount `json:"left,omitzero"`   // of a limit
}

// Step is one step of the decision: what was looked at, and the amounts that
// were compared. Where an effect is named, it is what followed.
type Step struct {
	Rule   string       `json:"rule"` // as in "floor", "abuse.grants", "authority.lead"
	Amount money.Amount `json:"amount,omitzero"`
	Limit  money.Amount `json:"limit,omitzero"`
	Effect Code         `json:"effect,omitempty"`
}

// Decision is what is given, as of right and as a favour, and why.
type Decision struct {
	Outcome  Outcome       `json:"outcome"`
	Rights   rights.Report `json:"rights"`
	Owed     []Award       `json:"owed,omitempty"`   // by law, whatever the outcome
	Favour   []Award       `json:"favour,omitempty"` // beyond it; at most one, with its apology
	Reasons  []Reason      `json:"reasons,omitempty"`
	Missing  []string      `json:"missing,omitempty"`  // facts, where the outcome is need info
	Approver []string      `json:"approver,omitempty"` // roles of which another person must agree
	Moves    []Move        `json:"moves,omitempty"`    // that the favour makes
	Loyalty  money.Rate    `json:"loyalty,omitzero"`   // the customer's standing discount in percent
	Terms    []Term        `json:"terms,omitempty"`    // cited in a refusal
	// OfferUntil is the last day of a favour that settles the claim, made
	// without prejudice: it admits nothing and ends with that day.
	OfferUntil sla.Date `json:"offer_until,omitzero"`
	Policy     string   `json:"policy"` // id@version
	Trace      []Step   `json:"trace"`
}

// Has reports whether a code is among the reasons.
func (d *Decision) Has(code Code) bool {
	for _, r := range d.Reasons {
		if r.Code == code {
			return true
		}
	}
	return false
}
