package feedback

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/strictjson"
)

// Basis is why the customer may be written to at all.
type Basis string

// The bases.
const (
	// BasisConsent wants an opt-in that can be proved: when it was given, that
	// the address was confirmed, and the words agreed to. It is the default. A
	// question for satisfaction is advertising, also at the end of an invoice:
	// BGH, 10 July 2018, VI ZR 225/17; section 7(2) no. 2 UWG for electronic
	// mail, no. 1 for calls; article 7(1) GDPR for the proof.
	BasisConsent Basis = "consent"
	// BasisExistingCustomer does without consent where the four conditions of
	// section 7(3) UWG hold together: see [Purchase] and [Standing]. It is for
	// e-mail, SMS and messengers, never for calls.
	BasisExistingCustomer Basis = "existing_customer"
)

// PolicyConfig says whom to ask, when and how often, as data. Empty fields take
// the defaults, which are careful: provable consent, two weeks between two
// surveys of any kind, one in 30 days, no reminder. It is not legal advice.
type PolicyConfig struct {
	// ID and Version name the policy; they must not hold '|' or '@'.
	ID      string `json:"id"`
	Version int    `json:"version"`
	// Survey is the id of the survey that is sent.
	Survey string `json:"survey"`
	// Moments are what the survey asks about; at least one.
	Moments []Moment `json:"moments"`
	Medium  Medium   `json:"medium"`
	// Basis has no meaning on a page. Default [BasisConsent].
	Basis Basis `json:"basis,omitempty"`
	// Delay is how long after the moment to ask.
	Delay Wait `json:"delay,omitempty"`
	// AskWithin is how long after the moment asking still makes sense. Default
	// 14 days.
	AskWithin Wait `json:"ask_within,omitempty"`
	// AnswerWithin is how long an invitation can be answered. Default 30 days.
	AnswerWithin Wait `json:"answer_within,omitempty"`
	// RemindAfter sends one reminder that long after the invitation, if there
	// is no answer. Default 0: none.
	RemindAfter Wait `json:"remind_after,omitempty"`
	// Hours are when messages may go out. Default: at any time.
	Hours Hours `json:"hours,omitzero"`
	// CoolDown is the least time between two invitations of one customer,
	// whatever the survey. Default 14 days.
	CoolDown Wait `json:"cool_down,omitempty"`
	// Cap is the most invitations of one customer in any 30 days, whatever the
	// survey. Default 1.
	Cap int `json:"cap,omitempty"`
	// Sample is the share of matters that are asked about at all, above 0 and
	// up to 1. Default 1. Which ones is drawn from a keyed hash of the matter:
	// asking again draws the same.
	Sample float64 `json:"sample,omitempty"`
	// ConsentAge is how old a consent may be. Default 0: it does not end by
	// time alone (BGH, 1 February 2018, III ZR 196/17).
	ConsentAge Wait `json:"consent_age,omitempty"`
	// Recheck is how long to wait before a matter that still goes on is looked
	// at again. Default one day.
	Recheck Wait `json:"recheck,omitempty"`
}

// capWindow is the window of PolicyConfig.Cap.
const capWindow = 30 * day

// Policy is a PolicyConfig that was checked. It is immutable and safe for
// concurrent use.
type Policy struct {
	cfg   PolicyConfig
	hours hours
}

// ParsePolicy reads a policy from JSON, strictly: keys that are not known, given
// twice or written in another case are faults.
func ParsePolicy(data []byte) (PolicyConfig, error) {
	var cfg PolicyConfig
	if err := strictjson.Unmarshal(data, &cfg); err != nil {
		return PolicyConfig{}, fmt.Errorf("feedback: policy: %w", jsonFaults(err))
	}
	return cfg, nil
}

