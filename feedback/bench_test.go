package feedback_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

// TestSummaryOf holds the fast count against adding one by one, scores off the
// scale included.
func TestSummaryOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom(scales()).Draw(t, "scale")
		cfg := scale.Config()
		n := rapid.IntRange(0, 300).Draw(t, "n")
		scores := make([]uint8, n)
		for i := range scores {
			scores[i] = uint8(rapid.IntRange(cfg.Min, cfg.Max).Draw(t, "score"))
		}
		if n > 0 && rapid.IntRange(0, 3).Draw(t, "spoil") == 0 {
			scores[rapid.IntRange(0, n-1).Draw(t, "at")] = rapid.Uint8().Draw(t, "any")
		}
		var want feedback.Summary
		var bad error
		for _, score := range scores {
			if err := want.Add(scale, int(score)); err != nil && bad == nil {
				bad = err
			}
		}
		got, err := feedback.SummaryOf(scale, scores)
		if bad != nil {
			require.ErrorIs(t, err, feedback.ErrInvalid)
			require.Equal(t, feedback.Summary{}, got)
			return
		}
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
	_, err := feedback.SummaryOf(feedback.Scale{}, nil)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = feedback.SummaryOf(feedback.ScaleCSAT5(), append(make([]uint8, 0, 101), 5, 6, 0))
	require.EqualError(t, err, `feedback: scores[1]: "6" is no whole number from 1 to 5`)
}

// BenchmarkAdd adds one answer.
func BenchmarkAdd(b *testing.B) {
	scale := feedback.ScaleNPS()
	var s feedback.Summary
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if s.Add(scale, i) != nil {
			b.Fatal("refused")
		}
		if i++; i == 11 {
			i = 0
		}
	}
}

// BenchmarkMerge merges a year of stored summaries of 100 segments.
func BenchmarkMerge(b *testing.B) {
	one, err := feedback.NewSummary(feedback.ScaleNPS(), []int64{5, 3, 4, 6, 10, 20, 30, 80, 120, 150, 172}, 7)
	require.NoError(b, err)
	stored := make([]feedback.Summary, 366*100)
	for i := range stored {
		stored[i] = one
	}
	b.ReportAllocs()
	for b.Loop() {
		var all feedback.Summary
		for i := range stored {
			if all.Merge(&stored[i]) != nil {
				b.Fatal("refused")
			}
		}
	}
}

// BenchmarkSummaryOf makes the score of ten million raw answers.
func BenchmarkSummaryOf(b *testing.B) {
	scores := make([]uint8, 10_000_000)
	for i := range scores {
		scores[i] = uint8(i * i % 11)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(scores)))
	for b.Loop() {
		s, err := feedback.SummaryOf(feedback.ScaleNPS(), scores)
		if err != nil || s.N() != int64(len(scores)) {
			b.Fatal(err)
		}
		r, err := feedback.NewResult(feedback.ScaleNPS(), s)
		if err != nil || !r.NetScore(feedback.AdjustedWald, feedback.Level{}).OK {
			b.Fatal(err)
		}
	}
}
