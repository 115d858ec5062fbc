package trend_test

import (
	"encoding/json"
	"errors"
	"iter"
	"math"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

// want is what a reference case expects of one point.
type want struct {
	P, LCL, UCL, Z, Hi, Lo *float64
	AsymLCL                *float64 `json:"asym_lcl"`
	AsymUCL                *float64 `json:"asym_ucl"`
	Signal                 bool
}

// TestReferenceCases runs the table that lies beside the package; its sources
// are the NIST/SEMATECH e-Handbook, 6.3.2, and an independent script.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/trend.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID, Kind string
			Input    struct {
				X, N                                []float64
				Sigma, Mu, Lambda_, L, Target, K, H float64
			}
			Want struct {
				PBar   float64
				Points []want
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &table)) //nolint:musttag // names that fit need no tag
	require.NotEmpty(t, table.Cases)
	for _, c := range table.Cases {
		near := func(want *float64, got float64) {
			if want != nil {
				assert.InDelta(t, *want, got, 1e-9, c.ID)
			}
		}
		in := c.Input
		list := make([]trend.Observation, len(in.X))
		for i, x := range in.X {
			list[i] = trend.Observation{OK: true, X: x, Sigma: in.Sigma}
		}
		switch c.Kind {
		case "pchart":
			shares := make([]feedback.Proportion, len(in.X))
			for i := range shares {
				shares[i] = feedback.Proportion{Good: int64(in.X[i]), N: int64(in.N[i])}
			}
			base, ok, err := trend.Freeze(shares)
			require.NoError(t, err)
			require.True(t, ok)
			near(&c.Want.PBar, base.Share())
			points, err := trend.PChart{base, in.Sigma}.Run(shares)
			require.NoError(t, err)
			for i, w := range c.Want.Points {
				assert.Equal(t, w.P != nil, points[i].OK)
				near(w.P, points[i].P)
				near(w.LCL, points[i].LCL)
				near(w.UCL, points[i].UCL)
				assert.Equal(t, w.Signal, points[i].Signal != "", "%s %d", c.ID, i)
			}
		case "ewma":
			points, err := trend.EWMA{in.Mu, in.Lambda_, in.L}.Run(list)
			require.NoError(t, err)
			for i, w := range c.Want.Points {
				near(w.Z, points[i].Z)
				near(w.LCL, points[i].LCL)
				near(w.UCL, points[i].UCL)
				near(w.AsymLCL, points[i].AsymptoticLCL)
				near(w.AsymUCL, points[i].AsymptoticUCL)
				assert.Equal(t, w.Signal, points[i].Signal != "", "%s %d", c.ID, i)
			}
		case "cusum":
			points, err := trend.CUSUM{Target: in.Target, K: in.K, H: in.H}.Run(list)
			require.NoError(t, err)
			for i, w := range c.Want.Points {
				near(w.Hi, points[i].Hi)
				near(w.Lo, points[i].Lo)
				assert.Equal(t, w.Signal, points[i].Signal != "", "%s %d", c.ID, i)
			}
			// The level moved after the twelfth observation.
			assert.Equal(t, 11, points[len(points)-1].Since)
		default:
			t.Fatalf("kind %q", c.Kind)
		}
	}
}

