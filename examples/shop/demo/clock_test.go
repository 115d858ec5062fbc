package demo_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
)

func TestAWeekPassesInMinutes(t *testing.T) {
	wall := new(demo.Clock)
	wall.Set(now())
	start := now().AddDate(0, 1, 0)
	c := demo.NewFastClock(wall.Now, start)
	assert.Equal(t, start, c.Now())
	wall.Set(now().Add(time.Hour))
	assert.Equal(t, start.Add(time.Hour), c.Now(), "real time at first")
	require.NoError(t, c.SetSpeed(2016))
	wall.Set(now().Add(time.Hour + 5*time.Minute))
	assert.Equal(t, start.Add(time.Hour+7*24*time.Hour), c.Now())
	require.NoError(t, c.SetSpeed(0))
	wall.Set(now().Add(3 * time.Hour))
	assert.Equal(t, start.Add(time.Hour+7*24*time.Hour), c.Now(), "it stands still")
	assert.Zero(t, c.Speed())
	for _, speed := range []float64{-1, demo.MaxSpeed + 1, nan()} {
		require.ErrorIs(t, c.SetSpeed(speed), demo.ErrSpeed)
	}
}

func nan() float64 { zero := 0.0; return zero / zero }

func TestClocksNeverGoBack(t *testing.T) {
	at := now()
	c := demo.NewFastClock(func() time.Time { return at }, now())
	at = at.Add(-time.Hour)
	assert.Equal(t, now(), c.Now())
	at = at.Add(time.Minute)
	assert.Equal(t, now().Add(time.Minute), c.Now(), "and goes on from there")

	s := new(demo.Clock)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() { s.Set(now().Add(time.Duration(i) * time.Hour)) })
	}
	wg.Wait()
	assert.Equal(t, now().Add(7*time.Hour), s.Now())
}
