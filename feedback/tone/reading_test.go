package tone_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback/tone"
)

// One line for each rule of the doc: what changes the label when it is there.
func TestRules(t *testing.T) {
	e := engineOnce()
	for _, c := range []struct {
		want tone.Label
		text string
	}{
		{tone.Positive, "gut"},
		{tone.Negative, "nicht gut"},
		{tone.Negative, "Das gefällt mir leider überhaupt nicht"},
		{tone.Negative, "Die Maschine funktioniert seit gestern leider nicht."},
		{tone.Negative, "Der Artikel ist leider nicht angekommen"},
		{tone.Positive, "Ich hatte nie Ärger"},
		{tone.Positive, "keine Mängel"},
		{tone.Positive, "ohne Probleme"},
		{tone.Positive, "nicht schlecht"},
		{tone.Negative, "Das war nicht sehr freundlich"},
		{tone.Negative, "kein guter Service"},
		{tone.Positive, "Nicht billig, aber sehr gut"}, // the negation ends with its clause
		{tone.Positive, "nicht nur günstig, sondern auch gut"},
		{tone.Negative, "not good"},
		{tone.Negative, "isn’t good"},
		{tone.Negative, "Isn't very good"},
		{tone.Positive, "no problems at all"},
		{tone.Positive, "without any trouble"},
		{tone.Negative, "would not recommend"},
		{tone.Positive, "not only cheap, but also excellent"},
		{tone.Positive, "on time and as described"},
		{tone.Negative, "not as described"},
		{tone.Negative, "Nie wieder!"},
		{tone.Positive, "Immer wieder gern!"},
		{tone.Positive, "wie beschrieben"},
		{tone.Negative, "viel zu spät"},
		{tone.Negative, "Geld zurück"},
		{tone.Negative, "immer noch nicht da"},
		{tone.Negative, "keine Antwort"},

		{tone.Negative, "Die Ware ist gut, aber der Service ist schlecht."},
		{tone.Positive, "Der Service ist schlecht, aber die Ware ist gut."},
		{tone.Negative, "wäre schön gewesen"},
		{tone.Negative, "This could have been good"},

		{tone.Negative, "Lieferverzögerung"},
		{tone.Positive, "Traumservice"},
		{tone.Negative, "Billigschrott"},
		{tone.Negative, "Versandschäden"},
		{tone.Positive, "mängelfrei"},
		{tone.Negative, "Wucherpreise"},
		{tone.Unknown, "Optimist"}, // no head of a compound

		{tone.Positive, "SCHÖN"},
		{tone.Positive, "schoen"},
		{tone.Positive, "scho\u0308n"},
		{tone.Positive, "zuverlassig"},
		{tone.Negative, "entäuscht"},
		{tone.Positive, "suuuuper"},
		{tone.Positive, "tolllll"},
		{tone.Positive, "to\u200bll"},
		{tone.Positive, "Spass"},
		{tone.Positive, "👍🏽"},
		{tone.Positive, ":-)"},
		{tone.Positive, "I <3 it"},
		{tone.Negative, "😡"},
		{tone.Negative, ":("},
		{tone.Unknown, "http://example.com/"},

		{tone.Unknown, "Na toll."},
		{tone.Unknown, "Der „tolle“ Service"},
		{tone.Unknown, "Super Service 🙄"},
		{tone.Unknown, "super, nicht?"},
		{tone.Unknown, "Great, not!"},
		{tone.Negative, "Na toll, schon wieder defekt."},
		{tone.Unknown, "Wann öffnet der Laden?"},
		{tone.Unknown, ""},

		// Names are no words.
		{tone.Positive, "Danke an Frau Engel und Herrn Sauer"},
		{tone.Unknown, "Ich habe mit Frau Lustig telefoniert"},
		{tone.Unknown, "Die Reise hat Herr Müller gebucht, du hast es abgeholt"},

		// Words of both languages.
		{tone.Negative, "This is a bad product"},
		{tone.Unknown, "Ich habe das Bad und die Küche ausgemessen"},
		{tone.Unknown, "Er ist mit dem Rad gefahren, es war die Post"},
	} {
		assert.Equal(t, c.want, e.Analyze(c.text).Label, c.text)
	}
}

