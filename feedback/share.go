package feedback

import (
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// ShareMethod is how the interval of a share is made. The empty one is
// [Wilson].
type ShareMethod string

// The methods. See Brown, Cai, DasGupta, Interval estimation for a binomial
// proportion, Statistical Science 16 (2001) 101-133. The textbook interval
// (Wald) is not among them: at shares near 0 or 1 it misses far too often.
const (
	Wilson         ShareMethod = "wilson"          // the score interval; the default
	AgrestiCoull   ShareMethod = "agresti_coull"   // a little wider, as easy as Wald
	Jeffreys       ShareMethod = "jeffreys"        // Bayesian; short; exact ends at 0 and 1
	ClopperPearson ShareMethod = "clopper_pearson" // never less sure than it says, and so wide
)

// Proportion is so many of so many.
type Proportion struct {
	Good int64 `json:"good"`
	N    int64 `json:"n"`
}

// check says what no proportion can be.
func (p Proportion) check(c *check, path string) {
	if p.Good < 0 || p.Good > p.N {
		c.fail(path+".good", strconv.FormatInt(p.Good, 10), "is not from 0 to n")
	}
	if p.N < 0 {
		c.fail(path+".n", strconv.FormatInt(p.N, 10), "is below 0")
	}
}

// share is the proportion as a fraction; n must not be 0.
func (p Proportion) share() float64 { return float64(p.Good) / float64(p.N) }

// Share returns the proportion as a fraction from 0 to 1 with its interval,
// which holds it and keeps within 0 and 1. It is not OK where N is 0 or Good not
// from 0 to N.
func (p Proportion) Share(method ShareMethod, level Level) Estimate {
	if p.N <= 0 || p.Good < 0 || p.Good > p.N {
		return Estimate{}
	}
	share := p.share()
	i := p.interval(method, level)
	// Rounding must not part an interval from its estimate.
	i = Interval{min(max(i.Low, 0), share), max(min(i.High, 1), share)}
	if p.Good == 0 {
		i.Low = 0
	}
	if p.Good == p.N {
		i.High = 1
	}
	return Estimate{true, share, i, p.N}
}

func (p Proportion) interval(method ShareMethod, level Level) Interval {
	good, n := float64(p.Good), float64(p.N)
	upper := level.upper()
	switch method {
	case AgrestiCoull:
		z := level.z()
		more := n + z*z
		middle := (good + z*z/2) / more
		return around(middle, z*math.Sqrt(middle*(1-middle)/more))
	case Jeffreys:
		a, b := good+0.5, n-good+0.5
		return Interval{stat.BetaQuantile(1-upper, a, b), stat.BetaQuantile(upper, a, b)}
	case ClopperPearson:
		i := Interval{0, 1}
		if p.Good > 0 {
			i.Low = stat.BetaQuantile(1-upper, good, n-good+1)
		}
		if p.Good < p.N {
			i.High = stat.BetaQuantile(upper, good+1, n-good)
		}
		return i
	case Wilson:
	}
	low, high := stat.Wilson(p.Good, p.N, level.Confidence())
	return Interval{low, high}
}
