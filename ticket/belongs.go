package ticket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of the search for a message's ticket.
const (
	maxReferences = 20 // of a message that are looked up, the latest first
	maxRedirects  = 16 // along merges
)

// holder returns the ticket that holds a key, where the message may enter it.
func (r *reception) holder(ctx context.Context, k Key) (envelope, bool, error) {
	held, err := r.lookup(ctx, k)
	if held == nil || err != nil {
		return envelope{}, false, err
	}
	env, ok, err := r.load(ctx, held.Ref)
	return env, ok && r.mayJoin(&env.Ticket, k.Kind), err
}

// lookUp asks once for all keys that say where the message belongs.
func (r *reception) lookUp(ctx context.Context) error {
	keys := append(r.candidates(), newKey(r.in.Shop, KeyInbound, r.in.Key))
	if r.in.Customer.Ref != "" {
		keys = append(keys, blockKey(r.in.Shop, r.in.Customer.Ref))
	}
	slices.SortFunc(keys, compareKeys) // for mails repeat their references
	keys = slices.CompactFunc(keys, func(a, b Key) bool { return a.Hash == b.Hash })
	r.holders = make(map[hexHash]*Held, len(keys))
	for batch := range slices.Chunk(keys, MaxPage) {
		found, err := r.desk.store.Lookup(ctx, batch...)
		if err != nil {
			return fmt.Errorf("ticket: find a message's ticket: %w", err)
		}
		for _, k := range batch {
			r.holders[k.Hash] = nil
		}
		for _, h := range found {
			r.holders[h.Key.Hash] = &h
		}
	}
	return nil
}

// lookup returns who holds a key, nil for nobody, and asks once for a plan: what
// changes meanwhile the commit finds out.
func (r *reception) lookup(ctx context.Context, k Key) (*Held, error) {
	if held, known := r.holders[k.Hash]; known {
		return held, nil
	}
	held, err := r.desk.holder(ctx, k)
	switch {
	case errors.Is(err, ErrNotFound):
		r.holders[k.Hash] = nil
	case err != nil:
		return nil, fmt.Errorf("ticket: find a message's ticket: %w", err)
	default:
		r.holders[k.Hash] = &held
	}
	return r.holders[k.Hash], nil
}

// key returns the message's unique key, or says that it came before. Another
// message under the same id (some mailers repeat them) gets a key that its
// content tells apart: it must not be lost for that.
func (r *reception) key(ctx context.Context, u *unit) (Key, bool, error) {
	files := make([]string, len(r.in.Attachments))
	for i, f := range r.in.Attachments {
		files[i] = f.Ref
	}
	content := digest(append([]string{r.in.Subject, r.in.Text, r.in.Customer.Ref}, files...)...)
	k := newKey(r.in.Shop, KeyInbound, r.in.Key)
	k.Digest = content
	held, err := r.lookup(ctx, k)
	if held == nil || err != nil {
		return k, false, err
	}
	done, err := u.repeats(k, *held)
	if !errors.Is(err, ErrKeyReuse) {
		return k, done, err
	}
	k = newKey(r.in.Shop, KeyInbound, r.in.Key, string(content[:]))
	k.Digest = content
	done, err = u.repeated(ctx, &k)
	return k, done, err
}

// find returns the ticket that the message points to: the one that the host
// vouches for, that of an earlier message together with its customer, or the
// customer's open matter.
func (r *reception) find(ctx context.Context) (envelope, bool, error) {
	if r.in.Ticket != nil && r.in.Ticket.Shop == r.in.Shop {
		env, ok, err := r.load(ctx, *r.in.Ticket)
		if ok || err != nil {
			return env, ok, err
		}
	}
	for _, k := range r.candidates() {
		if env, ok, err := r.holder(ctx, k); ok || err != nil {
			return env, ok, err
		}
	}
	return envelope{}, false, nil
}

// candidates are the keys under which the ticket may be found.
func (r *reception) candidates() []Key {
	var keys []Key
	refs := r.in.InReplyTo
	for i := len(refs) - 1; i >= max(0, len(refs)-maxReferences); i-- {
		id := strings.Trim(refs[i], "<> ")
		keys = append(keys, newKey(r.in.Shop, KeyOutbound, id), newKey(r.in.Shop, KeyInbound, id))
	}
	return append(keys, matterKeys(r.in)...)
}

// mayJoin reports whether a message found through a key may enter the ticket.
// References can be forged and copied: they count together with the sender
// only. The key of a matter has the sender in it.
func (r *reception) mayJoin(t *Ticket, found KeyKind) bool {
	if t.Customer.Ref != r.in.Customer.Ref {
		return false
	}
	return found == KeyMatter || r.in.Customer.Ref != "" || r.in.Auto != ""
}

func (r *reception) load(ctx context.Context, ref Ref) (envelope, bool, error) {
	rec, err := r.desk.store.Load(ctx, ref)
	if errors.Is(err, ErrNotFound) {
		return envelope{}, false, nil
	}
	if err != nil {
		return envelope{}, false, fmt.Errorf("ticket: load %s: %w", ref, err)
	}
	env, err := decodeRecord(rec)
	return env, err == nil && rec.Kind == RecordTicket, err
}

// holder returns who holds a key, or [ErrNotFound].
func (d *Desk) holder(ctx context.Context, k Key) (Held, error) {
	found, err := d.store.Lookup(ctx, k)
	if err != nil {
		return Held{}, err
	}
	if len(found) == 0 {
		return Held{}, ErrNotFound
	}
	return found[0], nil
}
