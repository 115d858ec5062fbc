package feedback

import (
	"encoding/json"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Kind is what a scale measures.
type Kind string

// The kinds of scale.
const (
	KindCSAT   Kind = "csat"   // satisfaction
	KindNPS    Kind = "nps"    // would recommend, 0 to 10
	KindCES    Kind = "ces"    // effort
	KindStars  Kind = "stars"  // as of a review
	KindThumbs Kind = "thumbs" // up or down, or neither
)

// MaxPoints is the most scores that a scale can have: those of 0 to 10.
const MaxPoints = 11

// ScaleConfig is a scale as data. Nothing of it is guessed: a 4 says nothing
// without the scale that it was given on.
type ScaleConfig struct {
	Kind Kind `json:"kind"`
	// Min and Max are the lowest and the highest score, from 0 to 10.
	Min int `json:"min"`
	Max int `json:"max"`
	// Good is the score from which on an answer counts as good (the top box),
	// and Bad the one down to which it counts as bad. What lies between is
	// neutral. With LowIsGood both are meant the other way round.
	Good int `json:"good"`
	Bad  int `json:"bad"`
	// LowIsGood is for questions like "how much effort was it".
	LowIsGood bool `json:"low_is_good,omitempty"`
}

// Scale is a ScaleConfig that was checked. It is comparable, and safe for
// concurrent use. The zero value has no scores and takes no answer.
type Scale struct{ cfg ScaleConfig }

// ScaleCSAT5 is satisfaction from 1 to 5; 4 and 5 are the top box, 1 and 2 are
// bad.
func ScaleCSAT5() Scale { return Scale{ScaleConfig{Kind: KindCSAT, Min: 1, Max: 5, Good: 4, Bad: 2}} }

// ScaleNPS is "how likely would you recommend us" from 0 to 10: promoters from
// 9 on, detractors up to 6 (Reichheld, The one number you need to grow,
// Harvard Business Review, December 2003).
func ScaleNPS() Scale { return Scale{ScaleConfig{Kind: KindNPS, Min: 0, Max: 10, Good: 9, Bad: 6}} }

// ScaleCES7 is the customer effort score in its second form (CES 2.0): how far
// one agrees, from 1 to 7, that it was made easy. 5 to 7 agree, 1 to 3 do not.
func ScaleCES7() Scale { return Scale{ScaleConfig{Kind: KindCES, Min: 1, Max: 7, Good: 5, Bad: 3}} }

// ScaleEffort5 is the customer effort score in its first form (Dixon, Freeman,
// Toman, Stop trying to delight your customers, Harvard Business Review,
// July 2010): how much effort it was, from 1, very low, to 5, very high. Low is
// good.
func ScaleEffort5() Scale {
	return Scale{ScaleConfig{Kind: KindCES, Min: 1, Max: 5, Good: 2, Bad: 4, LowIsGood: true}}
}

// ScaleStars5 is one to five stars; 4 and 5 are good, 1 and 2 bad.
func ScaleStars5() Scale { return Scale{ScaleConfig{Kind: KindStars, Min: 1, Max: 5, Good: 4, Bad: 2}} }

// ScaleThumbs is a thumb down, 0, or up, 1.
func ScaleThumbs() Scale { return Scale{ScaleConfig{Kind: KindThumbs, Max: 1, Good: 1}} }

// ScaleThumbs3 is bad, 0, neither, 1, or good, 2.
func ScaleThumbs3() Scale { return Scale{ScaleConfig{Kind: KindThumbs, Max: 2, Good: 2}} }

// NewScale checks a scale. All faults are returned at once, as [Faults].
func NewScale(cfg ScaleConfig) (Scale, error) {
	var c check
	cfg.check(&c, "")
	if err := c.err(); err != nil {
		return Scale{}, err
	}
	return Scale{cfg}, nil
}

func (cfg ScaleConfig) check(c *check, path string) {
	fail := func(field string, value int, reason string) {
		c.fail(strictjson.Join(path, field), strconv.Itoa(value), reason)
	}
	if cfg.Min < 0 || cfg.Min > cfg.Max {
		fail("min", cfg.Min, "is not between 0 and max")
	}
	if cfg.Max <= cfg.Min || cfg.Max >= MaxPoints {
		fail("max", cfg.Max, "is not above min and up to 10")
	}
	good, bad := cfg.Good, cfg.Bad
	if cfg.LowIsGood {
		good, bad = bad, good
	}
	if cfg.Good < cfg.Min || cfg.Good > cfg.Max {
		fail("good", cfg.Good, "is no score of the scale")
	}
	if cfg.Bad < cfg.Min || cfg.Bad > cfg.Max || bad >= good {
		fail("bad", cfg.Bad, "is no score of the scale that is worse than good")
	}
	cfg.checkKind(c, path)
}

// checkKind holds a scale to what the name of its kind promises.
func (cfg ScaleConfig) checkKind(c *check, path string) {
	fits := true
	switch cfg.Kind {
	case KindCSAT, KindCES:
	case KindNPS:
		fits = cfg == ScaleNPS().cfg
	case KindStars:
		fits = cfg.Min == 1 && !cfg.LowIsGood
	case KindThumbs:
		fits = cfg == ScaleThumbs().cfg || cfg == ScaleThumbs3().cfg
	default:
		c.fail(strictjson.Join(path, "kind"), string(cfg.Kind), "is no kind of scale")
	}
	if !fits {
		c.fail(strictjson.Join(path, "kind"), string(cfg.Kind), "does not have such scores: see the scale of that name")
	}
}

// Config returns the scale as data.
func (s Scale) Config() ScaleConfig { return s.cfg }

// Kind returns what the scale measures.
func (s Scale) Kind() Kind { return s.cfg.Kind }

// IsZero reports whether s is the zero value, which is no scale.
func (s Scale) IsZero() bool { return s == Scale{} }

// points is how many scores the scale has; the zero value has none.
func (s Scale) points() int {
	if s.cfg.Max == 0 {
		return 0
	}
	return s.cfg.Max - s.cfg.Min + 1
}

// Has reports whether the score is one of the scale.
func (s Scale) Has(score int) bool {
	return score >= s.cfg.Min && score <= s.cfg.Max && s.cfg.Max > 0
}

// Good reports whether the score counts as good.
func (s Scale) Good(score int) bool {
	if s.cfg.LowIsGood {
		return s.Has(score) && score <= s.cfg.Good
	}
	return s.Has(score) && score >= s.cfg.Good
}

// Bad reports whether the score counts as bad.
func (s Scale) Bad(score int) bool {
	if s.cfg.LowIsGood {
		return s.Has(score) && score >= s.cfg.Bad
	}
	return s.Has(score) && score <= s.cfg.Bad
}

// Parse reads a score as a form sends it. What is no whole number of the scale
// is a [Fault]: "4.5" is not rounded, "" is not 0, and a 6 on a scale up to 5
// is not 5.
func (s Scale) Parse(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || !s.Has(n) || strconv.Itoa(n) != text {
		return 0, &Fault{Path: "score", Value: cut(text), Reason: s.wanted()}
	}
	return n, nil
}

// wanted says what a score has to be.
func (s Scale) wanted() string {
	if s.IsZero() {
		return "has no scale"
	}
	return "is no whole number from " + strconv.Itoa(s.cfg.Min) + " to " + strconv.Itoa(s.cfg.Max)
}

// cut keeps what may be a customer's text out of errors.
func cut(text string) string {
	const longest = 12 // of what could be meant as a number
	for _, r := range text {
		if (r < '0' || r > '9') && r != '-' && r != '+' && r != '.' && r != ',' || len(text) > longest {
			return "(text)"
		}
	}
	return text
}

// MarshalJSON writes the scale as its [ScaleConfig].
func (s Scale) MarshalJSON() ([]byte, error) { return json.Marshal(s.cfg) }

// UnmarshalJSON reads and checks a [ScaleConfig].
func (s *Scale) UnmarshalJSON(data []byte) error {
	var cfg ScaleConfig
	if err := strictjson.Unmarshal(data, &cfg); err != nil {
		return jsonFaults(err)
	}
	v, err := NewScale(cfg)
	if err != nil {
		return err
	}
	*s = v
	return nil
}
