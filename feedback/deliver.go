package feedback

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/internal/desk"
)

// ErrPermanent says, wrapped in what a deliverer returns, that trying again is
// of no use: the address is gone.
var ErrPermanent = errors.New("permanent failure")

// Bounds of the desk's own delivery.
const (
	maxAttempts     = 10
	deliveryTimeout = time.Minute
	maxDeliveryWait = time.Hour
	settleTries     = 3 // of noting what became of a delivery

	// objectionLife is how long a customer may object by a link beyond the end
	// of the survey.
	objectionLife = 365 * day
)

// Delivery says who sends. Its zero value is none, and no desk is made without
// one.
type Delivery struct {
	deliver *func(context.Context, Outgoing) error
	host    bool
}

// HostDelivers leaves sending to the host: effects are part of the commit, and
// the store puts them into the host's queue in the same transaction. The worker
// there asks [Desk.Outgoing] for what to send.
func HostDelivers() Delivery { return Delivery{host: true} }

// DeskDelivers lets [Desk.Tick] and [Desk.Deliver] call fn for every message. It
// lies in its invitation's record until fn has returned nil, so none is lost.
// Each attempt is committed before it is made: without a crash nothing goes out
// twice, and after one it goes out under the same Outgoing.ID. fn has a minute;
// an error is tried again, up to 10 times, more and more rarely; one that wraps
// [ErrPermanent] is not.
func DeskDelivers(fn func(context.Context, Outgoing) error) Delivery {
	if fn == nil {
		return Delivery{}
	}
	return Delivery{deliver: &fn}
}

// Outgoing is one message to a customer. It has to carry both links: one to
// answer and one to object, as section 7(3) no. 4 UWG and article 21(4) GDPR ask.
type Outgoing struct {
	ID         uuid.UUID // stays the same from attempt to attempt
	Kind       EffectKind
	Invitation Invitation
	Survey     SurveyConfig
	Answer     string // token of the link to the survey
	Object     string // token of the link that ends all asking
	Attempt    int    // from 1; 0 where the host delivers
}

// outgoing makes an effect of an invitation, or leaves it pending. A page has
// nothing to send.
func (d *Desk) outgoing(u *unit, i *Invitation, kind EffectKind) error {
	id, err := d.newID()
	if err != nil {
		return err
	}
	switch {
	case kind == EffectInvite && i.Medium == MediumPage:
		i.State, i.Sent = InvitationSent, u.now
	case d.cfg.Delivery.host:
		u.commit.Effects = append(u.commit.Effects, Effect{id, i.Ref(), kind})
		i.went(kind, u.now)
	default:
		if kind == EffectInvite {
			i.State = InvitationReserved
		}
		i.pending = &pending{Kind: kind, ID: id, NotBefore: u.now}
	}
	return nil
}

// went notes that a message is out. An answer may have come before the note.
func (i *Invitation) went(kind EffectKind, now time.Time) {
	i.pending = nil
	if kind == EffectRemind {
		i.Reminded, i.RemindAt = now, time.Time{}
		return
	}
	i.Sent = now
	if i.State == InvitationReserved || i.State == InvitationWaiting || i.State == "" {
		i.State = InvitationSent
	}
}

func (d *Desk) token(i *Invitation, purpose Purpose) (string, error) {
	c := Claims{Shop: i.Shop, Survey: i.Survey, Invitation: i.ID, Purpose: purpose, Expires: i.Expires}
	if purpose == PurposeObject {
		c.Expires = c.Expires.Add(objectionLife)
	}
	return d.cfg.Keys.Sign(c)
}

// Outgoing returns what is to be sent for an invitation, for a host that
// delivers. It is not there once the customer has answered, objected or was
// erased: then nothing must be sent, and the error is an [ErrNotFound].
func (d *Desk) Outgoing(ctx context.Context, e Effect) (Outgoing, error) {
	i, err := d.load(ctx, e.Ref)
	if err != nil {
		return Outgoing{}, err
	}
	if stop, err := d.stopped(ctx, i); err != nil || stop != "" || i.State != InvitationSent {
		return Outgoing{}, errors.Join(err, fmt.Errorf("feedback: %s has nothing to send: %w", e.Ref, ErrNotFound))
	}
	return d.message(i, e.Kind, e.ID, 0)
}

