package goodwilltest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/goodwill"
)

func recordCases() []script {
	return []script{
		{"record/every field comes back", "a field that is lost is money to the wrong person, or to none", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/every field is replaced", "an old wake works on a grant that is long settled", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			r = next(r)
			r.Kind, r.Created, r.Wake = goodwill.RecordOrder, at(77), time.Time{}
			p.commit(commitOf(r))
			p.stands(r)
			r = next(r)
			r.Labels, r.Data, r.Customer = nil, nil, ""
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/not found", "a grant that is not there must not be taken for an empty one", func(p *probe) {
			p.absent(record(shopA, 1).Ref())
		}},
		{"record/no time is no time", "a zero wake stored as year 1 is due for ever", func(p *probe) {
			r := record(shopA, 1)
			r.Created, r.Updated, r.Wake = time.Time{}, time.Time{}, time.Time{}
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/zones and microseconds", "two zones' clocks must not move an expiry", func(p *probe) {
			r := record(shopA, 1)
			r.Created, r.Wake = at(1).In(time.FixedZone("", 5*3600+1800)), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/hostile text and a megabyte", "customers write what they like", caseHostile},
		{"record/nothing is shared", "what a caller changes afterwards must not change what is stored", func(p *probe) {
			r := record(shopA, 1)
			given := r
			given.Labels, given.Data = slices.Clone(r.Labels), slices.Clone(r.Data)
			p.commit(commitOf(given))
			given.Labels[0], given.Data[0] = "changed", '!'
			p.stands(r)
			if p.err != nil {
				return
			}
			got, err := p.store.Load(p.ctx, r.Ref())
			p.noError("Load", err)
			if p.err == nil {
				got.Labels[0], got.Data[0] = "changed", '!'
			}
			p.stands(r)
		}},
		{"record/shops are apart", "one shop's customers are none of another's business", func(p *probe) {
			var all []goodwill.Record
			for _, shop := range []string{shopA, shopB, shopC} {
				r := record(shop, 1)
				r.ID = record(shopA, 1).ID
				p.commit(commitOf(r))
				all = append(all, r)
			}
			for _, r := range all {
				p.stands(r)
				p.check(len(p.list(goodwill.Query{Shop: r.Shop, Limit: 10}).Records) == 1, "List of %q returns another shop's", r.Shop)
			}
			p.claimsOf("one shop", []string{shopB}, at(5000), 10, all[1])
		}},
	}
}

func caseHostile(p *probe) {
	r := record(shopA, 1)
	r.Customer, r.State = "'; DROP TABLE x; -- \u202e%_\\ \"😀\"", "ß"
	r.Data = []byte(strings.Repeat("\x00\xffä", 1<<18))
	p.commit(commitOf(r))
	p.stands(r)
	p.check(len(p.list(goodwill.Query{Shop: shopA, Customer: r.Customer, Limit: 1}).Records) == 1, "List does not find the customer")
	p.check(len(p.list(goodwill.Query{Shop: shopA, Customer: "%", Limit: 1}).Records) == 0, "List takes %% for a pattern")
}

func commitCases() []script {
	return []script{
		{"commit/created once", "a second creation would pay a customer twice", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			again := record(shopA, 1)
			again.Customer = "somebody else"
			p.refused(goodwill.ErrConflict, commitOf(again))
			p.stands(r)
		}},
		{"commit/stale, missing and future versions are refused", "what the payer said would be lost under an expiry", func(p *probe) {
			r := record(shopA, 1)
			p.refused(goodwill.ErrConflict, commitOf(next(r)))
			p.absent(r.Ref())
			p.commit(commitOf(r))
			second := next(r)
			p.commit(commitOf(second))
			p.refused(goodwill.ErrConflict, commitOf(next(r)))
			ahead := next(second)
			ahead.Version += 2
			p.refused(goodwill.ErrConflict, commitOf(ahead))
			p.stands(second)
		}},
		{"commit/one winner of sixteen", "two workers at once must not both pay", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			if p.err != nil {
				return
			}
			errs := rivals.Together(16, func(i int) error {
				n := next(r)
				n.Customer = fmt.Sprintf("rival-%d", i)
				return p.store.Commit(p.ctx, posting(commitOf(n), entry(shopA, i, goodwill.PhaseDirect, "a", "b", 1)))
			})
			p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, goodwill.ErrConflict) == 15, "%d of 16 won: %v", rivals.Count(errs, nil), errs)
			p.balances("the winner alone", shopA, balance("a", 0, 1), balance("b", 0, -1))
		}},
		{"commit/several records: all or none", "a grant without its order's record refunds more than was paid", func(p *probe) {
			a, b, c := record(shopA, 1), record(shopA, 2), record(shopA, 3)
			p.commit(commitOf(a, b))
			p.refused(goodwill.ErrConflict, commitOf(next(a), next(next(b)), c))
			p.stands(a)
			p.stands(b)
			p.absent(c.Ref())
			p.commit(commitOf(next(a), next(b), c))
			p.stands(next(a))
			p.stands(next(b))
			p.stands(c)
		}},
		{"commit/nothing of a refused one is left", "keys or entries without their record never happened", caseNothingLeft},
		{"commit/a conflict comes first, then keys, then the ledger", "the desk takes a duplicate key as its own commit that has landed", func(p *probe) {
			k := key(shopA, goodwill.UniqueCommit, "c")
			r := record(shopA, 1)
			p.commit(taking(commitOf(r), r, k))
			over := capped(entry(shopA, 1, goodwill.PhaseReserve, "a", "b", 2), 1)
			p.refused(goodwill.ErrConflict, posting(taking(commitOf(r), r, k), over))
			p.duplicate(posting(taking(commitOf(next(r)), r, k), over), k)
			p.over(posting(commitOf(next(r)), over), goodwill.Excess{Account: "a", Cap: amount(1), Total: amount(2)})
		}},
	}
}

