package tickettest

import (
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

func recordCases() []script {
	return []script{
		{
			"record/every field comes back",
			"a field that a store drops is lost for good: nothing else keeps it",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r, record(shopA, 2))
				p.stands(r)
				p.sameRecords("List", p.list(ticket.Query{Shop: shopA, Limit: 1}).Records, []ticket.Record{r})
				p.sameRecords("Claim", p.claim(at(301), 1), []ticket.Record{r})
			},
		},
		{
			"record/empty fields come back empty",
			"a zero Due that comes back as year 1 in some zone, or as 1970, is a deadline that was missed long ago",
			caseEmptyFields,
		},
		{
			"record/every field is replaced",
			"an UPDATE that forgets a column leaves a ticket with its old wake, agent or label: overlooked, or worked on twice",
			caseReplaced,
		},
		{
			"record/not found",
			"the Desk tells a stranger and a typing error by ErrNotFound alone; any other error reads as an outage",
			func(p *probe) {
				p.absent(ref(shopA, 1))
				p.create(record(shopA, 1))
				p.absent(ref(shopA, 2))
				p.absent(ref(shopB, 1))
				p.absent(ticket.Ref{})
				p.free(key(shopA, ticket.KeyInbound, "never"))
			},
		},
		{
			"record/shops are apart",
			"one shop reads, changes or erases the tickets of another",
			caseShopsApart,
		},
		{
			"record/kinds share one table",
			"a block list entry is a record like any other; a store that knows tickets only loses it",
			func(p *probe) {
				r := record(shopA, 1)
				r.Kind, r.State = ticket.RecordBlock, ""
				p.create(r)
				p.stands(r)
				p.sameRecords("Claim", p.claim(at(500), 5), []ticket.Record{r})
			},
		},
		{
			"record/microseconds and zones",
			"a wake that loses its microseconds comes too early, is refused as not due, and is claimed again and again",
			caseInstants,
		},
		{
			"record/instants far away",
			"nanoseconds in 64 bits end in 2262 and 32 bits of seconds in 2038; a promise may lie beyond, an import before 1970",
			func(p *probe) {
				r := record(shopA, 1)
				r.Created = time.Date(1901, 1, 1, 0, 0, 0, 1000, time.UTC)
				r.Updated = time.Date(1969, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
				r.Due = time.Date(2262, 5, 1, 0, 0, 0, 0, time.UTC)
				r.Wake = time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC)
				p.create(r)
				p.stands(r)
			},
		},
	}
}

func caseEmptyFields(p *probe) {
	r := ticket.Record{
		Kind: ticket.RecordTicket, Shop: shopA, ID: ref(shopA, 1).ID, Version: 1, State: ticket.StateNew,
		Created: at(0), Updated: at(0),
	}
	p.create(r)
	p.stands(r)
	for _, o := range []ticket.Order{ticket.OrderCreated, ticket.OrderUpdated, ticket.OrderDue} {
		p.sameRecords("List", p.list(ticket.Query{Shop: shopA, Order: o, Limit: 5}).Records, []ticket.Record{r})
	}
	full := next(r)
	full.Wake, full.Due = at(5), at(6)
	p.commit(commitOf(step(full)))
	p.stands(full)
	empty := r
	empty.Version, empty.Updated = 3, full.Updated
	p.commit(commitOf(step(empty)))
	p.stands(empty)
	p.check(len(p.claim(at(1_000_000), 5)) == 0, "a record without a wake was claimed")
}

