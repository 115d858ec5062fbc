package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"
)

// conn runs statements: a pool, a database or a transaction.
type conn interface {
	// send runs statements in order, in one round trip where the driver can. It
	// returns the first error; what follows may have run or not.
	send(ctx context.Context, all ...*statement) error
	// tx is the transaction, within atomic.
	tx() Tx
}

// database is a conn that does several statements as one.
type database interface {
	conn
	// atomic runs fn so that all of it counts or nothing: in a transaction, or
	// in a savepoint where there is one already.
	atomic(ctx context.Context, fn func(c conn) error) error
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

// ended says that it is no fault of a rollback that there is nothing left to
// roll back.
func ended(err error) error {
	if errors.Is(err, pgx.ErrTxClosed) || errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}
