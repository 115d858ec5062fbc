package sqlstore

import (
	"context"
	"slices"
	"time"
)

// claim is a request for what is due.
type claim struct {
	shops []string
	now   time.Time
	limit int
	hide  func(attempts int) time.Duration
}

// claimed claims records that are due and reads them, in the order in which they
// were claimed. On PostgreSQL it skips what another worker is about to take; on
// SQLite one waits for the other.
func (h shelf[R]) claimed(ctx context.Context, c claim) ([]R, error) {
	if c.limit == 0 {
		return nil, ctx.Err()
	}
	var found []R
	var due []place
	if err := h.atomic(ctx, func(db conn) error {
		byAttempts := make(map[int][]place) // mostly they have one number
		if err := db.send(ctx, h.due(c).each(func(r row) error {
			var p place
			var n int
			err := r.Scan(&p.Shop, &p.ID, &n)
			due, byAttempts[n] = append(due, p), append(byAttempts[n], p)
			return err
		})); err != nil || len(due) == 0 {
			return err
		}
		s := h.records(&found)
		h.among(s, due)
		return db.send(ctx, append(h.hide(c, byAttempts), s)...)
	}); err != nil {
		return nil, err
	}
	order := make(map[place]int, len(due))
	for i, p := range due {
		order[p] = i
	}
	slices.SortFunc(found, func(a, b R) int { return order[h.at(a)] - order[h.at(b)] })
	return found, nil
}

// due asks for what is due, earliest first.
func (h shelf[R]) due(c claim) *statement {
	s := query("SELECT shop, id, attempts FROM "+h.name+"_due WHERE shows <= ?", c.now.UnixMicro())
	s.in("shop", c.shops)
	s.add(" ORDER BY shows, id, shop LIMIT ?", c.limit)
	if h.s.engine == EnginePostgres {
		s.add(" FOR UPDATE SKIP LOCKED")
	}
	return s
}

// hide moves what was claimed, all of one number of attempts at once.
func (h shelf[R]) hide(c claim, byAttempts map[int][]place) []*statement {
	all := make([]*statement, 0, len(byAttempts)+1)
	for n, places := range byAttempts {
		s := query("UPDATE "+h.name+"_due SET shows = ?, attempts = ? WHERE ", c.now.Add(c.hide(n)).UnixMicro(), n+1)
		h.among(s, places)
		all = append(all, s)
	}
	return all
}

// among asks for the records of some places.
func (h shelf[R]) among(s *statement, places []place) {
	args := make([]any, 0, 2*len(places))
	for _, p := range places {
		args = append(args, p.Shop, h.s.id(p.ID))
	}
	h.s.oneOf(s, "shop, id", 2, args)
}

// oneOf asks for rows whose n columns are one of some tuples.
func (s *Store) oneOf(to *statement, columns string, n int, args []any) {
	to.add("(" + columns + ") IN (")
	if s.engine == EngineSQLite {
		to.add("VALUES ")
	}
	to.tuples(n, args)
	to.add(")")
}
