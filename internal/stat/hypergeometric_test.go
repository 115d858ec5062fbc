package stat_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// The closed forms are those of Abramowitz and Stegun, 15.1.3, 15.1.4 and 15.1.8.
func TestHypergeometric(t *testing.T) {
	for _, z := range []float64{0, 0.1, 0.5, 0.9, 0.99} {
		f, ok := stat.Hypergeometric(2.5, 3, 3, z)
		assert.True(t, ok)
		assert.InEpsilon(t, math.Pow(1-z, -2.5), f, 1e-10, "%v", z)
		if z > 0 {
			f, ok = stat.Hypergeometric(1, 1, 2, z)
			assert.True(t, ok)
			assert.InEpsilon(t, -math.Log(1-z)/z, f, 1e-12, "%v", z)
			f, ok = stat.Hypergeometric(0.5, 1, 1.5, z*z)
			assert.True(t, ok)
			assert.InEpsilon(t, math.Log((1+z)/(1-z))/2/z, f, 1e-12, "%v", z)
		}
	}
	_, ok := stat.Hypergeometric(5, 5, 1, 1-1e-12)
	assert.False(t, ok)
}
