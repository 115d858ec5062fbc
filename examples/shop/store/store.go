package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

// ErrNotFound says that there is no such row.
var ErrNotFound = errors.New("store: not found")

// DB is the shop's database. It is safe for concurrent use, also by many
// processes.
type DB struct {
	Desk  *sqlstore.Store // with the queue as its outbox
	Queue *jobs.Queue

	db     *sql.DB
	sqlite bool
	file   string // of SQLite
	close  func() error
}

// Open opens a file of SQLite, or PostgreSQL where the place is a postgres:// URL,
// and brings all tables up to date.
func Open(ctx context.Context, where string) (*DB, error) {
	d, err := open(ctx, where)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("store: migrate: %w", err), d.Close())
	}
	return d, nil
}

func open(ctx context.Context, where string) (*DB, error) {
	if !strings.HasPrefix(where, "postgres://") && !strings.HasPrefix(where, "postgresql://") {
		desk, err := sqlstore.OpenSQLite(where)
		if err != nil {
			return nil, err
		}
		queue, err := jobs.OnSQLite(ctx, desk.DB())
		if err != nil {
			return nil, errors.Join(err, desk.Close())
		}
		return &DB{Desk: desk.WithOutbox(queue.Outbox()), Queue: queue, db: desk.DB(), sqlite: true, file: where, close: func() error {
			return errors.Join(queue.Close(), desk.Close())
		}}, nil
	}
	pool, err := pgxpool.New(ctx, where)
	if err != nil {
		return nil, err
	}
	queue, err := jobs.OnPostgres(pool)
	if err != nil {
		pool.Close()
		return nil, err
	}
	db := stdlib.OpenDBFromPool(pool)
	shut := func() error {
		err := db.Close()
		pool.Close()
		return err
	}
	return &DB{Desk: sqlstore.Postgres(pool).WithOutbox(queue.Outbox()), Queue: queue, db: db, close: shut}, nil
}

// Close closes the database.
func (d *DB) Close() error { return d.close() }

// SQLite reports whether the database is a file of this process's machine.
func (d *DB) SQLite() bool { return d.sqlite }

// Ping reports whether the database answers. A file whose name is gone still does,
// and keeps nothing beyond the end of the process.
func (d *DB) Ping(ctx context.Context) error {
	if d.file != "" {
		if _, err := os.Stat(d.file); err != nil {
			return err
		}
	}
	var n int
	return d.one(ctx, []any{&n}, "SELECT count(*) FROM shop_migration")
}

//go:embed migrations
var embedded embed.FS

// migrate brings all tables up to date: the library's, River's and the shop's, each
// by its own versions.
func (d *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(embedded, "migrations/"+string(d.engine()))
	if err != nil {
		return err
	}
	return d.Alone(ctx, func(ctx context.Context) error {
		if err := d.Desk.Migrate(ctx); err != nil {
			return err
		}
		if err := d.Queue.Migrate(ctx); err != nil {
			return err
		}
		return d.Desk.MigrateHost(ctx, "shop_migration", files)
	})
}

func (d *DB) engine() sqlstore.Engine {
	if d.sqlite {
		return sqlstore.EngineSQLite
	}
	return sqlstore.EnginePostgres
}

// Alone runs fn while no other process of this database's does: what a first start
// makes is made once, however many start together. A file of SQLite has one process.
func (d *DB) Alone(ctx context.Context, fn func(context.Context) error) (err error) {
	if d.sqlite {
		return fn(ctx)
	}
	conn, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	// Where the connection breaks the lock is gone with it.
	defer func() { err = errors.Join(err, conn.Close()) }()
	const name = "hashtext('kulanz shop ' || current_schema())"
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock("+name+")"); err != nil {
		return err
	}
	err = fn(ctx)
	_, unlocked := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock("+name+")")
	return errors.Join(err, unlocked)
}

// Tx is one transaction over the shop's rows and the library's.
type Tx struct {
	Desk *sqlstore.Store // bound to the transaction

	conn   *sql.Tx
	sqlite bool
}

// In runs fn in a transaction: all of it counts or nothing.
func (d *DB) In(ctx context.Context, fn func(tx *Tx) error) error {
	conn, err := d.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(&Tx{Desk: d.Desk.InSQL(conn), conn: conn, sqlite: d.sqlite}); err != nil {
		return errors.Join(err, conn.Rollback())
	}
	return conn.Commit()
}

// InMuch is In for a transaction that writes a lot: SQLite keeps what it changes in
// memory until the end, where it would else write it out and read it again.
func (d *DB) InMuch(ctx context.Context, fn func(tx *Tx) error) error {
	return d.In(ctx, func(tx *Tx) (err error) {
		if d.sqlite {
			if err := tx.exec(ctx, "PRAGMA cache_size = -65536"); err != nil { // of 64 MB
				return err
			}
			defer func() { err = errors.Join(err, tx.exec(ctx, "PRAGMA cache_size = -2000")) }() // as it is by default
		}
		return fn(tx)
	})
}

// parameters matches $1; SQLite numbers its parameters ?1.
var parameters = regexp.MustCompile(`\$([0-9]+)`)

func dialect(sqlite bool, statement string) string {
	if sqlite {
		return parameters.ReplaceAllString(statement, `?$1`)
	}
	return statement
}

func (t *Tx) exec(ctx context.Context, statement string, args ...any) error {
	_, err := t.conn.ExecContext(ctx, dialect(t.sqlite, statement), args...)
	return err
}

func (d *DB) exec(ctx context.Context, statement string, args ...any) error {
	_, err := d.db.ExecContext(ctx, dialect(d.sqlite, statement), args...)
	return err
}

// one reads one row, or returns ErrNotFound.
func (d *DB) one(ctx context.Context, dest []any, statement string, args ...any) error {
	err := d.db.QueryRowContext(ctx, dialect(d.sqlite, statement), args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// each reads all rows.
func (d *DB) each(ctx context.Context, read func(scan func(...any) error) error, statement string, args ...any) error {
	rows, err := d.db.QueryContext(ctx, dialect(d.sqlite, statement), args...)
	if err != nil {
		return err
	}
	for rows.Next() {
		if err = read(rows.Scan); err != nil {
			break
		}
	}
	return errors.Join(err, rows.Err(), rows.Close())
}

// SQL returns the database for the statements of others.
func (d *DB) SQL() *sql.DB { return d.db }
