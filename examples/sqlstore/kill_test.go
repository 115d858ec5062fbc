package sqlstore_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
)

var kills = flag.Int("kills", 50, "how many workers are killed on each database, and as many answers lost; one partition, and one crash of the server, for twenty")

const parallel = 4

// workerEnv tells a test binary that it is a worker, and which.
const workerEnv = "KULANZ_TEST_WORKER"

// TestMain makes a worker of a test binary that was started as one.
func TestMain(m *testing.M) {
	flag.Parse()
	if text := os.Getenv(workerEnv); text != "" {
		fmt.Fprintln(os.Stderr, beWorker(text))
		os.Exit(1)
	}
	// One database has connections for so many tests at once, whatever the machine.
	if n, err := strconv.Atoi(flag.Lookup("test.parallel").Value.String()); err == nil && n > parallel {
		_ = flag.Set("test.parallel", strconv.Itoa(parallel))
	}
	os.Exit(m.Run())
}

// workplace is that of a worker which is a process of its own.
type workplace struct {
	SQLite  string    `json:"sqlite"` // a file, or
	DSN     string    `json:"dsn"`    // a database
	Schema  string    `json:"schema"`
	Journal journal   `json:"journal"`
	Start   time.Time `json:"start"`
	Seed    uint64    `json:"seed"`
}

func (p workplace) open(ctx context.Context) (*sqlstore.Store, error) {
	if p.SQLite != "" {
		return sqlstore.OpenSQLite(p.SQLite)
	}
	cfg, err := pgxpool.ParseConfig(p.DSN)
	if err != nil {
		return nil, err
	}
	cfg.ConnConfig.RuntimeParams["search_path"] = p.Schema
	cfg.MaxConns = 2
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return sqlstore.Postgres(pool), nil
}

func (p workplace) worker(s *sqlstore.Store) (*worker, error) {
	return newWorker(storesOf(s), p.Journal, p.Start, p.Seed)
}

// beWorker works until the process is killed, or its parent is no more.
func beWorker(text string) error {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the parent ends
		os.Exit(0)
	}()
	ctx := context.Background()
	var p workplace
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	w, err := p.worker(s)
	if err != nil {
		return err
	}
	if _, err := w.tick(ctx); err != nil {
		return err
	}
	fmt.Println("works") // what the parent waits for
	return w.work(ctx)
}

// employed is a worker's process.
type employed struct {
	*exec.Cmd

	alive io.Closer // its standard input
	said  *strings.Builder
}

// employ starts a worker and waits until it works.
func employ(ctx context.Context, p workplace) (employed, error) {
	text, err := json.Marshal(p)
	if err != nil {
		return employed{}, err
	}
	said := new(strings.Builder)
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"="+string(text))
	cmd.Stderr = said
	in, err := cmd.StdinPipe()
	if err != nil {
		return employed{}, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return employed{}, err
	}
	if err := cmd.Start(); err != nil {
		return employed{}, err
	}
	e := employed{cmd, in, said}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return employed{}, errors.Join(err, e.kill())
	}
	return e, nil
}

// kill ends a worker by SIGKILL. One that has ended by itself is an error.
func (e employed) kill() error {
	killed := e.Process.Kill()
	ended := e.Wait()
	_ = e.alive.Close()
	if killed != nil || e.said.Len() > 0 {
		return fmt.Errorf("a worker had ended: %w: %s", errors.Join(killed, ended), e.said)
	}
	return nil
}

// Workers are killed in the middle of their work, again and again. What they had
// been told is done is done, nothing is done twice, and what they left half done
// others finish.
func TestWorkersAreKilled(t *testing.T) {
	t.Parallel()
	for name, place := range workplaces() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, p := t.Context(), place(t)
			s, err := p.open(ctx)
			check(t, err)
			defer func() { check(t, s.Close()) }()
			check(t, s.Migrate(ctx))
			killWorkers(ctx, t, p)
			w, err := p.worker(s)
			check(t, err)
			wantTaken(t, w.journal)
			wantAllDone(ctx, t, s, w)
		})
	}
}

func killWorkers(ctx context.Context, t *testing.T, p workplace) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	var staff [4]employed
	defer func() {
		for _, e := range staff {
			if e.Cmd != nil {
				check(t, e.kill())
			}
		}
	}()
	for n := range *kills + len(staff) {
		if i := n % len(staff); n < len(staff) {
			p.Seed = rnd.Uint64()
			e, err := employ(ctx, p)
			check(t, err)
			staff[i] = e
			continue
		}
		time.Sleep(time.Duration(20+rnd.IntN(130)) * time.Millisecond)
		i := rnd.IntN(len(staff))
		err := staff[i].kill()
		staff[i] = employed{}
		check(t, err)
		p.Seed = rnd.Uint64()
		staff[i], err = employ(ctx, p)
		check(t, err)
	}
}

// wantTaken looks whether the workers came to something, and met no error: being
// killed is no fault of the database's.
func wantTaken(t *testing.T, j journal) {
	t.Helper()
	taken, err := j.count("taken")
	check(t, err)
	failed, err := j.count("errors")
	check(t, err)
	for text, n := range failed {
		t.Errorf("%d times: %s", n, text)
	}
	if len(taken) == 0 {
		t.Error("the workers came to nothing")
	}
	t.Logf("%d mails and replies were done by workers that were killed", len(taken))
}

// workplaces are both databases, fresh.
func workplaces() map[string]func(t *testing.T) workplace {
	return map[string]func(t *testing.T) workplace{
		"SQLite": func(t *testing.T) workplace {
			t.Helper()
			return workplace{SQLite: filepath.Join(t.TempDir(), "desk.db"), Journal: journal(t.TempDir()), Start: time.Now()}
		},
		"PostgreSQL": func(t *testing.T) workplace {
			t.Helper()
			schema := postgres(t, pgx.ReadCommitted).Config().ConnConfig.RuntimeParams["search_path"]
			return workplace{DSN: postgresDSN(t), Schema: schema, Journal: journal(t.TempDir()), Start: time.Now()}
		},
	}
}
