package driver

import (
	"cmp"
	"math"
	"slices"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Options say how moments are read.
type Options struct {
	// MinN is from how many customers on there are figures. Default: 50 + 8 for
	// each driver, and at least 104 and one for each (Green, How many subjects does
	// it take to do a regression analysis, Multivariate Behavioral Research 26
	// (1991) 499-510). Fewer than two more than drivers never do.
	MinN  int64
	Level feedback.Level
	// MaxInflation is from which variance inflation on a driver is called
	// collinear. Default 5: its interval is more than twice as wide as it would be
	// alone.
	MaxInflation float64
}

// WarningCode says why figures are not to be taken at their word.
type WarningCode string

// The codes.
const (
	TooFew      WarningCode = "too_few"     // customers: there are no figures
	NoSpread    WarningCode = "no_spread"   // all gave the same score, so nothing can go along with it
	Inseparable WarningCode = "inseparable" // it is made up of drivers before it: there are no weights
	Collinear   WarningCode = "collinear"   // it goes along with other drivers: its weight is unsure
	Sign        WarningCode = "sign"        // alone it moves the score one way, beside others the other way
	Order       WarningCode = "order"       // correlation and regression rank it differently
	Lost        WarningCode = "lost"        // alone it surely matters, beside others nobody can say
	Perfect     WarningCode = "perfect"     // all is explained: an outcome among its own drivers?
)

// Warning is one reason for doubt. Driver is empty where it is about all.
type Warning struct {
	Code   WarningCode `json:"code"`
	Driver string      `json:"driver,omitempty"`
}

// Text says it in a sentence, in German for "de" and its variants, else in
// English.
func (c WarningCode) Text(lang string) string {
	texts := map[WarningCode][2]string{
		TooFew:      {"Es haben zu wenige geantwortet.", "Too few have answered."},
		NoSpread:    {"Alle gaben denselben Wert.", "All gave the same score."},
		Inseparable: {"Der Treiber ergibt sich aus den anderen; Gewichte gibt es keine.", "The driver follows from the others; there are no weights."},
		Collinear:   {"Der Treiber hängt eng mit anderen zusammen; sein Gewicht ist unsicher.", "The driver goes along with others; its weight is unsure."},
		Sign: {
			"Korrelation und Regression widersprechen sich im Vorzeichen.",
			"Correlation and regression disagree in sign.",
		},
		Order: {
			"Korrelation und Regression ordnen den Treiber verschieden ein.",
			"Correlation and regression rank the driver differently.",
		},
		Lost: {
			"Allein ist der Zusammenhang sicher, neben den anderen Treibern nicht mehr.",
			"Alone the driver surely matters, beside the others that is not sure any more.",
		},
		Perfect: {"Alles ist erklärt: Steckt das Ergebnis unter den Treibern?", "All is explained: is the outcome among its drivers?"},
	}
	text, known := texts[c]
	switch {
	case !known:
		return string(c)
	case lang == "de" || len(lang) > 2 && lang[:3] == "de-":
		return text[0]
	default:
		return text[1]
	}
}

// Driver is what is known of one driver.
type Driver struct {
	Name string  `json:"name"`
	Mean float64 `json:"mean"`
	// Correlation is Pearson's with the outcome, with Fisher's interval.
	Correlation feedback.Estimate `json:"correlation"`
	// Weight is by how many standard deviations the outcome moves with one of the
	// driver, the others held still, with Student's interval (the standard
	// deviations taken as known). P is of no weight, PHolm corrected for the number
	// of drivers.
	Weight feedback.Estimate `json:"weight"`
	P      float64           `json:"p"`
	PHolm  float64           `json:"p_holm"`
	// Inflation is the variance inflation factor: by how much the variance of the
	// weight is larger than if the driver went along with no other. 1 is none.
	Inflation float64 `json:"inflation"`
	// Importance is the driver's part of what is explained, above 0; all of them
	// add up to R2 (Johnson, A heuristic method for estimating the relative weight
	// of predictor variables in multiple regression, Multivariate Behavioral
	// Research 35 (2000) 1-19).
	Importance float64 `json:"importance"`
	// The places of the driver by size of correlation and of weight, from 1; 0:
	// none.
	ByCorrelation int `json:"by_correlation"`
	ByWeight      int `json:"by_weight"`
}

// Report is what answers say of an outcome and its drivers, in the order in
// which they were named.
type Report struct {
	Outcome string   `json:"outcome"`
	N       int64    `json:"n"`
	Left    int64    `json:"left_out"` // did not answer everything
	Needed  int64    `json:"needed"`
	Drivers []Driver `json:"drivers"`
	// R2 is the share of the outcome's variance that all drivers explain
	// together, Adjusted the same without what chance explains.
	R2       float64   `json:"r2"`
	Adjusted float64   `json:"adjusted_r2"`
	Warnings []Warning `json:"warnings,omitempty"`
}

// Has reports whether a warning is there for a driver.
func (r *Report) Has(code WarningCode, driver string) bool {
	return slices.Contains(r.Warnings, Warning{code, driver})
}

func (r *Report) warn(code WarningCode, driver string) {
	r.Warnings = append(r.Warnings, Warning{code, driver})
}

// Analyse reads the moments. Where a figure cannot be had it is not OK, and a
// warning says why.
func (m *Moments) Analyse(opt Options) Report {
	k := len(m.names) - 1
	opt.MinN = max(cmp.Or(opt.MinN, int64(max(50+8*k, 104+k))), int64(k+2), 4)
	opt.MaxInflation = cmp.Or(opt.MaxInflation, 5)
	r := Report{Outcome: m.names[0], N: m.n, Left: m.left, Needed: opt.MinN, Drivers: make([]Driver, k)}
	for i := range r.Drivers {
		r.Drivers[i].Name = m.names[i+1]
		if m.n > 0 {
			r.Drivers[i].Mean = m.mean[i+1]
		}
	}
	if m.n < opt.MinN {
		r.warn(TooFew, "")
		return r
	}
	corr := m.correlations()
	for i := range m.names {
		if !m.varies(i) {
			r.warn(NoSpread, m.names[i])
		}
	}
	r.correlate(corr, opt.Level)
	if len(r.Warnings) == 0 {
		r.regress(corr, opt)
	}
	return r
}

// varies reports whether values differ by more than rounding.
func (m *Moments) varies(i int) bool {
	k := len(m.names)
	return m.products[i*k+i] > 1e-20*float64(m.n)*(1+m.mean[i]*m.mean[i])
}

// correlations returns the matrix of all, the outcome first.
func (m *Moments) correlations() []float64 {
	k := len(m.names)
	corr := make([]float64, k*k)
	for i := range k {
		for j := range k {
			switch {
			case i == j:
				corr[i*k+j] = 1
			case m.varies(i) && m.varies(j):
				low, high := min(i, j), max(i, j) // one sum for both
				v := m.products[low*k+high] / math.Sqrt(m.products[i*k+i]) / math.Sqrt(m.products[j*k+j])
				corr[i*k+j] = min(1, max(-1, v))
			}
		}
	}
	return corr
}

// correlate fills in the correlations and their order.
func (r *Report) correlate(corr []float64, level feedback.Level) {
	half := stat.NormalQuantile(0.5+level.Confidence()/2) / math.Sqrt(float64(r.N-3))
	for i := range r.Drivers {
		d := &r.Drivers[i]
		if r.Has(NoSpread, d.Name) || r.Has(NoSpread, r.Outcome) {
			continue
		}
		v := corr[i+1]
		z := math.Atanh(v) // of 1 it is infinite, and so are its bounds
		d.Correlation = feedback.Estimate{
			OK: true, Value: v, N: r.N, Interval: feedback.Interval{Low: math.Tanh(z - half), High: math.Tanh(z + half)},
		}
	}
	r.place(func(d *Driver) (float64, *int) { return d.Correlation.Value, &d.ByCorrelation })
}

// place numbers the drivers by size.
func (r *Report) place(of func(d *Driver) (float64, *int)) {
	order := make([]int, len(r.Drivers))
	for i := range order {
		order[i] = i
	}
	size := func(i int) float64 {
		v, _ := of(&r.Drivers[i])
		return math.Abs(v)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size(b), size(a)) })
	for place, i := range order {
		_, at := of(&r.Drivers[i])
		*at = place + 1
	}
}
