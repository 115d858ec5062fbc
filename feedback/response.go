package feedback

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Bounds of a response; beyond them it is refused.
const (
	MaxComment = 16 << 10 // bytes
	MaxFacets  = 16
	maxFacet   = 128 // bytes of a value
)

// Answer is what was said to one question: a score, or that it was skipped,
// which is no score and never 0.
type Answer struct {
	Question string `json:"question"`
	Score    int    `json:"score,omitempty"` // has no meaning where skipped
	Skipped  bool   `json:"skipped,omitempty"`
}

// Response is what one customer answered to one survey. It names no person.
type Response struct {
	Shop   string `json:"shop"`
	Survey string `json:"survey"`
	// Invitation is what it answers; each has one response.
	Invitation string `json:"invitation,omitempty"`
	// Revision counts the customer's corrections: a later one stands for all
	// before.
	Revision int `json:"revision,omitempty"`
	// At is when the response came in. A revision keeps the instant of the first
	// one, so that it stays on its day.
	At      time.Time `json:"at"`
	Answers []Answer  `json:"answers"`
	Comment string    `json:"comment,omitempty"`
	// Facets are what answers are told apart by, as they were when the survey
	// went out: channel, reason, agent, courier.
	Facets map[string]string `json:"facets,omitempty"`
}

// answerInput is an Answer as it comes from outside: a score that is not there
// is not 0.
type answerInput struct {
	Question string `json:"question"`
	Score    *int   `json:"score"`
	Skipped  bool   `json:"skipped"`
}

// ParseAnswers reads answers from JSON, strictly:
//
//	[{"question": "csat", "score": 4}, {"question": "nps", "skipped": true}]
//
// Fractions, scores off the scale, questions that the survey does not have or
// that are answered twice, and answers that are neither a score nor skipped are
// faults. What is not answered counts as skipped.
func (s *Survey) ParseAnswers(data []byte) ([]Answer, error) {
	var in []answerInput
	if err := strictjson.Unmarshal(data, &in); err != nil {
		return nil, fmt.Errorf("feedback: answers: %w", jsonFaults(err))
	}
	var c check
	answers := make([]Answer, len(in))
	for i, a := range in {
		answers[i] = Answer{Question: a.Question, Skipped: a.Skipped}
		if a.Score != nil {
			answers[i].Score = *a.Score
		}
		if (a.Score == nil) != a.Skipped {
			c.fail(fmt.Sprintf("answers[%d]", i), "", "is not one of score and skipped")
		}
	}
	s.checkAnswers(&c, answers)
	if err := c.err(); err != nil {
		return nil, err
	}
	return answers, nil
}

// Check says all that is wrong with a response to the survey, as [Faults].
func (s *Survey) Check(r *Response) error {
	var c check
	checkName(&c, "shop", r.Shop)
	if r.Survey != s.cfg.ID {
		c.failf("survey", r.Survey, "is not %q", s.cfg.ID)
	}
	if r.Revision < 0 {
		c.fail("revision", strconv.Itoa(r.Revision), "is below 0")
	}
	if r.At.IsZero() {
		c.fail("at", "", "is missing")
	}
	if len(r.Comment) > MaxComment {
		c.failf("comment", strconv.Itoa(len(r.Comment)), "is more than %d bytes long", MaxComment)
	}
	s.checkAnswers(&c, r.Answers)
	checkFacets(&c, r.Facets)
	return c.err()
}

func (s *Survey) checkAnswers(c *check, answers []Answer) {
	seen := make(map[string]bool, len(answers))
	for i, a := range answers {
		path := fmt.Sprintf("answers[%d]", i)
		scale, ok := s.scales[a.Question]
		switch {
		case !ok:
			c.fail(path+".question", cut(a.Question), "is no question of the survey")
		case seen[a.Question]:
			c.fail(path+".question", a.Question, "is answered twice")
		case a.Skipped && a.Score != 0:
			c.fail(path+".score", strconv.Itoa(a.Score), "is there although the question was skipped")
		case !a.Skipped && !scale.Has(a.Score):
			c.fail(path+".score", strconv.Itoa(a.Score), scale.wanted())
		}
		seen[a.Question] = true
	}
}

func checkFacets(c *check, facets map[string]string) {
	if len(facets) > MaxFacets {
		c.failf("facets", strconv.Itoa(len(facets)), "are more than %d", MaxFacets)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(facets)) {
		checkName(c, "facets", name)
		if v := facets[name]; len(v) > maxFacet || slices.ContainsFunc([]rune(v), isControl) {
			c.failf("facets."+name, strconv.Itoa(len(v)), "is longer than %d bytes or holds control characters", maxFacet)
		}
	}
}
