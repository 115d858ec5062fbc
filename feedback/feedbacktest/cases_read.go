package feedbacktest

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/feedback"
)

// days asks for all summaries of the first shop's survey.
func days() feedback.SummaryQuery {
	return feedback.SummaryQuery{Shop: shopA, Survey: "csat", From: -1000, To: 1000, Limit: feedback.MaxPage}
}

func countCases() []script {
	return []script{
		{"count/adds up, and is taken back", "an answer that is revised or erased must leave no trace", func(p *probe) {
			r := record(shopA, 1)
			k := sumKey(shopA, "q", "", 3)
			p.commit(counting(commitOf(r), feedback.Change{Key: k, Add: sum(0, 0, 0, 2, 1)}))
			p.counts("first", p.rows(days()), feedback.Row{Key: k, Summary: sum(0, 0, 0, 2, 1)})
			r = next(r)
			p.commit(counting(commitOf(r), feedback.Change{Key: k, Sub: sum(0, 0, 0, 1), Add: sum(1)}))
			p.counts("revised", p.rows(days()), feedback.Row{Key: k, Summary: sum(1, 0, 0, 1, 1)})
			r = next(r)
			p.commit(counting(commitOf(r), feedback.Change{Key: k, Sub: sum(1, 0, 0, 1, 1)}))
			p.counts("empty, so not there", p.rows(days()))
		}},
		{"count/never below nothing", "figures that have gone negative are wrong for ever after", func(p *probe) {
			k := sumKey(shopA, "q", "", 3)
			p.commit(counting(commitOf(record(shopA, 1)), feedback.Change{Key: k, Add: sum(1)}))
			p.refused(feedback.ErrUnderflow, counting(commitOf(record(shopA, 2)), feedback.Change{Key: k, Sub: sum(0, 1)}))
			p.refused(feedback.ErrUnderflow, counting(commitOf(record(shopA, 2)), feedback.Change{Key: sumKey(shopA, "q", "", 4), Sub: sum(1)}))
			p.counts("unchanged", p.rows(days()), feedback.Row{Key: k, Summary: sum(1)})
		}},
		{"count/exact beyond 2^53", "a counter kept in a float loses answers", func(p *probe) {
			k := sumKey(shopA, "q", "", 3)
			p.commit(counting(commitOf(record(shopA, 1)), feedback.Change{Key: k, Add: sum(1<<53+1, math.MaxInt64>>2)}))
			p.commit(counting(commitOf(record(shopA, 2)), feedback.Change{Key: k, Add: sum(1)}))
			p.counts("large", p.rows(days()), feedback.Row{Key: k, Summary: sum(1<<53+2, math.MaxInt64>>2)})
		}},
		{"count/many writers lose none", "two answers at once must both count", func(p *probe) {
			const writers, each = 8, 10
			a, b := sumKey(shopA, "q", "", 3), sumKey(shopA, "q", "mail", 3)
			errs := rivals.Together(writers, func(w int) error {
				for n := range each {
					both := []feedback.Change{{Key: b, Add: sum(0, 1)}, {Key: a, Add: sum(1)}}
					if err := p.insist(counting(commitOf(record(shopA, w*each+n)), both...)); err != nil {
						return err
					}
				}
				return nil
			})
			p.check(rivals.Count(errs, nil) == writers, "writers failed: %v", errs)
			p.counts("all of them", p.rows(days()),
				feedback.Row{Key: a, Summary: sum(writers * each)}, feedback.Row{Key: b, Summary: sum(0, writers*each)})
		}},
		{"count/down to nothing and up again, raced", "an answer must not go with the last one that is taken back", caseRacedToNothing},
	}
}

// caseRacedToNothing has writers count an answer each and take it back, again and
// again, so that the summary comes and goes while others count.
func caseRacedToNothing(p *probe) {
	if p.err != nil {
		return
	}
	const writers, times = 4, 25
	k := sumKey(shopA, "q", "", 3)
	errs := rivals.Together(writers, func(w int) error {
		r := record(shopA, w)
		for n := range 2*times + 1 {
			ch := feedback.Change{Key: k, Add: sum(1)}
			if n%2 > 0 {
				ch.Add, ch.Sub = ch.Sub, ch.Add
			}
			if err := p.insist(counting(commitOf(r), ch)); err != nil {
				return err
			}
			r = next(r)
		}
		return nil
	})
	p.check(rivals.Count(errs, nil) == writers, "writers failed: %v", errs)
	p.counts("the last of each", p.rows(days()), feedback.Row{Key: k, Summary: sum(writers)})
}

