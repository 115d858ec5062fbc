package web_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla/statute"
)

var (
	hiddenFields = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	inputs       = regexp.MustCompile(`<input name="([^"]*)" value="([^"]*)"`)
	tags         = regexp.MustCompile(`(?s)<[^>]*>`)
	quotedIDs    = regexp.MustCompile(`[„“][^“”]*[“”]`) // of a policy, which the shop chose
)

// fields are the values of the page's inputs of one kind, by name.
func (g got) fields(kind *regexp.Regexp) map[string]string {
	all := make(map[string]string)
	for _, m := range kind.FindAllStringSubmatch(g.body, -1) {
		all[m[1]] = html.UnescapeString(m[2])
	}
	return all
}

// Every fact that the library knows can be entered, in either language; it reaches
// the decision as it was meant, and the form that pays carries it on.
func TestEveryFactCanBeEntered(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, m := s.dear()
	bilal := s.as("bilal")
	at := pageOf(m) + "/goodwill?cause=defect&order=" + o.ID
	facts := order.FactList()
	require.Greater(t, len(facts), 25)
	entered := map[order.FactKind]map[string][2]string{ // by language: what is typed, and what is meant
		order.FactAnswer: {"de": {"yes", "yes"}, "en": {"no", "no"}},
		order.FactAmount: {"de": {"1.234,50", "1234.50 EUR"}, "en": {"€1,234.50", "1234.50 EUR"}},
	}
	for lang := range entered[order.FactAnswer] {
		bilal.get("/language/" + lang)
		for _, f := range facts {
			name, typed := map[order.FactKind]string{order.FactAnswer: "fact.", order.FactAmount: "amount."}[f.Kind]+f.Name, entered[f.Kind][lang]
			page := bilal.get(at + "&" + name + "=" + url.QueryEscape(typed[0]))
			require.Equal(t, http.StatusOK, page.code, "%s %s", name, page.body)
			assert.Equal(t, typed[1], page.fields(hiddenFields)["fact."+f.Name], "the form that pays says the same")
			if f.Kind == order.FactAnswer {
				assert.Regexp(t, `<select name="`+name+`">(<option[^>]*>[^<]*</option>)*<option value="`+typed[0]+`" selected>`, page.body, "it is shown as it was chosen")
			} else {
				assert.Equal(t, typed[0], page.fields(inputs)[name], "it is shown as it was typed")
			}
			claim := app.Claim{Order: o.ID, Cause: order.CauseDefect, Facts: map[string]string{f.Name: page.fields(hiddenFields)["fact."+f.Name]}}
			in, err := s.app.Case(t.Context(), m, claim)
			require.NoError(t, err)
			assert.Equal(t, typed[1], in.Case.Facts.Get(f.Name), "and it is what the decision rests on")
			again := bilal.get(at + "&fact." + f.Name + "=" + url.QueryEscape(typed[1]))
			assert.Equal(t, typed[1], again.fields(hiddenFields)["fact."+f.Name], "what the page wrote it can read")
		}
	}
}

// What cannot be used is said with its name and its value, all of it at once, and
// stays in its input.
func TestWhatIsWrongWithAClaim(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, m := s.dear()
	bilal := s.as("bilal")
	bad := url.Values{
		"order": {o.ID}, "cause": {"defect"}, "amount.sound_value": {"zwölf"}, "amount.actual_value": {"12.5"}, "fact.damage_shown": {"-1.00 EUR"},
		"fact.defect": {"vielleicht"}, "event.defect_shown": {"gestern"}, "fact.colour": {"yes"},
	}
	for _, ask := range []func() got{
		func() got { return bilal.get(pageOf(m) + "/goodwill?" + bad.Encode()) },
		func() got {
			fields := []string{"key", "k"}
			for name := range bad {
				fields = append(fields, name, bad.Get(name))
			}
			return bilal.post(pageOf(m)+"/goodwill", fields...)
		},
	} {
		page := ask()
		require.Equal(t, http.StatusUnprocessableEntity, page.code)
		for _, said := range []string{"Wert ohne den Mangel: „zwölf“ ist kein Betrag", "Wert mit dem Mangel: „12.5“ ist kein Betrag"} {
			assert.Contains(t, page.body, said)
		}
		assert.Equal(t, "zwölf", page.fields(inputs)["amount.sound_value"])
		assert.NotContains(t, page.body, "auszahlen")
	}
	bad.Del("amount.sound_value")
	bad.Del("amount.actual_value")
	page := bilal.get(pageOf(m) + "/goodwill?" + bad.Encode())
	require.Equal(t, http.StatusUnprocessableEntity, page.code)
	for _, said := range []string{
		"Verspätungsschaden: „-1.00 EUR“ ist kein Betrag", "Ein Mangel liegt vor: „vielleicht“ ist weder ja noch nein",
		"Mangel gezeigt: „gestern“ ist kein Tag", "colour: „yes“ ist nichts, wonach gefragt wird",
	} {
		assert.Contains(t, page.body, said)
	}
	require.Empty(t, s.grants(m.ID.String()), "nothing was made of it")
}

// The page speaks in words. Codes stand only where a pointer finds them.
func TestGoodwillIsSaidInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, m := s.dear()
	bilal := s.as("bilal")
	for _, lang := range []string{"de", "en"} {
		bilal.get("/language/" + lang)
		for _, cause := range []string{"late", "defect", "change_of_mind", "service", "not_delivered", "payment"} {
			page := bilal.get(pageOf(m) + "/goodwill?wish=refund&severity=major&cause=" + cause + "&order=" + o.ID)
			require.Equal(t, http.StatusOK, page.code)
			text := quotedIDs.ReplaceAllString(tags.ReplaceAllString(page.body, " "), "")
			assert.NotRegexp(t, `\b[a-z]+_[a-z_]+\b`, text, "%s %s", lang, cause)
			assert.NotRegexp(t, `\d+\.\d\d EUR`, text, "amounts are written as people write them")
			assert.Contains(t, text, "§", "sources are shown")
			assert.Contains(t, page.body, `title="withdrawal"`, "with the code beside it")
		}
	}
}

// An event that only people know of changes what the law gives.
func TestAToldEventCounts(t *testing.T) {
	t.Parallel()
	s := open(t)
	o, m := s.dear()
	claim := app.Claim{
		Order: o.ID, Lines: []string{"1"}, Cause: order.CauseDefect, Facts: map[string]string{"defect": "yes"},
		Events: map[statute.Event]string{order.CureRefused: "2026-11-26"},
	}
	anna, err := s.db.Agent(t.Context(), "anna")
	require.NoError(t, err)
	with, err := s.app.Consider(t.Context(), app.GoodwillActor(anna), m, claim)
	require.NoError(t, err)
	claim.Events = nil
	without, err := s.app.Consider(t.Context(), app.GoodwillActor(anna), m, claim)
	require.NoError(t, err)
	assert.NotEqual(t, without.Owed, with.Owed)
	page := s.as("bilal").get(pageOf(m) + "/goodwill?cause=defect&line=99&order=" + o.ID)
	assert.Equal(t, http.StatusUnprocessableEntity, page.code)
}
