package ticket

import (
	"fmt"
	"slices"
	"strings"
)

// checkShape finds what no single row shows: ambiguity, states out of reach
// and tickets that could be lost.
func (w *Workflow) checkShape(c *check) {
	w.checkAmbiguity(c)
	w.checkReach(c)
	w.checkInvariants(c)
}

// checkAmbiguity refuses two rows of one cell that could hold at once for a
// reason that shows in the data: one has no guard, or both have the same. Two
// host guards that are both true in practice are a fault at run time.
func (w *Workflow) checkAmbiguity(c *check) {
	for i := range w.rows {
		r := &w.rows[i]
		for _, from := range r.From {
			for _, other := range w.table[cell{r.Event, from}] {
				if other == r {
					break // each pair once, with the earlier row named
				}
				if len(r.Guards) == 0 || len(other.Guards) == 0 || sameGuards(r.Guards, other.Guards) {
					c.failf(fmt.Sprintf("rows[%d]", i), r.ID, "can hold together with row %q in state %q", other.ID, from)
				}
			}
		}
	}
}

func sameGuards(a, b []string) bool {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}

// checkReach refuses states that no ticket can come to, and live states from
// which none can come to an end.
func (w *Workflow) checkReach(c *check) {
	next, back := make(map[State][]State), make(map[State][]State)
	for _, r := range w.rows {
		for _, from := range r.From {
			if r.To != "" && r.To != from {
				next[from] = append(next[from], r.To)
				back[r.To] = append(back[r.To], from)
			}
		}
	}
	reached := closure(next, StateNone)
	var finals []State
	for _, s := range w.states {
		if w.kinds[s].isFinal() && s != StateErased {
			finals = append(finals, s)
		}
	}
	ends := closure(back, finals...)
	for _, s := range w.states {
		if !reached[s] {
			c.fail("rows", string(s), "is a state that no row leads to from the start")
		}
		if !ends[s] && !w.kinds[s].isFinal() {
			c.fail("rows", string(s), "is a state from which no row leads to an end")
		}
	}
}

func closure(edges map[State][]State, from ...State) map[State]bool {
	seen := make(map[State]bool)
	for queue := slices.Clone(from); len(queue) > 0; queue = queue[1:] {
		if s := queue[0]; !seen[s] {
			seen[s] = true
			queue = append(queue, edges[s]...)
		}
	}
	return seen
}

// checkInvariants refuses rows that break a promise of the package.
func (w *Workflow) checkInvariants(c *check) {
	for i, r := range w.rows {
		path := fmt.Sprintf("rows[%d]", i)
		for _, from := range r.From {
			w.checkStep(c, path, r, from)
		}
	}
	for _, s := range w.states {
		if len(w.table[cell{EventCustomerMessage, s}]) == 0 {
			c.fail("rows", string(s), "has no row for customer_message: a message would have nowhere to go")
		}
		if len(w.table[cell{EventErase, s}]) == 0 {
			c.fail("rows", string(s), "has no row for erase: personal data could not be deleted")
		}
		if w.takesCallbacks() && !w.kinds[s].isFinal() && len(w.table[cell{EventCallbackDue, s}]) == 0 {
			c.fail("rows", string(s), "has no row for callback_due: nobody would call")
		}
		w.checkWayBack(c, s)
		if end := w.kinds[s].endsBy(); end != "" && len(w.table[cell{end, s}]) == 0 {
			c.failf("rows", string(s), "has no row for %s: its time would come and nothing could happen", end)
		}
	}
}

func (w *Workflow) checkStep(c *check, path string, r Row, from State) {
	to := r.To
	if to == "" || to == from {
		return
	}
	wakes := w.kinds[to].isWaiting()
	switch {
	case w.kinds[from] == StateErased:
		c.fail(path, r.ID, "leaves erased: what is deleted stays deleted")
	case (w.kinds[to] == StateErased) != (r.Event == EventErase):
		c.fail(path, r.ID, "must be the event erase, and only that leads to erased")
	case wakes && !r.Event.setsWake() && !isBack(r):
		c.fail(path, r.ID, "leads into a waiting state by an event that carries no wake: the ticket could be overlooked")
	case w.kinds[to] == StateMerged && r.Event != EventMerge:
		c.fail(path, r.ID, "leads into merged by another event than merge: nobody would know the target")
	case w.kinds[to] == StateNew && from != StateNone && !isBack(r):
		c.fail(path, r.ID, "leads back to new: what was looked at is not new again")
	}
}

// isBack reports whether a row undoes a merge or a spam mark: the ticket
// returns to where it was, with the timer it had.
func isBack(r Row) bool {
	return (r.Event == EventUnmerge || r.Event == EventNotSpam) &&
		slices.ContainsFunc(r.Guards, func(g string) bool { return strings.HasPrefix(g, guardWas) })
}

// checkWayBack refuses merges and spam marks that could not be undone.
func (w *Workflow) checkWayBack(c *check, s State) {
	for event, undo := range map[EventKind]EventKind{EventMerge: EventUnmerge, EventMarkSpam: EventNotSpam} {
		if len(w.table[cell{event, s}]) == 0 {
			continue
		}
		back := slices.ContainsFunc(w.rows, func(r Row) bool { return r.Event == undo && r.To == s })
		if !back {
			c.failf("rows", string(s), "has no row back for %s: %s could not be undone", undo, event)
		}
	}
}

func (w *Workflow) takesCallbacks() bool {
	return slices.ContainsFunc(w.rows, func(r Row) bool { return r.Event == EventRequestCallback })
}

// endsBy is the event by which a state with a timer ends.
func (s State) endsBy() EventKind {
	switch {
	case s.isWaiting():
		return EventWake
	case s == StateBot:
		return EventHandOff
	case s == StateResolved:
		return EventAutoClose
	default:
		return ""
	}
}
