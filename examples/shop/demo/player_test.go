package demo_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

const seed = 7

func now() time.Time { return time.Date(2026, 11, 26, 15, 0, 0, 0, time.UTC) }

func world(tb testing.TB, days int) *demo.World {
	tb.Helper()
	w, err := demo.Generate(seed, now(), days)
	require.NoError(tb, err)
	return w
}

type nobody struct{}

func (nobody) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	return feedback.Standing{}, nil
}

// stage is a desk as a shop would set it up.
func stage(tb testing.TB, w *demo.World, tickets ticket.Store, surveys feedback.Store) demo.Stage {
	tb.Helper()
	cal, err := demo.Calendar()
	require.NoError(tb, err)
	policy := sla.PolicyConfig{ID: "standard", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 1, Unit: sla.UnitWorkHour}, Clock: "shop"},
		{Metric: sla.NextResponse, Period: sla.Period{N: 4, Unit: sla.UnitWorkHour}, Clock: "shop"},
		{Metric: sla.FirstResolution, Period: sla.Period{N: 24, Unit: sla.UnitWorkHour}, Clock: "shop"},
		{Metric: sla.Promise, Clock: sla.WallClock},
	}}}}
	set, err := sla.NewPolicySet([]sla.PolicyConfig{policy}, []*sla.Calendar{cal})
	require.NoError(tb, err)
	rules, err := ticket.NewRules(ticket.RulesConfig{
		Calendar: cal, Reasons: ticket.EcommerceReasons(), Templates: w.Templates, FollowUp: sla.Period{N: 2, Unit: sla.UnitDay},
		Reminders: []sla.Period{{N: 2, Unit: sla.UnitDay}},
	})
	require.NoError(tb, err)
	s := demo.Stage{Clock: new(demo.Clock), Policy: "page", CSAT: "csat", NPS: "nps"}
	s.Clock.Set(w.From)
	s.Tickets, err = ticket.NewDesk(tickets, ticket.Config{
		Rules: rules, Now: s.Clock.Now, Delivery: ticket.HostDelivers(), Policies: set, Policy: "standard",
	})
	require.NoError(tb, err)
	survey, err := feedback.NewSurvey(feedback.SurveyConfig{ID: "service", Questions: []feedback.Question{
		{ID: "csat", About: feedback.AspectService, Scale: feedback.ScaleCSAT5().Config()},
		{ID: "nps", About: feedback.AspectPurchase, Scale: feedback.ScaleNPS().Config()},
	}})
	require.NoError(tb, err)
	page, err := feedback.NewPolicy(feedback.PolicyConfig{
		ID: "page", Survey: "service", Medium: feedback.MediumPage, Moments: []feedback.Moment{feedback.MomentResolved},
	})
	require.NoError(tb, err)
	keys, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: bytes.Repeat([]byte("k"), 32)})
	require.NoError(tb, err)
	s.Surveys, err = feedback.NewDesk(surveys, feedback.Config{
		Now: s.Clock.Now, Zone: cal.Zone(), Surveys: []*feedback.Survey{survey}, Policies: []*feedback.Policy{page}, Keys: keys,
		Customers: nobody{}, Delivery: feedback.HostDelivers(),
	})
	require.NoError(tb, err)
	return s
}

// play plays a world in memory.
func play(tb testing.TB, w *demo.World, until time.Time) (*demo.Shelf, demo.Stage, *demo.Player) {
	tb.Helper()
	shelf := new(demo.Shelf)
	s := stage(tb, w, &shelf.Tickets, &shelf.Surveys)
	p := demo.NewPlayer(w, s)
	require.NoError(tb, p.Play(tb.Context(), until))
	return shelf, s, p
}

// all are a desk's tickets.
func all(tb testing.TB, d *ticket.Desk) []ticket.Ticket {
	tb.Helper()
	var out []ticket.Ticket
	q := ticket.Query{Limit: ticket.MaxPage}
	for {
		page, err := d.List(tb.Context(), system(), q)
		require.NoError(tb, err)
		out = append(out, page.Tickets...)
		if page.Next == nil {
			return out
		}
		q.After = page.Next
	}
}

func system() ticket.Actor { return ticket.Actor{Kind: ticket.ActorSystem, Shop: demo.Shop} }

