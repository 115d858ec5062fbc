package tone

import (
	_ "embed"
	"maps"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/internal/fold"
)

// The built-in words, written for this library.
var (
	//go:embed lexicon/de.txt
	germanWords string
	//go:embed lexicon/en.txt
	englishWords string
)

// builder collects words and phrases before they are put into tables.
type builder struct {
	check   *check
	forms   []form         // every spelling of every word, as they came
	index   map[uint64]int // of forms, by hash
	phrases map[uint64]entry
	lemmas  map[Language]int
	known   map[Language]map[string]bool // lemmas, to find those given twice
	lang    Language
	path    string
}

// form is a spelling of a word.
type form struct {
	folded string
	umlaut string // as it was written, of German words with umlauts that are good or bad
	entry  entry
}

// expectedForms is about how many there are.
const expectedForms = 1 << 17

func newBuilder(c *check) *builder {
	return &builder{
		check: c, forms: make([]form, 0, expectedForms), index: make(map[uint64]int, expectedForms),
		phrases: map[uint64]entry{}, lemmas: map[Language]int{},
		known: map[Language]map[string]bool{German: {}, English: {}},
	}
}

// form returns the form with a spelling, which it makes where there is none; nil
// where another spelling has its hash.
func (b *builder) form(folded string) *form {
	key := hashOf([]byte(folded))
	i, ok := b.index[key]
	if !ok {
		i = len(b.forms)
		b.forms, b.index[key] = append(b.forms, form{folded: folded}), i
	}
	if b.forms[i].folded != folded {
		b.check.fail(b.path, folded, "has the hash of another word")
		return nil
	}
	return &b.forms[i]
}

// sense returns that of an entry in the language at hand.
func (b *builder) sense(e *entry) *sense {
	if b.lang == German {
		return &e.de
	}
	return &e.en
}

// read reads a list: lines of a kind, perhaps a valence, a colon and words
// with commas between, and comments from # on. What a kind is, is told at the top of the
// lists.
func (b *builder) read(path string, lang Language, list string) {
	b.lang = lang
	n := 0
	for line := range strings.Lines(list) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		b.path = path + ":" + strconv.Itoa(n)
		head, words, ok := strings.Cut(line, ":")
		if !ok {
			b.check.fail(b.path, line, "has no colon")
			continue
		}
		kind, value, _ := strings.Cut(head, " ")
		var tenths int8
		if value != "" {
			tenths = b.valence(value)
		}
		r := roleNamed(kind)
		for word := range strings.SplitSeq(words, ",") {
			b.entry(kind, sense{r, tenths}, strings.TrimSpace(word))
		}
	}
}

func (b *builder) valence(value string) int8 {
	v, err := strconv.ParseFloat(value, 64)
	if err != nil || v == 0 || v < -maxValence || v > maxValence {
		b.check.fail(b.path, value, "is no valence from -4 to 4")
		return 0
	}
	return tenthsOf(v)
}

func tenthsOf(v float64) int8 {
	if v < 0 {
		return int8(v*10 - 0.5)
	}
	return int8(v*10 + 0.5)
}

// entry takes one word of a line.
func (b *builder) entry(kind string, s sense, word string) {
	if s.role != 0 {
		for form := range strings.SplitSeq(word, "/") {
			b.add(form, s)
		}
		return
	}
	switch kind {
	case "word":
		b.add(word, sense{})
	case "phrase", "irony", "not":
		b.phrase(kind, s.val, word)
	case "adj", "adju", "noun", "verb", "inv":
		b.lemma(kind, s.val, word)
	default:
		b.check.fail(b.path, kind, "is no kind of word")
	}
}

// roleNamed returns the role that lines of a kind give, if any.
func roleNamed(kind string) role {
	return map[string]role{
		"negator": roleNegator | roleBack, "without": roleNegator, "boost": roleBoost, "damp": roleDamp,
		"but": roleBut, "irrealis": roleIrrealis, "clause": roleClause, "summary": roleSummary,
		"marker": roleMarker, "filler": roleFiller, "title": roleTitle, "fixed": roleFixed,
		"thing": roleThing, "less": roleLess,
	}[kind]
}

// lemma takes a good or bad word with its inflections. A leading ! keeps it from
// ending compounds; further forms follow behind slashes.
func (b *builder) lemma(kind string, val int8, word string) {
	word, plain := strings.CutPrefix(word, "!")
	forms := strings.Split(word, "/")
	name := strings.ReplaceAll(forms[0], "|", "")
	if val == 0 || len(fold.Tokens(name)) != 1 || b.known[b.lang][name] {
		b.check.fail(b.path, name, "has no valence, is no single word, or is given twice")
		return
	}
	b.known[b.lang][name] = true
	b.lemmas[b.lang]++
	s := sense{val: val}
	const shortest = 5 // of a head: any shorter one ends too many words by chance
	if b.lang == German && !plain && (kind == "noun" || kind == "adj" || kind == "adju") && len(fold.Word(name)) >= shortest {
		s.role = roleHead
	}
	for _, form := range inflect(b.lang, kind, forms[0]) {
		b.add(form, s)
	}
	for _, form := range forms[1:] {
		for _, f := range inflect(b.lang, moreOf(kind), form) {
			b.add(f, s)
		}
	}
	if kind == "adju" { // unfreundlich, unreliable
		un := sense{role: s.role, val: -val}
		b.lemmas[b.lang]++
		for _, form := range inflect(b.lang, "adj", "un"+forms[0]) {
			b.add(form, un)
		}
	}
}

