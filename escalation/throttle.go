package escalation

import (
	"slices"
	"strconv"
	"time"
)

// Throttle bounds how many notices go out: in every one of its windows fewer
// than so many may lie before the next. Windows slide: the one for an instant
// t is (t-Per, t], so that exactly Per later a notice is allowed again.
type Throttle []Window

// Window is at most Count notices in Per.
type Window struct {
	Count int   `json:"count"`
	Per   Delay `json:"per"`
}

// maxSends bounds what has to be remembered.
const maxSends = 32

func (th Throttle) check(c *check, path string) {
	if len(th) > 8 {
		c.fail(path, strconv.Itoa(len(th)), "windows are more than 8")
	}
	for i, w := range th {
		at := path + "[" + strconv.Itoa(i) + "]"
		if w.Count < 1 || w.Count > maxSends {
			c.fail(at+".count", strconv.Itoa(w.Count), "is not between 1 and "+strconv.Itoa(maxSends))
		}
		if w.Per <= 0 || w.Per > maxDelay {
			c.fail(at+".per", w.Per.String(), "is not between 0 and "+maxDelay.String()+", without 0")
		}
	}
}

// Allow decides whether a notice may go out at an instant, given when those
// before it did, and returns the instants to remember for the next: those that
// still count, and this one where it is allowed. A notice that is refused does
// not count. Without windows all are allowed, and nothing is remembered.
func (th Throttle) Allow(sent []time.Time, at time.Time) ([]time.Time, bool) {
	if len(th) == 0 {
		return nil, true
	}
	var longest Delay
	allowed := true
	for _, w := range th {
		longest = max(longest, w.Per)
		since, n := at.Add(-time.Duration(w.Per)), 0
		for _, s := range sent {
			if s.After(since) && !s.After(at) {
				n++
			}
		}
		allowed = allowed && n < w.Count
	}
	since := at.Add(-time.Duration(longest))
	kept := slices.DeleteFunc(slices.Clone(sent), func(s time.Time) bool { return !s.After(since) })
	if allowed {
		kept = append(kept, at)
	}
	return kept, allowed
}
