package stat

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// NormalTail returns the chance that a standard normal deviate lies further
// from 0 than z, on either side: the two-sided p value of z.
func NormalTail(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// NormalCDF returns the chance that a standard normal deviate is at most z.
func NormalCDF(z float64) float64 { return math.Erfc(-z/math.Sqrt2) / 2 }

// The bounds beyond which the inverses of gonum lose digits.
const (
	largeFreedom = 1e5
	largeBeta    = 1e9
)

// TQuantile returns the deviate of Student's t with the degrees of freedom
// below which a share of p lies, for p between 0 and 1. Beyond 10^5 degrees it
// is the normal deviate with the first two terms of Fisher's expansion
// (Abramowitz and Stegun, 26.7.5), which is exact to the last digits there.
func TQuantile(p, freedom float64) float64 {
	if freedom <= largeFreedom {
		return distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(p)
	}
	z := NormalQuantile(p)
	first := (z*z*z + z) / 4
	second := (5*math.Pow(z, 5) + 16*z*z*z + 3*z) / 96
	return z + first/freedom + second/(freedom*freedom)
}

// BetaQuantile returns the value below which a share of p of the beta
// distribution lies, for p between 0 and 1 and positive a and b. Where both
// together exceed 10^9 it is the Wilson bound, from which it then differs by
// less than 10^-9.
func BetaQuantile(p, a, b float64) float64 {
	if a+b <= largeBeta {
		return distuv.Beta{Alpha: a, Beta: b}.Quantile(p)
	}
	z, share, n := NormalQuantile(p), a/(a+b), a+b
	centre := share + z*z/(2*n)
	spread := z * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	return (centre + spread) / (1 + z*z/n)
}

// ChiSquareTail returns the chance that chi-square with the degrees of freedom
// exceeds x.
func ChiSquareTail(x, freedom float64) float64 {
	return distuv.ChiSquared{K: freedom}.Survival(x)
}

// BinomialCDF returns the chance of at most k successes out of n trials with the
// chance p each; k below 0 has none.
func BinomialCDF(k, n, p float64) float64 {
	if k < 0 {
		return 0
	}
	if k >= n {
		return 1
	}
	return distuv.Binomial{N: n, P: p}.CDF(k)
}

// TTail returns the chance that Student's t with the degrees of freedom lies
// further from 0 than t, on either side: the two-sided p value of t.
func TTail(t, freedom float64) float64 {
	return 2 * distuv.StudentsT{Sigma: 1, Nu: freedom}.Survival(math.Abs(t))
}
