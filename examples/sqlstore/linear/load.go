package linear

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// Load is how a store is used.
type Load struct {
	Callers int
	Calls   int // of each caller
	Shops   int
	// Stale is the share of reads that are answered as they were before: a fault
	// that must be found.
	Stale float64
	// Unserialized lets commits be refused as conflicts though the versions are those
	// expected, as stores do that cannot serialize them with others.
	Unserialized bool
}

// searchTime bounds the search for an order of the calls.
const searchTime = 30 * time.Second

// check uses a store that is fresh and empty, and returns whether there is an order
// of the calls that explains all answers. What no store may answer fails the test.
func check[R any](tb testing.TB, s store[R], l Load) porcupine.CheckResult {
	tb.Helper()
	s.unserialized = l.Unserialized
	rec := &recorder{store: newUnreliable(s.call, l.Stale), told: make(map[string]int)}
	rec.run(tb, &s.contract, l)
	rec.log(tb)
	return porcupine.CheckOperationsTimeout(s.model(l.Shops), rec.all, searchTime)
}

// recorder writes down every call with its beginning and its end, by a clock
// that ticks at each.
type recorder struct {
	store *unreliable
	clock atomic.Int64
	mu    sync.Mutex
	all   []porcupine.Operation
	told  map[string]int // how often what came back
}

func (r *recorder) call(ctx context.Context, caller int, in input) (output, error) {
	began := r.clock.Add(1)
	out, err := r.store.call(ctx, in)
	ended := r.clock.Add(1)
	if errors.Is(err, errLost) {
		out, err = output{unknown: true}, nil
	}
	if out.unknown {
		ended = math.MaxInt64
	}
	if err != nil {
		return out, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, porcupine.Operation{ClientId: caller, Input: in, Call: began, Output: out, Return: ended})
	told := string(in.method)
	switch {
	case out.unknown:
		told += " unknown"
	case out.refused != "":
		told += " " + string(out.refused)
	}
	r.told[told]++
	return out, nil
}

// log tells what came of it all: a store that refused everything has proved nothing.
func (r *recorder) log(tb testing.TB) {
	tb.Helper()
	parts := make([]string, 0, len(r.told)+1)
	parts = append(parts, fmt.Sprintf("%d calls", len(r.all)))
	for _, told := range slices.Sorted(maps.Keys(r.told)) {
		parts = append(parts, fmt.Sprintf("%s %d", told, r.told[told]))
	}
	tb.Log(strings.Join(parts, ", "))
}

// run lets the callers at the store.
func (r *recorder) run(tb testing.TB, c *contract, l Load) {
	tb.Helper()
	var wg sync.WaitGroup
	for w := range l.Callers {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(w))) //nolint:gosec // draws calls, and must be repeatable
			who := caller{contract: c, rnd: rnd, seen: make([][2]row, l.Shops)}
			for i := range l.Calls {
				in := who.draw(fmt.Sprintf("%d-%d", w, i))
				out, err := r.call(tb.Context(), w, in)
				if err != nil {
					tb.Errorf("%s: %v", in.method, err)
				}
				who.learn(in, out)
			}
		})
	}
	wg.Wait()
}

// caller makes one call after the other.
type caller struct {
	*contract

	rnd  *rand.Rand
	seen [][2]row // what it believes is there, by shop
}

// draw returns the next call; value is one that no other call has.
func (c *caller) draw(value string) input {
	in := input{shop: c.rnd.IntN(len(c.seen)), record: c.rnd.IntN(2)}
	switch c.rnd.IntN(10) {
	case 0, 1, 2, 3:
		in.method = methodCommit
		c.fill(&in, value)
	case 4:
		in.method = methodClaim
	case 5:
		in.method = methodLookup
	case 6:
		in.method = methodList
	case 7, 8:
		in.method = methodLoad
	default:
		in.method = c.reads[c.rnd.IntN(len(c.reads))]
	}
	return in
}

// holding ends the value of a record that holds the shop's key: as with desks, who
// holds a key tells so, and nobody else releases it.
const holding = " holding"

// fill makes up a commit: of one record or both. Of four one wants the key, of two
// that hold it one releases it, and every other one posts something, where the store
// sums up.
func (c *caller) fill(in *input, value string) {
	seen := c.seen[in.shop]
	both := c.rnd.IntN(3) == 0
	in.take = c.rnd.IntN(4) == 0
	in.release = strings.HasSuffix(seen[in.record].value, holding) && c.rnd.IntN(2) == 0
	for i := range in.change {
		mine := i == in.record
		if !mine && !both {
			continue
		}
		in.change[i] = change{expect: seen[i].version, value: value, due: c.rnd.IntN(4) > 0}
		if mine && in.take || strings.HasSuffix(seen[i].value, holding) && (!mine || !in.release) {
			in.change[i].value += holding
		}
	}
	if len(c.phases) > 0 && c.rnd.IntN(2) == 0 {
		in.posting = posting{c.phases[c.rnd.IntN(len(c.phases))], int64(1 + c.rnd.IntN(40))}
	}
}

// learn keeps what came back.
func (c *caller) learn(in input, out output) {
	for i, r := range out.rows {
		if r.version > 0 {
			c.seen[in.shop][i] = r
		}
	}
	for i, ch := range in.change {
		if ch.value != "" && out.refused == "" && !out.unknown {
			c.seen[in.shop][i] = row{ch.expect + 1, ch.value}
		}
	}
}
