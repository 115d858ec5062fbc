package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is a folded word and where it stands. Two tokens overlap only where they
// share one normalisation segment: letters on either side of a mark that combines
// with neither.
type Token struct {
	Text       string
	Start, End int // in bytes of the text as it was given, half-open
}

// Tokens returns the tokens of a text in their order.
func Tokens(text string) []Token {
	f := folder{buf: make([]byte, 0, len(text)+len(text)/8)}
	if norm.NFC.IsNormalString(text) {
		f.runes(text, 0)
	} else {
		f.segments(text)
	}
	f.end()
	// The tokens share one string: cut it only now that it is whole.
	whole := string(f.buf)
	for i := range f.tokens {
		f.tokens[i].Text = whole[f.bounds[i]:]
		if i+1 < len(f.bounds) {
			f.tokens[i].Text = whole[f.bounds[i]:f.bounds[i+1]]
		}
	}
	return f.tokens
}

// Word folds a single word: the letters and digits of s, without what lies
// between them.
func Word(s string) string {
	var b strings.Builder
	for _, t := range Tokens(s) {
		b.WriteString(t.Text)
	}
	return b.String()
}

// folder collects tokens: their folded bytes one after the other, and where
// each begins.
type folder struct {
	buf    []byte
	bounds []int
	tokens []Token
	open   bool // a token has begun
}

// runes folds a text that is in NFC and begins at an offset.
func (f *folder) runes(text string, offset int) {
	for i, r := range text {
		size := 1
		if r >= utf8.RuneSelf {
			_, size = utf8.DecodeRuneInString(text[i:])
		}
		f.add(r, offset+i, offset+i+size)
	}
}

// segments folds a text segment by segment: a letter with all the marks that
// combine with it. What becomes of a segment stands where the segment stood.
func (f *folder) segments(text string) {
	var it norm.Iter
	it.InitString(norm.NFC, text)
	for !it.Done() {
		start := it.Pos()
		segment := it.Next()
		for len(segment) > 0 {
			r, size := utf8.DecodeRune(segment)
			f.add(r, start, it.Pos())
			segment = segment[size:]
		}
	}
}

// add takes the next rune, which stood between the offsets.
func (f *folder) add(r rune, start, end int) {
	if r < utf8.RuneSelf {
		f.addASCII(r, start, end)
		return
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		f.end()
		return
	}
	f.begin(start)
	switch r = unicode.ToLower(r); r {
	case 'ä':
		f.buf = append(f.buf, "ae"...)
	case 'ö':
		f.buf = append(f.buf, "oe"...)
	case 'ü':
		f.buf = append(f.buf, "ue"...)
	case 'ß':
		f.buf = append(f.buf, "ss"...)
	default:
		f.buf = utf8.AppendRune(f.buf, r)
	}
	f.tokens[len(f.tokens)-1].End = end
}

func (f *folder) addASCII(c rune, start, end int) {
	switch {
	case c >= 'A' && c <= 'Z':
		c += 'a' - 'A'
	case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
	default:
		f.end()
		return
	}
	f.begin(start)
	f.buf = utf8.AppendRune(f.buf, c)
	f.tokens[len(f.tokens)-1].End = end
}

func (f *folder) begin(start int) {
	if !f.open {
		f.open = true
		f.bounds = append(f.bounds, len(f.buf))
		f.tokens = append(f.tokens, Token{Start: start})
	}
}

func (f *folder) end() { f.open = false }
