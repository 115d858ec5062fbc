package sqlstore

import (
	"context"
	"strings"

	"github.com/kulanz-go/kulanz/ticket"
)

// Claim implements [ticket.Store]. Of two workers on PostgreSQL one skips what
// the other is about to take; on SQLite one waits for the other. The place in
// the index from which a record shows moves with the claim.
func (t Tickets) Claim(ctx context.Context, req ticket.ClaimRequest) ([]ticket.Record, error) {
	limit := req.PageLimit()
	if limit == 0 {
		return nil, ctx.Err()
	}
	var found []ticket.Record
	err := t.s.db.atomic(ctx, func(db conn) error {
		due, err := t.hide(ctx, db, req, limit)
		if err != nil || len(due) == 0 {
			return err
		}
		found, err = t.inOrder(ctx, db, due)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// hide claims records that are due: lease x 2^attempts from now, at most a day.
func (t Tickets) hide(ctx context.Context, db conn, req ticket.ClaimRequest, limit int) ([]ticket.Ref, error) {
	var due []ticket.Ref
	var attempts []int
	var s statement
	s.add("SELECT shop, id, attempts FROM kulanz_ticket_due WHERE shows <= ?", req.Now.UnixMicro())
	if len(req.Shops) > 0 {
		args := make([]any, len(req.Shops))
		for i, shop := range req.Shops {
			args[i] = shop
		}
		s.add(" AND shop IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	s.add(" ORDER BY shows, id, shop LIMIT ?", limit)
	if t.s.engine == EnginePostgres {
		s.add(" FOR UPDATE SKIP LOCKED")
	}
	err := db.each(ctx, func(r row) error {
		var ref ticket.Ref
		var n int
		if err := r.Scan(&ref.Shop, &ref.ID, &n); err != nil {
			return err
		}
		due, attempts = append(due, ref), append(attempts, n)
		return nil
	}, s.text.String(), s.args...)
	if err != nil {
		return nil, err
	}
	return due, t.put(ctx, db, req, due, attempts)
}

// put moves what was claimed, all of one number of attempts at once: there are
// few such numbers, mostly one.
func (t Tickets) put(ctx context.Context, db conn, req ticket.ClaimRequest, due []ticket.Ref, attempts []int) error {
	byAttempts := make(map[int][]any)
	for i, ref := range due {
		byAttempts[attempts[i]] = append(byAttempts[attempts[i]], ref.Shop, t.s.id(ref.ID))
	}
	for n, refs := range byAttempts {
		var s statement
		s.add("UPDATE kulanz_ticket_due SET shows = ?, attempts = ? WHERE (shop, id) IN (", req.Now.Add(req.HideFor(n)).UnixMicro(), n+1)
		if t.s.engine == EngineSQLite {
			s.add("VALUES ")
		}
		s.tuples(2, refs)
		s.add(")")
		if _, err := db.exec(ctx, s.text.String(), s.args...); err != nil {
			return err
		}
	}
	return nil
}

// inOrder loads records in the order in which they were claimed.
func (t Tickets) inOrder(ctx context.Context, db conn, due []ticket.Ref) ([]ticket.Record, error) {
	var s statement
	args := make([]any, 0, 2*len(due))
	for _, ref := range due {
		args = append(args, ref.Shop, t.s.id(ref.ID))
	}
	s.add("SELECT shop, id, " + ticketColumns + " FROM kulanz_ticket WHERE (shop, id) IN (")
	if t.s.engine == EngineSQLite {
		s.add("VALUES ")
	}
	s.tuples(2, args)
	s.add(")")
	found, err := t.records(ctx, db, s.text.String(), s.args...)
	if err != nil {
		return nil, err
	}
	byRef := make(map[ticket.Ref]ticket.Record, len(found))
	for _, r := range found {
		byRef[r.Ref()] = r
	}
	found = found[:0]
	for _, ref := range due {
		if r, ok := byRef[ref]; ok {
			found = append(found, r)
		}
	}
	return found, nil
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
	for _, f := range []struct{ column, value string }{
		{"kind", string(q.Kind)}, {"assignee", q.Assignee}, {"team", q.Team}, {"customer", q.Customer},
	} {
		if f.value != "" {
			s.add(" AND "+f.column+" = ?", f.value)
		}
	}
	if q.Unassigned {
		s.add(" AND assignee = ''")
	}
	if len(q.States) > 0 {
		args := make([]any, len(q.States))
		for i, state := range q.States {
			args[i] = string(state)
		}
		s.add(" AND state IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if q.Label != "" {
		s.add(" AND id IN (SELECT id FROM kulanz_ticket_label WHERE shop = ? AND label = ?)", q.Shop, q.Label)
	}
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
