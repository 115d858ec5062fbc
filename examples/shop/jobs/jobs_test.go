package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/jobs"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// Sixteen writers, one of them slow to commit and some that take it back, and a
// transaction that has nothing to do with it: whatever counts goes out once, and
// under one id, by two processes that share the work.
func TestNothingIsLostSkippedHiddenOrDoubled(t *testing.T) {
	t.Parallel()
	const writers, each = 16, 4
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			end, err := s.idle(ctx)
			require.NoError(t, err)
			box := new(mailbox)
			s.run(t, jobs.Config{Deliver: box.deliver})
			s.run(t, jobs.Config{Deliver: box.deliver})

			slow := s.ticket(t, "slow")
			others := make(chan struct{})
			var wg sync.WaitGroup
			wg.Go(func() {
				if name == "SQLite" { // has one writer: it begins when the others are half through
					<-others
				}
				assert.NoError(t, s.together(ctx, func(tx *sqlstore.Store) error {
					_, err := s.desk.WithStore(tx.Tickets()).Do(ctx, tickettest.Agent("anna"), slow, ticket.Reply{Text: "langsam"})
					<-others // on PostgreSQL its job has an earlier number than those that went out before it
					return err
				}))
			})
			var started atomic.Int64
			for w := range writers {
				wg.Go(func() {
					ref := s.ticket(t, fmt.Sprint("m", w)) //nolint:contextcheck // it is the test's
					for n := range each {
						s.reply(t, ref, fmt.Sprintf("Antwort %d", n)) //nolint:contextcheck // it is the test's
						if started.Add(1) == writers*each/2 {
							close(others)
						}
					}
					errUndone := errors.New("card refused")
					assert.ErrorIs(t, s.together(ctx, func(tx *sqlstore.Store) error {
						_, err := s.desk.WithStore(tx.Tickets()).Do(ctx, tickettest.Agent("anna"), ref, ticket.Reply{Text: "nie gesagt"})
						return errors.Join(err, errUndone)
					}), errUndone)
				})
			}
			wg.Wait()
			want := s.outbound(t)
			require.Len(t, want, writers*each+1)
			eventually(t, "all arrive", func() bool { return len(box.arrived()) == len(want) })
			require.NoError(t, end())
			for id, times := range box.arrived() {
				assert.Equal(t, 1, times)
				assert.Equal(t, want[id], box.sent[id][0])
			}
			failed, err := s.queue.Failed(ctx, 10)
			require.NoError(t, err)
			assert.Empty(t, failed)
		})
	}
}

// outbound returns what the histories say has to go out, with its message id.
func (s *shop) outbound(tb testing.TB) map[uuid.UUID]string {
	tb.Helper()
	all := make(map[uuid.UUID]string)
	system := ticket.Actor{Kind: ticket.ActorSystem, Shop: tickettest.Shop}
	page, err := s.desk.List(tb.Context(), system, ticket.Query{Limit: ticket.MaxPage})
	require.NoError(tb, err)
	for _, t := range page.Tickets {
		for e, err := range s.desk.History(tb.Context(), system, t.Ref()) {
			require.NoError(tb, err)
			if e.Kind == ticket.EventReply {
				all[e.ID] = ticket.MessageID(t.Ref(), e.Seq)
			}
		}
	}
	return all
}

// What failed is tried again under the same id; what cannot be delivered is to be
// seen in the ticket and in the queue, and goes out when somebody says so.
func TestFailuresAreRetriedThenSeen(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			ref := s.ticket(t, "m1")
			flaky, gone, hopeless := s.reply(t, ref, "eins"), s.reply(t, ref, "zwei"), s.reply(t, ref, "drei")
			box := new(mailbox)
			var repaired atomic.Bool
			s.run(t, jobs.Config{Deliver: func(ctx context.Context, o ticket.Outgoing) error {
				switch {
				case repaired.Load() || (o.Event.ID == flaky.ID && o.Attempt == 3):
					return box.deliver(ctx, o)
				case o.Event.ID == flaky.ID && o.Attempt == 1:
					panic("the words of a customer")
				case o.Event.ID == gone.ID:
					return fmt.Errorf("550: %w", ticket.ErrPermanent)
				default:
					return errors.New("451")
				}
			}})
			var failed []jobs.Failure
			eventually(t, "two are given up, one arrives", func() bool {
				var err error
				failed, err = s.queue.Failed(ctx, 10)
				require.NoError(t, err)
				return len(failed) == 2 && len(box.arrived()) == 1
			})
			assert.Equal(t, []string{ticket.MessageID(ref, flaky.Seq)}, box.sent[flaky.ID])
			for i, want := range []struct {
				event    ticket.Event
				attempts int
				why      string
			}{{hopeless, 10, "451"}, {gone, 1, "550"}} {
				f := failed[i]
				assert.Equal(t, want.event.ID, f.Effect)
				assert.Equal(t, ref, ticket.Ref{Shop: f.Shop, ID: f.Record})
				assert.Equal(t, want.attempts, f.Attempts)
				assert.Contains(t, f.Why, want.why)
				assert.Equal(t, string(ticket.EventReply), f.What)
				assert.NotContains(t, f.Why, "words")
			}
			assert.ElementsMatch(t, []int64{gone.Seq, hopeless.Seq}, s.undelivered(t, ref), "the ticket tells of both, once")

			repaired.Store(true)
			require.NoError(t, s.queue.Retry(ctx, failed[0].ID))
			eventually(t, "it arrives after all", func() bool { return box.arrived()[hopeless.ID] == 1 })
			require.NoError(t, s.queue.Dismiss(ctx, failed[1].ID))
			left, err := s.queue.Failed(ctx, 10)
			require.NoError(t, err)
			assert.Empty(t, left)
			for _, f := range failed {
				require.ErrorIs(t, s.queue.Dismiss(ctx, f.ID), jobs.ErrNotFound, "neither what is gone nor what went out")
				require.ErrorIs(t, s.queue.Retry(ctx, f.ID), jobs.ErrNotFound)
			}
		})
	}
}

