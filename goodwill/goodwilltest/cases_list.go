package goodwilltest

import (
	"math"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/goodwill"
)

func listCases() []script {
	return []script{
		{"list/every filter in every order, page by page", "a grant that erasure does not find stays", caseFilters},
		{"list/ties are broken by id", "an import gives a thousand records one instant", func(p *probe) {
			var want []goodwill.Ref
			for n := range 23 {
				r := record(shopA, n)
				r.Created, r.Updated, r.Wake = at(1), at(1), at(1)
				p.commit(commitOf(r))
				want = append(want, r.Ref())
			}
			slices.SortFunc(want, goodwill.CompareRefs)
			for _, o := range []goodwill.Sort{"", goodwill.SortUpdated, goodwill.SortWake} {
				for _, size := range []int{1, 5, 23, 24} {
					got := p.pages(goodwill.Query{Shop: shopA, Sort: o}, size)
					p.check(slices.Equal(got, want), "order %q, pages of %d: %d records in another order", o, size, len(got))
				}
			}
		}},
		{"list/limits", "a page is bounded, whatever is asked for", func(p *probe) {
			for n := range 3 {
				p.commit(commitOf(record(shopA, n)))
			}
			for limit, want := range map[int]int{-1: 0, 0: 0, 1: 1, 3: 3, math.MaxInt: 3} {
				page := p.list(goodwill.Query{Shop: shopA, Limit: limit})
				p.check(len(page.Records) == want && page.More == (limit == 1), "limit %d: %d records, more %t", limit, len(page.Records), page.More)
			}
		}},
	}
}

func caseFilters(p *probe) {
	var all []goodwill.Record
	kinds := []goodwill.RecordKind{goodwill.RecordGrant, goodwill.RecordOrder, "other"}
	for n := range 36 {
		r := record(shopA, n)
		r.Kind, r.State, r.Customer = kinds[n%3], []string{"proposed", "settled"}[n%2], []string{"a", "A", ""}[n/4%3]
		r.Labels = [][]string{nil, {"order:1"}, {"order:1", "order:12"}}[n/3%3]
		r.Updated = at(100 - n)
		if n%5 == 0 {
			r.Wake = time.Time{}
		}
		p.commit(commitOf(r))
		all = append(all, r)
	}
	for i, q := range []goodwill.Query{
		{},
		{Kind: goodwill.RecordOrder},
		{States: []string{"proposed"}},
		{States: []string{"proposed", "settled", "none"}},
		{Customer: "A"},
		{Label: "order:12"},
		{Label: "order"},
		{Kind: goodwill.RecordGrant, Customer: "a", Label: "order:1", States: []string{"settled"}},
	} {
		for _, o := range []goodwill.Sort{"", goodwill.SortCreated, goodwill.SortUpdated, goodwill.SortWake} {
			q.Shop, q.Sort = shopA, o
			want := expected(all, q)
			for _, size := range []int{2, 7, goodwill.MaxPage} {
				got := p.pages(q, size)
				p.check(slices.Equal(got, want), "filter %d, order %q, pages of %d: %v, want %v", i, o, size, got, want)
			}
		}
	}
}

// expected is what a list has to be, found the slow way.
func expected(all []goodwill.Record, q goodwill.Query) []goodwill.Ref {
	var found []goodwill.Record
	for _, r := range all {
		if (q.Kind == "" || q.Kind == r.Kind) && (len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
			(q.Customer == "" || q.Customer == r.Customer) && (q.Label == "" || slices.Contains(r.Labels, q.Label)) &&
			(q.Sort != goodwill.SortWake || !r.Wake.IsZero()) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b goodwill.Record) int {
		x, y := goodwill.PositionOf(a, q.Sort), goodwill.PositionOf(b, q.Sort)
		if q.Sort == goodwill.SortUpdated {
			x, y = y, x
		}
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return goodwill.CompareRefs(a.Ref(), b.Ref())
	})
	var refs []goodwill.Ref
	for _, r := range found {
		refs = append(refs, r.Ref())
	}
	return refs
}

func claimCases() []script {
	return []script{
		{"claim/from the wake on, earliest first, never without one", "an expiry too early takes an offer back; a payment too late is a complaint", func(p *probe) {
			var all []goodwill.Record
			for n := range 6 {
				r := record(shopA, n)
				r.Wake = at(10 + n)
				all = append(all, r)
			}
			all[5].Wake = time.Time{}
			p.commit(commitOf(all[2], all[0], all[4], all[1], all[3], all[5]))
			p.claims("a microsecond early", at(10).Add(-time.Microsecond), 9)
			p.claims("two of those due", at(14), 2, all[0], all[1])
			p.claims("the rest", at(14), 9, all[2], all[3], all[4])
			p.claims("none is left", at(14), 9)
		}},
		{"claim/hidden for the lease, twice as long each time, until a commit", "a record that no worker can read would eat every worker's time", caseHidden},
		{"claim/shops and limits", "a worker of one shop takes no other's work", func(p *probe) {
			a, b, c := record(shopA, 1), record(shopB, 2), record(shopC, 3)
			for _, r := range []goodwill.Record{a, b, c} {
				p.commit(commitOf(r))
			}
			p.claims("none asked for", at(5000), 0)
			p.claims("fewer than none", at(5000), -1)
			p.claimsOf("of two shops", []string{shopA, shopC}, at(5000), 5, a, c)
			p.claims("of all", at(5000), 5, b)
		}},
		{"claim/many workers, each record once", "this keeps workers from asking a payer twice about one", caseManyWorkers},
	}
}

func caseHidden(p *probe) {
	r := record(shopA, 1)
	r.Wake = at(0)
	p.commit(commitOf(r))
	now := at(0)
	for n := range 4 {
		p.claims("due", now, 5, r)
		hidden := lease << n
		p.claims("hidden", now.Add(hidden-time.Microsecond), 5)
		now = now.Add(hidden)
	}
	r = next(r)
	r.Wake = at(1)
	p.commit(commitOf(r))
	p.claims("shown by a commit", now, 5, r)
	p.claims("hidden for one lease again", now.Add(lease-time.Microsecond), 5)
	p.claims("due again", now.Add(lease), 5, r)
	r = next(r)
	r.Wake = time.Time{}
	p.commit(commitOf(r))
	p.claims("no wake any more", at(1_000_000), 5)
}

func caseManyWorkers(p *probe) {
	const all, workers = 40, 8
	for n := range all {
		r := record(shopA, n)
		r.Wake = at(n % 3)
		p.commit(commitOf(r))
	}
	if p.err != nil {
		return
	}
	found := make([][]goodwill.Record, workers)
	errs := rivals.Together(workers, func(w int) error {
		for range all + 3 {
			got, err := p.store.Claim(p.ctx, goodwill.ClaimRequest{Now: at(10), Lease: time.Hour, Limit: 3})
			if err != nil {
				return err
			}
			found[w] = append(found[w], got...)
		}
		return nil
	})
	p.check(rivals.Count(errs, nil) == workers, "workers failed: %v", errs)
	seen := make(map[goodwill.Ref]bool)
	for _, r := range slices.Concat(found...) {
		p.check(!seen[r.Ref()], "%s was claimed twice", r.Ref())
		seen[r.Ref()] = true
	}
	p.check(len(seen) == all, "%d of %d were claimed", len(seen), all)
}
