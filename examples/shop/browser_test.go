package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The journeys below go through a real Chromium, which KULANZ_CHROME names, to
// the shop as it is served. KULANZ_AXE names the script of axe-core, and pictures
// go into the folder KULANZ_SHOTS.

// running is the shop, served in this process from a database of its own.
type running struct {
	url      string
	password string // of the demo's agents
	db, mail string // where they lie
}

// lines is a writer whose lines can be waited for.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var (
	opened = regexp.MustCompile(`The shop is open: (http://\S+)`)
	given  = regexp.MustCompile(`have the password (\S+)`)
)

// start serves the shop with a few days of its past.
func start(t *testing.T) running {
	t.Helper()
	dir := t.TempDir()
	ctx, stop := context.WithCancel(context.Background())
	out, ended := new(lines), make(chan error, 1)
	shop := running{db: filepath.Join(dir, "shop.db"), mail: filepath.Join(dir, "mail")}
	args := []string{
		"-addr", "127.0.0.1:0", "-db", shop.db, "-mail", shop.mail, "-inbox", filepath.Join(dir, "inbox"), "-days", "8", "-rate", "0",
	}
	go func() { ended <- run(ctx, args, func(string) string { return "" }, out, out) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-ended)
	})
	require.Eventually(t, func() bool { return opened.MatchString(out.String()) }, time.Minute, 20*time.Millisecond, "%s", out)
	shop.url, shop.password = opened.FindStringSubmatch(out.String())[1], given.FindStringSubmatch(out.String())[1]
	return shop
}

// browser is one Chromium for all journeys.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := os.Getenv("KULANZ_CHROME")
	if path == "" {
		t.Skip("KULANZ_CHROME names no Chromium: the journeys through a browser are left out")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	require.NoError(t, chromedp.Do(ctx))
	return ctx
}

// tab is one visitor's window, with cookies of its own.
type tab struct {
	t    *testing.T
	all  context.Context //nolint:containedctx // the browser, for more windows
	ctx  context.Context //nolint:containedctx // it is chromedp's handle on the window
	shop running

	mu      sync.Mutex
	console []string
	no      bool // a page was to refuse something, which the console repeats
}

// visit opens a window. Whatever the console says in it is a fault.
func visit(all context.Context, t *testing.T, shop running) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(all, chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(stop)
	b := &tab{t: t, all: all, ctx: ctx, shop: shop}
	b.do(call(log.Enable, cdp.Empty{}), call(runtime.Enable, cdp.Empty{}), chromedp.Func(b.listen))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		assert.Empty(t, b.console, "the console of the browser")
	})
	return b
}

// listen hears what goes wrong in the page, until the window is closed.
func (b *tab) listen(_ context.Context, t *chromedp.Target) error {
	thrown, entries := cdp.Events(b.ctx, t, runtime.ExceptionThrown), cdp.Events(b.ctx, t, log.EntryAdded) //nolint:contextcheck // it lasts longer than this step
	go func() {
		for e, err := range thrown {
			if err != nil {
				return
			}
			b.said("exception: " + e.ExceptionDetails.Text)
		}
	}()
	go func() {
		for e, err := range entries {
			if err != nil {
				return
			}
			if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
				b.said(string(e.Entry.Level) + ": " + e.Entry.Text)
			}
		}
	}()
	return nil
}

// call is a command of the browser's protocol as a step.
func call[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// ask evaluates an expression in the page.
func ask[T any](b *tab, expression string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, options...))
	require.NoError(b.t, err, expression)
	return v
}

func (b *tab) said(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.no || !strings.Contains(what, "status of 409") {
		b.console = append(b.console, what)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		require.NoError(b.t, err)
	}
}

func (b *tab) goTo(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.shop.url+path), chromedp.WaitReady(chromedp.CSS("main")))
}

// press clicks on a button or link and waits for the next page.
func (b *tab) press(selector string) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.shot("failed-" + strings.ReplaceAll(b.t.Name(), "/", "-"))
		require.NoError(b.t, err, selector)
	}
	b.do(chromedp.WaitReady(chromedp.CSS("main")))
}

