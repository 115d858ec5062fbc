package tickettest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

var errCrash = errors.New("connection reset by peer")

// world is a shop in which something is about to go wrong.
type world struct {
	*tickettest.Desk

	t      *testing.T
	inner  *ticketmem.Store
	faults *tickettest.FaultStore
	// delivery brings out what the desk sends, and others of the same shop.
	delivery ticket.Delivery
	tried    int // calls of the operation so far
	sent     []ticket.Outgoing
	refs     []ticket.Ref // of the tickets that the operation is about
	wrong    []string     // what an operation was told that is not so
}

// newWorld returns an empty shop under rules that all worlds of a test share.
func newWorld(t *testing.T, rules *ticket.Rules) *world {
	t.Helper()
	w := &world{t: t, inner: new(ticketmem.Store)}
	w.faults = tickettest.NewFaultStore(w.inner)
	w.delivery = ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
		w.sent = append(w.sent, o)
		return nil
	})
	w.Desk = tickettest.NewDesk(t, tickettest.DeskConfig{
		Store:  w.faults,
		Config: ticket.Config{Rules: rules, Delivery: w.delivery},
	})
	return w
}

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
			name: "split", setup: one(ticket.StateOpen),
			run: func(ctx context.Context, w *world) error {
				r, err := w.Split(ctx, tickettest.Agent("anna"), w.refs[0], ticket.Split{Messages: []int64{1}, Subject: "Anderes"})
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
	}
}

func doing(cmd ticket.Command) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		return w.told(w.Do(ctx, tickettest.Agent("anna"), w.refs[0], cmd))
	}
}

// check notes what an operation was told that is not so.
func (w *world) check(ok bool, format string, args ...any) {
	if !ok {
		w.wrong = append(w.wrong, fmt.Sprintf("call %d: ", w.tried)+fmt.Sprintf(format, args...))
	}
}

// told looks at a result: its one event must be told, and no repeat be claimed
// where there was none.
func (w *world) told(r ticket.Result, err error) error {
	if err == nil {
		w.check(len(r.Events) == 1, "told of %d events", len(r.Events))
		w.check(len(r.Events) == 0 || r.Ticket.Seq == 0 || r.Ticket.Seq >= r.Events[0].Seq, // a customer is shown no number
			"told of a ticket as it was before")
		w.check(!r.Repeated || w.tried > 1, "told of a repeat")
	}
	return err
}

func receiving(want ticket.Outcome, in ticket.Inbound) func(context.Context, *world) error {
	return func(ctx context.Context, w *world) error {
		r, err := w.Receive(ctx, in)
		if err != nil {
			return err
		}
		w.check(r.Outcome == want || w.tried > 1 && r.Outcome == ticket.Duplicate, "the outcome is %s", r.Outcome)
		is := func(e ticket.Event) bool { return e.Message() != nil && e.Message().Text == in.Text }
		w.check(len(r.Events) == 1 && is(r.Events[0]), "told of %d events, and not of the message", len(r.Events))
		if kept, err := w.Events(ctx, r.Ticket.Ref()); err == nil {
			w.check(slices.ContainsFunc(kept, is), "the ticket in the receipt does not hold the message")
		}
		return nil
	}
}

// ticking ticks as a worker does; what failed comes up again after its lease.
func ticking(ctx context.Context, w *world) error {
	if w.tried > 1 {
		w.Clock.Advance(30 * time.Second << w.tried)
	}
	res, err := w.Tick(ctx, ticket.TickOptions{})
	for _, f := range res.Faults {
		err = errors.Join(err, f.Err)
	}
	return err
}

// play runs an operation to its end with what goes wrong, and then lets the
// shop's worker tick until all is calm. It returns the world afterwards.
func play(t *testing.T, rules *ticket.Rules, op operation, faults ...tickettest.Fault) (*world, error) {
	t.Helper()
	w := newWorld(t, rules)
	if op.setup != nil {
		op.setup(w)
	}
	w.faults.Plan(faults...)
	var err error
	for w.tried = 1; w.tried <= 4; w.tried++ {
		if err = op.run(t.Context(), w); err == nil {
			break
		}
		w.check(errors.Is(err, errCrash), "ended with %v", err)
	}
	for _, wrong := range w.wrong {
		t.Error(wrong)
	}
	return w, err
}

