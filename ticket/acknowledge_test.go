package ticket_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func minutes(n int) sla.Period { return sla.Period{N: n, Unit: sla.UnitMinute} }

func (f *fixture) acks(tb testing.TB, ref ticket.Ref) []string {
	tb.Helper()
	var out []string
	for _, e := range f.history(tb, ref) {
		if e.Kind == ticket.EventAcknowledge {
			out = append(out, e.Message().Text)
		}
	}
	return out
}

func verified(key, text string) ticket.Inbound {
	in := mail(key, text)
	in.Verified = true
	return in
}

// However many messages: one acknowledgement, until somebody answers.
func TestOneAcknowledgementPerBarrage(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Acknowledge: minutes(5), AnswerBy: hours(24)})
	ref := f.receive(t, verified("m1", "Geheime Kontonummer 4711")).Ticket.Ref()
	for i := range 9 {
		f.clock.Advance(20 * time.Second)
		f.receive(t, verified(fmt.Sprint("n", i), "Geheim!!"))
	}
	f.clock.Advance(2*time.Minute - time.Microsecond)
	f.tick(t)
	assert.Empty(t, f.acks(t, ref), "never early")
	f.clock.Advance(time.Microsecond)
	f.tick(t)
	require.Len(t, f.acks(t, ref), 1)
	text := f.acks(t, ref)[0]
	assert.Contains(t, text, "Ihre 10 Nachrichten")
	assert.Contains(t, text, f.get(t, ref).Number)
	assert.Contains(t, text, "Dienstag, 24. November 2026, 10:00 Uhr")
	for _, word := range []string{"Geheim", "4711", "Paket"} {
		assert.NotContains(t, text, word, "it quotes nothing, not even the subject")
	}
	f.tick(t)
	require.Len(t, f.sent, 1, "it goes out")
	assert.Equal(t, int64(1), f.sent[0].Event.CausedBy)
	assert.False(t, f.get(t, ref).WaitingSince.IsZero(), "and is no answer")

	for i := range 5 {
		f.receive(t, verified(fmt.Sprint("o", i), "Hallo?"))
		f.clock.Advance(time.Hour)
		f.tick(t)
	}
	assert.Len(t, f.acks(t, ref), 1)
	f.do(t, anna, ref, ticket.Reply{Text: "Hier."})
	f.receive(t, verified("p", "Danke, aber"))
	f.clock.Advance(time.Hour)
	f.tick(t)
	assert.Len(t, f.acks(t, ref), 2, "another barrage")
}

func TestWhatIsNotAcknowledged(t *testing.T) {
	cfg := ticket.RulesConfig{Acknowledge: minutes(1), BotReasons: []ticket.Reason{"order"}}
	tests := map[string]func(*ticket.Inbound){
		"phone":          func(in *ticket.Inbound) { in.Channel = ticket.ChannelPhone },
		"a public forum": func(in *ticket.Inbound) { in.Channel = ticket.ChannelForum },
		"automatic":      func(in *ticket.Inbound) { in.Auto = ticket.AutoReplied },
		"spam":           func(in *ticket.Inbound) { in.Spam = true },
		"no address":     func(in *ticket.Inbound) { in.Verified = false },
		"with a bot":     func(in *ticket.Inbound) { in.ToBot, in.Reason = true, "order" },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, cfg)
			in := verified("m1", "Hallo")
			change(&in)
			ref := f.receive(t, in).Ticket.Ref()
			f.clock.Advance(10 * time.Minute)
			f.tick(t)
			assert.Empty(t, f.acks(t, ref))
		})
	}
	t.Run("answered in time", func(t *testing.T) {
		f := newFixture(t, cfg)
		ref := f.receive(t, verified("m1", "Hallo")).Ticket.Ref()
		f.do(t, anna, ref, ticket.Reply{Text: "Hier."})
		f.clock.Advance(10 * time.Minute)
		f.tick(t)
		assert.Empty(t, f.acks(t, ref))
	})
	t.Run("not switched on", func(t *testing.T) {
		f := newFixture(t, ticket.RulesConfig{})
		ref := f.receive(t, verified("m1", "Hallo")).Ticket.Ref()
		f.clock.Advance(10 * time.Minute)
		f.tick(t)
		assert.Empty(t, f.acks(t, ref))
		assert.True(t, f.refused(t, system, ref, ticket.Acknowledge{}).Has(ticket.CodeNotDue))
	})
}

// A stranger's address gets no more than its budget, however many tickets are
// opened in its name, and a shop no more than its own.
func TestNobodyIsMailBombed(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		Acknowledge: minutes(1), AckBudget: ticket.AckBudget{PerAddress: 2, PerShop: 10, Window: hours(24)},
	})
	send := func(key, address string) bool {
		in := mail(key, "Hallo")
		in.Customer, in.Orders, in.Address = ticket.Customer{}, nil, address
		ref := f.receive(t, in).Ticket.Ref()
		f.clock.Advance(2 * time.Minute)
		f.tick(t)
		return len(f.acks(t, ref)) > 0
	}
	acks := 0
	for i := range 30 {
		if send(fmt.Sprint("a", i), "victim@example.org") {
			acks++
		}
	}
	assert.Equal(t, 2, acks)
	for i := range 60 {
		if send(fmt.Sprint("b", i), fmt.Sprintf("v%d@example.org", i)) {
			acks++
		}
	}
	assert.LessOrEqual(t, acks, 10)
	assert.Greater(t, acks, 7, "few places stay unused")
	f.clock.Advance(24 * time.Hour)
	assert.True(t, send("c", "victim@example.org"), "a window on there is budget again")
}

