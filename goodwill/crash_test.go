package goodwill_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
)

// handle takes one favour from proposal to payment, as people do: what fails is
// done again, under the same key.
func (s *shop) handle(t *testing.T, in goodwill.Input) {
	t.Helper()
	ctx := t.Context()
	insist := func(do func() error) bool {
		for range 3 {
			err := do()
			if err == nil {
				return true
			}
			require.NotErrorIs(t, err, goodwill.ErrRefused)
			require.NotErrorIs(t, err, goodwill.ErrKeyReuse)
		}
		return false
	}
	var g goodwill.Grant
	_ = insist(func() error {
		out, err := s.Propose(ctx, anna, goodwill.Proposal{Key: "k", Input: in})
		if err == nil {
			require.Len(t, out.Grants, 1)
			g = out.Grants[0]
		}
		return err
	}) && insist(func() error {
		_, err := s.Approve(ctx, lea, g.Ref())
		return err
	}) && insist(func() error {
		_, err := s.Execute(ctx, anna, g.Ref())
		return err
	})
}

// settled wants the one grant of a shop to have ended as the payer decided, its
// books to be right, and its log to say everything once.
func (s *shop) settled(t *testing.T, want goodwill.State) {
	t.Helper()
	page, err := s.List(t.Context(), anna, goodwill.Query{Limit: 10})
	require.NoError(t, err)
	require.Len(t, page.Grants, 1, "one proposal is one grant")
	g := page.Grants[0]
	require.Equal(t, want, g.State)
	paid := s.payer.Paid()
	if want == goodwill.StateSettled {
		require.Len(t, paid, 1, "exactly once")
		assert.Equal(t, eur(4000), paid[0].Amount)
	} else {
		require.Empty(t, paid)
	}
	for _, c := range s.payer.Calls() {
		assert.Equal(t, g.ID.String(), c.Key)
	}
	count := map[goodwill.Event]int{}
	for _, c := range g.Log {
		count[c.Event]++
	}
	delete(count, goodwill.EventExecute)
	delete(count, goodwill.EventLose)
	end := goodwill.EventSettle
	if want == goodwill.StateFailed {
		end = goodwill.EventFail
	}
	assert.Equal(t, map[goodwill.Event]int{
		goodwill.EventPropose: 1, goodwill.EventApprove: 1, goodwill.EventReserve: 1, end: 1,
	}, count)
	entries, err := s.Entries(t.Context(), anna, goodwill.EntryQuery{Grant: g.ID, Limit: 100})
	require.NoError(t, err)
	assert.Len(t, entries, 2*len(g.Booked), "reserved once, resolved once")
	s.audit(t)
	for _, b := range g.Booked {
		pending, _ := s.balance(t, b.Debit)
		assert.Zero(t, pending, b.Debit)
	}
}

// TestCrashAtEveryPoint fails every single store call of a favour's way from
// proposal to payment: before it has its effect, after it, and with an effect
// that comes late; once as a hiccup, once as the end of the process; with a
// payer that behaves in every way. Then people and workers go on. The customer
// is paid exactly once.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	in := late()
	in.Declined = []string{"shipping", "voucher"}
	calls := func() int {
		s := open(t, house(), in)
		s.handle(t, in)
		s.settled(t, goodwill.StateSettled)
		return len(s.faults.Calls())
	}()
	require.Greater(t, calls, 15)
	points := 0
	for i, conduct := range []goodwilltest.Conduct{
		goodwilltest.PayerPrompt, goodwilltest.PayerSilent, goodwilltest.PayerLost, goodwilltest.PayerLate,
		goodwilltest.PayerTwice, goodwilltest.PayerPend, goodwilltest.PayerPanic, goodwilltest.PayerDecline,
	} {
		for n := 1; n <= calls; n++ {
			for _, when := range []goodwilltest.When{goodwilltest.Before, goodwilltest.After, goodwilltest.Late} {
				for _, dead := range []bool{false, true} {
					if i >= 2 && !dead || i >= 4 && when != goodwilltest.After {
						continue // the first two see all, the others what is worst
					}
					crashAt(t, in, conduct, n, when, dead)
					points++
					if t.Failed() {
						t.Fatalf("payer %q, call %d of %d, %s, dead %t", conduct, n, calls, when, dead)
					}
				}
			}
		}
	}
	t.Logf("%d points", points)
}