// calm lets the worker do what is left over.
func (w *world) calm(t *testing.T) {
	t.Helper()
	w.faults.Plan()
	for range 5 {
		w.Clock.Advance(4 * time.Minute)
		if _, err := w.Tick(t.Context(), ticket.TickOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// story is what the shop's tickets went through, sorted.
func (w *world) story(t *testing.T) []string {
	t.Helper()
	page, err := w.List(t.Context(), tickettest.System(), ticket.Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, tk := range page.Tickets {
		events, err := w.Events(t.Context(), tk.Ref())
		if err != nil {
			t.Fatal(err)
		}
		lines := make([]string, len(events))
		ids := make(map[any]bool)
		var sum ticket.Ticket
		for i, e := range events {
			lines[i] = string(e.Kind)
			if m := e.Message(); m != nil && m.Text != "" {
				lines[i] += " " + m.Text
			}
			if e.Seq != int64(i)+1 || ids[e.ID] {
				t.Errorf("event %d has number %d and id %s", i+1, e.Seq, e.ID)
			}
			ids[e.ID] = true
			sum = ticket.Apply(sum, e)
		}
		if sum.State != tk.State || sum.Seq != tk.Seq {
			t.Errorf("the ticket is %s at %d, its history %s at %d", tk.State, tk.Seq, sum.State, sum.Seq)
		}
		out = append(out, string(tk.State)+": "+strings.Join(lines, ", "))
	}
	slices.Sort(out)
	return out
}

// ends compares a shop with what it must be.
func (w *world) ends(t *testing.T, op operation) {
	t.Helper()
	golden := slices.Sorted(slices.Values(op.golden))
	if got := w.story(t); !slices.Equal(got, golden) {
		t.Errorf("the history is\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(golden, "\n  "))
	}
	texts := make([]string, 0, len(w.sent))
	for _, o := range w.sent {
		if m := o.Event.Message(); m != nil {
			texts = append(texts, m.Text)
		}
	}
	slices.Sort(texts)
	want := slices.Sorted(slices.Values(op.sent))
	if !slices.Equal(texts, want) {
		t.Errorf("went out: %q, want %q", texts, want)
	}
}

// Every call to the store fails once, before its effect, after it, or with an
// effect that comes late; or it is made twice. Whoever asked asks again where
// it was told of an error. The history is the same as if nothing had been, and
// nothing went out twice.
func TestCrashPoints(t *testing.T) {
	rules := reminding(t)
	for _, op := range operations() {
		t.Run(op.name, func(t *testing.T) {
			w, err := play(t, rules, op)
			if err != nil || w.tried != 1 {
				t.Fatalf("without a fault: %v after %d calls", err, w.tried)
			}
			calls := w.faults.Calls()
			w.calm(t)
			w.ends(t, op)
			for i, method := range calls {
				for _, when := range []tickettest.When{
					tickettest.Before, tickettest.After, tickettest.Late, tickettest.Twice,
				} {
					t.Run(fmt.Sprintf("%d %s %s", i+1, method, when), func(t *testing.T) {
						w, err := play(t, rules, op, tickettest.Fault{Call: i + 1, When: when, Err: errCrash})
						if err != nil {
							t.Errorf("after %d calls: %v", w.tried-1, err)
						}
						if left := w.faults.Unused(); len(left) > 0 {
							t.Errorf("the fault never came up")
						}
						w.calm(t)
						w.ends(t, op)
					})
				}
			}
		})
	}
}

// Two things go wrong, the second soon after the first: in its repair.
func TestPairsOfCrashPoints(t *testing.T) {
	const soon = 4 // calls
	rules := reminding(t)
	for _, op := range operations() {
		if !op.keyed {
			continue // a caller that is told of an unknown outcome cannot ask again
		}
		t.Run(op.name, func(t *testing.T) {
			w, err := play(t, rules, op)
			if err != nil {
				t.Fatal(err)
			}
			for i, method := range w.faults.Calls() {
				for _, first := range kinds(method) {
					for j := i + 1; j <= i+soon; j++ {
						second := playPair(t, rules, op, i+1, first, j+1, tickettest.Before)
						for _, when := range kinds(second)[1:] {
							playPair(t, rules, op, i+1, first, j+1, when)
						}
					}
				}
			}
		})
	}
}

// kinds are the faults that differ in their effect: a call that only reads has
// but one.
func kinds(m tickettest.Method) []tickettest.When {
	if m == tickettest.MethodCommit || m == tickettest.MethodErase || m == tickettest.MethodClaim {
		return []tickettest.When{tickettest.Before, tickettest.After, tickettest.Late}
	}
	return []tickettest.When{tickettest.Before}
}

// playPair lets two calls fail, and returns what the second was a call of.
func playPair(
	t *testing.T, rules *ticket.Rules, op operation, i int, first tickettest.When, j int, second tickettest.When,
) tickettest.Method {
	t.Helper()
	var method tickettest.Method
	t.Run(fmt.Sprintf("%d %s, %d %s", i, first, j, second), func(t *testing.T) {
		w, err := play(t, rules, op,
			tickettest.Fault{Call: i, When: first, Err: errCrash}, tickettest.Fault{Call: j, When: second, Err: errCrash})
		if err != nil {
			t.Errorf("after %d calls: %v", w.tried-1, err)
		}
		if calls := w.faults.Calls(); j <= len(calls) {
			method = calls[j-1]
		}
		w.calm(t)
		w.sent = once(t, w.sent)
		w.ends(t, op)
	})
	return method
}

// once drops what went out again, which two faults may bring about: under the
// same ids.
func once(t *testing.T, sent []ticket.Outgoing) []ticket.Outgoing {
	t.Helper()
	var out []ticket.Outgoing
	for _, o := range sent {
		i := slices.IndexFunc(out, func(p ticket.Outgoing) bool { return p.Event.ID == o.Event.ID })
		if i < 0 {
			out = append(out, o)
			continue
		}
		if out[i].MessageID != o.MessageID || out[i].Attempt >= o.Attempt {
			t.Errorf("attempts %d and %d of one event go out as %s and %s", out[i].Attempt, o.Attempt, out[i].MessageID, o.MessageID)
		}
	}
	return out
}
