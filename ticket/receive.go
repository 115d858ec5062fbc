package ticket

import (
	"cmp"
	"context"
	"slices"
)

// Receive takes in a message from outside: it finds the ticket that the
// message belongs to, or opens one. A message is never refused and never
// lost: what exceeds the limits is cut, and the same message twice is one.
// Errors are the store's, [ErrConflict], and a [*Fault] where the host gave no
// Shop or Key; the host then delivers the message again.
func (d *Desk) Receive(ctx context.Context, in Inbound) (Receipt, error) {
	var c check
	if in.Shop == "" {
		c.fail("inbound.shop", "", "is missing")
	}
	if in.Key == "" {
		c.fail("inbound.key", "", "is missing: the same message could come in twice")
	}
	if err := c.err(); err != nil {
		return Receipt{}, err
	}
	in.Customer = d.newProfiles().complete(ctx, in.Shop, in.Customer)
	in = in.fit(d.rules)
	fresh, err := d.fresh()
	if err != nil {
		return Receipt{}, err
	}
	r := reception{desk: d, in: in, msg: in.message(d.rules.limits), fresh: fresh}
	u, err := d.run(ctx, OpReceive, Ref{}, r.plan)
	if err != nil {
		return Receipt{}, err
	}
	res, err := d.result(ctx, u, r.env)
	if err != nil {
		return Receipt{}, err
	}
	if u.repeat {
		r.outcome = Duplicate
	}
	return Receipt{Outcome: r.outcome, Ticket: res.Ticket, Events: res.Events}, nil
}

// reception is one message on its way to its ticket.
type reception struct {
	desk    *Desk
	in      Inbound
	msg     Message
	fresh   NewTicket
	env     envelope
	outcome Outcome
	blocked bool
	holders map[hexHash]*Held // of the keys that this plan has looked at; nil: nobody
}

// isBlocked reports whether the block list keeps the message away. What the
// law lets through it never does.
func (r *reception) isBlocked(ctx context.Context, found bool) (bool, error) {
	if r.in.Customer.Ref == "" || r.in.Auto != "" || r.in.protected(r.desk.rules.cfg.Protected) {
		return false, nil
	}
	held, err := r.lookup(ctx, blockKey(r.in.Shop, r.in.Customer.Ref))
	if held == nil || err != nil {
		return false, err
	}
	_, stands, err := r.desk.blockOf(ctx, *held, found || len(r.in.Orders) > 0)
	return stands, err
}

func (r *reception) plan(ctx context.Context, u *unit) error {
	if err := r.lookUp(ctx); err != nil {
		return err
	}
	key, done, err := r.key(ctx, u)
	if done || err != nil {
		return err
	}
	env, found, err := r.find(ctx)
	if err != nil {
		return err
	}
	r.blocked, err = r.isBlocked(ctx, found)
	if err != nil {
		return err
	}
	if !found || r.blocked {
		return r.open(ctx, u, key, nil)
	}
	then, err := r.route(ctx, u, &env)
	if err != nil {
		return err
	}
	if then != ThenFollowUp {
		return r.append(ctx, u, key, &env)
	}
	if joined, err := r.join(ctx, u, key, &env); joined || err != nil {
		return err
	}
	return r.open(ctx, u, key, &env)
}

// join adds a message whose own ticket has ended to the open matter that its
// customer has by now, where there is one.
func (r *reception) join(ctx context.Context, u *unit, key Key, ended *envelope) (bool, error) {
	for _, k := range matterKeys(r.in) {
		env, found, err := r.holder(ctx, k)
		if err != nil {
			return false, err
		}
		if !found || env.Ticket.ID == ended.Ticket.ID {
			continue
		}
		then, err := r.route(ctx, u, &env)
		if err != nil {
			return false, err
		}
		if then == "" {
			return true, r.append(ctx, u, key, &env)
		}
	}
	return false, nil
}

// route follows merges to the ticket that takes the message, and says whether
// that one takes it. A chain that leads nowhere ends in a new ticket.
func (r *reception) route(ctx context.Context, u *unit, env *envelope) (Then, error) {
	if r.in.Auto != "" {
		return "", nil
	}
	r.outcome = Appended
	for range maxRedirects {
		then, err := r.desk.rules.workflow.then(r.input(u, env))
		if err != nil || then != ThenRedirect {
			return then, err
		}
		to, ok := env.Ticket.Linked(LinkMergedInto)
		if !ok {
			return ThenFollowUp, nil
		}
		next, ok, err := r.load(ctx, Ref{r.in.Shop, to})
		if err != nil || !ok {
			return ThenFollowUp, err
		}
		*env, r.outcome = next, Redirected
	}
	return ThenFollowUp, nil
}

