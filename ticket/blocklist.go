package ticket

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"
)

// Block puts a customer on the block list, at the word of two persons of whom
// the second is a lead. An entry ends at its review, in 12 months at the
// latest, unless it is renewed. A customer who is blocked already is a
// refusal, and so is a list of [MaxBlocks].
func (d *Desk) Block(ctx context.Context, actor, second Actor, req BlockRequest) (Block, error) {
	var c check
	req.check(&c, d.rules.limits, d.now())
	if err := c.err(); err != nil {
		return Block{}, err
	}
	if stops := mayBlock(actor, second); len(stops) > 0 {
		return Block{}, &Refusal{Event: EventBlock, Blockers: stops}
	}
	id, err := newID(d.now(), d.random)
	if err != nil {
		return Block{}, err
	}
	var env blockEnvelope
	_, err = d.run(ctx, OpBlock, Ref{}, func(ctx context.Context, u *unit) error {
		slot, err := d.freeSlot(ctx, actor.Shop, req.Customer)
		if err != nil {
			return err
		}
		review := ceil(req.Review)
		if review.IsZero() {
			review = lastReview(u.commit.At)
		}
		env = blockEnvelope{Slot: slot, Block: Block{
			ID: id, Shop: actor.Shop, Customer: req.Customer, Kind: req.Kind, Reason: req.Reason,
			Evidence: cleanLine(req.Evidence), By: actor.ID, Second: second.ID, From: u.commit.At, Review: review,
		}}
		for _, k := range []Key{blockKey(actor.Shop, req.Customer), blockSlot(actor.Shop, slot)} {
			u.take(k, env.Block.Ref(), nil)
		}
		return u.changeBlock(&env, EventBlock, actor)
	})
	return env.Block, err
}

// freeSlot returns a place on the list, or refuses.
func (d *Desk) freeSlot(ctx context.Context, shop, customer string) (int, error) {
	var used []int
	for env, err := range d.blocks(ctx, shop) {
		if err != nil {
			return 0, err
		}
		if env.Block.Customer == customer {
			return 0, &Refusal{Event: EventBlock, Blockers: blocked(CodeBlocked, "block", env.Block.ID.String())}
		}
		used = append(used, env.Slot)
	}
	slot, ok := firstFree(used)
	if !ok {
		return 0, &Refusal{Event: EventBlock, Blockers: blocked(CodeBlockList, "max", strconv.Itoa(MaxBlocks))}
	}
	return slot, nil
}

// RenewBlock lets a block stand until another review, at the word of two
// persons.
func (d *Desk) RenewBlock(ctx context.Context, actor, second Actor, ref Ref, review time.Time) (Block, error) {
	var c check
	checkReview(&c, review, d.now())
	if err := c.err(); err != nil {
		return Block{}, err
	}
	if stops := mayBlock(actor, second); len(stops) > 0 {
		return Block{}, &Refusal{Event: EventRenewBlock, Blockers: stops}
	}
	return d.editBlock(ctx, actor, ref, EventRenewBlock, func(b *Block, now time.Time) {
		b.Review, b.By, b.Second = ceil(review), actor.ID, second.ID
		if review.IsZero() {
			b.Review = lastReview(now)
		}
	})
}

// AppealBlock keeps what the customer says to a block, for its review.
func (d *Desk) AppealBlock(ctx context.Context, actor Actor, ref Ref, note string) (Block, error) {
	var c check
	d.rules.limits.checkName(&c, "block.appeal", note, true)
	if err := c.err(); err != nil {
		return Block{}, err
	}
	return d.editBlock(ctx, actor, ref, EventAppealBlock, func(b *Block, _ time.Time) { b.Appeal = cleanLine(note) })
}

// Unblock ends a block at once. Any agent may.
func (d *Desk) Unblock(ctx context.Context, actor Actor, ref Ref) (Block, error) {
	return d.editBlock(ctx, actor, ref, EventUnblock, func(b *Block, now time.Time) {
		b.Ended, b.EndedBy = now, actor.ID
	})
}

