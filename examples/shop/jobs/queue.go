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
	done    completion
	close   func() error
}

// completion notes that a job is done, before anything else can happen to its
// worker.
type completion struct {
	ticket func(context.Context, *river.Job[ticketArgs]) error
	survey func(context.Context, *river.Job[surveyArgs]) error
}

// completing does so in a transaction of its own: River alone would note it with
// others', some 50 ms later.
func completing[D riverdriver.Driver[Tx], Tx any, A river.JobArgs](
	within func(context.Context, func(Tx) error) error,
) func(context.Context, *river.Job[A]) error {
	return func(ctx context.Context, job *river.Job[A]) error {
		return within(ctx, func(tx Tx) error {
			_, err := river.JobCompleteTx[D](ctx, tx, job)
			return err
		})
	}
}

// OnSQLite keeps the queue in a database that [sqlstore.OpenSQLite] opened. River
// itself works through one connection of its own to the same file, so that its many
// small transactions wait in line and not against each other: see [Queue.Close].
func OnSQLite(ctx context.Context, db *sql.DB) (*Queue, error) {
	own, err := alone(ctx, db)
	if err != nil {
		return nil, err
	}
	driver := riversqlite.New(own.DB())
	inserting, err := insertOnly(driver)
	if err != nil {
		return nil, errors.Join(err, own.Close())
	}
	within := func(ctx context.Context, fn func(*sql.Tx) error) error {
		tx, err := own.DB().BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := fn(tx); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		return tx.Commit()
	}
	return &Queue{
		client: inserting, sql: inserting, migrate: migrating(driver), working: starting(driver), close: own.Close,
		done: completion{
			completing[*riversqlite.Driver, *sql.Tx, ticketArgs](within), completing[*riversqlite.Driver, *sql.Tx, surveyArgs](within),
		},
	}, nil
}

// alone opens the file of a database once more, with one connection.
func alone(ctx context.Context, db *sql.DB) (*sqlstore.Store, error) {
	var file string
	err := db.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&file)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if file == "" {
		return nil, fmt.Errorf("%w: a database in memory has no queue that others could see", ErrConfig)
	}
	own, err := sqlstore.OpenSQLite(file)
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	own.DB().SetMaxOpenConns(1)
	return own, nil
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
	within := func(ctx context.Context, fn func(pgx.Tx) error) error { return pgx.BeginFunc(ctx, pool, fn) }
	return &Queue{
		client: inserting, sql: through, pgx: inserting, migrate: migrating(driver), working: starting(driver),
		close: func() error { return nil },
		done: completion{
			completing[*riverpgxv5.Driver, pgx.Tx, ticketArgs](within), completing[*riverpgxv5.Driver, pgx.Tx, surveyArgs](within),
		},
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

// Close lets go of what the queue opened itself, once its runners have stopped.
func (q *Queue) Close() error { return q.close() }

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
