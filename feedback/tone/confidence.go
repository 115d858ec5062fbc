package tone

import "math"

// confidence is how often a result with such a polarity was right: a logistic
// curve fitted to the tuning half of the comments in testdata.
func confidence(polarity float64) float64 {
	const slope, start = 4.0, 0.6
	return 1 / (1 + math.Exp(-(start + slope*math.Abs(polarity))))
}
