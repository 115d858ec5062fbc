package stat_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// With shape 1 the distribution is exponential, with a whole shape and scale 2
// it is the chi-squared one with twice as many degrees of freedom: published
// values of its table.
func TestGammaQuantile(t *testing.T) {
	for _, p := range []float64{0, 1e-9, .1, .5, .9, .999999} {
		assert.InDelta(t, -math.Log1p(-p)*3, stat.GammaQuantile(p, 1, 3), 1e-11)
	}
	assert.InDelta(t, 5.991, stat.GammaQuantile(.95, 1, 2), .0005)
	assert.InDelta(t, 18.307, stat.GammaQuantile(.95, 5, 2), .0005)
	assert.InDelta(t, 124.342, stat.GammaQuantile(.95, 50, 2), .0005)
}
