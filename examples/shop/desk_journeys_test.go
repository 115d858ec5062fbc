package main

import (
	"context"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// another opens one more window, with cookies of its own.
func (b *tab) another() *tab { return visit(b.all, b.t, b.shop) }

// agent opens a window in which an agent is at work.
func (b *tab) agent(name string) *tab {
	a := b.another()
	a.do(chromedp.EmulateViewport(1280, 800))
	a.logIn(name)
	require.Equal(b.t, "/desk", ask[string](a, `location.pathname`))
	return a
}

// until waits for an expression to be true in the page.
func (b *tab) until(expression string) {
	b.t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for !ask[bool](b, expression) {
		select {
		case <-tick.C:
		case <-limit:
			require.Fail(b.t, "it did not become true", expression)
		}
	}
}

func (b *tab) path() string { return ask[string](b, `location.pathname`) }

// seen keeps a picture of a page, and looks at whether all can use it.
func (b *tab) seen(name string) {
	b.t.Helper()
	b.shot(name)
	b.accessible()
}

// unfold opens what is folded in, so that what it holds can be pressed.
func (b *tab) unfold(within string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`document.querySelector(` + strconv.Quote(within) + `).closest("details").open = true`))
}

// letter waits for a mail to somebody with a link, and returns the path of the link.
func (b *tab) letter(to string, link *regexp.Regexp) string {
	b.t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(time.Minute)
	for {
		files, err := filepath.Glob(filepath.Join(b.shop.mail, "new", "*"))
		require.NoError(b.t, err)
		for _, name := range files {
			if found := link.FindStringSubmatch(letterTo(b, name, to)); found != nil {
				return found[1]
			}
		}
		select {
		case <-tick.C:
		case <-limit:
			require.Fail(b.t, "no such letter", "%s %s", to, link)
		}
	}
}

// letterTo is the text of a mail; empty where it is somebody else's.
func letterTo(b *tab, file, to string) string {
	b.t.Helper()
	f, err := os.Open(file)
	require.NoError(b.t, err)
	defer func() { assert.NoError(b.t, f.Close()) }()
	m, err := mail.ReadMessage(f)
	require.NoError(b.t, err)
	if !strings.Contains(m.Header.Get("To"), to) {
		return ""
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	require.NoError(b.t, err)
	return string(text)
}

var (
	signIn = regexp.MustCompile(`https?://[^/\s]+(/in/\S+)`)
	asked  = regexp.MustCompile(`https?://[^/\s]+(/survey/[^/\s]+)\s`)
)

// buyer is a customer of the demo with an order of 200 euros or more, who agreed to
// be asked by mail and has no other matter. n tells several apart.
func (b *tab) buyer(n int) (demo.Customer, demo.Order) {
	b.t.Helper()
	ctx := b.t.Context()
	db, err := store.Open(ctx, b.shop.db)
	require.NoError(b.t, err)
	defer func() { assert.NoError(b.t, db.Close()) }()
	orders, err := db.RecentOrders(ctx, time.Now().AddDate(0, 0, -60), 2000)
	require.NoError(b.t, err)
	taken := make(map[string]bool)
	for i := range orders {
		o := &orders[i]
		paid, err := o.Paid()
		require.NoError(b.t, err)
		c, err := db.Customer(ctx, o.Customer)
		require.NoError(b.t, err)
		if paid.Minor() < 200_00 || c.Consent == nil || c.Language != "de" || taken[c.Ref] {
			continue
		}
		taken[c.Ref] = true
		other, err := db.Desk.Tickets().List(ctx, ticket.Query{Shop: app.Shop, Customer: c.Ref, Limit: 1})
		require.NoError(b.t, err)
		if len(other.Records) > 0 {
			continue
		}
		if n--; n < 0 {
			return c, *o
		}
	}
	require.Fail(b.t, "the demo has no such buyer")
	return demo.Customer{}, demo.Order{}
}

// complains signs a customer in by the link in a letter and sends the form about an
// order. It returns the number of the ticket, on whose page the window is then.
func (b *tab) complains(who demo.Customer, o demo.Order, subject, text string) string {
	b.t.Helper()
	b.goTo("/my")
	b.fill("email", who.Email)
	b.press(`main form button`)
	b.goTo(b.letter(who.Email, signIn))
	b.press(`main form button`)
	require.Equal(b.t, "/my", b.path())
	b.goTo("/contact")
	b.fill("order", o.ID)
	b.fill("reason", "order/delayed")
	b.fill("subject", subject)
	b.fill("text", text)
	b.press(`main form.card button`)
	if strings.Contains(b.text(), "Hilft das schon weiter?") {
		b.press(`main form.card button`)
	}
	require.Contains(b.t, b.path(), "/t/", b.text())
	return ask[string](b, `document.querySelector("h1 .tag").innerText`)
}

// opens goes from the inbox to a ticket, by its number.
func (b *tab) opens(number string) string {
	b.t.Helper()
	b.goTo("/desk?who=")
	row := `[...document.querySelectorAll("#inbox tr")].find(r => r.innerText.includes("` + number + `"))`
	require.True(b.t, ask[bool](b, "!!"+row), number)
	b.goTo(ask[string](b, row+`.querySelector("a.open").getAttribute("href")`))
	return b.path()
}

const send = `form[action$="/do/reply"] button:not([formaction])`

// reply answers on the page of a ticket.
func (b *tab) reply(text string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS("#reply"), text))
	b.press(send)
}