func summaryCases() []script {
	return []script{
		{"summary/what is asked for, in order, page by page", "a series with a hole, or with a day twice, is no series", caseSeries},
		{"summary/no limit, no rows", "a query that forgot its limit must not read a year", func(p *probe) {
			p.commit(counting(commitOf(record(shopA, 1)), feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(1)}))
			q := days()
			for _, limit := range []int{0, -1} {
				q.Limit = limit
				p.counts("no limit", p.rows(q))
			}
		}},
	}
}

func caseSeries(p *probe) {
	var all []feedback.Row
	for _, question := range []string{"a", "b"} {
		for _, channel := range []string{"", "chat", "mail"} {
			for day := feedback.Day(-2); day <= 3; day++ {
				all = append(all, feedback.Row{Key: sumKey(shopA, question, channel, day), Summary: sum(int64(len(all)+1), 1)})
			}
		}
	}
	other := sumKey(shopA, "a", "", 0)
	other.Survey = "csat2"
	for i, row := range all {
		both := []feedback.Change{{Key: row.Key, Add: row.Summary}, {Key: other, Add: sum(1)}}
		p.commit(counting(commitOf(record(shopA, i)), both...))
	}
	p.commit(counting(commitOf(record(shopB, 1)), feedback.Change{Key: sumKey(shopB, "a", "", 0), Add: sum(1)}))
	mail := feedback.Segment{Facet: "channel", Value: "mail"}
	for i, q := range []feedback.SummaryQuery{
		{From: -99, To: 99},
		{From: -99, To: 99, Question: "b"},
		{From: -99, To: 99, Segment: &mail},
		{From: -99, To: 99, Segment: &feedback.Segment{}},
		{From: -99, To: 99, Facet: "channel"},
		{From: -1, To: 2},
		{From: 3, To: 4, Question: "a"},
		{From: 1, To: 1},
	} {
		q.Shop, q.Survey = shopA, "csat"
		var want []feedback.Row
		for _, row := range all {
			if q.Wants(row.Key) {
				want = append(want, row)
			}
		}
		for _, size := range []int{1, 4, feedback.MaxPage} {
			p.counts(fmt.Sprintf("query %d, pages of %d", i, size), p.allRows(q, size), want...)
		}
	}
}

// allRows reads summaries to their end in pages of a size.
func (p *probe) allRows(q feedback.SummaryQuery, size int) []feedback.Row {
	var all []feedback.Row
	q.Limit = size
	for range 1000 {
		rows := p.rows(q)
		p.check(len(rows) <= size, "a page of %d holds %d", size, len(rows))
		all = append(all, rows...)
		if len(rows) < size {
			return all
		}
		last := rows[len(rows)-1].Key
		q.After = &last
	}
	p.check(false, "Summaries does not end")
	return all
}

func listCases() []script {
	return []script{
		{"list/every filter in every order, page by page", "an invitation that erasure does not find stays", caseFilters},
		{"list/ties are broken by id", "an import gives a thousand records one instant", func(p *probe) {
			var want []feedback.Ref
			for n := range 23 {
				r := record(shopA, n)
				r.Created, r.Updated, r.Wake = at(1), at(1), at(1)
				p.commit(commitOf(r))
				want = append(want, r.Ref())
			}
			slices.SortFunc(want, feedback.CompareRefs)
			for _, o := range []feedback.Order{"", feedback.OrderUpdated, feedback.OrderWake} {
				for _, size := range []int{1, 5, 23, 24} {
					got := p.pages(feedback.Query{Shop: shopA, Order: o}, size)
					p.check(slices.Equal(got, want), "order %q, pages of %d: %d records in another order", o, size, len(got))
				}
			}
		}},
		{"list/limits", "a page is bounded, whatever is asked for", func(p *probe) {
			for n := range 3 {
				p.commit(commitOf(record(shopA, n)))
			}
			for limit, want := range map[int]int{-1: 0, 0: 0, 1: 1, 3: 3, math.MaxInt: 3} {
				page := p.list(feedback.Query{Shop: shopA, Limit: limit})
				p.check(len(page.Records) == want && page.More == (limit == 1), "limit %d: %d records, more %t", limit, len(page.Records), page.More)
			}
		}},
	}
}

