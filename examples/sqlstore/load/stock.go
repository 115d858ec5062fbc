package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// The shops: where the desk works, and where the others do the same.
func shops() [shopCount]string { return [shopCount]string{shopDesk, shopStore, shopHand, shopWrites} }

const (
	shopCount  = 4
	shopDesk   = "desk"
	shopStore  = "store"
	shopHand   = "hand"
	shopWrites = "writes"
)

// stock is what was loaded: the same tickets in every shop.
type stock struct {
	ids     []uuid.UUID // of tickets 0, 1 and so on; each shop has all of them
	rules   *ticket.Rules
	summary loaded
}

type loaded struct {
	Tickets int     `json:"tickets"`
	Rows    int     `json:"rows"`
	Seconds float64 `json:"seconds"`
}

// chunk is how many tickets are made and loaded at a time.
const chunk = 1000

// stockVersion is that of every ticket that was loaded: received and accepted.
const stockVersion = 2

// spread is the time over which the tickets came in. No deadline of theirs is
// so near that they fall due during the run.
const spread = 30 * time.Minute

// fill loads n tickets into each shop.
func (t *target) fill(ctx context.Context, n int) (stock, error) {
	start := time.Now()
	rules, policies, err := terms()
	if err != nil {
		return stock{}, err
	}
	st := stock{rules: rules}
	numbers := make(map[[32]byte]bool)
	for first := 0; first < n; first += chunk {
		made, err := make1000(ctx, start, rules, policies, numbers, first, min(first+chunk, n), n)
		if err != nil {
			return stock{}, err
		}
		for _, m := range made {
			st.ids = append(st.ids, m.record.ID)
		}
		for _, shop := range shops() {
			rows, err := t.load(ctx, encoder{t.engine, shop}, made)
			if err != nil {
				return stock{}, fmt.Errorf("load tickets from %d: %w", first, err)
			}
			st.summary.Rows += rows
		}
	}
	// what a database that has run for a while has done by itself
	if _, err := t.db.ExecContext(ctx, map[sqlstore.Engine]string{
		sqlstore.EnginePostgres: "VACUUM ANALYZE", sqlstore.EngineSQLite: "ANALYZE",
	}[t.engine]); err != nil {
		return stock{}, err
	}
	st.summary.Tickets, st.summary.Seconds = shopCount*n, time.Since(start).Seconds()
	return st, nil
}

// terms are those of a shop that always works and answers within a day, so
// that nothing is overdue.
func terms() (*ticket.Rules, *sla.PolicySet, error) {
	hours, err := sla.ParseHours("Mo-Su 00:00-24:00")
	if err != nil {
		return nil, nil, err
	}
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "always", Zone: "Europe/Berlin", Hours: hours})
	if err != nil {
		return nil, nil, err
	}
	policies, err := sla.NewPolicySet([]sla.PolicyConfig{{ID: "standard", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 24, Unit: sla.UnitWorkHour}, Clock: "always"},
		{Metric: sla.FirstResolution, Period: sla.Period{N: 72, Unit: sla.UnitWorkHour}, Clock: "always"},
	}}}}}, []*sla.Calendar{calendar})
	if err != nil {
		return nil, nil, err
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	return rules, policies, err
}

// open is one open ticket, with all that its commits wrote.
type openTicket struct {
	record ticket.Record
	events []ticket.StoredEvent
	keys   []ticket.Held
}

// collector keeps what a desk commits.
type collector struct {
	ticket.Store

	made    map[uuid.UUID]*openTicket
	numbers map[[32]byte]bool // of all tickets so far, by hash
}

func (c *collector) Commit(ctx context.Context, commit ticket.Commit) error {
	for _, h := range commit.Take {
		if h.Key.Kind != ticket.KeyNumber {
			continue
		}
		if c.numbers[h.Key.Hash] { // the desk draws another
			return &ticket.DuplicateKeyError{Keys: []ticket.Key{h.Key}}
		}
		c.numbers[h.Key.Hash] = true
	}
	for _, ch := range commit.Changes {
		o := c.made[ch.Next.ID]
		if o == nil {
			o = new(openTicket)
			c.made[ch.Next.ID] = o
		}
		o.record, o.events = ch.Next, append(o.events, ch.Events...)
		o.keys = append(o.keys, commit.Take...)
	}
	return c.Store.Commit(ctx, commit)
}

