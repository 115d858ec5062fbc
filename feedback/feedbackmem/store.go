package feedbackmem

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/desk"
	"github.com/kulanz-go/kulanz/internal/memory"
)

// Store is a [feedback.Store] in memory. The zero value is ready; it must not
// be copied after its first use.
type Store struct {
	mu        sync.Mutex
	rows      map[feedback.Ref]*row
	keys      map[keyName]feedback.Held
	summaries map[feedback.Key]feedback.Summary
	wakes     memory.Wakes[*row]
}

var _ feedback.Store = (*Store)(nil)

// row is a record and what its claims left behind.
type row struct {
	rec  feedback.Record
	wake memory.Wake[*row]
}

// keyName is what makes a key unique.
type keyName struct {
	shop string
	kind feedback.UniqueKind
	hash [32]byte
}

func nameOf(u feedback.Unique) keyName { return keyName{u.Shop, u.Kind, u.Hash} }

// lock takes the lock if the context still holds.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	if s.rows == nil {
		s.rows = make(map[feedback.Ref]*row)
		s.keys = make(map[keyName]feedback.Held)
		s.summaries = make(map[feedback.Key]feedback.Summary)
	}
	return nil
}

// Load implements [feedback.Store].
func (s *Store) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	if err := s.lock(ctx); err != nil {
		return feedback.Record{}, err
	}
	defer s.mu.Unlock()
	r, ok := s.rows[ref]
	if !ok {
		return feedback.Record{}, feedback.ErrNotFound
	}
	return normal(r.rec), nil
}

// Commit implements [feedback.Store].
func (s *Store) Commit(ctx context.Context, c feedback.Commit) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if err := s.allows(c); err != nil {
		return err
	}
	counted, err := s.count(c.Counts)
	if err != nil {
		return err
	}
	s.write(c, counted)
	return nil
}

// allows finds what speaks against a commit, without writing.
func (s *Store) allows(c feedback.Commit) error {
	for _, w := range c.Writes {
		version := int64(0)
		if r, ok := s.rows[w.Next.Ref()]; ok {
			version = r.rec.Version
		}
		if version != w.Expect {
			return feedback.ErrConflict
		}
	}
	released := make(map[keyName]bool, len(c.Release))
	for _, u := range c.Release {
		released[nameOf(u)] = true
	}
	var taken []feedback.Unique
	for _, h := range c.Take {
		held, ok := s.keys[nameOf(h.Key)]
		expired := ok && !held.Key.Expires.IsZero() && !held.Key.Expires.After(c.At)
		if ok && !expired && !released[nameOf(h.Key)] {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &feedback.DuplicateError{Keys: taken}
	}
	return nil
}

// count returns what the summaries become, without writing.
func (s *Store) count(changes []feedback.Change) (map[feedback.Key]feedback.Summary, error) {
	counted := make(map[feedback.Key]feedback.Summary, len(changes))
	for _, ch := range changes {
		sum := s.summaries[ch.Key]
		if err := ch.Apply(&sum); err != nil {
			return nil, err
		}
		counted[ch.Key] = sum
	}
	return counted, nil
}

func (s *Store) write(c feedback.Commit, counted map[feedback.Key]feedback.Summary) {
	for _, u := range c.Release {
		delete(s.keys, nameOf(u))
	}
	for _, h := range c.Take {
		h.Key.Expires = desk.Micro(h.Key.Expires)
		s.keys[nameOf(h.Key)] = h
	}
	for key, sum := range counted {
		if sum.IsZero() {
			delete(s.summaries, key)
		} else {
			s.summaries[key] = sum
		}
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

// Lookup implements [feedback.Store].
func (s *Store) Lookup(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
	if err := s.lock(ctx); err != nil {
		return feedback.Held{}, err
	}
	defer s.mu.Unlock()
	h, ok := s.keys[nameOf(u)]
	if !ok {
		return feedback.Held{}, feedback.ErrNotFound
	}
	return h, nil
}

// Claim implements [feedback.Store].
func (s *Store) Claim(ctx context.Context, req feedback.ClaimRequest) ([]feedback.Record, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	rows := s.wakes.Due(req.Shops, req.Now, req.PageLimit(), req.HideFor)
	out := make([]feedback.Record, len(rows))
	for i, r := range rows {
		out[i] = normal(r.rec)
	}
	return out, nil
}

// List implements [feedback.Store].
func (s *Store) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	if err := s.lock(ctx); err != nil {
		return feedback.Page{}, err
	}
	defer s.mu.Unlock()
	limit := q.PageLimit()
	if limit == 0 {
		return feedback.Page{}, nil
	}
	matching := func(yield func(*row) bool) {
		for _, r := range s.rows {
			if matches(&r.rec, &q) && !yield(r) {
				return
			}
		}
	}
	at := func(r *row) feedback.Position { return feedback.PositionOf(r.rec, q.Order) }
	found := memory.First(matching, limit+1, at, q.After, func(a, b feedback.Position) int { return compare(a, b, q.Order) })
	page := feedback.Page{More: len(found) > limit, Records: make([]feedback.Record, min(limit, len(found)))}
	for i := range page.Records {
		page.Records[i] = normal(found[i].rec)
	}
	return page, nil
}

func matches(r *feedback.Record, q *feedback.Query) bool {
	return r.Shop == q.Shop && (q.Kind == "" || q.Kind == r.Kind) && (q.Customer == "" || q.Customer == r.Customer) &&
		(len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
		(q.Label == "" || slices.Contains(r.Labels, q.Label)) && (q.Order != feedback.OrderWake || !r.Wake.IsZero())
}

// compare orders two positions by instant, latest first where the order says
// so, then by id.
func compare(a, b feedback.Position, o feedback.Order) int {
	byTime := a.At.Compare(b.At)
	if o == feedback.OrderUpdated {
		byTime = -byTime
	}
	return cmp.Or(byTime, bytes.Compare(a.ID[:], b.ID[:]))
}

// Summaries implements [feedback.Store].
func (s *Store) Summaries(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	matching := func(yield func(feedback.Key) bool) {
		for k := range s.summaries {
			if q.Wants(k) && !yield(k) {
				return
			}
		}
	}
	keys := memory.First(matching, q.PageLimit(), func(k feedback.Key) feedback.Key { return k }, q.After, feedback.Key.Compare)
	out := make([]feedback.Row, len(keys))
	for i, k := range keys {
		out[i] = feedback.Row{Key: k, Summary: s.summaries[k]}
	}
	return out, nil
}

// normal copies a record into the form in which stores return it.
func normal(r feedback.Record) feedback.Record {
	r.Labels, r.Data = slices.Clone(r.Labels), bytes.Clone(r.Data)
	for _, at := range []*time.Time{&r.Created, &r.Updated, &r.Wake} {
		*at = desk.Micro(*at)
	}
	return r
}
