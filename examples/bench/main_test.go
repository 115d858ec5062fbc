package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRun runs everything once, too short to measure: our answers must be
// right, and both libraries must have the same calendar.
func TestRun(t *testing.T) {
	var out bytes.Buffer
	_, err := run(&out, time.Microsecond, 200)
	require.NoError(t, err)
	assert.Equal(t, 20, strings.Count(out.String(), rickar)-4, out.String())
	assert.Equal(t, 2, strings.Count(out.String(), "condition of 5 parts"), out.String())

	assert.Equal(t, 3, strings.Count(out.String(), "sum of 100 amounts"), out.String())
	assert.Equal(t, 2, strings.Count(out.String(), "NPS of 1,000,000 answers"), out.String())
	assert.Equal(t, 1, strings.Count(out.String(), "merge a year of 100 segments"), out.String())

	right, err := accuracy(&out, 300)
	require.NoError(t, err)
	assert.True(t, right, out.String())
}

func TestAllocations(t *testing.T) {
	var out bytes.Buffer
	right, err := allocations(&out, 500)
	require.NoError(t, err)
	assert.True(t, right, out.String())

	assert.True(t, fair(100, []int64{0, 1, 1, 1}, []int64{0, 34, 33, 33}))
	for name, shares := range map[string][]int64{
		"a weight of 0 gets something": {1, 33, 33, 33}, "does not add up": {0, 33, 33, 33}, "too far away": {0, 35, 33, 32}, "too short": {100},
	} {
		assert.False(t, fair(100, []int64{0, 1, 1, 1}, shares), name)
	}
}

func TestTheOracleCatches(t *testing.T) {
	var wrong tally
	wrong.count(time.Hour, time.Hour, 2*time.Hour)
	wrong.count(time.Hour, 0, time.Hour)
	assert.Equal(t, tally{ours: 1, theirs: 1, worst: time.Hour}, wrong)
}

func TestMeasure(t *testing.T) {
	slow := func() { time.Sleep(200 * time.Microsecond) }
	fast, late := measure(func() {}, slow, time.Millisecond)
	assert.Less(t, fast, late)
}

func TestGoals(t *testing.T) {
	var out bytes.Buffer
	rows := []comparison{{"q", "p", func() {}, func() {}, 1e12}}
	assert.False(t, compare(&out, rows, time.Microsecond))
	assert.Contains(t, out.String(), "MISSED")
}
