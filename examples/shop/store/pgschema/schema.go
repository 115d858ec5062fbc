// Package pgschema gives tests a place of their own in PostgreSQL.
package pgschema

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// New makes a schema of its own in the database that KULANZ_POSTGRES names, and
// returns its URL; it is gone when the test is over. Without a database the test is
// skipped, but never in CI.
func New(tb testing.TB) string {
	tb.Helper()
	base := os.Getenv("KULANZ_POSTGRES")
	switch {
	case base != "":
	case os.Getenv("CI") != "":
		tb.Fatal("KULANZ_POSTGRES names no database")
	default:
		tb.Skip("KULANZ_POSTGRES names no database")
	}
	at, err := url.Parse(base)
	if err != nil {
		tb.Fatal("KULANZ_POSTGRES is no URL")
	}
	name := "kulanz_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	do(tb, base, "CREATE SCHEMA "+name)
	tb.Cleanup(func() { do(tb, base, fmt.Sprintf("DROP SCHEMA %s CASCADE", name)) })
	q := at.Query()
	q.Set("search_path", name)
	at.RawQuery = q.Encode()
	return at.String()
}

func do(tb testing.TB, where, statement string) {
	tb.Helper()
	ctx := context.Background() // a test that is over has none
	c, err := pgx.Connect(ctx, where)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := c.Exec(ctx, statement); err != nil {
		tb.Error(err)
	}
	if err := c.Close(ctx); err != nil {
		tb.Error(err)
	}
}
