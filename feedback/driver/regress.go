package driver

import (
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// regress works out the standardised coefficients from the correlations: the
// normal equations in units of standard deviations.
func (r *Report) regress(corr []float64, opt Options) {
	k := len(r.Drivers)
	among, with := split(corr, k)
	inverse, ok := stat.InverseSymmetric(k, among)
	if !ok {
		r.warn(Inseparable, r.Drivers[firstDependent(among, k)].Name)
		return
	}
	weights := product(inverse, with)
	for i := range weights {
		r.R2 += weights[i] * with[i]
	}
	r.R2 = min(1, max(0, r.R2))
	freedom := float64(r.N) - float64(k) - 1
	r.Adjusted = 1 - (1-r.R2)*float64(r.N-1)/freedom
	t := stat.TQuantile(0.5+opt.Level.Confidence()/2, freedom)
	p := make([]float64, k)
	for i := range r.Drivers {
		d := &r.Drivers[i]
		d.Inflation = max(1, inverse[i*k+i])
		se := math.Sqrt((1 - r.R2) * d.Inflation / freedom)
		w := weights[i]
		d.Weight = feedback.Estimate{OK: true, Value: w, N: r.N, Interval: feedback.Interval{Low: w - t*se, High: w + t*se}}
		if se > 0 {
			d.P = stat.TTail(w/se, freedom)
		}
		p[i] = d.P
	}
	if adjusted, err := feedback.Adjust(p); err == nil {
		for i := range r.Drivers {
			r.Drivers[i].PHolm = adjusted.Holm[i]
		}
	}
	r.place(func(d *Driver) (float64, *int) { return d.Weight.Value, &d.ByWeight })
	r.relativeWeights(among, with)
	r.doubt(opt)
}

// split returns the correlations of drivers among each other, and with the
// outcome.
func split(corr []float64, k int) ([]float64, []float64) {
	among := make([]float64, 0, k*k)
	for i := 1; i <= k; i++ {
		among = append(among, corr[i*(k+1)+1:(i+1)*(k+1)]...)
	}
	return among, corr[1 : k+1]
}

// firstDependent finds the first driver that those before it make up.
func firstDependent(among []float64, k int) int {
	for size := 2; size < k; size++ {
		part := make([]float64, 0, size*size)
		for i := range size {
			part = append(part, among[i*k:i*k+size]...)
		}
		if _, ok := stat.InverseSymmetric(size, part); !ok {
			return size - 1
		}
	}
	return k - 1
}

func product(matrix, vector []float64) []float64 {
	n := len(vector)
	out := make([]float64, n)
	for i := range n {
		for j := range n {
			out[i] += matrix[i*n+j] * vector[j]
		}
	}
	return out
}

// relativeWeights takes the uncorrelated variables that are nearest to the
// drivers, and gives each driver back its part of what they explain.
func (r *Report) relativeWeights(among, with []float64) {
	k := len(with)
	root, ok := stat.RootSymmetric(k, among)
	if !ok {
		return
	}
	inverse, ok := stat.InverseSymmetric(k, root)
	if !ok {
		return
	}
	nearest := product(inverse, with)
	for i := range r.Drivers {
		for j := range k {
			r.Drivers[i].Importance += root[i*k+j] * root[i*k+j] * nearest[j] * nearest[j]
		}
	}
}

// doubt warns where the two readings disagree, or one of them is unsure.
func (r *Report) doubt(opt Options) {
	if 1-r.R2 < 1e-9 {
		r.warn(Perfect, "")
	}
	for i := range r.Drivers {
		d := &r.Drivers[i]
		if d.Inflation >= opt.MaxInflation {
			r.warn(Collinear, d.Name)
		}
		if d.Correlation.Value*d.Weight.Value < 0 {
			r.warn(Sign, d.Name)
		}
		if d.ByCorrelation != d.ByWeight {
			r.warn(Order, d.Name)
		}
		if !d.Correlation.Interval.Has(0) && d.Weight.Interval.Has(0) {
			r.warn(Lost, d.Name)
		}
	}
}
