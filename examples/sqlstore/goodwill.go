package sqlstore

import (
	"context"

	"github.com/kulanz-go/kulanz/goodwill"
)

// Goodwill is a [goodwill.Store].
type Goodwill struct{ shelf }

var _ goodwill.Store = Goodwill{}

// Goodwill returns the store of grants and their ledger.
func (s *Store) Goodwill() Goodwill { return Goodwill{shelf{s, "kulanz_goodwill"}} }

// Load implements [goodwill.Store].
func (g Goodwill) Load(ctx context.Context, ref goodwill.Ref) (goodwill.Record, error) {
	statement, args := g.byName(place(ref))
	found, err := g.records(ctx, g.s.db, statement, args...)
	if err == nil && len(found) == 0 {
		err = goodwill.ErrNotFound
	}
	if err != nil {
		return goodwill.Record{}, err
	}
	return found[0], nil
}

func (g Goodwill) records(ctx context.Context, c conn, statement string, args ...any) ([]goodwill.Record, error) {
	var found []goodwill.Record
	keep := func(r record[goodwill.RecordKind]) { found = append(found, goodwill.Record(r)) }
	err := records(ctx, c, keep, statement, args...)
	return found, err
}

// Commit implements [goodwill.Store]. Records come first, then keys, then
// accounts, each in the order in which all commits do.
func (g Goodwill) Commit(ctx context.Context, c goodwill.Commit) error {
	return g.s.atomic(ctx, goodwill.ErrConflict, func(db conn) error {
		for _, w := range c.Writes {
			landed, err := writeRecord(ctx, db, g.shelf, w.Expect, record[goodwill.RecordKind](w.Next))
			if err != nil {
				return err
			}
			if !landed {
				return goodwill.ErrConflict
			}
		}
		if err := g.keys(ctx, db, c); err != nil {
			return err
		}
		return g.post(ctx, db, c)
	})
}

// keys frees and takes unique keys. One that has expired by the commit's clock
// is taken over.
func (g Goodwill) keys(ctx context.Context, db conn, c goodwill.Commit) error {
	for _, u := range c.Release {
		if err := g.release(ctx, db, u.Shop, string(u.Kind), u.Hash[:]); err != nil {
			return err
		}
	}
	var taken []goodwill.Unique
	for _, h := range c.Take {
		n, err := db.exec(ctx, `INSERT INTO kulanz_goodwill_key AS held (shop, kind, hash, digest, expires, ref_shop, ref_id)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (shop, kind, hash) DO UPDATE SET digest = excluded.digest, expires = excluded.expires,
				ref_shop = excluded.ref_shop, ref_id = excluded.ref_id
			WHERE held.expires <= $8`,
			h.Key.Shop, string(h.Key.Kind), h.Key.Hash[:], h.Key.Digest[:], micros(h.Key.Expires),
			h.Ref.Shop, g.s.id(h.Ref.ID), c.At.UnixMicro())
		if err != nil {
			return err
		}
		if n == 0 {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &goodwill.DuplicateError{Keys: taken}
	}
	return nil
}

// Lookup implements [goodwill.Store].
func (g Goodwill) Lookup(ctx context.Context, u goodwill.Unique) (goodwill.Held, error) {
	held := goodwill.Held{Key: goodwill.Unique{Shop: u.Shop, Kind: u.Kind, Hash: u.Hash}}
	found := false
	err := g.s.db.each(ctx, func(r row) error {
		var digest []byte
		var expires *int64
		if err := r.Scan(&digest, &expires, &held.Ref.Shop, &held.Ref.ID); err != nil {
			return err
		}
		copy(held.Key.Digest[:], digest)
		held.Key.Expires, found = instant(expires), true
		return nil
	}, "SELECT digest, expires, ref_shop, ref_id FROM kulanz_goodwill_key WHERE shop = $1 AND kind = $2 AND hash = $3",
		u.Shop, string(u.Kind), u.Hash[:])
	if err == nil && !found {
		err = goodwill.ErrNotFound
	}
	if err != nil {
		return goodwill.Held{}, err
	}
	return held, nil
}

// Claim implements [goodwill.Store], as [Tickets.Claim] does.
func (g Goodwill) Claim(ctx context.Context, req goodwill.ClaimRequest) ([]goodwill.Record, error) {
	found, err := claimed(ctx, g.shelf, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor}, recordColumns, g.records,
		func(r goodwill.Record) place { return place(r.Ref()) })
	return found, failure(err, goodwill.ErrConflict)
}

// List implements [goodwill.Store].
func (g Goodwill) List(ctx context.Context, q goodwill.Query) (goodwill.Page, error) {
	found, more, err := page(ctx, g.shelf, g.records, listing{
		shop: q.Shop, kind: string(q.Kind), customer: q.Customer, label: q.Label, states: q.States,
		order: string(q.Sort), after: (*position)(q.After), limit: q.PageLimit(),
	})
	return goodwill.Page{Records: found, More: more}, err
}
