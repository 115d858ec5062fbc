package goodwill_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// Sixteen agents at one order give back what was paid, to the cent, and no more.
func TestSixteenAtOneOrder(t *testing.T) {
	t.Parallel()
	in := late()
	in.Case.Claim.Cause = order.CauseService
	in.Case.Order.Lines = []order.Line{{ID: "shade", Units: 3, Gross: eur(2900), Rate: percent("19"), Tax: eur(464)}}
	in.Case.Order.Payments[0].Amount = eur(3390)
	p := policy()
	p.Rules = []goodwill.Rule{{ID: "any", Ladder: []goodwill.Offer{{ID: "part", Remedy: goodwill.PartialRefund, Fixed: eur(301)}}}}
	p.Authority = []goodwill.Limit{{Role: "agent"}}
	s := open(t, compiled(p), in)
	grants := make([]goodwill.Grant, 16)
	for i := range grants {
		grants[i] = s.propose(t, anna, in)
	}
	errs := make([]error, len(grants))
	var wg sync.WaitGroup
	for i := range grants {
		wg.Go(func() { _, errs[i] = s.Execute(t.Context(), anna, grants[i].Ref()) })
	}
	wg.Wait()
	fine := 0
	for _, err := range errs {
		switch {
		case err == nil:
			fine++
		case errors.Is(err, goodwill.ErrRefused), errors.Is(err, goodwill.ErrCap):
		default:
			t.Error(err)
		}
	}
	assert.Equal(t, 9, fine, "29.00 has room for nine times 3.01")
	s.audit(t)
	rest := s.decide(t, anna, in).Grants
	require.Len(t, rest, 1)
	got, err := s.Execute(t.Context(), anna, rest[0].Ref())
	require.NoError(t, err)
	assert.Equal(t, eur(191), got.Amount)
	var gross, tax int64
	for _, o := range s.payer.Paid() {
		for _, part := range o.Parts {
			gross, tax = gross+part.Gross.Minor(), tax+part.Tax.Minor()
		}
	}
	assert.Equal(t, []int64{2900, 464}, []int64{gross, tax}, "all that was paid for the line, and all of its tax as invoiced")
}

// Sixteen at one grant call the payer once.
func TestSixteenAtOneGrant(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	var wg sync.WaitGroup
	for range 8 {
		worker, _ := s.worker(t)
		for _, do := range []func() error{
			func() error { _, err := worker.Execute(t.Context(), bert, g.Ref()); return err },
			func() error { _, err := worker.Tick(t.Context(), goodwill.TickOptions{}); return err },
		} {
			wg.Go(func() { assert.NoError(t, do()) })
		}
	}
	wg.Wait()
	s.wait(time.Hour)
	s.tick(t)
	assert.Len(t, s.payer.Calls(), 1)
	got, err := s.Get(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateSettled, got.State)
	s.audit(t)
}

// Who finds that another worker has called the payer since it looked does not
// call it too.
func TestWhoLosesTheRaceDoesNotCall(t *testing.T) {
	t.Parallel()
	in := withdrawn()
	s := open(t, house(), in)
	g := s.propose(t, anna, in)
	s.faults.Plan()
	_, err := s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	point, commits := 0, 0
	for i, m := range s.faults.Calls() {
		if m == goodwilltest.MethodCommit {
			commits++
		}
		if m == goodwilltest.MethodLoad && commits == 1 && point == 0 {
			point = i + 1 // it is reserved, and about to be executed
		}
	}
	require.Positive(t, point)

	s = open(t, house(), in)
	g = s.propose(t, anna, in)
	other, _ := s.worker(t)
	s.payer.Plan(goodwilltest.PayerLate)
	s.faults.Plan(goodwilltest.Fault{Call: point, Hook: func(ctx context.Context) {
		got, err := other.Execute(ctx, bert, g.Ref())
		assert.NoError(t, err)
		assert.Equal(t, goodwill.StateUnknown, got.State)
	}})
	_, err = s.Execute(t.Context(), anna, g.Ref())
	require.NoError(t, err)
	assert.Empty(t, s.faults.Unused())
	assert.Len(t, s.payer.Calls(), 1)
}

// The same proposal comes twice, and the other one is made and paid in the middle
// of this one, wherever that is: neither is told that there is nothing left to
// give.
func TestATwinIsNoReasonToGiveNothing(t *testing.T) {
	t.Parallel()
	met := true
	for call := 1; met; call++ {
		in := withdrawn()
		s := open(t, house(), in)
		other, _ := s.worker(t)
		met = false
		var first goodwill.Proposed
		s.faults.Plan(goodwilltest.Fault{Call: call, Hook: func(ctx context.Context) {
			var err error
			first, err = other.Propose(ctx, anna, goodwill.Proposal{Key: "k", Input: in})
			require.NoError(t, err, "call %d", call)
			_, err = other.Tick(ctx, goodwill.TickOptions{})
			require.NoError(t, err)
			met = true
		}})
		second, err := s.Propose(t.Context(), anna, goodwill.Proposal{Key: "k", Input: in})
		require.NoError(t, err, "call %d", call)
		if !met {
			require.Greater(t, call, 3)
			break
		}
		require.Len(t, second.Grants, 1, "call %d", call)
		assert.Equal(t, first.Grants[0].ID, second.Grants[0].ID, "call %d", call)
		assert.True(t, second.Repeated, "call %d", call)
		s.wait(time.Hour)
		s.tick(t)
		assert.Len(t, s.payer.Calls(), 1, "call %d", call)
		s.audit(t)
	}
}

// Sixteen favours for one customer at once do not go past how many there may be.
func TestSixteenForOneCustomer(t *testing.T) {
	t.Parallel()
	p := tight()
	p.Velocity = []goodwill.Velocity{{ID: "often", Per: goodwill.PerBuyer, Window: goodwill.Weekly, Grants: 3}}
	p.Authority = []goodwill.Limit{{Role: "agent"}}
	var inputs []goodwill.Input
	for i := range 16 {
		in := late()
		in.Case.Order.ID = "order-" + string(rune('a'+i))
		in.Declined = []string{"part"}
		inputs = append(inputs, in)
	}
	s := open(t, compiled(p), inputs...)
	grants := make([]goodwill.Grant, len(inputs))
	for i, in := range inputs {
		grants[i] = s.propose(t, anna, in)
	}
	errs := make([]error, len(grants))
	var wg sync.WaitGroup
	for i := range grants {
		wg.Go(func() { _, errs[i] = s.Execute(t.Context(), anna, grants[i].Ref()) })
	}
	wg.Wait()
	fine := 0
	for _, err := range errs {
		if err == nil {
			fine++
			continue
		}
		var caps *goodwill.CapError
		require.ErrorAs(t, err, &caps)
		assert.Len(t, caps.Over, 1)
		assert.Contains(t, caps.Over[0].Account, "count|often|")
	}
	assert.Equal(t, 3, fine)
	assert.Len(t, s.payer.Paid(), 3)
	s.audit(t)
}
