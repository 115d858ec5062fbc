package ticket

import (
	"context"
	"slices"
	"strconv"
)

// Split names the messages of a ticket that are about another matter.
type Split struct {
	// Key makes the request once, as [Keyed] does: under the same key it opens
	// one ticket, however often it is asked. Empty: it is not told from others.
	Key string
	// Messages are the sequence numbers of the customer's messages to take
	// over, at most [MaxSplit].
	Messages []int64
	Subject  string // of the new ticket; empty: as before
	Reason   Reason
	Orders   []string
}

// MaxSplit is the most messages that are split off at once.
const MaxSplit = 50

// Split opens a ticket of its own for some of a ticket's messages, in one
// commit over both. The messages are copied, word for word and with their
// ids outside; the history that they come from stays whole. It takes an agent.
// Who may ask again, as after an answer that was lost, gives a key.
func (d *Desk) Split(ctx context.Context, actor Actor, ref Ref, s Split) (MergeResult, error) {
	if err := d.rules.checkSplit(s); err != nil {
		return MergeResult{}, err
	}
	key, err := callerKey(actor, s.Key, ref.ID.String(), s)
	if err != nil {
		return MergeResult{}, err
	}
	fresh, err := d.fresh()
	if err != nil {
		return MergeResult{}, err
	}
	var from, into envelope
	u, err := d.run(ctx, OpSplit, ref, func(ctx context.Context, u *unit) error {
		if from, err = d.load(ctx, actor, ref); err != nil {
			return err
		}
		if done, err := u.repeated(ctx, key); err != nil {
			return err
		} else if done {
			into, err = d.load(ctx, actor, u.recalled.Ref)
			return err
		}
		if actor.Kind != ActorAgent {
			return &Refusal{Event: "split", State: from.Ticket.State, Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
		}
		words, err := d.messages(ctx, ref, s.Messages)
		if err != nil {
			return err
		}
		events, err := u.decide(&from, u.system(&from), Observe{What: WhatSplit, Ticket: &fresh.ID}, CauseCommand)
		if err != nil {
			return err
		}
		if events, err = u.conclude(ctx, &from, events); err != nil {
			return err
		}
		if err := u.change(ctx, &from, events); err != nil {
			return err
		}
		into, err = u.openSplit(ctx, &fresh, actor, &from.Ticket, s, words)
		u.takeFor(key, into.Ticket.Ref(), nil)
		return err
	})
	if err == nil {
		err = u.reread(ctx, &from, &into)
	}
	if err != nil {
		return MergeResult{}, err
	}
	return MergeResult{from.Ticket, into.Ticket, u.repeat}, nil
}

func (r *Rules) checkSplit(s Split) error {
	var c check
	if n := len(s.Messages); n == 0 || n > MaxSplit {
		c.failf("split.messages", strconv.Itoa(n), "are not 1 to %d messages", MaxSplit)
	}
	r.limits.checkName(&c, "split.subject", s.Subject, false)
	r.limits.checkName(&c, "split.reason", string(s.Reason), false)
	r.limits.checkNames(&c, "split.orders", s.Orders)
	return c.err()
}

// messages returns the customer's messages of these events, in their order.
func (d *Desk) messages(ctx context.Context, ref Ref, seqs []int64) ([]Message, error) {
	seqs = slices.Compact(slices.Sorted(slices.Values(seqs)))
	var out []Message
	for _, seq := range seqs {
		fault := &Fault{Path: "split.messages", Value: strconv.FormatInt(seq, 10), Reason: "is no message of the customer"}
		page, err := d.store.History(ctx, HistoryQuery{ref, seq - 1, 1})
		if err != nil {
			return nil, err
		}
		if len(page) == 0 || page[0].Seq != seq {
			return nil, fault
		}
		e, err := DecodeEvent(page[0])
		if err != nil {
			return nil, err
		}
		m := e.Message()
		if m == nil || (e.Kind != EventCustomerMessage && e.Kind != EventCreate) {
			return nil, fault
		}
		out = append(out, *m)
	}
	return out, nil
}

// openSplit opens the new ticket with the first message and adds the others.
func (u *unit) openSplit(
	ctx context.Context, fresh *NewTicket, actor Actor, from *Ticket, s Split, words []Message,
) (envelope, error) {
	o := Open{
		Customer: from.Customer, Subject: s.Subject, Channel: from.Channel, Priority: from.Priority,
		Reason: s.Reason, Touchpoint: from.Touchpoint, Orders: s.Orders,
		Links: []Link{{LinkSplitFrom, from.ID}}, message: &words[0],
	}
	if o.Subject == "" {
		o.Subject = from.Subject
	}
	env, events, err := u.create(fresh, actor, o, CauseCommand)
	if err != nil {
		return envelope{}, err
	}
	customer := Actor{Kind: ActorCustomer, ID: from.Customer.Ref, Shop: from.Shop}
	for _, m := range words[1:] {
		more, err := u.decide(&env, customer, CustomerMessage{Message: m}, CauseCommand)
		if err != nil {
			return envelope{}, err
		}
		events = append(events, more...)
	}
	return env, u.finishOpen(ctx, &env, fresh, events, nil)
}
