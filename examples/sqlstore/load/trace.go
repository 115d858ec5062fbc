package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// kind is what a step does.
type kind string

// The kinds of step.
const (
	kindInbound kind = "inbound"
	kindReply   kind = "reply"
	kindTick    kind = "tick"
)

func kinds() []kind { return []kind{kindInbound, kindReply, kindTick} }

// step is what one step asked of the store, in order.
type step struct {
	kind  kind
	took  time.Duration
	calls []call
}

// call is one commit, one claim, or one reading.
type call struct {
	claim   *ticket.ClaimRequest
	claimed int
	commit  ticket.Commit
	labels  []labelled // of each change
	changed []changed  // of each change, for who encodes it; see decode

	reading *reading
}

// reading is what was read between claims and commits: one record, one page of a
// history, or all keys that a step has looked up.
type reading struct {
	record  *ticket.Ref
	history *ticket.HistoryQuery
	keys    []ticket.Key
}

// labelled is what a change does to the labels that are searched by.
type labelled struct{ put, drop []string }

// rows counts what the call writes: rows, not statements.
func (c call) rows() int {
	n := c.claimed + len(c.commit.Take) + len(c.commit.Release)
	for i, ch := range c.commit.Changes {
		n += 1 + len(ch.Events) + len(c.labels[i].put) + len(c.labels[i].drop)
		if !ch.Next.Wake.IsZero() {
			n++ // of the narrow table
		}
	}
	return n
}

// recorder notes what one worker's desk has written.
type recorder struct {
	ticket.Store

	seen  map[uuid.UUID][]string // labels of records as they were read
	calls []call
}

func (r *recorder) read(found ...ticket.Record) {
	for _, rec := range found {
		r.seen[rec.ID] = rec.Labels
	}
}

// Load implements [ticket.Store].
func (r *recorder) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	rec, err := r.Store.Load(ctx, ref)
	if err == nil {
		r.read(rec)
		r.calls = append(r.calls, call{reading: &reading{record: &ref}})
	}
	return rec, err
}

// History implements [ticket.Store].
func (r *recorder) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	r.calls = append(r.calls, call{reading: &reading{history: &q}})
	return r.Store.History(ctx, q)
}

// Lookup implements [ticket.Store]. All lookups of a step are noted as one: by
// hand they would be one statement.
func (r *recorder) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	i := slices.IndexFunc(r.calls, func(c call) bool { return c.reading != nil && c.reading.keys != nil })
	if i < 0 {
		i = len(r.calls)
		r.calls = append(r.calls, call{reading: new(reading)})
	}
	r.calls[i].reading.keys = append(r.calls[i].reading.keys, keys...)
	return r.Store.Lookup(ctx, keys...)
}

// Claim implements [ticket.Store].
func (r *recorder) Claim(ctx context.Context, req ticket.ClaimRequest) ([]ticket.Record, error) {
	found, err := r.Store.Claim(ctx, req)
	if err == nil {
		r.read(found...)
		r.calls = append(r.calls, call{claim: &req, claimed: len(found)})
	}
	return found, err
}

// Commit implements [ticket.Store].
func (r *recorder) Commit(ctx context.Context, c ticket.Commit) error {
	if err := r.Store.Commit(ctx, c); err != nil {
		return err
	}
	noted := call{commit: c}
	for _, ch := range c.Changes {
		var l labelled
		before := r.seen[ch.Next.ID]
		for _, name := range ch.Next.Labels {
			if !slices.Contains(before, name) {
				l.put = append(l.put, name)
			}
		}
		for _, name := range before {
			if !slices.Contains(ch.Next.Labels, name) {
				l.drop = append(l.drop, name)
			}
		}
		noted.labels = append(noted.labels, l)
		r.seen[ch.Next.ID] = ch.Next.Labels
	}
	r.calls = append(r.calls, noted)
	return nil
}

// take returns the calls since the last step.
func (r *recorder) take() []call {
	calls := r.calls
	r.calls = nil
	clear(r.seen)
	return calls
}

// order lets workers that do again what others did before keep the order of
// each record's versions: a commit waits until the one before it is there.
type order struct {
	mu       sync.Mutex
	moved    *sync.Cond
	versions map[uuid.UUID]int64
	born     map[uuid.UUID]bool // records that the desk has made; all others were loaded
}

func newOrder() *order {
	o := &order{versions: make(map[uuid.UUID]int64), born: make(map[uuid.UUID]bool)}
	o.moved = sync.NewCond(&o.mu)
	return o
}

// expect notes what is to be made by a round of steps.
func (o *order) expect(all [][]step) {
	for _, steps := range all {
		for _, s := range steps {
			for _, c := range s.calls {
				for _, ch := range c.commit.Changes {
					if ch.Expect == 0 {
						o.born[ch.Next.ID] = true
					}
				}
			}
		}
	}
}

// wait returns when every record of a commit has the version that it expects,
// or when ctx is done; wake makes it look again.
func (o *order) wait(ctx context.Context, c ticket.Commit) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ch := range c.Changes {
		for !o.stands(ch) {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			o.moved.Wait()
		}
	}
	return nil
}

func (o *order) stands(ch ticket.Change) bool {
	v, known := o.versions[ch.Next.ID]
	if !known && !o.born[ch.Next.ID] {
		v = stockVersion
	}
	return v == ch.Expect
}

func (o *order) done(c ticket.Commit) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, ch := range c.Changes {
		o.versions[ch.Next.ID] = ch.Next.Version
	}
	o.moved.Broadcast()
}

// wake lets those who wait see that ctx is done.
func (o *order) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.moved.Broadcast()
}
