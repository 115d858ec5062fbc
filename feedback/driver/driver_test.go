package driver_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/driver"
)

// longley is the data set of Longley (JASA 62 (1967) 819-841), the usual trial
// for least squares: employment, and six series that go along with each other.
func longley() [][]float64 {
	return [][]float64{
		{60323, 83.0, 234289, 2356, 1590, 107608, 1947},
		{61122, 88.5, 259426, 2325, 1456, 108632, 1948},
		{60171, 88.2, 258054, 3682, 1616, 109773, 1949},
		{61187, 89.5, 284599, 3351, 1650, 110929, 1950},
		{63221, 96.2, 328975, 2099, 3099, 112075, 1951},
		{63639, 98.1, 346999, 1932, 3594, 113270, 1952},
		{64989, 99.0, 365385, 1870, 3547, 115094, 1953},
		{63761, 100.0, 363112, 3578, 3350, 116219, 1954},
		{66019, 101.2, 397469, 2904, 3048, 117388, 1955},
		{67857, 104.6, 419180, 2822, 2857, 118734, 1956},
		{68169, 108.4, 442769, 2936, 2798, 120445, 1957},
		{66513, 110.8, 444546, 4681, 2637, 121950, 1958},
		{68655, 112.6, 482704, 3813, 2552, 123366, 1959},
		{69564, 114.2, 502601, 3931, 2514, 125368, 1960},
		{69331, 115.7, 518173, 4806, 2572, 127852, 1961},
		{70551, 116.9, 554894, 4007, 2827, 130081, 1962},
	}
}

func gather(t require.TestingT, rows [][]float64, names ...string) *driver.Moments {
	m, err := driver.NewMoments("outcome", names...)
	require.NoError(t, err)
	for _, row := range rows {
		require.NoError(t, m.Add(row...))
	}
	return m
}

// The coefficients and errors are those that NIST certifies (Statistical
// Reference Datasets, Longley), times the standard deviations; the rest was
// worked out with NumPy, by singular values.
func TestLongley(t *testing.T) {
	t.Parallel()
	names := []string{"deflator", "gnp", "unemployed", "armed", "population", "year"}
	r := gather(t, longley(), names...).Analyse(driver.Options{MinN: 16})
	assert.InDelta(t, 0.995479004577296, r.R2, 1e-10)
	weights := []float64{0.04628202267090815, -1.0137463487145237, -0.5375425776393676, -0.20474069234425119, -0.10122111394585052, 2.4796643829468237}
	errs := []float64{0.26092602891578726, 0.9478549624643113, 0.12995334654369073, 0.042459833276708416, 0.447779700900047, 0.6174632518798202}
	corrs := []float64{0.970898525061056, 0.9835516111796694, 0.5024980838759942, 0.45730739997648173, 0.9603905715943756, 0.9713294591921188}
	vifs := []float64{135.53243828004787, 1788.5134827184918, 33.61889059605342, 3.5889301934455373, 399.15102231276273, 758.9805974068117}
	parts := []float64{0.21930326890115864, 0.22667672317268703, 0.06355210402567722, 0.04786009601646388, 0.21707657679152095, 0.22101023566978756}
	for i, d := range r.Drivers {
		assert.InDelta(t, weights[i], d.Weight.Value, 1e-7, d.Name)
		assert.InDelta(t, weights[i]-2.2621571627409915*errs[i], d.Weight.Interval.Low, 1e-6, d.Name)
		assert.InDelta(t, weights[i]+2.2621571627409915*errs[i], d.Weight.Interval.High, 1e-6, d.Name)
		assert.InDelta(t, corrs[i], d.Correlation.Value, 1e-12, d.Name)
		assert.InEpsilon(t, vifs[i], d.Inflation, 1e-6, d.Name)
		assert.InDelta(t, parts[i], d.Importance, 1e-7, d.Name)
	}
	assert.InDelta(t, 0.9160873006810236, r.Drivers[0].Correlation.Interval.Low, 1e-9)
	assert.InDelta(t, 0.9900925396072197, r.Drivers[0].Correlation.Interval.High, 1e-9)
	// The two readings could not disagree more.
	assert.True(t, r.Has(driver.Sign, "gnp") && r.Has(driver.Sign, "unemployed") && r.Has(driver.Sign, "population"))
	assert.True(t, r.Has(driver.Lost, "deflator") && r.Has(driver.Lost, "gnp"))
	assert.True(t, r.Has(driver.Order, "year") && r.Has(driver.Collinear, "gnp"))
	assert.False(t, r.Has(driver.Collinear, "armed"))
	assert.False(t, r.Has(driver.Sign, "year"))

	// 16 years are no survey: by default there are no figures.
	r = gather(t, longley(), names...).Analyse(driver.Options{})
	assert.Equal(t, []driver.Warning{{Code: driver.TooFew}}, r.Warnings)
	assert.EqualValues(t, 110, r.Needed)
	assert.False(t, r.Drivers[0].Correlation.OK || r.Drivers[0].Weight.OK)
}

