package order

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// ErrRefused is what every [*Refusal] is.
var ErrRefused = errors.New("refund refused")

// Code says why a refund cannot be.
type Code string

// The codes of a [Blocker].
const (
	CodeNothing   Code = "nothing_asked"     // nothing is asked for
	CodeBoth      Code = "units_and_amount"  // units and an amount at once, or neither
	CodeLine      Code = "unknown_line"      // the order has no such line
	CodePositive  Code = "not_positive"      // 0 or less
	CodeRemaining Code = "exceeds_remaining" // more than is left
	CodeKeep      Code = "keep_exceeds"      // more is kept than the units bring, or something of an amount
	CodeCurrency  Code = "currency_mismatch"
	CodeNoUnits   Code = "no_units" // the delivery has no units
)

// Blocker is one reason why a refund cannot be.
type Blocker struct {
	Code  Code         `json:"code"`
	Ask   int          `json:"ask"`             // index of what was asked for
	Line  string       `json:"line,omitempty"`  // empty: the whole order
	Units int64        `json:"units,omitempty"` // that are left, where units were asked for
	Left  money.Amount `json:"left,omitzero"`   // that is left, where an amount was asked for
}

// String is the code and what is left, in minor units or units.
func (b Blocker) String() string {
	switch {
	case b.Code != CodeRemaining:
		return string(b.Code)
	case b.Left.Given():
		return string(b.Code) + ": " + strconv.FormatInt(b.Left.Minor(), 10)
	}
	return string(b.Code) + ": " + strconv.FormatInt(b.Units, 10)
}

// Refusal says why a refund cannot be: all reasons, not the first. It is an
// [ErrRefused].
type Refusal struct { //nolint:errname // a refusal is an answer, as in package ticket
	Order    string
	Blockers []Blocker
}

// Error lists the reasons.
func (r *Refusal) Error() string {
	reasons := make([]string, len(r.Blockers))
	for i, b := range r.Blockers {
		reasons[i] = b.String()
		if b.Line != "" {
			reasons[i] = "line " + b.Line + ": " + reasons[i]
		}
	}
	return "order " + r.Order + ": refund refused: " + strings.Join(reasons, "; ")
}

// Is makes a Refusal an [ErrRefused].
func (*Refusal) Is(target error) bool { return target == ErrRefused }

// Has reports whether a code is among the reasons.
func (r *Refusal) Has(code Code) bool {
	for _, b := range r.Blockers {
		if b.Code == code {
			return true
		}
	}
	return false
}
