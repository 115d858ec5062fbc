package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/kulanz-go/kulanz/examples/shop/reviews"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/ticket"
)

// OwnSource is the shop's own page of reviews.
const OwnSource = "shop"

// reviewDesk makes what reads and answers reviews.
func (a *App) reviewDesk(analyzer tone.Analyzer) func() error {
	return func() error {
		if analyzer == nil {
			engine, err := tone.New(tone.Config{})
			if err != nil {
				return err
			}
			analyzer = engine
		}
		a.Tones, a.Topics = analyzer, tone.DefaultTopics()
		var err error
		if a.Drafts, err = tone.NewReplyChecker(tone.ReplyRules()...); err != nil {
			return err
		}
		if a.Assessor, err = review.NewAssessor(analyzer, a.Topics, 0); err != nil {
			return err
		}
		a.Reviews = review.NewLog(a.Surveys)
		a.replies = &reviews.Deliverer{
			History: a.Tickets.History, Log: a.Reviews, Platforms: map[string]review.Platform{OwnSource: ownPage{a}},
		}
		return nil
	}
}

// reviewPolicy is how the shop handles the reviews on its page.
func reviewPolicy() review.Policy {
	return review.Policy{Accepts: []review.Verification{review.ByOrder, review.Unverified}}
}

// ReviewNotice says whether and how reviews are verified (section 5b(3) UWG).
func (a *App) ReviewNotice(language string) (string, error) {
	p := reviewPolicy()
	return p.Notice(language)
}

// Review takes in what somebody says in public: into the log, and as a ticket that
// wants its answer.
func (a *App) Review(ctx context.Context, r review.Review) error {
	r.Shop, r.Source, r.At = Shop, OwnSource, a.now()
	if err := r.Check(); err != nil {
		return err
	}
	thought := a.Assessor.Assess(&r)
	if _, err := a.Reviews.Receive(ctx, &r, thought); err != nil {
		return err
	}
	receipt, err := a.Tickets.Receive(ctx, reviews.Inbound(&r, thought))
	if err != nil {
		return err
	}
	if set, ok := reviews.Known(&r); ok {
		if _, err := a.Tickets.Do(ctx, System(), receipt.Ticket.Ref(), set); err != nil && !errors.Is(err, ticket.ErrRefused) {
			return err
		}
	}
	return a.DB.KeepReview(ctx, store.Review{External: r.ExternalID, At: r.At, Thread: r.Thread()})
}

// Shown is a review as the page shows it.
type Shown struct {
	review.Review

	Mark  string // how it was verified
	Reply string
}

// Shown returns the latest reviews, good and bad: all but those that a decision
// about a notice hides, and those whose writer was erased.
func (a *App) Shown(ctx context.Context, language string) ([]Shown, error) {
	rows, err := a.DB.Reviews(ctx, 20)
	if err != nil {
		return nil, err
	}
	cases, err := a.Reviews.Cases(ctx, Shop)
	if err != nil {
		return nil, err
	}
	var out []Shown
	for _, row := range rows {
		r, err := a.Reviews.Review(ctx, Shop, row.Thread)
		if errors.Is(err, feedback.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !review.Hidden(cases[row.Thread], a.now()) {
			out = append(out, Shown{Review: r, Mark: r.Verified.Mark(language), Reply: row.Reply})
		}
	}
	return out, nil
}

// ownPage publishes replies beside the reviews of the shop's own page.
type ownPage struct{ app *App }

// Reply implements review.Platform.
func (p ownPage) Reply(ctx context.Context, r review.Reply) (review.Published, error) {
	if r.Visibility != review.Public {
		return review.Published{}, &review.PlatformError{Code: review.CodeUnsupported, Source: r.Source}
	}
	row, err := p.app.DB.AnswerReview(ctx, r.ExternalID, r.Key, r.Text, p.app.now())
	switch {
	case errors.Is(err, store.ErrNotFound):
		return review.Published{}, &review.PlatformError{Code: review.CodeGone, Source: r.Source}
	case err != nil:
		return review.Published{}, err
	case row.Key != r.Key:
		return review.Published{}, &review.PlatformError{Code: review.CodeAnswered, Source: r.Source}
	}
	return review.Published{ID: row.External, At: row.Replied}, nil
}

// reply gives the answer to a review to its page. It is false for all else.
func (a *App) reply(ctx context.Context, o ticket.Outgoing) (bool, error) {
	ours, err := a.replies.Deliver(ctx, o)
	if ours && errors.Is(err, feedback.ErrNotFound) {
		return true, fmt.Errorf("review of %s is not there any more: %w", o.Ticket.Ref(), ticket.ErrPermanent)
	}
	return ours, err
}
