package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	netmail "net/mail"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/examples/shop/maildir"
	"github.com/kulanz-go/kulanz/examples/shop/outbox"
	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

const evil = "Erika\r\nBcc: all@victims.example\x00\u202e"

// house is a desk with an outbox, and what both need.
type house struct {
	*outbox.Outbox

	desk     *tickettest.Desk
	dir      *maildir.Dir
	gateway  *outbox.FakeGateway
	contact  outbox.Contact
	forgot   []string
	notified []ticket.PlannedStep
}

func open(tb testing.TB, mailer outbox.Mailer) *house {
	tb.Helper()
	dir, err := maildir.Open(filepath.Join(tb.TempDir(), "out"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, dir.Close()) })
	if mailer == nil {
		mailer = outbox.Folder{Dir: dir}
	}
	h := &house{
		desk: tickettest.NewDesk(tb, tickettest.DeskConfig{}), dir: dir, gateway: new(outbox.FakeGateway),
		contact: outbox.Contact{Name: evil, Email: "erika@post.example", Phone: "+49 1511 0000001", Language: "de"},
	}
	contact := func(context.Context, ticket.Ticket) (outbox.Contact, error) { return h.contact, nil }
	h.Outbox, err = outbox.New(outbox.Config{
		Desk: h.desk.Desk, Mail: mailer, SMS: h.gateway, From: mail.Address{Name: "Wiesental", Address: "service@wiesental.example"},
		Contact: contact,
		Person:  func(context.Context, string, string) (outbox.Contact, error) { return h.contact, nil },
		Forget:  func(_ context.Context, refs []string) error { h.forgot = append(h.forgot, refs...); return nil },
		Notify: func(_ context.Context, _ ticket.Outgoing, s ticket.PlannedStep) error {
			h.notified = append(h.notified, s)
			return nil
		},
		Answer: func(t string) string { return "https://wiesental.example/umfrage/" + t },
		Object: func(t string) string { return "https://wiesental.example/widerspruch/" + t },
	})
	require.NoError(tb, err)
	return h
}

// reply has an agent answer a customer's mail, and returns the effect.
func (h *house) reply(tb testing.TB, channel ticket.Channel, subject string) ticket.Outgoing {
	tb.Helper()
	in, err := h.desk.Receive(tb.Context(), ticket.Inbound{
		Shop: "wiesental.example", Key: "frage@post.example", Channel: channel, Subject: subject, Text: "Wo ist mein Paket?",
		Customer: ticket.Customer{Ref: "c1", Language: "de"},
	})
	require.NoError(tb, err)
	ref := in.Ticket.Ref()
	res, err := h.desk.Do(tb.Context(), ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: ref.Shop}, ref, ticket.Reply{Text: "Es kommt morgen.\n.\nIhr Kundendienst"})
	require.NoError(tb, err)
	e := res.Events[0]
	return ticket.Outgoing{Ticket: res.Ticket, Event: e, MessageID: ticket.MessageID(ref, e.Seq), Attempt: 1}
}

// sent are the mails in the folder.
func (h *house) sent(tb testing.TB) []*netmail.Message {
	tb.Helper()
	names, err := h.dir.New()
	require.NoError(tb, err)
	all := make([]*netmail.Message, len(names))
	for i, n := range names {
		r, err := h.dir.Open(n)
		require.NoError(tb, err)
		raw, err := io.ReadAll(r)
		require.NoError(tb, err)
		require.NoError(tb, r.Close())
		all[i] = parsed(tb, raw)
	}
	return all
}

func parsed(tb testing.TB, raw []byte) *netmail.Message {
	tb.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	require.NoError(tb, err)
	return m
}

// A mail that is tried twice is one, and nothing that a customer said of itself
// becomes a header field.
func TestAMailIsOneHoweverOftenItIsTried(t *testing.T) {
	h := open(t, nil)
	out := h.reply(t, ticket.ChannelEmail, "Hut\r\nBcc: all@victims.example")
	for range 3 {
		require.NoError(t, h.Deliver(t.Context(), out))
		out.Attempt++
	}
	sent := h.sent(t)
	require.Len(t, sent, 1)
	m := sent[0]
	assert.Equal(t, "<"+out.MessageID+">", m.Header.Get("Message-ID"))
	assert.Equal(t, "<frage@post.example>", m.Header.Get("In-Reply-To"), "it threads")
	assert.Empty(t, m.Header.Get("Bcc"))
	assert.Empty(t, m.Header.Get("Auto-Submitted"), "a person wrote it")
	to, err := m.Header.AddressList("To")
	require.NoError(t, err)
	require.Len(t, to, 1)
	assert.Equal(t, "erika@post.example", to[0].Address)
}

