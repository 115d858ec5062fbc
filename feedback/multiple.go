package feedback

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// Adjusted are p values of several comparisons made at once, each in the place
// of its own: who looks at twenty segments finds one that differs by chance.
type Adjusted struct {
	// Holm keeps the chance that any of them is called different by mistake
	// (Holm, A simple sequentially rejective multiple test procedure, 1979).
	Holm []float64 `json:"holm"`
	// BenjaminiHochberg keeps the share of mistakes among those that are called
	// different (Controlling the false discovery rate, JRSS B 57 (1995) 289-300).
	BenjaminiHochberg []float64 `json:"benjamini_hochberg"`
	// Bonferroni is there to compare with: Holm is always as good.
	Bonferroni []float64 `json:"bonferroni"`
}

// Adjust adjusts p values for being many. One that is not from 0 to 1 is a
// [Fault].
func Adjust(p []float64) (Adjusted, error) {
	var c check
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			c.fail(fmt.Sprintf("p[%d]", i), strconv.FormatFloat(v, 'g', -1, 64), "is not from 0 to 1")
		}
	}
	if err := c.err(); err != nil {
		return Adjusted{}, err
	}
	n := len(p)
	a := Adjusted{make([]float64, n), make([]float64, n), make([]float64, n)}
	order := make([]int, n)
	for i := range order {
		order[i] = i
		a.Bonferroni[i] = min(1, float64(n)*p[i])
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	most := 0.0 // no later one is more certain than an earlier
	for rank, i := range order {
		most = max(most, min(1, float64(n-rank)*p[i]))
		a.Holm[i] = most
	}
	least := 1.0
	for rank, i := range slices.Backward(order) {
		least = min(least, p[i]*(float64(n)/float64(rank+1))) // a factor of at least 1: never below p
		a.BenjaminiHochberg[i] = least
	}
	return a, nil
}
