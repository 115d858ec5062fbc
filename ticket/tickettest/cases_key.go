package tickettest

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"
	"github.com/kulanz-go/kulanz/ticket"
)

func keyCases() []script {
	return []script{
		{
			"key/taken, held, released, free",
			"the same mail delivered twice is one message, and an ended matter makes room for the next",
			caseKeyLife,
		},
		{
			"key/held by the record itself is held",
			"the Desk tries a commit of unknown outcome again under one id: that it landed shows by this key alone",
			func(p *probe) {
				r := record(shopA, 1)
				h := held(key(shopA, ticket.KeyCommit, "c"), r)
				p.commit(taking(commitOf(step(r)), h))
				p.duplicate(taking(commitOf(step(next(r))), h), h.Key)
				p.stands(r)
			},
		},
		{
			"key/commit id known after the commit, unknown before and after a refusal",
			"it is the only way to learn what became of a commit whose reply was lost; a wrong answer doubles it, or loses it",
			caseCommitID,
		},
		{
			"key/release comes before take",
			"a follow-up takes over the open matter of its predecessor in one stroke; nobody may get in between",
			func(p *probe) {
				k := key(shopA, ticket.KeyMatter, "m")
				a, b := record(shopA, 1), record(shopA, 2)
				p.commit(taking(commitOf(step(a)), held(k, a)))
				p.commit(releasing(taking(commitOf(steps(next(a), b)...), held(k, b)), k))
				p.holds(held(k, b))
				p.duplicate(taking(commitOf(step(record(shopA, 3))), held(k, record(shopA, 3))), k)
			},
		},
		{
			"key/release of a free key is no fault",
			"a ticket ends although its matter was freed before",
			func(p *probe) {
				r := record(shopA, 1)
				p.commit(releasing(commitOf(step(r)), key(shopA, ticket.KeyMatter, "never")))
				p.stands(r)
			},
		},
		{
			"key/release frees the keys named and no others",
			"closing one ticket must not open the door to duplicates of another",
			func(p *probe) {
				r := record(shopA, 1)
				x, y := key(shopA, ticket.KeyMatter, "x"), key(shopA, ticket.KeyMatter, "y")
				other, slot := key(shopB, ticket.KeyMatter, "x"), key(shopA, ticket.KeySlot, "x")
				b := record(shopB, 1)
				p.commit(taking(commitOf(step(r)), held(x, r), held(y, r), held(slot, r)))
				p.commit(taking(commitOf(step(b)), held(other, b)))
				p.commit(releasing(commitOf(step(next(r))), x))
				p.free(x)
				p.holds(held(y, r))
				p.holds(held(slot, r))
				p.holds(held(other, b))
			},
		},
		{
			"key/every taken key is named",
			"the Desk joins the matter that is taken, and draws another number where the number is; it has to know which",
			func(p *probe) {
				r, n := record(shopA, 1), record(shopA, 2)
				keys := make([]ticket.Key, 6)
				for i := range keys {
					keys[i] = key(shopA, ticket.KeyMatter, strconv.Itoa(i))
				}
				number := key(shopA, ticket.KeyNumber, "1")
				p.commit(taking(commitOf(step(r)), held(keys[1], r), held(keys[3], r), held(keys[5], r), held(number, r)))
				c := taking(commitOf(step(n)), held(number, n))
				for _, k := range keys {
					c = taking(c, held(k, n))
				}
				p.duplicate(c, keys[1], keys[3], keys[5], number)
				p.absent(n.Ref())
			},
		},
		{
			"key/not burned by a refusal",
			"a customer's mail that met a conflict is tried again; its own key must not turn it away as a duplicate",
			caseNotBurned,
		},
		{
			"key/shops and kinds are apart",
			"two shops number their mails alike; a key of one must not swallow a message of the other",
			func(p *probe) {
				shops := []string{shopA, shopB, shopC}
				kinds := []ticket.KeyKind{ticket.KeyInbound, ticket.KeyOutbound, ticket.KeyCommand}
				for n, shop := range shops {
					c := commitOf(step(record(shop, n)))
					for _, kind := range kinds {
						p.free(key(shop, kind, "same"))
						c = taking(c, held(key(shop, kind, "same"), record(shop, n)))
					}
					p.commit(c)
				}
				for n, shop := range shops {
					for _, kind := range kinds {
						p.holds(held(key(shop, kind, "same"), record(shop, n)))
					}
				}
			},
		},
		{
			"key/found by shop, kind and hash alone",
			"the Desk asks before it knows the digest, and with an expiry of today",
			func(p *probe) {
				r := record(shopA, 1)
				h := held(key(shopA, ticket.KeyCommand, "k"), r)
				h.Key.Expires, h.First, h.Last = at(1000), 3, 7
				p.commit(taking(commitOf(step(r)), h))
				asked := ticket.Key{Shop: shopA, Kind: ticket.KeyCommand, Hash: h.Key.Hash}
				if p.err != nil {
					return
				}
				got, err := p.store.Lookup(p.ctx, asked)
				p.noError("Lookup", err)
				p.sameHeld(got, h)
			},
		},
		{
			"key/several at once",
			"a mail names twenty others; whose matter it is must not take a question for each",
			func(p *probe) {
				var keys []ticket.Key
				var want []ticket.Held
				for n, shop := range []string{shopA, shopB} {
					r := record(shop, n)
					taken := held(key(shop, ticket.KeyInbound, "one"), r)
					taken.Key.Expires, taken.First, taken.Last = at(1000), 1, 2
					other := held(key(shop, ticket.KeyMatter, "other"), r)
					p.commit(taking(commitOf(step(r)), taken, other))
					want = append(want, taken, other)
					keys = append(keys, other.Key, key(shop, ticket.KeyOutbound, "free"), taken.Key)
					for _, crossed := range []ticket.Key{taken.Key, other.Key} {
						crossed.Kind = ticket.KeyCommand
						keys = append(keys, crossed)
					}
				}
				crossed := held(ticket.Key{Shop: shopA, Kind: ticket.KeyMatter, Hash: want[0].Key.Hash}, record(shopA, 5))
				p.commit(taking(commitOf(step(record(shopA, 5))), crossed)) // nobody asks for it
				if p.err != nil {
					return
				}
				got, err := p.store.Lookup(p.ctx, keys...)
				p.noError("Lookup", err)
				p.sameHeld(got, want...)
				none, err := p.store.Lookup(p.ctx)
				p.noError("Lookup of none", err)
				p.sameHeld(none)
			},
		},
		{
			"key/the same key with another digest",
			"a caller that reuses an idempotency key for another command is told so, not given the first result",
			func(p *probe) {
				r, n := record(shopA, 1), record(shopA, 2)
				h := held(key(shopA, ticket.KeyCommand, "k"), r)
				p.commit(taking(commitOf(step(r)), h))
				other := held(h.Key, n)
				other.Key.Digest = key(shopA, ticket.KeyCommand, "other").Digest
				p.duplicate(taking(commitOf(step(n)), other), h.Key)
				p.holds(h)
			},
		},
		{
			"key/free from its expiry on",
			"idempotency keys end after 30 days; one that never does turns away what is new",
			caseExpiry,
		},
		{
			"key/expiry goes by the commit's clock",
			"servers' clocks differ: only the Desk's own decides, or a replay of old times frees every key",
			func(p *probe) {
				past, future := record(shopA, 1), record(shopA, 2)
				h := held(key(shopA, ticket.KeyCommand, "past"), past)
				h.Key.Expires = time.Date(2001, 1, 2, 0, 0, 0, 0, time.UTC)
				c := taking(commitOf(step(past)), h)
				c.At = time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)
				p.commit(c)
				p.holds(h)
				again := taking(commitOf(step(future)), held(h.Key, future))
				again.At = c.At.Add(time.Hour)
				p.duplicate(again, h.Key)

				later := held(key(shopA, ticket.KeyCommand, "future"), future)
				later.Key.Expires = time.Date(9000, 1, 1, 0, 0, 0, 0, time.UTC)
				p.commit(taking(commitOf(step(future)), later))
				third := record(shopA, 3)
				c = taking(commitOf(step(third)), held(later.Key, third))
				c.At = later.Key.Expires.Add(time.Hour)
				p.commit(c)
				p.stands(third)
			},
		},
		{
			"key/raced, one takes it",
			"sixteen mails of a barrage open one ticket, not sixteen",
			caseKeyRace,
		},
	}
}

