package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
)

// shelf is what the tables of every store have alike: records that are found by
// labels, keys that are held once, and a narrow table of what is due.
type shelf[R any] struct {
	s       *Store
	name    string // how the tables' names begin
	columns string // of a record, but for its key; at their end wake, labels, data
	read    func(r row) (R, error)
	at      func(R) place

	notFound, conflict error // of the contract
}

// place names a record.
type place struct {
	Shop string
	ID   uuid.UUID
}

// records asks for records, and has them kept in found.
func (h shelf[R]) records(found *[]R) *statement {
	return query("SELECT shop, id, " + h.columns + " FROM " + h.name + " WHERE ").each(func(r row) error {
		rec, err := h.read(r)
		*found = append(*found, rec)
		return err
	})
}

func (h shelf[R]) load(ctx context.Context, at place) (R, error) {
	var found []R
	s := h.records(&found)
	s.add("shop = ? AND id = ?", at.Shop, h.s.id(at.ID))
	err := h.s.db.send(ctx, s)
	if err == nil && len(found) == 0 {
		err = h.notFound
	}
	if err != nil {
		return *new(R), err
	}
	return found[0], nil
}

// writing is what a commit writes.
type writing struct {
	at      time.Time
	records []next
	release []key
	take    taking
}

// next is a record's next version, with what belongs to it.
type next struct {
	place

	expect  int64 // the version before; 0: none
	values  []any // of the columns before wake
	wake    time.Time
	labels  []string
	data    []byte
	history []*statement
}

// write writes the records' versions, then what belongs to them, then the keys,
// each in the order in which all commits do, so that no two wait for each other.
// All goes to the database at once: where a version turns out to be another,
// nothing of what follows raises an error, and all of it is undone.
func (h shelf[R]) write(ctx context.Context, db conn, w *writing) error {
	var all []*statement
	for _, n := range w.records {
		all = append(all, h.version(n))
	}
	for _, n := range w.records {
		all = append(append(all, h.found(n)...), n.history...)
	}
	for _, k := range w.release {
		all = append(all, query("DELETE FROM "+h.name+"_key WHERE shop = ? AND kind = ? AND hash = ?", k.shop, k.kind, k.hash))
	}
	if len(w.take.keys) > 0 {
		all = append(all, h.take(&w.take, w.at))
	}
	return db.send(ctx, all...)
}

func (h shelf[R]) version(n next) *statement {
	values := slices.Concat(n.values, []any{micros(n.wake), labelText(n.labels), bytes(n.data)})
	s := new(statement)
	if n.expect == 0 {
		s.add("INSERT INTO " + h.name + " (shop, id, " + h.columns + ") VALUES ")
		s.tuples(2+len(values), slices.Concat([]any{n.Shop, h.s.id(n.ID)}, values))
		s.add(" ON CONFLICT (shop, id) DO NOTHING")
	} else {
		s.add("UPDATE " + h.name + " SET (" + h.columns + ") = ")
		s.tuples(len(values), values)
		s.add(" WHERE shop = ? AND id = ? AND version = ?", n.Shop, h.s.id(n.ID), n.expect)
	}
	return s.must(1, h.conflict)
}

// found brings up to date what a record is found by: its labels, and the instant
// from which claims see it. Claims before are forgotten.
func (h shelf[R]) found(n next) []*statement {
	id := h.s.id(n.ID)
	var all []*statement
	if n.expect != 0 {
		s := query("DELETE FROM "+h.name+"_label WHERE shop = ? AND id = ?", n.Shop, id)
		for _, l := range n.labels {
			s.add(" AND label <> ?", l)
		}
		all = append(all, s)
	}
	if len(n.labels) > 0 {
		args := make([]any, 0, 3*len(n.labels))
		for _, l := range n.labels {
			args = append(args, n.Shop, l, id)
		}
		s := query("INSERT INTO " + h.name + "_label (shop, label, id) VALUES ")
		s.tuples(3, args)
		s.add(" ON CONFLICT (shop, label, id) DO NOTHING")
		all = append(all, s)
	}
	if n.wake.IsZero() {
		return append(all, query("DELETE FROM "+h.name+"_due WHERE shop = ? AND id = ?", n.Shop, id))
	}
	return append(all, query("INSERT INTO "+h.name+`_due (shows, shop, id, attempts) VALUES (?, ?, ?, 0)
		ON CONFLICT (shop, id) DO UPDATE SET shows = excluded.shows, attempts = 0`, micros(n.wake), n.Shop, id))
}

// labelsOf reads labels as a record's column has them.
func labelsOf(text, shop string, id uuid.UUID) ([]string, error) {
	var labels []string
	if err := json.Unmarshal([]byte(text), &labels); err != nil {
		return nil, fmt.Errorf("sqlstore: labels of %s/%s: %w", shop, id, err)
	}
	return labels, nil
}

// labelText is the inverse of labelsOf.
func labelText(labels []string) string {
	text, _ := json.Marshal(append([]string{}, labels...)) // texts cannot fail
	return string(text)
}
