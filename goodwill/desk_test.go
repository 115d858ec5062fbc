package goodwill_test

import (
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// shop is a shop with a desk, a ledger and a payment service.
type shop struct {
	*goodwill.Desk

	inner  *goodwillmem.Store
	faults *goodwilltest.FaultStore
	payer  *goodwilltest.Payer
	config goodwill.Config

	mu     sync.Mutex
	clock  time.Time
	orders map[string]order.Order
}

// tester is a test, or one run of a property.
type tester interface {
	require.TestingT
	Helper()
}

// open returns a shop at noon of the tests' day, in which orders are as their
// cases say.
func open(tb tester, p *goodwill.Decider, inputs ...goodwill.Input) *shop {
	tb.Helper()
	s := &shop{inner: new(goodwillmem.Store), payer: new(goodwilltest.Payer), clock: noon(now), orders: map[string]order.Order{}}
	s.faults = goodwilltest.NewFaultStore(s.inner)
	for _, in := range inputs {
		s.orders[in.Case.Order.ID] = in.Case.Order
	}
	s.config = goodwill.Config{
		Now:      s.now,
		Policies: []*goodwill.Decider{p},
		Orders: func(_ context.Context, _, id string) (order.Order, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.orders[id], nil
		},
		Payer: s.payer, Leads: []string{"chief"}, Secret: []byte("test"), Random: randomness(1),
	}
	desk, err := goodwill.NewDesk(s.faults, s.config)
	require.NoError(tb, err)
	s.Desk = desk
	return s
}

// worker returns another process over the same store.
func (s *shop) worker(tb testing.TB) (*goodwill.Desk, *goodwilltest.FaultStore) {
	tb.Helper()
	faults := goodwilltest.NewFaultStore(s.inner)
	cfg := s.config
	cfg.Random = randomness(byte(workers.Add(1)))
	desk, err := goodwill.NewDesk(faults, cfg)
	require.NoError(tb, err)
	return desk, faults
}

// workers counts, so that no two draw the same ids.
var workers atomic.Int64

// randomness is the same in every run, and may be read from many goroutines.
func randomness(seed byte) io.Reader {
	var mu sync.Mutex
	random := rand.NewChaCha8([32]byte{seed, 1})
	return readerFunc(func(b []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return random.Read(b)
	})
}

func randomOf(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func (s *shop) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *shop) wait(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = s.clock.Add(d)
}

// change changes an order as the host knows it.
func (s *shop) change(id string, f func(o *order.Order)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.orders[id]
	f(&o)
	s.orders[id] = o
}

// tick works until nothing is due, and wants no faults.
func (s *shop) tick(tb testing.TB) []goodwill.TickDone {
	tb.Helper()
	var all []goodwill.TickDone
	for range 10 {
		res, err := s.Tick(tb.Context(), goodwill.TickOptions{})
		require.NoError(tb, err)
		require.Empty(tb, res.Faults)
		all = append(all, res.Done...)
		if len(res.Done) == 0 {
			break
		}
	}
	return all
}

// The people of the shop.
var (
	anna  = goodwill.Actor{ID: "anna", Shop: "s", Roles: []string{"agent"}}
	bert  = goodwill.Actor{ID: "bert", Shop: "s", Roles: []string{"agent"}}
	lea   = goodwill.Actor{ID: "lea", Shop: "s", Roles: []string{"lead"}}
	chief = goodwill.Actor{ID: "carl", Shop: "s", Roles: []string{"chief"}}
)

// propose wants one grant of a proposal.
func (s *shop) propose(tb testing.TB, actor goodwill.Actor, in goodwill.Input) goodwill.Grant {
	tb.Helper()
	out, err := s.Propose(tb.Context(), actor, goodwill.Proposal{Input: in})
	require.NoError(tb, err)
	require.Len(tb, out.Grants, 1, "%+v", out.Decision)
	return out.Grants[0]
}

// balance is what an account has come to.
func (s *shop) balance(tb testing.TB, account string) (int64, int64) {
	tb.Helper()
	got, err := s.inner.Balances(tb.Context(), goodwill.BalanceQuery{Shop: "s", Accounts: []string{account}, Limit: 9})
	require.NoError(tb, err)
	if len(got) == 0 {
		return 0, 0
	}
	return got[0].Pending.Minor(), got[0].Posted.Minor()
}

// audit wants the books to be right: all accounts come to nothing, balances are
// the sums of entries, and nothing is pending unless it is on its way.
func (s *shop) audit(tb testing.TB) {
	tb.Helper()
	ctx := context.Background()
	balances, err := s.inner.Balances(ctx, goodwill.BalanceQuery{Shop: "s", Limit: goodwill.MaxPage})
	require.NoError(tb, err)
	var all goodwill.Commit
	var after [16]byte
	for {
		page, err := s.inner.Entries(ctx, goodwill.EntryQuery{Shop: "s", After: after, Limit: goodwill.MaxPage})
		require.NoError(tb, err)
		all.Entries = append(all.Entries, page...)
		if len(page) < goodwill.MaxPage {
			break
		}
		after = page[len(page)-1].ID
	}
	for i := range all.Entries {
		all.Entries[i].Cap = eur(0)
		all.Entries[i].Cap = goodwill.Entry{}.Cap
	}
	summed, err := goodwill.Post(&all, nil)
	require.NoError(tb, err)
	require.Equal(tb, summed, balances)
	var pending, posted int64
	for _, b := range balances {
		pending, posted = pending+b.Pending.Minor(), posted+b.Posted.Minor()
	}
	require.Zero(tb, pending)
	require.Zero(tb, posted)
}

func TestRightIsPaidByTick(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	assert.Equal(t, goodwill.StateApproved, g.State)
	assert.True(t, g.ByRight)
	assert.Equal(t, eur(8490), g.Amount, "lamp and delivery are one payment")
	assert.Len(t, g.Awards, 2)

	done := s.tick(t)
	require.Len(t, done, 1)
	assert.Equal(t, goodwill.StateSettled, done[0].State)
	paid := s.payer.Paid()
	require.Len(t, paid, 1)
	assert.Equal(t, eur(8490), paid[0].Amount)
	assert.Equal(t, []goodwill.Share{{Key: g.ID.String(), Payment: "p", Means: order.Card, Amount: eur(8490)}}, paid[0].Shares)
	assert.Len(t, paid[0].Parts, 2)
	s.audit(t)

	again := s.decide(t, anna, in)
	assert.Empty(t, again.Grants, "nothing is left to give")
	s.wait(time.Hour)
	assert.Empty(t, s.tick(t))
	assert.Len(t, s.payer.Calls(), 1)

	after, err := s.Get(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	var events []goodwill.Event
	for _, c := range after.Log {
		events = append(events, c.Event)
	}
	assert.Equal(t, []goodwill.Event{goodwill.EventGrant, goodwill.EventReserve, goodwill.EventExecute, goodwill.EventSettle}, events)
}

func (s *shop) decide(tb testing.TB, actor goodwill.Actor, in goodwill.Input) goodwill.Proposed {
	tb.Helper()
	out, err := s.Propose(tb.Context(), actor, goodwill.Proposal{Input: in})
	require.NoError(tb, err)
	return out
}

func TestFavourNeedsAnotherPerson(t *testing.T) {
	t.Parallel()
	in := late()
	in.Declined = []string{"shipping", "voucher"}
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	assert.Equal(t, goodwill.StateProposed, g.State)
	assert.Equal(t, []string{"lead"}, g.Approvers)

	_, err := s.Execute(t.Context(), anna, g.Ref())
	refused(t, err, goodwill.CodeWrongState)
	_, err = s.Approve(t.Context(), goodwill.Actor{ID: "anna", Shop: "s", Roles: []string{"lead"}}, g.Ref())
	refused(t, err, goodwill.CodeSamePerson)
	_, err = s.Approve(t.Context(), bert, g.Ref())
	refused(t, err, goodwill.CodeNoAuthority)
	_, err = s.Approve(t.Context(), goodwill.Actor{ID: "lea", Shop: "other", Roles: []string{"lead"}}, g.Ref())
	require.ErrorIs(t, err, goodwill.ErrNotFound)

	g, err = s.Approve(t.Context(), lea, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateApproved, g.State)
	again, err := s.Approve(t.Context(), lea, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, g, again, "twice is once")
	assert.Empty(t, s.tick(t), "a favour waits until the customer takes it up")

	g, err = s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, g.State)
	pending, posted := s.balance(t, "actor|lea|2026-11-18")
	assert.Equal(t, []int64{0, 4000}, []int64{pending, posted}, "it counts for who agreed")
	_, posted = s.balance(t, "budget|all|2026-11-01")
	assert.EqualValues(t, 4000, posted)
	s.audit(t)
}

func refused(tb testing.TB, err error, want goodwill.Code) {
	tb.Helper()
	var r *goodwill.Refusal
	require.ErrorAs(tb, err, &r)
	assert.True(tb, r.Has(want), "%v", err)
	require.ErrorIs(tb, err, goodwill.ErrRefused)
	for _, reason := range r.Reasons {
		assert.NotEmpty(tb, reason.Text().DE)
		assert.NotEmpty(tb, reason.Text().EN)
	}
}

func TestOffersExpire(t *testing.T) {
	t.Parallel()
	in := late()
	s := open(t, house(), in)
	own := s.propose(t, anna, in)
	in.Declined = []string{"shipping", "voucher"}
	proposed := s.propose(t, anna, in)
	assert.Equal(t, "2026-12-02", own.OfferUntil.String())
	assert.Equal(t, time.Date(2026, 12, 2, 23, 0, 0, 0, time.UTC), own.Expires, "the end of that day in Berlin")
	s.wait(own.Expires.Sub(s.now()) - time.Microsecond)
	assert.Empty(t, s.tick(t))
	s.wait(time.Microsecond)
	_, err := s.Execute(t.Context(), anna, own.Ref())
	refused(t, err, goodwill.CodeExpired)
	_, err = s.Approve(t.Context(), lea, proposed.Ref())
	refused(t, err, goodwill.CodeExpired)
	for _, d := range s.tick(t) {
		assert.Equal(t, goodwill.StateExpired, d.State)
	}
	assert.Empty(t, s.payer.Calls())
	s.audit(t)
}

func TestReject(t *testing.T) {
	t.Parallel()
	in := late()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	_, err := s.Reject(t.Context(), bert, g.Ref())
	refused(t, err, goodwill.CodeNoAuthority)
	g, err = s.Reject(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateRejected, g.State)
	again, err := s.Reject(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, g, again)
	_, err = s.Execute(t.Context(), anna, g.Ref())
	refused(t, err, goodwill.CodeWrongState)
}

func TestKeysOfProposals(t *testing.T) {
	t.Parallel()
	in := late()
	s := open(t, house(), in)
	first, err := s.Propose(t.Context(), anna, goodwill.Proposal{Key: "k", Input: in})
	require.NoError(t, err)
	s.wait(time.Hour)
	again, err := s.Propose(t.Context(), anna, goodwill.Proposal{Key: "k", Input: in})
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	assert.Equal(t, first.Grants[0].ID, again.Grants[0].ID)
	other := in
	other.Declined = []string{"shipping"}
	_, err = s.Propose(t.Context(), anna, goodwill.Proposal{Key: "k", Input: other})
	require.ErrorIs(t, err, goodwill.ErrKeyReuse)
	_, err = s.Propose(t.Context(), anna, goodwill.Proposal{Key: "k", Input: in, Accepted: true})
	require.ErrorIs(t, err, goodwill.ErrKeyReuse)
	mine, err := s.Propose(t.Context(), bert, goodwill.Proposal{Key: "k", Input: in})
	require.NoError(t, err)
	assert.False(t, mine.Repeated, "keys are the actor's own")
}

// house is the tests' policy, compiled.
var house = sync.OnceValue(func() *goodwill.Decider { return compiled(policy()) })
