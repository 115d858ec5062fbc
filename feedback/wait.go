package feedback

import (
	"strconv"
	"strings"
	"time"
)

// Wait is a span of elapsed time in data: "36h", "90m" or "14d", where a day
// has 24 hours.
type Wait time.Duration

// day is 24 hours.
const day = 24 * time.Hour

// maxWait bounds what a policy can ask for, ten years.
const maxWait = 3653 * day

// ParseWait reads what [Wait.String] writes, and any non-negative duration of
// package time.
func ParseWait(s string) (Wait, error) {
	fault := &Fault{Path: "wait", Value: s, Reason: "is no span like 36h or 14d, up to ten years"}
	if digits, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseUint(digits, 10, 16)
		if err != nil || time.Duration(n)*day > maxWait {
			return 0, fault
		}
		return Wait(time.Duration(n) * day), nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > maxWait {
		return 0, fault
	}
	return Wait(d), nil
}

// String writes whole days as "14d", else as package time does.
func (w Wait) String() string {
	d := time.Duration(w)
	if d >= day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}

// MarshalText writes it as [Wait.String] does.
func (w Wait) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what [ParseWait] reads.
func (w *Wait) UnmarshalText(text []byte) error {
	v, err := ParseWait(string(text))
	if err == nil {
		*w = v
	}
	return err
}
