package stat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// The values are those of Newcombe, Two-sided confidence intervals for the
// single proportion, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
func TestWilsonAgainstNewcombe(t *testing.T) {
	for _, c := range []struct {
		r, n      int
		low, high float64
	}{
		{81, 263, 0.2553, 0.3662},
		{15, 148, 0.0624, 0.1605},
		{0, 20, 0, 0.1611},
		{1, 29, 0.0061, 0.1718},
	} {
		low, high := stat.Wilson(c.r, c.n, 0.95)
		assert.InDelta(t, c.low, low, 0.00005, "%d of %d", c.r, c.n)
		assert.InDelta(t, c.high, high, 0.00005, "%d of %d", c.r, c.n)
	}
}

func TestWilsonWithoutTrials(t *testing.T) {
	low, high := stat.Wilson(0, 0, 0.95)
	assert.Equal(t, [2]float64{0, 1}, [2]float64{low, high})
}

func TestWilsonHoldsTheShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1_000_000).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		low, high := stat.Wilson(k, n, rapid.Float64Range(0.5, 0.999).Draw(t, "confidence"))
		share := float64(k) / float64(n)
		assert.True(t, 0 <= low && low <= share && share <= high && high <= 1, "%v <= %v <= %v", low, share, high)
		// Successes and failures are mirror images.
		mirrorLow, mirrorHigh := stat.Wilson(n-k, n, 0.95)
		low, high = stat.Wilson(k, n, 0.95)
		assert.InDelta(t, 1-high, mirrorLow, 1e-12)
		assert.InDelta(t, 1-low, mirrorHigh, 1e-12)
	})
}

func TestNormalQuantile(t *testing.T) {
	assert.InDelta(t, 1.959963984540054, stat.NormalQuantile(0.975), 1e-12)
	assert.InDelta(t, 0, stat.NormalQuantile(0.5), 1e-12)
	assert.InDelta(t, -1.2815515655446004, stat.NormalQuantile(0.1), 1e-12)
}
