package tone_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

func names(found []tone.TopicMatch) []tone.Topic {
	list := []tone.Topic{}
	for _, m := range found {
		list = append(list, m.Topic)
	}
	return list
}

func TestTopicsOfComplaints(t *testing.T) {
	topics := topicsOnce()
	for text, want := range map[string][]tone.Topic{
		"Viel zu teuer für das, was man bekommt.":                   {tone.Cost},
		"Meine Größe war wieder ausverkauft.":                       {tone.Options},
		"Ich warte seit drei Wochen.":                               {tone.Speed},
		"Minderwertige Verarbeitung":                                {tone.Quality},
		"Der Bildschirm ist zerkratzt":                              {tone.Defect},
		"Das Radio funktioniert seit gestern nicht.":                {tone.Defect},
		"Falsche Farbe geliefert":                                   {tone.WrongItem, tone.Delivery},
		"Eine Schraube fehlt":                                       {tone.MissingItem},
		"Mir wurde doppelt abgebucht":                               {tone.Payment},
		"Der Paketbote hat nicht geklingelt":                        {tone.Delivery},
		"Die Mitarbeiterin war unfreundlich":                        {tone.Staff},
		"Die Rücksendung war umständlich":                           {tone.Return},
		"Die Erstattung steht noch aus":                             {tone.Refund},
		"Die App stürzt ab":                                         {tone.Defect, tone.Website},
		"Woher haben die meine Daten? Das ist ein Datenschutzfall!": {tone.Privacy},
		"Too expensive":                                             {tone.Cost},
		"out of stock again":                                        {tone.Options},
		"It stopped working":                                        {tone.Defect},
		"They sent me the wrong size":                               {tone.WrongItem},
		"Two parts are missing":                                     {tone.MissingItem},
		"I was charged twice":                                       {tone.Payment},
		"The courier was late":                                      {tone.Speed, tone.Delivery},
		"Nobody replied, no answer":                                 {tone.Staff},
		"I want my money back":                                      {tone.Refund},
		"The website is slow":                                       {tone.Speed, tone.Website},
		"They shared my phone number, that is a GDPR matter":        {tone.Staff, tone.Privacy},
		"Danke!": {},
		"":       {},
	} {
		assert.Equal(t, want, names(topics.Find(nil, text)), text)
	}
}

func TestTopicsAreTokensNotSubstrings(t *testing.T) {
	topics := topicsOnce()
	assert.Empty(t, topics.Find(nil, "Die Kompostierung und der Appell"), "no post, no app")
	assert.Equal(t, []tone.Topic{tone.Delivery}, names(topics.Find(nil, "PAKET")))
	assert.Equal(t, []tone.Topic{tone.Delivery}, names(topics.Find(nil, "Pake\u200bt")))
}

func TestTermSyntax(t *testing.T) {
	topics, err := tone.NewTopics(
		tone.Rule{Topic: "gap", German: []string{"rot .. blau"}},
		tone.Rule{Topic: "begin", German: []string{"grün*"}},
		tone.Rule{Topic: "end", German: []string{"*grau"}},
		tone.Rule{Topic: "or", English: []string{"(red|dark green) [big] car"}},
		tone.Rule{Topic: "adj", German: []string{"klein~ ball"}},
		tone.Rule{Topic: "not", German: []string{"hund", "!kein hund", "!hund .. katze"}},
	)
	require.NoError(t, err)
	for text, want := range map[string][]tone.Topic{
		"rot blau":              {"gap"},
		"rot a b c blau":        {"gap"},
		"rot a b c d blau":      {},
		"rot. Blau":             {},      // another sentence
		"rot a rot b c d blau":  {"gap"}, // from the second one
		"Grünlich":              {"begin"},
		"immergrün":             {},
		"Blaugrau":              {"end"},
		"graublau":              {},
		"a red car":             {"or"},
		"a dark green big car":  {"or"},
		"a green car":           {},
		"ein kleiner Ball":      {"adj"},
		"Hund":                  {"not"},
		"kein Hund":             {},
		"kein Hund. Ein Hund.":  {"not"},
		"der Hund und die Katz": {"not"},
		"Hund und Katze":        {},
	} {
		assert.Equal(t, want, names(topics.Find(nil, text)), text)
	}
}

