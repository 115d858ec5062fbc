package feedback_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

func shareMethods() []feedback.ShareMethod {
	return []feedback.ShareMethod{feedback.Wilson, feedback.AgrestiCoull, feedback.Jeffreys, feedback.ClopperPearson}
}

// sizes draws counts, also such that a float cannot tell from the next.
func sizes() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(1, 40), rapid.Int64Range(1, 1e6), rapid.Int64Range(1, math.MaxInt64))
}

func drawnLevel(t *rapid.T) feedback.Level {
	l, err := feedback.NewLevel(rapid.SampledFrom([]float64{0.5, 0.8, 0.9, 0.95, 0.99, 0.9999}).Draw(t, "confidence"))
	require.NoError(t, err)
	return l
}

// TestShareIntervals: an interval holds its share and keeps within 0 and 1,
// whatever the method, and it mirrors that of the answers that are not good.
func TestShareIntervals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := sizes().Draw(t, "n")
		p := feedback.Proportion{Good: rapid.Int64Range(0, n).Draw(t, "good"), N: n}
		level := drawnLevel(t)
		for _, method := range shareMethods() {
			e := p.Share(method, level)
			require.True(t, e.OK)
			require.True(t, 0 <= e.Interval.Low && e.Interval.Has(e.Value) && e.Interval.High <= 1, "%s: %+v", method, e)
			mirror := feedback.Proportion{Good: p.N - p.Good, N: n}.Share(method, level)
			require.InDelta(t, 1-e.Interval.High, mirror.Interval.Low, 1e-7, "%s", method)
			require.InDelta(t, 1-e.Interval.Low, mirror.Interval.High, 1e-7, "%s", method)
		}
		require.Equal(t, p.Share(feedback.Wilson, level), p.Share("", level))
	})
}

// TestNetIntervals: the score interval holds the score and keeps within -100
// and 100, and both it and the default mirror good and bad.
func TestNetIntervals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.OneOf(rapid.Int64Range(0, 5), rapid.Int64Range(0, 1e6), rapid.Int64Range(0, math.MaxInt64/3))
		c := feedback.Net{Good: part.Draw(t, "good"), Neutral: part.Draw(t, "neutral"), Bad: part.Draw(t, "bad")}
		level := drawnLevel(t)
		e := c.Score(feedback.NPSScore, level)
		points, ok := c.Points()
		if c.N() == 0 {
			require.False(t, e.OK || ok)
			return
		}
		require.True(t, -100 <= e.Interval.Low && e.Interval.Has(e.Value) && e.Interval.High <= 100, "%+v", e)
		require.InDelta(t, e.Value, points, 0.5+1e-9)
		for _, method := range []feedback.NPSMethod{feedback.NPSScore, feedback.AdjustedWald, feedback.NPSWald, feedback.NPSt} {
			e := c.Score(method, level)
			mirror := feedback.Net{Good: c.Bad, Neutral: c.Neutral, Bad: c.Good}.Score(method, level)
			require.InDelta(t, -e.Interval.High, mirror.Interval.Low, 1e-7, "%s", method)
			require.InDelta(t, -e.Value, mirror.Value, 1e-9)
		}
		require.Equal(t, c.Score(feedback.AdjustedWald, level), c.Score("", level))
	})
}

// TestCoverage counts, for every true value on a step of 0.02, how often the
// interval of ten answers holds it: all possible ten answers, weighted by how
// likely they are. With -v it prints the table.
func TestCoverage(t *testing.T) {
	t.Parallel()
	const n, step = 10, 0.02
	var table strings.Builder
	fmt.Fprintf(&table, "coverage of 95 %% intervals at n = %d, true values on a step of %.2f\n", n, step)
	row := func(name string, covered []float64) (float64, float64) {
		sum, least := 0.0, 1.0
		for _, c := range covered {
			sum, least = sum+c, min(least, c)
		}
		fmt.Fprintf(&table, "%-28s mean %.2f %%  minimum %.2f %%  (%d true values)\n", name, 100*sum/float64(len(covered)), 100*least, len(covered))
		return sum / float64(len(covered)), least
	}
	for _, method := range shareMethods() {
		var covered []float64
		for i := range 51 {
			covered = append(covered, shareCoverage(n, float64(i)*step, method))
		}
		if mean, least := row("share "+string(method), covered); method == feedback.Wilson {
			assert.GreaterOrEqual(t, mean, 0.94)
			assert.GreaterOrEqual(t, least, 0.92)
		}
	}
	for _, method := range []feedback.NPSMethod{feedback.AdjustedWald, feedback.NPSScore, feedback.NPSWald, feedback.NPSt} {
		var covered, onesided []float64 // one-sided: nobody at all is good, or nobody is bad
		for i := range 51 {
			for j := range 51 - i {
				c := netCoverage(n, float64(i)*step, float64(j)*step, method)
				if i == 0 || j == 0 {
					onesided = append(onesided, c)
				} else {
					covered = append(covered, c)
				}
			}
		}
		mean, least := row("net score "+string(method), covered)
		row("  with one side empty", onesided)
		if method == feedback.AdjustedWald {
			assert.GreaterOrEqual(t, mean, 0.94)
			assert.GreaterOrEqual(t, least, 0.89)
		}
	}
	t.Log(table.String())
}

