package goodwill_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// tight is a policy whose limits are soon reached.
func tight() goodwill.Policy {
	p := policy()
	p.Rules = []goodwill.Rule{{ID: "any", Ladder: []goodwill.Offer{
		{ID: "part", Remedy: goodwill.PartialRefund, Share: percent("10")},
		{ID: "voucher", Remedy: goodwill.Voucher, Share: percent("10"), Fixed: eur(200)},
		{ID: "half", Remedy: goodwill.PartialRefund, Share: percent("50")},
	}}}
	p.Abuse = goodwill.Abuse{}
	p.Authority = []goodwill.Limit{
		{Role: "agent", PerOrder: eur(1500), PerDay: eur(3000)}, {Role: "lead", PerOrder: eur(6000), PerBuyer: eur(9000), PerDay: eur(9000)},
	}
	p.FourEyes = eur(4000)
	p.Budgets = []goodwill.Budget{
		{ID: "all", Window: goodwill.Monthly, Amount: eur(15000)}, {ID: "day", Window: goodwill.Daily, Amount: eur(6000), Soft: true},
	}
	return p
}

// walk is a shop in which anything happens, and what is known of it so far.
type walk struct {
	*shop

	t       *rapid.T
	inputs  []goodwill.Input
	auditor *goodwill.Desk // whose calls never fail
	refs    []goodwill.Ref
	seen    map[goodwill.Ref]goodwill.Grant
	broken  int // steps until the store works again
}

func newWalk(t *rapid.T, house *goodwill.Decider) *walk {
	w := &walk{t: t, seen: map[goodwill.Ref]goodwill.Grant{}}
	for i := range 2 {
		in := late()
		if i == 1 {
			in = withdrawn()
		}
		in.Case.Order.ID = fmt.Sprint("order-", i)
		in.Case.Order.Placed = noon("2026-11-10")
		w.inputs = append(w.inputs, in)
	}
	w.shop = open(t, house, w.inputs...)
	var err error
	w.auditor, err = goodwill.NewDesk(w.inner, w.config)
	require.NoError(t, err)
	return w
}

func (w *walk) ref() (goodwill.Ref, bool) {
	if len(w.refs) == 0 {
		return goodwill.Ref{}, false
	}
	return rapid.SampledFrom(w.refs).Draw(w.t, "grant"), true
}

func (w *walk) somebody() goodwill.Actor {
	return rapid.SampledFrom([]goodwill.Actor{anna, bert, lea, chief, {ID: "anna", Shop: "s", Roles: []string{"agent", "lead"}}}).Draw(w.t, "actor")
}

// fine wants an answer, or a refusal; or that the store has failed, where it was
// to.
func (w *walk) fine(err error) {
	failed := w.broken > 0 && errors.Is(err, goodwilltest.ErrFault)
	if !failed && !errors.Is(err, goodwill.ErrRefused) && !errors.Is(err, goodwill.ErrCap) {
		require.NoError(w.t, err)
	}
}

// crash plans that in the next step a call of the store goes wrong, and perhaps all
// that follow: the process is gone.
func (w *walk) crash(t *rapid.T) {
	n := rapid.IntRange(1, 12).Draw(t, "call")
	when := rapid.SampledFrom([]goodwilltest.When{goodwilltest.Before, goodwilltest.After, goodwilltest.Late}).Draw(t, "when")
	plan := []goodwilltest.Fault{{Call: n, When: when}}
	for k := n + 1; k < n+50 && rapid.Bool().Draw(t, "dead"); k++ {
		plan = append(plan, goodwilltest.Fault{Call: k})
	}
	w.faults.Plan(plan...)
	w.broken = 2 // this step and the next
}