// offers goes to the goodwill panel of the ticket and proposes the third favour for
// a late order, which is more than an agent may give alone.
func (b *tab) offers(at string, o demo.Order) {
	b.t.Helper()
	b.press(`a[href$="/goodwill"]`)
	b.fill("order", o.ID)
	b.fill("cause", "late")
	b.press(`form[method="get"] button:not([name])`)
	for _, declined := range []string{"shipping", "voucher"} {
		b.press(`button[name="declined"][value="` + declined + `"]`)
	}
	b.seen("goodwill-offer")
	assert.Contains(b.t, b.text(), "Zustimmen muss")
	b.press(`form[method="post"][action="` + at + `/goodwill"] button`)
	b.until(`document.querySelector("#grants").innerText.includes("Zustimmung nötig")`)
}

// approves is the word of a second person.
func (b *tab) approves(at string) {
	b.t.Helper()
	b.goTo(at + "/goodwill")
	b.press(`form[action$="/approve"] button`)
	assert.Contains(b.t, b.text(), "genehmigt")
}

// transfers counts what the payment service has in its books for a ticket.
func (b *tab) transfers(at string) int {
	b.t.Helper()
	b.goTo("/desk/manage/payments")
	return ask[int](b, `document.querySelectorAll('.transfer a[href^="`+at+`/"]').length`)
}

// answers counts the answers to the survey that the dashboard shows.
func (b *tab) answers() int {
	b.t.Helper()
	b.goTo("/desk/manage")
	return ask[int](b, `+([...document.querySelectorAll("section")].find(s => s.innerText.includes("(CSAT)")).innerText.match(/n = (\d+)/) || [0, 0])[1]`)
}

