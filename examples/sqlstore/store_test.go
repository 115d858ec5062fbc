package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
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
	cfg.ConnConfig.RuntimeParams["synchronous_commit"] = "off" // no test lets this server crash: see startServer
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

// migrated gives a store its tables: in PostgreSQL by the plain SQL of all migrations
// at once, which takes a third of the time, and leads to the same tables as a test of
// migrations proves.
func migrated(tb testing.TB, s *sqlstore.Store) *sqlstore.Store {
	tb.Helper()
	if s.Engine() == sqlstore.EngineSQLite {
		check(tb, s.Migrate(tb.Context()))
		return s
	}
	files, err := sqlstore.Migrations(sqlstore.EnginePostgres)
	check(tb, err)
	names, err := fs.Glob(files, "*.sql")
	check(tb, err)
	var all strings.Builder
	for _, name := range names {
		all.WriteString(strings.Join(upOf(tb, files, name), ""))
	}
	_, err = s.DB().ExecContext(tb.Context(), all.String())
	check(tb, err)
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

// fresh is a file of SQLite with all tables and without rows.
var fresh = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "kulanz-sqlite-")
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "fresh.db")
	s, err := sqlstore.OpenSQLite(path)
	if err == nil {
		err = errors.Join(s.Migrate(context.Background()), s.Close())
	}
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(path)
	return file, errors.Join(err, os.RemoveAll(folder))
})

// openSQLite opens a file as [sqlstore.OpenSQLite] does, but that it does not wait for
// the disk: who looks at what a crash leaves opens one that does.
func openSQLite(tb testing.TB) opened {
	tb.Helper()
	file, err := fresh()
	check(tb, err)
	path := filepath.Join(tb.TempDir(), "desk.db")
	check(tb, os.WriteFile(path, file, 0o600))
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)"+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(ON)")
	check(tb, err)
	s := sqlstore.SQLite(db)
	tb.Cleanup(func() { check(tb, s.Close()) })
	return opened{s, beginSQL(s)}
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
	script, err := emptying()
	check(tb, err)
	tx, err := o.DB().BeginTx(context.Background(), nil)
	check(tb, err)
	_, err = tx.ExecContext(context.Background(), script)
	check(tb, errors.Join(err, tx.Commit()))
	return o
}

// emptying is what empties all tables: migrations make the same everywhere.
var emptying = sync.OnceValues(func() (string, error) {
	files, err := sqlstore.Migrations(sqlstore.EngineSQLite)
	if err != nil {
		return "", err
	}
	names, err := fs.Glob(files, "*.sql")
	table := regexp.MustCompile(`CREATE TABLE (kulanz_\w+)`)
	var script strings.Builder
	for _, name := range names {
		text, bad := fs.ReadFile(files, name)
		err = errors.Join(err, bad)
		for _, found := range table.FindAllSubmatch(text, -1) {
			script.WriteString("DELETE FROM " + string(found[1]) + ";\n")
		}
	}
	return script.String(), err
})

// suites runs those of the three stores, every case, that of tickets at a tenth of its
// size. open returns a store as fresh as a new one.
func suites(t *testing.T, open func(tb testing.TB) *sqlstore.Store) {
	t.Helper()
	small := tickettest.Suite{Events: 1_000, Records: 50, Text: 100 << 10, Rounds: 2}
	t.Run("tickets", func(t *testing.T) {
		small.Test(t, func(tb testing.TB) ticket.Store {
			tb.Helper()
			return open(tb).Tickets()
		})
	})
	t.Run("feedback", func(t *testing.T) {
		feedbacktest.TestStore(t, func(tb testing.TB) feedback.Store {
			tb.Helper()
			return open(tb).Feedback()
		})
	})
	t.Run("goodwill", func(t *testing.T) {
		goodwilltest.TestStore(t, func(tb testing.TB) goodwill.Store {
			tb.Helper()
			return open(tb).Goodwill()
		})
	})
}

func TestTickets(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			tickettest.TestStore(t, func(tb testing.TB) ticket.Store {
				tb.Helper()
				return emptied(tb, o).Tickets()
			})
		})
	}
}

func TestFeedback(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			feedbacktest.TestStore(t, func(tb testing.TB) feedback.Store {
				tb.Helper()
				return emptied(tb, o).Feedback()
			})
		})
	}
}

func TestGoodwill(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			goodwilltest.TestStore(t, func(tb testing.TB) goodwill.Store {
				tb.Helper()
				return emptied(tb, o).Goodwill()
			})
		})
	}
}
