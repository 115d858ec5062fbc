package ticket_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

func TestBarrageIsOneTicket(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	first := f.receive(t, mail("m1", "Wo?"))
	for _, k := range []string{"m2", "m3", "m4"} {
		f.clock.Advance(time.Minute)
		r := f.receive(t, mail(k, "Wo??"))
		require.Equal(t, ticket.Appended, r.Outcome)
		assert.Equal(t, first.Ticket.ID, r.Ticket.ID)
		assert.Equal(t, first.Ticket.WaitingSince, r.Ticket.WaitingSince)
	}
	assert.Len(t, f.history(t, first.Ticket.Ref()), 4, "every message is kept")
}

func TestSameMessageTwice(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	first := f.receive(t, mail("m1", "Wo?"))
	again := f.receive(t, mail("m1", "Wo?"))
	assert.Equal(t, ticket.Duplicate, again.Outcome)
	assert.Equal(t, first.Events, again.Events)

	other := f.receive(t, mail("m1", "Etwas ganz anderes"))
	assert.Equal(t, ticket.Appended, other.Outcome, "another message under the same id is not lost")
	assert.Equal(t, ticket.Duplicate, f.receive(t, mail("m1", "Etwas ganz anderes")).Outcome)
	assert.Len(t, f.history(t, first.Ticket.Ref()), 2)
}

func TestMessageToAResolvedTicket(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Beim Nachbarn."})
	in := f.receive(t, mail("m2", "Da ist nichts."))
	assert.Equal(t, ticket.Reawakened, in.Outcome)
	assert.Equal(t, 1, in.Ticket.Counters.Reopens)
	assert.Empty(t, in.Ticket.Resolution)

	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedRefunded, Text: "Erstattet."})
	f.clock.Advance(15 * 24 * time.Hour) // the window is over, and nothing has closed it yet
	late := f.receive(t, mail("m3", "Noch etwas"))
	require.Equal(t, ticket.Opened, ticket.Outcome("opened"))
	assert.Equal(t, ticket.FollowedUp, late.Outcome)
	assert.NotEqual(t, ref, late.Ticket.Ref())
	assert.Equal(t, []ticket.Link{{Kind: ticket.LinkFollowUpOf, To: ref.ID}}, late.Ticket.Links)
}

func TestMessageToAClosedTicket(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	f.do(t, client, ref, ticket.Confirm{})
	byThread := mail("m2", "Doch nicht")
	byThread.InReplyTo = []string{"<" + ticket.MessageID(ref, 2) + ">"}
	in := f.receive(t, byThread)
	assert.Equal(t, ticket.FollowedUp, in.Outcome)
	next := f.receive(t, mail("m3", "Und noch etwas"))
	assert.Equal(t, ticket.Appended, next.Outcome)
	assert.Equal(t, in.Ticket.ID, next.Ticket.ID, "the follow-up is the open matter now")
}

func TestThreadsJoinWithTheSenderOnly(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	in := mail("m1", "Wo?")
	in.Orders = nil
	ref := f.receive(t, in).Ticket.Ref()
	f.do(t, anna, ref, ticket.Reply{Text: "Wir suchen."})

	reply := mail("m2", "Danke")
	reply.Orders, reply.InReplyTo = nil, []string{ticket.MessageID(ref, 2)}
	assert.Equal(t, ref, f.receive(t, reply).Ticket.Ref())

	forged := reply
	forged.Key, forged.Customer.Ref = "m3", "c2"
	got := f.receive(t, forged)
	assert.Equal(t, ticket.Opened, got.Outcome, "References alone do not open a ticket to strangers")

	guest := reply
	guest.Key, guest.Customer.Ref = "m4", ""
	assert.NotEqual(t, ref, f.receive(t, guest).Ticket.Ref())

	vouched := guest
	vouched.Key, vouched.Ticket = "m5", &ref
	assert.Equal(t, ref, f.receive(t, vouched).Ticket.Ref(), "a signed address is trusted")

	elsewhere := ref
	elsewhere.Shop = "s2"
	vouched.Key, vouched.Ticket = "m6", &elsewhere
	assert.NotEqual(t, ref, f.receive(t, vouched).Ticket.Ref())
}

func TestAutomaticMailWakesNobody(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	for key, auto := range map[string]ticket.Auto{"a1": ticket.AutoReplied, "a2": ticket.AutoBounced} {
		in := mail(key, "Ich bin im Urlaub")
		in.Auto, in.InReplyTo = auto, []string{ticket.MessageID(ref, 2)}
		r := f.receive(t, in)
		assert.Equal(t, ticket.Noted, r.Outcome)
		assert.Equal(t, ticket.StateResolved, r.Ticket.State)
	}
	lone := mail("a3", "Urlaub")
	lone.Auto, lone.Orders = ticket.AutoReplied, nil
	r := f.receive(t, lone)
	assert.Equal(t, ticket.Quarantined, r.Outcome)
	assert.Equal(t, ticket.StateSpam, r.Ticket.State)
}

