package web_test

import (
	"context"
	"io"
	"mime/quotedprintable"
	"net/http"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket"
)

// post is where mail goes in tests.
type post struct {
	mu  sync.Mutex
	got []outbox.Mail
}

// Send implements outbox.Mailer.
func (p *post) Send(_ context.Context, m outbox.Mail) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m)
	return nil
}

// letters sends what is to be sent, and returns all mail to an address.
func (s *site) letters(p *post, to string) []string {
	s.t.Helper()
	require.NoError(s.t, s.app.SendLetters(s.t.Context(), p))
	var out []string
	for _, m := range p.got {
		if m.To != to {
			continue
		}
		read, err := netmail.ReadMessage(strings.NewReader(string(m.Raw)))
		require.NoError(s.t, err)
		body, err := io.ReadAll(quotedprintable.NewReader(read.Body))
		require.NoError(s.t, err)
		out = append(out, string(body))
	}
	return out
}

func TestAGuestWithdrawsInTwoStepsAndHasTheReceiptAtOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.clock.Set(time.Date(2026, 11, 28, 22, 59, 59, 0, time.UTC)) // at night: nobody is there
	b := s.browser()
	form := b.get("/withdrawal")
	fields := []string{"key", form.key(t), "name", "Erika Muster", "order", "B-4711", "email", "erika@post.example"}
	check := b.post("/withdrawal/check", fields...)
	require.Equal(t, http.StatusOK, check.code)
	assert.Contains(t, check.body, "Widerruf bestätigen")
	none, err := s.db.Withdrawals(t.Context(), "B-4711")
	require.NoError(t, err)
	assert.Empty(t, none, "the first step declares nothing")

	receipt := b.post("/withdrawal", fields...)
	require.Equal(t, http.StatusOK, receipt.code, s.log.String())
	assert.Contains(t, receipt.body, "Ihr Widerruf ist am 28.11.2026 um 23:59:59 Uhr (CET) bei uns eingegangen")
	assert.Contains(t, receipt.body, "Bestellung B-4711")
	assert.Equal(t, receipt.path, b.post("/withdrawal", fields...).path, "sent twice it is one")
	all, err := s.db.Withdrawals(t.Context(), "B-4711")
	require.NoError(t, err)
	require.Len(t, all, 1)

	mails := s.letters(new(post), "erika@post.example")
	require.Len(t, mails, 1)
	assert.Contains(t, mails[0], "28.11.2026 um 23:59:59 Uhr (CET)")
	assert.Contains(t, mails[0], "Erika Muster")
	list, err := s.app.Tickets.List(t.Context(), app.System(), ticket.Query{Customer: all[0].Customer, Limit: 10})
	require.NoError(t, err)
	require.Len(t, list.Tickets, 1)
	assert.Equal(t, ticket.Reason("withdrawal/declared"), list.Tickets[0].Reason)
}

func TestAWithdrawalCountsForItsBuyerAlone(t *testing.T) {
	t.Parallel()
	s := open(t)
	orders, err := s.db.RecentOrders(t.Context(), friday.AddDate(0, 0, -60), 1)
	require.NoError(t, err)
	require.Len(t, orders, 1)
	withdraw := func(b *browser) {
		form := b.get("/withdrawal?order=" + orders[0].ID)
		p := b.post("/withdrawal", "key", form.key(t), "name", "X", "order", orders[0].ID, "email", "x@post.example")
		require.Equal(t, http.StatusOK, p.code)
	}
	declared := func() int {
		known, err := s.app.Known(t.Context(), orders[0])
		require.NoError(t, err)
		n := 0
		for _, e := range known.Events {
			if e.Via == order.ViaButton {
				n++
			}
		}
		return n
	}
	withdraw(s.browser())
	assert.Zero(t, declared(), "a stranger who knows the number")
	withdraw(s.customer(orders[0].Customer))
	assert.Equal(t, 1, declared())
}

