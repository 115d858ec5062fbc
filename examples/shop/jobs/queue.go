package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// Queue is River in one database. It is safe for concurrent use, also by many
// processes.
type Queue struct {
	client client // that only asks
	sql    *river.Client[*sql.Tx]
	pgx    *river.Client[pgx.Tx] // nil on SQLite

	migrate func(ctx context.Context) error
	working func(cfg *river.Config) (client, error)
}

// OnSQLite keeps the queue in a database that [sqlstore.OpenSQLite] opened.
func OnSQLite(db *sql.DB) (*Queue, error) {
	driver := riversqlite.New(db)
	inserting, err := insertOnly(driver)
	if err != nil {
		return nil, err
	}
	return &Queue{client: inserting, sql: inserting, migrate: migrating(driver), working: starting(driver)}, nil
}

// OnPostgres keeps the queue in a pool's database, for stores of
// [sqlstore.Postgres] and their transactions of both kinds.
func OnPostgres(pool *pgxpool.Pool) (*Queue, error) {
	driver := riverpgxv5.New(pool)
	inserting, err := insertOnly(driver)
	through, sqlErr := insertOnly(riverdatabasesql.New(nil)) // has only transactions that it is given
	if err := errors.Join(err, sqlErr); err != nil {
		return nil, err
	}
	return &Queue{
		client: inserting, sql: through, pgx: inserting, migrate: migrating(driver), working: starting(driver),
	}, nil
}

func insertOnly[Tx any](driver riverdriver.Driver[Tx]) (*river.Client[Tx], error) {
	c, err := river.NewClient(driver, &river.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return c, nil
}

func migrating[Tx any](driver riverdriver.Driver[Tx]) func(context.Context) error {
	return func(ctx context.Context) error {
		m, err := rivermigrate.New(driver, &rivermigrate.Config{Logger: slog.New(slog.DiscardHandler)})
		if err == nil {
			_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
		}
		if err != nil {
			return fmt.Errorf("jobs: migrate: %w", err)
		}
		return nil
	}
}

func starting[Tx any](driver riverdriver.Driver[Tx]) func(*river.Config) (client, error) {
	return func(cfg *river.Config) (client, error) { return river.NewClient(driver, cfg) }
}

// Migrate brings River's tables up to date: river_* beside the kulanz_* ones.
func (q *Queue) Migrate(ctx context.Context) error { return q.migrate(ctx) }

// Outbox makes jobs of effects in their commit's transaction.
func (q *Queue) Outbox() sqlstore.Outbox {
	return sqlstore.Outbox{
		Tickets: func(ctx context.Context, tx sqlstore.Tx, effects []ticket.Effect) error {
			return insert(ctx, q, tx, effects, func(e ticket.Effect) river.JobArgs { return ticketArgs{e.Event, e} })
		},
		Feedback: func(ctx context.Context, tx sqlstore.Tx, effects []feedback.Effect) error {
			return insert(ctx, q, tx, effects, func(e feedback.Effect) river.JobArgs { return surveyArgs{e.ID, e} })
		},
	}
}

func insert[E any](ctx context.Context, q *Queue, tx sqlstore.Tx, effects []E, args func(E) river.JobArgs) error {
	jobs := make([]river.InsertManyParams, len(effects))
	for i, e := range effects {
		jobs[i].Args = args(e)
	}
	var err error
	if tx.Pgx != nil {
		_, err = q.pgx.InsertManyTx(ctx, tx.Pgx, jobs)
	} else {
		_, err = q.sql.InsertManyTx(ctx, tx.SQL, jobs)
	}
	if err != nil {
		return fmt.Errorf("jobs: enqueue: %w", err)
	}
	return nil
}
