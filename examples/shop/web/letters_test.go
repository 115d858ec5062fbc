package web_test

import (
	"context"
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
)

// works starts what goes on behind the pages, until the test ends.
func (s *site) works(m outbox.Mailer) {
	s.t.Helper()
	runner, err := s.app.Background(m, new(outbox.FakeGateway))
	require.NoError(s.t, err)
	require.NoError(s.t, runner.Start(context.Background()))
	s.t.Cleanup(func() {
		ctx, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		require.NoError(s.t, runner.Stop(ctx))
	})
}

// waits looks again and again until there is something.
func (s *site) waits(what string, there func() bool) {
	s.t.Helper()
	require.Eventually(s.t, there, 30*time.Second, 100*time.Millisecond, what)
}

// arrived are the letters to an address: their headers and texts.
func (p *post) arrived(tb testing.TB, to string) []*netmail.Message {
	tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []*netmail.Message
	for _, m := range p.got {
		if m.To != to {
			continue
		}
		read, err := netmail.ReadMessage(strings.NewReader(string(m.Raw)))
		require.NoError(tb, err)
		out = append(out, read)
	}
	return out
}

// willing are customers of the demo who agreed to be asked by mail, and bought.
func (s *site) willing() []demo.Customer {
	s.t.Helper()
	all, err := s.db.Customers(s.t.Context(), 1000)
	require.NoError(s.t, err)
	all = slices.DeleteFunc(all, func(c demo.Customer) bool {
		orders, err := s.db.Orders(s.t.Context(), c.Ref, 1)
		require.NoError(s.t, err)
		return c.Consent == nil || c.Language != "de" || len(orders) == 0
	})
	require.Greater(s.t, len(all), 1)
	return all
}

// surveys are the letters to an address that ask.
func (p *post) surveys(tb testing.TB, to string) []string {
	tb.Helper()
	var out []string
	for _, l := range p.arrived(tb, to) {
		body, err := io.ReadAll(quotedprintable.NewReader(l.Body))
		require.NoError(tb, err)
		if surveyLink.Match(body) {
			assert.NotEmpty(tb, l.Header.Get("List-Unsubscribe"))
			assert.Equal(tb, "auto-generated", l.Header.Get("Auto-Submitted"))
			out = append(out, string(body))
		}
	}
	return out
}

var surveyLink = regexp.MustCompile(`http://shop\.test(/survey/[^/\s]+)\s`)

// Who agreed to be asked gets a letter once its matter is solved, and one only; the
// link shows and records nothing until something is pressed, and the other link of
// the letter ends all asking.
func TestTheLetterAfterASolution(t *testing.T) {
	t.Parallel()
	s, mails := open(t), new(post)
	s.works(mails)
	people := s.willing()
	who, other := people[0], people[1]
	m := s.matter(who.Ref, "Wo bleibt mein Paket?")
	bilal := s.as("bilal")
	bilal.act(m, "take", "expect", m.Assignee)
	bilal.act(m, "reply", "text", "Es kommt morgen.")
	bilal.act(m, "resolve", "code", "answered")
	s.waits("the letter", func() bool { return len(mails.surveys(t, who.Email)) == 1 })
	text := mails.surveys(t, who.Email)[0]
	page := surveyLink.FindStringSubmatch(text)[1]
	n := func() int64 {
		day := feedback.DayOf(friday, time.UTC)
		sum, err := s.app.Surveys.Total(t.Context(), feedback.SummaryQuery{Shop: app.Shop, Survey: app.SurveyID, Question: app.CSAT, From: day, To: day + 1})
		require.NoError(t, err)
		return sum.N()
	}
	before, stranger := n(), s.browser()
	for range 2 {
		require.Equal(t, http.StatusOK, stranger.get(page).code)
	}
	assert.Equal(t, before, n(), "GET shows")
	for range 2 {
		require.Equal(t, http.StatusOK, stranger.post(page, "csat", "2").code)
	}
	assert.Equal(t, before+1, n(), "POST records, once")

	bilal.act(m, "reopen", "reason", "Doch nicht da")
	bilal.act(m, "reply", "text", "Jetzt aber.")
	bilal.act(m, "resolve", "code", "answered")
	object := regexp.MustCompile(`http://shop\.test(/survey/\S+/object)\s`).FindStringSubmatch(text)
	require.NotNil(t, object, text)
	require.Equal(t, http.StatusOK, stranger.get(object[1]).code)
	require.Contains(t, stranger.post(object[1]).body, "Wir fragen Sie nicht mehr.")
	s.clock.Set(friday.AddDate(0, 0, 30))
	bilal = s.as("bilal")
	for _, c := range []string{who.Ref, other.Ref} {
		again := s.matter(c, "Noch etwas anderes")
		bilal.act(again, "reply", "text", "Gern.")
		bilal.act(again, "resolve", "code", "answered")
	}
	s.waits("the letter to somebody else", func() bool { return len(mails.surveys(t, other.Email)) == 1 })
	assert.Len(t, mails.surveys(t, who.Email), 1, "nobody is asked twice about one matter, nor after an objection")
}

