package tone_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

// jargon are texts in words that no lexicon has: one in five contradicts its
// label, so that nobody can be right always.
func jargon(n int, seed uint64) []tone.Labelled {
	r := rand.New(rand.NewPCG(seed, 1))
	list := make([]tone.Labelled, n)
	for i := range list {
		label, word := tone.Positive, "zwirbelt"
		if r.IntN(2) == 0 {
			label, word = tone.Negative, "schnurbt"
		}
		if r.IntN(5) == 0 {
			word = map[string]string{"zwirbelt": "schnurbt", "schnurbt": "zwirbelt"}[word]
		}
		list[i] = tone.Labelled{ID: fmt.Sprint(seed, "-", i), Text: fmt.Sprintf("Die Zwille %s am Tag %d", word, r.IntN(9)), Label: label}
	}
	return list
}

func learnt(t require.TestingT, base tone.Analyzer, list ...tone.Labelled) *tone.Learner {
	l := tone.NewLearner(base)
	for _, x := range list {
		require.NoError(t, l.Add(x))
	}
	return l
}

func TestALearnerTakesOverWhereItWins(t *testing.T) {
	l := learnt(t, engineOnce(), jargon(2000, 7)...)
	n, held := l.Texts()
	assert.Equal(t, int64(2000), n+held)
	assert.InDelta(t, 500, held, 60, "one in four")
	a, v := l.Choose(feedback.Level{})
	assert.True(t, v.TakesOver, v)
	assert.InDelta(t, 0.8, v.Learner, 0.05, "as good as the labels allow")
	assert.InDelta(t, 0.5, v.Base, 1e-9, "the lexicon knows none of the words")
	assert.Greater(t, v.Interval.Low, 0.2)
	assert.Less(t, v.P, 1e-9)
	assert.Contains(t, v.String(), "the learner takes over: balanced recall")
	assert.Equal(t, tone.Positive, a.Analyze("Die zwirbelt!").Label)
	assert.Equal(t, tone.FromLearner, a.Analyze("Die zwirbelt!").Source)
	assert.Zero(t, testing.AllocsPerRun(20, func() { a.Analyze(germanReview) }))
	// The doubt of irony stays.
	assert.Equal(t, tone.Irony, a.Analyze("Na toll, das zwirbelt.").Doubt)
}

func TestALearnerStaysBackWhereItDoesNot(t *testing.T) {
	e := engineOnce()
	for name, c := range map[string]struct {
		list []tone.Labelled
		want tone.Reason
	}{
		"few":      {jargon(60, 3), tone.TooFewTexts},
		"one kind": {same(1000), tone.TooFewTexts},
		"noise":    {noise(1500), tone.NotBetter},
		"known":    {known(1500), tone.NotBetter}, // the lexicon has them all
	} {
		a, v := learnt(t, e, c.list...).Choose(feedback.Level{})
		assert.Equal(t, c.want, v.Reason, name)
		assert.False(t, v.TakesOver)
		assert.True(t, a == tone.Analyzer(e), "%s: the base itself", name)
		assert.Contains(t, v.String(), "the lexicon stays")
	}
}

func same(n int) []tone.Labelled {
	list := make([]tone.Labelled, n)
	for i := range list {
		list[i] = tone.Labelled{ID: strconv.Itoa(i), Text: "Es zwirbelt", Label: tone.Positive}
	}
	return list
}

// noise are labels that have nothing to do with the texts.
func noise(n int) []tone.Labelled {
	r := rand.New(rand.NewPCG(5, 5))
	list := make([]tone.Labelled, n)
	for i := range list {
		words := []string{"gut", "schlecht", "eins", "zwei", "drei", "vier"}
		list[i] = tone.Labelled{ID: strconv.Itoa(i), Text: words[r.IntN(6)] + " " + words[r.IntN(6)], Label: []tone.Label{tone.Positive, tone.Negative}[r.IntN(2)]}
	}
	return list
}

func known(n int) []tone.Labelled {
	list := make([]tone.Labelled, n)
	for i := range list {
		list[i] = tone.Labelled{ID: strconv.Itoa(i), Text: "Das ist gut", Label: tone.Positive}
		if i%2 == 0 {
			list[i].Text, list[i].Label = "Das ist schlecht", tone.Negative
		}
	}
	return list
}