func (w *walk) actions() map[string]func(*rapid.T) {
	ctx := w.t.Context()
	on := func(do func(ref goodwill.Ref) error) func(*rapid.T) {
		return func(t *rapid.T) {
			w.t = t
			if ref, ok := w.ref(); ok {
				w.fine(do(ref))
			}
		}
	}
	return map[string]func(*rapid.T){
		"propose": func(t *rapid.T) {
			w.t = t
			in := rapid.SampledFrom(w.inputs).Draw(t, "input")
			in.Case.Order = w.orders[in.Case.Order.ID]
			in.Declined = rapid.SampledFrom([][]string{nil, {"part"}, {"part", "voucher"}}).Draw(t, "declined")
			key := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "key")
			_, err := w.Propose(ctx, w.somebody(), goodwill.Proposal{Key: key, Input: in, Accepted: rapid.Bool().Draw(t, "accepted")})
			if !errors.Is(err, goodwill.ErrKeyReuse) {
				w.fine(err)
			}
		},
		"approve": on(func(ref goodwill.Ref) error { _, err := w.Approve(ctx, w.somebody(), ref); return err }),
		"reject":  on(func(ref goodwill.Ref) error { _, err := w.Reject(ctx, w.somebody(), ref); return err }),
		"execute": on(func(ref goodwill.Ref) error { _, err := w.Execute(ctx, w.somebody(), ref); return err }),
		"reverse": on(func(ref goodwill.Ref) error { _, err := w.Reverse(ctx, w.somebody(), ref, "bounced"); return err }),
		"resolve": on(func(ref goodwill.Ref) error {
			status := rapid.SampledFrom([]goodwill.PayoutStatus{goodwill.PayoutPaid, goodwill.PayoutDeclined}).Draw(w.t, "status")
			_, err := w.Resolve(ctx, w.somebody(), ref, goodwill.Resolution{Status: status, Reference: "statement"})
			return err
		}),
		"tick": func(t *rapid.T) {
			w.t = t
			res, err := w.Tick(ctx, goodwill.TickOptions{})
			w.fine(err)
			for _, f := range res.Faults {
				w.fine(f.Err)
			}
		},
		"crash": w.crash,
		"wait": func(t *rapid.T) {
			w.t = t
			w.wait(time.Duration(rapid.Int64Range(1, 72*60).Draw(t, "minutes")) * time.Minute)
		},
		"conduct": func(t *rapid.T) {
			w.payer.Plan(rapid.SliceOfN(rapid.SampledFrom([]goodwilltest.Conduct{
				goodwilltest.PayerSilent, goodwilltest.PayerLost, goodwilltest.PayerPend, goodwilltest.PayerDecline, goodwilltest.PayerPanic,
				goodwilltest.PayerTwice,
			}), 0, 3).Draw(t, "conduct")...)
			w.payer.Blind(rapid.Bool().Draw(t, "blind"))
		},
		"dispute": func(t *rapid.T) {
			id := rapid.SampledFrom(w.inputs).Draw(t, "order").Case.Order.ID
			state := rapid.SampledFrom([]order.DisputeState{order.DisputeOpen, order.DisputeWon}).Draw(t, "state")
			w.change(id, func(o *order.Order) {
				o.Payments = slices.Clone(o.Payments)
				o.Payments[0].Disputes = []order.Dispute{{ID: "d", Kind: order.Chargeback, State: state, Amount: eur(3000)}}
			})
		},
		"": w.check,
	}
}

// check looks at everything that has to hold at every step.
func (w *walk) check(t *rapid.T) {
	ctx := t.Context()
	if w.broken--; w.broken <= 0 {
		w.faults.Plan()
	}
	balances, err := w.inner.Balances(ctx, goodwill.BalanceQuery{Shop: "s", Limit: goodwill.MaxPage})
	require.NoError(t, err)
	var all int64
	for _, b := range balances {
		total := must(b.Total()).Minor()
		all += total
		require.Equal(t, money.EUR, b.Account.Currency)
		if strings.HasPrefix(b.Account.Name, "budget|all|") {
			require.LessOrEqual(t, total, int64(15000), "pending and posted are within the budget")
		}
		for _, prefix := range []string{"budget|", "payment|", "refund|", "order|", "actor|", "buyer|"} {
			if strings.HasPrefix(b.Account.Name, prefix) {
				require.GreaterOrEqual(t, total, int64(0))
				require.GreaterOrEqual(t, b.Pending.Minor(), int64(0))
			}
		}
		if strings.HasPrefix(b.Account.Name, "refund|") {
			require.LessOrEqual(t, total, int64(8490), "never above what was paid")
		}
	}
	require.Zero(t, all, "the ledger comes to nothing")
	page, err := w.auditor.List(ctx, anna, goodwill.Query{Kind: goodwill.RecordGrant, Limit: goodwill.MaxPage})
	require.NoError(t, err)
	w.refs = w.refs[:0]
	for i := range page.Grants {
		w.refs = append(w.refs, page.Grants[i].Ref())
		w.checkGrant(t, &page.Grants[i])
	}
	w.checkPaid(t)
}

