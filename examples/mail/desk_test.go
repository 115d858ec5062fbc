package mail_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/examples/mail"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

var anna = ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: shop}

// host is a shop with a desk in memory, a mailbox, and an address book.
type host struct {
	tb        testing.TB
	desk      *ticket.Desk
	now       time.Time
	addresses *mail.Addresses
	book      map[string]string // customer by address
	letterTo  mail.Address
	sent      [][]byte
}

func newHost(tb testing.TB) *host {
	tb.Helper()
	h := &host{
		tb: tb, now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), addresses: newAddresses(tb),
		book:     map[string]string{"erika@kundin.example": "c1", "max@fremd.example": "c2"},
		letterTo: mail.Address{Name: "Erika", Address: "erika@kundin.example"},
	}
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(tb, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	require.NoError(tb, err)
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: cal, Reminders: []sla.Period{{N: 1, Unit: sla.UnitHour}}})
	require.NoError(tb, err)
	h.desk, err = ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Now: func() time.Time { return h.now }, Random: rand.NewChaCha8([32]byte{1}),
		Delivery: ticket.DeskDelivers(h.deliver),
	})
	require.NoError(tb, err)
	return h
}

// deliver is what a host's deliverer does, up to the server.
func (h *host) deliver(ctx context.Context, o ticket.Outgoing) error {
	ref := o.Ticket.Ref()
	actor := ticket.Actor{Kind: ticket.ActorSystem, Shop: ref.Shop}
	refs, err := mail.Thread(ref, h.desk.History(ctx, actor, ref), o.Event.Seq)
	if err != nil {
		return err
	}
	raw, err := mail.Compose(ctx, o, mail.Letter{
		From: mail.Address{Name: "Laden", Address: "service@laden.example"}, To: h.letterTo,
		Now: o.Event.At, Addresses: h.addresses, References: refs,
	})
	if err != nil {
		return err
	}
	h.sent = append(h.sent, raw)
	return nil
}

func (h *host) parse(raw string) mail.Parsed {
	h.tb.Helper()
	p, err := mail.Parse(h.tb.Context(), strings.NewReader(raw), mail.Options{
		Shop: shop, Addresses: h.addresses, Own: []string{"service@laden.example"}, Owner: mail.OwnerOf(h.desk),
		Customer: func(_ context.Context, s mail.Sender) (ticket.Customer, error) {
			return ticket.Customer{Ref: h.book[strings.ToLower(s.Address)], Language: "de"}, nil
		},
	})
	require.NoError(h.tb, err)
	return p
}

func (h *host) receive(raw string) ticket.Receipt {
	h.tb.Helper()
	r, err := h.desk.Receive(h.tb.Context(), h.parse(raw).Inbound)
	require.NoError(h.tb, err)
	return r
}

// answer has an agent answer, and returns the mail that went out.
func (h *host) answer(ref ticket.Ref, text string) []byte {
	h.tb.Helper()
	_, err := h.desk.Do(h.tb.Context(), anna, ref, ticket.Reply{Text: text})
	require.NoError(h.tb, err)
	before := len(h.sent)
	n, err := h.desk.Deliver(h.tb.Context(), ref)
	require.NoError(h.tb, err)
	require.Equal(h.tb, 1, n)
	require.Len(h.tb, h.sent, before+1)
	return h.sent[before]
}

// write is a mail as a customer's mailer makes it.
func write(from, to, id, text string, fields ...string) string {
	return fmt.Sprintf("From: %s\r\nTo: %s\r\nMessage-ID: <%s>\r\nSubject: Re: Hut\r\n%s\r\n%s\r\n",
		from, to, id, strings.Join(append(fields, ""), "\r\n"), text)
}

// opened is a ticket of Erika's with an answer, and the address to reply to.
func (h *host) opened() (ticket.Ref, string, []byte) {
	h.tb.Helper()
	ref := h.receive(write("Erika <erika@kundin.example>", "service@laden.example", "e1@kundin.example", "Wo ist der Hut?")).Ticket.Ref()
	out := h.answer(ref, "Wir suchen.")
	to, err := read(h.tb, out).Header.AddressList("Reply-To")
	require.NoError(h.tb, err)
	return ref, to[0].Address, out
}

