package ticket_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// storedFile is a record with its history, as a database of that day holds it.
const storedFile = "testdata/stored_v1.json"

type storedTicket struct {
	ID     uuid.UUID       `json:"id"`
	State  ticket.State    `json:"state"`
	Wake   time.Time       `json:"wake"`
	Data   json.RawMessage `json:"data"`
	Events []storedEvent   `json:"events"`
}

type storedEvent struct {
	ID   uuid.UUID        `json:"id"`
	At   time.Time        `json:"at"`
	Kind ticket.EventKind `json:"kind"`
	Data json.RawMessage  `json:"data"`
}

// writeStored makes the file: run once, when the schema changes, under a new
// name. What is stored today must be read for ever.
func writeStored(t *testing.T) {
	t.Helper()
	f := newFixture(t, ticket.RulesConfig{
		Templates: []ticket.TemplateConfig{orderTemplate()}, Playbooks: []ticket.PlaybookConfig{returnBook(1)},
	})
	f.with(t, func(c *ticket.Config) {
		c.Rules, c.Policies, c.Policy = f.rules, policies(t), "p"
		c.Planners = []ticket.Planner{planner{"memo", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
			return ticket.PlanOutput{Memo: []byte("m"), Next: in.Now.Add(time.Hour)}, nil
		}}}
	})
	in := mail("m1", "Wo ist mein Paket?")
	in.Conversation, in.Attachments = "t-1", []ticket.Attachment{{Ref: "a-1", Name: "foto.jpg", Type: "image/jpeg", Size: 7}}
	ref := f.receive(t, in).Ticket.Ref()
	later := f.clock.Now().Add(48 * time.Hour)
	for _, cmd := range []ticket.Command{
		ticket.Accept{},
		ticket.Tag{Add: []string{"vip"}},
		ticket.Set{Fields: map[string]string{"a": "b"}},
		ticket.MakePromise{Text: "Ersatz", Due: later},
		ticket.RequestCallback{From: later, About: "Ersatz"},
		ticket.AddPoint{Text: "zu spät"},
		ticket.StartPlaybook{ID: "return"},
		ticket.OfferPhone{Text: "Am Telefon?"},
		ticket.DocumentAbuse{Kind: ticket.AbuseInsult, Evidence: "m1"},
		ticket.AskCustomer{Text: "Welche Farbe?", Wake: later},
	} {
		f.do(t, anna, ref, cmd)
	}
	rec, err := f.store.Load(t.Context(), ref)
	require.NoError(t, err)
	events, err := f.store.History(t.Context(), ticket.HistoryQuery{Ref: ref, Limit: ticket.MaxPage})
	require.NoError(t, err)
	s := storedTicket{ID: rec.ID, State: rec.State, Wake: rec.Wake, Data: rec.Data}
	for _, e := range events {
		s.Events = append(s.Events, storedEvent{e.ID, e.At, e.Kind, e.Data})
	}
	data, err := json.MarshalIndent(s, "", "  ")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(storedFile, append(data, '\n'), 0o600))
}

// put stores what a file holds, changed on the way.
func put(t *testing.T, f *fixture, change func(data []byte) []byte) ticket.Ref {
	t.Helper()
	raw, err := os.ReadFile(filepath.FromSlash(storedFile))
	require.NoError(t, err)
	var s storedTicket
	require.NoError(t, json.Unmarshal(raw, &s))
	rec := ticket.Record{
		Kind: ticket.RecordTicket, Shop: shop, ID: s.ID, Version: 1, State: s.State, Customer: "c1", Wake: s.Wake,
		Created: s.Events[0].At, Updated: s.Events[0].At, Data: change(s.Data),
	}
	events := make([]ticket.StoredEvent, len(s.Events))
	for i, e := range s.Events {
		events[i] = ticket.StoredEvent{Seq: int64(i) + 1, ID: e.ID, At: e.At, Kind: e.Kind, Data: change(e.Data)}
	}
	require.NoError(t, f.store.Commit(t.Context(), ticket.Commit{
		At: f.clock.Now(), Changes: []ticket.Change{{Next: rec, Events: events}},
	}))
	return rec.Ref()
}

// Data of schema 1 is read as it was meant, by every later version: also where
// a newer one has written fields that this one does not know.
func TestDataOfSchema1(t *testing.T) {
	if *update {
		if _, err := os.Stat(storedFile); os.IsNotExist(err) {
			writeStored(t)
		}
	}
	for name, change := range map[string]func([]byte) []byte{
		"as it was": func(b []byte) []byte { return b },
		"with fields of a later version": func(b []byte) []byte {
			return bytes.Replace(b, []byte("{"), []byte(`{"not_yet_invented":{"a":[1]},`), 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, ticket.RulesConfig{})
			ref := put(t, f, change)
			got, err := f.desk.Get(t.Context(), anna, ref)
			require.NoError(t, err)
			later := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
			assert.Equal(t, ticket.StateWaitingCustomer, got.State)
			assert.Equal(t, ticket.Customer{Ref: "c1", Language: "de"}, got.Customer)
			assert.Equal(t, []string{"vip"}, got.Tags)
			assert.Equal(t, map[string]string{"a": "b"}, got.Fields)
			assert.Equal(t, []ticket.Promise{{ID: "p5", Text: "Ersatz", Due: later}}, got.Promises)
			require.Len(t, got.Callbacks, 1)
			assert.Equal(t, later, got.Callbacks[0].From)
			assert.Equal(t, "zu spät", got.Points[0].Text)
			assert.Equal(t, "return", got.Playbook.ID)
			assert.Equal(t, 1, got.Dispute.Abuse)
			assert.Equal(t, later, got.Timer.At)
			history := f.history(t, ref)
			assert.Equal(t, []ticket.EventKind{
				ticket.EventCreate, ticket.EventAccept, ticket.EventTag, ticket.EventSet, ticket.EventPromise,
				ticket.EventRequestCallback, ticket.EventAddPoint, ticket.EventStartPlaybook, ticket.EventOfferPhone,
				ticket.EventDocumentAbuse, ticket.EventAskCustomer,
			}, kinds(history))
			assert.Equal(t, "a-1", history[0].Message().Attachments[0].Ref)
			var sum ticket.Ticket
			for _, e := range history {
				sum = ticket.Apply(sum, e)
			}
			sum.Clocks = got.Clocks
			assert.Equal(t, got, sum, "the old events give the old ticket")
			f.do(t, anna, ref, ticket.KeepPromise{ID: "p5"})
		})
	}
}

// A record of a schema to come is a fault and not a guess.
func TestDataOfASchemaToCome(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := put(t, f, func(b []byte) []byte { return bytes.Replace(b, []byte(`"v": 1`), []byte(`"v": 2`), 1) })
	_, err := f.desk.Get(t.Context(), anna, ref)
	require.ErrorIs(t, err, ticket.ErrCorrupt)
	f.clock.Advance(72 * time.Hour)
	res, err := f.desk.Tick(t.Context(), ticket.TickOptions{})
	require.NoError(t, err)
	require.Len(t, res.Faults, 1)
	require.ErrorIs(t, res.Faults[0].Err, ticket.ErrCorrupt)
}