// grid forgives the rounding of true values and bounds.
const grid = 1e-9

func holds(i feedback.Interval, v float64) bool { return i.Low-grid <= v && v <= i.High+grid }

func shareCoverage(n int64, p float64, method feedback.ShareMethod) float64 {
	var covered float64
	for k := range n + 1 {
		if holds(feedback.Proportion{Good: k, N: n}.Share(method, feedback.Level{}).Interval, p) {
			covered += choose(n, k) * math.Pow(p, float64(k)) * math.Pow(1-p, float64(n-k))
		}
	}
	return covered
}

func netCoverage(n int64, good, bad float64, method feedback.NPSMethod) float64 {
	var covered float64
	neutral := max(0, 1-good-bad)
	for g := range n + 1 {
		for b := range n - g + 1 {
			c := feedback.Net{Good: g, Neutral: n - g - b, Bad: b}
			if holds(c.Score(method, feedback.Level{}).Interval, 100*(good-bad)) {
				covered += choose(n, g) * choose(n-g, b) * math.Pow(good, float64(g)) * math.Pow(bad, float64(b)) * math.Pow(neutral, float64(n-g-b))
			}
		}
	}
	return covered
}

func choose(n, k int64) float64 {
	c := 1.0
	for i := range k {
		c = c * float64(n-i) / float64(i+1)
	}
	return c
}