func (b *tab) fill(name, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(`main [name="`+name+`"]`), value))
}

// text is what the page says.
func (b *tab) text() string {
	b.t.Helper()
	return ask[string](b, `document.querySelector("main").innerText`)
}

// shot keeps a picture of the page.
func (b *tab) shot(name string) {
	folder := os.Getenv("KULANZ_SHOTS")
	if folder == "" {
		return
	}
	if png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100)); err == nil {
		assert.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600))
	}
}

// accessible lets axe-core look at the page: nothing serious may be wrong.
func (b *tab) accessible() {
	b.t.Helper()
	path := os.Getenv("KULANZ_AXE")
	if path == "" {
		b.t.Log("KULANZ_AXE names no axe-core: accessibility was not looked at")
		return
	}
	script, err := os.ReadFile(path)
	require.NoError(b.t, err)
	const look = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations
		.filter(v => v.impact === "serious" || v.impact === "critical")
		.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html + " " + n.failureSummary)}))))`
	b.do(chromedp.Evaluate[chromedp.Void](string(script)))
	found := ask[string](b, look, chromedp.EvalAwaitPromise)
	var faults []struct {
		ID    string   `json:"id"`
		Nodes []string `json:"nodes"`
	}
	require.NoError(b.t, json.Unmarshal([]byte(found), &faults))
	for _, f := range faults {
		assert.Fail(b.t, "not accessible: "+f.ID, "%s", strings.Join(f.Nodes, "\n"))
	}
}

// fits says whether nothing of the page lies beside the window.
func (b *tab) fits(path string) {
	b.t.Helper()
	const beside = `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll")).map(e => e.outerHTML.slice(0, 200))`
	if ask[int](b, `document.documentElement.scrollWidth`) > ask[int](b, `window.innerWidth`) {
		assert.Fail(b.t, "wider than the window: "+path, "%s", strings.Join(ask[[]string](b, beside), "\n"))
	}
}

func (b *tab) logIn(name string) {
	b.t.Helper()
	b.goTo("/desk/login")
	b.fill("name", name)
	b.fill("password", b.shop.password)
	b.press(`main form button`)
}

func TestJourneys(t *testing.T) {
	all := browser(t)
	shop := start(t)
	for name, journey := range map[string]func(*tab){
		"a guest withdraws":                    guestWithdraws,
		"a complaint by keyboard alone":        byKeyboard,
		"narrow, dark and accessible":          narrowDarkAccessible,
		"those who lead see how the desk is":   leadsLook,
		"without a script customers get by":    withoutScripts,
		"a complaint, an answer, a solution":   complaint,
		"a first page is small and there soon": firstPage,
		"a complaint, goodwill and a survey":   complaintGoodwillSurvey,
		"two agents on one ticket":             twoAgents,
		"a payment that nobody hears of":       silentPayment,
		"an agent by keyboard alone":           agentByKeyboard,
		"the desk on a telephone, in the dark": narrowDesk,
	} {
		t.Run(name, func(t *testing.T) { journey(visit(all, t, shop)) })
	}
}

// Two steps, no reason, no login, and a receipt with date and time at once.
func guestWithdraws(b *tab) {
	b.goTo("/")
	b.press(`header a[href="/withdrawal"]`)
	b.fill("name", "Greta Gast")
	b.fill("order", "4711")
	b.fill("email", "greta@post.example")
	b.accessible()
	b.press(`main form button`)
	assert.Contains(b.t, b.text(), "4711")
	b.shot("withdrawal-check")
	b.accessible()
	b.press(`main form[action="/withdrawal"] button`)
	receipt := b.text()
	assert.Contains(b.t, receipt, "4711")
	assert.Regexp(b.t, `\d{2}\.\d{2}\.\d{4} um \d{2}:\d{2}:\d{2} Uhr`, receipt, "the receipt has date and time")
	b.accessible()
	b.shot("withdrawal-receipt")
}

