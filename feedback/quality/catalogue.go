package quality

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/feedback/internal/faulty"

	"github.com/kulanz-go/kulanz/internal/fold"
)

// Severity is how bad an error is.
type Severity string

// The severities.
const (
	Critical Severity = "critical" // harms the customer, the law or privacy
	Major    Severity = "major"    // the customer's matter is not solved, or the tone is wrong
	Minor    Severity = "minor"    // could be better
)

// Criterion is one error that a reviewer may find.
type Criterion struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	German   string   `json:"de"`
	English  string   `json:"en"`
	// Training names what would help; several criteria may share one.
	Training string `json:"training"`
}

// CatalogueConfig is a catalogue of errors, as data.
type CatalogueConfig struct {
	ID      string `json:"id"`
	Version int    `json:"version"`
	// Fails are the severities of which one error fails a conversation. Default
	// critical and major.
	Fails    []Severity  `json:"fails,omitempty"`
	Criteria []Criterion `json:"criteria"`
}

// Catalogue is a CatalogueConfig that was checked. It is immutable and safe for
// concurrent use.
type Catalogue struct {
	cfg   CatalogueConfig
	index map[string]int
}

// maxCriteria bounds a catalogue: nobody checks a longer list with care.
const maxCriteria = 100

// ParseCatalogue reads a catalogue from JSON, strictly.
func ParseCatalogue(data []byte) (CatalogueConfig, error) {
	var cfg CatalogueConfig
	if err := faulty.Decode(data, &cfg); err != nil {
		return CatalogueConfig{}, fmt.Errorf("quality: catalogue: %w", err)
	}
	return cfg, nil
}

// NewCatalogue checks a catalogue. All faults are returned at once, as
// feedback.Faults. A criterion that measures how long something took is one: who
// is rated by minutes hangs up on difficult customers.
func NewCatalogue(cfg CatalogueConfig) (*Catalogue, error) {
	var c check
	c.Name("id", cfg.ID, true)
	if strings.Contains(cfg.ID, "@") {
		c.Failf("id", cfg.ID, "contains '@'")
	}
	if cfg.Version < 1 {
		c.Failf("version", strconv.Itoa(cfg.Version), "is below 1")
	}
	if n := len(cfg.Criteria); n == 0 || n > maxCriteria {
		c.Failf("criteria", strconv.Itoa(n), "are not 1 to %d", maxCriteria)
	}
	cfg.Fails = slices.Clone(cfg.Fails)
	if len(cfg.Fails) == 0 {
		cfg.Fails = []Severity{Critical, Major}
	}
	for i, s := range cfg.Fails {
		c.severity(fmt.Sprintf("fails[%d]", i), s)
	}
	k := &Catalogue{cfg: cfg, index: make(map[string]int, len(cfg.Criteria))}
	k.cfg.Criteria = slices.Clone(cfg.Criteria)
	for i, one := range cfg.Criteria {
		path := fmt.Sprintf("criteria[%d].", i)
		if _, twice := k.index[one.ID]; twice {
			c.Failf(path+"id", one.ID, "is there twice")
		}
		k.index[one.ID] = i
		c.criterion(path, one)
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	return k, nil
}

func (c *check) severity(path string, s Severity) {
	if s != Critical && s != Major && s != Minor {
		c.Failf(path, string(s), "is none of critical, major, minor")
	}
}

func (c *check) criterion(path string, one Criterion) {
	for _, f := range []struct{ path, text string }{
		{"id", one.ID}, {"de", one.German}, {"en", one.English}, {"training", one.Training},
	} {
		c.Name(path+f.path, f.text, true)
		if measuresTime(f.text) {
			c.Failf(path+f.path, f.text, "measures handling time, which is never part of a quality score")
		}
	}
	c.severity(path+"severity", one.Severity)
}

// timeTerms say how long the handling of a matter took, folded. Whether a
// deadline was met is a figure of package sla.
func timeTerms() []string {
	return []string{
		"aht", "acw", "handling time", "handle time", "handling duration", "talk time", "call length", "call duration",
		"chat duration", "after call work", "wrap up time", "time spent",
		"bearbeitungszeit", "bearbeitungsdauer", "gespraechszeit", "gespraechsdauer", "gespraechslaenge", "anrufdauer",
		"telefonzeit", "nachbearbeitungszeit", "chatdauer", "zeitaufwand",
	}
}

// measuresTime reports whether a text names handling time, written in one word
// or in several.
func measuresTime(text string) bool {
	tokens := fold.Tokens(strings.ReplaceAll(text, "_", " "))
	words := make([]string, 0, len(tokens))
	for _, t := range tokens {
		words = append(words, t.Text)
	}
	spaced := " " + strings.Join(words, " ") + " "
	return slices.ContainsFunc(timeTerms(), func(term string) bool {
		return strings.Contains(spaced, " "+term+" ") || slices.Contains(words, strings.ReplaceAll(term, " ", ""))
	})
}

// Config returns the catalogue as data, its default filled in.
func (k *Catalogue) Config() CatalogueConfig {
	cfg := k.cfg
	cfg.Fails, cfg.Criteria = slices.Clone(cfg.Fails), slices.Clone(cfg.Criteria)
	return cfg
}

// Ref returns "id@version".
func (k *Catalogue) Ref() string { return k.cfg.ID + "@" + strconv.Itoa(k.cfg.Version) }

// Criterion returns a criterion, and whether the catalogue has it.
func (k *Catalogue) Criterion(id string) (Criterion, bool) {
	i, ok := k.index[id]
	if !ok {
		return Criterion{}, false
	}
	return k.cfg.Criteria[i], true
}

// Passes reports whether a conversation with such findings is without an error
// of those severities that fail it.
func (k *Catalogue) Passes(findings []Finding) bool {
	return !slices.ContainsFunc(findings, func(f Finding) bool {
		one, ok := k.Criterion(f.Criterion)
		return ok && slices.Contains(k.cfg.Fails, one.Severity)
	})
}

// Text says the criterion in German for "de" and its variants, else in English.
func (c Criterion) Text(lang string) string {
	if lang == "de" || strings.HasPrefix(lang, "de-") {
		return c.German
	}
	return c.English
}
