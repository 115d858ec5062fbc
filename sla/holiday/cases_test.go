package holiday_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla/holiday"
)

// TestCases runs the reference table: every date of every Land and year, and
// no other.
func TestCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/cases/holidays_de.json")
	require.NoError(t, err)
	var file struct {
		Holidays map[string]map[string][]string `json:"holidays"`
	}
	require.NoError(t, json.Unmarshal(raw, &file))

	rows := 0
	for code, years := range file.Holidays {
		land, err := holiday.ParseLand(code)
		require.NoError(t, err)
		region, err := holiday.Germany(land)
		require.NoError(t, err)
		for y, want := range years {
			year, err := strconv.Atoi(y)
			require.NoError(t, err)
			assert.Equal(t, want, dates(region.Holidays(year)), "%s %d", code, year)
			rows++
		}
	}
	assert.Equal(t, 23*11, rows)
}
