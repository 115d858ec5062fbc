package feedbacktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/feedback"
)

func recordCases() []script {
	return []script{
		{"record/every field comes back", "a field that is lost is a survey to the wrong person, or none", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/every field is replaced", "an old wake reminds a customer who has answered", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			r = next(r)
			r.Kind, r.Created, r.Wake = feedback.RecordMeasure, at(77), time.Time{}
			p.commit(commitOf(r))
			p.stands(r)
			r = next(r)
			r.Labels, r.Data, r.Customer = nil, nil, ""
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/not found", "an invitation that is not there must not be taken for an empty one", func(p *probe) {
			p.absent(record(shopA, 1).Ref())
		}},
		{"record/no time is no time", "a zero wake stored as year 1 is due for ever", func(p *probe) {
			r := record(shopA, 1)
			r.Created, r.Updated, r.Wake = time.Time{}, time.Time{}, time.Time{}
			p.commit(commitOf(r))
			p.stands(r)
		}},
		{"record/zones and microseconds", "two zones' clocks must not move a reminder", func(p *probe) {
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
			var all []feedback.Record
			for _, shop := range []string{shopA, shopB, shopC} {
				r := record(shop, 1)
				r.ID = record(shopA, 1).ID
				p.commit(commitOf(r))
				all = append(all, r)
			}
			for _, r := range all {
				p.stands(r)
				p.check(len(p.list(feedback.Query{Shop: r.Shop, Limit: 10}).Records) == 1, "List of %q returns another shop's", r.Shop)
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
	p.check(len(p.list(feedback.Query{Shop: shopA, Customer: r.Customer, Limit: 1}).Records) == 1, "List does not find the customer")
	p.check(len(p.list(feedback.Query{Shop: shopA, Customer: "%", Limit: 1}).Records) == 0, "List takes %% for a pattern")
}

func commitCases() []script {
	return []script{
		{"commit/created once", "a second creation would ask a customer twice", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			again := record(shopA, 1)
			again.Customer = "somebody else"
			p.refused(feedback.ErrConflict, commitOf(again))
			p.stands(r)
		}},
		{"commit/stale, missing and future versions are refused", "an answer would be lost under a reminder", func(p *probe) {
			r := record(shopA, 1)
			p.refused(feedback.ErrConflict, commitOf(next(r)))
			p.absent(r.Ref())
			p.commit(commitOf(r))
			second := next(r)
			p.commit(commitOf(second))
			p.refused(feedback.ErrConflict, commitOf(next(r)))
			ahead := next(second)
			ahead.Version += 2
			p.refused(feedback.ErrConflict, commitOf(ahead))
			p.stands(second)
		}},
		{"commit/one winner of sixteen", "two answers at once must not both count", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			if p.err != nil {
				return
			}
			day := sumKey(shopA, "q", "", 5)
			errs := rivals.Together(16, func(i int) error {
				n := next(r)
				n.Customer = fmt.Sprintf("rival-%d", i)
				return p.store.Commit(p.ctx, counting(commitOf(n), feedback.Change{Key: day, Add: sum(1)}))
			})
			p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, feedback.ErrConflict) == 15, "%d of 16 won: %v", rivals.Count(errs, nil), errs)
			p.counts("the winner alone", p.rows(days()), feedback.Row{Key: day, Summary: sum(1)})
		}},
		{"commit/several records: all or none", "an invitation without its customer's record goes past the cap", func(p *probe) {
			a, b, c := record(shopA, 1), record(shopA, 2), record(shopA, 3)
			p.commit(commitOf(a, b))
			p.refused(feedback.ErrConflict, commitOf(next(a), next(next(b)), c))
			p.stands(a)
			p.stands(b)
			p.absent(c.Ref())
			p.commit(commitOf(next(a), next(b), c))
			p.stands(next(a))
			p.stands(next(b))
			p.stands(c)
		}},
		{"commit/nothing of a refused one is left", "keys or counts without their record never happened", caseNothingLeft},
		{"commit/a conflict comes first, then keys, then counts", "the desk takes a duplicate key as its own commit that has landed", func(p *probe) {
			k := key(shopA, feedback.UniqueCommit, "c")
			r := record(shopA, 1)
			p.commit(taking(commitOf(r), r, k))
			under := feedback.Change{Key: sumKey(shopA, "q", "", 1), Sub: sum(1)}
			p.refused(feedback.ErrConflict, counting(taking(commitOf(r), r, k), under))
			p.duplicate(counting(taking(commitOf(next(r)), r, k), under), k)
		}},
	}
}

