package tone

import (
	"maps"
	"strconv"
	"unicode/utf8"
)

// Config is what an [Engine] may be told. The zero value is the default.
type Config struct {
	// Words are the host's own, over the built-in ones of the same spelling.
	Words []Word `json:"words,omitempty"`
	// Threshold is how far from 0 the polarity of a text must lie to be good or
	// bad, from 0 to below 1; what lies within is Neutral. 0 stands for
	// DefaultThreshold.
	Threshold float64 `json:"threshold,omitempty"`
	// MaxBytes is how much of a text is read, from 1 KiB to 1 GiB; 0: DefaultMaxBytes.
	MaxBytes int `json:"max_bytes,omitempty"`
}

// The defaults of a [Config].
const (
	DefaultThreshold = 0.05
	DefaultMaxBytes  = 1 << 20
)

// Word is a word or a phrase with its valence from -4 to 4, as it is written; it
// is not inflected. With 0 a built-in word says nothing any more.
type Word struct {
	Language Language `json:"language"`
	Text     string   `json:"text"` // up to 6 words
	Valence  float64  `json:"valence"`
}

// Limits of what is data from outside.
const (
	maxWords   = 10_000
	maxValence = 4
	minBytes   = 1 << 10
	maxBytes   = 1 << 30
	maxText    = 128 // bytes of a word or phrase
)

// Engine is the default [Analyzer], for German and English. It is immutable and
// safe for concurrent use.
type Engine struct {
	words     table
	heads     table // endings of German compounds, hashed from their end
	phrases   table
	threshold float64
	maxBytes  int
	lemmas    map[Language]int
}

var _ Analyzer = (*Engine)(nil)

// New makes an engine of the built-in words and a configuration. All faults are
// returned at once, as [Faults]. It takes about as long as reading 10,000 reviews: make one and
// keep it.
func New(cfg Config) (*Engine, error) {
	var c check
	if cfg.Threshold < 0 || !(cfg.Threshold < 1) {
		c.fail("threshold", strconv.FormatFloat(cfg.Threshold, 'g', -1, 64), "is not from 0 to below 1")
	}
	if cfg.MaxBytes != 0 && (cfg.MaxBytes < minBytes || cfg.MaxBytes > maxBytes) {
		c.fail("max_bytes", strconv.Itoa(cfg.MaxBytes), "is not 0 or from 1 KiB to 1 GiB")
	}
	b := newBuilder(&c)
	b.read("lexicon/de.txt", German, germanWords)
	b.read("lexicon/en.txt", English, englishWords)
	b.variants()
	b.hostWords(cfg.Words)
	if err := c.err(); err != nil {
		return nil, err
	}
	e := &Engine{phrases: newTable(len(b.phrases), maps.All(b.phrases)), lemmas: b.lemmas}
	e.words, e.heads = b.tables()
	e.threshold, e.maxBytes = cfg.Threshold, cfg.MaxBytes
	if e.threshold == 0 {
		e.threshold = DefaultThreshold
	}
	if e.maxBytes == 0 {
		e.maxBytes = DefaultMaxBytes
	}
	return e, nil
}

// Default is [New] without configuration.
func Default() *Engine {
	e, err := New(Config{})
	if err != nil {
		panic(err) // the words are part of the program and tested with it
	}
	return e
}

// Lemmas returns how many good and bad words the built-in list of a language
// has, not counting their inflections, phrases, and words such as "not" and
// "very".
func (e *Engine) Lemmas(l Language) int { return e.lemmas[l] }

// Analyze reads a text. It allocates nothing, and takes time in proportion to
// the length of what is read.
func (e *Engine) Analyze(text string) Result {
	read, cut := clip(text, e.maxBytes)
	r := reading{engine: e}
	r.run(read)
	result := r.result()
	result.Truncated = cut
	return result
}

// clip cuts a text on the border of a rune.
func clip(text string, limit int) (string, bool) {
	if len(text) <= limit {
		return text, false
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end], true
}
