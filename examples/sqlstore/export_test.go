package sqlstore

import (
	"context"
	"strings"
)

// Explained returns the store with a look at how the database goes about every
// statement, just before it does: in its own transaction, with its arguments. On
// PostgreSQL queries are run for it, so that their rows are counted.
func (s *Store) Explained(see func(statement string, plan []string)) *Store {
	with := *s
	with.db = explained{explainer{s.db, s.engine, see}, s.db}
	return &with
}

type explainer struct {
	conn

	engine Engine
	see    func(statement string, plan []string)
}

// explained is an explainer of a database's statements.
type explained struct {
	explainer

	database database
}

func (e explained) atomic(ctx context.Context, fn func(db conn) error) error {
	return e.database.atomic(ctx, func(db conn) error { return fn(explainer{db, e.engine, e.see}) })
}

func (e explainer) send(ctx context.Context, all ...*statement) error {
	for _, s := range all {
		if err := e.explain(ctx, s); err != nil {
			return err
		}
	}
	return e.conn.send(ctx, all...)
}

func (e explainer) explain(ctx context.Context, s *statement) error {
	how := "EXPLAIN "
	switch {
	case e.engine == EngineSQLite:
		how = "EXPLAIN QUERY PLAN "
	case strings.HasPrefix(s.text, "SELECT"):
		how = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) "
	}
	var plan []string
	err := e.conn.send(ctx, query(how+s.text, s.args...).each(func(r row) error {
		var line string
		dest := []any{&line}
		if e.engine == EngineSQLite {
			dest = []any{new(int), new(int), new(int), &line}
		}
		if err := r.Scan(dest...); err != nil {
			return err
		}
		plan = append(plan, line)
		return nil
	}))
	e.see(s.text, plan)
	return err
}

// Engine is the database's kind.
func (s *Store) Engine() Engine { return s.engine }
