package feedback

import (
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// maxSample bounds what a study is planned for.
const maxSample = 1 << 53

// ShareTest is a planned comparison of two shares: what they are thought to be,
// how often a difference may be seen where there is none (Alpha, two-sided, as
// 0.05), and how often it has to be seen where there is one (Power, as 0.8).
type ShareTest struct {
	P1, P2 float64
	Alpha  float64
	Power  float64
}

func (t ShareTest) check(power bool) error {
	var c check
	unit := func(path string, v float64, ends bool) {
		if !(v > 0 && v < 1) && !(ends && (v == 0 || v == 1)) {
			c.fail(path, strconv.FormatFloat(v, 'g', -1, 64), "is not between 0 and 1")
		}
	}
	unit("p1", t.P1, true)
	unit("p2", t.P2, true)
	unit("alpha", t.Alpha, false)
	if power {
		unit("power", t.Power, false)
	}
	if t.P1 == t.P2 {
		c.fail("p2", strconv.FormatFloat(t.P2, 'g', -1, 64), "is p1: there is no difference to find")
	}
	return c.err()
}

// deviations returns the standard deviation of the difference, for one answer
// in each group, where there is none and where there is one.
func (t ShareTest) deviations() (float64, float64) {
	mean := (t.P1 + t.P2) / 2
	return math.Sqrt(2 * mean * (1 - mean)), math.Sqrt(t.P1*(1-t.P1) + t.P2*(1-t.P2))
}

// SampleSize returns how many answers each group needs (Fleiss, Statistical
// Methods for Rates and Proportions, 1981, without continuity correction).
func (t ShareTest) SampleSize() (int64, error) {
	if err := t.check(true); err != nil {
		return 0, err
	}
	none, some := t.deviations()
	root := (stat.NormalQuantile(1-t.Alpha/2)*none + stat.NormalQuantile(t.Power)*some) / (t.P1 - t.P2)
	return wholeSample(root * root)
}

// PowerOf returns how often the difference is seen with so many answers in each
// group; Power of t is not looked at.
func (t ShareTest) PowerOf(n int64) (float64, error) {
	if err := t.check(false); err != nil {
		return 0, err
	}
	if n < 1 {
		return 0, &Fault{Path: "n", Value: strconv.FormatInt(n, 10), Reason: "is below 1"}
	}
	none, some := t.deviations()
	reach := math.Abs(t.P1-t.P2)*math.Sqrt(float64(n)) - stat.NormalQuantile(1-t.Alpha/2)*none
	if some == 0 {
		return 1, nil // 0 against 1: one look is enough
	}
	return stat.NormalCDF(reach / some), nil
}

// NetSampleSize returns how many answers it takes until the interval of a net
// score is half so wide as given on either side, on the scale of -1 to 1: 0.05
// is 5 points. variance is that of [Net.Variance]; 1 is the worst.
func NetSampleSize(half, variance float64, level Level) (int64, error) {
	var c check
	if !(half > 0 && half <= 1) {
		c.fail("half", strconv.FormatFloat(half, 'g', -1, 64), "is not above 0 and up to 1")
	}
	if !(variance >= 0 && variance <= 1) {
		c.fail("variance", strconv.FormatFloat(variance, 'g', -1, 64), "is not from 0 to 1")
	}
	if err := c.err(); err != nil {
		return 0, err
	}
	root := level.z() / half
	return wholeSample(variance * root * root)
}

// wholeSample rounds up: of half an answer nobody is surer.
func wholeSample(n float64) (int64, error) {
	n = math.Ceil(n)
	if !(n <= maxSample) {
		return 0, &Fault{Path: "n", Value: strconv.FormatFloat(n, 'g', 3, 64), Reason: "is more than 2^53 answers"}
	}
	return max(1, int64(n)), nil
}