// checkPaid looks at the money itself: what went out is within the month's budget and
// each order's payments, whatever the books say; but for what has come back, and what
// a lead said never went out.
func (w *walk) checkPaid(t *rapid.T) {
	var favours int64
	orders := map[string]int64{}
	for _, o := range w.payer.Paid() {
		g, err := w.auditor.Get(t.Context(), anna, o.Grant)
		require.NoError(t, err)
		if g.State == goodwill.StateReversed || g.State == goodwill.StateFailed {
			continue
		}
		books := func(prefix string) bool {
			return slices.ContainsFunc(g.Booked, func(b goodwill.Booking) bool { return strings.HasPrefix(b.Debit, prefix) })
		}
		if books("budget|all|") {
			favours += o.Amount.Minor()
		}
		if books("refund|") { // a voucher is no refund
			orders[o.Order] += o.Amount.Minor()
		}
	}
	require.LessOrEqual(t, favours, int64(15000))
	for id, sum := range orders {
		require.LessOrEqual(t, sum, int64(8490), "%s: never above what was paid", id)
	}
}

func (w *walk) checkGrant(t *rapid.T, g *goodwill.Grant) {
	entries, err := w.inner.Entries(t.Context(), goodwill.EntryQuery{Shop: "s", Grant: g.ID, Limit: 100})
	require.NoError(t, err)
	count := map[goodwill.Phase]int{}
	for _, e := range entries {
		count[e.Phase]++
	}
	n := len(g.Booked)
	want := map[goodwill.State]map[goodwill.Phase]int{
		goodwill.StateReserved: {goodwill.PhaseReserve: n}, goodwill.StateExecuting: {goodwill.PhaseReserve: n},
		goodwill.StateUnknown:  {goodwill.PhaseReserve: n},
		goodwill.StateSettled:  {goodwill.PhaseReserve: n, goodwill.PhasePost: n},
		goodwill.StateFailed:   {goodwill.PhaseReserve: n, goodwill.PhaseVoid: n},
		goodwill.StateReversed: {goodwill.PhaseReserve: n, goodwill.PhasePost: n, goodwill.PhaseDirect: n},
	}[g.State]
	if want == nil {
		want = map[goodwill.Phase]int{}
	}
	require.Equal(t, want, count, "%s: each reservation is resolved once", g.State)
	require.False(t, g.Approver != "" && g.Approver == g.Proposer, "who approves did not propose")
	paid := 0
	for _, o := range w.payer.Paid() {
		if o.Grant == g.Ref() {
			paid++
			require.Equal(t, g.Amount, o.Amount)
		}
	}
	require.LessOrEqual(t, paid, 1)
	byHand := slices.ContainsFunc(g.Log, func(c goodwill.Change) bool { return c.Why == goodwill.CodeByHand })
	switch g.State { //nolint:exhaustive // in the others both may be
	case goodwill.StateSettled, goodwill.StateReversed:
		require.True(t, paid == 1 || byHand, "what is settled was paid")
	case goodwill.StateFailed, goodwill.StateRejected, goodwill.StateExpired, goodwill.StateProposed, goodwill.StateApproved, goodwill.StateReserved:
		require.True(t, paid == 0 || byHand, "what was paid is not given up: %s", g.State)
	default:
	}
	before, ok := w.seen[g.Ref()]
	if ok && before.State == goodwill.StateUnknown && g.State == goodwill.StateFailed {
		last := g.Log[len(g.Log)-1]
		require.True(t, g.Answered.Status == goodwill.PayoutDeclined || last.Why == goodwill.CodeByHand, "unknown ends by an answer, not by time")
	}
	if ok {
		require.GreaterOrEqual(t, len(g.Log), len(before.Log))
		require.Equal(t, before.Log, g.Log[:len(before.Log)], "the log is only added to")
	}
	w.seen[g.Ref()] = *g
}

