package sqlstore

import (
	"cmp"
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pgxSender is what a pool and a transaction of pgx have in common.
type pgxSender interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// pgxDatabase is PostgreSQL through pgx: a pool, or the host's transaction.
type pgxDatabase struct {
	conn pgxSender
	host pgx.Tx // nil: conn is a pool
}

func (d pgxDatabase) tx() Tx { return Tx{Pgx: d.host} }

func (d pgxDatabase) send(ctx context.Context, all ...*statement) error {
	if d.host != nil {
		return (&pgxTx{own: d.host}).send(ctx, all...)
	}
	return d.conn.SendBatch(ctx, batch(all)).Close()
}

func (d pgxDatabase) atomic(ctx context.Context, fn func(c conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	patient, done := outlast(ctx)
	defer done()
	t := &pgxTx{pool: d.conn}
	if d.host != nil {
		var err error
		if t.own, err = d.host.Begin(patient); err != nil { // a savepoint
			return err
		}
	}
	err := fn(t)
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return errors.Join(err, t.rollback(context.WithoutCancel(ctx)))
	}
	return t.own.Commit(patient)
}

// pgxTx is a transaction or a savepoint. A transaction of a pool begins in the
// round trip of its first statements.
type pgxTx struct {
	pool pgxSender
	own  pgx.Tx // nil: not begun
}

func (t *pgxTx) tx() Tx { return Tx{Pgx: t.own} }

// send reads what is committed by the time of each statement, whatever the
// database's default: versions and keys, not isolation, keep writers apart.
func (t *pgxTx) send(ctx context.Context, all ...*statement) error {
	if ctx.Err() == nil {
		patient, done := outlast(ctx)
		defer done()
		ctx = patient
	}
	if t.own != nil {
		return t.own.SendBatch(ctx, batch(all)).Close()
	}
	b := new(pgx.Batch)
	b.BeginTx(pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
	results := t.pool.SendBatch(ctx, queue(b, all))
	t.own = results.Tx()
	return results.Close()
}

func (t *pgxTx) rollback(ctx context.Context) error {
	if t.own == nil {
		return nil
	}
	return ended(t.own.Rollback(ctx))
}

func batch(all []*statement) *pgx.Batch { return queue(new(pgx.Batch), all) }

func queue(b *pgx.Batch, all []*statement) *pgx.Batch {
	for _, s := range all {
		q := b.Queue(s.numbered(), s.args...)
		if s.read != nil {
			q.Query(func(r pgx.Rows) error { return readAll(r, s.read) })
		} else {
			q.Exec(func(tag pgconn.CommandTag) error { return s.touched(tag.RowsAffected()) })
		}
	}
	return b
}
