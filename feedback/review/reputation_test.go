package review_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
)

func TestReputation(t *testing.T) {
	t.Parallel()
	targets, now := review.DefaultTargets(), noon()
	seen := func(stars int, c review.Criticality, ago, after time.Duration) review.Seen {
		s := review.Seen{Source: "google", Criticality: c, At: now.Add(-ago)}
		if stars > 0 {
			s.Stars = review.Stars(stars)
		}
		if after > 0 {
			s.Answered = s.At.Add(after)
		}
		return s
	}
	const day = 24 * time.Hour
	var tally review.Tally
	for _, s := range []review.Seen{
		seen(1, review.Critical, 10*day, 2*time.Hour), // in time
		seen(1, review.Critical, 10*day, 30*time.Hour),
		seen(2, review.Critical, 2*day, 0), // overdue
		seen(5, review.Praise, 3*day, 6*time.Hour),
		seen(5, review.Praise, day, 0), // its time is not over: neither in time nor late
		seen(0, review.Mixed, 2*day, 4*time.Hour),
	} {
		require.NoError(t, tally.Add(s, targets, now))
	}
	require.NoError(t, tally.Add(review.Seen{Source: "forum", Criticality: review.Mixed, At: now}, targets, now))
	list, err := tally.Reputations(feedback.Level{})
	require.NoError(t, err)
	require.Len(t, list, 2)
	forum, google := list[0], list[1]
	assert.Equal(t, "forum", forum.Source)
	assert.False(t, forum.Stars.OK || forum.Hours.OK || forum.InTime.OK, "nothing is known")
	assert.True(t, forum.Answered.OK)
	assert.EqualValues(t, 6, google.N)
	assert.EqualValues(t, 5, google.Stars.N)
	assert.InDelta(t, 2.8, google.Stars.Value, 1e-12)
	assert.Equal(t, [5]int64{2, 1, 0, 0, 2}, google.Counts)
	assert.InDelta(t, 0.5, google.Critical.Value, 0)
	assert.InDelta(t, 4./6, google.Answered.Value, 1e-12)
	assert.InDelta(t, 3./5, google.InTime.Value, 1e-12)
	assert.InDelta(t, 5, google.Hours.Value, 1e-12)
	assert.Equal(t, feedback.Interval{Low: 2, High: 30}, google.Hours.Interval)
	all, err := tally.All(feedback.Level{})
	require.NoError(t, err)
	assert.EqualValues(t, 7, all.N)

	require.ErrorIs(t, tally.Add(review.Seen{Source: "x", Stars: review.Stars(9), At: now}, targets, now), feedback.ErrInvalid)
	require.ErrorIs(t, tally.Add(review.Seen{}, targets, now), feedback.ErrInvalid)
}

// The ranks of the median's interval are those of the printed table for 95 %
// (Conover, table A3 for the binomial at one half): of 10 values the 2nd and the
// 9th, of 20 the 6th and the 15th, of 50 the 18th and the 33rd.
func TestMedianRanks(t *testing.T) {
	t.Parallel()
	for n, want := range map[int][2]float64{10: {2, 9}, 20: {6, 15}, 50: {18, 33}} {
		var tally review.Tally
		for i := range n {
			s := review.Seen{Source: "g", Criticality: review.Praise, At: noon(), Answered: noon().Add(time.Duration(i+1) * time.Hour)}
			require.NoError(t, tally.Add(s, review.DefaultTargets(), noon()))
		}
		r, err := tally.All(feedback.Level{})
		require.NoError(t, err)
		assert.Equal(t, feedback.Interval{Low: want[0], High: want[1]}, r.Hours.Interval, "%d", n)
		assert.InDelta(t, float64(n+1)/2, r.Hours.Value, 0)
	}
}

// TestTallyLaws: counts merge in any order, and what was taken away leaves no
// trace.
func TestTallyLaws(t *testing.T) {
	t.Parallel()
	targets := review.DefaultTargets()
	drawn := rapid.Custom(func(t *rapid.T) review.Seen {
		s := review.Seen{
			Source:      rapid.SampledFrom([]string{"google", "forum"}).Draw(t, "source"),
			Criticality: rapid.SampledFrom([]review.Criticality{review.Critical, review.Mixed, review.Praise}).Draw(t, "criticality"),
			At:          noon().Add(-time.Duration(rapid.IntRange(0, 400).Draw(t, "ago")) * time.Hour),
		}
		if stars := rapid.IntRange(0, 5).Draw(t, "stars"); stars > 0 {
			s.Stars = review.Stars(stars)
		}
		if rapid.Bool().Draw(t, "answered") {
			s.Answered = s.At.Add(time.Duration(rapid.IntRange(-10, 10_000).Draw(t, "minutes")) * time.Minute)
		}
		return s
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(drawn, 0, 20).Draw(t, "reviews")
		build := func(list []review.Seen) *review.Tally {
			tally := new(review.Tally)
			for _, s := range list {
				require.NoError(t, tally.Add(s, targets, noon()))
			}
			return tally
		}
		figures := func(tally *review.Tally) []review.Reputation {
			r, err := tally.Reputations(feedback.Level{})
			require.NoError(t, err)
			for _, one := range r {
				for _, e := range []feedback.Estimate{one.Stars, one.Critical, one.Answered, one.InTime, one.Hours} {
					require.True(t, !e.OK || e.Interval.Has(e.Value))
				}
			}
			return r
		}
		shuffled := rapid.Permutation(list).Draw(t, "shuffled")
		cut := rapid.IntRange(0, len(list)).Draw(t, "cut")
		whole, parts := build(list), build(shuffled[cut:])
		require.NoError(t, parts.Merge(build(shuffled[:cut])))
		require.Equal(t, figures(whole), figures(parts))
		for _, s := range shuffled[:cut] {
			require.NoError(t, parts.Remove(s, targets, noon()))
		}
		require.Equal(t, figures(build(shuffled[cut:])), figures(parts))
		if cut == len(list) && cut > 0 {
			require.ErrorIs(t, parts.Remove(list[0], targets, noon()), feedback.ErrUnderflow)
			require.Empty(t, figures(parts))
		}
	})
}
