package sqlstore

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// position is where a page ended.
type position struct {
	At time.Time
	ID uuid.UUID
}

// listing asks for a page of records. Empty fields ask for any.
type listing struct {
	shop, kind, customer, label string

	states []string
	more   func(s *statement) // what only this shelf's records have; nil: nothing
	order  string             // created, updated (latest first), due or wake
	after  *position
	limit  int
}

// page reads a page, and tells whether another follows: it asks for one record
// more. A page begins where the last one ended in an index of its order, so that
// the cost does not grow with the depth.
func (h shelf[R]) page(ctx context.Context, l listing) ([]R, bool, error) {
	if l.limit == 0 {
		return nil, false, ctx.Err()
	}
	var found []R
	s := h.records(&found)
	s.add("shop = ?", l.shop)
	s.same("kind", l.kind)
	s.same("customer", l.customer)
	s.in("state", l.states)
	if l.label != "" {
		s.add(" AND id IN (SELECT id FROM "+h.name+"_label WHERE shop = ? AND label = ?)", l.shop, l.label)
	}
	if l.more != nil {
		l.more(s)
	}
	h.ordered(s, l)
	s.add(" LIMIT ?", l.limit+1)
	if err := h.s.db.send(ctx, s); err != nil {
		return nil, false, err
	}
	return found[:min(l.limit, len(found))], len(found) > l.limit, nil
}

// ordered asks for what lies behind a position, in an order of instants; ids in
// bytes ascending.
func (h shelf[R]) ordered(s *statement, l listing) {
	column, instant := "created", micros
	switch l.order {
	case "updated":
		if l.after != nil {
			at := micros(l.after.At)
			s.add(" AND updated <= ? AND (updated < ? OR id > ?)", at, at, h.s.id(l.after.ID))
		}
		s.add(" ORDER BY updated DESC, id")
		return
	case "due":
		column, instant = "due", dueMicros
	case "wake":
		column = "wake"
		s.add(" AND wake IS NOT NULL")
	}
	if l.after != nil {
		s.add(" AND ("+column+", id) > (?, ?)", instant(l.after.At), h.s.id(l.after.ID))
	}
	s.add(" ORDER BY " + column + ", id")
}
