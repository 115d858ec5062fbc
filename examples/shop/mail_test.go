package main_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	shop "github.com/kulanz-go/kulanz/examples/shop"
	"github.com/kulanz-go/kulanz/examples/shop/store"
)

// certified makes a key and a certificate of this machine's, and names a file that
// trusts it.
func certified(t *testing.T) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	require.NoError(t, err)
	roots := filepath.Join(t.TempDir(), "roots.pem")
	require.NoError(t, os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, roots
}

// postOffice is an IMAP server behind TLS, with one mailbox.
func postOffice(t *testing.T) (*imapmemserver.User, string, string) {
	t.Helper()
	user := imapmemserver.NewUser("service", "geheim")
	require.NoError(t, user.Create("INBOX", nil))
	mem := imapmemserver.New()
	mem.AddUser(user)
	cfg, roots := certified(t)
	srv := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return mem.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, Logger: log.New(io.Discard, "", 0), TLSConfig: cfg,
	})
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	return user, l.Addr().String(), roots
}

type literal struct {
	io.Reader

	size int64
}

func (l literal) Size() int64 { return l.size }

func deliver(t *testing.T, u *imapmemserver.User, n int) {
	t.Helper()
	raw := fmt.Sprintf("From: k%d@post.example\r\nTo: service@shop.example\r\nMessage-ID: <%d@post.example>\r\nSubject: Hut %d\r\n\r\nWo ist er?\r\n", n, n, n)
	_, err := u.Append("INBOX", literal{strings.NewReader(raw), int64(len(raw))}, &imap.AppendOptions{Time: time.Now()})
	require.NoError(t, err)
}

// Mail comes in from a mailbox, each once, though the shop is killed again and
// again while it fetches.
func TestMailIsFetchedOnceThoughItIsKilled(t *testing.T) {
	t.Parallel()
	user, addr, roots := postOffice(t)
	dir := t.TempDir()
	password := filepath.Join(dir, "password")
	require.NoError(t, os.WriteFile(password, []byte("geheim\n"), 0o600))
	env := []string{"SHOP_IMAP_PASSWORD_FILE=" + password, "SSL_CERT_FILE=" + roots, "SHOP_IMAP_USER=service"}
	args := []string{"-demo=false", "-imap", addr, "-imap-every", "1s"}
	const rounds, each = 2, 40
	count := func(folders string) int {
		files, err := filepath.Glob(filepath.Join(dir, "shop.inbox", folders, "imap-*"))
		require.NoError(t, err)
		return len(files)
	}
	until := func(done func() bool) {
		require.Eventually(t, done, 60*time.Second, 2*time.Millisecond)
	}
	for round := range rounds {
		for n := range each {
			deliver(t, user, round*each+n)
		}
		p := startIn(t, dir, env, args...)
		until(func() bool { return count("*") > round*each+3 }) // in the middle of it
		p.kill()
	}
	assert.Less(t, count("*"), rounds*each, "it was killed before all were there")
	last := startIn(t, dir, env, args...)
	until(func() bool { return count("cur") == rounds*each })
	last.stop()
	db, err := store.Open(t.Context(), filepath.Join(dir, "shop.db"))
	require.NoError(t, err)
	var tickets int
	require.NoError(t, db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM kulanz_ticket").Scan(&tickets))
	require.NoError(t, db.Close())
	assert.Equal(t, rounds*each, tickets)
}

// out is a mail server of others: it takes nothing the first time, and what is for a
// mailbox that there is not never.
type out struct {
	mu     sync.Mutex
	never  string
	tries  map[string]map[string]int // by mailbox and Message-ID
	taken  int
	logins int
}

func (o *out) NewSession(*smtp.Conn) (smtp.Session, error) { //nolint:ireturn // the library's
	return &outSession{out: o}, nil
}

type outSession struct {
	*out

	to string
}

func (s *outSession) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *outSession) Auth(string) (sasl.Server, error) { //nolint:ireturn // the library's
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if user != "service" || password != "geheim" {
			return smtp.ErrAuthFailed
		}
		s.logins++
		return nil
	}), nil
}

func (s *outSession) Reset()        {}
func (s *outSession) Logout() error { return nil }

func (s *outSession) Mail(string, *smtp.MailOptions) error { return nil }

func (s *outSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	return nil
}

func (s *outSession) Data(r io.Reader) error {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries[s.to] == nil {
		s.tries[s.to] = make(map[string]int)
	}
	id := m.Header.Get("Message-ID")
	s.tries[s.to][id]++
	switch {
	case s.to == s.never:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case s.tries[s.to][id] == 1:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	}
	s.taken++
	return nil
}

