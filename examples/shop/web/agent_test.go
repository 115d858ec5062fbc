package web_test

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/web"
	"github.com/kulanz-go/kulanz/ticket"
)

// matter is a ticket that a customer of the demo has just opened.
func (s *site) matter(customer, text string) ticket.Ticket {
	s.t.Helper()
	in := ticket.Inbound{
		Shop: app.Shop, Key: app.NewKey(), Channel: ticket.ChannelForm, Customer: ticket.Customer{Ref: customer, Language: "de"},
		Subject: "Paket fehlt", Text: text, Reason: "order/delayed", Verified: true,
	}
	receipt, err := s.app.Tickets.Receive(s.t.Context(), in)
	require.NoError(s.t, err)
	return receipt.Ticket
}

func (s *site) now(t ticket.Ticket) ticket.Ticket {
	s.t.Helper()
	found, err := s.app.Tickets.Get(s.t.Context(), app.System(), t.Ref())
	require.NoError(s.t, err)
	return found
}

func pageOf(t ticket.Ticket) string { return "/desk/ticket/" + t.ID.String() }

// act sends the form of an action, and expects the ticket's page.
func (b *browser) act(t ticket.Ticket, action string, fields ...string) got {
	b.t.Helper()
	p := b.post(pageOf(t)+"/do/"+action, append([]string{"key", app.NewKey()}, fields...)...)
	require.Equal(b.t, http.StatusOK, p.code, "%s: %s", action, p.body)
	require.Equal(b.t, pageOf(t), p.path, action)
	return p
}

func TestAgentDoesEverything(t *testing.T) {
	s := open(t)
	anna := s.as("anna")
	m := s.matter("c0001", "Wo bleibt mein Paket? Ich bin sehr verärgert.")
	at := func(d time.Duration) string {
		return friday.Add(d).In(s.app.Calendar.Zone()).Format("2006-01-02T15:04")
	}

	anna.act(m, "take", "expect", m.Assignee)
	require.Equal(t, "anna", s.now(m).Assignee)
	anna.act(m, "reply", "text", "Wir suchen Ihr Paket.")
	require.Equal(t, 1, s.now(m).Counters.Replies)
	require.Contains(t, anna.act(m, "note", "text", "Nur für uns <b>").body, "Nur für uns &lt;b&gt;")

	anna.act(m, "promise", "text", "Ersatz geht raus", "until", at(4*time.Hour))
	require.Len(t, s.now(m).Promises, 1)
	refused := anna.post(pageOf(m)+"/do/resolve", "key", app.NewKey(), "code", "answered")
	require.Equal(t, http.StatusConflict, refused.code)
	require.Contains(t, refused.body, "noch offen")
	anna.act(m, "keep", "id", s.now(m).Promises[0].ID)
	anna.act(m, "promise", "text", "Anruf", "until", at(5*time.Hour))
	anna.act(m, "break", "id", s.now(m).Promises[0].ID, "reason", "Niemand da")
	require.Empty(t, s.now(m).Promises)

	anna.act(m, "snooze", "until", at(time.Hour), "reason", "Mittag")
	require.Equal(t, ticket.StateSnoozed, s.now(m).State)
	anna.act(m, "third", "party", "DHL", "until", at(24*time.Hour))
	require.Equal(t, ticket.StateWaitingThird, s.now(m).State)
	anna.act(m, "update", "text", "Paket gefunden")
	anna.act(m, "ask", "text", "Stimmt Ihre Anschrift?")
	require.Equal(t, ticket.StateWaitingCustomer, s.now(m).State)

	anna.act(m, "callback", "about", "Anschrift", "from", at(time.Hour), "until", at(3*time.Hour))
	require.Len(t, s.now(m).Callbacks, 1)
	anna.act(m, "call", "id", s.now(m).Callbacks[0].ID, "outcome", "reached", "text", "Alles geklärt")
	require.Empty(t, s.now(m).Callbacks)

	anna.act(m, "point", "text", "Kam zu spät")
	anna.act(m, "answered", "id", s.now(m).Points[0].ID, "text", "Erklärt")
	require.Empty(t, s.now(m).Points)

	anna.act(m, "play", "id", "late_parcel")
	anna.act(m, "step", "id", "trace")
	require.Equal(t, "tell", s.now(m).Playbook.Step)
	anna.act(m, "stop", "reason", "Nicht nötig")

	anna.act(m, "set", "priority", "urgent")
	anna.act(m, "tag", "add", "vip")
	anna.act(m, "escalate", "reason", "Presse")
	anna.act(m, "assign", "to", "bilal", "expect", "anna")
	require.Equal(t, "bilal", s.now(m).Assignee)
	anna.act(m, "resolve", "code", "answered", "text", "Gern geschehen.")
	require.Equal(t, ticket.StateResolved, s.now(m).State)
	p := anna.act(m, "reopen", "reason", "Doch noch nicht")
	for _, word := range []string{"Zusage gehalten", "Zusage nicht gehalten: Niemand da", "Beschwerdepunkt beantwortet", "Schritt erledigt", "Anruf", "verärgert"} {
		require.Contains(t, p.body, word)
	}
}