func caseKeyLife(p *probe) {
	r, n := record(shopA, 1), record(shopA, 2)
	k := key(shopA, ticket.KeyInbound, "<m1@mail>")
	p.free(k)
	h := held(k, r)
	p.commit(taking(commitOf(step(r)), h))
	p.holds(h)
	p.duplicate(taking(commitOf(step(n)), held(k, n)), k)
	p.absent(n.Ref())
	p.holds(h)
	r = next(r)
	p.commit(commitOf(step(r)))
	p.holds(h)
	r = next(r)
	p.commit(releasing(commitOf(step(r)), k))
	p.free(k)
	p.commit(taking(commitOf(step(n)), held(k, n)))
	p.holds(held(k, n))
}

func caseCommitID(p *probe) {
	r := record(shopA, 1)
	c := commitOf(step(r))
	h := held(commitKey(c), r)
	p.free(h.Key)
	p.commit(taking(c, h))
	p.holds(h)
	stale := commitOf(step(r))
	stale.ID = scramble("stale")
	p.conflict(taking(stale, held(commitKey(stale), r)))
	p.free(commitKey(stale))
	last := r
	for range 5 { // others come after it; it stays known
		last = next(last)
		c := commitOf(step(last))
		p.commit(taking(c, held(commitKey(c), last)))
	}
	p.holds(h)
}

