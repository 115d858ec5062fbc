package signal

import (
	"math/bits"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/internal/fold"
)

// Match is a term that was found.
type Match struct {
	Term  string // its id
	Kind  Kind
	Start int // in bytes of the text, half-open
	End   int
	Void  Void // empty: it counts
}

// Void is why a match does not count.
type Void string

// The reasons of a match that does not count.
const (
	Negated  Void = "negated"  // a negation stands before it in the same clause
	Excepted Void = "excepted" // it is part of a context that the term excepts
)

// Detector finds terms. It is immutable and safe for concurrent use.
type Detector struct {
	terms    []Term
	words    map[string][]int // terms by their first pattern, where that is a whole word
	prefixes map[string][]int // and where it is a beginning
	lengths  []int            // of those beginnings
}

// New compiles terms; every fault is reported, as [Faults].
func New(terms ...Term) (*Detector, error) {
	compiled, err := compile(terms)
	if err != nil {
		return nil, err
	}
	d := &Detector{terms: compiled, words: map[string][]int{}, prefixes: map[string][]int{}}
	for i, t := range compiled {
		first := t.Seq[0]
		for _, word := range append([]string{first.Text}, first.Or...) {
			d.index(i, word, first.Mode)
		}
	}
	return d, nil
}

// index notes that a term may begin with a word.
func (d *Detector) index(term int, word string, mode Mode) {
	if mode == Word {
		d.words[word] = append(d.words[word], term)
		return
	}
	d.prefixes[word] = append(d.prefixes[word], term)
	if at, known := slices.BinarySearch(d.lengths, len(word)); !known {
		d.lengths = slices.Insert(d.lengths, at, len(word))
	}
}

// Find returns the first match of each term that counts, in the order of the
// terms.
func (d *Detector) Find(text string) []Match {
	return slices.DeleteFunc(d.Explain(text), func(m Match) bool { return m.Void != "" })
}

// Explain returns of each term that was found its first match that counts, or
// where none does its first match and why it does not, in the order of the
// terms.
func (d *Detector) Explain(text string) []Match {
	s := scan{text: text, tokens: fold.Tokens(text), found: map[int]Match{}}
	for at, token := range s.tokens {
		for _, i := range d.words[token.Text] {
			s.try(i, &d.terms[i], at)
		}
		for _, n := range d.lengths {
			if n > len(token.Text) {
				break
			}
			for _, i := range d.prefixes[token.Text[:n]] {
				s.try(i, &d.terms[i], at)
			}
		}
	}
	var all []Match
	for i := range d.terms {
		if m, ok := s.found[i]; ok {
			all = append(all, m)
		}
	}
	return all
}

// Kinds returns the kinds of the terms that were found, each once, in the
// order of the terms.
func (d *Detector) Kinds(text string) []Kind {
	var kinds []Kind
	for _, m := range d.Find(text) {
		if m.Kind != "" && !slices.Contains(kinds, m.Kind) {
			kinds = append(kinds, m.Kind)
		}
	}
	return kinds
}

// Signals is [Detector.Kinds] as texts: what an escalation planner keeps of a
// message as its fact "signals".
func (d *Detector) Signals(text string) []string {
	kinds := d.Kinds(text)
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}

// scan is one text that is looked through.
type scan struct {
	text   string
	tokens []fold.Token
	found  map[int]Match
}

// try looks whether a term begins at a token, unless it was found before.
func (s *scan) try(i int, t *Term, at int) {
	before, again := s.found[i]
	if again && before.Void == "" {
		return
	}
	last, ok := s.sequence(t.Seq, at, t.Gap)
	if !ok {
		return
	}
	m := Match{Term: t.ID, Kind: t.Kind, Start: s.tokens[at].Start, End: s.tokens[last].End}
	switch {
	case s.excepted(t, at, last):
		m.Void = Excepted
	case t.Negatable && s.negated(at, last):
		m.Void = Negated
	}
	if m.Void == "" || !again {
		s.found[i] = m
	}
}

// sequence reports whether the patterns match from a token on, and the last
// token of the shortest such match. It keeps the set of all tokens at which the
// patterns so far can end, as bits counted from the first: eight patterns with
// gaps of eight never span more than 64 tokens.
func (s *scan) sequence(seq []Pattern, at, gap int) (int, bool) {
	if at < 0 || at >= len(s.tokens) || !seq[0].matches(s.tokens[at].Text) {
		return 0, false
	}
	ends := uint64(1)
	for _, p := range seq[1:] {
		if ends = s.advance(p, at, gap, ends); ends == 0 {
			return 0, false
		}
	}
	return at + bits.TrailingZeros64(ends), true
}

// advance returns where one more pattern can end, given where those before it
// can.
func (s *scan) advance(p Pattern, at, gap int, ends uint64) uint64 {
	var next uint64
	until := -1 // the last token that is near enough
	for j := bits.TrailingZeros64(ends); j < 64 && at+j < len(s.tokens) && (j <= until || ends>>j != 0); j++ {
		if gap > 0 && s.between(at+j, ".!?\n") {
			until = -1
		}
		if j <= until && p.matches(s.tokens[at+j].Text) {
			next |= 1 << j
		}
		if ends&(1<<j) != 0 {
			until = j + 1 + gap
		}
	}
	return next
}

// between reports whether one of the characters stands before a token and
// behind the one before it.
func (s *scan) between(i int, chars string) bool {
	return i > 0 && strings.ContainsAny(s.text[min(s.tokens[i-1].End, s.tokens[i].Start):s.tokens[i].Start], chars)
}

func (p Pattern) matches(word string) bool {
	if p.Mode == Word {
		return word == p.Text || slices.Contains(p.Or, word)
	}
	return strings.HasPrefix(word, p.Text) ||
		slices.ContainsFunc(p.Or, func(other string) bool { return strings.HasPrefix(word, other) })
}

// excepted reports whether one of the term's contexts shares a token with a
// match.
func (s *scan) excepted(t *Term, from, to int) bool {
	for _, seq := range t.Except {
		for at := from - len(seq) + 1; at <= to; at++ {
			if _, ok := s.sequence(seq, at, 0); ok {
				return true
			}
		}
	}
	return false
}

// reach is how many words a negation looks ahead.
const reach = 3

// negated reports whether a negation stands shortly before the end of a match
// in the same clause, or German "nicht" right behind it ("ich klage nicht"),
// unless it is "nicht nur".
func (s *scan) negated(from, to int) bool {
	for i := to; i >= 0 && i >= from-reach; i-- {
		if i < to && negation(s.tokens[i].Text) {
			return true
		}
		if i <= from && s.between(i, clauseEnds) {
			break
		}
	}
	after := to + 1
	return after < len(s.tokens) && s.tokens[after].Text == "nicht" && !s.between(after, clauseEnds) &&
		(after+1 == len(s.tokens) || s.tokens[after+1].Text != "nur")
}

// clauseEnds are the characters that part clauses.
const clauseEnds = ",.;:!?\n"

// negation reports whether a folded word negates what follows it.
func negation(word string) bool {
	switch word {
	case "nicht", "kein", "keine", "keinen", "keinem", "keiner", "keinerlei", "nie", "niemals", "ohne", "weder", "statt",
		"no", "not", "never", "without", "neither", "nor", "dont", "cannot",
		"t": // of don't, won't and the like
		return true
	}
	return false
}
