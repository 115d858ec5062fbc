package loyalty

import (
	"fmt"
	"math"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// MaxFit is the most customers that [FitBGNBD] takes; a sample does as well.
const MaxFit = 200_000

// FitBGNBD estimates the model from customers who were drawn without regard to
// how they went on, by maximum likelihood. It takes hundreds of customers to say
// anything. A value that cannot be used is a feedback.Fault, and so are customers
// of whom none, or every one, came back, and a search that comes to no end.
func FitBGNBD(customers []Purchases) (BGNBD, error) {
	if n := len(customers); n < 2 || n > MaxFit {
		return BGNBD{}, fault("customers", float64(n), fmt.Sprintf("are not 2 to %d", MaxFit))
	}
	back, age := 0, 0.0
	for i, p := range customers {
		if err := p.check(); err != nil {
			return BGNBD{}, fmt.Errorf("customers[%d]: %w", i, err)
		}
		if p.Frequency > 0 {
			back++
		}
		age = max(age, p.Age)
	}
	if back == 0 || back == len(customers) || age == 0 {
		return BGNBD{}, fault("customers", float64(back), "came back: the model needs some who did, and some who did not")
	}
	// In units of the longest age, and over logarithms, since all are positive.
	model := func(at []float64) BGNBD {
		return BGNBD{R: math.Exp(at[0]), Alpha: age * math.Exp(at[1]), A: math.Exp(at[2]), B: math.Exp(at[3])}
	}
	at, ok := stat.Minimum(func(at []float64) float64 {
		for _, v := range at {
			if math.Abs(v) > farthest {
				return math.Inf(1)
			}
		}
		return -model(at).logLikelihood(customers) / float64(len(customers))
	}, []float64{-0.5, -1, -0.5, 0.5}, 0.3)
	if !ok {
		return BGNBD{}, &feedback.Fault{Path: "customers", Reason: "do not tell how they differ: the search has no end"}
	}
	return model(at), nil
}

// farthest keeps the search where parameters mean something: e^12 is 160,000.
const farthest = 12

// LogLikelihood returns how likely the purchases are under the model, as a
// logarithm: the larger, the better it fits.
func (m BGNBD) LogLikelihood(customers []Purchases) (float64, error) {
	for i, p := range customers {
		if err := m.check(p); err != nil {
			return 0, fmt.Errorf("customers[%d]: %w", i, err)
		}
	}
	return m.logLikelihood(customers), nil
}

// logLikelihood is equation (6) of the paper, with the two ways of having
// bought so often added up as logarithms.
func (m BGNBD) logLikelihood(customers []Purchases) float64 {
	none := logGamma(m.A+m.B) - logGamma(m.B) - logGamma(m.R) + m.R*math.Log(m.Alpha)
	sum := 0.0
	for _, p := range customers {
		x := float64(p.Frequency)
		sum += none + logGamma(m.R+x) + logGamma(m.B+x) - logGamma(m.A+m.B+x)
		there := -(m.R + x) * math.Log(m.Alpha+p.Age)
		if p.Frequency > 0 {
			gone := math.Log(m.A) - math.Log(m.B+x-1) - (m.R+x)*math.Log(m.Alpha+p.Recency)
			there = max(there, gone) + math.Log1p(math.Exp(-math.Abs(there-gone)))
		}
		sum += there
	}
	return sum
}

func logGamma(v float64) float64 {
	l, _ := math.Lgamma(v)
	return l
}
