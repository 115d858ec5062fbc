package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
)

// sqlDatabase is SQLite, or PostgreSQL through database/sql.
type sqlDatabase struct {
	conn interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	begin  func(context.Context) (*sql.Tx, error) // nil: conn is a transaction
	sqlite bool                                   // which breaks off cleanly by itself
}

func (d sqlDatabase) tx() Tx {
	tx, _ := d.conn.(*sql.Tx)
	return Tx{SQL: tx}
}

func (d sqlDatabase) send(ctx context.Context, all ...*statement) error {
	if !d.sqlite && d.begin == nil && ctx.Err() == nil {
		patient, done := outlast(ctx)
		defer done()
		ctx = patient
	}
	for _, s := range all {
		if err := d.run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (d sqlDatabase) run(ctx context.Context, s *statement) error {
	text := s.text
	if !d.sqlite {
		text = s.numbered()
	}
	if s.read != nil {
		found, err := d.conn.QueryContext(ctx, text, s.args...)
		if err != nil {
			return err
		}
		return errors.Join(readAll(found, s.read), found.Close())
	}
	res, err := d.conn.ExecContext(ctx, text, s.args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	return cmp.Or(err, s.touched(n))
}

func (d sqlDatabase) atomic(ctx context.Context, fn func(c conn) error) error {
	if d.begin == nil {
		return d.savepoint(ctx, fn)
	}
	whole := ctx
	if !d.sqlite { // whose COMMIT takes the context of its BEGIN
		if err := ctx.Err(); err != nil {
			return err
		}
		patient, done := outlast(ctx)
		defer done()
		whole = patient
	}
	tx, err := d.begin(whole)
	if err != nil {
		return err
	}
	err = fn(sqlDatabase{conn: tx, sqlite: d.sqlite})
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return errors.Join(err, ended(tx.Rollback()))
	}
	return tx.Commit()
}

func (d sqlDatabase) savepoint(ctx context.Context, fn func(c conn) error) error {
	if err := d.send(ctx, query("SAVEPOINT kulanz")); err != nil {
		return err
	}
	err := fn(d)
	ctx = context.WithoutCancel(ctx) // half a savepoint must not stay open in the host's transaction
	if err != nil {
		err = errors.Join(err, d.send(ctx, query("ROLLBACK TO SAVEPOINT kulanz")))
	}
	return errors.Join(err, d.send(ctx, query("RELEASE SAVEPOINT kulanz")))
}
