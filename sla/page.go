package sla

import (
	"math"
	"time"
)

// page is the open time of one UTC year: pieces that are open, closed, or
// follow the ordinary week at one offset. All of it is counted in seconds
// since the start of the year, so that years alike can share a page. The
// open seconds of a page are numbered from 0: work maps instants to numbers
// and second maps numbers to instants. It is immutable.
type page struct {
	start  int64 // of the year it was made for, in Unix seconds
	length int64
	total  int64 // open seconds
	pieces []piece
	week   *week
}

type piece struct {
	start  int32 // since the start of the year
	done   int32 // open seconds before the piece
	kind   pieceKind
	offset int32 // of the zone, where kind is weekly
	weeks  int64 // what the week counts at the start, where kind is weekly
}

type pieceKind uint8

const (
	shut pieceKind = iota
	open
	weekly
)

func newPage(year int, w *week) *page {
	p := &page{pieces: make([]piece, 0, 24)}
	p.reset(year, w)
	return p
}

// reset empties the page for another year.
func (p *page) reset(year int, w *week) {
	start := yearStart(year)
	*p = page{start: start, length: yearStart(year+1) - start, pieces: p.pieces[:0], week: w}
}

// add appends the piece between two Unix seconds.
func (p *page) add(kind pieceKind, offset, from, to int64) {
	if from >= to {
		return
	}
	if kind == weekly && p.week.total() == 0 {
		kind = shut
	}
	next := piece{start: small(from - p.start), done: small(p.total), kind: kind}
	switch kind {
	case open:
		p.total += to - from
	case weekly:
		next.offset = small(offset)
		next.weeks = p.week.work(from + offset)
		p.total += p.week.work(to+offset) - next.weeks
	case shut:
	}
	last := len(p.pieces) - 1
	if last < 0 || p.pieces[last].kind != kind || p.pieces[last].offset != next.offset {
		p.pieces = append(p.pieces, next)
	}
}

// addOpen adds sorted open spans and, up to the end, what lies between them.
func (p *page) addOpen(spans []span, from, to int64) {
	for _, s := range spans {
		s = span{max(s.start, from), min(s.end, to)}
		if s.start < s.end {
			p.add(shut, 0, from, s.start)
			p.add(open, 0, s.start, s.end)
			from = s.end
		}
	}
	p.add(shut, 0, from, to)
}

// small narrows what fits a year of seconds.
func small(n int64) int32 {
	if n < math.MinInt32 || n > math.MaxInt32 {
		panic("sla: more seconds than a year has")
	}
	return int32(n)
}

// work returns how many open seconds lie before the instant, given in
// seconds since the start of the year, and whether it is open.
func (p *page) work(at int64) (int64, bool) {
	lo, hi := 0, len(p.pieces) // the piece lies in [lo, hi)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; int64(p.pieces[mid].start) <= at {
			lo = mid
		} else {
			hi = mid
		}
	}
	x := &p.pieces[lo]
	switch x.kind {
	case open:
		return int64(x.done) + at - int64(x.start), true
	case weekly:
		weeks, open := p.week.state(p.start + int64(x.offset) + at)
		return int64(x.done) + weeks - x.weeks, open
	case shut:
	}
	return int64(x.done), false
}

// second returns when the n-th open second begins, in seconds since the
// start of the year; n lies in [0, total).
func (p *page) second(n int64) int64 {
	lo, hi := 0, len(p.pieces) // the last piece with no more than n before it lies in [lo, hi)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; int64(p.pieces[mid].done) <= n {
			lo = mid
		} else {
			hi = mid
		}
	}
	x := &p.pieces[lo]
	if x.kind == weekly {
		return p.week.second(x.weeks+n-int64(x.done)) - p.start - int64(x.offset)
	}
	return int64(x.start) + n - int64(x.done)
}

// each yields the open spans in Unix seconds, for a year that starts at
// start; neighbours may touch. It reports whether yield never returned false.
func (p *page) each(start int64, yield func(span) bool) bool {
	for i, x := range p.pieces {
		from, to := int64(x.start), p.length
		if i+1 < len(p.pieces) {
			to = int64(p.pieces[i+1].start)
		}
		ok := true
		switch x.kind {
		case open:
			ok = yield(span{start + from, start + to})
		case weekly:
			wall := p.start + int64(x.offset)
			shift := start - wall
			ok = p.week.each(wall+from, wall+to, func(s span) bool {
				return yield(span{s.start + shift, s.end + shift})
			})
		case shut:
		}
		if !ok {
			return false
		}
	}
	return true
}

// fill makes an empty page that of its year.
func (d *days) fill(p *page, hs *holidays, loc *time.Location) {
	at, end := p.start, p.start+p.length
	if d.compatible {
		for _, r := range aroundChanges(loc, p.start, end) {
			d.addMembers(hs, loc, p, span{at, r.start})
			d.addMapped(hs, loc, p, r)
			at = r.end
		}
	}
	d.addMembers(hs, loc, p, span{at, end})
}

// addMembers adds what is open under the membership rule: an instant is open
// where the wall clock of its segment reads an open time.
func (d *days) addMembers(hs *holidays, loc *time.Location, p *page, r span) {
	for _, s := range segments(loc, r.start, r.end) {
		d.addSegment(hs, p, s)
	}
}

// addSegment adds what is open in one segment: the week, but for the odd days.
func (d *days) addSegment(hs *holidays, p *page, s segment) {
	lo, hi := max(s.start, minWall-s.offset), min(s.end, maxWall-s.offset)
	if lo >= hi {
		p.add(shut, 0, s.start, s.end)
		return
	}
	p.add(shut, 0, s.start, lo)
	at := lo
	first, last := floorDiv(lo+s.offset, secondsPerDay), floorDiv(hi-1+s.offset, secondsPerDay)
	for _, odd := range d.odd(hs, first, last) {
		midnight := odd.day*secondsPerDay - s.offset
		p.add(weekly, s.offset, at, midnight)
		from, to := max(at, midnight), min(hi, midnight+secondsPerDay)
		for i := range odd.open {
			odd.open[i].start += midnight
			odd.open[i].end += midnight
		}
		p.addOpen(odd.open, from, to)
		at = to
	}
	p.add(weekly, s.offset, at, hi)
	p.add(shut, 0, hi, s.end)
}

// What a wall clock can read: the years 1 to 9999, in seconds since
// 1970-01-01 00:00. Nothing is open outside.
const (
	minWall = -62135596800
	maxWall = 253402300800
)
