package linear

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
)

var errLost = errors.New("connection reset by peer")

// unreliable loses 5 % of the replies to commits, half of them before they took
// effect, and answers a share of the reads as they were answered before.
type unreliable struct {
	do    func(ctx context.Context, in input) (output, error)
	stale float64 // share of reads

	mu     sync.Mutex
	rnd    *rand.Rand
	before map[input][2]output // the last two answers that differ, the older one first
}

func newUnreliable(do func(context.Context, input) (output, error), stale float64) *unreliable {
	rnd := rand.New(rand.NewPCG(2, 3)) //nolint:gosec // draws faults, and must be repeatable
	return &unreliable{do: do, stale: stale, rnd: rnd, before: make(map[input][2]output)}
}

func (s *unreliable) draw() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rnd.Float64()
}

func (s *unreliable) call(ctx context.Context, in input) (output, error) {
	if in.method == methodCommit {
		return s.commit(ctx, in)
	}
	out, err := s.do(ctx, in)
	if err != nil || in.method == methodClaim {
		return out, err
	}
	stale := s.draw() < s.stale
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.before[in]
	if last[1] != out {
		last = [2]output{last[1], out}
		s.before[in] = last
	}
	if stale {
		return last[0], nil
	}
	return out, nil
}

func (s *unreliable) commit(ctx context.Context, in input) (output, error) {
	lost := s.draw()
	if lost < 0.025 {
		return output{}, errLost
	}
	out, err := s.do(ctx, in)
	if err == nil && out.refused == "" && lost < 0.05 {
		return output{}, errLost
	}
	return out, err
}