func TestDegrees(t *testing.T) {
	e := engineOnce()
	rising := []string{"schlecht", "etwas schlecht", "etwas gut", "gut", "sehr gut", "sehr gut!"}
	for i := 1; i < len(rising); i++ {
		assert.Less(t, e.Analyze(rising[i-1]).Polarity, e.Analyze(rising[i]).Polarity, rising[i])
	}
	assert.InDelta(t, 0, e.Analyze("Wann?").Confidence, 0)
	assert.Greater(t, e.Analyze("Absolut hervorragend, gerne wieder!").Confidence, e.Analyze("okay").Confidence)
}

func TestLanguage(t *testing.T) {
	e := engineOnce()
	assert.Equal(t, tone.German, e.Analyze("Das ist nicht so gut, wie ich dachte").Language)
	assert.Equal(t, tone.English, e.Analyze("This is not as good as I thought").Language)
	assert.Empty(t, e.Analyze("Bonjour").Language)
}

func TestLemmas(t *testing.T) {
	e := engineOnce()
	assert.Greater(t, e.Lemmas(tone.German), 2900, "the issue asks for 800")
	assert.Greater(t, e.Lemmas(tone.English), 1200, "the issue asks for 500")
	assert.Zero(t, e.Lemmas("fr"))
}

func TestHostWords(t *testing.T) {
	e, err := tone.New(tone.Config{Words: []tone.Word{
		{Language: tone.German, Text: "Kniffelkram", Valence: 3},
		{Language: tone.German, Text: "Horror", Valence: 0}, // a shop for films
		{Language: tone.English, Text: "blue moon rising", Valence: -2},
		{Language: tone.German, Text: "nie wieder", Valence: 0}, // the name of a band
	}})
	require.NoError(t, err)
	assert.Equal(t, tone.Positive, e.Analyze("Kniffelkram").Label)
	assert.Equal(t, tone.Unknown, e.Analyze("Horror").Label)
	assert.Equal(t, tone.Negative, e.Analyze("the blue moon rising").Label)
	assert.Equal(t, tone.Unknown, e.Analyze("the blue moon").Label)
	assert.Equal(t, tone.Unknown, e.Analyze("Nie wieder").Label)
}

func TestConfigFaults(t *testing.T) {
	_, err := tone.New(tone.Config{Threshold: 1, MaxBytes: 5, Words: []tone.Word{
		{Language: "fr", Text: "bon", Valence: 2},
		{Language: tone.German, Text: "gut", Valence: 5},
		{Language: tone.German, Text: "...", Valence: 1},
		{Language: tone.German, Text: "a b c d e f g", Valence: 1},
	}})
	require.ErrorIs(t, err, tone.ErrInvalid)
	var faults tone.Faults
	require.ErrorAs(t, err, &faults)
	var paths []string
	for _, f := range faults {
		paths = append(paths, f.Path)
	}
	assert.Equal(t, []string{"threshold", "max_bytes", "words[0].language", "words[1].valence", "words[2].text", "words[3].text"}, paths)
	var one *tone.Fault
	assert.True(t, errors.As(err, &one))
	assert.ErrorContains(t, err, `tone: words[0].language: "fr" is neither de nor en`)
}

func TestThreshold(t *testing.T) {
	e, err := tone.New(tone.Config{Threshold: 0.7})
	require.NoError(t, err)
	assert.Equal(t, tone.Neutral, e.Analyze("gut").Label)
	assert.Equal(t, tone.Positive, e.Analyze("gut, schnell, freundlich").Label)
}

