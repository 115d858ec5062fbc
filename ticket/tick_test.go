package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func days(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitDay} }

func TestWaitingWakes(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	wake := f.clock.Now().Add(3 * time.Hour)
	got := f.do(t, anna, ref, ticket.WaitThird{Party: "DHL", Wake: wake})
	assert.Equal(t, ticket.StateWaitingThird, got.State)
	assert.Equal(t, wake, got.Timer.At)
	assert.True(t, f.refused(t, anna, ref, ticket.Snooze{Until: f.clock.Now(), Reason: "später"}).Has(ticket.CodeWakePast))

	f.clock.Advance(3*time.Hour - time.Microsecond)
	assert.Empty(t, f.tick(t).Done, "never early")
	f.clock.Advance(time.Microsecond)
	assert.Len(t, f.tick(t).Done, 1)
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateOpen, got.State)
	assert.Empty(t, f.tick(t).Done, "a wake fires once")
}

func TestStaleWakeIsANoOp(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	first := f.do(t, anna, ref, ticket.Snooze{Until: f.clock.Now().Add(time.Hour), Reason: "später"})
	f.do(t, anna, ref, ticket.Snooze{Until: f.clock.Now().Add(48 * time.Hour), Reason: "noch später"})
	f.clock.Advance(2 * time.Hour)
	assert.True(t, f.refused(t, system, ref, ticket.Wake{Token: first.Timer.Token}).Has(ticket.CodeNotDue))
}

func TestRemindersThenAutoResolve(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Reminders: []sla.Period{days(2), days(5)}, AutoResolve: true, Wait: days(7)})
	ref := f.receive(t, mail("m1", "Kaputt")).Ticket.Ref()
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Haben Sie ein Foto?"})
	for range 8 {
		f.clock.Advance(24 * time.Hour)
		f.tick(t)
	}
	assert.Equal(t, []ticket.EventKind{
		ticket.EventCreate, ticket.EventAskCustomer, ticket.EventReminder, ticket.EventReminder, ticket.EventAutoResolve,
	}, kinds(f.history(t, ref)))
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.ResolvedNoReply, got.Resolution)
	in := f.receive(t, mail("m2", "Hier das Foto"))
	assert.Equal(t, ticket.Reawakened, in.Outcome)
}

func TestWithoutAutoResolveTheTicketWakes(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Reminders: []sla.Period{days(2)}})
	ref := f.receive(t, mail("m1", "Kaputt")).Ticket.Ref()
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Haben Sie ein Foto?"})
	f.clock.Advance(8 * 24 * time.Hour) // both come due in one tick
	f.tick(t)
	assert.Equal(t, []ticket.EventKind{
		ticket.EventCreate, ticket.EventAskCustomer, ticket.EventReminder, ticket.EventWake,
	}, kinds(f.history(t, ref)))
}

func TestOverduePromiseIsNotedOnceAndKeepsTheTicketOpen(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Bald da."})
	f.do(t, anna, ref, ticket.MakePromise{Text: "Rückruf", Due: f.clock.Now().Add(time.Hour)})
	for range 30 {
		f.clock.Advance(24 * time.Hour)
		f.tick(t)
	}
	count := map[ticket.What]int{}
	for _, e := range f.history(t, ref) {
		if b, ok := e.Body.(ticket.Recorded); ok {
			count[b.What]++
		}
	}
	assert.Equal(t, 1, count[ticket.WhatPromiseOverdue])
	assert.Positive(t, count[ticket.WhatIdle])
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateResolved, got.State, "an open promise keeps it from closing")
	f.do(t, anna, ref, ticket.BreakPromise{ID: got.Promises[0].ID, Reason: "nicht erreicht"})
	f.tick(t)
	got, err = f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateClosed, got.State)
}

// Every look at an untouched ticket comes later than the one before, and
// there is always a next one.
func TestIdleTicketsAreLookedAtForEver(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	for range 100 {
		f.clock.Advance(24 * time.Hour)
		f.tick(t)
	}
	events := f.history(t, ref)[1:]
	assert.InDelta(t, 3+(100-7)/8, len(events), 2)
	for _, e := range events {
		assert.Equal(t, ticket.EventRecord, e.Kind)
	}
	f.do(t, anna, ref, ticket.Note{Text: "gesehen"})
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Zero(t, got.Counters.Idle)
}

// Calendar days are days of the wall clock: over a change of the clocks they
// are not multiples of 24 hours.
func TestAutoCloseCountsCalendarDays(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{ReopenWindow: days(15)})
	f.clock.t = time.Date(2026, 10, 20, 8, 0, 0, 0, time.UTC) // 10:00 CEST
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	got := f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	assert.Equal(t, time.Date(2026, 11, 4, 9, 0, 0, 0, time.UTC), got.Timer.At, "10:00 CET")
}

func TestDeliveryIsTriedAgainAndGivenUp(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Idle: days(365)})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.fail = errDown
	f.do(t, anna, ref, ticket.Reply{Text: "Guten Tag"})
	for range 9 {
		n, err := f.desk.Deliver(t.Context(), ref)
		require.NoError(t, err)
		assert.Zero(t, n)
		f.clock.Advance(2 * time.Hour)
	}
	assert.Len(t, f.history(t, ref), 2)
	f.fail = nil
	res := f.tick(t)
	require.Len(t, res.Done, 1)
	assert.Equal(t, 1, res.Done[0].Delivered)
	require.Len(t, f.sent, 1)
	assert.Equal(t, 10, f.sent[0].Attempt)
	assert.Equal(t, ticket.MessageID(ref, 2), f.sent[0].MessageID)
	n, err := f.desk.Deliver(t.Context(), ref)
	require.NoError(t, err)
	assert.Zero(t, n, "what went out does not go out again")

	f.fail = fmt.Errorf("no such address: %w", ticket.ErrPermanent)
	f.do(t, anna, ref, ticket.Reply{Text: "Noch etwas"})
	f.tick(t)
	events := f.history(t, ref)
	last, ok := events[len(events)-1].Body.(ticket.Recorded)
	require.True(t, ok)
	assert.Equal(t, ticket.Recorded{What: ticket.WhatUndelivered, Effect: 3}, last)
}

