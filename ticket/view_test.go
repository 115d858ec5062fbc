package ticket_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

func view(tb testing.TB, f *fixture, who ticket.Actor, ref ticket.Ref) ticket.View {
	tb.Helper()
	v, err := f.desk.View(tb.Context(), who, ref)
	require.NoError(tb, err)
	return v
}

// Wake times, promises and callbacks stand in the customer's language and zone.
func TestViewsAreInTheCustomersLanguageAndZone(t *testing.T) {
	tests := []struct {
		language, zone                            string
		state, wait, promise, callback, reachable string
	}{
		{
			"de-AT", "Europe/Vienna", "wartet auf Ihre Antwort", "Wir warten auf Ihre Antwort, bis Freitag, 27. November 2026, 12:30 Uhr",
			"Dienstag, 24. November 2026, 18:00 Uhr", "Mittwoch, 25. November 2026, zwischen 15:00 und 17:00 Uhr",
			"Sie können darauf antworten, bis Montag, 7. Dezember 2026, 10:00 Uhr",
		},
		{
			"en", "America/New_York", "waiting for your answer", "We are waiting for your answer, until Friday 27 November 2026, 06:30",
			"Tuesday 24 November 2026, 12:00", "Wednesday 25 November 2026, between 09:00 and 11:00",
			"You can still answer, until Monday 7 December 2026, 04:00",
		},
		{ // no zone: the desk's; a language that there are no texts in: English
			"fr", "", "waiting for your answer", "We are waiting for your answer, until Friday 27 November 2026, 12:30",
			"Tuesday 24 November 2026, 18:00", "Wednesday 25 November 2026, between 15:00 and 17:00",
			"You can still answer, until Monday 7 December 2026, 10:00",
		},
		{
			"en", "Pacific/Kiritimati", "waiting for your answer", "We are waiting for your answer, until Saturday 28 November 2026, 01:30",
			"Wednesday 25 November 2026, 07:00", "Thursday 26 November 2026, between 04:00 and 06:00",
			"You can still answer, until Monday 7 December 2026, 23:00",
		},
	}
	for _, tt := range tests {
		t.Run(tt.language+" "+tt.zone, func(t *testing.T) {
			f := newFixture(t, ticket.RulesConfig{})
			in := mail("m1", "Wo?")
			in.Customer.Language, in.Customer.Zone = tt.language, tt.zone
			ref := f.receive(t, in).Ticket.Ref()
			day := time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
			promise := f.do(t, anna, ref, ticket.MakePromise{Text: "Ersatz", Due: day}).Promises[0].ID
			call := f.do(t, client, ref, ticket.RequestCallback{
				From: day.Add(21 * time.Hour), To: day.Add(23 * time.Hour), About: "Ersatz",
			}).Callbacks[0].ID
			f.do(t, client, ref, ticket.AddPoint{Text: "zu spät"})
			f.do(t, anna, ref, ticket.AskCustomer{Text: "Welche Farbe?", Wake: time.Date(2026, 11, 27, 11, 30, 0, 0, time.UTC)})
			for _, who := range []ticket.Actor{client, anna} {
				v := view(t, f, who, ref)
				assert.Equal(t, tt.state, v.State)
				assert.Equal(t, tt.wait, v.Wait)
				assert.Equal(t, []ticket.ViewItem{{ID: promise, Text: "Ersatz", When: tt.promise}}, v.Promises)
				assert.Equal(t, []ticket.ViewItem{{ID: call, Text: "Ersatz", When: tt.callback}}, v.Callbacks)
				require.Len(t, v.Points, 1)
				assert.Equal(t, "zu spät", v.Points[0].Text)
				if tt.zone != "" {
					assert.Equal(t, tt.zone, v.Zone)
				}
			}
			f.do(t, anna, ref, ticket.KeepPromise{ID: promise})
			f.do(t, anna, ref, ticket.CancelCallback{ID: call})
			f.do(t, anna, ref, ticket.AnswerPoint{ID: view(t, f, anna, ref).Points[0].ID, Text: "Verzeihung."})
			f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedReplaced, Text: "Ersetzt."})
			assert.Equal(t, tt.reachable, view(t, f, client, ref).Wait)
		})
	}
}

func toJSON(tb testing.TB, v any) string {
	tb.Helper()
	data, err := json.Marshal(v)
	require.NoError(tb, err)
	return string(data)
}

