package app_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/intake"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/pay"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

const days = 2

var thursday = time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)

// open opens a shop that was seeded with two days.
func open(tb testing.TB) (*app.App, *demo.Clock) {
	tb.Helper()
	ctx := tb.Context()
	db, err := store.Open(ctx, filepath.Join(tb.TempDir(), "shop.db"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, db.Close()) })
	clock, log := new(demo.Clock), slog.New(slog.DiscardHandler)
	clock.Set(thursday)
	require.NoError(tb, app.Seed(ctx, db, thursday, days, log))
	payer, err := pay.NewService(ctx, pay.Config{DB: db.SQL(), Now: clock.Now})
	require.NoError(tb, err)
	a, err := app.New(ctx, app.Config{DB: db, Now: clock.Now, Log: log, Payer: payer, Base: "http://shop.test"})
	require.NoError(tb, err)
	return a, clock
}

func tickets(tb testing.TB, a *app.App) []ticket.Ticket {
	tb.Helper()
	page, err := a.Tickets.List(tb.Context(), app.System(), ticket.Query{Limit: ticket.MaxPage})
	require.NoError(tb, err)
	return page.Tickets
}

// Customers go on writing and agents answering after the shop was seeded; a second
// process that does the same does nothing more.
func TestTheDemoGoesOn(t *testing.T) {
	a, clock := open(t)
	ctx := t.Context()
	before := tickets(t, a)
	step, err := a.Future(ctx, days)
	require.NoError(t, err)
	require.NoError(t, step(ctx))
	require.Len(t, tickets(t, a), len(before), "nothing before its time")
	clock.Set(thursday.Add(30 * time.Hour))
	require.NoError(t, step(ctx))
	after := tickets(t, a)
	require.Greater(t, len(after), len(before)+5)
	seq := make(map[string]int64)
	for _, k := range after {
		seq[k.ID.String()] = k.Seq
	}
	again, err := a.Future(ctx, days)
	require.NoError(t, err)
	require.NoError(t, again(ctx))
	for _, k := range tickets(t, a) {
		assert.Equal(t, seq[k.ID.String()], k.Seq, k.Subject)
	}
	orders, err := a.DB.RecentOrders(ctx, thursday, 500)
	require.NoError(t, err)
	assert.NotEmpty(t, orders, "new orders came in")
}

// A mail from a known customer, one from a stranger, and a platform's message reach
// the desk; the answer to the stranger finds the way back.
func TestMessagesReachTheDesk(t *testing.T) {
	a, _ := open(t)
	ctx := t.Context()
	dir, err := maildir.Open(filepath.Join(t.TempDir(), "in"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dir.Close()) })
	token, secret := strings.Repeat("t", 40), strings.Repeat("s", 40)
	h := a.Incoming(app.Incoming{Mail: dir, Token: token, Secret: secret})
	customers, err := a.DB.Customers(ctx, 1)
	require.NoError(t, err)
	for _, from := range []string{customers[0].Email, "fremd@post.example"} {
		raw := "From: <" + from + ">\r\nTo: service@" + app.Shop + "\r\nMessage-ID: <1." + from + ">\r\nSubject: Frage zu W-40001\r\n" +
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWo ist W-40001?\r\n" +
			"--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=x.png\r\n\r\n<script>alert(1)</script>\r\n--b--\r\n"
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/intake/mail", strings.NewReader(raw))
		r.Header.Set("Content-Type", "message/rfc822")
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, http.StatusAccepted, w.Code)
	}
	box := a.Mailbox(dir, slog.New(slog.DiscardHandler))
	require.NoError(t, box.Sweep(ctx))
	assert.Equal(t, intake.Counts{Received: 2}, box.Counts())
	found := 0
	for _, k := range tickets(t, a) {
		if k.Subject != "Frage zu W-40001" {
			continue
		}
		found++
		assert.Equal(t, []string{"W-40001"}, k.Orders)
		require.NotEmpty(t, k.Customer.Ref)
		for e, err := range a.Tickets.History(ctx, app.System(), k.Ref()) {
			require.NoError(t, err)
			if m := e.Message(); m != nil {
				require.Len(t, m.Attachments, 1)
				f, err := a.DB.File(ctx, m.Attachments[0].Ref)
				require.NoError(t, err)
				assert.Equal(t, "application/octet-stream", f.Type, "it is no picture")
			}
		}
	}
	assert.Equal(t, 2, found)

	body := []byte(`{"channel":"messenger","conversation":"9","author":{"id":"7","language":"de"},"text":"Hallo?"}`)
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/intake/webhook", bytes.NewReader(body))
	r.Header = intake.Sign([]byte(secret), "m1", time.Now(), body)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	assert.Equal(t, http.StatusAccepted, w.Code)
	closed := a.Incoming(app.Incoming{})
	for _, path := range []string{"/intake/mail", "/intake/webhook"} {
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, path, io.NopCloser(strings.NewReader("")))
		w := httptest.NewRecorder()
		closed.ServeHTTP(w, r)
		assert.Equal(t, http.StatusNotFound, w.Code, "what has no secret is closed")
	}
}
