package linear

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// Load is how a store is used.
type Load struct {
	Callers int
	Calls   int // of each caller
	Records int
	// Stale is the share of loads that are answered with the record before the last
	// commit: a fault that Check must find.
	Stale float64
}

// searchTime bounds the search for an order of the calls.
const searchTime = 30 * time.Second

// Check uses a store that is fresh and empty, and returns whether there is an order
// of the calls that explains all answers. What no store may answer fails the test.
func Check(tb testing.TB, store ticket.Store, l Load) porcupine.CheckResult {
	tb.Helper()
	seen := l.record(tb, newUnreliable(store, l.Stale))
	tb.Logf("%d calls", len(seen))
	return porcupine.CheckOperationsTimeout(model(l.Records), seen, searchTime)
}

// recorder writes down every call with its beginning and its end, by a clock
// that ticks at each.
type recorder struct {
	clock atomic.Int64
	mu    sync.Mutex
	all   []porcupine.Operation
}

func (r *recorder) call(caller int, in input, f func() output) {
	began := r.clock.Add(1)
	out := f()
	ended := r.clock.Add(1)
	if out.unknown {
		ended = math.MaxInt64
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, porcupine.Operation{ClientId: caller, Input: in, Call: began, Output: out, Return: ended})
}

func ref(n int) ticket.Ref {
	return ticket.Ref{Shop: "shop", ID: uuid.NewSHA1(uuid.Nil, strconv.AppendInt(nil, int64(n), 10))}
}

// record lets the callers at a store and returns what they saw.
func (l Load) record(tb testing.TB, store ticket.Store) []porcupine.Operation {
	tb.Helper()
	rec := new(recorder)
	var wg sync.WaitGroup
	for w := range l.Callers {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(w))) //nolint:gosec // draws calls, and must be repeatable
			seen := make([]int64, l.Records)           // the versions that this caller believes in
			for i := range l.Calls {
				n := rnd.IntN(l.Records)
				switch rnd.IntN(5) {
				case 0, 1:
					rec.call(w, input{record: n, method: "load"}, func() output {
						return load(tb, store, n, seen)
					})
				case 2:
					rec.call(w, input{record: n, method: "history"}, func() output {
						return history(tb, store, n)
					})
				default:
					in := input{record: n, method: "commit", expect: seen[n], value: fmt.Sprintf("%d-%d", w, i)}
					rec.call(w, in, func() output { return commit(tb, store, in, seen) })
				}
			}
		})
	}
	wg.Wait()
	return rec.all
}

func load(tb testing.TB, store ticket.Store, n int, seen []int64) output {
	tb.Helper()
	r, err := store.Load(tb.Context(), ref(n))
	if err != nil {
		if !errors.Is(err, ticket.ErrNotFound) {
			tb.Error(err)
		}
		return output{refused: true}
	}
	seen[n] = r.Version
	return output{version: r.Version, value: string(r.Data)}
}

func history(tb testing.TB, store ticket.Store, n int) output {
	tb.Helper()
	events, err := store.History(tb.Context(), ticket.HistoryQuery{Ref: ref(n), Limit: ticket.MaxPage})
	if err != nil {
		tb.Error(err)
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			tb.Errorf("event %d has number %d", i+1, e.Seq)
		}
	}
	return output{version: int64(len(events))}
}

func commit(tb testing.TB, store ticket.Store, in input, seen []int64) output {
	tb.Helper()
	r := ref(in.record)
	c := ticket.Commit{Changes: []ticket.Change{{
		Expect: in.expect,
		Next: ticket.Record{
			Kind: ticket.RecordTicket, Shop: r.Shop, ID: r.ID, Version: in.expect + 1, State: ticket.StateOpen, Data: []byte(in.value),
		},
		Events: []ticket.StoredEvent{{Seq: in.expect + 1, Kind: ticket.EventNote}},
	}}}
	switch err := store.Commit(tb.Context(), c); {
	case err == nil:
		seen[in.record] = in.expect + 1
		return output{}
	case errors.Is(err, ticket.ErrConflict):
		return output{refused: true}
	case errors.Is(err, errLost):
		return output{unknown: true}
	default:
		tb.Error(err)
		return output{unknown: true}
	}
}
