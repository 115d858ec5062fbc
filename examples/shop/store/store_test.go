package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

// place is an empty database of one engine, with a connection past the store.
type place struct {
	where string
	raw   *sql.DB
}

func places() map[string]func(*testing.T) place {
	return map[string]func(*testing.T) place{"SQLite": sqlite, "PostgreSQL": postgres}
}

func sqlite(t *testing.T) place {
	t.Helper()
	file := filepath.Join(t.TempDir(), "shop.db")
	s, err := sqlstore.OpenSQLite(file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return place{file, s.DB()}
}

var schemas atomic.Int64

func postgres(t *testing.T) place {
	t.Helper()
	base := os.Getenv("KULANZ_POSTGRES")
	switch {
	case base != "":
	case os.Getenv("CI") != "":
		t.Fatal("KULANZ_POSTGRES names no database")
	default:
		t.Skip("KULANZ_POSTGRES names no database")
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, base)
	require.NoError(t, err)
	name := fmt.Sprintf("kulanz_shop_store_%d_%d", os.Getpid(), schemas.Add(1))
	_, err = c.Exec(ctx, "CREATE SCHEMA "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := c.Exec(ctx, "DROP SCHEMA "+name+" CASCADE")
		require.NoError(t, err)
		require.NoError(t, c.Close(ctx))
	})
	at, err := url.Parse(base)
	require.NoError(t, err)
	q := at.Query()
	q.Set("search_path", name)
	at.RawQuery = q.Encode()
	cfg, err := pgx.ParseConfig(at.String())
	require.NoError(t, err)
	raw := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { require.NoError(t, raw.Close()) })
	return place{at.String(), raw}
}

func (p place) open(t *testing.T) *store.DB {
	t.Helper()
	d, err := store.Open(t.Context(), p.where)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, d.Close()) })
	return d
}

// old makes the shop's tables as they were before they had versions, with a row in
// each.
func (p place) old(t *testing.T, engine string) {
	t.Helper()
	blob, serial := "bytea", "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	if engine == "SQLite" {
		blob, serial = "blob", "integer PRIMARY KEY AUTOINCREMENT"
	}
	for _, file := range []string{"schema.sql", "rows.sql"} {
		text, err := os.ReadFile(filepath.Join("testdata", "v0", file))
		require.NoError(t, err)
		for statement := range strings.SplitSeq(strings.NewReplacer("BLOB", blob, "SERIAL", serial).Replace(string(text)), ";\n") {
			if strings.TrimSpace(statement) != "" {
				_, err := p.raw.ExecContext(t.Context(), statement)
				require.NoError(t, err, statement)
			}
		}
	}
}

func (p place) texts(t *testing.T, query string) []string {
	t.Helper()
	rows, err := p.raw.QueryContext(t.Context(), query)
	require.NoError(t, err)
	var all []string
	for rows.Next() {
		var s string
		require.NoError(t, rows.Scan(&s))
		all = append(all, s)
	}
	require.NoError(t, rows.Err())
	require.NoError(t, rows.Close())
	return all
}

// catalog lists the columns and indexes of the shop's tables.
func (p place) catalog(t *testing.T, engine string) []string {
	t.Helper()
	if engine == "SQLite" {
		all := p.texts(t, "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || coalesce(c.dflt_value, '') FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name LIKE 'shop\\_%' ESCAPE '\\'")
		all = append(all, p.texts(t, "SELECT coalesce(sql, name) FROM sqlite_master WHERE type = 'index' AND tbl_name LIKE 'shop\\_%' ESCAPE '\\'")...)
		slices.Sort(all)
		return all
	}
	all := p.texts(t, "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') FROM information_schema.columns WHERE table_schema = current_schema() AND table_name LIKE 'shop\\_%'")
	all = append(all, p.texts(t, "SELECT replace(indexdef, current_schema() || '.', '') FROM pg_indexes WHERE schemaname = current_schema() AND tablename LIKE 'shop\\_%'")...)
	slices.Sort(all)
	return all
}