// crashAt lets one store call go wrong, and the shop recover.
func crashAt(t *testing.T, in goodwill.Input, conduct goodwilltest.Conduct, n int, when goodwilltest.When, dead bool) {
	t.Helper()
	crash := errors.New("connection reset by peer")
	plan := []goodwilltest.Fault{{Call: n, When: when, Err: crash}}
	for k := n + 1; dead && k < n+200; k++ {
		plan = append(plan, goodwilltest.Fault{Call: k, Err: crash})
	}
	s := open(t, house(), in)
	s.payer.Plan(conduct)
	s.faults.Plan(plan...)
	s.handle(t, in)
	s.faults.Plan() // the process comes back
	s.handle(t, in)
	for range 2 {
		for range 4 {
			s.wait(5 * time.Minute)
			s.tick(t)
		}
		s.payer.Arrive()
	}
	for range 4 {
		s.wait(5 * time.Minute)
		s.tick(t)
	}
	want := goodwill.StateSettled
	if conduct == goodwilltest.PayerDecline {
		want = goodwill.StateFailed
	}
	s.settled(t, want)
}

// TestWorkersCrash lets three workers, which die at any call, work on twenty
// grants at once, with a payer of any conduct: each is paid once.
func TestWorkersCrash(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { workersCrash(t, seed) })
	}
}

func workersCrash(t *testing.T, seed uint64) {
	t.Helper()
	random := randomOf(seed)
	var inputs []goodwill.Input
	for i := range 20 {
		in := withdrawn()
		in.Case.Order.ID = fmt.Sprint("order-", i)
		inputs = append(inputs, in)
	}
	s := open(t, house(), inputs...)
	var refs []goodwill.Ref
	for _, in := range inputs {
		g := s.propose(t, anna, in)
		refs = append(refs, g.Ref())
	}
	conducts := []goodwilltest.Conduct{
		goodwilltest.PayerPrompt, goodwilltest.PayerSilent, goodwilltest.PayerLost, goodwilltest.PayerLate,
		goodwilltest.PayerTwice, goodwilltest.PayerPend, goodwilltest.PayerPanic,
	}
	var plan []goodwilltest.Conduct
	for range 60 {
		plan = append(plan, conducts[random.IntN(len(conducts))])
	}
	s.payer.Plan(plan...)
	workers := make([]*goodwill.Desk, 3)
	stores := make([]*goodwilltest.FaultStore, 3)
	for i := range workers {
		workers[i], stores[i] = s.worker(t)
	}
	for range 400 {
		w := random.IntN(3)
		var faults []goodwilltest.Fault
		if n := random.IntN(60); n > 0 && random.IntN(3) == 0 {
			when := []goodwilltest.When{goodwilltest.Before, goodwilltest.After, goodwilltest.Late}[random.IntN(3)]
			faults = append(faults, goodwilltest.Fault{Call: n, When: when})
			for k := n + 1; k < n+300; k++ {
				faults = append(faults, goodwilltest.Fault{Call: k})
			}
		}
		stores[w].Plan(faults...)
		_, _ = workers[w].Tick(t.Context(), goodwill.TickOptions{Limit: 1 + random.IntN(5)})
		s.wait(time.Duration(random.IntN(600)) * time.Second)
		if random.IntN(20) == 0 {
			s.payer.Arrive()
		}
	}
	s.payer.Arrive()
	for range 40 {
		s.wait(24 * time.Hour)
		s.tick(t)
	}
	paid := map[string]int{}
	for _, o := range s.payer.Paid() {
		paid[o.Order]++
	}
	for i, ref := range refs {
		g, err := s.Get(t.Context(), anna, ref)
		require.NoError(t, err)
		require.Equal(t, goodwill.StateSettled, g.State, "seed %d", seed)
		require.Equal(t, 1, paid[inputs[i].Case.Order.ID], "seed %d", seed)
		require.Equal(t, 1, countOf(g.Log, goodwill.EventReserve))
		require.Equal(t, 1, countOf(g.Log, goodwill.EventSettle))
	}
	s.audit(t)
}

func countOf(log []goodwill.Change, e goodwill.Event) int {
	return len(slices.DeleteFunc(slices.Clone(log), func(c goodwill.Change) bool { return c.Event != e }))
}
