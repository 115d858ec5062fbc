package stat

import (
	"cmp"
	"math"
	"slices"
)

// Limits of the search of [Minimum].
const (
	maxSteps = 5000
	atRest   = 1e-10
)

// point is a place with its value.
type point struct {
	at    []float64
	value float64
}

// Minimum looks for where f is least, from a start, with steps of about the
// given size at first (Nelder, Mead, A simplex method for function minimization,
// Computer Journal 7 (1965) 308-313). Where f is no number it is taken for
// infinite. It is not ok where the search has not come to rest.
func Minimum(f func(at []float64) float64, start []float64, step float64) ([]float64, bool) {
	look := func(at []float64) point {
		v := f(at)
		if math.IsNaN(v) {
			v = math.Inf(1)
		}
		return point{at, v}
	}
	simplex := make([]point, 1, 1+len(start))
	simplex[0] = look(start)
	for i := range start {
		at := slices.Clone(start)
		at[i] += step
		simplex = append(simplex, look(at))
	}
	for range maxSteps {
		slices.SortStableFunc(simplex, func(a, b point) int { return cmp.Compare(a.value, b.value) })
		if spread(simplex) <= atRest {
			return simplex[0].at, !math.IsInf(simplex[0].value, 0)
		}
		advance(simplex, look)
	}
	return simplex[0].at, false
}

// spread is how far the simplex reaches, in place and value.
func spread(simplex []point) float64 {
	best, worst := simplex[0], simplex[len(simplex)-1]
	far := math.Abs(worst.value-best.value) / (1 + math.Abs(best.value))
	for _, p := range simplex[1:] {
		for i := range p.at {
			far = max(far, math.Abs(p.at[i]-best.at[i])*1e-3)
		}
	}
	return far
}

// advance replaces the worst point of a sorted simplex, or draws all of them to
// the best.
func advance(simplex []point, look func([]float64) point) {
	last := len(simplex) - 1
	worst := simplex[last]
	middle := make([]float64, len(worst.at))
	for _, p := range simplex[:last] {
		for i := range middle {
			middle[i] += p.at[i] / float64(last)
		}
	}
	toward := func(from []float64, to []float64, by float64) point {
		at := make([]float64, len(to))
		for i := range at {
			at[i] = from[i] + by*(to[i]-from[i])
		}
		return look(at)
	}
	mirrored := toward(worst.at, middle, 2)
	switch {
	case mirrored.value < simplex[0].value:
		simplex[last] = mirrored
		if further := toward(worst.at, middle, 3); further.value < mirrored.value {
			simplex[last] = further
		}
	case mirrored.value < simplex[last-1].value:
		simplex[last] = mirrored
	default:
		near := toward(worst.at, middle, 0.5)
		if mirrored.value < worst.value {
			near = toward(worst.at, middle, 1.5)
		}
		if near.value < min(worst.value, mirrored.value) {
			simplex[last] = near
			return
		}
		for i := 1; i <= last; i++ {
			simplex[i] = toward(simplex[0].at, simplex[i].at, 0.5)
		}
	}
}
