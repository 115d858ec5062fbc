package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

//go:embed migrations
var embedded embed.FS

// Engine is a kind of database.
type Engine string

// The engines.
const (
	EngineSQLite   Engine = "sqlite"
	EnginePostgres Engine = "postgres"
)

// Store is one database, or one transaction of it.
type Store struct {
	engine Engine
	db     database
	sql    *sql.DB // for migrations; nil within a transaction
	outbox Outbox
}

// OpenSQLite opens a file, or makes it. Writers wait for each other instead of
// failing: every transaction begins as a writing one, and waits.
func OpenSQLite(path string) (*Store, error) {
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)",
	}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: url.PathEscape(path), RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("sqlstore: open: %w", err)
	}
	return SQLite(db), nil
}

// SQLite keeps the desk in a database that the host opened with the driver
// "sqlite" of modernc.org/sqlite. Its transactions must begin immediately
// (_txlock=immediate) and wait (busy_timeout), as [OpenSQLite] arranges.
func SQLite(db *sql.DB) *Store {
	begin := func(ctx context.Context) (*sql.Tx, error) { return db.BeginTx(ctx, nil) }
	return &Store{engine: EngineSQLite, db: sqlDatabase{conn: db, begin: begin, sqlite: true}, sql: db}
}

// Postgres keeps the desk in a pool's database. Its own transactions read what
// is committed, whatever the database's default: versions and keys, not
// isolation, keep writers apart.
func Postgres(pool *pgxpool.Pool) *Store {
	return &Store{engine: EnginePostgres, db: pgxDatabase{conn: pool}, sql: stdlib.OpenDBFromPool(pool)}
}

// PostgresSQL keeps the desk in a database that the host opened with the driver
// "pgx" of package stdlib, as [Postgres] does.
func PostgresSQL(db *sql.DB) *Store {
	begin := func(ctx context.Context) (*sql.Tx, error) {
		return db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	}
	return &Store{engine: EnginePostgres, db: sqlDatabase{conn: db, begin: begin}, sql: db}
}

// InPgx returns the store within a transaction of the host's. What it writes
// counts when the host commits.
func (s *Store) InPgx(tx pgx.Tx) *Store {
	return &Store{engine: s.engine, db: pgxDatabase{conn: tx, host: tx}, outbox: s.outbox}
}

// InSQL returns the store within a transaction of the host's. What it writes
// counts when the host commits.
func (s *Store) InSQL(tx *sql.Tx) *Store {
	db := sqlDatabase{conn: tx, sqlite: s.engine == EngineSQLite}
	return &Store{engine: s.engine, db: db, outbox: s.outbox}
}

// DB returns the database through database/sql, for the host's own statements;
// nil within a transaction.
func (s *Store) DB() *sql.DB { return s.sql }

// Close closes what [OpenSQLite] opened. Pools and databases of the host's are
// the host's to close.
func (s *Store) Close() error {
	if s.engine == EngineSQLite && s.sql != nil {
		return s.sql.Close()
	}
	return nil
}

// Migrations returns the SQL files of an engine, in the order of their names,
// in the form of github.com/pressly/goose.
func Migrations(e Engine) (fs.FS, error) {
	files, err := fs.Sub(embedded, "migrations/"+string(e))
	if err != nil {
		return nil, fmt.Errorf("sqlstore: migrations of %q: %w", e, err)
	}
	return files, nil
}

// Migrate brings the tables up to date. Only what is missing is done, in order;
// going back is not promised.
func (s *Store) Migrate(ctx context.Context) error {
	files, err := Migrations(s.engine)
	if err != nil {
		return err
	}
	return s.MigrateHost(ctx, "kulanz_migration", files)
}

// MigrateHost does so for a host's own tables in the same database: files are its
// SQL in the form of github.com/pressly/goose, and table keeps how far they are.
func (s *Store) MigrateHost(ctx context.Context, table string, files fs.FS) error {
	dialect := goose.DialectPostgres
	if s.engine == EngineSQLite {
		dialect = goose.DialectSQLite3
	}
	p, err := goose.NewProvider(dialect, s.sql, files, goose.WithTableName(table))
	if err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("sqlstore: migrate: %w", err)
	}
	return nil
}