// editBlock changes an entry that stands.
func (d *Desk) editBlock(
	ctx context.Context, actor Actor, ref Ref, kind EventKind, edit func(*Block, time.Time),
) (Block, error) {
	if actor.Kind != ActorAgent && actor.Kind != ActorSystem {
		return Block{}, &Refusal{Event: kind, Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
	}
	var env blockEnvelope
	_, err := d.run(ctx, OpBlock, ref, func(ctx context.Context, u *unit) error {
		if ref.Shop != actor.Shop {
			return fmt.Errorf("ticket: %s: %w", ref, ErrNotFound)
		}
		rec, err := d.store.Load(ctx, ref)
		if err != nil {
			return fmt.Errorf("ticket: load %s: %w", ref, err)
		}
		if env, err = decodeBlock(rec); err != nil {
			return err
		}
		if !env.Block.Ended.IsZero() {
			return &Refusal{Event: kind, State: StateUnblocked, Blockers: blocked(CodeTransition, "state", string(StateUnblocked))}
		}
		edit(&env.Block, u.commit.At)
		return u.changeBlock(&env, kind, actor)
	})
	return env.Block, err
}

// changeBlock adds an entry's next version; one that has ended gives its keys
// back.
func (u *unit) changeBlock(env *blockEnvelope, kind EventKind, actor Actor) error {
	if b := env.Block; !b.Ended.IsZero() {
		u.commit.Release = append(u.commit.Release, blockKey(b.Shop, b.Customer), blockSlot(b.Shop, env.Slot))
	}
	ch, err := env.change(u, kind, actor)
	if err != nil {
		return err
	}
	u.commit.Changes = append(u.commit.Changes, ch)
	return nil
}

// Blocks returns the entries of the actor's shop that stand, oldest first.
func (d *Desk) Blocks(ctx context.Context, actor Actor) ([]Block, error) {
	if actor.Kind != ActorAgent && actor.Kind != ActorSystem {
		return nil, &Refusal{Event: EventBlock, Blockers: blocked(CodeActor, "actor", string(actor.Kind))}
	}
	var out []Block
	for env, err := range d.blocks(ctx, actor.Shop) {
		if err != nil {
			return nil, err
		}
		out = append(out, env.Block)
	}
	return out, nil
}

// IsBlocked returns the block that keeps a customer away, if one does: from
// writing about something new, or, with known set, from writing about an
// order or a ticket that there is.
func (d *Desk) IsBlocked(ctx context.Context, shop, customer string, known bool) (Block, bool, error) {
	if customer == "" {
		return Block{}, false, nil
	}
	held, err := d.holder(ctx, blockKey(shop, customer))
	if errors.Is(err, ErrNotFound) {
		return Block{}, false, nil
	}
	if err != nil {
		return Block{}, false, fmt.Errorf("ticket: block list: %w", err)
	}
	return d.blockOf(ctx, held, known)
}

// blockOf returns the block that holds a customer's place on the list, and
// whether it stands.
func (d *Desk) blockOf(ctx context.Context, held Held, known bool) (Block, bool, error) {
	rec, err := d.store.Load(ctx, held.Ref)
	if errors.Is(err, ErrNotFound) {
		return Block{}, false, nil
	}
	if err != nil {
		return Block{}, false, fmt.Errorf("ticket: load %s: %w", held.Ref, err)
	}
	env, err := decodeBlock(rec)
	if err != nil {
		return Block{}, false, err
	}
	stands := env.Block.live(d.now()) && (env.Block.Kind == BlockAll || !known)
	return env.Block, stands, nil
}

// blocks yields the entries that stand.
func (d *Desk) blocks(ctx context.Context, shop string) iter.Seq2[blockEnvelope, error] {
	return d.blocksOf(ctx, Query{Shop: shop, States: []State{StateBlocked}})
}

// blocksOf yields the entries that a query finds.
func (d *Desk) blocksOf(ctx context.Context, q Query) iter.Seq2[blockEnvelope, error] {
	q.Kind, q.Limit = RecordBlock, MaxPage
	return func(yield func(blockEnvelope, error) bool) {
		q := q
		for {
			page, err := d.store.List(ctx, q)
			if err != nil {
				yield(blockEnvelope{}, err)
				return
			}
			for _, rec := range page.Records {
				env, err := decodeBlock(rec)
				if !yield(env, err) {
					return
				}
			}
			if !page.More || len(page.Records) == 0 {
				return
			}
			next := PositionOf(page.Records[len(page.Records)-1], q.Order)
			q.After = &next
		}
	}
}

// tickBlock ends a block whose review has come without a renewal.
func (d *Desk) tickBlock(ctx context.Context, rec Record) error {
	system := Actor{Kind: ActorSystem, Shop: rec.Shop}
	_, err := d.run(ctx, OpTick, rec.Ref(), func(ctx context.Context, u *unit) error {
		current, err := d.store.Load(ctx, rec.Ref())
		if err != nil {
			return fmt.Errorf("ticket: load %s: %w", rec.Ref(), err)
		}
		env, err := decodeBlock(current)
		if err != nil {
			return err
		}
		if !env.Block.Ended.IsZero() || u.commit.At.Before(env.Block.Review) {
			return nil
		}
		env.Block.Ended = u.commit.At
		return u.changeBlock(&env, EventExpireBlock, system)
	})
	return err
}

// eraseBlocks takes a customer out of the entries that have ended, history
// included, and reports those that stand.
func (d *Desk) eraseBlocks(ctx context.Context, actor Actor, customer string, res *EraseResult) error {
	var all []blockEnvelope
	for env, err := range d.blocksOf(ctx, Query{Shop: actor.Shop, Customer: customer}) {
		if err != nil {
			return err
		}
		all = append(all, env)
	}
	for _, env := range all {
		ref := env.Block.Ref()
		if env.Block.live(d.now()) {
			res.Kept = append(res.Kept, Retained{ref, blocked(CodeBlocked, "until", env.Block.Review.Format(time.DateOnly))})
			continue
		}
		if err := d.eraseBlock(ctx, actor, env); err != nil {
			return fmt.Errorf("ticket: erase block %s: %w", ref, err)
		}
		res.Erased = append(res.Erased, ref)
	}
	return nil
}

func (d *Desk) eraseBlock(ctx context.Context, actor Actor, env blockEnvelope) error {
	if actor.Kind != ActorSystem && !actor.Is(RoleLead) {
		return &Refusal{Event: EventErase, Blockers: blocked(CodeRole, "role", string(RoleLead))}
	}
	id, err := newID(d.now(), d.random)
	if err != nil {
		return err
	}
	u := &unit{desk: d, op: new(operation)}
	u.commit.ID, u.commit.At = id, d.now().UTC().Truncate(time.Microsecond)
	if env.Block.Ended.IsZero() { // its review has come; no tick has said so yet
		env.Block.Ended = u.commit.At
		u.commit.Release = append(u.commit.Release,
			blockKey(env.Block.Shop, env.Block.Customer), blockSlot(env.Block.Shop, env.Slot))
	}
	env.Block.Customer, env.Block.Evidence, env.Block.Appeal = "", "", ""
	ch, err := env.change(u, EventErase, actor)
	if err != nil {
		return err
	}
	u.commit.Changes = append(u.commit.Changes, ch)
	u.seal()
	return d.store.Erase(ctx, EraseRequest{Commit: u.commit, Redact: func(se StoredEvent) (StoredEvent, error) {
		se.Data = []byte("{}")
		return se, nil
	}})
}
