package tone

import (
	_ "embed"
	"errors"
	"strconv"
	"unicode"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Topic is what a comment is about. Hosts may have topics of their own.
type Topic string

// The topics of the built-in rules: the causes of complaint.
const (
	Cost        Topic = "cost"
	Options     Topic = "options" // choice, sizes, what is in stock
	Speed       Topic = "speed"   // late, slow, waiting
	Quality     Topic = "quality"
	Defect      Topic = "defect"
	WrongItem   Topic = "wrong_item"
	MissingItem Topic = "missing_item"
	Payment     Topic = "payment"
	Delivery    Topic = "delivery" // couriers, packing, tracking
	Staff       Topic = "staff"    // how people were treated and whether they were reached
	Return      Topic = "return"
	Refund      Topic = "refund"
	Website     Topic = "website"
	Privacy     Topic = "privacy"
)

// Rule finds one topic. Terms are 1 to 6 words each: "zu teuer". A word may end
// with * to stand for all that begin like it, or begin with * for all that end
// like it: "liefer*", "*gebühr". (a|b) is one of several, [a] may be missing, a
// word that ends with ~ has the endings of a German adjective. Between two
// words, .. lets up to three others stand. A term that begins with ! is a context in
// which the others do not count. A term lies within one sentence; one of more than
// 64 words is read in pieces.
type Rule struct {
	Topic   Topic               `json:"topic"`
	Title   map[Language]string `json:"title,omitempty"`
	German  []string            `json:"de,omitempty"`
	English []string            `json:"en,omitempty"`
}

// Limits of rules from outside.
const (
	maxRules = 64
	maxTerms = 4096 // of all rules, after alternatives are spelt out
	maxName  = 64   // bytes of a topic
)

//go:embed lexicon/topics.json
var builtinTopics []byte

// TopicRules returns the built-in rules, German and English. It reads them on
// every call.
func TopicRules() []Rule {
	rules, err := ParseRules(builtinTopics)
	if err != nil {
		panic(err) // the list is part of the program and tested with it
	}
	return rules
}

// ParseRules reads rules from JSON, a list, strictly; [NewTopics] checks them.
func ParseRules(data []byte) ([]Rule, error) {
	var rules []Rule
	return rules, decode(data, &rules, "rules")
}

// decode reads JSON strictly and reports what is wrong as Faults.
func decode(data []byte, into any, root string) error {
	err := strictjson.Unmarshal(data, into)
	var all strictjson.Errors
	if !errors.As(err, &all) {
		return err
	}
	var c check
	for _, e := range all {
		c.fail(root+e.Path, e.Value, e.Detail)
	}
	return c.err()
}

// Topics finds topics in texts. It is immutable and safe for concurrent use.
type Topics struct {
	rules   []Rule
	matcher *matcher
}

// NewTopics compiles rules; every fault is reported, as [Faults].
func NewTopics(rules ...Rule) (*Topics, error) {
	var c check
	m := newMatcher()
	if len(rules) == 0 || len(rules) > maxRules {
		c.fail("rules", strconv.Itoa(len(rules)), "are not 1 to 64")
		return nil, c.err()
	}
	seen := map[Topic]bool{}
	for i, r := range rules {
		path := "rules[" + strconv.Itoa(i) + "]"
		checkName(&c, path+".topic", string(r.Topic))
		if seen[r.Topic] {
			c.fail(path+".topic", string(r.Topic), "is given twice")
		}
		seen[r.Topic] = true
		if len(r.German)+len(r.English) == 0 {
			c.fail(path, string(r.Topic), "has no terms")
		}
		for lang := range r.Title {
			if lang != German && lang != English {
				c.fail(path+".title", string(lang), "is neither de nor en")
			}
		}
		m.add(&c, path+".de", i, r.German)
		m.add(&c, path+".en", i, r.English)
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return &Topics{rules: rules, matcher: m}, nil
}

// DefaultTopics is [NewTopics] of [TopicRules].
func DefaultTopics() *Topics {
	t, err := NewTopics(TopicRules()...)
	if err != nil {
		panic(err) // as TopicRules
	}
	return t
}

func checkName(c *check, path, name string) {
	bad := len(name) == 0 || len(name) > maxName
	for _, r := range name {
		bad = bad || unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}
	if bad {
		c.fail(path, name, "is not a name of 1 to 64 bytes without blanks")
	}
}

// Topics returns the topics of the rules in their order.
func (t *Topics) Topics() []Topic {
	list := make([]Topic, len(t.rules))
	for i, r := range t.rules {
		list[i] = r.Topic
	}
	return list
}

// Title returns the name of a topic for people, or its id where it has none.
func (t *Topics) Title(topic Topic, lang Language) string {
	for _, r := range t.rules {
		if r.Topic == topic && r.Title[lang] != "" {
			return r.Title[lang]
		}
	}
	return string(topic)
}

// TopicMatch is a topic and the first place that speaks of it, in bytes of the
// text, half-open, on the borders of runes.
type TopicMatch struct {
	Topic Topic `json:"topic"`
	Start int   `json:"start"`
	End   int   `json:"end"`
}

// Find appends the topics of a text to list, each once, in the order of the
// rules. Of a long text the first DefaultMaxBytes are read. It allocates nothing
// where list has room.
func (t *Topics) Find(list []TopicMatch, text string) []TopicMatch {
	var hits [maxRules]hit
	text, _ = clip(text, DefaultMaxBytes)
	t.matcher.find(text, hits[:len(t.rules)])
	for i, h := range hits[:len(t.rules)] {
		if h.end > 0 {
			list = append(list, TopicMatch{t.rules[i].Topic, h.start, h.end})
		}
	}
	return list
}