func TestWhatAMachineWroteSaysSo(t *testing.T) {
	h := open(t, nil)
	out := h.reply(t, ticket.ChannelEmail, "Hut")
	out.Event.Kind, out.Event.Actor = ticket.EventReminder, ticket.By{Kind: ticket.ActorSystem}
	require.NoError(t, h.Deliver(t.Context(), out))
	assert.Equal(t, "auto-generated", h.sent(t)[0].Header.Get("Auto-Submitted"))
}

// Who wrote a text message gets one, who chats reads it there, and who cannot be
// reached is a failure to be seen.
func TestTheWayBackIsTheWayItCame(t *testing.T) {
	h := open(t, nil)
	sms := h.reply(t, ticket.ChannelSMS, "")
	h.gateway.Fail(outbox.ErrGateway, nil)
	require.ErrorIs(t, h.Deliver(t.Context(), sms), outbox.ErrGateway)
	require.NoError(t, h.Deliver(t.Context(), sms))
	require.NoError(t, h.Deliver(t.Context(), sms), "once more, after a crash")
	require.Len(t, h.gateway.Sent(), 1)
	assert.Equal(t, outbox.SMS{ID: sms.MessageID, To: "+4915110000001", Text: "Es kommt morgen. . Ihr Kundendienst"}, h.gateway.Sent()[0])
	assert.Equal(t, 3, h.gateway.Tries())

	chat := sms
	chat.Event.Body = ticket.Message{Text: "Hier bin ich.", Channel: ticket.ChannelChat}
	h.contact = outbox.Contact{}
	require.NoError(t, h.Deliver(t.Context(), chat))
	mailed := sms
	mailed.Event.Body = ticket.Message{Text: "Hier bin ich.", Channel: ticket.ChannelEmail}
	err := h.Deliver(t.Context(), mailed)
	require.ErrorIs(t, err, ticket.ErrPermanent)
	h.contact.Phone = "0151 12"
	err = h.Deliver(t.Context(), mailed)
	require.ErrorIs(t, err, ticket.ErrPermanent)
	assert.NotContains(t, err.Error(), "0151")
	assert.Empty(t, h.sent(t))
}

func TestOtherEffects(t *testing.T) {
	h := open(t, nil)
	out := h.reply(t, ticket.ChannelEmail, "Hut")
	out.Event.Body = ticket.Erased{Files: []string{"upload/1"}}
	require.NoError(t, h.Deliver(t.Context(), out))
	out.Event.Body = ticket.Recorded{Step: &ticket.PlannedStep{Key: "k", Notify: true}}
	require.NoError(t, h.Deliver(t.Context(), out))
	out.Event.Kind, out.Event.Body = ticket.EventNote, ticket.Message{Text: "intern"}
	require.NoError(t, h.Deliver(t.Context(), out))
	assert.Equal(t, []string{"upload/1"}, h.forgot)
	assert.Len(t, h.notified, 1)
	assert.Empty(t, h.sent(t), "a note leaves the house never")
}

// An invitation carries both links, says that a machine wrote it, and lets mail
// programs offer the way out.
func TestInvitations(t *testing.T) {
	h := open(t, nil)
	inv := feedback.Outgoing{
		ID: uuid.UUID{15: 1}, Kind: feedback.EffectInvite, Answer: "an-swer", Object: "ob_ject",
		Invitation: feedback.Invitation{
			Shop: "wiesental.example", ID: uuid.UUID{15: 2}, Customer: "c1", Medium: feedback.MediumEmail,
			Created: time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC), Expires: time.Date(2026, 12, 26, 9, 0, 0, 0, time.UTC),
		},
	}
	for range 2 {
		require.NoError(t, h.Invite(t.Context(), inv))
	}
	sent := h.sent(t)
	require.Len(t, sent, 1)
	m := sent[0]
	assert.Equal(t, "<"+inv.ID.String()+"@wiesental.example>", m.Header.Get("Message-ID"))
	assert.Equal(t, "<https://wiesental.example/widerspruch/ob_ject>", m.Header.Get("List-Unsubscribe"))
	assert.Equal(t, "List-Unsubscribe=One-Click", m.Header.Get("List-Unsubscribe-Post"))
	assert.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"))
	assert.Empty(t, m.Header.Get("Bcc"))
	body, err := io.ReadAll(m.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "https://wiesental.example/umfrage/an-swer")
	assert.Contains(t, string(body), "https://wiesental.example/widerspruch/ob_ject")
	assert.Contains(t, string(body), "26.12.2026")

	inv.ID, inv.Invitation.Medium = uuid.UUID{15: 3}, feedback.MediumSMS
	require.NoError(t, h.Invite(t.Context(), inv))
	require.Len(t, h.gateway.Sent(), 1)
	assert.Contains(t, h.gateway.Sent()[0].Text, "umfrage/an-swer")
	inv.Answer = "x>\r\nBcc: all@victims.example"
	require.ErrorIs(t, h.Invite(t.Context(), inv), outbox.ErrConfig)
	inv.Answer, h.contact = "x", outbox.Contact{}
	require.ErrorIs(t, h.Invite(t.Context(), inv), feedback.ErrPermanent)
	inv.Invitation.Medium = feedback.MediumEmail
	require.ErrorIs(t, h.Invite(t.Context(), inv), feedback.ErrPermanent)
}

