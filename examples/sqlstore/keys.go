package sqlstore

import (
	"cmp"
	"context"
	"strings"
	"time"
)

// key names a unique key.
type key struct {
	shop, kind string
	hash       []byte
}

// taking takes keys, each with the values of some columns.
type taking struct {
	columns []string
	keys    []key
	args    []any
	got     map[string]bool
}

func (t *taking) add(k key, values ...any) {
	t.keys = append(t.keys, k)
	t.args = append(append(t.args, k.shop, k.kind, k.hash), values...)
}

// take inserts keys, or takes over those that have expired by now.
func (h shelf[R]) take(t *taking, now time.Time) *statement {
	t.got = make(map[string]bool, len(t.keys))
	s := query("INSERT INTO " + h.name + "_key AS held (shop, kind, hash, " + strings.Join(t.columns, ", ") + ") VALUES ")
	s.tuples(3+len(t.columns), t.args)
	s.add(" ON CONFLICT (shop, kind, hash) DO UPDATE SET ")
	for i, column := range t.columns {
		if i > 0 {
			s.add(", ")
		}
		s.add(column + " = excluded." + column)
	}
	s.add(" WHERE held.expires <= ? RETURNING kind, hash", now.UnixMicro())
	return s.each(func(r row) error {
		var k key
		err := r.Scan(&k.kind, &k.hash)
		t.got[k.kind+string(k.hash)] = true
		return err
	})
}

// refused reports whether another holds the i-th key.
func (t *taking) refused(i int) bool {
	k := t.keys[i]
	return !t.got[k.kind+string(k.hash)]
}

// holders asks who holds keys: for their shop, kind and hash, and other columns.
func (h shelf[R]) holders(columns string, keys ...key) *statement {
	args := make([]any, 0, 3*len(keys))
	for _, k := range keys {
		args = append(args, k.shop, k.kind, k.hash)
	}
	s := query("SELECT shop, kind, hash, " + columns + " FROM " + h.name + "_key WHERE ")
	h.s.oneOf(s, "shop, kind, hash", 3, args)
	return s
}

// holder reads who holds a key: columns, in their order, into dest.
func (h shelf[R]) holder(ctx context.Context, k key, columns string, dest ...any) error {
	found := h.notFound
	err := h.s.db.send(ctx, h.holders(columns, k).each(func(r row) error {
		var k key
		found = nil
		return r.Scan(append([]any{&k.shop, &k.kind, &k.hash}, dest...)...)
	}))
	return cmp.Or(err, found)
}