// answers draws customers whose outcome depends on the drivers by the weights.
func answers(rng *rand.Rand, n int, weights ...float64) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		row := make([]float64, 1+len(weights))
		for j, w := range weights {
			row[j+1] = rng.NormFloat64()
			row[0] += w * row[j+1]
		}
		row[0] += rng.NormFloat64()
		rows[i] = row
	}
	return rows
}

// TestLaws: with one driver both readings are one; what is explained adds up;
// units make no difference; merged parts are the whole.
func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		k := rapid.IntRange(1, 5).Draw(t, "drivers")
		weights := make([]float64, k)
		for i := range weights {
			weights[i] = rapid.Float64Range(-2, 2).Draw(t, "weight")
		}
		rows := answers(rng, 200, weights...)
		names := []string{"a", "b", "c", "d", "e"}[:k]
		whole := gather(t, rows, names...)
		r := whole.Analyse(driver.Options{})
		require.True(t, r.R2 >= 0 && r.R2 <= 1 && r.Adjusted <= r.R2)
		sum := 0.0
		for _, d := range r.Drivers {
			sum += d.Importance
			require.True(t, d.Weight.Interval.Has(d.Weight.Value) && d.Correlation.Interval.Has(d.Correlation.Value))
			require.True(t, d.Inflation >= 1 && d.P <= d.PHolm && d.Importance >= 0)
			if k == 1 {
				require.InDelta(t, d.Correlation.Value, d.Weight.Value, 1e-12)
			}
		}
		require.InDelta(t, r.R2, sum, 1e-9)

		cut := rapid.IntRange(0, len(rows)).Draw(t, "cut")
		parts := gather(t, rows[:cut], names...)
		require.NoError(t, parts.Merge(gather(t, rows[cut:], names...)))
		same(t, r, parts.Analyse(driver.Options{}), 1)

		factor, shift := rapid.Float64Range(0.1, 100).Draw(t, "factor"), rapid.Float64Range(-1e4, 1e4).Draw(t, "shift")
		for _, row := range rows {
			row[1] = factor*row[1] + shift
		}
		same(t, r, gather(t, rows, names...).Analyse(driver.Options{}), 1)
		for _, row := range rows {
			row[1] = -row[1]
		}
		same(t, r, gather(t, rows, names...).Analyse(driver.Options{}), -1)
	})
}

// same compares reports; the first driver may have another sign.
func same(t require.TestingT, a, b driver.Report, sign float64) {
	require.Equal(t, a.N, b.N)
	require.InDelta(t, a.R2, b.R2, 1e-8)
	for i := range a.Drivers {
		require.InDelta(t, a.Drivers[i].Weight.Value, sign*b.Drivers[i].Weight.Value, 1e-8)
		require.InDelta(t, a.Drivers[i].Importance, b.Drivers[i].Importance, 1e-8)
		sign = 1
	}
}

// The intervals of weights hold the true ones in about 95 of 100 surveys, and
// tests of no weight call one by mistake in about 5.
func TestIntervalsHold(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 8))
	sd := math.Sqrt(1 + 0.4*0.4)
	const rounds = 400
	held, mistaken := 0, 0
	for range rounds {
		r := gather(t, answers(rng, 150, 0.4, 0), "a", "b").Analyse(driver.Options{})
		if r.Drivers[0].Weight.Interval.Has(0.4 / sd) {
			held++
		}
		if r.Drivers[1].P <= 0.05 {
			mistaken++
		}
	}
	assert.Greater(t, held, rounds*92/100)
	assert.Less(t, held, rounds*99/100)
	assert.InDelta(t, rounds*5/100, mistaken, 14)
}

