package tone

import (
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/internal/fold"
)

// matcher finds terms of several words. It is what topics and the check of
// replies are made of.
type matcher struct {
	ids      map[uint64]uint16 // pattern words by the hash of their letters and mode
	starts   map[uint16][]int  // terms by their first word
	terms    []termSeq
	prefixes uint64 // a bit for each length of a beginning
	suffixes uint64
}

// termSeq is a term in ids of pattern words.
type termSeq struct {
	rule   int
	words  []uint16
	gap    []bool // before the word, up to maxGap others may stand
	except bool   // where it matches, the rule's other terms do not count
}

// hit is the first place of a rule in a text.
type hit struct{ start, end int }

// Seeds that part whole words, beginnings and endings of the same letters.
const (
	seedWhole  = 0
	seedPrefix = 0x51ed270b9f1c3d85
	seedSuffix = 0x2545f4914f6cdd1d
)

const (
	maxGap   = 3 // other words between two of a term
	minAffix = 3 // letters of a beginning or ending
	// maxFits is how many pattern words one word of a text can be: itself, and
	// each of its beginnings and endings.
	maxFits = 2*(maxWord-minAffix+1) + 1
)

func newMatcher() *matcher {
	return &matcher{ids: map[uint64]uint16{}, starts: map[uint16][]int{}}
}

// add compiles the terms of a rule.
func (m *matcher) add(c *check, path string, rule int, terms []string) {
	for i, term := range terms {
		at := path + "[" + strconv.Itoa(i) + "]"
		if len(term) > maxText {
			c.fail(at, term, "is longer than 128 bytes")
			continue
		}
		spelled := expand(term, maxTerms)
		if len(m.terms)+len(spelled) > maxTerms {
			c.fail(at, term, "makes too many terms: 4096 are the most of all rules")
			continue
		}
		for _, s := range spelled {
			m.term(c, at, rule, s)
		}
	}
}

func (m *matcher) term(c *check, path string, rule int, text string) {
	text, except := strings.CutPrefix(text, "!")
	t := termSeq{rule: rule, except: except}
	gap := false
	for word := range strings.FieldsSeq(text) {
		if word == ".." {
			gap = true
			continue
		}
		id, ok := m.word(word)
		if !ok {
			c.fail(path, word, "is no single word, or a beginning or ending of less than 3 letters")
			return
		}
		t.words, t.gap = append(t.words, id), append(t.gap, gap && len(t.words) > 0)
		gap = false
	}
	if len(t.words) == 0 || len(t.words) > maxPhrase || gap {
		c.fail(path, text, "is not 1 to 6 words")
		return
	}
	m.starts[t.words[0]] = append(m.starts[t.words[0]], len(m.terms))
	m.terms = append(m.terms, t)
}

// word returns the id of a pattern word.
func (m *matcher) word(word string) (uint16, bool) {
	bare, prefix := strings.CutSuffix(word, "*")
	bare, suffix := strings.CutPrefix(bare, "*")
	tokens := fold.Tokens(strings.ReplaceAll(bare, "'", ""))
	if len(tokens) != 1 || prefix && suffix {
		return 0, false
	}
	text := []byte(tokens[0].Text)
	if len(text) > maxWord || (prefix || suffix) && len(text) < minAffix {
		return 0, false
	}
	var key uint64
	switch {
	case prefix:
		key = hashForward(text)
		m.prefixes |= 1 << len(text)
	case suffix:
		key = spread(hashBack(text) ^ seedSuffix)
		m.suffixes |= 1 << len(text)
	default:
		key = spread(hashBack(text) ^ seedWhole)
	}
	id, ok := m.ids[key]
	if !ok {
		id = uint16(len(m.ids)) //nolint:gosec // up to 4096 terms of 6 words
		m.ids[key] = id
	}
	return id, true
}

func hashForward(word []byte) uint64 {
	var h uint64
	for _, c := range word {
		h = step(h, c)
	}
	return spread(h ^ seedPrefix)
}

// fits are the pattern words that a word of a text is.
type fits struct {
	ids        [maxFits]uint16
	n          int
	start, end int
}

func (f *fits) has(id uint16) bool { return slices.Contains(f.ids[:f.n], id) }

// fit finds what the scanner's word is.
func (m *matcher) fit(s *scanner, f *fits) {
	f.n = 0
	if s.n > maxWord {
		return
	}
	word := s.word[:s.n]
	var h uint64
	for i, c := range slices.Backward(word) {
		h = step(h, c)
		if m.suffixes&(1<<(len(word)-i)) != 0 {
			m.note(f, spread(h^seedSuffix))
		}
	}
	m.note(f, spread(h^seedWhole))
	h = 0
	for i, c := range word {
		h = step(h, c)
		if m.prefixes&(1<<(i+1)) != 0 {
			m.note(f, spread(h^seedPrefix))
		}
	}
}

func (m *matcher) note(f *fits, key uint64) {
	if id, ok := m.ids[key]; ok {
		f.ids[f.n] = id
		f.n++
	}
}

// window is how many words of a sentence are held; a longer one is read in
// pieces.
const window = 64

// find fills in the first place of each rule.
func (m *matcher) find(text string, hits []hit) {
	s := scanner{text: text}
	var words [window]fits
	n := 0
	for {
		marks, more := s.skip()
		if n > 0 && marks&markStop != 0 || n == window {
			m.sentence(words[:n], hits)
			n = 0
		}
		if !more {
			return
		}
		start := s.pos
		words[n].start, words[n].end = start, s.token()
		if s.emoji == 0 {
			m.fit(&s, &words[n])
			n++
		}
	}
}

// sentence looks for the contexts that do not count, and then for terms that
// share no word with one of their rule.
func (m *matcher) sentence(words []fits, hits []hit) {
	var void [maxRules]uint64 // by rule, a bit for each word
	m.each(words, func(t *termSeq, at int) {
		if !t.except {
			return
		}
		if last, ok := t.match(words, at); ok {
			void[t.rule] |= bitsOf(at, last)
		}
	})
	m.each(words, func(t *termSeq, at int) {
		if t.except || hits[t.rule].end > 0 {
			return
		}
		if last, ok := t.match(words, at); ok && void[t.rule]&bitsOf(at, last) == 0 {
			hits[t.rule] = hit{words[at].start, words[last].end}
		}
	})
}

// each calls f for all terms that may begin at a word.
func (m *matcher) each(words []fits, f func(t *termSeq, at int)) {
	for at := range words {
		for _, id := range words[at].ids[:words[at].n] {
			for _, i := range m.starts[id] {
				f(&m.terms[i], at)
			}
		}
	}
}

// bitsOf are the bits of words from one to another, both included.
func bitsOf(from, to int) uint64 {
	return ^uint64(0) >> (63 - (to - from)) << from
}

// match reports whether a term begins at a word, and the last word of its
// shortest match. It keeps all places where the words so far can end as bits.
func (t *termSeq) match(words []fits, at int) (int, bool) {
	ends := uint64(1)
	for i, id := range t.words[1:] {
		reach := 1
		if t.gap[i+1] {
			reach += maxGap
		}
		var next uint64
		for rest := ends; rest != 0; rest &= rest - 1 {
			from := at + bits.TrailingZeros64(rest)
			for j := from + 1; j <= from+reach && j < len(words); j++ {
				if words[j].has(id) {
					next |= 1 << (j - at)
				}
			}
		}
		if ends = next; ends == 0 {
			return 0, false
		}
	}
	return at + bits.TrailingZeros64(ends), true
}
