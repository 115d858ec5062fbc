package quality

import (
	"maps"
	"math"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// The levels of funnel limits: about two and three standard deviations.
const (
	warningLevel = 0.95
	alarmLevel   = 0.998
)

// maxFunnel bounds the count that a limit is computed for exactly.
const maxFunnel = 1 << 31

// FunnelPoint is one place on the lines of a funnel plot.
type FunnelPoint struct {
	N       int64             `json:"n"`
	Warning feedback.Interval `json:"warning"` // 95 %
	Alarm   feedback.Interval `json:"alarm"`   // 99.8 %
}

// Funnel returns the lines of a funnel plot around a target share, for the given
// numbers looked at.
func Funnel(target float64, ns ...int64) ([]FunnelPoint, error) {
	points := make([]FunnelPoint, len(ns))
	for i, n := range ns {
		warning, err := FunnelLimits(target, n, warningLevel)
		if err != nil {
			return nil, err
		}
		alarm, err := FunnelLimits(target, n, alarmLevel)
		if err != nil {
			return nil, err
		}
		points[i] = FunnelPoint{n, warning, alarm}
	}
	return points, nil
}

// FunnelLimits returns between which shares so many looked at lie with the
// confidence, if the target is true: exact binomial limits, interpolated so that
// they do not jump (Spiegelhalter, Funnel plots for comparing institutional
// performance, Statistics in Medicine 24 (2005) 1185-1202, appendix A.1.1).
func FunnelLimits(target float64, n int64, confidence float64) (feedback.Interval, error) {
	var c check
	if !(target >= 0 && target <= 1) {
		c.Failf("target", number(target), "is not 0 to 1")
	}
	if n < 1 || n > maxFunnel {
		c.Failf("n", number(float64(n)), "is not 1 to %d", maxFunnel)
	}
	if !(confidence > 0 && confidence < 1) {
		c.Failf("confidence", number(confidence), "is not between 0 and 1")
	}
	if err := c.Err(); err != nil {
		return feedback.Interval{}, err
	}
	tail := (1 - confidence) / 2
	return feedback.Interval{Low: funnelLine(target, n, tail), High: funnelLine(target, n, 1-tail)}, nil
}

// funnelLine finds the least count r with P(R <= r) above p, and goes back from
// it as far as p lies below that chance.
func funnelLine(target float64, n int64, p float64) float64 {
	if target == 0 || target == 1 {
		return target
	}
	cdf := func(r int64) float64 { return stat.BinomialCDF(float64(r), float64(n), target) }
	low, high := int64(0), n
	for low < high {
		if r := low + (high-low)/2; cdf(r) > p {
			high = r
		} else {
			low = r + 1
		}
	}
	back := 0.0
	if at, below := cdf(low), cdf(low-1); at > below {
		back = (at - p) / (at - below)
	}
	return min(1, max(0, (float64(low)-back)/float64(n)))
}

// chance is so many looked at of one stratum, and how often these are good on
// average.
type chance struct {
	n     int64
	share float64
}

// chances are those of a unit's cases, by what all units together had.
func chances(unit, mix map[string]feedback.Proportion) []chance {
	var parts []chance
	for _, name := range sortedKeys(unit) {
		if n := unit[name].N; n > 0 {
			parts = append(parts, chance{n, float64(mix[name].Good) / float64(mix[name].N)})
		}
	}
	return parts
}

// maxExact is up to how many looked at, in several strata, their distribution is
// worked out term by term.
const maxExact = 4000

// beyond returns how often chance leads at least as far from what is expected as
// good, on either side: twice the smaller tail. The distribution is binomial,
// and with several strata the sum of binomials, worked out exactly; of very many
// it is normal with the correction for continuity.
func beyond(parts []chance, good int64) float64 {
	var n int64
	mean, variance := 0.0, 0.0
	for _, p := range parts {
		n += p.n
		mean += float64(p.n) * p.share
		variance += float64(p.n) * p.share * (1 - p.share)
	}
	var under, over float64 // at most good, at least good
	switch {
	case variance == 0:
		return 1 // all or nothing, and so it came
	case len(parts) == 1:
		under = stat.BinomialCDF(float64(good), float64(n), parts[0].share)
		over = 1 - stat.BinomialCDF(float64(good-1), float64(n), parts[0].share)
	case n <= maxExact:
		under, over = tails(parts, good)
	default:
		sd := math.Sqrt(variance)
		under = stat.NormalCDF((float64(good) + 0.5 - mean) / sd)
		over = stat.NormalCDF((mean - float64(good) + 0.5) / sd)
	}
	return min(1, max(0, 2*min(under, over)))
}

// tails convolves the strata.
func tails(parts []chance, good int64) (float64, float64) {
	dist := []float64{1}
	for _, p := range parts {
		dist = convolve(dist, binomial(p))
	}
	var under, over float64
	for i, v := range dist {
		if int64(i) <= good {
			under += v
		}
		if int64(i) >= good {
			over += v
		}
	}
	return under, over
}

// binomial returns the chances of 0 to n good ones.
func binomial(p chance) []float64 {
	list := make([]float64, p.n+1)
	if p.share <= 0 || p.share >= 1 {
		list[int64(math.Round(p.share))*p.n] = 1
		return list
	}
	whole, _ := math.Lgamma(float64(p.n) + 1)
	for i := range list {
		k, rest := float64(i), float64(p.n)-float64(i)
		one, _ := math.Lgamma(k + 1)
		other, _ := math.Lgamma(rest + 1)
		list[i] = math.Exp(whole - one - other + k*math.Log(p.share) + rest*math.Log1p(-p.share))
	}
	return list
}

func convolve(a, b []float64) []float64 {
	sum := make([]float64, len(a)+len(b)-1)
	for i, x := range a {
		if x == 0 {
			continue
		}
		for j, y := range b {
			sum[i+j] += x * y
		}
	}
	return sum
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