// NewPolicy checks a policy and fills its defaults in. All faults are returned
// at once, as [Faults].
func NewPolicy(cfg PolicyConfig) (*Policy, error) {
	cfg = withDefaults(cfg)
	var c check
	cfg.checkNames(&c)
	cfg.checkMoments(&c)
	cfg.checkTimes(&c)
	p := &Policy{cfg: cfg, hours: compileHours(&c, "hours", cfg.Hours)}
	if err := c.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// withDefaults returns a copy that shares nothing and has its defaults.
func withDefaults(cfg PolicyConfig) PolicyConfig {
	cfg.Moments, cfg.Hours.Days = slices.Clone(cfg.Moments), slices.Clone(cfg.Hours.Days)
	for _, d := range []struct {
		field *Wait
		value time.Duration
	}{
		{&cfg.AskWithin, 14 * day}, {&cfg.AnswerWithin, 30 * day}, {&cfg.CoolDown, 14 * day}, {&cfg.Recheck, day},
	} {
		if *d.field == 0 {
			*d.field = Wait(d.value)
		}
	}
	if cfg.Basis == "" {
		cfg.Basis = BasisConsent
	}
	if cfg.Cap == 0 {
		cfg.Cap = 1
	}
	if cfg.Sample == 0 {
		cfg.Sample = 1
	}
	return cfg
}

func (cfg *PolicyConfig) checkNames(c *check) {
	for _, f := range []struct{ path, value string }{{"id", cfg.ID}, {"survey", cfg.Survey}} {
		if f.value == "" || len(f.value) > maxClaims || strings.ContainsAny(f.value, "|@") {
			c.failf(f.path, f.value, "is not 1 to %d bytes without '|' and '@'", maxClaims)
		}
	}
	if cfg.Version < 0 {
		c.fail("version", strconv.Itoa(cfg.Version), "is below 0")
	}
	if cfg.Cap < 0 {
		c.fail("cap", strconv.Itoa(cfg.Cap), "is below 1")
	}
	if !(cfg.Sample > 0 && cfg.Sample <= 1) {
		c.fail("sample", strconv.FormatFloat(cfg.Sample, 'g', -1, 64), "is not above 0 and up to 1")
	}
}

// checkMoments looks at when and how to ask, and on what basis.
func (cfg *PolicyConfig) checkMoments(c *check) {
	if len(cfg.Moments) == 0 {
		c.fail("moments", "", "are missing: nobody would ever be asked")
	}
	for i, m := range cfg.Moments {
		path := fmt.Sprintf("moments[%d]", i)
		if !slices.Contains(moments(), m) {
			c.fail(path, string(m), "is no moment")
		}
		if slices.Contains(cfg.Moments[:i], m) {
			c.fail(path, string(m), "is there twice")
		}
	}
	if !slices.Contains(media(), cfg.Medium) {
		c.fail("medium", string(cfg.Medium), "is no medium")
	}
	switch {
	case cfg.Basis != BasisConsent && cfg.Basis != BasisExistingCustomer:
		c.fail("basis", string(cfg.Basis), "is no basis")
	case cfg.Basis == BasisExistingCustomer && cfg.Medium == MediumPhone:
		c.fail("basis", string(cfg.Basis), "does not allow calls: section 7(3) UWG is for electronic mail")
	}
}

func (cfg *PolicyConfig) checkTimes(c *check) {
	for _, f := range []struct {
		path  string
		value Wait
	}{
		{"delay", cfg.Delay},
		{"ask_within", cfg.AskWithin},
		{"answer_within", cfg.AnswerWithin},
		{"remind_after", cfg.RemindAfter},
		{"cool_down", cfg.CoolDown},
		{"consent_age", cfg.ConsentAge},
		{"recheck", cfg.Recheck},
	} {
		if f.value < 0 || time.Duration(f.value) > maxWait {
			c.fail(f.path, f.value.String(), "is not between nothing and ten years")
		}
	}
	if cfg.Delay >= cfg.AskWithin {
		c.fail("delay", cfg.Delay.String(), "is not below ask_within: nobody would ever be asked")
	}
	if cfg.RemindAfter != 0 && cfg.RemindAfter >= cfg.AnswerWithin {
		c.fail("remind_after", cfg.RemindAfter.String(), "is not below answer_within: there would be nothing left to answer")
	}
	if cfg.RemindAfter != 0 && cfg.Medium == MediumPage {
		c.fail("remind_after", cfg.RemindAfter.String(), "needs a message: a page cannot remind")
	}
}

// Config returns the policy as data, its defaults filled in.
func (p *Policy) Config() PolicyConfig { return withDefaults(p.cfg) }

// Ref returns "id@version".
func (p *Policy) Ref() string { return p.cfg.ID + "@" + strconv.Itoa(p.cfg.Version) }

// jsonFaults turns what strictjson says into faults.
func jsonFaults(err error) error {
	var list strictjson.Errors
	if !errors.As(err, &list) {
		return err
	}
	var c check
	for _, e := range list {
		var f *Fault
		if errors.As(e.Err, &f) {
			c.fail(e.Path, f.Value, f.Reason)
			continue
		}
		c.fail(e.Path, e.Value, e.Detail)
	}
	return c.err()
}
