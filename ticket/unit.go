package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
	"github.com/kulanz-go/kulanz/sla"
)

// unit is one try at one commit.
type unit struct {
	desk   *Desk
	op     *operation
	set    *sla.PolicySet // that all of it goes by, once it was asked for
	commit Commit
	events []Event // of all changes, in their order

	dup      *DuplicateKeyError // why the try before failed
	recalled *Held              // the commit, or the keyed command, had landed before
	repeat   bool               // recalled by a caller's key
}

// operation is what the tries of one operation share.
type operation struct {
	facts map[uuid.UUID]Facts
	mine  *Key // the commit's own, once a try was made
}

// run plans and commits until it lands. Every try has the same commit id, so
// that one whose outcome was unknown can never land twice.
func (d *Desk) run(ctx context.Context, name OpName, ref Ref, plan func(context.Context, *unit) error) (*unit, error) {
	return d.attempt(ctx, name, ref, plan, d.store.Commit)
}

// attempt is run with a way of its own to commit. A plan that finds its ticket
// changed under its eyes returns [ErrConflict].
func (d *Desk) attempt(
	ctx context.Context, name OpName, ref Ref, plan func(context.Context, *unit) error,
	commit func(context.Context, Commit) error,
) (*unit, error) {
	return d.watch(ctx, name, ref, func(ctx context.Context, tries *int) (*unit, error) {
		return d.land(ctx, tries, plan, commit)
	})
}

func (d *Desk) land(
	ctx context.Context, tries *int, plan func(context.Context, *unit) error, commit func(context.Context, Commit) error,
) (*unit, error) {
	id, err := newID(d.now(), d.random)
	if err != nil {
		return nil, err
	}
	op := new(operation)
	return desk.Land(ctx, desk.Op[*unit]{
		Name: "ticket",
		New: func(cause error) *unit {
			*tries++
			u := &unit{desk: d, op: op}
			errors.As(cause, &u.dup)
			u.commit.ID, u.commit.At = id, d.now().UTC().Truncate(time.Microsecond)
			return u
		},
		Plan: func(ctx context.Context, u *unit) (bool, error) {
			if err := plan(ctx, u); err != nil || len(u.commit.Changes) == 0 {
				return false, err
			}
			u.seal()
			return true, nil
		},
		Commit:   func(ctx context.Context, u *unit) error { return commit(ctx, u.commit) },
		Find:     func(ctx context.Context, u *unit) error { return u.find(ctx) },
		Ours:     hasCommitKey,
		Bound:    d.bound,
		Conflict: ErrConflict, Duplicate: ErrDuplicateKey, NotFound: ErrNotFound,
	})
}

// hasCommitKey reports whether an error says that a commit's key is held.
func hasCommitKey(err error) bool {
	var dup *DuplicateKeyError
	return errors.As(err, &dup) && dup.Has(KeyCommit)
}

// find looks the commit's own key up. If it is held, what was asked for is
// what landed then, not the repeat of something older.
func (u *unit) find(ctx context.Context) error {
	held, err := u.desk.holder(ctx, *u.op.mine)
	if err == nil {
		u.recalled, u.repeat = &held, false
	}
	return err
}

// reread brings tickets up to what was committed where a try before this one
// has landed: what this one planned is not that. A repeat has planned nothing.
func (u *unit) reread(ctx context.Context, envs ...*envelope) error {
	if u.recalled == nil || u.repeat {
		return nil
	}
	for _, env := range envs {
		rec, err := u.desk.store.Load(ctx, env.Ticket.Ref())
		if err != nil {
			return fmt.Errorf("ticket: load %s: %w", env.Ticket.Ref(), err)
		}
		if *env, err = decodeRecord(rec); err != nil {
			return err
		}
	}
	return nil
}

// seal adds the commit's own key and brings everything into the order in
// which stores write.
func (u *unit) seal() {
	main := u.commit.Changes[len(u.commit.Changes)-1] // the one that the caller asked for is added last
	own := Held{Key: newKey(main.Next.Shop, KeyCommit, u.commit.ID.String()), Ref: main.Next.Ref()}
	own.Key.Expires = u.commit.At.Add(commitKeyLife)
	if n := len(main.Events); n > 0 {
		own.First, own.Last = main.Events[0].Seq, main.Events[n-1].Seq
	}
	u.op.mine = &own.Key
	u.commit.Take = append(u.commit.Take, own)
	slices.SortFunc(u.commit.Changes, func(a, b Change) int { return compareRefs(a.Next.Ref(), b.Next.Ref()) })
	slices.SortFunc(u.commit.Take, compareHeld)
	slices.SortFunc(u.commit.Release, compareKeys)
}