func TestSpam(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	in := mail("m1", "Kauft Uhren")
	in.Spam, in.Orders = true, nil
	r := f.receive(t, in)
	assert.Equal(t, ticket.Quarantined, r.Outcome)
	got := f.do(t, anna, r.Ticket.Ref(), ticket.NotSpam{})
	assert.Equal(t, ticket.StateNew, got.State)

	ref := f.receive(t, mail("m2", "Wo?")).Ticket.Ref()
	f.do(t, anna, ref, ticket.Accept{})
	f.do(t, anna, ref, ticket.MarkSpam{Reason: "Irrtum"})
	kept := mail("m3", "Hallo?")
	kept.Orders, kept.Ticket = nil, &ref
	assert.Equal(t, ticket.StateSpam, f.receive(t, kept).Ticket.State)
	about := mail("m4", "Meine Bestellung!")
	about.Ticket = &ref
	r = f.receive(t, about)
	assert.Equal(t, ticket.FollowedUp, r.Outcome, "who names an order is heard")
	assert.Equal(t, ticket.StateNew, r.Ticket.State)
	assert.Equal(t, ticket.StateOpen, f.do(t, anna, ref, ticket.NotSpam{}).State)
}

func TestHostileMessagesAreKept(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Limits: ticket.Limits{Text: 1000, Name: 50, List: 5}})
	in := ticket.Inbound{
		Key: "k\r\nBcc: x", Channel: "smoke", Priority: "asap", Touchpoint: "moon",
		Customer: ticket.Customer{Ref: strings.Repeat("ä", 100), Channel: "x"},
		Subject:  "Hallo\r\nBcc: opfer\u202e\x00", Text: "a\x00b\xff" + strings.Repeat("ß", 1000),
		Orders:      []string{"", "a\x00b", "1", "2", "3", "4", "5"},
		Attachments: make([]ticket.Attachment, 9), Raw: "blob-1", Reason: ticket.Reason(strings.Repeat("x", 100)),
	}
	r := f.receive(t, in)
	require.Equal(t, ticket.Opened, r.Outcome)
	created, ok := r.Events[0].Body.(ticket.Created)
	require.True(t, ok)
	m := created.Message
	assert.True(t, strings.HasPrefix(m.Text, "a\uFFFDb\uFFFDß"))
	assert.LessOrEqual(t, len(m.Text), 1000)
	assert.True(t, m.Cut)
	assert.True(t, m.Cleaned)
	assert.Equal(t, "blob-1", m.Raw)
	assert.Len(t, m.Attachments, 5)
	assert.Equal(t, "Hallo  Bcc: opfer", created.Subject)
	assert.Equal(t, ticket.PriorityNormal, created.Priority)
	assert.Equal(t, ticket.ChannelAPI, created.Channel)
	assert.LessOrEqual(t, len(created.Customer.Ref), 50)
}

// What was taken away or cut off is noted, of a subject too, and what was not is
// not.
func TestWhatWasCutOrCleanedIsNoted(t *testing.T) {
	tests := map[string]struct {
		subject, text string
		kept          string
		cut, cleaned  bool
	}{
		"sound":              {" Paket\u00e4 ", "Wo?", "Paketä", false, false},
		"subject too long":   {strings.Repeat("ß", 30), "Wo?", strings.Repeat("ß", 25), true, false},
		"line break":         {"Hallo\r\nBcc: x", "Wo?", "Hallo  Bcc: x", false, true},
		"bidi in subject":    {"abc\u202edef", "Wo?", "abcdef", false, true},
		"invalid in subject": {"a\xff", "Wo?", "a\uFFFD", false, true},
		"NUL in text":        {"a", "Wo\x00?", "a", false, true},
		"bidi in text":       {"a", "\u202eWo?", "a", false, false}, // what a customer writes is kept as it is
		"text too long":      {"a", strings.Repeat("x", 101), "a", true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, ticket.RulesConfig{Limits: ticket.Limits{Text: 100, Name: 50}})
			in := mail("m1", tt.text)
			in.Subject, in.Raw = tt.subject, "blob-1"
			m := f.receive(t, in).Events[0].Message()
			assert.Equal(t, tt.kept, m.Subject)
			assert.Equal(t, tt.cut, m.Cut, "cut")
			assert.Equal(t, tt.cleaned, m.Cleaned, "cleaned")
			assert.Equal(t, "blob-1", m.Raw)
		})
	}
}

func TestReceiveNeedsShopAndKey(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	_, err := f.desk.Receive(t.Context(), ticket.Inbound{})
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 2)
}

func TestBotTakesOnlyItsReasons(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"order"}})
	in := mail("m1", "Status?")
	in.ToBot, in.Reason = true, "order/status"
	r := f.receive(t, in)
	require.Equal(t, ticket.StateBot, r.Ticket.State)
	ref := r.Ticket.Ref()
	f.do(t, bot, ref, ticket.BotReply{Text: "Unterwegs."})
	assert.True(t, f.refused(t, bot, ref, ticket.BotResolve{Code: ticket.ResolvedAnswered}).Has(ticket.CodeDisabled))
	got := f.do(t, client, ref, ticket.HandOff{})
	assert.Equal(t, ticket.StateOpen, got.State)
	assert.False(t, got.WaitingSince.IsZero(), "who asks for a person waits for one")

	in = mail("m2", "Klage")
	in.ToBot, in.Reason, in.Orders = true, "legal", []string{"o-9"}
	assert.Equal(t, ticket.StateNew, f.receive(t, in).Ticket.State, "a message is not refused because a bot may not")
}

func TestBotHandsOverAtItsDeadline(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"order"}})
	in := mail("m1", "Status?")
	in.ToBot, in.Reason = true, "order"
	ref := f.receive(t, in).Ticket.Ref()
	f.clock.Advance(time.Hour)
	f.tick(t)
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateOpen, got.State)
}