// Every message of the script arrives, hardly a command is refused, and what is
// left is what a shop in the middle of its work looks like.
func TestThePlayedShopLooksLikeOne(t *testing.T) {
	w := world(t, 18)
	_, s, p := play(t, w, w.Until)
	r := p.Report()
	received := 0
	for _, a := range w.Script {
		if a.Receive != nil {
			received++
		}
	}
	assert.Equal(t, received, r.Received)
	assert.Less(t, r.Refused, (r.Done+r.Refused)/100, "%q", r.Refusals)
	assert.Less(t, r.Joined, received/100)
	assert.Greater(t, r.Answered, r.Asked/4)
	assert.False(t, p.Done() && r.Answered == 0)

	states := make(map[ticket.State]int)
	contacts, breached, met := 0, 0, 0
	for _, k := range all(t, s.Tickets) {
		states[k.State]++
		contacts += k.Counters.Contacts
		if k.Customer.Ref == w.Barrage && k.Created.Before(w.From.Add(24*time.Hour)) {
			assert.GreaterOrEqual(t, k.Counters.Contacts, 11, "a barrage is one ticket")
		}
		for _, st := range s.Tickets.Deadlines(k, w.Until) {
			switch {
			case st.Metric != sla.FirstResponse:
			case st.State == sla.Met:
				met++
			case st.State == sla.Breached:
				breached++
			}
		}
	}
	for _, state := range []ticket.State{ticket.StateNew, ticket.StateOpen, ticket.StateResolved, ticket.StateClosed, ticket.StateSpam} {
		assert.Positive(t, states[state], "%s in %v", state, states)
	}
	assert.Greater(t, states[ticket.StateClosed], states[ticket.StateOpen], "most of it is over")
	assert.Positive(t, met)
	assert.Positive(t, breached, "and some of it was late")
	total, err := s.Surveys.Total(t.Context(), feedback.SummaryQuery{
		Shop: demo.Shop, Survey: "service", Question: "csat",
		From: feedback.DayOf(w.From, mustZone(t)), To: feedback.DayOf(w.Until, mustZone(t)) + 1,
	})
	require.NoError(t, err)
	assert.EqualValues(t, r.Answered, total.N())
}

