package tickettest

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

func historyCases() []script {
	return []script{
		{
			"history/in order, page by page",
			"state is the fold of events: one that is missing, repeated or out of order makes another ticket",
			caseHistoryPages,
		},
		{
			"history/of nobody",
			"a record that does not exist has no history, and that is no error",
			func(p *probe) {
				p.create(record(shopA, 1))
				for _, r := range []ticket.Ref{ref(shopA, 2), ref(shopB, 1), {}} {
					p.check(len(p.historyOf(r, 0, 10)) == 0, "history of %s is not empty", r)
				}
			},
		},
		{
			"history/ten thousand events on one record",
			"a problem ticket lives for years; its commits must not get slower, nor its pages wrong",
			func(p *probe) {
				const batch = 100
				r := record(shopA, 1)
				for r.Version = 1; int(r.Version)*batch <= p.size.Events; r.Version++ {
					first := (r.Version - 1) * batch
					all := make([]ticket.StoredEvent, 0, batch)
					for i := range int64(batch) {
						all = append(all, event(r.Ref(), first+i+1))
					}
					p.commit(commitOf(ticket.Change{Expect: r.Version - 1, Next: r, Events: all}))
				}
				n := (r.Version - 1) * batch
				p.sameEvents(p.history(r.Ref()), events(r.Ref(), n))
				p.sameEvents(p.historyOf(r.Ref(), n-3, 10), events(r.Ref(), n)[n-3:])
			},
		},
	}
}

func caseHistoryPages(p *probe) {
	const n = 25
	r := record(shopA, 1)
	p.create(r, record(shopA, 2))
	for range n - 1 {
		r = next(r)
		p.commit(commitOf(step(r)))
	}
	all := events(r.Ref(), n)
	for after := range int64(n + 2) {
		for _, limit := range []int{1, 2, 7, n, ticket.MaxPage, ticket.MaxPage + 1, math.MaxInt} {
			from := min(after, n)
			p.in(fmt.Sprintf("after %d, limit %d", after, limit), func() {
				p.sameEvents(p.historyOf(r.Ref(), after, limit), all[from:min(from+int64(min(limit, n)), n)])
			})
		}
	}
	p.check(len(p.historyOf(r.Ref(), 0, 0)) == 0, "limit 0 gives events")
	p.check(len(p.historyOf(r.Ref(), 0, -1)) == 0, "limit -1 gives events")
	p.check(len(p.historyOf(r.Ref(), math.MaxInt64, 10)) == 0, "there are events after the last number of all")
	p.sameEvents(p.historyOf(r.Ref(), math.MinInt64, 3), all[:3])
}

func listCases() []script {
	return []script{
		{
			"list/every filter in every order, page by page",
			"a ticket that its agent's list does not show is overlooked; one that shows twice is answered twice",
			caseEveryFilter,
		},
		{
			"list/ties are broken by id",
			"an import gives a thousand tickets one instant; a page that goes by time alone skips or repeats them",
			caseTies,
		},
		{
			"list/others come while paging",
			"new tickets must not push old ones off the page that is read next",
			caseWhilePaging,
		},
		{
			"list/the record where a page ended has moved",
			"a position is an instant and an id, not a row: the page after it goes on although the ticket was touched",
			func(p *probe) {
				all := []ticket.Record{record(shopA, 1), record(shopA, 2), record(shopA, 3), record(shopA, 4)}
				p.create(all...)
				q := ticket.Query{Shop: shopA, Order: ticket.OrderDue, Limit: 2}
				p.sameRecords("List", p.list(q).Records, all[:2])
				pos := ticket.PositionOf(all[1], q.Order)
				moved := next(all[1])
				moved.Due = time.Time{}
				p.commit(commitOf(step(moved)))
				q.After, q.Limit = &pos, 5
				p.sameRecords("List", p.list(q).Records, []ticket.Record{all[2], all[3], moved})
			},
		},
		{
			"list/records without a deadline come last",
			"what runs out first is worked on first; NULLS FIRST puts it on the last page",
			caseDueless,
		},
		{
			"list/by wake: only what has one",
			"the list of what comes next must not begin with everything that has ended",
			func(p *probe) {
				asleep, late, soon := record(shopA, 1), record(shopA, 2), record(shopA, 3)
				asleep.Wake, late.Wake, soon.Wake = time.Time{}, at(50), at(5)
				p.create(asleep, late, soon)
				for size := 1; size <= 3; size++ {
					q := ticket.Query{Shop: shopA, Order: ticket.OrderWake}
					p.sameRecords("List", p.pages(q, size), []ticket.Record{soon, late})
				}
			},
		},
		{
			"list/labels match whole",
			"order:1 must not show the tickets of order:12, nor a percent sign those of everybody",
			caseLabels,
		},
		{
			"list/limits",
			"no call asks for more than a page, whatever a caller's arithmetic says",
			func(p *probe) {
				all := records(shopA, p.size.Records)
				p.create(all...)
				for _, limit := range []int{0, -1, math.MinInt} {
					page := p.list(ticket.Query{Shop: shopA, Limit: limit})
					p.check(len(page.Records) == 0, "limit %d gave %d records", limit, len(page.Records))
				}
				most := min(len(all), ticket.MaxPage)
				for _, limit := range []int{ticket.MaxPage, ticket.MaxPage + 1, math.MaxInt} {
					page := p.list(ticket.Query{Shop: shopA, Limit: limit})
					p.sameRecords("List", page.Records, all[:most])
					p.check(page.More == (len(all) > most), "More is %t after %d of %d records", page.More, most, len(all))
				}
			},
		},
		{
			"list/more, or no more",
			"More after the last record sends a reader round for nothing; no More before it hides the rest",
			func(p *probe) {
				all := []ticket.Record{record(shopA, 1), record(shopA, 2), record(shopA, 3)}
				p.check(!p.list(ticket.Query{Shop: shopA, Limit: 1}).More, "an empty store has more")
				p.create(all...)
				p.create(record(shopB, 1))
				for limit := 1; limit <= 4; limit++ {
					got := p.list(ticket.Query{Shop: shopA, Limit: limit}).More
					p.check(got == (limit < 3), "More is %t for limit %d of 3", got, limit)
				}
				last := ticket.PositionOf(all[2], ticket.OrderCreated)
				page := p.list(ticket.Query{Shop: shopA, After: &last, Limit: 1})
				p.check(!page.More && len(page.Records) == 0, "there is something after the last record")
			},
		},
	}
}

