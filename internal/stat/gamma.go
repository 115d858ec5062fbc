package stat

import "gonum.org/v1/gonum/mathext"

// GammaQuantile returns below which value a share of p lies of a gamma
// distribution with a shape and a scale, both above 0, for p from 0 up to, not
// including, 1.
func GammaQuantile(p, shape, scale float64) float64 {
	if p <= 0 {
		return 0
	}
	return scale * mathext.GammaIncRegInv(shape, p)
}