func TestTruncated(t *testing.T) {
	e, err := tone.New(tone.Config{MaxBytes: 1 << 10})
	require.NoError(t, err)
	r := e.Analyze(strings.Repeat("ä", 600) + " gut")
	assert.True(t, r.Truncated)
	assert.Equal(t, tone.Unknown, r.Label)
	assert.False(t, e.Analyze("gut").Truncated)
}

func TestSpansShowTheNegation(t *testing.T) {
	for text, want := range map[string][]string{
		"Das ist nicht gut":                 {"nicht gut"},
		"Das gefällt uns nun nicht":         {"gefällt uns nun nicht"},
		"Es schmeckt leider gestern nicht.": {"schmeckt", "leider"}, // something else weighs between
		"keine langen Wartezeiten":          {"keine langen", "Wartezeiten"},
		"immer noch nicht da":               {"immer noch nicht"},
	} {
		var got []string
		for s := range engineOnce().Analyze(text).Spans.All() {
			got = append(got, text[s.Start:s.End])
		}
		assert.Equal(t, want, got, text)
	}
}

func TestSpansKeepTheHeaviest(t *testing.T) {
	r := engineOnce().Analyze(strings.Repeat("gut. ", 20) + "hervorragend. " + strings.Repeat("gut. ", 20) + "Betrug!")
	require.Equal(t, tone.MaxSpans, r.Spans.Len())
	assert.InDelta(t, 3.5, r.Spans.At(tone.MaxSpans-2).Weight, 1e-6)
	assert.Negative(t, r.Spans.At(tone.MaxSpans-1).Weight)
	assert.Panics(t, func() { r.Spans.At(tone.MaxSpans) })
}

func TestResultJSON(t *testing.T) {
	want := engineOnce().Analyze("Die Ware ist schön, der Preis leider eine Frechheit 😡")
	data, err := json.Marshal(want)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "Ware", "no words of the customer")
	var got tone.Result
	require.NoError(t, json.Unmarshal(data, &got))
	assert.Equal(t, want, got)
	assert.Error(t, json.Unmarshal([]byte(`{"spans":[{},{},{},{},{},{},{},{},{}]}`), &got), "too many")
}

// checkResult holds whatever was read to what a Result promises.
func checkResult(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string, r tone.Result,
) {
	t.Helper()
	if !(r.Polarity >= -1 && r.Polarity <= 1 && r.Confidence >= 0 && r.Confidence <= 1) {
		t.Fatalf("%q: %+v", text, r)
	}
	if r.Unknown() != (r.Doubt != "") || r.Unknown() && (r.Polarity != 0 || r.Confidence != 0) {
		t.Fatalf("%q: label and doubt do not agree: %+v", text, r)
	}
	if r.Label == tone.Positive && r.Polarity <= 0 || r.Label == tone.Negative && r.Polarity >= 0 {
		t.Fatalf("%q: label and polarity do not agree: %+v", text, r)
	}
	end := 0
	for s := range r.Spans.All() {
		if s.Start < end || s.End <= s.Start || s.End > len(text) || s.Weight == 0 {
			t.Fatalf("%q: span %+v after %d", text, s, end)
		}
		if utf8.ValidString(text) && (!utf8.ValidString(text[:s.Start]) || !utf8.ValidString(text[:s.End])) {
			t.Fatalf("%q: span %+v parts a rune", text, s)
		}
		end = s.End
	}
}

// texts draws what customers write, and what nobody should.
func texts() *rapid.Generator[string] {
	piece := rapid.OneOf(
		rapid.SampledFrom(strings.Split("gut schlecht nicht nie wieder keine Mängel aber leider super Größe Lieferverzögerung sehr zu spät wie beschrieben hervorragend wäre not good never bad the und Fazit", " ")),
		rapid.SampledFrom([]string{", ", ". ", "! ", "? ", "\n", "„", "“", "🙄", "👍🏽", ":-)", "\u0308", "\u200b", "\u202e", "\u00ad", "\xff", "\xc3", "'", "’", "ß", "é", "漢", " ", " ", " "}),
		rapid.String(),
	)
	return rapid.Map(rapid.SliceOfN(piece, 0, 40), func(list []string) string { return strings.Join(list, " ") })
}

