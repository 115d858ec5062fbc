package money

import (
	"errors"
	"slices"
	"strconv"
)

// What an [Error] can be.
var (
	ErrCurrency = errors.New("money: wrong currency") // two currencies, none, or an unknown one
	ErrOverflow = errors.New("money: overflow")       // the exact result does not fit into 64 bits
	ErrInvalid  = errors.New("money: invalid")        // anything else that cannot be used
)

// Code says what is wrong.
type Code string

// The codes.
const (
	CodeMismatch     Code = "currency_mismatch" // two currencies in one operation
	CodeNoCurrency   Code = "no_currency"       // an amount that was not given
	CodeCurrency     Code = "unknown_currency"  // no code of ISO 4217
	CodeNoRate       Code = "no_rate"           // a rate that was not given, which is not 0 %
	CodeOverflow     Code = "overflow"          // does not fit into 64 bits
	CodeZeroDivision Code = "division_by_zero"
	CodeDecimals     Code = "too_many_decimals" // more than the currency has
	CodeDigits       Code = "too_many_digits"   // longer than any amount
	CodeNotNumber    Code = "not_a_number"      // not written as a number
	CodeExponent     Code = "exponent"          // written with an exponent, or with one that is beyond all amounts
	CodeGrouping     Code = "grouping"          // separators of thousands at the wrong place
	CodeNull         Code = "null"              // null, which is not 0
	CodeType         Code = "not_a_string"      // JSON that is no string
	CodeNegative     Code = "negative"          // below 0 where that has no meaning
	CodeWeights      Code = "all_weights_zero"  // nothing to allocate by
	CodeWeight       Code = "negative_weight"
	CodeRange        Code = "out_of_range" // a position outside its whole
	CodeRounding     Code = "unknown_rounding"
	CodeLocale       Code = "unknown_locale"
)

// Error says what could not be done with which value.
type Error struct {
	Op    string // "add", "parse" and so on
	Code  Code
	Value string // as given, cut short; empty where it says nothing
	Path  string // of the value within the argument, as in "weights[2]"
}

// Error says all of it in one line.
func (e *Error) Error() string {
	s := "money: " + e.Op
	if e.Path != "" {
		s += ": " + e.Path
	}
	if e.Value != "" {
		s += ": " + strconv.Quote(e.Value)
	}
	return s + ": " + string(e.Code)
}

// Is makes an Error one of the sentinels of this package.
func (e *Error) Is(target error) bool {
	kind := ErrInvalid
	if slices.Contains([]Code{CodeMismatch, CodeNoCurrency, CodeCurrency}, e.Code) {
		kind = ErrCurrency
	} else if e.Code == CodeOverflow {
		kind = ErrOverflow
	}
	return target == kind
}

// CodeOf returns the code of an error of this package, "" of any other.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// maxQuoted is how much of a value an error repeats.
const maxQuoted = 40

func clip(s string) string {
	if len(s) > maxQuoted {
		return s[:maxQuoted] + "…"
	}
	return s
}

func fault(op string, code Code, value string) *Error {
	return &Error{Op: op, Code: code, Value: clip(value)}
}

// mismatch says why two amounts cannot be put together.
func mismatch(op string, a, b Amount) error {
	if a.currency == 0 || b.currency == 0 {
		return fault(op, CodeNoCurrency, a.String()+", "+b.String())
	}
	return fault(op, CodeMismatch, a.currency.Code()+", "+b.currency.Code())
}

// overflow says which operation does not fit.
func overflow(op string, a Amount) error { return fault(op, CodeOverflow, a.String()) }
