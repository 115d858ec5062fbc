package loyalty_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

// drawnCustomers lets customers of a model live, purchase by purchase, and
// returns what is seen of them until an age, and how often they buy in the time
// after it.
func drawnCustomers(m loyalty.BGNBD, n int, age, after float64) ([]loyalty.Purchases, int) {
	random := rand.New(rand.NewPCG(1, 2))
	gamma := func(shape float64) float64 { // Marsaglia and Tsang, with their boost below 1
		boost := 1.0
		if shape < 1 {
			boost = math.Pow(random.Float64(), 1/shape)
			shape++
		}
		d := shape - 1.0/3
		for {
			z := random.NormFloat64()
			v := math.Pow(1+z/math.Sqrt(9*d), 3)
			if v > 0 && math.Log(random.Float64()) < z*z/2+d-d*v+d*math.Log(v) {
				return boost * d * v
			}
		}
	}
	list, later := make([]loyalty.Purchases, n), 0
	for i := range list {
		rate, one := gamma(m.R)/m.Alpha, gamma(m.A)
		p := one / (one + gamma(m.B))
		list[i].Age = age
		for at := random.ExpFloat64() / rate; at <= age+after; at += random.ExpFloat64() / rate {
			if at <= age {
				list[i].Frequency++
				list[i].Recency = at
			} else {
				later++
			}
			if random.Float64() < p {
				break
			}
		}
	}
	return list, later
}

// TestFit: customers drawn from a model, purchase by purchase and not by its
// formulas, give the model back, and it foretells what they buy next.
func TestFit(t *testing.T) {
	t.Parallel()
	truth := loyalty.BGNBD{R: 0.8, Alpha: 6, A: 0.8, B: 2.5}
	customers, later := drawnCustomers(truth, 6000, 40, 40)
	m, err := loyalty.FitBGNBD(customers)
	require.NoError(t, err)
	assert.InEpsilon(t, truth.R/truth.Alpha, m.R/m.Alpha, 0.1)
	assert.InEpsilon(t, truth.A/(truth.A+truth.B), m.A/(m.A+m.B), 0.15)
	best, err := m.LogLikelihood(customers)
	require.NoError(t, err)
	for _, other := range []loyalty.BGNBD{
		truth, {m.R * 1.02, m.Alpha, m.A, m.B}, {m.R, m.Alpha * 0.98, m.A, m.B}, {m.R, m.Alpha, m.A * 1.02, m.B}, {m.R, m.Alpha, m.A, m.B * 0.98},
	} {
		less, err := other.LogLikelihood(customers)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, best, less)
	}
	foretold := 0.0
	for _, p := range customers {
		n, err := m.Expected(p, 40)
		require.NoError(t, err)
		foretold += n
	}
	assert.InEpsilon(t, later, foretold, 0.1)
}

// TestFitRefuses: who cannot be told apart gives no model.
func TestFitRefuses(t *testing.T) {
	t.Parallel()
	for name, customers := range map[string][]loyalty.Purchases{
		"nobody": nil, "one": {{1, 1, 2}}, "none came back": {{0, 0, 5}, {0, 0, 6}}, "all came back": {{1, 2, 5}, {1, 2, 6}},
		"impossible": {{0, 0, 5}, {1, 9, 5}}, "no time": {{0, 0, 0}, {1, 0, 0}},
	} {
		_, err := loyalty.FitBGNBD(customers)
		require.ErrorIs(t, err, feedback.ErrInvalid, name)
	}
	_, err := loyalty.BGNBD{}.LogLikelihood([]loyalty.Purchases{{1, 1, 2}})
	require.ErrorIs(t, err, feedback.ErrInvalid)
}