// Mail goes out by STARTTLS with a login. What is refused for now is tried again,
// what is refused for good is not, and is to be seen.
func TestMailGoesOutThroughAServer(t *testing.T) {
	t.Parallel()
	o := &out{never: "niemand@post.example", tries: make(map[string]map[string]int)}
	cfg, roots := certified(t)
	srv := smtp.NewServer(o)
	srv.TLSConfig, srv.ErrorLog = cfg, log.New(io.Discard, "", 0)
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close(); <-done })
	env := []string{"SHOP_SMTP_PASSWORD=geheim", "SSL_CERT_FILE=" + roots}
	p := startIn(t, t.TempDir(), env, "-demo=false", "-smtp", l.Addr().String(), "-smtp-security", "starttls", "-smtp-user", "service")
	const later = "spaeter@post.example"
	for _, to := range []string{later, o.never} {
		p.write(to, "k1 "+to, "Erste Nachricht")
		p.write(to, "k2 "+to, "Zweite Nachricht") // who writes is known by now: the link goes by mail
	}
	password := p.lines[0][strings.LastIndex(p.lines[0], " ")+1:]
	agent := client(t)
	p.post(agent, "/desk/login", "name", "admin", "password", password)
	p.post(agent, "/desk/password", "old", password, "password", "ein langes Passwort", "again", "ein langes Passwort")
	_, _, inbox := p.get(agent, "/desk")
	links := slices.Compact(ticketPage.FindAllString(inbox, -1))
	require.NotEmpty(t, links)
	for i, link := range links {
		code, _, body := p.post(agent, link+"/do/reply", "key", fmt.Sprint("r", i), "text", "Es kommt morgen.")
		require.Equal(t, http.StatusOK, code, body)
	}
	require.Eventually(t, func() bool {
		_, _, failed := p.get(agent, "/desk/manage/failed")
		_, _, audit := p.get(agent, "/desk/manage/audit")
		o.mu.Lock()
		defer o.mu.Unlock()
		return o.taken >= 2 && strings.Contains(failed, "550 5.1.1") && strings.Contains(audit, "letter undelivered")
	}, 90*time.Second, 200*time.Millisecond, "a person sees what did not go out")
	p.stop()
	for to, want := range map[string]int{later: 2, o.never: 1} {
		assert.GreaterOrEqual(t, len(o.tries[to]), 2, "a letter of the shop's and an answer of the desk's")
		for id, tries := range o.tries[to] {
			assert.Regexp(t, "^<.+@.+>$", id)
			assert.Equal(t, want, tries, "%s %s: tried again under the same id, until it is taken or refused for good", to, id)
		}
	}
	assert.Equal(t, 2*len(o.tries[later])+len(o.tries[o.never]), o.logins)
}

// What would send a password in the clear, or says it where others see it, is no
// option.
func TestServersAreReachedSafely(t *testing.T) {
	t.Parallel()
	try := func(env map[string]string, args ...string) error {
		ctx, stop := context.WithCancel(t.Context())
		stop() // options are read before anything is begun
		dir := t.TempDir()
		args = append(args, "-db", filepath.Join(dir, "shop.db"), "-demo=false", "healthcheck")
		return shop.Run(ctx, args, func(name string) string { return env[name] }, io.Discard, io.Discard)
	}
	for _, args := range [][]string{
		{"-imap", "mail.example:143", "-imap-security", "plain"},
		{"-imap", "mail.example:143", "-imap-security", "starttls"},
		{"-imap", "mail.example"},
		{"-imap", "mail.example:993", "-imap-every", "1ms"},
		{"-imap", "127.0.0.1.example:143", "-imap-security", "plain"},
		{"-smtp", "mail.example:25", "-smtp-security", "plain"},
		{"-smtp", "mail.example:25", "-smtp-security", "none"},
		{"-imap-password", "x"},
		{"-proxy", "everybody"},
	} {
		err := try(nil, args...)
		require.Error(t, err, args)
		require.NotErrorIs(t, err, context.Canceled, "%q", args)
	}
	for _, args := range [][]string{
		{"-imap", "mail.example:993"},
		{"-imap", "[::1]:143"},
		{"-imap", "localhost:143", "-imap-security", "tls"},
		{"-smtp", "mail.example:587"},
		{"-smtp", "mail.example:465", "-smtp-security", "tls"},
		{"-smtp", "127.0.0.1:25"},
		{"-proxy", "10.0.0.0/8, ::1/128"},
	} {
		require.ErrorIs(t, try(nil, args...), context.Canceled, "%q", args)
	}
	require.ErrorIs(t, try(map[string]string{"SHOP_SMTP_PASSWORD_FILE": "/nothing/there"}), os.ErrNotExist)
}
