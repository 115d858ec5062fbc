package money

import (
	"math"
	"math/bits"
	"strconv"
)

// Rounding is a way to round to whole minor units. The zero value is
// [HalfUp]. In JSON it is its name.
type Rounding uint8

// The roundings. All are symmetric: R(-x) = -R(x).
const (
	HalfUp   Rounding = iota // half_up: to the nearest, a half away from zero
	HalfEven                 // half_even: to the nearest, a half to the even neighbour
	Down                     // down: toward zero
)

func (r Rounding) known() bool { return r <= Down }

// String returns the name.
func (r Rounding) String() string {
	switch r {
	case HalfUp:
		return "half_up"
	case HalfEven:
		return "half_even"
	case Down:
		return "down"
	}
	return "Rounding(" + strconv.Itoa(int(r)) + ")"
}

// MarshalText writes the name.
func (r Rounding) MarshalText() ([]byte, error) {
	if !r.known() {
		return nil, fault("rounding", CodeRounding, r.String())
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a name.
func (r *Rounding) UnmarshalText(text []byte) error {
	for known := HalfUp; known <= Down; known++ {
		if known.String() == string(text) {
			*r = known
			return nil
		}
	}
	return fault("rounding", CodeRounding, string(text))
}

// mulDiv returns a x num / den, rounded; false where it does not fit. den is
// not 0.
func mulDiv(a, num, den int64, r Rounding) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(num))
	d := magnitude(den)
	var q, rest uint64
	switch {
	case hi == 0:
		q, rest = lo/d, lo%d
	case hi >= d:
		return 0, false
	default:
		q, rest = bits.Div64(hi, lo, d)
	}
	if rest > 0 && r.up(q, rest, d) {
		if q++; q == 0 {
			return 0, false
		}
	}
	return signed(q, (a < 0) != (num < 0) != (den < 0))
}

// up reports whether a quotient with a rest above 0 is rounded away from zero.
func (r Rounding) up(q, rest, d uint64) bool {
	half := rest - (d - rest) // rest x 2 - d, which may wrap
	switch r {
	case HalfUp:
		return rest >= d-rest
	case HalfEven:
		return rest > d-rest || half == 0 && q&1 == 1
	case Down:
	}
	return false
}

// magnitude returns the absolute value, also of the most negative number.
func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n) //nolint:gosec // G115: two's complement on purpose
	}
	return uint64(n)
}

// signed gives a magnitude its sign; false where it does not fit.
func signed(m uint64, negative bool) (int64, bool) {
	if negative {
		return -int64(m), m <= 1<<63 //nolint:gosec // G115: checked
	}
	return int64(m), m <= math.MaxInt64 //nolint:gosec // G115: checked
}

func decimalText(n int64) string { return strconv.FormatInt(n, 10) }
