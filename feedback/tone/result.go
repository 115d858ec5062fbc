package tone

import (
	"encoding/json"
	"iter"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Label is what a text is taken to say.
type Label string

// The labels. Neutral is evidence that weighs about the same on both sides;
// Unknown is too little of it, or words that may mean their opposite.
const (
	Positive Label = "positive"
	Negative Label = "negative"
	Neutral  Label = "neutral"
	Unknown  Label = "unknown"
)

// Doubt is why a text is Unknown.
type Doubt string

// The doubts.
const (
	NoEvidence Doubt = "no_evidence" // no word that says good or bad
	Irony      Doubt = "irony"       // praise that may well be meant the other way
)

// Language is what a text is taken to be written in: "de", "en", or empty where
// nothing tells.
type Language string

// The languages that the package reads.
const (
	German  Language = "de"
	English Language = "en"
)

// Source says what a result rests on.
type Source string

// The sources.
const (
	FromLexicon Source = "lexicon"
	FromLearner Source = "learner" // the host's own labels
	FromRating  Source = "rating"  // stars or a score, which outrank the text
)

// Result is the tone of a text. It holds offsets and no words, and is comparable
// with ==.
type Result struct {
	Label Label `json:"label"`
	// Polarity is from -1, all bad, to 1, all good.
	Polarity float64 `json:"polarity"`
	// Confidence is from 0 to 1: how likely the label is right, if the text is good
	// or bad at all. It is a rough curve over polarity; order by it. It is 0 for
	// Unknown, and 1 where a rating decides.
	Confidence float64  `json:"confidence"`
	Language   Language `json:"language,omitempty"`
	Doubt      Doubt    `json:"doubt,omitempty"` // only of Unknown
	Source     Source   `json:"source"`
	// Spans is the evidence of the text, also where a rating decides.
	Spans Spans `json:"spans"`
	// Truncated tells that the text was longer than what is read of one.
	Truncated bool `json:"truncated,omitempty"`
}

// Unknown reports whether the text does not tell.
func (r Result) Unknown() bool { return r.Label == Unknown }

// Analyzer reads the tone of texts. Implementations are pure and safe for
// concurrent use, take any bytes as a text, and bound their work.
type Analyzer interface {
	Analyze(text string) Result
}

// Rated puts a rating over what was read: a score says whether it is good, and
// only without one the text does. A score that the scale does not have changes
// nothing.
func Rated(text Result, scale feedback.Scale, score int) Result {
	if !scale.Has(score) {
		return text
	}
	text.Source, text.Doubt, text.Confidence = FromRating, "", 1
	switch {
	case scale.Good(score):
		text.Label, text.Polarity = Positive, 1
	case scale.Bad(score):
		text.Label, text.Polarity = Negative, -1
	default:
		text.Label, text.Polarity = Neutral, 0
	}
	return text
}

// Span is a piece of evidence: where it stands, in bytes of the text, half-open
// and on the borders of runes, and what it adds, below 0 for bad.
type Span struct {
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Weight float64 `json:"weight"`
}

// MaxSpans is how many spans a result keeps: those that weigh most.
const MaxSpans = 8

// Spans are pieces of evidence in the order of the text. They are an array, not
// a slice, so that a result costs no allocation.
type Spans struct {
	list [MaxSpans]Span
	n    int
}

// Len returns how many there are.
func (s Spans) Len() int { return s.n }

// At returns a span; i is from 0 to below Len.
func (s Spans) At(i int) Span { return s.list[:s.n][i] }

// All returns the spans in the order of the text.
func (s Spans) All() iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for _, span := range s.list[:s.n] {
			if !yield(span) {
				return
			}
		}
	}
}

// addSpan appends a span, which lies behind the others, and drops the lightest
// where there are too many; of equal ones the last.
func addSpan(s *Spans, span Span) {
	if s.n < MaxSpans {
		s.list[s.n] = span
		s.n++
		return
	}
	least, at := magnitude(span.Weight), -1
	for i := range s.list {
		if w := magnitude(s.list[i].Weight); w < least {
			least, at = w, i
		}
	}
	if at >= 0 {
		copy(s.list[at:], s.list[at+1:])
		s.list[MaxSpans-1] = span
	}
}

func magnitude(v float64) float64 {
	if v < 0 {
		return -v
	}
	return v
}

// MarshalJSON writes the spans as a list.
func (s Spans) MarshalJSON() ([]byte, error) { return json.Marshal(s.list[:s.n]) }

// UnmarshalJSON reads what [Spans.MarshalJSON] writes.
func (s *Spans) UnmarshalJSON(data []byte) error {
	var list []Span
	if err := strictjson.Unmarshal(data, &list); err != nil {
		return err
	}
	if len(list) > MaxSpans {
		return &Fault{Path: "spans", Value: "", Reason: "are more than a result keeps"}
	}
	*s = Spans{n: len(list)}
	copy(s.list[:], list)
	return nil
}
