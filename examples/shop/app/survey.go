package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// Ask asks a ticket's customer whether it is content, by a policy. It returns the
// token of a survey that can be answered at once, on a page; empty: there is none
// now, for the reasons of the decision.
func (a *App) Ask(ctx context.Context, policy string, t ticket.Ticket) (feedback.Asking, error) {
	return a.Surveys.Ask(ctx, policy, a.subject(ctx, t))
}

// subject is a ticket as a survey sees it. The agent is the one who has it now: a
// later hand-over moves no answer.
func (a *App) subject(ctx context.Context, t ticket.Ticket) feedback.Subject {
	s := feedback.Subject{
		Shop: Shop, Customer: t.Customer.Ref, Ref: t.ID.String(), Cycle: t.Counters.Reopens, Moment: feedback.MomentResolved, At: t.Since,
		Facets: map[string]string{"channel": string(t.Channel)},
		Spam:   t.State == ticket.StateSpam, Merged: t.State == ticket.StateMerged,
		Duplicate: t.Resolution == ticket.ResolvedDuplicate,
		Open:      t.State != ticket.StateResolved && t.State != ticket.StateClosed,
		Dispute:   !t.Dispute.LegalStep.IsZero(), Blocked: !t.Dispute.Blocked.IsZero(),
	}
	if t.Reason != "" {
		s.Facets["reason"] = string(t.Reason.Parent())
	}
	if t.Assignee != "" {
		s.Facets["agent"] = t.Assignee
	}
	c, err := a.DB.Customer(ctx, t.Customer.Ref)
	s.Unreachable = err != nil || c.Email == ""
	return s
}

// current is a matter as it is now, before an invitation that waited goes out.
func (a *App) current(ctx context.Context, s feedback.Subject) (feedback.Subject, error) {
	ref, err := parseRef(s.Ref)
	if err != nil {
		return s, nil //nolint:nilerr // it is no ticket's
	}
	t, err := a.Tickets.Get(ctx, System(), ref)
	if errors.Is(err, ticket.ErrNotFound) {
		s.Spam = true
		return s, nil
	}
	if err != nil {
		return s, err
	}
	now := a.subject(ctx, t)
	now.Facets, now.At, now.Cycle = s.Facets, s.At, s.Cycle
	return now, nil
}

// after is what follows what happened to a ticket: who agreed to it is asked by
// mail when its matter is solved.
func (a *App) after(ctx context.Context, o ticket.Outgoing) error {
	switch o.Event.Kind {
	case ticket.EventResolve, ticket.EventAutoResolve, ticket.EventBotResolve:
	default:
		return nil
	}
	c, err := a.DB.Customer(ctx, o.Ticket.Customer.Ref)
	if errors.Is(err, store.ErrNotFound) || c.Consent == nil {
		return nil // it is asked on the ticket's page
	}
	if err != nil {
		return err
	}
	if _, err := a.Ask(ctx, PolicyMail, o.Ticket); err != nil {
		return fmt.Errorf("ask about %s: %w", o.Ticket.Ref(), err)
	}
	return nil
}
