package goodwill

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/internal/desk"
)

// Proposal is what is to be decided and granted.
type Proposal struct {
	// Key makes a repeat return the grants of the first call, for 30 days. It is
	// the actor's own; with another content it is an [ErrKeyReuse].
	Key    string
	Policy string // id; may be empty where the desk has one policy
	// Input is the case. Its Actor and Used are the desk's to set, and the
	// refunds that the desk has made of the order are added.
	Input Input
	// Accepted says that the customer has taken the favour up, or need not:
	// Tick pays it as soon as it may be given.
	Accepted bool
}

// Proposed is what [Desk.Propose] says.
type Proposed struct {
	// Decision is empty where the call is a repeat: each grant says why it is.
	Decision Decision
	Grants   []Grant
	Repeated bool
}

// Propose decides a case by the newest version of a policy and keeps what comes
// of it as grants: what is owed by law is approved at once, and paid by the next
// [Desk.Tick]; a favour is approved where the actor may grant it, else proposed
// to others. What was used of budgets and limits is read from the ledger; it is
// used up when a grant is reserved, by [Desk.Execute] or Tick, and what is then
// more than a cap allows is refused.
//
// What is owed but withheld until goods come back makes no grant yet: propose
// again once they have.
func (d *Desk) Propose(ctx context.Context, actor Actor, p Proposal) (Proposed, error) {
	decider, err := d.check(&actor, &p)
	if err != nil {
		return Proposed{}, err
	}
	key, err := requestKey(&actor, &p)
	if err != nil {
		return Proposed{}, err
	}
	ids := make([]uuid.UUID, maxGrants+1)
	for i := range ids {
		if ids[i], err = d.newID(); err != nil {
			return Proposed{}, err
		}
	}
	var out Proposed
	u, err := d.run(ctx, actor.Shop, func(ctx context.Context, u *unit) error {
		out = Proposed{}
		// The key is asked for last: what came of another try of the same must not
		// speak against this one.
		in, err := d.input(ctx, decider, &actor, &p, u.now)
		if err != nil {
			return err
		}
		if out.Grants, err = d.repeated(ctx, key, u.now); err != nil || out.Grants != nil {
			out.Repeated = err == nil
			return err
		}
		if out.Decision, err = decider.Decide(&in, u.now); err != nil {
			return err
		}
		return u.propose(&out, decider, &p, &actor, ids, key)
	})
	if err == nil && u.landed {
		out.Grants, err = d.siblings(ctx, actor.Shop, ids[0])
	}
	return out, err
}

// check finds what no proposal can be without.
func (d *Desk) check(actor *Actor, p *Proposal) (*Decider, error) {
	o := &p.Input.Case.Order
	if o.Shop == "" {
		o.Shop = actor.Shop
	}
	if err := actor.may(o.Shop); err != nil {
		return nil, err
	}
	c := new(compiler)
	for _, n := range []struct{ path, value string }{
		{"case.order.id", o.ID}, {"case.ref", p.Input.Case.Ref}, {"case.customer.ref", p.Input.Case.Customer.Ref}, {"key", p.Key},
	} {
		if len(n.value) > maxName || n.path == "case.order.id" && n.value == "" {
			c.add(n.path, "", fmt.Sprintf("is missing or longer than %d bytes", maxName))
		}
	}
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	set := d.policies("")
	if only, ok := set.only(); ok && p.Policy == "" {
		return only, nil
	}
	if decider, ok := set.Newest(p.Policy); ok {
		return decider, nil
	}
	return nil, fmt.Errorf("goodwill: policy %q: %w", p.Policy, ErrNotFound)
}

// requestKey is the caller's key, bound to the actor and to what is asked for;
// nil where there is none.
func requestKey(actor *Actor, p *Proposal) (*Unique, error) {
	if p.Key == "" {
		return nil, nil //nolint:nilnil // nobody asked for a key
	}
	asked := p.Input
	asked.Actor, asked.Used = Actor{}, nil
	// What the customer had before is not what is asked, and this very request
	// may have changed it.
	asked.Case.Order.Refunds, asked.Case.Order.Payments = nil, nil
	asked.Case.Customer = order.Customer{Ref: asked.Case.Customer.Ref}
	content, err := encode(asked)
	if err != nil {
		return nil, fmt.Errorf("goodwill: proposal: %w", err)
	}
	key := newUnique(actor.Shop, UniqueRequest, actor.ID, p.Key)
	key.Digest = desk.Digest(p.Policy, strconv.FormatBool(p.Accepted), string(content))
	return &key, nil
}