func caseNothingLeft(p *probe) {
	r, other := record(shopA, 1), record(shopA, 2)
	old, mine, fresh := key(shopA, goodwill.UniqueRequest, "old"), key(shopA, goodwill.UniqueRequest, "mine"), key(shopA, goodwill.UniqueRequest, "fresh")
	p.commit(taking(commitOf(r, other), r, old, mine))
	soon := func(r goodwill.Record) goodwill.Record { r = next(r); r.Wake = at(1); return r }
	up := posting(commitOf(soon(r), soon(other)), entry(shopA, 1, goodwill.PhaseReserve, "a", "b", 5))
	stale := up
	stale.Writes = slices.Clone(up.Writes)
	stale.Writes[1].Expect, stale.Writes[1].Next.Version = 5, 6
	p.refused(goodwill.ErrConflict, releasing(taking(stale, r, fresh), old))
	p.duplicate(releasing(taking(up, r, fresh, mine), old), mine)
	over := posting(up, capped(entry(shopA, 2, goodwill.PhaseReserve, "c", "b", 5), 4))
	p.refused(goodwill.ErrCap, releasing(taking(over, r, fresh), old))
	early := posting(up, entry(shopA, 2, goodwill.PhasePost, "c", "b", 5))
	p.refused(goodwill.ErrUnreserved, releasing(taking(early, r, fresh), old))
	p.stands(r)
	p.stands(other)
	p.holds(old, r.Ref())
	p.holds(mine, r.Ref())
	p.free(fresh)
	p.balances("after refusals", shopA)
	p.entries("after refusals", goodwill.EntryQuery{Shop: shopA, Limit: 9})
	p.claims("the wakes of before", at(1001), 5, r)
}

