package tickettest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// A commit takes effect, and the answer of the database is lost on its way.
func ExampleFaultStore() {
	ctx := context.Background()
	store := tickettest.NewFaultStore(new(ticketmem.Store), tickettest.Fault{
		Method: tickettest.MethodCommit, Call: 1, When: tickettest.After, Err: errors.New("connection reset by peer"),
	})
	ticket1 := ticket.Record{Shop: "shop", ID: [16]byte{1}, Version: 1}
	fmt.Println(store.Commit(ctx, ticket.Commit{Changes: []ticket.Change{{Next: ticket1}}}))
	got, err := store.Load(ctx, ticket1.Ref())
	fmt.Println(got.Version, err)
	fmt.Println(store.Calls(), len(store.Unused()))
	// Output:
	// connection reset by peer
	// 1 <nil>
	// [Commit Load] 0
}

func someCommit(n byte, version int64) ticket.Commit {
	return ticket.Commit{Changes: []ticket.Change{{
		Expect: version - 1, Next: ticket.Record{Shop: "s", ID: [16]byte{n}, Version: version},
	}}}
}

// version of the first record.
func version(ctx context.Context, t *testing.T, s ticket.Store) int64 {
	t.Helper()
	r, err := s.Load(ctx, ticket.Ref{Shop: "s", ID: [16]byte{1}})
	if err != nil && !errors.Is(err, ticket.ErrNotFound) {
		t.Fatal(err)
	}
	return r.Version
}

func TestFaultsOfACommit(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		fault    tickettest.Fault
		err      error
		now      int64 // version after the call
		later    int64 // version after another record's commit
		hookSees int64
	}{
		"none":               {fault: tickettest.Fault{Call: 99}, now: 1, later: 1, hookSees: -1},
		"before":             {fault: tickettest.Fault{When: tickettest.Before, Err: broken}, err: broken, hookSees: 0},
		"before, by default": {fault: tickettest.Fault{Call: 1}, err: tickettest.ErrFault, hookSees: -1},
		"after":              {fault: tickettest.Fault{When: tickettest.After, Err: broken}, err: broken, now: 1, later: 1, hookSees: 1},
		"late":               {fault: tickettest.Fault{When: tickettest.Late, Err: broken}, err: broken, later: 1, hookSees: 0},
		"late, by default":   {fault: tickettest.Fault{When: tickettest.Late}, err: tickettest.ErrFault, later: 1, hookSees: 0},
		"twice":              {fault: tickettest.Fault{When: tickettest.Twice}, err: ticket.ErrConflict, now: 1, later: 1, hookSees: 0},
		"a hook before":      {fault: tickettest.Fault{When: tickettest.Before}, now: 1, later: 1, hookSees: 0},
		"a hook after":       {fault: tickettest.Fault{When: tickettest.After}, now: 1, later: 1, hookSees: 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			inner := new(ticketmem.Store)
			saw := int64(-1)
			if tt.hookSees >= 0 {
				tt.fault.Hook = func(ctx context.Context) { saw = version(ctx, t, inner) }
			}
			tt.fault.Method, tt.fault.Call = tickettest.MethodCommit, max(tt.fault.Call, 1)
			s := tickettest.NewFaultStore(inner, tt.fault)
			if v := version(t.Context(), t, s); v != 0 { // other methods are not meant
				t.Errorf("version %d", v)
			}
			if err := s.Commit(t.Context(), someCommit(1, 1)); !errors.Is(err, tt.err) {
				t.Errorf("Commit returned %v, want %v", err, tt.err)
			}
			if now := version(t.Context(), t, inner); now != tt.now || saw != tt.hookSees {
				t.Errorf("version %d, want %d; the hook saw %d, want %d", now, tt.now, saw, tt.hookSees)
			}
			if err := s.Commit(t.Context(), someCommit(2, 1)); err != nil {
				t.Errorf("the next commit: %v", err)
			}
			if later := version(t.Context(), t, inner); later != tt.later {
				t.Errorf("version %d later, want %d", later, tt.later)
			}
			if unused := len(s.Unused()) > 0; unused != (name == "none") {
				t.Errorf("unused is %t", unused)
			}
		})
	}
}

func TestAFaultAfterAFailureTellsTheFailure(t *testing.T) {
	s := tickettest.NewFaultStore(new(ticketmem.Store), tickettest.Fault{When: tickettest.After})
	if err := s.Commit(t.Context(), someCommit(1, 5)); !errors.Is(err, ticket.ErrConflict) {
		t.Error(err)
	}
}