// crowd is a shop's records of all sorts: fields differ, and many share their
// instants.
func crowd(shop string, n int) []ticket.Record {
	out := records(shop, n)
	states := []ticket.State{ticket.StateNew, ticket.StateOpen, ticket.StateClosed}
	for i := range out {
		r := out[i]
		r.Created, r.Updated, r.Due, r.Wake = at(i%5), at(10+i%4), at(20+i%3), at(30+i%6)
		r.State, r.Assignee = states[i%3], fmt.Sprintf("agent-%d", i%4)
		r.Team, r.Customer = fmt.Sprintf("team-%d", i%2), fmt.Sprintf("c-%d", i%7)
		r.Labels = []string{fmt.Sprintf("order:%d", i%3), fmt.Sprintf("tag:%d", i%2)}
		if i%4 == 0 {
			r.Assignee = ""
		}
		if i%5 == 0 {
			r.Due, r.Labels = time.Time{}, nil
		}
		if i%6 == 0 {
			r.Wake, r.Kind = time.Time{}, ticket.RecordBlock
		}
		out[i] = r
	}
	return out
}

// expected is what a list must be, found the long way.
func expected(all []ticket.Record, q ticket.Query) []ticket.Record {
	var out []ticket.Record
	for _, r := range all {
		if expects(r, q) {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b ticket.Record) int {
		x, y := ticket.PositionOf(a, q.Order), ticket.PositionOf(b, q.Order)
		byTime := x.At.Compare(y.At)
		switch {
		case x.At.IsZero() != y.At.IsZero():
			byTime = -byTime
		case q.Order == ticket.OrderUpdated:
			byTime = -byTime
		}
		return cmp.Or(byTime, bytes.Compare(x.ID[:], y.ID[:]))
	})
	return out
}

func expects(r ticket.Record, q ticket.Query) bool {
	for _, pair := range [][2]string{
		{string(q.Kind), string(r.Kind)}, {q.Assignee, r.Assignee}, {q.Team, r.Team}, {q.Customer, r.Customer},
	} {
		if pair[0] != "" && pair[0] != pair[1] {
			return false
		}
	}
	return r.Shop == q.Shop &&
		(q.States == nil || slices.Contains(q.States, r.State)) &&
		(!q.Unassigned || r.Assignee == "") &&
		(q.Label == "" || slices.Contains(r.Labels, q.Label)) &&
		(q.DueBefore.IsZero() || !r.Due.IsZero() && r.Due.Before(q.DueBefore)) &&
		(q.Order != ticket.OrderWake || !r.Wake.IsZero())
}

func orders() []ticket.Order {
	return []ticket.Order{"", ticket.OrderCreated, ticket.OrderUpdated, ticket.OrderDue, ticket.OrderWake}
}