// The whole of it: a customer complains about an order, an agent answers and offers,
// a second person agrees, the money goes out, the customer sees it, the matter is
// solved, and the letter that asks leads to one more answer on the dashboard.
func complaintGoodwillSurvey(b *tab) {
	who, o := b.buyer(0)
	number := b.complains(who, o, "Zelt kam zu spät", "Das Zelt kam erst nach dem Urlaub. Ich bin sehr verärgert und möchte etwas zurück.")
	page := b.path()

	bilal, anna, esra := b.agent("bilal"), b.agent("anna"), b.agent("esra")
	before := esra.answers()
	bilal.goTo("/desk")
	bilal.seen("desk-inbox")
	at := bilal.opens(number)
	if ask[bool](bilal, `!!document.getElementById("take")`) {
		bilal.press("#take button")
	}
	assert.Contains(b.t, bilal.text(), "verärgert", "the tone of the message")
	bilal.seen("desk-ticket")
	bilal.reply("Guten Tag, das tut uns leid. Wir sehen nach, was wir für Sie tun können.")
	assert.Contains(b.t, bilal.text(), "Wir sehen nach")

	bilal.offers(at, o)
	bilal.seen("goodwill-proposed")
	bilal.refused(`form[action$="/approve"] button`)
	assert.Contains(b.t, bilal.text(), "Wer vorschlägt, stimmt nicht selbst zu.")
	bilal.accessible()
	b.goTo(page)
	assert.NotContains(b.t, b.text(), "Was Sie bekommen", "nobody has agreed yet")
	anna.approves(at)
	anna.accessible()
	bilal.goTo(at + "/goodwill")
	bilal.press(`form[action$="/execute"] button`)
	assert.Contains(b.t, bilal.text(), "ausgezahlt")
	bilal.seen("goodwill-paid")
	assert.Equal(b.t, 1, esra.transfers(at))
	esra.seen("payments")

	b.goTo(page)
	assert.Contains(b.t, b.text(), "Was Sie bekommen")
	assert.Contains(b.t, b.text(), "Das ist erledigt.")
	b.seen("ticket-customer-paid")

	bilal.goTo(at)
	bilal.unfold(`form[action$="/do/resolve"]`)
	bilal.fill("code", "goodwill")
	bilal.press(`form[action$="/do/resolve"] button`)
	assert.Contains(b.t, bilal.text(), "gelöst")
	bilal.accessible()

	link := b.letter(who.Email, asked)
	for range 2 { // as a mail scanner would, and then the customer
		b.goTo(link)
		assert.Equal(b.t, 0, ask[int](b, `document.querySelectorAll('[aria-pressed="true"]').length`), "looking is no answer")
	}
	b.seen("survey")
	b.press(`button[name="csat"][value="5"]`)
	assert.Contains(b.t, b.text(), "Danke!")
	b.accessible()
	now := esra.answers()
	for range 20 {
		if now != before {
			break
		}
		time.Sleep(time.Second) // the figures are made anew every five
		now = esra.answers()
	}
	assert.Equal(b.t, before+1, now)
	esra.accessible()
	esra.goTo("/desk/manage/measures")
	esra.seen("measures")
}

// Each of two agents on one ticket is told of the other, and the second to answer
// what the first has said: nothing that was written is lost, nor sent unseen.
func twoAgents(b *tab) {
	b.goTo("/contact")
	b.fill("email", "zwei@post.example")
	b.fill("subject", "Wer hilft mir?")
	b.fill("text", "Mein Rucksack hat einen Riss im Boden.")
	b.press(`main form.card button`)
	if strings.Contains(b.text(), "Hilft das schon weiter?") {
		b.press(`main form.card button`)
	}
	page, number := b.path(), ask[string](b, `document.querySelector("h1 .tag").innerText`)

	anna, bilal := b.agent("anna"), b.agent("bilal")
	at := anna.opens(number)
	assert.True(b.t, ask[bool](anna, `document.getElementById("watch").hidden`), "she is alone")
	bilal.opens(number)
	const watch = `document.getElementById("watch").innerText`
	bilal.until(watch + `.includes("Auch hier: Anna")`)
	anna.until(watch + `.includes("Auch hier: Bilal")`)
	anna.do(chromedp.SetValue(chromedp.CSS("#reply"), "Bitte senden Sie uns ein Foto."))
	bilal.reply("Sie bekommen einen neuen.")
	anna.until(watch + `.includes("hat sich geändert")`)
	anna.seen("two-agents-told")
	assert.Equal(b.t, "Bitte senden Sie uns ein Foto.", ask[string](anna, `document.getElementById("reply").value`))

	anna.refused(send)
	assert.Contains(b.t, ask[string](anna, `document.getElementById("meanwhile").innerText`), "Sie bekommen einen neuen.")
	anna.seen("two-agents-held")
	b.goTo(page)
	assert.NotContains(b.t, b.text(), "Foto", "it was not sent")
	anna.press(send)
	assert.False(b.t, ask[bool](anna, `!!document.getElementById("meanwhile")`))
	for _, one := range []*tab{anna, bilal, b} {
		one.goTo(map[bool]string{true: page, false: at}[one == b])
		assert.Contains(b.t, one.text(), "Sie bekommen einen neuen.")
		assert.Contains(b.t, one.text(), "Bitte senden Sie uns ein Foto.")
	}
}

// refused presses a button whose page says no: the browser's console says so too.
func (b *tab) refused(selector string) {
	b.t.Helper()
	b.mu.Lock()
	b.no = true
	b.mu.Unlock()
	b.press(selector)
}