func caseNotBurned(p *probe) {
	r, n := record(shopA, 1), record(shopA, 2)
	taken, wanted := key(shopA, ticket.KeyNumber, "taken"), key(shopA, ticket.KeyInbound, "wanted")
	p.commit(taking(commitOf(step(r)), held(taken, r)))
	p.in("by a conflict", func() {
		p.conflict(taking(commitOf(step(r)), held(wanted, r)))
		p.free(wanted)
	})
	p.in("by another key that was taken", func() {
		p.duplicate(taking(commitOf(step(n)), held(wanted, n), held(taken, n)), taken)
		p.free(wanted)
		p.holds(held(taken, r))
	})
	p.commit(taking(commitOf(step(n)), held(wanted, n)))
	p.holds(held(wanted, n))
}

func caseExpiry(p *probe) {
	k := key(shopA, ticket.KeyCommand, "k")
	k.Expires = at(60)
	r, n := record(shopA, 1), record(shopA, 2)
	p.commit(taking(commitOf(step(r)), held(k, r)))
	c := taking(commitOf(step(n)), held(key(shopA, ticket.KeyCommand, "k"), n))
	c.At = k.Expires.Add(-time.Microsecond)
	p.duplicate(c, k)
	p.in("expired, and nobody has taken it since", func() {
		p.holds(held(k, r))
	})
	c.At = k.Expires
	p.commit(c)
	p.holds(held(key(shopA, ticket.KeyCommand, "k"), n))
	r2 := next(r)
	c = taking(commitOf(step(r2)), held(k, r2))
	c.At = at(1_000_000)
	p.duplicate(c, k) // the new holder's does not expire
}

func caseKeyRace(p *probe) {
	const callers = 16
	for round := range p.size.Rounds {
		if p.err != nil {
			return
		}
		k := key(shopA, ticket.KeyMatter, strconv.Itoa(round))
		errs := rivals.Together(callers, func(i int) error {
			r := record(shopA, round*callers+i)
			own := held(key(shopA, ticket.KeyInbound, fmt.Sprint(round, i)), r)
			return p.insist(taking(commitOf(step(r)), held(k, r), own))
		})
		p.check(rivals.Count(errs, nil) == 1, "%d of %d took one key", rivals.Count(errs, nil), callers)
		for i, err := range errs {
			r := record(shopA, round*callers+i)
			own := key(shopA, ticket.KeyInbound, fmt.Sprint(round, i))
			if err == nil {
				p.stands(r)
				p.holds(held(k, r))
				p.holds(held(own, r))
				continue
			}
			p.namesKeys(err, k)
			p.absent(r.Ref())
			p.free(own)
			p.check(!errors.Is(err, ticket.ErrNotFound), "a taken key is ErrNotFound")
		}
	}
}
