package quality_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

func of(good, n int64) feedback.Proportion { return feedback.Proportion{Good: good, N: n} }

func unit(name string, good, n int64) quality.Unit {
	return quality.Unit{Name: name, Strata: map[string]feedback.Proportion{"": of(good, n)}}
}

// The values are worked out with SciPy 1.10 after Spiegelhalter's appendix, as
// are those of the tests below after their sources.
func TestFunnelLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target                 float64
		n                      int64
		low, high, deep, above float64
	}{
		{0.9, 30, 0.765139239782, 0.980341812603, 0.678284977869, 0.999213672504},
		{0.5, 10, 0.132444444444, 0.767555555556, 0.000240000000, 0.899760000000},
		{0.97, 200, 0.941516981075, 0.988983368610, 0.924018812153, 0.997788824819},
		{0.2, 5, 0, 0.528593750000, 0, 0.778750000000}, // the lines begin below 0, where no share is
	} {
		points, err := quality.Funnel(c.target, c.n)
		require.NoError(t, err)
		assert.InDelta(t, c.low, points[0].Warning.Low, 1e-10)
		assert.InDelta(t, c.high, points[0].Warning.High, 1e-10)
		assert.InDelta(t, c.deep, points[0].Alarm.Low, 1e-10)
		assert.InDelta(t, c.above, points[0].Alarm.High, 1e-10)
	}
	for _, c := range []struct {
		target     float64
		n          int64
		confidence float64
	}{{-0.1, 5, 0.9}, {math.NaN(), 5, 0.9}, {0.5, 0, 0.9}, {0.5, 1 << 40, 0.9}, {0.5, 5, 1}, {0.5, 5, math.NaN()}} {
		_, err := quality.FunnelLimits(c.target, c.n, c.confidence)
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
}

// Funnel lines narrow as more are looked at, lie one in the other, and hold the
// target once there is anything to interpolate.
func TestFunnelNarrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.Float64Range(0.02, 0.98).Draw(t, "target")
		n := rapid.Int64Range(150, 2000).Draw(t, "n")
		points, err := quality.Funnel(target, n, 16*n)
		require.NoError(t, err)
		for _, p := range points {
			require.LessOrEqual(t, p.Alarm.Low, p.Warning.Low)
			require.LessOrEqual(t, p.Warning.High, p.Alarm.High)
			require.True(t, p.Warning.Has(target))
		}
		require.Less(t, points[1].Warning.High-points[1].Warning.Low, points[0].Warning.High-points[0].Warning.Low)
	})
}

func TestShrinkage(t *testing.T) {
	t.Parallel()
	seen := []feedback.Proportion{of(18, 20), of(25, 40), of(40, 50), of(9, 20), of(30, 31)}
	s := quality.NewSpread(seen)
	assert.True(t, s.OK)
	assert.InDelta(t, 4.9413406163974205, s.Precision, 1e-9)
	for i, want := range [][3]float64{
		{0.8715051808633728, 0.7180875109326119, 0.9694136287406838},
		{0.6394225710833277, 0.49546544371288204, 0.7716227128429756},
		{0.7960582518406025, 0.6810558066544996, 0.8906915004186747},
		{0.5106584991062966, 0.31925051138633026, 0.7004459252766537},
		{0.938654679716563, 0.8415167455854604, 0.9910366819222973},
	} {
		e := s.Shrink(seen[i], feedback.Level{})
		assert.InDelta(t, want[0], e.Value, 1e-9)
		assert.InDelta(t, want[1], e.Interval.Low, 1e-7)
		assert.InDelta(t, want[2], e.Interval.High, 1e-7)
	}
	// Units that differ by less than chance would have it are one.
	same := quality.NewSpread([]feedback.Proportion{of(8, 10), of(8, 10), of(8, 10)})
	assert.InDelta(t, 30, same.Precision, 0)
	assert.False(t, quality.NewSpread([]feedback.Proportion{of(8, 10)}).OK, "one unit tells nothing of how units differ")
	assert.False(t, quality.NewSpread(nil).Shrink(of(1, 1), feedback.Level{}).OK)
}

