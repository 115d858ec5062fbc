package linear_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/anishathalye/porcupine"

	"github.com/kulanz-go/kulanz/examples/sqlstore/linear"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// tenth is true for one call of ten.
type tenth struct{ n atomic.Int64 }

func (f *tenth) now() bool { return f.n.Add(1)%10 == 0 }

// tickets is a sound store but for what goes wrong now and then.
type tickets struct {
	ticket.Store
	tenth

	commit func(c *ticket.Commit) error
	claim  func(again []ticket.Record) []ticket.Record
	last   atomic.Pointer[[]ticket.Record]
}

func (s *tickets) Commit(ctx context.Context, c ticket.Commit) error {
	if s.commit != nil && s.now() {
		if err := s.commit(&c); err != nil {
			return err
		}
	}
	return s.Store.Commit(ctx, c)
}

func (s *tickets) Claim(ctx context.Context, r ticket.ClaimRequest) ([]ticket.Record, error) {
	got, err := s.Store.Claim(ctx, r)
	if s.claim != nil && err == nil && len(got) == 0 {
		if last := s.last.Load(); last != nil && (*last)[0].Shop == r.Shops[0] {
			return *last, nil
		}
	}
	if len(got) > 0 {
		s.last.Store(&got)
	}
	return got, err
}

type responses struct {
	feedback.Store
	tenth

	commit func(c *feedback.Commit)
}

func (s *responses) Commit(ctx context.Context, c feedback.Commit) error {
	if s.now() {
		s.commit(&c)
	}
	return s.Store.Commit(ctx, c)
}

type grants struct {
	goodwill.Store
	tenth

	always bool
	commit func(c *goodwill.Commit)
}

func (s *grants) Commit(ctx context.Context, c goodwill.Commit) error {
	if s.always || s.now() {
		s.commit(&c)
	}
	return s.Store.Commit(ctx, c)
}

func load() linear.Load { return linear.Load{Callers: 8, Calls: 300, Shops: 12} }

// Each fault is planted into one commit of ten of a store that is sound otherwise,
// and found.
func TestPlantedFaultsAreFound(t *testing.T) {
	t.Parallel()
	for fault, check := range map[string]func(t *testing.T) porcupine.CheckResult{
		"tickets: a key is taken from whoever holds it": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &tickets{Store: new(ticketmem.Store), commit: func(c *ticket.Commit) error {
				for _, h := range c.Take {
					c.Release = []ticket.Key{h.Key}
				}
				return nil
			}}
			return linear.Tickets(t, s, load())
		},
		"tickets: of two changes one is made": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &tickets{Store: new(ticketmem.Store), commit: func(c *ticket.Commit) error {
				c.Changes = c.Changes[:1]
				return nil
			}}
			return linear.Tickets(t, s, load())
		},
		"tickets: two claims return one record": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &tickets{Store: new(ticketmem.Store), claim: slices.Clone[[]ticket.Record]}
			return linear.Tickets(t, s, load())
		},
		"tickets: conflicts that no version explains": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			return linear.Tickets(t, unserialized(), load())
		},
		"feedback: an answer is not counted": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &responses{Store: new(feedbackmem.Store), commit: func(c *feedback.Commit) { c.Counts = nil }}
			return linear.Feedback(t, s, load())
		},
		"feedback: a matter is asked about twice": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &responses{Store: new(feedbackmem.Store), commit: func(c *feedback.Commit) { c.Take = nil }}
			return linear.Feedback(t, s, load())
		},
		"goodwill: the cap is not looked at": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := booking(func(e *goodwill.Entry) { e.Cap = money.Amount{} })
			s.always = true // a cap speaks against one commit of fifty: of those a tenth may be none
			return linear.Goodwill(t, s, load())
		},
		"goodwill: what is posted stays pending": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			return linear.Goodwill(t, booking(func(e *goodwill.Entry) {
				if e.Phase == goodwill.PhasePost {
					e.Phase = goodwill.PhaseDirect
				}
			}), load())
		},
		"goodwill: an entry is lost": func(t *testing.T) porcupine.CheckResult {
			t.Helper()
			s := &grants{Store: new(goodwillmem.Store), commit: func(c *goodwill.Commit) { c.Entries = nil }}
			return linear.Goodwill(t, s, load())
		},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			if got := check(t); got != porcupine.Illegal {
				t.Errorf("%s, want %s", got, porcupine.Illegal)
			}
		})
	}
}

func booking(change func(e *goodwill.Entry)) *grants {
	return &grants{Store: new(goodwillmem.Store), commit: func(c *goodwill.Commit) {
		c.Entries = slices.Clone(c.Entries)
		for i := range c.Entries {
			change(&c.Entries[i])
		}
	}}
}

// unserialized is a store that cannot serialize one commit of ten with others.
func unserialized() *tickets {
	return &tickets{Store: new(ticketmem.Store), commit: func(*ticket.Commit) error { return ticket.ErrConflict }}
}

// A store whose own transactions are serializable may say so, and is looked at all
// the same.
func TestUnserialized(t *testing.T) {
	t.Parallel()
	l := load()
	l.Unserialized = true
	if got := linear.Tickets(t, unserialized(), l); got != porcupine.Ok {
		t.Error(got)
	}
	l.Stale = 0.02
	if got := linear.Tickets(t, unserialized(), l); got != porcupine.Illegal {
		t.Error(got)
	}
}
