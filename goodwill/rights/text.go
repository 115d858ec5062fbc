package rights

import (
	_ "embed"
	"encoding/json"
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// Code says what a [Reason] is. An exclusion's code is its id.
type Code string

// The codes.
const (
	CodeEventMissing   Code = "event_missing"
	CodeNotInForce     Code = "law_not_in_force"
	CodeCountryOpen    Code = "country_open"
	CodeForeignLaw     Code = "foreign_law"
	CodeBuyerOpen      Code = "buyer_open"
	CodeBusiness       Code = "buyer_is_business"
	CodeSaleOpen       Code = "sale_open"
	CodeInStore        Code = "in_store"
	CodeUnlessOpened   Code = "lapses_if_opened"
	CodeLapsed         Code = "lapsed"
	CodeNoConsent      Code = "no_consent"
	CodeConsentOpen    Code = "consent_open"
	CodeNotBegun       Code = "period_not_begun"
	CodeNoInstruction  Code = "no_instruction"
	CodePeriodOver     Code = "period_over"
	CodeByClaim        Code = "declared_by_claim"
	CodeOnItsWay       Code = "declaration_on_its_way"
	CodeSilentReturn   Code = "returned_without_words"
	CodeNotDeclared    Code = "not_declared"
	CodeRefunded       Code = "already_refunded"
	CodeWithheld       Code = "withheld"
	CodeFetched        Code = "seller_fetches"
	CodeLossNotTold    Code = "value_loss_not_told"
	CodeLossKept       Code = "value_loss_kept"
	CodeStandardOpen   Code = "standard_delivery_open"
	CodeSurcharge      Code = "surcharge_kept"
	CodePartial        Code = "partial_withdrawal"
	CodeNothingPaid    Code = "nothing_paid"
	CodeNotDelivered   Code = "not_delivered"
	CodeNoDefect       Code = "no_defect"
	CodeDefectOpen     Code = "defect_open"
	CodeCausedByBuyer  Code = "caused_by_buyer"
	CodeKnown          Code = "known_at_purchase"
	CodeNotReported    Code = "not_reported"
	CodeReportOpen     Code = "report_open"
	CodeNotAtDelivery  Code = "not_at_delivery"
	CodeBuyerProves    Code = "buyer_proves"
	CodePresumed       Code = "presumed"
	CodeShownOpen      Code = "shown_open"
	CodeConcealed      Code = "concealed"
	CodeSuspended      Code = "suspended"
	CodeSuspensionOpen Code = "suspension_open"
	CodeLimitation     Code = "limitation"
	CodeByManufacturer Code = "by_manufacturer"
	CodeNotCovered     Code = "not_covered"
	CodeTermsExclude   Code = "terms_exclude"
	CodeTermsOpen      Code = "terms_open"
	CodeGuaranteeOver  Code = "guarantee_over"
	CodeGuaranteeRuns  Code = "guarantee_runs"
	CodeCured          Code = "cured"
	CodeImpossible     Code = "impossible"
	CodeCostly         Code = "too_costly"
	CodeTrivial        Code = "trivial"
	CodeValuesOpen     Code = "values_open"
	CodeNoLoss         Code = "no_loss"
	CodeCureRefused    Code = "cure_refused"
	CodeCureFailed     Code = "cure_failed"
	CodeUnreasonable   Code = "cure_unreasonable"
	CodeSerious        Code = "serious_defect"
	CodeNoCure         Code = "no_cure_possible"
	CodeGraceOver      Code = "grace_over"
	CodeCureFirst      Code = "cure_first"
	CodeNotLate        Code = "not_late"
	CodePartCame       Code = "part_came"
	CodeSellerProves   Code = "seller_proves"
	CodeDisputeAsked   Code = "delivery_denial_open"
	CodeDelivered      Code = "delivered"
	CodeLost           Code = "parcel_lost"
	CodeAgreedDay      Code = "agreed_day"
	CodeRefused        Code = "delivery_refused"
	CodeFixedDate      Code = "fixed_date"
	CodeGraceFirst     Code = "grace_first"
	CodeReminderFirst  Code = "reminder_first"
	CodeExcused        Code = "delay_excused"
	CodeDamageOpen     Code = "damage_open"
	CodeNoDamage       Code = "no_damage"
)

// Text says the reason in German and English, for agents and customers; of an
// exclusion of the host's own it is the code.
func (r Reason) Text() sla.Text {
	text, ok := texts()[r.Code]
	if !ok {
		return sla.Text{DE: string(r.Code), EN: string(r.Code)}
	}
	return text
}

// Text names the right in German and English, as it goes by before it is granted.
func (r Right) Text() sla.Text { return named("right.", string(r)) }

// Text says how a right stands, in German and English.
func (s Status) Text() sla.Text { return named("status.", string(s)) }

// Text says what a period is for, in German and English.
func (a Act) Text() sla.Text { return named("act.", string(a)) }

// Text names the party in German and English.
func (p Party) Text() sla.Text { return named("party.", string(p)) }

//go:embed names.json
var naming []byte

// named returns the name of a code, or the code where it has none.
func named(kind, code string) sla.Text {
	var all map[string]sla.Text
	if err := json.Unmarshal(naming, &all); err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	if t, ok := all[kind+code]; ok {
		return t
	}
	return sla.Text{DE: code, EN: code}
}

// Codes returns all codes that have a text, exclusions included.
func Codes() []Code {
	list := make([]Code, 0, len(texts()))
	for code := range texts() {
		list = append(list, code)
	}
	slices.Sort(list)
	return list
}

//go:embed texts.json
var wording []byte

// texts are the codes in words. They are read on every call, which is for
// people, not for deciding.
func texts() map[Code]sla.Text {
	var all map[Code]sla.Text
	if err := json.Unmarshal(wording, &all); err != nil {
		panic(err) // the table is part of the program and tested with it
	}
	return all
}