func caseEveryFilter(p *probe) {
	all := crowd(shopA, 42)
	p.create(all...)
	p.create(crowd(shopB, 14)...)
	filters := map[string]ticket.Query{
		"none": {}, "kind": {Kind: ticket.RecordTicket}, "one state": {States: []ticket.State{ticket.StateNew}},
		"states":   {States: []ticket.State{ticket.StateNew, ticket.StateClosed, "unknown"}},
		"assignee": {Assignee: "agent-1"}, "unassigned": {Unassigned: true}, "team": {Team: "team-1"},
		"customer": {Customer: "c-3"}, "label": {Label: "order:2"}, "due before": {DueBefore: at(22)},
		"due before none": {DueBefore: at(20)}, "nobody": {Customer: "c-99"},
		"all at once": {
			Kind: ticket.RecordTicket, States: []ticket.State{ticket.StateOpen, ticket.StateClosed}, Assignee: "agent-1",
			Team: "team-1", Label: "tag:1", DueBefore: at(100),
		},
		"agent and label": {Assignee: "agent-3", Label: "order:0"}, "unassigned of a team": {Unassigned: true, Team: "team-0"},
	}
	for name, q := range filters {
		for _, o := range orders() {
			q.Shop, q.Order = shopA, o
			want := expected(all, q)
			for _, size := range []int{2, 5, 50} {
				p.in(fmt.Sprintf("filter %s, order %q, pages of %d", name, o, size), func() {
					p.sameRecords("List", p.pages(q, size), want)
				})
			}
		}
	}
}

func caseTies(p *probe) {
	all := records(shopA, 13)
	for i := range all {
		all[i].Created, all[i].Updated, all[i].Due, all[i].Wake = at(1), at(2), at(3), at(4)
	}
	p.create(all...)
	for _, o := range orders() {
		q := ticket.Query{Shop: shopA, Order: o}
		for _, size := range []int{1, 3, 12, 13} {
			p.in(fmt.Sprintf("order %q, pages of %d", o, size), func() {
				p.sameRecords("List", p.pages(q, size), expected(all, q))
			})
		}
	}
}

func caseWhilePaging(p *probe) {
	for i, o := range orders() {
		shop := fmt.Sprintf("paging-%d", i)
		all := crowd(shop, 20)
		before, between := all[:12], all[12:]
		p.create(before...)
		q := ticket.Query{Shop: shop, Order: o, Limit: 2}
		var seen []ticket.Record
		for range all {
			page := p.list(q)
			seen = append(seen, page.Records...)
			if len(between) > 0 {
				p.create(between[0])
				between = between[1:]
			}
			if !page.More || len(page.Records) == 0 {
				break
			}
			last := ticket.PositionOf(page.Records[len(page.Records)-1], o)
			q.After = &last
		}
		if p.err != nil {
			return
		}
		old := slices.DeleteFunc(slices.Clone(seen), func(r ticket.Record) bool { return !slices.Contains(refs(before), r.Ref()) })
		p.in(fmt.Sprintf("order %q, those that were there", o), func() {
			p.sameRecords("List", old, expected(before, q))
			p.sameRecords("List", seen, expected(seen, q))
		})
	}
}

func caseDueless(p *probe) {
	all := records(shopA, 8)
	for i := range all {
		if i%2 == 0 {
			all[i].Due = time.Time{}
		}
	}
	p.create(all...)
	q := ticket.Query{Shop: shopA, Order: ticket.OrderDue}
	want := expected(all, q)
	p.check(p.err != nil || want[4].Due.IsZero() && !want[3].Due.IsZero(), "the suite sorts wrongly")
	for size := 1; size <= 8; size++ {
		p.in(fmt.Sprintf("pages of %d", size), func() { p.sameRecords("List", p.pages(q, size), want) })
	}
	q.DueBefore, q.Limit = at(1_000_000), 10
	p.sameRecords("List", p.list(q).Records, want[:4])
}

func caseLabels(p *probe) {
	labels := [][]string{
		{"order:1"}, {"order:12", "order:2"}, {"ORDER:1"}, {"order:_"}, {"order:%", "tag:1"}, {"order:1,order:2"}, {"tag:order:1"}, nil,
	}
	all := records(shopA, len(labels))
	for i, l := range labels {
		all[i].Labels = l
	}
	p.create(all...)
	for label, want := range map[string][]ticket.Record{
		"order:1": {all[0]}, "order:12": {all[1]}, "order:2": {all[1]}, "order:%": {all[4]}, "order:_": {all[3]},
		"order": nil, "order:": nil, "%": nil, ",": nil, "[": nil, "order:1,order:2": {all[5]},
	} {
		p.in(label, func() {
			p.sameRecords("List", p.list(ticket.Query{Shop: shopA, Label: label, Limit: 10}).Records, want)
		})
	}
}
