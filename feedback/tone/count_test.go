package tone_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

func day(t require.TestingT, date string) feedback.Day {
	d, err := feedback.ParseDay(date)
	require.NoError(t, err)
	return d
}

// about is what Find returns for a comment with the topics.
func about(topics ...tone.Topic) []tone.TopicMatch {
	list := make([]tone.TopicMatch, 0, len(topics))
	for _, topic := range topics {
		list = append(list, tone.TopicMatch{Topic: topic})
	}
	return list
}

func asJSON(t require.TestingT, v json.Marshaler) string {
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

func TestCounts(t *testing.T) {
	monday := day(t, "2026-11-02")
	phone := feedback.Segment{Facet: "channel", Value: "phone"}
	var c tone.TopicCounts
	require.NoError(t, c.Add(tone.Group{Day: monday}, about(tone.Cost, tone.Defect)))
	require.NoError(t, c.Add(tone.Group{Day: monday}, nil))
	require.NoError(t, c.Add(tone.Group{Day: monday + 1}, about(tone.Defect)))
	require.NoError(t, c.Add(tone.Group{Day: monday, Segment: phone}, about(tone.Cost)))
	week := tone.Days{From: monday, Next: monday + 7}

	assert.Equal(t, feedback.Proportion{Good: 2, N: 3}, c.Of(tone.Defect, week, feedback.Segment{}))
	assert.Equal(t, feedback.Proportion{Good: 1, N: 2}, c.Of(tone.Defect, tone.Days{From: monday, Next: monday + 1}, feedback.Segment{}))
	assert.Equal(t, feedback.Proportion{N: 1}, c.Of(tone.Defect, week, phone))
	assert.Equal(t, []tone.Topic{tone.Defect, tone.Cost}, c.Topics(week, feedback.Segment{}))

	// Wilson's interval of 2 of 3, as feedback has it.
	share := c.Share(tone.Defect, week, feedback.Segment{}, feedback.Level{})
	assert.Equal(t, feedback.Proportion{Good: 2, N: 3}.Share(feedback.Wilson, feedback.Level{}), share)
	assert.False(t, c.Share(tone.Defect, tone.Days{From: monday + 7, Next: monday + 8}, feedback.Segment{}, feedback.Level{}).OK, "nothing is not 0 %")

	buckets, points, err := c.Series(tone.Defect, feedback.UnitWeek, tone.Days{From: monday, Next: monday + 14}, feedback.Segment{})
	require.NoError(t, err)
	assert.Equal(t, []feedback.Proportion{{Good: 2, N: 3}, {}}, points)
	assert.Equal(t, "2026-W45", buckets[0].String())

	assert.JSONEq(t, `{"v":1,"groups":[
		{"day":"2026-11-02","comments":2,"topics":{"cost":1,"defect":1}},
		{"day":"2026-11-03","comments":1,"topics":{"defect":1}},
		{"day":"2026-11-02","segment":{"facet":"channel","value":"phone"},"comments":1,"topics":{"cost":1}}]}`, asJSON(t, &c))
}

func TestCountsRefuse(t *testing.T) {
	monday := tone.Group{Day: day(t, "2026-11-02")}
	var c tone.TopicCounts
	require.ErrorIs(t, c.Add(monday, about(tone.Cost, tone.Cost)), tone.ErrInvalid)
	require.NoError(t, c.Add(monday, about(tone.Cost)))
	before := asJSON(t, &c)
	require.ErrorIs(t, c.Remove(monday, about(tone.Defect)), tone.ErrUnderflow)
	require.ErrorIs(t, c.Remove(monday, nil), tone.ErrUnderflow, "the one comment has a topic")
	require.ErrorIs(t, c.Remove(tone.Group{Day: monday.Day + 1}, nil), tone.ErrUnderflow)
	assert.Equal(t, before, asJSON(t, &c), "a refusal changes nothing")

	var full tone.TopicCounts
	require.NoError(t, json.Unmarshal([]byte(`{"v":1,"groups":[{"day":"2026-11-02","comments":9223372036854775807}]}`), &full))
	require.ErrorIs(t, full.Add(monday, nil), tone.ErrOverflow)
	require.ErrorIs(t, full.Merge(&c), tone.ErrOverflow)
	assert.Equal(t, int64(math.MaxInt64), full.Of(tone.Cost, tone.Days{From: monday.Day, Next: monday.Day + 1}, feedback.Segment{}).N)

	for _, bad := range []string{
		`{"v":2,"groups":[]}`,
		`{"v":1,"groups":[{"day":"2026-11-02","comments":0}]}`,
		`{"v":1,"groups":[{"day":"2026-11-02","comments":1,"topics":{"cost":2}}]}`,
		`{"v":1,"groups":[{"day":"2026-11-02","comments":1},{"day":"2026-11-02","comments":1}]}`,
		`{"v":1,"groups":[{"day":"2026-11-02","comments":1,"more":1}]}`,
	} {
		require.ErrorIs(t, json.Unmarshal([]byte(bad), &c), tone.ErrInvalid, bad)
	}
	assert.Equal(t, before, asJSON(t, &c))
}

// randomCounts draws counts and what was added to them.
func randomCounts(t *rapid.T, name string) *tone.TopicCounts {
	c := &tone.TopicCounts{}
	topics := rapid.SliceOfNDistinct(rapid.SampledFrom([]tone.Topic{"a", "b", "c"}), 0, 3, rapid.ID)
	for range rapid.IntRange(0, 12).Draw(t, name) {
		g := tone.Group{Day: feedback.Day(rapid.IntRange(20000, 20003).Draw(t, "day"))}
		if rapid.Bool().Draw(t, "segment") {
			g.Segment = feedback.Segment{Facet: "f", Value: "v"}
		}
		require.NoError(t, c.Add(g, about(topics.Draw(t, "topics")...)))
	}
	return c
}

func TestCountsAreAGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := randomCounts(t, "a"), randomCounts(t, "b")
		wantA, wantB := asJSON(t, a), asJSON(t, b)
		var ab, ba tone.TopicCounts
		require.NoError(t, ab.Merge(a))
		require.NoError(t, ab.Merge(b))
		require.NoError(t, ba.Merge(b))
		require.NoError(t, ba.Merge(a))
		require.Equal(t, asJSON(t, &ab), asJSON(t, &ba))
		require.NoError(t, ab.Sub(a))
		require.Equal(t, wantB, asJSON(t, &ab))
		require.NoError(t, ba.Sub(b))
		require.Equal(t, wantA, asJSON(t, &ba))
		require.Equal(t, wantA, asJSON(t, a), "what is merged stays as it is")

		var again tone.TopicCounts
		require.NoError(t, json.Unmarshal([]byte(wantA), &again))
		require.Equal(t, wantA, asJSON(t, &again))
	})
}

