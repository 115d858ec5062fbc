package ticket_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// An observer hears of every operation once: its name and ticket, how long it
// took, how often it was tried, and how it ended.
func TestObserve(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	faulty := tickettest.NewFaultStore(f.store)
	var ops []ticket.Op
	desk, err := ticket.NewDesk(faulty, ticket.Config{
		Rules: f.rules, Now: f.clock.Now, Random: random(2), Delivery: ticket.HostDelivers(),
		Observe: func(op ticket.Op) { ops = append(ops, op) },
	})
	require.NoError(t, err)
	f.desk = desk
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Accept{})
	_, err = desk.Do(t.Context(), anna, ref, ticket.Accept{})
	require.ErrorIs(t, err, ticket.ErrRefused)
	faulty.Plan(tickettest.Fault{
		Method: tickettest.MethodCommit, Call: 1, Err: ticket.ErrConflict,
		Hook: func(context.Context) { f.clock.Advance(time.Second) },
	})
	f.do(t, anna, ref, ticket.Note{Text: "x"})
	require.Len(t, ops, 4)
	assert.Equal(t, ticket.Op{Name: ticket.OpReceive, Ref: ref, Tries: 1}, ops[0])
	assert.Equal(t, ticket.Op{Name: ticket.OpDo, Ref: ref, Tries: 1}, ops[1])
	require.ErrorIs(t, ops[2].Err, ticket.ErrRefused)
	assert.Equal(t, ticket.Op{Name: ticket.OpDo, Ref: ref, Tries: 2, Duration: time.Second}, ops[3])
}

// The versions that live tickets still need.
func TestPinned(t *testing.T) {
	set := policies(t)
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = set, "p" })
	var wg sync.WaitGroup
	for _, key := range []string{"m1", "m2", "m3"} {
		in := mail(key, "Wo?")
		in.Orders, in.Shop, in.Channel = []string{key}, shop, ticket.ChannelEmail
		wg.Go(func() {
			_, err := f.desk.Receive(t.Context(), in)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	page, err := f.desk.List(t.Context(), anna, ticket.Query{Limit: 9})
	require.NoError(t, err)
	f.do(t, anna, page.Tickets[0].Ref(), ticket.MarkSpam{})
	newest, ok := set.Newest("p")
	require.True(t, ok)
	got, err := f.desk.Pinned(t.Context(), anna)
	require.NoError(t, err)
	assert.Equal(t, 2, got[newest.Ref()], "%v", got)
	_, err = f.desk.Pinned(t.Context(), client)
	require.ErrorIs(t, err, ticket.ErrRefused)
}