// A customer sees nothing of the shop's inner workings: not in a view, not in
// a ticket, a list, a history or the result of its own command.
func TestCustomersSeeNothingInternal(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	in := mail("m1", "Wo?")
	in.Customer.Segment, in.Reason, in.Priority = "GEHEIM", "delivery", ticket.PriorityUrgent
	ref := f.receive(t, in).Ticket.Ref()
	later := f.clock.Now().Add(time.Hour)
	for _, cmd := range []ticket.Command{
		ticket.Note{Text: "GEHEIM"},
		ticket.Tag{Add: []string{"GEHEIM"}},
		ticket.Set{Fields: map[string]string{"GEHEIM": "GEHEIM"}},
		ticket.Assign{Assignee: "GEHEIM", Team: "GEHEIM"},
		ticket.Escalate{Reason: "GEHEIM"},
		ticket.AddLink{Kind: ticket.LinkIncidentOf, To: uuid.UUID{9}},
		ticket.DocumentAbuse{Kind: ticket.AbuseInsult, Evidence: "GEHEIM", Text: "GEHEIM"},
		ticket.Approve{Reason: "GEHEIM"},
		ticket.RecordDispute{Step: ticket.StepGoodwillOffered, Ref: "GEHEIM"},
		ticket.RecordCall{Outcome: ticket.CallNotReached, Note: "GEHEIM"},
		ticket.OfferPhone{Text: "Am Telefon?"},
		ticket.WaitThird{Party: "GEHEIM", Wake: later},
		ticket.ThirdPartyUpdate{Text: "GEHEIM"},
		ticket.Snooze{Until: later, Reason: "GEHEIM"},
	} {
		_, err := f.desk.Do(t.Context(), boss, ref, cmd)
		require.NoError(t, err, "%T", cmd)
	}
	list, err := f.desk.List(t.Context(), client, ticket.Query{Limit: 9})
	require.NoError(t, err)
	require.Len(t, list.Tickets, 1)
	got, err := f.desk.Get(t.Context(), client, ref)
	require.NoError(t, err)
	res, err := f.desk.Do(t.Context(), client, ref, ticket.AddPoint{Text: "zu spät"})
	require.NoError(t, err)
	seen := view(t, f, client, ref)
	events := collect(t, f.desk, client, ref)
	for what, v := range map[string]any{"list": list, "get": got, "result": res, "view": seen, "history": events} {
		text := toJSON(t, v)
		assert.NotContains(t, text, "GEHEIM", what)
		assert.NotContains(t, text, "boss", what)
	}
	assert.Equal(t, ticket.StateOpen, got.State, "put aside is in progress")
	assert.Equal(t, "in Bearbeitung", seen.State)
	assert.Empty(t, seen.Wait)
	assert.Zero(t, got.Timer)
	assert.Zero(t, got.Priority)
	assert.Contains(t, toJSON(t, view(t, f, anna, ref)), "GEHEIM", "agents see it")
	assert.Equal(t, "Zurückgestellt bis Montag, 23. November 2026, 11:00 Uhr", view(t, f, anna, ref).Wait)
}

// Available lists what an actor can do next, and for the rest what stands in
// the way.
func TestAvailable(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{RequiredFields: []string{"order"}})
	rules := f.rules
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	got := f.do(t, anna, ref, ticket.MakePromise{Text: "Antwort", Due: f.clock.Now().Add(time.Hour)})
	options := byEvent(rules.Available(got, anna, f.clock.Now()))
	assert.Equal(t, ticket.Option{Event: ticket.EventAccept, To: ticket.StateOpen}, options[ticket.EventAccept])
	assert.Equal(t, ticket.Option{Event: ticket.EventReply, To: ticket.StateOpen}, options[ticket.EventReply])
	assert.Equal(t, []ticket.Blocker{
		{Code: ticket.CodeOpenPromise, Params: map[string]string{"promise": "p2"}},
		{Code: ticket.CodeField, Params: map[string]string{"field": "order"}},
	}, options[ticket.EventResolve].Blockers, "all of them")
	assert.NotContains(t, options, ticket.EventConfirm, "for the customer")
	assert.NotContains(t, options, ticket.EventWake, "for the system")
	assert.NotContains(t, options, ticket.EventReopen, "in another state")

	stranger := ticket.Actor{Kind: ticket.ActorCustomer, ID: "c2", Shop: shop}
	assert.Empty(t, rules.Available(got, stranger, f.clock.Now()))
	assert.Empty(t, rules.Available(got, ticket.Actor{}, f.clock.Now()))

	f.do(t, anna, ref, ticket.KeepPromise{ID: "p2"})
	f.do(t, anna, ref, ticket.Set{Fields: map[string]string{"order": "7"}})
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Hier."})
	closed := f.do(t, client, ref, ticket.Confirm{})
	options = byEvent(rules.Available(closed, anna, f.clock.Now()))
	assert.Equal(t, []ticket.Blocker{{Code: ticket.CodeRole, Params: map[string]string{"role": "lead"}}},
		options[ticket.EventReopen].Blockers)
	assert.Equal(t, ticket.StateOpen, byEvent(rules.Available(closed, boss, f.clock.Now()))[ticket.EventReopen].To)
}

