package tickettest_test

import (
	"bytes"
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// reference is the contract in its plainest words. Its parts can be replaced
// one by one, so that a broken store is the reference with one planted fault.
type reference struct {
	mu   sync.Mutex
	rows map[ticket.Ref]*row
	keys map[keyName]ticket.Held
	part parts
}

type row struct {
	rec      ticket.Record
	events   []ticket.StoredEvent
	shows    time.Time
	attempts int
}

type keyName struct {
	shop string
	kind ticket.KeyKind
	hash [32]byte
}

// parts are what the contract says, one function a sentence.
type parts struct {
	begin    func(ctx context.Context) error                           // before every call
	pause    func(ctx context.Context)                                 // between looking and writing
	name     func(r ticket.Ref) ticket.Ref                             // which row a ref means
	key      func(k ticket.Key) keyName                                // which key a key means
	fits     func(have, expect int64) bool                             // version; a missing record has 0
	free     func(h ticket.Held, c ticket.Commit) bool                 // a key that is held may be taken
	refuse   func(s *reference, c ticket.Commit) error                 // what speaks against a commit
	write    func(ctx context.Context, s *reference, c ticket.Commit)  // makes it
	keep     func(old, next ticket.Record) ticket.Record               // what a record becomes
	add      func(old, more []ticket.StoredEvent) []ticket.StoredEvent // what a history becomes
	holds    func(h ticket.Held) ticket.Held                           // what a key becomes
	show     func(old row, next ticket.Record) (time.Time, int)        // shows and attempts after a commit
	give     func(r ticket.Record) ticket.Record                       // what a record is read as
	tell     func(e ticket.StoredEvent) ticket.StoredEvent             // what an event is read as
	asks     func(keys []ticket.Key) []ticket.Key                      // which keys are looked up
	asked    func(h ticket.Held, k ticket.Key) (ticket.Held, bool)     // what a held key is read as
	limit    func(n int) int
	past     func(e ticket.StoredEvent, q ticket.HistoryQuery) bool // an event lies after where a query starts
	finds    func(r ticket.Record, q ticket.Query) bool
	order    func(a, b ticket.Position, o ticket.Order) int
	after    func(s *reference, r ticket.Record, q ticket.Query) bool // a record lies after where a query starts
	more     func(found, limit int) bool
	due      func(r *row, q ticket.ClaimRequest) bool
	soonest  func(a, b *row) int
	hide     func(r *row, q ticket.ClaimRequest)
	redact   func(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error)
	buried   func(s *reference, q ticket.EraseRequest) // after an erasure
	notFound error
	nobody   bool // is returned for a key that is free
}

type redactor = func(ticket.StoredEvent) (ticket.StoredEvent, error)

func newReference() *reference {
	return &reference{rows: make(map[ticket.Ref]*row), keys: make(map[keyName]ticket.Held), part: contract()}
}

func contract() parts {
	return parts{
		begin: context.Context.Err,
		pause: nil,
		name:  func(r ticket.Ref) ticket.Ref { return r },
		key:   func(k ticket.Key) keyName { return keyName{k.Shop, k.Kind, k.Hash} },
		fits:  func(have, expect int64) bool { return have == expect },
		free: func(h ticket.Held, c ticket.Commit) bool {
			return !h.Key.Expires.IsZero() && !c.At.Before(h.Key.Expires)
		},
		refuse: (*reference).refuse,
		write:  func(_ context.Context, s *reference, c ticket.Commit) { s.write(c) },
		keep:   func(_, next ticket.Record) ticket.Record { return cloneRecord(next) },
		add: func(old, more []ticket.StoredEvent) []ticket.StoredEvent {
			return append(slices.Clip(old), cloneEvents(more)...)
		},
		holds: func(h ticket.Held) ticket.Held { return h },
		show:  func(_ row, next ticket.Record) (time.Time, int) { return next.Wake, 0 },
		give:  func(r ticket.Record) ticket.Record { return utc(cloneRecord(r)) },
		tell: func(e ticket.StoredEvent) ticket.StoredEvent {
			e = cloneEvents([]ticket.StoredEvent{e})[0]
			e.At = e.At.UTC()
			return e
		},
		asks: func(keys []ticket.Key) []ticket.Key { return keys },
		asked: func(h ticket.Held, _ ticket.Key) (ticket.Held, bool) {
			h.Key.Expires = h.Key.Expires.UTC()
			return h, true
		},
		limit: func(n int) int { return min(max(n, 0), ticket.MaxPage) },
		past:  func(e ticket.StoredEvent, q ticket.HistoryQuery) bool { return e.Seq > q.After },
		finds: finds,
		order: inOrder,
		after: func(s *reference, r ticket.Record, q ticket.Query) bool {
			return q.After == nil || s.part.order(ticket.PositionOf(r, q.Order), *q.After, q.Order) > 0
		},
		more: func(found, limit int) bool { return found > limit },
		due: func(r *row, q ticket.ClaimRequest) bool {
			return !r.shows.IsZero() && !r.shows.After(q.Now) && (len(q.Shops) == 0 || slices.Contains(q.Shops, r.rec.Shop))
		},
		soonest: func(a, b *row) int { return a.shows.Compare(b.shows) },
		hide: func(r *row, q ticket.ClaimRequest) {
			r.shows = q.Now.Add(q.HideFor(r.attempts))
			r.attempts++
		},
		redact:   redactAll,
		buried:   func(*reference, ticket.EraseRequest) {},
		notFound: ticket.ErrNotFound,
	}
}

func (s *reference) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	if err := s.part.begin(ctx); err != nil {
		return ticket.Record{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[s.part.name(ref)]
	if !ok {
		return ticket.Record{}, s.part.notFound
	}
	return s.part.give(r.rec), nil
}

func (s *reference) Commit(ctx context.Context, c ticket.Commit) error {
	if err := s.part.begin(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.part.refuse(s, c); err != nil {
		return err
	}
	s.rest(ctx)
	s.part.write(ctx, s, c)
	return nil
}

// rest lets others in between looking and writing, where the fault is that.
func (s *reference) rest(ctx context.Context) {
	if s.part.pause != nil {
		s.mu.Unlock()
		s.part.pause(ctx)
		s.mu.Lock()
	}
}

func (s *reference) refuse(c ticket.Commit) error {
	if s.stale(c) >= 0 {
		return ticket.ErrConflict
	}
	if taken := s.taken(c); len(taken) > 0 {
		return &ticket.DuplicateKeyError{Keys: taken}
	}
	return nil
}

// stale returns the first change whose version does not fit, or -1.
func (s *reference) stale(c ticket.Commit) int {
	return slices.IndexFunc(c.Changes, func(ch ticket.Change) bool {
		have := int64(0)
		if r, ok := s.rows[s.part.name(ch.Next.Ref())]; ok {
			have = r.rec.Version
		}
		return !s.part.fits(have, ch.Expect)
	})
}

func (s *reference) taken(c ticket.Commit) []ticket.Key {
	var out []ticket.Key
	for _, h := range c.Take {
		held, ok := s.keys[s.part.key(h.Key)]
		released := slices.ContainsFunc(c.Release, func(k ticket.Key) bool { return s.part.key(k) == s.part.key(h.Key) })
		if ok && !released && !s.part.free(held, c) {
			out = append(out, h.Key)
		}
	}
	return out
}

func (s *reference) write(c ticket.Commit) {
	s.writeKeys(c)
	for _, ch := range c.Changes {
		s.change(ch)
	}
}

func (s *reference) writeKeys(c ticket.Commit) {
	for _, k := range c.Release {
		delete(s.keys, s.part.key(k))
	}
	for _, h := range c.Take {
		s.keys[s.part.key(h.Key)] = s.part.holds(h)
	}
}

func (s *reference) change(ch ticket.Change) {
	name := s.part.name(ch.Next.Ref())
	old := s.rows[name]
	if old == nil {
		old = new(row)
	}
	r := &row{rec: s.part.keep(old.rec, ch.Next), events: s.part.add(old.events, ch.Events)}
	r.shows, r.attempts = s.part.show(*old, r.rec)
	s.rows[name] = r
}

func (s *reference) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	if err := s.part.begin(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.rows[s.part.name(q.Ref)]
	if !ok {
		return nil, nil
	}
	var out []ticket.StoredEvent
	for _, e := range r.events {
		if s.part.past(e, q) && len(out) < s.part.limit(q.Limit) {
			out = append(out, s.part.tell(e))
		}
	}
	return out, nil
}

func (s *reference) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	if err := s.part.begin(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []ticket.Held
	for _, k := range s.part.asks(keys) {
		h, ok := s.keys[s.part.key(k)]
		if ok {
			h, ok = s.part.asked(h, k)
		}
		if ok || s.part.nobody {
			found = append(found, h)
		}
	}
	return found, nil
}

func (s *reference) List(ctx context.Context, q ticket.Query) (ticket.Page, error) {
	if err := s.part.begin(ctx); err != nil {
		return ticket.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []ticket.Record
	for _, r := range s.rows {
		if s.part.finds(r.rec, q) && s.part.after(s, r.rec, q) {
			found = append(found, r.rec)
		}
	}
	slices.SortFunc(found, func(a, b ticket.Record) int {
		return s.part.order(ticket.PositionOf(a, q.Order), ticket.PositionOf(b, q.Order), q.Order)
	})
	limit := s.part.limit(q.Limit)
	var page ticket.Page
	for _, r := range found[:min(limit, len(found))] {
		page.Records = append(page.Records, s.part.give(r))
	}
	page.More = s.part.more(len(found), limit) && limit > 0
	return page, nil
}

func (s *reference) Claim(ctx context.Context, q ticket.ClaimRequest) ([]ticket.Record, error) {
	if err := s.part.begin(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var rows []*row
	for _, name := range slices.SortedFunc(maps.Keys(s.rows), func(a, b ticket.Ref) int {
		return cmp.Or(cmp.Compare(a.Shop, b.Shop), bytes.Compare(a.ID[:], b.ID[:]))
	}) {
		if r := s.rows[name]; s.part.due(r, q) {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, s.part.soonest)
	rows = rows[:min(len(rows), s.part.limit(q.Limit))]
	s.rest(ctx)
	var out []ticket.Record
	for _, r := range rows {
		s.part.hide(r, q)
		out = append(out, s.part.give(r.rec))
	}
	return out, nil
}

func (s *reference) Erase(ctx context.Context, q ticket.EraseRequest) error {
	if err := s.part.begin(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.part.refuse(s, q.Commit); err != nil {
		return err
	}
	s.rest(ctx)
	for _, ch := range q.Commit.Changes {
		r, ok := s.rows[s.part.name(ch.Next.Ref())]
		if !ok {
			continue
		}
		clean, err := s.part.redact(r.events, q.Redact)
		if err != nil {
			return err
		}
		r.events = clean
	}
	s.part.write(ctx, s, q.Commit)
	s.part.buried(s, q)
	return nil
}

func redactAll(old []ticket.StoredEvent, f redactor) ([]ticket.StoredEvent, error) {
	out := cloneEvents(old)
	for i, e := range out {
		clean, err := f(e)
		if err != nil {
			return nil, err
		}
		out[i] = cloneEvents([]ticket.StoredEvent{clean})[0]
	}
	return out, nil
}

func finds(r ticket.Record, q ticket.Query) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return r.Shop == q.Shop && is(string(q.Kind), string(r.Kind)) && is(q.Assignee, r.Assignee) && is(q.Team, r.Team) &&
		is(q.Customer, r.Customer) && (!q.Unassigned || r.Assignee == "") &&
		(len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
		(q.Label == "" || slices.Contains(r.Labels, q.Label)) &&
		(q.DueBefore.IsZero() || !r.Due.IsZero() && r.Due.Before(q.DueBefore)) &&
		(q.Order != ticket.OrderWake || !r.Wake.IsZero())
}

func inOrder(a, b ticket.Position, o ticket.Order) int {
	byTime := a.At.Compare(b.At)
	if a.At.IsZero() != b.At.IsZero() || o == ticket.OrderUpdated {
		byTime = -byTime
	}
	return cmp.Or(byTime, bytes.Compare(a.ID[:], b.ID[:]))
}

func cloneRecord(r ticket.Record) ticket.Record {
	r.Labels, r.Data = slices.Clone(r.Labels), bytes.Clone(r.Data)
	return r
}

func cloneEvents(events []ticket.StoredEvent) []ticket.StoredEvent {
	out := slices.Clone(events)
	for i := range out {
		out[i].Data = bytes.Clone(out[i].Data)
	}
	return out
}

func utc(r ticket.Record) ticket.Record { return instants(r, time.Time.UTC) }

// instants changes every instant of a record.
func instants(r ticket.Record, f func(time.Time) time.Time) ticket.Record {
	r.Due, r.Created, r.Updated, r.Wake = f(r.Due), f(r.Created), f(r.Updated), f(r.Wake)
	return r
}
