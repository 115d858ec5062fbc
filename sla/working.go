package sla

import (
	"math"
	"time"
)

// A calendar numbers its open seconds. An instant's place is how many of them
// lie before it; the n-th open second says where it begins. All windows
// begin and end on whole seconds, so that nanoseconds count only within an
// open second. Every method below is a matter of places and seconds: near the
// index answers, and beyond it the pages of the years.

const nanosPerSecond = int64(time.Second)

// IsOpen reports whether t is working time.
func (c *Calendar) IsOpen(t time.Time) bool {
	unix := t.Unix()
	if x := c.near(unix); x != nil {
		_, open := x.work(unix - x.start)
		return open
	}
	p, ok := c.locate(t)
	return ok && p.open
}

// Add returns the instant at which d of working time has passed since t: the
// earliest one, so a closing instant and not the opening after it. With a
// negative d it is the latest instant from which |d| of working time lies
// before t. Add(t, 0) is t.
//
// The errors are [*CalendarError]s: [ErrNoWorkingTime] where the calendar is
// never open in that direction, or not for long enough, and [ErrOutOfRange]
// where t or the answer lies outside the years 1 to 9999.
func (c *Calendar) Add(t time.Time, d time.Duration) (time.Time, error) {
	if unix, nano, ok := c.spot(instantOf(t)).add(d, c.opts.RollToNextOpening); ok {
		return c.at(unix, nano), nil
	}
	return c.addBeyond(t, d)
}

// addFrom is Add for an instant whose spot is known.
func (c *Calendar) addFrom(s spot, t instant, d time.Duration) (instant, error) {
	if unix, nano, ok := s.add(d, c.opts.RollToNextOpening); ok {
		return instantAt(unix, nano), nil
	}
	at, err := c.addBeyond(t.UTC(), d)
	return instantOf(at), err
}

// advance adds a duration to a count of seconds and nanoseconds.
func advance(n, nano int64, d time.Duration) (int64, int64) {
	sec, rest := int64(d)/nanosPerSecond, int64(d)%nanosPerSecond+nano
	switch {
	case rest < 0:
		sec, rest = sec-1, rest+nanosPerSecond
	case rest >= nanosPerSecond:
		sec, rest = sec+1, rest-nanosPerSecond
	}
	return n + sec, rest
}

// addBeyond is Add where the index does not reach.
func (c *Calendar) addBeyond(t time.Time, d time.Duration) (time.Time, error) {
	at, err := c.addFar(t, d)
	if err != nil {
		return c.noInstant("add "+d.String(), t, err)
	}
	return at, nil
}

// addFar is Add by the pages.
func (c *Calendar) addFar(t time.Time, d time.Duration) (time.Time, error) {
	p, ok := c.locate(t)
	switch {
	case !ok:
		return time.Time{}, ErrOutOfRange
	case d == 0:
		return c.at(t.Unix(), int64(t.Nanosecond())), nil
	}
	n, nano := advance(p.work, p.nano, d)
	if d > 0 && nano == 0 { // all of second n-1, and nothing yet of second n
		if c.opts.RollToNextOpening {
			if next, err := c.second(p, n, 0); err == nil {
				return next, nil
			}
		}
		n, nano = n-1, nanosPerSecond
	}
	return c.second(p, n, nano)
}

// Between returns the working time from a to b, negative where b is before
// a. The largest and smallest Duration stand for what they cannot hold,
// about 292 years. What lies outside the years 1 to 9999 does not count.
func (c *Calendar) Between(a, b time.Time) time.Duration {
	from := instantOf(a)
	return c.betweenFrom(c.spot(from), from, instantOf(b))
}

// betweenFrom is Between for instants, of which the first has the spot.
func (c *Calendar) betweenFrom(s spot, a, b instant) time.Duration {
	if s.x == nil || !s.x.holds(b.unix()) {
		return c.betweenFar(a.UTC(), b.UTC())
	}
	d := s.x.count(b) - s.open
	if d < 0 && c.opts.ClampNegative {
		return 0
	}
	return time.Duration(d)
}