// The payment service pays and is silent: the page waits, says that nobody knows,
// offers to ask and not to pay again, and ends right by asking. The customer is told
// no more than is known.
func silentPayment(b *tab) {
	who, o := b.buyer(1)
	number := b.complains(who, o, "Wieder zu spät", "Die Lieferung kam zu spät.")
	page := b.path()
	bilal, esra := b.agent("bilal"), b.agent("esra")
	at := bilal.opens(number)
	bilal.offers(at, o)
	esra.approves(at)
	esra.goTo("/desk/manage/payments")
	esra.fill("conduct", "silent")
	esra.press(`form[action="/desk/manage/payments"] button`)

	bilal.goTo(at + "/goodwill")
	bilal.press(`form[action$="/execute"] button`)
	assert.Contains(b.t, bilal.text(), "Niemand weiß gerade, ob gezahlt wurde.")
	assert.NotContains(b.t, bilal.text(), "Auszahlen")
	assert.NotContains(b.t, bilal.text(), "So festhalten", "an agent does not settle it")
	bilal.seen("goodwill-unknown")
	b.goTo(page)
	assert.Contains(b.t, b.text(), "Wir kümmern uns gerade darum.")
	esra.goTo(at + "/goodwill")
	assert.True(b.t, ask[bool](esra, `!!document.querySelector('form[action$="/settle"]')`), "who leads may settle it")
	esra.unfold(`form[action$="/settle"]`)
	esra.seen("goodwill-settle")
	assert.Equal(b.t, 1, esra.transfers(at))
	bilal.press(`form[action$="/execute"] button`) // it answers when it is asked
	assert.Contains(b.t, bilal.text(), "ausgezahlt")
	assert.Equal(b.t, 1, esra.transfers(at), "and has paid once")
	esra.fill("conduct", "answers")
	esra.press(`form[action="/desk/manage/payments"] button`)
	b.goTo(page)
	assert.Contains(b.t, b.text(), "Das ist erledigt.")
}

// pressed makes a key go down as a keyboard's does: where the page takes it for itself
// nothing is typed.
func pressed(p *input.DispatchKeyEventParams) {
	if p.Type == kb.KeyDown {
		p.Type = input.DispatchKeyEventTypeRawKeyDown
	}
}

// key presses keys, one after the other.
func (b *tab) key(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k, pressed))
	}
}

// goes presses a key that leads to another page.
func (b *tab) goes(key string) {
	b.t.Helper()
	_, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(key, pressed))
	require.NoError(b.t, err)
	b.do(chromedp.WaitReady(chromedp.CSS("main")))
}

// tabTo presses tab until an element has the focus.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 80 {
		if ask[bool](b, `document.activeElement.matches(`+strconv.Quote(selector)+`)`) {
			return
		}
		b.key(kb.Tab)
	}
	require.Fail(b.t, "the keyboard does not reach it", selector)
}

// From the login to an answer and a note without a mouse; keys that mean something
// mean nothing while somebody types.
func agentByKeyboard(b *tab) {
	b.goTo("/desk/login")
	b.tabTo(`[name="name"]`)
	b.key("bilal", kb.Tab, b.shop.password)
	b.goes(kb.Enter)
	require.Equal(b.t, "/desk", b.path())

	const row = `[...document.querySelectorAll("a.open")].indexOf(document.activeElement)`
	for _, step := range []struct {
		key  string
		want int
	}{{"j", 0}, {"j", 1}, {"j", 2}, {"k", 1}} {
		b.key(step.key)
		assert.Equal(b.t, step.want, ask[int](b, row), step.key)
	}
	b.tabTo(`[name="overdue"]`) // round to the filters
	b.key("j")
	assert.Equal(b.t, -1, ask[int](b, row), "not in a field")
	b.key(kb.Escape, "?")
	assert.True(b.t, ask[bool](b, `document.getElementById("keys").open`))
	b.key("j", "j")
	b.goes(kb.Enter)
	require.Contains(b.t, b.path(), "/desk/ticket/")
	at := b.path()

	if ask[bool](b, `!!document.getElementById("take")`) {
		b.goes("t")
		require.Equal(b.t, at, b.path())
		assert.Contains(b.t, b.text(), "Bei Bilal")
	}
	b.key("r")
	const typed = "Ja, knapp: rein in die Tonne? Nein, wir holen es ab."
	b.key(typed)
	assert.Equal(b.t, typed, ask[string](b, `document.getElementById("reply").value`))
	assert.Equal(b.t, at, b.path())
	assert.Equal(b.t, "reply", ask[string](b, `document.activeElement.id`))
	b.tabTo(send)
	b.goes(kb.Enter)
	assert.Contains(b.t, b.text(), typed)
	b.key("n", "trinkt Tee")
	assert.Equal(b.t, "note", ask[string](b, `document.activeElement.id`))
	b.tabTo(`form[action$="/do/note"] button`)
	b.goes(kb.Enter)
	assert.Contains(b.t, b.text(), "trinkt Tee")
	b.key("r", "i")
	assert.Equal(b.t, at, b.path(), "not while typing")
	b.key(kb.Escape)
	b.goes("i")
	assert.Equal(b.t, "/desk", b.path())
}

