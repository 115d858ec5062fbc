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

func (e explainer) exec(ctx context.Context, statement string, args ...any) (int64, error) {
	if err := e.explain(ctx, statement, args...); err != nil {
		return 0, err
	}
	return e.conn.exec(ctx, statement, args...)
}

func (e explainer) each(ctx context.Context, read func(r row) error, statement string, args ...any) error {
	if err := e.explain(ctx, statement, args...); err != nil {
		return err
	}
	return e.conn.each(ctx, read, statement, args...)
}

func (e explainer) send(ctx context.Context, all []queued) error {
	for _, q := range all {
		if err := e.explain(ctx, q.statement, q.args...); err != nil {
			return err
		}
	}
	return e.conn.send(ctx, all)
}

func (e explainer) explain(ctx context.Context, statement string, args ...any) error {
	how := "EXPLAIN "
	switch {
	case e.engine == EngineSQLite:
		how = "EXPLAIN QUERY PLAN "
	case strings.HasPrefix(statement, "SELECT"):
		how = "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) "
	}
	var plan []string
	err := e.conn.each(ctx, func(r row) error {
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
	}, how+statement, args...)
	e.see(statement, plan)
	return err
}

// Engine is the database's kind.
func (s *Store) Engine() Engine { return s.engine }
