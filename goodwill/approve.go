package goodwill

import (
	"context"
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// Approve agrees to what somebody else has proposed: another person, of one of
// the roles that it needs, within that role's limits as the ledger stands now.
// Who has approved already changes nothing by doing it again.
func (d *Desk) Approve(ctx context.Context, actor Actor, ref Ref) (Grant, error) {
	return d.change(ctx, &actor, ref, func(ctx context.Context, u *unit, g *Grant) error {
		if g.Approver == actor.ID {
			return nil
		}
		why := u.barred(g, &actor)
		if g.State != StateProposed {
			return &Refusal{ref, append(why, Reason{Code: CodeWrongState, Param: string(g.State)})}
		}
		under, steps, err := d.authorise(ctx, u, g, &actor)
		if err != nil {
			return err
		}
		if under == nil {
			why = append(why, Reason{Code: CodeNoAuthority})
		}
		if len(why) > 0 {
			return &Refusal{ref, why}
		}
		g.Approver, g.Trace = actor.ID, append(slices.Clone(g.Trace), steps...)
		g.granted.Under, g.granted.Agreed = *under, true
		return u.happen(g, EventApprove, WhoOther, Change{By: actor.ID})
	})
}

// barred is what keeps a person from approving, whatever the amount.
func (u *unit) barred(g *Grant, actor *Actor) []Reason {
	var why []Reason
	if !g.Expires.IsZero() && !u.now.Before(g.Expires) {
		why = append(why, Reason{Code: CodeExpired})
	}
	if g.Proposer == actor.ID {
		why = append(why, Reason{Code: CodeSamePerson})
	}
	return why
}

// authorise returns the limit under which an actor may grant what was proposed,
// nil where there is none, and what was compared.
func (d *Desk) authorise(ctx context.Context, u *unit, g *Grant, actor *Actor) (*allowance, []Step, error) {
	p, err := d.policyOf(g.Policy)
	if err != nil {
		return nil, nil, err
	}
	roles := slices.DeleteFunc(slices.Clone(actor.Roles), func(r string) bool { return !slices.Contains(g.Approvers, r) })
	in := d.asked(g, Actor{ID: actor.ID, Shop: actor.Shop, Roles: roles})
	r := p.asking(&in, u.now)
	if in.Used, err = d.used(ctx, g.Shop, p, p.Accounts(&in, u.now)); err != nil {
		return nil, nil, err
	}
	amount := g.Amount.Minor()
	s := sums{
		order: r.plus(r.used(r.accounts.order), amount), actor: r.plus(r.used(r.accounts.actor), amount),
		buyer: r.plus(max(g.granted.Buyer.Minor(), r.used(r.accounts.buyer)), amount), paid: g.granted.Paid.Minor(),
	}
	under, own, _ := r.limits(g.Awards[0].Remedy, &s)
	if !own || r.err != nil {
		return nil, r.d.Trace, r.err
	}
	return &under, r.d.Trace, nil
}

// asked is as much of the input of a grant as its accounts need.
func (d *Desk) asked(g *Grant, actor Actor) Input {
	in := Input{Case: order.Case{Order: order.Order{ID: g.Order}}, Actor: actor}
	d.disguise(&in, g.Shop, g.Order, g.Customer)
	return in
}

// Reject ends what was proposed or approved and is not reserved yet. Who
// proposed it, who may approve it and leads can do so; again changes nothing.
func (d *Desk) Reject(ctx context.Context, actor Actor, ref Ref) (Grant, error) {
	return d.change(ctx, &actor, ref, func(_ context.Context, u *unit, g *Grant) error {
		if c, ok := g.last(EventReject); ok && c.By == actor.ID {
			return nil
		}
		approver := slices.ContainsFunc(actor.Roles, func(r string) bool { return slices.Contains(g.Approvers, r) })
		if g.Proposer != actor.ID && !approver && !d.isLead(&actor) {
			return &Refusal{ref, []Reason{{Code: CodeNoAuthority}}}
		}
		return u.happen(g, EventReject, WhoAgent, Change{By: actor.ID})
	})
}

// change loads a grant, lets a plan change it, and returns it as it stands.
func (d *Desk) change(
	ctx context.Context, actor *Actor, ref Ref, plan func(ctx context.Context, u *unit, g *Grant) error,
) (Grant, error) {
	if err := actor.may(ref.Shop); err != nil {
		return Grant{}, err
	}
	return d.step(ctx, ref, plan)
}

// step is change by the system.
func (d *Desk) step(ctx context.Context, ref Ref, plan func(ctx context.Context, u *unit, g *Grant) error) (Grant, error) {
	var g *Grant
	u, err := d.run(ctx, ref.Shop, func(ctx context.Context, u *unit) error {
		var err error
		if g, err = d.load(ctx, ref); err != nil {
			return err
		}
		basis := *g
		u.basis = &basis
		return plan(ctx, u, g)
	})
	if err != nil {
		return Grant{}, err
	}
	if u.landed {
		if g, err = d.load(ctx, ref); err != nil {
			return Grant{}, err
		}
		return *g, nil
	}
	for _, w := range u.commit.Writes {
		if w.Next.Ref() == ref {
			g.version = w.Next.Version
		}
	}
	return *g, nil
}

// Get returns a grant, or [ErrNotFound].
func (d *Desk) Get(ctx context.Context, actor Actor, ref Ref) (Grant, error) {
	if err := actor.may(ref.Shop); err != nil {
		return Grant{}, err
	}
	g, err := d.load(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	return *g, nil
}

// Grants is one page of a list, and where the next begins; nil: there is none.
type Grants struct {
	Grants []Grant
	Next   *Position
}

// List returns a page of grants. The query's Shop and Kind are the desk's to
// set; labels are "order:...", "case:..." and "proposal:...".
func (d *Desk) List(ctx context.Context, actor Actor, q Query) (Grants, error) {
	if err := actor.may(actor.Shop); err != nil {
		return Grants{}, err
	}
	q.Shop, q.Kind = actor.Shop, RecordGrant
	page, err := d.store.List(ctx, q)
	if err != nil {
		return Grants{}, fmt.Errorf("goodwill: list: %w", err)
	}
	all, err := decodeAll(page.Records)
	if err != nil || !page.More || len(all) == 0 {
		return Grants{Grants: all}, err
	}
	next := PositionOf(page.Records[len(page.Records)-1], q.Sort)
	return Grants{all, &next}, nil
}

// Entries returns entries of the actor's shop: see [EntryQuery].
func (d *Desk) Entries(ctx context.Context, actor Actor, q EntryQuery) ([]Entry, error) {
	if err := actor.may(actor.Shop); err != nil {
		return nil, err
	}
	q.Shop = actor.Shop
	all, err := d.store.Entries(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("goodwill: entries: %w", err)
	}
	return all, nil
}

// BudgetStatus is how a budget stands in its current window.
type BudgetStatus struct {
	Budget  Budget  `json:"budget"`
	Account string  `json:"account"`
	Balance Balance `json:"balance"`
}

// Budgets returns how the budgets of the newest version of a policy stand now.
func (d *Desk) Budgets(ctx context.Context, actor Actor, policy string) ([]BudgetStatus, error) {
	if err := actor.may(actor.Shop); err != nil {
		return nil, err
	}
	p, ok := d.policies("").Newest(policy)
	if !ok {
		return nil, fmt.Errorf("goodwill: policy %q: %w", policy, ErrNotFound)
	}
	r := p.asking(new(Input), d.now())
	all := make([]BudgetStatus, len(p.policy.Budgets))
	accounts := make([]string, len(all))
	for i, b := range p.policy.Budgets {
		none := r.of(0)
		accounts[i] = r.budgetAccount(&b)
		all[i] = BudgetStatus{b, accounts[i], Balance{Account{accounts[i], p.policy.Currency}, none, none}}
	}
	stored, err := d.balances(ctx, actor.Shop, accounts)
	for _, b := range stored {
		if i := slices.IndexFunc(all, func(s BudgetStatus) bool { return s.Balance.Account == b.Account }); i >= 0 {
			all[i].Balance = b
		}
	}
	return all, err
}

// settleTimeout bounds how long the outcome of a payment is written down, also
// where the caller has gone.
const settleTimeout = desk.LookupTimeout
