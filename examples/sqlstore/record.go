package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// record is a row of the tables that are alike in every column: those of
// feedback and of goodwill, whose records convert to it and back.
type record[K ~string] struct {
	Kind     K
	Shop     string
	ID       uuid.UUID
	Version  int64
	State    string
	Customer string
	Created  time.Time
	Updated  time.Time
	Wake     time.Time
	Labels   []string
	Data     []byte
}

// recordColumns are those of a record but for its key.
const recordColumns = "kind, version, state, customer, created, updated, wake, labels, data"

// records reads rows of shop, id and recordColumns, and gives keep each.
func records[K ~string](ctx context.Context, c conn, keep func(record[K]), statement string, args ...any) error {
	return c.each(ctx, func(r row) error {
		var rec record[K]
		var created, updated, wake *int64
		var labels string
		if err := r.Scan(
			&rec.Shop, &rec.ID, &rec.Kind, &rec.Version, &rec.State, &rec.Customer, &created, &updated, &wake, &labels, &rec.Data,
		); err != nil {
			return err
		}
		rec.Created, rec.Updated, rec.Wake = instant(created), instant(updated), instant(wake)
		if err := json.Unmarshal([]byte(labels), &rec.Labels); err != nil {
			return fmt.Errorf("sqlstore: labels of %s/%s: %w", rec.Shop, rec.ID, err)
		}
		keep(rec)
		return nil
	}, statement, args...)
}

// byName is the query of one record, with its arguments.
func (h shelf) byName(at place) (string, []any) {
	return "SELECT shop, id, " + recordColumns + " FROM " + h.name + " WHERE shop = $1 AND id = $2", []any{at.Shop, h.s.id(at.ID)}
}

// writeRecord writes a record's next version and what is found by it. It
// reports whether the version before was the one expected.
func writeRecord[K ~string](ctx context.Context, db conn, h shelf, expect int64, r record[K]) (bool, error) {
	labels, err := json.Marshal(append([]string{}, r.Labels...))
	if err != nil {
		return false, err
	}
	id := h.s.id(r.ID)
	args := []any{
		r.Shop, id, string(r.Kind), r.Version, r.State, r.Customer, micros(r.Created), micros(r.Updated), micros(r.Wake),
		string(labels), bytes(r.Data),
	}
	var s statement
	if expect == 0 {
		s.add("INSERT INTO " + h.name + " (shop, id, " + recordColumns + ") VALUES ")
		s.tuples(len(args), args)
		s.add(" ON CONFLICT (shop, id) DO NOTHING")
	} else {
		s.add("UPDATE " + h.name + " SET (" + recordColumns + ") = ")
		s.tuples(len(args)-2, args[2:])
		s.add(" WHERE shop = ? AND id = ? AND version = ?", r.Shop, id, expect)
	}
	n, err := db.exec(ctx, s.text.String(), s.args...)
	if err != nil || n == 0 {
		return false, err
	}
	at := place{r.Shop, r.ID}
	return true, errors.Join(h.label(ctx, db, at, r.Labels, expect == 0), h.wake(ctx, db, at, r.Wake))
}

// position is where a page ended.
type position struct {
	At time.Time
	ID uuid.UUID
}

// listing asks for a page of records. Empty fields ask for any.
type listing struct {
	shop, kind, customer, label string

	states []string
	order  string // created, updated (latest first) or wake
	after  *position
	limit  int
}

// page reads a page, and tells whether another follows.
func page[R any](ctx context.Context, h shelf, read reader[R], l listing) ([]R, bool, error) {
	if l.limit == 0 {
		return nil, false, ctx.Err()
	}
	s := h.list(l)
	found, err := read(ctx, h.s.db, s.text.String(), s.args...)
	if err != nil {
		return nil, false, err
	}
	return found[:min(l.limit, len(found))], len(found) > l.limit, nil
}

// list is the query of a page, with one record more that tells whether another
// follows. A page begins where the last one ended in an index of its order.
func (h shelf) list(l listing) *statement {
	s := new(statement)
	s.add("SELECT shop, id, "+recordColumns+" FROM "+h.name+" WHERE shop = ?", l.shop)
	s.same("kind", l.kind)
	s.same("customer", l.customer)
	s.in("state", l.states)
	h.labelled(s, l.shop, l.label)
	if l.order == "wake" {
		s.add(" AND wake IS NOT NULL")
	}
	order := "created, id"
	switch l.order {
	case "updated":
		order = "updated DESC, id"
	case "wake":
		order = "wake, id"
	}
	if l.after != nil {
		at, id := micros(l.after.At), h.s.id(l.after.ID)
		if l.order == "updated" {
			s.add(" AND updated <= ? AND (updated < ? OR id > ?)", at, at, id)
		} else {
			s.add(" AND ("+order+") > (?, ?)", at, id)
		}
	}
	s.add(" ORDER BY "+order+" LIMIT ?", l.limit+1)
	return s
}