func TestReplyJoinsItsTicketByEitherWay(t *testing.T) {
	h := newHost(t)
	ref, reply, out := h.opened()
	id := read(t, out).Header.Get("Message-ID")

	byAddress := h.receive(write("erika@kundin.example", reply, "e2@kundin.example", "Danke"))
	assert.Equal(t, ref, byAddress.Ticket.Ref(), "the signed address and the sender are enough")
	byThread := h.receive(write("erika@kundin.example", "service@laden.example", "e3@kundin.example", "Danke", "In-Reply-To: "+id))
	assert.Equal(t, ref, byThread.Ticket.Ref(), "a known id and the sender are enough")
	shouted := h.receive(write("ERIKA@kundin.example", strings.ToUpper(reply), "e4@kundin.example", "Danke"))
	assert.Equal(t, ref, shouted.Ticket.Ref())
	delivered := h.receive(write("erika@kundin.example", "liste@x.example", "e5@kundin.example", "Danke", "Delivered-To: "+reply))
	assert.Equal(t, ref, delivered.Ticket.Ref())
	own := h.receive(write("erika@kundin.example", "service@laden.example", "e6@kundin.example", "Noch etwas",
		"References: <fremd@x.example>", "In-Reply-To: <e1@kundin.example>"))
	assert.Equal(t, ref, own.Ticket.Ref(), "answers to the customer's own mail thread too")
	assert.Equal(t, ticket.Duplicate, h.receive(write("erika@kundin.example", reply, "e2@kundin.example", "Danke")).Outcome)
}

// TestStrangersDoNotJoin: whatever a stranger knows of a ticket, their mail
// opens one of its own.
func TestStrangersDoNotJoin(t *testing.T) {
	h := newHost(t)
	ref, reply, out := h.opened()
	m := read(t, out)
	thread := []string{"In-Reply-To: " + m.Header.Get("Message-ID"), "References: <e1@kundin.example> " + m.Header.Get("Message-ID")}

	n := 0
	for name, raw := range map[string]func(id string) string{
		"forged references": func(id string) string {
			return write("max@fremd.example", "service@laden.example", id, "Hallo", thread...)
		},
		"in copy, answers all": func(id string) string {
			return write("max@fremd.example", reply, id, "Hallo", append(thread, "Cc: erika@kundin.example")...)
		},
		"signed address": func(id string) string { return write("max@fremd.example", reply, id, "Hallo") },
		"a guest":        func(id string) string { return write("niemand@fremd.example", reply, id, "Hallo", thread...) },
		"two authors": func(id string) string {
			return write("erika@kundin.example, max@fremd.example", reply, id, "Hallo", thread...)
		},
		"two From fields": func(id string) string {
			return write("erika@kundin.example", reply, id, "Hallo", append(thread, "From: max@fremd.example")...)
		},
		"no author": func(id string) string { return write("", reply, id, "Hallo", thread...) },
		"name that looks like an address": func(id string) string {
			return write(`"erika@kundin.example" <max@fremd.example>`, reply, id, "Hallo", thread...)
		},
		"sender and reply-to of another": func(id string) string {
			return write("max@fremd.example", reply, id, "Hallo", append(thread, "Sender: erika@kundin.example", "Reply-To: erika@kundin.example")...)
		},
	} {
		n++
		mailed := raw(fmt.Sprintf("x%d@fremd.example", n))
		p := h.parse(mailed)
		assert.Nil(t, p.Inbound.Ticket, name)
		if strings.Contains(mailed, reply) {
			require.NotNil(t, p.Reply, name)
			assert.False(t, p.Reply.Owner, name)
			assert.True(t, p.Has(mail.NoteStranger), name)
		}
		r := h.receive(mailed)
		assert.Equal(t, ticket.Opened, r.Outcome, name)
		assert.NotEqual(t, ref, r.Ticket.Ref(), name)
	}
	t.Run("nothing of it is in the ticket", func(t *testing.T) {
		for e, err := range h.desk.History(t.Context(), anna, ref) {
			require.NoError(t, err)
			if m := e.Message(); m != nil {
				assert.NotContains(t, m.Text, "Hallo")
			}
		}
	})
}

// TestTamperedAddressesDoNotJoin: the right customer, but an address that the
// shop did not sign for that ticket.
func TestTamperedAddressesDoNotJoin(t *testing.T) {
	h := newHost(t)
	ref, reply, _ := h.opened()
	at := strings.IndexByte(reply, '@')
	flipped := reply[:at-1] + map[bool]string{true: "b", false: "a"}[reply[at-1] == 'a'] + reply[at:]
	elsewhere := newAddresses(t, mail.Key{ID: 7, Secret: secret(8)})
	for name, to := range map[string]string{
		"one character":           flipped,
		"another shop":            h.addresses.Sign(ticket.Ref{Shop: "anderer.example", ID: ref.ID}),
		"a key that is not known": elsewhere.Sign(ref),
	} {
		p := h.parse(write("erika@kundin.example", to, name+"@kundin.example", "Hallo"))
		assert.Nil(t, p.Inbound.Ticket, name)
		assert.Nil(t, p.Reply, name)
		assert.True(t, p.Has(mail.NoteForged), name)
		r, err := h.desk.Receive(t.Context(), p.Inbound)
		require.NoError(t, err)
		assert.NotEqual(t, ref, r.Ticket.Ref(), name)
	}
	old := newAddresses(t, mail.Key{ID: 9, Secret: secret(9)}, mail.Key{ID: 7, Secret: secret(7)})
	h.addresses = old
	r := h.receive(write("erika@kundin.example", reply, "rotiert@kundin.example", "Hallo"))
	assert.Equal(t, ref, r.Ticket.Ref(), "after a rotation old addresses still count")
}