// A database from before the tables had versions is brought forward with its rows,
// and is then like a fresh one.
func TestAnOldDatabaseIsBroughtForward(t *testing.T) {
	t.Parallel()
	for engine, empty := range places() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p, fresh := empty(t), empty(t)
			p.old(t, engine)
			fresh.open(t)
			p.open(t)
			d := p.open(t) // the second time there is nothing to do
			assert.Equal(t, []string{"0", "1", "2"}, p.texts(t, "SELECT version_id FROM shop_migration ORDER BY version_id"))
			assert.Equal(t, fresh.catalog(t, engine), p.catalog(t, engine))
			assert.Greater(t, len(p.catalog(t, engine)), 40)

			ctx := t.Context()
			c, err := d.CustomerByEmail(ctx, "erika@post.example")
			require.NoError(t, err)
			assert.Equal(t, "Erika", c.Name)
			f, err := d.File(ctx, "f1")
			require.NoError(t, err)
			assert.Equal(t, "siehe oben", string(f.Body))
			a, err := d.Agent(ctx, "anna")
			require.NoError(t, err)
			assert.True(t, a.Fresh)
			_, found, err := store.Sessions{DB: d}.FindCtx(ctx, "t1")
			require.NoError(t, err)
			assert.True(t, found)
			log, err := d.Audits(ctx, 1<<62, 10)
			require.NoError(t, err)
			assert.Len(t, log, 1)
			declared, err := d.Withdrawals(ctx, "W-10001")
			require.NoError(t, err)
			assert.Len(t, declared, 1)
			orders, err := d.Orders(ctx, "c1", 10)
			require.NoError(t, err)
			assert.Len(t, orders, 1)
			waiting, err := d.Letters(ctx, time.Now(), 10)
			require.NoError(t, err)
			require.Len(t, waiting, 1, "one had gone out, the other is still to go")
			assert.Equal(t, "Noch nicht fort", waiting[0].Text)
			require.NoError(t, d.Log(ctx, time.Now(), "anna", "again", "c1"), "numbers go on")
			for _, table := range []string{"setting", "review", "presence"} {
				assert.Equal(t, []string{"1"}, p.texts(t, "SELECT count(*) FROM shop_"+table), table)
			}
		})
	}
}

// Each version can be taken back, down to nothing.
func TestVersionsAreNumberedPlainFiles(t *testing.T) {
	t.Parallel()
	for engine, empty := range places() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			p := empty(t)
			p.open(t)
			files, err := filepath.Glob(filepath.Join("migrations", map[string]string{"SQLite": "sqlite", "PostgreSQL": "postgres"}[engine], "*.sql"))
			require.NoError(t, err)
			for i, file := range slices.Backward(files) {
				assert.True(t, strings.HasPrefix(filepath.Base(file), fmt.Sprintf("%05d_", i+1)), file)
				text, err := os.ReadFile(file)
				require.NoError(t, err)
				_, down, ok := strings.Cut(string(text), "-- +goose Down\n")
				require.True(t, ok)
				for statement := range strings.SplitAfterSeq(down, ";\n") {
					_, err := p.raw.ExecContext(t.Context(), statement)
					require.NoError(t, err, statement)
				}
			}
			for _, left := range p.catalog(t, engine) {
				assert.Contains(t, left, "shop_migration")
			}
		})
	}
}

// However many processes start together, the tables are made once.
func TestManyStartTogether(t *testing.T) {
	t.Parallel()
	p := postgres(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			d, err := store.Open(t.Context(), p.where)
			if assert.NoError(t, err) {
				assert.NoError(t, d.Close())
			}
		})
	}
	wg.Wait()
	d := p.open(t)
	var inside, most atomic.Int64
	for range 4 {
		wg.Go(func() {
			assert.NoError(t, d.Alone(t.Context(), func(context.Context) error {
				most.Store(max(most.Load(), inside.Add(1)))
				time.Sleep(10 * time.Millisecond)
				inside.Add(-1)
				return nil
			}))
		})
	}
	wg.Wait()
	assert.Equal(t, int64(1), most.Load())
}

// A backup is a whole database of its own, made while others write, and is opened as
// any other.
func TestABackupOpens(t *testing.T) {
	t.Parallel()
	p := sqlite(t)
	d := p.open(t)
	ctx := t.Context()
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default: // two rows that belong together
				assert.NoError(t, d.In(ctx, func(tx *store.Tx) error {
					if err := tx.Set(ctx, fmt.Sprint("a", n), n); err != nil {
						return err
					}
					return tx.Set(ctx, fmt.Sprint("b", n), n)
				}))
			}
		}
	})
	copied := filepath.Join(t.TempDir(), "copy.db")
	time.Sleep(50 * time.Millisecond)
	require.NoError(t, d.Backup(ctx, copied))
	require.Error(t, d.Backup(ctx, copied), "what is there is not written over")
	close(stop)
	wg.Wait()
	back, err := store.Open(ctx, copied)
	require.NoError(t, err)
	count := func(which string) int {
		var n int
		require.NoError(t, back.SQL().QueryRowContext(ctx, "SELECT count(*) FROM shop_setting WHERE id LIKE '"+which+"%'").Scan(&n))
		return n
	}
	assert.Equal(t, count("a"), count("b"), "no half of a transaction")
	assert.Positive(t, count("a"))
	var sound string
	require.NoError(t, back.SQL().QueryRowContext(ctx, "PRAGMA integrity_check").Scan(&sound))
	assert.Equal(t, "ok", sound)
	require.NoError(t, back.Close())
	require.ErrorIs(t, postgres(t).open(t).Backup(ctx, copied), store.ErrBackup)
}
