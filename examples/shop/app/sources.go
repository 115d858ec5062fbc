package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket"
)

// crm tells the ticket desk what the shop knows of its customers.
type crm struct{ db *store.DB }

// Customer implements ticket.CustomerSource.
func (c crm) Customer(ctx context.Context, _, ref string) (ticket.Profile, error) {
	who, err := c.db.Customer(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return ticket.Profile{}, ticket.ErrNotFound
	}
	if err != nil {
		return ticket.Profile{}, err
	}
	orders, err := c.db.Orders(ctx, ref, 100)
	if err != nil {
		return ticket.Profile{}, err
	}
	value, err := Value(orders)
	return ticket.Profile{
		Name: who.Name, Segment: string(who.Segment), Value: value.String(), Language: who.Language, Channel: who.Channel,
		History: fmt.Sprintf("%d orders since %s", len(orders), who.Since.Format("2006-01-02")),
	}, err
}

// wishes tells the survey desk what customers said about being asked.
type wishes struct{ db *store.DB }

// Standing implements feedback.Customers.
func (w wishes) Standing(ctx context.Context, _, ref string, m feedback.Medium) (feedback.Standing, error) {
	who, err := w.db.Customer(ctx, ref)
	if errors.Is(err, store.ErrNotFound) || m != feedback.MediumEmail {
		return feedback.Standing{}, nil
	}
	return feedback.Standing{Consent: who.Consent}, err
}

// faq answers for the bot what is asked often.
type faq struct{ app *App }

// Answer implements ticket.AnswerSource.
func (f faq) Answer(_ context.Context, q ticket.Question) (ticket.Answer, error) {
	found := f.app.Answers(q.Text, 1)
	if len(found) == 0 {
		return ticket.Answer{}, nil
	}
	best := found[0]
	return ticket.Answer{Found: true, Text: best.Answer.In(q.Language), Confidence: best.Sure}, nil
}

// Hit is a frequent question that may be the one that was asked.
type Hit struct {
	demo.Entry

	Sure float64 // 0 to 1
}

// Answers returns the frequent questions that share most words with a text, the
// likeliest first.
func (a *App) Answers(text string, limit int) []Hit {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var out []Hit
	for _, e := range a.FAQ {
		hits := 0
		for _, k := range e.Keywords {
			for _, w := range words {
				if w == k || (len(k) > 4 && strings.Contains(w, k)) {
					hits++
					break
				}
			}
		}
		if hits == 0 {
			continue
		}
		h := Hit{Entry: e, Sure: min(0.45*float64(hits), 0.95)}
		at := len(out)
		for at > 0 && out[at-1].Sure < h.Sure {
			at--
		}
		out = append(out[:at], append([]Hit{h}, out[at:]...)...)
	}
	return out[:min(limit, len(out))]
}

// order is where the goodwill desk looks orders up.
func (a *App) order(ctx context.Context, _, id string) (order.Order, error) {
	o, err := a.DB.Order(ctx, id)
	if err != nil {
		return order.Order{}, err
	}
	return a.Known(ctx, o)
}

// Known returns an order as it is known now, with what was withdrawn from it.
func (a *App) Known(ctx context.Context, o demo.Order) (order.Order, error) {
	known := o.At(a.now())
	all, err := a.DB.Withdrawals(ctx, o.ID)
	if err != nil {
		return order.Order{}, err
	}
	for _, w := range all {
		if w.Customer != o.Customer {
			continue // who knows an order's number may not be its buyer: a person looks
		}
		known.Events = append(known.Events, withdrawalEvents(w)...)
	}
	return known, nil
}
