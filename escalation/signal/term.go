package signal

import (
	_ "embed"
	"errors"
	"strconv"
	"strings"
	"unicode"

	"github.com/kulanz-go/kulanz/internal/fold"
	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Kind is what a term is a signal of. Hosts may have kinds of their own.
type Kind string

// The kinds of the built-in terms.
const (
	LegalThreat  Kind = "legal_threat" // lawyer, court, consumer association, police
	Fraud        Kind = "fraud"        // the shop is called fraudulent, or an account was abused
	Defamation   Kind = "defamation"   // insults and accusations against people
	Safety       Kind = "safety"       // injury, fire, poisoning, danger
	Press        Kind = "press"        // newspapers, television, public campaigns
	Cancellation Kind = "cancellation" // of an order, a contract, an account
	WantsPerson  Kind = "wants_person" // explicitly, a person instead of a bot
	WantsCall    Kind = "wants_call"   // explicitly, to be called
)

// Kinds are the kinds of the built-in terms.
func Kinds() []Kind {
	return []Kind{LegalThreat, Fraud, Defamation, Safety, Press, Cancellation, WantsPerson, WantsCall}
}

// Mode is how a pattern is compared with a word.
type Mode string

// The modes.
const (
	Word   Mode = "word"   // the word is the pattern
	Prefix Mode = "prefix" // the word begins with the pattern
)

// Pattern is one word of a term, or one of several that will do.
type Pattern struct {
	Text string   `json:"t"`            // a single word; folded when it is compiled
	Or   []string `json:"or,omitempty"` // other words that will do, compared alike
	Mode Mode     `json:"mode"`
}

// Term is consecutive words that are a signal.
type Term struct {
	ID   string    `json:"id"`
	Kind Kind      `json:"kind,omitempty"`
	Lang string    `json:"lang,omitempty"` // for the reader; all terms are looked for in all texts
	Seq  []Pattern `json:"seq"`
	// Gap is how many other words of the same sentence may stand between two
	// patterns, 0 to 8; 0: none, and the end of a sentence is passed over.
	Gap int `json:"gap,omitempty"`
	// Negatable terms do not count behind a negation in the same clause.
	Negatable bool `json:"negatable,omitempty"`
	// Except lists contexts: the term does not count where one of these
	// sequences shares a word with it.
	Except [][]Pattern `json:"except,omitempty"`
}

// Limits of what is data from outside.
const (
	maxTerms  = 4096
	maxSeq    = 8
	maxExcept = 64 // of one term
	maxGap    = 8
	maxOr     = 64 // of one pattern
	maxName   = 64 // bytes of an id, a kind, a pattern
)

//go:embed terms.json
var builtin []byte

// Terms returns the built-in terms, German and English. It reads them on every
// call; keep the result.
func Terms() []Term {
	terms, err := Parse(builtin)
	if err != nil {
		panic(err) // the list is part of the program and tested with it
	}
	return terms
}

// Parse reads terms from JSON, a list, strictly; [New] checks them.
func Parse(data []byte) ([]Term, error) {
	var terms []Term
	err := strictjson.Unmarshal(data, &terms)
	var all strictjson.Errors
	if !errors.As(err, &all) {
		return terms, err
	}
	var c check
	for _, e := range all {
		c.fail("terms"+e.Path, e.Value, e.Detail)
	}
	return nil, c.err()
}

// compile checks the terms and returns them with their patterns folded.
func compile(terms []Term) ([]Term, error) {
	var c check
	if len(terms) > maxTerms {
		c.fail("terms", strconv.Itoa(len(terms)), "are more than "+strconv.Itoa(maxTerms))
		return nil, c.err()
	}
	out, seen := make([]Term, len(terms)), make(map[string]bool, len(terms))
	for i, t := range terms {
		out[i] = c.term("terms["+strconv.Itoa(i)+"]", t)
		if seen[t.ID] {
			c.fail("terms["+strconv.Itoa(i)+"].id", t.ID, "is given twice")
		}
		seen[t.ID] = true
	}
	return out, c.err()
}

func (c *check) term(path string, t Term) Term {
	bad := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	if t.ID == "" || len(t.ID) > maxName || strings.ContainsFunc(t.ID, bad) {
		c.fail(path+".id", t.ID, "is not a name of 1 to 64 bytes without blanks")
	}
	if len(t.Kind) > maxName || strings.ContainsFunc(string(t.Kind), bad) {
		c.fail(path+".kind", string(t.Kind), "is not a name of up to 64 bytes without blanks")
	}
	if t.Gap < 0 || t.Gap > maxGap {
		c.fail(path+".gap", strconv.Itoa(t.Gap), "is not 0 to 8")
	}
	if len(t.Except) > maxExcept {
		c.fail(path+".except", strconv.Itoa(len(t.Except)), "are more than 64")
		return t
	}
	t.Seq = c.patterns(path+".seq", t.Seq)
	except := make([][]Pattern, len(t.Except))
	for i, seq := range t.Except {
		except[i] = c.patterns(path+".except["+strconv.Itoa(i)+"]", seq)
	}
	t.Except = except
	return t
}

func (c *check) patterns(path string, seq []Pattern) []Pattern {
	if len(seq) == 0 || len(seq) > maxSeq {
		c.fail(path, strconv.Itoa(len(seq)), "is not 1 to 8 patterns")
		return nil
	}
	out := make([]Pattern, len(seq))
	for i, p := range seq {
		at := path + "[" + strconv.Itoa(i) + "]"
		out[i] = Pattern{Text: c.word(at+".t", p.Text), Mode: p.Mode}
		if p.Mode != Word && p.Mode != Prefix {
			c.fail(at+".mode", string(p.Mode), "is neither word nor prefix")
		}
		if len(p.Or) > maxOr {
			c.fail(at+".or", strconv.Itoa(len(p.Or)), "are more than 64")
			continue
		}
		for k, other := range p.Or {
			out[i].Or = append(out[i].Or, c.word(at+".or["+strconv.Itoa(k)+"]", other))
		}
	}
	return out
}

func (c *check) word(path, text string) string {
	words := fold.Tokens(text)
	if len(text) > maxName || len(words) != 1 {
		c.fail(path, text, "is not one word of up to 64 bytes")
		return ""
	}
	return words[0].Text
}
