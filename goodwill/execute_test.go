package goodwill_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// unknown brings a grant of 84.90 into the state of unknown.
func unknown(t *testing.T, conduct ...goodwilltest.Conduct) (*shop, goodwill.Grant) {
	t.Helper()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	s.payer.Plan(conduct...)
	g, err := s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	require.Equal(t, goodwill.StateUnknown, g.State)
	return s, g
}

// What the payer does not say is found out, and paid once, however it behaves.
func TestUnknownIsFoundOut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		conduct []goodwilltest.Conduct
		want    goodwill.State
		calls   int
	}{
		{"it paid, and the answer was lost", []goodwilltest.Conduct{goodwilltest.PayerSilent}, goodwill.StateSettled, 1},
		{"it never saw the call", []goodwilltest.Conduct{goodwilltest.PayerLost}, goodwill.StateSettled, 2},
		{"it never saw two calls", []goodwilltest.Conduct{goodwilltest.PayerLost, goodwilltest.PayerLost}, goodwill.StateSettled, 3},
		{"it sees the call late", []goodwilltest.Conduct{goodwilltest.PayerLate}, goodwill.StateSettled, 2},
		{"it panicked after paying", []goodwilltest.Conduct{goodwilltest.PayerPanic}, goodwill.StateSettled, 1},
		{"it declines at the second call", []goodwilltest.Conduct{goodwilltest.PayerLost, goodwilltest.PayerDecline}, goodwill.StateFailed, 2},
		{"it saw the second call twice", []goodwilltest.Conduct{goodwilltest.PayerLost, goodwilltest.PayerTwice}, goodwill.StateSettled, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, g := unknown(t, tt.conduct...)
			pending, posted := s.rest(t, g)
			assert.Equal(t, []int64{8490, 0}, []int64{pending, posted}, "it stays reserved")
			for range 9 {
				s.wait(5 * time.Minute)
				s.tick(t)
			}
			s.payer.Arrive()
			got, err := s.Get(t.Context(), anna, g.Ref())
			require.NoError(t, err)
			assert.Equal(t, tt.want, got.State)
			paid := 0
			if tt.want == goodwill.StateSettled {
				paid = 1
			}
			assert.Len(t, s.payer.Paid(), paid)
			assert.Len(t, s.payer.Calls(), tt.calls)
			for _, c := range s.payer.Calls() {
				assert.Equal(t, g.Key, c.Key, "every call has the same key")
			}
			pending, posted = s.rest(t, g)
			assert.Equal(t, []int64{0, int64(8490 * paid)}, []int64{pending, posted})
			s.audit(t)
		})
	}
}

// rest is what of the order's account is pending and posted.
func (s *shop) rest(tb testing.TB, g goodwill.Grant) (int64, int64) {
	tb.Helper()
	for _, b := range g.Booked {
		if b.Credit == "control|refund" {
			return s.balance(tb, b.Debit)
		}
	}
	tb.Fatal("nothing is booked")
	return 0, 0
}

// Unknown never ends by time: not after years of a payer that cannot tell.
func TestUnknownNeverEndsByTime(t *testing.T) {
	t.Parallel()
	s, g := unknown(t, goodwilltest.PayerSilent)
	s.payer.Blind(true)
	waits := 0
	for range 400 {
		s.wait(24 * time.Hour)
		waits += len(s.tick(t))
	}
	assert.GreaterOrEqual(t, waits, 390, "it is asked every day")
	got, err := s.Get(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateUnknown, got.State)
	assert.Equal(t, g.Key, got.Key)
	pending, _ := s.rest(t, got)
	assert.EqualValues(t, 8490, pending)
	s.payer.Blind(false)
	s.wait(24 * time.Hour)
	s.tick(t)
	got, err = s.Get(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State)
	assert.Len(t, s.payer.Paid(), 1)
}

// Answers may come early, late, twice, and in any order.
func TestAnswers(t *testing.T) {
	t.Parallel()
	paid := goodwill.Receipt{Status: goodwill.PayoutPaid, Reference: "r1"}
	declined := goodwill.Receipt{Status: goodwill.PayoutDeclined, Reference: "r2"}

	s, g := unknown(t, goodwilltest.PayerSilent)
	for range 2 {
		got, err := s.Answer(t.Context(), g.Ref(), paid)
		require.NoError(t, err)
		assert.Equal(t, goodwill.StateSettled, got.State)
	}
	_, err := s.Answer(t.Context(), g.Ref(), declined)
	refused(t, err, goodwill.CodeContradicts)
	got, err := s.Answer(t.Context(), g.Ref(), goodwill.Receipt{Status: goodwill.PayoutPending})
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State)
	s.audit(t)

	s, g = unknown(t, goodwilltest.PayerLost)
	for range 2 {
		got, err := s.Answer(t.Context(), g.Ref(), declined)
		require.NoError(t, err)
		assert.Equal(t, goodwill.StateFailed, got.State)
	}
	again := s.propose(t, anna, withdrawn())
	assert.Equal(t, eur(8490), again.Amount, "what failed can be given anew")
	got, err = s.Answer(t.Context(), g.Ref(), paid)
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State, "money that is gone is booked, whatever was said before")
	pending, posted := s.rest(t, got)
	assert.Equal(t, []int64{0, 8490}, []int64{pending, posted})
	_, err = s.Execute(t.Context(), anna, again.Ref())
	require.Error(t, err, "and is not given twice")
	s.audit(t)

	_, err = s.Answer(t.Context(), again.Ref(), paid)
	refused(t, err, goodwill.CodeContradicts)
}