func (r *reception) input(u *unit, env *envelope) *Input {
	return &Input{
		Rules: r.desk.rules, Ticket: &env.Ticket, Actor: r.customer(), Command: r.command(),
		Cause: CauseInbound, Now: u.commit.At, Commit: u.commit.ID,
	}
}

func (r *reception) customer() Actor {
	return Actor{Kind: ActorCustomer, ID: r.in.Customer.Ref, Shop: r.in.Shop}
}

func (r *reception) command() Command {
	if r.in.Auto != "" {
		return Automatic{Kind: r.in.Auto, Message: r.msg}
	}
	return CustomerMessage{Message: r.msg, Orders: r.in.Orders}
}

// append adds the message to the ticket.
func (r *reception) append(ctx context.Context, u *unit, key Key, env *envelope) error {
	actor := r.customer()
	if r.in.Auto != "" {
		actor = Actor{Kind: ActorSystem, Shop: r.in.Shop}
		r.outcome = Noted
	}
	before := env.Ticket.State
	if err := r.allowAck(ctx, u, &env.Ticket, env.Ticket.Ref()); err != nil {
		return err
	}
	events, err := u.decide(env, actor, r.command(), CauseInbound)
	if err != nil {
		return err
	}
	if r.outcome == Appended && r.desk.rules.workflow.Kind(before) == StateResolved && env.Ticket.State != before {
		r.outcome = Reawakened
	}
	if events, err = u.conclude(ctx, env, events); err != nil {
		return err
	}
	u.take(key, env.Ticket.Ref(), events)
	r.env = *env
	return u.change(ctx, &r.env, events)
}

// open opens a ticket for the message, linked to the one that it would have
// belonged to had that not ended.
func (r *reception) open(ctx context.Context, u *unit, key Key, ended *envelope) error {
	in := r.in
	if err := r.allowAck(ctx, u, &Ticket{}, Ref{in.Shop, r.fresh.ID}); err != nil {
		return err
	}
	o := Open{
		Customer: in.Customer, Subject: r.msg.Subject, Channel: in.Channel, Priority: in.Priority,
		Reason: in.Reason, Touchpoint: in.Touchpoint, Orders: sortedUnique(in.Orders), message: &r.msg,
	}
	r.outcome = Opened
	matters := matterKeys(in)
	switch {
	case r.blocked:
		o.Start, o.Tags, matters = StateSpam, []string{"blocked"}, nil
		r.outcome = Blocked
	case in.Auto != "" || in.Spam:
		o.Start, o.Tags, matters = StateSpam, []string{"quarantine"}, nil
		r.outcome = Quarantined
	case in.ToBot:
		o.Start = StateBot
	}
	if ended != nil {
		o.Links = []Link{{LinkFollowUpOf, ended.Ticket.ID}}
		r.outcome = FollowedUp
		if len(o.Orders) == 0 {
			o.Orders = ended.Ticket.Orders
		}
	}
	if !r.botMay(o) {
		o.Start = StateNew
	}
	matters, err := r.takeOver(ctx, u, matters, ended)
	if err != nil {
		return err
	}
	opened, err := u.open(ctx, &r.fresh, r.customer(), o, CauseInbound, matters)
	if err != nil {
		return err
	}
	r.env = opened
	u.take(key, opened.Ticket.Ref(), u.events)
	return nil
}

// takeOver returns the keys of the matter that the new ticket may hold: those
// that nobody holds, and those of the ticket that it follows, which gives them
// up in the same commit. One that somebody has taken since the plan looked is
// an [ErrConflict], or makes the commit a duplicate: the message belongs there.
func (r *reception) takeOver(ctx context.Context, u *unit, matters []Key, ended *envelope) ([]Key, error) {
	var take []Key
	given := false
	for _, k := range matters {
		held, err := r.lookup(ctx, k)
		switch {
		case err != nil:
			return nil, err
		case held == nil:
			take = append(take, k)
		case ended != nil && held.Ref.ID == ended.Ticket.ID:
			delete(r.holders, k.Hash) // it may have been given up before the ended ticket was read
			if again, err := r.lookup(ctx, k); err != nil || again == nil || again.Ref != held.Ref {
				return nil, cmp.Or(err, ErrConflict)
			}
			take = append(take, k)
			u.commit.Release = append(u.commit.Release, k)
			ended.Matters = slices.DeleteFunc(slices.Clone(ended.Matters), func(h hexHash) bool { return h == k.Hash })
			given = true
		}
	}
	if !given {
		return take, nil
	}
	return take, u.change(ctx, ended, nil)
}

// botMay reports whether the ticket may start as it is to: a message must not
// be refused because a bot may not take it.
func (r *reception) botMay(o Open) bool {
	return o.Start != StateBot ||
		len(guardBotReason(&Input{Rules: r.desk.rules, Ticket: &Ticket{}, Command: o})) == 0
}
