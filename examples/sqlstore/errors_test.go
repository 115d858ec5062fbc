package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// wantRefused looks whether all three stores refuse a case as they should and leave
// nothing of it behind, and whether what was there can be read, by another store
// where that one cannot.
func wantRefused(t *testing.T, s, reader *sqlstore.Store, a aCase, want error, big []byte) {
	t.Helper()
	wantRefusal(t, s, a, want, big)
	wantNothing(t, reader, a)
}

func wantRefusal(t *testing.T, s *sqlstore.Store, a aCase, want error, big []byte) {
	t.Helper()
	ctx := t.Context()
	tc, gc, fc := a.ticket(), a.grant(), a.invitation()
	tc.Changes[0].Next.Data, gc.Writes[0].Next.Data, fc.Writes[0].Next.Data = big, big, big
	for name, err := range map[string]error{
		"ticket": s.Tickets().Commit(ctx, tc), "grant": s.Goodwill().Commit(ctx, gc), "invitation": s.Feedback().Commit(ctx, fc),
	} {
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
}

// wantNothing looks whether nothing of a case is there, but all of the first.
func wantNothing(t *testing.T, s *sqlstore.Store, a aCase) {
	t.Helper()
	ctx := t.Context()
	_, err := s.Tickets().Load(ctx, a.ticket().Changes[0].Next.Ref())
	if !errors.Is(err, ticket.ErrNotFound) {
		t.Errorf("left a ticket behind: %v", err)
	}
	_, err = s.Goodwill().Load(ctx, a.grant().Writes[0].Next.Ref())
	if !errors.Is(err, goodwill.ErrNotFound) {
		t.Errorf("left a grant behind: %v", err)
	}
	entries, err := s.Goodwill().Entries(ctx, goodwill.EntryQuery{Shop: tickettest.Shop, Grant: a.id(), Limit: 1})
	if err != nil || len(entries) > 0 {
		t.Errorf("left %d entries behind: %v", len(entries), err)
	}
	_, err = s.Feedback().Load(ctx, a.invitation().Writes[0].Next.Ref())
	if !errors.Is(err, feedback.ErrNotFound) {
		t.Errorf("left an invitation behind: %v", err)
	}
	_, err = s.Feedback().Lookup(ctx, a.invitation().Take[0].Key)
	if !errors.Is(err, feedback.ErrNotFound) {
		t.Errorf("left a key behind: %v", err)
	}
	if _, err = s.Tickets().Load(ctx, aCase{1}.ticket().Changes[0].Next.Ref()); err != nil {
		t.Errorf("what was there cannot be read: %v", err)
	}
}

// A database that may not grow, as on a full disk, says so; with room it goes on.
func TestFullSQLite(t *testing.T) {
	t.Parallel()
	o := openSQLite(t)
	o.DB().SetMaxOpenConns(1) // max_page_count is a setting of a connection
	ctx := t.Context()
	check(t, aCase{1}.write(ctx, o.Store))
	_, err := o.DB().ExecContext(ctx, "PRAGMA max_page_count = 1") // as many as there are
	check(t, err)
	wantRefused(t, o.Store, o.Store, aCase{2}, sqlstore.ErrFull, make([]byte, 1<<20))
	_, err = o.DB().ExecContext(ctx, "PRAGMA max_page_count = 1000000")
	check(t, err)
	check(t, aCase{2}.write(ctx, o.Store))
}

// A file that may only be read, as from a read-only mount or a backup.
func TestReadOnlySQLite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := sqlstore.OpenSQLite(path)
	check(t, err)
	defer func() { check(t, s.Close()) }()
	check(t, aCase{1}.write(t.Context(), migrated(t, s)))
	db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_txlock=immediate")
	check(t, err)
	defer func() { check(t, db.Close()) }()
	wantRefused(t, sqlstore.SQLite(db), s, aCase{2}, sqlstore.ErrReadOnly, nil)
}

// A host's deferred transaction that read before another wrote is too late to
// write: it begins again, as after a conflict.
func TestStaleTransactionOnSQLite(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "desk.db")
	s, err := sqlstore.OpenSQLite(path)
	check(t, err)
	defer func() { check(t, s.Close()) }()
	check(t, migrated(t, s).Tickets().Commit(t.Context(), aCase{1}.ticket()))
	deferred, err := sql.Open("sqlite", "file:"+path)
	check(t, err)
	defer func() { check(t, deferred.Close()) }()
	tx, err := deferred.BeginTx(t.Context(), nil)
	check(t, err)
	within := sqlstore.SQLite(deferred).InSQL(tx)
	_, err = within.Tickets().Load(t.Context(), aCase{1}.ticket().Changes[0].Next.Ref())
	check(t, err)
	check(t, s.Tickets().Commit(t.Context(), aCase{2}.ticket()))
	if err := within.Tickets().Commit(t.Context(), aCase{3}.ticket()); !errors.Is(err, ticket.ErrConflict) {
		t.Errorf("%v, want a conflict", err)
	}
	check(t, tx.Rollback())
}

// A host's session that may only read.
func TestReadOnlyPostgres(t *testing.T) {
	t.Parallel()
	pool := postgres(t, pgx.ReadCommitted)
	check(t, aCase{1}.write(t.Context(), migrated(t, sqlstore.Postgres(pool))))
	cfg := pool.Config()
	cfg.ConnConfig.RuntimeParams["default_transaction_read_only"] = "on"
	standby, err := pgxpool.NewWithConfig(context.Background(), cfg)
	check(t, err)
	defer standby.Close()
	only := sqlstore.Postgres(standby)
	wantRefused(t, only, only, aCase{2}, sqlstore.ErrReadOnly, nil)
}

// Two transactions of the host's that wait for each other: one of them is told to
// begin again, and the other goes on.
func TestDeadlockIsAConflict(t *testing.T) {
	t.Parallel()
	o := openPgx(pgx.ReadCommitted)(t)
	ctx := t.Context()
	check(t, o.Tickets().Commit(ctx, aCase{1}.ticket()))
	check(t, o.Tickets().Commit(ctx, aCase{2}.ticket()))
	first, one, _, err := o.begin(ctx)
	check(t, err)
	second, two, _, err := o.begin(ctx)
	check(t, err)
	check(t, first.Tickets().Commit(ctx, aCase{1}.changed()))
	check(t, second.Tickets().Commit(ctx, aCase{2}.changed()))
	crossed := make(chan error)
	go func() { crossed <- errors.Join(first.Tickets().Commit(ctx, aCase{2}.changed()), one.Rollback(ctx)) }()
	err = errors.Join(second.Tickets().Commit(ctx, aCase{1}.changed()), two.Rollback(ctx))
	other := <-crossed
	if errors.Is(err, ticket.ErrConflict) == errors.Is(other, ticket.ErrConflict) {
		t.Fatalf("of two that waited for each other: %v, %v", err, other)
	}
	check(t, o.Tickets().Commit(ctx, aCase{1}.changed()))
}
