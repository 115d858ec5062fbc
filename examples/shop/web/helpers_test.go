package web_test

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/examples/shop/web"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/ticket"
)

// quick is a hash that takes no time.
func quick() *argon2id.Params {
	return &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
}

// friday is when all tests begin: 10:30 in Berlin, the desk is open.
var friday = time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)

// payTimeout is how long a page waits for the payment service here.
const payTimeout = 300 * time.Millisecond

const agentPassword = "correct horse battery"

// template is a database with the demo's shop in it, made once; grown is one with
// more of a past.
var (
	template = sync.OnceValues(func() (string, error) { return seeded(1) })
	grown    = sync.OnceValues(func() (string, error) { return seeded(40) })
)

func seeded(days int) (string, error) {
	dir, err := os.MkdirTemp("", "kulanz-web")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "template.db")
	ctx := context.Background()
	db, err := store.Open(ctx, file)
	if err != nil {
		return "", err
	}
	err = func() error {
		if err := app.Seed(ctx, db, friday, days, slog.New(slog.DiscardHandler)); err != nil {
			return err
		}
		a, err := app.New(ctx, app.Config{DB: db, Now: func() time.Time { return friday }, Log: slog.New(slog.DiscardHandler), Payer: app.NoPayer{}})
		if err != nil {
			return err
		}
		if _, _, err := a.FirstAgents(ctx, quick()); err != nil {
			return err
		}
		for _, p := range a.Agents() {
			if err := a.SetPassword(ctx, p.ID, agentPassword, false, quick()); err != nil {
				return err
			}
		}
		return db.Backup(ctx, filepath.Join(dir, "copy.db"))
	}()
	return filepath.Join(dir, "copy.db"), errors.Join(err, db.Close())
}

// engine is made once: it takes longer than most tests.
var engine = sync.OnceValues(func() (*tone.Engine, error) { return tone.New(tone.Config{}) })

// site is the whole shop under test, over a database of its own.
type site struct {
	t     testing.TB
	app   *app.App
	db    *store.DB
	clock *demo.Clock
	payer *pay.Service
	url   string
	log   *bytes.Buffer
	reg   *prometheus.Registry
	mail  *maildir.Dir // as it came

	handler http.Handler
}

func open(tb testing.TB, change ...func(*web.Config)) *site {
	tb.Helper()
	return openAt(tb, fresh(tb, template), nil, change...)
}

// openWith puts something between the desk and the payment service.
func openWith(tb testing.TB, payer func(*pay.Service) goodwill.Payer) *site {
	tb.Helper()
	return openAt(tb, fresh(tb, template), payer)
}

// fresh is a copy of a database.
func fresh(tb testing.TB, of func() (string, error)) string {
	tb.Helper()
	from, err := of()
	require.NoError(tb, err)
	data, err := os.ReadFile(from)
	require.NoError(tb, err)
	file := filepath.Join(tb.TempDir(), "shop.db")
	require.NoError(tb, os.WriteFile(file, data, 0o600))
	return file
}

