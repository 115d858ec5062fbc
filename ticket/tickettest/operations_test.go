package tickettest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// operation is one thing that a desk does, with the history that it must
// leave behind, whatever went wrong.
type operation struct {
	name  string
	setup func(w *world)
	// run is called again until it returns nil.
	run func(ctx context.Context, w *world) error
	// keyed tells that run may be called again although it may have landed.
	keyed bool
	// golden are the tickets, in any order, each with its state and its events.
	golden []string
	// sent are the messages that went out, in any order.
	sent []string
}

// reminding are rules that remind of a question after two hours.
func reminding(t *testing.T) *ticket.Rules {
	t.Helper()
	return tickettest.NewRules(t, ticket.RulesConfig{Reminders: []sla.Period{{N: 2, Unit: sla.UnitHour}}})
}

func operations() []operation {
	const mail = "create Wo ist mein Paket? (m1)"
	one := func(state ticket.State) func(*world) {
		return func(w *world) {
			w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{State: state, Customer: "c1", Order: "o1"}).Ref())
		}
	}
	first := "create Wo ist mein Paket? (mail-0-1)"
	second := "create Wo ist mein Paket? (mail-0-2)"
	return []operation{
		{
			name: "open", keyed: true,
			run: func(ctx context.Context, w *world) error {
				return w.told(w.Open(ctx, tickettest.Agent("anna"), ticket.Open{
					Key: "call", Subject: "Anruf", Text: "Kunde ruft an", Channel: ticket.ChannelPhone,
				}))
			},
			golden: []string{"new: create Kunde ruft an"},
		},
		{
			name: "receive opens", keyed: true,
			run: receiving(ticket.Opened, tickettest.Mail("m1", "c1", "o1")), golden: []string{"new: " + mail},
		},
		{
			name: "receive appends", keyed: true, setup: one(ticket.StateWaitingCustomer),
			run:    receiving(ticket.Appended, tickettest.Mail("m1", "c1", "o1")),
			golden: []string{"open: " + first + ", accept, ask_customer Welche Farbe?, customer_message Wo ist mein Paket? (m1)"},
			sent:   []string{"Welche Farbe?"},
		},
		{
			name: "receive reopens", keyed: true, setup: one(ticket.StateResolved),
			run:    receiving(ticket.Reawakened, tickettest.Mail("m1", "c1", "o1")),
			golden: []string{"open: " + first + ", accept, resolve Es liegt beim Nachbarn., customer_message Wo ist mein Paket? (m1)"},
			sent:   []string{"Es liegt beim Nachbarn."},
		},
		{
			name: "receive takes the matter over", keyed: true,
			setup: func(w *world) {
				one(ticket.StateResolved)(w)
				if _, err := w.Deliver(w.t.Context(), w.refs[0]); err != nil {
					w.t.Fatal(err)
				}
				w.Clock.Advance(15 * 24 * time.Hour) // the window is over, and no tick has closed it yet
			},
			run: receiving(ticket.FollowedUp, tickettest.Mail("m1", "c1", "o1")),
			golden: []string{
				"closed: " + first + ", accept, resolve Es liegt beim Nachbarn., auto_close",
				"new: " + mail,
			},
			sent: []string{"Es liegt beim Nachbarn."},
		},
		{
			name: "reply", keyed: true, setup: one(ticket.StateOpen),
			run:    doing(ticket.Keyed{Key: "k", Command: ticket.Reply{Text: "Guten Tag"}}),
			golden: []string{"open: " + first + ", accept, reply Guten Tag"}, sent: []string{"Guten Tag"},
		},
		{
			name: "reply without a key", setup: one(ticket.StateOpen),
			run:    doing(ticket.Reply{Text: "Guten Tag"}),
			golden: []string{"open: " + first + ", accept, reply Guten Tag"}, sent: []string{"Guten Tag"},
		},
		{
			name: "resolve", keyed: true, setup: one(ticket.StateOpen),
			run:    doing(ticket.Keyed{Key: "k", Command: ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Gelöst"}}),
			golden: []string{"resolved: " + first + ", accept, resolve Gelöst"}, sent: []string{"Gelöst"},
		},
		{
			name: "resolve without a key", setup: one(ticket.StateOpen),
			run:    doing(ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Gelöst"}),
			golden: []string{"resolved: " + first + ", accept, resolve Gelöst"}, sent: []string{"Gelöst"},
		},
		{
			name: "accept without a key", setup: one(ticket.StateNew),
			run:    doing(ticket.Accept{}),
			golden: []string{"open: " + first + ", accept"},
		},
		{
			name: "promise", keyed: true, setup: one(ticket.StateOpen),
			run: func(ctx context.Context, w *world) error {
				return w.told(w.Do(ctx, tickettest.Agent("anna"), w.refs[0], ticket.Keyed{Key: "k", Command: ticket.MakePromise{
					Text: "Rückruf", Due: time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC),
				}}))
			},
			golden: []string{"open: " + first + ", accept, promise"},
		},
		{
			name: "confirm frees the matter", setup: one(ticket.StateResolved),
			run: func(ctx context.Context, w *world) error {
				return w.told(w.Do(ctx, tickettest.Customer("c1"), w.refs[0], ticket.Confirm{}))
			},
			golden: []string{"closed: " + first + ", accept, resolve Es liegt beim Nachbarn., confirm"},
			sent:   []string{"Es liegt beim Nachbarn."},
		},
		{
			name: "reopen takes the matter again", setup: one(ticket.StateClosed),
			run: func(ctx context.Context, w *world) error {
				return w.told(w.Do(ctx, tickettest.Lead("boss"), w.refs[0], ticket.Reopen{Reason: "Irrtum"}))
			},
			golden: []string{"open: " + first + ", accept, resolve Es liegt beim Nachbarn., confirm, reopen"},
			sent:   []string{"Es liegt beim Nachbarn."},
		},
		{
			name: "merge", setup: func(w *world) {
				one(ticket.StateOpen)(w)
				w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{Customer: "c1", Order: "o2"}).Ref())
			},
			run: func(ctx context.Context, w *world) error {
				r, err := w.Merge(ctx, tickettest.Agent("anna"), w.refs[1], w.refs[0], ticket.Merge{})
				w.check(err != nil || r.Source.State == ticket.StateMerged && r.Target.Counters.Merged == 1,
					"told of a source in state %s, and %d merged", r.Source.State, r.Target.Counters.Merged)
				return err
			},
			golden: []string{"open: " + first + ", accept, absorb", "merged: " + second + ", merge"},
		},
		{
			name: "unmerge", setup: func(w *world) {
				one(ticket.StateOpen)(w)
				w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{Customer: "c1", Order: "o2"}).Ref())
				if _, err := w.Merge(w.t.Context(), tickettest.Agent("anna"), w.refs[1], w.refs[0], ticket.Merge{}); err != nil {
					w.t.Fatal(err)
				}
			},
			run: func(ctx context.Context, w *world) error {
				r, err := w.Unmerge(ctx, tickettest.Agent("anna"), w.refs[1])
				w.check(err != nil || r.Source.State == ticket.StateNew && r.Target.Counters.Merged == 0,
					"told of a source in state %s, and %d merged", r.Source.State, r.Target.Counters.Merged)
				return err
			},
			golden: []string{"open: " + first + ", accept, absorb, release", "new: " + second + ", merge, unmerge"},
		},
		{
			name: "split", keyed: true, setup: one(ticket.StateOpen),
			run: func(ctx context.Context, w *world) error {
				split := ticket.Split{Key: "split 1", Messages: []int64{1}, Subject: "Anderes"}
				r, err := w.Split(ctx, tickettest.Agent("anna"), w.refs[0], split)
				w.check(err != nil || r.Target.Subject == "Anderes" && r.Source.Seq == 3,
					"told of a target %q and a source at %d", r.Target.Subject, r.Source.Seq)
				return err
			},
			golden: []string{"open: " + first + ", accept, record", "new: " + first},
		},
		{
			name: "erase", keyed: true, setup: one(ticket.StateClosed),
			run: func(ctx context.Context, w *world) error {
				_, err := w.Erase(ctx, tickettest.Lead("boss"), "c1")
				return err
			},
			golden: []string{"erased: create, accept, resolve, confirm, erase"},
		},
		{
			name: "deliver", keyed: true, setup: one(ticket.StateWaitingCustomer),
			run: func(ctx context.Context, w *world) error {
				_, err := w.Deliver(ctx, w.refs[0])
				return err
			},
			golden: []string{"waiting_customer: " + first + ", accept, ask_customer Welche Farbe?"},
			sent:   []string{"Welche Farbe?"},
		},
		{
			name: "tick reminds and delivers", keyed: true,
			setup: func(w *world) {
				one(ticket.StateWaitingCustomer)(w)
				w.Clock.Advance(2 * time.Hour)
			},
			run: ticking,
			golden: []string{
				"waiting_customer: " + first + ", accept, ask_customer Welche Farbe?, reminder " + ticket.ReminderText("de"),
			},
			sent: []string{"Welche Farbe?", ticket.ReminderText("de")},
		},
		{
			name: "tick wakes", keyed: true,
			setup: func(w *world) {
				one(ticket.StateSnoozed)(w)
				w.Clock.Advance(24 * time.Hour)
			},
			run: ticking, golden: []string{"open: " + first + ", accept, snooze, wake"},
		},
		{
			name: "tick of several", keyed: true,
			setup: func(w *world) {
				one(ticket.StateSnoozed)(w)
				w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{State: ticket.StateSnoozed}).Ref())
				w.Clock.Advance(24 * time.Hour)
			},
			run:    ticking,
			golden: []string{"open: " + first + ", accept, snooze, wake", "open: " + second + ", accept, snooze, wake"},
		},
		{
			name: "block", keyed: true, setup: one(ticket.StateOpen), run: blocking,
			golden: []string{"open: " + first + ", accept"},
		},
		{
			name: "unblock", keyed: true,
			setup: func(w *world) {
				one(ticket.StateOpen)(w)
				if err := blocking(w.t.Context(), w); err != nil {
					w.t.Fatal(err)
				}
			},
			run: unblocking, golden: []string{"open: " + first + ", accept"},
		},
		{
			name: "broadcast", keyed: true,
			setup: func(w *world) {
				one(ticket.StateNew)(w)
				for _, order := range []string{"o2", "o3"} {
					r := w.Ticket(w.t, tickettest.Spec{Customer: "c1", Order: order}).Ref()
					link := ticket.AddLink{Kind: ticket.LinkIncidentOf, To: w.refs[0].ID}
					if _, err := w.Do(w.t.Context(), tickettest.Agent("anna"), r, link); err != nil {
						w.t.Fatal(err)
					}
				}
			},
			run: func(ctx context.Context, w *world) error {
				r, err := w.Broadcast(ctx, tickettest.Agent("anna"), w.refs[0], "b", ticket.Reply{Text: "Behoben"})
				w.check(err != nil || r.Reached+len(r.Failed) == 2, "told of %d reached, %d failed", r.Reached, len(r.Failed))
				for _, f := range r.Failed {
					err = errors.Join(err, f)
				}
				return err
			},
			golden: []string{
				"new: " + first, "open: " + second + ", link, reply Behoben",
				"open: create Wo ist mein Paket? (mail-0-3), link, reply Behoben",
			},
			sent: []string{"Behoben", "Behoben"},
		},
		{
			name: "bulk", keyed: true,
			setup: func(w *world) {
				one(ticket.StateNew)(w)
				w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{Customer: "c1", Order: "o2"}).Ref())
			},
			run: func(ctx context.Context, w *world) error {
				all, err := w.DoAll(ctx, tickettest.Agent("anna"), w.refs, ticket.Keyed{Key: "k", Command: ticket.Note{Text: "x"}})
				for _, r := range all {
					err = errors.Join(err, r.Err)
				}
				return err
			},
			golden: []string{"new: " + first + ", note x", "new: " + second + ", note x"},
		},
		{
			name: "touch", keyed: true, setup: one(ticket.StateOpen),
			run: func(ctx context.Context, w *world) error {
				_, err := w.Touch(ctx, ticket.Query{Shop: tickettest.Shop})
				return err
			},
			golden: []string{"open: " + first + ", accept"},
		},
	}
}