// Every page of the desk fits a small telephone, in the dark too, and axe finds
// nothing serious.
func narrowDesk(b *tab) {
	who, o := b.buyer(2)
	number := b.complains(who, o, "Nur ein Test mit einem sehrlangenundunteilbarenWort", "Zu spät. https://post.example/ein/sehr/langer/link/der/nirgends/bricht/0123456789012345678901234567890123456789")
	bilal, esra := b.agent("bilal"), b.agent("esra")
	at := bilal.opens(number)
	bilal.offers(at, o)
	for _, scheme := range []string{"light", "dark"} {
		esra.looks(360, 740, scheme)
		for _, path := range []string{
			"/desk", at, at + "/goodwill?cause=late&order=" + o.ID, "/desk/manage", "/desk/manage/policy", "/desk/manage/measures",
			"/desk/manage/blocks", "/desk/manage/failed", "/desk/manage/payments", "/desk/manage/audit", "/desk/privacy", "/desk/password",
		} {
			esra.goTo(path)
			esra.fits(path)
			esra.accessible()
			if path == at || path == "/desk" {
				esra.shot("narrow-" + map[bool]string{true: "ticket", false: "inbox"}[path == at] + "-" + scheme)
			}
		}
	}
}

// looks sets how large the window is, and whether it is dark.
func (b *tab) looks(width, height int64, scheme string) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height), call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	}))
}

// The picture of the README, as KULANZ_PICTURE names its file: an agent at work on a
// complaint, in English.
func TestPicture(t *testing.T) {
	file := os.Getenv("KULANZ_PICTURE")
	if file == "" {
		t.Skip("KULANZ_PICTURE names no file: no picture for the README")
	}
	b := visit(browser(t), t, start(t))
	who, o := b.buyer(0)
	number := b.complains(who, o, "Tent came too late", "The tent came after our holiday. I am very disappointed: we had to borrow one from friends.")
	page := b.path()
	bilal, anna := b.agent("bilal"), b.agent("anna")
	at := bilal.opens(number)
	bilal.press("#take button")
	bilal.reply("Good morning, we are very sorry. We are looking into what we can do for you.")
	bilal.offers(at, o)
	anna.approves(at)
	anna.press(`form[action$="/execute"] button`)
	for _, a := range []*tab{b, bilal, anna} {
		a.goTo("/language/en")
	}
	b.goTo(page)
	b.do(chromedp.SetValue(chromedp.CSS(`main textarea`), "Thank you for your quick answer. When will the money be back, and who tells the carrier?"))
	b.press(`form[action$="/write"] button`)
	anna.opens(number)
	bilal.looks(1280, 1040, "light")
	bilal.goTo(at)
	bilal.do(chromedp.SetValue(chromedp.CSS("#reply"), "You will have it within three working days. We have told the carrier."))
	bilal.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur(); document.querySelector(".flash")?.remove()`))
	bilal.until(`document.getElementById("watch").innerText.includes("Anna")`)
	quality, format := int64(85), devtools.CaptureScreenshotFormatWebp
	if filepath.Ext(file) == ".png" {
		format = devtools.CaptureScreenshotFormatPng
	}
	picture, err := chromedp.Run(bilal.ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, t, devtools.CaptureScreenshot, devtools.CaptureScreenshotParams{Format: format, Quality: &quality})
		return r.Data, err
	})
	require.NoError(t, err)
	require.Less(t, len(picture), 150_000, "it is committed")
	require.NoError(t, os.WriteFile(file, picture, 0o600))
}