// decide turns a command into events and moves the ticket on.
func (u *unit) decide(env *envelope, actor Actor, cmd Command, cause Cause) ([]Event, error) {
	events, err := Decide(Input{
		Rules: u.desk.rules, Ticket: &env.Ticket, Actor: actor, Command: cmd, Cause: cause,
		Now: u.commit.At, Commit: u.commit.ID,
	})
	env.apply(events)
	return events, err
}

// apply moves the ticket on and keeps what its clocks have to see.
func (env *envelope) apply(events []Event) {
	for _, e := range events {
		env.Ticket = Apply(env.Ticket, e)
		env.marks = append(env.marks, Mark(env.Ticket, e))
	}
}

// open decides a new ticket and adds it to the commit.
func (u *unit) open(
	ctx context.Context, fresh *NewTicket, actor Actor, o Open, cause Cause, matters []Key,
) (envelope, error) {
	env, events, err := u.create(fresh, actor, o, cause)
	if err != nil {
		return envelope{}, err
	}
	return env, u.finishOpen(ctx, &env, fresh, events, matters)
}

// create decides a new ticket, under another number where the one it had is
// taken.
func (u *unit) create(fresh *NewTicket, actor Actor, o Open, cause Cause) (envelope, []Event, error) {
	var env envelope
	if u.dup != nil && u.dup.Has(KeyNumber) {
		again, err := u.desk.fresh()
		if err != nil {
			return env, nil, err
		}
		fresh.Number = again.Number
	}
	events, err := Decide(Input{
		Rules: u.desk.rules, Ticket: &env.Ticket, Actor: actor, Command: o, Cause: cause,
		Now: u.commit.At, Commit: u.commit.ID, New: *fresh,
	})
	env.apply(events)
	return env, events, err
}

// finishOpen adds a new ticket to the commit, with the keys that are its own.
func (u *unit) finishOpen(ctx context.Context, env *envelope, fresh *NewTicket, events []Event, matters []Key) error {
	events, err := u.conclude(ctx, env, events)
	if err != nil {
		return err
	}
	ref := env.Ticket.Ref()
	u.take(newKey(ref.Shop, KeyNumber, fresh.Number), ref, events)
	for _, k := range matters {
		u.take(k, ref, events)
		env.Matters = append(env.Matters, k.Hash)
	}
	return u.change(ctx, env, events)
}

// change adds a ticket's next version to the commit, with its events, what
// they send out, and the keys that come and go with it.
func (u *unit) change(ctx context.Context, env *envelope, events []Event) error {
	if err := u.moveMatters(ctx, env); err != nil {
		return err
	}
	u.freeSlots(env)
	ch := Change{Expect: env.version}
	for _, e := range events {
		se, err := EncodeEvent(e)
		if err != nil {
			return err
		}
		ch.Events = append(ch.Events, se)
		u.sendOut(env, e)
	}
	next, err := env.record(u.desk.rules)
	if err != nil {
		return err
	}
	ch.Next = next
	u.commit.Changes = append(u.commit.Changes, ch)
	u.events = append(u.events, events...)
	return nil
}

// fits reports whether the record of a command's ticket has not grown too
// large. A customer's message is never held against that.
func (u *unit) fits() error {
	for _, ch := range u.commit.Changes {
		if limit := u.desk.rules.limits.Record; len(ch.Next.Data) > limit {
			return &Fault{
				Path: "ticket", Value: strconv.Itoa(len(ch.Next.Data)) + " bytes",
				Reason: "would be more than " + strconv.Itoa(limit) + " bytes to keep",
			}
		}
	}
	return nil
}

// moveMatters frees the open matter of a ticket that has ended, and takes it
// again for one that is back, as far as no other ticket holds it now.
func (u *unit) moveMatters(ctx context.Context, env *envelope) error {
	t := &env.Ticket
	key := func(h hexHash) Key { return Key{Shop: t.Shop, Kind: KeyMatter, Hash: h} }
	if u.desk.rules.workflow.Kind(t.State).isFinal() {
		for _, h := range env.Matters {
			u.commit.Release = append(u.commit.Release, key(h))
		}
		env.Freed, env.Matters = append(env.Freed, env.Matters...), nil
		return nil
	}
	var taken []hexHash
	for _, h := range env.Freed {
		_, err := u.desk.holder(ctx, key(h))
		switch {
		case errors.Is(err, ErrNotFound):
			u.commit.Take = append(u.commit.Take, Held{Key: key(h), Ref: t.Ref()})
			env.Matters = append(env.Matters, h)
		case err != nil:
			return fmt.Errorf("ticket: matter of %s: %w", t.Ref(), err)
		default:
			taken = append(taken, h)
		}
	}
	env.Freed = taken
	return nil
}