// blocking puts the customer on the block list; one who stands there is not put
// there again.
func blocking(ctx context.Context, w *world) error {
	_, err := w.Block(ctx, tickettest.Agent("anna"), tickettest.Lead("boss"), ticket.BlockRequest{
		Customer: "c1", Kind: ticket.BlockAll, Reason: ticket.BlockThreat, Evidence: "m1",
	})
	var refusal *ticket.Refusal
	if errors.As(err, &refusal) && refusal.Has(ticket.CodeBlocked) {
		w.check(w.tried > 1, "refused what nobody had done")
		err = nil
	}
	if err != nil {
		return err
	}
	list, err := w.Blocks(ctx, tickettest.Agent("anna"))
	w.check(err != nil || len(list) == 1 && list[0].Customer == "c1", "the list holds %d entries", len(list))
	return err
}

// unblocking takes everybody off the list; who is gone is gone.
func unblocking(ctx context.Context, w *world) error {
	list, err := w.Blocks(ctx, tickettest.Agent("anna"))
	if err != nil {
		return err
	}
	w.check(len(list) == 1 || w.tried > 1 && len(list) == 0, "the list holds %d entries", len(list))
	for _, b := range list {
		_, err := w.Unblock(ctx, tickettest.Agent("anna"), b.Ref())
		if errors.Is(err, ticket.ErrRefused) && w.tried > 1 {
			continue // the call before was late, and is there now
		}
		if err != nil {
			return err
		}
	}
	list, err = w.Blocks(ctx, tickettest.Agent("anna"))
	w.check(err != nil || len(list) == 0, "the list still holds %d entries", len(list))
	return err
}

func doing(cmd ticket.Command) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.told(w.Do(ctx, tickettest.Agent("anna"), w.refs[0], cmd))
	}
}