// make1000 lets a desk in memory open the tickets first to last of n.
func make1000(
	ctx context.Context, now time.Time, rules *ticket.Rules, policies *sla.PolicySet, numbers map[[32]byte]bool, first, last, n int,
) ([]*openTicket, error) {
	c := &collector{Store: new(ticketmem.Store), made: make(map[uuid.UUID]*openTicket), numbers: numbers}
	clock := now
	desk, err := ticket.NewDesk(c, ticket.Config{
		Rules: rules, Policies: policies, Policy: "standard",
		Now:      func() time.Time { return clock },
		Delivery: ticket.DeskDelivers(func(context.Context, ticket.Outgoing) error { return nil }),
	})
	if err != nil {
		return nil, err
	}
	all := make([]*openTicket, 0, last-first)
	for i := first; i < last; i++ {
		clock = now.Add(-spread + spread/2*time.Duration(i)/time.Duration(n))
		r, err := desk.Receive(ctx, mail(shopDesk, "stock-"+strconv.Itoa(i), strconv.Itoa(i)))
		if err == nil {
			_, err = desk.Do(ctx, agent(i), r.Ticket.Ref(), ticket.Accept{})
		}
		if err != nil {
			return nil, err
		}
		all = append(all, c.made[r.Ticket.ID])
	}
	return all, nil
}

// mail is a message of a customer about the one order that it has.
func mail(shop, key, customer string) ticket.Inbound {
	return ticket.Inbound{
		Shop: shop, Key: key, Channel: ticket.ChannelEmail, Reason: "delivery/late", Subject: "Wo ist mein Paket?",
		Customer: ticket.Customer{Ref: "customer-" + customer, Language: "de"}, Orders: []string{"order-" + customer},
		Text: "Guten Tag,\n\nseit Montag zeigt die Sendungsverfolgung keine Bewegung mehr.\n" +
			strings.Repeat("Bitte sagen Sie mir, wann es ankommt. ", 8) + "\n\nMit freundlichen Grüßen\n",
	}
}

func agent(i int) ticket.Actor {
	return ticket.Actor{Kind: ticket.ActorAgent, ID: "agent-" + strconv.Itoa(i%50), Shop: shopDesk}
}

// load writes tickets to one shop in bulk.
func (t *target) load(ctx context.Context, e encoder, made []*openTicket) (int, error) {
	rows := make(map[string][][]any)
	order := []table{tickets(), labels(), events(), keys(), dues()}
	total := 0
	add := func(t table, row []any) { rows[t.name] = append(rows[t.name], row); total++ }
	for _, m := range made {
		row, err := e.ticket(m.record)
		if err != nil {
			return 0, err
		}
		add(tickets(), row)
		for _, l := range m.record.Labels {
			add(labels(), e.label(m.record, l))
		}
		for _, se := range m.events {
			add(events(), e.event(m.record, se))
		}
		for _, h := range m.keys {
			add(keys(), e.key(h))
		}
		if !m.record.Wake.IsZero() {
			add(dues(), e.due(m.record))
		}
	}
	if t.engine == sqlstore.EngineSQLite {
		return total, insertAll(ctx, t.db, order, rows)
	}
	for _, tab := range order {
		if _, err := t.pool.CopyFrom(ctx, pgx.Identifier{tab.name}, tab.names(), pgx.CopyFromRows(rows[tab.name])); err != nil {
			return 0, err
		}
	}
	return total, nil
}

// insertAll inserts rows of several tables in one transaction.
func insertAll(ctx context.Context, db *sql.DB, order []table, rows map[string][][]any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for _, tab := range order {
		if err := insertRows(ctx, tx, tab, rows[tab.name]); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return tx.Commit()
}

func insertRows(ctx context.Context, tx *sql.Tx, tab table, rows [][]any) error {
	stmt, err := tx.PrepareContext(ctx, dialect(tab.insert(1)))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if _, err := stmt.ExecContext(ctx, r...); err != nil {
			return errors.Join(err, stmt.Close())
		}
	}
	return stmt.Close()
}
