package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// hand does what a desk does to its tables by statements that somebody would write
// by hand who knows what changes.
//
// As writes, it does no more than that: nothing is read but what is claimed, no
// version is compared, no key is looked at, labels that stay are left alone, and
// the documents are those that the desk has encoded. Otherwise it does what a desk
// of one's own cannot do without: it looks up whose message it is, reads the
// tickets and decodes them, encodes what they become, and writes that only where
// the version is still the one that was read.
type hand struct {
	encoder

	writes bool
	begin  func(ctx context.Context) (transaction, error)
	alone  finder // outside any transaction
}

// finder returns the first column of what a query finds.
type finder interface {
	places(ctx context.Context, statement string, args ...any) ([][]byte, error)
}

// transaction is what both drivers have.
type transaction interface {
	finder

	// exec runs a statement, now or at the latest with the next places or commit,
	// that must touch some rows at least.
	exec(ctx context.Context, least int64, statement string, args ...any) error
	// commit returns how many rows exec has touched.
	commit(ctx context.Context) (int, error)
	rollback(ctx context.Context) error
}

// errStale is a version that is not the one that was read.
var errStale = errors.New("somebody else was faster")

func (t *target) byHand(shop string, writes, batches bool) hand {
	h := hand{encoder: encoder{t.engine, shop}, writes: writes, alone: &pgxTx{conn: t.pool}}
	switch {
	case t.engine == sqlstore.EngineSQLite:
		h.alone = &sqlTx{conn: t.db}
		h.begin = func(ctx context.Context) (transaction, error) {
			tx, err := t.db.BeginTx(ctx, nil)
			return &sqlTx{conn: tx, tx: tx}, err
		}
	case batches:
		h.begin = func(context.Context) (transaction, error) { return &batchTx{pool: t.pool, atOnce: writes}, nil }
	default:
		h.begin = func(ctx context.Context) (transaction, error) {
			tx, err := t.pool.Begin(ctx)
			return &pgxTx{conn: tx, tx: tx}, err
		}
	}
	return h
}

// together runs fn in one transaction and returns how many rows it wrote.
func (h hand) together(ctx context.Context, fn func(tx transaction) error) (int, error) {
	tx, err := h.begin(ctx)
	if err != nil {
		return 0, err
	}
	if err := fn(tx); err != nil {
		return 0, errors.Join(err, tx.rollback(context.WithoutCancel(ctx)))
	}
	return tx.commit(ctx)
}

func (h hand) write(ctx context.Context, c call) (int, error) {
	return h.together(ctx, func(tx transaction) error {
		w := writer{ctx: ctx, tx: tx, hand: h}
		for i, ch := range c.commit.Changes {
			if !h.writes {
				var err error
				if ch, err = c.changed[i].encode(ch); err != nil {
					return err
				}
			}
			w.change(ch, c.labels[i])
		}
		for _, k := range c.commit.Release {
			w.run(0, "DELETE FROM kulanz_ticket_key WHERE shop = $1 AND kind = $2 AND hash = $3", h.shop, string(k.Kind), k.Hash[:])
		}
		rows := make([][]any, len(c.commit.Take))
		for i, held := range c.commit.Take {
			rows[i] = h.key(held)
		}
		w.insert(keys(), rows)
		return w.err
	})
}

// writer runs statements until one fails.
type writer struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one transaction
	tx   transaction
	hand hand
	err  error
}

func (w *writer) run(least int64, statement string, args ...any) {
	if w.err == nil {
		w.err = w.tx.exec(w.ctx, least, statement, args...)
	}
}

func (w *writer) insert(t table, rows [][]any) {
	if len(rows) == 0 {
		return
	}
	var args []any
	for _, r := range rows {
		args = append(args, r...)
	}
	w.run(0, t.insert(len(rows)), args...)
}

