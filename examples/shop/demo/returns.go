package demo

import (
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// Returns and disputes have a stream of chance of their own for every order.
const streamReturns = 20

// returns sends some of what arrived back, and takes some payments back.
func (g *generator) returns() {
	for i := range g.world.Orders {
		o := &g.world.Orders[i]
		g.chanceOf(streamReturns, i)
		if g.chance(returnShare) {
			g.sendBack(o, later(o.Delivered, g.logNormal(returnMedian, returnSpread)))
		}
		if g.chance(disputeShare) {
			g.dispute(o)
		}
	}
}

// sendBack returns a line of an order, which is refunded on the next day that the
// shop works. Within a fortnight the customer has withdrawn from it, later it is a
// matter of the shop's terms.
func (g *generator) sendBack(o *Order, back time.Time) {
	line := o.Lines[g.random.IntN(len(o.Lines))]
	said := o.Delivered.Add(back.Sub(o.Delivered) / 2).Truncate(time.Second)
	if said.Before(o.Delivered.AddDate(0, 0, withdrawalDays)) {
		o.Events = append(o.Events, order.Event{
			Kind: statute.WithdrawalReceived, At: statute.At(said), Lines: []string{line.ID}, Via: order.ViaText,
		})
	}
	o.Events = append(o.Events, order.Event{Kind: statute.GoodsReturned, At: statute.At(back), Lines: []string{line.ID}})
	asks := []order.Ask{{Line: line.ID, Units: line.Units}}
	if len(o.Lines) == 1 {
		asks = append(asks, order.Ask{Line: order.DeliveryLine, Amount: o.Delivery.Gross})
	}
	refund, err := o.Refund(asks...)
	if err != nil {
		return // nothing was refunded before, so there is something left
	}
	refund.ID, refund.At, refund.Payment = "R-"+o.ID, g.working(back, 240).UTC(), o.Payments[0].ID
	o.Refunds = append(o.Refunds, refund)
}

// dispute takes the payment of an order back. That of a direct debit is final, the
// others are decided later; where something was refunded, it is about the rest.
func (g *generator) dispute(o *Order) {
	p := &o.Payments[0]
	kind := map[order.Means]order.DisputeKind{
		order.Card: order.Chargeback, order.Wallet: order.BuyerProtection, order.DirectDebit: order.DebitReturned,
	}[p.Means]
	funds, err := o.Funds()
	if kind == "" || err != nil || funds.Free.Sign() <= 0 {
		return
	}
	state := order.DisputeLost
	if kind != order.DebitReturned && g.chance(disputeWonShare) {
		state = order.DisputeWon
	}
	p.Disputes = []order.Dispute{{
		ID: "D-" + o.ID, Kind: kind, State: state, Amount: money.New(funds.Free.Minor(), money.EUR),
		Opened: later(o.Delivered, g.logNormal(14*24*60, 0.6)).UTC(),
	}}
}

// known returns a dispute as it stood at an instant: open until it was decided.
func known(d order.Dispute, now time.Time) order.Dispute {
	if now.Before(decided(d)) {
		d.State = order.DisputeOpen
	}
	return d
}

// decided is when a dispute was.
func decided(d order.Dispute) time.Time {
	if d.Kind == order.DebitReturned {
		return d.Opened
	}
	return d.Opened.AddDate(0, 0, disputeDays)
}
