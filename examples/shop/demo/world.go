package demo

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket"
)

// What the shop is called, and when and where it works.
const (
	Shop  = "wiesental.example"
	Name  = "Wiesental – Draußen & Daheim"
	Zone  = "Europe/Berlin"
	Land  = "DE-NW" // whose public holidays it keeps
	Hours = "Mo-Fr 08:00-18:00; Sa 10:00-14:00; PH off"
)

// World is a shop with its past, and some of its future where it was asked for.
// It is safe to read from many goroutines.
type World struct {
	From, Until time.Time // of the script, half-open
	Customers   []Customer
	Agents      []Agent
	Products    []Product
	Orders      []Order // in the order in which they were placed
	FAQ         []Entry
	Templates   []ticket.TemplateConfig
	Script      []Action // ordered by At
	// Barrage is who wrote again and again on the first day.
	Barrage string

	byRef map[string]int
}

// Customer returns a customer by reference.
func (w *World) Customer(ref string) (Customer, bool) {
	i, ok := w.byRef[ref]
	if !ok {
		return Customer{}, false
	}
	return w.Customers[i], true
}

// Customer is somebody who buys.
type Customer struct {
	Ref      string // pseudonymous
	Name     string
	Email    string
	Phone    string
	Street   string
	Postcode string
	City     string
	Language string // de or en
	Channel  ticket.Channel
	Segment  Segment
	Since    time.Time
	// Consent is an opt-in to surveys by mail that can be proved; nil: none.
	Consent *feedback.Consent
}

// Segment divides customers by how much they buy.
type Segment string

// The segments.
const (
	SegmentNew     Segment = "new"
	SegmentRegular Segment = "regular"
	SegmentLoyal   Segment = "loyal"
)

// Role is what an agent may do.
type Role string

// The roles, as the shop's login has them.
const (
	RoleAgent   Role = "agent"
	RoleLead    Role = "lead"
	RoleManager Role = "manager"
)

// Agent is somebody who answers.
type Agent struct {
	ID     string
	Name   string
	Role   Role
	Skills []string // languages, and first levels of reasons
}

// Product is something that the shop sells.
type Product struct {
	ID     string
	Name   string
	Price  money.Amount // gross, at 19 %
	Traits []order.Trait
}

// Order is one order with what the shop knows of its way by the end of the world.
type Order struct {
	order.Order

	Customer  string
	Promised  time.Time // by when it was to be delivered
	Delivered time.Time // zero: not yet
}

// Before returns the world as it was known at an instant.
func (w *World) Before(now time.Time) *World {
	known := *w
	known.Until = now
	script, _ := slices.BinarySearchFunc(w.Script, now, func(a Action, t time.Time) int { return a.At.Compare(t) })
	placed, _ := slices.BinarySearchFunc(w.Orders, now, func(o Order, t time.Time) int { return o.Placed.Compare(t) })
	known.Script, known.Orders = slices.Clone(w.Script[:script]), make([]Order, placed)
	for i := range known.Orders {
		known.Orders[i] = w.Orders[i].Before(now)
	}
	return &known
}

// Before returns the order as it was known at an instant: what had yet to happen
// has not.
func (o *Order) Before(now time.Time) Order {
	then := *o // what is added to it is not added to o
	then.Events = slices.DeleteFunc(slices.Clone(o.Events), func(e order.Event) bool {
		at, ok := e.At.Instant()
		return ok && !at.Before(now)
	})
	then.Refunds = slices.DeleteFunc(slices.Clone(o.Refunds), func(r order.Refund) bool { return !r.At.Before(now) })
	then.Payments = slices.Clone(o.Payments)
	for i := range then.Payments {
		p := &then.Payments[i]
		all := p.Disputes
		p.Disputes = nil
		for _, d := range all {
			if d.Opened.Before(now) {
				p.Disputes = append(p.Disputes, known(d, now))
			}
		}
	}
	if !o.Delivered.Before(now) {
		then.Delivered = time.Time{}
	}
	return then
}

// changes are when something happened to the order.
func (o *Order) changes() []time.Time {
	all := []time.Time{o.Placed, o.Delivered}
	for _, e := range o.Events {
		if at, ok := e.At.Instant(); ok {
			all = append(all, at)
		}
	}
	for _, r := range o.Refunds {
		all = append(all, r.At)
	}
	for _, p := range o.Payments {
		for _, d := range p.Disputes {
			all = append(all, d.Opened, decided(d))
		}
	}
	return all
}

// At returns the snapshot of [Order.Before], for decisions.
func (o *Order) At(now time.Time) order.Order { return o.Before(now).Order }

// Late reports whether it came after what was promised, or has not come by now.
func (o *Order) Late(now time.Time) bool {
	if o.Delivered.IsZero() || o.Delivered.After(now) {
		return now.After(o.Promised)
	}
	return o.Delivered.After(o.Promised)
}

// Entry is a frequent question, in German and English.
type Entry struct {
	ID       string
	Reason   ticket.Reason
	Question Words
	Answer   Words
	Keywords []string // folded, of both languages
}

// Words are a text in both languages.
type Words struct{ DE, EN string }

// In returns the words in a language: German for "de", else English.
func (w Words) In(language string) string {
	if len(language) >= 2 && language[:2] == "de" {
		return w.DE
	}
	return w.EN
}

// Action is one thing that somebody did. One of Receive, Do and Ask is set.
type Action struct {
	At time.Time
	// Matter numbers the conversation that it belongs to, from 0. What came in
	// may be joined to another matter's ticket, as the desk decides.
	Matter int
	Actor  ticket.Actor // of Do
	// Receive is a message of a customer's. Its Ticket is filled in by the player
	// where the matter has one.
	Receive *ticket.Inbound
	// Do is a command. The player fills in what only the ticket knows: the id of a
	// promise, who has the ticket now.
	Do ticket.Command
	// Ask asks the customer about the matter and answers in its place.
	Ask *Survey
	// Stars of a review, which has them beside its words, and the order that it is
	// about; 0: it is none.
	Stars int
	Order string
}

// Survey is a customer's answer to the question whether it is satisfied.
type Survey struct {
	Customer string
	Facets   map[string]string // but for the agent, which the ticket knows
	After    time.Duration     // from the question; below 0: never
	Score    int               // CSAT, 1 to 5
	Promoter int               // NPS, 0 to 10
	Comment  string
}
