package feedback

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Aspect is what a question is about.
type Aspect string

// The aspects.
const (
	AspectProduct  Aspect = "product"
	AspectPurchase Aspect = "purchase"
	AspectDelivery Aspect = "delivery"
	AspectService  Aspect = "service"
)

// Bounds of a survey.
const (
	MaxQuestions = 20 // more are not answered
	maxName      = 64 // bytes of an id
)

// Question is one question of a survey. Its id stays what it is for as long as
// its answers are counted together: another scale is another question.
type Question struct {
	ID    string      `json:"id"`
	About Aspect      `json:"about"`
	Scale ScaleConfig `json:"scale"`
}

// SurveyConfig is an ordered list of questions, as data. Version counts its
// wordings and does not part the answers.
type SurveyConfig struct {
	ID        string     `json:"id"`
	Version   int        `json:"version"`
	Questions []Question `json:"questions"`
}

// Survey is a SurveyConfig that was checked. It is immutable and safe for
// concurrent use.
type Survey struct {
	cfg    SurveyConfig
	scales map[string]Scale
}

// ParseSurvey reads a survey from JSON, strictly: keys that are not known, given
// twice or written in another case are faults.
func ParseSurvey(data []byte) (SurveyConfig, error) {
	var cfg SurveyConfig
	if err := strictjson.Unmarshal(data, &cfg); err != nil {
		return SurveyConfig{}, fmt.Errorf("feedback: survey: %w", jsonFaults(err))
	}
	return cfg, nil
}

// NewSurvey checks a survey. All faults are returned at once, as [Faults].
func NewSurvey(cfg SurveyConfig) (*Survey, error) {
	cfg.Questions = slices.Clone(cfg.Questions)
	s := &Survey{cfg: cfg, scales: make(map[string]Scale, len(cfg.Questions))}
	var c check
	checkName(&c, "id", cfg.ID)
	if cfg.Version < 0 {
		c.fail("version", strconv.Itoa(cfg.Version), "is below 0")
	}
	if n := len(cfg.Questions); n == 0 || n > MaxQuestions {
		c.failf("questions", strconv.Itoa(n), "are not 1 to %d", MaxQuestions)
	}
	for i, q := range cfg.Questions {
		path := fmt.Sprintf("questions[%d]", i)
		checkName(&c, path+".id", q.ID)
		if _, ok := s.scales[q.ID]; ok {
			c.fail(path+".id", q.ID, "is there twice")
		}
		if !slices.Contains([]Aspect{AspectProduct, AspectPurchase, AspectDelivery, AspectService}, q.About) {
			c.fail(path+".about", string(q.About), "is none of product, purchase, delivery, service")
		}
		q.Scale.check(&c, path+".scale")
		s.scales[q.ID] = Scale{q.Scale}
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// checkName holds a name to what keys and links can carry.
func checkName(c *check, path, name string) {
	if name == "" || len(name) > maxName || strings.ContainsAny(name, "|@=") || strings.ContainsFunc(name, isControl) {
		c.failf(path, name, "is not 1 to %d bytes without '|', '@', '=' and control characters", maxName)
	}
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == utf8.RuneError }

// ID returns the survey's id.
func (s *Survey) ID() string { return s.cfg.ID }

// Config returns the survey as data.
func (s *Survey) Config() SurveyConfig {
	cfg := s.cfg
	cfg.Questions = slices.Clone(cfg.Questions)
	return cfg
}

// Scale returns the scale of a question, and whether the survey has it.
func (s *Survey) Scale(question string) (Scale, bool) {
	scale, ok := s.scales[question]
	return scale, ok
}
