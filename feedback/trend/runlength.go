package trend

import (
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// chainStates is how finely the two charts with a memory are cut up to compute
// their run lengths (Brook, Evans, An approach to the probability distribution
// of CUSUM run length, Biometrika 59 (1972)).
const chainStates = 121

// RunLength returns how many points pass on average until the chart signals
// although nothing has changed, if all of them hang on chance alone and are
// normal: the reciprocal of the false-alarm rate. It is that of the limits at
// the start widened to the asymptotic ones.
func (c EWMA) RunLength() (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	limit := c.L * math.Sqrt(c.Lambda/(2-c.Lambda))
	width := 2 * limit / chainStates
	at := func(i int) float64 { return -limit + (float64(i)+0.5)*width }
	chain := newChain(chainStates, func(from, to int) float64 {
		low := (at(to) - width/2 - (1-c.Lambda)*at(from)) / c.Lambda
		return stat.NormalCDF(low+width/c.Lambda) - stat.NormalCDF(low)
	})
	return chain.steps()[chainStates/2], nil
}

// RunLength returns how many points pass on average until the chart signals
// although nothing has changed, if all of them hang on chance alone and are
// normal. sigma is the standard deviation of an observation; with Standardized
// it is 1.
func (c CUSUM) RunLength(sigma float64) (float64, error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	if c.Standardized {
		sigma = 1
	}
	if !(sigma > 0 && sigma < math.Inf(1)) {
		return 0, fault("sigma", sigma, "is not above 0")
	}
	k, h := c.K/sigma, c.H/sigma
	width := 2 * h / (2*chainStates - 1)
	chain := newChain(chainStates, func(from, to int) float64 {
		middle := float64(to-from)*width + k
		if to == 0 {
			return stat.NormalCDF(middle + width/2)
		}
		return stat.NormalCDF(middle+width/2) - stat.NormalCDF(middle-width/2)
	})
	// Both sides wait for their own signal, and the first one counts.
	return chain.steps()[0] / 2, nil
}

// RunLength returns how many points pass on average until the chart signals
// although nothing has changed, for points with so many answers: infinitely many
// where they are too few for any to lie outside.
func (c PChart) RunLength(answers int64) (float64, error) {
	if answers < 1 {
		return 0, fault("answers", float64(answers), "is below 1")
	}
	points, err := c.Run([]feedback.Proportion{{N: answers}})
	if err != nil {
		return 0, err
	}
	return 1 / points[0].FalseAlarm, nil
}

// chain is a system of equations: the steps to the end from each state are one
// more than the mean of those from where it goes.
type chain [][]float64

func newChain(n int, chance func(from, to int) float64) chain {
	c := make(chain, n)
	for i := range c {
		c[i] = make([]float64, n+1)
		for j := range n {
			c[i][j] = -chance(i, j)
		}
		c[i][i]++
		c[i][n] = 1
	}
	return c
}

// steps solves it by elimination. The diagonal outweighs the rest of its row,
// since chances add up to 1 at most, so that rows need not be swapped.
func (c chain) steps() []float64 {
	n := len(c)
	for i := range c {
		for j := i + 1; j < n; j++ {
			f := c[j][i] / c[i][i]
			for k := i; k <= n; k++ {
				c[j][k] -= f * c[i][k]
			}
		}
	}
	x := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		x[i] = c[i][n]
		for j := i + 1; j < n; j++ {
			x[i] -= c[i][j] * x[j]
		}
		x[i] /= c[i][i]
	}
	return x
}
