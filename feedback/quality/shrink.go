package quality

import (
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Spread says how the true shares of units seem to lie: as a beta distribution
// of the mean, and of a precision that counts like so many looked at. A high
// precision is: the units differ by no more than chance.
type Spread struct {
	Mean      float64 `json:"mean"`
	Precision float64 `json:"precision"`
	OK        bool    `json:"ok"` // there were at least two units to learn it from
}

// NewSpread estimates the spread by moments (Kleinman, Proportions with
// extraneous variance: single and independent samples, JASA 68 (1973) 46-54,
// with the numbers looked at as weights). The precision is at most how many were
// looked at in all: of their mean no more is known than that.
func NewSpread(units []feedback.Proportion) Spread {
	var good, n, squares float64
	k := 0.0
	for _, u := range units {
		if u.N <= 0 {
			continue
		}
		k++
		good += float64(u.Good)
		n += float64(u.N)
		squares += float64(u.N) * float64(u.N)
	}
	if n == 0 {
		return Spread{}
	}
	// Half a success more, and half a failure: a mean of 0 or 1 is no distribution.
	s := Spread{Mean: (good + 0.5) / (n + 1), Precision: n}
	mean := good / n
	if k < 2 || mean == 0 || mean == 1 {
		s.OK = k >= 2
		return s
	}
	s.OK = true
	between := 0.0 // as many standard deviations of one as chance alone would give k-1 of
	for _, u := range units {
		if u.N > 0 {
			d := float64(u.Good)/float64(u.N) - mean
			between += float64(u.N) * d * d / (mean * (1 - mean))
		}
	}
	// E[between] = (k-1)(1-rho) + rho (n - squares/n), rho the correlation of two
	// looked at of one unit, which is 1/(precision+1).
	room := n - squares/n - (k - 1)
	if room <= 0 {
		return s
	}
	if rho := min((between-(k-1))/room, 1); rho > 0 {
		s.Precision = min(max((1-rho)/rho, leastPrecision), n)
	}
	return s
}

// leastPrecision keeps a distribution where units seem to be all or nothing.
const leastPrecision = 0.1

// Shrink returns what is to be thought of a unit of which so many were seen: the
// mean of the posterior distribution with its credible interval (empirical
// Bayes: Efron, Morris, Stein's paradox in statistics, Scientific American 236
// (1977) 119-127). That the spread itself was estimated is not in the interval.
func (s Spread) Shrink(seen feedback.Proportion, level feedback.Level) feedback.Estimate {
	if !s.OK || s.Precision <= 0 || seen.N < 0 || seen.Good < 0 || seen.Good > seen.N {
		return feedback.Estimate{}
	}
	a := s.Mean*s.Precision + float64(seen.Good)
	b := (1-s.Mean)*s.Precision + float64(seen.N-seen.Good)
	tail := (1 - level.Confidence()) / 2
	return feedback.Estimate{
		OK: true, Value: a / (a + b), N: seen.N,
		Interval: feedback.Interval{Low: stat.BetaQuantile(tail, a, b), High: stat.BetaQuantile(1-tail, a, b)},
	}
}

// Standardise returns the share that a unit would have with a mix of cases that
// is not its own: the shares of its strata, weighted with how often each is in
// the mix (direct standardisation). The interval puts Wilson's of the strata
// together (Zou, Huang, Zhang, A note on confidence interval estimation for a
// linear function of binomial proportions, Computational Statistics and Data
// Analysis 53 (2009) 1080-1085); of one stratum it is Wilson's. It is not OK
// where the unit has none of a stratum, and names those.
func Standardise(unit, mix map[string]feedback.Proportion, level feedback.Level) (feedback.Estimate, []string) {
	var all, n float64
	for _, p := range mix {
		all += float64(p.N)
	}
	var missing []string
	var e feedback.Estimate
	var low, high float64
	for _, name := range sortedKeys(mix) {
		if mix[name].N <= 0 {
			continue
		}
		share := unit[name].Share(feedback.Wilson, level)
		if !share.OK {
			missing = append(missing, name)
			continue
		}
		w := float64(mix[name].N) / all
		n += float64(share.N)
		e.Value += w * share.Value
		low = math.Hypot(low, w*(share.Value-share.Interval.Low))
		high = math.Hypot(high, w*(share.Interval.High-share.Value))
	}
	if missing != nil || n == 0 {
		return feedback.Estimate{}, missing
	}
	e.OK, e.N = true, int64(n)
	e.Interval = feedback.Interval{Low: max(0, e.Value-low), High: min(1, e.Value+high)}
	return e, nil
}
