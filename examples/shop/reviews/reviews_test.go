package reviews_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/reviews"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbackmem"
	"github.com/kulanz-go/kulanz/feedback/review"
	"github.com/kulanz-go/kulanz/feedback/review/reviewtest"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

// nobody knows of no consent.
type nobody struct{}

// Standing implements [feedback.Customers].
func (nobody) Standing(context.Context, string, string, feedback.Medium) (feedback.Standing, error) {
	return feedback.Standing{}, nil
}

// shop is both desks on memory, with a platform.
type shop struct {
	now      time.Time
	tickets  *ticketmem.Store
	feedback *feedbackmem.Store
	desk     *ticket.Desk
	surveys  *feedback.Desk
	log      *review.Log
	board    *reviewtest.Board
	assessor *review.Assessor
	mails    []string
}

func open(t *testing.T) *shop {
	t.Helper()
	s := &shop{
		now:     time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC),
		tickets: new(ticketmem.Store), feedback: new(feedbackmem.Store), board: new(reviewtest.Board),
	}
	clock := func() time.Time { return s.now }
	s.board.Now = clock
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(t, err)
	calendar, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: "Europe/Berlin", Hours: hours})
	require.NoError(t, err)
	answer := func(id, priority string, hours int) sla.Rule {
		return sla.Rule{ID: id, Match: sla.Match{Priority: []string{priority}, Channel: []string{"review"}}, Targets: []sla.Target{
			{Metric: sla.FirstResponse, Period: sla.Period{N: hours, Unit: sla.UnitHour}, Clock: sla.WallClock},
		}}
	}
	policies, err := sla.NewPolicySet([]sla.PolicyConfig{{ID: "reviews", Version: 1, Rules: []sla.Rule{
		answer("critical", "high", 24), answer("mixed", "normal", 72), answer("praise", "low", 168),
	}}}, []*sla.Calendar{calendar})
	require.NoError(t, err)
	rules, err := ticket.NewRules(ticket.RulesConfig{
		Calendar: calendar, Reasons: ticket.EcommerceReasons(), FollowUp: sla.Period{N: 2, Unit: sla.UnitDay},
		Special: []ticket.SpecialConfig{{Channels: []ticket.Channel{ticket.ChannelReview}, NoReminders: true, NoFollowUp: true}},
	})
	require.NoError(t, err)

	keys, err := feedback.NewKeyring(feedback.SigningKey{ID: "k1", Secret: []byte(strings.Repeat("s", 32))})
	require.NoError(t, err)
	s.surveys, err = feedback.NewDesk(s.feedback, feedback.Config{
		Now: clock, Zone: time.UTC, Keys: keys, Customers: nobody{}, Delivery: feedback.HostDelivers(),
	})
	require.NoError(t, err)
	s.log = review.NewLog(s.surveys)
	deliverer := &reviews.Deliverer{Log: s.log, Platforms: map[string]review.Platform{"board": s.board}}
	s.desk, err = ticket.NewDesk(s.tickets, ticket.Config{
		Rules: rules, Now: clock, Policies: policies, Policy: "reviews",
		Delivery: ticket.DeskDelivers(func(ctx context.Context, o ticket.Outgoing) error {
			done, err := deliverer.Deliver(ctx, o)
			if !done {
				s.mails = append(s.mails, o.Event.Message().Text)
			}
			return err
		}),
	})
	require.NoError(t, err)
	deliverer.History = s.desk.History
	s.assessor, err = review.NewAssessor(nil, nil, 0)
	require.NoError(t, err)
	return s
}

// receive is what a shop does with every review that its intake reads.
func (s *shop) receive(t *testing.T, r review.Review) (ticket.Receipt, review.Assessment) {
	t.Helper()
	s.board.Post(r.ExternalID)
	a := s.assessor.Assess(&r)
	_, err := s.log.Receive(t.Context(), &r, a)
	require.NoError(t, err)
	got, err := s.desk.Receive(t.Context(), reviews.Inbound(&r, a))
	require.NoError(t, err)
	if set, known := reviews.Known(&r); known {
		_, err := s.desk.Do(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, got.Ticket.Ref(), set)
		require.NoError(t, err)
	}
	return got, a
}

func (s *shop) tick(t *testing.T, after time.Duration) {
	t.Helper()
	s.now = s.now.Add(after)
	_, err := s.desk.Tick(t.Context(), ticket.TickOptions{})
	require.NoError(t, err)
}

func (s *shop) do(t *testing.T, ref ticket.Ref, cmd ticket.Command) {
	t.Helper()
	_, err := s.desk.Do(t.Context(), ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: "demo", Roles: []ticket.Role{ticket.RoleLead}}, ref, cmd)
	require.NoError(t, err)
}

