package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/ticket"
)

func outgoing(kind ticket.EventKind, by ticket.ActorKind, m ticket.Message) ticket.Outgoing {
	ref := someRef()
	return ticket.Outgoing{
		Ticket: ticket.Ticket{
			ID: ref.ID, Shop: ref.Shop, Number: "K7M2Q9X", Subject: "Wo ist der Hut?",
			Customer: ticket.Customer{Ref: "c1", Language: "de"},
		},
		Event: ticket.Event{
			Seq: 4, Kind: kind, Actor: ticket.By{Kind: by}, Body: m,
			ID: uuid.MustParse("0190a0b0-0000-7000-8000-0000000000e4"),
		},
		MessageID: ticket.MessageID(ref, 4), Attempt: 1,
	}
}

func letter(tb testing.TB) mail.Letter {
	tb.Helper()
	return mail.Letter{
		From:      mail.Address{Name: "Läden & Söhne", Address: "service@laden.example"},
		To:        mail.Address{Name: "Erika Beispiel", Address: "erika@kundin.example"},
		Now:       time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		Addresses: newAddresses(tb),
	}
}

// read parses with the standard library, which shares no code with Compose.
func read(tb testing.TB, raw []byte) *netmail.Message {
	tb.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	require.NoError(tb, err)
	return m
}

func TestComposeHeader(t *testing.T) {
	l := letter(t)
	l.References = []string{"<a0@kundin.example>", "sha256:00", "a b@c", "a1@kundin.example"}
	o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: "Guten Tag,\nder Hut kommt für 20 €."})
	raw, err := mail.Compose(t.Context(), o, l)
	require.NoError(t, err)
	m := read(t, raw)
	h := m.Header
	assert.Equal(t, "<0190a0b0-0000-7000-8000-00000000abcd.4@laden.example>", h.Get("Message-ID"))
	assert.Equal(t, "<a1@kundin.example>", h.Get("In-Reply-To"))
	assert.Equal(t, "<a0@kundin.example> <a1@kundin.example>", h.Get("References"))
	assert.Equal(t, "Mon, 23 Nov 2026 09:00:00 +0000", h.Get("Date"))
	assert.Equal(t, "Re: Wo ist der Hut?", h.Get("Subject"))
	assert.Empty(t, h.Get("Auto-Submitted"))
	from, err := h.AddressList("From")
	require.NoError(t, err)
	assert.Equal(t, []*netmail.Address{{Name: "Läden & Söhne", Address: "service@laden.example"}}, from)
	reply, err := h.AddressList("Reply-To")
	require.NoError(t, err)
	ref, _, err := l.Addresses.Verify(shop, reply[0].Address)
	require.NoError(t, err)
	assert.Equal(t, someRef(), ref)
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	require.NoError(t, err)
	assert.Equal(t, "Guten Tag,\r\nder Hut kommt für 20 €.\r\n", string(body))
	for line := range bytes.Lines(raw) {
		assert.LessOrEqual(t, len(line), 998+2, "RFC 5322, section 2.1.1")
		assert.True(t, bytes.HasSuffix(line, []byte("\r\n")), "%q", line)
	}

	again, err := mail.Compose(t.Context(), o, l)
	require.NoError(t, err)
	assert.Equal(t, raw, again, "a repeat is the same mail")
}

func TestComposeSaysWhatIsAutomatic(t *testing.T) {
	for _, tc := range []struct {
		kind ticket.EventKind
		by   ticket.ActorKind
		want string
	}{
		{ticket.EventReply, ticket.ActorAgent, ""},
		{ticket.EventReminder, ticket.ActorSystem, "auto-generated"},
		{ticket.EventFollowUp, ticket.ActorSystem, "auto-generated"},
		{ticket.EventBotReply, ticket.ActorBot, "auto-replied"},
	} {
		raw, err := mail.Compose(t.Context(), outgoing(tc.kind, tc.by, ticket.Message{Text: "Hallo"}), letter(t))
		require.NoError(t, err)
		assert.Equal(t, tc.want, read(t, raw).Header.Get("Auto-Submitted"), tc.kind)

		p, err := mail.Parse(t.Context(), bytes.NewReader(raw), mail.Options{Shop: shop})
		require.NoError(t, err)
		assert.Equal(t, tc.want != "", p.Inbound.Auto != "", "another desk must not answer it")
	}
}

