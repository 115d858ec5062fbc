package shift

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Segment is a stretch of time in which the same one is on duty by the same
// layer or override, half-open; Member and By are empty in a gap.
type Segment struct {
	From   time.Time
	To     time.Time
	Member string
	By     string
}

// MarshalJSON writes a gap with null as member and by.
func (s Segment) MarshalJSON() ([]byte, error) {
	out := struct {
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Member *string   `json:"member"`
		By     *string   `json:"by"`
	}{From: s.From, To: s.To}
	if s.Member != "" {
		out.Member, out.By = &s.Member, &s.By
	}
	return json.Marshal(out)
}

// Coverage is who is on duty between two instants.
type Coverage struct {
	// Segments cover the time without holes and overlaps; neighbours differ.
	Segments []Segment
	zone     *time.Location
}

// maxSpan is the longest time that can be asked for at once.
const maxSpan = 5 * 366 * 24 * time.Hour

// Coverage returns who is on duty from one instant to another, at most five
// years later. The error is [Faults].
func (s *Schedule) Coverage(from, to time.Time) (Coverage, error) {
	var c check
	c.span(from, to)
	if err := c.err(); err != nil {
		return Coverage{}, err
	}
	cov := Coverage{zone: s.zone}
	w := s.sweep(from, to)
	cuts := w.cuts(from, to)
	for i, at := range cuts[:len(cuts)-1] {
		d := w.at(at)
		if n := len(cov.Segments); n > 0 && cov.Segments[n-1].Member == d.Member && cov.Segments[n-1].By == d.By {
			cov.Segments[n-1].To = cuts[i+1]
			continue
		}
		cov.Segments = append(cov.Segments, Segment{at, cuts[i+1], d.Member, d.By})
	}
	return cov, nil
}

func (c *check) span(from, to time.Time) {
	if from.Year() < firstYear || to.Year() > lastYear {
		c.fail("from", from.Format(time.RFC3339), "or to lies outside 1900 to 2200")
	}
	if !from.Before(to) || to.Sub(from) > maxSpan {
		c.fail("to", to.Format(time.RFC3339), "is not up to five years after from")
	}
}

// NextChange returns the first instant after another at which the duty may
// change, looking up to five weeks ahead; zero: none.
func (s *Schedule) NextChange(after time.Time) time.Time {
	const ahead = 5 * 7 * 24 * time.Hour
	for span := 24 * time.Hour; ; span = ahead { // mostly soon
		if cuts := s.sweep(after, after.Add(span)).cuts(after, after.Add(span)); len(cuts) > 2 {
			return cuts[1]
		}
		if span == ahead {
			return time.Time{}
		}
	}
}

// Gaps returns when nobody is on duty.
func (c Coverage) Gaps() []Segment {
	var gaps []Segment
	for _, s := range c.Segments {
		if s.Member == "" {
			gaps = append(gaps, s)
		}
	}
	return gaps
}

// HandOver is where the duty goes from one to another; empty: from nobody, or to
// nobody.
type HandOver struct {
	At       time.Time
	From, To string
}

// HandOvers returns where the one on duty changes.
func (c Coverage) HandOvers() []HandOver {
	var all []HandOver
	for i, s := range c.Segments {
		if i > 0 && c.Segments[i-1].Member != s.Member {
			all = append(all, HandOver{s.From, c.Segments[i-1].Member, s.Member})
		}
	}
	return all
}

// Load is how much somebody is on duty. Night, Weekend and Holiday are parts of
// Total and may overlap.
type Load struct {
	Member   string
	Segments int // stretches on duty, those that follow each other counted as one
	Total    time.Duration
	Night    time.Duration
	Weekend  time.Duration // Saturday and Sunday, 0 to 24 on the wall clock
	Holiday  time.Duration
}

// Rules say what counts as a special hour.
type Rules struct {
	// Night is from one time of day to another; both zero: 23:00 to 06:00 (night
	// time of the German Working Hours Act, ArbZG section 2 (3), as of 2026).
	NightFrom, NightTo sla.Clock
	// Holiday reports public holidays; nil: there are none.
	Holiday func(sla.Date) bool
}

// Loads returns the load of everybody on duty, in the order of members' first
// duty: for fair plans and rewards.
func (c Coverage) Loads(r Rules) []Load {
	if r.NightFrom == 0 && r.NightTo == 0 {
		r.NightFrom, r.NightTo = 23*secondsPerHour, 6*secondsPerHour
	}
	var all []Load
	index := make(map[string]int)
	last := ""
	for _, s := range c.Segments {
		if s.Member == "" {
			last = ""
			continue
		}
		i, known := index[s.Member]
		if !known {
			i = len(all)
			index[s.Member] = i
			all = append(all, Load{Member: s.Member})
		}
		if last != s.Member {
			all[i].Segments++
		}
		last = s.Member
		all[i].Total += s.To.Sub(s.From)
		c.special(&all[i], s, r)
	}
	return all
}

// special adds the special hours of a segment, day by day.
func (c Coverage) special(l *Load, s Segment, r Rules) {
	last := sla.DateOf(s.To, c.zone)
	for date := sla.DateOf(s.From, c.zone).AddDays(-1); !date.After(last); date = date.AddDays(1) {
		end := date
		if r.NightTo <= r.NightFrom {
			end = date.AddDays(1)
		}
		l.Night += c.overlap(s, readingOf(date, r.NightFrom), readingOf(end, r.NightTo))
		whole := c.overlap(s, readingOf(date, 0), readingOf(date.AddDays(1), 0))
		if day := date.Weekday(); day == time.Saturday || day == time.Sunday {
			l.Weekend += whole
		}
		if r.Holiday != nil && r.Holiday(date) {
			l.Holiday += whole
		}
	}
}

func (c Coverage) overlap(s Segment, from, to reading) time.Duration {
	return max(0, earlier(s.To, wall(c.zone, to)).Sub(later(s.From, wall(c.zone, from))))
}

// String says a segment in one line.
func (s Segment) String() string {
	who := "nobody"
	if s.Member != "" {
		who = s.Member + " by " + strconv.Quote(s.By)
	}
	return s.From.Format(time.RFC3339) + " to " + s.To.Format(time.RFC3339) + ": " + who
}
