package rewards_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation/shift"
	"github.com/kulanz-go/kulanz/examples/shop/rewards"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

// A sheet of November: who was on duty at night and at weekends, and how sure it
// is what their work was like.
func Example() {
	schedule, err := shift.Parse([]byte(`{
		"tz": "Europe/Berlin",
		"layers": [{"id": "night", "rotation": {"start_local": "2026-11-02T20:00", "unit": "week", "length": 1, "members": ["anna", "ben"]},
			"windows": [{"days": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"], "from": "20:00", "to": "24:00"}]}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC) // Monday 2 November in Berlin
	coverage, err := schedule.Coverage(from, from.AddDate(0, 0, 28))
	if err != nil {
		fmt.Println(err)
		return
	}
	catalogue, err := quality.NewCatalogue(quality.DefaultCatalogue())
	if err != nil {
		fmt.Println(err)
		return
	}
	tally := quality.NewTally(catalogue, quality.Config{})
	for i := range 60 {
		e := quality.Evaluation{
			Shop: "lampen", Subject: fmt.Sprint("T", i), Agent: []string{"anna", "ben"}[i%2], Team: "night", Reviewer: "lead",
			At: from, Catalogue: catalogue.Ref(),
		}
		if i%20 == 3 || i%12 == 0 {
			e.Findings = []quality.Finding{{Criterion: "point_open"}}
		}
		if err := tally.Add(&e); err != nil {
			fmt.Println(err)
			return
		}
	}
	sheet, err := tally.Rewards(quality.ByAgent, rewards.Duties(coverage.Loads(shift.Rules{}), func(string) string { return "night" }))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range sheet {
		fmt.Printf("%-4s  %v on duty, %v of it at night, %v at weekends; quality %.0f %% (%.0f to %.0f), rank %d to %d\n",
			r.Name, r.Total, r.Night, r.Weekend, 100*r.Quality.Value, 100*r.Quality.Interval.Low, 100*r.Quality.Interval.High, r.Rank.From, r.Rank.To)
	}
	// Output:
	// anna  56h0m0s on duty, 14h0m0s of it at night, 16h0m0s at weekends; quality 85 % (77 to 92), rank 1 to 2
	// ben   56h0m0s on duty, 14h0m0s of it at night, 16h0m0s at weekends; quality 87 % (80 to 93), rank 1 to 2
}

// Couriers whom chance alone may have parted share their ranks.
func TestCouriers(t *testing.T) {
	t.Parallel()
	scale := feedback.ScaleStars5()
	row := func(day feedback.Day, facet, value string, counts ...int64) feedback.Row {
		s, err := feedback.NewSummary(scale, counts, 0)
		require.NoError(t, err)
		return feedback.Row{
			Key: feedback.Key{Shop: "s", Survey: "delivery", Question: "courier", Day: day, Segment: feedback.Segment{Facet: facet, Value: value}}, Summary: s,
		}
	}
	rows := []feedback.Row{
		row(1, "courier", "hermes", 20, 10, 10, 10, 10), row(2, "courier", "hermes", 10, 0, 0, 5, 5),
		row(1, "courier", "dhl", 2, 3, 5, 20, 70), row(1, "courier", "gls", 4, 3, 5, 20, 68), row(1, "courier", "new", 0, 0, 0, 0, 3),
		row(1, "agent", "anna", 50, 0, 0, 0, 0), row(1, "", "", 99, 0, 0, 0, 0),
	}
	table, err := rewards.Couriers(scale, func(yield func(feedback.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}, quality.TableConfig{})
	require.NoError(t, err)
	require.Len(t, table.Rows, 3)
	assert.Equal(t, []string{"new"}, table.TooFew)
	dhl, gls, hermes := table.Rows[0], table.Rows[1], table.Rows[2]
	assert.Equal(t, quality.RankRange{From: 1, To: 2}, *dhl.Rank)
	assert.Equal(t, dhl.Rank, gls.Rank)
	assert.Equal(t, quality.RankRange{From: 3, To: 3}, *hermes.Rank)
	assert.Equal(t, quality.Worse, hermes.Stands)
	assert.EqualValues(t, 80, hermes.Seen.N)

	broken := errors.New("broken")
	_, err = rewards.Couriers(scale, func(yield func(feedback.Row, error) bool) { yield(feedback.Row{}, broken) }, quality.TableConfig{})
	require.ErrorIs(t, err, broken)
}
