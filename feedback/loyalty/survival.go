package loyalty

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Lifetime is how long a customer has been watched, and whether it ended by the
// customer's leaving. One who is still there, or was lost from sight, is
// censored: it counts for as long as it was seen.
type Lifetime struct {
	Time float64 `json:"time"`
	Left bool    `json:"left"`
}

// Step is one time at which customers left.
type Step struct {
	Time     float64 `json:"time"`
	AtRisk   int     `json:"at_risk"` // seen until then; one censored at this time is
	Left     int     `json:"left"`
	Survival float64 `json:"survival"` // the share that is still there after it
	SE       float64 `json:"se"`       // Greenwood's
	// Interval is that of log(-log), which keeps within 0 and 1.
	Interval feedback.Interval `json:"interval"`
}

// Curve is a survival curve: 1 until its first step. Median is when half of the
// customers have left; nil: not within the time watched.
type Curve struct {
	N      int      `json:"n"`
	Steps  []Step   `json:"steps"`
	Median *float64 `json:"median"`
}

// At returns the share that is still there at a time. It is not ok without
// customers.
func (c Curve) At(time float64) (float64, bool) {
	i, found := slices.BinarySearchFunc(c.Steps, time, func(s Step, t float64) int { return cmp.Compare(s.Time, t) })
	if found {
		i++
	}
	if i == 0 {
		return 1, c.N > 0
	}
	return c.Steps[i-1].Survival, true
}

func checkLifetimes(path string, list []Lifetime) error {
	for i, l := range list {
		if !(l.Time >= 0 && l.Time < math.Inf(1)) {
			return fault(fmt.Sprintf("%s[%d].time", path, i), l.Time, "is below 0")
		}
	}
	return nil
}

func sorted(list []Lifetime) []Lifetime {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Lifetime) int { return cmp.Compare(a.Time, b.Time) })
	return list
}

// halfLeft is one half, with the last digits of a product of many factors
// forgiven: nine tenths of five ninths are no more than it.
const halfLeft = 0.5 + 1e-12

// Survive returns the product-limit curve (Kaplan, Meier, Nonparametric
// estimation from incomplete observations, JASA 53 (1958) 457-481) with
// Greenwood's standard error.
func Survive(lifetimes []Lifetime, level feedback.Level) (Curve, error) {
	if err := checkLifetimes("lifetimes", lifetimes); err != nil {
		return Curve{}, err
	}
	c := Curve{N: len(lifetimes)}
	z := stat.NormalQuantile(0.5 + level.Confidence()/2)
	survival, sum := 1.0, 0.0
	for list := sorted(lifetimes); len(list) > 0; {
		at, risk := list[0].Time, len(list)
		left := 0
		for len(list) > 0 && list[0].Time == at {
			if list[0].Left {
				left++
			}
			list = list[1:]
		}
		if left == 0 {
			continue
		}
		n, d := float64(risk), float64(left)
		survival *= 1 - d/n
		sum += d / (n * (n - d)) // infinite where nobody is left
		c.Steps = append(c.Steps, newStep(Step{Time: at, AtRisk: risk, Left: left, Survival: survival}, sum, z))
		if c.Median == nil && survival <= halfLeft {
			c.Median = &at
		}
	}
	return c, nil
}

// newStep adds the error and the interval; sum is Greenwood's.
func newStep(s Step, sum, z float64) Step {
	if s.Survival == 0 {
		return s
	}
	s.SE = s.Survival * math.Sqrt(sum)
	theta := math.Log(-math.Log(s.Survival))
	half := z * math.Sqrt(sum) / -math.Log(s.Survival)
	s.Interval = feedback.Interval{Low: math.Exp(-math.Exp(theta + half)), High: math.Exp(-math.Exp(theta - half))}
	return s
}

// RankTest is a log-rank test of two groups.
type RankTest struct {
	Observed  float64 `json:"observed"` // who left of the first group
	Expected  float64 `json:"expected"` // if both left alike
	Variance  float64 `json:"variance"`
	ChiSquare float64 `json:"chi_square"`
	P         float64 `json:"p"` // with one degree of freedom
}

// LogRank tests whether customers of two groups leave alike (Mantel, Evaluation
// of survival data and two new rank order statistics, Cancer Chemotherapy
// Reports 50 (1966) 163-170). It is not ok where nobody could be told apart.
func LogRank(a, b []Lifetime) (RankTest, bool, error) {
	if err := checkLifetimes("a", a); err != nil {
		return RankTest{}, false, err
	}
	if err := checkLifetimes("b", b); err != nil {
		return RankTest{}, false, err
	}
	a, b = sorted(a), sorted(b)
	var r RankTest
	for len(a) > 0 || len(b) > 0 {
		n1, n := float64(len(a)), float64(len(a)+len(b))
		var d1, d2 float64
		at := first(a, b)
		a, d1 = take(a, at)
		b, d2 = take(b, at)
		d := d1 + d2
		if d == 0 {
			continue
		}
		r.Observed += d1
		r.Expected += d * n1 / n
		if n > 1 {
			r.Variance += d * (n1 / n) * (1 - n1/n) * (n - d) / (n - 1)
		}
	}
	if r.Variance == 0 {
		return r, false, nil
	}
	r.ChiSquare = (r.Observed - r.Expected) * (r.Observed - r.Expected) / r.Variance
	r.P = stat.ChiSquareTail(r.ChiSquare, 1)
	return r, true, nil
}

// first returns the earliest time of both.
func first(a, b []Lifetime) float64 {
	at := math.Inf(1)
	for _, list := range [][]Lifetime{a, b} {
		if len(list) > 0 {
			at = min(at, list[0].Time)
		}
	}
	return at
}

// take returns what comes after a time, and how many left at it.
func take(list []Lifetime, at float64) ([]Lifetime, float64) {
	left := 0.0
	for len(list) > 0 && list[0].Time == at {
		if list[0].Left {
			left++
		}
		list = list[1:]
	}
	return list, left
}
