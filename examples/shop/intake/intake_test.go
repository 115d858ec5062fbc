package intake_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/examples/shop/intake"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

var errDown = errors.New("database is down")

// flaky is a desk that fails as often as it is told, before or after it has taken
// the message in.
type flaky struct {
	intake.Receiver

	mu            sync.Mutex
	before, after int
}

func (f *flaky) Receive(ctx context.Context, in ticket.Inbound) (ticket.Receipt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.before > 0 {
		f.before--
		return ticket.Receipt{}, errDown
	}
	r, err := f.Receiver.Receive(ctx, in)
	if f.after > 0 {
		f.after--
		return ticket.Receipt{}, errDown // the commit has landed, and nobody hears of it
	}
	return r, err
}

type house struct {
	desk *tickettest.Desk
	flaw *flaky
	box  *intake.Mailbox
}

func open(tb testing.TB) *house {
	tb.Helper()
	dir, err := maildir.Open(filepath.Join(tb.TempDir(), "in"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, dir.Close()) })
	h := &house{desk: tickettest.NewDesk(tb, tickettest.DeskConfig{})}
	h.flaw = &flaky{Receiver: h.desk}
	h.box = &intake.Mailbox{Dir: dir, Desk: h.flaw, Options: mail.Options{Shop: tickettest.Shop}}
	return h
}

func (h *house) put(tb testing.TB, name, raw string) {
	tb.Helper()
	_, err := h.box.Dir.Put(name, []byte(strings.ReplaceAll(raw, "\n", "\r\n")))
	require.NoError(tb, err)
}

// tickets are the desk's, by subject.
func (h *house) tickets(tb testing.TB) map[string]ticket.Ticket {
	tb.Helper()
	page, err := h.desk.List(tb.Context(), tickettest.Agent("anna"), ticket.Query{Limit: ticket.MaxPage})
	require.NoError(tb, err)
	all := make(map[string]ticket.Ticket)
	for _, t := range page.Tickets {
		subject := t.Subject
		if subject == "" {
			subject = t.Number
		}
		_, twice := all[subject]
		require.False(tb, twice, "two tickets %q", subject)
		all[subject] = t
	}
	return all
}

func letter(n int) string {
	return fmt.Sprintf("From: Erika <erika@post.example>\nTo: service@shop.example\nMessage-ID: <%d@post.example>\nSubject: Hut %d\n\nWo ist er?\n", n, n)
}

// A mail leaves new when the desk has it, not before; whatever fails in between, it
// is in once.
func TestMailIsInOnceWhateverFails(t *testing.T) {
	h := open(t)
	for n := range 4 {
		h.put(t, fmt.Sprintf("%d.eml", n), letter(n))
	}
	h.flaw.before, h.flaw.after = 1, 1
	require.ErrorIs(t, h.box.Sweep(t.Context()), errDown)
	left, err := h.box.Dir.New()
	require.NoError(t, err)
	assert.Equal(t, []string{"0.eml", "1.eml"}, left, "the others were not held up")
	require.NoError(t, h.box.Sweep(t.Context()))
	left, err = h.box.Dir.New()
	require.NoError(t, err)
	assert.Empty(t, left)
	assert.Len(t, h.tickets(t), 4)
	assert.Equal(t, intake.Counts{Received: 3, Repeated: 1, Failed: 2}, h.box.Counts())
	r, err := h.box.Dir.Raw("2.eml")
	require.NoError(t, err)
	raw, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	assert.Contains(t, string(raw), "Wo ist er?", "and is kept as it came")
}

// Two processes over one folder bring each mail in once.
func TestManySweepAtOnce(t *testing.T) {
	h := open(t)
	const mails = 30
	for n := range mails {
		h.put(t, fmt.Sprintf("%d.eml", n), letter(n))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { assert.NoError(t, h.box.Sweep(t.Context())) })
	}
	wg.Wait()
	require.NoError(t, h.box.Sweep(t.Context()))
	assert.Len(t, h.tickets(t), mails)
	left, err := h.box.Dir.New()
	require.NoError(t, err)
	assert.Empty(t, left)
}

