package app_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
	"github.com/kulanz-go/kulanz/ticket"
)

// counter is a shop whose clock is set, with one customer who writes.
type counter struct {
	*app.App

	t       *testing.T
	clock   *demo.Clock
	matter  ticket.Ticket
	numbers int
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{t: t, clock: new(demo.Clock)}
	c.clock.Set(noon)
	var err error
	c.App, _, err = openPaying(t.Context(), filepath.Join(t.TempDir(), "shop.db"), c.clock.Now, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.DB.Close()) })
	require.NoError(t, c.DB.KeepCustomer(t.Context(), demo.Customer{Ref: "c1", Name: "Kim", Email: "kim@post.example", Segment: demo.SegmentLoyal}))
	r, err := c.Tickets.Receive(t.Context(), ticket.Inbound{
		Shop: app.Shop, Key: "m1", Channel: ticket.ChannelForm, Customer: ticket.Customer{Ref: "c1"}, Text: "Das kam zu spät.", Verified: true,
	})
	require.NoError(t, err)
	c.matter = r.Ticket
	return c
}

// order keeps an order of the customer's that was placed and paid so long ago.
func (c *counter) order(ago time.Duration, change func(*demo.Order)) string {
	c.t.Helper()
	c.numbers++
	at := c.clock.Now().Add(-ago)
	o := returned()
	o.ID, o.Customer, o.Placed, o.Delivered, o.Refunds = fmt.Sprintf("W-%d", c.numbers), "c1", at, at.AddDate(0, 0, 2), nil
	o.Events = []order.Event{
		{Kind: statute.ContractConcluded, At: statute.At(at)},
		{Kind: statute.InstructionGiven, At: statute.At(at)},
		{Kind: statute.GoodsReceived, At: statute.At(o.Delivered)},
	}
	if change != nil {
		change(&o)
	}
	require.NoError(c.t, c.DB.In(c.t.Context(), func(tx *store.Tx) error { return tx.KeepOrder(c.t.Context(), o) }))
	return o.ID
}

// decision is what an agent sees about an order that came late.
func (c *counter) decision(id string) goodwill.Decision {
	c.t.Helper()
	d, err := c.Consider(c.t.Context(), anna(), c.matter, app.Claim{Order: id, Cause: order.CauseLate})
	require.NoError(c.t, err)
	return d
}

const day = 24 * time.Hour

// cut wants a decision without a favour for the reason, or one with it.
func (c *counter) cut(id string, why goodwill.Code, cut bool) {
	c.t.Helper()
	d := c.decision(id)
	assert.Equal(c.t, cut, d.Has(why), "%+v", d.Reasons)
	assert.Equal(c.t, cut, len(d.Favour) == 0, "%+v", d.Reasons)
}

// Goods that came back within a year count, those from before it do not, and that
// somebody withdrew is no return yet.
func TestReturnsCountInADecision(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	id := c.order(20*day, nil)
	back := func(ago time.Duration, kind statute.Event) func(*demo.Order) {
		return func(o *demo.Order) {
			o.Events = append(o.Events, order.Event{Kind: kind, At: statute.At(c.clock.Now().Add(-ago))})
		}
	}
	for range 8 {
		c.order(100*day, back(80*day, statute.GoodsReturned))
	}
	c.order(100*day, back(80*day, statute.DispatchProved))
	c.order(500*day, back(400*day, statute.GoodsReturned))
	c.order(30*day, back(20*day, statute.WithdrawalReceived))
	c.cut(id, goodwill.CodeManyReturns, false)
	c.order(100*day, back(80*day, statute.GoodsReturned)) // the tenth
	c.cut(id, goodwill.CodeManyReturns, true)
	in, err := c.Case(t.Context(), c.matter, app.Claim{Order: id, Cause: order.CauseLate})
	require.NoError(t, err)
	assert.Equal(t, int64(10), in.Case.Customer.Returns)
	assert.Equal(t, map[string]string{"segment": "loyal"}, in.Fields)
	c.clock.Set(noon.AddDate(0, 0, 300))
	c.cut(c.order(day, nil), goodwill.CodeManyReturns, false)
}