// What cannot be had is not there, and a warning says why.
func TestWarnings(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 10))
	rows := answers(rng, 200, 1, 1, 0)
	for _, row := range rows {
		row[3] = row[1] + row[2]
	}
	r := gather(t, rows, "a", "b", "both").Analyse(driver.Options{})
	assert.Equal(t, []driver.Warning{{driver.Inseparable, "both"}}, r.Warnings)
	assert.True(t, r.Drivers[2].Correlation.OK)
	assert.False(t, r.Drivers[0].Weight.OK)

	for _, row := range rows {
		row[2] = 5
	}
	r = gather(t, rows, "a", "five", "c").Analyse(driver.Options{})
	assert.Equal(t, []driver.Warning{{driver.NoSpread, "five"}}, r.Warnings)
	assert.True(t, r.Drivers[0].Correlation.OK)
	assert.False(t, r.Drivers[1].Correlation.OK)

	for _, row := range rows {
		row[0], row[2] = 3*row[1]+1, rng.NormFloat64()
		row[3] = rng.NormFloat64()
	}
	r = gather(t, rows, "a", "b", "c").Analyse(driver.Options{})
	assert.True(t, r.Has(driver.Perfect, ""))
	_, err := json.Marshal(r)
	require.NoError(t, err)
	for _, w := range []driver.WarningCode{
		driver.TooFew, driver.NoSpread, driver.Inseparable, driver.Collinear, driver.Sign, driver.Order, driver.Lost, driver.Perfect,
	} {
		assert.NotEqual(t, w.Text("de"), w.Text("en"))
		assert.Equal(t, w.Text("de"), w.Text("de-CH"))
	}
	assert.Equal(t, "new", driver.WarningCode("new").Text("de"))
}

// Only those who answered everything are taken in.
func TestResponses(t *testing.T) {
	t.Parallel()
	m, err := driver.NewMoments("nps", "delivery", "service")
	require.NoError(t, err)
	at := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	whole := &feedback.Response{At: at, Answers: []feedback.Answer{{Question: "service", Score: 2}, {Question: "nps", Score: 9}, {Question: "delivery", Score: 5}}}
	skipped := &feedback.Response{At: at, Answers: []feedback.Answer{{Question: "nps", Score: 9}, {Question: "service", Skipped: true}, {Question: "delivery", Score: 4}}}
	require.NoError(t, m.AddResponses(func(yield func(*feedback.Response, error) bool) {
		_ = yield(whole, nil) && yield(skipped, nil) && yield(&feedback.Response{}, nil) && yield(whole, nil)
	}))
	n, left := m.N()
	assert.EqualValues(t, 2, n)
	assert.EqualValues(t, 2, left)
	assert.InDelta(t, 5, m.Analyse(driver.Options{}).Drivers[0].Mean, 0)
	broken := errors.New("broken")
	require.ErrorIs(t, m.AddResponses(func(yield func(*feedback.Response, error) bool) { yield(nil, broken) }), broken)
}

func TestRefuses(t *testing.T) {
	t.Parallel()
	for _, names := range [][]string{{}, {"a", "a"}, {"outcome"}, {""}, make([]string, 51)} {
		_, err := driver.NewMoments("outcome", names...)
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
	m := gather(t, nil, "a")
	for _, row := range [][]float64{{1}, {1, 2, 3}, {1, math.NaN()}, {math.Inf(1), 1}, {1e16, 0}} {
		require.ErrorIs(t, m.Add(row...), feedback.ErrInvalid)
	}
	require.ErrorIs(t, m.Merge(gather(t, nil, "b")), feedback.ErrInvalid)
	require.NoError(t, m.Merge(gather(t, nil, "a")))
	assert.Equal(t, []driver.Warning{{Code: driver.TooFew}}, m.Analyse(driver.Options{}).Warnings)
}

func BenchmarkAdd(b *testing.B) {
	m, err := driver.NewMoments("nps", "a", "b", "c", "d", "e", "f")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Add(9, 1, 2, 3, 4, 5, 4); err != nil {
			b.Fatal(err)
		}
	}
}