// Every method can fail, and counts.
func TestFaultsOfEveryMethod(t *testing.T) {
	ctx := t.Context()
	calls := map[tickettest.Method]func(s ticket.Store) error{
		tickettest.MethodLoad:    func(s ticket.Store) error { _, err := s.Load(ctx, ticket.Ref{}); return err },
		tickettest.MethodCommit:  func(s ticket.Store) error { return s.Commit(ctx, someCommit(1, 1)) },
		tickettest.MethodHistory: func(s ticket.Store) error { _, err := s.History(ctx, ticket.HistoryQuery{}); return err },
		tickettest.MethodLookup:  func(s ticket.Store) error { _, err := s.Lookup(ctx, ticket.Key{}); return err },
		tickettest.MethodList:    func(s ticket.Store) error { _, err := s.List(ctx, ticket.Query{}); return err },
		tickettest.MethodClaim:   func(s ticket.Store) error { _, err := s.Claim(ctx, ticket.ClaimRequest{}); return err },
		tickettest.MethodErase: func(s ticket.Store) error {
			return s.Erase(ctx, ticket.EraseRequest{Commit: someCommit(1, 1), Redact: func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
				return e, nil
			}})
		},
	}
	for method, call := range calls {
		s := tickettest.NewFaultStore(new(ticketmem.Store), tickettest.Fault{Method: method, Call: 2}, tickettest.Fault{Call: 3})
		first, second, third := call(s), call(s), call(s)
		if errors.Is(first, tickettest.ErrFault) || !errors.Is(second, tickettest.ErrFault) || !errors.Is(third, tickettest.ErrFault) {
			t.Errorf("%s returned %v, %v, %v", method, first, second, third)
		}
		if got := s.Calls(); !slices.Equal(got, []tickettest.Method{method, method, method}) {
			t.Errorf("%s was counted as %v", method, got)
		}
		s.Plan()
		if err := call(s); errors.Is(err, tickettest.ErrFault) || len(s.Calls()) != 1 {
			t.Errorf("%s after a new plan: %v", method, err)
		}
	}
}

func TestTicketsInEveryState(t *testing.T) {
	d := tickettest.NewDesk(t, tickettest.DeskConfig{
		Config: ticket.Config{Rules: tickettest.NewRules(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"delivery"}})},
	})
	states := []ticket.State{
		ticket.StateNew, ticket.StateBot, ticket.StateOpen, ticket.StateWaitingCustomer, ticket.StateWaitingThird,
		ticket.StateSnoozed, ticket.StateResolved, ticket.StateClosed, ticket.StateSpam, ticket.StateMerged, ticket.StateErased,
	}
	for _, state := range states {
		tk := d.Ticket(t, tickettest.Spec{State: state, Agent: "ben"})
		got, err := d.Get(t.Context(), tickettest.System(), tk.Ref())
		if err != nil || got.State != state {
			t.Errorf("a ticket in state %s is %s: %v", state, got.State, err)
		}
		events, err := d.Events(t.Context(), tk.Ref())
		var sum ticket.Ticket
		for _, e := range events {
			sum = ticket.Apply(sum, e)
		}
		if err != nil || sum.State != state {
			t.Errorf("the history of a ticket in state %s leads to %s: %v", state, sum.State, err)
		}
	}
}

func TestDesksAreTheSameForTheSameSeed(t *testing.T) {
	ids := func(seed uint64) string {
		d := tickettest.NewDesk(t, tickettest.DeskConfig{Seed: seed})
		return fmt.Sprint(d.Ticket(t, tickettest.Spec{}).ID, d.Ticket(t, tickettest.Spec{}).Number)
	}
	if again := ids(1); again != ids(1) || again == ids(2) {
		t.Error("ids do not follow the seed")
	}
}

func TestClockAndOutbox(t *testing.T) {
	start := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	c := tickettest.NewClock(start)
	if c.Advance(time.Hour) != start.Add(time.Hour) || c.Advance(-2*time.Hour) != start.Add(-time.Hour) || c.Now() != start.Add(-time.Hour) {
		t.Errorf("the clock stands at %s", c.Now())
	}
	d := tickettest.NewDesk(t, tickettest.DeskConfig{})
	if d.Clock.Now() != start {
		t.Errorf("a desk's clock stands at %s", d.Clock.Now())
	}
	ref := d.Ticket(t, tickettest.Spec{State: ticket.StateWaitingCustomer}).Ref()
	broken := errors.New("broken")
	d.Outbox.Fail(broken, nil)
	for i, want := range []int{0, 1, 1} {
		if _, err := d.Deliver(t.Context(), ref); err != nil {
			t.Fatal(err)
		}
		if got := d.Outbox.Sent(); len(got) != want {
			t.Errorf("after delivery %d: %d went out", i+1, len(got))
		}
		d.Clock.Advance(10 * time.Minute)
	}
	if got := d.Outbox.Sent()[0]; got.Event.Message().Text != "Welche Farbe?" || got.Attempt != 2 {
		t.Errorf("went out: %q at attempt %d", got.Event.Message().Text, got.Attempt)
	}
}