func TestResolve(t *testing.T) {
	t.Parallel()
	yes := goodwill.Resolution{Status: goodwill.PayoutPaid, Reference: "statement 7, line 3"}
	no := goodwill.Resolution{Status: goodwill.PayoutDeclined, Reference: "statement 7"}
	s, g := unknown(t, goodwilltest.PayerSilent)
	s.payer.Blind(true)
	_, err := s.Resolve(t.Context(), lea, g.Ref(), yes)
	refused(t, err, goodwill.CodeLead)
	got, err := s.Resolve(t.Context(), chief, g.Ref(), yes)
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State)
	again, err := s.Resolve(t.Context(), chief, g.Ref(), yes)
	require.NoError(t, err)
	assert.Equal(t, got.Log, again.Log)
	_, err = s.Resolve(t.Context(), chief, g.Ref(), no)
	refused(t, err, goodwill.CodeWrongState)
	_, err = s.Resolve(t.Context(), chief, g.Ref(), goodwill.Resolution{Status: "maybe"})
	require.ErrorContains(t, err, "reference")

	s, g = unknown(t, goodwilltest.PayerSilent)
	_, err = s.Resolve(t.Context(), chief, g.Ref(), no)
	refused(t, err, goodwill.CodePayerSays)
	got, err = s.Get(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State, "what the payer knows counts")
	s.audit(t)
}

func TestReverse(t *testing.T) {
	t.Parallel()
	in := late()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	g, err := s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	_, err = s.Reverse(t.Context(), anna, g.Ref(), "bounced")
	refused(t, err, goodwill.CodeLead)
	got, err := s.Reverse(t.Context(), chief, g.Ref(), "bounced")
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateReversed, got.State)
	again, err := s.Reverse(t.Context(), chief, g.Ref(), "bounced")
	require.NoError(t, err)
	assert.Equal(t, got.Log, again.Log)
	_, err = s.Reverse(t.Context(), chief, g.Ref(), "bounced again")
	refused(t, err, goodwill.CodeWrongState)
	for _, account := range []string{"budget|all|2026-11-01", "actor|anna|2026-11-18"} {
		pending, posted := s.balance(t, account)
		assert.Equal(t, []int64{0, 0}, []int64{pending, posted}, account)
	}
	entries, err := s.Entries(t.Context(), anna, goodwill.EntryQuery{Grant: g.ID, Limit: 100})
	require.NoError(t, err)
	assert.Len(t, entries, 3*len(g.Booked), "reserved, posted, and the opposite: nothing is taken away")
	s.audit(t)
	second := s.propose(t, anna, in)
	_, err = s.Execute(t.Context(), anna, second.Ref())
	require.NoError(t, err, "the order has the amount again")
}

// An open dispute blocks refunds of that payment; what is owed waits for its
// end, without being forgotten.
func TestDisputeBlocksRefunds(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	dispute := order.Dispute{ID: "d", Kind: order.Chargeback, State: order.DisputeOpen, Amount: eur(8490)}
	payments := func(state order.DisputeState) {
		s.change("4711", func(o *order.Order) {
			dispute.State = state
			o.Payments = slices.Clone(o.Payments)
			o.Payments[0].Disputes = []order.Dispute{dispute}
		})
	}
	payments(order.DisputeOpen) // after it was approved
	_, err := s.Execute(t.Context(), anna, g.Ref())
	refused(t, err, goodwill.CodeDisputeOpen)
	done := s.tick(t)
	require.Len(t, done, 1)
	assert.Equal(t, goodwill.TickDone{Ref: g.Ref(), State: goodwill.StateApproved, Held: goodwill.CodeDisputeOpen}, done[0])
	assert.Empty(t, s.tick(t), "it is not tried without end")
	for range 30 {
		s.wait(24 * time.Hour)
		assert.Len(t, s.tick(t), 1, "once a day")
	}
	payments(order.DisputeLost)
	s.wait(24 * time.Hour)
	assert.Equal(t, goodwill.CodeNotFree, s.tick(t)[0].Held, "lost counts as refunded")
	payments(order.DisputeWon)
	s.wait(24 * time.Hour)
	assert.Equal(t, goodwill.StateSettled, s.tick(t)[0].State)
	assert.Len(t, s.payer.Paid(), 1)
	s.audit(t)
}

// A refund goes back to the payments that have it, each with a key of its own.
func TestRefundOverSeveralPayments(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	in.Case.Order.Payments = []order.Payment{
		{ID: "card", Means: order.Card, State: order.Captured, Amount: eur(5000)},
		{ID: "gone", Means: order.Card, State: order.Failed, Amount: eur(8490)},
		{ID: "voucher", Means: order.Voucher, State: order.Captured, Amount: eur(3490)},
	}
	in.Case.Order.Refunds = []order.Refund{{ID: "till", Payment: "card", Parts: []order.Part{
		{Line: "delivery", Gross: eur(490), Tax: eur(78), Rate: percent("19")},
	}}}
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	g, err := s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, eur(8000), g.Amount)
	id := g.ID.String()
	assert.Equal(t, []goodwill.Share{
		{Key: id + "/1", Payment: "card", Means: order.Card, Amount: eur(4510)},
		{Key: id + "/2", Payment: "voucher", Means: order.Voucher, Amount: eur(3490)},
	}, g.Shares)
	s.change("4711", func(o *order.Order) { // the host keeps the desk's refund with the order
		o.Refunds = append(slices.Clone(o.Refunds), order.Refund{ID: id, Parts: g.Parts})
	})
	in.Case.Order = s.orders["4711"]
	assert.Empty(t, s.decide(t, anna, in).Decision.Owed, "and it counts once")
	s.audit(t)
}
