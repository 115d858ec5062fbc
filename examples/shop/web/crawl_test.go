package web_test

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
)

var (
	links    = regexp.MustCompile(`<a [^>]*href="(/[^"]*)"`)
	unspoken = regexp.MustCompile(`(?s)<(script|textarea|code|svg)[^>]*>.*?</(script|textarea|code|svg)>`)
	sections = regexp.MustCompile(`/[0-9a-f-]{36}|/t/[^/?]+|\?before=\d+|q=[^&]*`)
)

// silly is what no page shows.
func silly() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"no number":              regexp.MustCompile(`\bNaN\b|[+-]?\bInf\b`),
		"a broken format":        regexp.MustCompile(`%!|<no value>|<nil>|\{\{|map\[`),
		"an empty instant":       regexp.MustCompile(`01\.01\.0001|\b1 Jan 1\b|0001-01-01`),
		"a code":                 regexp.MustCompile(`\b[a-z]+_[a-z_]+\b`),
		"the code of a text":     regexp.MustCompile(`\b(ticket|state|event|metric|reason|code|say|step|outcome|cause|facts?|order|goodwill|escalation|sla)\.[a-z]+(\.[a-z]+)*\b`),
		"an amount for machines": regexp.MustCompile(`\d\.\d\d EUR\b`),
		"one of many":            regexp.MustCompile(`(^|[^\d.,:])1 (Anfragen|Antworten|Kulanzfälle|Bestellungen|Fälle|Stunden|Felder|tickets|answers|grants|orders|cases|hours|fields)\b`),
		"a Go type":              regexp.MustCompile(`\*?[a-z]+\.[A-Z][A-Za-z]+\{|0x[0-9a-f]{6,}`),
	}
}

// foreign are words of the other language, on pages where nobody writes but the shop.
func foreign(lang string) *regexp.Regexp {
	if lang == "en" {
		return regexp.MustCompile(`\b(Anfragen?|Frist(en)?|Kulanz|Leitung|Eingang|Maßnahmen|Sperren|und|oder|nicht|von|je|Uhr)\b`)
	}
	return regexp.MustCompile(`\b(tickets?|deadlines?|goodwill|management|inbox|measures|blocks|and|or|not|of|the|with)\b`)
}

// crawler follows links, and looks at a few pages of each kind.
type crawler struct {
	*browser

	lang, who string
	seen      map[string]bool
	kinds     map[string]int
}

func (c *crawler) walk(start ...string) {
	from := make(map[string]string)
	for queue := start; len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		kind := sections.ReplaceAllString(path, "…")
		if c.seen[path] || strings.HasPrefix(path, "/language/") || strings.HasPrefix(path, "/static/") || c.kinds[kind] >= 6 {
			continue
		}
		c.seen[path] = true
		c.kinds[kind]++
		page := c.get(path)
		if page.code == http.StatusForbidden && from[path] == "/about" && strings.HasPrefix(path, "/desk/") {
			continue // it lists pages for everybody
		}
		require.Equal(c.t, http.StatusOK, page.code, "%s %s %s: %s", c.who, c.lang, path, c.site.log.String())
		c.look(path, page.body)
		for _, m := range links.FindAllStringSubmatch(page.body, -1) {
			to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			queue = append(queue, to)
			if from[to] == "" {
				from[to] = path
			}
		}
	}
}

func (c *crawler) look(path, body string) {
	if !strings.Contains(body, "<html") {
		return
	}
	assert.Contains(c.t, body, `<html lang="`+c.lang+`">`, path)
	text := html.UnescapeString(tags.ReplaceAllString(unspoken.ReplaceAllString(body, " "), " "))
	bad := silly()
	if strings.HasPrefix(path, "/desk/manage") {
		bad["another language"] = foreign(c.lang)
	}
	for what, pattern := range bad {
		for _, found := range pattern.FindAllString(text, 3) {
			i := strings.Index(text, found)
			assert.Fail(c.t, "shows "+what, "%s %s %s: %q in %q", c.who, c.lang, path, found, strings.Join(strings.Fields(text[max(0, i-60):min(len(text), i+60)]), " "))
		}
	}
}

