package money

import (
	"math/big"

	"github.com/shopspring/decimal"
)

// FromDecimal returns a number of units as an amount, exactly: 10.5 and EUR
// give 10.50 EUR. More decimals than the currency has are an [ErrInvalid]
// ([CodeDecimals]) unless they are zeros, what does not fit is an
// [ErrOverflow]. The work does not grow with the exponent.
func FromDecimal(d decimal.Decimal, c Currency) (Amount, error) {
	if c == 0 {
		return Amount{}, fault("decimal", CodeNoCurrency, "")
	}
	minor, exact, err := scaled(d, c.Decimals(), Down)
	if err != nil {
		return Amount{}, err
	}
	if !exact {
		return Amount{}, fault("decimal", CodeDecimals, decimalName(d))
	}
	return Amount{minor, c}, nil
}

// RoundDecimal returns a number of units as an amount, rounded to the minor
// unit. What does not fit is an [ErrOverflow].
func RoundDecimal(d decimal.Decimal, c Currency, r Rounding) (Amount, error) {
	if c == 0 {
		return Amount{}, fault("round", CodeNoCurrency, "")
	}
	minor, err := r.Round(d, c.Decimals())
	return Amount{minor, c}, err
}

// Round returns d rounded to so many decimals, as a whole number of the last
// of them: 2.345 and 2 give 235. Places are 0 to 18; what does not fit is an
// [ErrOverflow].
func (r Rounding) Round(d decimal.Decimal, places int) (int64, error) {
	if !r.known() {
		return 0, fault("round", CodeRounding, r.String())
	}
	if places < 0 || places > maxPlaces {
		return 0, fault("round", CodeRange, decimalText(int64(places))+" decimals")
	}
	minor, _, err := scaled(d, places, r)
	return minor, err
}

// Decimal returns the amount in units, exactly. Its text may lack zeros at the
// end; that of [Amount.String] never does.
func (a Amount) Decimal() decimal.Decimal {
	return decimal.New(a.minor, -int32(a.currency.Decimals())) //nolint:gosec // G115: at most 255
}

const (
	maxPlaces = 18  // 10^18 is the last power of ten in 64 bits
	maxBits   = 512 // of a coefficient: longer ones are no money
)

// scaled returns d x 10^places rounded to a whole number, and whether nothing
// was cut off. Exponents are compared before anything is multiplied.
func scaled(d decimal.Decimal, places int, r Rounding) (int64, bool, error) {
	coefficient, shift := d.Coefficient(), int64(d.Exponent())+int64(places)
	switch {
	case coefficient.Sign() == 0:
		return 0, true, nil
	case coefficient.BitLen() > maxBits:
		return 0, false, fault("decimal", CodeDigits, decimalName(d))
	case shift > maxPlaces:
		return 0, false, fault("decimal", CodeOverflow, decimalName(d))
	case shift < -maxBits/3: // 10^170 is more than any coefficient: below a half
		return 0, false, nil
	}
	rest := new(big.Int)
	exact := true
	if shift >= 0 {
		coefficient.Mul(coefficient, big.NewInt(pow10(int(shift))))
	} else {
		power := new(big.Int).Exp(big.NewInt(10), big.NewInt(-shift), nil)
		coefficient.QuoRem(coefficient, power, rest)
		exact = rest.Sign() == 0
		if r.upBig(coefficient, rest, power) {
			coefficient.Add(coefficient, big.NewInt(int64(rest.Sign())))
		}
	}
	if !coefficient.IsInt64() {
		return 0, false, fault("decimal", CodeOverflow, decimalName(d))
	}
	return coefficient.Int64(), exact, nil
}

// upBig reports whether a quotient with a rest is rounded away from zero.
func (r Rounding) upBig(q, rest, den *big.Int) bool {
	if rest.Sign() == 0 {
		return false
	}
	twice := new(big.Int).Abs(rest)
	half := twice.Lsh(twice, 1).Cmp(den)
	switch r {
	case HalfUp:
		return half >= 0
	case HalfEven:
		return half > 0 || half == 0 && q.Bit(0) == 1
	case Down:
	}
	return false
}

// decimalName names a decimal in an error. It is not written out, which would
// take a zero for each step of its exponent.
func decimalName(d decimal.Decimal) string {
	const enough = 64
	c := d.Coefficient()
	if c.BitLen() > enough {
		return decimalText(int64(c.BitLen())) + " bits"
	}
	if d.Exponent() == 0 {
		return c.String()
	}
	return c.String() + "e" + decimalText(int64(d.Exponent()))
}
