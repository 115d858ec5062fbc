package feedback

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"
)

// Asking is what [Desk.Ask] says.
type Asking struct {
	Decision Decision
	// Invitation is what was kept; nil where the decision is [Never].
	Invitation *Invitation
	// Token lets the customer answer at once, on a page; empty for messages,
	// which carry their own.
	Token string
	// Repeated tells that the matter was asked about before, in this cycle:
	// Invitation is that of then, and nothing has changed.
	Repeated bool
}

// Ask decides by the newest version of a policy whether to ask about a matter,
// and reserves the invitation: a matter is asked about once in a close cycle, and
// no two at once go past the policy's cool-down or cap. What is to wait is kept
// and decided on again by [Desk.Tick]. Nothing is sent before the commit: see
// [Delivery].
func (d *Desk) Ask(ctx context.Context, policy string, s Subject) (Asking, error) {
	p := d.newest[policy]
	if p == nil {
		return Asking{}, fmt.Errorf("feedback: policy %q: %w", policy, ErrNotFound)
	}
	if err := checkSubject(s); err != nil {
		return Asking{}, err
	}
	standing, err := d.standing(ctx, s.Shop, s.Customer, p.cfg.Medium)
	if err != nil {
		return Asking{}, err
	}
	inv, err := d.fresh(p, s)
	if err != nil {
		return Asking{}, err
	}
	var a Asking
	u, err := d.run(ctx, s.Shop, func(ctx context.Context, u *unit) error {
		a = Asking{}
		// The matter is asked for last: that another try has just asked the
		// customer about it must not be a reason to refuse this one.
		c, err := d.customer(ctx, s.Shop, s.Customer)
		if err != nil {
			return err
		}
		held, err := d.store.Lookup(ctx, matter(s.Shop, s.Ref, s.Cycle))
		if err == nil {
			a.Repeated = true
			a.Invitation, err = d.load(ctx, held.Ref)
			return err
		}
		if !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("feedback: matter: %w", err)
		}
		a.Decision = Invite(p, s, known{standing, c}, d.cfg.Secret, u.now)
		if a.Decision.Verdict == Never {
			return nil
		}
		a.Invitation = inv.clone()
		u.take(matter(s.Shop, s.Ref, s.Cycle), inv.Ref())
		return d.decided(u, p, a.Invitation, c, a.Decision)
	})
	if err != nil || a.Invitation == nil {
		return a, err
	}
	return d.asked(ctx, u, a)
}

// asked reads back what an earlier try brought about, and gives a page its token.
func (d *Desk) asked(ctx context.Context, u *unit, a Asking) (Asking, error) {
	if u.landed {
		i, err := d.load(ctx, a.Invitation.Ref())
		if err != nil {
			return a, err
		}
		a.Invitation = i
	}
	if a.Repeated {
		a.Decision = Decision{Verdict: Never, Reasons: []Reason{{Code: CodeAlreadyAsked}}}
	}
	var err error
	if a.Invitation.Medium == MediumPage && a.Invitation.takes(u.now) {
		a.Token, err = d.token(a.Invitation, PurposeAnswer)
	}
	return a, err
}

// checkSubject finds what no subject can be without.
func checkSubject(s Subject) error {
	var c check
	checkName(&c, "shop", s.Shop)
	if s.Ref == "" || len(s.Ref) > maxClaims {
		c.failf("ref", s.Ref, "is not 1 to %d bytes long", maxClaims)
	}
	if len(s.Customer) > maxClaims {
		c.failf("customer", "", "is longer than %d bytes", maxClaims)
	}
	if s.At.IsZero() {
		c.fail("at", "", "is missing")
	}
	checkFacets(&c, s.Facets)
	return c.err()
}

// fresh is a new invitation before anything is decided.
func (d *Desk) fresh(p *Policy, s Subject) (*Invitation, error) {
	id, err := d.newID()
	if err != nil {
		return nil, err
	}
	return &Invitation{
		Shop: s.Shop, ID: id, Policy: p.Ref(), Survey: p.cfg.Survey, Medium: p.cfg.Medium, Customer: s.Customer,
		Subject: s.Ref, Cycle: s.Cycle, Moment: s.Moment, Happened: s.At.UTC(), Created: d.now(),
		Facets: d.facets(s.Facets),
	}, nil
}

// facets are those that may be stored.
func (d *Desk) facets(all map[string]string) map[string]string {
	kept := maps.Clone(all)
	for _, hidden := range d.cfg.HideFacets {
		delete(kept, hidden)
	}
	return kept
}

// decided adds what a decision to send or to wait makes of an invitation.
func (d *Desk) decided(u *unit, p *Policy, i *Invitation, c *customer, dec Decision) error {
	if dec.Verdict == Later {
		i.State, i.Due, i.Reasons = InvitationWaiting, ceilMicro(dec.At), dec.Reasons
		return u.write(i)
	}
	i.Due, i.Reasons, i.Policy = time.Time{}, nil, p.Ref()
	i.Expires = u.now.Add(time.Duration(p.cfg.AnswerWithin)).Truncate(time.Second)
	if after := time.Duration(p.cfg.RemindAfter); after > 0 {
		i.RemindAt = ceilMicro(p.hours.next(u.now.Add(after)))
	}
	if err := d.outgoing(u, i, EffectInvite); err != nil {
		return err
	}
	if c != nil {
		c.asked(Asked{i.Survey, i.Subject, i.Cycle, u.now})
		if err := u.writeCustomer(c); err != nil {
			return err
		}
	}
	return u.write(i)
}

// ceilMicro rounds a wake up, so that it is never early.
func ceilMicro(t time.Time) time.Time {
	t = t.UTC().Round(0)
	if c := t.Truncate(time.Microsecond); c.Before(t) {
		return c.Add(time.Microsecond)
	}
	return t
}
