package demo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// reviews makes what customers say in public about orders that have arrived.
// Critical ones are all answered, of the others more than half.
func (g *generator) reviews() {
	for i := range g.world.Orders {
		o := &g.world.Orders[i]
		if o.Delivered.IsZero() || !g.chance(reviewShare) {
			continue
		}
		at := later(o.Delivered, g.logNormal(4*24*60, 0.8))
		if at.Before(g.from) || !at.Before(g.now) {
			continue
		}
		g.review(o, at, 1+g.draw(stars(o.Late(at))))
	}
}

// review is one of them.
func (g *generator) review(o *Order, at time.Time, given int) {
	c, _ := g.world.Customer(o.Customer)
	t := &talk{
		g: g, matter: g.matters, customer: c, order: o, channel: ticket.ChannelReview, opened: at,
		topic: topic{Reason: "product", Touchpoint: ticket.TouchUse, Outcome: ticket.ResolvedAnswered},
		about: map[string]string{"product": o.Lines[0].Category, "carrier": o.Delivery.Carrier, "order": o.ID, "name": c.Name},
		agent: []string{"anna", "clara"}[g.draw(weights{40, 60})],
	}
	g.matters++
	t.write(at, t.say(g.say.Review[strconv.Itoa(given)]), strings.Repeat("★", given)+strings.Repeat("☆", 5-given))
	first := &g.world.Script[len(g.world.Script)-1]
	first.Stars = given
	first.Receive.Conversation = fmt.Sprintf("bewertung-%d", t.matter)
	first.Receive.Orders = nil // a review is a matter of its own
	kind := "good"
	if given <= 3 {
		kind = "bad"
	} else if g.chance(0.4) {
		return
	}
	answered := g.working(at, 60+float64(g.random.IntN(900)))
	t.do(answered, t.agent, ticket.Accept{})
	t.do(answered, t.agent, ticket.Reply{Text: t.say(g.say.ReviewReply[kind])})
	t.do(g.working(answered, 30), t.agent, ticket.Resolve{Code: ticket.ResolvedAnswered})
}
