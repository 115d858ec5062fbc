package loyalty_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

func lifetimes(times []float64, events []int) []loyalty.Lifetime {
	list := make([]loyalty.Lifetime, len(times))
	for i := range list {
		list[i] = loyalty.Lifetime{Time: times[i], Left: events[i] == 1}
	}
	return list
}

// TestReferenceCases runs the table that lies beside the package: Freireich's
// leukaemia data, the CDNOW parameters of Fader, Hardie and Lee, and others.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/loyalty.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID, Kind string
			Tol      float64
			Input    struct {
				Times, T1, T2                       []float64
				Events, E1, E2                      []int
				R, Alpha, A, B, Recency, T, Horizon float64
				Frequency                           int
				Start, Lost_of_start                int64
				Orders_per_customer                 []int64
			}
			Want struct {
				Rows []struct {
					T, Survival, SE, Loglog_lo, Loglog_hi float64
					At_risk, Events                       int
				}
				Median                                  *float64
				Observed1, Expected1, Variance, Chi2, P float64
				P_alive, Expected_purchases             float64
				Rate, Retention, Wilson_lo, Wilson_hi   float64
				Monthly_to_annual, Repeaters, Customers float64
				OrdersPerCustomer                       float64 `json:"orders_per_customer"`
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &table)) //nolint:musttag // names that fit need no tag
	require.NotEmpty(t, table.Cases)
	for _, c := range table.Cases {
		in, want := c.Input, c.Want
		near := func(want, got float64) { assert.InDelta(t, want, got, c.Tol, c.ID) }
		estimate := func(e feedback.Estimate) {
			near(want.Rate, e.Value)
			near(want.Wilson_lo, e.Interval.Low)
			near(want.Wilson_hi, e.Interval.High)
		}
		switch c.Kind {
		case "km":
			curve, err := loyalty.Survive(lifetimes(in.Times, in.Events), feedback.Level{})
			require.NoError(t, err)
			assert.Equal(t, want.Median, curve.Median)
			require.Len(t, curve.Steps, len(want.Rows))
			for i, row := range want.Rows {
				s := curve.Steps[i]
				assert.Equal(t, [2]int{row.At_risk, row.Events}, [2]int{s.AtRisk, s.Left}, c.ID)
				near(row.T, s.Time)
				near(row.Survival, s.Survival)
				near(row.SE, s.SE)
				near(row.Loglog_lo, s.Interval.Low)
				near(row.Loglog_hi, s.Interval.High)
			}
		case "logrank":
			r, ok, err := loyalty.LogRank(lifetimes(in.T1, in.E1), lifetimes(in.T2, in.E2))
			require.NoError(t, err)
			assert.True(t, ok)
			near(want.Observed1, r.Observed)
			near(want.Expected1, r.Expected)
			near(want.Variance, r.Variance)
			near(want.Chi2, r.ChiSquare)
			near(want.P, r.P)
		case "bgnbd":
			m, p := loyalty.BGNBD{in.R, in.Alpha, in.A, in.B}, loyalty.Purchases{in.Frequency, in.Recency, in.T}
			alive, err := m.Alive(p)
			require.NoError(t, err)
			near(want.P_alive, alive)
			expected, err := m.Expected(p, in.Horizon)
			require.NoError(t, err)
			near(want.Expected_purchases, expected)
		case "churn":
			got, err := loyalty.ChurnOf(in.Start, in.Lost_of_start, feedback.Level{})
			require.NoError(t, err)
			estimate(got.Rate)
			near(want.Retention, got.Retention.Value)
			near(want.Monthly_to_annual, got.Over(12).Value)
		case "repurchase":
			got, err := loyalty.RepurchaseOf(in.Orders_per_customer, feedback.Level{})
			require.NoError(t, err)
			estimate(got.Rate)
			mean, ok := got.OrdersPerCustomer()
			assert.True(t, ok)
			near(want.OrdersPerCustomer, mean)
			assert.Equal(t, [2]float64{want.Repeaters, want.Customers}, [2]float64{float64(got.Repeaters), float64(got.Customers)})
		default:
			t.Fatalf("kind %q", c.Kind)
		}
	}
}

func drawn(t *rapid.T, name string) []loyalty.Lifetime {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) loyalty.Lifetime {
		return loyalty.Lifetime{Time: float64(rapid.IntRange(0, 12).Draw(t, "time")), Left: rapid.Bool().Draw(t, "left")}
	}), 0, 40).Draw(t, name)
}

