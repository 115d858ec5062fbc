package queue

import (
	"cmp"
	"slices"
	"time"
)

// Place is one who waits. ID is the host's, unique in its line.
type Place struct {
	ID       string
	Priority int       // higher first; the same for all keeps the order of coming
	Joined   time.Time // when it came, and stays what it was
	Callback bool      // to be called back: it need not hold the line
	// NotBefore is the earliest instant at which a callback suits; until then
	// others pass, and the place is kept.
	NotBefore time.Time
}

// compare orders by priority, then by who came first, then by id.
func (p Place) compare(o Place) int {
	return cmp.Or(cmp.Compare(o.Priority, p.Priority), p.Joined.Compare(o.Joined), cmp.Compare(p.ID, o.ID))
}

// Line is those who wait, in order. It is a value: methods return the next one
// and leave theirs alone.
type Line struct{ places []Place }

// Len returns how many wait.
func (l Line) Len() int { return len(l.places) }

// All returns the places in order.
func (l Line) All() []Place { return slices.Clone(l.places) }

// Join adds a place. One whose id is there already keeps the place it has.
func (l Line) Join(p Place) Line {
	if l.Ahead(p.ID) >= 0 {
		return l
	}
	at, _ := slices.BinarySearchFunc(l.places, p, Place.compare)
	return Line{slices.Insert(slices.Clone(l.places), at, p)}
}

// Leave takes a place out.
func (l Line) Leave(id string) Line {
	i := l.Ahead(id)
	if i < 0 {
		return l
	}
	return Line{slices.Delete(slices.Clone(l.places), i, i+1)}
}

// CallBack turns a place into a callback that keeps it: nobody passes, nobody is
// passed. It is false where nobody of that id waits.
func (l Line) CallBack(id string, notBefore time.Time) (Line, bool) {
	i := l.Ahead(id)
	if i < 0 {
		return l, false
	}
	places := slices.Clone(l.places)
	places[i].Callback, places[i].NotBefore = true, notBefore
	return Line{places}, true
}

// Ahead returns how many are before a place; -1 where nobody of that id waits.
func (l Line) Ahead(id string) int {
	return slices.IndexFunc(l.places, func(p Place) bool { return p.ID == id })
}

// Next returns whose turn it is at an instant, and the line without it: the
// first, but for callbacks that do not suit yet.
func (l Line) Next(now time.Time) (Place, Line, bool) {
	for _, p := range l.places {
		if !p.Callback || !now.Before(p.NotBefore) {
			return p, l.Leave(p.ID), true
		}
	}
	return Place{}, l, false
}
