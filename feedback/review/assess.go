package review

import (
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/tone"
)

// Criticality is how much a review asks for an answer. All of them get one.
type Criticality string

// The criticalities.
const (
	Critical Criticality = "critical" // the customer is not content
	Mixed    Criticality = "mixed"    // in part, or it cannot be told
	Praise   Criticality = "praise"
)

// Assessment is what is thought of a review. It says when to answer, and never
// whether to show.
type Assessment struct {
	Criticality Criticality `json:"criticality"`
	// Tone is that of the stars where there are any, else of the text; its spans
	// are those of the text.
	Tone tone.Result `json:"tone"`
	// Contradicts tells that text and stars disagree: somebody praises with one
	// star, or complains with five.
	Contradicts bool         `json:"contradicts,omitempty"`
	Topics      []tone.Topic `json:"topics,omitempty"`
}

// Assessor reads reviews. It is immutable and safe for concurrent use.
type Assessor struct {
	analyzer tone.Analyzer
	topics   *tone.Topics
	sure     float64
}

// DefaultSure is from which confidence on a text alone makes a review critical
// or praise.
const DefaultSure = 0.7

// NewAssessor returns an assessor of an analyzer, and of rules for topics; nil:
// those of package tone. sure is from which confidence on text counts; 0:
// [DefaultSure].
func NewAssessor(analyzer tone.Analyzer, topics *tone.Topics, sure float64) (*Assessor, error) {
	if !(sure >= 0 && sure <= 1) {
		return nil, &feedback.Fault{Path: "sure", Reason: "is not 0 to 1"}
	}
	if sure == 0 {
		sure = DefaultSure
	}
	if analyzer == nil {
		analyzer = tone.Default()
	}
	if topics == nil {
		topics = tone.DefaultTopics()
	}
	return &Assessor{analyzer, topics, sure}, nil
}

// Assess reads one review. Stars outrank the text: it can make a review that has
// stars more urgent, and never less. Five stars above a complaint are mixed, one
// star above praise is critical.
func (a *Assessor) Assess(r *Review) Assessment {
	text := a.analyzer.Analyze(r.Text)
	out := Assessment{Tone: text}
	var found [maxTopics]tone.TopicMatch
	for _, m := range a.topics.Find(found[:0], r.Text) {
		out.Topics = append(out.Topics, m.Topic)
	}
	sure := text.Confidence >= a.sure
	if r.Stars == nil {
		out.Criticality = byLabel(text.Label, sure)
		return out
	}
	out.Tone = tone.Rated(text, feedback.ScaleStars5(), *r.Stars)
	out.Criticality = byLabel(out.Tone.Label, true)
	if sure && (text.Label == tone.Negative && out.Tone.Label == tone.Positive || text.Label == tone.Positive && out.Tone.Label == tone.Negative) {
		out.Contradicts = true
		if out.Criticality == Praise {
			out.Criticality = Mixed
		}
	}
	return out
}

const maxTopics = 16

func byLabel(l tone.Label, sure bool) Criticality {
	switch {
	case l == tone.Negative && sure:
		return Critical
	case l == tone.Positive && sure:
		return Praise
	}
	return Mixed
}

// Priority is that of the ticket, by the names of package ticket: "high",
// "normal" or "low", so that the deadline is that of the shop's policy.
func (c Criticality) Priority() string {
	switch c {
	case Critical:
		return "high"
	case Praise:
		return "low"
	case Mixed:
	}
	return "normal"
}

// Targets are within what time reviews are answered, on the wall clock.
type Targets struct {
	Critical time.Duration `json:"critical_ns"`
	Mixed    time.Duration `json:"mixed_ns"`
	Praise   time.Duration `json:"praise_ns"`
}

// DefaultTargets are a day, three days, and a week. Deadlines by working hours
// are those of package sla, by the priority of the ticket.
func DefaultTargets() Targets {
	const day = 24 * time.Hour
	return Targets{day, 3 * day, 7 * day}
}

// Within returns the target of a criticality; one that is not known has that of
// critical ones.
func (t Targets) Within(c Criticality) time.Duration {
	switch c {
	case Mixed:
		return t.Mixed
	case Praise:
		return t.Praise
	case Critical:
	}
	return t.Critical
}

// Due returns until when a review has to be answered. Every review has such a
// time.
func (t Targets) Due(c Criticality, at time.Time) time.Time { return at.Add(t.Within(c)) }
