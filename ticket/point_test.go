package ticket_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Every point of a complaint wants its answer.
func TestComplaintPoints(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Zu spät und kaputt und unfreundlich")).Ticket.Ref()
	for _, who := range []ticket.Actor{client, anna, system} {
		f.do(t, who, ref, ticket.AddPoint{Text: "von " + string(who.Kind)})
	}
	got := f.get(t, ref)
	require.Len(t, got.Points, 3)
	r := f.refused(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAgreement, Text: "Gut."})
	require.Len(t, r.Blockers, 3, "each open point is named: %v", r)
	for i, b := range r.Blockers {
		assert.Equal(t, ticket.Blocker{Code: ticket.CodeOpenPoint, Params: map[string]string{"point": got.Points[i].ID}}, b)
	}

	r = f.refused(t, anna, ref, ticket.Reply{Text: "a", Points: []string{"pt2", "pt99", "x"}})
	require.Len(t, r.Blockers, 2)
	got = f.do(t, anna, ref, ticket.Reply{Text: "Zu eins und zwei: ...", Points: []string{"pt2", "pt3"}})
	assert.Equal(t, []ticket.Point{{ID: "pt4", Text: "von system"}}, got.Points)
	assert.True(t, f.refused(t, anna, ref, ticket.AnswerPoint{ID: "pt2", Text: "x"}).Has(ticket.CodeNoSuchPoint))
	got = f.do(t, anna, ref, ticket.AnswerPoint{ID: "pt4", Text: "am Telefon"})
	assert.Empty(t, got.Points)
	assert.Equal(t, 3, got.Counters.Points)
	assert.Equal(t, 3, got.Counters.PointsAnswered)
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAgreement})
	assert.True(t, f.refused(t, client, ref, ticket.AddPoint{Text: "x"}).Has(ticket.CodeTransition), "a solution is answered by a message")
	_, err := f.desk.Do(t.Context(), anna, ref, ticket.AnswerPoint{})
	assert.Equal(t, []string{"answer_point.id", "answer_point.text"}, faultPaths(t, err))
}

// A bot and a timer cannot resolve over an open point either.
func TestNothingResolvesOverAnOpenPoint(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		AutoResolve: true, Reminders: []sla.Period{days(1)}, Wait: days(2), BotReasons: []ticket.Reason{"order"}, BotResolves: true,
	})
	ref := f.receive(t, mail("m1", "Kaputt")).Ticket.Ref()
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Foto?"})
	f.do(t, anna, ref, ticket.AddPoint{Text: "Verpackung"})
	for range 4 {
		f.clock.Advance(24 * time.Hour)
		f.tick(t)
	}
	assert.Equal(t, ticket.StateOpen, f.get(t, ref).State, "it wakes instead")

	in := mail("m2", "Status?")
	in.Orders, in.Reason, in.ToBot = []string{"o-9"}, "order", true
	ref = f.receive(t, in).Ticket.Ref()
	f.do(t, bot, ref, ticket.AddPoint{Text: "Farbe"})
	assert.True(t, f.refused(t, bot, ref, ticket.BotResolve{Code: ticket.ResolvedAnswered}).Has(ticket.CodeOpenPoint))
}

// What a ticket holds is bounded, so that it stays small however it is used.
func TestRoom(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Limits: ticket.Limits{Open: 2, List: 3}})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	due := f.clock.Now().Add(time.Hour)
	full := map[string]func(i int) ticket.Command{
		"promises":  func(int) ticket.Command { return ticket.MakePromise{Text: "a", Due: due} },
		"callbacks": func(int) ticket.Command { return ticket.RequestCallback{} },
		"points":    func(int) ticket.Command { return ticket.AddPoint{Text: "a"} },
		"tags":      func(i int) ticket.Command { return ticket.Tag{Add: []string{strconv.Itoa(i)}} },
		"links": func(i int) ticket.Command {
			return ticket.AddLink{Kind: ticket.LinkChildOf, To: uuid.UUID{byte(i + 1)}}
		},
		"orders": func(i int) ticket.Command { return ticket.Set{AddOrders: []string{fmt.Sprint("n", i)}} },
		"fields": func(i int) ticket.Command {
			return ticket.Set{Fields: map[string]string{strconv.Itoa(i): "a"}}
		},
	}
	limits := map[string]int{"promises": 2, "callbacks": 2, "points": 2, "tags": 3, "links": 3, "orders": 2, "fields": 3}
	for what, cmd := range full {
		for i := range limits[what] {
			f.do(t, anna, ref, cmd(i))
		}
		r := f.refused(t, anna, ref, cmd(9))
		require.Len(t, r.Blockers, 1)
		assert.Equal(t, ticket.CodeLimit, r.Blockers[0].Code)
		assert.Equal(t, what, r.Blockers[0].Params["what"])
	}
	f.do(t, anna, ref, ticket.Tag{Add: []string{"x"}, Remove: []string{"0"}})
	assert.Equal(t, ticket.Appended, f.receive(t, mail("m2", "Und?")).Outcome, "messages have room")
}

// The record of a command's ticket has a limit; a customer's message is never
// held against it.
func TestRecordLimit(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Limits: ticket.Limits{Record: 2000}})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	_, err := f.desk.Do(t.Context(), anna, ref, ticket.Set{Fields: map[string]string{"a": strings.Repeat("x", 900), "b": strings.Repeat("x", 900)}})
	assert.Equal(t, []string{"ticket"}, faultOf(t, err))
	f.do(t, anna, ref, ticket.Note{Text: "a"})
	in := mail("m2", "Und?")
	in.Orders = []string{strings.Repeat("o", 900), strings.Repeat("p", 900)}
	assert.Equal(t, ticket.Opened, f.receive(t, in).Outcome)
}

func faultOf(t *testing.T, err error) []string {
	t.Helper()
	var fault *ticket.Fault
	require.ErrorAs(t, err, &fault)
	return []string{fault.Path}
}

// A ticket of some thousand messages, with everything that can be open opened
// and ended on the way, is as small as a new one.
func TestTheRecordStaysSmall(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Acknowledge: hours(1)})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	for i := range 600 {
		in := mail(fmt.Sprint("n", i), strings.Repeat("Wo? ", 200))
		in.Verified = true
		f.receive(t, in)
		p := f.do(t, client, ref, ticket.AddPoint{Text: strings.Repeat("Ärger ", 30)}).Points
		cb := f.do(t, client, ref, ticket.RequestCallback{About: strings.Repeat("Ärger ", 30)}).Callbacks
		f.do(t, anna, ref, ticket.RecordCall{Callback: cb[0].ID, Outcome: ticket.CallReached, Note: strings.Repeat("a", 500)})
		f.do(t, anna, ref, ticket.Reply{Text: strings.Repeat("Hier. ", 100), Points: []string{p[0].ID}})
		if i%10 == 0 {
			f.tick(t)
		}
	}
	for range 10 {
		f.tick(t)
	}
	rec, err := f.store.Load(t.Context(), ref)
	require.NoError(t, err)
	t.Logf("%d events, record of %d bytes", f.get(t, ref).Seq, len(rec.Data))
	assert.Less(t, len(rec.Data), 8<<10)
	require.Greater(t, f.get(t, ref).Seq, int64(3000))
}

func hours(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitHour} }
