package demo

import (
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// reviews makes what customers say in public about orders that have arrived. All of
// them are answered, the critical ones first.
func (g *generator) reviews() {
	for i := range g.world.Orders {
		o := &g.world.Orders[i]
		g.chanceOf(streamReviews, i)
		if !g.chance(reviewShare) {
			continue
		}
		if at := later(o.Delivered, g.logNormal(4*24*60, 0.8)); !at.Before(g.from) {
			g.review(o, at, firstReview+i)
		}
	}
}

// Reviews have a stream of chance of their own, and numbers behind those of all
// conversations.
const (
	streamReviews = 10
	firstReview   = 1_000_000
)

// review is one of them.
func (g *generator) review(o *Order, at time.Time, matter int) {
	given := 1 + g.draw(stars(o.Late(at)))
	c, _ := g.world.Customer(o.Customer)
	t := &talk{
		g: g, matter: matter, customer: c, order: o, channel: ticket.ChannelReview, opened: at,
		topic: topic{Reason: "product", Touchpoint: ticket.TouchUse, Outcome: ticket.ResolvedAnswered},
		about: map[string]string{"product": o.Lines[0].Category, "carrier": o.Delivery.Carrier, "order": o.ID, "name": c.Name},
		agent: []string{"anna", "clara"}[g.draw(weights{40, 60})],
	}
	words, kind, wait := g.say.Review[strconv.Itoa(given)], "good", 240+float64(g.random.IntN(1800))
	if given <= 3 {
		kind, wait = "bad", 30+float64(g.random.IntN(500))
		if o.Late(at) {
			words, kind = g.say.Review["late"], "late"
		}
	}
	t.write(at, t.say(words), strings.Repeat("★", given)+strings.Repeat("☆", 5-given))
	first := &g.world.Script[len(g.world.Script)-1]
	first.Stars, first.Order = given, o.ID
	first.Receive.Conversation = "bewertung-" + o.ID
	first.Receive.Orders = nil // a review is a matter of its own
	answered := g.working(at, wait)
	t.do(answered, t.agent, ticket.Accept{})
	t.do(answered, t.agent, ticket.Reply{Text: t.say(g.say.ReviewReply[kind])})
	g.world.Script[len(g.world.Script)-1].Order = o.ID
	t.do(g.working(answered, 30), t.agent, ticket.Resolve{Code: ticket.ResolvedAnswered})
}
