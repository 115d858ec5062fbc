package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
)

// proxy stands between workers and the database, and loses what it should pass
// on: the answer to a statement that the database has done, and for a while all.
type proxy struct {
	net.Listener

	target  string // network and address of the database
	network string
	commits atomic.Int64 // whose answer was lost
	others  atomic.Int64

	mu    sync.Mutex
	rnd   *rand.Rand
	conns map[net.Conn]bool
	apart chan struct{} // closed when both sides see each other again
}

func startProxy(t *testing.T, cfg *pgx.ConnConfig) *proxy {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	check(t, err)
	p := &proxy{
		Listener: l, rnd: rand.New(rand.NewPCG(1, 2)),
		conns: make(map[net.Conn]bool), apart: make(chan struct{}),
	}
	close(p.apart)
	p.network, p.target = addressOf(cfg)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.serve(client) })
		}
	})
	t.Cleanup(func() {
		check(t, l.Close())
		p.cut()
		all.Wait()
	})
	return p
}

// addressOf returns the network and the address of a database.
func addressOf(cfg *pgx.ConnConfig) (string, string) {
	if cfg.Host[0] == '/' {
		return "unix", cfg.Host + "/.s.PGSQL." + strconv.Itoa(int(cfg.Port))
	}
	return "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
}

// serve passes on what one client and the database say to each other.
func (p *proxy) serve(client net.Conn) {
	server, err := new(net.Dialer).DialContext(context.Background(), p.network, p.target)
	if err != nil {
		_ = client.Close()
		return
	}
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	var commits atomic.Bool // what was asked last is to commit
	var both sync.WaitGroup
	both.Go(func() {
		p.pass(server, client, func(said []byte) bool {
			commits.Store(bytes.Contains(said, []byte("commit\x00")))
			return true
		})
	})
	p.pass(client, server, func([]byte) bool { return !p.loses(commits.Load()) })
	both.Wait()
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// loses decides whether an answer is lost: one in twelve to a commit, one in two
// hundred to anything else.
func (p *proxy) loses(commits bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case commits && p.rnd.IntN(12) == 0:
		p.commits.Add(1)
		return true
	case !commits && p.rnd.IntN(200) == 0:
		p.others.Add(1)
		return true
	default:
		return false
	}
}

// pass copies from one side to the other as long as keep says so, and closes
// both when it ends.
func (p *proxy) pass(to, from net.Conn, keep func(said []byte) bool) {
	defer func() { _ = errors.Join(to.Close(), from.Close()) }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		p.mu.Lock()
		apart := p.apart
		p.mu.Unlock()
		<-apart
		if err != nil || !keep(buf[:n]) {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}

// partition keeps everything back for a while, then breaks all connections.
func (p *proxy) partition(d time.Duration) {
	again := make(chan struct{})
	p.mu.Lock()
	p.apart = again
	p.mu.Unlock()
	time.Sleep(d)
	p.cut()
	close(again)
}

// cut breaks all connections.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// shaken returns a store, and the same behind a proxy.
func shaken(t *testing.T) (*sqlstore.Store, *sqlstore.Store, *proxy) {
	t.Helper()
	direct := postgres(t, pgx.ReadCommitted)
	s := migrated(t, sqlstore.Postgres(direct))
	cfg := direct.Config()
	p := startProxy(t, cfg.ConnConfig)
	address := p.Addr().(*net.TCPAddr) //nolint:forcetypeassert // it is
	cfg.ConnConfig.Host, cfg.ConnConfig.Port = "127.0.0.1", uint16(address.Port)
	cfg.ConnConfig.Fallbacks, cfg.ConnConfig.TLSConfig = nil, nil // so that the proxy sees commits
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	check(t, err)
	t.Cleanup(pool.Close)
	return s, sqlstore.Postgres(pool), p
}

// lose waits until so many answers to commits are lost.
func (p *proxy) lose(t *testing.T, commits int64) {
	t.Helper()
	until := time.Now().Add(time.Minute)
	for p.commits.Load() < commits {
		if time.Now().After(until) {
			t.Fatalf("only %d answers to commits were lost", p.commits.Load())
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Answers get lost between workers and the database, also those to commits, and
// for moments neither hears of the other. What became of a commit is found out by
// its id: nothing is lost, and nothing done twice.
func TestNetworkFails(t *testing.T) {
	t.Parallel()
	s, shaky, p := shaken(t)
	w, stop := team(t, storesOf(shaky))
	lost, apart := int64(*kills), max(5, int64(*kills)/20)
	for n := range apart {
		p.lose(t, (n+1)*lost/apart)
		p.partition(100 * time.Millisecond)
	}
	stop()
	t.Logf("%d answers to commits were lost, %d others, %d partitions", p.commits.Load(), p.others.Load(), apart)
	last, err := newWorker(storesOf(s), w.journal, w.start, 99)
	check(t, err)
	wantAllDone(t.Context(), t, s, last)
}

// forgetful keeps no ids of commits, so that a desk tries again blindly.
type forgetful struct{ ticket.Store }

func (f forgetful) Commit(ctx context.Context, c ticket.Commit) error {
	c.Take = slices.DeleteFunc(slices.Clone(c.Take), func(h ticket.Held) bool { return h.Key.Kind == ticket.KeyCommit })
	return f.Store.Commit(ctx, c)
}

// The check of what was done twice would find a store that forgets commits.
func TestBlindRetriesAreFound(t *testing.T) {
	t.Parallel()
	s, shaky, p := shaken(t)
	blind := storesOf(shaky)
	blind.tickets = forgetful{blind.tickets}
	_, stop := team(t, blind)
	p.lose(t, 150)
	stop()
	all := newTold()
	for r := range records(t.Context(), t, s) {
		readHistory(t.Context(), t, s, r, all)
	}
	doubled := 0
	for _, n := range all.texts {
		if n > 1 {
			doubled++
		}
	}
	if doubled == 0 {
		t.Error("with blind retries nothing was done twice either")
	}
	t.Logf("%d doubled", doubled)
}
