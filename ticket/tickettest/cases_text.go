package tickettest

import (
	"bytes"
	"fmt"

	"github.com/kulanz-go/kulanz/ticket"
)

func textCases() []script {
	return []script{
		{
			"text/hostile strings",
			"names and labels come from customers and shops: quotes, wildcards, emoji and bidi marks must be data, not syntax",
			caseHostile,
		},
		{
			"text/strings are bytes",
			"a collation that folds case, accents or trailing blanks shows one customer the tickets of another",
			caseBytes,
		},
		{
			"text/data is any bytes",
			"Data is the library's: a store that re-encodes it as JSON or text breaks records of later versions",
			func(p *probe) {
				r := record(shopA, 1)
				r.Data = make([]byte, 0, 512)
				for i := range 256 {
					r.Data = append(r.Data, byte(255-i), byte(i))
				}
				e := event(r.Ref(), 1)
				e.Data = []byte(`{"b":1.10,  "a":"ä\u0000","b":2}` + "\xff\x00")
				p.commit(commitOf(ticket.Change{Next: r, Events: []ticket.StoredEvent{e}}))
				p.sameRecord("Load", p.load(r.Ref()), r)
				p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{e})
			},
		},
		{
			"text/long data",
			"a customer's message of a megabyte is stored or refused, never cut",
			func(p *probe) {
				r := record(shopA, 1)
				r.Data = bytes.Repeat([]byte("Wo ist mein Paket? 📦 "), p.size.Text/24+1)
				e := event(r.Ref(), 1)
				e.Data = bytes.Clone(r.Data)
				p.commit(commitOf(ticket.Change{Next: r, Events: []ticket.StoredEvent{e}}))
				p.sameRecord("Load", p.load(r.Ref()), r)
				p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{e})
			},
		},
	}
}

// hostile are strings that have broken stores.
func hostile() []string {
	return []string{
		`'; drop table tickets; --`, `"quoted" and \back\slashed\`, "100%", "order_1", "a,b;c|d", "{a,b}", "[x]", "$1 ?1 :a",
		"NULL", "null", "0", "\t", "line\nbreak\r\n", "\u202eabc\u202c \u2066x\u2069", "e\u0301 \u00e9", "👩‍👩‍👧‍👦🇩🇪",
		"\U0010ffff", "\ufeff", "\u0001\u007f\u0085\u2028", "ß ẞ SS ﬁ İ ı", "  blanks  ",
	}
}

func caseHostile(p *probe) {
	for i, s := range hostile() {
		r := record("shop "+s, i)
		r.State, r.Assignee, r.Team, r.Customer = ticket.State("state "+s), "agent "+s, "team "+s, "customer "+s
		r.Priority, r.Labels = ticket.Priority(s), []string{"order:" + s, "tag:" + s}
		e := event(r.Ref(), 1)
		e.Kind = ticket.EventKind(s)
		h := held(key(r.Shop, ticket.KeyKind("kind "+s), s), r)
		p.in(fmt.Sprintf("%q", s), func() {
			p.commit(taking(commitOf(ticket.Change{Next: r, Events: []ticket.StoredEvent{e}}), h))
			p.sameRecord("Load", p.load(r.Ref()), r)
			p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{e})
			p.holds(h)
			for _, label := range r.Labels {
				q := ticket.Query{
					Shop: r.Shop, States: []ticket.State{"open", r.State}, Assignee: r.Assignee, Team: r.Team,
					Customer: r.Customer, Label: label, Limit: 5,
				}
				p.sameRecords("List", p.list(q).Records, []ticket.Record{r})
			}
			p.sameRecords("Claim", p.claimOf(ticket.ClaimRequest{
				Shops: []string{r.Shop}, Now: r.Wake, Lease: lease, Limit: 5,
			}), []ticket.Record{r})
		})
	}
}

// caseBytes has pairs of strings that are the same to many collations.
func caseBytes(p *probe) {
	pairs := [][2]string{
		{"anna", "Anna"},
		{"müller", "mu\u0308ller"},
		{"strasse", "straße"},
		{"anna", "anna "},
		{"c-1", "c-01"},
		{"co-op", "coop"},
		{"i", "İ"},
		{"a\u200db", "ab"},
	}
	for i, pair := range pairs {
		shop := fmt.Sprintf("bytes-%d", i)
		var two []ticket.Record
		for j, s := range pair {
			r := record(shop, j)
			r.Customer, r.Assignee, r.Team, r.Labels = s, s, s, []string{"tag:" + s}
			two = append(two, r)
		}
		p.in(fmt.Sprintf("%q and %q", pair[0], pair[1]), func() {
			p.create(two...)
			for j, s := range pair {
				for field, q := range map[string]ticket.Query{
					"customer": {Customer: s}, "assignee": {Assignee: s}, "team": {Team: s}, "label": {Label: "tag:" + s},
				} {
					q.Shop, q.Limit = shop, 5
					p.in(field, func() { p.sameRecords("List", p.list(q).Records, two[j:j+1]) })
				}
			}
		})
	}
}
