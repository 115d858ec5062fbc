package feedbacktest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/feedback/feedbacktest"
)

// crooked is a sound store of which some methods are replaced.
type crooked struct {
	feedback.Store

	load      func(ctx context.Context, ref feedback.Ref) (feedback.Record, error)
	commit    func(ctx context.Context, c feedback.Commit) error
	lookup    func(ctx context.Context, u feedback.Unique) (feedback.Held, error)
	list      func(ctx context.Context, q feedback.Query) (feedback.Page, error)
	claim     func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error)
	summaries func(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error)
}

func (s *crooked) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	if s.load != nil {
		return s.load(ctx, ref)
	}
	return s.Store.Load(ctx, ref)
}

func (s *crooked) Commit(ctx context.Context, c feedback.Commit) error {
	if s.commit != nil {
		return s.commit(ctx, c)
	}
	return s.Store.Commit(ctx, c)
}

func (s *crooked) Lookup(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
	if s.lookup != nil {
		return s.lookup(ctx, u)
	}
	return s.Store.Lookup(ctx, u)
}

func (s *crooked) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	if s.list != nil {
		return s.list(ctx, q)
	}
	return s.Store.List(ctx, q)
}

func (s *crooked) Claim(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
	if s.claim != nil {
		return s.claim(ctx, r)
	}
	return s.Store.Claim(ctx, r)
}

func (s *crooked) Summaries(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
	if s.summaries != nil {
		return s.summaries(ctx, q)
	}
	return s.Store.Summaries(ctx, q)
}

// planted is one fault in an otherwise sound store, and the cases that must find
// it.
type planted struct {
	fault string
	plant func(s *crooked)
	found []string
}

// writing replaces what is written.
func writing(change func(n *feedback.Record)) func(s *crooked) {
	return func(s *crooked) {
		s.commit = func(ctx context.Context, c feedback.Commit) error {
			c.Writes = slices.Clone(c.Writes)
			for i := range c.Writes {
				change(&c.Writes[i].Next)
			}
			return s.Store.Commit(ctx, c)
		}
	}
}

// committing replaces the commit before it is made.
func committing(change func(s *crooked, c *feedback.Commit)) func(s *crooked) {
	return func(s *crooked) {
		s.commit = func(ctx context.Context, c feedback.Commit) error {
			c.Writes, c.Take, c.Release, c.Counts = slices.Clone(c.Writes), slices.Clone(c.Take), slices.Clone(c.Release), slices.Clone(c.Counts)
			change(s, &c)
			return s.Store.Commit(ctx, c)
		}
	}
}

func allPlanted() []planted {
	return slices.Concat(plantedInRecords(), plantedInCommits(), plantedInKeys(), plantedInCounts(), plantedInReads())
}

func plantedInRecords() []planted {
	return []planted{
		{"a field is not stored", writing(func(n *feedback.Record) { n.Customer = "" }), []string{
			"record/every field comes back", "record/every field is replaced", "record/hostile text and a megabyte",
		}},
		{"labels are not replaced", func(s *crooked) {
			labels := map[feedback.Ref][]string{}
			writing(func(n *feedback.Record) {
				if old, ok := labels[n.Ref()]; ok {
					n.Labels = old
				}
				labels[n.Ref()] = n.Labels
			})(s)
		}, []string{"record/every field is replaced"}},
		{"the wake is dropped on update", writing(func(n *feedback.Record) {
			if n.Version > 1 {
				n.Wake = time.Time{}
			}
		}), []string{"claim/hidden for the lease, twice as long each time, until a commit"}},
		{"time is cut to seconds", writing(func(n *feedback.Record) { n.Wake = n.Wake.Truncate(time.Second) }), []string{
			"record/zones and microseconds", "record/every field comes back",
		}},
		{"no time is 1970", writing(func(n *feedback.Record) {
			if n.Wake.IsZero() {
				n.Wake = time.Unix(0, 0)
			}
		}), []string{"record/no time is no time", "claim/from the wake on, earliest first, never without one"}},
		{"what is missing is empty", func(s *crooked) {
			s.load = func(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
				r, err := s.Store.Load(ctx, ref)
				if errors.Is(err, feedback.ErrNotFound) {
					err = nil
				}
				return r, err
			}
		}, []string{"record/not found"}},
		{"data is cut at a zero byte", writing(func(n *feedback.Record) {
			if i := slices.Index(n.Data, 0); i >= 0 {
				n.Data = n.Data[:i]
			}
		}), []string{"record/hostile text and a megabyte", "record/every field comes back"}},
		{"slices are shared", func(s *crooked) {
			var mu sync.Mutex
			kept := map[feedback.Ref]feedback.Record{}
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				for _, w := range c.Writes {
					kept[w.Next.Ref()] = w.Next
				}
				return err
			}
			s.load = func(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
				r, err := s.Store.Load(ctx, ref)
				mu.Lock()
				defer mu.Unlock()
				r.Labels, r.Data = kept[ref].Labels, kept[ref].Data
				return r, err
			}
		}, []string{"record/nothing is shared"}},
		{"shops are one", func(s *crooked) {
			one := func(shop string) string { return shop[:4] }
			s.load = func(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
				return s.Store.Load(ctx, feedback.Ref{Shop: one(ref.Shop), ID: ref.ID})
			}
			writing(func(n *feedback.Record) { n.Shop = one(n.Shop) })(s)
		}, []string{"record/shops are apart"}},
	}
}

