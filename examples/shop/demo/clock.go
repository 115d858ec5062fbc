package demo

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// Clock is a clock that stands still until it is set. The zero value stands at
// the zero instant. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now returns where it stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set moves it forward. It does not go back: an earlier instant leaves it where
// it is.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t.UTC()
	}
}

// ErrSpeed is returned for a speed that no clock goes at.
var ErrSpeed = errors.New("demo: no such speed")

// MaxSpeed is how many times faster than real time a [FastClock] goes at most: a
// week in a minute.
const MaxSpeed = 7 * 24 * 60

// FastClock goes faster than real time where it is told to: at speed 2016 a week
// passes in five minutes. It never goes back, also where its speed changes. It is
// safe for concurrent use.
type FastClock struct {
	real func() time.Time

	mu    sync.Mutex
	speed float64
	at    time.Time // what it showed
	since time.Time // when the real clock showed this
}

// NewFastClock returns a clock that shows start now and goes at the speed of a
// source, usually time.Now.
func NewFastClock(source func() time.Time, start time.Time) *FastClock {
	return &FastClock{real: source, speed: 1, at: start.UTC(), since: source()}
}

// Now returns what it shows.
func (c *FastClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// now moves on. A real clock that was set back counts as one that stood still.
func (c *FastClock) now() time.Time {
	now := c.real()
	if passed := now.Sub(c.since); passed > 0 {
		c.at = c.at.Add(time.Duration(float64(passed) * c.speed))
	}
	c.since = now
	return c.at
}

// Speed returns how many times faster than real time it goes.
func (c *FastClock) Speed() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.speed
}

// SetSpeed changes how fast it goes from now on: 0 stops it, 1 is real time, and
// [MaxSpeed] the most.
func (c *FastClock) SetSpeed(speed float64) error {
	if !(speed >= 0 && speed <= MaxSpeed) {
		return fmt.Errorf("%w: %v is not between 0 and %d", ErrSpeed, speed, MaxSpeed)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now()
	c.speed = speed
	return nil
}
