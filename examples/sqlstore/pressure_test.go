package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/ticket"
)

// smallDisk mounts a file system with room for little, and skips where that is not
// allowed. In CI it is.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "kulanz-disk-") //nolint:usetesting // the user postgres must reach it
	check(t, err)
	t.Cleanup(func() { check(t, os.Remove(folder)) })
	cmd := exec.CommandContext(context.Background(), "mount", "-t", "tmpfs", "-o", "size="+size, "tmpfs", folder)
	if said, err := cmd.CombinedOutput(); err != nil {
		if os.Getuid() == 0 && os.Getenv("CI") != "" {
			t.Fatalf("mount: %v: %s", err, said)
		}
		t.Skipf("no file system can be mounted: %v: %s", err, said)
	}
	t.Cleanup(func() { check(t, exec.CommandContext(context.Background(), "umount", "--lazy", folder).Run()) })
	return folder
}

// fillUp writes a file until nothing more fits, and returns it.
func fillUp(t *testing.T, folder string) string {
	t.Helper()
	f, err := os.Create(filepath.Join(folder, "others"))
	check(t, err)
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	check(t, f.Close())
	return f.Name()
}

// noise is what no database can compress.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// The disk is full: by what the desk itself wrote, then by another's file. Every
// commit that was told to have landed has, all others left nothing, also for a
// process that opens the file then; with room again it goes on.
func TestFullDiskOfSQLite(t *testing.T) {
	t.Parallel()
	disk, ctx := smallDisk(t, "3m"), t.Context()
	path, backup := filepath.Join(disk, "desk.db"), filepath.Join(disk, "backup")
	check(t, os.WriteFile(backup, noise(512<<10), 0o600))
	s, err := sqlstore.OpenSQLite(path)
	check(t, err)
	defer func() { check(t, s.Close()) }()
	check(t, aCase{1}.write(ctx, migrated(t, s)))
	var landed []ticket.Ref
	for n := byte(10); err == nil; n++ {
		c := aCase{n}.ticket()
		c.Changes[0].Next.Data = noise(100 << 10)
		if err = s.Tickets().Commit(ctx, c); err == nil {
			landed = append(landed, c.Changes[0].Next.Ref())
		}
	}
	if !errors.Is(err, sqlstore.ErrFull) || len(landed) < 5 {
		t.Fatalf("after %d tickets: %v, want %v", len(landed), err, sqlstore.ErrFull)
	}
	others := fillUp(t, disk)
	wantRefused(t, s, s, aCase{2}, sqlstore.ErrFull, noise(100<<10))
	later, err := sqlstore.OpenSQLite(path)
	check(t, err)
	wantRefused(t, later, later, aCase{2}, sqlstore.ErrFull, noise(100<<10))
	check(t, later.Close())
	check(t, errors.Join(os.Remove(others), os.Remove(backup)))
	wantSound(t, s, landed)
}

// wantSound looks whether a file is whole, has these tickets beside the first case's,
// and takes another case.
func wantSound(t *testing.T, s *sqlstore.Store, landed []ticket.Ref) {
	t.Helper()
	var sound string
	check(t, s.DB().QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&sound))
	if sound != "ok" {
		t.Error(sound)
	}
	for _, ref := range landed {
		_, err := s.Tickets().Load(t.Context(), ref)
		check(t, err)
	}
	if n := counts(t, s)["kulanz_ticket"]; n != 1+len(landed) {
		t.Errorf("%d tickets are there, %d landed", n, 1+len(landed))
	}
	check(t, aCase{2}.write(t.Context(), s))
}

// Another writer holds the file for longer than a host's connection waits.
func TestBusySQLite(t *testing.T) {
	t.Parallel()
	path, ctx := filepath.Join(t.TempDir(), "desk.db"), t.Context()
	s, err := sqlstore.OpenSQLite(path)
	check(t, err)
	defer func() { check(t, s.Close()) }()
	check(t, aCase{1}.write(ctx, migrated(t, s)))
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(1)")
	check(t, err)
	defer func() { check(t, db.Close()) }()
	tx, err := s.DB().BeginTx(ctx, nil)
	check(t, err)
	wantRefused(t, sqlstore.SQLite(db), s, aCase{2}, sqlstore.ErrUnavailable, nil)
	check(t, tx.Rollback())
	check(t, aCase{2}.write(ctx, sqlstore.SQLite(db)))
}

