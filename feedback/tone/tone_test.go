package tone_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

func TestBuiltinsCompile(t *testing.T) {
	_, err := tone.New(tone.Config{})
	require.NoError(t, err)
	_, err = tone.NewTopics(tone.TopicRules()...)
	require.NoError(t, err)
	_, err = tone.NewReplyChecker(tone.ReplyRules()...)
	require.NoError(t, err)
}

func TestARatingOutranksTheText(t *testing.T) {
	e := engineOnce()
	text := e.Analyze("Nicht gut.")
	assert.Equal(t, tone.Negative, text.Label)
	rated := tone.Rated(text, feedback.ScaleStars5(), 5)
	assert.Equal(t, tone.Positive, rated.Label)
	assert.Equal(t, tone.FromRating, rated.Source)
	assert.Equal(t, text.Spans, rated.Spans)
	assert.Equal(t, text, tone.Rated(text, feedback.ScaleStars5(), 6), "no star of the scale")
	assert.Equal(t, tone.Neutral, tone.Rated(text, feedback.ScaleStars5(), 3).Label)
}
