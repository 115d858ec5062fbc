package ticket

import (
	"context"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// View is a ticket as one actor may see it, with what is open in words: in the
// customer's language, its instants in the customer's zone.
type View struct {
	Ticket    Ticket
	State     string // in words
	Wait      string // who waits for whom, and until when; empty: nobody
	Promises  []ViewItem
	Callbacks []ViewItem
	Points    []ViewItem
	Language  string
	Zone      string // IANA
}

// ViewItem is something that is open.
type ViewItem struct {
	ID   string
	Text string
	When string // empty: it has no date
	Late bool
}

// ViewFor returns what an actor may see of a ticket. Agents, bots and the
// system see all of it; a customer sees its own words and the shop's, what was
// promised, and none of the shop's inner workings: no agents, teams, notes,
// tags, fields, links, counters, reasons or deadlines, and a ticket that waits
// for a third party as open.
func (r *Rules) ViewFor(actor Actor, t Ticket) View {
	zone, lang := r.zoneOf(t), t.Customer.Language
	v := View{
		Ticket: r.ticketFor(actor, t), State: stateText(r.workflow.Kind(t.State), lang), Language: lang,
		Zone: zone.String(),
	}
	if actor.Kind == ActorCustomer {
		v.State = stateText(v.Ticket.State, lang)
	}
	v.Wait = r.waitText(v.Ticket, lang, zone)
	for _, p := range v.Ticket.Promises {
		v.Promises = append(v.Promises, ViewItem{p.ID, p.Text, when(p.Due, lang, zone), p.Overdue})
	}
	for _, cb := range v.Ticket.Callbacks {
		v.Callbacks = append(v.Callbacks, ViewItem{cb.ID, cb.About, window(cb.From, cb.To, lang, zone), cb.Late})
	}
	for _, p := range v.Ticket.Points {
		v.Points = append(v.Points, ViewItem{ID: p.ID, Text: p.Text})
	}
	return v
}

func (r *Rules) waitText(t Ticket, lang string, zone *time.Location) string {
	var text sla.Text
	switch r.workflow.Kind(t.State) {
	case StateWaitingCustomer:
		text = sla.Text{DE: "Wir warten auf Ihre Antwort, bis ", EN: "We are waiting for your answer, until "}
	case StateWaitingThird:
		text = sla.Text{DE: "Wartet auf Dritte, bis ", EN: "Waits for somebody else, until "}
	case StateSnoozed:
		text = sla.Text{DE: "Zurückgestellt bis ", EN: "Put aside until "}
	case StateResolved:
		text = sla.Text{DE: "Sie können darauf antworten, bis ", EN: "You can still answer, until "}
	default:
		return ""
	}
	return pick(lang, text.DE, text.EN) + when(t.Timer.At, lang, zone)
}

func stateText(s State, lang string) string {
	texts := map[State]sla.Text{
		StateNew:             {DE: "neu", EN: "new"},
		StateBot:             {DE: "bei unserem Assistenten", EN: "with our assistant"},
		StateOpen:            {DE: "in Bearbeitung", EN: "in progress"},
		StateWaitingCustomer: {DE: "wartet auf Ihre Antwort", EN: "waiting for your answer"},
		StateWaitingThird:    {DE: "wartet auf Dritte", EN: "waiting for somebody else"},
		StateSnoozed:         {DE: "zurückgestellt", EN: "put aside"},
		StateResolved:        {DE: "gelöst", EN: "solved"},
		StateClosed:          {DE: "abgeschlossen", EN: "closed"},
		StateSpam:            {DE: "als Spam markiert", EN: "marked as spam"},
		StateMerged:          {DE: "zusammengeführt", EN: "merged"},
		StateErased:          {DE: "gelöscht", EN: "erased"},
	}
	return pick(lang, texts[s].DE, texts[s].EN)
}

// seen is a state as customers see it.
func (r *Rules) seen(s State) State {
	switch kind := r.workflow.Kind(s); kind {
	case StateWaitingThird, StateSnoozed:
		return StateOpen
	case StateSpam:
		return StateClosed
	default:
		return kind
	}
}

// ticketFor names what a customer may see, field by field: what is not named
// here stays inside.
func (r *Rules) ticketFor(actor Actor, t Ticket) Ticket {
	if actor.Kind != ActorCustomer {
		return t
	}
	v := Ticket{
		ID: t.ID, Shop: t.Shop, Number: t.Number, Customer: t.Customer, Subject: t.Subject,
		State: r.seen(t.State), Since: t.Since, Channel: t.Channel, Orders: t.Orders, Promises: t.Promises,
		Callbacks: t.Callbacks, Points: t.Points, Resolution: t.Resolution, WaitingSince: t.WaitingSince,
		FirstReply: t.FirstReply, Created: t.Created,
	}
	v.Customer.Segment = ""
	v.Dispute.PhoneOffered, v.Dispute.PhoneAccepted = t.Dispute.PhoneOffered, t.Dispute.PhoneAccepted
	if v.State == StateWaitingCustomer || v.State == StateResolved {
		v.Timer.At = t.Timer.At
	}
	if v.State != r.workflow.Kind(t.State) {
		v.Since = t.Created // when the shop put it aside is its own affair
	}
	return v
}

// EventFor returns what an actor may see of an event, and whether it may see
// it at all. To a customer an event tells what was said and agreed, not who in
// the shop did it or by which rule.
func (r *Rules) EventFor(actor Actor, e Event) (Event, bool) {
	if actor.Kind != ActorCustomer {
		return e, true
	}
	body, ok := e.bodyForCustomer()
	if !ok {
		return Event{}, false
	}
	v := Event{
		Seq: e.Seq, ID: e.ID, At: e.At, Kind: e.Kind, Actor: By{Kind: e.Actor.Kind},
		From: r.seen(e.From), To: r.seen(e.To), Body: body,
	}
	if e.Actor.Kind == ActorCustomer {
		v.Actor.ID = e.Actor.ID
	}
	return v, true
}

// bodyForCustomer names the bodies that a customer may see; what is not named
// here stays inside.
func (e Event) bodyForCustomer() (Body, bool) {
	switch b := e.Body.(type) {
	case Message:
		return b.forCustomer(), e.Public()
	case Created:
		v := Created{
			Shop: b.Shop, Ticket: b.Ticket, Number: b.Number, Customer: b.Customer, Subject: b.Subject,
			Channel: b.Channel, Orders: b.Orders, Message: shown(b.Message),
		}
		v.Customer.Segment = ""
		return v, true
	case Waited:
		return Waited{Message: shown(b.Message), Wake: b.Wake}, b.Message != nil
	case Solved:
		return Solved{Code: b.Code, Message: shown(b.Message), CloseBy: b.CloseBy}, true
	case PhoneOffered:
		return PhoneOffered{Message: shown(b.Message)}, true
	case Promised, CallbackRequested, PointAdded:
		return b, true
	case PromiseEnded:
		return PromiseEnded{ID: b.ID}, true
	case Called:
		return Called{Callback: b.Callback, Outcome: b.Outcome, From: b.From, To: b.To}, true
	case CallbackCancelled:
		return CallbackCancelled{ID: b.ID}, true
	case PointAnswered:
		return PointAnswered{ID: b.ID}, true
	case HandedOff:
		return HandedOff{}, true
	default:
		shown := []EventKind{EventConfirm, EventAutoClose, EventAutoResolve, EventAcceptPhone, EventDeclinePhone}
		return nil, slices.Contains(shown, e.Kind)
	}
}

func (m Message) forCustomer() Message {
	return Message{
		Text: m.Text, Subject: m.Subject, Channel: m.Channel, Attachments: m.Attachments, Links: m.Links,
		Cut: m.Cut, Cleaned: m.Cleaned,
	}
}

func shown(m *Message) *Message {
	if m == nil {
		return nil
	}
	v := m.forCustomer()
	return &v
}

// show is a result as the actor may see it.
func (r *Rules) show(actor Actor, res Result) Result {
	if actor.Kind != ActorCustomer {
		return res
	}
	res.Ticket = r.ticketFor(actor, res.Ticket)
	var events []Event
	for _, e := range res.Events {
		if v, ok := r.EventFor(actor, e); ok {
			events = append(events, v)
		}
	}
	res.Events = events
	return res
}

// View returns a ticket as the actor may see it, with what is open in words;
// or [ErrNotFound] where there is none or the actor may not know of it.
func (d *Desk) View(ctx context.Context, actor Actor, ref Ref) (View, error) {
	env, err := d.load(ctx, actor, ref)
	if err != nil {
		return View{}, err
	}
	return d.rules.ViewFor(actor, env.Ticket), nil
}
