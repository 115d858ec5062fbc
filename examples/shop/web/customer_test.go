package web_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/web"
	"github.com/kulanz-go/kulanz/ticket"
)

func TestAGuestWritesAndIsAnswered(t *testing.T) {
	t.Parallel()
	s := open(t)
	guest := s.browser()
	p := s.write(guest, "neu@post.example", "Mein Zelt hat ein Loch.\nWas nun?", "subject", "Zelt", "reason", "warranty/repair")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.body, "Ihre Nachricht ist angekommen.")
	assert.Contains(t, p.body, "<p>Was nun?</p>")
	one := s.ticketOf(p)
	assert.Equal(t, ticket.StateNew, one.State)
	assert.Equal(t, ticket.Reason("warranty/repair"), one.Reason)

	_, err := s.app.Tickets.Do(t.Context(), ticket.Actor{Kind: ticket.ActorAgent, ID: "bilal", Shop: app.Shop}, one.Ref(), ticket.Reply{Text: "Wir senden ein neues."})
	require.NoError(t, err)
	assert.Contains(t, guest.get(p.path).body, "Wir senden ein neues.")
}

func TestAgentsLogInAndSeeTheInbox(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.write(s.browser(), "neu@post.example", "Hallo", "subject", "Ein Anliegen für den Eingang")
	desk := s.as("bilal")
	assert.Contains(t, desk.get("/desk").body, "Ein Anliegen für den Eingang")
	assert.Equal(t, http.StatusForbidden, desk.get("/desk/manage").code)
	assert.Equal(t, http.StatusOK, s.as("anna").get("/desk/manage").code)
	assert.Equal(t, "/desk/login", s.browser().get("/desk").path)
	assert.Equal(t, "/desk/login", desk.post("/desk/logout").path)
	assert.Equal(t, "/desk/login", desk.get("/desk").path)
}

func TestCustomerPagesAreSmallAndThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.customer("c0001")
	for _, path := range []string{"/", "/?q=versand", "/contact", "/my", "/about", "/terms", "/imprint", "/privacy", "/desk/login"} {
		for _, lang := range []string{"de", "en"} {
			p := b.get("/language/" + lang + "?back=" + path)
			assert.Equal(t, http.StatusOK, p.code, path)
			assert.Contains(t, p.body, `<html lang="`+lang+`">`, path)
			assert.Less(t, len(p.body), 100_000, path)
		}
	}
	assert.Equal(t, http.StatusNotFound, b.get("/nothing").code)
	assert.Equal(t, "/", b.get("/language/en?back=//evil.example/").path)
}

func TestFilesComeBackAsDownloads(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := b.upload("/contact", []string{"../../etc/passwd\\<b>.html", "just text"}, "key", "k1", "email", "neu@post.example", "text", "Anbei", "asked", "1")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	link := regexp.MustCompile(`/t/[^"]+/file/[0-9a-f]+`).FindString(p.body)
	require.NotEmpty(t, link, p.body)
	f := b.get(link)
	assert.Equal(t, "just text", f.body)
	assert.Equal(t, `attachment; filename=passwd_b_.txt`, f.header.Get("Content-Disposition"))
	assert.Equal(t, "application/octet-stream", f.header.Get("Content-Type"))
}

func TestLoginIsLimited(t *testing.T) {
	t.Parallel()
	s := open(t, func(c *web.Config) { c.Rate = 0.001 })
	b := s.browser()
	var codes []int
	for range 10 {
		codes = append(codes, b.post("/desk/login", "name", "anna", "password", "wrong").code)
	}
	assert.Equal(t, http.StatusUnauthorized, codes[0])
	assert.Equal(t, http.StatusTooManyRequests, codes[9])
}
