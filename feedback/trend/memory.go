package trend

import "math"

// EWMA is a chart of the exponentially weighted moving average (Roberts, Control
// chart tests based on geometric moving averages, Technometrics 1 (1959)). It
// starts at Mu.
type EWMA struct {
	Mu     float64 `json:"mu"`
	Lambda float64 `json:"lambda"` // weight of the newest, above 0 and up to 1; usually 0.1 to 0.3
	L      float64 `json:"l"`      // limits in standard deviations; usually 2.7 to 3
}

// AveragePoint is one point of an EWMA chart.
type AveragePoint struct {
	OK  bool    `json:"ok"`
	Z   float64 `json:"z"`
	LCL float64 `json:"lcl"` // exact limits: narrow at first
	UCL float64 `json:"ucl"`
	// What the limits become if all points had the deviation of this one.
	AsymptoticLCL float64   `json:"asymptotic_lcl"`
	AsymptoticUCL float64   `json:"asymptotic_ucl"`
	Signal        Direction `json:"signal,omitempty"`
}

func (c EWMA) check() error {
	switch {
	case math.IsNaN(c.Mu) || math.IsInf(c.Mu, 0):
		return fault("mu", c.Mu, "is no number")
	case !(c.Lambda > 0 && c.Lambda <= 1):
		return fault("lambda", c.Lambda, "is not above 0 and up to 1")
	case !(c.L > 0 && c.L <= 10):
		return fault("l", c.L, "is not above 0 and up to 10")
	}
	return nil
}

// Run looks at observations. One that is not OK leaves the average as it is.
func (c EWMA) Run(list []Observation) ([]AveragePoint, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := checkObservations(list); err != nil {
		return nil, err
	}
	points := make([]AveragePoint, len(list))
	z, variance := c.Mu, 0.0
	for i, o := range list {
		if !o.OK {
			continue
		}
		z = c.Lambda*o.X + (1-c.Lambda)*z
		variance = c.Lambda*c.Lambda*o.Sigma*o.Sigma + (1-c.Lambda)*(1-c.Lambda)*variance
		half := c.L * math.Sqrt(variance)
		end := c.L * o.Sigma * math.Sqrt(c.Lambda/(2-c.Lambda))
		points[i] = AveragePoint{
			OK: true, Z: z, LCL: c.Mu - half, UCL: c.Mu + half, AsymptoticLCL: c.Mu - end, AsymptoticUCL: c.Mu + end,
			Signal: outside(z, c.Mu-half, c.Mu+half),
		}
	}
	return points, nil
}

// CUSUM is the two-sided tabular chart of cumulative sums (Page, Continuous
// inspection schemes, Biometrika 41 (1954)). K and H have the unit of the
// observations, or with Standardized that of their standard deviations.
type CUSUM struct {
	Target       float64 `json:"target"`
	K            float64 `json:"k"` // slack; half the change to be found
	H            float64 `json:"h"` // decision limit
	Standardized bool    `json:"standardized,omitempty"`
}

// SumPoint is one point of a CUSUM chart.
type SumPoint struct {
	OK     bool      `json:"ok"`
	Hi     float64   `json:"hi"`
	Lo     float64   `json:"lo"`
	Signal Direction `json:"signal,omitempty"`
	// Since is the index of the observation after which the sum that is larger
	// was last 0: the likeliest begin of the change. -1 is before the first.
	Since int `json:"since"`
}

func (c CUSUM) check() error {
	switch {
	case math.IsNaN(c.Target) || math.IsInf(c.Target, 0):
		return fault("target", c.Target, "is no number")
	case !(c.K >= 0 && c.K < math.Inf(1)):
		return fault("k", c.K, "is below 0")
	case !(c.H > 0 && c.H < math.Inf(1)):
		return fault("h", c.H, "is not above 0")
	}
	return nil
}

// Run looks at observations. One that is not OK leaves the sums as they are, and
// with Standardized so does one without a deviation.
func (c CUSUM) Run(list []Observation) ([]SumPoint, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := checkObservations(list); err != nil {
		return nil, err
	}
	points := make([]SumPoint, len(list))
	var hi, lo float64
	hiSince, loSince := -1, -1
	for i, o := range list {
		if !o.OK || c.Standardized && o.Sigma == 0 {
			continue
		}
		off := o.X - c.Target
		if c.Standardized {
			off /= o.Sigma
		}
		if hi = max(0, hi+off-c.K); hi == 0 {
			hiSince = i
		}
		if lo = max(0, lo-off-c.K); lo == 0 {
			loSince = i
		}
		p := SumPoint{OK: true, Hi: hi, Lo: lo, Since: hiSince}
		if lo > hi {
			p.Since = loSince
		}
		if hi > c.H || lo > c.H {
			p.Signal = outside(hi-lo, 0, 0)
		}
		points[i] = p
	}
	return points, nil
}