func TestEffectsOfAClosedTicketGoOut(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	f.do(t, client, ref, ticket.Confirm{})
	assert.Empty(t, f.sent)
	f.tick(t)
	assert.Len(t, f.sent, 1)
}

// Many workers, no crash: nothing goes out twice and nothing is left.
func TestManyWorkersDeliverOnce(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	var mu sync.Mutex
	sent := make(map[string]int)
	desk, err := ticket.NewDesk(f.store, ticket.Config{
		Rules: newRules(t, ticket.RulesConfig{}), Now: f.clock.Now, Random: random(4),
		Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			mu.Lock()
			defer mu.Unlock()
			sent[o.MessageID]++
			return nil
		}),
	})
	require.NoError(t, err)
	const effects = 1000
	for i := range effects / 2 {
		in := mail(fmt.Sprintf("m%d", i), "Wo?")
		in.Orders, in.Shop, in.Channel = []string{strconv.Itoa(i)}, shop, ticket.ChannelEmail
		r, err := desk.Receive(t.Context(), in)
		require.NoError(t, err)
		for range 2 {
			_, err = desk.Do(t.Context(), anna, r.Ticket.Ref(), ticket.Reply{Text: "Hier."})
			require.NoError(t, err)
		}
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				res, err := desk.Tick(context.Background(), ticket.TickOptions{Limit: 20})
				if !assert.NoError(t, err) || !assert.Empty(t, res.Faults) || len(res.Done) == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	assert.Len(t, sent, effects)
	for id, n := range sent {
		assert.Equal(t, 1, n, id)
	}
}

func TestHostDeliversInTheCommit(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	spy := &spyStore{Store: f.store}
	desk, err := ticket.NewDesk(spy, ticket.Config{
		Rules: newRules(t, ticket.RulesConfig{}), Now: f.clock.Now, Random: random(5), Delivery: ticket.HostDelivers(),
		Publish: []ticket.EventKind{ticket.EventCreate},
	})
	require.NoError(t, err)
	in := mail("m1", "Wo?")
	in.Shop, in.Channel = shop, ticket.ChannelEmail
	r, err := desk.Receive(t.Context(), in)
	require.NoError(t, err)
	_, err = desk.Do(t.Context(), anna, r.Ticket.Ref(), ticket.Reply{Text: "Hier."})
	require.NoError(t, err)
	require.Len(t, spy.effects, 2)
	assert.Equal(t, ticket.EventCreate, spy.effects[0].Kind)
	assert.Equal(t, ticket.EventReply, spy.effects[1].Kind)
	assert.Equal(t, int64(2), spy.effects[1].Seq)
}

// spyStore keeps the effects that a host would enqueue.
type spyStore struct {
	ticket.Store

	effects []ticket.Effect
}

func (s *spyStore) Commit(ctx context.Context, c ticket.Commit) error {
	err := s.Store.Commit(ctx, c)
	if err == nil {
		s.effects = append(s.effects, c.Effects...)
	}
	return err
}

// A desk bound to the host's transaction tries once and reports the conflict.
func TestWithStoreDoesNotRetry(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	conflict := &conflictStore{Store: f.store}
	_, err := f.desk.WithStore(conflict).Do(t.Context(), anna, ref, ticket.Note{Text: "x"})
	require.ErrorIs(t, err, ticket.ErrConflict)
	assert.Equal(t, 1, conflict.n)
	_, err = f.desk.Do(t.Context(), anna, ref, ticket.Note{Text: "x"})
	require.NoError(t, err)

	n := 0
	always := &conflictStore{Store: f.store}
	desk, err := ticket.NewDesk(always, ticket.Config{
		Rules: newRules(t, ticket.RulesConfig{}), Now: f.clock.Now, Random: random(6), Delivery: ticket.HostDelivers(),
	})
	require.NoError(t, err)
	_, err = desk.Do(t.Context(), anna, ref, ticket.Note{Text: "x"})
	require.ErrorIs(t, err, ticket.ErrConflict)
	assert.Equal(t, 32, always.n+n)
}

type conflictStore struct {
	ticket.Store

	n int
}

func (s *conflictStore) Commit(context.Context, ticket.Commit) error {
	s.n++
	return ticket.ErrConflict
}

// One ticket that cannot be read does not keep the others from being worked
// on, and is reported.
func TestCorruptRecordIsAFault(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	good := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	in := mail("m2", "Wo?")
	in.Orders = []string{"o-8"}
	bad := f.receive(t, in).Ticket.Ref()
	rec, err := f.store.Load(t.Context(), bad)
	require.NoError(t, err)
	rec.Data, rec.Version = []byte(`{"v":99}`), rec.Version+1
	require.NoError(t, f.store.Commit(t.Context(), ticket.Commit{Changes: []ticket.Change{{Expect: rec.Version - 1, Next: rec}}}))
	f.clock.Advance(25 * time.Hour)
	res, err := f.desk.Tick(t.Context(), ticket.TickOptions{})
	require.NoError(t, err)
	require.Len(t, res.Done, 1)
	assert.Equal(t, good, res.Done[0].Ref)
	require.Len(t, res.Faults, 1)
	assert.Equal(t, bad, res.Faults[0].Ref)
	assert.True(t, errors.Is(res.Faults[0].Err, ticket.ErrCorrupt))
}
