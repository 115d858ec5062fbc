package sla

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// What a calendar may be made of, parts of parts included, so that the first
// look at a year stays cheap.
const (
	maxParts       = 64
	maxPartWindows = 2_048 // windows a week, of all parts together
)

// combination is what the calendar of a team or a chain is made of.
type combination struct {
	calendars []*Calendar // one at least
	all       bool        // open where all are open; else where any is
}

// Union makes a calendar that is open where any of the given ones is: two
// shifts of a team, two offices in different zones. It answers in the zone
// and by the options of the first; each part keeps its own zone, holidays and
// rules of opening. The first look at a year costs what its parts cost
// together; there may be 64 of them, with 2,048 windows a week among them. The
// errors are [Faults].
func Union(id string, version int, calendars ...*Calendar) (*Calendar, error) {
	return combine(id, version, combination{calendars: calendars})
}

// Intersect makes a calendar that is open where all of the given ones are: a
// shop and its carrier. The rest is as for [Union].
func Intersect(id string, version int, calendars ...*Calendar) (*Calendar, error) {
	return combine(id, version, combination{calendars: calendars, all: true})
}

func combine(id string, version int, parts combination) (*Calendar, error) {
	c, fs := newCombined(id, version, parts, "")
	if err := fs.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func newCombined(id string, version int, parts combination, path string) (*Calendar, Faults) {
	fs := checkName(path, id, version)
	n, windows := 0, 0
	for i, part := range parts.calendars {
		if part == nil {
			fs.add(path+"calendars["+strconv.Itoa(i)+"]", "nil", "is no calendar")
			continue
		}
		for leaf := range part.leaves() {
			n++
			windows += leaf.days.windows()
		}
	}
	if windows > maxPartWindows {
		fs.add(path+"calendars", strconv.Itoa(windows), "is more windows a week than a calendar may be made of: "+strconv.Itoa(maxPartWindows))
	}
	if len(parts.calendars) == 0 || n > maxParts {
		fs.add(path+"calendars", strconv.Itoa(n), "is no number of calendars to make one of: 1 to "+strconv.Itoa(maxParts))
	}
	if len(fs) > 0 {
		return nil, fs
	}
	parts.calendars = slices.Clone(parts.calendars)
	first := parts.calendars[0]
	return &Calendar{id: id, version: version, loc: first.loc, opts: first.opts, parts: &parts}, nil
}

// leaves yields the calendars that c is made of in the end.
func (c *Calendar) leaves() iter.Seq[*Calendar] {
	return func(yield func(*Calendar) bool) {
		if c.parts == nil {
			yield(c)
			return
		}
		for _, part := range c.parts.calendars {
			for leaf := range part.leaves() {
				if !yield(leaf) {
					return
				}
			}
		}
	}
}

// windows counts the windows of an ordinary week.
func (d *days) windows() int {
	n := 0
	for _, ws := range d.hours.Week {
		n += len(ws)
	}
	return n
}

func (cb *combination) text() string {
	word := " or "
	if cb.all {
		word = " and "
	}
	texts := make([]string, len(cb.calendars))
	for i, part := range cb.calendars {
		texts[i] = "(" + part.String() + ")"
	}
	return strings.Join(texts, word)
}

// page makes the page of a year from those of the parts.
func (cb *combination) page(year int) *page {
	p := newPage(year, &week{done: []int64{0}})
	p.addOpen(cb.open(year, cb.calendars), p.start, p.start+p.length)
	return p
}

// open returns the open spans of a year in which some of the calendars are
// taken together. By halves, so that no span is looked at more often than the
// logarithm of their number.
func (cb *combination) open(year int, calendars []*Calendar) []span {
	if n := len(calendars) / 2; n > 0 {
		a, b := cb.open(year, calendars[:n]), cb.open(year, calendars[n:])
		if cb.all {
			return intersect(a, b)
		}
		return merge(a, b)
	}
	own := make([]span, 0, 256)
	calendars[0].build(year).each(yearStart(year), func(s span) bool {
		if n := len(own); n > 0 && own[n-1].end == s.start {
			own[n-1].end = s.end
		} else {
			own = append(own, s)
		}
		return true
	})
	return own
}

// merge returns the union of two lists of spans, each sorted and apart.
func merge(a, b []span) []span {
	out := make([]span, 0, max(len(a), len(b)))
	for len(a) > 0 || len(b) > 0 {
		if len(a) == 0 || len(b) > 0 && b[0].start < a[0].start {
			a, b = b, a
		}
		if n := len(out); n > 0 && a[0].start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, a[0].end)
		} else {
			out = append(out, a[0])
		}
		a = a[1:]
	}
	return out
}

// intersect returns what two sorted lists of spans share.
func intersect(a, b []span) []span {
	var out []span
	for len(a) > 0 && len(b) > 0 {
		if s := (span{max(a[0].start, b[0].start), min(a[0].end, b[0].end)}); s.start < s.end {
			out = append(out, s)
		}
		if a[0].end < b[0].end {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

func (cb *combination) firstUnlike() int {
	first := lastUnlike
	for _, part := range cb.calendars {
		first = min(first, part.firstUnlike())
	}
	return first
}

func (cb *combination) businessDays() dayCount {
	kinds := make([]dayCount, len(cb.calendars))
	for i, part := range cb.calendars {
		kinds[i] = part.businessDays()
	}
	// decide asks all of the parts, or any.
	decide := func(is func(dayCount) bool) bool {
		if cb.all {
			return !slices.ContainsFunc(kinds, func(k dayCount) bool { return !is(k) })
		}
		return slices.ContainsFunc(kinds, is)
	}
	k := dayCount{is: func(day int64) bool { return decide(func(k dayCount) bool { return k.is(day) }) }}
	for wd := range k.plain {
		k.plain[wd] = decide(func(k dayCount) bool { return k.plain[wd] })
	}
	k.odd = func(first, last int64) []int64 {
		days := make([]int64, 0, 64)
		for _, part := range kinds {
			days = append(days, part.odd(first, last)...)
		}
		slices.Sort(days)
		return slices.Compact(days)
	}
	return k
}
