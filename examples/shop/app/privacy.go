package app

import (
	"context"
	"errors"
	"slices"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

// GoodwillActor is an agent as the goodwill desk knows one: every role up to its
// own.
func GoodwillActor(p store.Agent) goodwill.Actor {
	roles := []string{string(demo.RoleAgent), string(demo.RoleLead), string(demo.RoleManager)}
	return goodwill.Actor{ID: p.ID, Shop: Shop, Roles: roles[:slices.Index(roles, string(p.Role))+1]}
}

// Dossier is all that the shop holds on one customer: articles 15 and 20 GDPR.
type Dossier struct {
	Customer demo.Customer   `json:"customer"`
	Orders   []demo.Order    `json:"orders"`
	Tickets  ticket.Export   `json:"tickets"`
	Feedback feedback.Export `json:"feedback"`
	Goodwill goodwill.Export `json:"goodwill"`
}

// Export puts it together.
func (a *App) Export(ctx context.Context, who store.Agent, customer, language string) (Dossier, error) {
	var d Dossier
	var err error
	if d.Customer, err = a.DB.Customer(ctx, customer); err != nil {
		return d, err
	}
	if d.Orders, err = a.DB.Orders(ctx, customer, ticket.MaxPage); err != nil {
		return d, err
	}
	if d.Tickets, err = a.Tickets.Export(ctx, AgentActor(who), customer); err != nil {
		return d, err
	}
	if d.Feedback, err = a.Surveys.Export(ctx, Shop, customer, language); err != nil {
		return d, err
	}
	if d.Goodwill, err = a.Goodwill.Export(ctx, GoodwillActor(who), customer); err != nil {
		return d, err
	}
	return d, a.DB.Log(ctx, a.now(), who.ID, "export", customer)
}

// Erased is what became of the wish to be forgotten: article 17 GDPR.
type Erased struct {
	Tickets  ticket.EraseResult
	Feedback feedback.Erased
	Goodwill goodwill.Erasure
}

// Erase forgets a customer wherever something is held. It can be repeated: what was
// left open or kept is looked at again.
func (a *App) Erase(ctx context.Context, who store.Agent, customer string) (Erased, error) {
	var e Erased
	var err error
	if e.Tickets, err = a.Tickets.Erase(ctx, System(), customer); err != nil {
		return e, err
	}
	if e.Feedback, err = a.Surveys.Erase(ctx, Shop, customer); err != nil {
		return e, err
	}
	if e.Goodwill, err = a.Goodwill.Erase(ctx, GoodwillActor(who), customer); err != nil {
		return e, err
	}
	if err = a.DB.EraseCustomer(ctx, customer); err != nil && !errors.Is(err, store.ErrNotFound) {
		return e, err
	}
	return e, a.DB.Log(ctx, a.now(), who.ID, "erase", customer)
}