// betweenFar is Between by the pages.
func (c *Calendar) betweenFar(a, b time.Time) time.Duration {
	from, to := c.clamp(a), c.clamp(b)
	c.reach(min(from.year, to.year), max(from.year, to.year))
	sign := time.Duration(1)
	if to.before(from) {
		if c.opts.ClampNegative {
			return 0
		}
		from, to, sign = to, from, -1
	}
	sec := c.yearsBetween(from.year, to.year) + to.work - from.work
	if sec > math.MaxInt64/nanosPerSecond-1 {
		return sign * math.MaxInt64
	}
	return sign * time.Duration(sec*nanosPerSecond+to.nano-from.nano)
}

// yearsBetween returns the open seconds from the start of a year to that of a
// later one.
func (c *Calendar) yearsBetween(year, limit int) int64 {
	var hs *holidays
	var sec int64
	ys := c.cache()
	for year < limit {
		if n, ok := ys.known(year); ok {
			c.step(1)
			sec += n
			year++
			continue
		}
		if _, alike := c.cache().side(year); alike {
			eras, each := c.eras(year, limit)
			sec += int64(eras) * each
			if year += eras * yearsPerEra; year == limit {
				break
			}
		}
		sec += c.total(&hs, year)
		year++
	}
	return sec
}

// NextOpen returns t where t is working time, else the next opening. Errors
// are those of [Calendar.Add].
func (c *Calendar) NextOpen(t time.Time) (time.Time, error) {
	unix := t.Unix()
	if x := c.near(unix); x != nil {
		n, open := x.work(unix - x.start)
		if open {
			return c.at(unix, int64(t.Nanosecond())), nil
		}
		if n < x.total {
			return c.at(x.start+x.second(n), 0), nil
		}
	}
	p, ok := c.locate(t)
	if !ok {
		return c.noInstant(nextOpening, t, ErrOutOfRange)
	}
	next, err := c.second(p, p.work, p.nano)
	if err != nil {
		return c.noInstant(nextOpening, t, err)
	}
	return next, nil
}

// The questions of NextOpen and PrevOpen.
const (
	nextOpening = "next opening"
	lastClosing = "last closing"
)

// PrevOpen returns the latest instant at or before t that ends working time:
// t itself where the calendar was open until then, else the last closing.
// Errors are those of [Calendar.Add].
func (c *Calendar) PrevOpen(t time.Time) (time.Time, error) {
	unix, nano := t.Unix(), int64(t.Nanosecond())
	if x := c.near(unix); x != nil {
		n, open := x.work(unix - x.start)
		if open && nano > 0 {
			return c.at(unix, nano), nil
		}
		if n > 0 {
			return c.at(x.start+x.second(n-1)+1, 0), nil
		}
	}
	p, ok := c.locate(t)
	if !ok {
		return c.noInstant(lastClosing, t, ErrOutOfRange)
	}
	n, nano := p.work-1, nanosPerSecond
	if p.nano > 0 {
		n, nano = p.work, p.nano
	}
	last, err := c.second(p, n, nano)
	if err != nil {
		return c.noInstant(lastClosing, t, err)
	}
	return last, nil
}

// place is an instant as the calendar counts it: the number of open seconds
// before it in its UTC year, and the nanoseconds of an open second that have
// passed.
type place struct {
	year       int
	work, nano int64
	open       bool
}

// before compares places; instants between which nothing is open may have
// the same.
func (p place) before(q place) bool {
	if p.year != q.year {
		return p.year < q.year
	}
	return p.work < q.work || p.work == q.work && p.nano < q.nano
}

