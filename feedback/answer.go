package feedback

import (
	"context"
	"errors"
	"slices"
	"time"
)

// MaxRevisions is how often an answer can be changed.
const MaxRevisions = 20

// Sheet is a survey as a customer sees it by its link, with what it has
// answered so far.
type Sheet struct {
	Survey   SurveyConfig
	Answers  []Answer // none yet: empty
	Comment  string
	Answered bool
	Expires  time.Time
}

// Show returns what a link leads to. It records nothing, however often it is
// called and by whom: mail scanners follow links. A token that is refused is an
// [ErrToken].
func (d *Desk) Show(ctx context.Context, token string) (Sheet, error) {
	i, s, err := d.open(ctx, token, d.now())
	if err != nil {
		return Sheet{}, err
	}
	sheet := Sheet{Survey: s.Config(), Expires: i.Expires}
	if r := i.Response; r != nil {
		sheet.Answers, sheet.Comment, sheet.Answered = slices.Clone(r.Answers), r.Comment, true
	}
	return sheet, nil
}

// open finds the invitation that a token may answer.
func (d *Desk) open(ctx context.Context, token string, now time.Time) (*Invitation, *Survey, error) {
	c, err := d.cfg.Keys.Verify(token, PurposeAnswer, now)
	if err != nil {
		return nil, nil, err
	}
	i, err := d.load(ctx, Ref{c.Shop, c.Invitation})
	if errors.Is(err, ErrNotFound) {
		return nil, nil, &TokenError{TokenSurvey}
	}
	if err != nil {
		return nil, nil, err
	}
	s := d.surveys[i.Survey]
	switch {
	case s == nil || i.Survey != c.Survey:
		return nil, nil, &TokenError{TokenSurvey}
	case !i.takes(now):
		return nil, nil, &TokenError{TokenExpired}
	}
	return i, s, nil
}

// Record keeps what a customer answers: call it for a POST alone. The token
// answers once; answering again while the survey is open revises, and the
// figures count the last revision only. The same answers again change nothing.
// The counts move in the same commit as the response. Answers that do not fit
// the survey are [Faults], a token that is refused is an [ErrToken].
func (d *Desk) Record(ctx context.Context, token string, answers []Answer, comment string) (Response, error) {
	c, err := d.cfg.Keys.Verify(token, PurposeAnswer, d.now())
	if err != nil {
		return Response{}, err
	}
	var kept Response
	u, err := d.run(ctx, c.Shop, func(ctx context.Context, u *unit) error {
		i, s, err := d.open(ctx, token, u.now)
		if err != nil {
			return err
		}
		next := i.respond(answers, comment, u.now)
		if i.Response != nil {
			kept = *i.Response
			if slices.Equal(next.Answers, kept.Answers) && next.Comment == kept.Comment {
				return nil
			}
		}
		if next.Revision > MaxRevisions {
			return &TokenError{TokenExpired}
		}
		if err := s.Check(&next); err != nil {
			return err
		}
		if u.commit.Counts, err = s.Changes(i.Response, &next, d.cfg.Zone); err != nil {
			return err
		}
		i.Response, kept = &next, next
		if i.Sent.IsZero() {
			i.Sent = u.now // it is out, though that has not been noted yet
		}
		i.end(InvitationAnswered)
		return u.write(i)
	})
	if err == nil && u.landed {
		kept, err = d.landed(ctx, Ref{c.Shop, c.Invitation})
	}
	return kept, err
}

// landed reads back the response that an earlier try committed.
func (d *Desk) landed(ctx context.Context, ref Ref) (Response, error) {
	i, err := d.load(ctx, ref)
	if err != nil || i.Response == nil {
		return Response{}, err
	}
	return *i.Response, nil
}

// respond is the next response to an invitation. It stays on the day of the
// first.
func (i *Invitation) respond(answers []Answer, comment string, now time.Time) Response {
	r := Response{
		Shop: i.Shop, Survey: i.Survey, Invitation: i.ID.String(), At: now, Answers: slices.Clone(answers), Comment: comment,
		Facets: i.Facets,
	}
	if i.Response != nil {
		r.At, r.Revision = i.Response.At, i.Response.Revision+1
	}
	return r
}

// Object keeps that a customer does not want to be asked again, by the link of
// a message, whatever the survey: call it for a POST alone. It returns the
// customer, for the host to keep it too. An invitation that was not answered is
// cancelled.
func (d *Desk) Object(ctx context.Context, token string) (string, error) {
	c, err := d.cfg.Keys.Verify(token, PurposeObject, d.now())
	if err != nil {
		return "", err
	}
	name := ""
	_, err = d.run(ctx, c.Shop, func(ctx context.Context, u *unit) error {
		i, err := d.load(ctx, Ref{c.Shop, c.Invitation})
		if errors.Is(err, ErrNotFound) || err == nil && i.Survey != c.Survey {
			return &TokenError{TokenSurvey}
		}
		if err != nil {
			return err
		}
		name = i.Customer
		if i.Response == nil && i.State != InvitationErased && i.State != InvitationCancelled {
			i.end(InvitationCancelled, Reason{Code: CodeObjection})
			if err := u.write(i); err != nil {
				return err
			}
		}
		return d.objects(ctx, u, c.Shop, name, u.now)
	})
	return name, err
}

// SetObjection keeps an objection that reached the shop in another way, by word
// of mouth perhaps; the zero instant takes it back, for a customer who says so.
func (d *Desk) SetObjection(ctx context.Context, shop, customer string, at time.Time) error {
	var ck check
	checkName(&ck, "shop", shop)
	if customer == "" || len(customer) > maxClaims {
		ck.failf("customer", "", "is not 1 to %d bytes long", maxClaims)
	}
	if err := ck.err(); err != nil {
		return err
	}
	_, err := d.run(ctx, shop, func(ctx context.Context, u *unit) error { return d.objects(ctx, u, shop, customer, at) })
	return err
}

// objects adds to the commit what a customer said about being asked.
func (d *Desk) objects(ctx context.Context, u *unit, shop, name string, at time.Time) error {
	c, err := d.customer(ctx, shop, name)
	if err != nil || c == nil {
		return err
	}
	if !c.Objected.IsZero() && !at.IsZero() || c.Objected.Equal(at) {
		return nil // the first objection stands
	}
	c.Objected = at.UTC()
	return u.writeCustomer(c)
}
