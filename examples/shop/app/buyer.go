package app

import (
	"context"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// buyer is what a policy may know, at an instant, of who asks: of its orders, of the disputes of
// their payments, and of what the ledger says it was given.
func (a *App) buyer(ctx context.Context, customer string, now time.Time) (order.Customer, error) {
	b := order.Customer{Ref: customer}
	orders, err := a.DB.Orders(ctx, customer, 500)
	if err != nil {
		return b, err
	}
	orders = slices.DeleteFunc(orders, func(o demo.Order) bool { return o.Placed.After(now) })
	for i := range orders {
		orders[i] = orders[i].Before(now)
	}
	b.Orders = int64(len(orders))
	if b.Value, err = Value(orders); err != nil {
		return b, err
	}
	if n := len(orders); n > 0 {
		b.Since = sla.DateOf(orders[n-1].Placed, a.Calendar.Zone())
	}
	for i := range orders {
		if a.sentBack(&orders[i].Order, now.AddDate(-1, 0, 0)) {
			b.Returns++
		}
		b.Chargebacks += lostDisputes(&orders[i].Order, now.AddDate(-2, 0, 0))
	}
	if err := a.favours(ctx, &b, now.AddDate(-1, 0, 0), now); err != nil {
		return b, err
	}
	_, b.Blocked, err = a.Tickets.IsBlocked(ctx, Shop, customer, true)
	return b, err
}

// sentBack reports whether goods of an order came back, or their dispatch is
// proved, from an instant on. That somebody withdrew is no return yet.
func (a *App) sentBack(o *order.Order, from time.Time) bool {
	first := sla.DateOf(from, a.Calendar.Zone())
	return slices.ContainsFunc(o.Events, func(e order.Event) bool {
		return (e.Kind == statute.GoodsReturned || e.Kind == statute.DispatchProved) && !e.At.Date(a.Calendar.Zone()).Before(first)
	})
}

// lostDisputes counts payments that were taken back for good, from an instant on.
func lostDisputes(o *order.Order, from time.Time) int64 {
	n := int64(0)
	for _, p := range o.Payments {
		for _, d := range p.Disputes {
			if d.State == order.DisputeLost && !d.Opened.Before(from) {
				n++
			}
		}
	}
	return n
}

// favours adds up what was given to a customer as favours, in a stretch of time:
// what is on its way counts, what was refused, has expired, failed or came back
// does not.
func (a *App) favours(ctx context.Context, b *order.Customer, from, to time.Time) error {
	b.Granted = money.New(0, money.EUR)
	q := goodwill.Query{Customer: b.Ref, Limit: goodwill.MaxPage, States: []string{
		string(goodwill.StateApproved), string(goodwill.StateReserved), string(goodwill.StateExecuting), string(goodwill.StateUnknown),
		string(goodwill.StateSettled),
	}}
	for {
		page, err := a.Goodwill.List(ctx, goodwill.Actor{ID: "shop", Shop: Shop}, q)
		if err != nil {
			return err
		}
		for _, g := range page.Grants {
			if g.ByRight || g.Created.Before(from) || g.Created.After(to) {
				continue
			}
			b.Grants++
			if b.Granted, err = b.Granted.Add(g.Amount); err != nil {
				return err
			}
		}
		if page.Next == nil {
			return nil
		}
		q.After = page.Next
	}
}

// Value is what orders came to that were kept: what was paid and neither refunded
// nor lost.
func Value(orders []demo.Order) (money.Amount, error) {
	total := money.New(0, money.EUR)
	for i := range orders {
		funds, err := orders[i].Funds()
		if err != nil {
			return money.Amount{}, err
		}
		for _, step := range []func() (money.Amount, error){
			func() (money.Amount, error) { return total.Add(funds.Captured) },
			func() (money.Amount, error) { return total.Sub(funds.Refunded) },
			func() (money.Amount, error) { return total.Sub(funds.Lost) },
		} {
			if total, err = step(); err != nil {
				return money.Amount{}, err
			}
		}
	}
	return total, nil
}
