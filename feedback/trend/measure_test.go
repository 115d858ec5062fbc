package trend_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

func share(good, n int64) feedback.Proportion { return feedback.Proportion{Good: good, N: n} }

func measure() trend.Measure {
	return trend.Measure{
		Kind: trend.MeasureTraining, Finding: "Replies blame the courier.", Hypothesis: "A workshop helps.", Owner: "ben",
		Survey: "csat", Question: "satisfied", Segment: feedback.Segment{Facet: "team", Value: "parcel"},
		Before: 20_000, Start: 20_030, Settled: 20_044, Due: 20_074, Baseline: .7, Effect: .1, State: trend.MeasureRunning,
	}
}

func TestMeasure(t *testing.T) {
	m := measure()
	require.NoError(t, m.Check())
	needed, err := m.Needed()
	require.NoError(t, err)
	want, err := feedback.ShareTest{P1: .7, P2: .8, Alpha: .05, Power: .8}.SampleSize()
	require.NoError(t, err)
	assert.Equal(t, want, needed)
	for name, c := range map[string]struct {
		e       feedback.Proportion
		before  feedback.Proportion
		verdict trend.Verdict
	}{
		"it rose":            {share(340, 400), share(280, 400), trend.Worked},
		"it did not move":    {share(281, 400), share(280, 400), trend.DidNot},
		"it fell":            {share(240, 400), share(280, 400), trend.DidNot},
		"too few to tell":    {share(36, 45), share(28, 40), trend.NotEnoughData},
		"none after":         {share(0, 0), share(280, 400), trend.NotEnoughData},
		"few, but so clear":  {share(40, 40), share(20, 40), trend.Worked},
		"all and none agree": {share(400, 400), share(0, 400), trend.Worked},
	} {
		j, err := m.Judge(trend.Evidence{Before: c.before, After: c.e}, feedback.Level{})
		require.NoError(t, err)
		assert.Equal(t, c.verdict, j.Verdict, name)
		assert.Equal(t, needed, j.Needed)
		if c.e.N > 0 {
			assert.True(t, j.Interval.Has(j.Change))
			assert.InDelta(t, float64(c.e.Good)/float64(c.e.N)-float64(c.before.Good)/float64(c.before.N), j.Change, 1e-12)
		}
	}
	falling := m
	falling.Effect = -.1
	j, err := falling.Judge(trend.Evidence{Before: share(280, 400), After: share(200, 400)}, feedback.Level{})
	require.NoError(t, err)
	assert.Equal(t, trend.Worked, j.Verdict, "it was hoped to fall")
}

// What rose everywhere is not the measure's doing.
func TestDifferenceInDifferences(t *testing.T) {
	m := measure()
	m.Comparison = feedback.Segment{Facet: "team", Value: "returns"}
	needed, err := m.Needed()
	require.NoError(t, err)
	plain := measure()
	single, err := plain.Needed()
	require.NoError(t, err)
	assert.Equal(t, 2*single, needed)
	e := trend.Evidence{
		Before: share(700, 1000), After: share(800, 1000), ComparisonBefore: share(700, 1000), ComparisonAfter: share(800, 1000),
	}
	j, err := m.Judge(e, feedback.Level{})
	require.NoError(t, err)
	assert.Equal(t, trend.DidNot, j.Verdict)
	assert.InDelta(t, 0, j.Change, 1e-12)
	e.ComparisonAfter = share(700, 1000)
	j, err = m.Judge(e, feedback.Level{})
	require.NoError(t, err)
	assert.Equal(t, trend.Worked, j.Verdict)
	assert.InDelta(t, .1, j.Change, 1e-12)
	alone, err := plain.Judge(trend.Evidence{Before: e.Before, After: e.After}, feedback.Level{})
	require.NoError(t, err)
	assert.Less(t, alone.Interval.High-alone.Interval.Low, j.Interval.High-j.Interval.Low, "two differences are less sure than one")
}

func TestMeasuresReopen(t *testing.T) {
	m := measure()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	assert.Equal(t, "2024-12-16T23:00:00Z", m.Wake(berlin).Format(time.RFC3339))
	m = m.Judged(trend.Judgement{Verdict: trend.NotEnoughData})
	assert.Equal(t, trend.MeasureRunning, m.State)
	m = m.Judged(trend.Judgement{Verdict: trend.Worked})
	assert.Equal(t, trend.MeasureJudged, m.State)
	assert.True(t, m.Wake(berlin).IsZero())
	assert.Equal(t, trend.MeasureJudged, m.Alarmed(trend.Event{Kind: trend.Raised, Direction: trend.High}).State, "better still is no alarm")
	ended := trend.Event{Kind: trend.Ended, Direction: trend.Low}
	assert.Equal(t, trend.MeasureJudged, m.Alarmed(ended).State)
	again := m.Alarmed(trend.Event{Kind: trend.Raised, Direction: trend.Low})
	assert.Equal(t, trend.MeasureReopened, again.State)
	assert.Empty(t, again.Verdict)
	assert.False(t, again.Wake(berlin).IsZero())
	did := measure()
	did = did.Judged(trend.Judgement{Verdict: trend.DidNot})
	assert.Equal(t, trend.MeasureJudged, did.Alarmed(trend.Event{Kind: trend.Raised, Direction: trend.Low}).State, "it was never thought to have worked")

	text, err := json.Marshal(m)
	require.NoError(t, err)
	var back trend.Measure
	require.NoError(t, json.Unmarshal(text, &back))
	assert.Equal(t, m, back)
}

func TestMeasureFaults(t *testing.T) {
	m := trend.Measure{Kind: "hope", Baseline: 2, Before: 5, Start: 5, Settled: 3, Due: 1}
	err := m.Check()
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{"kind", "finding", "hypothesis", "owner", "survey", "question", "start", "baseline", "effect"}, paths)
	_, err = m.Judge(trend.Evidence{}, feedback.Level{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

func ExampleMeasure_Judge() {
	m := trend.Measure{
		Kind: trend.MeasureProcess, Finding: "Answers are late on Mondays.", Hypothesis: "A second shift helps.", Owner: "anna",
		Survey: "csat", Question: "satisfied", Before: 20_000, Start: 20_030, Settled: 20_044, Due: 20_074, Baseline: .7, Effect: .1,
	}
	j, err := m.Judge(trend.Evidence{Before: feedback.Proportion{Good: 280, N: 400}, After: feedback.Proportion{Good: 340, N: 400}}, feedback.Level{})
	fmt.Printf("%s %.2f (%.2f to %.2f), needed %d, %v\n", j.Verdict, j.Change, j.Interval.Low, j.Interval.High, j.Needed, err)
	// Output:
	// worked 0.15 (0.09 to 0.21), needed 294, <nil>
}