// repeated returns the grants that were made under a key, nil where it is new.
func (d *Desk) repeated(ctx context.Context, key *Unique, now time.Time) ([]Grant, error) {
	if key == nil {
		return nil, nil
	}
	held, err := d.store.Lookup(ctx, *key)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("goodwill: key: %w", err)
	case !held.Key.Expires.IsZero() && !held.Key.Expires.After(now):
		return nil, nil
	case held.Key.Digest != key.Digest:
		return nil, fmt.Errorf("goodwill: %w", ErrKeyReuse)
	}
	g, err := d.load(ctx, held.Ref)
	if err != nil {
		return nil, err
	}
	return d.siblings(ctx, g.Shop, g.Proposal)
}

// siblings are the grants of one proposal.
func (d *Desk) siblings(ctx context.Context, shop string, proposal uuid.UUID) ([]Grant, error) {
	page, err := d.store.List(ctx, Query{Shop: shop, Kind: RecordGrant, Label: "proposal:" + proposal.String(), Limit: MaxWrites})
	if err != nil {
		return nil, fmt.Errorf("goodwill: list: %w", err)
	}
	return decodeAll(page.Records)
}

func decodeAll(records []Record) ([]Grant, error) {
	all := make([]Grant, len(records))
	for i, r := range records {
		g, err := decodeGrant(r)
		if err != nil {
			return nil, err
		}
		all[i] = *g
	}
	return all, nil
}

// input is the case as the desk knows it: with its own refunds, and with what
// was used. Order and customer stand under their pseudonyms, as in the ledger.
func (d *Desk) input(ctx context.Context, p *Decider, actor *Actor, asked *Proposal, now time.Time) (Input, error) {
	in := asked.Input
	in.Actor = *actor
	o := &in.Case.Order
	b, err := d.book(ctx, o.Shop, o.ID)
	if err != nil {
		return in, err
	}
	*o = b.onto(*o)
	d.disguise(&in, o.Shop, o.ID, in.Case.Customer.Ref)
	in.Used, err = d.used(ctx, actor.Shop, p, p.Accounts(&in, now))
	return in, err
}

// disguise puts pseudonyms in the place of an order and a customer.
func (d *Desk) disguise(in *Input, shop, orderID, customer string) {
	in.Case.Order.ID = d.pseudonym("order", shop, orderID)
	if customer != "" {
		in.Case.Customer.Ref = d.pseudonym("customer", shop, customer)
	}
}

// used is what accounts of a policy have come to, pending and posted.
func (d *Desk) used(ctx context.Context, shop string, p *Decider, accounts []string) (map[string]money.Amount, error) {
	stored, err := d.balances(ctx, shop, accounts)
	if err != nil {
		return nil, err
	}
	used := make(map[string]money.Amount, len(stored))
	for i := range stored {
		total, err := stored[i].Total()
		if err != nil {
			return nil, fmt.Errorf("goodwill: balance: %w", err)
		}
		if total.Currency() == p.policy.Currency && total.Sign() > 0 {
			used[stored[i].Account.Name] = total
		}
	}
	return used, nil
}

// maxGrants is how many grants one proposal makes at most: what is free now of
// what is owed, what a dispute holds of it, damages, and the favour.
const maxGrants = 4

