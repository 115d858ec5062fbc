package sla

import (
	"math"
	"time"
)

// instant is a point in time as the clocks of a ticket reckon with it: the
// seconds since the first of January of the year 1 in UTC, and the
// nanoseconds after. It is what a [time.Time] comes to without its zone and
// its monotonic reading, at two thirds of the size and without a pointer, and
// answers alike; as there the zero value is no instant. Marks become instants
// where they enter a fold, and times again in what it gives out.
type instant struct{ sec, nano int64 }

// The bounds of the years 1 to 9999 as instants, half-open; and the first of
// them in Unix seconds.
const (
	endSec    = 315537897600
	firstUnix = -62135596800
)

// instantAt makes an instant of Unix seconds and nanoseconds up to a second.
func instantAt(unix, nano int64) instant {
	if nano == nanosPerSecond {
		unix, nano = unix+1, 0
	}
	return instant{sec: unix - firstUnix, nano: nano}
}

func instantOf(t time.Time) instant {
	return instant{sec: t.Unix() - firstUnix, nano: int64(t.Nanosecond())}
}

// UTC returns the instant as a time in UTC.
func (t instant) UTC() time.Time { return time.Unix(t.unix(), t.nano).UTC() }

// put writes a set instant where a time is zero still.
func (t instant) put(at *time.Time) {
	if !t.IsZero() {
		*at = t.UTC()
	}
}

func (t instant) unix() int64 { return t.sec + firstUnix }

// inYears reports whether t lies in the years 1 to 9999, as the zero instant
// does.
func (t instant) inYears() bool { return t.sec >= 0 && t.sec < endSec }

// IsZero reports whether t is not set.
func (t instant) IsZero() bool { return t == instant{} }

// After reports whether t is later than u.
func (t instant) After(u instant) bool { return u.Before(t) }

// Before reports whether t is earlier than u.
func (t instant) Before(u instant) bool { return t.sec < u.sec || t.sec == u.sec && t.nano < u.nano }

// Add returns t+d.
func (t instant) Add(d time.Duration) instant {
	sec, nano := advance(t.sec, t.nano, d)
	return instant{sec, nano}
}

// Sub returns t-u; the largest and smallest Duration stand for what they
// cannot hold.
func (t instant) Sub(u instant) time.Duration {
	const most = math.MaxInt64/nanosPerSecond - 1
	switch sec := t.sec - u.sec; {
	case sec > most:
		return math.MaxInt64
	case sec < -most:
		return math.MinInt64
	default:
		return time.Duration(sec*nanosPerSecond + t.nano - u.nano)
	}
}

func latest(a, b instant) instant {
	if a.Before(b) {
		return b
	}
	return a
}
