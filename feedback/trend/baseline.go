package trend

import (
	"fmt"
	"math"
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// Baseline is what a share was while all was as it should be. It is frozen:
// store it, and make a new one when the process has changed for good.
type Baseline struct {
	Answers feedback.Proportion `json:"answers"`
}

// Freeze returns the baseline of some points: all their answers together. It is
// not ok where there is none.
func Freeze(points []feedback.Proportion) (Baseline, bool, error) {
	var b Baseline
	for i, p := range points {
		if err := checkShare(i, p); err != nil {
			return Baseline{}, false, err
		}
		if p.N > math.MaxInt64-b.Answers.N {
			return Baseline{}, false, fault(fmt.Sprintf("points[%d]", i), float64(p.N), "is too much together with the others")
		}
		b.Answers.Good, b.Answers.N = b.Answers.Good+p.Good, b.Answers.N+p.N
	}
	return b, b.Answers.N > 0, nil
}

// Share returns the share of good answers; NaN without any.
func (b Baseline) Share() float64 { return float64(b.Answers.Good) / float64(b.Answers.N) }

func (b Baseline) check() error {
	if b.Answers.N <= 0 || b.Answers.Good < 0 || b.Answers.Good > b.Answers.N {
		return fault("baseline", float64(b.Answers.N), "has no share")
	}
	return nil
}

// Observations turns shares into what [EWMA] and [CUSUM] look at, with the
// deviation that each would have under the baseline by its number of answers.
func (b Baseline) Observations(points []feedback.Proportion) ([]Observation, error) {
	if err := b.check(); err != nil {
		return nil, err
	}
	list := make([]Observation, len(points))
	for i, p := range points {
		if err := checkShare(i, p); err != nil {
			return nil, err
		}
		if p.N > 0 {
			n := float64(p.N)
			list[i] = Observation{OK: true, X: float64(p.Good) / n, Sigma: math.Sqrt(b.Share() * (1 - b.Share()) / n)}
		}
	}
	return list, nil
}

func checkShare(i int, p feedback.Proportion) error {
	if p.N < 0 || p.Good < 0 || p.Good > p.N {
		return fault(fmt.Sprintf("points[%d]", i), float64(p.Good), "is not from 0 to "+strconv.FormatInt(p.N, 10))
	}
	return nil
}

func fault(path string, value float64, reason string) error {
	return &feedback.Fault{Path: path, Value: strconv.FormatFloat(value, 'g', -1, 64), Reason: reason}
}

// Observation is one value of a chart, with its own standard deviation. It is
// not OK where there is none: that moves nothing.
type Observation struct {
	OK    bool
	X     float64
	Sigma float64
}

func checkObservations(list []Observation) error {
	for i, o := range list {
		if o.OK && (math.IsNaN(o.X) || math.IsInf(o.X, 0)) {
			return fault(fmt.Sprintf("observations[%d].x", i), o.X, "is no number")
		}
		if o.OK && !(o.Sigma >= 0 && o.Sigma < math.Inf(1)) {
			return fault(fmt.Sprintf("observations[%d].sigma", i), o.Sigma, "is no deviation")
		}
	}
	return nil
}
