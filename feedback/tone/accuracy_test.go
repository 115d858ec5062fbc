package tone_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

// comment is a labelled comment: positive, negative, mixed or neutral.
type comment struct{ label, text string }

func comments(t require.TestingT, name string) []comment {
	data, err := os.ReadFile("testdata/comments_" + name + ".tsv")
	require.NoError(t, err)
	var list []comment
	for line := range strings.Lines(string(data)) {
		label, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		require.True(t, ok, line)
		list = append(list, comment{label, text})
	}
	return list
}

// recalls are how many of the positive and of the negative comments an analyzer
// found; unknown and neutral count as not found.
func recalls(a tone.Analyzer, list []comment, missed func(comment, tone.Result)) (float64, float64) {
	found, all := map[string]float64{}, map[string]float64{}
	for _, c := range list {
		r := a.Analyze(c.text)
		all[c.label]++
		if string(r.Label) == c.label {
			found[c.label]++
		} else if missed != nil {
			missed(c, r)
		}
	}
	return found["positive"] / all["positive"], found["negative"] / all["negative"]
}

func TestRecall(t *testing.T) {
	e := engineOnce()
	for _, name := range []string{"de_tune", "de_held", "en_tune", "en_held"} {
		list := comments(t, name)
		var missed func(comment, tone.Result)
		if os.Getenv("TONE_MISSED") != "" && strings.HasSuffix(name, "_tune") {
			missed = func(c comment, r tone.Result) {
				t.Logf("%s %s: %+.2f %s %s", c.label, r.Label, r.Polarity, r.Doubt, c.text)
				for s := range r.Spans.All() {
					t.Logf("      %+.1f %s", s.Weight, c.text[s.Start:s.End])
				}
			}
		}
		p, n := recalls(e, list, missed)
		t.Logf("%s: %d comments, recall of positive %.3f, of negative %.3f, mean %.3f", name, len(list), p, n, (p+n)/2)
		assert.Greater(t, (p+n)/2, 0.8, name)
	}
}
