package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbacktest"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// postgresDSN returns the database of KULANZ_POSTGRES, or skips; in CI it is an
// error that there is none.
func postgresDSN(tb testing.TB) string {
	tb.Helper()
	dsn := os.Getenv("KULANZ_POSTGRES")
	switch {
	case dsn != "":
	case os.Getenv("CI") != "":
		tb.Fatal("KULANZ_POSTGRES names no database")
	default:
		tb.Skip("KULANZ_POSTGRES names no database")
	}
	return dsn
}

// schemas counts the schemas of this run.
var schemas atomic.Int64

// postgres opens a fresh schema of its own, whose sessions have an isolation.
func postgres(tb testing.TB, isolation pgx.TxIsoLevel) *pgxpool.Pool {
	tb.Helper()
	cfg, err := pgxpool.ParseConfig(postgresDSN(tb))
	check(tb, err)
	schema := fmt.Sprintf("kulanz_%d_%d", os.Getpid(), schemas.Add(1))
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	cfg.ConnConfig.RuntimeParams["default_transaction_isolation"] = string(isolation)
	cfg.MaxConns = 20
	ctx := context.Background()
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	check(tb, err)
	tb.Cleanup(func() {
		_, err := pool.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
		check(tb, err)
		pool.Close()
	})
	_, err = pool.Exec(ctx, "CREATE SCHEMA "+schema)
	check(tb, err)
	return pool
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

// opened is a migrated store, with a way to begin transactions of a host's.
type opened struct {
	*sqlstore.Store

	begin beginner
}

// beginner begins a transaction of the host's; exec runs a statement of its own
// in it.
type beginner func(ctx context.Context) (s *sqlstore.Store, tx tickettest.Tx, exec func(string) error, err error)

func migrated(tb testing.TB, s *sqlstore.Store) *sqlstore.Store {
	tb.Helper()
	check(tb, s.Migrate(tb.Context()))
	return s
}

func beginSQL(s *sqlstore.Store) beginner {
	return func(ctx context.Context) (*sqlstore.Store, tickettest.Tx, func(string) error, error) {
		tx, err := s.DB().BeginTx(ctx, nil)
		if err != nil {
			return nil, tickettest.Tx{}, nil, err
		}
		exec := func(statement string) error { _, err := tx.ExecContext(ctx, statement); return err }
		return s.InSQL(tx), tickettest.Tx{
			Commit:   func(context.Context) error { return tx.Commit() },
			Rollback: func(context.Context) error { return tx.Rollback() },
		}, exec, nil
	}
}

func openSQLite(tb testing.TB) opened {
	tb.Helper()
	s, err := sqlstore.OpenSQLite(filepath.Join(tb.TempDir(), "desk with spaces.db"))
	check(tb, err)
	tb.Cleanup(func() { check(tb, s.Close()) })
	return opened{migrated(tb, s), beginSQL(s)}
}

func openPgx(isolation pgx.TxIsoLevel) func(tb testing.TB) opened {
	return func(tb testing.TB) opened {
		tb.Helper()
		pool := postgres(tb, isolation)
		s := migrated(tb, sqlstore.Postgres(pool))
		return opened{s, func(ctx context.Context) (*sqlstore.Store, tickettest.Tx, func(string) error, error) {
			tx, err := pool.Begin(ctx)
			if err != nil {
				return nil, tickettest.Tx{}, nil, err
			}
			exec := func(statement string) error { _, err := tx.Exec(ctx, statement); return err }
			return s.InPgx(tx), tickettest.Tx{Commit: tx.Commit, Rollback: tx.Rollback}, exec, nil
		}}
	}
}

func openPostgresSQL(tb testing.TB) opened {
	tb.Helper()
	s := migrated(tb, sqlstore.PostgresSQL(stdlibDB(tb)))
	return opened{s, beginSQL(s)}
}

func stdlibDB(tb testing.TB) *sql.DB {
	tb.Helper()
	db := stdlib.OpenDBFromPool(postgres(tb, pgx.ReadCommitted))
	tb.Cleanup(func() { check(tb, db.Close()) })
	return db
}

// engines are all ways to a database.
func engines() map[string]func(tb testing.TB) opened {
	return map[string]func(tb testing.TB) opened{
		"SQLite":                  openSQLite,
		"PostgreSQL":              openPgx(pgx.ReadCommitted),
		"PostgreSQL serializable": openPgx(pgx.Serializable),
		"PostgreSQL database/sql": openPostgresSQL,
	}
}

// emptied is a store as fresh as a new one, in far less time.
func emptied(tb testing.TB, o opened) opened {
	tb.Helper()
	files, err := sqlstore.Migrations(sqlstore.EngineSQLite) // they make the same tables everywhere
	check(tb, err)
	names, err := fs.Glob(files, "*.sql")
	check(tb, err)
	tables := regexp.MustCompile(`CREATE TABLE (kulanz_\w+)`)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		check(tb, err)
		for _, table := range tables.FindAllSubmatch(text, -1) {
			_, err := o.DB().ExecContext(context.Background(), "DELETE FROM "+string(table[1]))
			check(tb, err)
		}
	}
	return o
}

func TestTickets(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			tickettest.TestStore(t, func(tb testing.TB) ticket.Store {
				tb.Helper()
				return emptied(tb, o).Tickets()
			})
		})
	}
}

func TestFeedback(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			feedbacktest.TestStore(t, func(tb testing.TB) feedback.Store {
				tb.Helper()
				return emptied(tb, o).Feedback()
			})
		})
	}
}

func TestGoodwill(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			o := open(t)
			goodwilltest.TestStore(t, func(tb testing.TB) goodwill.Store {
				tb.Helper()
				return emptied(tb, o).Goodwill()
			})
		})
	}
}

func TestTicketsWithinTransactionsOfTheHost(t *testing.T) {
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			o := queueing(t, open(t))
			tickettest.TestTx(t, func(tb testing.TB) tickettest.Host {
				tb.Helper()
				emptied(tb, o)
				_, err := o.DB().ExecContext(context.Background(), "DELETE FROM host_queue")
				check(tb, err)
				return tickettest.Host{
					Store: o.Tickets(), OneWriter: strings.HasPrefix(name, "SQLite"),
					Effects: func(ctx context.Context) ([]ticket.Effect, error) { return queued[ticket.Effect](ctx, o.DB()) },
					Begin: func(ctx context.Context) (tickettest.Tx, error) {
						s, tx, _, err := o.begin(ctx)
						if err != nil {
							return tickettest.Tx{}, err
						}
						tx.Store = s.Tickets()
						return tx, nil
					},
				}
			})
		})
	}
}