func byEvent(options []ticket.Option) map[ticket.EventKind]ticket.Option {
	out := make(map[ticket.EventKind]ticket.Option)
	for _, o := range options {
		out[o.Event] = o
	}
	return out
}

// What Available says is so is so: for every command of the table of actors, an
// option without blockers is one whose command is accepted, and an actor that
// is not listed is refused.
func TestAvailableAgreesWithDo(t *testing.T) {
	for event, c := range actorCases() {
		for _, who := range []ticket.Actor{client, boss, bot, system} {
			f, ref := ready(t)
			f.bring(t, ref, c.before)
			now, err := f.desk.Get(t.Context(), system, ref)
			require.NoError(t, err)
			option, listed := byEvent(f.rules.Available(now, who, f.clock.Now()))[event]
			_, err = f.desk.Do(t.Context(), who, ref, c.cmd(now))
			assert.Equal(t, err == nil, listed && len(option.Blockers) == 0, "%s by %s: %v, %v", event, who.Kind, option, err)
		}
	}
	lab := labDesk(t)
	in := lab.receive(t, mail("m1", "Riss")).Ticket
	assert.Equal(t, []ticket.Blocker{{Code: "no_sample"}},
		byEvent(lab.rules.Available(in, anna, lab.clock.Now()))["send_to_lab"].Blockers, "a host's own")
}

// Bulk: each ticket in a commit of its own, each with its own result.
func TestBulk(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	var refs []ticket.Ref
	for _, key := range []string{"m1", "m2", "m3"} {
		in := mail(key, "Wo?")
		in.Orders = []string{key}
		refs = append(refs, f.receive(t, in).Ticket.Ref())
	}
	f.do(t, anna, refs[1], ticket.MarkSpam{})
	refs = append(refs, ticket.Ref{Shop: shop, ID: uuid.UUID{7}})
	run := func() []ticket.BulkResult {
		res, err := f.desk.DoAll(t.Context(), anna, refs, ticket.Keyed{Key: "b1", Command: ticket.Reply{Text: "Hier."}})
		require.NoError(t, err)
		require.Len(t, res, 4)
		return res
	}
	first, second := run(), run()
	for i, ref := range refs {
		assert.Equal(t, ref, first[i].Ref)
	}
	require.NoError(t, first[0].Err)
	require.ErrorIs(t, first[1].Err, ticket.ErrRefused)
	require.NoError(t, first[2].Err, "one that is refused does not hold up the rest")
	require.ErrorIs(t, first[3].Err, ticket.ErrNotFound)
	assert.True(t, second[0].Result.Repeated)
	assert.Len(t, f.history(t, refs[0]), 2, "repeated as a whole, done once")

	_, err := f.desk.DoAll(t.Context(), anna, make([]ticket.Ref, ticket.MaxPage+1), ticket.Accept{})
	require.ErrorIs(t, err, ticket.ErrInvalid)
}

// Customers in the zone of the machine that runs the desk are nobody's.
func TestUnknownZones(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	in := mail("m1", "Wo?")
	in.Customer.Zone = "Europe/Atlantis"
	ref := f.receive(t, in).Ticket.Ref()
	v := view(t, f, client, ref)
	assert.Equal(t, "Europe/Berlin", v.Zone)
	_, err := f.desk.Do(t.Context(), anna, ref, ticket.Set{Customer: &ticket.Customer{Ref: "c1", Zone: "Local"}})
	require.ErrorIs(t, err, ticket.ErrInvalid)
}
