package tickettest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// rivalry is an operation into which another desk's cuts in.
type rivalry struct {
	name  string
	setup func(w *world)
	run   func(ctx context.Context, w *world) error
	rival func(ctx context.Context, w *world, other *tickettest.Desk) error
	// ends are the histories that may come of it.
	ends [][]string
}

func rivalries() []rivalry {
	open := func(state ticket.State) func(w *world) {
		return func(w *world) {
			w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{State: state, Customer: "c1", Order: "o1"}).Ref())
		}
	}
	two := func(w *world) {
		open(ticket.StateOpen)(w)
		w.refs = append(w.refs, w.Ticket(w.t, tickettest.Spec{State: ticket.StateOpen, Customer: "c1", Order: "o2"}).Ref())
	}
	lapsed := func(w *world) {
		open(ticket.StateResolved)(w)
		w.Clock.Advance(15 * 24 * time.Hour)
	}
	receive := func(ctx context.Context, w *world) error {
		_, err := w.Receive(ctx, tickettest.Mail("a", "c1", "o1"))
		return err
	}
	receives := func(key string) func(context.Context, *world, *tickettest.Desk) error {
		return func(ctx context.Context, _ *world, other *tickettest.Desk) error {
			_, err := other.Receive(ctx, tickettest.Mail(key, "c1", "o1"))
			return err
		}
	}
	anna, boss := tickettest.Agent("anna"), tickettest.Lead("boss")
	do := func(actor ticket.Actor, cmd ticket.Command) func(context.Context, *world) error {
		return func(ctx context.Context, w *world) error {
			_, err := w.Do(ctx, actor, w.refs[0], cmd)
			return err
		}
	}
	does := func(actor ticket.Actor, cmd ticket.Command) func(context.Context, *world, *tickettest.Desk) error {
		return func(ctx context.Context, w *world, other *tickettest.Desk) error {
			_, err := other.Do(ctx, actor, w.refs[0], cmd)
			return err
		}
	}
	const first, solved = "create 0-1, accept", "create 0-1, accept, resolve"
	return []rivalry{
		{
			name: "two first messages of one matter", run: receive, rival: receives("b"),
			ends: [][]string{{"new: create a, customer_message b"}, {"new: create b, customer_message a"}},
		},
		{
			name: "the same message twice", run: receive, rival: receives("a"),
			ends: [][]string{{"new: create a"}},
		},
		{
			name: "two messages after the window", setup: lapsed, run: receive, rival: receives("b"),
			ends: [][]string{
				{"new: create a, customer_message b", "closed: " + solved + ", auto_close"},
				{"new: create b, customer_message a", "closed: " + solved + ", auto_close"},
			},
		},
		{
			name: "a message after the window, and the worker closes", setup: lapsed, run: receive,
			rival: func(ctx context.Context, _ *world, other *tickettest.Desk) error {
				_, err := other.Tick(ctx, ticket.TickOptions{})
				return err
			},
			ends: [][]string{{"closed: " + solved + ", auto_close", "new: create a"}},
		},
		{
			name: "a message, and the customer confirms", setup: open(ticket.StateResolved), run: receive,
			rival: does(tickettest.Customer("c1"), ticket.Confirm{}),
			ends: [][]string{
				{"closed: " + solved + ", confirm", "new: create a"},
				{"open: " + solved + ", customer_message a"},
			},
		},
		{
			name: "a message, and the ticket is reopened", setup: open(ticket.StateClosed), run: receive,
			rival: does(boss, ticket.Reopen{Reason: "Irrtum"}),
			ends: [][]string{
				{"open: " + solved + ", confirm, reopen, customer_message a"},
				{"new: create a", "open: " + solved + ", confirm, reopen"},
			},
		},
		{
			name: "a reopening, and a message", setup: open(ticket.StateClosed), run: do(boss, ticket.Reopen{Reason: "Irrtum"}),
			rival: receives("a"),
			ends: [][]string{
				{"open: " + solved + ", confirm, reopen, customer_message a"},
				{"new: create a", "open: " + solved + ", confirm, reopen"},
			},
		},
		{
			name: "a solution, and a message", setup: open(ticket.StateOpen),
			run:   do(anna, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "r"}),
			rival: receives("a"),
			ends: [][]string{
				{"open: " + first + ", resolve, customer_message a"},
				{"resolved: " + first + ", customer_message a, resolve"},
			},
		},
		{
			name: "two agents accept", setup: open(ticket.StateNew), run: do(anna, ticket.Accept{}),
			rival: does(boss, ticket.Accept{}), ends: [][]string{{"open: create 0-1, accept"}},
		},
		{
			name: "two merges in a circle", setup: two,
			run: func(ctx context.Context, w *world) error {
				_, err := w.Merge(ctx, anna, w.refs[0], w.refs[1], ticket.Merge{})
				return err
			},
			rival: func(ctx context.Context, w *world, other *tickettest.Desk) error {
				_, err := other.Merge(ctx, anna, w.refs[1], w.refs[0], ticket.Merge{})
				return err
			},
			ends: [][]string{
				{"merged: create 0-1, accept, merge", "open: create 0-2, accept, absorb"},
				{"merged: create 0-2, accept, merge", "open: create 0-1, accept, absorb"},
			},
		},
		{
			name: "a message, and its ticket is merged", setup: two, run: receive,
			rival: func(ctx context.Context, w *world, other *tickettest.Desk) error {
				_, err := other.Merge(ctx, anna, w.refs[0], w.refs[1], ticket.Merge{})
				return err
			},
			ends: [][]string{
				{"merged: create 0-1, accept, customer_message a, merge", "open: create 0-2, accept, absorb"},
				{"merged: create 0-1, accept, merge", "open: create 0-2, accept, absorb, customer_message a"},
				// The matter was freed by the merge, and nothing names the ticket.
				{"merged: create 0-1, accept, merge", "new: create a", "open: create 0-2, accept, absorb"},
			},
		},
		{
			name: "an unmerge, and a message to the ticket that was merged",
			setup: func(w *world) {
				two(w)
				if _, err := w.Merge(w.t.Context(), anna, w.refs[0], w.refs[1], ticket.Merge{}); err != nil {
					w.t.Fatal(err)
				}
			},
			run: func(ctx context.Context, w *world) error {
				_, err := w.Unmerge(ctx, anna, w.refs[0])
				return err
			},
			rival: func(ctx context.Context, w *world, other *tickettest.Desk) error {
				in := tickettest.Mail("a", "c1", "o1")
				in.Ticket = &w.refs[0]
				_, err := other.Receive(ctx, in)
				return err
			},
			ends: [][]string{
				{"open: " + first + ", merge, unmerge", "open: create 0-2, accept, absorb, customer_message a, release"},
				{"open: " + first + ", merge, unmerge, customer_message a", "open: create 0-2, accept, absorb, release"},
			},
		},
		{
			name: "a split, and the ticket is merged", setup: two,
			run: func(ctx context.Context, w *world) error {
				_, err := w.Split(ctx, anna, w.refs[0], ticket.Split{Messages: []int64{1}})
				return err
			},
			rival: func(ctx context.Context, w *world, other *tickettest.Desk) error {
				_, err := other.Merge(ctx, anna, w.refs[0], w.refs[1], ticket.Merge{})
				return err
			},
			ends: [][]string{
				{"merged: " + first + ", record, merge", "new: create 0-1", "open: create 0-2, accept, absorb"},
				{"merged: " + first + ", merge, record", "new: create 0-1", "open: create 0-2, accept, absorb"},
			},
		},
		{
			name: "an erasure, and a message", setup: open(ticket.StateOpen),
			run: func(ctx context.Context, w *world) error {
				_, err := w.Erase(ctx, boss, "c1")
				return err
			},
			rival: receives("a"),
			ends: [][]string{
				{"erased: create, accept, customer_message, erase"},
				{"erased: create, accept, erase", "new: create a"},
			},
		},
		{
			name: "a delivery, and another reply", setup: open(ticket.StateWaitingCustomer),
			run: func(ctx context.Context, w *world) error {
				_, err := w.Deliver(ctx, w.refs[0])
				return err
			},
			rival: does(anna, ticket.Reply{Text: "b"}),
			ends:  [][]string{{"waiting_customer: " + first + ", ask_customer, reply"}},
		},
		{
			name: "two workers", setup: func(w *world) {
				open(ticket.StateSnoozed)(w)
				w.Clock.Advance(24 * time.Hour)
			},
			run: ticking,
			rival: func(ctx context.Context, w *world, other *tickettest.Desk) error {
				w.Clock.Advance(time.Minute) // the lease is over
				_, err := other.Tick(ctx, ticket.TickOptions{})
				return err
			},
			ends: [][]string{{"open: " + first + ", snooze, wake"}},
		},
	}
}

