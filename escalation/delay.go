package escalation

import (
	"math"
	"strconv"
	"time"
)

// Delay is a length of time on a policy's clock. In JSON it is a text as
// [time.ParseDuration] reads it, as in "90m" or "72h".
type Delay time.Duration

// maxDelay bounds what a policy may wait for.
const maxDelay = Delay(2 * 366 * 24 * time.Hour)

// Minutes returns a delay of so many minutes.
func Minutes(n int) Delay {
	if n > math.MaxInt64/int(time.Minute) || n < math.MinInt64/int(time.Minute) {
		return maxDelay + 1 // out of range, and reported as that
	}
	return Delay(time.Duration(n) * time.Minute)
}

// String writes the delay in hours, minutes and seconds, without those that
// are zero.
func (d Delay) String() string {
	if d <= 0 || d%Delay(time.Second) != 0 {
		return time.Duration(d).String()
	}
	var out string
	left := time.Duration(d)
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := left / unit.length; n > 0 {
			out += strconv.FormatInt(int64(n), 10) + unit.name
			left %= unit.length
		}
	}
	return out
}

// MarshalText writes what [Delay.UnmarshalText] reads.
func (d Delay) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a delay.
func (d *Delay) UnmarshalText(text []byte) error {
	got, err := time.ParseDuration(string(text))
	if err != nil {
		return &Fault{Value: short(string(text)), Reason: `is not a length of time such as "90m" or "72h"`}
	}
	*d = Delay(got)
	return nil
}
