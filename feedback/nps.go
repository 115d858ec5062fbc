package feedback

import (
	"math"
	"math/bits"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// NPSMethod is how the interval of a net score is made. The empty one is
// [AdjustedWald].
type NPSMethod string

// The methods. Those of Wald and t and AdjustedWald may reach beyond -100 and
// 100; [Interval.Clamp] is for showing them.
const (
	// AdjustedWald adds 3/4 of a good, 3/2 of a neutral and 3/4 of a bad answer:
	// Rocks, Interval estimation for the "net promoter score", The American
	// Statistician 70 (2016) 365-372. It is the default.
	AdjustedWald NPSMethod = "adjusted_wald"
	// NPSScore is the score interval of a difference of paired shares: Tango,
	// Equivalence test and confidence interval for the difference in proportions
	// for the paired-sample design, Statistics in Medicine 17 (1998) 891-908. It
	// holds the estimate and keeps within -100 and 100.
	NPSScore NPSMethod = "score"
	// NPSWald and NPSt are there to compare others' figures with: both are too
	// sure of themselves where answers are few or alike.
	NPSWald NPSMethod = "wald"
	NPSt    NPSMethod = "t"
)

// Net is a count of good, neutral and bad answers: promoters, passives and
// detractors, or those to whom it was easy and those to whom it was not.
type Net struct {
	Good    int64 `json:"good"`
	Neutral int64 `json:"neutral"`
	Bad     int64 `json:"bad"`
}

// N returns how many answers there are.
func (c Net) N() int64 { return c.Good + c.Neutral + c.Bad }

// valid reports whether the score is defined.
func (c Net) valid() bool {
	return c.Good >= 0 && c.Neutral >= 0 && c.Bad >= 0 && c.Good <= math.MaxInt64-c.Neutral &&
		c.Good+c.Neutral <= math.MaxInt64-c.Bad && c.N() > 0
}

// value is the score on -1 to 1.
func (c Net) value() float64 { return float64(c.Good-c.Bad) / float64(c.N()) }

// Variance returns the variance of one answer, as 1, 0 or -1 for good, neutral
// or bad: p+d-(p-d)^2. It is not ok without answers.
func (c Net) Variance() (float64, bool) {
	if !c.valid() {
		return 0, false
	}
	return variance(float64(c.Good), float64(c.Bad), float64(c.N())), true
}

func variance(good, bad, n float64) float64 {
	p, d := good/n, bad/n
	return max(0, p+d-(p-d)*(p-d))
}

// Score returns the net score in points, from -100 to 100: the share of good
// answers less that of bad ones. It is not OK without answers or with a count
// below 0.
func (c Net) Score(method NPSMethod, level Level) Estimate {
	if !c.valid() {
		return Estimate{}
	}
	return Estimate{true, c.value(), c.interval(method, level), c.N()}.scaled(100, 0)
}

func (c Net) interval(method NPSMethod, level Level) Interval {
	n := float64(c.N())
	se := math.Sqrt(variance(float64(c.Good), float64(c.Bad), n) / n)
	switch method {
	case NPSScore:
		return c.score(level.z())
	case NPSWald:
		return around(c.value(), level.z()*se)
	case NPSt:
		if c.N() == 1 {
			return Interval{-1, 1} // one answer says nothing of how they differ
		}
		// The sample variance divides by n-1.
		return around(c.value(), stat.TQuantile(level.upper(), n-1)*se*math.Sqrt(n/(n-1)))
	case AdjustedWald:
	}
	middle, se := c.adjusted()
	return around(middle, level.z()*se)
}

// adjusted returns the score with Rocks' pseudo-counts, and its standard error.
func (c Net) adjusted() (float64, float64) {
	const one, all = 0.75, 3
	good, bad, n := float64(c.Good)+one, float64(c.Bad)+one, float64(c.N())+all
	return (good - bad) / n, math.Sqrt(variance(good, bad, n) / n)
}

// score finds both ends of the score interval, where the test of Tango turns,
// by halving: the statistic falls with the difference.
func (c Net) score(z float64) Interval {
	i := Interval{-1, 1}
	if at := c.value(); at > -1 {
		i.Low = halve(-1, at, func(d float64) bool { return c.tango(d) > z })
	}
	if at := c.value(); at < 1 {
		i.High = halve(at, 1, func(d float64) bool { return c.tango(d) >= -z })
	}
	return i
}

// halve returns the value between low and high up to which is holds.
func halve(low, high float64, is func(float64) bool) float64 {
	for {
		middle := low + (high-low)/2
		if middle <= low || middle >= high {
			return middle
		}
		if is(middle) {
			low = middle
		} else {
			high = middle
		}
	}
}

// tango is how many standard errors the score lies above delta, under the most
// likely shares of which delta is the difference.
func (c Net) tango(delta float64) float64 {
	if delta < 0 { // mirrored, where nothing below takes like from like
		return -Net{Good: c.Bad, Neutral: c.Neutral, Bad: c.Good}.tango(-delta)
	}
	n, good, bad := float64(c.N()), float64(c.Good), float64(c.Bad)
	b := (2*n-good+bad)*delta - good - bad
	k := -bad * delta * (1 - delta)
	root := math.Sqrt(max(0, b*b-8*n*k))
	q := (root - b) / (4 * n)
	if b > 0 { // the same, without taking like from like
		q = -2 * k / (root + b)
	}
	se := math.Sqrt(max(0, n*(2*q+delta*(1-delta))))
	if se == 0 {
		return math.Inf(int(math.Copysign(1, c.value()-delta)))
	}
	return (good - bad - n*delta) / se
}

// Points returns the score in whole points for display, rounded from the exact
// fraction with halves away from zero. It is not ok without answers.
func (c Net) Points() (int, bool) {
	if !c.valid() {
		return 0, false
	}
	difference, sign := c.Good-c.Bad, 1
	if difference < 0 {
		difference, sign = -difference, -1
	}
	return sign * int(hundredths(uint64(difference), uint64(c.N()))), true //nolint:gosec // both are at least 0
}

// hundredths rounds 100*part/whole, halves up; part is at most whole.
func hundredths(part, whole uint64) uint64 {
	high, low := bits.Mul64(part, 200)
	low, carry := bits.Add64(low, whole, 0)
	twice, _ := bits.Div64(high+carry, low, whole) // the quotient is at most 201
	return twice / 2
}

// Percent returns the proportion in whole per cent for display, rounded from the
// exact fraction with halves up. It is not ok where there is no share.
func (p Proportion) Percent() (int, bool) {
	if p.N <= 0 || p.Good < 0 || p.Good > p.N {
		return 0, false
	}
	return int(hundredths(uint64(p.Good), uint64(p.N))), true //nolint:gosec // both are at least 0, the result at most 100
}
