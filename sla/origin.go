package sla

import "time"

// origin is an instant from which a clock counts. Most are asked more than
// once, so their place on the calendar is kept.
type origin struct {
	cal  *Calendar // nil: wall clock
	from instant
	spot spot // of from; none: not asked for yet, or beyond the index
}

// set moves the origin to t.
func (o *origin) set(t instant) { o.from, o.spot = t, spot{} }

// find returns the place of from on the calendar.
func (o *origin) find() spot {
	if o.spot.x == nil {
		o.spot = o.cal.spot(o.from)
	}
	return o.spot
}

// until returns the time on the clock from the origin to t.
func (o *origin) until(t instant) time.Duration {
	if o.cal == nil {
		return t.Sub(o.from)
	}
	return o.cal.betweenFrom(o.find(), o.from, t)
}

// ahead returns when d has passed on the clock, under a tie rule.
func (o *origin) ahead(tie TieRule, d time.Duration) (instant, error) {
	if o.cal == nil {
		at := o.from.Add(d)
		if at.sec >= endSec {
			return instant{}, ErrOutOfRange
		}
		return at, nil
	}
	at, err := o.cal.addFrom(o.find(), o.from, d)
	if err != nil || d <= 0 || tie == "" {
		return at, err
	}
	return tied(o.cal, tie, at)
}

// tied moves an instant at which the calendar closes to where the tie rule
// wants it.
func tied(cal *Calendar, tie TieRule, at instant) (instant, error) {
	switch tie {
	case TieClosing:
		last, err := cal.PrevOpen(at.UTC())
		return instantOf(last), err
	case TieOpening:
		if next, err := cal.NextOpen(at.UTC()); err == nil {
			return instantOf(next), nil
		} // else nothing opens any more, and the closing instant stays
	}
	return at, nil
}
