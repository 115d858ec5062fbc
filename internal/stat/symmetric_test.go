package stat_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// The inverse of Hilbert's matrix is known in whole numbers (Knuth, The Art of
// Computer Programming, 1.2.3, exercise 45).
func TestInverseOfHilbert(t *testing.T) {
	hilbert := []float64{1, 1. / 2, 1. / 3, 1. / 2, 1. / 3, 1. / 4, 1. / 3, 1. / 4, 1. / 5}
	inverse, ok := stat.InverseSymmetric(3, hilbert)
	require.True(t, ok)
	assert.InDeltaSlice(t, []float64{9, -36, 30, -36, 192, -180, 30, -180, 180}, inverse, 1e-9)
	for _, bad := range [][]float64{{1, 1, 1, 1}, {1, 2, 2, 1}, {0, 0, 0, 0}, {1, 1 - 1e-14, 1 - 1e-14, 1}} {
		_, ok := stat.InverseSymmetric(2, bad)
		assert.False(t, ok, "%v", bad)
	}
}

// The square of the root is the matrix.
func TestRoot(t *testing.T) {
	root, ok := stat.RootSymmetric(2, []float64{33, 24, 24, 57})
	require.True(t, ok)
	a, b, d := root[0], root[1], root[3]
	assert.InDeltaSlice(t, []float64{33, 24, 57}, []float64{a*a + b*b, a*b + b*d, b*b + d*d}, 1e-9)
	assert.InDelta(t, root[1], root[2], 1e-12)
	assert.True(t, a > 0 && d > 0)
	_, ok = stat.RootSymmetric(2, []float64{1, 2, 2, 1})
	assert.False(t, ok)
}
