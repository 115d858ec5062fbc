package sqlstore

import (
	"context"

	"github.com/kulanz-go/kulanz/goodwill"
)

// Goodwill is a [goodwill.Store].
type Goodwill struct{ shelf[goodwill.Record] }

var _ goodwill.Store = Goodwill{}

// Goodwill returns the store of grants and their ledger.
func (s *Store) Goodwill() Goodwill {
	return Goodwill{shelf[goodwill.Record]{
		s: s, name: "kulanz_goodwill", columns: recordColumns,
		read: func(r row) (goodwill.Record, error) {
			rec, err := readRecord[goodwill.RecordKind](r)
			return goodwill.Record(rec), err
		},
		at:       func(r goodwill.Record) place { return place(r.Ref()) },
		notFound: goodwill.ErrNotFound, conflict: goodwill.ErrConflict,
	}}
}

// Load implements [goodwill.Store].
func (g Goodwill) Load(ctx context.Context, ref goodwill.Ref) (goodwill.Record, error) {
	return g.load(ctx, place(ref))
}

// Commit implements [goodwill.Store]. Records come first, then keys, then
// accounts, each in the order in which all commits do.
func (g Goodwill) Commit(ctx context.Context, c goodwill.Commit) error {
	return g.atomic(ctx, func(db conn) error {
		if err := g.write(ctx, db, c); err != nil {
			return err
		}
		return g.post(ctx, db, c)
	})
}

// write writes records and moves keys.
func (g Goodwill) write(ctx context.Context, db conn, c goodwill.Commit) error {
	w := writing{at: c.At, take: taking{columns: []string{"digest", "expires", "ref_shop", "ref_id"}}}
	for _, r := range c.Writes {
		w.records = append(w.records, record[goodwill.RecordKind](r.Next).next(r.Expect))
	}
	for _, u := range c.Release {
		w.release = append(w.release, goodwillKey(u))
	}
	for _, h := range c.Take {
		w.take.add(goodwillKey(h.Key), h.Key.Digest[:], micros(h.Key.Expires), h.Ref.Shop, g.s.id(h.Ref.ID))
	}
	if err := g.shelf.write(ctx, db, &w); err != nil {
		return err
	}
	var taken []goodwill.Unique
	for i, h := range c.Take {
		if w.take.refused(i) {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &goodwill.DuplicateError{Keys: taken}
	}
	return nil
}

func goodwillKey(u goodwill.Unique) key { return key{u.Shop, string(u.Kind), u.Hash[:]} }

// Lookup implements [goodwill.Store].
func (g Goodwill) Lookup(ctx context.Context, u goodwill.Unique) (goodwill.Held, error) {
	held := goodwill.Held{Key: goodwill.Unique{Shop: u.Shop, Kind: u.Kind, Hash: u.Hash}}
	var digest []byte
	var expires *int64
	if err := g.holder(ctx, goodwillKey(u), "digest, expires, ref_shop, ref_id",
		&digest, &expires, &held.Ref.Shop, &held.Ref.ID); err != nil {
		return goodwill.Held{}, err
	}
	copy(held.Key.Digest[:], digest)
	held.Key.Expires = instant(expires)
	return held, nil
}

// Claim implements [goodwill.Store], as [Tickets.Claim] does.
func (g Goodwill) Claim(ctx context.Context, req goodwill.ClaimRequest) ([]goodwill.Record, error) {
	return g.claimed(ctx, claim{req.Shops, req.Now, req.PageLimit(), req.HideFor})
}

// List implements [goodwill.Store].
func (g Goodwill) List(ctx context.Context, q goodwill.Query) (goodwill.Page, error) {
	found, more, err := g.page(ctx, listing{
		shop: q.Shop, kind: string(q.Kind), customer: q.Customer, label: q.Label, states: q.States,
		order: string(q.Sort), after: (*position)(q.After), limit: q.PageLimit(),
	})
	return goodwill.Page{Records: found, More: more}, err
}
