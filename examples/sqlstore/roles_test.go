package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

// app is a schema that its owner has migrated, and a pool in it as the role of
// roles.sql.
type app struct{ owner, pool *pgxpool.Pool }

// asApp opens one. The role has a name of this test's own, for roles belong to the
// whole server.
func asApp(tb testing.TB) app {
	tb.Helper()
	ctx := context.Background()
	owner := postgres(tb, pgx.ReadCommitted)
	check(tb, sqlstore.Postgres(owner).Migrate(ctx))
	role := fmt.Sprintf("kulanz_app_%d_%d", os.Getpid(), schemas.Add(1))
	tb.Cleanup(func() {
		_, err := owner.Exec(ctx, "DROP OWNED BY "+role+"; DROP ROLE "+role)
		check(tb, err)
	})
	script, err := os.ReadFile("roles.sql")
	check(tb, err)
	for range 2 { // it may be run again
		_, err = owner.Exec(ctx, strings.ReplaceAll(string(script), "kulanz_app", role))
		check(tb, err)
	}
	cfg := owner.Config()
	cfg.ConnConfig.RuntimeParams["role"] = role
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	check(tb, err)
	tb.Cleanup(pool.Close)
	return app{owner, pool}
}

// Every promise of the stores holds for a role that may do no more than roles.sql
// gives it.
func TestLeastPrivilegeIsEnough(t *testing.T) {
	t.Parallel()
	a := asApp(t)
	suites(t, func(tb testing.TB) *sqlstore.Store {
		tb.Helper()
		emptied(tb, opened{Store: sqlstore.Postgres(a.owner)})
		return sqlstore.Postgres(a.pool)
	})
}

func TestLeastPrivilegeIsLittle(t *testing.T) {
	t.Parallel()
	app := asApp(t).pool
	for _, statement := range []string{
		"DELETE FROM kulanz_ticket",
		"DELETE FROM kulanz_ticket_event",
		"UPDATE kulanz_ticket_event SET seq = seq + 1",
		"UPDATE kulanz_goodwill_entry SET amount = 0",
		"DELETE FROM kulanz_goodwill_entry",
		"DELETE FROM kulanz_goodwill_balance",
		"TRUNCATE kulanz_ticket_key",
		"DROP TABLE kulanz_ticket_label",
		"ALTER TABLE kulanz_ticket ADD COLUMN note text",
		"CREATE TABLE kulanz_more (n int)",
		"CREATE INDEX ON kulanz_ticket (customer)",
		"SELECT count(*) FROM kulanz_migration",
		"INSERT INTO kulanz_migration (version_id, is_applied) VALUES (99, true)",
		"CREATE ROLE kulanz_other",
		"COPY kulanz_ticket TO PROGRAM 'true'",
	} {
		_, err := app.Exec(t.Context(), statement)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "42501" {
			t.Errorf("%s: %v, want insufficient privilege", statement, err)
		}
	}
}
