package linear

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"

	"github.com/kulanz-go/kulanz/ticket"
)

var errLost = errors.New("connection reset by peer")

// unreliable loses 5 % of the replies to commits, half of them before they
// took effect, and returns the record before the last commit for a share of
// the loads.
type unreliable struct {
	ticket.Store

	stale float64 // share of loads

	mu     sync.Mutex
	rnd    *rand.Rand
	before map[ticket.Ref]ticket.Record
}

func newUnreliable(store ticket.Store, stale float64) *unreliable {
	rnd := rand.New(rand.NewPCG(2, 3)) //nolint:gosec // draws faults, and must be repeatable
	return &unreliable{Store: store, stale: stale, rnd: rnd, before: make(map[ticket.Ref]ticket.Record)}
}

func (s *unreliable) draw() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rnd.Float64()
}

// Commit implements ticket.Store, and loses replies.
func (s *unreliable) Commit(ctx context.Context, c ticket.Commit) error {
	lost := s.draw()
	if lost < 0.025 {
		return errLost
	}
	old, loadErr := s.Store.Load(ctx, c.Changes[0].Next.Ref())
	err := s.Store.Commit(ctx, c)
	if err == nil && loadErr == nil {
		s.mu.Lock()
		s.before[old.Ref()] = old
		s.mu.Unlock()
	}
	if err == nil && lost < 0.05 {
		return errLost
	}
	return err
}

// Load implements ticket.Store, at times with what was.
func (s *unreliable) Load(ctx context.Context, r ticket.Ref) (ticket.Record, error) {
	if s.draw() < s.stale {
		s.mu.Lock()
		old, ok := s.before[r]
		s.mu.Unlock()
		if ok {
			return old, nil
		}
	}
	return s.Store.Load(ctx, r)
}
