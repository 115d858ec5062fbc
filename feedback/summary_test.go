package feedback_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

// summaries draws summaries of one scale; small counts and such beyond 2^53.
func summaries(scale feedback.Scale) *rapid.Generator[feedback.Summary] {
	return rapid.Custom(func(t *rapid.T) feedback.Summary {
		cfg := scale.Config()
		most := rapid.SampledFrom([]int64{0, 3, 1000, 1 << 56}).Draw(t, "most")
		n := cfg.Max - cfg.Min + 1
		counts := rapid.SliceOfN(rapid.Int64Range(0, most), n, n).Draw(t, "counts")
		s, err := feedback.NewSummary(scale, counts, rapid.Int64Range(0, most).Draw(t, "skipped"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func merged(t require.TestingT, list ...feedback.Summary) feedback.Summary {
	var all feedback.Summary
	for i := range list {
		require.NoError(t, all.Merge(&list[i]))
	}
	return all
}

// TestSummaryLaws: merging is commutative and associative with the zero value
// as its unit, subtracting undoes it, and JSON keeps all of it.
func TestSummaryLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := summaries(rapid.SampledFrom(scales()).Draw(t, "scale"))
		a, b, c := draw.Draw(t, "a"), draw.Draw(t, "b"), draw.Draw(t, "c")
		require.Equal(t, merged(t, a, b), merged(t, b, a))
		require.Equal(t, merged(t, merged(t, a, b), c), merged(t, a, merged(t, b, c)))
		require.Equal(t, a, merged(t, a, feedback.Summary{}))
		require.Equal(t, a, merged(t, feedback.Summary{}, a))

		back := merged(t, a, b)
		require.NoError(t, back.Sub(&b))
		require.Equal(t, a, back)
		require.NoError(t, back.Sub(&a))
		require.Equal(t, feedback.Summary{}, back)

		data, err := json.Marshal(a)
		require.NoError(t, err)
		var read feedback.Summary
		require.NoError(t, json.Unmarshal(data, &read), string(data))
		require.Equal(t, a, read)
	})
}

// TestAnySplitCountsTheSame: answers counted one by one, in any split, are the
// answers counted at once.
func TestAnySplitCountsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom(scales()).Draw(t, "scale")
		cfg := scale.Config()
		answers := rapid.SliceOf(rapid.IntRange(cfg.Min-1, cfg.Max)).Draw(t, "answers") // the lowest: skipped
		parts := make([]feedback.Summary, rapid.IntRange(1, 5).Draw(t, "parts"))
		counts, skipped := make([]int64, cfg.Max-cfg.Min+1), int64(0)
		for _, a := range answers {
			part := &parts[rapid.IntRange(0, len(parts)-1).Draw(t, "part")]
			if a < cfg.Min {
				skipped++
				require.NoError(t, part.Skip(scale))
				continue
			}
			counts[a-cfg.Min]++
			require.NoError(t, part.Add(scale, a))
		}
		want, err := feedback.NewSummary(scale, counts, skipped)
		require.NoError(t, err)
		got := merged(t, parts...)
		require.Equal(t, want, got)
		require.Equal(t, int64(len(answers)), got.N()+got.Skipped())
		for i, n := range counts {
			require.Equal(t, n, got.Count(cfg.Min+i))
		}
		require.Zero(t, got.Count(cfg.Min-1)+got.Count(cfg.Max+1))
	})
}

