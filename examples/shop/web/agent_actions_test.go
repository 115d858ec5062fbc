package web_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/ticket"
)

// events are all that happened to a ticket.
func (s *site) events(t ticket.Ticket) []ticket.Event {
	s.t.Helper()
	var out []ticket.Event
	for e, err := range s.app.Tickets.History(s.t.Context(), app.System(), t.Ref()) {
		require.NoError(s.t, err)
		out = append(out, e)
	}
	return out
}

// Each action has its button where it can be used and none where it cannot, does
// what it says, and stands in the timeline with who did it.
func TestEveryActionHasAButtonAndATrace(t *testing.T) {
	t.Parallel()
	at := func(s *site, d time.Duration) string {
		return friday.Add(d).In(s.app.Calendar.Zone()).Format("2006-01-02T15:04")
	}
	for _, c := range []struct {
		action string
		before func(*site, *browser, ticket.Ticket) // what has to be so
		fields func(ticket.Ticket) []string
		kind   ticket.EventKind
		says   string // in the timeline
		effect func(*assert.Assertions, ticket.Ticket)
		after  string // the button that takes it back; empty: none
		stays  bool   // it may be done again
	}{
		{
			action: "accept", kind: ticket.EventAccept, says: "übernommen",
			before: func(s *site, _ *browser, m ticket.Ticket) {
				_, err := s.app.Tickets.Do(s.t.Context(), app.System(), m.Ref(), ticket.Assign{Assignee: "bilal", Expect: m.Assignee})
				require.NoError(s.t, err)
			},
			effect: func(is *assert.Assertions, m ticket.Ticket) {
				is.Equal(ticket.StateOpen, m.State)
				is.Equal("bilal", m.Assignee)
			},
		},
		{
			action: "unassign", kind: ticket.EventUnassign, says: "abgegeben",
			before: func(_ *site, b *browser, m ticket.Ticket) { b.act(m, "take", "expect", m.Assignee) },
			effect: func(is *assert.Assertions, m ticket.Ticket) {
				is.NotEqual("bilal", m.Assignee, "the next in turn has it")
			}, after: "take",
		},
		{
			action: "ack", kind: ticket.EventAck, says: "Eskalation gesehen",
			before: func(_ *site, b *browser, m ticket.Ticket) { b.act(m, "escalate", "reason", "Presse") }, after: "unack",
		},
		{
			action: "unack", kind: ticket.EventUnack, says: "Eskalation wieder offen",
			before: func(_ *site, b *browser, m ticket.Ticket) {
				b.act(m, "escalate", "reason", "Presse")
				b.act(m, "ack")
			}, after: "ack",
		},
		{
			action: "skip", kind: ticket.EventSkipStep, says: "Schritt ausgelassen: photo, Foto ist schon da",
			before: func(_ *site, b *browser, m ticket.Ticket) {
				b.act(m, "set", "reason", "return/damaged")
				b.act(m, "play", "id", "defect")
			},
			fields: func(m ticket.Ticket) []string { return []string{"id", m.Playbook.Step, "reason", "Foto ist schon da"} },
			effect: func(is *assert.Assertions, m ticket.Ticket) { is.Equal("choice", m.Playbook.Step) }, stays: true,
		},
		{
			action: "spam", kind: ticket.EventMarkSpam, says: "als Spam markiert", fields: func(ticket.Ticket) []string { return []string{"reason", "Werbung"} },
			effect: func(is *assert.Assertions, m ticket.Ticket) { is.Equal(ticket.StateSpam, m.State) }, after: "not-spam",
		},
		{
			action: "not-spam", kind: ticket.EventNotSpam, says: "doch kein Spam",
			before: func(_ *site, b *browser, m ticket.Ticket) { b.act(m, "spam", "reason", "Werbung") },
			effect: func(is *assert.Assertions, m ticket.Ticket) { is.Equal(ticket.StateNew, m.State) }, after: "spam",
		},
		{
			action: "offer-call", kind: ticket.EventOfferPhone, says: "Gespräch angeboten",
			fields: func(ticket.Ticket) []string { return []string{"text", "Sollen wir kurz telefonieren?"} },
			effect: func(is *assert.Assertions, m ticket.Ticket) {
				is.Equal(friday, m.Dispute.PhoneOffered)
				is.Equal(1, m.Counters.Replies, "it is an answer")
			}, stays: true,
		},
		{
			action: "call-cancel", kind: ticket.EventCancelCallback, says: "Rückruf abgesagt: Schon erledigt",
			before: func(s *site, b *browser, m ticket.Ticket) {
				b.act(m, "callback", "about", "Termin", "from", at(s, time.Hour), "until", at(s, 3*time.Hour))
			},
			fields: func(m ticket.Ticket) []string { return []string{"id", m.Callbacks[0].ID, "reason", "Schon erledigt"} },
			effect: func(is *assert.Assertions, m ticket.Ticket) { is.Empty(m.Callbacks) },
		},
	} {
		t.Run(c.action, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			bilal := s.as("bilal")
			m := s.matter("c0009", "Bitte helfen Sie mir.")
			if c.before != nil {
				c.before(s, bilal, m)
			}
			button := func(action string) string { return `="` + pageOf(m) + "/do/" + action + `"` }
			require.Contains(t, bilal.get(pageOf(m)).body, button(c.action))
			var fields []string
			if c.fields != nil {
				fields = c.fields(s.now(m))
			}
			p := bilal.act(m, c.action, fields...)
			assert.Equal(t, !c.stays, !strings.Contains(p.body, button(c.action)), "the button")
			if c.after != "" {
				assert.Contains(t, p.body, button(c.after))
			}
			assert.Regexp(t, `</time> · Bilal [^·]* · `+regexp.QuoteMeta(c.says), p.body)
			if c.effect != nil {
				c.effect(assert.New(t), s.now(m))
			}
			all := s.events(m)
			last := all[len(all)-1]
			for i := len(all) - 1; i > 0 && last.Kind != c.kind; i-- { // planners may have followed
				last = all[i-1]
			}
			assert.Equal(t, c.kind, last.Kind)
			assert.Equal(t, ticket.By{Kind: ticket.ActorAgent, ID: "bilal"}, last.Actor)
		})
	}
}

