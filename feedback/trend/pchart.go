package trend

import (
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Direction is where a signal lies. Whether that is good or bad is for the
// reader of the figure to say.
type Direction string

// The directions. A point without a signal has the empty one.
const (
	High Direction = "high"
	Low  Direction = "low"
)

// outside says on which side of the limits a value lies.
func outside(v, low, high float64) Direction {
	switch {
	case v > high:
		return High
	case v < low:
		return Low
	default:
		return ""
	}
}

// PChart is a Shewhart chart of shares: each point stands alone, within limits
// of Sigma standard deviations for its own number of answers (Montgomery,
// Introduction to Statistical Quality Control, chapter 7).
type PChart struct {
	Baseline Baseline `json:"baseline"`
	Sigma    float64  `json:"sigma"` // usually 3
}

// SharePoint is one point of a p-chart. Without answers it is not OK.
type SharePoint struct {
	OK     bool      `json:"ok"`
	P      float64   `json:"p"`
	LCL    float64   `json:"lcl"` // limits, within 0 and 1
	UCL    float64   `json:"ucl"`
	Signal Direction `json:"signal,omitempty"`
	// FalseAlarm is how likely such a point lies outside its limits although
	// nothing has changed: exactly, by the binomial distribution.
	FalseAlarm float64 `json:"false_alarm"`
}

// Run looks at points. A value that cannot be used is a feedback.Fault.
func (c PChart) Run(points []feedback.Proportion) ([]SharePoint, error) {
	if err := c.Baseline.check(); err != nil {
		return nil, err
	}
	if !(c.Sigma > 0 && c.Sigma <= 10) {
		return nil, fault("sigma", c.Sigma, "is not above 0 and up to 10")
	}
	mean := c.Baseline.Share()
	list := make([]SharePoint, len(points))
	for i, p := range points {
		if err := checkShare(i, p); err != nil {
			return nil, err
		}
		if p.N == 0 {
			continue
		}
		n := float64(p.N)
		half := c.Sigma * math.Sqrt(mean*(1-mean)/n)
		out := SharePoint{OK: true, P: float64(p.Good) / n, LCL: max(0, mean-half), UCL: min(1, mean+half)}
		out.Signal = outside(out.P, out.LCL, out.UCL)
		out.FalseAlarm = beyond(n, mean, out.LCL, out.UCL)
		list[i] = out
	}
	return list, nil
}

// beyond is how likely a share of n lies below low or above high.
func beyond(n, mean, low, high float64) float64 {
	under := math.Ceil(low*n) - 1  // the most good answers below the limit
	within := math.Floor(high * n) // the most that are not above the other
	return min(1, max(0, stat.BinomialCDF(under, n, mean)+1-stat.BinomialCDF(within, n, mean)))
}