// A shrunk share lies between the crude one and that of all, the closer to the
// crude one the more were looked at.
func TestShrinksTowardsAll(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seen := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) feedback.Proportion {
			n := rapid.Int64Range(1, 200).Draw(t, "n")
			return of(rapid.Int64Range(0, n).Draw(t, "good"), n)
		}), 2, 12).Draw(t, "units")
		s := quality.NewSpread(seen)
		require.True(t, s.OK && s.Mean > 0 && s.Mean < 1 && s.Precision > 0)
		for _, p := range seen {
			crude := float64(p.Good) / float64(p.N)
			few, many := s.Shrink(p, feedback.Level{}), s.Shrink(of(10*p.Good, 10*p.N), feedback.Level{})
			require.GreaterOrEqual(t, few.Value, min(crude, s.Mean)-1e-12)
			require.LessOrEqual(t, few.Value, max(crude, s.Mean)+1e-12)
			require.LessOrEqual(t, math.Abs(many.Value-crude), math.Abs(few.Value-crude)+1e-12)
			require.LessOrEqual(t, few.Interval.Low, few.Interval.High)
		}
	})
}

// With true shares that are known, shrunk shares are nearer to them than crude
// ones: what shrinkage is for.
func TestShrinkageErrsLess(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	var crude, shrunk float64
	for range 200 {
		var seen []feedback.Proportion
		var truth []float64
		for range 20 {
			p := 0.7 + 0.25*rng.Float64()
			n := 10 + rng.Int64N(40)
			truth, seen = append(truth, p), append(seen, of(draw(rng, n, p), n))
		}
		s := quality.NewSpread(seen)
		for i, p := range seen {
			crude += math.Pow(float64(p.Good)/float64(p.N)-truth[i], 2)
			shrunk += math.Pow(s.Shrink(p, feedback.Level{}).Value-truth[i], 2)
		}
	}
	assert.Less(t, shrunk, 0.75*crude)
}

func draw(rng *rand.Rand, n int64, p float64) int64 {
	var good int64
	for range n {
		if rng.Float64() < p {
			good++
		}
	}
	return good
}

func TestStandardise(t *testing.T) {
	t.Parallel()
	mix := map[string]feedback.Proportion{"easy": of(95, 100), "hard": of(60, 100)}
	mine := map[string]feedback.Proportion{"easy": of(45, 50), "hard": of(6, 10)}
	e, missing := quality.Standardise(mine, mix, feedback.Level{})
	assert.Empty(t, missing)
	assert.InDelta(t, 0.75, e.Value, 1e-12)
	assert.InDelta(t, 0.5955154955744939, e.Interval.Low, 1e-9)
	assert.InDelta(t, 0.8693056460159622, e.Interval.High, 1e-9)
	assert.EqualValues(t, 60, e.N)

	e, missing = quality.Standardise(map[string]feedback.Proportion{"easy": of(45, 50)}, mix, feedback.Level{})
	assert.False(t, e.OK)
	assert.Equal(t, []string{"hard"}, missing)

	// Of one stratum it is Wilson's interval.
	one := map[string]feedback.Proportion{"": of(18, 20)}
	e, _ = quality.Standardise(one, one, feedback.Level{})
	w := of(18, 20).Share(feedback.Wilson, feedback.Level{})
	assert.InDelta(t, w.Interval.Low, e.Interval.Low, 1e-12)
	assert.InDelta(t, w.Interval.High, e.Interval.High, 1e-12)
}

// Who takes the hard cases looks worse and is not: with its mix of cases it is
// as expected, by the exact distribution.
func TestCaseMix(t *testing.T) {
	t.Parallel()
	units := []quality.Unit{
		{Name: "hard", Strata: map[string]feedback.Proportion{"easy": of(19, 20), "hard": of(54, 90)}},
		{Name: "easy", Strata: map[string]feedback.Proportion{"easy": of(171, 180), "hard": of(6, 10)}},
	}
	table, err := quality.NewTable(units, quality.TableConfig{})
	require.NoError(t, err)
	hard, easy := table.Rows[1], table.Rows[0]
	assert.Less(t, hard.Crude.Value, easy.Crude.Value-0.2)
	assert.InDelta(t, hard.Adjusted.Value, easy.Adjusted.Value, 1e-9)
	assert.Empty(t, hard.Stands)
	assert.Equal(t, hard.Rank, easy.Rank)

	// 12 at .9 and 8 at .6, of which 13 good: SciPy's convolution.
	mix := quality.Unit{Name: "rest", Strata: map[string]feedback.Proportion{"a": of(900-9, 1000-12), "b": of(600-4, 1000-8)}}
	small := quality.Unit{Name: "small", Strata: map[string]feedback.Proportion{"a": of(9, 12), "b": of(4, 8)}}
	table, err = quality.NewTable([]quality.Unit{mix, small}, quality.TableConfig{})
	require.NoError(t, err)
	assert.InDelta(t, 0.22846302031137994, table.Rows[1].P, 1e-9)
	assert.InDelta(t, 0.78, table.Rows[1].Expected, 1e-12)
}

