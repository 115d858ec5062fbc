package feedback_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
)

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

// TestDays holds days against the rules of some zones, as the IANA database
// has them.
func TestDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone, day, from, next string
	}{
		{"Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		{"Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		// Midnight is left out: the day begins at 01:00.
		{"America/Sao_Paulo", "2017-10-15", "2017-10-15T03:00:00Z", "2017-10-16T02:00:00Z"},
		// Midnight comes twice; the first one counts.
		{"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		// The clock was set back over midnight at 00:01: the day had begun.
		{"America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z", "2006-10-30T03:30:00Z"},
		// Samoa left a day out.
		{"Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
		{"UTC", "0001-01-01", "0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"},
	} {
		loc := zone(t, c.zone)
		d, err := feedback.ParseDay(c.day)
		require.NoError(t, err)
		from, next := d.Bounds(loc)
		assert.Equal(t, c.from, from.Format(time.RFC3339), "%s %s", c.zone, c.day)
		assert.Equal(t, c.next, next.Format(time.RFC3339), "%s %s", c.zone, c.day)
		if from.Before(next) {
			assert.Equal(t, d, feedback.DayOf(from, loc))
			assert.Equal(t, d, feedback.DayOf(next.Add(-1), loc))
		}
	}
	// 00:00:30 of the new day and, a little later, 23:01 again: one day.
	first := time.Date(2006, 10, 29, 2, 30, 30, 0, time.UTC)
	loc := zone(t, "America/St_Johns")
	assert.Equal(t, 28, first.Add(2*time.Minute).In(loc).Day())
	assert.Equal(t, feedback.DayOf(first, loc), feedback.DayOf(first.Add(2*time.Minute), loc))
}

// TestBucketsHoldTheirInstants: whatever the zone and the unit, an instant lies
// in its bucket, and days fill the bucket without a gap.
func TestBucketsHoldTheirInstants(t *testing.T) {
	t.Parallel()
	units := []feedback.Unit{feedback.UnitDay, feedback.UnitWeek, feedback.UnitMonth, feedback.UnitQuarter, feedback.UnitYear}
	rapid.Check(t, func(t *rapid.T) {
		loc := zone(t, rapid.SampledFrom([]string{
			"Europe/Berlin", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "America/Goose_Bay", "Pacific/Apia",
			"Asia/Kathmandu", "Pacific/Kiritimati", "Australia/Lord_Howe", "Africa/Cairo", "UTC",
		}).Draw(t, "zone"))
		at := time.Unix(rapid.Int64Range(-5e9, 20e9).Draw(t, "unix"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos"))
		d := feedback.DayOf(at, loc)
		var buckets []feedback.Bucket
		for _, u := range units {
			b, err := u.Of(d)
			require.NoError(t, err)
			from, next := b.Bounds(loc)
			require.False(t, at.Before(from) || !at.Before(next), "%v in %s: %v to %v", at.UTC(), b, from, next)
			require.True(t, b.Has(d))
			for day := b.From; day < b.Next; day++ {
				same, err := u.Of(day)
				require.NoError(t, err)
				require.Equal(t, b, same)
			}
			after, err := u.Of(b.Next)
			require.NoError(t, err)
			require.Equal(t, b.Next, after.From)
			buckets = append(buckets, b)
		}
		month, quarter, year := buckets[2], buckets[3], buckets[4]
		require.True(t, quarter.From <= month.From && month.Next <= quarter.Next)
		require.True(t, year.From <= quarter.From && quarter.Next <= year.Next)
	})
}

// TestBucketNames: weeks are those of ISO 8601; the years are those that it is
// usually tried with.
func TestBucketNames(t *testing.T) {
	t.Parallel()
	for day, want := range map[string][4]string{
		"2026-11-26": {"2026-11-26", "2026-W48", "2026-11", "2026-Q4"},
		"2027-01-03": {"2027-01-03", "2026-W53", "2027-01", "2027-Q1"},
		"2024-12-30": {"2024-12-30", "2025-W01", "2024-12", "2024-Q4"},
		"2021-01-01": {"2021-01-01", "2020-W53", "2021-01", "2021-Q1"},
		"2026-06-30": {"2026-06-30", "2026-W27", "2026-06", "2026-Q2"},
	} {
		d, err := feedback.ParseDay(day)
		require.NoError(t, err)
		for i, u := range []feedback.Unit{feedback.UnitDay, feedback.UnitWeek, feedback.UnitMonth, feedback.UnitQuarter} {
			b, err := u.Of(d)
			require.NoError(t, err)
			assert.Equal(t, want[i], b.String())
		}
	}
	_, err := feedback.Unit("fortnight").Of(0)
	require.ErrorIs(t, err, feedback.ErrInvalid)
	for _, bad := range []string{"", "2026-02-30", "26-02-03", "0000-01-01", "2026-11-26T00:00:00Z"} {
		_, err := feedback.ParseDay(bad)
		require.ErrorIs(t, err, feedback.ErrInvalid, bad)
	}
}
