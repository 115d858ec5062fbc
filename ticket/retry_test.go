package ticket_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// A worker that is told to stop while a message goes out still notes that it
// went: or else the next one sends it again.
func TestAWorkerThatStopsNotesWhatItSent(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	sent := 0
	d := tickettest.NewDesk(t, tickettest.DeskConfig{
		Config: ticket.Config{Delivery: ticket.DeskDelivers(func(context.Context, ticket.Outgoing) error {
			sent++
			stop()
			return nil
		})},
	})
	ref := d.Ticket(t, tickettest.Spec{State: ticket.StateWaitingCustomer}).Ref()
	n, err := d.Deliver(ctx, ref)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	for range 5 {
		d.Clock.Advance(10 * time.Minute)
		_, err := d.Tick(t.Context(), ticket.TickOptions{})
		require.NoError(t, err)
	}
	assert.Equal(t, 1, sent)
}

// Several effects of one ticket go out one after the other; another worker
// must not take over one that has gone out and waits to be noted.
func TestSlowDeliveriesAreNotTakenOver(t *testing.T) {
	store, clock := new(ticketmem.Store), tickettest.NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
	var fast *tickettest.Desk
	var sent []string
	slow := tickettest.NewDesk(t, tickettest.DeskConfig{
		Store: store, Clock: clock, Seed: 1,
		Config: ticket.Config{Delivery: ticket.DeskDelivers(func(ctx context.Context, o ticket.Outgoing) error {
			clock.Advance(50 * time.Second)
			sent = append(sent, o.Event.Message().Text)
			_, err := fast.Tick(ctx, ticket.TickOptions{})
			return err
		})},
	})
	fast = tickettest.NewDesk(t, tickettest.DeskConfig{Store: store, Clock: clock, Seed: 2})
	ref := slow.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	for _, text := range []string{"eins", "zwei", "drei", "vier"} {
		_, err := slow.Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Reply{Text: text})
		require.NoError(t, err)
	}
	n, err := slow.Deliver(t.Context(), ref)
	require.NoError(t, err)
	assert.Equal(t, 4, n)
	assert.Equal(t, []string{"eins", "zwei", "drei", "vier"}, sent)
	assert.Empty(t, fast.Outbox.Sent())
}

// A desk that gives up says why.
func TestGivingUpNamesTheCause(t *testing.T) {
	full := errors.New("disk full")
	store := tickettest.NewFaultStore(new(ticketmem.Store))
	d := tickettest.NewDesk(t, tickettest.DeskConfig{Store: store})
	ref := d.Ticket(t, tickettest.Spec{}).Ref()

	store.Plan(tickettest.Fault{Method: tickettest.MethodCommit, When: tickettest.Before, Err: full})
	_, err := d.Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	require.ErrorIs(t, err, full)
	assert.NotErrorIs(t, err, ticket.ErrConflict)

	store.Plan(tickettest.Fault{Method: tickettest.MethodCommit, When: tickettest.Before, Err: ticket.ErrConflict})
	_, err = d.Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	require.ErrorIs(t, err, ticket.ErrConflict)

	number := &ticket.DuplicateKeyError{Keys: []ticket.Key{{Kind: ticket.KeyNumber}}}
	store.Plan(tickettest.Fault{Method: tickettest.MethodCommit, When: tickettest.Before, Err: number})
	_, err = d.Open(t.Context(), tickettest.Agent("anna"), ticket.Open{Subject: "x", Channel: ticket.ChannelPhone})
	require.ErrorIs(t, err, ticket.ErrConflict)
	require.ErrorIs(t, err, ticket.ErrDuplicateKey)
}