// undelivered returns what a ticket says could not be delivered.
func (s *shop) undelivered(tb testing.TB, ref ticket.Ref) []int64 {
	tb.Helper()
	var all []int64
	for e, err := range s.desk.History(tb.Context(), tickettest.Agent("anna"), ref) {
		require.NoError(tb, err)
		if r, ok := e.Body.(ticket.Recorded); ok && r.What == ticket.WhatUndelivered {
			all = append(all, r.Effect)
		}
	}
	return all
}

// The same effect twice is one job, also after it went out.
func TestAnEffectIsEnqueuedOnce(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			ref := s.ticket(t, "m1")
			e := s.reply(t, ref, "Es kommt morgen.")
			again := func() {
				require.NoError(t, s.together(ctx, func(tx *sqlstore.Store) error {
					c := ticket.Commit{
						ID: uuid.New(), At: e.At, Effects: []ticket.Effect{{Event: e.ID, Ref: ref, Kind: e.Kind, Seq: e.Seq}},
					}
					return tx.Tickets().Commit(ctx, c)
				}))
			}
			again()
			box := new(mailbox)
			s.run(t, jobs.Config{Deliver: box.deliver})
			eventually(t, "it arrives", func() bool { return len(box.arrived()) == 1 })
			again()
			last := s.reply(t, ref, "Noch etwas.")
			eventually(t, "the next one arrives", func() bool { return box.arrived()[last.ID] == 1 })
			assert.Equal(t, 1, box.arrived()[e.ID])
		})
	}
}

// Ticks wake tickets, and what the customer was told of by then is not sent where
// it was erased meanwhile.
func TestTicksWakeAndErasedIsNotSent(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, ctx := open(t), t.Context()
			ref, erased := s.ticket(t, "m1"), s.ticket(t, "m2")
			_, err := s.desk.Do(ctx, tickettest.Agent("anna"), ref, ticket.Snooze{Until: s.desk.Clock.Now().Add(time.Hour), Reason: "Lager"})
			require.NoError(t, err)
			gone := s.reply(t, erased, "Ihr Paket liegt beim Nachbarn Huber.")
			_, err = s.desk.Erase(ctx, ticket.Actor{Kind: ticket.ActorSystem, Shop: tickettest.Shop}, "customer-m2")
			require.NoError(t, err)
			s.desk.Clock.Advance(2 * time.Hour)
			box := new(mailbox)
			var also atomic.Int64
			s.run(t, jobs.Config{Deliver: box.deliver, Also: []jobs.Task{
				{Name: "late orders", Every: time.Second, Do: func(context.Context) error { also.Add(1); return errors.New("down") }},
				{Name: "broken", Every: time.Second, Do: func(context.Context) error { panic("no harm to others") }},
			}})
			eventually(t, "it wakes", func() bool {
				got, err := s.desk.Get(ctx, tickettest.Agent("anna"), ref)
				require.NoError(t, err)
				return got.State == ticket.StateOpen
			})
			eventually(t, "tasks go on after they failed", func() bool { return also.Load() >= 2 })
			last := s.reply(t, ref, "Es ist da.")
			eventually(t, "the next one arrives", func() bool { return box.arrived()[last.ID] == 1 })
			assert.Zero(t, box.arrived()[gone.ID])
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	t.Parallel()
	s := onSQLite(t)
	for what, cfg := range map[string]jobs.Config{
		"no desk":       {Deliver: new(mailbox).deliver},
		"no deliverer":  {Tickets: s.desk.Desk},
		"a task twice":  {Tickets: s.desk.Desk, Deliver: new(mailbox).deliver, Also: []jobs.Task{{Name: "tickets", Every: time.Hour, Do: nothing}}},
		"too often":     {Tickets: s.desk.Desk, Deliver: new(mailbox).deliver, Every: time.Millisecond},
		"does nothing":  {Tickets: s.desk.Desk, Deliver: new(mailbox).deliver, Also: []jobs.Task{{Name: "x", Every: time.Hour}}},
		"has no name":   {Tickets: s.desk.Desk, Deliver: new(mailbox).deliver, Also: []jobs.Task{{Every: time.Hour, Do: nothing}}},
		"below nothing": {Tickets: s.desk.Desk, Deliver: new(mailbox).deliver, Workers: -1},
	} {
		_, err := s.queue.Runner(cfg)
		require.ErrorIs(t, err, jobs.ErrConfig, what)
	}
}

func nothing(context.Context) error { return nil }