func written(id string, stars int, text string) review.Review {
	return review.Review{
		Shop: "demo", Source: "board", ExternalID: id, Stars: new(stars), Text: text, Language: "de",
		Verified: review.ByInvitation, Customer: "c-" + id, At: time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC),
	}
}

// A critical review is a ticket with a deadline, answered once in public though
// the platform's answer is lost, and counted as answered in time.
func TestCriticalReviewIsAnsweredOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := written("r1", 1, "Die Lampe kam kaputt an. Nie wieder!")
	got, a := s.receive(t, r)
	assert.Equal(t, ticket.Opened, got.Outcome)
	assert.Equal(t, ticket.PriorityHigh, got.Ticket.Priority)
	assert.Equal(t, ticket.Reason("return/damaged"), got.Ticket.Reason)
	due := s.desk.Deadlines(got.Ticket, s.now)
	require.Len(t, due, 1)
	assert.Equal(t, s.now.Add(24*time.Hour), due[0].Due.UTC())

	again, _ := s.receive(t, r)
	assert.Equal(t, ticket.Duplicate, again.Outcome)
	edited := r
	edited.Text += " Nachtrag: und niemand meldet sich."
	more, _ := s.receive(t, edited)
	assert.Equal(t, ticket.Appended, more.Outcome)

	s.now = s.now.Add(2 * time.Hour)
	draft := review.Draft("de", a, review.Facts{Remedy: "Wir senden Ihnen heute eine neue Lampe", Contact: "hilfe@lampen.example"})
	check := review.DraftCheck{Visibility: review.Public, Criticality: a.Criticality, Contact: "hilfe@lampen.example", Private: []string{"c-r1"}}
	require.Empty(t, check.Check(draft))
	s.board.Lose(1) // the platform publishes, and its answer is lost
	s.do(t, got.Ticket.Ref(), ticket.Reply{Text: draft})
	s.tick(t, 0)
	assert.Equal(t, []string{draft}, s.board.Replies("r1", review.Public))
	for range 5 {
		s.tick(t, 10*time.Minute)
	}
	assert.Equal(t, []string{draft}, s.board.Replies("r1", review.Public), "once")
	seen, err := s.log.Seen(t.Context(), "demo")
	require.NoError(t, err)
	require.Len(t, seen, 1)
	assert.Equal(t, time.Date(2026, 11, 26, 11, 0, 0, 0, time.UTC), seen[0].Answered.UTC())
	s.do(t, got.Ticket.Ref(), ticket.Resolve{Code: ticket.ResolvedReplaced})
	for range 20 {
		s.tick(t, 24*time.Hour)
	}
	assert.Equal(t, []string{draft}, s.board.Replies("r1", review.Public), "nobody is followed up in public")
	assert.Empty(t, s.mails)
}

// A review is a matter of its own, beside a complaint by mail about the same
// order; agents see the order on both.
func TestReviewIsItsOwnMatter(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := written("r1", 2, "Kam zu spät.")
	r.Order = "4711"
	mail, err := s.desk.Receive(t.Context(), ticket.Inbound{
		Shop: "demo", Key: "m1", Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: r.Customer}, Orders: []string{"4711"}, Text: "Wo bleibt sie?",
	})
	require.NoError(t, err)
	got, _ := s.receive(t, r)
	assert.Equal(t, ticket.Opened, got.Outcome)
	assert.NotEqual(t, mail.Ticket.ID, got.Ticket.ID)
	now, err := s.desk.Get(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, got.Ticket.Ref())
	require.NoError(t, err)
	assert.Equal(t, []string{"4711"}, now.Orders)
}

