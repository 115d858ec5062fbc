package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// shop is a database with a queue, and a desk whose host delivers.
type shop struct {
	*sqlstore.Store

	queue *jobs.Queue
	desk  *tickettest.Desk
	where string // the database, for another process's environment
	// together runs fn in a transaction of the host's.
	together func(ctx context.Context, fn func(*sqlstore.Store) error) error
	// idle opens a transaction that does nothing until it is closed.
	idle func(ctx context.Context) (end func() error, err error)
}

func engines() map[string]func(testing.TB) *shop {
	return map[string]func(testing.TB) *shop{"SQLite": onSQLite, "PostgreSQL": onPostgres}
}

func onSQLite(tb testing.TB) *shop {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "desk.db")
	store := openFile(tb, path)
	queue, err := jobs.OnSQLite(tb.Context(), store.DB())
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, queue.Close()) })
	s := opened(tb, store, queue)
	s.where = envWorkFile + "=" + path
	s.together = func(ctx context.Context, fn func(*sqlstore.Store) error) error {
		tx, err := store.DB().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := fn(s.InSQL(tx)); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}
	// A reader's snapshot; of two writers one waits.
	s.idle = func(ctx context.Context) (func() error, error) {
		conn, err := store.DB().Conn(ctx)
		if err != nil {
			return nil, err
		}
		for _, statement := range []string{"BEGIN DEFERRED", "SELECT count(*) FROM kulanz_ticket"} {
			if _, err := conn.ExecContext(ctx, statement); err != nil {
				return nil, errors.Join(err, conn.Close())
			}
		}
		return func() error {
			_, err := conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return errors.Join(err, conn.Close())
		}, nil
	}
	return s
}

func openFile(tb testing.TB, path string) *sqlstore.Store {
	tb.Helper()
	store, err := sqlstore.OpenSQLite(path)
	require.NoError(tb, err)
	store.DB().SetMaxOpenConns(4) // writers wait in line for these, not against each other
	tb.Cleanup(func() { require.NoError(tb, store.Close()) })
	return store
}

var schemas atomic.Int64

func onPostgres(tb testing.TB) *shop {
	tb.Helper()
	schema := fmt.Sprintf("kulanz_jobs_%d_%d", os.Getpid(), schemas.Add(1))
	pool := poolOf(tb, schema)
	ctx := context.Background()
	_, err := pool.Exec(ctx, "CREATE SCHEMA "+schema)
	require.NoError(tb, err)
	tb.Cleanup(func() {
		_, err := pool.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE")
		require.NoError(tb, err)
	})
	queue, err := jobs.OnPostgres(pool)
	require.NoError(tb, err)
	s := opened(tb, sqlstore.Postgres(pool), queue)
	s.where = envWorkSchema + "=" + schema
	s.together = func(ctx context.Context, fn func(*sqlstore.Store) error) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return fn(s.InPgx(tx)) })
	}
	s.idle = func(ctx context.Context) (func() error, error) {
		tx, err := pool.Begin(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := tx.Exec(ctx, "CREATE TABLE unrelated (n int)"); err != nil {
			return nil, errors.Join(err, tx.Rollback(ctx))
		}
		return func() error { return tx.Rollback(context.WithoutCancel(ctx)) }, nil
	}
	return s
}

func poolOf(tb testing.TB, schema string) *pgxpool.Pool {
	tb.Helper()
	dsn := os.Getenv("KULANZ_POSTGRES")
	switch {
	case dsn != "":
	case os.Getenv("CI") != "":
		tb.Fatal("KULANZ_POSTGRES names no database")
	default:
		tb.Skip("KULANZ_POSTGRES names no database")
	}
	cfg, err := pgxpool.ParseConfig(dsn)
	require.NoError(tb, err)
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	cfg.MaxConns = 30
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(tb, err)
	tb.Cleanup(pool.Close)
	return pool
}

func opened(tb testing.TB, store *sqlstore.Store, queue *jobs.Queue) *shop {
	tb.Helper()
	require.NoError(tb, store.Migrate(tb.Context()))
	require.NoError(tb, queue.Migrate(tb.Context()))
	s := &shop{Store: store.WithOutbox(queue.Outbox()), queue: queue}
	s.desk = tickettest.NewDesk(tb, tickettest.DeskConfig{
		Store: s.Tickets(), Seed: 1, Config: ticket.Config{Delivery: ticket.HostDelivers()},
	})
	return s
}

// run starts a runner of the shop's; zero fields of cfg are filled in.
func (s *shop) run(tb testing.TB, cfg jobs.Config) {
	tb.Helper()
	cfg.Tickets = s.desk.Desk
	if cfg.Every == 0 {
		cfg.Every = time.Second
	}
	if cfg.Backoff == nil {
		cfg.Backoff = func(int) time.Duration { return 20 * time.Millisecond }
	}
	r, err := s.queue.Runner(cfg)
	require.NoError(tb, err)
	require.NoError(tb, r.Start(tb.Context()))
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(tb, r.Stop(ctx))
	})
}

// ticket opens one with a message of a customer's.
func (s *shop) ticket(tb testing.TB, key string) ticket.Ref {
	tb.Helper()
	in, err := s.desk.Receive(tb.Context(), tickettest.Mail(key, "customer-"+key, ""))
	require.NoError(tb, err)
	return in.Ticket.Ref()
}

func (s *shop) reply(tb testing.TB, ref ticket.Ref, text string) ticket.Event {
	tb.Helper()
	res, err := s.desk.Do(tb.Context(), tickettest.Agent("anna"), ref, ticket.Reply{Text: text})
	require.NoError(tb, err)
	return res.Events[0]
}

// mailbox is where messages arrive.
type mailbox struct {
	mu   sync.Mutex
	sent map[uuid.UUID][]string // message ids by effect
}

func (m *mailbox) deliver(_ context.Context, o ticket.Outgoing) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sent == nil {
		m.sent = make(map[uuid.UUID][]string)
	}
	m.sent[o.Event.ID] = append(m.sent[o.Event.ID], o.MessageID)
	return nil
}

// arrived returns how often each effect came in.
func (m *mailbox) arrived() map[uuid.UUID]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := make(map[uuid.UUID]int, len(m.sent))
	for id, times := range m.sent {
		n[id] = len(times)
	}
	return n
}

// eventually waits for what workers do.
func eventually(tb testing.TB, what string, is func() bool) {
	tb.Helper()
	require.Eventually(tb, is, time.Minute, 20*time.Millisecond, what)
}
