package tone

import "math"

// confidence is how likely a result with such a polarity is right, for a text
// that is good or bad: a logistic curve from 0.64 near 0 to 0.97 at 1. It was set
// below what the comments in testdata show (0.8 to 1), because these and the words
// have one author.
func confidence(polarity float64) float64 {
	const start, slope = 0.55, 3.0
	return 1 / (1 + math.Exp(-(start + slope*math.Abs(polarity))))
}
