package money

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// Amount is a sum of money in whole minor units of a currency. The zero value
// is no amount: it has no currency and is not 0.00 of any. Compare with ==.
type Amount struct {
	minor    int64
	currency Currency
}

// New returns the amount of so many minor units: New(1050, EUR) is 10.50 EUR.
func New(minor int64, c Currency) Amount { return Amount{minor, c} }

// Minor returns the amount in minor units of its currency.
func (a Amount) Minor() int64 { return a.minor }

// Currency returns the currency, 0 for no amount.
func (a Amount) Currency() Currency { return a.currency }

// Given reports whether there is an amount at all; 0.00 EUR is one.
func (a Amount) Given() bool { return a.currency != 0 }

// Sign returns -1, 0 or +1 as the amount is below, equal to or above 0.
func (a Amount) Sign() int { return cmp.Compare(a.minor, 0) }

// Add returns a + b. Two currencies are an [ErrCurrency], a sum beyond 64 bits
// an [ErrOverflow].
func (a Amount) Add(b Amount) (Amount, error) {
	sum := a.minor + b.minor
	if a.currency != b.currency || a.currency == 0 || (sum < a.minor) != (b.minor < 0) {
		return a.refuse("add", b)
	}
	return Amount{sum, a.currency}, nil
}

// Sub returns a - b, with the errors of [Amount.Add].
func (a Amount) Sub(b Amount) (Amount, error) {
	diff := a.minor - b.minor
	if a.currency != b.currency || a.currency == 0 || (diff > a.minor) != (b.minor < 0) {
		return a.refuse("subtract", b)
	}
	return Amount{diff, a.currency}, nil
}

// refuse says why a and b have no sum or difference.
func (a Amount) refuse(op string, b Amount) (Amount, error) {
	if a.currency != b.currency || a.currency == 0 {
		return Amount{}, mismatch(op, a, b)
	}
	return Amount{}, overflow(op, a)
}

// Neg returns -a; the most negative amount has none and is an [ErrOverflow].
func (a Amount) Neg() (Amount, error) {
	if a.minor == math.MinInt64 {
		return Amount{}, overflow("negate", a)
	}
	return Amount{-a.minor, a.currency}, nil
}

// Abs returns the amount without its sign, with the error of [Amount.Neg].
func (a Amount) Abs() (Amount, error) {
	if a.minor < 0 {
		return a.Neg()
	}
	return a, nil
}

// Mul returns a times n, or an [ErrOverflow].
func (a Amount) Mul(n int64) (Amount, error) {
	if a.currency == 0 {
		return Amount{}, fault("multiply", CodeNoCurrency, "")
	}
	v, ok := mulDiv(a.minor, n, 1, Down)
	if !ok {
		return Amount{}, overflow("multiply", a)
	}
	return Amount{v, a.currency}, nil
}

// MulDiv returns a x num / den, exact until it is rounded once. A den of 0 is
// an [ErrInvalid], a result beyond 64 bits an [ErrOverflow].
func (a Amount) MulDiv(num, den int64, r Rounding) (Amount, error) {
	switch {
	case a.currency == 0:
		return Amount{}, fault("divide", CodeNoCurrency, "")
	case den == 0:
		return Amount{}, fault("divide", CodeZeroDivision, a.String())
	case !r.known():
		return Amount{}, fault("divide", CodeRounding, r.String())
	}
	v, ok := mulDiv(a.minor, num, den, r)
	if !ok {
		return Amount{}, overflow("divide", a)
	}
	return Amount{v, a.currency}, nil
}

// Portion returns what some units of a whole cost, those from number from + 1
// to number to of so many: R(a x to / of) - R(a x from / of), rounding half up. However the
// whole is taken in steps, the steps add up to it: three of 29.00 are 9.67,
// 9.66 and 9.67. Positions must be 0 <= from <= to <= of, and of above 0.
func (a Amount) Portion(from, to, of int64) (Amount, error) {
	switch {
	case a.currency == 0:
		return Amount{}, fault("portion", CodeNoCurrency, "")
	case of == 0:
		return Amount{}, fault("portion", CodeZeroDivision, a.String())
	case from < 0 || to < from || of < to:
		return Amount{}, fault("portion", CodeRange, decimalText(from)+" to "+decimalText(to)+" of "+decimalText(of))
	}
	upper, _ := mulDiv(a.minor, to, of, HalfUp) // no position is above the whole, so nothing overflows
	lower, _ := mulDiv(a.minor, from, of, HalfUp)
	return Amount{upper - lower, a.currency}, nil
}

// Cmp returns -1, 0 or +1 as a is below, equal to or above b; two currencies
// are an [ErrCurrency].
func (a Amount) Cmp(b Amount) (int, error) {
	if a.currency != b.currency || a.currency == 0 {
		return 0, mismatch("compare", a, b)
	}
	return cmp.Compare(a.minor, b.minor), nil
}

// Min returns the lower of two amounts of one currency.
func (a Amount) Min(b Amount) (Amount, error) {
	c, err := a.Cmp(b)
	if c > 0 {
		return b, err
	}
	return a, err
}

// Max returns the higher of two amounts of one currency.
func (a Amount) Max(b Amount) (Amount, error) {
	c, err := a.Cmp(b)
	if c < 0 {
		return b, err
	}
	return a, err
}

// Sum adds amounts of a currency; without any it is 0. An intermediate sum
// beyond 64 bits is an [ErrOverflow] only where the whole sum is.
func Sum(c Currency, amounts ...Amount) (Amount, error) {
	var sum, wrapped int64
	var other Currency
	for i := range amounts { // without a branch: nearly every list adds up at once
		a := &amounts[i]
		next := sum + a.minor
		wrapped |= (sum ^ next) & (a.minor ^ next)
		other |= a.currency ^ c
		sum = next
	}
	if other != 0 || c == 0 && len(amounts) > 0 {
		i := slices.IndexFunc(amounts, func(a Amount) bool { return a.currency != c || c == 0 })
		return Amount{}, mismatch("sum", Amount{0, c}, amounts[i])
	}
	if wrapped < 0 {
		return sumWide(c, amounts)
	}
	return Amount{sum, c}, nil
}

// sumWide is Sum in 128 bits, for lists that leave 64 bits on their way.
func sumWide(c Currency, amounts []Amount) (Amount, error) {
	var low uint64
	var high int64 // the two are one number
	for i := range amounts {
		v := amounts[i].minor
		var carry uint64
		low, carry = bits.Add64(low, uint64(v), 0) //nolint:gosec // G115: two's complement on purpose
		high += v>>63 + int64(carry)               //nolint:gosec // G115: 0 or 1
	}
	sum := int64(low)
	if high != sum>>63 {
		return Amount{}, fault("sum", CodeOverflow, decimalText(int64(len(amounts)))+" amounts")
	}
	return Amount{sum, c}, nil
}