func caseFilters(p *probe) {
	var all []feedback.Record
	kinds := []feedback.RecordKind{feedback.RecordInvitation, feedback.RecordCustomer, feedback.RecordLog}
	for n := range 36 {
		r := record(shopA, n)
		r.Kind, r.State, r.Customer = kinds[n%3], []string{"sent", "answered"}[n%2], []string{"a", "A", ""}[n/4%3]
		r.Labels = [][]string{nil, {"survey:csat"}, {"survey:csat", "survey:nps"}}[n/3%3]
		r.Updated = at(100 - n)
		if n%5 == 0 {
			r.Wake = time.Time{}
		}
		p.commit(commitOf(r))
		all = append(all, r)
	}
	for i, q := range []feedback.Query{
		{},
		{Kind: feedback.RecordLog},
		{States: []string{"sent"}},
		{States: []string{"sent", "answered", "none"}},
		{Customer: "A"},
		{Label: "survey:nps"},
		{Label: "survey"},
		{Kind: feedback.RecordInvitation, Customer: "a", Label: "survey:csat", States: []string{"answered"}},
	} {
		for _, o := range []feedback.Order{"", feedback.OrderCreated, feedback.OrderUpdated, feedback.OrderWake} {
			q.Shop, q.Order = shopA, o
			want := expected(all, q)
			for _, size := range []int{2, 7, feedback.MaxPage} {
				got := p.pages(q, size)
				p.check(slices.Equal(got, want), "filter %d, order %q, pages of %d: %v, want %v", i, o, size, got, want)
			}
		}
	}
}

// expected is what a list has to be, found the slow way.
func expected(all []feedback.Record, q feedback.Query) []feedback.Ref {
	var found []feedback.Record
	for _, r := range all {
		if (q.Kind == "" || q.Kind == r.Kind) && (len(q.States) == 0 || slices.Contains(q.States, r.State)) &&
			(q.Customer == "" || q.Customer == r.Customer) && (q.Label == "" || slices.Contains(r.Labels, q.Label)) &&
			(q.Order != feedback.OrderWake || !r.Wake.IsZero()) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, func(a, b feedback.Record) int {
		x, y := feedback.PositionOf(a, q.Order), feedback.PositionOf(b, q.Order)
		if q.Order == feedback.OrderUpdated {
			x, y = y, x
		}
		if c := x.At.Compare(y.At); c != 0 {
			return c
		}
		return feedback.CompareRefs(a.Ref(), b.Ref())
	})
	var refs []feedback.Ref
	for _, r := range found {
		refs = append(refs, r.Ref())
	}
	return refs
}

func claimCases() []script {
	return []script{
		{"claim/from the wake on, earliest first, never without one", "a reminder too early annoys; one too late is no use", func(p *probe) {
			var all []feedback.Record
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
			for _, r := range []feedback.Record{a, b, c} {
				p.commit(commitOf(r))
			}
			p.claims("none asked for", at(5000), 0)
			p.claims("fewer than none", at(5000), -1)
			p.claimsOf("of two shops", []string{shopA, shopC}, at(5000), 5, a, c)
			p.claims("of all", at(5000), 5, b)
		}},
		{"claim/many workers, each record once", "this keeps two reminders from going out for one", caseManyWorkers},
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
	found := make([][]feedback.Record, workers)
	errs := rivals.Together(workers, func(w int) error {
		for range all + 3 {
			got, err := p.store.Claim(p.ctx, feedback.ClaimRequest{Now: at(10), Lease: time.Hour, Limit: 3})
			if err != nil {
				return err
			}
			found[w] = append(found[w], got...)
		}
		return nil
	})
	p.check(rivals.Count(errs, nil) == workers, "workers failed: %v", errs)
	seen := make(map[feedback.Ref]bool)
	for _, r := range slices.Concat(found...) {
		p.check(!seen[r.Ref()], "%s was claimed twice", r.Ref())
		seen[r.Ref()] = true
	}
	p.check(len(seen) == all, "%d of %d were claimed", len(seen), all)
}
