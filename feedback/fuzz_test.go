package feedback_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
)

// FuzzSummaryJSON: whatever is read as a summary is written and read as the same,
// and all that is refused is a fault.
func FuzzSummaryJSON(f *testing.F) {
	for _, seed := range []string{
		`{"v":1}`, `{"v":1,"min":1,"counts":[0,2,5,20,70],"skipped":3}`, `{"v":1,"counts":["9007199254740993",0]}`,
		`{"v":1,"counts":[-1,0]}`, `{"v":2}`, `{"v":1,"counts":[1e3,0]}`, `null`, `[]`, `{"v":1,"skipped":"9223372036854775808"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s feedback.Summary
		if err := s.UnmarshalJSON(data); err != nil {
			require.ErrorIs(t, err, feedback.ErrInvalid)
			require.True(t, s.IsZero())
			return
		}
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var back feedback.Summary
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, s, back)
	})
}

// FuzzAnswers: answers from outside are counted or refused, never both, and
// never mended.
func FuzzAnswers(f *testing.F) {
	survey := afterTicket(f)
	for _, seed := range []string{
		`[{"question":"csat","score":4},{"question":"nps","skipped":true}]`, `[{"question":"csat","score":4.5}]`, `[]`, `null`,
		`[{"question":"csat","score":4,"Score":5}]`, `[{"question":"nps"}]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		answers, err := survey.ParseAnswers(data)
		if err != nil {
			require.ErrorIs(t, err, feedback.ErrInvalid)
			require.Nil(t, answers)
			return
		}
		for _, a := range answers {
			scale, ok := survey.Scale(a.Question)
			require.True(t, ok)
			require.True(t, a.Skipped || scale.Has(a.Score))
		}
	})
}
