package feedback

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// Verdict says whether to ask.
type Verdict string

// The verdicts.
const (
	Send  Verdict = "send"  // now
	Later Verdict = "later" // decide again at Decision.At
	Never Verdict = "never" // not about this matter
)

// Reason is one thing that speaks against asking now. Until is when it stops
// to, as far as that is known; zero: it stays.
type Reason struct {
	Code  Code      `json:"code"`
	Until time.Time `json:"until,omitzero"`
}

// Decision is what [Invite] says. Reasons holds everything that speaks against
// asking now, and is empty for [Send]. At is now for Send; for [Later] it is
// when to decide again: the first instant at which, as things stand, nothing
// speaks against it.
type Decision struct {
	Verdict Verdict   `json:"verdict"`
	At      time.Time `json:"at,omitzero"`
	Reasons []Reason  `json:"reasons,omitempty"`
}

// Has reports whether a code is among the reasons.
func (d Decision) Has(c Code) bool {
	return slices.ContainsFunc(d.Reasons, func(r Reason) bool { return r.Code == c })
}

// Invite decides whether a customer is asked about a matter now, later or
// never. It is pure: the same arguments give the same decision, and all reasons
// are found, not the first. secret keys the sampling, so that nobody can tell
// from a reference who is asked; it may be empty where everybody is.
func Invite(p *Policy, s Subject, h History, secret []byte, now time.Time) Decision {
	i := invite{p: p, s: &s, now: now, at: now}
	i.mayBeAsked(h)
	i.mayBeWrittenTo(h.Standing(p.cfg.Medium))
	i.isDrawn(secret)
	i.hasToWait(h)
	return i.decision()
}

// invite is one decision on its way.
type invite struct {
	p   *Policy
	s   *Subject
	now time.Time

	never, wait []Reason
	at          time.Time // when everything that is known to end has ended
}

func (i *invite) refuse(is bool, c Code) {
	if is {
		i.never = append(i.never, Reason{Code: c})
	}
}

// until notes a reason that ends.
func (i *invite) until(c Code, t time.Time) {
	if !t.After(i.now) {
		return
	}
	i.wait = append(i.wait, Reason{c, t})
	if t.After(i.at) {
		i.at = t
	}
}

// mayBeAsked looks at the matter itself.
func (i *invite) mayBeAsked(h History) {
	message := i.p.cfg.Medium != MediumPage
	i.refuse(!slices.Contains(i.p.cfg.Moments, i.s.Moment), CodeMoment)
	i.refuse(i.s.Customer == "" && message, CodeGuest)
	i.refuse(i.s.Spam, CodeSpam)
	i.refuse(i.s.Merged, CodeMerged)
	i.refuse(i.s.Duplicate, CodeDuplicate)
	i.refuse(i.s.Dispute, CodeDispute)
	i.refuse(i.s.Blocked, CodeBlocked)
	i.refuse(i.s.Unreachable && message, CodeUnreachable)
	i.refuse(h.AskedAbout(i.s.Ref, i.s.Cycle), CodeAlreadyAsked)
}

// mayBeWrittenTo looks at what the law wants. An objection counts on a page
// too: article 21 GDPR knows no medium.
func (i *invite) mayBeWrittenTo(s Standing) {
	i.refuse(!s.Objected.IsZero(), CodeObjection)
	if i.p.cfg.Medium == MediumPage {
		return
	}
	c := s.Consent
	withdrawn := c != nil && !c.Withdrawn.IsZero()
	i.refuse(withdrawn, CodeWithdrawn)
	if i.p.cfg.Basis == BasisExistingCustomer {
		p := s.Purchase
		i.refuse(p == nil || !p.AddressFromSale || !p.SimilarGoods || !p.ToldOfObjection, CodeNotCustomer)
		return
	}
	switch {
	case c == nil || c.Given.After(i.now):
		i.refuse(true, CodeNoConsent)
	case withdrawn:
	default:
		i.refuse(!c.proven() || c.Confirmed.After(i.now), CodeUnproven)
		limit := time.Duration(i.p.cfg.ConsentAge)
		i.refuse(limit != 0 && i.now.Sub(c.Given) > limit, CodeConsentAge)
	}
}

// isDrawn draws from a hash of the matter, keyed, as a share of all hashes. A
// new version of the policy draws the same matters.
func (i *invite) isDrawn(secret []byte) {
	if i.p.cfg.Sample == 1 {
		return
	}
	h := hmac.New(sha256.New, secret)
	desk.Feed(h, "kulanz/feedback/sample/1", i.s.Shop, i.p.cfg.ID, i.s.Ref, strconv.Itoa(i.s.Cycle))
	drawn := float64(binary.BigEndian.Uint64(h.Sum(nil))>>11) / (1 << 53)
	i.refuse(drawn >= i.p.cfg.Sample, CodeNotSampled)
}

// hasToWait looks at what ends by itself, quiet hours last: they are asked for
// the instant at which all else has ended.
func (i *invite) hasToWait(h History) {
	cfg := &i.p.cfg
	i.until(CodeDelay, i.s.At.Add(time.Duration(cfg.Delay)))
	again := i.now.Add(time.Duration(cfg.Recheck))
	if i.s.Open {
		i.until(CodeStillOpen, again)
	}
	if i.s.OpenComplaint {
		i.until(CodeOpenComplaint, again)
	}
	i.spared(h)
	if cfg.Medium != MediumPage {
		if open := i.p.hours.next(i.at); open.After(i.at) {
			i.until(CodeQuietHours, open)
		}
	}
	i.refuse(!i.at.Before(i.s.At.Add(time.Duration(cfg.AskWithin))), CodeTooLate)
}

// spared looks at what the customer was asked of late, whatever the survey.
func (i *invite) spared(h History) {
	rest := time.Duration(i.p.cfg.CoolDown)
	asked := h.Asked(i.now.Add(-max(rest, capWindow)))
	slices.SortFunc(asked, func(a, b Asked) int { return b.At.Compare(a.At) })
	if len(asked) > 0 {
		i.until(CodeCoolDown, asked[0].At.Add(rest))
	}
	if n := i.p.cfg.Cap; len(asked) >= n {
		i.until(CodeCap, asked[n-1].At.Add(capWindow))
	}
}

func (i *invite) decision() Decision {
	reasons := slices.Concat(i.never, i.wait)
	switch {
	case len(i.never) > 0:
		return Decision{Verdict: Never, Reasons: reasons}
	case len(i.wait) > 0:
		return Decision{Verdict: Later, At: i.at, Reasons: reasons}
	}
	return Decision{Verdict: Send, At: i.now}
}
