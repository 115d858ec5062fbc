package reviews

import (
	"cmp"

	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/ticket"
)

// Inbound is a review as a message to the desk. Deadline, answered-once and
// history are the ticket's. It names no order: a review is a matter of its own,
// to be answered where it stands, and not one more message to a complaint about
// the order that is open elsewhere. [Known] adds the order afterwards.
func Inbound(r *review.Review, a review.Assessment) ticket.Inbound {
	return ticket.Inbound{
		Shop: r.Shop, Key: r.Key(), Channel: ticket.ChannelReview, Conversation: r.Thread(),
		Customer: ticket.Customer{Ref: r.Person(), Language: r.Language}, Priority: ticket.Priority(a.Criticality.Priority()),
		Subject: r.Subject(r.Language), Text: cmp.Or(r.Text, r.Subject(r.Language)), Reason: reason(a.Topics),
	}
}

// Known is what to set on the ticket of a review, once it is open; false: nothing.
func Known(r *review.Review) (ticket.Set, bool) {
	return ticket.Set{AddOrders: []string{r.Order}}, r.Order != ""
}

// reason is that of the first topic which the desk has one for.
func reason(topics []tone.Topic) ticket.Reason {
	reasons := map[tone.Topic]ticket.Reason{
		tone.Cost: "price", tone.Options: "options", tone.Speed: "order/delayed", tone.Quality: "quality", tone.Defect: "return/damaged",
		tone.WrongItem: "return/wrong_item", tone.MissingItem: "return/missing_item", tone.Payment: "payment", tone.Delivery: "courier",
		tone.Staff: "staff", tone.Return: "return", tone.Refund: "refund", tone.Privacy: "privacy",
	}
	for _, t := range topics {
		if r, known := reasons[t]; known {
			return r
		}
	}
	return ""
}
