package tone

import (
	"unicode"
	"unicode/utf8"
)

// marks are what stands between two words.
type marks uint16

const (
	markComma       marks = 1 << iota // , and brackets: may part clauses
	markClause                        // ; : and dashes: parts clauses
	markStop                          // the sentence ends
	markQuestion                      // it was a question
	markExclamation                   // it was shouted
	markQuote                         // a quotation mark stands there
	markEnd                           // the text ends
)

// maxWord is the longest folded word that is looked up, in bytes. A longer one
// is a word that nobody knows.
const maxWord = 48

// scanner parts a text into words and emoji. It folds as internal/fold does, and
// in addition drops what is not seen (zero width, direction marks), accents and
// the apostrophe in a word, so that "don't" is "dont", and letters that are
// repeated more than once.
type scanner struct {
	text string
	pos  int
	word [maxWord]byte // the folded word
	n    int           // its length; beyond maxWord: too long
	// stretched tells that a letter of the word was repeated more than once, and
	// shouted that it is all capitals.
	stretched bool
	shouted   bool
	digits    bool // the word is a number
	emoji     rune // instead of a word
}

// skip moves to the next word or emoji and returns what stands before it. It is
// not ok at the end of the text.
func (s *scanner) skip() (marks, bool) {
	var m marks
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s.text[s.pos:])
			if isWord(r) || isEmoji(r) {
				return m, true
			}
			m |= markOf(r)
			s.pos += size
			continue
		}
		if isASCIIWord(c) || (c == ':' || c == ';' || c == '=' || c == '<') && s.smiley() > 0 {
			return m, true
		}
		m |= s.markASCII(c)
		s.pos++
	}
	return m | markEnd | markStop, false
}

func (s *scanner) markASCII(c byte) marks {
	switch c {
	case ' ', '\t':
		return 0
	case ',', '(', ')', '[', ']':
		return markComma
	case ';', ':', '/', '|', '*':
		return markClause
	case '-':
		if s.pos+1 < len(s.text) && s.text[s.pos+1] == ' ' {
			return markClause
		}
		return 0
	case '.':
		if s.digits || s.n == 1 { // "3. Mai", "z.B."
			return 0
		}
		return markStop
	case '\n', '\r':
		return markStop
	case '!':
		return markStop | markExclamation
	case '?':
		return markStop | markQuestion
	case '"':
		return markQuote
	}
	return 0
}

func markOf(r rune) marks {
	switch r {
	case '„', '“', '”', '«', '»', '‚', '‘', '’', '›', '‹':
		return markQuote
	case '–', '—', '•', '·':
		return markClause
	case '…', '。', '\u2028', '\u2029', '\u0085':
		return markStop
	case '！':
		return markStop | markExclamation
	case '？':
		return markStop | markQuestion
	}
	return 0
}

// token reads the word or emoji at the position and returns where it ends.
func (s *scanner) token() int {
	s.n, s.stretched, s.shouted, s.digits, s.emoji = 0, false, false, false, 0
	if size := s.smiley(); size > 0 {
		s.emoji = smileyRune(s.text[s.pos+size-1])
		s.pos += size
		return s.pos
	}
	if s.text[s.pos] >= utf8.RuneSelf {
		if r, size := utf8.DecodeRuneInString(s.text[s.pos:]); !isWord(r) {
			s.emoji = r
			s.pos += size
			return s.pos
		}
	}
	return s.fold()
}

// fold reads a word and returns where it ends: what is not seen behind it does
// not belong to it.
func (s *scanner) fold() int {
	end := s.pos
	f := folding{}
	for s.pos < len(s.text) {
		c := s.text[s.pos]
		if c >= 'a' && c <= 'z' && c != f.last && s.n < maxWord { // nearly all
			s.word[s.n] = c
			s.n++
			s.pos++
			f.last, f.lower, f.letters = c, f.lower+1, f.letters+1
			end = s.pos
			continue
		}
		var more bool
		if c < utf8.RuneSelf {
			more = s.foldASCII(c, &f)
		} else {
			more = s.foldRune(&f)
		}
		if !more {
			break
		}
		if f.seen {
			end = s.pos
		}
	}
	s.digits = f.letters > 0 && f.digits == f.letters
	s.shouted = f.lower == 0 && f.letters > 2 && f.digits == 0
	return end
}

// folding is the state of a word that is being read.
type folding struct {
	last                   byte // the letter before, if of ASCII
	seen                   bool // what was read last is seen
	letters, lower, digits int
}

// foldASCII takes a byte and reports whether it belongs to the word.
func (s *scanner) foldASCII(c byte, f *folding) bool {
	switch {
	case c >= 'a' && c <= 'z':
		f.lower++
	case c >= 'A' && c <= 'Z':
		c += 'a' - 'A'
	case c >= '0' && c <= '9':
		f.digits++
		f.last = 0
	case c == '\'' && s.letterAt(s.pos+1):
		s.pos++
		f.seen = false
		return true
	default:
		return false
	}
	f.letters++
	f.seen = true
	s.pos++
	if c == f.last && s.n > 1 && s.n <= maxWord && s.word[s.n-2] == c {
		s.stretched = true
		return true
	}
	s.put(c)
	f.last = c
	return true
}