// Every page that anybody reaches by links is there, in both languages, for every
// role, and says what it says in words.
func TestEveryPageReads(t *testing.T) {
	t.Parallel()
	s := openAt(t, fresh(t, grown), nil)
	o, m := s.dear()
	bilal := s.as("bilal")
	require.Equal(t, http.StatusOK, bilal.post(pageOf(m)+"/goodwill", "key", "k", "order", o.ID, "cause", "late").code)
	lead := s.as("anna")
	require.Equal(t, http.StatusOK, lead.post("/desk/manage/measures", "finding", "Zu spät", "hypothesis", "Anderer Dienst", "kind", "process", "effect", "5").code)
	for who, start := range map[string][]string{
		"guest":    {"/", "/contact", "/withdrawal", "/review", "/about", "/my", "/desk/login"},
		"customer": {"/", "/my", "/review", "/contact"},
		"bilal":    {"/desk", pageOf(m) + "/goodwill"},
		"anna":     {"/desk", "/desk/manage", "/desk/manage/policy?kind=goodwill", "/desk/manage/policy?kind=escalation"},
		"esra":     {"/desk/manage", "/desk/manage/audit", "/desk/privacy", "/desk/privacy?q=c0001"},
	} {
		for _, lang := range []string{"de", "en"} {
			var b *browser
			switch who {
			case "guest":
				b = s.browser()
			case "customer":
				b = s.customer("c0001")
			default:
				b = s.as(who)
			}
			b.get("/language/" + lang)
			c := &crawler{browser: b, lang: lang, who: who, seen: make(map[string]bool), kinds: make(map[string]int)}
			c.walk(start...)
			assert.Greater(t, len(c.seen), 4, who)
			if who == "anna" {
				for _, page := range []string{"/desk/manage/measures", "/desk/manage/blocks", "/desk/manage/failed", "/desk/manage/policy"} {
					assert.Contains(t, slices.Collect(maps.Keys(c.seen)), page, "it is linked")
				}
			}
		}
	}
}

// A lead tries a version of each kind of policy: what would have been is said in
// words and figures, in either language, and nothing has changed.
func TestEveryPolicyIsTried(t *testing.T) {
	t.Parallel()
	s := openAt(t, fresh(t, grown), nil)
	lead := s.as("anna")
	for kind, c := range map[app.PolicyKind]struct {
		from, to string
		said     map[string]string
	}{
		app.Deadlines:  {`"unit": "work_hour"`, `"unit": "work_minute"`, map[string]string{"de": "bisher und damit", "en": "so far, and with it"}},
		app.Goodwill:   {`"shipping_refund"`, `"apology"`, map[string]string{"de": "Was das Gesetz gibt, bleibt in jedem Fall gleich", "en": "What the law gives stays the same"}},
		app.Escalation: {`"after": "2h"`, `"after": "1h"`, map[string]string{"de": "ginge es anders aus bei", "en": "it would go otherwise with"}},
	} {
		draft, err := s.app.Draft(kind)
		require.NoError(t, err)
		changed := strings.Replace(string(draft), c.from, c.to, 1)
		require.NotEqual(t, string(draft), changed, "%s", draft)
		before := s.app.Rulebook()
		for lang, said := range c.said {
			lead.get("/language/" + lang)
			page := lead.post("/desk/manage/policy", "kind", string(kind), "policy", changed, "do", "try")
			require.Equal(t, http.StatusOK, page.code, "%s: %s", kind, s.log.String())
			assert.Contains(t, page.body, said)
			_, rest, _ := strings.Cut(page.body, said)
			assert.Regexp(t, `[1-9]`, rest)
			(&crawler{browser: lead, lang: lang, who: "anna"}).look("/desk/manage/policy", page.body)
		}
		assert.Same(t, before, s.app.Rulebook())
		page := lead.post("/desk/manage/policy", "kind", string(kind), "policy", strings.Replace(changed, c.to, `"nonsense"`, 1), "do", "save")
		assert.Equal(t, http.StatusUnprocessableEntity, page.code, "%s", kind)
		assert.Equal(t, http.StatusOK, lead.post("/desk/manage/policy", "kind", string(kind), "policy", changed, "do", "save").code)
		assert.NotSame(t, before, s.app.Rulebook())
	}
	assert.Equal(t, http.StatusNotFound, lead.get("/desk/manage/policy?kind=magic").code)
	audit := s.as("esra").get("/desk/manage/audit").body
	for _, line := range []string{"standard@2", "house@2", "std@2", "Kulanz geändert"} {
		assert.Contains(t, audit, line)
	}
}