// Tab, space and enter are enough.
func byKeyboard(b *tab) {
	b.goTo("/contact")
	b.do(chromedp.Focus(chromedp.CSS(`main [name="name"]`)))
	key := func(keys ...string) {
		for _, k := range keys {
			b.do(chromedp.KeyEvent(k))
		}
	}
	key("Kai Tastatur", kb.Tab, "kai@post.example", kb.Tab, kb.Tab, kb.Tab, "Zelt", kb.Tab, "Ein Anliegen ganz ohne Maus.")
	focused := ""
	for range 4 {
		key(kb.Tab)
		if focused = ask[string](b, `document.activeElement.tagName`); focused == "BUTTON" {
			break
		}
	}
	require.Equal(b.t, "BUTTON", focused)
	_, err := chromedp.RunResponse(b.ctx, chromedp.KeyEvent(kb.Enter))
	require.NoError(b.t, err)
	assert.Contains(b.t, b.text(), "Ein Anliegen ganz ohne Maus.")
}

// Every page of the customers' fits a small telephone, in the dark too, and axe
// finds nothing serious.
func narrowDarkAccessible(b *tab) {
	for _, scheme := range []string{"light", "dark"} {
		b.looks(360, 740, scheme)
		for _, path := range []string{"/", "/contact", "/my", "/withdrawal", "/review", "/terms", "/imprint", "/privacy", "/about", "/desk/login"} {
			b.goTo(path)
			b.fits(path)
			b.accessible()
			if path == "/" {
				b.shot("front-" + scheme)
			}
		}
	}
}

func leadsLook(b *tab) {
	b.logIn("esra")
	b.shot("inbox")
	b.accessible()
	for _, path := range []string{"/desk/manage", "/desk/manage/policy", "/desk/manage/measures", "/desk/manage/blocks", "/desk/manage/failed", "/desk/manage/audit", "/desk/privacy"} {
		b.goTo(path)
		if path == "/desk/manage" {
			b.do(chromedp.WaitVisible(chromedp.CSS(`[data-chart="met"] canvas`)))
			b.shot("manage")
		}
		b.accessible()
	}
}

func withoutScripts(b *tab) {
	b.do(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	b.goTo("/contact")
	b.do(chromedp.SendKeys(chromedp.CSS(`main [name="email"]`), "ohne@post.example"),
		chromedp.SendKeys(chromedp.CSS(`main [name="text"]`), "Ganz ohne Skript geschrieben."))
	_, err := chromedp.RunResponse(b.ctx, chromedp.Submit(chromedp.CSS(`main form`)))
	require.NoError(b.t, err)
	page, err := chromedp.Run(b.ctx, chromedp.OuterHTML(chromedp.CSS("main")))
	require.NoError(b.t, err)
	assert.Contains(b.t, page, "Ganz ohne Skript geschrieben.")
}

// A customer complains, is answered, and says that it is solved.
func complaint(b *tab) {
	b.goTo("/contact")
	b.fill("email", "klage@post.example")
	b.fill("subject", "Kaputte Lampe")
	b.fill("text", "Die Stirnlampe kam zerbrochen an.")
	b.press(`main form.card button`)
	if strings.Contains(b.text(), "Hilft das schon weiter?") {
		b.press(`main form.card button`)
	}
	assert.Contains(b.t, b.text(), "zerbrochen")
	b.shot("ticket-customer")
	b.accessible()
}

// firstPage weighs less than 100 KB with all that it loads. How soon it is there is
// written down, not judged: test machines are noisy.
func firstPage(b *tab) {
	b.goTo("/")
	weight := ask[float64](b, `performance.getEntriesByType("resource").concat(performance.getEntriesByType("navigation")).reduce((n, e) => n + e.decodedBodySize, 0)`)
	assert.Less(b.t, weight, 100_000.0)
	var took []float64
	for range 5 {
		b.goTo("/")
		took = append(took, ask[float64](b, `performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`))
	}
	b.t.Logf("first page: %.0f bytes, DOM ready after %v ms", weight, took)
}