// server is an SMTP server that answers as it is told.
type server struct {
	mu      sync.Mutex
	refuse  error // of the recipient
	from    string
	got     [][]byte
	stalled chan struct{} // not nil: it says nothing to the mail until this is closed
}

func (s *server) NewSession(*smtp.Conn) (smtp.Session, error) { //nolint:ireturn // the library's
	return &session{s}, nil
}

type session struct{ *server }

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(string, *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refuse
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if s.stalled != nil {
		<-s.stalled
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, raw)
	return err
}

func listen(tb testing.TB, s *server) string {
	tb.Helper()
	l, err := new(net.ListenConfig).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	require.NoError(tb, err)
	srv := smtp.NewServer(s)
	srv.Domain = "mx.example"
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(l) }()
	tb.Cleanup(func() {
		require.NoError(tb, srv.Close())
		<-done
	})
	return l.Addr().String()
}

func TestSMTP(t *testing.T) {
	s := new(server)
	mailer := outbox.SMTP{Addr: listen(t, s), Security: outbox.Plain}
	h := open(t, mailer)
	out := h.reply(t, ticket.ChannelEmail, "Hut")
	require.NoError(t, h.Deliver(t.Context(), out))
	require.NoError(t, h.Deliver(t.Context(), out))
	require.Len(t, s.got, 2)
	assert.Equal(t, s.got[0], s.got[1], "the same bytes")
	assert.Equal(t, "service@wiesental.example", s.from)
	m := parsed(t, s.got[0])
	assert.Equal(t, "<"+out.MessageID+">", m.Header.Get("Message-ID"))
	body, err := io.ReadAll(m.Body)
	require.NoError(t, err)
	assert.Contains(t, string(body), "\r\n.\r\nIhr Kundendienst", "a lonely point is no end")

	s.refuse = &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no erika@post.example here"}
	err = h.Deliver(t.Context(), out)
	require.ErrorIs(t, err, ticket.ErrPermanent)
	assert.Contains(t, err.Error(), "550 5.1.1")
	assert.NotContains(t, err.Error(), "erika")
	s.refuse = &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "erika@post.example is greylisted"}
	err = h.Deliver(t.Context(), out)
	require.Error(t, err)
	require.NotErrorIs(t, err, ticket.ErrPermanent)
	assert.NotContains(t, err.Error(), "erika")
	require.Error(t, outbox.SMTP{Addr: mailer.Addr, Security: outbox.StartTLS}.Send(t.Context(), outbox.Mail{}), "a server that cannot is refused")
	require.Error(t, outbox.SMTP{Addr: "127.0.0.1:1", Security: outbox.Plain}.Send(t.Context(), outbox.Mail{}))
	require.Error(t, outbox.SMTP{Addr: mailer.Addr}.Send(t.Context(), outbox.Mail{}), "no security is none")
}

// A server that takes the mail and says nothing does not hold a worker up.
func TestAServerThatStalls(t *testing.T) {
	s := &server{stalled: make(chan struct{})}
	mailer := outbox.SMTP{Addr: listen(t, s), Security: outbox.Plain, Timeout: 100 * time.Millisecond}
	err := mailer.Send(t.Context(), outbox.Mail{ID: "1@x", From: "a@x.example", To: "b@y.example", Raw: []byte("Subject: x\r\n\r\ny\r\n")})
	require.Error(t, err)
	require.NotErrorIs(t, err, ticket.ErrPermanent, "it may or may not have gone")
	close(s.stalled)
}

func TestConfigIsChecked(t *testing.T) {
	_, err := outbox.New(outbox.Config{})
	require.ErrorIs(t, err, outbox.ErrConfig)
	for _, what := range []string{"desk", "mailer", "address", "reach", "forget"} {
		assert.True(t, strings.Contains(err.Error(), what), what)
	}
	assert.False(t, errors.Is(err, ticket.ErrPermanent))
}