func keyCases() []script {
	return []script{
		{"key/taken, held, released, free", "what was asked for once is done once", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			k := key(shopA, goodwill.UniqueRequest, "m")
			p.free(k)
			p.commit(taking(commitOf(r), r, k))
			p.holds(k, r.Ref())
			p.duplicate(taking(commitOf(n), n, k), k)
			p.absent(n.Ref())
			p.duplicate(taking(commitOf(next(r)), r, k), k)
			p.commit(releasing(commitOf(next(r)), k, key(shopA, goodwill.UniqueRequest, "never")))
			p.free(k)
			p.commit(taking(commitOf(n), n, k))
			p.holds(k, n.Ref())
		}},
		{"key/release comes before take", "nobody may get in between", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			k := key(shopA, goodwill.UniqueRequest, "m")
			p.commit(taking(commitOf(r), r, k))
			p.commit(releasing(taking(commitOf(n), n, k), k))
			p.holds(k, n.Ref())
		}},
		{"key/every taken key is named", "the desk has to know whether the request is old, or its own commit has landed", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			m, c, f := key(shopA, goodwill.UniqueRequest, "m"), key(shopA, goodwill.UniqueCommit, "c"), key(shopA, goodwill.UniqueRequest, "f")
			p.commit(taking(commitOf(r), r, m, c))
			p.duplicate(taking(commitOf(n), n, m, c, f), m, c)
			p.free(f)
		}},
		{"key/free from its expiry on, by the commit's clock", "commit ids end after a week; other clocks must not end them", caseExpiry},
		{"key/shops and kinds are apart", "two shops number their orders alike", func(p *probe) {
			for n, shop := range []string{shopA, shopB, shopC} {
				r := record(shop, n)
				p.commit(taking(commitOf(r), r, key(shop, goodwill.UniqueRequest, "same"), key(shop, goodwill.UniqueCommit, "same")))
				p.holds(key(shop, goodwill.UniqueRequest, "same"), r.Ref())
			}
			p.commit(releasing(commitOf(record(shopA, 9)), key(shopA, goodwill.UniqueRequest, "same")))
			p.free(key(shopA, goodwill.UniqueRequest, "same"))
			p.holds(key(shopA, goodwill.UniqueCommit, "same"), record(shopA, 0).Ref())
			p.holds(key(shopB, goodwill.UniqueRequest, "same"), record(shopB, 1).Ref())
		}},
		{"key/raced, one takes it", "sixteen clicks are one grant", func(p *probe) {
			k := key(shopA, goodwill.UniqueRequest, "raced")
			errs := rivals.Together(16, func(i int) error { return p.insist(taking(commitOf(record(shopA, i)), record(shopA, i), k)) })
			p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, goodwill.ErrDuplicate) == 15, "%d of 16 took one key: %v", rivals.Count(errs, nil), errs)
		}},
	}
}

func caseExpiry(p *probe) {
	r, n := record(shopA, 1), record(shopA, 2)
	k := key(shopA, goodwill.UniqueCommit, "c")
	forever := k
	k.Expires = at(60)
	p.commit(taking(commitOf(r), r, k))
	c := taking(commitOf(n), n, forever)
	c.At = at(60).Add(-time.Microsecond)
	p.duplicate(c, k)
	p.holds(k, r.Ref())
	c.At = at(60)
	p.commit(c)
	p.holds(forever, n.Ref())
	last := taking(commitOf(next(r)), r, k)
	last.At = at(1_000_000)
	p.duplicate(last, k)
}

func contextCases() []script {
	return []script{
		{"context/done: nothing happens", "a caller that gave up must not find its grant made", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			done, cancel := context.WithCancel(p.ctx)
			cancel()
			_, err := p.store.Load(done, r.Ref())
			p.wants("Load", context.Canceled, err)
			p.wants("Commit", context.Canceled, p.store.Commit(done, commitOf(next(r))))
			_, err = p.store.Lookup(done, key(shopA, goodwill.UniqueRequest, "m"))
			p.wants("Lookup", context.Canceled, err)
			_, err = p.store.List(done, goodwill.Query{Shop: shopA, Limit: 1})
			p.wants("List", context.Canceled, err)
			_, err = p.store.Claim(done, goodwill.ClaimRequest{Now: at(9999), Lease: lease, Limit: 1})
			p.wants("Claim", context.Canceled, err)
			_, err = p.store.Entries(done, goodwill.EntryQuery{Shop: shopA, Limit: 1})
			p.wants("Entries", context.Canceled, err)
			_, err = p.store.Balances(done, goodwill.BalanceQuery{Shop: shopA, Limit: 1})
			p.wants("Balances", context.Canceled, err)
			p.stands(r)
			p.claims("after a claim that did nothing", at(9999), 5, r)
		}},
	}
}
