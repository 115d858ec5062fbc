package main_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	shop "github.com/kulanz-go/kulanz/examples/shop"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/examples/shop/store/pgschema"
)

const envChild = "KULANZ_SHOP_TEST_CHILD"

// TestMain is the shop itself in a process that a test started.
func TestMain(m *testing.M) {
	if os.Getenv(envChild) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := shop.Run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// process is a running shop.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	out   io.Reader
	url   string
	lines []string // what it printed before it was open
}

func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), envChild+"=1")
	cmd.Stderr = os.Stderr
	return cmd
}

// start runs a shop until it is open.
func start(tb testing.TB, dir string, args ...string) *process {
	tb.Helper()
	return startIn(tb, dir, nil, args...)
}

// startIn is start with more of an environment.
func startIn(tb testing.TB, dir string, env []string, args ...string) *process {
	tb.Helper()
	p := launch(tb, dir, env, args...)
	p.opened()
	return p
}

// launch begins a shop.
func launch(tb testing.TB, dir string, env []string, args ...string) *process {
	tb.Helper()
	p := &process{t: tb, cmd: command(context.Background(), dir, append([]string{"-addr", "127.0.0.1:0", "-days", "1", "-rate", "0"}, args...)...)}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.begin()
	return p
}

// begin starts the process.
func (p *process) begin() {
	p.t.Helper()
	var err error
	p.out, err = p.cmd.StdoutPipe()
	require.NoError(p.t, err)
	require.NoError(p.t, p.cmd.Start())
	p.t.Cleanup(p.kill)
}

// opened waits until it is open.
func (p *process) opened() {
	p.t.Helper()
	for lines := bufio.NewScanner(p.out); lines.Scan(); {
		if open, ok := strings.CutPrefix(lines.Text(), "The shop is open: "); ok {
			p.url = open
			go func() { _, _ = io.Copy(io.Discard, p.out) }()
			return
		}
		p.lines = append(p.lines, lines.Text())
	}
	p.t.Fatal("it did not open")
}