// Hostile mail is counted, kept and looked at by a person; it keeps nobody else's
// from coming in.
func TestHostileMailIsKept(t *testing.T) {
	h := open(t)
	h.box.Enrich = func(_ context.Context, p *mail.Parsed) error {
		if strings.Contains(p.Inbound.Subject, "Bombe") {
			panic("a parser of the host's breaks on it")
		}
		return nil
	}
	h.put(t, "1.eml", strings.Replace(letter(1), "Hut 1", "Bombe", 1))
	h.put(t, "2.eml", strings.Repeat("\x00\xff=?utf-8?B?", 1000))
	h.put(t, "3.eml", "")
	h.put(t, "4.eml", "Content-Type: multipart/mixed; boundary=x\nSubject: Matroschka\n\n"+strings.Repeat("--x\nContent-Type: multipart/mixed; boundary=x\n\n", 500))
	h.put(t, "5.eml", letter(5))
	require.NoError(t, h.box.Sweep(t.Context()))
	all := h.tickets(t)
	assert.Len(t, all, 5, "each is a ticket")
	broken, ok := all["Unlesbare E-Mail / unreadable mail"]
	require.True(t, ok)
	assert.Contains(t, all, "Hut 5")
	assert.Equal(t, intake.Counts{Received: 5, Unreadable: 1}, h.box.Counts())
	for e, err := range h.desk.History(t.Context(), tickettest.Agent("anna"), broken.Ref()) {
		require.NoError(t, err)
		if m := e.Message(); m != nil {
			assert.Equal(t, "1.eml", m.Raw, "the file is named")
		}
	}
	for n := range 5 {
		_, err := os.Stat(filepath.Join(h.box.Dir.Path(), "cur", fmt.Sprintf("%d.eml:2,S", n+1)))
		require.NoError(t, err)
	}
}

func TestWatchGoesOnUntilItIsTold(t *testing.T) {
	h := open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	h.flaw.before = 1
	h.put(t, "1.eml", letter(1))
	go func() { defer close(done); h.box.Watch(ctx, time.Millisecond) }()
	require.Eventually(t, func() bool { return h.box.Counts().Received == 1 }, 10*time.Second, time.Millisecond, "also after a failure")
	h.put(t, "2.eml", letter(2))
	require.Eventually(t, func() bool { return h.box.Counts().Received == 2 }, 10*time.Second, time.Millisecond)
	stop()
	<-done
}

func TestDrop(t *testing.T) {
	h := open(t)
	token := rand.Text() + rand.Text()
	d := intake.Drop{Dir: h.box.Dir, Token: token, Bytes: 1000}
	call := func(method, auth, kind, body string) int {
		r := httptest.NewRequestWithContext(context.Background(), method, "/intake/mail", strings.NewReader(body))
		r.Header.Set("Authorization", auth)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w.Code
	}
	const eml = "message/rfc822"
	for range 2 {
		assert.Equal(t, http.StatusAccepted, call(http.MethodPost, "Bearer "+token, eml, letter(1)))
	}
	assert.Equal(t, http.StatusMethodNotAllowed, call(http.MethodGet, "Bearer "+token, eml, letter(2)))
	assert.Equal(t, http.StatusUnauthorized, call(http.MethodPost, "Bearer "+token+"x", eml, letter(2)))
	assert.Equal(t, http.StatusUnauthorized, call(http.MethodPost, "", eml, letter(2)))
	assert.Equal(t, http.StatusUnauthorized, call(http.MethodPost, "Basic "+token, eml, letter(2)))
	assert.Equal(t, http.StatusUnsupportedMediaType, call(http.MethodPost, "Bearer "+token, "text/plain", letter(2)))
	assert.Equal(t, http.StatusRequestEntityTooLarge, call(http.MethodPost, "Bearer "+token, eml, strings.Repeat("x", 1001)))
	assert.Equal(t, http.StatusBadRequest, call(http.MethodPost, "Bearer "+token, eml, ""))
	d.Token = "short"
	assert.Equal(t, http.StatusUnauthorized, call(http.MethodPost, "Bearer short", eml, letter(2)), "a secret that can be guessed opens nothing")
	names, err := h.box.Dir.New()
	require.NoError(t, err)
	assert.Len(t, names, 1, "the same mail is one")
	require.NoError(t, h.box.Sweep(t.Context()))
	assert.Contains(t, h.tickets(t), "Hut 1")
	require.NoError(t, h.box.Dir.Close())
	d.Token = token
	assert.Equal(t, http.StatusServiceUnavailable, call(http.MethodPost, "Bearer "+token, eml, letter(3)), "not kept, not accepted")
	h.box.Dir, err = maildir.Open(h.box.Dir.Path())
	require.NoError(t, err)
}

