package sqlstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What keeps a database from taking anything in. A commit that meets one of them
// left nothing behind.
var (
	// ErrFull: the disk, or the size that a database may have, is used up. Reading
	// goes on.
	ErrFull = errors.New("sqlstore: database is full")
	// ErrReadOnly: the file, the server or the transaction may only be read.
	ErrReadOnly = errors.New("sqlstore: database is read-only")
	// ErrUnavailable: the server has no connection or no memory left, or is starting
	// or going down; or another writer of the file took longer than SQLite waits. It
	// passes by itself, or when somebody looks after the server.
	ErrUnavailable = errors.New("sqlstore: database is unavailable")
)

// failure says what an error of the database means; conflict is what the
// contract calls it where the commit was given up for another's sake.
func failure(err, conflict error) error {
	if meaning := meaningOf(err, conflict); meaning != nil {
		return errors.Join(meaning, err)
	}
	return err
}

// atomic runs fn so that all of it counts or nothing.
func (h shelf[R]) atomic(ctx context.Context, fn func(db conn) error) error {
	return failure(h.s.db.atomic(ctx, fn), h.conflict)
}

func meaningOf(err, conflict error) error {
	var pg *pgconn.PgError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &pg):
		switch pg.Code {
		case "40001", "40P01": // not serializable, deadlock
			return conflict
		case "53100": // disk full
			return ErrFull
		case "25006": // read-only transaction
			return ErrReadOnly
		case "53200", "53300", "57P03": // out of memory, too many connections, cannot connect now
			return ErrUnavailable
		}
	case errors.As(err, &lite):
		switch {
		case lite.Code() == sqlite3.SQLITE_BUSY_SNAPSHOT: // read before another wrote
			return conflict
		case lite.Code()&0xff == sqlite3.SQLITE_FULL:
			return ErrFull
		case lite.Code()&0xff == sqlite3.SQLITE_READONLY:
			return ErrReadOnly
		case lite.Code()&0xff == sqlite3.SQLITE_BUSY:
			return ErrUnavailable
		}
	}
	return nil
}