// TestUndefinedIsUndefined: without answers no figure is given, in JSON neither.
func TestUndefinedIsUndefined(t *testing.T) {
	t.Parallel()
	for _, scale := range scales() {
		skipped, err := feedback.NewSummary(scale, make([]int64, scale.Config().Max-scale.Config().Min+1), 3)
		require.NoError(t, err)
		for _, s := range []feedback.Summary{{}, skipped} {
			r, err := feedback.NewResult(scale, s)
			require.NoError(t, err)
			for _, e := range []feedback.Estimate{
				r.TopBox("", feedback.Level{}), r.NetScore("", feedback.Level{}), r.Mean(feedback.Level{}), r.MeanPercent(feedback.Level{}),
				r.GoodOfRated().Share("", feedback.Level{}),
			} {
				assert.Equal(t, feedback.Estimate{}, e)
				data, err := json.Marshal(e)
				require.NoError(t, err)
				assert.Equal(t, "null", string(data))
			}
			_, ok1 := r.Median()
			_, ok2 := r.SD()
			_, ok3 := r.Net().Points()
			_, ok4 := r.Good().Percent()
			assert.False(t, ok1 || ok2 || ok3 || ok4)
		}
	}
	_, ok := feedback.CompareShares(feedback.Proportion{}, feedback.Proportion{Good: 1, N: 2}, feedback.Level{})
	assert.False(t, ok)
	_, ok = feedback.CompareNet(feedback.Net{}, feedback.Net{Good: 1}, feedback.Level{})
	assert.False(t, ok)
	assert.False(t, feedback.Proportion{Good: 3, N: 2}.Share("", feedback.Level{}).OK)
	assert.False(t, feedback.Net{Good: math.MaxInt64, Bad: 1}.Score("", feedback.Level{}).OK)
	_, err := feedback.NewResult(feedback.Scale{}, feedback.Summary{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	var one feedback.Summary
	require.NoError(t, one.Add(feedback.ScaleNPS(), 9))
	_, err = feedback.NewResult(feedback.ScaleCSAT5(), one)
	require.ErrorIs(t, err, feedback.ErrOtherScale)
}

// TestEstimateJSON: an estimate comes back as it went.
func TestEstimateJSON(t *testing.T) {
	t.Parallel()
	for _, e := range []feedback.Estimate{{}, feedback.Proportion{Good: 0, N: 3}.Share("", feedback.Level{})} {
		data, err := json.Marshal(e)
		require.NoError(t, err)
		back := feedback.Estimate{OK: true, N: 7}
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, e, back)
	}
}

// TestRounding: halves go away from zero, of the whole difference and from the
// exact fraction.
func TestRounding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		net  feedback.Net
		want int
	}{
		{feedback.Net{Good: 1, Neutral: 199}, 1},
		{feedback.Net{Bad: 1, Neutral: 199}, -1},
		{feedback.Net{Good: 57, Neutral: 86, Bad: 57}, 0},
		{feedback.Net{Good: 29, Neutral: 171}, 15}, // 14.5, which floats take for less
		{feedback.Net{Good: math.MaxInt64}, 100},
		{feedback.Net{Bad: math.MaxInt64}, -100},
		{feedback.Net{Good: 1<<62 + 1, Neutral: 1 << 61, Bad: 1 << 60}, 43}, // 3/7 is 42.86
	} {
		got, ok := c.net.Points()
		assert.True(t, ok)
		assert.Equal(t, c.want, got, "%+v", c.net)
	}
	for v, want := range map[float64]float64{0.145: 0.15, -0.145: -0.15, 0.005: 0.01, 2.5: 3, -2.5: -3, 1.2499: 1.25, 81.444: 81.44} {
		decimals := 2
		if v == math.Trunc(v*2)/2 {
			decimals = 0
		}
		assert.InDelta(t, want, feedback.RoundHalfAway(v, decimals), 1e-12, "%v", v)
	}
}

// TestFisherAgainstEnumeration holds the test against all tables of small
// margins, added up in whole numbers.
func TestFisherAgainstEnumeration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n1, n2 := rapid.Int64Range(1, 12).Draw(t, "n1"), rapid.Int64Range(1, 12).Draw(t, "n2")
		a := feedback.Proportion{Good: rapid.Int64Range(0, n1).Draw(t, "x1"), N: n1}
		b := feedback.Proportion{Good: rapid.Int64Range(0, n2).Draw(t, "x2"), N: n2}
		d, ok := feedback.CompareShares(a, b, feedback.Level{})
		require.True(t, ok)
		var p, all float64 // binomial coefficients of 24 are exact
		for x := range n1 + 1 {
			if y := a.Good + b.Good - x; y >= 0 && y <= n2 {
				tables := choose(n1, x) * choose(n2, y)
				all += tables
				if tables <= choose(n1, a.Good)*choose(n2, b.Good) {
					p += tables
				}
			}
		}
		require.InDelta(t, p/all, *d.FisherP, 1e-9)
		require.True(t, -1 <= d.Interval.Low && d.Interval.Has(d.Difference) && d.Interval.High <= 1)
	})
}

// TestAdjustLaws: an adjusted p value is never smaller, the order stays, and
// Holm lies between Benjamini-Hochberg and Bonferroni.
func TestAdjustLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.SliceOf(rapid.Float64Range(0, 1)).Draw(t, "p")
		a, err := feedback.Adjust(p)
		require.NoError(t, err)
		for i := range p {
			require.LessOrEqual(t, p[i], a.BenjaminiHochberg[i])
			require.LessOrEqual(t, a.BenjaminiHochberg[i], a.Holm[i]+1e-12)
			require.LessOrEqual(t, a.Holm[i], a.Bonferroni[i]+1e-12)
			require.LessOrEqual(t, a.Bonferroni[i], 1.0)
			for j := range p {
				if p[i] < p[j] {
					require.LessOrEqual(t, a.Holm[i], a.Holm[j])
					require.LessOrEqual(t, a.BenjaminiHochberg[i], a.BenjaminiHochberg[j])
				}
			}
		}
	})
	_, err := feedback.Adjust([]float64{0.5, math.NaN(), -0.1, 1.1})
	assert.Equal(t, []string{"p[1]", "p[2]", "p[3]"}, paths(t, err))
}

