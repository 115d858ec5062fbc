package sla

import "sync/atomic"

// years keeps the pages of a calendar, by which it answers wherever its
// index does not reach. Far from anything dated and from the table of its
// zone, years that have the same length and begin on the same weekday are
// alike and share a page. All pages may be lost and made again.
type years struct {
	first  int // of those that are unlike any other; lastUnlike is the last
	recent [32]atomic.Pointer[page]
	totals []atomic.Int32              // of unlike years: open seconds + 1, 0 where not known
	alike  [2][14]atomic.Pointer[page] // before and after the unlike years
	works  [2]atomic.Pointer[alikeTotals]
}

// alikeTotals are the open seconds of years alike, by shape, and of an era of
// the calendar, after which the shapes repeat.
type alikeTotals struct {
	shape [14]int64
	era   int64
}

const yearsPerEra = 400

// lastUnlike is a year later than the last dated one: the tail of its last
// window may lie there.
const lastUnlike = lastDatedYear + 1

func newYears(first int) *years {
	return &years{first: first, totals: make([]atomic.Int32, lastUnlike-first+1)}
}

// side returns which of the years alike a year belongs to, if any: the
// first and the last years, which are cut, do not.
func (ys *years) side(year int) (int, bool) {
	switch {
	case year > lastUnlike && year < maxYear:
		return 1, true
	case year < ys.first && year > 1:
		return 0, true
	default:
		return 0, false
	}
}

// shape numbers the 14 kinds of year.
func shape(year int) int {
	start := yearStart(year)
	n := int(weekdayOf(floorDiv(start, secondsPerDay)))
	if yearStart(year+1)-start > 365*secondsPerDay {
		n += 7
	}
	return n
}

// cache returns the calendar's pages.
func (c *Calendar) cache() *years {
	if ys := c.years.Load(); ys != nil {
		return ys
	}
	c.years.CompareAndSwap(nil, newYears(c.firstUnlike()))
	return c.years.Load()
}

// page returns the open time of a year; its spans are those of a year alike.
func (c *Calendar) page(year int) *page {
	ys := c.cache()
	if side, ok := ys.side(year); ok {
		slot := &ys.alike[side][shape(year)]
		if p := slot.Load(); p != nil {
			return p
		}
		p := c.build(year)
		slot.Store(p)
		return p
	}
	slot := &ys.recent[uint(year)%uint(len(ys.recent))]
	if p := slot.Load(); p != nil && p.start == yearStart(year) {
		return p
	}
	p := c.build(year)
	slot.Store(p)
	return p
}

// known returns the open seconds of an unlike year that was counted before:
// what a walk over many years mostly meets.
func (ys *years) known(year int) (int64, bool) {
	i := year - ys.first
	if i < 0 || i >= len(ys.totals) {
		return 0, false
	}
	n := ys.totals[i].Load()
	return int64(n) - 1, n > 0
}

// total returns the open seconds of a year. Where it has to make pages for
// that, the holidays of a year serve the next one too.
func (c *Calendar) total(hs **holidays, year int) int64 {
	c.step(1)
	ys := c.cache()
	if year < ys.first || year > lastUnlike {
		if side, ok := ys.side(year); ok {
			return c.totalsAlike(side).shape[shape(year)]
		}
		return c.page(year).total
	}
	known := &ys.totals[year-ys.first]
	if n := known.Load(); n > 0 {
		return int64(n) - 1
	}
	n := c.count(hs, year)
	known.Store(small(n + 1))
	return n
}

// count makes the page of a year for its total alone.
func (c *Calendar) count(hs **holidays, year int) int64 {
	if c.parts != nil {
		return c.build(year).total
	}
	if *hs == nil {
		*hs = c.days.holidays()
	}
	p := &(*hs).spare
	p.reset(year, &c.days.week)
	c.days.fill(p, *hs, c.loc)
	c.step(len(p.pieces))
	return p.total
}

// totalsAlike returns the open seconds of the years alike on one side.
func (c *Calendar) totalsAlike(side int) *alikeTotals {
	ys := c.cache()
	if t := ys.works[side].Load(); t != nil {
		return t
	}
	first := lastUnlike + 1
	if side == 0 {
		first = ys.first - yearsPerEra
	}
	var t alikeTotals
	for year := first; year < first+yearsPerEra; year++ {
		n := c.page(year).total
		t.shape[shape(year)] = n
		t.era += n
	}
	ys.works[side].Store(&t)
	return ys.works[side].Load()
}

// eras returns how many eras of years alike begin with a year and end before
// a limit, and their open seconds each.
func (c *Calendar) eras(year, limit int) (int, int64) {
	ys := c.cache()
	side, ok := ys.side(year)
	if !ok {
		return 0, 0
	}
	end := min(limit, maxYear)
	if side == 0 {
		end = min(limit, ys.first)
	}
	return max(0, end-year) / yearsPerEra, c.totalsAlike(side).era
}

// never reports whether a year is one of the years alike, on a side on which
// the calendar never opens.
func (c *Calendar) never(year int) bool {
	side, ok := c.cache().side(year)
	return ok && c.totalsAlike(side).era == 0
}

// build makes the page of a year.
func (c *Calendar) build(year int) *page {
	var hs *holidays
	if c.days != nil {
		hs = c.days.holidays()
	}
	return c.buildWith(hs, year)
}

// buildWith makes the page of a year with holidays that are asked already.
func (c *Calendar) buildWith(hs *holidays, year int) *page {
	var p *page
	if c.parts != nil {
		p = c.parts.page(year)
	} else {
		p = newPage(year, &c.days.week)
		c.days.fill(p, hs, c.loc)
	}
	c.step(len(p.pieces))
	return p
}

// firstUnlike returns the first year that is unlike others: a year before the
// first date or change of the zone, which it may be near.
func (c *Calendar) firstUnlike() int {
	if c.parts != nil {
		return c.parts.firstUnlike()
	}
	return max(0, min(firstDatedYear, yearOf(firstChange(c.loc)))-1)
}

// step counts what a call does, where a test wants to know.
func (c *Calendar) step(n int) {
	if c.meter != nil {
		c.meter.Add(int64(n))
	}
}
