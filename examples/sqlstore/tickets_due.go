package sqlstore

import (
	"context"

	"github.com/kulanz-go/kulanz/ticket"
)

// Claim implements [ticket.Store]. Of two workers on PostgreSQL one skips what
// the other is about to take; on SQLite one waits for the other. The place in
// the index from which a record shows moves with the claim.
func (t Tickets) Claim(ctx context.Context, req ticket.ClaimRequest) ([]ticket.Record, error) {
	found, err := claimed(ctx, t.shelf, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor}, ticketColumns, t.records,
		func(r ticket.Record) place { return place(r.Ref()) })
	return found, failure(err, ticket.ErrConflict)
}

// List implements [ticket.Store]. A page begins where the last one ended in an
// index of its order, so the cost does not grow with the depth.
func (t Tickets) List(ctx context.Context, q ticket.Query) (ticket.Page, error) {
	limit := q.PageLimit()
	if limit == 0 {
		return ticket.Page{}, ctx.Err()
	}
	var s statement
	s.add("SELECT shop, id, "+ticketColumns+" FROM kulanz_ticket WHERE shop = ?", q.Shop)
	t.filter(&s, q)
	t.after(&s, q)
	s.add(" ORDER BY "+orderOf(q.Order)+" LIMIT ?", limit+1)
	found, err := t.records(ctx, t.s.db, s.text.String(), s.args...)
	if err != nil {
		return ticket.Page{}, err
	}
	return ticket.Page{Records: found[:min(limit, len(found))], More: len(found) > limit}, nil
}

func (t Tickets) filter(s *statement, q ticket.Query) {
	s.same("kind", string(q.Kind))
	s.same("assignee", q.Assignee)
	s.same("team", q.Team)
	s.same("customer", q.Customer)
	if q.Unassigned {
		s.add(" AND assignee = ''")
	}
	states := make([]string, len(q.States))
	for i, state := range q.States {
		states[i] = string(state)
	}
	s.in("state", states)
	t.labelled(s, q.Shop, q.Label)
	if !q.DueBefore.IsZero() {
		s.add(" AND due < ?", q.DueBefore.UnixMicro())
	}
	if q.Order == ticket.OrderWake {
		s.add(" AND wake IS NOT NULL")
	}
}

// orderOf returns the columns of an order; ids in bytes ascending.
func orderOf(o ticket.Order) string {
	switch o {
	case ticket.OrderUpdated:
		return "updated DESC, id"
	case ticket.OrderDue:
		return "due, id"
	case ticket.OrderWake:
		return "wake, id"
	case ticket.OrderCreated:
	}
	return "created, id" // also of no order
}

// after asks for what lies behind a position.
func (t Tickets) after(s *statement, q ticket.Query) {
	if q.After == nil {
		return
	}
	at, id := micros(q.After.At), t.s.id(q.After.ID)
	switch q.Order {
	case ticket.OrderUpdated:
		s.add(" AND updated <= ? AND (updated < ? OR id > ?)", at, at, id)
	case ticket.OrderDue:
		s.add(" AND (due, id) > (?, ?)", dueMicros(q.After.At), id)
	case ticket.OrderWake:
		s.add(" AND (wake, id) > (?, ?)", at, id)
	case ticket.OrderCreated:
		fallthrough
	default:
		s.add(" AND (created, id) > (?, ?)", at, id)
	}
}