// moreOf is how a further form of a word is inflected: "besser" as an adjective
// is, a verb's "betrog" not at all.
func moreOf(kind string) string {
	if kind == "adj" || kind == "adju" {
		return "adjform"
	}
	return "inv"
}

// add puts a form of a word into the table. The first to come keeps its valence;
// roles add up.
func (b *builder) add(form string, s sense) {
	folded := foldForm(form)
	if folded == "" || len(folded) > maxWord {
		b.check.fail(b.path, form, "is no word")
		return
	}
	f := b.form(folded)
	if f == nil {
		return
	}
	old := b.sense(&f.entry)
	old.role |= s.role
	if old.val == 0 {
		old.val = s.val
	}
	if b.lang == German && s.val != 0 && strings.ContainsAny(form, "äöüÄÖÜ") {
		f.umlaut = strings.ToLower(form)
	}
}

// minVariant is how long what people write instead must be: shorter ones are too
// often other words.
const minVariant = 7

// variants adds what people write instead, where it is no word of its own:
// letters without their umlaut dots, and double letters once.
func (b *builder) variants() {
	plain := strings.NewReplacer("ä", "a", "ö", "o", "ü", "u")
	for _, f := range b.forms {
		if f.umlaut != "" {
			b.variant(foldForm(plain.Replace(f.umlaut)), entry{de: f.entry.de})
		}
		if !f.entry.de.polar() && !f.entry.en.polar() {
			continue
		}
		if out, n := squeeze([]byte(f.folded)); n < len(f.folded) {
			b.variant(string(out[:n]), f.entry)
		}
	}
}

func (b *builder) variant(folded string, e entry) {
	e.de.role &^= roleLess // a guess twice over is none
	if _, ok := b.index[hashOf([]byte(folded))]; !ok && len(folded) >= minVariant {
		b.form(folded).entry = e
	}
}

// tables returns the words, and those that end German compounds.
func (b *builder) tables() (table, table) {
	heads := map[uint64]entry{}
	for i := range b.forms {
		if de := b.forms[i].entry.de; de.role&roleLess != 0 {
			heads[spread(hashBack([]byte(b.forms[i].folded)))] = entry{de: de}
		}
	}
	words := newTable(len(b.forms), func(yield func(uint64, entry) bool) {
		for i := range b.forms {
			if !yield(hashOf([]byte(b.forms[i].folded)), b.forms[i].entry) {
				return
			}
		}
	})
	return words, newTable(len(heads), maps.All(heads))
}

// foldForm folds a form; most are folded already.
func foldForm(form string) string {
	if strings.ContainsFunc(form, func(r rune) bool { return r < 'a' || r > 'z' }) {
		return fold.Word(form)
	}
	return form
}

// hostWords puts the host's words over the others.
func (b *builder) hostWords(words []Word) {
	if len(words) > maxWords {
		b.check.fail("words", strconv.Itoa(len(words)), "are more than 10000")
		return
	}
	for i, w := range words {
		b.path = "words[" + strconv.Itoa(i) + "]"
		if w.Language != German && w.Language != English {
			b.check.fail(b.path+".language", string(w.Language), "is neither de nor en")
			continue
		}
		if !(w.Valence >= -maxValence && w.Valence <= maxValence) {
			b.check.fail(b.path+".valence", strconv.FormatFloat(w.Valence, 'g', -1, 64), "is not from -4 to 4")
			continue
		}
		tokens := fold.Tokens(w.Text)
		if len(tokens) == 0 || len(tokens) > maxPhrase || len(w.Text) > maxText {
			b.check.fail(b.path+".text", w.Text, "is not 1 to 6 words of up to 128 bytes")
			continue
		}
		b.lang = w.Language
		s := sense{val: tenthsOf(w.Valence)}
		if len(tokens) > 1 {
			if s.val == 0 {
				s.role = roleFixed
			}
			b.sequence(w.Text, s, true)
			continue
		}
		b.set(tokens[0].Text, s)
	}
}

// set gives a word a valence whatever it had.
func (b *builder) set(folded string, s sense) {
	if len(folded) > maxWord {
		b.check.fail(b.path+".text", folded, "is longer than 48 bytes")
		return
	}
	if f := b.form(folded); f != nil {
		b.sense(&f.entry).val = s.val
	}
}