// fresh is a record of nobody, for what a broken store writes on its own, once
// a store.
func fresh(shop string) feedback.Record {
	return feedback.Record{Kind: feedback.RecordLog, Shop: shop, ID: [16]byte{15: 1}, Version: 1, Data: []byte("{}")}
}

func plantedInCommits() []planted {
	return []planted{
		{"versions are not looked at", committing(func(s *crooked, c *feedback.Commit) {
			for i := range c.Writes {
				now, err := s.Store.Load(context.Background(), c.Writes[i].Next.Ref())
				if err != nil {
					now.Version = 0
				}
				c.Writes[i].Expect = now.Version
			}
		}), []string{
			"commit/created once", "commit/stale, missing and future versions are refused", "commit/several records: all or none",
			"commit/a conflict comes first, then keys, then counts",
		}},
		{"later versions are let in", committing(func(s *crooked, c *feedback.Commit) {
			for i := range c.Writes {
				if now, err := s.Store.Load(context.Background(), c.Writes[i].Next.Ref()); err == nil && c.Writes[i].Expect >= now.Version {
					c.Writes[i].Expect = now.Version
				}
			}
		}), []string{"commit/stale, missing and future versions are refused"}},
		{"two may win", func(s *crooked) {
			var mu sync.Mutex
			second := map[feedback.Ref]bool{}
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				if errors.Is(err, feedback.ErrConflict) && c.Writes[0].Next.Version == 2 && !second[c.Writes[0].Next.Ref()] {
					second[c.Writes[0].Next.Ref()] = true
					return nil
				}
				return err
			}
		}, []string{"commit/one winner of sixteen"}},
		{"records are written one by one", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				for i, w := range c.Writes {
					part := feedback.Commit{ID: c.ID, At: c.At, Writes: []feedback.Write{w}}
					if i == len(c.Writes)-1 {
						part.Take, part.Release, part.Counts = c.Take, c.Release, c.Counts
					}
					if err := s.Store.Commit(ctx, part); err != nil {
						return err
					}
				}
				return nil
			}
		}, []string{"commit/several records: all or none", "commit/nothing of a refused one is left"}},
		{"counts of a refused commit are kept", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				if errors.Is(err, feedback.ErrDuplicate) {
					_ = s.Store.Commit(ctx, feedback.Commit{At: c.At, Writes: []feedback.Write{{Next: fresh(c.Writes[0].Next.Shop)}}, Counts: c.Counts})
				}
				return err
			}
		}, []string{"commit/nothing of a refused one is left"}},
		{"keys are looked at first", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				var taken []feedback.Unique
				for _, h := range c.Take {
					if _, err := s.Store.Lookup(ctx, h.Key); err == nil {
						taken = append(taken, h.Key)
					}
				}
				if err := s.Store.Commit(ctx, c); err == nil || len(taken) == 0 {
					return err
				}
				return &feedback.DuplicateError{Keys: taken}
			}
		}, []string{"commit/a conflict comes first, then keys, then counts"}},
		{"a context that is done is not looked at", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				return s.Store.Commit(context.WithoutCancel(ctx), c)
			}
		}, []string{"context/done: nothing happens"}},
	}
}

