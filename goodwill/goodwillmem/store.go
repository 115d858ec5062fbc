package goodwillmem

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/internal/desk"
	"github.com/kulanz-go/kulanz/internal/memory"
)

// Store is a [goodwill.Store] in memory. The zero value is ready; it must not
// be copied after its first use.
type Store struct {
	mu       sync.Mutex
	rows     map[goodwill.Ref]*row
	keys     map[keyName]goodwill.Held
	entries  map[string][]goodwill.Entry // by shop, in the order of their ids
	balances map[place]goodwill.Balance
	wakes    memory.Wakes[*row]
}

var _ goodwill.Store = (*Store)(nil)

// row is a record and what its claims left behind.
type row struct {
	rec  goodwill.Record
	wake memory.Wake[*row]
}

// place is an account of a shop.
type place struct {
	shop    string
	account goodwill.Account
}

// keyName is what makes a key unique.
type keyName struct {
	shop string
	kind goodwill.UniqueKind
	hash [32]byte
}

func nameOf(u goodwill.Unique) keyName { return keyName{u.Shop, u.Kind, u.Hash} }

// lock takes the lock if the context still holds.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.rows == nil {
		s.rows = make(map[goodwill.Ref]*row)
		s.keys = make(map[keyName]goodwill.Held)
		s.entries = make(map[string][]goodwill.Entry)
		s.balances = make(map[place]goodwill.Balance)
	}
	return nil
}

// Load implements [goodwill.Store].
func (s *Store) Load(ctx context.Context, ref goodwill.Ref) (goodwill.Record, error) {
	if err := s.lock(ctx); err != nil {
		return goodwill.Record{}, err
	}
	defer s.mu.Unlock()
	r, ok := s.rows[ref]
	if !ok {
		return goodwill.Record{}, goodwill.ErrNotFound
	}
	return normal(r.rec), nil
}

// Commit implements [goodwill.Store].
func (s *Store) Commit(ctx context.Context, c goodwill.Commit) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if err := s.allows(c); err != nil {
		return err
	}
	moved, err := goodwill.Post(&c, s.stored(c))
	if err != nil {
		return err
	}
	s.write(c, moved)
	return nil
}