// What agents attach is painted anew and named harmlessly as what customers do,
// reaches the customer's page with a reply and stays inside with a note, and is
// there once however often the form is sent.
func TestAgentsAttachFiles(t *testing.T) {
	t.Parallel()
	s := open(t)
	bilal, customer := s.as("bilal"), s.customer("c0009")
	m := s.matter("c0009", "Wie packe ich die Lampe ein?")
	bilal.act(m, "take", "expect", m.Assignee)
	var picture bytes.Buffer
	canvas := image.NewRGBA(image.Rect(0, 0, 4, 4))
	canvas.Set(1, 1, color.RGBA{R: 200, A: 255})
	require.NoError(t, png.Encode(&picture, canvas))
	files := []string{"../<b>Anleitung.exe", picture.String() + "<script>GPS 51.5N</script>"}
	var p got
	for range 2 {
		p = bilal.upload(pageOf(m)+"/do/reply", files, "key", "k1", "text", "So wird es gepackt.")
		require.Equal(t, http.StatusOK, p.code, s.log.String())
	}
	assert.Equal(t, 1, s.now(m).Counters.Replies)
	link := regexp.MustCompile(pageOf(m)+`/file/[0-9a-f]+`).FindAllString(p.body, -1)
	require.Len(t, link, 1, p.body)
	f := bilal.get(link[0])
	assert.NotContains(t, f.body, "GPS")
	assert.Contains(t, f.header.Get("Content-Disposition"), "Anleitung.png")
	kept := func() int {
		var n int
		require.NoError(t, s.db.SQL().QueryRowContext(t.Context(), "SELECT count(*) FROM shop_file WHERE customer = 'c0009'").Scan(&n))
		return n
	}
	assert.Equal(t, 1, kept(), "of the customer's, so that it is erased with all else")

	p = bilal.upload(pageOf(m)+"/do/note", []string{"intern.txt", "nur für uns"}, "key", "k2", "text", "Siehe Anhang")
	require.Equal(t, http.StatusOK, p.code)
	assert.Equal(t, 2, kept())
	page := "/t/" + s.app.TicketLink(s.now(m))
	seen := customer.get(page).body
	theirs := regexp.MustCompile(`/t/[^"]+/file/[0-9a-f]+`).FindAllString(seen, -1)
	require.Len(t, theirs, 1, seen)
	assert.Equal(t, f.body, customer.get(theirs[0]).body)
	inside := regexp.MustCompile(`/file/([0-9a-f]+)">intern`).FindStringSubmatch(p.body)
	require.NotNil(t, inside)
	assert.Equal(t, http.StatusNotFound, customer.get(page+"/file/"+inside[1]).code, "a note is for us only")

	before := kept()
	assert.Equal(t, http.StatusUnprocessableEntity, bilal.upload(pageOf(m)+"/do/reply", []string{"a.zip", "PK\x03\x04"}, "key", "k3", "text", "x").code)
	refused := bilal.upload(pageOf(m)+"/do/keep", []string{"a.txt", "a"}, "key", "k4", "id", "none")
	assert.Equal(t, http.StatusConflict, refused.code, refused.body)
	assert.Equal(t, before, kept(), "nothing is kept of what did not count")

	draft := bilal.upload(pageOf(m)+"/draft", []string{"a.txt", "a"}, "text", "Guten Tag")
	assert.Contains(t, draft.body, "Dateien noch einmal")
	assert.Equal(t, before, kept())
}

// A call that was offered is taken or declined on the customer's page.
func TestACustomerAnswersTheOfferOfACall(t *testing.T) {
	t.Parallel()
	for talk, want := range map[string]ticket.EventKind{"yes": ticket.EventAcceptPhone, "no": ticket.EventDeclinePhone} {
		s := open(t)
		m := s.matter("c0009", "Das ist verwickelt.")
		customer, page := s.customer("c0009"), "/t/"+s.app.TicketLink(m)
		require.NotContains(t, customer.get(page).body, "Möchten Sie mit uns telefonieren?")
		s.as("bilal").act(m, "offer-call", "text", "Sollen wir kurz telefonieren?")
		p := customer.get(page)
		require.Contains(t, p.body, "Sollen wir kurz telefonieren?")
		require.Contains(t, p.body, "Möchten Sie mit uns telefonieren?")
		p = customer.post(page+"/phone", "talk", talk)
		require.Equal(t, http.StatusOK, p.code, p.body)
		assert.NotContains(t, p.body, "Möchten Sie mit uns telefonieren?")
		kinds := make(map[ticket.EventKind]int)
		for _, e := range s.events(m) {
			kinds[e.Kind]++
		}
		assert.Equal(t, 1, kinds[want])
	}
}
