package memory

import (
	"bytes"
	"cmp"
	"container/heap"
	"slices"
	"strings"
	"time"
)

// Wake is a record's place among those that a claim may return some day. The
// zero value but for Row, Shop and ID is ready.
type Wake[R any] struct {
	Row  R
	Shop string
	ID   [16]byte

	shows    time.Time // from then on a claim may return it; zero: never
	attempts int       // claims since the last commit
	place    int       // in the heap, from 1; 0: none
}

// Wakes is a heap of records by the instant from which each shows. A record
// knows its place, so a commit moves its one entry: nothing stale is left
// behind, and a claim costs what is due.
type Wakes[R any] struct{ order order[R] }

// Set gives a record its wake after a commit; zero: it never shows.
func (w *Wakes[R]) Set(e *Wake[R], wake time.Time) {
	e.shows, e.attempts = wake, 0
	switch {
	case wake.IsZero() && e.place > 0:
		heap.Remove(&w.order, e.place-1)
	case wake.IsZero():
	case e.place > 0:
		heap.Fix(&w.order, e.place-1)
	default:
		heap.Push(&w.order, e)
	}
}

// Due returns up to limit records that show at an instant, of the shops or of
// all, those first that show since earliest, and hides each from now on for
// hide(claims before). Those of other shops that come up on the way are put
// back, as are the claimed ones, only at the end: none comes up twice.
func (w *Wakes[R]) Due(shops []string, now time.Time, limit int, hide func(attempts int) time.Duration) []R {
	var claimed []R
	var seen []*Wake[R]
	for len(claimed) < limit && len(w.order) > 0 && !w.order[0].shows.After(now) {
		e, ok := heap.Pop(&w.order).(*Wake[R])
		if !ok {
			break
		}
		seen = append(seen, e)
		if len(shops) == 0 || slices.Contains(shops, e.Shop) {
			claimed = append(claimed, e.Row)
			e.shows = now.Add(hide(e.attempts)).UTC().Truncate(time.Microsecond)
			e.attempts++
		}
	}
	for _, e := range seen {
		heap.Push(&w.order, e)
	}
	return claimed
}

// order is the heap itself.
type order[R any] []*Wake[R]

func (o order[R]) Len() int { return len(o) }

func (o order[R]) Less(i, j int) bool {
	a, b := o[i], o[j]
	return cmp.Or(a.shows.Compare(b.shows), bytes.Compare(a.ID[:], b.ID[:]), strings.Compare(a.Shop, b.Shop)) < 0
}

func (o order[R]) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	o[i].place, o[j].place = i+1, j+1
}

// Push is for package heap.
func (o *order[R]) Push(x any) {
	if e, ok := x.(*Wake[R]); ok {
		*o = append(*o, e)
		e.place = len(*o)
	}
}

// Pop is for package heap.
func (o *order[R]) Pop() any {
	last := len(*o) - 1
	e := (*o)[last]
	(*o)[last] = nil
	*o = (*o)[:last]
	e.place = 0
	return e
}
