package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/intake"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/web"
)

const (
	dropToken  = "a token of the mail server's, long enough"
	hookSecret = "a secret of the platform's, long enough"
)

// machines opens the endpoints, at a rate.
func machines(t *testing.T, rate float64) func(*web.Config) {
	t.Helper()
	dir, err := maildir.Open(filepath.Join(t.TempDir(), "in"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dir.Close()) })
	return func(c *web.Config) {
		c.Intake = c.App.Incoming(app.Incoming{Mail: dir, Token: dropToken, Secret: hookSecret, Rate: rate})
		c.Rate = rate
	}
}

func (b *browser) drop(token, mail string) got {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+"/intake/mail", strings.NewReader(mail))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "message/rfc822")
	req.Header.Set("Authorization", "Bearer "+token)
	return b.do(req)
}

func (b *browser) hook(secret, id string) got {
	b.t.Helper()
	const said = `{"channel":"chat","author":{"id":"17"},"text":"Wo ist er?"}`
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.url+"/intake/webhook", strings.NewReader(said))
	require.NoError(b.t, err)
	req.Header = intake.Sign([]byte(secret), id, time.Now(), []byte(said))
	return b.do(req)
}

// 6. and 7. What machines send is under the same headers as the pages, and more than
// a form may hold is taken.
func TestMachinesAreUnderTheSameHeaders(t *testing.T) {
	t.Parallel()
	s := open(t, machines(t, 0))
	b := s.browser()
	large := "From: a@post.example\r\nSubject: x\r\n\r\n" + strings.Repeat("y", 1<<20)
	for code, p := range map[int]got{
		http.StatusAccepted: b.drop(dropToken, large), http.StatusUnauthorized: b.drop("x", "x"), http.StatusNotFound: b.get("/intake/other"),
		http.StatusMethodNotAllowed: b.get("/intake/webhook"),
	} {
		assert.Equal(t, code, p.code)
		assert.Contains(t, p.header.Get("Content-Security-Policy"), "default-src 'none'", code)
		assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"), code)
		assert.Equal(t, "DENY", p.header.Get("X-Frame-Options"), code)
		assert.Equal(t, "no-store", p.header.Get("Cache-Control"), code)
	}
	assert.Equal(t, http.StatusAccepted, b.hook(hookSecret, "m1").code)
	assert.Contains(t, b.get("/metrics").body, `shop_http_requests_total{code="202",pattern="/intake/"} 2`)
	assert.Equal(t, http.StatusNotFound, open(t).browser().drop(dropToken, "x").code, "without a handler there is nothing")
}

// 7. Who may call has a limit of its own, and who guesses is not heard for a while.
func TestMachinesHaveLimits(t *testing.T) {
	t.Parallel()
	const slow = 1e-6 // nothing comes back while the test runs
	s := open(t, machines(t, slow))
	b := s.browser()
	for range 20 {
		require.Equal(t, http.StatusUnauthorized, b.drop("guess", "x").code)
	}
	p := b.drop(dropToken, "x")
	assert.Equal(t, http.StatusTooManyRequests, p.code, "also with the right one: it may have been found")
	assert.Equal(t, "10", p.header.Get("Retry-After"))
	assert.Equal(t, http.StatusOK, b.get("/contact").code, "the pages have a count of their own")

	s = open(t, machines(t, slow))
	b = s.browser()
	for range 200 {
		require.Equal(t, http.StatusMethodNotAllowed, b.get("/intake/webhook").code)
	}
	assert.Equal(t, http.StatusTooManyRequests, b.hook(hookSecret, "m1").code, "of one address")
}

// 7. Who comes through the shop's own proxy is counted by itself, and nobody else
// can say who it is.
func TestAddressesComeFromProxiesThatAreKnown(t *testing.T) {
	t.Parallel()
	const slow = 1e-6
	s := open(t, func(c *web.Config) {
		c.Rate, c.Proxies = slow, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	})
	limited := func(remote, forwarded string) bool {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/static/style.css", nil)
		r.RemoteAddr = remote
		if forwarded != "" {
			r.Header.Set("X-Forwarded-For", forwarded)
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w.Code == http.StatusTooManyRequests
	}
	spend := func(remote, forwarded string) {
		for range 120 {
			require.False(t, limited(remote, forwarded), "%s %s", remote, forwarded)
		}
		require.True(t, limited(remote, forwarded), "%s %s", remote, forwarded)
	}
	spend("10.1.1.1:5", "203.0.113.7")
	assert.True(t, limited("10.2.2.2:5", "203.0.113.7"), "through another proxy it is the same")
	assert.True(t, limited("10.1.1.1:5", "198.51.100.1, 203.0.113.7, 10.3.3.3"), "what a customer made up counts for nothing")
	assert.True(t, limited("203.0.113.7:5", ""), "and without a proxy")
	assert.False(t, limited("10.1.1.1:5", "203.0.113.8"), "another customer is not held up")
	spend("198.51.100.9:5", "")
	assert.True(t, limited("198.51.100.9:5", "203.0.113.99"), "who is no proxy speaks for nobody")
	spend("[fd00::1]:5", "2001:db8:1:2:3::4")
	assert.True(t, limited("[fd00::1]:5", "2001:db8:1:2:5::6"), "one household")
	assert.False(t, limited("[fd00::1]:5", "2001:db8:1:3::1"))
	assert.False(t, limited("[fd00::1]:5", "not an address"), "the proxy itself")
}
