package feedback

import (
	"math"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// FisherLimit is up to how many answers of both samples together Fisher's test
// is made. Beyond it the others say the same.
const FisherLimit = 5000

// Test is a test statistic in standard errors and its two-sided p value: how
// often chance alone would show at least such a difference.
type Test struct {
	Z float64 `json:"z"`
	P float64 `json:"p"`
}

// newTest divides a difference by its standard error. Without an error there is
// a test only where there is no difference.
func newTest(difference, se float64) *Test {
	switch {
	case se > 0:
		z := difference / se
		return &Test{z, stat.NormalTail(z)}
	case difference == 0:
		return &Test{0, 1}
	default:
		return nil
	}
}

// ShareDifference is one share compared with another, as a minus b.
type ShareDifference struct {
	A          float64 `json:"a"`
	B          float64 `json:"b"`
	Difference float64 `json:"difference"`
	// Interval is the hybrid score interval (Newcombe, Interval estimation for
	// the difference between independent proportions, Statistics in Medicine 17
	// (1998) 873-890, method 10). It keeps within -1 and 1.
	Interval Interval `json:"interval"`
	// NMinus1 is the test to go by: the pooled one times sqrt((N-1)/N)
	// (Campbell, Chi-squared and Fisher-Irwin tests of two-by-two tables with
	// small sample recommendations, Statistics in Medicine 26 (2007) 3661-3675).
	NMinus1 Test `json:"n_minus_1"`
	Pooled  Test `json:"pooled"`
	// FisherP is the two-sided p value of Fisher's exact test, for small
	// samples; nil with more than [FisherLimit] answers.
	FisherP *float64 `json:"fisher_p"`
	SE      float64  `json:"se"`      // unpooled
	CohenH  float64  `json:"cohen_h"` // the size of the effect: 0.2 small, 0.5 medium, 0.8 large
}

// CompareShares compares two shares of different people. It is not ok where one
// of them is undefined.
func CompareShares(a, b Proportion, level Level) (ShareDifference, bool) {
	one, two := a.Share(Wilson, level), b.Share(Wilson, level)
	if !one.OK || !two.OK {
		return ShareDifference{}, false
	}
	n1, n2, p1, p2 := float64(a.N), float64(b.N), one.Value, two.Value
	d := ShareDifference{A: p1, B: p2, Difference: p1 - p2}
	d.Interval = newcombe(one, two)
	d.SE = math.Sqrt(p1*(1-p1)/n1 + p2*(1-p2)/n2)
	d.CohenH = 2*math.Asin(math.Sqrt(p1)) - 2*math.Asin(math.Sqrt(p2))
	pooled := (float64(a.Good) + float64(b.Good)) / (n1 + n2)
	if t := newTest(d.Difference, math.Sqrt(pooled*(1-pooled)*(1/n1+1/n2))); t != nil {
		d.Pooled = *t
	}
	z := d.Pooled.Z * math.Sqrt((n1+n2-1)/(n1+n2))
	d.NMinus1 = Test{z, stat.NormalTail(z)}
	if a.N <= FisherLimit && b.N <= FisherLimit-a.N {
		p := fisher(int(a.Good), int(a.N), int(b.Good), int(b.N))
		d.FisherP = &p
	}
	return d, true
}

// newcombe squares and adds how far each bound lies from its share.
func newcombe(a, b Estimate) Interval {
	d := a.Value - b.Value
	return Interval{
		max(-1, d-math.Hypot(a.Value-a.Interval.Low, b.Interval.High-b.Value)),
		min(1, d+math.Hypot(a.Interval.High-a.Value, b.Value-b.Interval.Low)),
	}
}

// fisher adds up the tables with the same margins that are no likelier than the
// one that was seen.
func fisher(x1, n1, x2, n2 int) float64 {
	good, all := x1+x2, n1+n2
	whole := logChoose(all, good)
	chance := func(x int) float64 { return math.Exp(logChoose(n1, x) + logChoose(n2, good-x) - whole) }
	// Tables that are as likely differ in the last digits.
	limit := chance(x1) * (1 + 1e-7)
	var p float64
	for x := max(0, good-n2); x <= min(n1, good); x++ {
		if c := chance(x); c <= limit {
			p += c
		}
	}
	return min(1, p)
}

func logChoose(n, k int) float64 {
	return logFactorial(n) - logFactorial(k) - logFactorial(n-k)
}

func logFactorial(n int) float64 {
	v, _ := math.Lgamma(float64(n) + 1)
	return v
}

// NetDifference is one net score compared with another in points, as a minus b.
// The plain figures are Wald's; those to go by are the adjusted ones, with the
// pseudo-counts of [AdjustedWald] in both samples.
type NetDifference struct {
	Difference float64  `json:"difference"`
	SE         float64  `json:"se"`
	Test       *Test    `json:"test"` // nil where the scores differ and no answers within them do
	Interval   Interval `json:"interval"`

	Adjusted         float64  `json:"adjusted"`
	AdjustedSE       float64  `json:"adjusted_se"`
	AdjustedTest     Test     `json:"adjusted_test"`
	AdjustedInterval Interval `json:"adjusted_interval"`
}

// CompareNet compares two net scores of different people. It is not ok where
// one of them is undefined.
func CompareNet(a, b Net, level Level) (NetDifference, bool) {
	one, ok1 := a.Variance()
	two, ok2 := b.Variance()
	if !ok1 || !ok2 {
		return NetDifference{}, false
	}
	z := level.z()
	d := NetDifference{Difference: 100 * (a.value() - b.value()), SE: 100 * math.Sqrt(one/float64(a.N())+two/float64(b.N()))}
	d.Test, d.Interval = newTest(d.Difference, d.SE), around(d.Difference, z*d.SE)
	m1, se1 := a.adjusted()
	m2, se2 := b.adjusted()
	d.Adjusted, d.AdjustedSE = 100*(m1-m2), 100*math.Hypot(se1, se2)
	d.AdjustedInterval = around(d.Adjusted, z*d.AdjustedSE)
	d.AdjustedTest = *newTest(d.Adjusted, d.AdjustedSE) // its error is never 0
	return d, true
}