func (p *process) kill() {
	if p.cmd.ProcessState == nil {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
}

// stop ends it as an operator does, and wants no fault.
func (p *process) stop() {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(p.t, p.cmd.Wait())
}

func client(tb testing.TB) *http.Client {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(tb, err)
	return &http.Client{Jar: jar, Timeout: 20 * time.Second}
}

// read returns status, address and body of an answer.
func read(tb testing.TB, res *http.Response, err error) (int, string, string) {
	tb.Helper()
	require.NoError(tb, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(tb, err)
	require.NoError(tb, res.Body.Close())
	return res.StatusCode, res.Request.URL.Path, string(body)
}

func (p *process) get(c *http.Client, path string) (int, string, string) {
	p.t.Helper()
	res, err := c.Get(p.url + path) //nolint:noctx // the client has a timeout
	return read(p.t, res, err)
}

func (p *process) post(c *http.Client, path string, fields ...string) (int, string, string) {
	p.t.Helper()
	form := make(url.Values)
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	res, err := c.PostForm(p.url+path, form) //nolint:noctx // the client has a timeout
	return read(p.t, res, err)
}

// write sends the contact form and returns the path of the ticket's page.
func (p *process) write(email, key, text string) string {
	p.t.Helper()
	code, path, body := p.post(client(p.t), "/contact", "key", key, "email", email, "text", text, "order", "B-1", "asked", "1")
	require.Equal(p.t, http.StatusOK, code, body)
	return path
}

// mailed is the path of a link to the shop in a mail that goes out.
func (p *process) mailed(dir, path string) string {
	p.t.Helper()
	link := regexp.MustCompile(regexp.QuoteMeta(p.url) + "(" + path + `[\w.~-]+)`)
	var found []string
	require.Eventually(p.t, func() bool {
		mails, err := filepath.Glob(filepath.Join(dir, "shop.mail", "new", "*"))
		require.NoError(p.t, err)
		for _, name := range mails {
			mail, err := os.ReadFile(name)
			require.NoError(p.t, err)
			unfolded := strings.ReplaceAll(string(mail), "=\r\n", "") // quoted-printable
			if found = link.FindStringSubmatch(unfolded); found != nil {
				return true
			}
		}
		return false
	}, 30*time.Second, 20*time.Millisecond)
	return found[1]
}

func TestNothingIsLostWhenItIsKilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := start(t, dir)
	require.Len(t, first.lines, 2, "one-time passwords")
	code, _, _ := first.get(client(t), "/healthz")
	assert.Equal(t, http.StatusOK, code)
	check := command(t.Context(), dir, "-addr", strings.TrimPrefix(first.url, "http://"), "healthcheck")
	require.NoError(t, check.Run())

	path := first.write("neu@post.example", "k1", "Das darf nicht verloren gehen")
	require.NoError(t, first.cmd.Process.Kill())
	first.kill()
	second := start(t, dir)
	assert.Empty(t, second.lines, "passwords are printed once")
	_, _, body := second.get(client(t), path)
	assert.Contains(t, body, "Das darf nicht verloren gehen")
	again := second.write("neu@post.example", "k1", "Das darf nicht verloren gehen")
	assert.Equal(t, "/contact", again, "the customer is known by now: the link goes by mail")
	_, _, body = second.get(client(t), second.mailed(dir, "/t/"))
	assert.Contains(t, body, "Das darf nicht verloren gehen", "nobody has said under which address the shop is found, or on which port")

	// The one-time password has to be changed before anything is seen.
	password := first.lines[0][strings.LastIndex(first.lines[0], " ")+1:]
	agent := client(t)
	_, at, _ := second.post(agent, "/desk/login", "name", "admin", "password", password)
	assert.Equal(t, "/desk/password", at)
	_, at, _ = second.get(agent, "/desk")
	assert.Equal(t, "/desk/password", at)
	_, at, _ = second.post(agent, "/desk/password", "old", password, "password", "ein langes Passwort", "again", "ein langes Passwort")
	assert.Equal(t, "/desk", at)

	copied := filepath.Join(dir, "copy.db")
	require.NoError(t, command(t.Context(), dir, "backup", copied).Run(), "while it is open")
	second.stop()
	third := start(t, dir, "-db", copied)
	_, _, body = third.get(client(t), path)
	assert.Equal(t, 1, strings.Count(body, "<p>Das darf nicht verloren gehen</p>"), "sent twice under one key it is one")
	third.stop()
}

// Links begin with what a browser can reach, whatever the shop was told to listen on.
func TestLinksBeginWhereTheShopListens(t *testing.T) {
	t.Parallel()
	at := &net.TCPAddr{IP: net.IPv6loopback, Port: 8081}
	for addr, want := range map[string]string{
		"localhost:8081": "http://localhost:8081", "localhost:0": "http://localhost:8081", ":8081": "http://localhost:8081",
		"0.0.0.0:0": "http://localhost:8081", "[::]:8081": "http://localhost:8081", "[::1]:0": "http://[::1]:8081",
		"shop.example:tproxy": "http://shop.example:8081",
	} {
		assert.Equal(t, want, shop.BaseOf(addr, at), addr)
	}
}

func TestTwoProcessesOnOneDatabase(t *testing.T) {
	t.Parallel()
	where := pgschema.New(t)
	dir := t.TempDir()
	env := []string{"-db", where, "-mail", filepath.Join(dir, "mail"), "-demo=false"}
	one, two := launch(t, dir, nil, env...), launch(t, dir, nil, env...) // together, on an empty database
	one.opened()
	two.opened()
	assert.Len(t, append(slices.Clone(one.lines), two.lines...), 1, "one of them has printed the one-time password")
	path := one.write("a@post.example", "k1", "Erste Nachricht")
	_, _, body := two.get(client(t), path)
	assert.Contains(t, body, "Erste Nachricht")
	for i := range 5 {
		one.write("a@post.example", fmt.Sprint("one", i), "Noch etwas")
		two.write("a@post.example", fmt.Sprint("two", i), "Noch etwas")
	}
	require.NoError(t, one.cmd.Process.Kill())
	one.kill()
	for i := range 5 {
		two.write("a@post.example", fmt.Sprint("after", i), "Noch etwas")
	}
	two.write("a@post.example", "one0", "Noch etwas") // the browser sends it again, to the other
	// Of every form one letter, under one id.
	require.Eventually(t, func() bool { return len(mails(t, filepath.Join(dir, "mail"))) >= 16 }, 60*time.Second, 200*time.Millisecond)
	two.stop()
	ids := mails(t, filepath.Join(dir, "mail"))
	assert.Len(t, ids, 16, "15 forms, and the one that was sent again")
	slices.Sort(ids)
	assert.Len(t, slices.Compact(ids), 16)
	last := start(t, dir, env...)
	_, _, body = last.get(client(t), path)
	assert.Equal(t, 15, strings.Count(body, "<p>Noch etwas</p>"), "of every form one message")
	last.stop()
}

// logIn is an agent of the demo, at a process.
func (p *process) logIn(name, password string) *http.Client {
	p.t.Helper()
	c := client(p.t)
	_, at, body := p.post(c, "/desk/login", "name", name, "password", password)
	require.Equal(p.t, "/desk", at, body)
	return c
}

// password is that of the demo's agents, as the first start printed it.
func (p *process) password() string {
	p.t.Helper()
	require.Len(p.t, p.lines, 2, "one-time passwords")
	return p.lines[1][strings.LastIndex(p.lines[1], " ")+1:]
}

var (
	ticketPage = regexp.MustCompile(`/desk/ticket/[0-9a-f-]{36}`)
	grantPage  = regexp.MustCompile(`/desk/ticket/[0-9a-f-]{36}/grant/[0-9a-f-]{36}/`)
)

// watching reads who else is at a ticket, and how far it is, as a page does: one line
// of the stream after the other, until the test has ended.
func (p *process) watching(c *http.Client, page string) <-chan string {
	p.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p.t.Cleanup(stop)
	out := make(chan string)
	long := &http.Client{Jar: c.Jar}
	go func() {
		defer close(out)
		for ctx.Err() == nil { // a stream ends by itself, and the browser comes again
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+page+"/watch", nil)
			if err != nil {
				return
			}
			res, err := long.Do(req)
			if err != nil {
				return
			}
			for lines := bufio.NewScanner(res.Body); lines.Scan(); {
				if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					select {
					case out <- text:
					case <-ctx.Done():
					}
				}
			}
			_ = res.Body.Close()
		}
	}()
	return out
}