func TestTheOwnersAddressIsFoundAmongOthers(t *testing.T) {
	h := newHost(t)
	ref, reply, _ := h.opened()
	other := h.receive(write("max@fremd.example", "service@laden.example", "m1@fremd.example", "Meiner")).Ticket.Ref()
	both := h.addresses.Sign(other) + ", " + reply
	p := h.parse(write("erika@kundin.example", both, "e2@kundin.example", "Danke"))
	require.NotNil(t, p.Inbound.Ticket)
	assert.Equal(t, ref, *p.Inbound.Ticket)
	assert.True(t, p.Reply.Owner)
}

// TestBounceFindsItsTicket: by the id of what did not arrive and its
// recipient, and it wakes nobody.
func TestBounceFindsItsTicket(t *testing.T) {
	h := newHost(t)
	ref, _, out := h.opened()
	id := read(t, out).Header.Get("Message-ID")
	report := func(key, about, rcpt string) string {
		return "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nTo: service@laden.example\r\nMessage-ID: <" + key + ">\r\n" +
			"Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n" +
			"--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; " + rcpt +
			"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + about + "\r\n\r\n--r--\r\n"
	}
	r := h.receive(report("b1@mx.example", id, "erika@kundin.example"))
	assert.Equal(t, ticket.Noted, r.Outcome)
	assert.Equal(t, ref, r.Ticket.Ref())
	assert.Equal(t, ticket.EventBounce, r.Events[0].Kind)

	r = h.receive(report("b2@mx.example", id, "max@fremd.example"))
	assert.Equal(t, ticket.Quarantined, r.Outcome, "a report on somebody else's mail")
	r = h.receive(report("b3@mx.example", "<nie@laden.example>", "erika@kundin.example"))
	assert.Equal(t, ticket.Quarantined, r.Outcome)
}