func openAt(tb testing.TB, where string, payer func(*pay.Service) goodwill.Payer, change ...func(*web.Config)) *site {
	tb.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, where)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	s := &site{t: tb, db: db, clock: new(demo.Clock), log: new(bytes.Buffer), reg: prometheus.NewRegistry()}
	s.clock.Set(friday)
	log := slog.New(slog.NewTextHandler(&locked{w: s.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.payer, err = pay.NewService(ctx, pay.Config{DB: db.SQL(), Now: s.clock.Now})
	require.NoError(tb, err)
	analyzer, err := engine()
	require.NoError(tb, err)
	s.mail, err = maildir.Open(filepath.Join(tb.TempDir(), "in"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, s.mail.Close()) })
	pays := goodwill.Payer(s.payer)
	if payer != nil {
		pays = payer(s.payer)
	}
	s.app, err = app.New(ctx, app.Config{DB: db, Now: s.clock.Now, Log: log, Payer: pays, PayTimeout: payTimeout, Base: "http://shop.test", Tone: analyzer, Mail: s.mail})
	require.NoError(tb, err)
	cfg := web.Config{App: s.app, Log: log, Metrics: s.reg, Demo: true, Payments: s.payer, Password: quick()}
	for _, c := range change {
		c(&cfg)
	}
	server, err := web.New(cfg)
	require.NoError(tb, err)
	s.handler = server.Handler()
	listener := httptest.NewServer(s.handler)
	tb.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

// locked is a writer for several goroutines.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// browser has cookies of its own, and follows redirects.
type browser struct {
	t    testing.TB
	site *site
	*http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	return &browser{t: s.t, site: s, Client: &http.Client{Jar: jar}}
}

// got is a page as it arrived.
type got struct {
	code   int
	path   string
	body   string
	header http.Header
}

func (b *browser) do(req *http.Request) got {
	b.t.Helper()
	res, err := b.Do(req)
	require.NoError(b.t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(b.t, errors.Join(err, res.Body.Close()))
	return got{res.StatusCode, res.Request.URL.RequestURI(), string(body), res.Header}
}

func (b *browser) get(path string) got {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.site.url+path, nil)
	require.NoError(b.t, err)
	return b.do(req)
}

func (b *browser) post(path string, fields ...string) got {
	b.t.Helper()
	form := make(url.Values)
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+path, strings.NewReader(form.Encode()))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// upload posts a form with files: name, content, and so on.
func (b *browser) upload(path string, files []string, fields ...string) got {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(fields); i += 2 {
		require.NoError(b.t, form.WriteField(fields[i], fields[i+1]))
	}
	for i := 0; i+1 < len(files); i += 2 {
		h := make(textproto.MIMEHeader)
		h.Set("Content-Disposition", `form-data; name="file"; filename="`+files[i]+`"`)
		h.Set("Content-Type", "image/png") // as a stranger may claim
		part, err := form.CreatePart(h)
		require.NoError(b.t, err)
		_, err = part.Write([]byte(files[i+1]))
		require.NoError(b.t, err)
	}
	require.NoError(b.t, form.Close())
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+path, &body)
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(req)
}

// as logs an agent in.
func (s *site) as(agent string) *browser {
	b := s.browser()
	p := b.post("/desk/login", "name", agent, "password", agentPassword)
	require.Equal(s.t, "/desk", p.path, p.body)
	return b
}

// customer signs a customer of the demo in.
func (s *site) customer(ref string) *browser {
	b := s.browser()
	p := b.post("/demo/as", "ref", ref)
	require.Equal(s.t, "/my", p.path, p.body)
	return b
}

var hidden = regexp.MustCompile(`name="key" value="([^"]*)"`)

// key is the one of the form on a page.
func (g got) key(tb testing.TB) string {
	tb.Helper()
	found := hidden.FindStringSubmatch(g.body)
	require.NotNil(tb, found, g.body)
	return html.UnescapeString(found[1])
}

// write sends the contact form as a guest, and returns the page of the ticket.
func (s *site) write(b *browser, email, text string, fields ...string) got {
	s.t.Helper()
	all := append([]string{"key", b.get("/contact").key(s.t), "email", email, "name", "Gast", "text", text, "asked", "1"}, fields...)
	return b.post("/contact", all...)
}

// ticketOf returns the ticket on whose page a browser is.
func (s *site) ticketOf(p got) ticket.Ticket {
	s.t.Helper()
	token, ok := strings.CutPrefix(p.path, "/t/")
	require.True(s.t, ok, "%s\n%s", p.path, p.body)
	ref, who, err := s.app.OpensTicket(token)
	require.NoError(s.t, err)
	_ = who
	found, err := s.app.Tickets.Get(s.t.Context(), app.System(), ref)
	require.NoError(s.t, err)
	return found
}