// TestSummaryRefuses: what cannot be counted is refused and changes nothing.
func TestSummaryRefuses(t *testing.T) {
	t.Parallel()
	five := feedback.ScaleCSAT5()
	s, err := feedback.NewSummary(five, []int64{0, 1, 0, 0, 2}, 1)
	require.NoError(t, err)
	kept := s

	require.ErrorIs(t, s.Add(five, 0), feedback.ErrInvalid)
	require.ErrorIs(t, s.Add(five, 6), feedback.ErrInvalid)
	require.ErrorIs(t, s.Add(feedback.Scale{}, 0), feedback.ErrInvalid)
	require.ErrorIs(t, s.Skip(feedback.Scale{}), feedback.ErrInvalid)
	require.ErrorIs(t, s.Add(feedback.ScaleNPS(), 4), feedback.ErrOtherScale)
	require.ErrorIs(t, s.Skip(feedback.ScaleNPS()), feedback.ErrOtherScale)

	nps, err := feedback.NewSummary(feedback.ScaleNPS(), make([]int64, 11), 1)
	require.NoError(t, err)
	require.ErrorIs(t, s.Merge(&nps), feedback.ErrOtherScale)
	require.ErrorIs(t, s.Sub(&nps), feedback.ErrOtherScale)

	more, err := feedback.NewSummary(five, []int64{1, 0, 0, 0, 0}, 0)
	require.NoError(t, err)
	require.ErrorIs(t, s.Sub(&more), feedback.ErrUnderflow)
	skips, err := feedback.NewSummary(five, []int64{0, 0, 0, 0, 0}, 2)
	require.NoError(t, err)
	require.ErrorIs(t, s.Sub(&skips), feedback.ErrUnderflow)
	var none feedback.Summary
	require.ErrorIs(t, none.Sub(&more), feedback.ErrUnderflow)

	full, err := feedback.NewSummary(five, []int64{math.MaxInt64, 0, 0, 0, 0}, 0)
	require.NoError(t, err)
	require.ErrorIs(t, s.Merge(&full), feedback.ErrOverflow)
	require.ErrorIs(t, full.Add(five, 2), feedback.ErrOverflow)
	assert.Equal(t, kept, s)
	assert.True(t, none.IsZero())

	_, err = feedback.NewSummary(five, []int64{-1, math.MaxInt64, 1, 0, 0}, -2)
	assert.Equal(t, []string{"counts[0]", "counts[2]", "skipped"}, paths(t, err))
	_, err = feedback.NewSummary(five, []int64{1}, 0)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = feedback.NewSummary(feedback.Scale{}, nil, 0)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

// TestSummaryJSON: stored counts are read exactly or not at all.
func TestSummaryJSON(t *testing.T) {
	t.Parallel()
	s, err := feedback.NewSummary(feedback.ScaleThumbs(), []int64{1<<53 + 1, 1 << 53}, 1<<62+1)
	require.NoError(t, err)
	data, err := json.Marshal(s)
	require.NoError(t, err)
	assert.Equal(t, `{"v":1,"counts":["9007199254740993",9007199254740992],"skipped":"4611686018427387905"}`, string(data))
	var back feedback.Summary
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, s, back)
	require.NoError(t, json.Unmarshal([]byte(`{"v":1}`), &back))
	assert.Equal(t, feedback.Summary{}, back)
	require.NoError(t, json.Unmarshal([]byte(`{"v":1,"counts":[9007199254740993,0]}`), &back))
	assert.Equal(t, int64(9007199254740993), back.Count(0))

	for _, bad := range []string{
		`{}`, `{"v":2}`, `{"v":1,"counts":[-1,2]}`, `{"v":1,"counts":[1.5,2]}`, `{"v":1,"counts":[1e3,2]}`,
		`{"v":1,"counts":["-1",2]}`, `{"v":1,"counts":["",2]}`, `{"v":1,"counts":["01",2]}`, `{"v":1,"counts":[1]}`,
		`{"v":1,"counts":[0,0,0,0,0,0,0,0,0,0,0,0]}`, `{"v":1,"min":7,"counts":[0,0,0,0,1]}`, `{"v":1,"min":-1,"counts":[0,1]}`,
		`{"v":1,"skipped":1}`, `{"v":1,"counts":[9223372036854775807,1]}`, `{"v":1,"counts":[9223372036854775808,1]}`,
		`{"v":1,"counts":[1,2],"Counts":[1,2]}`, `{"v":1,"total":3}`, `[]`, `"1"`,
	} {
		kept := back
		require.ErrorIs(t, json.Unmarshal([]byte(bad), &back), feedback.ErrInvalid, bad)
		assert.Equal(t, kept, back)
	}
}