func caseReplaced(p *probe) {
	first, other := record(shopA, 1), record(shopA, 2)
	p.create(first, other)
	r := next(first)
	r.Kind, r.State, r.Assignee, r.Team = ticket.RecordBlock, ticket.StateResolved, "agent-9", "carriers"
	r.Priority, r.Customer, r.Labels = ticket.PriorityLow, "c-9", []string{"order:9", "order:99"}
	r.Due, r.Created, r.Updated, r.Wake = at(61), at(62), at(63), at(64)
	p.commit(commitOf(step(r)))
	p.stands(r)
	p.stands(other)
	q := ticket.Query{
		Shop: shopA, Kind: ticket.RecordBlock, States: []ticket.State{ticket.StateResolved}, Assignee: "agent-9",
		Team: "carriers", Customer: "c-9", Label: "order:99", DueBefore: at(62), Limit: 5,
	}
	p.in("by its new fields", func() {
		p.sameRecords("List", p.list(q).Records, []ticket.Record{r})
		p.sameRecords("Claim", p.claim(at(64), 5), []ticket.Record{r})
	})
	for what, q := range map[string]ticket.Query{
		"state": {States: []ticket.State{first.State}}, "assignee": {Assignee: first.Assignee},
		"team": {Team: first.Team}, "customer": {Customer: first.Customer}, "label": {Label: first.Labels[0]},
		"common label": {Label: first.Labels[1]}, "kind": {Kind: first.Kind},
	} {
		q.Shop, q.Limit = shopA, 5
		for _, got := range p.list(q).Records {
			p.check(got.ID != r.ID, "List still finds the record by its old %s", what)
		}
	}
}

func caseShopsApart(p *probe) {
	a, b, c := record(shopA, 1), record(shopB, 1), record(shopC, 1)
	b.Customer, c.Customer = a.Customer, a.Customer
	p.create(a)
	p.absent(b.Ref())
	p.create(b, c)
	for _, r := range []ticket.Record{a, b, c} {
		p.stands(r)
		p.sameRecords("List of "+r.Shop, p.pages(ticket.Query{Shop: r.Shop, Customer: a.Customer}, 1), []ticket.Record{r})
	}
	b2 := next(b)
	p.commit(commitOf(step(b2)))
	p.erase(commitOf(step(next(c))), strip)
	p.stands(a)
	p.stands(b2)
	for _, shop := range []string{"", strings.ToUpper(shopA), shopA + " ", "%", "shop"} {
		got := p.list(ticket.Query{Shop: shop, Limit: 10})
		p.check(len(got.Records) == 0, "List of shop %q found %s", shop, refs(got.Records))
	}
}

func caseInstants(p *probe) {
	berlin := time.FixedZone("MESZ", 2*60*60)
	nepal := time.FixedZone("", 5*60*60+45*60)
	r := record(shopA, 1)
	r.Created = time.Date(2026, 7, 1, 12, 0, 0, 1000, berlin)
	r.Updated = time.Date(2026, 7, 1, 12, 0, 0, 999_999_000, nepal)
	r.Due = time.Date(2026, 10, 25, 2, 30, 0, 123_457_000, berlin)
	r.Wake = time.Date(2026, 7, 2, 0, 0, 0, 1000, nepal)
	e := event(r.Ref(), 1)
	e.At = time.Date(2026, 7, 1, 12, 0, 0, 654_321_000, berlin)
	h := held(key(shopA, ticket.KeyCommand, "k"), r)
	h.Key.Expires = time.Date(2026, 8, 1, 0, 0, 0, 1000, berlin)
	p.commit(taking(commitOf(ticket.Change{Next: r, Events: []ticket.StoredEvent{e}}), h))
	p.sameRecord("Load", p.load(r.Ref()), r)
	p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{e})
	p.holds(h)
	p.check(len(p.claim(r.Wake.Add(-time.Microsecond), 5)) == 0, "a record was claimed a microsecond before its wake")
	p.sameRecords("Claim", p.claim(r.Wake.In(berlin), 5), []ticket.Record{r})
	before := ticket.Query{Shop: shopA, DueBefore: r.Due.UTC(), Limit: 5}
	p.check(len(p.list(before).Records) == 0, "DueBefore is not exclusive")
	before.DueBefore = r.Due.UTC().Add(time.Microsecond).In(nepal)
	p.sameRecords("List", p.list(before).Records, []ticket.Record{r})
}

// strip is a redact function that leaves no data.
func strip(e ticket.StoredEvent) (ticket.StoredEvent, error) {
	e.Data = []byte(`{"redacted":true}`)
	return e, nil
}