// What keeps a server from taking anything in, as it says so itself: no error is made
// up. Once it is over, the store goes on.
func TestServerThatTakesNothing(t *testing.T) {
	t.Parallel()
	disk, ctx := smallDisk(t, "8m"), t.Context()
	own(t, disk)
	srv := startServer(t, "-c max_connections=12 -c superuser_reserved_connections=0 -c max_locks_per_transaction=10")
	admin := connect(t, srv)
	_, err := admin.Exec(ctx, "CREATE TABLESPACE small LOCATION '"+disk+"'")
	check(t, err)
	_, err = admin.Exec(ctx, "ALTER DATABASE postgres SET default_tablespace = small")
	check(t, err)
	check(t, admin.Close(ctx))
	s := dial(t, srv)
	check(t, aCase{1}.write(ctx, migrated(t, s)))

	others := fillUp(t, disk)
	wantRefused(t, s, s, aCase{2}, sqlstore.ErrFull, noise(100<<10))
	check(t, os.Remove(others))
	takes(t, s, aCase{2})

	hoarder := connect(t, srv) // of all memory for locks; readers need none of it
	if _, err = hoarder.Exec(ctx, "SELECT pg_advisory_lock(i) FROM generate_series(1, 100000) AS i"); err == nil {
		t.Error("100,000 locks were to be had")
	}
	wantRefused(t, s, s, aCase{3}, sqlstore.ErrUnavailable, nil)
	check(t, hoarder.Close(ctx))
	takes(t, s, aCase{3})

	var crowd []*pgx.Conn
	for err = nil; err == nil; {
		var c *pgx.Conn
		if c, err = pgx.Connect(ctx, srv.dsn()); err == nil {
			crowd = append(crowd, c)
		}
	}
	late := dial(t, srv)
	wantRefused(t, late, s, aCase{4}, sqlstore.ErrUnavailable, nil)
	for _, c := range crowd {
		check(t, c.Close(ctx))
	}
	takes(t, late, aCase{4})
	standBy(t, srv)
}

// standBy makes a standby of a server: first one that may be read, then one that lets
// nobody in; and lets it serve again.
func standBy(t *testing.T, srv server) {
	t.Helper()
	signal := filepath.Join(srv.folder, "data", "standby.signal")
	check(t, os.WriteFile(signal, nil, 0o600))
	own(t, signal)
	check(t, srv.restart("restart"))
	s := dial(t, srv)
	wantRefused(t, s, s, aCase{5}, sqlstore.ErrReadOnly, nil)
	closed := srv
	closed.options += " -c hot_standby=off"
	check(t, closed.restart("restart"))
	s = dial(t, srv)
	wantRefusal(t, s, aCase{5}, sqlstore.ErrUnavailable, nil)
	check(t, os.Remove(signal))
	check(t, srv.restart("restart"))
	wantNothing(t, s, aCase{5})
	takes(t, s, aCase{5})
}

func connect(t *testing.T, srv server) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), srv.dsn())
	check(t, err)
	return c
}

// dial is a store with one connection, once it is used.
func dial(t *testing.T, srv server) *sqlstore.Store {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(srv.dsn())
	check(t, err)
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	check(t, err)
	t.Cleanup(pool.Close)
	return sqlstore.Postgres(pool)
}

// takes writes a case to all three stores, its grant without a cap, once what others
// have left has come back to the server.
func takes(t *testing.T, s *sqlstore.Store, a aCase) {
	t.Helper()
	err := s.Tickets().Commit(t.Context(), a.ticket())
	for began := time.Now(); errors.Is(err, sqlstore.ErrUnavailable) && time.Since(began) < 10*time.Second; {
		time.Sleep(20 * time.Millisecond)
		err = s.Tickets().Commit(t.Context(), a.ticket())
	}
	check(t, err)
	g := a.grant()
	g.Entries[0].Cap = money.Amount{}
	check(t, s.Goodwill().Commit(t.Context(), g))
	check(t, s.Feedback().Commit(t.Context(), a.invitation()))
}
