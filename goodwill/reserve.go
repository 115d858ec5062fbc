package goodwill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// reserve books what a grant moves as pending: the rest of the order and of each
// payment, and the accounts of the policy, all or none. Shares and parts are
// reckoned from the order as it is now.
func (d *Desk) reserve(ctx context.Context, ref Ref, by string, who Who) (Grant, error) {
	g, err := d.load(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	o, err := d.cfg.Orders(ctx, g.Shop, g.Order)
	if err != nil {
		return Grant{}, fmt.Errorf("goodwill: order of %s: %w", ref, err)
	}
	return d.step(ctx, ref, func(ctx context.Context, u *unit, g *Grant) error {
		switch {
		case g.State != StateApproved:
			return nil // somebody else was faster
		case !g.Expires.IsZero() && !u.now.Before(g.Expires):
			return &Refusal{ref, []Reason{{Code: CodeExpired}}}
		}
		b, err := d.book(ctx, g.Shop, g.Order)
		if err != nil {
			return err
		}
		g.Key, g.Held, g.Booked = g.ID.String(), "", nil
		if g.Means == MeansOriginal {
			err = u.refund(ctx, g, b, o)
		} else if g.Amount.Sign() > 0 {
			g.Booked = []Booking{{Debit: "given|" + string(g.Means), Credit: "payout|" + string(g.Means), Amount: g.Amount}}
		}
		if err != nil {
			return err
		}
		if !g.ByRight {
			if err := u.charge(g); err != nil {
				return err
			}
		}
		if err := u.happen(g, EventReserve, who, Change{By: by}); err != nil {
			return err
		}
		return u.note(g, b, order.RefundPending)
	})
}

// keep is note where the book was not read before. A grant that was purged is in
// none any more.
func (u *unit) keep(ctx context.Context, g *Grant, state order.RefundState) error {
	if g.Means != MeansOriginal || g.Order == "" {
		return nil
	}
	b, err := u.desk.book(ctx, g.Shop, g.Order)
	if err != nil {
		return err
	}
	return u.note(g, b, state)
}

// note writes how a grant's refund stands in the book of its order.
func (u *unit) note(g *Grant, b *book, state order.RefundState) error {
	if g.Means != MeansOriginal {
		return nil
	}
	b.customer = g.Customer
	b.put(g, state, u.now)
	w, err := b.write(u.now)
	if err == nil {
		u.commit.Writes = append(u.commit.Writes, w)
	}
	return err
}

// refund reckons what goes back of which line, and to which payment.
func (u *unit) refund(ctx context.Context, g *Grant, b *book, o order.Order) error {
	merged := b.onto(o)
	asks := make([]order.Ask, len(g.Awards))
	for i, a := range g.Awards {
		asks[i] = a.Ask
	}
	refund, err := merged.Refund(asks...)
	var refused *order.Refusal
	if errors.As(err, &refused) {
		return &Refusal{g.Ref(), leftOf(refused)}
	}
	if err != nil {
		return fmt.Errorf("goodwill: refund of %s: %w", g.Ref(), err)
	}
	g.Parts = refund.Parts
	if g.Amount, err = refund.Total(); err != nil {
		return fmt.Errorf("goodwill: refund of %s: %w", g.Ref(), err)
	}
	outside := o
	outside.Refunds = b.outside(o.Refunds)
	return u.spread(ctx, g, &outside)
}

// leftOf is a refusal of package order in the words of this one.
func leftOf(r *order.Refusal) []Reason {
	all := make([]Reason, len(r.Blockers))
	for i, b := range r.Blockers {
		all[i] = Reason{Code: CodeRefundLeft, Param: string(b.Code), Left: b.Left}
	}
	return all
}

// spread finds the payments that a refund goes back to, in their order: none
// gets back more than was taken, and nothing that a dispute holds or has taken.
// order is as the host knows it, without the desk's own refunds: these are in
// the ledger.
func (u *unit) spread(ctx context.Context, g *Grant, o *order.Order) error {
	d := u.desk
	free, err := freeOf(o)
	if err != nil {
		return fmt.Errorf("goodwill: funds of %s: %w", g.Ref(), err)
	}
	rest := "refund|" + d.pseudonym("order", g.Shop, g.Order)
	accounts := []string{rest}
	for _, f := range free {
		accounts = append(accounts, d.paymentAccount(g, f.payment.ID))
	}
	stored, err := d.balances(ctx, g.Shop, accounts)
	if err != nil {
		return err
	}
	var caps int64
	left := g.Amount.Minor()
	g.Shares = nil
	for i, f := range free {
		caps += f.free
		gone, err := totalOf(stored, accounts[i+1], g.Amount.Currency())
		if err != nil {
			return err
		}
		take := min(left, f.free-gone)
		if take <= 0 {
			continue
		}
		left -= take
		amount := money.New(take, g.Amount.Currency())
		g.Shares = append(g.Shares, Share{Payment: f.payment.ID, Means: f.payment.Means, Amount: amount})
		g.Booked = append(g.Booked, Booking{accounts[i+1], "payout|original", amount, money.New(f.free, g.Amount.Currency())})
	}
	if left > 0 {
		return &Refusal{g.Ref(), short(o, money.New(g.Amount.Minor()-left, g.Amount.Currency()))}
	}
	for i := range g.Shares {
		g.Shares[i].Key = shareKey(g.Key, i, len(g.Shares))
	}
	whole, err := wholeOf(o, caps)
	if err != nil {
		return fmt.Errorf("goodwill: funds of %s: %w", g.Ref(), err)
	}
	g.Booked = append(g.Booked, Booking{rest, "control|refund", g.Amount, whole})
	return nil
}

// fund is what of a payment nothing but the desk may have refunded.
type fund struct {
	payment order.Payment
	free    int64
}

// freeOf lists the payments that were taken. An order without any in the
// snapshot was paid somehow.
func freeOf(o *order.Order) ([]fund, error) {
	if len(o.Payments) == 0 {
		paid, err := o.Paid()
		return []fund{{order.Payment{}, paid.Minor()}}, err
	}
	var all []fund
	for _, p := range o.Payments {
		if p.State != order.Captured {
			continue
		}
		f, err := o.FundsOf(p.ID)
		if err != nil {
			return nil, err
		}
		all = append(all, fund{p, f.Free.Minor()})
	}
	return all, nil
}

// wholeOf is what of the whole order the desk may refund: less what others
// refunded without saying to which payment.
func wholeOf(o *order.Order, caps int64) (money.Amount, error) {
	var gone int64
	for _, r := range o.Refunds {
		if r.State == order.RefundFailed || r.Payment != "" && len(o.Payments) > 0 {
			continue
		}
		total, err := r.Total()
		if err != nil {
			return money.Amount{}, err
		}
		gone += total.Minor()
	}
	return money.New(max(0, caps-gone), o.Currency), nil
}

// short says why the payments of an order are not enough.
func short(o *order.Order, left money.Amount) []Reason {
	why := []Reason{{Code: CodeNotFree, Left: left}}
	for _, p := range o.Payments {
		for _, dispute := range p.Disputes {
			code := CodeDisputeOpen
			switch dispute.State {
			case order.DisputeLost:
				code = CodeDisputeLost
			case order.DisputeWon:
				continue
			case order.DisputeOpen:
			}
			why = append(why, Reason{Code: code, Param: p.ID})
		}
	}
	return why
}

func (d *Desk) paymentAccount(g *Grant, payment string) string {
	return "payment|" + d.pseudonym("payment", g.Shop, g.Order+"\x00"+payment)
}

// totalOf is what an account has come to, pending and posted.
func totalOf(stored []Balance, name string, c money.Currency) (int64, error) {
	i := slices.IndexFunc(stored, func(b Balance) bool { return b.Account == Account{name, c} })
	if i < 0 {
		return 0, nil
	}
	total, err := stored[i].Total()
	if err != nil {
		return 0, fmt.Errorf("goodwill: balance: %w", err)
	}
	return total.Minor(), nil
}

// charge books a favour on the accounts of its policy, as of today, under the
// limits of who granted it.
func (u *unit) charge(g *Grant) error {
	d := u.desk
	p, err := d.policyOf(g.Policy)
	if err != nil {
		return err
	}
	a := Award{Amount: g.Amount}
	under := g.granted.Under
	in := d.asked(g, Actor{ID: g.Proposer})
	r := p.asking(&in, u.now)
	day := under.PerDay
	if g.granted.Agreed {
		under.PerDay = money.Amount{}
	}
	r.moves(&a, under, g.granted.Agreed)
	if g.granted.Agreed && a.Amount.Sign() > 0 {
		in.Actor.ID = g.Approver
		r.d.Moves = append(r.d.Moves, Move{r.actorAccount(), a.Amount, day})
	}
	for _, m := range r.d.Moves {
		g.Booked = append(g.Booked, Booking{m.Account, "control|goodwill", m.Amount, m.Cap})
	}
	return nil
}

// hold notes why a grant cannot be reserved now, and looks again later.
func (d *Desk) hold(ctx context.Context, ref Ref, why Code) (Grant, error) {
	return d.step(ctx, ref, func(_ context.Context, u *unit, g *Grant) error {
		if g.State != StateApproved {
			return nil
		}
		g.Held = why
		return u.happen(g, EventHold, WhoSystem, Change{})
	})
}

// held is the reason for which a reservation was refused; empty: it failed
// otherwise.
func held(err error) Code {
	var refused *Refusal
	if errors.As(err, &refused) && !refused.Has(CodeWrongState) && !refused.Has(CodeExpired) {
		if refused.Has(CodeDisputeOpen) {
			return CodeDisputeOpen
		}
		return refused.Reasons[0].Code
	}
	if errors.Is(err, ErrCap) {
		return CodeCap
	}
	return ""
}

// over reports whether a favour was not taken up in time.
func (g *Grant) over(now time.Time) bool { return !g.Expires.IsZero() && !now.Before(g.Expires) }
