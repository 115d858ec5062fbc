package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// As in examples/linearizability, where a store in memory is looked at.
const (
	callers     = 8
	callsOfEach = 150
	callRecords = 10
	searchTime  = 30 * time.Second // for an order of the calls
)

// input is a call, output what came back.
type input struct {
	record int
	method string // load, commit or history
	expect int64  // of a commit
	value  string // of a commit
}

type output struct {
	version int64 // of a load; of a history how many events there are
	value   string
	refused bool // a conflict, or no such record
	unknown bool // the reply was lost
}

// state is one record of the model; version 0 is none.
type state struct {
	version int64
	value   string
}

// step is the contract of one record.
func step(s state, in input, out output) (bool, state) {
	switch {
	case in.method == "history":
		return out.version == s.version, s
	case in.method == "load" && s.version == 0:
		return out.refused, s
	case in.method == "load":
		return !out.refused && out.version == s.version && out.value == s.value, s
	case s.version != in.expect:
		return out.refused || out.unknown, s
	default:
		// One whose reply was lost may take effect at any time from then on.
		// One that had none is put at the very end, where nobody sees it.
		return !out.refused, state{s.version + 1, in.value}
	}
}

func model() porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
			parts := make([][]porcupine.Operation, callRecords)
			for _, op := range all {
				n := op.Input.(input).record //nolint:forcetypeassert // made below
				parts[n] = append(parts[n], op)
			}
			return parts
		},
		Init: func() any { return state{} },
		Step: func(s, in, out any) (bool, any) {
			return step(s.(state), in.(input), out.(output)) //nolint:forcetypeassert // made below
		},
		DescribeOperation: func(in, out any) string { return fmt.Sprintf("%+v -> %+v", in, out) },
	}
}

// recorder writes down every call with its beginning and its end, by a clock
// that ticks at each.
type recorder struct {
	clock atomic.Int64
	mu    sync.Mutex
	all   []porcupine.Operation
}

func (r *recorder) call(worker int, in input, f func() output) {
	began := r.clock.Add(1)
	out := f()
	ended := r.clock.Add(1)
	if out.unknown {
		ended = math.MaxInt64
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, porcupine.Operation{ClientId: worker, Input: in, Call: began, Output: out, Return: ended})
}

func ref(n int) ticket.Ref { return ticket.Ref{Shop: tickettest.Shop, ID: uuid.UUID{15: byte(n + 1)}} }

// recorded lets callers at a store and returns what they saw.
func recorded(t *testing.T, store ticket.Store) []porcupine.Operation {
	t.Helper()
	rec := new(recorder)
	var wg sync.WaitGroup
	for w := range callers {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(w)))
			seen := make([]int64, callRecords) // the versions that this worker believes in
			for i := range callsOfEach {
				n := rnd.IntN(callRecords)
				switch rnd.IntN(5) {
				case 0, 1:
					rec.call(w, input{record: n, method: "load"}, func() output {
						return load(t, store, n, seen)
					})
				case 2:
					rec.call(w, input{record: n, method: "history"}, func() output {
						return history(t, store, n)
					})
				default:
					in := input{record: n, method: "commit", expect: seen[n], value: fmt.Sprintf("%d-%d", w, i)}
					rec.call(w, in, func() output { return commit(t, store, in, seen) })
				}
			}
		})
	}
	wg.Wait()
	return rec.all
}

func load(t *testing.T, store ticket.Store, n int, seen []int64) output {
	t.Helper()
	r, err := store.Load(t.Context(), ref(n))
	if err != nil {
		if !errors.Is(err, ticket.ErrNotFound) {
			t.Error(err)
		}
		return output{refused: true}
	}
	seen[n] = r.Version
	return output{version: r.Version, value: string(r.Data)}
}

func history(t *testing.T, store ticket.Store, n int) output {
	t.Helper()
	events, err := store.History(t.Context(), ticket.HistoryQuery{Ref: ref(n), Limit: ticket.MaxPage})
	if err != nil {
		t.Error(err)
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			t.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
	return output{version: int64(len(events))}
}

func commit(t *testing.T, store ticket.Store, in input, seen []int64) output {
	t.Helper()
	r := ref(in.record)
	c := ticket.Commit{Changes: []ticket.Change{{
		Expect: in.expect,
		Next: ticket.Record{
			Kind: ticket.RecordTicket, Shop: r.Shop, ID: r.ID, Version: in.expect + 1, State: ticket.StateOpen, Data: []byte(in.value),
		},
		Events: []ticket.StoredEvent{{Seq: in.expect + 1, Kind: ticket.EventNote}},
	}}}
	switch err := store.Commit(t.Context(), c); {
	case err == nil:
		seen[in.record] = in.expect + 1
		return output{}
	case errors.Is(err, ticket.ErrConflict):
		return output{refused: true}
	case errors.Is(err, errLost):
		return output{unknown: true}
	default:
		t.Error(err)
		return output{unknown: true}
	}
}

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
	return &unreliable{Store: store, stale: stale, rnd: rand.New(rand.NewPCG(2, 3)), before: make(map[ticket.Ref]ticket.Record)}
}

func (s *unreliable) draw() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rnd.Float64()
}

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

// Both databases, at all isolations that a host may use, behave as if one call
// came after the other; and the check would find two stale reads in a hundred.
func TestLinearizable(t *testing.T) {
	for name, open := range engines() {
		for stale, want := range map[float64]porcupine.CheckResult{0: porcupine.Ok, 0.02: porcupine.Illegal} {
			t.Run(fmt.Sprintf("%s stale %v", name, stale), func(t *testing.T) {
				t.Parallel()
				seen := recorded(t, newUnreliable(open(t).Tickets(), stale))
				if got := porcupine.CheckOperationsTimeout(model(), seen, searchTime); got != want {
					t.Errorf("%d calls: %s, want %s", len(seen), got, want)
				}
			})
		}
	}
}