func (w *writer) change(ch ticket.Change, l labelled) {
	h, r := w.hand, ch.Next
	row, err := h.ticket(r)
	w.err = errors.Join(w.err, err)
	switch update := "UPDATE kulanz_ticket SET (kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data) = (" +
		numbered(3, len(row)-2) + ") WHERE shop = $1 AND id = $2"; {
	case ch.Expect == 0:
		w.insert(tickets(), [][]any{row})
	case h.writes:
		w.run(1, update, row...)
	default:
		w.run(1, update+" AND version = "+numbered(len(row)+1, 1), append(row, ch.Expect)...)
	}
	for _, name := range l.drop {
		w.run(0, "DELETE FROM kulanz_ticket_label WHERE shop = $1 AND label = $2 AND id = $3", h.label(r, name)...)
	}
	put := make([][]any, len(l.put))
	for i, name := range l.put {
		put[i] = h.label(r, name)
	}
	w.insert(labels(), put)
	history := make([][]any, len(ch.Events))
	for i, e := range ch.Events {
		history[i] = h.event(r, e)
	}
	w.insert(events(), history)
	if r.Wake.IsZero() {
		w.run(0, "DELETE FROM kulanz_ticket_due WHERE shop = $1 AND id = $2", h.shop, h.id(r.ID))
		return
	}
	w.run(0, dues().insert(1)+" ON CONFLICT (shop, id) DO UPDATE SET shows = excluded.shows, attempts = 0", h.due(r)...)
}

// claim takes what is due and reads it.
func (h hand) claim(ctx context.Context, req ticket.ClaimRequest) (int, error) {
	return h.together(ctx, func(tx transaction) error {
		query := "SELECT id FROM kulanz_ticket_due WHERE shop = $1 AND shows <= $2 ORDER BY shows, id LIMIT $3"
		if h.engine == sqlstore.EnginePostgres {
			query += " FOR UPDATE SKIP LOCKED"
		}
		ids, err := tx.places(ctx, query, h.shop, req.Now.UnixMicro(), req.PageLimit())
		if err != nil || len(ids) == 0 {
			return err
		}
		args := []any{h.shop, req.Now.Add(req.HideFor(0)).UnixMicro()}
		for _, id := range ids {
			args = append(args, id)
		}
		if err := tx.exec(ctx, 0, "UPDATE kulanz_ticket_due SET shows = $2, attempts = attempts + 1 WHERE shop = $1 AND id IN ("+
			numbered(3, len(ids))+")", args...); err != nil {
			return err
		}
		return h.decoded(tx.places(ctx, "SELECT data FROM kulanz_ticket WHERE shop = $1 AND id IN ("+numbered(2, len(ids))+")",
			append([]any{h.shop}, args[2:]...)...))
	})
}

// read reads what a desk has read, each by one statement.
func (h hand) read(ctx context.Context, r reading) error {
	if h.writes {
		return nil
	}
	switch {
	case r.record != nil:
		return h.decoded(h.alone.places(ctx, "SELECT data, version FROM kulanz_ticket WHERE shop = $1 AND id = $2",
			h.shop, h.id(r.record.ID)))
	case r.history != nil:
		_, err := h.alone.places(ctx, `SELECT data, seq, event, at, kind FROM kulanz_ticket_event
			WHERE shop = $1 AND id = $2 AND seq > $3 ORDER BY seq LIMIT $4`,
			h.shop, h.id(r.history.Ref.ID), r.history.After, r.history.PageLimit())
		return err
	default:
		args := []any{h.shop}
		alternatives := make([]string, len(r.keys))
		for i, k := range r.keys {
			alternatives[i] = fmt.Sprintf("kind = $%d AND hash = $%d", len(args)+1, len(args)+2)
			args = append(args, string(k.Kind), k.Hash[:])
		}
		_, err := h.alone.places(ctx, "SELECT hash, kind, digest, expires, ref_id FROM kulanz_ticket_key WHERE shop = $1 AND ("+
			strings.Join(alternatives, " OR ")+")", args...)
		return err
	}
}

// decoded decodes documents, where they are of any use.
func (h hand) decoded(all [][]byte, err error) error {
	for _, data := range all {
		if h.writes || err != nil {
			return err
		}
		err = json.Unmarshal(data, new(document))
	}
	return err
}
