package feedback

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Hours are when customers may be written to: days of the week, and a half-open
// window of the wall clock in a zone. They say when not to disturb, not when a
// desk is open; the zero value allows any time.
type Hours struct {
	Zone string   `json:"zone"`           // IANA
	From string   `json:"from"`           // "09:00"
	To   string   `json:"to"`             // "20:00", after From; "24:00" is the day's end
	Days []string `json:"days,omitempty"` // "mo" to "su"; none: every day
}

// IsZero reports whether any time is allowed.
func (h Hours) IsZero() bool { return h.Zone == "" && h.From == "" && h.To == "" && len(h.Days) == 0 }

// hours are Hours made usable.
type hours struct {
	zone     *time.Location // nil: any time
	from, to int64          // seconds of the day
	days     [7]bool        // from Sunday on
}

const secondsPerDay = 24 * 60 * 60

func weekdays() []string { return []string{"su", "mo", "tu", "we", "th", "fr", "sa"} }

func compileHours(c *check, path string, h Hours) hours {
	if h.IsZero() {
		return hours{}
	}
	var out hours
	zone, err := time.LoadLocation(h.Zone)
	if err != nil || h.Zone == "" || h.Zone == "Local" {
		c.fail(path+".zone", h.Zone, "is no zone of the IANA database")
	}
	out.zone = zone
	out.from, out.to = parseClock(c, path+".from", h.From), parseClock(c, path+".to", h.To)
	if out.from >= out.to {
		c.fail(path+".to", h.To, "is not after "+h.From)
	}
	for i, d := range h.Days {
		n := slices.Index(weekdays(), d)
		switch {
		case n < 0:
			c.fail(fmt.Sprintf("%s.days[%d]", path, i), d, "is none of "+strings.Join(weekdays(), ", "))
		case out.days[n]:
			c.fail(fmt.Sprintf("%s.days[%d]", path, i), d, "is there twice")
		default:
			out.days[n] = true
		}
	}
	if len(h.Days) == 0 {
		out.days = [7]bool{true, true, true, true, true, true, true}
	}
	return out
}

// parseClock reads "15:04", up to "24:00", as seconds.
func parseClock(c *check, path, s string) int64 {
	if s == "24:00" {
		return secondsPerDay
	}
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		c.fail(path, s, "is no time like 09:00")
		return 0
	}
	return int64(t.Hour()*60+t.Minute()) * 60
}

// next returns the first instant from t on at which the zone's wall clock reads
// inside the window. The clock is followed over stretches of one offset, so
// that an hour that is skipped or comes twice is what it is. Where at least one
// day is allowed, a week and a change of the clock find one.
func (h hours) next(t time.Time) time.Time {
	if h.zone == nil || h.allows(t) {
		return t
	}
	for at := t; at.Before(t.AddDate(0, 0, 16)); {
		_, offset := at.In(h.zone).Zone()
		open := h.nextWall(at.Unix() + int64(offset))
		opens := time.Unix(open-int64(offset), 0).UTC()
		change := h.offsetEnd(at)
		if opens.Before(change) {
			return opens
		}
		at = change
		if h.allows(at) {
			return at
		}
	}
	return t
}

// offsetEnd returns when the zone's offset changes next, within some days.
func (h hours) offsetEnd(t time.Time) time.Time {
	_, end := t.In(h.zone).ZoneBounds()
	if end.IsZero() || !end.After(t) || end.Sub(t) > 9*24*time.Hour {
		return t.Add(9 * 24 * time.Hour)
	}
	return end.UTC()
}

// allows reports whether the wall clock reads inside the window.
func (h hours) allows(t time.Time) bool {
	local := t.In(h.zone)
	hour, minute, second := local.Clock()
	wall := int64(hour*60+minute)*60 + int64(second)
	return h.days[local.Weekday()] && h.from <= wall && wall < h.to
}

// nextWall returns the first second of the wall clock after one that is not
// allowed, from which on it is allowed, in seconds as if the zone were UTC.
func (h hours) nextWall(wall int64) int64 {
	day := floorDiv(wall, secondsPerDay)
	for d := day; ; d++ {
		weekday := (d + int64(time.Thursday)) % 7 // 1 January 1970 was one
		if weekday < 0 {
			weekday += 7
		}
		if open := d*secondsPerDay + h.from; h.days[weekday] && open > wall || d > day+8 {
			return open
		}
	}
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