func TestAbsenceNoteWakesNobody(t *testing.T) {
	h := newHost(t)
	ref, reply, _ := h.opened()
	_, err := h.desk.Do(t.Context(), anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Gefunden."})
	require.NoError(t, err)
	r := h.receive(write("erika@kundin.example", reply, "v1@kundin.example", "Ich bin im Urlaub.", "Auto-Submitted: auto-replied"))
	assert.Equal(t, ticket.Noted, r.Outcome)
	assert.Equal(t, ticket.StateResolved, r.Ticket.State)

	loop := h.receive(write("service@laden.example", reply, "l1@laden.example", "Danke für Ihre Nachricht"))
	assert.Equal(t, ticket.Quarantined, loop.Outcome, "the shop's own mail opens no matter")
}

// TestReminderIsMarked: what the system sends by itself says so, and is no
// news for another desk.
func TestReminderIsMarked(t *testing.T) {
	h := newHost(t)
	ref, _, _ := h.opened()
	_, err := h.desk.Do(t.Context(), anna, ref, ticket.AskCustomer{Text: "Welche Größe?"})
	require.NoError(t, err)
	h.now = h.now.Add(2 * time.Hour)
	_, err = h.desk.Tick(t.Context(), ticket.TickOptions{})
	require.NoError(t, err)
	_, err = h.desk.Deliver(t.Context(), ref)
	require.NoError(t, err)
	last := read(t, h.sent[len(h.sent)-1])
	assert.Equal(t, "auto-generated", last.Header.Get("Auto-Submitted"))
	assert.Equal(t, "<"+ticket.MessageID(ref, 3)+">", last.Header.Get("In-Reply-To"), "it goes on in the thread")
}

// mailers are ways in which people's mailers answer: what they add below, and
// which of the two threads they keep.
func mailers() map[string]func(text, quoted string) string {
	mark := func(quoted string) string { return "> " + strings.ReplaceAll(quoted, "\n", "\n> ") }
	return map[string]func(string, string) string{
		"bare": func(text, _ string) string { return text },
		"gmail": func(text, q string) string {
			return text + "\n\nAm Mo., 23. Nov. 2026 um 09:10 Uhr schrieb Laden <\nservice@laden.example>:\n\n" + mark(q)
		},
		"apple": func(text, q string) string {
			return text + "\n\nVon meinem iPhone gesendet\n\n> Am 23.11.2026 um 09:10 schrieb Laden:\n> \n" + mark(q)
		},
		"outlook": func(text, q string) string {
			return text + "\n\n________________________________\nVon: Laden <service@laden.example>\nGesendet: Montag, 23. November 2026 09:10\nAn: Erika\nBetreff: Hut\n\n" + q
		},
		"bottom": func(text, q string) string {
			return "On 23.11.2026 09:10, Laden wrote:\n" + mark(q) + "\n\n" + text + "\n\n-- \nErika"
		},
	}
}

// TestRoundTrip: whatever is answered in whatever mailer, the answer comes
// back to its ticket, with its own words only.
func TestRoundTrip(t *testing.T) {
	ways := mailers()
	words := rapid.StringMatching(`[A-ZÄÖÜ][a-zäöüß€]{2,12}( [a-zäöüß0-9]{1,12}){0,30}[.!?]`)
	rapid.Check(t, func(rt *rapid.T) {
		h := newHost(t)
		ref := h.receive(write("erika@kundin.example", "service@laden.example", "e1@kundin.example", words.Draw(rt, "question"))).Ticket.Ref()
		for i := range rapid.IntRange(1, 4).Draw(rt, "rounds") {
			quoted := strings.Join(rapid.SliceOfN(words, 1, 4).Draw(rt, "answer"), "\n")
			out := h.answer(ref, quoted)
			m := read(t, out)
			reply, err := m.Header.AddressList("Reply-To")
			require.NoError(rt, err)
			text := words.Draw(rt, "reply")
			way := rapid.SampledFrom([]string{"bare", "gmail", "apple", "outlook", "bottom"}).Draw(rt, "mailer")
			to, fields := reply[0].Address, []string{"Content-Type: text/plain; charset=utf-8"}
			switch rapid.SampledFrom([]string{"both", "address", "thread"}).Draw(rt, "keeps") {
			case "both":
				fields = append(fields, "In-Reply-To: "+m.Header.Get("Message-ID"))
			case "thread":
				to = "service@laden.example"
				fields = append(fields, "References: "+m.Header.Get("References")+"\r\n "+m.Header.Get("Message-ID"))
			}
			raw := write("erika@kundin.example", to, fmt.Sprintf("r%d@kundin.example", i), ways[way](text, quoted), fields...)
			r := h.receive(raw)
			require.Equal(rt, ticket.Appended, r.Outcome)
			require.Equal(rt, ref, r.Ticket.Ref())
			require.Equal(rt, text, r.Events[0].Message().Text)
		}
	})
}

func TestOwnerIsAskedAndItsErrorPassedOn(t *testing.T) {
	h := newHost(t)
	_, reply, _ := h.opened()
	raw := write("erika@kundin.example", reply, "e2@kundin.example", "Danke")
	opts := mail.Options{Shop: shop, Addresses: h.addresses}
	p, err := mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.NoError(t, err)
	assert.Nil(t, p.Inbound.Ticket, "nobody says who owns the ticket")
	opts.Owner = func(context.Context, ticket.Ref, mail.Sender, ticket.Customer) (bool, error) { return true, nil }
	p, err = mail.Parse(t.Context(), strings.NewReader("From: max@fremd.example\r\n"+raw), opts)
	require.NoError(t, err)
	assert.Nil(t, p.Inbound.Ticket, "with two authors nobody is asked")
	opts.Owner = func(context.Context, ticket.Ref, mail.Sender, ticket.Customer) (bool, error) { return false, errDown }
	_, err = mail.Parse(t.Context(), strings.NewReader(raw), opts)
	require.ErrorIs(t, err, errDown)
}

func TestOwnerOfIsNotAskedForGuests(t *testing.T) {
	h := newHost(t)
	ref := h.receive(write("gast@x.example", "service@laden.example", "g1@x.example", "Hallo")).Ticket.Ref()
	owns, err := mail.OwnerOf(h.desk)(t.Context(), ref, mail.Sender{}, ticket.Customer{})
	require.NoError(t, err)
	assert.False(t, owns, "every guest has the same empty reference")
	owns, err = mail.OwnerOf(h.desk)(t.Context(), ref, mail.Sender{}, ticket.Customer{Ref: "c1"})
	require.NoError(t, err)
	assert.False(t, owns, "a guest's ticket is not a customer's")
	owns, err = mail.OwnerOf(h.desk)(t.Context(), someRef(), mail.Sender{}, ticket.Customer{Ref: "c1"})
	require.NoError(t, err)
	assert.False(t, owns, "no such ticket")
}
