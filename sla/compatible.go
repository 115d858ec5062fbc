package sla

import "time"

// Near a change of the zone's offset, Options.CompatibleBounds maps the
// bounds of open time to instants instead of asking what the wall clock
// reads. Only bounds that the clock skips or shows twice differ, so no
// instant further from a change than the change is long. None is longer than
// a day.
const (
	longestChange = secondsPerDay
	reachOfBound  = 3 * secondsPerDay
)

// aroundChanges returns where the rules may differ, cut to the bounds.
func aroundChanges(loc *time.Location, from, to int64) []span {
	var near []span
	segs := segments(loc, from-longestChange, to+longestChange)
	for i := 1; i < len(segs); i++ {
		length := max(segs[i].offset-segs[i-1].offset, segs[i-1].offset-segs[i].offset)
		r := span{max(from, segs[i].start-length), min(to, segs[i].start+length)}
		if r.start < r.end {
			near = append(near, r)
		}
	}
	return union(near)
}

// addMapped adds what is open with mapped bounds.
func (d *days) addMapped(hs *holidays, loc *time.Location, p *page, r span) {
	var wall []span
	for day := floorDiv(r.start, secondsPerDay) - 2; day*secondsPerDay < r.end+2*secondsPerDay; day++ {
		for _, s := range d.content(hs, day) {
			wall = append(wall, span{day*secondsPerDay + s.start, day*secondsPerDay + s.end})
		}
	}
	segs := segments(loc, r.start-reachOfBound, r.end+reachOfBound)
	var mapped []span
	for _, s := range union(wall) {
		if m := (span{compatible(segs, s.start), compatible(segs, s.end)}); m.start < m.end {
			mapped = append(mapped, m)
		}
	}
	p.addOpen(union(mapped), r.start, r.end)
}

// compatible returns the first instant at which the wall clock reads the
// second; for one in a gap, the instant later by the length of the gap than
// the gap's start is earlier than it.
func compatible(segs []segment, wall int64) int64 {
	for i, s := range segs {
		if at := wall - s.offset; at < s.end {
			if i > 0 && at < s.start {
				return wall - segs[i-1].offset
			}
			return at
		}
	}
	return wall - segs[len(segs)-1].offset
}
