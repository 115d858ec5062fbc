package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/feedback/tone"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Folder is all that an agent sees of a ticket.
type Folder struct {
	Ticket    ticket.Ticket
	History   []ticket.Event
	Deadlines []Deadline
	First     Deadline // of them, that runs and comes first; without a metric: none
	Options   []ticket.Option
	Ahead     escalation.Explanation // what happens next if nobody acts
	Tone      tone.Result            // of the customer's last message
	Toned     bool                   // there is one
	Card      Card
	Grants    []goodwill.Grant
}

// Deadline is one, and why it falls when it does.
type Deadline struct {
	Status sla.Status
	Why    sla.Text
}

// Card is what the shop knows of who asks.
type Card struct {
	Known    bool
	Customer demo.Customer
	Value    money.Amount
	Orders   []demo.Order
	Others   []ticket.Ticket // the latest other matters
}

// Folder gathers what there is about a ticket.
func (a *App) Folder(ctx context.Context, actor ticket.Actor, who goodwill.Actor, ref ticket.Ref) (Folder, error) {
	var f Folder
	var err error
	if f.Ticket, err = a.Tickets.Get(ctx, actor, ref); err != nil {
		return f, err
	}
	for e, err := range a.Tickets.History(ctx, actor, ref) {
		if err != nil {
			return f, err
		}
		f.History = append(f.History, e)
	}
	f.Options = a.Rules.Available(f.Ticket, actor, a.now())
	f.Tone, f.Toned = a.lastTone(f.History)
	for _, part := range []func(context.Context, *Folder) error{
		func(context.Context, *Folder) error { return a.reckon(&f) }, //nolint:contextcheck // a look for a version has its own
		func(ctx context.Context, f *Folder) error { return a.lookAhead(ctx, actor, f) },
		func(ctx context.Context, f *Folder) error { return a.card(ctx, actor, f) },
		func(ctx context.Context, f *Folder) error {
			page, err := a.Goodwill.List(ctx, who, goodwill.Query{Label: "case:" + ref.ID.String(), Limit: 50})
			f.Grants = page.Grants
			return err
		},
	} {
		if err := part(ctx, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

func (a *App) lastTone(history []ticket.Event) (tone.Result, bool) {
	for _, e := range slices.Backward(history) {
		if m := e.Message(); m != nil && e.Actor.Kind == ticket.ActorCustomer && m.Text != "" {
			return a.Tones.Analyze(m.Text), true
		}
	}
	return tone.Result{}, false
}

// reckon explains every deadline that there has been: the rule that gave it, what
// stopped its clock, and the open hours that counted.
func (a *App) reckon(f *Folder) error {
	now, marks := a.now(), ticket.Marks(f.History)
	states := a.Tickets.Deadlines(f.Ticket, now)
	first := FirstDue(states)
	for _, s := range states {
		d := Deadline{Status: s}
		if policy, ok := a.liveDeadlines(s.Policy).Policy(s.Policy); ok {
			why, err := sla.Explain(policy, marks, now, s.Metric, s.Cycle)
			if err == nil {
				d.Why = why.Text(a.Calendar.Zone())
			} else if !errors.Is(err, sla.ErrInvalid) { // a cycle of a merged ticket is not in its own marks
				return err
			}
		}
		f.Deadlines = append(f.Deadlines, d)
		if s.Metric == first.Metric && s.Cycle == first.Cycle && s.Promise == first.Promise {
			f.First = d
		}
	}
	return nil
}

// horizon is how far ahead a ticket is looked at.
const horizon = 14 * 24 * time.Hour

func (a *App) lookAhead(ctx context.Context, actor ticket.Actor, f *Folder) error {
	in, err := a.Tickets.PlanInput(ctx, actor, f.Ticket.Ref(), a.Escalates.Name())
	if err != nil {
		return err
	}
	f.Ahead, err = a.Escalates.Explain(in, f.History, a.now().Add(horizon))
	return err
}

func (a *App) card(ctx context.Context, actor ticket.Actor, f *Folder) error {
	ref := f.Ticket.Customer.Ref
	if ref == "" {
		return nil
	}
	var err error
	f.Card.Customer, err = a.DB.Customer(ctx, ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	f.Card.Known = true
	if f.Card.Orders, err = a.DB.Orders(ctx, ref, 20); err != nil {
		return err
	}
	if f.Card.Value, err = Value(f.Card.Orders); err != nil {
		return err
	}
	page, err := a.Tickets.List(ctx, actor, ticket.Query{Customer: ref, Order: ticket.OrderUpdated, Limit: 11})
	f.Card.Others = slices.DeleteFunc(page.Tickets, func(t ticket.Ticket) bool { return t.ID == f.Ticket.ID })
	return err
}

// Act does a command for an agent, once under a key, together with the files that
// go with it: they are kept where the command counts, and belong to the ticket's
// customer, so that they are erased with all else. Their names follow from key and
// content, so that a form sent twice is one.
func (a *App) Act(ctx context.Context, actor ticket.Actor, ref ticket.Ref, cmd ticket.Keyed, files []store.File) (ticket.Result, error) {
	if len(files) == 0 {
		return a.Tickets.Do(ctx, actor, ref, cmd)
	}
	t, err := a.Tickets.Get(ctx, actor, ref)
	if err != nil {
		return ticket.Result{}, err
	}
	var out ticket.Result
	err = a.DB.In(ctx, func(tx *store.Tx) error {
		for _, f := range files {
			f.Customer = t.Customer.Ref
			if err := tx.KeepFile(ctx, f); err != nil {
				return err
			}
		}
		out, err = a.Tickets.WithStore(tx.Desk.Tickets()).Do(ctx, actor, ref, cmd)
		return err
	})
	return out, err
}

// Attached are files as a message holds them, each with a name of its own.
func Attached(key string, files []store.File) []ticket.Attachment {
	if len(files) == 0 {
		return nil
	}
	out := make([]ticket.Attachment, 0, len(files))
	for i := range files {
		f := &files[i]
		sum := sha256.New()
		_, _ = fmt.Fprintf(sum, "%q %d %q ", key, i, f.Name) // a hash takes everything
		_, _ = sum.Write(f.Body)
		f.ID = hex.EncodeToString(sum.Sum(nil)[:16])
		out = append(out, ticket.Attachment{Ref: f.ID, Name: f.Name, Type: f.Type, Size: int64(len(f.Body))})
	}
	return out
}

// Merge puts a ticket into another. Again it changes nothing.
func (a *App) Merge(ctx context.Context, actor ticket.Actor, source, target ticket.Ref, m ticket.Merge) error {
	t, err := a.Tickets.Get(ctx, actor, source)
	if err != nil {
		return err
	}
	if into, ok := t.Linked(ticket.LinkMergedInto); ok && into == target.ID && t.State == ticket.StateMerged {
		return nil
	}
	_, err = a.Tickets.Merge(ctx, actor, source, target, m)
	return err
}

// ParseRef reads the id of a ticket.
func ParseRef(id string) (ticket.Ref, error) { return parseRef(id) }