// A message that comes in between the erasure's two looks is erased with the
// rest.
func TestAMessageDuringTheErasure(t *testing.T) {
	store := tickettest.NewFaultStore(new(ticketmem.Store))
	d := tickettest.NewDesk(t, tickettest.DeskConfig{Store: store})
	ref := d.Ticket(t, tickettest.Spec{Customer: "c1", Order: "o1"}).Ref()
	store.Plan(tickettest.Fault{
		Method: tickettest.MethodHistory, Call: 1, When: tickettest.Before, Hook: func(ctx context.Context) {
			_, err := d.Receive(ctx, tickettest.Mail("late", "c1", "o1"))
			require.NoError(t, err)
		},
	})
	res, err := d.Erase(t.Context(), tickettest.Lead("boss"), "c1")
	require.NoError(t, err)
	assert.Equal(t, []ticket.Ref{ref}, res.Erased)
	events, err := d.Events(t.Context(), ref)
	require.NoError(t, err)
	assert.Equal(t, []ticket.EventKind{ticket.EventCreate, ticket.EventCustomerMessage, ticket.EventErase}, kinds(events))
	assert.Empty(t, events[1].Message().Text)

	again, err := d.Erase(t.Context(), tickettest.Lead("boss"), "c1")
	require.NoError(t, err)
	assert.Empty(t, again)
}

// The same request comes twice, and the other one is done in the middle of this
// one, wherever that is: neither is refused for what the other did.
func TestATwinIsNoReasonToRefuse(t *testing.T) {
	anna := tickettest.Agent("anna")
	for name, twin := range map[string]func(ctx context.Context, d *tickettest.Desk, ref ticket.Ref) (ticket.Result, error){
		"resolve": func(ctx context.Context, d *tickettest.Desk, ref ticket.Ref) (ticket.Result, error) {
			return d.Do(ctx, anna, ref, ticket.Keyed{Key: "k", Command: ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Gern."}})
		},
		"reply": func(ctx context.Context, d *tickettest.Desk, ref ticket.Ref) (ticket.Result, error) {
			return d.Do(ctx, anna, ref, ticket.Keyed{Key: "k", Command: ticket.Reply{Text: "eins"}})
		},
		"confirm": func(ctx context.Context, d *tickettest.Desk, ref ticket.Ref) (ticket.Result, error) {
			return d.Do(ctx, tickettest.Customer("c"), ref, ticket.Keyed{Key: "k", Command: ticket.Confirm{}})
		},
		"receive": func(ctx context.Context, d *tickettest.Desk, _ ticket.Ref) (ticket.Result, error) {
			r, err := d.Receive(ctx, tickettest.Mail("k", "c", "o"))
			return ticket.Result{Ticket: r.Ticket, Events: r.Events, Repeated: r.Outcome == ticket.Duplicate}, err
		},
		"split": func(ctx context.Context, d *tickettest.Desk, ref ticket.Ref) (ticket.Result, error) {
			r, err := d.Split(ctx, anna, ref, ticket.Split{Key: "k", Messages: []int64{1}})
			return ticket.Result{Ticket: r.Target, Repeated: r.Repeated}, err
		},
		"open": func(ctx context.Context, d *tickettest.Desk, _ ticket.Ref) (ticket.Result, error) {
			return d.Open(ctx, anna, ticket.Open{Key: "k", Subject: "x", Channel: ticket.ChannelPhone})
		},
	} {
		t.Run(name, func(t *testing.T) {
			met := true
			for call := 1; met; call++ {
				inner, clock := new(ticketmem.Store), tickettest.NewClock(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
				store := tickettest.NewFaultStore(inner)
				one := tickettest.NewDesk(t, tickettest.DeskConfig{Store: store, Clock: clock, Seed: 1})
				other := tickettest.NewDesk(t, tickettest.DeskConfig{Store: inner, Clock: clock, Seed: 2})
				state := ticket.StateOpen
				if name == "confirm" {
					state = ticket.StateResolved
				}
				ref := one.Ticket(t, tickettest.Spec{State: state, Customer: "c", Order: "o"}).Ref()
				met = false
				var first ticket.Result
				store.Plan(tickettest.Fault{Call: call, Hook: func(ctx context.Context) {
					var err error
					first, err = twin(ctx, other, ref)
					require.NoError(t, err, "call %d", call)
					met = true
				}})
				second, err := twin(t.Context(), one, ref)
				require.NoError(t, err, "call %d", call)
				if !met {
					require.Greater(t, call, 2)
					break
				}
				assert.True(t, first.Repeated != second.Repeated, "call %d", call)
				assert.Equal(t, first.Events, second.Events, "call %d", call)
				assert.Equal(t, first.Ticket.ID, second.Ticket.ID, "call %d", call)
			}
		})
	}
}
