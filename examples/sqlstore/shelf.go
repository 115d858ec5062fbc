package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
)

// shelf is what the tables of every store have alike: records that are found by
// labels, keys that are held once, and a narrow table of what is due. name is how
// the tables' names begin.
type shelf struct {
	s    *Store
	name string
}

// place names a record.
type place struct {
	Shop string
	ID   uuid.UUID
}

// label brings the labels that are searched by up to date.
func (h shelf) label(ctx context.Context, db conn, at place, labels []string, fresh bool) error {
	id := h.s.id(at.ID)
	if !fresh {
		var s statement
		s.add("DELETE FROM "+h.name+"_label WHERE shop = ? AND id = ?", at.Shop, id)
		for _, l := range labels {
			s.add(" AND label <> ?", l)
		}
		if _, err := db.exec(ctx, s.text.String(), s.args...); err != nil {
			return err
		}
	}
	if len(labels) == 0 {
		return nil
	}
	var s statement
	args := make([]any, 0, 3*len(labels))
	for _, l := range labels {
		args = append(args, at.Shop, l, id)
	}
	s.add("INSERT INTO " + h.name + "_label (shop, label, id) VALUES ")
	s.tuples(3, args)
	s.add(" ON CONFLICT (shop, label, id) DO NOTHING")
	_, err := db.exec(ctx, s.text.String(), s.args...)
	return err
}

// release frees a key; one that is not held is no fault.
func (h shelf) release(ctx context.Context, db conn, shop, kind string, hash []byte) error {
	_, err := db.exec(ctx, "DELETE FROM "+h.name+"_key WHERE shop = $1 AND kind = $2 AND hash = $3", shop, kind, hash)
	return err
}

// wake sets from when claims see a record, and forgets those before.
func (h shelf) wake(ctx context.Context, db conn, at place, wake time.Time) error {
	if wake.IsZero() {
		_, err := db.exec(ctx, "DELETE FROM "+h.name+"_due WHERE shop = $1 AND id = $2", at.Shop, h.s.id(at.ID))
		return err
	}
	_, err := db.exec(ctx, "INSERT INTO "+h.name+`_due (shows, shop, id, attempts) VALUES ($1, $2, $3, 0)
		ON CONFLICT (shop, id) DO UPDATE SET shows = excluded.shows, attempts = 0`, micros(wake), at.Shop, h.s.id(at.ID))
	return err
}

// claim is a request for what is due.
type claim struct {
	shops []string
	now   time.Time
	limit int
	hide  func(attempts int) time.Duration
}

// due claims records, earliest first. On PostgreSQL it skips what another worker
// is about to take.
func (h shelf) due(ctx context.Context, db conn, c claim) ([]place, error) {
	var due []place
	var attempts []int
	var s statement
	s.add("SELECT shop, id, attempts FROM "+h.name+"_due WHERE shows <= ?", c.now.UnixMicro())
	s.in("shop", c.shops)
	s.add(" ORDER BY shows, id, shop LIMIT ?", c.limit)
	if h.s.engine == EnginePostgres {
		s.add(" FOR UPDATE SKIP LOCKED")
	}
	err := db.each(ctx, func(r row) error {
		var p place
		var n int
		if err := r.Scan(&p.Shop, &p.ID, &n); err != nil {
			return err
		}
		due, attempts = append(due, p), append(attempts, n)
		return nil
	}, s.text.String(), s.args...)
	if err != nil {
		return nil, err
	}
	return due, h.put(ctx, db, c, due, attempts)
}

// put moves what was claimed, all of one number of attempts at once: there are
// few such numbers, mostly one.
func (h shelf) put(ctx context.Context, db conn, c claim, due []place, attempts []int) error {
	byAttempts := make(map[int][]place)
	for i, p := range due {
		byAttempts[attempts[i]] = append(byAttempts[attempts[i]], p)
	}
	for n, places := range byAttempts {
		var s statement
		s.add("UPDATE "+h.name+"_due SET shows = ?, attempts = ? WHERE ", c.now.Add(c.hide(n)).UnixMicro(), n+1)
		h.among(&s, places)
		if _, err := db.exec(ctx, s.text.String(), s.args...); err != nil {
			return err
		}
	}
	return nil
}

// among asks for the records of some places.
func (h shelf) among(s *statement, places []place) {
	args := make([]any, 0, 2*len(places))
	for _, p := range places {
		args = append(args, p.Shop, h.s.id(p.ID))
	}
	h.oneOf(s, "shop, id", 2, args)
}

// oneOf asks for rows whose n columns are one of some tuples.
func (h shelf) oneOf(s *statement, columns string, n int, args []any) {
	s.add("(" + columns + ") IN (")
	if h.s.engine == EngineSQLite {
		s.add("VALUES ")
	}
	s.tuples(n, args)
	s.add(")")
}

// reader reads rows of shop, id and the columns of its records.
type reader[R any] func(ctx context.Context, c conn, statement string, args ...any) ([]R, error)

// claimed claims records that are due and reads them, in the order in which they
// were claimed.
func claimed[R any](ctx context.Context, h shelf, c claim, columns string, read reader[R], at func(R) place) ([]R, error) {
	if c.limit == 0 {
		return nil, ctx.Err()
	}
	var out []R
	err := h.s.db.atomic(ctx, func(db conn) error {
		due, err := h.due(ctx, db, c)
		if err != nil || len(due) == 0 {
			return err
		}
		var s statement
		s.add("SELECT shop, id, " + columns + " FROM " + h.name + " WHERE ")
		h.among(&s, due)
		found, err := read(ctx, db, s.text.String(), s.args...)
		by := make(map[place]R, len(found))
		for _, r := range found {
			by[at(r)] = r
		}
		for _, p := range due {
			if r, ok := by[p]; ok {
				out = append(out, r)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// in asks for one of some values; without any it asks for nothing.
func (s *statement) in(column string, values []string) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	s.add(" AND "+column+" IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
}

// same asks for a value, where one is given.
func (s *statement) same(column, value string) {
	if value != "" {
		s.add(" AND "+column+" = ?", value)
	}
}

// labelled asks for records with a label, where one is given.
func (h shelf) labelled(s *statement, shop, label string) {
	if label != "" {
		s.add(" AND id IN (SELECT id FROM "+h.name+"_label WHERE shop = ? AND label = ?)", shop, label)
	}
}