// TestRunLengths holds the stated false-alarm rates against published ones:
// EWMA of Lucas and Saccucci, Technometrics 32 (1990), table 3; CUSUM of
// Montgomery, Introduction to Statistical Quality Control, table 9.3, and
// Hawkins' table for k = 0.25; the three-sigma chart's 370.
func TestRunLengths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ lambda, l, want float64 }{
		{0.4, 3.054, 500}, {0.25, 2.998, 500}, {0.2, 2.962, 500}, {0.1, 2.814, 500}, {0.05, 2.615, 500}, {1, 3, 370.4},
	} {
		got, err := trend.EWMA{Lambda: c.lambda, L: c.l}.RunLength()
		require.NoError(t, err)
		assert.InEpsilon(t, c.want, got, 0.01, "%+v", c)
	}
	for _, c := range []struct{ k, h, sigma, want float64 }{
		{0.5, 4, 1, 168}, {0.5, 5, 1, 465}, {0.25, 8.01, 1, 370}, {1, 2.52, 1, 370}, {1, 10, 2, 465},
	} {
		got, err := trend.CUSUM{K: c.k, H: c.h}.RunLength(c.sigma)
		require.NoError(t, err)
		assert.InEpsilon(t, c.want, got, 0.01, "%+v", c)
	}
	half := trend.PChart{trend.Baseline{feedback.Proportion{Good: 1, N: 2}}, 3}
	got, err := half.RunLength(1_000_000)
	require.NoError(t, err)
	assert.InEpsilon(t, 370.4, got, 0.01)
	// Ten answers of which nine are good on average: none good of ten signals,
	// and so do up to six, since the limit is at 0.615.
	got, err = trend.PChart{trend.Baseline{feedback.Proportion{Good: 9, N: 10}}, 3}.RunLength(10)
	require.NoError(t, err)
	assert.InDelta(t, 1/0.0127951984, got, 1e-4) // P(X <= 6) of binomial tables
}

// TestAlarmsAreRaisedOnce: however many points lie outside; a bucket without
// answers changes nothing.
func TestAlarmsAreRaisedOnce(t *testing.T) {
	t.Parallel()
	base := trend.Baseline{feedback.Proportion{Good: 90, N: 100}}
	shares := []feedback.Proportion{{Good: 90, N: 100}, {Good: 60, N: 100}, {}, {Good: 61, N: 100}, {Good: 100, N: 100}, {Good: 91, N: 100}}
	points, err := trend.PChart{base, 3}.Run(shares)
	require.NoError(t, err)
	buckets := make([]feedback.Bucket, len(shares))
	for i := range buckets {
		buckets[i], err = feedback.UnitDay.Of(feedback.Day(i))
		require.NoError(t, err)
	}
	events, err := trend.Events(points, buckets)
	require.NoError(t, err)
	assert.Equal(t, []trend.Event{
		{trend.Raised, trend.Low, buckets[1], 1},
		{trend.Ended, trend.Low, buckets[4], 4},
		{trend.Raised, trend.High, buckets[4], 4},
		{trend.Ended, trend.High, buckets[5], 5},
	}, events)
	_, err = trend.Events(points, nil)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

func rows(scale feedback.Scale, days map[feedback.Day][]int64) iter.Seq2[feedback.Row, error] {
	return func(yield func(feedback.Row, error) bool) {
		for day, counts := range days {
			s, err := feedback.NewSummary(scale, counts, 0)
			if !yield(feedback.Row{Key: feedback.Key{Shop: "demo", Survey: "s", Question: "q", Day: day}, Summary: s}, err) {
				return
			}
		}
	}
}

// TestSeries: days become weeks without gaps, and a change is tested with its
// transition left out.
func TestSeries(t *testing.T) {
	t.Parallel()
	five := feedback.ScaleCSAT5()
	monday, err := feedback.ParseDay("2026-03-02")
	require.NoError(t, err)
	s, err := trend.NewSeries(five, rows(five, map[feedback.Day][]int64{
		monday: {20, 0, 0, 0, 80}, monday + 6: {20, 0, 0, 0, 80}, monday + 14: {50, 0, 0, 0, 0}, monday + 21: {5, 0, 0, 0, 95},
	}), feedback.UnitWeek)
	require.NoError(t, err)
	shares, err := s.Shares()
	require.NoError(t, err)
	assert.Equal(t, []feedback.Proportion{{Good: 160, N: 200}, {}, {Good: 0, N: 50}, {Good: 95, N: 100}}, shares)
	assert.Equal(t, "2026-W11", s.Buckets()[1].String())

	change, ok, err := trend.Compare(s, monday+14, 7, feedback.Level{})
	require.NoError(t, err)
	require.True(t, ok)
	assert.Equal(t, int64(200), change.Before.N())
	assert.Equal(t, int64(100), change.After.N())
	assert.InDelta(t, 0.15, change.Share.Difference, 1e-12)
	assert.Less(t, change.Share.NMinus1.P, 0.001)
	_, ok, err = trend.Compare(s, monday+60, 0, feedback.Level{})
	require.NoError(t, err)
	assert.False(t, ok)

	data, err := json.Marshal(s)
	require.NoError(t, err)
	var back trend.Series
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, s, back)

	empty, err := trend.NewSeries(five, rows(five, nil), feedback.UnitWeek)
	require.NoError(t, err)
	assert.Empty(t, empty.Points)
}