// TestSurvivalLaws: a curve falls, its intervals hold it, and where nobody is
// censored it is the share of those with a longer time.
func TestSurvivalLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := drawn(t, "list")
		if rapid.Bool().Draw(t, "all left") {
			for i := range list {
				list[i].Left = true
			}
		}
		curve, err := loyalty.Survive(list, feedback.Level{})
		require.NoError(t, err)
		last := 1.0
		for _, s := range curve.Steps {
			require.Less(t, s.Survival, last)
			last = s.Survival
			require.True(t, s.Interval.Low-1e-12 <= s.Survival && s.Survival <= s.Interval.High+1e-12, "%+v", s)
			require.True(t, 0 <= s.Interval.Low && s.Interval.High <= 1)
			at, ok := curve.At(s.Time)
			require.True(t, ok)
			require.InDelta(t, s.Survival, at, 0)
		}
		longer := func(time float64) float64 {
			n := 0
			for _, l := range list {
				if l.Time > time || !l.Left {
					n++
				}
			}
			return float64(n) / float64(len(list))
		}
		for time := range 14 {
			at, ok := curve.At(float64(time))
			require.Equal(t, len(list) > 0, ok)
			if ok {
				// Censoring can but lower it against those not known to have left.
				require.LessOrEqual(t, at, longer(float64(time))+1e-12)
				if !hasCensored(list) {
					require.InDelta(t, longer(float64(time)), at, 1e-12)
				}
			}
		}
	})
}

func hasCensored(list []loyalty.Lifetime) bool {
	for _, l := range list {
		if !l.Left {
			return true
		}
	}
	return false
}

// TestMedianOfAHalf: one half is reached also where its floats are a little
// above it.
func TestMedianOfAHalf(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 200; n += 2 {
		list := make([]loyalty.Lifetime, n)
		for i := range list {
			list[i] = loyalty.Lifetime{Time: float64(i + 1), Left: true}
		}
		curve, err := loyalty.Survive(list, feedback.Level{})
		require.NoError(t, err)
		require.InDelta(t, float64(n/2), *curve.Median, 0)
	}
}

// TestLogRankIsFair: which group is the first makes no difference, and two equal
// groups are not told apart.
func TestLogRankIsFair(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawn(t, "a"), drawn(t, "b")
		one, ok, err := loyalty.LogRank(a, b)
		require.NoError(t, err)
		two, also, err := loyalty.LogRank(b, a)
		require.NoError(t, err)
		require.Equal(t, ok, also)
		require.InDelta(t, one.ChiSquare, two.ChiSquare, 1e-9)
		same, ok, err := loyalty.LogRank(a, a)
		require.NoError(t, err)
		if ok {
			require.InDelta(t, 1, same.P, 1e-6)
		}
	})
}

// TestExpectedAgainstTheFormula holds the expectation against the published
// formula with its own series, and against the sum over a split horizon for a
// customer who cannot go.
func TestExpectedAgainstTheFormula(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := loyalty.BGNBD{
			R: rapid.Float64Range(0.1, 3).Draw(t, "r"), Alpha: rapid.Float64Range(1, 20).Draw(t, "alpha"),
			A: rapid.Float64Range(0.2, 3).Draw(t, "a"), B: rapid.Float64Range(1, 5).Draw(t, "b"),
		}
		p := loyalty.Purchases{Frequency: rapid.IntRange(0, 12).Draw(t, "x"), Age: rapid.Float64Range(1, 60).Draw(t, "age")}
		if p.Frequency > 0 {
			p.Recency = p.Age * rapid.Float64Range(0.01, 1).Draw(t, "recency")
		}
		horizon := p.Age * rapid.Float64Range(0, 2).Draw(t, "horizon")
		got, err := m.Expected(p, horizon)
		require.NoError(t, err)
		alive, err := m.Alive(p)
		require.NoError(t, err)
		require.True(t, alive > 0 && alive <= 1)
		if math.Abs(m.A-1) > 1e-3 {
			require.InEpsilon(t, 1+published(m, p, horizon), 1+got, 1e-8)
		}
		longer, err := m.Expected(p, horizon+1)
		require.NoError(t, err)
		require.GreaterOrEqual(t, longer, got-1e-9)
	})
	// At a = 1 the formula has no value of its own.
	at := func(a float64) float64 {
		v, err := loyalty.BGNBD{0.5, 4, a, 2}.Expected(loyalty.Purchases{3, 20, 30}, 20)
		require.NoError(t, err)
		return v
	}
	assert.InDelta(t, (at(0.999)+at(1.001))/2, at(1), 1e-6)
}

