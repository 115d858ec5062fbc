package escalation

import (
	"math"
	"strings"
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

// String writes the delay as [time.Duration.String] does, without minutes and
// seconds that are zero.
func (d Delay) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
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