// TestNothingInternalGoesOut: only words for the customer become a mail.
func TestNothingInternalGoesOut(t *testing.T) {
	for _, kind := range []ticket.EventKind{
		ticket.EventNote, ticket.EventThirdPartyUpdate, ticket.EventCustomerMessage, ticket.EventCreate,
		ticket.EventAutoReply, ticket.EventBounce,
	} {
		_, err := mail.Compose(t.Context(), outgoing(kind, ticket.ActorAgent, ticket.Message{Text: "intern"}), letter(t))
		require.ErrorIs(t, err, mail.ErrNothingToSend, kind)
		require.ErrorIs(t, err, ticket.ErrPermanent, kind)
	}
	o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{})
	o.Event.Body = nil
	_, err := mail.Compose(t.Context(), o, letter(t))
	require.ErrorIs(t, err, mail.ErrNothingToSend)
}

func TestComposeNamesEveryFault(t *testing.T) {
	o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: "x", Attachments: []ticket.Attachment{{Ref: "r"}}})
	o.MessageID = "x@mein laden"
	_, err := mail.Compose(t.Context(), o, mail.Letter{To: mail.Address{Address: "geheim@x.example\r\nBcc: y@z.example"}})
	require.ErrorIs(t, err, ticket.ErrPermanent)
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 5)
	assert.NotContains(t, err.Error(), "geheim", "errors carry no addresses")
}

// TestHeaderInjection: no text, however hostile, adds a field, ends the header
// or carries a control or a direction mark.
func TestHeaderInjection(t *testing.T) {
	hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"x\r\nBcc: opfer@x.example", "x\nBcc: opfer@x.example\n\nText", "x\rBcc: y", "\x00\u202Etxt.exe", "=?utf-8?q?=0D=0ABcc:_x?=",
		"a@b>\r\nBcc: <c@d", strings.Repeat("lang ", 400), strings.Repeat("l", 2000), "\u2028Bcc: x", "\" <x@y>, \"z",
	}))
	addresses := newAddresses(t)
	rapid.Check(t, func(t *rapid.T) {
		o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: hostile.Draw(t, "text")})
		o.Ticket.Subject = hostile.Draw(t, "ticket subject")
		l := mail.Letter{
			From: mail.Address{Name: hostile.Draw(t, "from"), Address: "service@laden.example"},
			To:   mail.Address{Name: hostile.Draw(t, "to"), Address: "erika@kundin.example"},
			Now:  time.Unix(0, 0), Addresses: addresses, Subject: hostile.Draw(t, "subject"),
			References: []string{hostile.Draw(t, "ref"), hostile.Draw(t, "ref2") + "@x"},
		}
		raw, err := mail.Compose(context.Background(), o, l)
		require.NoError(t, err)
		m, err := netmail.ReadMessage(bytes.NewReader(raw))
		require.NoError(t, err)
		for k := range m.Header {
			assert.Contains(t, []string{
				"Date", "From", "To", "Reply-To", "Subject", "Message-Id", "In-Reply-To", "References",
				"Mime-Version", "Content-Type", "Content-Transfer-Encoding",
			}, k)
			assert.Len(t, m.Header[k], 1, k)
		}
		for _, k := range []string{"From", "To", "Reply-To"} {
			list, err := m.Header.AddressList(k)
			require.NoError(t, err, m.Header.Get(k))
			require.Len(t, list, 1)
			assert.NotRegexp(t, "[\x00-\x1f\u202a-\u202e\u2066-\u2069]", list[0].Name)
		}
		for _, line := range strings.SplitAfter(string(raw), "\n") {
			assert.LessOrEqual(t, len(line), 1000)
		}
	})
}

