package main

import (
	"context"
	"database/sql"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// hand does a desk's writes with the fewest statements that somebody would write
// by hand who knows what changes: no versions are compared, no key is looked at,
// and labels that stay are left alone. pgx for PostgreSQL, database/sql for
// SQLite, one statement after the other.
type hand struct {
	encoder

	begin func(ctx context.Context) (transaction, error)
}

// transaction is what both drivers have.
type transaction interface {
	exec(ctx context.Context, statement string, args ...any) (int64, error)
	places(ctx context.Context, statement string, args ...any) ([][]byte, error)
	commit(ctx context.Context) error
	rollback(ctx context.Context) error
}

func (t *target) byHand() hand {
	h := hand{encoder: encoder{t.engine, shopHand}}
	if t.engine == sqlstore.EnginePostgres {
		h.begin = func(ctx context.Context) (transaction, error) { return beginPgx(ctx, t.pool) }
		return h
	}
	h.begin = func(ctx context.Context) (transaction, error) {
		tx, err := t.db.BeginTx(ctx, nil)
		return sqlTx{tx}, err
	}
	return h
}

// together runs fn in one transaction and returns how many rows it wrote.
func (h hand) together(ctx context.Context, fn func(tx transaction) (int, error)) (int, error) {
	tx, err := h.begin(ctx)
	if err != nil {
		return 0, err
	}
	n, err := fn(tx)
	if err != nil {
		return 0, errors.Join(err, tx.rollback(context.WithoutCancel(ctx)))
	}
	return n, tx.commit(ctx)
}

func (h hand) write(ctx context.Context, c call) (int, error) {
	return h.together(ctx, func(tx transaction) (int, error) {
		w := writer{ctx: ctx, tx: tx, hand: h}
		for i, ch := range c.commit.Changes {
			w.change(ch, c.labels[i])
		}
		for _, k := range c.commit.Release {
			w.run("DELETE FROM kulanz_ticket_key WHERE shop = $1 AND kind = $2 AND hash = $3", h.shop, string(k.Kind), k.Hash[:])
		}
		rows := make([][]any, len(c.commit.Take))
		for i, held := range c.commit.Take {
			rows[i] = h.key(held)
		}
		w.insert(keys(), rows)
		return w.rows, w.err
	})
}

// writer runs statements until one fails.
type writer struct {
	ctx  context.Context //nolint:containedctx // it lives as long as one transaction
	tx   transaction
	hand hand
	rows int
	err  error
}

func (w *writer) run(statement string, args ...any) {
	if w.err != nil {
		return
	}
	n, err := w.tx.exec(w.ctx, statement, args...)
	w.rows, w.err = w.rows+int(n), err
}

func (w *writer) insert(t table, rows [][]any) {
	if len(rows) == 0 {
		return
	}
	var args []any
	for _, r := range rows {
		args = append(args, r...)
	}
	w.run(t.insert(len(rows)), args...)
}

func (w *writer) change(ch ticket.Change, l labelled) {
	h, r := w.hand, ch.Next
	row, err := h.ticket(r)
	if err != nil {
		w.err = errors.Join(w.err, err)
		return
	}
	if ch.Expect == 0 {
		w.insert(tickets(), [][]any{row})
	} else {
		w.run("UPDATE kulanz_ticket SET (kind, version, state, assignee, team, priority, customer, due, created, updated, wake, labels, data) = ("+
			numbered(3, len(row)-2)+") WHERE shop = $1 AND id = $2", row...)
	}
	for _, name := range l.drop {
		w.run("DELETE FROM kulanz_ticket_label WHERE shop = $1 AND label = $2 AND id = $3", h.label(r, name)...)
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
		w.run("DELETE FROM kulanz_ticket_due WHERE shop = $1 AND id = $2", h.shop, h.id(r.ID))
		return
	}
	w.run(dues().insert(1)+" ON CONFLICT (shop, id) DO UPDATE SET shows = excluded.shows, attempts = 0", h.due(r)...)
}

// claim takes what is due and reads it.
func (h hand) claim(ctx context.Context, req ticket.ClaimRequest) (int, error) {
	return h.together(ctx, func(tx transaction) (int, error) {
		query := "SELECT id FROM kulanz_ticket_due WHERE shop = $1 AND shows <= $2 ORDER BY shows, id LIMIT $3"
		if h.engine == sqlstore.EnginePostgres {
			query += " FOR UPDATE SKIP LOCKED"
		}
		ids, err := tx.places(ctx, query, h.shop, req.Now.UnixMicro(), req.PageLimit())
		if err != nil || len(ids) == 0 {
			return 0, err
		}
		args := []any{h.shop, req.Now.Add(req.HideFor(0)).UnixMicro()}
		for _, id := range ids {
			args = append(args, id)
		}
		n, err := tx.exec(ctx, "UPDATE kulanz_ticket_due SET shows = $2, attempts = attempts + 1 WHERE shop = $1 AND id IN ("+
			numbered(3, len(ids))+")", args...)
		if err != nil {
			return 0, err
		}
		_, err = tx.places(ctx, "SELECT data FROM kulanz_ticket WHERE shop = $1 AND id IN ("+numbered(2, len(ids))+")",
			append([]any{h.shop}, args[2:]...)...)
		return int(n), err
	})
}

// pgxTx is a transaction of pgx.
type pgxTx struct{ pgx.Tx }

func beginPgx(ctx context.Context, pool *pgxpool.Pool) (transaction, error) { //nolint:ireturn // one of two drivers
	tx, err := pool.Begin(ctx)
	return pgxTx{tx}, err
}

func (t pgxTx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	tag, err := t.Exec(ctx, statement, args...)
	return tag.RowsAffected(), err
}

func (t pgxTx) places(ctx context.Context, statement string, args ...any) ([][]byte, error) {
	rows, err := t.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]byte, error) {
		return append([]byte(nil), r.RawValues()[0]...), nil
	})
}

func (t pgxTx) commit(ctx context.Context) error   { return t.Commit(ctx) }
func (t pgxTx) rollback(ctx context.Context) error { return t.Rollback(ctx) }

// sqlTx is a transaction of database/sql.
type sqlTx struct{ *sql.Tx }

// dialect numbers parameters as SQLite does.
func dialect(statement string) string {
	return regexp.MustCompile(`\$([0-9]+)`).ReplaceAllString(statement, `?$1`)
}

func (t sqlTx) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	res, err := t.ExecContext(ctx, dialect(statement), args...) //nolint:gosec // statements of this file
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (t sqlTx) places(ctx context.Context, statement string, args ...any) ([][]byte, error) {
	rows, err := t.QueryContext(ctx, dialect(statement), args...) //nolint:gosec // statements of this file
	if err != nil {
		return nil, err
	}
	var all [][]byte
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, b)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

func (t sqlTx) commit(context.Context) error   { return t.Commit() }
func (t sqlTx) rollback(context.Context) error { return t.Rollback() }