// hears waits until a stream says something, and returns what it said.
func hears(tb testing.TB, stream <-chan string, what func(string) bool) string {
	tb.Helper()
	limit := time.After(30 * time.Second)
	last := ""
	for {
		select {
		case text, ok := <-stream:
			require.True(tb, ok, "the stream has ended after %q", last)
			if last = text; what(text) {
				return text
			}
		case <-limit:
			require.Fail(tb, "nothing heard", "last: %q", last)
		}
	}
}

// Who is at a ticket in one process is seen in the other, and so is what it does
// there: they share a database and nothing else.
func TestAgentsMeetAcrossProcesses(t *testing.T) {
	t.Parallel()
	where, dir := pgschema.New(t), t.TempDir()
	one := start(t, dir, "-db", where, "-mail", filepath.Join(dir, "mail"), "-inbox", filepath.Join(dir, "inbox"))
	two := start(t, dir, "-db", where, "-mail", filepath.Join(dir, "mail"), "-inbox", filepath.Join(dir, "inbox"))
	anna, bilal := one.logIn("anna", one.password()), two.logIn("bilal", one.password())
	one.write("zwei@post.example", "k1", "Wer von Ihnen hilft mir?")
	_, _, inbox := one.get(anna, "/desk?who=")
	page := ticketPage.FindString(inbox)
	require.NotEmpty(t, page, inbox)
	here := one.watching(anna, page)
	seq, others, _ := strings.Cut(hears(t, here, func(string) bool { return true }), " ")
	assert.Empty(t, others, "she is alone")

	_, _, body := two.get(bilal, page)
	assert.Contains(t, body, "Auch hier: Anna Brinkmann")
	there := two.watching(bilal, page)
	assert.Contains(t, hears(t, there, func(s string) bool { return strings.Contains(s, "Anna") }), "Anna Brinkmann")
	assert.True(t, strings.HasPrefix(hears(t, here, func(s string) bool { return strings.Contains(s, "Bilal") }), seq+" "))

	code, _, body := two.post(bilal, page+"/do/reply", "key", "r1", "seq", seq, "text", "Ich helfe Ihnen.")
	require.Equal(t, http.StatusOK, code, body)
	hears(t, here, func(s string) bool { return !strings.HasPrefix(s, seq+" ") })
	code, _, body = one.post(anna, page+"/do/reply", "key", "r2", "seq", seq, "text", "Nein, ich.")
	assert.Equal(t, http.StatusConflict, code)
	assert.Contains(t, body, "inzwischen hat jemand geschrieben")
	assert.Contains(t, body, "Ich helfe Ihnen.")
	assert.Contains(t, body, ">Nein, ich.</textarea>")
	_, _, body = two.get(bilal, page)
	assert.NotContains(t, body, "Nein, ich.", "it was not sent")
	one.stop()
	two.stop()
}

// dear is an order of 200 euros or more, with whose it is.
func dear(tb testing.TB, file string) (string, string) {
	tb.Helper()
	db, err := store.Open(tb.Context(), file)
	require.NoError(tb, err)
	defer func() { require.NoError(tb, db.Close()) }()
	all, err := db.RecentOrders(tb.Context(), time.Now().AddDate(0, 0, -60), 2000)
	require.NoError(tb, err)
	for i := range all {
		paid, err := all[i].Paid()
		require.NoError(tb, err)
		if paid.Minor() >= 200_00 {
			return all[i].ID, all[i].Customer
		}
	}
	require.Fail(tb, "the demo has no dear order")
	return "", ""
}