// No window of the budget's length ever sees more than the budget, whenever
// the messages come and however many desks take them in at once.
func TestAcknowledgementBudgetHolds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 3).Draw(rt, "budget")
		f := newFixture(t, ticket.RulesConfig{
			Acknowledge: minutes(1), AckBudget: ticket.AckBudget{PerAddress: n, Window: hours(10)},
		})
		var allowed []time.Time
		for i := range rapid.IntRange(1, 25).Draw(rt, "messages") {
			f.clock.Advance(time.Duration(rapid.IntRange(0, 400).Draw(rt, "minutes")) * time.Minute)
			in := mail(fmt.Sprint("m", i), "Hallo")
			in.Customer, in.Orders, in.Address = ticket.Customer{}, nil, "x@example.org"
			if f.receive(t, in).Ticket.Barrage.Ack {
				allowed = append(allowed, f.clock.Now())
			}
		}
		for i := n; i < len(allowed); i++ {
			require.GreaterOrEqual(rt, allowed[i].Sub(allowed[i-n]), 10*time.Hour)
		}
		require.NotEmpty(rt, allowed)
	})

	f := newFixture(t, ticket.RulesConfig{Acknowledge: minutes(1), AckBudget: ticket.AckBudget{PerAddress: 2}})
	var wg sync.WaitGroup
	var mu sync.Mutex
	allowed := 0
	for i := range 16 {
		wg.Go(func() {
			in := mail(fmt.Sprint("m", i), "Hallo")
			in.Shop, in.Channel = shop, ticket.ChannelEmail
			in.Customer, in.Orders, in.Address = ticket.Customer{}, nil, "x@example.org"
			r, err := f.desk.Receive(t.Context(), in)
			assert.NoError(t, err)
			mu.Lock()
			defer mu.Unlock()
			if r.Ticket.Barrage.Ack {
				allowed++
			}
		})
	}
	wg.Wait()
	assert.Equal(t, 2, allowed)
}

func TestSummary(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	rules := newRules(t, ticket.RulesConfig{})
	in := mail("m1", "Mein Geheimnis")
	in.Customer.Zone = "America/New_York"
	ref := f.receive(t, in).Ticket.Ref()
	sum := func(lang string) string { return rules.Summary(f.get(t, ref), lang) }
	number := f.get(t, ref).Number
	assert.Equal(t, "Your message has reached us. Its number is "+number+".\nWe are taking care of it.", sum("en"))

	due := time.Date(2026, 12, 1, 4, 30, 0, 0, time.UTC) // the evening before in New York
	f.do(t, anna, ref, ticket.MakePromise{Text: "Ersatz verschickt", Due: due})
	f.do(t, client, ref, ticket.RequestCallback{From: due, To: due.Add(30 * time.Minute), About: "Geheimnis"})
	f.do(t, client, ref, ticket.AddPoint{Text: "Geheimnis"})
	f.do(t, anna, ref, ticket.AskCustomer{Text: "Foto?", Wake: due})
	assert.Equal(t, strings.Join([]string{
		"Ihre Anfrage " + number + ":",
		"Wir warten auf Ihre Antwort, bis Montag, 30. November 2026, 23:30 Uhr.",
		"Wir haben zugesagt, bis Montag, 30. November 2026, 23:30 Uhr: Ersatz verschickt",
		"Wir rufen Sie an: zwischen Montag, 30. November 2026, 23:30 Uhr und Dienstag, 1. Dezember 2026, 00:00 Uhr.",
		"Ein Punkt Ihrer Beschwerde ist noch offen; wir beantworten ihn.",
	}, "\n"), sum("de"))
	f.do(t, anna, ref, ticket.AddPoint{Text: "a"})
	assert.Contains(t, sum("en"), "2 points of your complaint are still open")
	assert.Contains(t, sum("en"), "We are waiting for your answer, until Monday 30 November 2026, 23:30.")
	f.do(t, anna, ref, ticket.WaitThird{Party: "Geheimnis", Wake: due})
	assert.Contains(t, sum("de"), "Wir kümmern uns darum.")
	for _, lang := range []string{"de", "en"} {
		assert.NotContains(t, sum(lang), "Geheimnis")
	}
	for _, id := range []string{"pt4", "pt6"} {
		f.do(t, anna, ref, ticket.AnswerPoint{ID: id, Text: "x"})
	}
	f.do(t, anna, ref, ticket.KeepPromise{ID: "p2"})
	f.do(t, anna, ref, ticket.CancelCallback{ID: "cb3"})
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
	assert.Contains(t, sum("de"), "Ihr Anliegen ist gelöst. Bis Montag, 7. Dezember 2026")
	f.do(t, client, ref, ticket.Confirm{})
	assert.Contains(t, sum("en"), "Your matter is closed.")
}