// foldRune takes a rune and reports whether it belongs to the word.
func (s *scanner) foldRune(f *folding) bool {
	r, size := utf8.DecodeRuneInString(s.text[s.pos:])
	switch {
	case isWord(r):
		f.letters++
		if !unicode.IsUpper(r) {
			f.lower++
		}
		s.addRune(r)
		f.seen = true
	case isMark(r):
		if r == '\u0308' && s.n > 0 && s.n < maxWord && isUmlautBase(s.word[s.n-1]) {
			s.put('e')
		}
		f.seen = true
	case isUnseen(r), isApostrophe(r) && s.letterAt(s.pos+size):
		f.seen = false
		s.pos += size
		return true
	default:
		return false
	}
	s.pos += size
	f.last = 0
	return true
}

// put appends to the word. One that is too long is counted and not kept.
func (s *scanner) put(c byte) {
	if s.n < maxWord {
		s.word[s.n] = c
		s.n++
		return
	}
	s.n = maxWord + 1
}

func (s *scanner) addRune(r rune) {
	switch r = unicode.ToLower(r); r {
	case 'ä', 'æ':
		s.put('a')
		s.put('e')
	case 'ö', 'œ', 'ø':
		s.put('o')
		s.put('e')
	case 'ü':
		s.put('u')
		s.put('e')
	case 'ß':
		s.put('s')
		s.put('s')
	case 'à', 'á', 'â', 'ã', 'å':
		s.put('a')
	case 'è', 'é', 'ê', 'ë':
		s.put('e')
	case 'ì', 'í', 'î', 'ï', 'ı':
		s.put('i')
	case 'ò', 'ó', 'ô', 'õ':
		s.put('o')
	case 'ù', 'ú', 'û':
		s.put('u')
	case 'ç':
		s.put('c')
	case 'ñ':
		s.put('n')
	default:
		var buf [utf8.UTFMax]byte
		for _, c := range buf[:utf8.EncodeRune(buf[:], r)] {
			s.put(c)
		}
	}
}

// letterAt reports whether a letter stands at an offset.
func (s *scanner) letterAt(at int) bool {
	if at >= len(s.text) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(s.text[at:])
	return unicode.IsLetter(r)
}

func isASCIIWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func isWord(r rune) bool {
	switch r {
	case 'ä', 'ö', 'ü', 'ß', 'Ä', 'Ö', 'Ü':
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// isMark reports whether r is a mark that combines with the letter before it.
func isMark(r rune) bool { return r >= 0x300 && r <= 0x36f }

// isUnseen reports whether r is not seen: soft hyphen, zero width, direction
// marks, variation selectors.
func isUnseen(r rune) bool {
	switch {
	case r == 0xad, r == 0xfeff, r == 0x61c, r == 0x180e,
		r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e,
		r >= 0x2060 && r <= 0x206f, r >= 0xfe00 && r <= 0xfe0f:
		return true
	}
	return false
}

func isApostrophe(r rune) bool { return r == '’' || r == '‘' || r == 'ʼ' || r == '´' }

func isUmlautBase(c byte) bool { return c == 'a' || c == 'o' || c == 'u' }

// isEmoji reports whether r may be a picture that says something: the blocks of
// symbols and emoji, without the modifiers of skin.
func isEmoji(r rune) bool {
	return r >= 0x1f300 && r <= 0x1faff && (r < 0x1f3fb || r > 0x1f3ff) || r >= 0x2600 && r <= 0x27bf || r == 0x2b50
}

// smiley returns the length of a smiley of punctuation at the position, as :-)
// or ;( or <3, and 0 where there is none.
func (s *scanner) smiley() int {
	rest := s.text[s.pos+1:]
	switch s.text[s.pos] {
	case '<':
		if len(rest) > 0 && rest[0] == '3' && wordEnds(rest[1:]) {
			return 2
		}
		return 0
	case ':', ';', '=':
	default:
		return 0
	}
	size := 2
	if len(rest) > 0 && rest[0] == '-' {
		rest, size = rest[1:], 3
	}
	if len(rest) == 0 {
		return 0
	}
	switch rest[0] {
	case ')', '(':
		return size
	case 'D', 'P', 'p', '/':
		if wordEnds(rest[1:]) && (len(rest) == 1 || rest[1] != '/') { // not http://
			return size
		}
	}
	return 0
}

func wordEnds(rest string) bool { return rest == "" || !isASCIIWord(rest[0]) }

// smileyRune is the emoji that a smiley with such a mouth stands for.
func smileyRune(mouth byte) rune {
	switch mouth {
	case '(':
		return '😞'
	case '/':
		return '😕'
	case '3':
		return '❤'
	}
	return '🙂'
}
