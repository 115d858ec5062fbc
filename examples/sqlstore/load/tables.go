package main

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// table is one of the store's, for who writes it without the store.
type table struct {
	name    string
	columns string
}

func (t table) names() []string { return strings.Split(t.columns, ", ") }

// insert is a statement for n rows.
func (t table) insert(n int) string {
	width := len(t.names())
	var b strings.Builder
	b.WriteString("INSERT INTO " + t.name + " (" + t.columns + ") VALUES ")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + numbered(i*width+1, width) + ")")
	}
	return b.String()
}

// numbered is $from, $from+1 and so on.
func numbered(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(all, ", ")
}

func tickets() table {
	return table{"kulanz_ticket", "shop, id, kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data"}
}

func labels() table { return table{"kulanz_ticket_label", "shop, label, id"} }

func events() table { return table{"kulanz_ticket_event", "shop, id, seq, event, at, kind, data"} }

func keys() table {
	return table{"kulanz_ticket_key", "shop, kind, hash, digest, expires, ref_shop, ref_id, first_seq, last_seq"}
}

func dues() table { return table{"kulanz_ticket_due", "shows, shop, id, attempts"} }

// encoder makes rows of what a desk commits, for one shop.
type encoder struct {
	engine sqlstore.Engine
	shop   string
}

func (e encoder) id(id uuid.UUID) any {
	if e.engine == sqlstore.EngineSQLite {
		return id[:]
	}
	return [16]byte(id)
}

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func (e encoder) ticket(r ticket.Record) ([]any, error) {
	labels, err := json.Marshal(append([]string{}, r.Labels...))
	due := int64(math.MaxInt64)
	if !r.Due.IsZero() {
		due = r.Due.UnixMicro()
	}
	return []any{
		e.shop, e.id(r.ID), string(r.Kind), r.Version, string(r.State), r.Assignee, r.Team, string(r.Priority), r.Customer,
		due, micros(r.Created), micros(r.Updated), micros(r.Wake), string(labels), r.Data,
	}, err
}

func (e encoder) label(r ticket.Record, label string) []any { return []any{e.shop, label, e.id(r.ID)} }

func (e encoder) event(r ticket.Record, se ticket.StoredEvent) []any {
	return []any{e.shop, e.id(r.ID), se.Seq, e.id(se.ID), micros(se.At), string(se.Kind), se.Data}
}

func (e encoder) key(h ticket.Held) []any {
	return []any{
		e.shop, string(h.Key.Kind), h.Key.Hash[:], h.Key.Digest[:], micros(h.Key.Expires), e.shop, e.id(h.Ref.ID), h.First, h.Last,
	}
}

func (e encoder) due(r ticket.Record) []any { return []any{r.Wake.UnixMicro(), e.shop, e.id(r.ID), 0} }
