package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// ErrPermanent says, wrapped in what a deliverer returns, that trying again is
// of no use.
var ErrPermanent = errors.New("permanent failure")

// Bounds of the desk's own delivery.
const (
	maxAttempts     = 10
	deliveryTimeout = time.Minute
	maxDeliveryWait = time.Hour
	settleTries     = 3 // of noting what became of a delivery
)

// Delivery says who brings effects out of the house. Its zero value is none,
// and no desk is made without one.
type Delivery struct {
	deliver *func(context.Context, Outgoing) error
	host    bool
}

// HostDelivers leaves effects to the host: they are part of the commit, and
// the store puts them into the host's queue in the same transaction. The worker
// there asks [Desk.Outgoing] for what to do.
func HostDelivers() Delivery { return Delivery{host: true} }

// DeskDelivers lets [Desk.Tick] and [Desk.Deliver] call fn for every effect.
// An effect lies in its ticket's record until fn has returned nil, so none is
// lost. Each attempt is committed before it is made: without a crash nothing
// goes out twice, and after one it goes out under the same Event.ID. fn has a
// minute, after which another worker may try; an error is tried again, up to
// 10 times, more and more rarely; one that wraps [ErrPermanent] is not.
func DeskDelivers(fn func(context.Context, Outgoing) error) Delivery {
	if fn == nil {
		return Delivery{}
	}
	return Delivery{deliver: &fn}
}

// Outgoing is what a deliverer gets: the event that says what to do, the
// ticket as it stands now, and the how-manieth attempt it is, from 1.
type Outgoing struct {
	Ticket    Ticket
	Event     Event
	MessageID string // under which a message goes out
	Attempt   int    // 0 where the host delivers
}

// Outgoing returns what an effect asks for, for a host that delivers. It is an
// [ErrNotFound] where there is no such event, and where the ticket was erased
// since: then nothing must be sent but what the erasure itself asks for.
func (d *Desk) Outgoing(ctx context.Context, e Effect) (Outgoing, error) {
	env, err := d.load(ctx, Actor{Kind: ActorSystem, Shop: e.Ref.Shop}, e.Ref)
	if err != nil {
		return Outgoing{}, err
	}
	out, err := d.outgoing(ctx, env.Ticket, e.Seq)
	if err != nil {
		return Outgoing{}, err
	}
	erased := d.rules.workflow.Kind(env.Ticket.State) == StateErased && !out.Event.orphansFiles()
	if erased || out.Event.ID != e.Event {
		return Outgoing{}, fmt.Errorf("ticket: effect %d of %s: %w", e.Seq, e.Ref, ErrNotFound)
	}
	return out, nil
}

// outgoing reads the event of an effect.
func (d *Desk) outgoing(ctx context.Context, t Ticket, seq int64) (Outgoing, error) {
	page, err := d.store.History(ctx, HistoryQuery{Ref: t.Ref(), After: seq - 1, Limit: 1})
	if err != nil {
		return Outgoing{}, fmt.Errorf("ticket: effect %d of %s: %w", seq, t.Ref(), err)
	}
	if len(page) == 0 || page[0].Seq != seq {
		return Outgoing{}, fmt.Errorf("ticket: effect %d of %s: %w", seq, t.Ref(), ErrNotFound)
	}
	e, err := DecodeEvent(page[0])
	return Outgoing{Ticket: t, Event: e, MessageID: MessageID(t.Ref(), seq)}, err
}

// Deliver brings out what a ticket has pending, without waiting for the next
// [Desk.Tick]: call it after the transaction has committed. It returns how
// many effects went out.
func (d *Desk) Deliver(ctx context.Context, ref Ref) (int, error) {
	if d.delivery.deliver == nil || d.bound {
		return 0, nil
	}
	rec, err := d.store.Load(ctx, ref)
	if err != nil {
		return 0, fmt.Errorf("ticket: load %s: %w", ref, err)
	}
	env, err := decodeRecord(rec)
	if err != nil {
		return 0, err
	}
	return d.deliverDue(ctx, env)
}

// deliverAfter brings out what a ticket has pending after a unit of work, which
// knows the ticket already.
func (d *Desk) deliverAfter(ctx context.Context, u *unit, env envelope) (int, error) {
	switch {
	case d.delivery.deliver == nil || d.bound:
		return 0, nil
	case u.recalled != nil:
		return d.Deliver(ctx, env.Ticket.Ref())
	case len(u.commit.Changes) > 0:
		env.landed()
	}
	return d.deliverDue(ctx, env)
}

