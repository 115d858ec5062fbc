package goodwill

import (
	"context"
	"fmt"

	"github.com/kulanz-go/kulanz/goodwill/order"
)

// Resolution is what a lead has found out about a payment.
type Resolution struct {
	Status    PayoutStatus // PayoutPaid or PayoutDeclined
	Reference string       // of what proves it, as a line of a bank statement
}

// Resolve ends a grant that is [StateUnknown] by what a lead has found out, for
// payers that cannot tell. The payer is asked first: where it knows, its answer
// counts, and another one is refused with [CodePayerSays]. The same resolution
// again changes nothing.
func (d *Desk) Resolve(ctx context.Context, actor Actor, ref Ref, r Resolution) (Grant, error) {
	if d.bound {
		return Grant{}, fmt.Errorf("goodwill: resolve: %w", ErrBound)
	}
	if err := actor.may(ref.Shop); err != nil {
		return Grant{}, err
	}
	if err := r.check(); err != nil {
		return Grant{}, err
	}
	g, err := d.load(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	switch {
	case !d.isLead(&actor):
		return Grant{}, &Refusal{ref, []Reason{{Code: CodeLead}}}
	case g.resolved(&actor, r):
		return *g, nil
	case g.State != StateUnknown:
		return Grant{}, &Refusal{ref, []Reason{{Code: CodeWrongState, Param: string(g.State)}}}
	}
	if err := d.payerAgrees(ctx, g, r); err != nil {
		return Grant{}, err
	}
	return d.enact(ctx, ref, Receipt{r.Status, r.Reference, d.now()}, Change{By: actor.ID, Why: CodeByHand}, WhoLead)
}

func (r *Resolution) check() error {
	c := new(compiler)
	if r.Status != PayoutPaid && r.Status != PayoutDeclined {
		c.add("status", string(r.Status), "is neither paid nor declined")
	}
	c.reference(r.Reference)
	if len(c.faults) > 0 {
		return c.faults
	}
	return nil
}

func (c *compiler) reference(text string) {
	if text == "" || len(text) > maxReference {
		c.add("reference", "", fmt.Sprintf("is not 1 to %d bytes long", maxReference))
	}
}

// payerAgrees asks the payer before a person's word is taken. What it knows is
// booked.
func (d *Desk) payerAgrees(ctx context.Context, g *Grant, r Resolution) error {
	says, err := d.ask(ctx, g.Payout(), d.cfg.Payer.Find)
	if err != nil || says.Status == PayoutAbsent || says.Status == r.Status {
		return nil //nolint:nilerr // a payer that cannot tell is why a person does
	}
	if says.Status == PayoutPaid || says.Status == PayoutDeclined {
		if _, err := d.answer(ctx, g.Ref(), says, Change{}); err != nil {
			return err
		}
	}
	return &Refusal{g.Ref(), []Reason{{Code: CodePayerSays, Param: string(says.Status)}}}
}

// resolved reports whether the actor has said the same before.
func (g *Grant) resolved(actor *Actor, r Resolution) bool {
	return g.Answered.Status == r.Status && g.Answered.Reference == r.Reference && len(g.Log) > 0 &&
		g.Log[len(g.Log)-1].By == actor.ID && g.Log[len(g.Log)-1].Why == CodeByHand
}

// Reverse books that a payment has come back: a transfer to an account that is
// closed, a voucher that was taken out of use. It makes the opposite entries, so
// that budgets and the order have the amount again. Only a lead may, and only
// what is settled; with the same reference again it changes nothing.
func (d *Desk) Reverse(ctx context.Context, actor Actor, ref Ref, reference string) (Grant, error) {
	c := new(compiler)
	if c.reference(reference); len(c.faults) > 0 {
		return Grant{}, c.faults
	}
	return d.change(ctx, &actor, ref, func(ctx context.Context, u *unit, g *Grant) error {
		if !d.isLead(&actor) {
			return &Refusal{ref, []Reason{{Code: CodeLead}}}
		}
		if c, ok := g.last(EventReverse); ok && c.Ref == reference {
			return nil
		}
		if err := u.happen(g, EventReverse, WhoLead, Change{By: actor.ID, Why: CodeReturned, Ref: reference}); err != nil {
			return err
		}
		return u.keep(ctx, g, order.RefundFailed)
	})
}
