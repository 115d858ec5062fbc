package ticket

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// KeyWish is a unique key that a planner wants for its ticket: a place in a
// budget of notices, a unit of an agent's capacity.
type KeyWish struct {
	// Name is how the planner calls it; the answer is under this name.
	Name string
	// Kind is [KeyNotice] or [KeySlot].
	Kind KeyKind
	// Values are the candidates: the first that nobody holds is granted. The
	// desk hashes them before a store sees them. Planners share them, so a
	// value should say whose it is.
	Values []string
	// Expires is when the key is free again by itself; zero: when it is
	// released. Release looks at Kind and Values alone.
	Expires time.Time
}

// Bounds of what a planner asks for in one commit.
const (
	maxWishes = 64
	maxValues = 16 // candidates of one wish
	maxAsks   = 3
)

func (w KeyWish) valid(now time.Time) bool {
	return w.Name != "" && (w.Kind == KeyNotice || w.Kind == KeySlot) && len(w.Values) > 0 && len(w.Values) <= maxValues &&
		!slices.Contains(w.Values, "") && (w.Expires.IsZero() || w.Expires.After(now))
}

func (w KeyWish) key(shop, value string) Key {
	return Key{Shop: shop, Kind: w.Kind, Hash: newKey(shop, w.Kind, "planner", value).Hash, Expires: ceil(w.Expires)}
}

// consult asks a planner, and again where it wants keys that were not looked
// at yet, and returns the keys that it takes.
func (u *unit) consult(ctx context.Context, p Planner, in PlanInput) (PlanOutput, []Held, string) {
	ref := in.Ticket.Ref()
	for range maxAsks {
		out, fault := ask(p, in)
		if fault != "" {
			return out, nil, fault
		}
		if len(out.Take)+len(out.Release) > maxWishes {
			return PlanOutput{}, nil, planKeys
		}
		granted := maps.Clone(in.Grants)
		if granted == nil {
			granted = make(map[string]string, len(out.Take))
		}
		var taken []Held
		open := false
		for _, w := range out.Take {
			if !w.valid(in.Now) {
				return PlanOutput{}, nil, planKeys
			}
			value, known := granted[w.Name]
			if !known {
				open = true
				var err error
				if value, err = u.free(ctx, ref.Shop, w, taken); err != nil {
					return PlanOutput{}, nil, planKeys
				}
				granted[w.Name] = value
			}
			if value != "" && !slices.Contains(w.Values, value) {
				return PlanOutput{}, nil, planKeys // another wish under the same name
			}
			if value != "" {
				taken = append(taken, Held{Key: w.key(ref.Shop, value), Ref: ref})
			}
		}
		if !open {
			return out, taken, ""
		}
		in.Grants = granted
	}
	return PlanOutput{}, nil, planKeys
}

// free returns the first value whose key nobody holds and this commit does not
// take already.
func (u *unit) free(ctx context.Context, shop string, w KeyWish, taken []Held) (string, error) {
	for _, value := range w.Values {
		k := w.key(shop, value)
		same := func(h Held) bool { return h.Key.Kind == k.Kind && h.Key.Hash == k.Hash }
		if slices.ContainsFunc(u.commit.Take, same) || slices.ContainsFunc(taken, same) {
			continue
		}
		held, err := u.desk.holder(ctx, k)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && held.free(u.commit.At):
			return value, nil
		case err != nil:
			return "", err
		}
	}
	return "", nil
}

// release frees those of the keys that the ticket holds. One that cannot be
// looked up stays: the planner may ask again, and losing a place that another
// ticket holds would be worse.
func (u *unit) release(ctx context.Context, env *envelope, wishes []KeyWish) {
	ref := env.Ticket.Ref()
	for _, w := range wishes {
		for _, value := range w.Values {
			k := w.key(ref.Shop, value)
			k.Expires = time.Time{}
			same := func(h Held) bool { return h.Key.Kind == k.Kind && h.Key.Hash == k.Hash }
			if slices.ContainsFunc(u.commit.Take, same) { // taken in this very commit
				u.commit.Take = slices.DeleteFunc(u.commit.Take, same)
				env.Slots = slices.DeleteFunc(slices.Clone(env.Slots), func(h hexHash) bool { return h == k.Hash })
				continue
			}
			held, err := u.desk.holder(ctx, k)
			if err == nil && held.Ref == ref && !slices.Contains(u.commit.Release, k) {
				u.commit.Release = append(u.commit.Release, k)
				env.Slots = slices.DeleteFunc(slices.Clone(env.Slots), func(h hexHash) bool { return h == k.Hash })
			}
		}
	}
}

// hold keeps which places a ticket has.
func (env *envelope) hold(taken []Held) {
	for _, h := range taken {
		if h.Key.Kind == KeySlot && !slices.Contains(env.Slots, h.Key.Hash) {
			env.Slots = append(slices.Clip(env.Slots), h.Key.Hash)
		}
	}
}

// freeSlots gives back the places of a ticket that has ended, so that none is
// lost where its planner is gone or has forgotten.
func (u *unit) freeSlots(env *envelope) {
	if !u.desk.rules.workflow.Kind(env.Ticket.State).isFinal() {
		return
	}
	for _, h := range env.Slots {
		k := Key{Shop: env.Ticket.Shop, Kind: KeySlot, Hash: h}
		same := func(t Held) bool { return t.Key.Kind == KeySlot && t.Key.Hash == h }
		if slices.ContainsFunc(u.commit.Take, same) {
			u.commit.Take = slices.DeleteFunc(u.commit.Take, same) // asked for in this very commit
			continue
		}
		u.commit.Release = append(u.commit.Release, k)
	}
	env.Slots = nil
}
