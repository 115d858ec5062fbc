package money

import (
	"encoding/json"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"
)

// Rate is a percentage as it is written, exactly: 19, 7.5 or 6.27. The zero
// value is no rate, which is not 0 %: a rate that was forgotten is an error.
// Rates are comparable with ==: 19 and 19.0 are the same. They have up to 9
// decimals and lie between -1,000,000 and 1,000,000 %.
type Rate struct {
	num   int64
	scale uint8 // the value is num / 10^scale; num does not end in 0 where scale > 0
	given bool
}

const (
	maxScale = 9
	maxRate  = 1_000_000
)

// Percent returns a whole percentage; beyond a million it is an [ErrInvalid].
func Percent(n int64) (Rate, error) {
	if n > maxRate || n < -maxRate {
		return Rate{}, fault("rate", CodeRange, decimalText(n))
	}
	return Rate{num: n, given: true}, nil
}

// ParseRate reads "19" or "6.27", without a percent sign or an exponent.
func ParseRate(text string) (Rate, error) {
	num, decimals, code := parseNumber(text, maxScale)
	if code == CodeOverflow {
		code = CodeRange
	}
	if code != "" {
		return Rate{}, fault("rate", code, text)
	}
	return newRate(num, decimals, text)
}

// RateOf returns a decimal as a rate: 19 is 19 %.
func RateOf(d decimal.Decimal) (Rate, error) {
	num, exact, err := scaled(d, maxScale, Down)
	switch {
	case CodeOf(err) == CodeOverflow:
		return Rate{}, fault("rate", CodeRange, decimalName(d))
	case err != nil:
		return Rate{}, err
	case !exact:
		return Rate{}, fault("rate", CodeDecimals, decimalName(d))
	}
	return newRate(num, maxScale, decimalName(d))
}

func newRate(num int64, scale int, text string) (Rate, error) {
	if magnitude(num) > uint64(maxRate*pow10(scale)) { //nolint:gosec // G115: both above 0
		return Rate{}, fault("rate", CodeRange, text)
	}
	for scale > 0 && num%10 == 0 {
		num, scale = num/10, scale-1
	}
	return Rate{num, uint8(scale), true}, nil //nolint:gosec // G115: at most maxScale
}

// Given reports whether there is a rate at all; 0 % is one.
func (r Rate) Given() bool { return r.given }

// Decimal returns the percentage, 0 for no rate.
func (r Rate) Decimal() decimal.Decimal { return decimal.New(r.num, -int32(r.scale)) }

// Sign returns -1, 0 or +1 as the rate is below, equal to or above 0.
func (r Rate) Sign() int { return New(r.num, 0).Sign() }

// Cmp returns -1, 0 or +1 as r is below, equal to or above o.
func (r Rate) Cmp(o Rate) int { return r.Decimal().Cmp(o.Decimal()) }

// Add returns the sum of two rates, as of a base rate and what a law puts on
// top; beyond a million percent it is an [ErrInvalid].
func (r Rate) Add(o Rate) (Rate, error) {
	if !r.given || !o.given {
		return Rate{}, fault("rate", CodeNoRate, "")
	}
	return RateOf(r.Decimal().Add(o.Decimal()))
}

// String writes the rate without zeros at its end and without a sign of
// percent; no rate is "no rate".
func (r Rate) String() string {
	if !r.given {
		return "no rate"
	}
	return numberText(r.num, int(r.scale))
}

// MarshalText writes the rate; no rate is an [ErrInvalid]: give a field that
// may be empty the option omitzero.
func (r Rate) MarshalText() ([]byte, error) {
	if !r.given {
		return nil, fault("rate", CodeNoRate, "")
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a rate.
func (r *Rate) UnmarshalText(text []byte) error {
	v, err := ParseRate(string(text))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// UnmarshalJSON reads a string; null and numbers are an [ErrInvalid].
func (r *Rate) UnmarshalJSON(data []byte) error {
	return unmarshalString("rate", data, r.UnmarshalText)
}

// Of returns a share of an amount: R(a x rate / 100).
func (r Rate) Of(a Amount, by Rounding) (Amount, error) {
	if !r.given {
		return Amount{}, fault("rate", CodeNoRate, "")
	}
	return a.MulDiv(r.num, 100*pow10(int(r.scale)), by)
}

// TaxIncluded returns the tax within a gross amount: R(gross x rate / (100 +
// rate)), rounding half up. The net amount is the rest. A rate below 0 is an
// [ErrInvalid].
func (r Rate) TaxIncluded(gross Amount) (Amount, error) {
	if err := r.tax(); err != nil {
		return Amount{}, err
	}
	return gross.MulDiv(r.num, 100*pow10(int(r.scale))+r.num, HalfUp)
}

// TaxAdded returns the tax on top of a net amount: R(net x rate / 100),
// rounding half up. A rate below 0 is an [ErrInvalid].
func (r Rate) TaxAdded(net Amount) (Amount, error) {
	if err := r.tax(); err != nil {
		return Amount{}, err
	}
	return r.Of(net, HalfUp)
}

// tax says why a rate is none of a tax.
func (r Rate) tax() error {
	switch {
	case !r.given:
		return fault("tax", CodeNoRate, "")
	case r.num < 0:
		return fault("tax", CodeNegative, r.String())
	}
	return nil
}

// Interest returns simple interest at an annual rate for some days of a year
// that has basis days (365, 366 or 360, which law and contract decide):
// R(principal x rate / 100 x days / basis), rounding half up. Days below 0 are
// an [ErrInvalid]; so is a basis below 1.
func (r Rate) Interest(principal Amount, days, basis int64) (Amount, error) {
	switch {
	case principal.currency == 0:
		return Amount{}, fault("interest", CodeNoCurrency, "")
	case !r.given:
		return Amount{}, fault("interest", CodeNoRate, "")
	case days < 0:
		return Amount{}, fault("interest", CodeNegative, decimalText(days)+" days")
	case basis == 0:
		return Amount{}, fault("interest", CodeZeroDivision, "basis of 0 days")
	case basis < 0:
		return Amount{}, fault("interest", CodeNegative, "basis of "+decimalText(basis)+" days")
	}
	// Four factors of up to 64 bits each.
	product := big.NewInt(principal.minor)
	product.Mul(product, big.NewInt(r.num)).Mul(product, big.NewInt(days))
	den := big.NewInt(100 * pow10(int(r.scale)))
	den.Mul(den, big.NewInt(basis))
	rest := new(big.Int)
	product.QuoRem(product, den, rest)
	if HalfUp.upBig(product, rest, den) {
		product.Add(product, big.NewInt(int64(rest.Sign())))
	}
	if !product.IsInt64() {
		return Amount{}, overflow("interest", principal)
	}
	return Amount{product.Int64(), principal.currency}, nil
}

// unmarshalString hands the text of a JSON string on, and nothing else.
func unmarshalString(op string, data []byte, read func([]byte) error) error {
	var text *string
	if json.Unmarshal(data, &text) != nil {
		return fault(op, CodeType, string(data))
	}
	if text == nil {
		return fault(op, CodeNull, strings.TrimSpace(string(data)))
	}
	return read([]byte(*text))
}