// sendOut makes an effect of an event that carries words to the customer, and
// of those that the host wants to hear of.
func (u *unit) sendOut(env *envelope, e Event) {
	outbound := e.outbound()
	if outbound {
		u.take(newKey(env.Ticket.Shop, KeyOutbound, MessageID(env.Ticket.Ref(), e.Seq)), env.Ticket.Ref(), []Event{e})
	}
	if !outbound && !u.desk.publish[e.Kind] && !e.orphansFiles() && !e.notifies() {
		return
	}
	if u.desk.delivery.host {
		u.commit.Effects = append(u.commit.Effects, Effect{Event: e.ID, Ref: env.Ticket.Ref(), Kind: e.Kind, Seq: e.Seq})
		return
	}
	env.Pending = append(env.Pending, pending{Event: e.ID, Kind: e.Kind, Seq: e.Seq, NotBefore: u.commit.At})
}

// orphansFiles reports whether files have to go because of the event.
func (e Event) orphansFiles() bool {
	b, ok := e.Body.(Erased)
	return ok && len(b.Files) > 0
}

// notifies reports whether a planner wants somebody to be told.
func (e Event) notifies() bool {
	b, ok := e.Body.(Recorded)
	return ok && b.Step != nil && b.Step.Notify
}

// outbound reports whether an event carries words from the shop to the
// customer.
func (e Event) outbound() bool {
	if e.Actor.Kind == ActorCustomer || e.Kind == EventCreate || e.Kind == EventAutoReply || e.Kind == EventBounce {
		return false
	}
	return e.Public()
}

func (u *unit) take(k Key, ref Ref, events []Event) {
	h := Held{Key: k, Ref: ref}
	if n := len(events); n > 0 {
		h.First, h.Last = events[0].Seq, events[n-1].Seq
	}
	u.commit.Take = append(u.commit.Take, h)
}

// takeFor takes a caller's key, where there is one.
func (u *unit) takeFor(key *Key, ref Ref, events []Event) {
	if key == nil {
		return
	}
	k := *key
	k.Expires = u.commit.At.Add(commandKeyLife)
	u.take(k, ref, events)
}

// idempotency returns the key of a [Keyed] command, bound to the actor and to
// the command's content, and the command inside.
func (d *Desk) idempotency(actor Actor, target string, cmd Command) (*Key, Command, error) {
	keyed, ok := cmd.(Keyed)
	if !ok || keyed.Key == "" {
		if ok {
			cmd = keyed.Command
		}
		return nil, cmd, nil
	}
	if keyed.Command == nil {
		return nil, nil, &Fault{Path: "command", Value: "nil", Reason: "is missing"}
	}
	k, err := callerKey(actor, keyed.Key, target, keyed.Command)
	return k, keyed.Command, err
}

// callerKey is a caller's key, bound to what is asked; nil where there is none.
func callerKey(actor Actor, key, target string, asked any) (*Key, error) {
	if key == "" {
		return nil, nil //nolint:nilnil // nobody asked for a key
	}
	content, err := json.Marshal(asked)
	if err != nil {
		return nil, fmt.Errorf("ticket: %T: %w", asked, err)
	}
	k := newKey(actor.Shop, KeyCommand, string(actor.Kind), actor.ID, key)
	k.Digest = digest(target, fmt.Sprintf("%T", asked), string(content))
	return &k, nil
}

// repeated reports whether a caller's key was used before.
func (u *unit) repeated(ctx context.Context, key *Key) (bool, error) {
	if key == nil {
		return false, nil
	}
	held, err := u.desk.holder(ctx, *key)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("ticket: idempotency key: %w", err)
	}
	return u.repeats(*key, held)
}

// repeats reports whether who holds a caller's key holds it for the same.
func (u *unit) repeats(key Key, held Held) (bool, error) {
	if held.free(u.commit.At) {
		return false, nil
	}
	if held.Key.Digest != key.Digest {
		return false, fmt.Errorf("ticket: %w", ErrKeyReuse)
	}
	u.recalled, u.repeat = &held, true
	return true, nil
}