// words shortens a story to kinds of event and keys of messages.
func words(story []string) []string {
	drop := strings.NewReplacer(
		"Wo ist mein Paket? (", "", ")", "", "mail-", "", " Welche Farbe?", "", " Es liegt beim Nachbarn.", "",
		"reply b", "reply", "resolve r", "resolve",
	)
	out := make([]string, len(story))
	for i, s := range story {
		out[i] = drop.Replace(s)
	}
	slices.Sort(out)
	return out
}

// Another desk cuts in before every single call to the store. No message is
// lost or doubled, no matter has two tickets, and nothing goes out twice.
func TestRivalsAtEveryCall(t *testing.T) {
	rules := reminding(t)
	for _, r := range rivalries() {
		t.Run(r.name, func(t *testing.T) {
			seen := make(map[string]bool)
			for call := 1; ; call++ {
				w := newWorld(t, rules)
				other := tickettest.NewDesk(t, tickettest.DeskConfig{
					Store: w.inner, Clock: w.Clock, Seed: 7, Config: ticket.Config{Rules: rules, Delivery: w.delivery},
				})
				if r.setup != nil {
					r.setup(w)
				}
				cut := false
				w.faults.Plan(tickettest.Fault{Call: call, When: tickettest.Before, Hook: func(ctx context.Context) {
					if err := r.rival(ctx, w, other); err != nil && !errors.Is(err, ticket.ErrRefused) {
						t.Errorf("before call %d: the rival: %v", call, err)
					}
					cut = true
				}})
				w.tried = 1
				if err := r.run(t.Context(), w); err != nil && !errors.Is(err, ticket.ErrRefused) {
					t.Errorf("before call %d: %v", call, err)
				}
				if !cut {
					break
				}
				w.calm(t)
				got := words(w.story(t))
				if !slices.ContainsFunc(r.ends, func(end []string) bool { return slices.Equal(got, slices.Sorted(slices.Values(end))) }) {
					t.Errorf("before call %d: it ends with\n  %s", call, strings.Join(got, "\n  "))
				}
				seen[fmt.Sprint(got)] = true
				if len(once(t, w.sent)) != len(w.sent) {
					t.Errorf("before call %d: something went out twice", call)
				}
			}
			t.Log(slices.Sorted(maps.Keys(seen)))
		})
	}
}
