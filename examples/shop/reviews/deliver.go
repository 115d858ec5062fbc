package reviews

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/ticket"
)

// Deliverer gives replies to reviews.
type Deliverer struct {
	// History is that of the ticket desk: it tells which review a ticket is about.
	History func(ctx context.Context, actor ticket.Actor, ref ticket.Ref) iter.Seq2[ticket.Event, error]
	Log     *review.Log
	// Platforms are the adapters by source.
	Platforms map[string]review.Platform
}

// errNoPlatform is a review of a source that nobody gives replies at.
var errNoPlatform = errors.New("reviews: no platform of the review's source")

// Deliver gives a message to the platform of its review and notes that it was
// answered. It reports false, and does nothing, where the message is for another
// channel. What will never work wraps ticket.ErrPermanent and becomes a fault
// that people see.
func (d *Deliverer) Deliver(ctx context.Context, o ticket.Outgoing) (bool, error) {
	m := o.Event.Message()
	if m == nil || m.Channel != ticket.ChannelReview {
		return false, nil
	}
	r, err := d.review(ctx, o)
	if err != nil {
		return true, err
	}
	platform, known := d.Platforms[r.Source]
	if !known {
		return true, fmt.Errorf("%w: %w", errNoPlatform, ticket.ErrPermanent)
	}
	reply := review.Reply{
		Shop: r.Shop, Source: r.Source, ExternalID: r.ExternalID, Visibility: review.Public, Text: m.Text, Key: o.MessageID,
	}
	published, err := platform.Reply(ctx, reply)
	if err != nil {
		var refused *review.PlatformError
		if errors.As(err, &refused) && refused.Permanent() {
			err = fmt.Errorf("%w: %w", err, ticket.ErrPermanent)
		}
		return true, err
	}
	_, err = d.Log.Answer(ctx, &r, reply, published)
	return true, err
}

// review finds the review that a message answers: the last that its ticket had
// before.
func (d *Deliverer) review(ctx context.Context, o ticket.Outgoing) (review.Review, error) {
	thread := ""
	for e, err := range d.History(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: o.Ticket.Shop}, o.Ticket.Ref()) {
		if err != nil {
			return review.Review{}, err
		}
		if e.Seq >= o.Event.Seq {
			break
		}
		if m := e.Message(); m != nil && m.Channel == ticket.ChannelReview {
			if of, ok := review.ThreadOf(m.External); ok {
				thread = of
			}
		}
	}
	return d.Log.Review(ctx, o.Ticket.Shop, thread)
}
