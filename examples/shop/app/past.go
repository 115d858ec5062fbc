package app

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// recent are the tickets that came in the last days.
func (a *App) recent(ctx context.Context, days int) iter.Seq2[ticket.Ticket, error] {
	return func(yield func(ticket.Ticket, error) bool) {
		from := a.now().AddDate(0, 0, -days)
		for t, err := range a.each(ctx, System(), ticket.Query{}) {
			if err == nil && t.Created.Before(from) {
				continue
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}

// histories are the timelines of what came in the last days.
func (a *App) histories(ctx context.Context, days int, failed *error) iter.Seq[sla.History] {
	return func(yield func(sla.History) bool) {
		for t, err := range a.recent(ctx, days) {
			if err != nil {
				*failed = err
				return
			}
			var events []ticket.Event
			for e, err := range a.Tickets.History(ctx, System(), t.Ref()) {
				if err != nil {
					*failed = err
					return
				}
				events = append(events, e)
			}
			if !yield(sla.History{ID: t.Number, Marks: ticket.Marks(events), Until: a.now()}) {
				return
			}
		}
	}
}

// causeOf is what a reason to write comes down to, for a claim; false: to none.
func causeOf(r ticket.Reason) (order.Cause, bool) {
	c, ok := map[ticket.Reason]order.Cause{
		"order/delayed": order.CauseLate, "courier/left": order.CauseCourier, "return/damaged": order.CauseDamaged,
		"return/wrong_item": order.CauseWrongItem, "return/missing_item": order.CauseMissingItem, "return/warranty_repair": order.CauseDefect,
		"return/request": order.CauseChangeOfMind, "return/exchange": order.CauseChangeOfMind, "withdrawal/declared": order.CauseChangeOfMind,
		"order/cancelled_by_seller": order.CauseNotDelivered, "payment": order.CausePayment, "staff": order.CauseService,
	}[r]
	return c, ok
}

// pastClaims are what customers came with in the last days, each as an agent would
// have seen it then.
func (a *App) pastClaims(ctx context.Context, days int, failed *error) iter.Seq2[*goodwill.Input, time.Time] {
	return func(yield func(*goodwill.Input, time.Time) bool) {
		for t, err := range a.recent(ctx, days) {
			var in *goodwill.Input
			if err == nil {
				in, err = a.pastClaim(ctx, t, t.Created)
			}
			if err != nil {
				*failed = err
				return
			}
			if in != nil && !yield(in, t.Created) {
				return
			}
		}
	}
}

// pastClaim is that of a ticket, at an instant; nil: it has none.
func (a *App) pastClaim(ctx context.Context, t ticket.Ticket, at time.Time) (*goodwill.Input, error) {
	cause, ok := causeOf(t.Reason)
	if !ok || len(t.Orders) == 0 || t.Customer.Ref == "" {
		return nil, nil //nolint:nilnil // not every ticket has one
	}
	o, err := a.DB.Order(ctx, t.Orders[0])
	if errors.Is(err, store.ErrNotFound) || err == nil && o.Customer != t.Customer.Ref {
		return nil, nil //nolint:nilnil // of an order that the shop does not know, or of another's
	}
	if err != nil {
		return nil, err
	}
	in := &goodwill.Input{Actor: goodwill.Actor{ID: "what-if", Shop: Shop, Roles: []string{string(demo.RoleAgent)}}}
	in.Case.Ref, in.Case.Order, in.Case.Claim.Cause = t.Number, o.At(at), cause
	if in.Fields, err = a.fields(ctx, o.Customer, nil); err != nil {
		return nil, err
	}
	in.Case.Customer, err = a.buyer(ctx, o.Customer, at)
	return in, err
}