// Who may call has a limit, and only so many mails are in memory at once.
func TestDropHasLimits(t *testing.T) {
	h := open(t)
	token := rand.Text() + rand.Text()
	d := intake.Drop{Dir: h.box.Dir, Token: token, Limit: rate.NewLimiter(0, 3), Slots: make(chan struct{}, 1)}
	call := func(auth string, body io.Reader) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/intake/mail", body)
		r.Header.Set("Authorization", "Bearer "+auth)
		r.Header.Set("Content-Type", "message/rfc822")
		w := httptest.NewRecorder()
		d.ServeHTTP(w, r)
		return w
	}
	slowly, end := io.Pipe()
	first := make(chan int)
	go func() { first <- call(token, slowly).Code }()
	_, err := end.Write([]byte("Subject: x\r\n\r\n")) // it is being read
	require.NoError(t, err)
	w := call(token, strings.NewReader(letter(1)))
	assert.Equal(t, http.StatusServiceUnavailable, w.Code)
	assert.Equal(t, "10", w.Header().Get("Retry-After"))
	require.NoError(t, end.Close())
	assert.Equal(t, http.StatusAccepted, <-first)
	assert.Equal(t, http.StatusAccepted, call(token, strings.NewReader(letter(1))).Code)
	assert.Equal(t, http.StatusTooManyRequests, call(token, strings.NewReader(letter(2))).Code)
	assert.Equal(t, http.StatusUnauthorized, call("x", strings.NewReader(letter(2))).Code, "others learn nothing of it")
}

// platform calls a webhook.
type platform struct {
	hook   intake.Webhook
	secret []byte
	now    time.Time
}

func (p *platform) call(header http.Header, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/intake/chat", strings.NewReader(body))
	r.Header = header
	w := httptest.NewRecorder()
	p.hook.ServeHTTP(w, r)
	return w
}

func (p *platform) sign(id, body string) http.Header {
	return intake.Sign(p.secret, id, p.now, []byte(body))
}

