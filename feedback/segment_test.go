package feedback_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

// Nothing that is hidden can be worked out from what is shown, and no group is
// hidden without need.
func TestSuppress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups, total := map[string]int64{}, int64(0)
		for i := range rapid.IntRange(0, 8).Draw(t, "groups") {
			n := rapid.Int64Range(0, 20).Draw(t, "n")
			groups[fmt.Sprint("g", i)] = n
			total += n
		}
		k := rapid.Int64Range(2, 12).Draw(t, "k")
		for _, totalShown := range []bool{true, false} {
			s, err := feedback.Suppress(groups, k, totalShown)
			require.NoError(t, err)
			require.Equal(t, total < k, s.TotalHidden)
			var hidden, largest int64
			small := 0
			for _, name := range s.Hidden {
				hidden += groups[name]
				largest = max(largest, groups[name])
				if groups[name] < k {
					small++
				}
			}
			for _, name := range s.Shown {
				require.GreaterOrEqual(t, groups[name], k)
			}
			listed := len(s.Shown) + len(s.Hidden)
			for _, n := range groups {
				if n == 0 {
					listed++
				}
			}
			require.Equal(t, len(groups), listed)
			if totalShown && len(s.Hidden) > 0 && len(s.Shown) > 0 {
				require.GreaterOrEqual(t, len(s.Hidden), 2)
				require.GreaterOrEqual(t, hidden, k)
			}
			if small < len(s.Hidden) { // one joined that need not hide for itself
				without := hidden - largest
				require.True(t, len(s.Hidden) == 2 || without < k, "%v hides too much", s)
			}
			if !totalShown {
				require.Len(t, s.Hidden, small)
			}
		}
	})
	for _, bad := range []int64{1, 0, -3} {
		_, err := feedback.Suppress(nil, bad, true)
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
	_, err := feedback.Suppress(map[string]int64{"a": -1}, 5, true)
	require.ErrorIs(t, err, feedback.ErrInvalid)
}

func TestSegmentTable(t *testing.T) {
	sum := func(counts ...int64) feedback.Summary {
		s, err := feedback.NewSummary(feedback.ScaleCSAT5(), counts, 2)
		require.NoError(t, err)
		return s
	}
	table, err := feedback.NewSegmentTable(feedback.ScaleCSAT5(), "channel", map[string]feedback.Summary{
		"mail": sum(1, 0, 2, 10, 20), "chat": sum(0, 0, 0, 3, 6), "phone": sum(1, 1, 0, 0, 1), "fax": sum(0, 0, 0, 0, 0),
	}, feedback.MinGroup)
	require.NoError(t, err)
	require.Len(t, table.Rows, 1, "chat hides with phone")
	assert.Equal(t, "mail", table.Rows[0].Segment.Value)
	assert.Equal(t, []string{"chat", "phone"}, table.Hidden)
	require.NotNil(t, table.Total)
	assert.EqualValues(t, 45, table.Total.N())
	show := func(value string) bool { return table.MayShow(feedback.Segment{Facet: "channel", Value: value}) }
	assert.True(t, show("mail"))
	assert.False(t, show("chat") || show("phone") || show("fax") || show("other"))
	assert.True(t, table.MayShow(feedback.Segment{}))

	few, err := feedback.NewSegmentTable(feedback.ScaleCSAT5(), "channel", map[string]feedback.Summary{"mail": sum(1, 0, 0, 0, 1)}, 5)
	require.NoError(t, err)
	assert.Nil(t, few.Total)
	assert.False(t, few.MayShow(feedback.Segment{}))
	_, err = feedback.NewSegmentTable(feedback.ScaleNPS(), "channel", map[string]feedback.Summary{"mail": sum(9, 0, 0, 0, 9)}, 5)
	require.Error(t, err, "another scale")
}