// An erased comment leaves no trace.
func TestErasedCommentsLeaveNoTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomCounts(t, "a")
		before := asJSON(t, c)
		g := tone.Group{Day: feedback.Day(rapid.IntRange(20000, 20003).Draw(t, "day"))}
		found := about("a", "z")
		require.NoError(t, c.Add(g, found))
		require.NotEqual(t, before, asJSON(t, c))
		require.NoError(t, c.Remove(g, found))
		require.Equal(t, before, asJSON(t, c))
	})
}

func TestSpikes(t *testing.T) {
	monday := day(t, "2026-11-02")
	var c tone.TopicCounts
	add := func(d feedback.Day, n, with int, topic tone.Topic) {
		for i := range n {
			found := about()
			if i < with {
				found = about(topic)
			}
			require.NoError(t, c.Add(tone.Group{Day: d}, found))
		}
	}
	for d := monday; d < monday+14; d++ {
		add(d, 100, 10, tone.Speed)
	}
	add(monday+14, 100, 11, tone.Speed)  // as ever
	add(monday+15, 100, 30, tone.Speed)  // a spike
	add(monday+16, 1, 1, tone.Speed)     // one of one: outside the limits of few, and no spike
	add(monday+17, 100, 6, tone.Privacy) // never before, and so often at once
	w := tone.Watch{
		Baseline: tone.Days{From: monday, Next: monday + 14}, Days: tone.Days{From: monday + 14, Next: monday + 20},
		Links: []tone.Link{
			{Topic: tone.Speed, Since: monday, Problems: []string{"P-1"}, Measures: []string{"M-1"}},
			{Topic: tone.Speed, Since: monday + 17, Problems: []string{"P-2"}}, // opened later
			{Topic: tone.Cost, Since: monday, Problems: []string{"P-3"}},
		},
	}
	spikes, err := c.Spikes(w)
	require.NoError(t, err)
	require.Len(t, spikes, 2)
	assert.Equal(t, tone.Privacy, spikes[0].Topic)
	assert.Empty(t, spikes[0].Problems, "nobody is on it")
	assert.Equal(t, tone.Speed, spikes[1].Topic)
	assert.Equal(t, monday+15, spikes[1].Bucket.From)
	assert.InDelta(t, 0.19, spikes[1].Limit, 1e-9, "0.1 and three deviations of sqrt(0.1 x 0.9 / 100)")
	assert.Less(t, spikes[1].Chance, 1e-6)
	assert.Equal(t, []string{"P-1"}, spikes[1].Problems)
	assert.Equal(t, []string{"M-1"}, spikes[1].Measures)

	w.Baseline = tone.Days{From: monday - 7, Next: monday}
	_, err = c.Spikes(w)
	require.ErrorIs(t, err, tone.ErrInvalid, "nothing to compare with")
	w.Unit = "fortnight"
	_, err = c.Spikes(w)
	require.ErrorIs(t, err, feedback.ErrInvalid)

	news, ok := c.NewSince(monday+14, feedback.Segment{}, 5)
	require.True(t, ok)
	assert.Equal(t, []tone.News{{Topic: tone.Privacy, First: monday + 17, Comments: feedback.Proportion{Good: 6, N: 301}}}, news)
	news, ok = c.NewSince(monday+14, feedback.Segment{}, 7)
	assert.True(t, ok)
	assert.Empty(t, news)
	_, ok = c.NewSince(monday, feedback.Segment{}, 1)
	assert.False(t, ok, "before the first day all would be new")
}

func FuzzCounts(f *testing.F) {
	f.Add([]byte(`{"v":1,"groups":[{"day":"2026-11-02","comments":2,"topics":{"cost":1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var c, again tone.TopicCounts
		if json.Unmarshal(data, &c) != nil {
			return
		}
		stored := asJSON(t, &c)
		require.NoError(t, json.Unmarshal([]byte(stored), &again))
		require.Equal(t, stored, asJSON(t, &again))
		require.NoError(t, c.Sub(&again))
		require.Equal(t, `{"v":1,"groups":[]}`, asJSON(t, &c))
	})
}
