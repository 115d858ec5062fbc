package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// conn runs statements: a pool, a database or a transaction. Parameters are
// $1, $2 and so on.
type conn interface {
	// exec returns how many rows it touched.
	exec(ctx context.Context, statement string, args ...any) (int64, error)
	// each reads every row that a query finds.
	each(ctx context.Context, read func(r row) error, statement string, args ...any) error
	// send runs statements in order, in one round trip where the driver can.
	send(ctx context.Context, all []queued) error
	// tx is the transaction, within atomic.
	tx() Tx
}

// row is one row of a query.
type row interface{ Scan(dest ...any) error }

// rows are those of a query, one after the other.
type rows interface {
	row

	Next() bool
	Err() error
}

func readAll(r rows, read func(r row) error) error {
	for r.Next() {
		if err := read(r); err != nil {
			return err
		}
	}
	return r.Err()
}

// database is a conn that does several statements as one.
type database interface {
	conn
	// atomic runs fn so that all of it counts or nothing: in a transaction, or
	// in a savepoint where there is one already.
	atomic(ctx context.Context, fn func(c conn) error) error
}

// pgxDatabase is PostgreSQL through pgx.
type pgxDatabase struct {
	conn interface {
		Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error)
		SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
	}
	begin func(context.Context) (pgx.Tx, error) // within a transaction, a savepoint
}

// within returns the context for one statement: within a transaction a patient
// one.
func (d pgxDatabase) within(ctx context.Context) (context.Context, func()) {
	if d.begin != nil || ctx.Err() != nil {
		return ctx, func() {}
	}
	return outlast(ctx)
}

func (d pgxDatabase) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	ctx, done := d.within(ctx)
	defer done()
	tag, err := d.conn.Exec(ctx, statement, args...)
	return tag.RowsAffected(), err
}

func (d pgxDatabase) each(ctx context.Context, read func(r row) error, statement string, args ...any) error {
	ctx, done := d.within(ctx)
	defer done()
	found, err := d.conn.Query(ctx, statement, args...)
	if err != nil {
		return err
	}
	defer found.Close()
	return readAll(found, read)
}

func (d pgxDatabase) send(ctx context.Context, all []queued) error {
	var b pgx.Batch
	for _, q := range all {
		one := b.Queue(q.statement, q.args...)
		if q.read != nil {
			one.Query(func(r pgx.Rows) error { return readAll(r, q.read) })
		}
	}
	ctx, done := d.within(ctx)
	defer done()
	return d.conn.SendBatch(ctx, &b).Close()
}

func (d pgxDatabase) tx() Tx {
	tx, _ := d.conn.(pgx.Tx)
	return Tx{Pgx: tx}
}

func (d pgxDatabase) atomic(ctx context.Context, fn func(c conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	patient, done := outlast(ctx)
	defer done()
	tx, err := d.begin(patient)
	if err != nil {
		return err
	}
	err = fn(pgxDatabase{conn: tx})
	if err = cmp.Or(err, ctx.Err()); err != nil {
		return errors.Join(err, ended(tx.Rollback(context.WithoutCancel(ctx))))
	}
	return tx.Commit(patient)
}

// ended says that it is no fault of a rollback that there is nothing left to
// roll back.
func ended(err error) error {
	if errors.Is(err, pgx.ErrTxClosed) || errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// sqlDatabase is SQLite, or PostgreSQL through database/sql.
type sqlDatabase struct {
	conn interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	begin  func(context.Context) (*sql.Tx, error) // nil: conn is a transaction
	sqlite bool                                   // which breaks off cleanly by itself
}

func (d sqlDatabase) within(ctx context.Context) (context.Context, func()) {
	if d.sqlite || d.begin != nil || ctx.Err() != nil {
		return ctx, func() {}
	}
	return outlast(ctx)
}

// parameters matches $1; SQLite numbers its parameters ?1.
var parameters = regexp.MustCompile(`\$([0-9]+)`)

func (d sqlDatabase) dialect(statement string) string {
	if !d.sqlite {
		return statement
	}
	return parameters.ReplaceAllString(statement, `?$1`)
}

func (d sqlDatabase) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	ctx, done := d.within(ctx)
	defer done()
	res, err := d.conn.ExecContext(ctx, d.dialect(statement), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

func (d sqlDatabase) each(ctx context.Context, read func(r row) error, statement string, args ...any) error {
	ctx, done := d.within(ctx)
	defer done()
	found, err := d.conn.QueryContext(ctx, d.dialect(statement), args...)
	if err != nil {
		return err
	}
	return errors.Join(readAll(found, read), found.Close())
}

func (d sqlDatabase) send(ctx context.Context, all []queued) error {
	for _, q := range all {
		var err error
		if q.read == nil {
			_, err = d.exec(ctx, q.statement, q.args...)
		} else {
			err = d.each(ctx, q.read, q.statement, q.args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d sqlDatabase) tx() Tx {
	tx, _ := d.conn.(*sql.Tx)
	return Tx{SQL: tx}
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
	if _, err := d.exec(ctx, "SAVEPOINT kulanz"); err != nil {
		return err
	}
	err := fn(d)
	ctx = context.WithoutCancel(ctx) // half a savepoint must not stay open in the host's transaction
	if err != nil {
		_, back := d.exec(ctx, "ROLLBACK TO SAVEPOINT kulanz")
		err = errors.Join(err, back)
	}
	_, released := d.exec(ctx, "RELEASE SAVEPOINT kulanz")
	return errors.Join(err, released)
}
