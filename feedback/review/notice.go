package review

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/feedback/internal/faulty"
)

// A notice is somebody's claim that a review must not be shown. It goes through
// steps that are only ever added: the notice, the receipt that is sent to the
// notifier, the decision with its statement of reasons, a complaint against it,
// and the decision on that. What the steps hold is what Regulation (EU) 2022/2065
// (Digital Services Act) asks of hosting services, small ones too, in articles
// 16 and 17; as of 2026-11, and no legal advice.

// StepKind is a step of a notice.
type StepKind string

// The steps, in the order in which they come. A case that the shop opens by
// itself begins with a concern and has no receipt.
const (
	StepNotice    StepKind = "notice"    // article 16(1) and (2)
	StepConcern   StepKind = "concern"   // on the shop's own initiative
	StepReceipt   StepKind = "receipt"   // article 16(4): sent without undue delay
	StepDecision  StepKind = "decision"  // articles 16(5) and (6), 17
	StepComplaint StepKind = "complaint" // of the one or the other; article 20 does not bind small shops
	StepAppeal    StepKind = "appeal"    // the decision on a complaint, by somebody else
)

// Ground is why a review should go. That it is bad for the shop is none.
type Ground string

// The grounds. Those of the law come first, then those of a shop's terms.
const (
	GroundDefamation   Ground = "defamation"   // false facts, section 186 StGB, sections 823, 1004 BGB
	GroundInsult       Ground = "insult"       // section 185 StGB
	GroundHate         Ground = "hate"         // section 130 StGB
	GroundThreat       Ground = "threat"       // section 241 StGB
	GroundPersonalData Ground = "personal"     // of others, GDPR
	GroundProperty     Ground = "property"     // copyright, trade marks
	GroundFalse        Ground = "false_review" // no purchase, or paid for: Annex to section 3(3) UWG no. 23c
	GroundOtherLaw     Ground = "other_law"
	GroundSpam         Ground = "spam"      // advertising of others, the same again and again
	GroundOffTopic     Ground = "off_topic" // of something else altogether
)

// Legal reports whether a ground is one of the law, or else of the terms.
func (g Ground) Legal() bool { return g != GroundSpam && g != GroundOffTopic }

func grounds() []Ground {
	return []Ground{
		GroundDefamation, GroundInsult, GroundHate, GroundThreat, GroundPersonalData, GroundProperty, GroundFalse, GroundOtherLaw,
		GroundSpam, GroundOffTopic,
	}
}

// Measure is what is done with a review: article 17(1).
type Measure string

// The measures.
const (
	Keep    Measure = "keep"    // it stays as it is
	Remove  Measure = "remove"  // for good
	Disable Measure = "disable" // hidden until Step.Until, or until it is decided otherwise
)

// Automated says what machines did: article 17(3)(c).
type Automated struct {
	Detection bool `json:"detection"` // it was found by one
	Decision  bool `json:"decision"`  // it was decided by one; refused here: a person decides
}

// Step is one step of a notice. Which fields it has depends on its kind.
type Step struct {
	Kind StepKind  `json:"kind"`
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // who acts for the shop; of decisions, a person
	// Person is whom the step's words are of or about, for erasure: the notifier,
	// the complainant, or of a decision whoever wrote the review.
	Person string `json:"person,omitempty"`

	// Of a notice and a concern.
	Review      string `json:"review,omitempty"`   // Review.Thread
	Location    string `json:"location,omitempty"` // the exact address (article 16(2)(b))
	Ground      Ground `json:"ground,omitempty"`
	Explanation string `json:"explanation,omitempty"` // substantiated (article 16(2)(a))
	// Name and Email of the notifier (article 16(2)(c)). Only a notice of sexual
	// abuse of children may be without: Anonymous.
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Anonymous bool   `json:"anonymous,omitempty"`
	GoodFaith bool   `json:"good_faith,omitempty"` // stated by the notifier (article 16(2)(d))

	// Of a decision and an appeal: the statement of reasons.
	Measure   Measure   `json:"measure,omitempty"`
	Until     time.Time `json:"until,omitzero"` // of Disable: how long; zero: open
	Territory string    `json:"territory,omitempty"`
	Facts     string    `json:"facts,omitempty"`   // relied on (article 17(3)(b))
	Rule      string    `json:"rule,omitempty"`    // the law, or the clause of the terms (article 17(3)(d), (e))
	Redress   string    `json:"redress,omitempty"` // how to complain, and where else (article 17(3)(f))
	Automated Automated `json:"automated,omitzero"`
}

// Case is the fold of a notice's steps.
type Case struct {
	Review  string    `json:"review"`
	Ground  Ground    `json:"ground"`
	Steps   int       `json:"steps"`
	Last    StepKind  `json:"last"`
	Opened  time.Time `json:"opened"`
	Receipt time.Time `json:"receipt,omitzero"`
	Decided time.Time `json:"decided,omitzero"`
	Decider string    `json:"decider,omitempty"`
	// Measure is what is in force: Keep until it is decided otherwise.
	Measure Measure   `json:"measure"`
	Until   time.Time `json:"until,omitzero"`
	Own     bool      `json:"own,omitempty"` // on the shop's own initiative
	// Complained tells that a complaint waits for its decision.
	Complained bool `json:"complained,omitempty"`

	latest time.Time
}

// Open reports whether somebody has to decide.
func (c Case) Open() bool { return c.Decided.IsZero() || c.Complained }

