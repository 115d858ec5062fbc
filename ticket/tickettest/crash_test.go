package tickettest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

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
