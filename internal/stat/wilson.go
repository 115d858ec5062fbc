package stat

import "math"

// Wilson returns the score interval of a share of successes out of n trials
// at a two-sided confidence, as 0.95 (Wilson, Probable inference, the law of
// succession, and statistical inference, JASA 22 (1927) 209-212). It keeps
// within 0 and 1 and is meaningful for small n and shares of 0 or 1. Without
// trials nothing is known: 0 to 1.
func Wilson[N int | int64](successes, n N, confidence float64) (float64, float64) {
	if n <= 0 {
		return 0, 1
	}
	z := NormalQuantile(0.5 + confidence/2)
	nf, p := float64(n), float64(successes)/float64(n)
	centre := p + z*z/(2*nf)
	spread := z * math.Sqrt(p*(1-p)/nf+z*z/(4*nf*nf))
	scale := 1 + z*z/nf
	// At the ends the bounds are exactly 0 and 1, which rounding would miss.
	low, high := max(0, (centre-spread)/scale), min(1, (centre+spread)/scale)
	if successes <= 0 {
		low = 0
	}
	if successes >= n {
		high = 1
	}
	return low, high
}

// NormalQuantile returns the standard normal deviate below which a share of p
// lies, for p between 0 and 1.
func NormalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }
