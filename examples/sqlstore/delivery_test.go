package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// Sizes of the rush.
const (
	rushWriters = 16
	rushTickers = 3
	rushTickets = 8
	rushReplies = 4 // of each writer
)

// rush is many writers and workers over one database.
type rush struct {
	o     opened
	desk  *tickettest.Desk
	refs  []ticket.Ref
	slow  ticket.Ref
	mu    sync.Mutex
	asked map[uuid.UUID]bool // replies that were committed, by event
}

func (r *rush) note(res ticket.Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range res.Events {
		if e.Kind == ticket.EventReply {
			r.asked[e.ID] = true
		}
	}
}

// Sixteen writers and three workers, one writer whose transaction stays open for
// as long as all of them, and a transaction that has nothing to do with them: the
// desk's own delivery brings out every reply, once, under one id.
func TestDeliveryInARush(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &rush{o: open(t), asked: make(map[uuid.UUID]bool)}
			r.desk = tickettest.NewDesk(t, tickettest.DeskConfig{Store: r.o.Tickets()})
			for range rushTickets {
				r.refs = append(r.refs, r.desk.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref())
			}
			r.slow = r.desk.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
			end := unrelated(t, r.o, name)
			oneWriter := strings.HasPrefix(name, "SQLite")
			finish := r.begin(t)
			if oneWriter { // the others wait for it at once; let them pile up
				time.AfterFunc(100*time.Millisecond, func() { finish() })
			}
			r.run(t)
			if !oneWriter {
				r.unseen(t)
				finish()
			}
			r.drain(t)
			end()
			r.judge(t)
		})
	}
}

// unrelated opens a transaction that has nothing to do with the desk and keeps
// the database from forgetting anything: on PostgreSQL one that has written, on
// SQLite, where that would stop everybody, one that has read.
func unrelated(t *testing.T, o opened, name string) (end func()) { //nolint:nonamedreturns // says what it is
	t.Helper()
	ctx := t.Context()
	if !strings.HasPrefix(name, "SQLite") {
		_, err := o.DB().ExecContext(ctx, "CREATE TABLE host_stock (item text)")
		check(t, err)
		tx, err := o.DB().BeginTx(ctx, nil)
		check(t, err)
		_, err = tx.ExecContext(ctx, "INSERT INTO host_stock VALUES ('tea')")
		check(t, err)
		return func() { check(t, tx.Commit()) }
	}
	var n int
	var db, file string
	check(t, o.DB().QueryRowContext(ctx, "PRAGMA database_list").Scan(&n, &db, &file))
	other, err := sql.Open("sqlite", "file:"+strings.ReplaceAll(file, " ", "%20"))
	check(t, err)
	tx, err := other.BeginTx(ctx, nil)
	check(t, err)
	check(t, tx.QueryRowContext(ctx, "SELECT count(*) FROM kulanz_ticket").Scan(&n))
	return func() { check(t, errors.Join(tx.Rollback(), other.Close())) }
}

// begin replies in a transaction of the host's and leaves it open; finish commits
// it.
func (r *rush) begin(t *testing.T) (finish func()) { //nolint:nonamedreturns // says what it is
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	s, tx, _, err := r.o.begin(ctx)
	check(t, err)
	res, err := r.desk.WithStore(s.Tickets()).Do(ctx, tickettest.Agent("slow"), r.slow, ticket.Reply{Text: "Gleich."})
	check(t, err)
	return func() {
		if err := tx.Commit(ctx); err != nil {
			t.Error(err)
			return
		}
		r.note(res)
	}
}

// run lets all writers reply, and workers tick meanwhile.
func (r *rush) run(t *testing.T) {
	t.Helper()
	var writers, tickers sync.WaitGroup
	done := make(chan struct{})
	for w := range rushWriters {
		writers.Go(func() { r.write(t, w) })
	}
	for range rushTickers {
		tickers.Go(func() {
			for {
				r.tick(t)
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	tickers.Wait()
}

func (r *rush) write(t *testing.T, w int) {
	t.Helper()
	for i := range rushReplies {
		cmd := ticket.Keyed{Key: fmt.Sprintf("reply-%d-%d", w, i), Command: ticket.Reply{Text: fmt.Sprintf("Antwort %d von %d", i, w)}}
		ref := r.refs[(w+i)%rushTickets]
		for {
			res, err := r.desk.Do(t.Context(), tickettest.Agent(fmt.Sprintf("agent-%d", w)), ref, cmd)
			if errors.Is(err, ticket.ErrConflict) {
				continue // many were faster; the key makes it one reply
			}
			if err != nil {
				t.Error(err)
				return
			}
			r.note(res)
			break
		}
	}
}

// tick works on what is due. A ticket on which writers were faster every time is
// worked on again.
func (r *rush) tick(t *testing.T) ticket.TickResult {
	t.Helper()
	res, err := r.desk.Tick(t.Context(), ticket.TickOptions{Limit: 4})
	if err != nil && !errors.Is(err, ticket.ErrConflict) {
		t.Error(err)
	}
	for _, f := range res.Faults {
		if !errors.Is(f.Err, ticket.ErrConflict) {
			t.Error(f.Err)
		}
	}
	return res
}

// unseen looks that nothing of the open transaction has gone out.
func (r *rush) unseen(t *testing.T) {
	t.Helper()
	for _, out := range r.desk.Outbox.Sent() {
		if out.Ticket.ID == r.slow.ID {
			t.Error("a reply went out before it was committed")
		}
	}
}

// drain ticks until nothing is due any more, also of what a worker had claimed
// and not settled.
func (r *rush) drain(t *testing.T) {
	t.Helper()
	for range 5 {
		for range 100 {
			if res := r.tick(t); len(res.Done)+len(res.Faults) == 0 {
				break
			}
		}
		r.desk.Clock.Advance(time.Minute)
	}
}

// judge holds what went out against what was committed.
func (r *rush) judge(t *testing.T) {
	t.Helper()
	if len(r.asked) != rushWriters*rushReplies+1 {
		t.Fatalf("%d replies were committed, want %d", len(r.asked), rushWriters*rushReplies+1)
	}
	times, ids := make(map[uuid.UUID]int), make(map[string]uuid.UUID)
	for _, out := range r.desk.Outbox.Sent() {
		times[out.Event.ID]++
		if other, taken := ids[out.MessageID]; taken && other != out.Event.ID {
			t.Errorf("%s is the id of two messages", out.MessageID)
		}
		ids[out.MessageID] = out.Event.ID
		if out.Event.Kind == ticket.EventReply && !r.asked[out.Event.ID] {
			t.Errorf("a reply went out that nobody committed: %s", out.Event.ID)
		}
	}
	if len(ids) != len(times) {
		t.Errorf("%d events went out under %d ids", len(times), len(ids))
	}
	for id, n := range times {
		if n > 1 {
			t.Errorf("%s went out %d times", id, n)
		}
	}
	for id := range r.asked {
		if times[id] == 0 {
			t.Errorf("%s is lost", id)
		}
	}
}
