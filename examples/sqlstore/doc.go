// Package sqlstore keeps a desk in SQLite or PostgreSQL: reference stores that
// a host imports, or copies and bends to its own tables.
//
// # Opening
//
// [OpenSQLite] opens a file with the settings that the store needs; [Postgres]
// takes a pool of github.com/jackc/pgx/v5, and [PostgresSQL] the same database
// through database/sql. [Store.Migrate] brings the tables up to date from SQL
// that is embedded; a host with a migrator of its own takes the files of
// [Migrations] instead. All tables are called kulanz_*.
//
// # One transaction with the host's
//
// [Store.InPgx] and [Store.InSQL] return the store bound to a transaction of the
// host's: a ticket and an order then commit or roll back together. A commit
// that is refused is undone to a savepoint, and the transaction goes on.
//
// # A queue of the host's
//
// A desk whose host delivers commits effects: [Store.WithOutbox] puts them into
// the host's queue in the commit's own transaction, so that none is lost and none
// goes out for what was rolled back.
//
// # Errors
//
// They are those of the contracts of [ticket.Store], [feedback.Store] and
// [goodwill.Store]. What PostgreSQL gave up to serialize (40001) or in a deadlock
// (40P01), and what SQLite finds changed since a deferred transaction began to
// read, is the contract's ErrConflict: it left nothing behind and may succeed
// when it is tried again. [ErrFull], [ErrReadOnly] and [ErrUnavailable] left nothing
// behind either, and go on until somebody makes room. All others come as the driver
// gives them, and leave a write's outcome unknown.
//
// # Concurrency
//
// Every value is safe for concurrent use, also by many processes, but for one
// that is bound to a transaction: it is as safe as the transaction is. On
// PostgreSQL claims skip what others hold; SQLite has one writer at a time, and
// a writer waits up to ten seconds for it.
//
// # What it does not do
//
// It encodes nothing, reads no clock and starts no goroutine. Keys whose time
// is over stay until the host deletes them.
package sqlstore
