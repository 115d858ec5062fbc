package app

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
	"github.com/kulanz-go/kulanz/ticket"
)

// Claim is what an agent asks the goodwill desk about.
type Claim struct {
	Order    string
	Lines    []string // that it is about; none: the whole order
	Cause    order.Cause
	Severity order.Severity
	Wish     order.Wish
	Facts    map[string]string        // by name, as order.Facts.Set takes them
	Events   map[statute.Event]string // that an agent knows of, by day
	Fields   map[string]string        // that the policy asks for, and the shop does not know by itself
	Declined []string                 // offers that the customer did not take
}

// SegmentField is the field of a policy that the shop knows by itself.
const SegmentField = "segment"

// Case is the claim as the goodwill desk takes it, with what the shop knows of
// order and customer. An order of somebody else is none of this ticket's. All that
// is wrong with the claim is an sla.Faults.
func (a *App) Case(ctx context.Context, t ticket.Ticket, c Claim) (goodwill.Input, error) {
	var in goodwill.Input
	o, err := a.DB.Order(ctx, c.Order)
	if err != nil {
		return in, err
	}
	if t.Customer.Ref == "" || o.Customer != t.Customer.Ref {
		return in, store.ErrNotFound
	}
	if in.Case.Order, err = a.Known(ctx, o); err != nil {
		return in, err
	}
	if err := c.fill(&in.Case); err != nil {
		return in, err
	}
	in.Case.Ref, in.Declined = t.ID.String(), c.Declined
	if in.Fields, err = a.fields(ctx, o.Customer, c.Fields); err != nil {
		return in, err
	}
	in.Case.Customer, err = a.buyer(ctx, o.Customer, a.now())
	return in, err
}

// fill adds what an agent says.
func (c Claim) fill(k *order.Case) error {
	var faults sla.Faults
	k.Claim.Cause, k.Claim.Severity, k.Claim.Wish = c.Cause, c.Severity, c.Wish
	for _, line := range c.Lines {
		k.Claim.Items = append(k.Claim.Items, order.Item{Line: line})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Facts)) {
		if fault, ok := errors.AsType[*sla.Fault](k.Facts.Set(name, c.Facts[name])); ok {
			faults = append(faults, fault)
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(c.Events)) {
		day, err := sla.ParseDate(c.Events[kind])
		if err != nil {
			faults = append(faults, &sla.Fault{Path: order.EventPath(kind), Value: c.Events[kind], Reason: "is no day as 2026-11-27"})
			continue
		}
		k.Order.Events = append(k.Order.Events, order.Event{Kind: kind, At: statute.On(day), Lines: c.Lines})
	}
	if len(faults) > 0 {
		return faults
	}
	return k.Validate()
}

// fields are those that the policy asks for.
func (a *App) fields(ctx context.Context, customer string, said map[string]string) (map[string]string, error) {
	all := make(map[string]string)
	for _, name := range a.Rulebook().Decider.Policy().Fields {
		if name != SegmentField {
			all[name] = said[name]
			continue
		}
		c, err := a.DB.Customer(ctx, customer)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		all[name] = string(c.Segment)
	}
	return all, nil
}

// AskedFields are those of the policy that an agent has to say.
func (a *App) AskedFields() []string {
	return slices.DeleteFunc(slices.Clone(a.Rulebook().Decider.Policy().Fields), func(name string) bool { return name == SegmentField })
}

// proposal is a claim under a key.
func (a *App) proposal(ctx context.Context, t ticket.Ticket, c Claim, key string) (goodwill.Proposal, error) {
	in, err := a.Case(ctx, t, c)
	return goodwill.Proposal{Key: key, Policy: GoodwillPolicy, Input: in}, err
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