// TestSampleSizes: the sample that is asked for has the power that was asked
// for, and one answer less has not.
func TestSampleSizes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		plan := feedback.ShareTest{
			P1: rapid.Float64Range(0.02, 0.5).Draw(t, "p1"), P2: rapid.Float64Range(0.55, 0.98).Draw(t, "p2"),
			Alpha: rapid.SampledFrom([]float64{0.01, 0.05, 0.1}).Draw(t, "alpha"), Power: rapid.Float64Range(0.5, 0.99).Draw(t, "power"),
		}
		n, err := plan.SampleSize()
		require.NoError(t, err)
		enough, err := plan.PowerOf(n)
		require.NoError(t, err)
		require.GreaterOrEqual(t, enough, plan.Power-1e-9)
		if n > 1 {
			less, err := plan.PowerOf(n - 1)
			require.NoError(t, err)
			require.Less(t, less, plan.Power)
		}
	})
	for _, bad := range []feedback.ShareTest{
		{P1: 0.5, P2: 0.5, Alpha: 0.05, Power: 0.8},
		{P1: -1, P2: 0.5, Alpha: 0.05, Power: 0.8},
		{P1: 0.4, P2: math.NaN(), Alpha: 0.05, Power: 0.8},
		{P1: 0.4, P2: 0.5, Alpha: 0, Power: 0.8},
		{P1: 0.4, P2: 0.5, Alpha: 0.05, Power: 1},
		{P1: 0.4, P2: 0.4 + 1e-12, Alpha: 0.05, Power: 0.8},
	} {
		_, err := bad.SampleSize()
		require.ErrorIs(t, err, feedback.ErrInvalid, "%+v", bad)
	}
	_, err := feedback.ShareTest{P1: 0.4, P2: 0.5, Alpha: 0.05}.PowerOf(0)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	for _, half := range []float64{0, -1, 2, math.NaN(), 1e-300} {
		_, err := feedback.NetSampleSize(half, 1, feedback.Level{})
		require.ErrorIs(t, err, feedback.ErrInvalid, "%v", half)
	}
	for _, confidence := range []float64{0, 0.49, 1, 95, math.NaN()} {
		_, err := feedback.NewLevel(confidence)
		require.ErrorIs(t, err, feedback.ErrInvalid, "%v", confidence)
	}
}

// TestNonresponseAndWeights: what cannot be is refused, what is not known stays
// undefined.
func TestNonresponseAndWeights(t *testing.T) {
	t.Parallel()
	_, ok, err := feedback.ReachOf(feedback.Proportion{}, 0)
	require.NoError(t, err)
	assert.False(t, ok)
	reach, ok, err := feedback.ReachOf(feedback.Proportion{}, 10)
	require.NoError(t, err)
	assert.True(t, ok)
	assert.Equal(t, feedback.Interval{Low: 0, High: 1}, reach.Interval)
	for _, bad := range []feedback.Proportion{{Good: 3, N: 2}, {Good: -1, N: 2}, {Good: 0, N: 11}, {N: -1}} {
		_, _, err := feedback.ReachOf(bad, 10)
		require.ErrorIs(t, err, feedback.ErrInvalid, "%+v", bad)
	}
	silent, err := feedback.PostStratify([]feedback.Stratum{{feedback.Proportion{Good: 1, N: 2}, 0.5}, {feedback.Proportion{}, 0.5}}, feedback.Level{})
	require.NoError(t, err)
	assert.True(t, silent.Raw.OK)
	assert.False(t, silent.Weighted.OK)
	for _, bad := range [][]feedback.Stratum{
		nil,
		{{feedback.Proportion{Good: 1, N: 2}, 0.9}},
		{{feedback.Proportion{Good: 1, N: 2}, 1.5}, {feedback.Proportion{}, -0.5}},
		{{feedback.Proportion{Good: 3, N: 2}, 1}},
		{{feedback.Proportion{N: math.MaxInt64}, 0.5}, {feedback.Proportion{N: 1}, 0.5}},
		{{feedback.Proportion{N: 1}, math.NaN()}},
	} {
		_, err := feedback.PostStratify(bad, feedback.Level{})
		require.ErrorIs(t, err, feedback.ErrInvalid, "%+v", bad)
	}
}