// The program is killed while a page waits for a goodwill payment: where the payment
// service had booked it, and where it had not. Started again it finds out, and in the
// service's books stands exactly one transfer.
func TestKilledWhileAPagePays(t *testing.T) {
	t.Parallel()
	for conduct, booked := range map[string]int{"silent": 1, "stuck": 0} {
		t.Run(conduct, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			first := start(t, dir)
			password := first.password()
			bilal, esra, customer := first.logIn("bilal", password), first.logIn("esra", password), client(t)
			order, who := dear(t, filepath.Join(dir, "shop.db"))
			first.post(customer, "/demo/as", "ref", who)
			code, theirs, body := first.post(customer, "/contact", "key", "k1", "order", order, "reason", "order/delayed", "text", "Das kam zu spät.", "asked", "1")
			require.Equal(t, http.StatusOK, code, body)
			number := regexp.MustCompile(`<span class="tag">([0-9A-Z]+)</span>`).FindStringSubmatch(body)
			require.NotNil(t, number, body)
			_, _, inbox := first.get(bilal, "/desk?who=")
			before, _, found := strings.Cut(inbox, number[1])
			require.True(t, found)
			pages := ticketPage.FindAllString(before, -1)
			page := pages[len(pages)-1]

			code, _, body = first.post(bilal, page+"/goodwill", "key", "g1", "order", order, "cause", "late", "declined", "shipping", "declined", "voucher")
			require.Equal(t, http.StatusOK, code, body)
			grant := grantPage.FindString(body)
			require.NotEmpty(t, grant, body)
			code, _, body = first.post(esra, grant+"approve")
			require.Equal(t, http.StatusOK, code, body)
			code, _, body = first.post(esra, "/desk/manage/payments", "conduct", conduct)
			require.Equal(t, http.StatusOK, code, body)

			answered := make(chan error, 1)
			go func() {
				res, err := bilal.PostForm(first.url+grant+"execute", nil) //nolint:noctx // the client has a timeout
				if err == nil {
					_ = res.Body.Close()
				}
				answered <- err
			}()
			require.Eventually(t, func() bool {
				_, _, body := first.get(esra, page+"/goodwill")
				return strings.Contains(body, "wird ausgezahlt")
			}, 8*time.Second, 20*time.Millisecond, "the payment is on its way")
			if booked > 0 {
				require.Eventually(t, func() bool { return first.transfers(esra, page) == booked }, 8*time.Second, 20*time.Millisecond)
			}
			require.NoError(t, first.cmd.Process.Kill())
			first.kill()
			require.Error(t, <-answered, "the page waited until the end")

			second := start(t, dir, "-speed", "60")
			esra = second.logIn("esra", password)
			assert.Equal(t, booked, second.transfers(esra, page))
			require.Eventually(t, func() bool {
				_, _, body := second.get(esra, page+"/goodwill")
				return strings.Contains(body, `tag settled">ausgezahlt`)
			}, 60*time.Second, 200*time.Millisecond, "it finds out by itself")
			bilal = second.logIn("bilal", password)
			second.post(bilal, grant+"execute") // and pressing again changes nothing
			assert.Equal(t, 1, second.transfers(esra, page))
			_, _, body = second.get(customer, theirs)
			assert.Contains(t, body, "Das ist erledigt.")
			second.stop()
		})
	}
}

// transfers counts what stands in the payment service's books for a ticket.
func (p *process) transfers(lead *http.Client, page string) int {
	p.t.Helper()
	_, _, body := p.get(lead, "/desk/manage/payments")
	return strings.Count(body, `href="`+page+`/goodwill"`)
}

var messageID = regexp.MustCompile(`(?m)^Message-I[Dd]: (<.*>)\r?$`)

// mails returns the Message-IDs of all letters about tickets in a maildir.
func mails(tb testing.TB, dir string) []string {
	tb.Helper()
	var ids []string
	files, err := filepath.Glob(filepath.Join(dir, "new", "*"))
	require.NoError(tb, err)
	for _, f := range files {
		data, err := os.ReadFile(f)
		require.NoError(tb, err)
		if strings.Contains(string(data), "Ihre Anfrage") {
			ids = append(ids, messageID.FindStringSubmatch(string(data))[1])
		}
	}
	return ids
}
