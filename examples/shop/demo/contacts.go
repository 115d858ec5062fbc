package demo

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// contacts makes the conversations, day by day.
func (g *generator) contacts() {
	zone := g.calendar.Zone()
	perWeek := 0.0
	for _, share := range weekdays() {
		perWeek += share
	}
	g.barrage()
	for d := sla.DateOf(g.from, zone); !d.At(0, zone).After(g.now); d = d.AddDays(1) {
		share := weekdays()[(int(d.Weekday())+6)%7] * 7 / perWeek
		for _, at := range g.instants(d, contactsPerDay*share) {
			g.contact(at)
		}
	}
}

// talk is one conversation while it is made up.
type talk struct {
	g        *generator
	matter   int
	topic    topic
	customer Customer
	order    *Order // nil: about none
	about    map[string]string
	channel  ticket.Channel
	agent    string
	messages int
	opened   time.Time
	answered time.Time
}

// contact makes one conversation that begins at an instant.
func (g *generator) contact(at time.Time) {
	if g.chance(spamShare) {
		g.spam(at)
		return
	}
	t := &talk{g: g, matter: g.matters, topic: g.topics[g.draw(g.weights)], opened: at}
	g.matters++
	t.choose(at)
	open, weights := channels(g.calendar.IsOpen(at))
	t.channel = open[g.draw(weights)]
	t.write(at, t.say(t.words().Ask), t.say(t.words().Subject))
	if g.chance(againShare) {
		t.write(later(at, g.logNormal(4, 1)), g.pick(g.say.Again.in(t.customer.Language)), "")
	}
	t.answer(at)
}

// spam makes a mail that nobody wants.
func (g *generator) spam(at time.Time) {
	g.act(Action{At: at, Matter: g.matters, Receive: &ticket.Inbound{
		Shop: Shop, Key: fmt.Sprintf("spam-%d@unwanted.example", g.matters), Channel: ticket.ChannelEmail,
		Subject: "Re: Ihre Anfrage", Text: g.pick(g.say.Spam), Spam: true,
	}})
	g.matters++
}

func (g *generator) act(a Action) { g.world.Script = append(g.world.Script, a) }

// choose finds somebody who would write about the topic, and the order that it
// is about.
func (t *talk) choose(at time.Time) {
	g := t.g
	t.about = map[string]string{"product": g.world.Products[g.random.IntN(len(g.world.Products))].Name, "carrier": "Nordpaket"}
	if t.topic.Order {
		t.order = g.orderFor(t.topic, at)
	}
	if t.order == nil {
		t.customer = g.world.Customers[g.random.IntN(len(g.world.Customers))]
		t.about["order"], t.about["amount"] = "ohne Nummer", "der Betrag" // they do not have it at hand
	} else {
		t.customer, _ = g.world.Customer(t.order.Customer)
		line := t.order.Lines[g.random.IntN(len(t.order.Lines))]
		t.about["order"], t.about["product"], t.about["carrier"] = t.order.ID, line.Category, t.order.Delivery.Carrier
		t.about["amount"] = money.Locale(t.customer.Language).Format(line.Gross)
	}
	t.about["name"] = t.customer.Name
	t.agent = []string{"anna", "bilal", "clara", "dmitri"}[g.draw(weights{25, 30, 20, 25})]
	if t.customer.Language == "en" && t.agent == "clara" {
		t.agent = "dmitri"
	}
}

