package goodwill

import (
	"context"
	"errors"
	"fmt"

	"github.com/kulanz-go/kulanz/goodwill/order"
)

// Execute pays an approved grant: it reserves, commits that the payer is about
// to be called, calls it, and books what it said. A grant that is on its way
// already is taken further, once no call of the payer can still be out; one that
// has ended is returned as it is. So a repeat never pays again, whatever became
// of the first call, and neither do two at once.
//
// Where a dispute, the rest of the order or a cap stands in the way the error is
// a [*Refusal] or a [*CapError], and the grant stays approved. Where the payer
// does not say what became of it the grant is [StateUnknown], without an error:
// Tick asks until it knows.
func (d *Desk) Execute(ctx context.Context, actor Actor, ref Ref) (Grant, error) {
	if d.bound {
		return Grant{}, fmt.Errorf("goodwill: execute: %w", ErrBound)
	}
	if err := actor.may(ref.Shop); err != nil {
		return Grant{}, err
	}
	return d.advance(ctx, ref, actor.ID, WhoAgent)
}

// advance takes a grant as far as it goes.
func (d *Desk) advance(ctx context.Context, ref Ref, by string, who Who) (Grant, error) {
	g, err := d.load(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	if g.State == StateApproved {
		reserved, err := d.reserve(ctx, ref, by, who)
		if err != nil {
			return Grant{}, err
		}
		g = &reserved
	}
	switch g.State {
	case StateReserved:
		return d.pay(ctx, ref, g.version, by, who)
	case StateExecuting, StateUnknown:
		if g.State == StateExecuting && g.Wake.After(d.now()) {
			return *g, nil // somebody's call may be on its way
		}
		return d.recover(ctx, g, by, who)
	case StateSettled, StateFailed, StateReversed:
		return *g, nil
	case StateNone, StateProposed, StateApproved, StateRejected, StateExpired:
	}
	return Grant{}, &Refusal{ref, []Reason{{Code: CodeWrongState, Param: string(g.State)}}}
}

// recover asks what became of a payment, and calls the payer again, under the
// same key, where it has seen nothing of it.
func (d *Desk) recover(ctx context.Context, g *Grant, by string, who Who) (Grant, error) {
	r, err := d.ask(ctx, g.Payout(), d.cfg.Payer.Find)
	if err == nil && r.Status == PayoutAbsent {
		return d.pay(ctx, g.Ref(), g.version, by, who)
	}
	return d.answer(ctx, g.Ref(), r, Change{})
}

// pay commits one more attempt, calls the payer and books the answer. Who loses
// the race for the version does not call.
func (d *Desk) pay(ctx context.Context, ref Ref, version int64, by string, who Who) (Grant, error) {
	mine := false
	g, err := d.step(ctx, ref, func(_ context.Context, u *unit, g *Grant) error {
		if mine = g.version == version; !mine {
			return nil
		}
		g.Attempts++
		return u.happen(g, EventExecute, who, Change{By: by})
	})
	if err != nil || !mine {
		return g, err
	}
	r, err := d.ask(ctx, g.Payout(), d.cfg.Payer.Pay)
	if err != nil || r.Status == PayoutAbsent {
		r = Receipt{} // no answer
	}
	return d.answer(ctx, ref, r, Change{})
}

// ask makes one call of the payer. A panic of the host's is no answer.
func (d *Desk) ask(ctx context.Context, p Payout, call func(context.Context, Payout) (Receipt, error)) (Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.PayTimeout)
	defer cancel()
	err := errors.New("goodwill: the payer panicked on " + p.Grant.String()) // what it says may be a customer's
	var r Receipt
	func() {
		defer func() { _ = recover() }()
		r, err = call(ctx, p)
	}()
	return r, err
}

// answerTries is how often an answer is tried to be booked before it is left to
// the next Tick.
const answerTries = 3

// answer books what the payer said, also where the caller has gone.
func (d *Desk) answer(ctx context.Context, ref Ref, r Receipt, c Change) (Grant, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	var g Grant
	var err error
	for range answerTries {
		g, err = d.enact(ctx, ref, r, c, WhoSystem)
		if err == nil || errors.Is(err, ErrRefused) {
			break
		}
	}
	return g, err
}

// maxReference is the most bytes of a payer's reference that are kept.
const maxReference = 200

// enact books one answer: once, whatever was answered before. A yes after a no
// is booked; a no after a yes is a [*Refusal].
func (d *Desk) enact(ctx context.Context, ref Ref, r Receipt, c Change, who Who) (Grant, error) {
	if len(r.Reference) > maxReference {
		r.Reference = r.Reference[:maxReference]
	}
	return d.step(ctx, ref, func(ctx context.Context, u *unit, g *Grant) error {
		event, state := outcome(g.State, r.Status)
		switch {
		case event == "" && agrees(g.State, r.Status):
			return nil
		case event == "":
			return &Refusal{ref, []Reason{{Code: CodeContradicts, Param: string(g.State)}}}
		}
		if event == EventSettle || event == EventFail {
			g.Answered, c.Ref = r, r.Reference
		}
		if err := u.happen(g, event, who, c); err != nil {
			return err
		}
		if event == EventAsk {
			return nil
		}
		return u.keep(ctx, g, state)
	})
}

// outcome is what an answer does to a grant; no event: nothing.
func outcome(s State, answer PayoutStatus) (Event, order.RefundState) {
	flying := s == StateExecuting || s == StateUnknown
	switch {
	case answer == PayoutPaid && (flying || s == StateFailed):
		return EventSettle, order.RefundSettled
	case answer == PayoutDeclined && flying:
		return EventFail, order.RefundFailed
	case answer == PayoutPaid, answer == PayoutDeclined:
		return "", ""
	case s == StateExecuting:
		return EventLose, order.RefundUnknown
	case s == StateUnknown:
		return EventAsk, order.RefundUnknown
	}
	return "", ""
}

// agrees reports whether a grant has ended as an answer says, or the answer says
// nothing.
func agrees(s State, answer PayoutStatus) bool {
	switch answer {
	case PayoutPaid:
		return s == StateSettled || s == StateReversed
	case PayoutDeclined:
		return s == StateFailed
	case PayoutPending, PayoutAbsent:
	}
	return true
}

// Answer books what the payer tells of its own accord, as by a webhook: early,
// late, or again. Receipts that say nothing new change nothing; one that
// contradicts what is booked is a [*Refusal] with [CodeContradicts]. The host
// has to know that the payer is who it says.
func (d *Desk) Answer(ctx context.Context, ref Ref, r Receipt) (Grant, error) {
	g, err := d.enact(ctx, ref, r, Change{}, WhoSystem)
	if err != nil {
		return Grant{}, err
	}
	return g, nil
}
