package ticket_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// lived is a ticket that went through much, for seeds.
func lived(f *testing.F) (*fixture, ticket.Ref) {
	f.Helper()
	x := newFixture(f, ticket.RulesConfig{FollowUp: days(2)})
	ref := x.receive(f, mail("m1", "Wo ist mein Paket?")).Ticket.Ref()
	urgent := ticket.PriorityUrgent
	for _, cmd := range []ticket.Command{
		ticket.Assign{Assignee: "anna"},
		ticket.Set{Priority: &urgent, Fields: map[string]string{"k": "v"}},
		ticket.MakePromise{Text: "Ersatz", Due: x.clock.Now().Add(time.Hour)},
		ticket.Tag{Add: []string{"dhl"}},
		ticket.AddPoint{Text: "zu spät"},
		ticket.Note{Text: "intern"},
		ticket.AskCustomer{Text: "Welche Farbe?", Wake: x.clock.Now().Add(48 * time.Hour)},
		ticket.Snooze{Until: x.clock.Now().Add(time.Hour), Reason: "Lager"},
	} {
		if _, err := x.desk.Do(f.Context(), anna, ref, cmd); err != nil && !errors.Is(err, ticket.ErrRefused) {
			f.Fatal(err)
		}
	}
	x.clock.Advance(3 * time.Hour)
	x.tick(f)
	return x, ref
}

// FuzzEvent reads any text as the event of any kind: it is refused as corrupt,
// or comes back the same, and no ticket breaks under it.
func FuzzEvent(f *testing.F) {
	x, ref := lived(f)
	var tickets []ticket.Ticket
	var t ticket.Ticket
	for _, e := range x.history(f, ref) {
		tickets = append(tickets, t)
		t = ticket.Apply(t, e)
		se, err := ticket.EncodeEvent(e)
		require.NoError(f, err)
		f.Add(string(se.Kind), se.Data)
	}
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		e, err := ticket.DecodeEvent(ticket.StoredEvent{Seq: 7, ID: uuid.Max, At: x.clock.Now(), Kind: ticket.EventKind(kind), Data: data})
		if err != nil {
			require.ErrorIs(t, err, ticket.ErrCorrupt)
			return
		}
		again, err := ticket.EncodeEvent(e)
		require.NoError(t, err)
		back, err := ticket.DecodeEvent(again)
		require.NoError(t, err, "%s", again.Data)
		third, err := ticket.EncodeEvent(back)
		require.NoError(t, err)
		require.JSONEq(t, string(again.Data), string(third.Data))
		for _, tk := range tickets {
			ticket.Apply(tk, e)
		}
	})
}

// FuzzRecord reads any text as a stored ticket: it is refused as corrupt, or a
// desk can show it, act on it and look at it again, without a panic.
func FuzzRecord(f *testing.F) {
	x, ref := lived(f)
	sound, err := x.store.Load(f.Context(), ref)
	require.NoError(f, err)
	f.Add(sound.Data)
	var parts map[string]json.RawMessage
	require.NoError(f, json.Unmarshal(sound.Data, &parts))
	for name := range parts {
		less := make(map[string]json.RawMessage, len(parts))
		for n, v := range parts {
			if n != name {
				less[n] = v
			}
		}
		data, err := json.Marshal(less)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		store := new(ticketmem.Store)
		rec := sound
		rec.Version, rec.Data, rec.Wake = 1, data, x.clock.Now()
		require.NoError(t, store.Commit(t.Context(), ticket.Commit{At: x.clock.Now(), Changes: []ticket.Change{{Next: rec}}}))
		desk := x.desk.WithStore(store)
		if _, err := desk.Get(t.Context(), system, ref); err != nil {
			require.True(t, errors.Is(err, ticket.ErrCorrupt) || errors.Is(err, ticket.ErrNotFound), "%v", err)
		}
		_, _ = desk.View(t.Context(), anna, ref)
		_, _ = desk.Do(t.Context(), anna, ref, ticket.Note{Text: "x"})
		_, _ = desk.Tick(t.Context(), ticket.TickOptions{})
	})
}
