package holidays_test

import (
	"slices"
	"testing"

	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/us"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/holidays"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

func dates(days []sla.Holiday) []string {
	out := make([]string, len(days))
	for i, d := range days {
		out[i] = d.Date.String()
	}
	return slices.Compact(out)
}

// TestAgainstOurs: where both tables know a place, they agree.
func TestAgainstOurs(t *testing.T) {
	t.Parallel()
	austria, err := holiday.Austria()
	require.NoError(t, err)
	nw, err := holiday.Germany(holiday.NW)
	require.NoError(t, err)
	for year := 2018; year <= 2040; year++ {
		assert.Equal(t, dates(austria.Holidays(year)), dates(holidays.New("AT", at.Holidays).Holidays(year)))
		assert.Equal(t, dates(nw.Holidays(year)), dates(holidays.New("DE-NW", de.HolidaysNW).Holidays(year)))
	}
}

// TestObservedInAnotherYear: New Year's Day 2022 was kept in 2021.
func TestObservedInAnotherYear(t *testing.T) {
	t.Parallel()
	source := holidays.New("US", us.Holidays)
	assert.Contains(t, dates(source.Holidays(2021)), "2021-12-31")
	for _, d := range source.Holidays(2022) {
		assert.Equal(t, 2022, d.Date.Year)
	}
}