func caseNothingLeft(p *probe) {
	r, other := record(shopA, 1), record(shopA, 2)
	old, mine, fresh := key(shopA, feedback.UniqueMatter, "old"), key(shopA, feedback.UniqueMatter, "mine"), key(shopA, feedback.UniqueMatter, "fresh")
	p.commit(taking(commitOf(r, other), r, old, mine))
	soon := func(r feedback.Record) feedback.Record { r = next(r); r.Wake = at(1); return r }
	up := counting(commitOf(soon(r), soon(other)), feedback.Change{Key: sumKey(shopA, "q", "", 1), Add: sum(1)})
	stale := up
	stale.Writes = slices.Clone(up.Writes)
	stale.Writes[1].Expect, stale.Writes[1].Next.Version = 5, 6
	p.refused(feedback.ErrConflict, releasing(taking(stale, r, fresh), old))
	p.duplicate(releasing(taking(up, r, fresh, mine), old), mine)
	under := counting(up, feedback.Change{Key: sumKey(shopA, "q", "x", 1), Sub: sum(1)})
	p.refused(feedback.ErrUnderflow, releasing(taking(under, r, fresh), old))
	p.stands(r)
	p.stands(other)
	p.holds(old, r.Ref())
	p.holds(mine, r.Ref())
	p.free(fresh)
	p.counts("after refusals", p.rows(days()))
	p.claims("the wakes of before", at(1001), 5, r)
}

func keyCases() []script {
	return []script{
		{"key/taken, held, released, free", "a matter is asked about once", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			k := key(shopA, feedback.UniqueMatter, "m")
			p.free(k)
			p.commit(taking(commitOf(r), r, k))
			p.holds(k, r.Ref())
			p.duplicate(taking(commitOf(n), n, k), k)
			p.absent(n.Ref())
			p.duplicate(taking(commitOf(next(r)), r, k), k)
			p.commit(releasing(commitOf(next(r)), k, key(shopA, feedback.UniqueMatter, "never")))
			p.free(k)
			p.commit(taking(commitOf(n), n, k))
			p.holds(k, n.Ref())
		}},
		{"key/release comes before take", "nobody may get in between", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			k := key(shopA, feedback.UniqueMatter, "m")
			p.commit(taking(commitOf(r), r, k))
			p.commit(releasing(taking(commitOf(n), n, k), k))
			p.holds(k, n.Ref())
		}},
		{"key/every taken key is named", "the desk has to know whether the matter is taken, or its own commit has landed", func(p *probe) {
			r, n := record(shopA, 1), record(shopA, 2)
			m, c, f := key(shopA, feedback.UniqueMatter, "m"), key(shopA, feedback.UniqueCommit, "c"), key(shopA, feedback.UniqueMatter, "f")
			p.commit(taking(commitOf(r), r, m, c))
			p.duplicate(taking(commitOf(n), n, m, c, f), m, c)
			p.free(f)
		}},
		{"key/free from its expiry on, by the commit's clock", "commit ids end after a week; other clocks must not end them", caseExpiry},
		{"key/shops and kinds are apart", "two shops number their orders alike", func(p *probe) {
			for n, shop := range []string{shopA, shopB, shopC} {
				r := record(shop, n)
				p.commit(taking(commitOf(r), r, key(shop, feedback.UniqueMatter, "same"), key(shop, feedback.UniqueCommit, "same")))
				p.holds(key(shop, feedback.UniqueMatter, "same"), r.Ref())
			}
			p.commit(releasing(commitOf(record(shopA, 9)), key(shopA, feedback.UniqueMatter, "same")))
			p.free(key(shopA, feedback.UniqueMatter, "same"))
			p.holds(key(shopA, feedback.UniqueCommit, "same"), record(shopA, 0).Ref())
			p.holds(key(shopB, feedback.UniqueMatter, "same"), record(shopB, 1).Ref())
		}},
		{"key/raced, one takes it", "sixteen events of one ticket are one survey", func(p *probe) {
			k := key(shopA, feedback.UniqueMatter, "raced")
			errs := rivals.Together(16, func(i int) error { return p.insist(taking(commitOf(record(shopA, i)), record(shopA, i), k)) })
			p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, feedback.ErrDuplicate) == 15, "%d of 16 took one key: %v", rivals.Count(errs, nil), errs)
		}},
	}
}

func caseExpiry(p *probe) {
	r, n := record(shopA, 1), record(shopA, 2)
	k := key(shopA, feedback.UniqueCommit, "c")
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
		{"context/done: nothing happens", "a caller that gave up must not find its answer counted", func(p *probe) {
			r := record(shopA, 1)
			p.commit(commitOf(r))
			done, cancel := context.WithCancel(p.ctx)
			cancel()
			_, err := p.store.Load(done, r.Ref())
			p.wants("Load", context.Canceled, err)
			p.wants("Commit", context.Canceled, p.store.Commit(done, commitOf(next(r))))
			_, err = p.store.Lookup(done, key(shopA, feedback.UniqueMatter, "m"))
			p.wants("Lookup", context.Canceled, err)
			_, err = p.store.List(done, feedback.Query{Shop: shopA, Limit: 1})
			p.wants("List", context.Canceled, err)
			_, err = p.store.Claim(done, feedback.ClaimRequest{Now: at(9999), Lease: lease, Limit: 1})
			p.wants("Claim", context.Canceled, err)
			_, err = p.store.Summaries(done, days())
			p.wants("Summaries", context.Canceled, err)
			p.stands(r)
			p.claims("after a claim that did nothing", at(9999), 5, r)
		}},
	}
}