func TestRuleFaults(t *testing.T) {
	_, err := tone.NewTopics(
		tone.Rule{Topic: "a b", German: []string{"x"}},
		tone.Rule{Topic: "a", German: []string{"..", "ab*", "*x*", "a-b", "a b c d e f g", "a ..", strings.Repeat("x", 129)}},
		tone.Rule{Topic: "a", Title: map[tone.Language]string{"fr": "x"}},
	)
	var faults tone.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{
		"rules[0].topic", "rules[1].de[0]", "rules[1].de[1]", "rules[1].de[2]", "rules[1].de[3]", "rules[1].de[4]", "rules[1].de[5]", "rules[1].de[6]",
		"rules[2].topic", "rules[2]", "rules[2].title",
	}, paths)
	_, err = tone.NewTopics()
	require.ErrorIs(t, err, tone.ErrInvalid)
	_, err = tone.ParseRules([]byte(`[{"topic":"a","De":["x"]}]`))
	require.ErrorIs(t, err, tone.ErrInvalid)
	_, err = tone.NewTopics(tone.Rule{Topic: "a", German: []string{strings.Repeat("(a|b|c|d|e|f|g|h) ", 6)}})
	require.ErrorIs(t, err, tone.ErrInvalid, "8^6 spellings are too many")
}

func TestRulesRoundTrip(t *testing.T) {
	rules := tone.TopicRules()
	data, err := json.Marshal(rules)
	require.NoError(t, err)
	again, err := tone.ParseRules(data)
	require.NoError(t, err)
	assert.Equal(t, rules, again)
	topics := topicsOnce()
	assert.Len(t, topics.Topics(), 14)
	for _, topic := range topics.Topics() {
		assert.NotEqual(t, string(topic), topics.Title(topic, tone.German), "a name for people")
	}
	assert.Equal(t, "other", topics.Title("other", tone.German))
}

// A term is found wherever it stands, however much is around it.
func TestTermsAreFoundAnywhere(t *testing.T) {
	topics := topicsOnce()
	words := rapid.SampledFrom(strings.Split("der die und dann Haus Baum gestern sehr. oder ", " "))
	terms := rapid.SampledFrom([]string{"zu spät", "doppelt abgebucht", "out of stock", "Falsche Größe"})
	rapid.Check(t, func(t *rapid.T) {
		before := strings.Join(rapid.SliceOfN(words, 0, 200).Draw(t, "before"), " ")
		after := strings.Join(rapid.SliceOfN(words, 0, 200).Draw(t, "after"), " ")
		term := terms.Draw(t, "term")
		text := before + ". " + term + " " + after
		if !slices.ContainsFunc(topics.Find(nil, text), func(m tone.TopicMatch) bool { return text[m.Start:m.End] == term }) {
			t.Fatalf("%q is not found in %q", term, text)
		}
	})
}

func FuzzTopics(f *testing.F) {
	topics := topicsOnce()
	for _, unit := range hostile() {
		f.Add(unit)
	}
	f.Add("Das Paket kam zu spa\u0308t. Geld zuru\u0308ck\xff!")
	f.Fuzz(func(t *testing.T, text string) {
		found := topics.Find(nil, text)
		seen := map[tone.Topic]bool{}
		for _, m := range found {
			if m.Start < 0 || m.End <= m.Start || m.End > len(text) || seen[m.Topic] {
				t.Fatalf("%q: %+v", text, found)
			}
			if utf8.ValidString(text) && (!utf8.ValidString(text[:m.Start]) || !utf8.ValidString(text[:m.End])) {
				t.Fatalf("%q: %+v parts a rune", text, m)
			}
			seen[m.Topic] = true
		}
	})
}

func FuzzRules(f *testing.F) {
	f.Add([]byte(`[{"topic":"a","de":["(x|y) [z] gro~ .. *ende anf*"],"title":{"en":"A"}}]`))
	f.Add([]byte(`[{"topic":"a","en":["((a|b","[[[","~~~~"]}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rules, err := tone.ParseRules(data)
		if err != nil {
			return
		}
		if topics, err := tone.NewTopics(rules...); err == nil {
			topics.Find(nil, germanReview)
		}
	})
}