// Next returns the case with one more step, or all that is wrong with the step,
// as feedback.Faults. It is pure, and the only way in which a case moves.
func (c Case) Next(s *Step) (Case, error) {
	var k check
	if s.At.IsZero() || s.At.Before(c.latest) {
		k.Failf("at", s.At.Format(time.RFC3339), "is missing, or before the step before")
	}
	if !slices.Contains(c.following(), s.Kind) {
		k.Failf("kind", string(s.Kind), "is none of %v, which can follow", c.following())
	}
	switch s.Kind {
	case StepNotice, StepConcern:
		k.notice(s)
	case StepReceipt:
	case StepDecision, StepAppeal:
		k.decision(s, c.Ground)
		if s.Kind == StepAppeal && s.By == c.Decider {
			k.Failf("by", "", "decided before: a complaint is for somebody else")
		}
	case StepComplaint:
		k.words("explanation", s.Explanation, true)
		k.Name("person", s.Person, true)
	default:
		k.Failf("kind", string(s.Kind), "is no step")
	}
	if err := k.Err(); err != nil {
		return c, err
	}
	return c.apply(s), nil
}

// following are the steps that can come next.
func (c Case) following() []StepKind {
	switch {
	case c.Steps == 0:
		return []StepKind{StepNotice, StepConcern}
	case c.Complained:
		return []StepKind{StepAppeal}
	case !c.Decided.IsZero():
		return []StepKind{StepComplaint}
	case c.Receipt.IsZero() && !c.Own:
		return []StepKind{StepReceipt} // a notifier is told first that it came
	}
	return []StepKind{StepDecision}
}

// apply folds a step in.
func (c Case) apply(s *Step) Case {
	c.Steps++
	c.Last, c.latest = s.Kind, s.At
	switch s.Kind {
	case StepNotice, StepConcern:
		c.Review, c.Ground, c.Opened, c.Measure, c.Own = s.Review, s.Ground, s.At, Keep, s.Kind == StepConcern
	case StepReceipt:
		c.Receipt = s.At
	case StepComplaint:
		c.Complained = true
	case StepDecision, StepAppeal:
		c.Decided, c.Decider, c.Measure, c.Until, c.Complained = s.At, s.By, s.Measure, s.Until, false
	}
	return c
}

// notice checks what article 16(2) asks for.
func (c *check) notice(s *Step) {
	c.Name("review", s.Review, true)
	if !slices.Contains(grounds(), s.Ground) {
		c.Failf("ground", string(s.Ground), "is none of %v: that a review is bad is no ground", grounds())
	}
	c.words("explanation", s.Explanation, true)
	c.words("location", s.Location, s.Kind == StepNotice)
	if s.Kind == StepConcern {
		c.Name("by", s.By, true)
		return
	}
	c.Name("person", s.Person, true)
	if !s.Anonymous {
		c.Name("name", s.Name, true)
		if at := strings.IndexByte(s.Email, '@'); at < 1 || at == len(s.Email)-1 || len(s.Email) > faulty.MaxName {
			c.Failf("email", strconv.Itoa(len(s.Email))+" bytes", "are no address")
		}
	}
	if !s.GoodFaith {
		c.Failf("good_faith", "false", "is not stated: the notifier believes in good faith that it is so")
	}
}

// decision checks the statement of reasons of article 17(3).
func (c *check) decision(s *Step, g Ground) {
	c.Name("by", s.By, true)
	if s.Measure != Keep && s.Measure != Remove && s.Measure != Disable {
		c.Failf("measure", string(s.Measure), "is none of keep, remove, disable")
	}
	c.words("facts", s.Facts, true)
	c.words("redress", s.Redress, true)
	c.words("rule", s.Rule, s.Measure != Keep)
	c.words("territory", s.Territory, false)
	if !s.Until.IsZero() && (s.Measure != Disable || !s.Until.After(s.At)) {
		c.Failf("until", s.Until.Format(time.RFC3339), "is not after the decision, or nothing is disabled")
	}
	if s.Automated.Decision {
		c.Failf("automated.decision", "true", "is not for machines: a person decides")
	}
	if s.Ground != "" && s.Ground != g {
		c.Failf("ground", string(s.Ground), "is not that of the case, %q", g)
	}
}

// words checks a text that people write.
func (c *check) words(path, text string, required bool) {
	if len(text) > faulty.MaxText || !utf8.ValidString(text) || required && strings.TrimSpace(text) == "" {
		c.Failf(path, strconv.Itoa(len(text))+" bytes", "are missing, no UTF-8, or more than %d", faulty.MaxText)
	}
}

// Erased returns what stays of a step when its person is erased: what was done,
// when and why, and no words and no name.
func (s *Step) Erased() Step {
	return Step{
		Kind: s.Kind, At: s.At, By: s.By, Review: s.Review, Ground: s.Ground, Measure: s.Measure, Until: s.Until, Territory: s.Territory,
		Rule: s.Rule, Automated: s.Automated, Anonymous: s.Anonymous, GoodFaith: s.GoodFaith,
	}
}

// Hidden reports whether a review is to be hidden at an instant, by the cases
// about it. Nothing else hides one: no stars, no words, no tone.
func Hidden(cases []Case, now time.Time) bool {
	return slices.ContainsFunc(cases, func(c Case) bool {
		return c.Measure == Remove || c.Measure == Disable && (c.Until.IsZero() || now.Before(c.Until))
	})
}

// Shown returns the reviews that are to be shown, in their order: all of them
// but those that a decision hides. cases are by Review.Thread.
func Shown(reviews []Review, cases map[string][]Case, now time.Time) []Review {
	shown := make([]Review, 0, len(reviews))
	for i := range reviews {
		if !Hidden(cases[reviews[i].Thread()], now) {
			shown = append(shown, reviews[i])
		}
	}
	return shown
}
