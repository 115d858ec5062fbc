package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Claim is what an agent asks the goodwill desk about.
type Claim struct {
	Order    string
	Cause    order.Cause
	Facts    map[string]string // by their names in order.Facts
	Declined []string          // offers that the customer did not take
}

// proposal is the claim as the goodwill desk takes it. An order of somebody else
// is none of this ticket's.
func (a *App) proposal(ctx context.Context, t ticket.Ticket, c Claim, key string) (goodwill.Proposal, error) {
	p := goodwill.Proposal{Key: key, Policy: GoodwillPolicy}
	o, err := a.DB.Order(ctx, c.Order)
	if err != nil {
		return p, err
	}
	if t.Customer.Ref == "" || o.Customer != t.Customer.Ref {
		return p, store.ErrNotFound
	}
	in := &p.Input
	if in.Case.Order, err = a.Known(ctx, o); err != nil {
		return p, err
	}
	data, err := json.Marshal(c.Facts)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(data, &in.Case.Facts); err != nil {
		return p, fmt.Errorf("facts: %w", sla.ErrInvalid)
	}
	in.Case.Ref, in.Case.Claim.Cause, in.Declined = t.ID.String(), c.Cause, c.Declined
	orders, err := a.DB.Orders(ctx, o.Customer, 500)
	if err != nil {
		return p, err
	}
	buyer := order.Customer{Ref: o.Customer, Orders: int64(len(orders))}
	if buyer.Value, err = Value(orders); err != nil {
		return p, err
	}
	if n := len(orders); n > 0 {
		buyer.Since = sla.DateOf(orders[n-1].Placed, a.Calendar.Zone())
	}
	_, buyer.Blocked, err = a.Tickets.IsBlocked(ctx, Shop, o.Customer, true)
	in.Case.Customer = buyer
	return p, err
}

var errOnlyAsked = errors.New("app: only asked")

// Consider returns what Propose would decide now, with budgets and limits as the
// ledger has them: it proposes in a transaction that is taken back.
func (a *App) Consider(ctx context.Context, who goodwill.Actor, t ticket.Ticket, c Claim) (goodwill.Decision, error) {
	p, err := a.proposal(ctx, t, c, "")
	if err != nil {
		return goodwill.Decision{}, err
	}
	var out goodwill.Proposed
	err = a.DB.In(ctx, func(tx *store.Tx) error {
		if out, err = a.Goodwill.WithStore(tx.Desk.Goodwill()).Propose(ctx, who, p); err != nil {
			return err
		}
		return errOnlyAsked
	})
	if errors.Is(err, errOnlyAsked) {
		err = nil
	}
	return out.Decision, err
}

// Propose makes grants of a claim: what is owed is paid by itself, a favour once
// the customer has it taken up and whoever has to agree has agreed.
func (a *App) Propose(ctx context.Context, who goodwill.Actor, t ticket.Ticket, c Claim, key string) (goodwill.Proposed, error) {
	p, err := a.proposal(ctx, t, c, key)
	if err != nil {
		return goodwill.Proposed{}, err
	}
	return a.Goodwill.Propose(ctx, who, p)
}

// GrantOf returns a grant of a ticket, and none of another's.
func (a *App) GrantOf(ctx context.Context, who goodwill.Actor, t ticket.Ref, id string) (goodwill.Grant, error) {
	ref, err := parseRef(id)
	if err != nil {
		return goodwill.Grant{}, goodwill.ErrNotFound
	}
	g, err := a.Goodwill.Get(ctx, who, goodwill.Ref{Shop: Shop, ID: ref.ID})
	if err == nil && g.Case != t.ID.String() {
		err = goodwill.ErrNotFound
	}
	return g, err
}
