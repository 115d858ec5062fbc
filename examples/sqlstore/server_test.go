package sqlstore_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

// server is a PostgreSQL of the test's own, which it may end as it likes.
type server struct {
	control string // pg_ctl
	folder  string
	port    int
	options string // beyond those of all
}

// startServer starts a server on a free port, and skips where none is installed.
func startServer(t *testing.T, options string) server {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	check(t, err)
	if len(found) == 0 {
		t.Skip("no PostgreSQL is installed under /usr/lib/postgresql")
	}
	slices.Sort(found)
	folder, err := os.MkdirTemp("", "kulanz-postgres-") //nolint:usetesting // the user postgres must reach it
	check(t, err)
	t.Cleanup(func() { check(t, os.RemoveAll(folder)) })
	s := server{control: found[len(found)-1], folder: folder, port: freePort(t), options: options}
	own(t, folder)
	check(t, s.run(filepath.Join(filepath.Dir(s.control), "initdb"), "-A", "trust", "-U", "postgres", "--no-sync"))
	t.Cleanup(func() { check(t, s.run(s.control, "stop", "-m", "immediate")) })
	check(t, s.restart("start"))
	return s
}

// own gives a folder to the user that PostgreSQL runs as, which may not be root.
func own(t *testing.T, folder string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	owner, err := user.Lookup("postgres")
	check(t, err)
	uid, err := strconv.Atoi(owner.Uid)
	check(t, err)
	check(t, os.Chown(folder, uid, -1))
}

func (s server) dsn() string { return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres", s.port) }

// restart brings the server up, after it went down without saying goodbye.
func (s server) restart(how ...string) error {
	options := fmt.Sprintf("-p %d -k %s -c listen_addresses=127.0.0.1 %s", s.port, s.folder, s.options)
	return s.run(s.control, append(how, "-w", "-l", filepath.Join(s.folder, "log"), "-o", options)...)
}

// run runs one of the server's programs on its data, as the user it belongs to.
func (s server) run(program string, args ...string) error {
	args = append([]string{program, "-D", filepath.Join(s.folder, "data")}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := exec.CommandContext(context.Background(), args[0], args[1:]...)
	cmd.Dir = s.folder
	log, err := os.CreateTemp(s.folder, "run-") // no pipe: the server would keep it open
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		return fmt.Errorf("%v: %w: %s", args, err, said)
	}
	return nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	defer func() { check(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // it is
}

// team lets workers of this process work on a store until stop is called, which
// returns what they noted.
func team(t *testing.T, s stores) (*worker, func() map[string]int) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	j, start := journal(t.TempDir()), time.Now()
	done := make(chan error)
	const workers = 4
	for seed := range uint64(workers) {
		w, err := newWorker(s, j, start, seed)
		check(t, err)
		go func() { done <- w.work(ctx) }()
	}
	w, err := newWorker(s, j, start, workers)
	check(t, err)
	return w, func() map[string]int {
		cancel()
		for range workers {
			check(t, <-done)
		}
		taken, err := j.count("taken")
		check(t, err)
		failed, err := j.count("errors")
		check(t, err)
		t.Logf("%d mails, replies and notes were taken, %d kinds of error met", len(taken), len(failed))
		if len(taken) == 0 {
			t.Error("the workers came to nothing")
		}
		return failed
	}
}

// The server is killed and comes back, again and again, while workers work.
func TestServerCrashes(t *testing.T) {
	t.Parallel()
	srv := startServer(t, "")
	pool, err := pgxpool.New(t.Context(), srv.dsn())
	check(t, err)
	defer pool.Close()
	s := migrated(t, sqlstore.Postgres(pool))
	w, stop := team(t, storesOf(s))
	for range max(5, *kills/20) {
		time.Sleep(400 * time.Millisecond)
		check(t, srv.restart("restart", "-m", "immediate"))
	}
	if failed := stop(); len(failed) == 0 {
		t.Error("nobody noticed that the server was killed")
	}
	wantAllDone(t.Context(), t, s, w)
}