// propose adds the grants of a decision to the commit. ids are that of the
// proposal, and those of its grants.
func (u *unit) propose(out *Proposed, p *Decider, asked *Proposal, actor *Actor, ids []uuid.UUID, key *Unique) error {
	dec := &out.Decision
	in := &asked.Input.Case
	paid, err := in.Order.Paid()
	if err != nil {
		return err
	}
	fresh := Grant{
		Shop: actor.Shop, Proposal: ids[0], Policy: p.Ref(), Order: in.Order.ID, Case: in.Ref, Customer: in.Customer.Ref,
		Reasons: dec.Reasons, Trace: dec.Trace, Proposer: actor.ID, Created: u.now,
		granted: granted{Paid: paid, Buyer: in.Customer.Granted},
	}
	grants, err := p.grants(dec, &fresh)
	if err != nil {
		return err
	}
	for i := range grants {
		g := &grants[i]
		g.ID = ids[i+1]
		event := EventGrant
		if !g.ByRight {
			g.Auto, g.OfferUntil, g.Expires = asked.Accepted, dec.OfferUntil, dec.OfferUntil.End(p.zone).UTC()
			g.granted.Under = underOf(dec.Moves)
			if dec.Outcome == OutcomeApproval {
				event, g.Approvers = EventPropose, dec.Approver
			}
		}
		if err := u.happen(g, event, WhoAgent, Change{By: actor.ID}); err != nil {
			return err
		}
		g.version++
		out.Grants = append(out.Grants, *g)
	}
	if key != nil && len(grants) > 0 {
		k := *key
		k.Expires = u.now.Add(requestLife)
		u.take(k, grants[0].Ref())
	}
	return nil
}

// owed sorts what is owed: what goes back of the order, what of it has to wait
// for a dispute, and damages.
type owed struct{ free, held, damages []Award }

func (w *owed) add(dec *Decision, a Award) error {
	switch {
	case !a.Amount.Given() || a.Amount.Sign() == 0 || a.Withheld:
		return nil
	case a.Right == rights.DelayDamages:
		w.damages = append(w.damages, a)
		return nil
	case a.Payable == a.Amount:
		w.free = append(w.free, a)
		return nil
	}
	rest, err := a.Amount.Sub(a.Payable)
	if err != nil {
		return err
	}
	later := a
	later.Amount = rest
	if a.Payable.Sign() > 0 {
		a.Amount, a.Ask = a.Payable, order.Ask{Line: a.Line, Amount: a.Payable}
		w.free = append(w.free, a)
		later.Ask = order.Ask{Line: a.Line, Amount: rest}
	}
	if dec.Has(CodeDisputeOpen) {
		w.held = append(w.held, later)
	}
	return nil
}

// grants puts the awards of a decision together, the favour last.
func (d *Decider) grants(dec *Decision, fresh *Grant) ([]Grant, error) {
	var w owed
	for _, a := range dec.Owed {
		if err := w.add(dec, a); err != nil {
			return nil, err
		}
	}
	var all []Grant
	for _, part := range []struct {
		awards []Award
		means  Means
	}{
		{w.free, MeansOriginal},
		{w.held, MeansOriginal},
		{w.damages, MeansMoney},
		{dec.Favour, ""},
	} {
		if len(part.awards) == 0 {
			continue
		}
		g := fresh.clone()
		g.Awards, g.Means, g.ByRight = part.awards, part.means, part.means != ""
		if g.Auto = g.ByRight; !g.ByRight {
			g.Means = meansOf(part.awards[0].Remedy)
		}
		amounts := make([]money.Amount, len(part.awards))
		for i, a := range part.awards {
			amounts[i] = a.Amount
		}
		var err error
		if g.Amount, err = money.Sum(d.policy.Currency, amounts...); err != nil {
			return nil, err
		}
		all = append(all, *g)
	}
	return all, nil
}

// meansOf is how a favour reaches the customer.
func meansOf(r Remedy) Means {
	switch r {
	case Refund, PartialRefund, ShippingRefund:
		return MeansOriginal
	case Voucher:
		return MeansVoucher
	case Points:
		return MeansPoints
	case LoyaltyDiscount, Replacement, Repair, FreeReturn, Apology:
	}
	return MeansDeed
}

// underOf are the caps of the limit under which an actor grants a favour.
func underOf(moves []Move) allowance {
	var under allowance
	for _, m := range moves {
		switch kind, _, _ := strings.Cut(m.Account, "|"); kind {
		case "order":
			under.PerOrder = m.Cap
		case "actor":
			under.PerDay = m.Cap
		case "buyer":
			under.PerBuyer = m.Cap
		}
	}
	return under
}

// Accounts returns the names of all accounts that a decision on a case may look
// at, for [Input.Used].
func (d *Decider) Accounts(in *Input, now time.Time) []string {
	r := d.asking(in, now)
	all := append([]string{r.accounts.order, r.accounts.actor}, r.accounts.budgets...)
	if r.accounts.buyer != "" {
		all = append(all, r.accounts.buyer)
	}
	for _, p := range r.accounts.paces {
		all = append(all, p.sum, p.count)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
