package main

import (
	"context"
	"database/sql"
	"errors"
	"regexp"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

func enough(rows, least int64) error {
	if rows < least {
		return errStale
	}
	return nil
}

// pgxTx is a transaction of pgx, one statement after the other.
type pgxTx struct {
	conn interface {
		Exec(ctx context.Context, statement string, args ...any) (pgconn.CommandTag, error)
		Query(ctx context.Context, statement string, args ...any) (pgx.Rows, error)
	}
	tx      pgx.Tx // nil: none
	touched int64
}

func (t *pgxTx) exec(ctx context.Context, least int64, statement string, args ...any) error {
	tag, err := t.conn.Exec(ctx, statement, args...)
	if err != nil {
		return err
	}
	t.touched += tag.RowsAffected()
	return enough(tag.RowsAffected(), least)
}

func (t *pgxTx) places(ctx context.Context, statement string, args ...any) ([][]byte, error) {
	rows, err := t.conn.Query(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	return firstColumn(rows)
}

func firstColumn(rows pgx.Rows) ([][]byte, error) {
	return pgx.CollectRows(rows, func(r pgx.CollectableRow) ([]byte, error) {
		return append([]byte(nil), r.RawValues()[0]...), nil
	})
}

func (t *pgxTx) commit(ctx context.Context) (int, error) { return int(t.touched), t.tx.Commit(ctx) }
func (t *pgxTx) rollback(ctx context.Context) error      { return t.tx.Rollback(ctx) }

// batchTx is a transaction of pgx that sends as many statements at once as it
// can: all that stand between two whose outcome is needed, BEGIN among them, and
// also COMMIT where atOnce says that no outcome can stand in its way.
type batchTx struct {
	pool    *pgxpool.Pool
	atOnce  bool
	queued  []func(b *pgx.Batch)
	tx      pgx.Tx // nil: not begun
	touched int64
}

func (t *batchTx) exec(_ context.Context, least int64, statement string, args ...any) error {
	t.queued = append(t.queued, func(b *pgx.Batch) {
		b.Queue(statement, args...).Exec(func(tag pgconn.CommandTag) error {
			t.touched += tag.RowsAffected()
			return enough(tag.RowsAffected(), least)
		})
	})
	return nil
}

func (t *batchTx) places(ctx context.Context, statement string, args ...any) ([][]byte, error) {
	var found [][]byte
	t.queued = append(t.queued, func(b *pgx.Batch) {
		b.Queue(statement, args...).Query(func(rows pgx.Rows) error {
			var err error
			found, err = firstColumn(rows)
			return err
		})
	})
	return found, t.flush(ctx)
}

func (t *batchTx) flush(ctx context.Context) error {
	b := new(pgx.Batch)
	if t.tx == nil {
		b.BeginTx(pgx.TxOptions{})
	}
	for _, add := range t.queued {
		add(b)
	}
	t.queued = nil
	if t.tx != nil {
		return t.tx.SendBatch(ctx, b).Close()
	}
	results := t.pool.SendBatch(ctx, b)
	t.tx = results.Tx()
	return results.Close()
}

func (t *batchTx) commit(ctx context.Context) (int, error) {
	if t.tx == nil && t.atOnce {
		b := new(pgx.Batch)
		b.Queue("BEGIN")
		for _, add := range t.queued {
			add(b)
		}
		b.Queue("COMMIT")
		err := t.pool.SendBatch(ctx, b).Close()
		return int(t.touched), err
	}
	if len(t.queued) > 0 {
		if err := t.flush(ctx); err != nil {
			return 0, errors.Join(err, t.rollback(ctx))
		}
	}
	return int(t.touched), t.tx.Commit(ctx)
}

func (t *batchTx) rollback(ctx context.Context) error {
	if t.tx == nil {
		return nil
	}
	return t.tx.Rollback(ctx)
}

// sqlTx is a transaction of database/sql.
type sqlTx struct {
	conn interface {
		ExecContext(ctx context.Context, statement string, args ...any) (sql.Result, error)
		QueryContext(ctx context.Context, statement string, args ...any) (*sql.Rows, error)
	}
	tx      *sql.Tx // nil: none
	touched int64
}

var parameters = regexp.MustCompile(`\$([0-9]+)`)

// dialect numbers parameters as SQLite does.
func dialect(statement string) string { return parameters.ReplaceAllString(statement, `?$1`) }

func (t *sqlTx) exec(ctx context.Context, least int64, statement string, args ...any) error {
	res, err := t.conn.ExecContext(ctx, dialect(statement), args...)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	t.touched += n
	return errors.Join(err, enough(n, least))
}

func (t *sqlTx) places(ctx context.Context, statement string, args ...any) ([][]byte, error) {
	rows, err := t.conn.QueryContext(ctx, dialect(statement), args...)
	if err != nil {
		return nil, err
	}
	columns, err := rows.Columns()
	if err != nil {
		return nil, errors.Join(err, rows.Close())
	}
	var all [][]byte
	for rows.Next() {
		var b []byte
		dest := []any{&b}
		for range len(columns) - 1 {
			dest = append(dest, new(any))
		}
		if err := rows.Scan(dest...); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, b)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

func (t *sqlTx) commit(context.Context) (int, error) { return int(t.touched), t.tx.Commit() }
func (t *sqlTx) rollback(context.Context) error      { return t.tx.Rollback() }
