package sqlstore_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

// many is how many records of each kind lie in the database whose plans are
// looked at.
const many = 100_000

// filled is when the i-th record was made; each is a minute younger than the one
// before, and due as many minutes later.
func filled(i int) time.Time { return time.UnixMicro(int64(i) * time.Minute.Microseconds()).UTC() }

// number is the id of the i-th record.
func number(i int) uuid.UUID {
	return uuid.UUID{12: byte(i >> 24), 13: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
}

// fill makes the records within the database. Nine of ten are the shop's "big",
// the others those of ten small ones; every customer has five of each kind.
func fill(tb testing.TB, o opened, engine string) {
	tb.Helper()
	rows := many
	if engine == "SQLite" && raced {
		rows = many / 20 // it plans by its schema, as if there were a million, and not by what it holds
	}
	id, empty := "lpad(to_hex(i), 32, '0')::uuid", "''::bytea"
	hash := "decode(lpad(to_hex(i), 64, '0'), 'hex')"
	if engine == "SQLite" {
		id, empty, hash = "unhex(printf('%032x', i))", "x''", "unhex(printf('%064x', i))"
	}
	words := strings.NewReplacer(
		"$id", id, "$empty", empty, "$hash", hash, "$at", "CAST(i AS bigint) * 60000000",
		"$shop", "CASE WHEN i % 10 = 0 THEN 'small-' || (i / 10) % 10 ELSE 'big' END",
		"$state", "CASE WHEN i % 3 = 0 THEN 'open' ELSE 'closed' END",
		"$label", "CASE WHEN i % 1000 = 1 THEN 'tag:rare' ELSE 'tag:common' END",
	)
	statements := []string{
		`kulanz_ticket (shop, id, kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data)
			SELECT $shop, $id, 'ticket', 1, $state, 'agent-' || i % 20, 'team-' || i % 5, 'normal', 'customer-' || i / 5,
			$at, $at, $at, $at, '[]', $empty`,
		`kulanz_ticket_due SELECT $at, $shop, $id, 0`,
		`kulanz_ticket_label SELECT $shop, 'order:' || i, $id`,
		`kulanz_ticket_label SELECT $shop, $label, $id`,
		`kulanz_ticket_event SELECT $shop, $id, 1, $id, $at, 'create', $empty`,
		`kulanz_ticket_key SELECT $shop, 'inbound', $hash, $hash, $at, $shop, $id, 1, 1`,
		`kulanz_goodwill SELECT $shop, $id, 'grant', 1, $state, 'customer-' || i / 5, $at, $at, $at, '[]', $empty`,
		`kulanz_goodwill_due SELECT $at, $shop, $id, 0`,
		`kulanz_goodwill_key SELECT $shop, 'commit', $hash, $hash, $at, $shop, $id`,
		`kulanz_goodwill_balance SELECT $shop, 'order:' || i, 'EUR', 0, 100`,
		`kulanz_goodwill_entry SELECT $shop, $id, $id, $at, 'direct', 'order:' || i / 5, 'agent:' || i % 20, 100, 'EUR', 1000, 'EUR'`,
		`kulanz_feedback_key SELECT $shop, 'commit', $hash, $at, $shop, $id`,
		`kulanz_feedback_summary SELECT $shop, 'survey-' || i % 3, 'question', 'channel', 'mail', i, '{"v":1}'`,
	}
	tx, err := o.DB().BeginTx(tb.Context(), nil)
	check(tb, err)
	tables := make(map[string]bool)
	for _, s := range statements {
		into, from, _ := strings.Cut(words.Replace(s), "SELECT ")
		tables[strings.Fields(into)[0]] = true
		if engine == "PostgreSQL" { // faster, and planned no other way
			_, err := tx.ExecContext(tb.Context(), "ALTER TABLE "+strings.Fields(into)[0]+" SET UNLOGGED")
			check(tb, err)
		}
		_, err := tx.ExecContext(tb.Context(), fmt.Sprintf(
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO %s SELECT %s FROM n", rows, into, from))
		if err != nil {
			tb.Fatalf("%s: %v", into, err)
		}
	}
	check(tb, tx.Commit())
	if engine == "PostgreSQL" { // does it by itself, sooner or later; a SQLite is left without, as hosts do
		_, err = o.DB().ExecContext(tb.Context(), "ANALYZE "+strings.Join(slices.Sorted(maps.Keys(tables)), ", "))
		check(tb, err)
	}
}

// hashOf is the hash of the i-th record's key.
func hashOf(i int) [sha256.Size]byte {
	var h [sha256.Size]byte
	id := number(i)
	copy(h[len(h)-len(id):], id[:])
	return h
}

// calls are what desks ask of the stores, by what a person would call it. The
// small numbers lie at the start of every order, the big ones deep in it.
func calls(ctx context.Context, s *sqlstore.Store) map[string]func() error {
	const page, deep = 50, many - 1000
	tickets, surveys, grants := s.Tickets(), s.Feedback(), s.Goodwill()
	now := filled(2000) // 2000 are due
	all := map[string]func() error{
		"claim": func() error {
			_, err := tickets.Claim(ctx, ticket.ClaimRequest{Now: now, Lease: time.Hour, Limit: 100})
			return err
		},
		"claim of a shop": func() error {
			_, err := tickets.Claim(ctx, ticket.ClaimRequest{Shops: []string{"small-1"}, Now: now, Lease: time.Hour, Limit: 100})
			return err
		},
		"claim of grants": func() error {
			_, err := grants.Claim(ctx, goodwill.ClaimRequest{Now: now, Lease: time.Hour, Limit: 100})
			return err
		},
		"history": func() error {
			_, err := tickets.History(ctx, ticket.HistoryQuery{Ref: ticket.Ref{Shop: "big", ID: number(777)}, Limit: page})
			return err
		},
		"load": func() error {
			_, err := tickets.Load(ctx, ticket.Ref{Shop: "big", ID: number(777)})
			return err
		},
		"lookup": func() error {
			_, err := tickets.Lookup(ctx, ticket.Key{Shop: "big", Kind: ticket.KeyInbound, Hash: hashOf(777)})
			return err
		},
		"lookup of many": func() error { // as of a mail in a long thread
			keys := make([]ticket.Key, 45)
			for i := range keys {
				keys[i] = ticket.Key{Shop: "big", Kind: ticket.KeyInbound, Hash: hashOf(10*i + 7)}
			}
			found, err := tickets.Lookup(ctx, keys...)
			if err == nil && len(found) != len(keys) {
				err = fmt.Errorf("found %d of %d keys", len(found), len(keys))
			}
			return err
		},
		"lookup of an invitation": func() error {
			_, err := surveys.Lookup(ctx, feedback.Unique{Shop: "big", Kind: feedback.UniqueCommit, Hash: hashOf(777)})
			return err
		},
		"lookup of a grant": func() error {
			_, err := grants.Lookup(ctx, goodwill.Unique{Shop: "big", Kind: goodwill.UniqueCommit, Hash: hashOf(777)})
			return err
		},
		"summaries": func() error {
			_, err := surveys.Summaries(ctx, feedback.SummaryQuery{
				Shop: "big", Survey: "survey-1", Question: "question", Segment: &feedback.Segment{Facet: "channel", Value: "mail"},
				From: deep, To: deep + 100, Limit: page,
			})
			return err
		},
		"entries of a grant": func() error {
			_, err := grants.Entries(ctx, goodwill.EntryQuery{Shop: "big", Grant: number(777), Limit: page})
			return err
		},
		"entries of an account": func() error {
			_, err := grants.Entries(ctx, goodwill.EntryQuery{Shop: "big", Account: "agent:7", After: number(deep), Limit: page})
			return err
		},
		"balances": func() error {
			_, err := grants.Balances(ctx, goodwill.BalanceQuery{Shop: "big", Accounts: []string{"order:7", "order:99"}, Limit: page})
			return err
		},
		"change of a ticket": func() error {
			c := aCase{1}.ticket()
			r := &c.Changes[0].Next
			c.Changes[0].Expect, r.Version, r.Shop, r.ID, r.Wake, r.Labels = 1, 2, "big", number(777), now, []string{"order:777", "tag:new"}
			c.Changes[0].Events = []ticket.StoredEvent{{Seq: 2, ID: number(778), At: now, Kind: ticket.EventNote}}
			c.Release = []ticket.Key{{Shop: "big", Kind: ticket.KeyInbound, Hash: hashOf(777)}}
			c.Take = []ticket.Held{{Key: c.Release[0], Ref: r.Ref(), First: 2, Last: 2}}
			return tickets.Commit(ctx, c)
		},
		"grant": func() error { return grants.Commit(ctx, aCase{1}.grant()) },
	}
	for _, order := range []ticket.Order{ticket.OrderCreated, ticket.OrderUpdated, ticket.OrderDue, ticket.OrderWake} {
		for from, after := range map[string]*ticket.Position{"first": nil, "deep": {At: filled(deep), ID: number(deep)}} {
			all[from+" page by "+string(order)] = func() error {
				_, err := tickets.List(ctx, ticket.Query{Shop: "big", States: []ticket.State{ticket.StateOpen}, Order: order, After: after, Limit: page})
				return err
			}
		}
	}
	for name, q := range map[string]ticket.Query{
		"customer":     {Customer: "customer-777"},
		"order":        {Label: "order:777"},
		"rare label":   {Label: "tag:rare"},
		"common label": {Label: "tag:common"},
		"team":         {Team: "team-3", States: []ticket.State{ticket.StateOpen}, DueBefore: now, Order: ticket.OrderDue},
	} {
		q.Shop, q.Limit = "big", page
		all["page of a "+name] = func() error {
			_, err := tickets.List(ctx, q)
			return err
		}
	}
	for _, order := range []goodwill.Sort{goodwill.SortCreated, goodwill.SortUpdated, goodwill.SortWake} {
		all["deep page of grants by "+string(order)] = func() error {
			_, err := grants.List(ctx, goodwill.Query{
				Shop: "big", Sort: order, After: &goodwill.Position{At: filled(deep), ID: number(deep)}, Limit: page,
			})
			return err
		}
	}
	return all
}

// counted matches the counts of rows in a plan of PostgreSQL.
var counted = regexp.MustCompile(`(?:actual rows=|Rows Removed by [A-Za-z ]+: )([0-9]+)`)

// wholly matches what reads a whole table or index. SQLite also scans lists of
// values and pages, which are small.
var wholly = regexp.MustCompile(`Seq Scan on kulanz|^SCAN kulanz`)

// Nothing that a desk asks for reads a whole table, or costs more because more
// is stored.
func TestNoFullScan(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			o := engines()[engine](t)
			fill(t, o, engine)
			var name string
			statements := 0
			s := o.Explained(func(statement string, plan []string) {
				statements++
				for _, line := range plan {
					most := 0
					for _, n := range counted.FindAllStringSubmatch(line, -1) {
						rows, err := strconv.Atoi(n[1])
						check(t, err)
						most = max(most, rows)
					}
					if wholly.MatchString(line) || most > many/100 {
						t.Errorf("%s: %s\n\t%s", name, statement, strings.Join(plan, "\n\t"))
						return
					}
				}
			})
			all := calls(t.Context(), s)
			for _, name = range slices.Sorted(maps.Keys(all)) {
				if err := all[name](); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if statements < len(all) {
				t.Errorf("only %d statements of %d calls were looked at", statements, len(all))
			}
		})
	}
}

// The look at plans would find what has no index.
func TestFullScanIsFound(t *testing.T) {
	t.Parallel()
	for _, engine := range []string{"SQLite", "PostgreSQL"} {
		t.Run(engine, func(t *testing.T) {
			o := engines()[engine](t)
			found := false
			s := o.Explained(func(_ string, plan []string) {
				found = found || slices.ContainsFunc(plan, wholly.MatchString)
			})
			_, err := o.DB().ExecContext(t.Context(), "DROP INDEX kulanz_ticket_due_shows")
			check(t, err)
			_, err = s.Tickets().Claim(t.Context(), ticket.ClaimRequest{Now: filled(1), Lease: time.Hour, Limit: 100})
			check(t, err)
			if !found {
				t.Error("a claim without its index reads no whole table")
			}
		})
	}
}
