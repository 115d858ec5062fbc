package intake_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/intake"
)

const mailbox = "Anfragen"

// server is a mail server with one mailbox.
type server struct {
	user *imapmemserver.User
	addr string
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{user: imapmemserver.NewUser("service", "geheim")}
	require.NoError(t, s.user.Create(mailbox, nil))
	mem := imapmemserver.New()
	mem.AddUser(s.user)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true, Logger: log.New(io.Discard, "", 0),
	})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	s.addr = l.Addr().String()
	return s
}

func (s *server) add(t *testing.T, raw string, flags ...imap.Flag) {
	t.Helper()
	raw = strings.ReplaceAll(raw, "\n", "\r\n")
	_, err := s.user.Append(mailbox, literal{strings.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{Flags: flags, Time: time.Now()})
	require.NoError(t, err)
}

type literal struct {
	io.Reader

	size int64
}

func (l literal) Size() int64 { return l.size }

// marks keep one in memory, and fail as often as they are told.
type marks struct {
	mu    sync.Mutex
	mark  intake.Mark
	fails int
}

func (m *marks) Mark(context.Context) (intake.Mark, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mark, nil
}

func (m *marks) SetMark(_ context.Context, mark intake.Mark) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fails > 0 {
		m.fails--
		return errDown
	}
	m.mark = mark
	return nil
}

func (h *house) imap(s *server, m *marks) intake.IMAP {
	return intake.IMAP{
		Addr: s.addr, User: "service", Password: "geheim", Mailbox: mailbox, Dir: h.box.Dir, Mark: m, Now: time.Now, Timeout: 10 * time.Second,
	}
}

// fetched fetches, takes in, and returns how many mails were new.
func (h *house) fetched(t *testing.T, box intake.IMAP) int {
	t.Helper()
	n, err := box.Fetch(t.Context())
	require.NoError(t, err)
	require.NoError(t, h.box.Sweep(t.Context()))
	return n
}

// The first time what is unread comes in, then all that is new, also what somebody
// has opened in the mailbox before.
func TestIMAP(t *testing.T) {
	h, s, m := open(t), serve(t), new(marks)
	s.add(t, letter(0), imap.FlagSeen)
	s.add(t, letter(1))
	s.add(t, letter(2))
	s.add(t, letter(3), imap.FlagSeen)
	box := h.imap(s, m)
	assert.Equal(t, 2, h.fetched(t, box))
	assert.Zero(t, h.fetched(t, box), "what was taken stays taken")
	s.add(t, letter(4), imap.FlagSeen)
	s.add(t, letter(5))
	assert.Equal(t, 2, h.fetched(t, box))
	assert.Zero(t, h.fetched(t, box))
	got := h.tickets(t)
	assert.Len(t, got, 4)
	assert.Contains(t, got, "Hut 4", "though somebody has read it")
	assert.Equal(t, uint32(6), m.mark.Last)
}

// Wherever it ends between a mail and its mark, the mail is in, once.
func TestIMAPEndsInBetween(t *testing.T) {
	h, s, m := open(t), serve(t), new(marks)
	for n := range 3 {
		s.add(t, letter(n))
	}
	box := h.imap(s, m)
	m.fails = 1 // the first time, after all are on the disk
	_, err := box.Fetch(t.Context())
	require.ErrorIs(t, err, errDown)
	assert.Zero(t, h.fetched(t, box), "they are marked as read, and on the disk")
	for n := 3; n < 6; n++ {
		s.add(t, letter(n))
	}
	for range 3 {
		m.fails = 1 // after the first of what is left
		_, err = box.Fetch(t.Context())
		require.ErrorIs(t, err, errDown)
	}
	assert.Equal(t, 3, h.fetched(t, box), "the first is there already")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = box.Fetch(ctx)
	require.ErrorIs(t, err, context.Canceled)
	tmp := filepath.Join(h.box.Dir.Path(), "tmp")
	require.NoError(t, os.Remove(tmp))
	s.add(t, letter(6))
	_, err = box.Fetch(t.Context())
	require.Error(t, err, "no disk, no mark")
	assert.Equal(t, uint32(6), m.mark.Last)
	require.NoError(t, os.Mkdir(tmp, 0o700))
	assert.Equal(t, 1, h.fetched(t, box))
	assert.Len(t, h.tickets(t), 7)
	assert.Zero(t, h.box.Counts().Repeated)
}

// Two processes at once, each with a folder of its own, bring each mail in once.
func TestIMAPByTwo(t *testing.T) {
	a, s, m := open(t), serve(t), new(marks)
	b := open(t)
	b.box.Desk = a.desk
	for n := range 20 {
		s.add(t, letter(n))
	}
	for range 2 {
		var wg sync.WaitGroup
		for _, h := range []*house{a, b} {
			wg.Go(func() {
				_, err := h.imap(s, m).Fetch(t.Context())
				assert.NoError(t, err)
				assert.NoError(t, h.box.Sweep(t.Context()))
			})
		}
		wg.Wait()
	}
	assert.Len(t, a.tickets(t), 20)
}

// A mailbox that is made anew numbers from the start: what came meanwhile is not
// lost, and what is known is known by its own id.
func TestIMAPNumberedAnew(t *testing.T) {
	h, s, m := open(t), serve(t), new(marks)
	for n := range 3 {
		s.add(t, letter(n))
	}
	assert.Equal(t, 3, h.fetched(t, h.imap(s, m)))
	was := m.mark.Validity
	require.NoError(t, s.user.Delete(mailbox))
	require.NoError(t, s.user.Create(mailbox, nil))
	s.add(t, letter(1), imap.FlagSeen)
	s.add(t, letter(9), imap.FlagSeen) // came and was read while it was rebuilt
	assert.Equal(t, 2, h.fetched(t, h.imap(s, m)))
	assert.NotEqual(t, was, m.mark.Validity)
	assert.Len(t, h.tickets(t), 4)
	assert.Equal(t, int64(1), h.box.Counts().Repeated)
	assert.Zero(t, h.fetched(t, h.imap(s, m)))
}

func TestIMAPSaysNoSecret(t *testing.T) {
	h, s := open(t), serve(t)
	box := h.imap(s, new(marks))
	box.Password = "falsch"
	_, err := box.Fetch(t.Context())
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "falsch")
	box.Addr = "127.0.0.1:1"
	_, err = box.Fetch(t.Context())
	require.Error(t, err)
}

// After failures it waits longer and longer, and after a success as it was.
func TestPollWaitsLongerAfterFailures(t *testing.T) {
	now, tried := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC), 0
	fails := true
	p := intake.Poll{
		Fetch: func(context.Context) (int, error) {
			tried++
			if fails {
				return 0, errors.New("refused")
			}
			return 0, nil
		},
		Now: func() time.Time { return now }, Every: time.Minute, Most: 15 * time.Minute,
	}
	var waits []int // minutes between tries
	for minute, last := 0, -1; minute < 120; minute++ {
		before := tried
		if err := p.Do(t.Context()); tried > before {
			assert.Equal(t, fails, err != nil)
			if last >= 0 {
				waits = append(waits, minute-last)
			}
			last = minute
		}
		fails = minute < 70 || minute > 100
		now = now.Add(time.Minute)
	}
	assert.Equal(t, []int{2, 4, 8, 15, 15, 15, 15, 1}, waits[:8])
	assert.Equal(t, []int{1, 2, 4, 8}, waits[len(waits)-4:], "anew after a success")
}