func TestSpansLieInTheText(t *testing.T) {
	e := engineOnce()
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		checkResult(t, text, e.Analyze(text))
	})
}

// Folding changes no result: how a text is spelt does not matter.
func TestFoldedSpellingsReadAlike(t *testing.T) {
	e := engineOnce()
	words := rapid.SampledFrom(strings.Split("schön Größe zuverlässig ärgerlich nicht Verzögerung übel ist die und Ware großartig spät fröhlich Mängel unmöglich", " "))
	spell := []func(string) string{
		strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace,
		strings.NewReplacer("ä", "a\u0308", "ö", "o\u0308", "ü", "u\u0308").Replace,
		strings.NewReplacer("ä", "Ä", "ö", "Ö", "ü", "Ü").Replace,
		func(s string) string { return strings.ReplaceAll(s, "e", "e\u200b") },
		func(s string) string { return strings.ReplaceAll(s, "r", "\u00adr\u202c") },
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(words, 1, 12).Draw(t, "words"), " ")
		other := rapid.SampledFrom(spell).Draw(t, "spelling")(text)
		a, b := e.Analyze(text), e.Analyze(other)
		if a.Label != b.Label || a.Polarity != b.Polarity || a.Spans.Len() != b.Spans.Len() {
			t.Fatalf("%q reads %+v, %q %+v", text, a, other, b)
		}
		for i := range a.Spans.Len() { // and they stand at the same words
			x, y := a.Spans.At(i), b.Spans.At(i)
			if strings.Count(text[:x.Start], " ") != strings.Count(other[:y.Start], " ") {
				t.Fatalf("%q at %d, %q at %d", text, x.Start, other, y.Start)
			}
		}
	})
}

func TestAllocations(t *testing.T) {
	e, topics := engineOnce(), topicsOnce()
	var list [16]tone.TopicMatch
	for _, text := range []string{germanReview, englishRemark, strings.Repeat("😡 ä\u0308x\xff", 500)} {
		assert.Zero(t, testing.AllocsPerRun(20, func() { e.Analyze(text) }))
		assert.Zero(t, testing.AllocsPerRun(20, func() { topics.Find(list[:0], text) }))
	}
}

// A text of 100 MB costs no more than one of 1 MiB, in time and in memory.
func TestHostileLength(t *testing.T) {
	e, topics := engineOnce(), topicsOnce()
	for name, size := range map[string]int{"negation": 100 << 20, "marks": 2 << 20, "invalid": 2 << 20} {
		unit := hostile()[name]
		text := strings.Repeat(unit, size/len(unit))
		r := e.Analyze(text)
		assert.True(t, r.Truncated, name)
		checkResult(t, text[:1<<20], r)
		assert.LessOrEqual(t, len(topics.Find(nil, text)), 14, name)
	}
}

func TestManyAtOnce(t *testing.T) {
	e, topics := engineOnce(), topicsOnce()
	want, about := e.Analyze(germanReview), topics.Find(nil, germanReview)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				assert.Equal(t, want, e.Analyze(germanReview))
				assert.Equal(t, about, topics.Find(nil, germanReview))
			}
		})
	}
	all.Wait()
}

func FuzzAnalyze(f *testing.F) {
	e := engineOnce()
	for unit := range hostile() {
		f.Add(hostile()[unit])
	}
	f.Add(germanReview)
	f.Add("Na „toll“, nicht? :-( 100 € Wäre scho\u0308n.")
	f.Fuzz(func(t *testing.T, text string) { checkResult(t, text, e.Analyze(text)) })
}