// allows finds what speaks against a commit, without writing.
func (s *Store) allows(c goodwill.Commit) error {
	for _, w := range c.Writes {
		version := int64(0)
		if r, ok := s.rows[w.Next.Ref()]; ok {
			version = r.rec.Version
		}
		if version != w.Expect {
			return goodwill.ErrConflict
		}
	}
	released := make(map[keyName]bool, len(c.Release))
	for _, u := range c.Release {
		released[nameOf(u)] = true
	}
	var taken []goodwill.Unique
	for _, h := range c.Take {
		held, ok := s.keys[nameOf(h.Key)]
		expired := ok && !held.Key.Expires.IsZero() && !held.Key.Expires.After(c.At)
		if ok && !expired && !released[nameOf(h.Key)] {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &goodwill.DuplicateError{Keys: taken}
	}
	return nil
}

// stored are the balances so far of all accounts of a commit.
func (s *Store) stored(c goodwill.Commit) []goodwill.Balance {
	var found []goodwill.Balance
	for _, a := range c.Accounts() {
		if b, ok := s.balances[place{c.Writes[0].Next.Shop, a}]; ok {
			found = append(found, b)
		}
	}
	return found
}

func (s *Store) write(c goodwill.Commit, moved []goodwill.Balance) {
	for _, u := range c.Release {
		delete(s.keys, nameOf(u))
	}
	for _, h := range c.Take {
		h.Key.Expires = desk.Micro(h.Key.Expires)
		s.keys[nameOf(h.Key)] = h
	}
	shop := c.Writes[0].Next.Shop
	for _, b := range moved {
		s.balances[place{shop, b.Account}] = b
	}
	for _, e := range c.Entries {
		e.At = desk.Micro(e.At)
		all := s.entries[shop]
		i, _ := slices.BinarySearchFunc(all, e.ID, after)
		s.entries[shop] = slices.Insert(all, i, e)
	}
	for _, w := range c.Writes {
		ref := w.Next.Ref()
		r, ok := s.rows[ref]
		if !ok {
			r = new(row)
			r.wake = memory.Wake[*row]{Row: r, Shop: ref.Shop, ID: ref.ID}
			s.rows[ref] = r
		}
		r.rec = normal(w.Next)
		s.wakes.Set(&r.wake, r.rec.Wake)
	}
}

// Lookup implements [goodwill.Store].
func (s *Store) Lookup(ctx context.Context, u goodwill.Unique) (goodwill.Held, error) {
	if err := s.lock(ctx); err != nil {
		return goodwill.Held{}, err
	}
	defer s.mu.Unlock()
	h, ok := s.keys[nameOf(u)]
	if !ok {
		return goodwill.Held{}, goodwill.ErrNotFound
	}
	return h, nil
}

// Claim implements [goodwill.Store].
func (s *Store) Claim(ctx context.Context, req goodwill.ClaimRequest) ([]goodwill.Record, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	rows := s.wakes.Due(req.Shops, req.Now, req.PageLimit(), req.HideFor)
	out := make([]goodwill.Record, len(rows))
	for i, r := range rows {
		out[i] = normal(r.rec)
	}
	return out, nil
}

// List implements [goodwill.Store].
func (s *Store) List(ctx context.Context, q goodwill.Query) (goodwill.Page, error) {
	if err := s.lock(ctx); err != nil {
		return goodwill.Page{}, err
	}
	defer s.mu.Unlock()
	limit := q.PageLimit()
	if limit == 0 {
		return goodwill.Page{}, nil
	}
	matching := func(yield func(*row) bool) {
		for _, r := range s.rows {
			if matches(&r.rec, &q) && !yield(r) {
				return
			}
		}
	}
	at := func(r *row) goodwill.Position { return goodwill.PositionOf(r.rec, q.Sort) }
	found := memory.First(matching, limit+1, at, q.After, func(a, b goodwill.Position) int { return compare(a, b, q.Sort) })
	page := goodwill.Page{More: len(found) > limit, Records: make([]goodwill.Record, min(limit, len(found)))}
	for i := range page.Records {
		page.Records[i] = normal(found[i].rec)
	}
	return page, nil
}

func matches(r *goodwill.Record, q *goodwill.Query) bool {
	return r.Shop == q.Shop && (q.Kind == "" || q.Kind == r.Kind) && (q.Customer == "" || q.Customer == r.Customer) &&
		(len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
		(q.Label == "" || slices.Contains(r.Labels, q.Label)) && (q.Sort != goodwill.SortWake || !r.Wake.IsZero())
}

// compare orders two positions by instant, latest first where the order says
// so, then by id.
func compare(a, b goodwill.Position, o goodwill.Sort) int {
	byTime := a.At.Compare(b.At)
	if o == goodwill.SortUpdated {
		byTime = -byTime
	}
	return cmp.Or(byTime, bytes.Compare(a.ID[:], b.ID[:]))
}

// after orders an entry by its id.
func after(e goodwill.Entry, id uuid.UUID) int { return bytes.Compare(e.ID[:], id[:]) }

// Entries implements [goodwill.Store].
func (s *Store) Entries(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	all := s.entries[q.Shop]
	i, found := slices.BinarySearchFunc(all, q.After, after)
	if found {
		i++
	}
	var out []goodwill.Entry
	for limit := q.PageLimit(); i < len(all) && len(out) < limit; i++ {
		if q.Wants(&all[i]) {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// Balances implements [goodwill.Store].
func (s *Store) Balances(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	matching := func(yield func(goodwill.Balance) bool) {
		for at, b := range s.balances {
			wanted := len(q.Accounts) == 0 || slices.Contains(q.Accounts, at.account.Name)
			if at.shop == q.Shop && wanted && !yield(b) {
				return
			}
		}
	}
	by := func(b goodwill.Balance) goodwill.Account { return b.Account }
	return memory.First(matching, q.PageLimit(), by, q.After, goodwill.Account.Compare), nil
}

// normal copies a record into the form in which stores return it.
func normal(r goodwill.Record) goodwill.Record {
	r.Labels, r.Data = slices.Clone(r.Labels), bytes.Clone(r.Data)
	for _, at := range []*time.Time{&r.Created, &r.Updated, &r.Wake} {
		*at = desk.Micro(*at)
	}
	return r
}