// What was played in memory is in the database afterwards: the same tickets,
// histories, keys and figures; and the script goes on there.
func TestACopyIsTheSameAndGoesOn(t *testing.T) {
	ctx := t.Context()
	w := world(t, 5)
	half := w.From.Add(w.Until.Sub(w.From) / 2)
	shelf, s, p := play(t, w, half)
	store, err := sqlstore.OpenSQLite(filepath.Join(t.TempDir(), "shop.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	require.NoError(t, store.Migrate(ctx))
	seedInto(t, shelf, store, half)

	sent := 0
	live := store.WithOutbox(sqlstore.Outbox{
		Tickets:  func(_ context.Context, _ sqlstore.Tx, e []ticket.Effect) error { sent += len(e); return nil },
		Feedback: func(context.Context, sqlstore.Tx, []feedback.Effect) error { return nil },
	})
	after := stage(t, w, live.Tickets(), live.Feedback())
	after.Clock.Set(half)
	before := all(t, s.Tickets)
	copied := all(t, after.Tickets)
	require.Len(t, copied, len(before))
	for i, b := range before {
		require.Equal(t, b.ID, copied[i].ID)
		require.Equal(t, s.Tickets.Deadlines(b, half), after.Tickets.Deadlines(copied[i], half))
		want, got := history(t, s.Tickets, b.Ref()), history(t, after.Tickets, b.Ref())
		require.Equal(t, want, got)
	}
	q := feedback.SummaryQuery{Shop: demo.Shop, Survey: "service", From: feedback.DayOf(w.From, mustZone(t)), To: feedback.DayOf(w.Until, mustZone(t)) + 1, Limit: 500}
	want, err := shelf.Surveys.Summaries(ctx, q)
	require.NoError(t, err)
	got, err := store.Feedback().Summaries(ctx, q)
	require.NoError(t, err)
	require.Equal(t, want, got)

	for _, a := range w.Script {
		if a.Receive != nil && a.At.Before(half) {
			r, err := after.Tickets.Receive(ctx, *a.Receive)
			require.NoError(t, err)
			require.Equal(t, ticket.Duplicate, r.Outcome, "a message that came then is known")
			break
		}
	}
	p.Move(after)
	require.NoError(t, p.Play(ctx, w.Until))
	require.Greater(t, len(all(t, after.Tickets)), len(before))
	require.Positive(t, sent, "what happens from now on is sent")
}

// A shop that was seeded goes on under a clock of its own: two processes play what
// comes, one of them is started anew in between, and everything happens once.
func TestTheShopGoesOnByItself(t *testing.T) {
	ctx := t.Context()
	w, err := demo.Generate(seed, now(), 8)
	require.NoError(t, err)
	seeded := w.From.Add(5 * 24 * time.Hour)
	_, s, _ := play(t, w, seeded)
	placed := make(map[string]demo.Order)
	s.Order = func(_ context.Context, o demo.Order) error { placed[o.ID] = o; return nil }
	clock := s.Clock
	s.Clock = nil
	resumed := func(at time.Time) *demo.Player {
		p := demo.NewPlayer(w, s)
		require.NoError(t, p.Resume(ctx, at))
		return p
	}
	a, b := resumed(seeded), resumed(seeded)
	for at := seeded; at.Before(w.Until); at = at.Add(7 * time.Hour) {
		clock.Set(at)
		require.NoError(t, a.Play(ctx, at))
		require.NoError(t, b.Play(ctx, at))
		if at.Equal(seeded.Add(21 * time.Hour)) {
			b = resumed(seeded)
		}
	}
	clock.Set(w.Until)
	require.NoError(t, a.Play(ctx, w.Until))
	require.NoError(t, b.Play(ctx, w.Until))
	assert.Less(t, a.Report().Refused, a.Report().Done/20, "%q", a.Report().Refusals)

	texts := make(map[string]int)
	messages := 0
	for _, k := range all(t, s.Tickets) {
		for _, e := range history(t, s.Tickets, k.Ref()) {
			if m := e.Message(); m != nil && m.External != "" {
				messages++
			}
			if e.Kind == ticket.EventReply {
				texts[k.ID.String()+e.Message().Text]++
			}
		}
	}
	for text, n := range texts {
		assert.Equal(t, 1, n, text)
	}
	received := 0
	for _, x := range w.Script {
		if x.Receive != nil {
			received++
		}
	}
	assert.Equal(t, received, messages)
	for i := range w.Orders {
		o := &w.Orders[i]
		if o.Placed.Before(seeded) && reflect.DeepEqual(o.Before(seeded), *o) {
			assert.NotContains(t, placed, o.ID, "nothing happened to it")
		} else {
			assert.Equal(t, *o, placed[o.ID], "as it is known by now")
		}
	}
}

// seedInto copies in one transaction.
func seedInto(tb testing.TB, shelf *demo.Shelf, store *sqlstore.Store, at time.Time) {
	tb.Helper()
	tx, err := store.DB().BeginTx(tb.Context(), nil)
	require.NoError(tb, err)
	require.NoError(tb, shelf.Tickets.CopyTo(tb.Context(), store.InSQL(tx).Tickets(), demo.Shop, at, rand.Reader))
	require.NoError(tb, shelf.Surveys.CopyTo(tb.Context(), store.InSQL(tx).Feedback(), demo.Shop, at, rand.Reader))
	require.NoError(tb, tx.Commit())
}

func history(tb testing.TB, d *ticket.Desk, ref ticket.Ref) []ticket.Event {
	tb.Helper()
	var out []ticket.Event
	for e, err := range d.History(tb.Context(), system(), ref) {
		require.NoError(tb, err)
		out = append(out, e)
	}
	return out
}

// BenchmarkSeed is what a first start has to do: ninety days into a file.
func BenchmarkSeed(b *testing.B) {
	for b.Loop() {
		w := world(b, 90)
		shelf, _, _ := play(b, w, w.Until)
		store, err := sqlstore.OpenSQLite(filepath.Join(b.TempDir(), "shop.db"))
		require.NoError(b, err)
		require.NoError(b, store.Migrate(b.Context()))
		seedInto(b, shelf, store, w.Until)
		require.NoError(b, store.Close())
	}
}
