package trend_test

import (
	"encoding/json"
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

func survey(t *testing.T) *feedback.Survey {
	t.Helper()
	s, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "after-ticket", Questions: []feedback.Question{
		{ID: "csat", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
		{ID: "nps", About: feedback.AspectPurchase, Scale: feedback.ScaleNPS().Config()},
	}})
	require.NoError(t, err)
	return s
}

// stored are the rows of answers to the first question: (day, channel, score)
// with so many each.
func stored(t *testing.T, answers [][4]int, channels []string) iter.Seq2[feedback.Row, error] {
	t.Helper()
	five := feedback.ScaleCSAT5()
	var rows []feedback.Row
	for _, a := range answers {
		counts := make([]int64, 5)
		counts[a[2]-1] = int64(a[3])
		s, err := feedback.NewSummary(five, counts, 0)
		require.NoError(t, err)
		key := feedback.Key{Shop: "demo", Survey: "after-ticket", Question: "csat", Day: feedback.Day(a[0])}
		rows = append(rows, feedback.Row{Key: key, Summary: s})
		for facet, value := range map[string]string{"channel": channels[a[1]], "agent": "anna"} {
			key.Segment = feedback.Segment{Facet: facet, Value: value}
			rows = append(rows, feedback.Row{Key: key, Summary: s})
		}
	}
	rows = append(rows, feedback.Row{Key: feedback.Key{Shop: "demo", Survey: "after-ticket", Question: "gone", Day: 1}})
	return func(yield func(feedback.Row, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
}

// TestReport: the figures are those of the counts, and what gives a person away
// is not in them, in JSON neither.
func TestReport(t *testing.T) {
	t.Parallel()
	rows := stored(t, [][4]int{
		{0, 0, 5, 80}, {0, 0, 1, 20}, {1, 1, 5, 30}, {2, 1, 1, 30}, {2, 2, 3, 3}, {4, 0, 4, 2},
	}, []string{"chat", "email", "phone"})
	r, err := trend.NewReport(survey(t), rows, trend.ReportConfig{Unit: feedback.UnitDay, Without: []string{"agent"}})
	require.NoError(t, err)
	require.Len(t, r.Questions, 2)
	assert.Equal(t, []string{"gone"}, r.Others)

	q := r.Questions[0]
	assert.Equal(t, []int64{50, 0, 3, 2, 110}, q.All.Counts)
	assert.InDelta(t, 112.0/165, q.All.TopBox.Value, 1e-12)
	assert.InDelta(t, 100*(112.0-50)/165, q.All.Net.Value, 1e-9)

	require.Len(t, q.Over, 5)
	assert.Equal(t, "1970-01-01", q.Over[0].Label)
	assert.InDelta(t, 0.8, q.Over[0].Figures.TopBox.Value, 1e-12)
	assert.False(t, q.Over[3].Hidden) // nobody answered
	assert.Nil(t, q.Over[3].Figures)
	assert.True(t, q.Over[4].Hidden) // two did,
	assert.True(t, q.Over[1].Hidden) // and with the next smallest they are not the total less the rest
	assert.Nil(t, q.Over[4].Figures)
	assert.NotNil(t, q.Over[2].Figures)

	require.Equal(t, []string{"channel"}, keys(q.Facets))
	table := q.Facets["channel"]
	assert.Equal(t, []string{"email", "phone"}, table.Hidden)
	require.Len(t, table.Segments, 1)
	assert.Equal(t, "chat", table.Segments[0].Value)
	assert.Less(t, *table.Segments[0].P, 0.001) // 82 of 102 against 30 of 63

	assert.Nil(t, r.Questions[1].All)
	assert.Empty(t, r.Questions[1].Over)
	data, err := json.Marshal(r)
	require.NoError(t, err)
	var back trend.Report
	require.NoError(t, json.Unmarshal(data, &back))
	again, err := json.Marshal(back)
	require.NoError(t, err)
	assert.JSONEq(t, string(data), string(again))
	assert.NotContains(t, string(data), "anna")
}

func keys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

// TestReportRefuses: what does not fit is an error, and that of a store is its
// own.
func TestReportRefuses(t *testing.T) {
	t.Parallel()
	none := func(func(feedback.Row, error) bool) {}
	_, err := trend.NewReport(survey(t), none, trend.ReportConfig{Unit: feedback.UnitDay, MinGroup: 1})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	_, err = trend.NewReport(survey(t), stored(t, [][4]int{{0, 0, 5, 9}}, []string{"chat"}), trend.ReportConfig{})
	require.ErrorIs(t, err, feedback.ErrInvalid)
	broken := errors.New("broken")
	_, err = trend.NewReport(survey(t), func(yield func(feedback.Row, error) bool) { yield(feedback.Row{}, broken) }, trend.ReportConfig{})
	require.ErrorIs(t, err, broken)
	var other feedback.Summary
	require.NoError(t, other.Add(feedback.ScaleThumbs(), 1))
	_, err = trend.NewReport(survey(t), func(yield func(feedback.Row, error) bool) {
		yield(feedback.Row{Key: feedback.Key{Question: "csat"}, Summary: other}, nil)
	}, trend.ReportConfig{Unit: feedback.UnitDay})
	require.ErrorIs(t, err, feedback.ErrOtherScale)
	empty, err := trend.NewReport(survey(t), none, trend.ReportConfig{Unit: feedback.UnitWeek})
	require.NoError(t, err)
	assert.Len(t, empty.Questions, 2)
}