func TestAgentFormCountsOnce(t *testing.T) {
	s := open(t)
	bilal := s.as("bilal")
	m := s.matter("c0002", "Hallo?")
	for range 2 {
		p := bilal.post(pageOf(m)+"/do/reply", "key", "the-same", "text", "Guten Tag")
		require.Equal(t, http.StatusOK, p.code, p.body)
	}
	require.Equal(t, 1, s.now(m).Counters.Replies)
	require.Equal(t, http.StatusUnprocessableEntity, bilal.post(pageOf(m)+"/do/reply", "text", "Ohne Schlüssel").code)
	require.Equal(t, http.StatusNotFound, bilal.post(pageOf(m)+"/do/erase", "key", "k").code)
	require.Equal(t, http.StatusNotFound, bilal.get("/desk/ticket/00000000-0000-7000-8000-000000000000").code)
	require.Equal(t, http.StatusNotFound, bilal.get("/desk/ticket/1%27%20OR%201=1").code)
}

func TestAgentsTakeOneTicket(t *testing.T) {
	s := open(t)
	anna, bilal := s.as("anna"), s.as("bilal")
	m := s.matter("c0003", "Wer hilft mir?")
	require.NotContains(t, anna.get(pageOf(m)).body, "Auch hier: Bilal")
	require.Contains(t, bilal.get(pageOf(m)).body, "Auch hier: Anna Brinkmann")
	require.Contains(t, anna.get(pageOf(m)).body, "Auch hier: Bilal")

	anna.act(m, "assign", "to", "clara", "expect", m.Assignee)
	anna.act(m, "take", "expect", "clara")
	late := bilal.post(pageOf(m)+"/do/take", "key", app.NewKey(), "expect", "clara")
	require.Equal(t, http.StatusConflict, late.code)
	require.Contains(t, late.body, "Das Ticket hat jetzt anna")
	require.Equal(t, "anna", s.now(m).Assignee)
}

var seqField = regexp.MustCompile(`name="seq" value="(\d+)"`)

// Two write on one ticket at once: the second is told what the first has said, has
// its own text still, and may send it then. Nobody's word is lost, and no form
// counts twice.
func TestTwoAgentsAnswerOneTicket(t *testing.T) {
	t.Parallel()
	s := open(t)
	anna, bilal := s.as("anna"), s.as("bilal")
	m := s.matter("c0003", "Wer hilft mir?")
	loaded := func(b *browser) string { return seqField.FindStringSubmatch(b.get(pageOf(m)).body)[1] }
	one, two := loaded(anna), loaded(bilal)
	reply := func(b *browser, seq, key, text string) got {
		return b.upload(pageOf(m)+"/do/reply", nil, "key", key, "seq", seq, "text", text)
	}
	require.Equal(t, http.StatusOK, reply(bilal, two, "b1", "Ich sehe nach.").code)
	require.Equal(t, http.StatusOK, reply(bilal, two, "b1", "Ich sehe nach.").code, "who sends twice has seen it")
	p := reply(anna, one, "a1", "Ihr Paket ist da.")
	require.Equal(t, http.StatusConflict, p.code)
	require.Contains(t, p.body, "Nicht gesendet: inzwischen hat jemand geschrieben.")
	_, meanwhile, _ := strings.Cut(p.body, `id="meanwhile"`)
	meanwhile, _, _ = strings.Cut(meanwhile, "</div>")
	require.Contains(t, meanwhile, "Ich sehe nach.")
	require.NotContains(t, meanwhile, "Wer hilft mir?", "what it had seen")
	require.Contains(t, p.body, ">Ihr Paket ist da.</textarea>")
	require.Equal(t, 1, s.now(m).Counters.Replies)
	p = reply(anna, seqField.FindStringSubmatch(p.body)[1], "a2", "Ihr Paket ist da.")
	require.Equal(t, http.StatusOK, p.code, p.body)
	require.Equal(t, 2, s.now(m).Counters.Replies)
	require.Equal(t, http.StatusOK, reply(bilal, loaded(bilal), "b2", "Gern.").code)
	require.Contains(t, s.customer("c0003").get("/t/"+s.app.TicketLink(m)).body, "Ihr Paket ist da.")
}

