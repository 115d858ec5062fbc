package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// ErrNoOutbox is returned by a commit that has effects for a store that knows no
// queue to put them into: they would be lost. Nothing was written.
var ErrNoOutbox = errors.New("sqlstore: effects, and no outbox")

// Outbox puts what a commit wants done outside into a queue of the host's, within
// the commit's own transaction: both count, or neither does. It is for desks whose
// host delivers ([ticket.HostDelivers], [feedback.HostDelivers]); others commit no
// effects.
//
// The functions run inside the transaction, after all else was written, as often
// as a commit is tried; they must use nothing but tx. An error refuses the commit
// and leaves nothing behind. They get at least one effect, and may return what
// the database said as it is: a commit that could not be serialized is a conflict.
type Outbox struct {
	Tickets  func(ctx context.Context, tx Tx, effects []ticket.Effect) error
	Feedback func(ctx context.Context, tx Tx, effects []feedback.Effect) error
}

// Tx is the transaction that a commit runs in. Exactly one field is set: SQL for
// SQLite and for PostgreSQL through database/sql, Pgx for PostgreSQL through pgx,
// where it may be a savepoint. It ends with the commit, and is the store's to end.
type Tx struct {
	SQL *sql.Tx
	Pgx pgx.Tx
}

// WithOutbox returns the store with a queue for its effects, also within
// transactions of the host's: see [Store.InPgx] and [Store.InSQL].
func (s *Store) WithOutbox(o Outbox) *Store {
	with := *s
	with.outbox = o
	return &with
}

// enqueue gives a commit's effects to the host's queue.
func enqueue[E any](ctx context.Context, db conn, effects []E, put func(context.Context, Tx, []E) error) error {
	switch {
	case len(effects) == 0:
		return nil
	case put == nil:
		return ErrNoOutbox
	default:
		return put(ctx, db.tx(), effects)
	}
}