func plantedInKeys() []planted {
	shared := func(u feedback.Unique) feedback.Unique { u.Shop = "any"; return u }
	return []planted{
		{"keys are not kept", committing(func(_ *crooked, c *feedback.Commit) { c.Take = nil }), []string{
			"key/taken, held, released, free", "key/release comes before take", "key/every taken key is named",
			"key/free from its expiry on, by the commit's clock", "key/shops and kinds are apart", "key/raced, one takes it",
		}},
		{"keys are shared between shops", func(s *crooked) {
			committing(func(_ *crooked, c *feedback.Commit) {
				for i := range c.Take {
					c.Take[i].Key = shared(c.Take[i].Key)
				}
			})(s)
			s.lookup = func(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
				return s.Store.Lookup(ctx, shared(u))
			}
		}, []string{"key/shops and kinds are apart"}},
		{"keys are burned by a conflict", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				if errors.Is(err, feedback.ErrConflict) {
					_ = s.Store.Commit(ctx, feedback.Commit{At: c.At, Writes: []feedback.Write{{Next: fresh(c.Writes[0].Next.Shop)}}, Take: c.Take})
				}
				return err
			}
		}, []string{"commit/nothing of a refused one is left"}},
		{"only the first taken key is named", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				var dup *feedback.DuplicateError
				if errors.As(err, &dup) {
					dup.Keys = dup.Keys[:1]
				}
				return err
			}
		}, []string{"key/every taken key is named"}},
		{"commit ids are forgotten", committing(func(_ *crooked, c *feedback.Commit) {
			c.Take = slices.DeleteFunc(c.Take, func(h feedback.Held) bool { return h.Key.Kind == feedback.UniqueCommit })
		}), []string{"key/every taken key is named", "commit/a conflict comes first, then keys, then counts"}},
		{"keys never expire", committing(func(_ *crooked, c *feedback.Commit) { c.At = time.Time{} }), []string{
			"key/free from its expiry on, by the commit's clock",
		}},
		{"keys expire by another clock", committing(func(_ *crooked, c *feedback.Commit) { c.At = time.Now().AddDate(100, 0, 0) }), []string{
			"key/free from its expiry on, by the commit's clock",
		}},
		{"released keys stay", committing(func(_ *crooked, c *feedback.Commit) { c.Release = nil }), []string{
			"key/taken, held, released, free", "key/release comes before take",
		}},
		{"keys are released after others are taken", func(s *crooked) {
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				for _, h := range c.Take {
					if slices.ContainsFunc(c.Release, func(u feedback.Unique) bool { return u.Hash == h.Key.Hash && u.Kind == h.Key.Kind }) {
						return &feedback.DuplicateError{Keys: []feedback.Unique{h.Key}}
					}
				}
				return s.Store.Commit(ctx, c)
			}
		}, []string{"key/release comes before take"}},
		{"two may take one key", func(s *crooked) {
			var once sync.Once
			s.commit = func(ctx context.Context, c feedback.Commit) error {
				err := s.Store.Commit(ctx, c)
				if errors.Is(err, feedback.ErrDuplicate) {
					once.Do(func() { err = nil })
				}
				return err
			}
		}, []string{"key/raced, one takes it"}},
	}
}

func plantedInCounts() []planted {
	return []planted{
		{"nothing is counted", committing(func(_ *crooked, c *feedback.Commit) { c.Counts = nil }), []string{
			"count/adds up, and is taken back", "count/many writers lose none", "commit/one winner of sixteen",
			"summary/what is asked for, in order, page by page",
		}},
		{"nothing is taken back", committing(func(_ *crooked, c *feedback.Commit) {
			for i := range c.Counts {
				c.Counts[i].Sub = feedback.Summary{}
			}
		}), []string{"count/adds up, and is taken back", "count/never below nothing"}},
		{"counts are floats", func(s *crooked) {
			s.summaries = func(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
				rows, err := s.Store.Summaries(ctx, q)
				for i := range rows {
					counts := make([]int64, 5)
					for n := range counts {
						counts[n] = int64(float64(rows[i].Summary.Count(n + 1)))
					}
					if cut, err := feedback.NewSummary(feedback.ScaleCSAT5(), counts, 0); err == nil {
						rows[i].Summary = cut
					}
				}
				return rows, err
			}
		}, []string{"count/exact beyond 2^53"}},
		{"one count up in ten is lost", func(s *crooked) {
			var mu sync.Mutex
			n := 0
			committing(func(_ *crooked, c *feedback.Commit) {
				mu.Lock()
				defer mu.Unlock()
				if len(c.Counts) == 0 || c.Counts[0].Add.IsZero() {
					return // else as many are lost up as down, by chance
				}
				if n++; n%10 == 0 {
					c.Counts = nil
				}
			})(s)
		}, []string{"count/many writers lose none", "count/down to nothing and up again, raced"}},
		{"a page begins where the last one ended", func(s *crooked) {
			s.summaries = func(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
				if q.After != nil && q.Limit > 1 {
					back := *q.After
					back.Day--
					q.After = &back
				}
				return s.Store.Summaries(ctx, q)
			}
		}, []string{"summary/what is asked for, in order, page by page"}},
		{"days are closed intervals", func(s *crooked) {
			s.summaries = func(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
				q.To++
				return s.Store.Summaries(ctx, q)
			}
		}, []string{"summary/what is asked for, in order, page by page"}},
		{"no limit is no bound", func(s *crooked) {
			s.summaries = func(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
				if q.Limit <= 0 {
					q.Limit = feedback.MaxPage
				}
				return s.Store.Summaries(ctx, q)
			}
		}, []string{"summary/no limit, no rows"}},
	}
}