// TestAnythingHappens: people, workers, time, the bank and the payer do anything
// in any order; the books are right at every step.
func TestAnythingHappens(t *testing.T) {
	t.Parallel()
	house := compiled(tight())
	rapid.Check(t, func(t *rapid.T) { t.Repeat(newWalk(t, house).actions()) })
}

// FuzzAnythingHappens looks for an order of all that which the books do not survive.
func FuzzAnythingHappens(f *testing.F) {
	house := compiled(tight())
	for seed := range byte(100) { // each enough for a whole walk: what ends early tells nothing
		walk := make([]byte, 32<<10)
		_, _ = rand.NewChaCha8([32]byte{seed}).Read(walk)
		f.Add(walk)
	}
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) { t.Repeat(newWalk(t, house).actions()) }))
}

// TestReplaysChangeNothing: whatever was called is called again, and every
// record, entry and balance is as it was.
func TestReplaysChangeNothing(t *testing.T) {
	t.Parallel()
	house := compiled(tight())
	rapid.Check(t, func(t *rapid.T) {
		in := late()
		in.Declined = rapid.SampledFrom([][]string{nil, {"part"}, {"part", "voucher"}}).Draw(t, "declined")
		s := open(t, house, in)
		ctx := t.Context()
		s.payer.Plan(rapid.SampledFrom([]goodwilltest.Conduct{
			goodwilltest.PayerPrompt, goodwilltest.PayerDecline, goodwilltest.PayerSilent,
		}).Draw(t, "conduct"))
		p := goodwill.Proposal{Key: "k", Input: in}
		out, err := s.Propose(ctx, anna, p)
		require.NoError(t, err)
		require.Len(t, out.Grants, 1)
		g := out.Grants[0]
		calls := []func() error{
			func() error { _, err := s.Propose(ctx, anna, p); return err },
		}
		if g.State == goodwill.StateProposed {
			calls = append(calls, func() error { _, err := s.Approve(ctx, lea, g.Ref()); return err })
		}
		calls = append(calls,
			func() error { _, err := s.Execute(ctx, anna, g.Ref()); return err },
			func() error { _, err := s.Execute(ctx, bert, g.Ref()); return err },
			func() error {
				_, err := s.Answer(ctx, g.Ref(), goodwill.Receipt{Status: goodwill.PayoutPending})
				return err
			},
		)
		for _, call := range calls {
			require.NoError(t, call())
		}
		was := s.state(t)
		for range rapid.IntRange(1, 10).Draw(t, "times") {
			require.NoError(t, rapid.SampledFrom(calls).Draw(t, "call")())
			require.Equal(t, was, s.state(t))
		}
		p.Input.Case.Claim.Severity = order.SeverityMajor
		_, err = s.Propose(ctx, anna, p)
		require.ErrorIs(t, err, goodwill.ErrKeyReuse)
		require.Equal(t, was, s.state(t))
	})
}

// state is everything that a shop has stored, but how often it waited.
func (s *shop) state(tb rapid.TB) string {
	ctx := context.Background()
	grants, err := s.inner.List(ctx, goodwill.Query{Shop: "s", Limit: 100})
	require.NoError(tb, err)
	entries, err := s.inner.Entries(ctx, goodwill.EntryQuery{Shop: "s", Limit: 100})
	require.NoError(tb, err)
	balances, err := s.inner.Balances(ctx, goodwill.BalanceQuery{Shop: "s", Limit: 100})
	require.NoError(tb, err)
	return fmt.Sprintf("%+v\n%+v\n%+v\n%v", grants, entries, balances, s.payer.Paid())
}