// deliverDue claims the effects that are due by committing the attempt, then
// makes them, then commits what became of them: also where the caller's
// context has ended meanwhile, for what went out must not go out again.
func (d *Desk) deliverDue(ctx context.Context, env envelope) (int, error) {
	claimed, err := d.claimEffects(ctx, &env)
	if err != nil || len(claimed) == 0 {
		return 0, err
	}
	sent := 0
	outcomes := make(map[int64]error, len(claimed))
	for _, p := range claimed {
		err := d.send(ctx, env.Ticket, p)
		if err == nil {
			sent++
		}
		outcomes[p.Seq] = err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), desk.LookupTimeout)
	defer cancel()
	for range settleTries {
		if err = d.settleEffects(ctx, env, claimed, outcomes); err == nil {
			break
		}
	}
	return sent, err
}

// claimEffects commits one more attempt for every effect that is due; who
// loses the race for the version has none.
func (d *Desk) claimEffects(ctx context.Context, env *envelope) ([]pending, error) {
	u := &unit{desk: d, op: new(operation)}
	u.commit.At = d.now().UTC().Truncate(time.Microsecond)
	var err error
	if u.commit.ID, err = newID(u.commit.At, d.random); err != nil {
		return nil, err
	}
	claimed := env.attempt(u.commit.At)
	if len(claimed) == 0 {
		return nil, nil
	}
	if err := u.change(ctx, env, nil); err != nil {
		return nil, err
	}
	u.seal()
	err = d.store.Commit(ctx, u.commit)
	if errors.Is(err, ErrConflict) {
		return nil, nil // somebody else works on it
	}
	if err != nil {
		return nil, fmt.Errorf("ticket: claim effects of %s: %w", env.Ticket.Ref(), err)
	}
	env.landed()
	return claimed, nil
}

// attempt counts one more attempt of every effect that is due, and returns
// those. They go out one after the other and are noted together at the end, so
// each is put off by the time that all may take.
func (env *envelope) attempt(now time.Time) []pending {
	var claimed []pending
	env.Pending = slices.Clone(env.Pending)
	for i := range env.Pending {
		if p := &env.Pending[i]; !p.NotBefore.After(now) {
			p.Attempt++
			claimed = append(claimed, *p)
		}
	}
	for i := range env.Pending {
		if p := &env.Pending[i]; !p.NotBefore.After(now) {
			p.NotBefore = now.Add(time.Duration(len(claimed)) * deliveryTimeout)
		}
	}
	return claimed
}

func (d *Desk) send(ctx context.Context, t Ticket, p pending) error {
	out, err := d.outgoing(ctx, t, p.Seq)
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrCorrupt) {
		return errors.Join(err, ErrPermanent)
	}
	if err != nil {
		return err
	}
	out.Attempt = p.Attempt
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	return (*d.delivery.deliver)(ctx, out)
}

// settleEffects takes away what went out, puts off what failed, and leaves a
// visible mark of what never will.
func (d *Desk) settleEffects(ctx context.Context, known envelope, claimed []pending, outcomes map[int64]error) error {
	ref := known.Ticket.Ref()
	system := Actor{Kind: ActorSystem, Shop: ref.Shop}
	first := true
	_, err := d.run(ctx, OpDeliver, ref, func(ctx context.Context, u *unit) error {
		env := known
		var err error
		if !first {
			if env, err = d.load(ctx, system, ref); err != nil {
				return err
			}
		}
		first = false
		env.Pending = slices.Clone(env.Pending)
		var events []Event
		for _, p := range claimed {
			i := slices.IndexFunc(env.Pending, func(q pending) bool { return q.Event == p.Event })
			if i < 0 || env.Pending[i].Attempt != p.Attempt {
				continue // another worker took it over
			}
			failure := outcomes[p.Seq]
			if failure != nil && !errors.Is(failure, ErrPermanent) && p.Attempt < maxAttempts {
				wait := min(deliveryTimeout<<p.Attempt, maxDeliveryWait)
				env.Pending[i].NotBefore = u.commit.At.Add(wait)
				continue
			}
			env.Pending = slices.Delete(env.Pending, i, i+1)
			if failure == nil {
				continue
			}
			more, err := u.decide(&env, system, Observe{What: WhatUndelivered, Effect: p.Seq}, CauseTimer)
			if err != nil {
				return err
			}
			events = append(events, more...)
		}
		if events, err = u.conclude(ctx, &env, events); err != nil {
			return err
		}
		return u.change(ctx, &env, events)
	})
	return err
}
