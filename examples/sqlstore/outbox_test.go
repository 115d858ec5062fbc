package sqlstore_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// queueing is a store whose host keeps its queue in a table beside it.
func queueing(tb testing.TB, o opened) opened {
	tb.Helper()
	_, err := o.DB().ExecContext(tb.Context(), "CREATE TABLE host_queue (effect text PRIMARY KEY)")
	check(tb, err)
	o.Store = o.WithOutbox(sqlstore.Outbox{Tickets: insert[ticket.Effect], Feedback: insert[feedback.Effect]})
	begin := o.begin
	o.begin = func(ctx context.Context) (*sqlstore.Store, tickettest.Tx, func(string) error, error) {
		s, tx, exec, err := begin(ctx)
		if err != nil {
			return nil, tx, nil, err
		}
		return s.WithOutbox(sqlstore.Outbox{Tickets: insert[ticket.Effect], Feedback: insert[feedback.Effect]}), tx, exec, nil
	}
	return o
}

// insert is an outbox that writes one row for each effect.
func insert[E any](ctx context.Context, tx sqlstore.Tx, effects []E) error {
	for _, e := range effects {
		row, err := json.Marshal(e)
		if err != nil {
			return err
		}
		if tx.Pgx != nil {
			_, err = tx.Pgx.Exec(ctx, "INSERT INTO host_queue VALUES ($1)", string(row))
		} else {
			_, err = tx.SQL.ExecContext(ctx, "INSERT INTO host_queue VALUES ($1)", string(row))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// queued reads what stands in the table.
func queued[E any](ctx context.Context, db *sql.DB) ([]E, error) {
	rows, err := db.QueryContext(ctx, "SELECT effect FROM host_queue")
	if err != nil {
		return nil, err
	}
	var all []E
	for rows.Next() {
		var row string
		var e E
		if err := errors.Join(rows.Scan(&row), json.Unmarshal([]byte(row), &e)); err != nil {
			return nil, errors.Join(err, rows.Close())
		}
		all = append(all, e)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// A commit that a queue refuses is none, and so is one that finds no queue.
func TestEffectsAreNeverLost(t *testing.T) {
	t.Parallel()
	errFull := errors.New("queue is full")
	full := func(context.Context, sqlstore.Tx, []ticket.Effect) error { return errFull }
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			ctx := t.Context()
			for want, store := range map[error]*sqlstore.Store{
				sqlstore.ErrNoOutbox: o.Store,
				errFull:              o.WithOutbox(sqlstore.Outbox{Tickets: full}),
			} {
				c := replied()
				if err := store.Tickets().Commit(ctx, c); !errors.Is(err, want) {
					t.Fatalf("%v, want %v", err, want)
				}
				if _, err := o.Tickets().Load(ctx, c.Changes[0].Next.Ref()); !errors.Is(err, ticket.ErrNotFound) {
					t.Fatalf("the commit left a record: %v", err)
				}
			}
		})
	}
}

// replied is a commit with one effect.
func replied() ticket.Commit {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	ref := ticket.Ref{Shop: tickettest.Shop, ID: uuid.UUID{15: 7}}
	r := ticket.Record{
		Kind: ticket.RecordTicket, Shop: ref.Shop, ID: ref.ID, Version: 1, State: ticket.StateOpen, Created: at, Updated: at,
	}
	e := ticket.StoredEvent{Seq: 1, ID: uuid.UUID{15: 8}, At: at, Kind: ticket.EventReply}
	return ticket.Commit{
		ID: uuid.UUID{15: 9}, At: at, Changes: []ticket.Change{{Next: r, Events: []ticket.StoredEvent{e}}},
		Effects: []ticket.Effect{{Event: e.ID, Ref: ref, Kind: e.Kind, Seq: e.Seq}},
	}
}

// Invitations are enqueued with the commit that reserves them.
func TestInvitationsAreEnqueued(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := queueing(t, open(t))
			ctx := t.Context()
			at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
			ref := feedback.Ref{Shop: tickettest.Shop, ID: uuid.UUID{15: 7}}
			effect := feedback.Effect{ID: uuid.UUID{15: 8}, Ref: ref, Kind: feedback.EffectInvite}
			c := feedback.Commit{ID: uuid.UUID{15: 9}, At: at, Effects: []feedback.Effect{effect}, Writes: []feedback.Write{{
				Next: feedback.Record{
					Kind: feedback.RecordInvitation, Shop: ref.Shop, ID: ref.ID, Version: 1, State: "sent", Created: at, Updated: at,
				},
			}}}
			check(t, o.Feedback().Commit(ctx, c))
			if err := o.Feedback().Commit(ctx, c); !errors.Is(err, feedback.ErrConflict) {
				t.Fatalf("the same again: %v", err)
			}
			got, err := queued[feedback.Effect](ctx, o.DB())
			check(t, err)
			if len(got) != 1 || got[0] != effect {
				t.Fatalf("%v is enqueued", got)
			}
		})
	}
}
