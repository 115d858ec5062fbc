package tone

import (
	"cmp"
	"strings"

	"github.com/kulanz-go/kulanz/internal/fold"
)

// phrase takes a phrase as the lists write it: (a|b) is one of several, [a] may
// be left out, and a word that ends with ~ stands with all endings of an
// adjective.
func (b *builder) phrase(kind string, val int8, text string) {
	s := sense{val: val}
	if kind == "irony" {
		s.role = roleIrony
	}
	if kind == "not" { // says nothing, though its words would
		s.role = roleFixed
	}
	for _, spelled := range expand(text, maxTerms) {
		b.sequence(spelled, s, false)
	}
}

// sequence adds one spelling of a phrase. The host's go over the others.
func (b *builder) sequence(text string, s sense, host bool) {
	var keys []uint64
	first, open := "", false
	for _, token := range fold.Tokens(strings.ReplaceAll(text, "'", "")) {
		if open = b.isFiller(token.Text) && len(keys) > 0; !open {
			keys, first = append(keys, hashOf([]byte(token.Text))), cmp.Or(first, token.Text)
		}
	}
	if len(keys) < 2 || len(keys) > maxPhrase || open {
		b.check.fail(b.path, text, "is not 2 to 6 words without fillers, or ends with one")
		return
	}
	starts := sense{role: roleStarts}
	if f := b.form(first); f != nil {
		b.sense(&f.entry).role |= roleStarts
	}
	h := chain(0, keys[0])
	for _, key := range keys[1 : len(keys)-1] {
		h = chain(h, key)
		b.phrases[h] = b.with(b.phrases[h], starts)
	}
	h = chain(h, keys[len(keys)-1])
	e := b.phrases[h]
	if old := b.sense(&e).without(roleStarts); old != (sense{}) && old != s && !host {
		b.check.fail(b.path, text, "has another valence before")
	}
	b.phrases[h] = b.with(e, s)
}

// with adds roles in the language at hand, and sets a valence.
func (b *builder) with(e entry, s sense) entry {
	old := b.sense(&e)
	old.role |= s.role
	if s.val != 0 || s.role&roleFixed != 0 {
		old.val = s.val
	}
	return e
}

func (b *builder) isFiller(folded string) bool {
	i, ok := b.index[hashOf([]byte(folded))]
	return ok && b.sense(&b.forms[i].entry).role&roleFiller != 0
}

// expand spells out the alternatives of a phrase, up to a limit of spellings and
// one more.
func expand(text string, limit int) []string {
	at := strings.IndexAny(text, "([~")
	if at < 0 {
		return []string{text}
	}
	options := []string{"", "e", "er", "es", "en", "em"}
	rest := text[at+1:]
	if text[at] != '~' {
		options, rest = alternatives(rest)
		if text[at] == '[' {
			options = append(options, "")
		}
	}
	all := make([]string, 0, len(options))
	for _, o := range options {
		if len(all) > limit {
			break
		}
		all = append(all, expand(text[:at]+o+rest, limit-len(all))...)
	}
	return all
}

// alternatives parts what stands in a bracket, and what follows it.
func alternatives(text string) ([]string, string) {
	var options []string
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '(', '[':
			depth++
		case '|':
			if depth == 0 {
				options, from = append(options, text[from:i]), i+1
			}
		case ')', ']':
			if depth == 0 {
				return append(options, text[from:i]), text[i+1:]
			}
			depth--
		}
	}
	return append(options, text[from:]), ""
}
