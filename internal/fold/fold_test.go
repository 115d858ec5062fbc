package fold_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/internal/fold"
)

func TestTokens(t *testing.T) {
	const nfd = "Rechtsanwa\u0308ltin" // a and a combining diaeresis
	for text, want := range map[string][]string{
		"":                          nil,
		" .,!\n":                    nil,
		"Größe GRÖSSE Groesse":      {"groesse", "groesse", "groesse"},
		"STRAẞE Straße":             {"strasse", "strasse"},
		nfd + "!":                   {"rechtsanwaeltin"},
		"vor\nGericht.":             {"vor", "gericht"},
		"E-Mail: a.b@c.de 3x":       {"e", "mail", "a", "b", "c", "de", "3x"},
		"Café ЖЕЛАЮ":                {"café", "желаю"},
		"a\xffb":                    {"a", "b"},
		"x\u0302y":                  {"x", "y"},  // a mark that combines with nothing is no letter
		"Ａngebot":                   {"ａngebot"}, // NFC, not NFKC
		"don't":                     {"don", "t"},
		"Kündigung\u00a0zum 1.1.26": {"kuendigung", "zum", "1", "1", "26"},
	} {
		var got []string
		for _, token := range fold.Tokens(text) {
			got = append(got, token.Text)
		}
		assert.Equal(t, want, got, "%q", text)
	}
}

func TestOffsetsPointAtTheWord(t *testing.T) {
	text := "Ach, Mu\u0308ll!"
	tokens := fold.Tokens(text)
	assert.Equal(t, "muell", tokens[1].Text)
	assert.Equal(t, "Mu\u0308ll", text[tokens[1].Start:tokens[1].End])
}

// A vowel of Hangul may combine with what stands before it, so it shares the
// segment of a letter with one mark too many. Found by TestTokensAgainstTheRule.
func TestTokensOfOneSegment(t *testing.T) {
	const text = "a\u0308\u0308\u1161"
	tokens := fold.Tokens(text)
	assert.Equal(t, []fold.Token{{Text: "ae", Start: 0, End: len(text)}, {Text: "\u1161", Start: 0, End: len(text)}}, tokens)
	checkText(t, text)
}

func TestWord(t *testing.T) {
	assert.Equal(t, "rechtsanwaelte", fold.Word("Rechts-Anwälte"))
	assert.Empty(t, fold.Word("–"))
}

// slow folds as the rule is written, one whole text after the other.
func slow(text string) []string {
	s := strings.Map(unicode.ToLower, norm.NFC.String(text))
	s = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss").Replace(s)
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func checkText(t interface {
	Helper()
	Errorf(string, ...any)
}, text string,
) {
	t.Helper()
	tokens := fold.Tokens(text)
	got := make([]string, 0, len(tokens))
	end := 0
	for _, token := range tokens {
		got = append(got, token.Text)
		// Only tokens out of one segment overlap: a letter, marks that combine with
		// nothing, and another letter that does not begin a segment.
		apart := token.Start >= end || norm.NFC.NextBoundaryInString(text[token.Start:], true) >= end-token.Start
		if !apart && utf8.ValidString(text) || token.End <= token.Start || token.End > len(text) {
			t.Errorf("%q: token %+v after %d", text, token, end)
			return
		}
		end = token.End
		// What stands there folds to the token: an offset is no guess. Letters
		// that share a segment with a mark are shown with it.
		if utf8.ValidString(text) && !strings.Contains(strings.Join(slow(text[token.Start:token.End]), " "), token.Text) {
			t.Errorf("%q: %+v stands for %q", text, token, text[token.Start:token.End])
		}
	}
	if want := slow(text); strings.Join(want, " ") != strings.Join(got, " ") {
		t.Errorf("%q: got %q, want %q", text, got, want)
	}
}

func TestTokensAgainstTheRule(t *testing.T) {
	letters := rapid.SampledFrom([]rune("aAoOuUäÖüßẞsS\u0308\u0301\u0323 .-1é漢한\u1100\u1161İǖ\u00a0"))
	rapid.Check(t, func(t *rapid.T) {
		checkText(t, string(rapid.SliceOfN(letters, 0, 24).Draw(t, "text")))
	})
}

func FuzzTokens(f *testing.F) {
	f.Add("Rechtsanwa\u0308ltin, Straße")
	f.Add("a\xff\u0308b")
	f.Add(strings.Repeat("\u0308", 40) + "x")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 1<<12 {
			checkText(t, text)
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := strings.Repeat("Ich schalte jetzt meinen Anwalt ein, die Größe stimmt nicht! ", 50)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		fold.Tokens(text)
	}
}