func (d *Desk) message(i *Invitation, kind EffectKind, id uuid.UUID, attempt int) (Outgoing, error) {
	out := Outgoing{ID: id, Kind: kind, Invitation: *i.clone(), Attempt: attempt}
	s := d.surveys[i.Survey]
	if s == nil {
		return out, fmt.Errorf("feedback: survey %q: %w", i.Survey, ErrNotFound)
	}
	out.Survey = s.Config()
	var err error
	if out.Answer, err = d.token(i, PurposeAnswer); err != nil {
		return out, err
	}
	out.Object, err = d.token(i, PurposeObject)
	return out, err
}

// stopped says whether the customer has objected or withdrawn since it was
// decided to ask; empty: it has not.
func (d *Desk) stopped(ctx context.Context, i *Invitation) (Code, error) {
	s, err := d.standing(ctx, i.Shop, i.Customer, i.Medium)
	if err != nil {
		return "", err
	}
	c, err := d.customer(ctx, i.Shop, i.Customer)
	if err != nil {
		return "", err
	}
	switch {
	case !known{s, c}.Standing(i.Medium).Objected.IsZero():
		return CodeObjection, nil
	case s.Consent != nil && !s.Consent.Withdrawn.IsZero():
		return CodeWithdrawn, nil
	}
	return "", nil
}

// Deliver sends what an invitation has pending, without waiting for the next
// [Desk.Tick]: call it after the transaction has committed. It reports whether a
// message went out.
func (d *Desk) Deliver(ctx context.Context, ref Ref) (bool, error) {
	if d.cfg.Delivery.deliver == nil || d.bound {
		return false, nil
	}
	stop := Code("")
	claimed, err := d.claim(ctx, ref, &stop)
	if err != nil || claimed == nil || stop != "" {
		return false, err
	}
	p := claimed.pending
	sending := d.send(ctx, claimed)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), desk.LookupTimeout)
	defer cancel()
	for range settleTries {
		if err = d.settle(ctx, ref, *p, sending); err == nil {
			break
		}
	}
	return sending == nil, err
}

// claim commits one more attempt, or that the customer does not want it any
// more. Who loses the race for the version has nothing to send.
func (d *Desk) claim(ctx context.Context, ref Ref, stop *Code) (*Invitation, error) {
	i, err := d.load(ctx, ref)
	if err != nil {
		return nil, err
	}
	now := d.now()
	if i.pending == nil || i.pending.NotBefore.After(now) {
		return nil, nil //nolint:nilnil // there is nothing to claim
	}
	if *stop, err = d.stopped(ctx, i); err != nil {
		return nil, err
	}
	if *stop != "" {
		i.end(InvitationCancelled, Reason{Code: *stop})
	} else {
		i.pending.Attempt++
		i.pending.NotBefore = now.Add(deliveryTimeout)
	}
	first := true
	_, err = d.run(ctx, ref.Shop, func(_ context.Context, u *unit) error {
		if !first {
			i = nil // somebody else works on it
			return nil
		}
		first = false
		return u.write(i)
	})
	return i, err
}

// send makes one attempt. A panic of the host's is an error.
func (d *Desk) send(ctx context.Context, i *Invitation) (err error) {
	out, err := d.message(i, i.pending.Kind, i.pending.ID, i.pending.Attempt)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, deliveryTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("feedback: deliverer panicked on %s", i.Ref()) // what it says may be a customer's
		}
	}()
	return (*d.cfg.Delivery.deliver)(ctx, out)
}

// settle notes what became of an attempt.
func (d *Desk) settle(ctx context.Context, ref Ref, p pending, sending error) error {
	_, err := d.run(ctx, ref.Shop, func(ctx context.Context, u *unit) error {
		i, err := d.load(ctx, ref)
		if err != nil {
			return err
		}
		switch {
		case i.pending == nil || i.pending.ID != p.ID:
			return nil // answered, objected or erased meanwhile
		case sending == nil:
			i.went(p.Kind, u.now)
		case errors.Is(sending, ErrPermanent) || p.Attempt >= maxAttempts:
			i.undeliverable(p.Kind)
		default:
			i.pending.NotBefore = u.now.Add(min(deliveryTimeout<<p.Attempt, maxDeliveryWait))
		}
		return u.write(i)
	})
	return err
}

// undeliverable gives a message up. A reminder that cannot be sent leaves the
// invitation open.
func (i *Invitation) undeliverable(kind EffectKind) {
	if kind == EffectInvite {
		i.end(InvitationFailed, Reason{Code: CodeUnreachable})
		return
	}
	i.pending, i.RemindAt = nil, time.Time{}
}