func TestLearnerRefuses(t *testing.T) {
	l := tone.NewLearner(engineOnce())
	require.ErrorIs(t, l.Add(tone.Labelled{ID: "a", Label: tone.Neutral}), tone.ErrInvalid)
	require.ErrorIs(t, l.Add(tone.Labelled{Label: tone.Positive}), tone.ErrInvalid)
	for _, x := range jargon(40, 1) {
		require.NoError(t, l.Add(x))
	}
	before := asJSON(t, l)
	refused := 0
	for _, x := range jargon(40, 2) {
		x.Text += " etwas, das nie jemand schrieb"
		if err := l.Remove(x); err != nil {
			require.ErrorIs(t, err, tone.ErrUnderflow)
			refused++
		}
	}
	assert.Greater(t, refused, 20)
	assert.Equal(t, before, asJSON(t, l))

	for _, bad := range []string{
		`{"v":2}`,
		`{"v":1,"texts":[1,0],"words":[[40000,1,0]]}`,
		`{"v":1,"texts":[1,0],"words":[[9,2,0]]}`,
		`{"v":1,"texts":[1,0],"words":[[9,1,0],[9,1,0]]}`,
		`{"v":1,"held":[{"key":"1","good":true,"base":"positive","features":[1]}]}`,
		`{"v":1,"held":[{"key":"4","good":true,"base":"x","features":[1]}]}`,
		`{"v":1,"held":[{"key":"4","good":true,"base":"positive","features":[2,2]}]}`,
		`{"v":1,"held":[{"key":"8","good":true,"base":"positive","features":[2]},{"key":"4","good":true,"base":"positive","features":[2]}]}`,
		`{"v":1,"extra":1}`,
	} {
		_, err := tone.LoadLearner(engineOnce(), []byte(bad))
		require.ErrorIs(t, err, tone.ErrInvalid, bad)
	}
}

func TestLearnerIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("learns 9,000 texts")
	}
	base := fixed(tone.Positive)
	l := tone.NewLearner(base)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 9_000 {
		var b strings.Builder
		for range 40 {
			fmt.Fprintf(&b, "w%d ", r.IntN(1_000_000))
		}
		require.NoError(t, l.Add(tone.Labelled{ID: strconv.Itoa(i), Text: b.String(), Label: tone.Positive}))
	}
	_, held := l.Texts()
	assert.Equal(t, int64(2000), held)
	assert.Less(t, len(asJSON(t, l)), 5<<20)
}

// fixed is an analyzer that always says the same.
type fixed tone.Label

func (f fixed) Analyze(string) tone.Result { return tone.Result{Label: tone.Label(f)} }

func labelled(ids *rapid.Generator[string]) *rapid.Generator[tone.Labelled] {
	return rapid.Custom(func(t *rapid.T) tone.Labelled {
		return tone.Labelled{
			ID:    ids.Draw(t, "id"),
			Text:  strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "gut", "nicht.", "ä", "🙂"}), 0, 8).Draw(t, "text"), " "),
			Label: rapid.SampledFrom([]tone.Label{tone.Positive, tone.Negative}).Draw(t, "label"),
		}
	})
}

func TestLearnersMergeInAnyOrder(t *testing.T) {
	e := engineOnce()
	// Few ids, so that texts held out meet each other again.
	lists := rapid.SliceOfN(labelled(rapid.StringMatching("[a-d][0-9]")), 0, 15)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := lists.Draw(t, "a"), lists.Draw(t, "b"), lists.Draw(t, "c")
		merged := func(parts ...[]tone.Labelled) string {
			all := tone.NewLearner(e)
			for _, p := range parts {
				require.NoError(t, all.Merge(learnt(t, e, p...)))
			}
			return asJSON(t, all)
		}
		want := merged(a, b, c)
		require.Equal(t, want, merged(c, b, a))
		bc := learnt(t, e, b...)
		require.NoError(t, bc.Merge(learnt(t, e, c...)))
		abc := learnt(t, e, a...)
		require.NoError(t, abc.Merge(bc))
		require.Equal(t, want, asJSON(t, abc), "nor does the grouping matter")

		again, err := tone.LoadLearner(e, []byte(want))
		require.NoError(t, err)
		require.Equal(t, want, asJSON(t, again))
	})
}

// An erased text leaves no trace in what was learnt.
func TestErasedTextsLeaveNoTrace(t *testing.T) {
	e := engineOnce()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(labelled(rapid.Just("id-")), 1, 20).Draw(t, "texts")
		for i := range list {
			list[i].ID += strconv.Itoa(i)
		}
		l := learnt(t, e, list[1:]...)
		before := asJSON(t, l)
		require.NoError(t, l.Add(list[0]))
		require.NotEqual(t, before, asJSON(t, l))
		require.NoError(t, l.Remove(list[0]))
		require.Equal(t, before, asJSON(t, l))
	})
}

func FuzzLearner(f *testing.F) {
	e := engineOnce()
	f.Add([]byte(asJSON(f, learnt(f, e, jargon(20, 9)...))))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := tone.LoadLearner(e, data)
		if err != nil {
			return
		}
		stored := asJSON(t, l)
		again, err := tone.LoadLearner(e, []byte(stored))
		require.NoError(t, err)
		require.Equal(t, stored, asJSON(t, again))
		a, v := l.Choose(feedback.Level{})
		checkResult(t, germanReview, a.Analyze(germanReview))
		_, err = json.Marshal(v)
		require.NoError(t, err)
	})
}
