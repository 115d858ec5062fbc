package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback/tone"
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
	met, took := compare(&out, rows, time.Microsecond)
	assert.False(t, met)
	assert.Len(t, took, 1)
	assert.Contains(t, out.String(), "MISSED")
}

// TestTone holds the promised recalls, which do not depend on the machine; the
// rates do.
func TestTone(t *testing.T) {
	var out bytes.Buffer
	_, err := runTone(&out, time.Microsecond, "../../feedback/tone/testdata", "../../../shared/data/shopzilla_dev25.csv.gz")
	require.NoError(t, err)
	_, report, ok := strings.Cut(out.String(), "recall of good")
	require.True(t, ok, out.String())
	assert.Equal(t, 0, strings.Count(report, "MISSED"), report)
	assert.GreaterOrEqual(t, strings.Count(report, "met"), 4, report)

	_, err = readComments("main.go")
	require.Error(t, err)
	_, err = readRemarks("main.go")
	require.Error(t, err)
	_, err = readRemarks("none.csv.gz")
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestRecall(t *testing.T) {
	var r recall
	r.add(tone.Positive, true, false)
	r.add(tone.Positive, false, false) // left open is not found
	r.add(tone.Negative, false, true)
	r.add(tone.Neutral, false, false)
	r.add(tone.Neutral, false, true)
	assert.Equal(t, recall{goodFound: 1, good: 2, badFound: 1, bad: 1, open: 1, neutral: 2}, r)
	assert.InDelta(t, 0.75, r.balanced(), 1e-12)
}