// A payment that was taken back for good counts for two years; one that is still
// open, or was decided for the shop, does not.
func TestLostDisputesCountInADecision(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	id := c.order(20*day, nil)
	taken := func(ago time.Duration, state order.DisputeState) func(*demo.Order) {
		return func(o *demo.Order) {
			o.Payments[0].Disputes = []order.Dispute{{
				ID: "d", Kind: order.Chargeback, State: state, Amount: o.Payments[0].Amount, Opened: c.clock.Now().Add(-ago),
			}}
		}
	}
	c.order(900*day, taken(800*day, order.DisputeLost))
	c.order(100*day, taken(80*day, order.DisputeWon))
	c.order(20*day, taken(10*day, order.DisputeLost)) // which is not decided yet
	c.cut(id, goodwill.CodeChargebacks, false)
	c.order(100*day, taken(80*day, order.DisputeLost))
	c.cut(id, goodwill.CodeChargebacks, true)
}

// Favours that were given count for a year, whoever gave them; what was refused, and
// what the law gives, does not.
func TestFavoursCountInADecision(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	id := c.order(20*day, nil)
	give := func(key string) goodwill.Proposed {
		out, err := c.Propose(t.Context(), anna(), c.matter, app.Claim{Order: c.order(20*day, nil), Cause: order.CauseLate}, key)
		require.NoError(t, err)
		require.Len(t, out.Grants, 1)
		require.False(t, out.Grants[0].ByRight)
		return out
	}
	give("first")
	give("second")
	refused := give("refused").Grants[0]
	_, err := c.Goodwill.Reject(t.Context(), anna(), refused.Ref())
	require.NoError(t, err)
	c.cut(id, goodwill.CodeManyGrants, false)
	third := give("third").Grants[0]
	c.cut(id, goodwill.CodeManyGrants, true)
	in, err := c.Case(t.Context(), c.matter, app.Claim{Order: id, Cause: order.CauseLate})
	require.NoError(t, err)
	assert.Equal(t, int64(3), in.Case.Customer.Grants)
	assert.Equal(t, money.New(3*third.Amount.Minor(), money.EUR), in.Case.Customer.Granted)
	assert.Equal(t, int64(5), in.Case.Customer.Orders)

	again, err := c.Propose(t.Context(), anna(), c.matter, app.Claim{Order: third.Order, Cause: order.CauseLate}, "third")
	require.NoError(t, err, "a form sent twice is one, although the customer has a favour more")
	assert.Equal(t, third.ID, again.Grants[0].ID)

	for _, key := range []string{"first", "second", "third"} {
		g, err := c.Propose(t.Context(), anna(), c.matter, app.Claim{Order: map[string]string{"first": "W-2", "second": "W-3", "third": "W-5"}[key], Cause: order.CauseLate}, key)
		require.NoError(t, err)
		_, err = c.Goodwill.Execute(t.Context(), anna(), g.Grants[0].Ref())
		require.NoError(t, err)
	}
	c.cut(id, goodwill.CodeManyGrants, true)
	c.clock.Set(noon.AddDate(1, 0, 1))
	c.cut(c.order(20*day, nil), goodwill.CodeManyGrants, false)
}

// What was refunded, and what was lost, is no value that the shop kept.
func TestValueIsWhatWasKept(t *testing.T) {
	t.Parallel()
	o := returned()
	all, err := o.Everything()
	require.NoError(t, err)
	whole, err := app.Value([]demo.Order{o})
	require.NoError(t, err)
	refund, err := o.Refund(all...)
	require.NoError(t, err)
	require.Positive(t, whole.Sign())
	o.Refunds = []order.Refund{refund}
	none, err := app.Value([]demo.Order{o})
	require.NoError(t, err)
	assert.Zero(t, none.Sign())
}