// inRange reports whether the wall clock's year is 1 to 9999.
func (c *Calendar) inRange(t time.Time) bool {
	unix := t.Unix()
	if unix >= minWall+secondsPerDay && unix < maxWall-secondsPerDay {
		return true // wherever the zone
	}
	if unix < minUnix || unix >= maxUnix {
		return false
	}
	y := t.In(c.loc).Year()
	return y >= 1 && y <= maxYear
}

// at returns an instant in the calendar's zone.
func (c *Calendar) at(unix, nano int64) time.Time { return time.Unix(unix, nano).In(c.loc) }

// locate finds an instant; not ok where the wall clock's year is not 1 to 9999.
func (c *Calendar) locate(t time.Time) (place, bool) {
	if !c.inRange(t) {
		return place{}, false
	}
	p := c.clamp(t)
	c.reach(p.year, p.year)
	return p, true
}

// clamp finds an instant, or the end of the years that is nearest to it.
func (c *Calendar) clamp(t time.Time) place {
	unix, nano := t.Unix(), int64(t.Nanosecond())
	if unix < minUnix || unix >= maxUnix {
		unix, nano = max(minUnix, min(unix, maxUnix-1)), 0
	}
	year := yearOf(unix)
	work, open := c.page(year).work(unix - yearStart(year))
	if !open {
		nano = 0
	}
	return place{year: year, work: work, nano: nano, open: open}
}

// second returns when the n-th open second, counted from the start of the
// year of p, begins, plus nano. It lets the index reach there.
func (c *Calendar) second(p place, n, nano int64) (time.Time, error) {
	find := c.forward
	if n < 0 {
		find = c.backward
	}
	year, n, err := find(p.year, n)
	if err != nil {
		return time.Time{}, err
	}
	c.reach(min(p.year, year), max(p.year, year))
	t := c.at(yearStart(year)+c.page(year).second(n), nano)
	if !c.inRange(t) {
		return time.Time{}, ErrOutOfRange
	}
	return t, nil
}

// forward finds the year of an open second that is counted from the start of
// an earlier year, or that one, and its number there.
func (c *Calendar) forward(year int, n int64) (int, int64, error) {
	var hs *holidays
	ys := c.cache()
	for year <= maxYear {
		if total, ok := ys.known(year); ok && n >= total {
			c.step(1)
			n -= total
			year++
			continue
		}
		total := c.total(&hs, year)
		if n < total {
			return year, n, nil
		}
		n -= total
		year++
		side, alike := c.cache().side(year)
		if !alike {
			continue
		}
		eras, each := c.eras(year, maxYear)
		switch {
		case each > 0:
			eras = int(min(int64(eras), n/each))
			n -= int64(eras) * each
			year += eras * yearsPerEra
		case side == 1:
			return 0, 0, ErrNoWorkingTime
		default:
			year = c.cache().first
		}
	}
	return 0, 0, c.endOfTime(maxYear - 1)
}

// backward does so for an open second before the start of the year.
func (c *Calendar) backward(year int, n int64) (int, int64, error) {
	var hs *holidays
	ys := c.cache()
	for n < 0 {
		if year--; year < 0 {
			return 0, 0, c.endOfTime(2)
		}
		if total, ok := ys.known(year); ok {
			c.step(1)
			n += total
			continue
		}
		if side, alike := c.cache().side(year); alike {
			eras, each := c.eras(year+1-yearsPerEra, year+1)
			switch {
			case c.totalsAlike(side).era == 0 && side == 0:
				return 0, 0, ErrNoWorkingTime
			case c.totalsAlike(side).era == 0:
				year = lastUnlike + 1
				continue
			case eras > 0 && n < -each:
				n += each
				year -= yearsPerEra - 1
				continue
			}
		}
		n += c.total(&hs, year)
	}
	return year, n, nil
}

// endOfTime returns why there is no more working time at an end of the years:
// it ends there, or ended long before.
func (c *Calendar) endOfTime(year int) error {
	if c.never(year) {
		return ErrNoWorkingTime
	}
	return ErrOutOfRange
}
