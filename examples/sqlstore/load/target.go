package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

// target is the database under load, with tables of its own.
type target struct {
	engine sqlstore.Engine
	store  *sqlstore.Store
	pool   *pgxpool.Pool // of PostgreSQL
	db     *sql.DB
	spy    *spy
	remove func() error

	measured int // claims so far
}

func open(ctx context.Context, opt options) (*target, error) {
	if opt.sqlite != "" {
		return openSQLite(ctx, opt.sqlite)
	}
	return openPostgres(ctx, opt.postgres)
}

func openSQLite(ctx context.Context, path string) (*target, error) {
	if _, err := os.Stat(path); err == nil {
		return nil, fmt.Errorf("%s exists", path)
	}
	s, err := sqlstore.OpenSQLite(path)
	if err != nil {
		return nil, err
	}
	t := &target{engine: sqlstore.EngineSQLite, store: s, db: s.DB(), remove: func() error {
		left, err := filepath.Glob(path + "*")
		for _, f := range left {
			err = errors.Join(err, os.Remove(f))
		}
		return err
	}}
	if err := s.Migrate(ctx); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func openPostgres(ctx context.Context, dsn string) (*target, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, err
	}
	if err := here(cfg.ConnConfig); err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	schema := "kulanz_load_" + strings.ReplaceAll(id.String(), "-", "")
	spy := new(spy)
	cfg.ConnConfig.RuntimeParams["search_path"] = schema
	cfg.ConnConfig.Tracer = spy
	cfg.MaxConns = 70 // above the most workers
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		pool.Close()
		return nil, err
	}
	s := sqlstore.Postgres(pool)
	forget := context.WithoutCancel(ctx) // also where the time is over
	t := &target{engine: sqlstore.EnginePostgres, store: s, pool: pool, db: s.DB(), spy: spy, remove: func() error {
		_, err := pool.Exec(forget, "DROP SCHEMA "+schema+" CASCADE")
		pool.Close()
		return err
	}}
	if err := s.Migrate(ctx); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// here refuses a database on another machine, also as one to fall back to.
func here(cfg *pgx.ConnConfig) error {
	hosts := make([]string, 0, 1+len(cfg.Fallbacks))
	hosts = append(hosts, cfg.Host)
	for _, f := range cfg.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	for _, h := range hosts {
		ip := net.ParseIP(h)
		if h != "localhost" && !strings.HasPrefix(h, "/") && (ip == nil || !ip.IsLoopback()) {
			return fmt.Errorf("%s is not this machine: a load is for a database of one's own", h)
		}
	}
	return nil
}

func (t *target) close() error {
	if t.engine == sqlstore.EngineSQLite {
		return errors.Join(t.store.Close(), t.remove())
	}
	return errors.Join(t.db.Close(), t.remove())
}

// machine tells where figures come from.
type machine struct {
	Database         string `json:"database"`
	Settings         string `json:"settings"`
	CPUs             int    `json:"cpus"`
	Started          string `json:"started"`
	LoadAverage      string `json:"load_average"`
	LoadAverageAfter string `json:"load_average_after"`
	Size             string `json:"size"`
}

func (t *target) describe(ctx context.Context) machine {
	m := machine{CPUs: runtime.NumCPU(), Started: time.Now().UTC().Format(time.RFC3339), LoadAverage: loadAverage()}
	if t.engine == sqlstore.EngineSQLite {
		m.Database = "SQLite " + t.text(ctx, "SELECT sqlite_version()")
		m.Settings = "journal " + t.text(ctx, "PRAGMA journal_mode") + ", synchronous " + t.text(ctx, "PRAGMA synchronous")
		return m
	}
	m.Database = "PostgreSQL " + t.text(ctx, "SHOW server_version")
	m.Settings = "fsync " + t.text(ctx, "SHOW fsync") + ", synchronous_commit " + t.text(ctx, "SHOW synchronous_commit") +
		", shared_buffers " + t.text(ctx, "SHOW shared_buffers")
	return m
}

// text is the one value of a query, or what went wrong.
func (t *target) text(ctx context.Context, query string) string {
	var out string
	if err := t.db.QueryRowContext(ctx, query).Scan(&out); err != nil {
		return err.Error()
	}
	return out
}

func (t *target) size(ctx context.Context) string {
	if t.engine == sqlstore.EngineSQLite {
		return t.text(ctx, `SELECT (page_count * page_size / 1000000) || ' MB' FROM pragma_page_count(), pragma_page_size()`)
	}
	return t.text(ctx, `SELECT (sum(pg_total_relation_size(c.oid)) / 1000000)::bigint || ' MB' FROM pg_class c
		WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace`)
}

// loadAverage tells how busy the machine is, where it says.
func loadAverage() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(b))[:3], " ")
}
