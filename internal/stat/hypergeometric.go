package stat

import "math"

// maxTerms is up to where the series of [Hypergeometric] is added up.
const maxTerms = 1_000_000

// Hypergeometric returns Gauss' 2F1(a, b; c; z) for z from 0 up to below 1 and
// positive c, by its series (Abramowitz and Stegun, 15.1.1). It is not ok where
// the series has not come to rest after a million terms.
func Hypergeometric(a, b, c, z float64) (float64, bool) {
	sum, term := 1.0, 1.0
	for n := range maxTerms {
		k := float64(n)
		ratio := (a + k) * (b + k) / ((c + k) * (k + 1)) * z
		term *= ratio
		sum += term
		// What is left is less than that of a geometric series.
		if rest := math.Abs(ratio); rest < 1 && math.Abs(term)*rest <= 1e-16*math.Abs(sum)*(1-max(rest, z)) {
			return sum, true
		}
	}
	return sum, false
}
