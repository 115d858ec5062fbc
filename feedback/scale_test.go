package feedback_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
)

func scales() []feedback.Scale {
	return []feedback.Scale{
		feedback.ScaleCSAT5(), feedback.ScaleNPS(), feedback.ScaleCES7(), feedback.ScaleEffort5(),
		feedback.ScaleStars5(), feedback.ScaleThumbs(), feedback.ScaleThumbs3(),
	}
}

// paths lists where the faults of an error lie.
func paths(t *testing.T, err error) []string {
	t.Helper()
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	list := make([]string, len(faults))
	for i, f := range faults {
		list[i] = f.Path
	}
	return list
}

// TestNamedScales: the scales that have a name pass their own check, go
// through JSON, and put each score where their field puts it.
func TestNamedScales(t *testing.T) {
	t.Parallel()
	for _, s := range scales() {
		checked, err := feedback.NewScale(s.Config())
		require.NoError(t, err)
		assert.Equal(t, s, checked)
		data, err := json.Marshal(s)
		require.NoError(t, err)
		var back feedback.Scale
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, s, back)
	}
	groups := func(s feedback.Scale) string {
		var text strings.Builder
		for score := -1; score <= 11; score++ {
			switch {
			case s.Good(score):
				text.WriteString("+")
			case s.Bad(score):
				text.WriteString("-")
			case s.Has(score):
				text.WriteString("o")
			default:
				text.WriteString(".")
			}
		}
		return text.String()
	}
	for i, want := range []string{
		"..--o++......", ".-------oo++.", "..---o+++....", "..++o--......", "..--o++......", ".-+..........", ".-o+.........",
	} {
		assert.Equal(t, want, groups(scales()[i]), scales()[i].Kind())
	}
	assert.Equal(t, ".............", groups(feedback.Scale{}))
}

// TestScaleFaults: all faults are found, each at its field.
func TestScaleFaults(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cfg  feedback.ScaleConfig
		want []string
	}{
		{feedback.ScaleConfig{Kind: "csat", Min: 5, Max: 1, Good: 4, Bad: 2}, []string{"min", "max", "good", "bad"}},
		{feedback.ScaleConfig{Kind: "csat", Min: 1, Max: 1, Good: 1, Bad: 1}, []string{"max", "bad"}},
		{feedback.ScaleConfig{Kind: "csat", Min: 0, Max: 100, Good: 80, Bad: 20}, []string{"max"}},
		{feedback.ScaleConfig{Kind: "csat", Min: -2, Max: 2, Good: 1, Bad: -1}, []string{"min"}},
		{feedback.ScaleConfig{Kind: "csat", Min: 1, Max: 5, Good: 4, Bad: 4}, []string{"bad"}},
		{feedback.ScaleConfig{Kind: "csat", Min: 1, Max: 5, Good: 2, Bad: 4}, []string{"bad"}},
		{feedback.ScaleConfig{Kind: "csat", Min: 1, Max: 5, Good: 4, Bad: 2, LowIsGood: true}, []string{"bad"}},
		{feedback.ScaleConfig{Kind: "nps", Min: 0, Max: 10, Good: 8, Bad: 6}, []string{"kind"}},
		{feedback.ScaleConfig{Kind: "stars", Min: 0, Max: 5, Good: 4, Bad: 2}, []string{"kind"}},
		{feedback.ScaleConfig{Kind: "smiley", Min: 1, Max: 5, Good: 4, Bad: 2}, []string{"kind"}},
		{feedback.ScaleConfig{}, []string{"max", "bad", "kind"}},
	} {
		_, err := feedback.NewScale(c.cfg)
		assert.Equal(t, c.want, paths(t, err), "%+v", c.cfg)
	}
	var s feedback.Scale
	require.ErrorIs(t, json.Unmarshal([]byte(`{"kind":"csat","min":1,"max":5,"good":4,"bad":2,"Good":5}`), &s), feedback.ErrInvalid)
	require.ErrorIs(t, json.Unmarshal([]byte(`{"kind":"csat","min":5,"max":1,"good":4,"bad":2}`), &s), feedback.ErrInvalid)
	assert.True(t, s.IsZero())
}

// TestScoresAreNotMended: what is no score of the scale is refused, and its
// text is not repeated.
func TestScoresAreNotMended(t *testing.T) {
	t.Parallel()
	n, err := feedback.ScaleCSAT5().Parse("4")
	require.NoError(t, err)
	assert.Equal(t, 4, n)
	for _, text := range []string{"4.5", "4,5", "", " 4", "4 ", "+4", "04", "0", "6", "-1", "four", "1e0", "99999999999999999999"} {
		_, err := feedback.ScaleCSAT5().Parse(text)
		require.ErrorIs(t, err, feedback.ErrInvalid, text)
	}
	_, err = feedback.ScaleCSAT5().Parse("call me at home")
	var fault *feedback.Fault
	require.True(t, errors.As(err, &fault))
	assert.Equal(t, "(text)", fault.Value)
	_, err = feedback.Scale{}.Parse("0")
	require.ErrorIs(t, err, feedback.ErrInvalid)
}
