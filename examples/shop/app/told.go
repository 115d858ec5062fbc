package app

import (
	"context"
	"time"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/reviews"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/ticket"
)

// told keeps the demo's reviews as the shop keeps real ones: in the review log, and
// on its page.
type told struct {
	log      *review.Log
	assessor *review.Assessor
	keep     func(context.Context, store.Review) error // on the page
	replies  bool                                      // nobody else brings replies to the page
	taken    map[string]*store.Review                  // by order
	reviews  map[string]review.Review
}

// deaf hears no tone: that of a review is that of its stars.
type deaf struct{}

// Analyze implements tone.Analyzer.
func (deaf) Analyze(string) tone.Result { return tone.Result{} }

func newTold(log *review.Log, analyzer tone.Analyzer) (*told, error) {
	assessor, err := review.NewAssessor(analyzer, tone.DefaultTopics(), 0)
	return &told{log: log, assessor: assessor, taken: make(map[string]*store.Review), reviews: make(map[string]review.Review)}, err
}

// Take implements demo.ReviewKeeper.
func (k *told) Take(ctx context.Context, a demo.Action) (ticket.Inbound, error) {
	r := review.Review{
		Shop: Shop, Source: OwnSource, ExternalID: a.Receive.Key, Stars: &a.Stars, Text: a.Receive.Text, Language: a.Receive.Customer.Language,
		Verified: review.ByOrder, Order: a.Order, Customer: a.Receive.Customer.Ref, At: a.At,
	}
	thought := k.assessor.Assess(&r)
	if _, err := k.log.Receive(ctx, &r, thought); err != nil {
		return ticket.Inbound{}, err
	}
	row := &store.Review{External: r.ExternalID, At: r.At, Thread: r.Thread()}
	k.taken[a.Order], k.reviews[a.Order] = row, r
	in := reviews.Inbound(&r, thought)
	in.Customer, in.Address, in.Verified, in.Touchpoint = a.Receive.Customer, a.Receive.Address, true, a.Receive.Touchpoint
	if k.keep == nil {
		return in, nil
	}
	return in, k.keep(ctx, *row)
}

// Replied implements demo.ReviewKeeper.
func (k *told) Replied(ctx context.Context, a demo.Action, text string) error {
	row, ok := k.taken[a.Order]
	if !ok || !k.replies {
		return nil
	}
	r, key := k.reviews[a.Order], "reply-"+a.Order+"@"+Shop
	reply := review.Reply{Shop: r.Shop, Source: r.Source, ExternalID: r.ExternalID, Visibility: review.Public, Text: text, Key: key}
	if _, err := k.log.Answer(ctx, &r, reply, review.Published{ID: r.ExternalID, At: a.At}); err != nil {
		return err
	}
	row.Reply, row.Key, row.Replied = text, key, a.At.Truncate(time.Microsecond)
	return nil
}