// TestSeriesRefuses: what does not add up is refused, and no gap is endless.
func TestSeriesRefuses(t *testing.T) {
	t.Parallel()
	five := feedback.ScaleCSAT5()
	good := map[feedback.Day][]int64{0: {1, 0, 0, 0, 0}, 4000: {1, 0, 0, 0, 0}}
	_, err := trend.NewSeries(five, rows(five, good), feedback.UnitDay)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = trend.NewSeries(five, rows(five, good), "eon")
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = trend.NewSeries(feedback.ScaleNPS(), rows(five, good), feedback.UnitWeek)
	require.ErrorIs(t, err, feedback.ErrOtherScale)
	broken := errors.New("broken")
	_, err = trend.NewSeries(five, func(yield func(feedback.Row, error) bool) { yield(feedback.Row{}, broken) }, feedback.UnitDay)
	require.ErrorIs(t, err, broken)
	_, err = trend.NewSeries(five, func(yield func(feedback.Row, error) bool) {
		_ = yield(feedback.Row{Key: feedback.Key{Question: "a"}}, nil) && yield(feedback.Row{Key: feedback.Key{Question: "b"}}, nil)
	}, feedback.UnitDay)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

// TestChartsRefuse: a value that cannot be used is named, never computed with.
func TestChartsRefuse(t *testing.T) {
	t.Parallel()
	ok := trend.Baseline{feedback.Proportion{Good: 9, N: 10}}
	nan := []trend.Observation{{OK: true, X: math.NaN()}}
	for i, f := range []func() error{
		func() error { _, _, err := trend.Freeze([]feedback.Proportion{{Good: 2, N: 1}}); return err },
		func() error { _, _, err := trend.Freeze([]feedback.Proportion{{N: math.MaxInt64}, {N: 1}}); return err },
		func() error { _, err := trend.PChart{ok, 0}.Run(nil); return err },
		func() error { _, err := trend.PChart{trend.Baseline{}, 3}.Run(nil); return err },
		func() error { _, err := trend.PChart{ok, 3}.Run([]feedback.Proportion{{Good: -1}}); return err },
		func() error { _, err := trend.PChart{ok, 3}.RunLength(0); return err },
		func() error { _, err := trend.EWMA{0, 0, 3}.Run(nil); return err },
		func() error { _, err := trend.EWMA{math.NaN(), 0.2, 3}.Run(nil); return err },
		func() error { _, err := trend.EWMA{0, 0.2, -1}.RunLength(); return err },
		func() error { _, err := trend.EWMA{0, 0.2, 3}.Run(nan); return err },
		func() error { _, err := trend.CUSUM{K: -1, H: 1}.Run(nil); return err },
		func() error { _, err := trend.CUSUM{K: 1}.Run(nil); return err },
		func() error {
			_, err := trend.CUSUM{K: 1, H: 1}.Run([]trend.Observation{{OK: true, Sigma: -1}})
			return err
		},
		func() error { _, err := trend.CUSUM{K: 1, H: 1}.RunLength(0); return err },
		func() error { _, err := trend.CUSUM{Target: math.Inf(1), K: 1, H: 1}.Run(nil); return err },
		func() error { _, err := trend.Baseline{}.Observations(nil); return err },
		func() error { _, err := ok.Observations([]feedback.Proportion{{Good: 1}}); return err },
		func() error {
			_, _, err := trend.Compare(trend.Series{Scale: feedback.ScaleNPS()}, 0, -1, feedback.Level{})
			return err
		},
	} {
		require.ErrorIs(t, f(), feedback.ErrInvalid, "%d", i)
	}
}
