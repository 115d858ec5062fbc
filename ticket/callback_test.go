package ticket_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func (f *fixture) get(tb testing.TB, ref ticket.Ref) ticket.Ticket {
	tb.Helper()
	t, err := f.desk.Get(tb.Context(), system, ref)
	require.NoError(tb, err)
	return t
}

// A callback wakes a ticket that waits, stays open until somebody is reached,
// and keeps its place in the queue meanwhile.
func TestLifeOfACallback(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Reply{Text: "Ich frage nach."})
	f.tick(t) // the reply goes out
	f.do(t, anna, ref, ticket.WaitThird{Party: "DHL", Wake: f.clock.Now().Add(72 * time.Hour)})
	asked := f.clock.Now()
	from, to := asked.Add(3*time.Hour), asked.Add(5*time.Hour)
	got := f.do(t, client, ref, ticket.RequestCallback{From: from, To: to, About: "Paket\r\nBcc: x"})
	require.Len(t, got.Callbacks, 1)
	assert.Equal(t, ticket.Callback{ID: "cb4", About: "Paket  Bcc: x", Asked: asked, From: from, To: to}, got.Callbacks[0])
	assert.Equal(t, asked, f.get(t, ref).WaitingSince, "who wants a call waits for one")

	f.clock.Advance(3*time.Hour - time.Microsecond)
	assert.Empty(t, f.tick(t).Done, "never early")
	f.clock.Advance(time.Microsecond)
	res := f.tick(t)
	require.Len(t, res.Done, 1)
	assert.Equal(t, []ticket.EventKind{ticket.EventCallbackDue}, kinds(res.Done[0].Events))
	assert.Equal(t, int64(4), res.Done[0].Events[0].CausedBy)
	assert.Equal(t, ticket.StateOpen, f.get(t, ref).State, "it needs a person now")

	r := f.refused(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	assert.Equal(t, []ticket.Blocker{{Code: ticket.CodeOpenCallback, Params: map[string]string{"callback": "cb4"}}}, r.Blockers)

	got = f.do(t, anna, ref, ticket.RecordCall{Callback: "cb4", Outcome: ticket.CallNotReached})
	require.Len(t, got.Callbacks, 1)
	assert.Equal(t, f.clock.Now().Add(2*time.Hour), got.Callbacks[0].From, "two working hours on")
	assert.Equal(t, 1, got.Callbacks[0].Attempts)
	assert.Equal(t, asked, got.Callbacks[0].Asked, "it keeps its place")
	assert.False(t, got.WaitingSince.IsZero())

	got = f.do(t, anna, ref, ticket.RecordCall{Callback: "cb4", Outcome: ticket.CallReached, Note: "ist beim Nachbarn"})
	assert.Empty(t, got.Callbacks)
	assert.True(t, got.WaitingSince.IsZero(), "who was reached was answered")
	assert.Equal(t, 2, got.Counters.Calls)
	assert.Equal(t, 1, got.Counters.CallsReached)
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
}

func TestOutcomesOfCalls(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{CallAttempts: 2, CallRetry: sla.Period{N: 1, Unit: sla.UnitHour}})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	ask := func() string {
		got := f.do(t, bot, ref, ticket.RequestCallback{})
		return got.Callbacks[len(got.Callbacks)-1].ID
	}
	id := ask()
	again := f.clock.Now().Add(24 * time.Hour)
	got := f.do(t, anna, ref, ticket.RecordCall{Callback: id, Outcome: ticket.CallAgain, Again: again})
	assert.Equal(t, ticket.StateOpen, got.State, "who calls works on it")
	assert.Equal(t, again, got.Callbacks[0].From)
	assert.Zero(t, got.Callbacks[0].Attempts, "the customer was reached")

	f.do(t, anna, ref, ticket.RecordCall{Callback: id, Outcome: ticket.CallNotReached})
	res, err := f.desk.Do(t.Context(), anna, ref, ticket.RecordCall{Callback: id, Outcome: ticket.CallNotReached})
	require.NoError(t, err)
	body, ok := res.Events[0].Body.(ticket.Called)
	require.True(t, ok)
	assert.True(t, body.GivenUp)
	assert.Empty(t, res.Ticket.Callbacks)

	id = ask()
	assert.Empty(t, f.do(t, anna, ref, ticket.RecordCall{Callback: id, Outcome: ticket.CallWrongNumber}).Callbacks)
	id = ask()
	assert.Empty(t, f.do(t, client, ref, ticket.CancelCallback{ID: id, Reason: "erledigt"}).Callbacks)
	f.do(t, anna, ref, ticket.RecordCall{Outcome: ticket.CallReached}) // nobody had asked for it

	now := f.clock.Now()
	for path, cmd := range map[string]ticket.Command{
		"call.outcome":           ticket.RecordCall{Outcome: "x"},
		"call.again":             ticket.RecordCall{Outcome: ticket.CallAgain},
		"request_callback.to":    ticket.RequestCallback{From: now.Add(2 * time.Hour), To: now.Add(time.Hour)},
		"cancel_callback.id":     ticket.CancelCallback{},
		"request_callback.about": ticket.RequestCallback{About: "\x00"},
	} {
		_, err := f.desk.Do(t.Context(), anna, ref, cmd)
		assert.Equal(t, []string{path}, faultPaths(t, err))
	}
	for code, cmd := range map[ticket.Code]ticket.Command{
		ticket.CodeNoSuchCallback: ticket.RecordCall{Callback: "cb99", Outcome: ticket.CallReached},
		ticket.CodeWakePast:       ticket.RequestCallback{To: now},
	} {
		assert.True(t, f.refused(t, anna, ref, cmd).Has(code), code)
	}
	assert.True(t, f.refused(t, anna, ref, ticket.RecordCall{Outcome: ticket.CallAgain, Again: now}).Has(ticket.CodeWakePast))
	assert.True(t, f.refused(t, client, ref, ticket.RecordCall{Outcome: ticket.CallReached}).Has(ticket.CodeActor))
}

