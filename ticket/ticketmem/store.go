package ticketmem

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/kulanz-go/kulanz/internal/memory"
	"github.com/kulanz-go/kulanz/ticket"
)

// Store is a [ticket.Store] in memory. The zero value is ready; it must not be
// copied after its first use.
type Store struct {
	mu    sync.Mutex
	rows  map[ticket.Ref]*row
	shops map[string]map[ticket.Ref]*row
	keys  map[keyName]ticket.Held
	wakes memory.Wakes[*row]
}

var _ ticket.Store = (*Store)(nil)

// row is a record with its history and what its claims left behind.
type row struct {
	rec    ticket.Record
	events []ticket.StoredEvent
	wake   memory.Wake[*row]
}

// keyName is what makes a key unique.
type keyName struct {
	shop string
	kind ticket.KeyKind
	hash [32]byte
}

func nameOf(k ticket.Key) keyName { return keyName{k.Shop, k.Kind, k.Hash} }

func (s *Store) init() {
	if s.rows == nil {
		s.rows = make(map[ticket.Ref]*row)
		s.shops = make(map[string]map[ticket.Ref]*row)
		s.keys = make(map[keyName]ticket.Held)
	}
}

// Load implements [ticket.Store].
func (s *Store) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	if err := ctx.Err(); err != nil {
		return ticket.Record{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[ref]
	if !ok {
		return ticket.Record{}, ticket.ErrNotFound
	}
	return cloneRecord(r.rec), nil
}

// Commit implements [ticket.Store].
func (s *Store) Commit(ctx context.Context, c ticket.Commit) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	if err := s.allows(c); err != nil {
		return err
	}
	s.write(c)
	return nil
}

// allows finds what speaks against a commit, without writing.
func (s *Store) allows(c ticket.Commit) error {
	for _, ch := range c.Changes {
		version := int64(0)
		if r, ok := s.rows[ch.Next.Ref()]; ok {
			version = r.rec.Version
		}
		if version != ch.Expect {
			return ticket.ErrConflict
		}
	}
	released := make(map[keyName]bool, len(c.Release))
	for _, k := range c.Release {
		released[nameOf(k)] = true
	}
	var taken []ticket.Key
	for _, h := range c.Take {
		held, ok := s.keys[nameOf(h.Key)]
		expired := ok && !held.Key.Expires.IsZero() && !held.Key.Expires.After(c.At)
		if ok && !expired && !released[nameOf(h.Key)] {
			taken = append(taken, h.Key)
		}
	}
	if len(taken) > 0 {
		return &ticket.DuplicateKeyError{Keys: taken}
	}
	return nil
}

func (s *Store) write(c ticket.Commit) {
	for _, k := range c.Release {
		delete(s.keys, nameOf(k))
	}
	for _, h := range c.Take {
		s.keys[nameOf(h.Key)] = normalHeld(h)
	}
	for _, ch := range c.Changes {
		ref := ch.Next.Ref()
		r, ok := s.rows[ref]
		if !ok {
			r = new(row)
			r.wake = memory.Wake[*row]{Row: r, Shop: ref.Shop, ID: ref.ID}
			s.rows[ref] = r
			shop := s.shops[ref.Shop]
			if shop == nil {
				shop = make(map[ticket.Ref]*row)
				s.shops[ref.Shop] = shop
			}
			shop[ref] = r
		}
		r.rec = normalRecord(ch.Next)
		for _, e := range ch.Events {
			r.events = append(r.events, normalEvent(e))
		}
		s.wakes.Set(&r.wake, r.rec.Wake)
	}
}

// History implements [ticket.Store].
func (s *Store) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[q.Ref]
	if !ok {
		return nil, nil
	}
	from, _ := slices.BinarySearchFunc(r.events, q.After, func(e ticket.StoredEvent, after int64) int {
		if e.Seq <= after {
			return -1
		}
		return 1
	})
	page := r.events[from:min(from+q.PageLimit(), len(r.events))]
	out := make([]ticket.StoredEvent, len(page))
	for i, e := range page {
		out[i] = cloneEvent(e)
	}
	return out, nil
}

// Lookup implements [ticket.Store].
func (s *Store) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []ticket.Held
	for _, k := range keys {
		if h, ok := s.keys[nameOf(k)]; ok {
			found = append(found, h)
		}
	}
	return found, nil
}

// Claim implements [ticket.Store].
func (s *Store) Claim(ctx context.Context, req ticket.ClaimRequest) ([]ticket.Record, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.wakes.Due(req.Shops, req.Now, req.PageLimit(), req.HideFor)
	out := make([]ticket.Record, len(rows))
	for i, r := range rows {
		out[i] = cloneRecord(r.rec)
	}
	return out, nil
}

// Erase implements [ticket.Store].
func (s *Store) Erase(ctx context.Context, req ticket.EraseRequest) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.init()
	if err := s.allows(req.Commit); err != nil {
		return err
	}
	redacted := make(map[ticket.Ref][]ticket.StoredEvent)
	for _, ch := range req.Commit.Changes {
		r, ok := s.rows[ch.Next.Ref()]
		if !ok {
			continue
		}
		events := make([]ticket.StoredEvent, len(r.events))
		for i, e := range r.events {
			clean, err := req.Redact(cloneEvent(e))
			if err != nil {
				return err
			}
			events[i] = normalEvent(clean)
		}
		redacted[ch.Next.Ref()] = events
	}
	for ref, events := range redacted {
		s.rows[ref].events = events
	}
	s.write(req.Commit)
	return nil
}

// Len returns how many records and events there are, for reports.
func (s *Store) Len() (int, int) {
	events := 0
	s.mu.Lock()
	defer s.mu.Unlock()
	for r := range maps.Values(s.rows) {
		events += len(r.events)
	}
	return len(s.rows), events
}

func cloneRecord(r ticket.Record) ticket.Record {
	r.Labels, r.Data = slices.Clone(r.Labels), bytes.Clone(r.Data)
	return r
}

func cloneEvent(e ticket.StoredEvent) ticket.StoredEvent {
	e.Data = bytes.Clone(e.Data)
	return e
}