// published is equation (10) of Fader, Hardie and Lee as it stands.
func published(m loyalty.BGNBD, p loyalty.Purchases, horizon float64) float64 {
	x := float64(p.Frequency)
	z := horizon / (m.Alpha + p.Age + horizon)
	sum, term := 1.0, 1.0
	for k := 0.0; term > 1e-18*sum; k++ {
		term *= (m.R + x + k) * (m.B + x + k) / ((m.A + m.B + x - 1 + k) * (k + 1)) * z
		sum += term
	}
	top := (m.A + m.B + x - 1) / (m.A - 1) * (1 - math.Pow((m.Alpha+p.Age)/(m.Alpha+p.Age+horizon), m.R+x)*sum)
	bottom := 1.0
	if p.Frequency > 0 {
		bottom += m.A / (m.B + x - 1) * math.Pow((m.Alpha+p.Age)/(m.Alpha+p.Recency), m.R+x)
	}
	return top / bottom
}

// TestPurchasesOn: several purchases on one day are one.
func TestPurchasesOn(t *testing.T) {
	t.Parallel()
	got, ok := loyalty.PurchasesOn([]feedback.Day{20, 10, 20, 45, 10}, 40)
	assert.True(t, ok)
	assert.Equal(t, loyalty.Purchases{1, 10, 30}, got)
	_, ok = loyalty.PurchasesOn([]feedback.Day{41}, 40)
	assert.False(t, ok)
}

// TestNothingIsUndefined: no customers are not 0 %.
func TestNothingIsUndefined(t *testing.T) {
	t.Parallel()
	r, err := loyalty.RepurchaseOf([]int64{0, 0}, feedback.Level{})
	require.NoError(t, err)
	_, ok := r.OrdersPerCustomer()
	assert.False(t, ok || r.Rate.OK)
	c, err := loyalty.ChurnOf(0, 0, feedback.Level{})
	require.NoError(t, err)
	assert.False(t, c.Rate.OK || c.Over(12).OK)
	curve, err := loyalty.Survive(nil, feedback.Level{})
	require.NoError(t, err)
	_, ok = curve.At(1)
	assert.False(t, ok)
	_, ok, err = loyalty.LogRank(nil, []loyalty.Lifetime{{1, true}})
	require.NoError(t, err)
	assert.False(t, ok)
	data, err := json.Marshal(curve)
	require.NoError(t, err)
	assert.JSONEq(t, `{"n":0,"steps":null,"median":null}`, string(data))
}

// TestRefuses: a value that cannot be used is named.
func TestRefuses(t *testing.T) {
	t.Parallel()
	m, p := loyalty.BGNBD{0.243, 4.414, 0.793, 2.426}, loyalty.Purchases{2, 30, 38}
	expected := func(m loyalty.BGNBD, p loyalty.Purchases, horizon float64) error {
		_, err := m.Expected(p, horizon)
		return err
	}
	for i, err := range []error{
		second(loyalty.RepurchaseOf([]int64{-1}, feedback.Level{})), second(loyalty.RepurchaseOf([]int64{math.MaxInt64, 1}, feedback.Level{})),
		second(loyalty.ChurnOf(-1, 0, feedback.Level{})), second(loyalty.ChurnOf(5, 6, feedback.Level{})),
		second(loyalty.Survive([]loyalty.Lifetime{{-1, true}}, feedback.Level{})), second(loyalty.Survive([]loyalty.Lifetime{{math.NaN(), true}}, feedback.Level{})),
		expected(loyalty.BGNBD{}, p, 1), expected(m, loyalty.Purchases{2, 39, 38}, 1), expected(m, loyalty.Purchases{-1, 0, 38}, 1),
		expected(m, loyalty.Purchases{1, 1, math.Inf(1)}, 1), expected(m, p, -1), expected(m, p, math.NaN()), expected(m, p, 1e300),
		expected(loyalty.BGNBD{1, 1, 0.2, 0.3}, loyalty.Purchases{Age: 3}, 1),
	} {
		require.ErrorIs(t, err, feedback.ErrInvalid, "%d", i)
	}
	for _, lists := range [][2][]loyalty.Lifetime{{{{-1, true}}, nil}, {nil, {{math.Inf(1), true}}}} {
		_, _, err := loyalty.LogRank(lists[0], lists[1])
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
}

func second[T any](_ T, err error) error { return err }