func newPlatform(h *house) *platform {
	p := &platform{secret: bytes.Repeat([]byte("s"), 32), now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
	p.hook = intake.Webhook{
		Source: "chat", Shop: tickettest.Shop, Desk: h.flaw, Secrets: [][]byte{bytes.Repeat([]byte("n"), 32), p.secret},
		Now: func() time.Time { return p.now },
		Customer: func(_ context.Context, a intake.Author) (ticket.Customer, error) {
			if a.ID == "down" {
				return ticket.Customer{}, errDown
			}
			return ticket.Customer{Ref: "c-" + a.ID, Language: a.Language}, nil
		},
	}
	return p
}

const said = `{"channel":"chat","conversation":"room-7","author":{"id":"17","name":"Erika","language":"de"},"subject":"Hut","text":"Wo ist er?","orders":["W-1","W-2"]}`

func TestWebhook(t *testing.T) {
	h := open(t)
	p := newPlatform(h)
	w := p.call(p.sign("m1", said), said)
	require.Equal(t, http.StatusAccepted, w.Code)
	assert.JSONEq(t, `{"outcome":"opened"}`, w.Body.String())
	w = p.call(p.sign("m1", said), said)
	assert.JSONEq(t, `{"outcome":"duplicate"}`, w.Body.String(), "a repeat is known by its id")
	again := strings.Replace(said, "Wo ist er?", "Hallo?", 1)
	w = p.call(p.sign("m2", again), again)
	assert.JSONEq(t, `{"outcome":"appended"}`, w.Body.String(), "one conversation is one matter")
	got := h.tickets(t)["Hut"]
	assert.Equal(t, "c-17", got.Customer.Ref)
	assert.Equal(t, ticket.ChannelChat, got.Channel)
	assert.Equal(t, []string{"W-1", "W-2"}, got.Orders)

	h.flaw.after = 1
	assert.Equal(t, http.StatusServiceUnavailable, p.call(p.sign("m3", again), again).Code)
	assert.JSONEq(t, `{"outcome":"duplicate"}`, p.call(p.sign("m3", again), again).Body.String(), "the platform tries again, and it is one")
	p.hook.Limit = rate.NewLimiter(0, 1)
	forged := p.sign("m9", said)
	forged.Set(intake.HeaderID, "m10")
	assert.Equal(t, http.StatusUnauthorized, p.call(forged, said).Code, "who may not call spends nothing")
	assert.Equal(t, http.StatusAccepted, p.call(p.sign("m9", said), said).Code)
	assert.Equal(t, http.StatusTooManyRequests, p.call(p.sign("m10", said), said).Code)
	p.hook.Limit = nil
	down := strings.Replace(said, `"17"`, `"down"`, 1)
	assert.Equal(t, http.StatusServiceUnavailable, p.call(p.sign("m4", down), down).Code)
}

// Nobody else writes in the platform's name, nothing old is taken, and who is
// refused is not told why.
func TestWebhookIsSigned(t *testing.T) {
	h := open(t)
	p := newPlatform(h)
	good := p.sign("m1", said)
	change := func(f func(h http.Header)) http.Header {
		c := good.Clone()
		f(c)
		return c
	}
	long := strings.Repeat("i", 201)
	for what, header := range map[string]http.Header{
		"no signature":  change(func(h http.Header) { h.Del(intake.HeaderSignature) }),
		"no id":         change(func(h http.Header) { h.Del(intake.HeaderID) }),
		"another id":    change(func(h http.Header) { h.Set(intake.HeaderID, "m2") }),
		"long id":       intake.Sign(p.secret, long, p.now, []byte(said)),
		"no time":       change(func(h http.Header) { h.Del(intake.HeaderTimestamp) }),
		"another time":  change(func(h http.Header) { h.Set(intake.HeaderTimestamp, strconv.FormatInt(p.now.Unix()+1, 10)) }),
		"too old":       intake.Sign(p.secret, "m1", p.now.Add(-6*time.Minute), []byte(said)),
		"in the future": intake.Sign(p.secret, "m1", p.now.Add(6*time.Minute), []byte(said)),
		"unknown key":   intake.Sign(bytes.Repeat([]byte("x"), 32), "m1", p.now, []byte(said)),
		"other version": change(func(h http.Header) {
			h.Set(intake.HeaderSignature, strings.Replace(h.Get(intake.HeaderSignature), "v1,", "v2,", 1))
		}),
		"not base64": change(func(h http.Header) { h.Set(intake.HeaderSignature, "v1,***") }),
	} {
		w := p.call(header, said)
		assert.Equal(t, http.StatusUnauthorized, w.Code, what)
		assert.Equal(t, "Unauthorized\n", w.Body.String(), what)
	}
	assert.Equal(t, http.StatusUnauthorized, p.call(good, said+" ").Code, "another body")
	p.hook.Secrets = [][]byte{{}, []byte("short")}
	assert.Equal(t, http.StatusUnauthorized, p.call(intake.Sign(nil, "m1", p.now, []byte(said)), said).Code, "no secret is none")
	assert.Equal(t, http.StatusUnauthorized, p.call(intake.Sign([]byte("short"), "m1", p.now, []byte(said)), said).Code)
	assert.Empty(t, h.tickets(t))

	p.hook.Secrets = [][]byte{p.secret}
	several := change(func(h http.Header) {
		h.Set(intake.HeaderSignature, "v1,AAAA "+h.Get(intake.HeaderSignature))
	})
	assert.Equal(t, http.StatusAccepted, p.call(several, said).Code, "one of several is enough, while keys change")
}

func TestWebhookReadsStrictly(t *testing.T) {
	h := open(t)
	p := newPlatform(h)
	for _, body := range []string{
		``, `{`, `[]`, `"text"`, `null`, `{}`, said + said, said + `x`,
		`{"channel":"chat","text":" "}`,
		`{"channel":"email","text":"Hallo"}`,
		`{"channel":"chat","text":"Hallo","shop":"other"}`,
		`{"channel":"chat","text":"Hallo","text":"Tschüss"}`,
		`{"channel":"chat","text":"Hallo","Text":"Tschüss"}`,
		`{"channel":"chat","text":"Hallo","author":{"id":"1","id":"2"}}`,
		`{"channel":"chat","text":7}`,
		`{"channel":"chat","text":"x","orders":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
	} {
		w := p.call(p.sign("m1", body), body)
		assert.Equal(t, http.StatusBadRequest, w.Code, body[:min(len(body), 60)])
		assert.NotContains(t, w.Body.String(), "Tschüss")
	}
	p.hook.Bytes = 100
	large := `{"channel":"chat","text":"` + strings.Repeat("x", 200) + `"}`
	assert.Equal(t, http.StatusRequestEntityTooLarge, p.call(p.sign("m1", large), large).Code)
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, "/intake/chat", nil)
	w := httptest.NewRecorder()
	p.hook.ServeHTTP(w, r)
	assert.Equal(t, http.StatusMethodNotAllowed, w.Code)
	assert.Empty(t, h.tickets(t))
}

// FuzzWebhook: whatever is signed is answered, and what is taken in is one ticket.
func FuzzWebhook(f *testing.F) {
	f.Add(said)
	f.Add(`{"channel":"chat","text":"x","orders":[1,{"a":[]}]}`)
	f.Add(`{"a":{"b":{"c":{}}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		h := &house{desk: tickettest.NewDesk(t, tickettest.DeskConfig{})}
		h.flaw = &flaky{Receiver: h.desk}
		p := newPlatform(h)
		p.hook.Customer = nil
		w := p.call(p.sign("m1", body), body)
		switch w.Code {
		case http.StatusAccepted:
			assert.Len(t, h.tickets(t), 1)
			assert.True(t, json.Valid([]byte(body)))
		case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			assert.Empty(t, h.tickets(t))
		default:
			t.Errorf("status %d", w.Code)
		}
	})
}