// orderFor draws an order that a customer could write about at an instant: for
// most reasons one of the last weeks that has arrived, for delays one that is
// overdue where there is any. No order is written about twice.
func (g *generator) orderFor(about topic, at time.Time) *Order {
	var found []int
	first, _ := slices.BinarySearchFunc(g.world.Orders, at.Add(-21*24*time.Hour), func(o Order, t time.Time) int { return o.Placed.Compare(t) })
	for i := first; i < len(g.world.Orders) && g.world.Orders[i].Placed.Before(at); i++ {
		o := &g.world.Orders[i]
		arrived := !o.Delivered.IsZero() && o.Delivered.Before(at)
		underway := about.Touchpoint == ticket.TouchCheckout || about.Touchpoint == ticket.TouchPayment || about.Bot
		switch {
		case g.used[i]:
		case about.Late && !o.Late(at):
		case !about.Late && !underway && !arrived:
		default:
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return nil
	}
	i := found[g.random.IntN(len(found))]
	g.used[i] = true
	return &g.world.Orders[i]
}

func (t *talk) words() lines {
	if t.customer.Language == "en" {
		return t.topic.EN
	}
	return t.topic.DE
}

// say draws a text and fills it in.
func (t *talk) say(from []string) string { return fill(t.g.pick(from), t.about) }

// write is a message of the customer's.
func (t *talk) write(at time.Time, text, subject string) {
	t.messages++
	in := &ticket.Inbound{
		Shop: Shop, Key: fmt.Sprintf("m%d.%d@post.example", t.matter, t.messages), Channel: t.channel,
		Customer: ticket.Customer{
			Ref: t.customer.Ref, Language: t.customer.Language, Channel: t.customer.Channel, Segment: string(t.customer.Segment),
		},
		Subject: subject, Text: text, Address: t.customer.Email, Verified: true, Touchpoint: t.topic.Touchpoint,
	}
	if t.order != nil {
		in.Orders = []string{t.order.ID}
	}
	if t.channel != ticket.ChannelEmail { // of a mail nobody knows yet what it is about
		in.Reason = t.topic.Reason
	}
	t.g.act(Action{At: at.UTC(), Matter: t.matter, Receive: in})
}

func (t *talk) do(at time.Time, who string, cmd ticket.Command) {
	t.g.act(Action{At: at.UTC(), Matter: t.matter, Do: cmd, Actor: ticket.Actor{
		Kind: ticket.ActorAgent, ID: who, Shop: Shop,
	}})
}

// first draws how long the first answer takes, in business minutes.
func (t *talk) first() float64 {
	if t.channel == ticket.ChannelPhone {
		return t.g.logNormal(talkMedian, talkSpread)
	}
	if t.channel == ticket.ChannelChat {
		return t.g.logNormal(chatMedian, chatSpread)
	}
	return min(t.g.logNormal(writeMedian, writeSpread), 5*10*60)
}

// answer is what the shop does about a matter that came in at an instant.
func (t *talk) answer(at time.Time) {
	g := t.g
	t.answered = g.working(at, t.first())
	t.do(t.answered, t.agent, ticket.Accept{})
	if t.channel == ticket.ChannelEmail {
		reason := t.topic.Reason
		t.do(t.answered, t.agent, ticket.Set{Reason: &reason})
	}
	for _, p := range t.topic.Points {
		t.do(t.answered, t.agent, ticket.AddPoint{Text: p})
	}
	if g.chance(noteShare) {
		t.do(t.answered, t.agent, ticket.Note{Text: g.pick(g.say.Note)})
	}
	t.do(t.answered, t.agent, ticket.Reply{Text: t.say(t.words().Answer)})
	next := t.answered
	if g.chance(askedShare) {
		next = t.ask(next)
	}
	if t.topic.Party != "" && g.chance(thirdShare) {
		next = t.third(next)
	}
	if g.chance(handOverShare) {
		next = g.working(next, 5)
		t.agent = map[string]string{"anna": "bilal", "bilal": "anna", "clara": "anna", "dmitri": "bilal"}[t.agent]
		t.do(next, "anna", ticket.Assign{Assignee: t.agent})
	}
	t.resolve(next, false)
}

// ask puts a question to the customer and returns when it was answered.
func (t *talk) ask(at time.Time) time.Time {
	g := t.g
	at = g.working(at, 3)
	t.do(at, t.agent, ticket.AskCustomer{Text: g.pick(g.say.Question.in(t.customer.Language))})
	at = later(at, g.logNormal(replyMedian, replySpread))
	t.write(at, g.pick(g.say.Response.in(t.customer.Language)), "")
	return at
}

// third asks the carrier or the maker, mostly with a promise to the customer, and
// returns when they answered.
func (t *talk) third(at time.Time) time.Time {
	g := t.g
	party := map[string]string{"carrier": t.about["carrier"], "maker": "Hersteller"}[t.topic.Party]
	promised := g.chance(promiseShare / thirdShare)
	if promised {
		due := g.working(at, 600+float64(g.random.IntN(600)))
		t.do(g.working(at, 1), t.agent, ticket.MakePromise{Text: g.pick(g.say.Promise.in(t.customer.Language)), Due: due})
	}
	t.do(g.working(at, 2), t.agent, ticket.WaitThird{Party: party})
	broken := g.chance(brokenShare)
	wait := 60 + float64(g.random.IntN(480))
	if broken {
		wait += 1500
	}
	at = g.working(at, wait)
	t.do(at, t.agent, ticket.ThirdPartyUpdate{Text: g.pick(g.say.Update.in(t.customer.Language))})
	if promised && broken {
		t.do(at, t.agent, ticket.BreakPromise{Reason: "Dienstleister hat zu spät geantwortet"})
	} else if promised {
		t.do(at, t.agent, ticket.KeepPromise{})
	}
	return at
}

// resolve ends the matter, and sometimes has to do so twice.
func (t *talk) resolve(at time.Time, again bool) {
	g := t.g
	at = g.working(at, g.logNormal(solveMedian, solveSpread))
	for _, p := range t.topic.Points {
		if !again {
			t.do(at, t.agent, ticket.AnswerPoint{ID: "", Text: p})
		}
	}
	t.do(at, t.agent, ticket.Resolve{Code: t.topic.Outcome, Text: t.say(t.words().Solve)})
	t.survey(at)
	switch {
	case !again && g.chance(reopenShare):
		back := later(at, g.logNormal(backMedian, backSpread))
		t.write(back, g.pick(g.say.Reopen.in(t.customer.Language)), "")
		answered := g.working(back, t.first())
		t.do(answered, t.agent, ticket.Reply{Text: g.pick(g.say.Sorry.in(t.customer.Language))})
		t.resolve(answered, true)
	case g.chance(confirmShare):
		g.act(Action{At: later(at, g.logNormal(600, 1)).UTC(), Matter: t.matter, Do: ticket.Confirm{}, Actor: ticket.Actor{
			Kind: ticket.ActorCustomer, ID: t.customer.Ref, Shop: Shop,
		}})
	}
}

// survey asks whether the customer is satisfied; how it answers depends on how
// long it had to wait.
func (t *talk) survey(at time.Time) {
	g := t.g
	s := &Survey{Customer: t.customer.Ref, After: -1, Facets: map[string]string{
		"channel": string(t.channel), "reason": string(t.topic.Reason.Parent()), "segment": string(t.customer.Segment),
	}}
	if t.order != nil {
		s.Facets["courier"] = strings.ToLower(t.order.Delivery.Carrier)
	}
	if g.chance(surveyShare) {
		s.After = time.Duration(g.logNormal(180, 1.4) * float64(time.Minute)).Truncate(time.Second)
		s.Score = g.score(t.answered.Sub(t.opened).Minutes())
		s.Promoter = g.promoter(s.Score)
		if g.chance(0.4) {
			s.Comment = g.pick(g.say.Comment[strconv.Itoa(s.Score)])
		}
	}
	g.act(Action{At: at.UTC(), Matter: t.matter, Ask: s})
}

// score draws a CSAT score after a wait.
func (g *generator) score(minutes float64) int {
	if g.chance(satisfied(minutes)) {
		return 4 + g.draw(highScores())
	}
	return 1 + g.draw(lowScores())
}

// promoter draws how likely somebody is to recommend the shop who gave a score.
func (g *generator) promoter(score int) int {
	centre := []float64{0, 1, 3, 5.5, 7.8, 9.2}[score]
	return min(max(int(centre+1.2*g.random.NormFloat64()+0.5), 0), 10)
}

// barrage is the customer who writes again and again on the first day.
func (g *generator) barrage() {
	zone := g.calendar.Zone()
	at := sla.DateOf(g.from, zone).At(sla.Clock(9*3600+12*60), zone)
	delayed := slices.IndexFunc(g.topics, func(t topic) bool { return t.Reason == "order/delayed" })
	t := &talk{g: g, matter: g.matters, topic: g.topics[delayed], opened: at, channel: ticket.ChannelMessenger}
	g.matters++
	t.choose(at)
	t.customer.Language = "de"
	g.world.Barrage = t.customer.Ref
	t.write(at, t.say(t.words().Ask[:1]), t.say(t.words().Subject))
	for i, text := range g.say.Barrage {
		t.write(at.Add(time.Duration(3+7*i)*time.Minute), text, "")
	}
	t.answer(at.Add(80 * time.Minute))
}