// A window that passes without a call is noted once, and the ticket goes on
// being looked at.
func TestMissedCallbacks(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	f.do(t, client, ref, ticket.RequestCallback{From: f.clock.Now().Add(time.Hour), To: f.clock.Now().Add(2 * time.Hour)})
	for range 24 * 30 {
		f.clock.Advance(time.Hour)
		f.tick(t)
	}
	var late []bool
	for _, e := range f.history(t, ref) {
		if b, ok := e.Body.(ticket.CallbackCame); ok {
			late = append(late, b.Late)
		}
	}
	assert.Equal(t, []bool{false, true}, late, "due once, late once")
	got := f.get(t, ref)
	assert.Equal(t, ticket.StateOpen, got.State, "a solution that the customer wants to talk about is open again")
	assert.Equal(t, 1, got.Counters.Reopens)
	assert.True(t, got.Callbacks[0].Late)
}

// Both come due in one tick where nobody ticked in between.
func TestCallbackDueAndLateAtOnce(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"order"}})
	in := mail("m1", "Wo?")
	in.Reason, in.ToBot = "order", true
	ref := f.receive(t, in).Ticket.Ref()
	f.do(t, bot, ref, ticket.RequestCallback{To: f.clock.Now().Add(time.Minute)})
	f.clock.Advance(time.Minute)
	f.tick(t)
	assert.Equal(t, ticket.StateOpen, f.get(t, ref).State, "bots do not call")
	assert.Equal(t, []ticket.EventKind{
		ticket.EventCreate, ticket.EventRequestCallback, ticket.EventCallbackDue, ticket.EventCallbackDue,
	}, kinds(f.history(t, ref)))
	stale := f.refused(t, system, ref, ticket.CallDue{ID: "cb2"})
	assert.True(t, stale.Has(ticket.CodeNotDue), "a callback comes due once")
	assert.True(t, f.refused(t, system, ref, ticket.CallDue{ID: "cb2", Late: true}).Has(ticket.CodeNotDue))
}

// Clocks see a call as what it is: who was reached was answered.
func TestCallsAndClocks(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = policies(t), "p" })
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.clock.Advance(30 * time.Minute)
	f.do(t, anna, ref, ticket.RecordCall{Outcome: ticket.CallNotReached})
	response := func() sla.State {
		for _, s := range f.desk.Deadlines(f.get(t, ref), f.clock.Now()) {
			if s.Metric == sla.FirstResponse {
				return s.State
			}
		}
		return ""
	}
	assert.Equal(t, sla.Running, response())
	f.do(t, anna, ref, ticket.RecordCall{Outcome: ticket.CallReached})
	assert.Equal(t, sla.Met, response())
}

func TestCallOutcomesHaveNames(t *testing.T) {
	for _, o := range []ticket.CallOutcome{
		ticket.CallReached, ticket.CallNotReached, ticket.CallWrongNumber, ticket.CallAgain,
	} {
		assert.NotEqual(t, string(o), o.Text("de"))
		assert.NotEqual(t, o.Text("de"), o.Text("en"))
	}
	assert.Equal(t, "x", ticket.CallOutcome("x").Text("de"))
}
