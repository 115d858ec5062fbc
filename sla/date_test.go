package sla_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
)

// TestDateLikeTime holds the arithmetic of dates against the time package.
func TestDateLikeTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDate(t)
		noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
		require.Equal(t, d, sla.DateOf(noon, time.UTC))
		require.Equal(t, noon.Weekday(), d.Weekday())
		n := rapid.IntRange(-800_000, 800_000).Draw(t, "days")
		later := d.AddDays(n)
		require.Equal(t, sla.DateOf(noon.AddDate(0, 0, n), time.UTC), later)
		require.Equal(t, n, d.DaysUntil(later))
		require.Equal(t, n > 0, later.After(d))
		require.Equal(t, n < 0, later.Before(d))
		back, err := sla.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, back)
	})
}

func genDate(t *rapid.T) sla.Date {
	unix := rapid.Int64Range(-62135596800, 253402300799).Draw(t, "date")
	return sla.DateOf(time.Unix(unix, 0), time.UTC)
}

func TestAddMonths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDate(t)
		n := rapid.IntRange(-2000, 2000).Draw(t, "months")
		got := d.AddMonths(n)
		first := time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
		require.Equal(t, first.Year(), got.Year)
		require.Equal(t, first.Month(), got.Month)
		last := first.AddDate(0, 1, -1).Day()
		require.Equal(t, min(d.Day, last), got.Day)
	})
	leap := sla.Date{Year: 2028, Month: 2, Day: 29}
	assert.Equal(t, "2029-02-28", leap.AddYears(1).String())
	assert.Equal(t, "2032-02-29", leap.AddYears(4).String())
	assert.Equal(t, "2027-02-28", leap.AddYears(-1).String())
}

func TestDateText(t *testing.T) {
	for _, s := range []string{"2026-02-30", "0000-01-01", "10000-01-01", "2026-2-3", "x", "2026-13-01"} {
		_, err := sla.ParseDate(s)
		require.ErrorIs(t, err, sla.ErrInvalid, s)
		var d sla.Date
		require.ErrorIs(t, d.UnmarshalText([]byte(s)), sla.ErrInvalid)
	}
	_, err := sla.NewDate(2026, 4, 31)
	require.ErrorIs(t, err, sla.ErrInvalid)
	d, err := sla.NewDate(2028, 2, 29)
	require.NoError(t, err)
	text, err := d.MarshalText()
	require.NoError(t, err)
	assert.Equal(t, "2028-02-29", string(text))
	var none sla.Date
	text, err = none.MarshalText()
	require.NoError(t, err)
	assert.Empty(t, text)
	require.NoError(t, d.UnmarshalText(nil))
	assert.True(t, d.IsZero())
	_, err = sla.Date{Year: 2026, Month: 2, Day: 30}.MarshalText()
	require.ErrorIs(t, err, sla.ErrInvalid)
}

func TestClock(t *testing.T) {
	for in, want := range map[string]string{"00:00": "00:00", "24:00": "24:00", "09:30:15": "09:30:15", "09:30:00": "09:30"} {
		c, err := sla.ParseClock(in)
		require.NoError(t, err, in)
		assert.Equal(t, want, c.String())
		text, err := c.MarshalText()
		require.NoError(t, err)
		var back sla.Clock
		require.NoError(t, back.UnmarshalText(text))
		assert.Equal(t, c, back)
	}
	for _, in := range []string{"", "9:30", "24:01", "24:00:01", "23:60", "23:59:60", "ab:cd", "09-30", "09:3x", "+1:00", "09:30:5"} {
		_, err := sla.ParseClock(in)
		require.ErrorIs(t, err, sla.ErrInvalid, in)
	}
	_, err := sla.Clock(-1).MarshalText()
	require.ErrorIs(t, err, sla.ErrInvalid)
}