// No ranking inside the noise: whoever is said to rank before another, is
// better. With shares that are known, all of the ranges hold the true ranks in at
// least 95 of 100 draws.
func TestRanksHold(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	const rounds = 300
	missed, apart := 0, 0
	for range rounds {
		truth := []float64{0.95, 0.9, 0.88, 0.85, 0.84, 0.7, 0.6, 0.45}
		var units []quality.Unit
		for i, p := range truth {
			n := 30 + rng.Int64N(200)
			units = append(units, unit(strconv.Itoa(i), draw(rng, n, p), n))
		}
		table, err := quality.NewTable(units, quality.TableConfig{})
		require.NoError(t, err)
		wrong := false
		for i, r := range table.Rows {
			wrong = wrong || i+1 < r.Rank.From || i+1 > r.Rank.To
			if r.Rank.From > 1 || r.Rank.To < len(truth) {
				apart++
			}
		}
		if wrong {
			missed++
		}
	}
	assert.LessOrEqual(t, missed, rounds/20)
	assert.Greater(t, apart, rounds, "it tells some apart")
}

// TestRankLaws: ranges are within the table, hold who may be first, and are the
// same for the same figures, whatever the order of units.
func TestRankLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) quality.Unit {
			n := rapid.Int64Range(1, 300).Draw(t, "n")
			return unit("", rapid.Int64Range(0, n).Draw(t, "good"), n)
		}), 0, 9).Draw(t, "units")
		for i := range units {
			units[i].Name = fmt.Sprint("u", i)
		}
		table, err := quality.NewTable(units, quality.TableConfig{MinN: 10})
		require.NoError(t, err)
		require.Len(t, units, len(table.Rows)+len(table.TooFew))
		for i, r := range table.Rows {
			require.True(t, 1 <= r.Rank.From && r.Rank.From <= r.Rank.To && r.Rank.To <= len(table.Rows))
			require.True(t, r.P >= 0 && r.P <= r.PHolm && r.PHolm <= 1)
			for _, o := range table.Rows[:i] {
				if r.Seen == o.Seen {
					require.Equal(t, r.Rank, o.Rank)
				}
				if r.Rank.To < o.Rank.From { // surely better
					require.Greater(t, r.Crude.Value, o.Crude.Value)
					require.False(t, r.Crude.Interval.Low < o.Crude.Interval.High && r.Crude.Interval.High < o.Crude.Interval.Low)
				}
			}
		}
		again, err := quality.NewTable(rapid.Permutation(units).Draw(t, "order"), quality.TableConfig{MinN: 10})
		require.NoError(t, err)
		require.Equal(t, len(table.Rows), len(again.Rows))
		for i := range table.Rows {
			require.Equal(t, table.Rows[i].Rank, again.Rows[i].Rank)
		}
	})
}

func TestTableRefuses(t *testing.T) {
	t.Parallel()
	for name, units := range map[string][]quality.Unit{
		"no name":   {unit("", 1, 2)},
		"twice":     {unit("a", 1, 2), unit("a", 1, 2)},
		"too good":  {unit("a", 3, 2)},
		"below 0":   {unit("a", -1, 2)},
		"too many":  {unit("a", 1, 1<<50)},
		"bad bytes": {unit("a\x00", 1, 2)},
	} {
		_, err := quality.NewTable(units, quality.TableConfig{})
		require.ErrorIs(t, err, feedback.ErrInvalid, name)
	}
	_, err := quality.NewTable(nil, quality.TableConfig{MinN: -1})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	table, err := quality.NewTable(nil, quality.TableConfig{})
	require.NoError(t, err)
	assert.False(t, table.All.OK)
}

// Many cases of many kinds take the normal way, which agrees with the exact one.
func TestLargeMixesAgree(t *testing.T) {
	t.Parallel()
	p := func(n int64) float64 {
		rest := quality.Unit{Name: "rest", Strata: map[string]feedback.Proportion{"a": of(90_000, 100_000), "b": of(60_000, 100_000)}}
		mine := quality.Unit{Name: "mine", Strata: map[string]feedback.Proportion{"a": of(9*n/10-20, n), "b": of(6*n/10-20, n)}}
		table, err := quality.NewTable([]quality.Unit{rest, mine}, quality.TableConfig{})
		require.NoError(t, err)
		return table.Rows[0].P
	}
	assert.InDelta(t, p(2000), p(2010), 0.005)
}