// A review is shown as it came and is a ticket; the reply stands beside it under the
// id of the message, once however often it is pressed; a second one has no place
// there, which those who lead see.
func TestAReviewIsAnsweredOnItsPage(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.works(new(post))
	who := s.willing()[0]
	customer := s.customer(who.Ref)
	orders, err := s.db.Orders(t.Context(), who.Ref, 1)
	require.NoError(t, err)
	require.NotEmpty(t, orders)
	const words = "Der Kocher war nach zwei Tagen kaputt."
	p := customer.post("/review", "key", customer.get("/review").key(t), "order", orders[0].ID, "stars", "2", "text", words)
	require.Contains(t, p.body, words)
	require.Contains(t, p.body, "★★☆☆☆")

	bilal := s.as("bilal")
	page := regexp.MustCompile(`/desk/ticket/[0-9a-f-]{36}`).FindString(bilal.get("/desk?channel=review&who=").body)
	require.NotEmpty(t, page)
	require.Contains(t, bilal.get(page).body, words)
	ref, err := app.ParseRef(strings.TrimPrefix(page, "/desk/ticket/"))
	require.NoError(t, err)
	m, err := s.app.Tickets.Get(t.Context(), app.System(), ref)
	require.NoError(t, err)
	assert.Equal(t, orders[0].ID, strings.Join(m.Orders, " "))
	const answer = "Das tut uns leid. Wir schicken Ihnen einen neuen."
	for range 2 {
		require.Equal(t, http.StatusOK, bilal.post(page+"/do/reply", "key", "r1", "text", answer).code)
	}
	shown := func() int { return strings.Count(s.browser().get("/review").body, answer) }
	assert.Contains(t, bilal.get(page).body, "Eine zweite hat dort keinen Platz.")
	s.waits("the reply", func() bool { return shown() == 1 })
	rows, err := s.db.Reviews(t.Context(), 1)
	require.NoError(t, err)
	var sent ticket.Event
	for _, e := range s.events(m) {
		if e.Kind == ticket.EventReply {
			sent = e
		}
	}
	assert.Equal(t, fmt.Sprintf("%s.%d@%s", m.ID, sent.Seq, app.Shop), rows[0].Key, "it stands there under the message's own id")

	require.Equal(t, http.StatusOK, bilal.post(page+"/do/reply", "key", "r2", "text", "Noch ein Wort dazu.").code)
	anna := s.as("anna")
	s.waits("it is seen that it had no place", func() bool {
		return strings.Contains(anna.get("/desk/manage/failed").body, "(1×)")
	})
	assert.Equal(t, 1, shown())
	assert.NotContains(t, s.browser().get("/review").body, "Noch ein Wort dazu.")
}