// Praise has a deadline and an answer too, later than a complaint has; a review
// that is gone leaves a fault that people see, and is not tried for ever.
func TestPraiseAndGone(t *testing.T) {
	t.Parallel()
	s := open(t)
	praise, _ := s.receive(t, written("r1", 5, "Alles bestens, danke!"))
	assert.Equal(t, ticket.PriorityLow, praise.Ticket.Priority)
	due := s.desk.Deadlines(praise.Ticket, s.now)
	require.Len(t, due, 1)
	assert.Equal(t, s.now.Add(168*time.Hour), due[0].Due.UTC())
	stars, _ := s.receive(t, written("r2", 3, "")) // stars alone are a review
	assert.Equal(t, "Bewertung bei board: 3 Sterne", stars.Ticket.Subject)

	s.board.Remove("r2")
	s.do(t, stars.Ticket.Ref(), ticket.Reply{Text: "Danke!"})
	s.do(t, praise.Ticket.Ref(), ticket.Reply{Text: "Danke für Ihr Lob!"})
	for range 3 {
		s.tick(t, time.Minute)
	}
	assert.Equal(t, []string{"Danke für Ihr Lob!"}, s.board.Replies("r1", review.Public))
	undelivered := 0
	for e, err := range s.desk.History(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, stars.Ticket.Ref()) {
		require.NoError(t, err)
		if noted, ok := e.Body.(ticket.Recorded); ok && noted.What == ticket.WhatUndelivered {
			undelivered++
		}
	}
	assert.Equal(t, 1, undelivered)

	var tally review.Tally
	seen, err := s.log.Seen(t.Context(), "demo")
	require.NoError(t, err)
	for _, one := range seen {
		require.NoError(t, tally.Add(one, review.DefaultTargets(), s.now))
	}
	all, err := tally.All(feedback.Level{})
	require.NoError(t, err)
	assert.InDelta(t, 0.5, all.Answered.Value, 0)
}

// Erasing a customer takes the words of its review out of both desks; the
// platform's copy is the platform's.
func TestErase(t *testing.T) {
	t.Parallel()
	s := open(t)
	r := written("r1", 1, "Zitronenfalter")
	got, _ := s.receive(t, r)
	s.do(t, got.Ticket.Ref(), ticket.Reply{Text: "Sie schrieben: Zitronenfalter. Es tut uns leid."})
	s.tick(t, time.Minute)
	everything := func() string {
		var b strings.Builder
		records, err := s.feedback.List(t.Context(), feedback.Query{Shop: "demo", Limit: 100})
		require.NoError(t, err)
		for _, rec := range records.Records {
			b.Write(rec.Data)
		}
		tickets, err := s.tickets.List(t.Context(), ticket.Query{Shop: "demo", Limit: 100})
		require.NoError(t, err)
		for _, rec := range tickets.Records {
			b.Write(rec.Data)
			events, err := s.tickets.History(t.Context(), ticket.HistoryQuery{Ref: rec.Ref(), Limit: 100})
			require.NoError(t, err)
			for _, e := range events {
				b.Write(e.Data)
			}
		}
		return b.String()
	}
	require.Contains(t, everything(), "Zitronenfalter")
	_, err := s.desk.Erase(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, r.Person())
	require.NoError(t, err)
	_, err = s.surveys.Erase(t.Context(), "demo", r.Person())
	require.NoError(t, err)
	assert.NotContains(t, everything(), "Zitronenfalter")
	seen, err := s.log.Seen(t.Context(), "demo")
	require.NoError(t, err)
	assert.Len(t, seen, 1, "that somebody gave one star stays")
}

// Promises are counted as they were kept: in time, late, broken, overdue; one that
// is still to come counts for nothing.
func TestPromises(t *testing.T) {
	t.Parallel()
	s := open(t)
	got, err := s.desk.Receive(t.Context(), ticket.Inbound{
		Shop: "demo", Key: "m1", Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: "c1"}, Orders: []string{"4711"}, Text: "Wo bleibt sie?",
	})
	require.NoError(t, err)
	ref := got.Ticket.Ref()
	promise := func(hours int) string {
		s.do(t, ref, ticket.MakePromise{Text: "Antwort", Due: s.now.Add(time.Duration(hours) * time.Hour)})
		now, err := s.desk.Get(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, ref)
		require.NoError(t, err)
		return now.Promises[len(now.Promises)-1].ID
	}
	kept, late, broken := promise(5), promise(1), promise(5)
	promise(2)    // nobody keeps it
	promise(1000) // its time is to come
	s.now = s.now.Add(4 * time.Hour)
	s.do(t, ref, ticket.KeepPromise{ID: kept})
	s.do(t, ref, ticket.KeepPromise{ID: late})
	s.do(t, ref, ticket.BreakPromise{ID: broken, Reason: "nicht lieferbar"})
	p, err := reviews.Promises(s.now, s.desk.History(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "demo"}, ref))
	require.NoError(t, err)
	assert.Equal(t, review.Promises{Made: 4, Kept: 1}, p)
	assert.Contains(t, review.Draft("de", review.Assessment{Criticality: review.Critical}, review.Facts{Promises: &p}),
		"Von 4 Zusagen zu dieser Bestellung haben wir 1 eingehalten.")
	_, err = reviews.Promises(s.now, s.desk.History(t.Context(), ticket.Actor{Kind: ticket.ActorSystem, Shop: "other"}, ref))
	require.ErrorIs(t, err, ticket.ErrNotFound)
}
