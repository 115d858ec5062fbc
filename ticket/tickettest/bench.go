package tickettest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// Sizes of [BenchmarkStore].
const (
	benchStored = 10_000 // records that lie in the store
	benchShort  = 1_000  // with -short
	benchDue    = 100    // of which are due
	benchData   = 2_000  // bytes of a record's Data
	benchEvents = 500    // bytes of an event's

	benchFar = 1_000_000_000 // minutes ahead: nothing falls due by itself
)

// BenchmarkStore measures a store that holds 10,000 records (1,000 with
// -short): load, create, update, history, lookup, one page of a list, and a
// claim among all of them. open returns a store that is fresh and empty.
// Figures of two stores compare only within one run on one machine.
func BenchmarkStore(b *testing.B, open func(b testing.TB) ticket.Store) {
	b.Helper()
	n := benchStored
	if testing.Short() {
		n = benchShort
	}
	s := &stocked{store: open(b), size: n}
	s.fill(b)
	b.Run("Load", s.load)
	b.Run("Commit/update", s.update)
	b.Run("Commit/conflict", s.conflict)
	b.Run("History", s.history)
	b.Run("Lookup", s.lookup)
	b.Run("List/customer", func(b *testing.B) { s.list(b, ticket.Query{Customer: "c-7"}) })
	b.Run("List/due", func(b *testing.B) { s.list(b, ticket.Query{Order: ticket.OrderDue}) })
	b.Run("List/label", func(b *testing.B) { s.list(b, ticket.Query{Label: "order:7"}) })
	b.Run("Claim", s.claim)
	b.Run("Claim/none due", s.claimNone)
	b.Run("Commit/create", s.create) // last: the store grows
}

// stocked is a store that holds a shop's tickets.
type stocked struct {
	store ticket.Store
	size  int
	made  int // records, those of fill included
}

func (s *stocked) record(n int) ticket.Record {
	r := record(shopA, n)
	r.Wake = at(benchFar + n)
	r.Data = make([]byte, benchData)
	return r
}

// fresh is the first version of one more record.
func (s *stocked) fresh() ticket.Record {
	s.made++
	return s.record(s.made - 1)
}

func (s *stocked) step(r ticket.Record) ticket.Commit {
	e := event(r.Ref(), r.Version)
	e.Data = make([]byte, benchEvents)
	c := commitOf(ticket.Change{Expect: r.Version - 1, Next: r, Events: []ticket.StoredEvent{e}})
	return taking(c, held(commitKey(c), r))
}

func (s *stocked) fill(b *testing.B) {
	b.Helper()
	for range s.size {
		s.must(b, s.store.Commit(b.Context(), s.step(s.fresh())))
	}
}

func (s *stocked) must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (s *stocked) load(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, err := s.store.Load(b.Context(), ref(shopA, i%s.size))
		s.must(b, err)
	}
}

func (s *stocked) create(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		s.must(b, s.store.Commit(b.Context(), s.step(s.fresh())))
	}
}

func (s *stocked) update(b *testing.B) {
	r, err := s.store.Load(b.Context(), ref(shopA, 1))
	s.must(b, err)
	b.ReportAllocs()
	for b.Loop() {
		r.Version++
		s.must(b, s.store.Commit(b.Context(), s.step(r)))
	}
}

func (s *stocked) conflict(b *testing.B) {
	c := s.step(s.record(2))
	b.ReportAllocs()
	for b.Loop() {
		if s.store.Commit(b.Context(), c) == nil {
			b.Fatal("a record was created twice")
		}
	}
}

func (s *stocked) history(b *testing.B) {
	r := s.fresh()
	for r.Version = 1; r.Version <= 50; r.Version++ {
		s.must(b, s.store.Commit(b.Context(), s.step(r)))
	}
	b.ReportAllocs()
	for b.Loop() {
		got, err := s.store.History(b.Context(), ticket.HistoryQuery{Ref: r.Ref(), Limit: ticket.MaxPage})
		s.must(b, err)
		if len(got) != 50 {
			b.Fatalf("%d events", len(got))
		}
	}
}

func (s *stocked) lookup(b *testing.B) {
	keys := make([]ticket.Key, 100)
	for i := range keys {
		keys[i] = commitKey(s.step(s.record(i)))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		found, err := s.store.Lookup(b.Context(), keys[i%len(keys)])
		s.must(b, err)
		if len(found) != 1 {
			b.Fatal("a key is not found")
		}
	}
}

func (s *stocked) list(b *testing.B, q ticket.Query) {
	b.Helper()
	q.Shop, q.Limit = shopA, 50
	b.ReportAllocs()
	for b.Loop() {
		page, err := s.store.List(b.Context(), q)
		s.must(b, err)
		if len(page.Records) == 0 {
			b.Fatal("the page is empty")
		}
	}
}

// claim measures claims of all that is due. What was claimed shows again by
// the time of the next claim.
func (s *stocked) claim(b *testing.B) {
	for i := range benchDue {
		r, err := s.store.Load(b.Context(), ref(shopA, 10+i))
		s.must(b, err)
		r.Version++
		r.Wake = at(i % 60)
		s.must(b, s.store.Commit(b.Context(), s.step(r)))
	}
	now := at(60)
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		got, err := s.claimAt(b.Context(), now)
		s.must(b, err)
		if len(got) != benchDue {
			b.Fatalf("claim %d returned %d of %d", i, len(got), benchDue)
		}
		now = now.Add(ticket.MaxLease)
	}
	b.ReportMetric(float64(benchDue), "records/op")
}

func (s *stocked) claimNone(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		got, err := s.claimAt(b.Context(), at(-60))
		s.must(b, err)
		if len(got) != 0 {
			b.Fatal(fmt.Errorf("%d records are due", len(got)))
		}
	}
}

func (s *stocked) claimAt(ctx context.Context, now time.Time) ([]ticket.Record, error) {
	return s.store.Claim(ctx, ticket.ClaimRequest{Shops: []string{shopA}, Now: now, Lease: lease, Limit: ticket.MaxPage})
}
