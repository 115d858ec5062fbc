package sqlstore_test

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

func counts(t *testing.T, s *sqlstore.Store) map[string]int {
	t.Helper()
	all := make(map[string]int)
	for _, table := range tablesOf(t, s) {
		var n int
		check(t, s.DB().QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&n))
		all[table] = n
	}
	return all
}

// dump writes all rows as statements, the tables in the order of their names.
func dump(t *testing.T, s *sqlstore.Store) string {
	t.Helper()
	var b strings.Builder
	tables := tablesOf(t, s)
	slices.Sort(tables)
	for _, table := range tables {
		if table == "kulanz_migration" {
			continue
		}
		res, err := s.DB().QueryContext(t.Context(), "SELECT * FROM "+table+" ORDER BY 1, 2, 3")
		check(t, err)
		types, err := res.ColumnTypes()
		check(t, err)
		for res.Next() {
			values, into := make([]any, len(types)), make([]any, len(types))
			for i := range values {
				into[i] = &values[i]
			}
			check(t, res.Scan(into...))
			literals := make([]string, len(values))
			for i, v := range values {
				literals[i] = literal(types[i], v)
			}
			fmt.Fprintf(&b, "INSERT INTO %s VALUES (%s);\n", table, strings.Join(literals, ", "))
		}
		check(t, res.Err())
		check(t, res.Close())
	}
	return b.String()
}

func literal(c *sql.ColumnType, v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case int64:
		return strconv.FormatInt(v, 10)
	case []byte:
		if c.DatabaseTypeName() == "BYTEA" {
			return `'\x` + hex.EncodeToString(v) + "'"
		}
		return "X'" + hex.EncodeToString(v) + "'"
	default:
		return "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
	}
}

// catalog tells the form of all tables: columns and indexes.
func catalog(t *testing.T, db *sql.DB, engine sqlstore.Engine) []string {
	t.Helper()
	query := "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
	if engine == sqlstore.EnginePostgres {
		query = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' ||
				coalesce(collation_name, '') || ' ' || coalesce(column_default, '')
			FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT replace(indexdef, current_schema() || '.', '') FROM pg_indexes WHERE schemaname = current_schema()
			UNION ALL SELECT relname || ' ' || coalesce(reloptions::text, '') FROM pg_class
				WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`
	}
	rows, err := db.QueryContext(t.Context(), query)
	check(t, err)
	var all []string
	for rows.Next() {
		var line string
		check(t, rows.Scan(&line))
		all = append(all, line)
	}
	check(t, rows.Err())
	check(t, rows.Close())
	slices.Sort(all)
	return all
}

// upOf returns the statements of a migration that bring the tables forward.
func upOf(tb testing.TB, files fs.FS, name string) []string {
	tb.Helper()
	text, err := fs.ReadFile(files, name)
	check(tb, err)
	if strings.Contains(string(text), "StatementBegin") {
		tb.Errorf("%s is not plain SQL", name)
	}
	up, _, _ := strings.Cut(string(text), "-- +goose Down")
	return strings.SplitAfter(up, ";\n")
}