func TestAgentSeesWhyADateIsWhatItIs(t *testing.T) {
	s := open(t)
	m := s.matter("c0004", `<script>alert(1)</script> "><img src=x onerror=alert(2)>`)
	p := s.as("bilal").get(pageOf(m))
	require.Equal(t, http.StatusOK, p.code)
	require.NotContains(t, p.body, "<script>alert")
	require.NotContains(t, p.body, "<img")
	require.Contains(t, p.body, "&lt;script&gt;alert(1)")
	require.Contains(t, p.body, `<progress max="100"`)
	require.Regexp(t, `data-due="2026-11-27T\d\d:\d\d:\d\dZ"`, p.body)
	_, why, found := strings.Cut(p.body, "warum dieses Datum")
	require.True(t, found)
	require.Contains(t, why, "Regel")
	require.Contains(t, p.body, "wenn niemand handelt")
}

func TestAgentFillsATemplate(t *testing.T) {
	s := open(t)
	bilal := s.as("bilal")
	m := s.matter("c0001", "Wo ist es?")
	p := bilal.post(pageOf(m)+"/draft", "template", "delay", "fill", "1")
	require.Equal(t, http.StatusOK, p.code)
	require.Contains(t, p.body, "Es fehlt noch:")
	require.Zero(t, s.now(m).Counters.Replies)
	p = bilal.post(pageOf(m)+"/draft", "template", "delay", "fill", "1", "slot.order", "B-1", "slot.carrier", "DHL")
	require.NotContains(t, p.body, "Es fehlt noch:")
	text := html.UnescapeString(regexp.MustCompile(`(?s)<textarea id="reply" name="text">(.*?)</textarea>`).FindStringSubmatch(p.body)[1])
	require.Contains(t, text, "Wir haben DHL beauftragt")
	name := html.UnescapeString(regexp.MustCompile(`name="slot.customer_name" value="([^"]*)"`).FindStringSubmatch(p.body)[1])
	bilal.act(m, "reply", "template", "delay", "slot.order", "B-1", "slot.carrier", "DHL", "slot.customer_name", name, "text", text)
	require.Equal(t, 1, s.now(m).Counters.Templates)

	p = bilal.post(pageOf(m)+"/draft", "text", "Das ist Ihr Fehler, Sie hätten besser lesen müssen.")
	require.Contains(t, p.body, `<p class="warn">`)
}

func TestAgentMergesAndParts(t *testing.T) {
	s := open(t)
	bilal := s.as("bilal")
	a, b := s.matter("c0005", "Eins"), s.matter("c0005", "Zwei, etwas anderes")
	if a.ID == b.ID {
		b = s.matter("c0005", "Drei")
	}
	require.NotEqual(t, a.ID, b.ID)
	for range 2 {
		p := bilal.post(pageOf(b)+"/merge", "number", a.Number)
		require.Equal(t, pageOf(a), p.path, p.body)
	}
	require.Equal(t, ticket.StateMerged, s.now(b).State)
	require.Equal(t, http.StatusOK, bilal.post(pageOf(b)+"/unmerge").code)
	require.NotEqual(t, ticket.StateMerged, s.now(b).State)
	other := s.matter("c0006", "Fremd")
	require.Equal(t, http.StatusConflict, bilal.post(pageOf(other)+"/merge", "number", a.Number).code, "another customer's, by an agent")
}

func TestInboxFilters(t *testing.T) {
	s := open(t, func(c *web.Config) { c.Stream = 300 * time.Millisecond })
	bilal := s.as("bilal")
	m := s.matter("c0007", "Filter mich")
	has := func(q string) bool { return strings.Contains(bilal.get("/desk?"+q).body, m.Number) }
	require.True(t, has(""))
	bilal.act(m, "take", "expect", m.Assignee)
	bilal.act(m, "set", "priority", "urgent")
	require.True(t, has("who=me&priority=urgent&channel=form&reason=order/delayed&state=open") || has("who=me&priority=urgent&channel=form&reason=order/delayed&state=new"))
	for _, q := range []string{"who=-", "who=anna", "priority=low", "channel=phone", "reason=privacy", "state=closed", "overdue=1", "team=nobody"} {
		require.False(t, has(q), q)
	}
	s.clock.Set(friday.Add(4 * 24 * time.Hour))
	require.True(t, has("overdue=1&who=me"))

	p := bilal.get("/desk/stream?who=me")
	require.Equal(t, "text/event-stream", p.header.Get("Content-Type"))
	require.Contains(t, p.body, "data: ")
	require.Contains(t, p.body, m.Number)
	p = bilal.get(pageOf(m) + "/watch")
	require.Regexp(t, `^data: \d+ `, p.body)
	require.Contains(t, s.browser().get("/desk/stream").path, "/desk/login")
}