func plantedInReads() []planted {
	return []planted{
		{"a page goes on by time alone", func(s *crooked) {
			s.list = func(ctx context.Context, q feedback.Query) (feedback.Page, error) {
				if q.After != nil {
					q.After = &feedback.Position{At: q.After.At, ID: [16]byte(slices.Repeat([]byte{0xff}, 16))}
				}
				return s.Store.List(ctx, q)
			}
		}, []string{"list/ties are broken by id"}},
		{"labels are found by their beginning", func(s *crooked) {
			s.list = func(ctx context.Context, q feedback.Query) (feedback.Page, error) {
				if q.Label == "survey" {
					q.Label = "survey:csat"
				}
				return s.Store.List(ctx, q)
			}
		}, []string{"list/every filter in every order, page by page"}},
		{"small and capital letters are one", func(s *crooked) {
			s.list = func(ctx context.Context, q feedback.Query) (feedback.Page, error) {
				if q.Customer == "A" {
					q.Customer = "a"
				}
				return s.Store.List(ctx, q)
			}
		}, []string{"list/every filter in every order, page by page"}},
		{"more is always told", func(s *crooked) {
			s.list = func(ctx context.Context, q feedback.Query) (feedback.Page, error) {
				page, err := s.Store.List(ctx, q)
				page.More = len(page.Records) > 0
				return page, err
			}
		}, []string{"list/limits"}},
		{"a claim hides nothing", func(s *crooked) {
			s.claim = func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
				r.Lease = 0
				return s.Store.Claim(ctx, r)
			}
		}, []string{
			"claim/hidden for the lease, twice as long each time, until a commit", "claim/from the wake on, earliest first, never without one",
			"claim/many workers, each record once", "claim/shops and limits",
		}},
		{"a lease never ends", func(s *crooked) {
			s.claim = func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
				r.Lease = feedback.MaxLease
				return s.Store.Claim(ctx, r)
			}
		}, []string{"claim/hidden for the lease, twice as long each time, until a commit"}},
		{"the latest is claimed first", func(s *crooked) {
			s.claim = func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
				got, err := s.Store.Claim(ctx, r)
				slices.Reverse(got)
				return got, err
			}
		}, []string{"claim/from the wake on, earliest first, never without one"}},
		{"claims look at every shop", func(s *crooked) {
			s.claim = func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
				r.Shops = nil
				return s.Store.Claim(ctx, r)
			}
		}, []string{"claim/shops and limits", "record/shops are apart"}},
		{"a claim looks a minute ahead", func(s *crooked) {
			s.claim = func(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
				r.Now = r.Now.Add(time.Minute)
				return s.Store.Claim(ctx, r)
			}
		}, []string{"claim/from the wake on, earliest first, never without one"}},
	}
}

// Every planted fault is found by the cases named beside it.
func TestBrokenStoresAreCaught(t *testing.T) {
	cases := make(map[string]feedbacktest.Case)
	for _, c := range feedbacktest.Cases() {
		cases[c.Name] = c
	}
	for _, b := range allPlanted() {
		t.Run(b.fault, func(t *testing.T) {
			for _, name := range b.found {
				c, ok := cases[name]
				if !ok {
					t.Fatalf("there is no case %q", name)
				}
				s := &crooked{Store: new(feedbackmem.Store)}
				b.plant(s)
				if err := c.Run(t.Context(), s); err == nil {
					t.Errorf("case %q passes", name)
				}
			}
		})
	}
}

// A case that finds no planted fault proves nothing: it might be unable to.
func TestEveryCaseFindsAFault(t *testing.T) {
	finds := make(map[string]bool)
	for _, b := range allPlanted() {
		for _, name := range b.found {
			finds[name] = true
		}
	}
	names := make(map[string]bool)
	for _, c := range feedbacktest.Cases() {
		if names[c.Name] {
			t.Errorf("two cases are called %q", c.Name)
		}
		names[c.Name] = true
		if !finds[c.Name] {
			t.Errorf("case %q finds none of the planted faults", c.Name)
		}
		if c.Why == "" {
			t.Errorf("case %q does not say why", c.Name)
		}
	}
}

// What the broken stores are made of is sound: with no fault planted all cases
// pass.
func TestSoundStorePasses(t *testing.T) {
	feedbacktest.TestStore(t, func(testing.TB) feedback.Store {
		return &crooked{Store: feedbacktest.NewFaultStore(new(feedbackmem.Store))}
	})
}
