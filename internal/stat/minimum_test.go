package stat_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// The valley is that of Rosenbrock, An automatic method for finding the greatest
// or least value of a function, Computer Journal 3 (1960): least at (1, 1).
func TestMinimum(t *testing.T) {
	valley := func(at []float64) float64 {
		return 100*(at[1]-at[0]*at[0])*(at[1]-at[0]*at[0]) + (1-at[0])*(1-at[0])
	}
	at, ok := stat.Minimum(valley, []float64{-1.2, 1}, 0.5)
	assert.True(t, ok)
	assert.InDelta(t, 1, at[0], 1e-3)
	assert.InDelta(t, 1, at[1], 1e-3)
	_, ok = stat.Minimum(func(at []float64) float64 { return at[0] }, []float64{0}, 1)
	assert.False(t, ok, "without end")
	_, ok = stat.Minimum(func([]float64) float64 { return math.NaN() }, []float64{0, 0}, 1)
	assert.False(t, ok, "no number anywhere")
}
