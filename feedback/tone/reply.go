package tone

import (
	_ "embed"
	"strconv"
)

// WarningKind is what a reply does that it should not.
type WarningKind string

// The kinds of warning.
const (
	Blame   WarningKind = "blame"   // it says that it is the customer's own fault
	Sarcasm WarningKind = "sarcasm" // it mocks
	Defence WarningKind = "defence" // it justifies, plays down, or hides behind rules
)

// ReplyRule finds one fault in replies. Terms are those of a [Rule].
type ReplyRule struct {
	Kind    WarningKind         `json:"kind"`
	ID      string              `json:"id"`
	Advice  map[Language]string `json:"advice"` // what to write instead
	German  []string            `json:"de,omitempty"`
	English []string            `json:"en,omitempty"`
}

// Warning is a place in a draft that a customer may take amiss. It is advice: a
// person decides.
type Warning struct {
	Kind  WarningKind `json:"kind"`
	Rule  string      `json:"rule"`
	Start int         `json:"start"` // in bytes of the draft, half-open
	End   int         `json:"end"`
	// Advice says, in the language of the term, what to write instead.
	Advice string `json:"advice"`
}

//go:embed lexicon/replies.json
var builtinReplies []byte

// ReplyRules returns the built-in rules, German and English.
func ReplyRules() []ReplyRule {
	rules, err := ParseReplyRules(builtinReplies)
	if err != nil {
		panic(err) // the list is part of the program and tested with it
	}
	return rules
}

// ParseReplyRules reads rules from JSON, a list, strictly; [NewReplyChecker]
// checks them.
func ParseReplyRules(data []byte) ([]ReplyRule, error) {
	var rules []ReplyRule
	return rules, decode(data, &rules, "rules")
}

// ReplyChecker looks through drafts of replies. It is immutable and safe for
// concurrent use.
type ReplyChecker struct {
	rules   []ReplyRule
	matcher *matcher
}

// NewReplyChecker compiles rules; every fault is reported, as [Faults].
func NewReplyChecker(rules ...ReplyRule) (*ReplyChecker, error) {
	var c check
	if len(rules) == 0 || len(rules) > maxRules/2 {
		c.fail("rules", strconv.Itoa(len(rules)), "are not 1 to 32")
		return nil, c.err()
	}
	m := newMatcher()
	seen := map[string]bool{}
	for i, r := range rules {
		path := "rules[" + strconv.Itoa(i) + "]"
		if r.Kind != Blame && r.Kind != Sarcasm && r.Kind != Defence {
			c.fail(path+".kind", string(r.Kind), "is none of blame, sarcasm, defence")
		}
		checkName(&c, path+".id", r.ID)
		if seen[r.ID] {
			c.fail(path+".id", r.ID, "is given twice")
		}
		seen[r.ID] = true
		if len(r.German) > 0 && r.Advice[German] == "" {
			c.fail(path+".advice.de", "", "is missing")
		}
		if len(r.English) > 0 && r.Advice[English] == "" {
			c.fail(path+".advice.en", "", "is missing")
		}
		if len(r.German)+len(r.English) == 0 {
			c.fail(path, r.ID, "has no terms")
		}
		// Two rules of the matcher for each: one a language.
		m.add(&c, path+".de", 2*i, r.German)
		m.add(&c, path+".en", 2*i+1, r.English)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return &ReplyChecker{rules: rules, matcher: m}, nil
}

// Check returns what is wrong with a draft, the first place of each rule, in
// the order of the rules.
func (r *ReplyChecker) Check(draft string) []Warning {
	draft, _ = clip(draft, DefaultMaxBytes)
	var hits [maxRules]hit
	r.matcher.find(draft, hits[:2*len(r.rules)])
	var list []Warning
	for i, h := range hits[:2*len(r.rules)] {
		if h.end == 0 {
			continue
		}
		rule, lang := r.rules[i/2], German
		if i%2 == 1 {
			lang = English
		}
		list = append(list, Warning{rule.Kind, rule.ID, h.start, h.end, rule.Advice[lang]})
	}
	return list
}

// CheckReply looks through a draft with the built-in rules: it warns of blame,
// sarcasm and defence, in German and English. It compiles the rules on every
// call; who checks many drafts keeps a [ReplyChecker].
func CheckReply(draft string) []Warning {
	r, err := NewReplyChecker(ReplyRules()...)
	if err != nil {
		panic(err) // as ReplyRules
	}
	return r.Check(draft)
}