func TestComposeAttachments(t *testing.T) {
	files := map[string]string{"r1": "%PDF kein Papier", "r2": strings.Repeat("x", 5000)}
	o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{
		Text: "Anbei.",
		Attachments: []ticket.Attachment{
			{Ref: "r1", Name: "Gutschrift für Erika.pdf", Type: "application/pdf"},
			{Ref: "r2", Name: "../böse\r\nX: y.txt", Type: "text/plain\r\nBcc: x@y.example"},
		},
	})
	l := letter(t)
	l.Open = func(_ context.Context, a ticket.Attachment) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(files[a.Ref])), nil
	}
	raw, err := mail.Compose(t.Context(), o, l)
	require.NoError(t, err)
	again, err := mail.Compose(t.Context(), o, l)
	require.NoError(t, err)
	assert.Equal(t, raw, again)

	saved := drawer{}
	p, err := mail.Parse(t.Context(), bytes.NewReader(raw), options(saved))
	require.NoError(t, err)
	assert.Equal(t, "Anbei.", p.Inbound.Text)
	assert.Equal(t, drawer{"Gutschrift für Erika.pdf": files["r1"], "böse  X_ y.txt": files["r2"]}, saved)
	assert.Equal(t, "application/octet-stream", p.Files[1].Type)

	down := errors.New("store is down")
	l.Open = func(context.Context, ticket.Attachment) (io.ReadCloser, error) { return nil, down }
	_, err = mail.Compose(t.Context(), o, l)
	require.ErrorIs(t, err, down)
	assert.NotErrorIs(t, err, ticket.ErrPermanent, "another attempt may succeed")
}

func TestComposeSubject(t *testing.T) {
	for _, tc := range []struct{ own, ticket, lang, want string }{
		{"Ihre Gutschrift", "Hut", "de", "Ihre Gutschrift"},
		{"", "Hut", "de", "Re: Hut"},
		{"", "AW: Hut", "de", "AW: Hut"},
		{"", "", "de-AT", "Ihre Anfrage K7M2Q9X"},
		{"", "", "fr", "Your request K7M2Q9X"},
	} {
		o := outgoing(ticket.EventReply, ticket.ActorAgent, ticket.Message{Text: "x"})
		o.Ticket.Subject, o.Ticket.Customer.Language = tc.ticket, tc.lang
		l := letter(t)
		l.Subject = tc.own
		raw, err := mail.Compose(t.Context(), o, l)
		require.NoError(t, err)
		assert.Equal(t, tc.want, read(t, raw).Header.Get("Subject"))
	}
}

func TestThreadKeepsTheFirstAndTheLatest(t *testing.T) {
	ref := someRef()
	history := func(yield func(ticket.Event, error) bool) {
		for seq := int64(1); seq <= 60; seq++ {
			e := ticket.Event{Seq: seq, Kind: ticket.EventReply, Body: ticket.Message{Text: "x"}}
			switch {
			case seq == 1:
				e.Kind, e.Body = ticket.EventCreate, ticket.Created{Message: &ticket.Message{External: "first@x"}}
			case seq%3 == 0:
				e.Kind = ticket.EventNote
			case seq == 50:
				e.Kind, e.Body = ticket.EventCustomerMessage, ticket.Message{External: "fifty@x"}
			case seq == 49:
				e.Kind, e.Body = ticket.EventAutoReply, ticket.Message{External: "vacation@x"}
			}
			if !yield(e, nil) {
				return
			}
		}
	}
	ids, err := mail.Thread(ref, history, 53)
	require.NoError(t, err)
	assert.Len(t, ids, 20)
	assert.Equal(t, "first@x", ids[0])
	assert.Equal(t, []string{"fifty@x", ticket.MessageID(ref, 52)}, ids[18:])
	assert.NotContains(t, ids, "vacation@x")

	broken := errors.New("store is down")
	_, err = mail.Thread(ref, func(yield func(ticket.Event, error) bool) { yield(ticket.Event{}, broken) }, 5)
	require.ErrorIs(t, err, broken)
}