// solved opens a ticket as a guest and has it solved.
func (s *site) solved(b *browser, email string) (string, ticket.Ticket) {
	s.t.Helper()
	p := s.write(b, email, "Wo bleibt meine Antwort auf den Brief?")
	require.Equal(s.t, http.StatusOK, p.code, s.log.String())
	one := s.ticketOf(p)
	who := ticket.Actor{Kind: ticket.ActorAgent, ID: "bilal", Shop: app.Shop}
	_, err := s.app.Tickets.Do(s.t.Context(), who, one.Ref(), ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Er ist unterwegs."})
	require.NoError(s.t, err)
	return p.path, one
}

func TestSolvedLeadsToTheSurvey(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	path, _ := s.solved(b, "neu@post.example")
	assert.Contains(t, b.get(path).body, "Ist Ihr Anliegen gelöst?")
	page := b.post(path+"/solved", "solved", "yes")
	require.True(t, strings.HasPrefix(page.path, "/survey/"), "%s %s", page.path, s.log.String())
	count := func() int64 {
		sum, err := s.app.Surveys.Total(t.Context(), feedback.SummaryQuery{
			Shop: app.Shop, Survey: app.SurveyID, Question: app.CSAT,
			From: feedback.DayOf(friday, time.UTC), To: feedback.DayOf(friday, time.UTC) + 1,
		})
		require.NoError(t, err)
		return sum.N()
	}
	before := count()
	b.get(page.path)
	b.get(page.path)
	assert.Equal(t, before, count(), "GET shows")
	done := b.post(page.path, "csat", "5")
	require.Equal(t, http.StatusOK, done.code, s.log.String())
	assert.Contains(t, done.body, "Danke!")
	assert.Equal(t, before+1, count(), "POST records")
	b.post(page.path, "nps", "9")
	b.post(page.path, "comment", "Sehr freundlich")
	again := b.get(page.path)
	assert.Equal(t, before+1, count(), "what is added is the same answer")
	assert.Contains(t, again.body, `name="csat" value="5" aria-pressed="true"`)
	assert.Contains(t, again.body, `name="nps" value="9" aria-pressed="true"`)
	assert.Contains(t, again.body, "Sehr freundlich")
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(page.path, "csat", "99").code)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(page.path, "csat", "x").code)
}

func TestNotSolvedOpensTheTicketAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	path, one := s.solved(b, "neu@post.example")
	page := b.post(path+"/solved", "solved", "no", "key", "k")
	assert.Contains(t, page.body, "wieder offen")
	now, err := s.app.Tickets.Get(t.Context(), app.System(), one.Ref())
	require.NoError(t, err)
	assert.Equal(t, ticket.StateOpen, now.State)
	assert.Equal(t, 1, now.Counters.Reopens)
}

func TestACallbackKeepsThePlace(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := s.write(b, "neu@post.example", "Bitte rufen Sie mich an")
	s.clock.Set(friday.Add(10 * time.Minute))
	page := b.post(p.path+"/callback", "about", "Zelt", "from", "2026-11-27T14:00")
	require.Equal(t, http.StatusOK, page.code, s.log.String())
	assert.Contains(t, page.body, "Ihr Platz in der Reihe bleibt")
	one := s.ticketOf(p)
	require.Len(t, one.Callbacks, 1)
	assert.Equal(t, time.Date(2026, 11, 27, 13, 0, 0, 0, time.UTC), one.Callbacks[0].From)
	assert.Equal(t, friday, one.WaitingSince)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post(p.path+"/callback", "from", "2026-02-31T14:00").code)
}

func TestReviewsAreShownWhateverTheySayAndAnswered(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := s.browser()
	p := b.post("/review", "key", b.get("/review").key(t), "stars", "1", "text", "Furchtbar! <script>alert(1)</script>")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.body, "★☆☆☆☆")
	assert.Contains(t, p.body, "Furchtbar! &lt;script&gt;")
	list, err := s.app.Tickets.List(t.Context(), app.System(), ticket.Query{Order: ticket.OrderUpdated, Limit: 1})
	require.NoError(t, err)
	require.Len(t, list.Tickets, 1)
	one := list.Tickets[0]
	assert.Equal(t, ticket.ChannelReview, one.Channel)
	assert.Equal(t, ticket.PriorityHigh, one.Priority)
	assert.Equal(t, http.StatusUnprocessableEntity, b.post("/review", "key", "k", "stars", "6").code)
}

func TestTheBotAnswersSimpleThingsAndAPersonIsOneClickAway(t *testing.T) {
	t.Parallel()
	s := open(t)
	entry := s.app.FAQ[0]
	b := s.browser()
	text := strings.Join(entry.Keywords, " ")
	offered := b.post("/contact", "key", "k1", "email", "neu@post.example", "text", text, "reason", string(entry.Reason))
	require.Equal(t, http.StatusOK, offered.code)
	assert.Contains(t, offered.body, "Hilft das schon weiter?")
	assert.Contains(t, offered.body, "Trotzdem senden")
	sent := b.post("/contact", "key", "k1", "email", "neu@post.example", "text", text, "reason", string(entry.Reason), "asked", "1")
	assert.Equal(t, ticket.StateNew, s.ticketOf(sent).State, "who sends it all the same has a person")
}

func TestWithFilesTheBotAnswersOnTheTicket(t *testing.T) {
	t.Parallel()
	s := open(t)
	entry := s.app.FAQ[0]
	b := s.browser()
	page := b.upload("/contact", []string{"a.txt", "siehe oben"}, "key", "k1", "email", "neu@post.example",
		"text", strings.Join(entry.Keywords, " "), "reason", string(entry.Reason))
	require.Equal(t, ticket.StateBot, s.ticketOf(page).State, page.body)
	assert.Contains(t, page.body, "Automatische Antwort")
	person := b.post(page.path + "/person")
	assert.Contains(t, person.body, "Ein Mensch übernimmt.")
	assert.Equal(t, ticket.StateOpen, s.ticketOf(page).State)
}
