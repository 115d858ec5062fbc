package ticket_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// crm is a customer source that counts how often it is asked.
type crm struct {
	mu    sync.Mutex
	asked []string
	known map[string]ticket.Profile
	err   error
	hang  bool
}

func (c *crm) Customer(ctx context.Context, _, ref string) (ticket.Profile, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, ref)
	if c.hang {
		<-ctx.Done()
		return ticket.Profile{Name: "zu spät"}, nil
	}
	if c.err != nil {
		return ticket.Profile{}, c.err
	}
	p, ok := c.known[ref]
	if !ok {
		return ticket.Profile{}, ticket.ErrNotFound
	}
	return p, nil
}

func withCRM(t *testing.T, c *crm, cfg ticket.RulesConfig) *fixture {
	t.Helper()
	f := newFixture(t, cfg)
	return f.with(t, func(conf *ticket.Config) { conf.Rules, conf.Customers = f.rules, c })
}

// What the shop knows of a customer is at hand: it completes a ticket, fills
// the personal slots of a template, and is asked for once an operation.
func TestCustomerSource(t *testing.T) {
	c := &crm{known: map[string]ticket.Profile{"c1": {
		Name: "Frau Ott", Segment: "gold", Language: "de", Channel: ticket.ChannelPhone, Zone: "Europe/Vienna", Value: "A",
	}}}
	f := withCRM(t, c, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}})
	var refs []ticket.Ref
	for _, key := range []string{"m1", "m2", "m3"} {
		in := mail(key, "Wo?")
		in.Customer, in.Orders = ticket.Customer{Ref: "c1"}, []string{key}
		got := f.receive(t, in).Ticket
		assert.Equal(t, ticket.Customer{
			Ref: "c1", Language: "de", Channel: ticket.ChannelPhone, Zone: "Europe/Vienna", Segment: "gold",
		}, got.Customer)
		refs = append(refs, got.Ref())
	}
	assert.Len(t, c.asked, 3, "once for each of three operations")

	c.asked = nil
	late := ticket.Reply{Template: ticket.Filled{ID: "order.late", Slots: map[string]string{"parcel": "7"}}}
	bulk, err := f.desk.DoAll(t.Context(), anna, refs, late)
	require.NoError(t, err)
	for _, r := range bulk {
		require.NoError(t, r.Err)
		assert.Equal(t, "Guten Tag Frau Ott, Ihr Paket 7 kommt bald.", r.Result.Events[0].Message().Text)
	}
	assert.Equal(t, []string{"c1"}, c.asked, "one operation on three tickets of one customer")

	c.asked = nil
	problem, err := f.desk.Open(t.Context(), anna, ticket.Open{Subject: "Streik", Channel: ticket.ChannelAPI})
	require.NoError(t, err)
	for _, ref := range refs {
		f.do(t, anna, ref, ticket.AddLink{Kind: ticket.LinkIncidentOf, To: problem.Ticket.ID})
	}
	told, err := f.desk.Broadcast(t.Context(), anna, problem.Ticket.Ref(), "b1", late)
	require.NoError(t, err)
	assert.Equal(t, ticket.BroadcastResult{Reached: 3}, told)
	assert.Equal(t, []string{"c1"}, c.asked, "so is a broadcast")

	c.asked = nil
	f.do(t, anna, refs[1], ticket.AskCustomer{Template: late.Template})
	f.do(t, anna, refs[1], ticket.Resolve{Code: ticket.ResolvedAnswered, Template: late.Template})
	for _, e := range f.history(t, refs[1])[3:] {
		assert.Equal(t, "Guten Tag Frau Ott, Ihr Paket 7 kommt bald.", e.Message().Text)
	}

	c.asked = nil
	f.do(t, anna, refs[0], ticket.Reply{Text: "von Hand"})
	assert.Empty(t, c.asked, "nobody is asked where nothing is wanted")
	known, err := f.desk.Customer(t.Context(), anna, refs[0])
	require.NoError(t, err)
	assert.Equal(t, "A", known.Value)
	rec, err := f.store.Load(t.Context(), refs[0])
	require.NoError(t, err)
	assert.NotContains(t, string(rec.Data), "Ott", "the record knows no name")
}

// A CRM that is down, slow or ignorant keeps no message and no answer back.
func TestCustomerSourceThatFails(t *testing.T) {
	for name, c := range map[string]*crm{"down": {err: errDown}, "ignorant": {}} {
		t.Run(name, func(t *testing.T) {
			f := withCRM(t, c, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}})
			in := mail("m1", "Wo?")
			ref := f.receive(t, in).Ticket.Ref()
			f.do(t, anna, ref, ticket.Reply{Text: "Hier."})
			r := f.refused(t, anna, ref, ticket.Reply{
				Template: ticket.Filled{ID: "order.late", Slots: map[string]string{"parcel": "7"}},
			})
			assert.Equal(t, "customer_name", r.Blockers[0].Params["slot"], "a gap is never sent")
			_, err := f.desk.Customer(t.Context(), anna, ref)
			require.Error(t, err)
		})
	}
	slow := &crm{hang: true}
	f := withCRM(t, slow, ticket.RulesConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	in := mail("m1", "Wo?")
	in.Shop, in.Channel = shop, ticket.ChannelEmail
	time.AfterFunc(20*time.Millisecond, cancel) // the 2 seconds that a source has are the desk's own
	_, err := f.desk.Receive(ctx, in)
	require.ErrorIs(t, err, context.Canceled)
	records, _ := f.store.Len()
	assert.Zero(t, records, "and a caller who goes away is heard")
}

// faq is an answer source.
type faq struct {
	answer   ticket.Answer
	err      error
	question ticket.Question
	asked    int
	while    func() // runs while it thinks
}

func (q *faq) Answer(_ context.Context, question ticket.Question) (ticket.Answer, error) {
	q.asked++
	q.question = question
	if q.while != nil {
		q.while()
	}
	return q.answer, q.err
}

func withFAQ(t *testing.T, q *faq, cfg ticket.RulesConfig) *fixture {
	t.Helper()
	cfg.BotAnswers, cfg.BotReasons = true, []ticket.Reason{"order"}
	f := newFixture(t, ticket.RulesConfig{})
	f.rules = newRules(t, cfg)
	return f.with(t, func(conf *ticket.Config) { conf.Rules, conf.Answers = f.rules, q })
}

func toBot(key, text string) ticket.Inbound {
	in := mail(key, text)
	in.ToBot, in.Reason = true, "order/delayed"
	return in
}

// Known answers come first, with their links; all that the customer wrote is one
// question, and the next message is another.
func TestBotAnswersFromTheSource(t *testing.T) {
	q := &faq{answer: ticket.Answer{Found: true, Text: "Mo bis Fr.", Confidence: 0.9, Links: []string{"https://example.org/faq"}}}
	f := withFAQ(t, q, ticket.RulesConfig{BotConfidence: 0.8})
	ref := f.receive(t, toBot("m1", "Wann liefert ihr?")).Ticket.Ref()
	f.receive(t, toBot("m2", "Auch samstags?"))
	f.tick(t)
	assert.Equal(t, 1, q.asked)
	assert.Equal(t, "Wann liefert ihr?\n\nAuch samstags?", q.question.Text)
	assert.Equal(t, "de", q.question.Language)
	history := f.history(t, ref)
	answer := history[len(history)-1]
	assert.Equal(t, ticket.EventBotReply, answer.Kind)
	assert.Equal(t, []string{"https://example.org/faq"}, answer.Message().Links)
	seen := collect(t, f.desk, client, ref)
	assert.Equal(t, []string{"https://example.org/faq"}, seen[len(seen)-1].Message().Links, "the customer gets them")

	f.tick(t)
	assert.Equal(t, 1, q.asked, "it has answered")
	f.receive(t, toBot("m3", "Und sonntags?"))
	f.tick(t)
	assert.Equal(t, "Und sonntags?", q.question.Text)
	got, err := f.desk.Get(t.Context(), anna, ref)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateBot, got.State)
	assert.Equal(t, 2, got.Counters.BotReplies)
}

// Where the bot does not know, is in doubt, has answered too often, breaks or
// says what cannot be sent, the customer gets a person at once, with the reason.
func TestBotHandsOver(t *testing.T) {
	good := ticket.Answer{Found: true, Text: "Morgen.", Confidence: 0.9}
	unsure, empty := good, good
	unsure.Confidence, empty.Text = 0.7, " "
	tests := map[string]struct {
		source  *faq
		turns   int
		why     ticket.Code
		params  map[string]string
		summary string
	}{
		"does not know": {&faq{}, 5, ticket.CodeBotDoubt, nil, ""},
		"breaks":        {&faq{answer: good, err: errDown}, 5, ticket.CodeBotDoubt, nil, ""},
		"says nothing":  {&faq{answer: empty}, 5, ticket.CodeBotDoubt, nil, ""},
		"says too much": {&faq{answer: ticket.Answer{Found: true, Confidence: 1, Text: strings.Repeat("x", 1<<20)}}, 5, ticket.CodeBotDoubt, nil, ""},
		"in doubt": {
			&faq{answer: unsure}, 5, ticket.CodeBotDoubt, map[string]string{"confidence": "0.7", "threshold": "0.8"}, "Morgen.",
		},
		"too often": {&faq{answer: good}, 1, ticket.CodeBotTurns, map[string]string{"limit": "1"}, "Morgen."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := withFAQ(t, tt.source, ticket.RulesConfig{BotConfidence: 0.8, BotTurns: tt.turns})
			ref := f.receive(t, toBot("m1", "Wann?")).Ticket.Ref()
			f.tick(t)
			if name == "too often" {
				f.receive(t, toBot("m2", "Und?"))
				f.tick(t)
			}
			history := f.history(t, ref)
			over, ok := history[len(history)-1].Body.(ticket.HandedOff)
			require.True(t, ok, "%v", kinds(history))
			assert.Equal(t, []ticket.Blocker{{Code: tt.why, Params: tt.params}}, over.Why)
			assert.Equal(t, tt.summary, over.Summary, "its words are for the agent, not sent")
			got, err := f.desk.Get(t.Context(), anna, ref)
			require.NoError(t, err)
			assert.Equal(t, ticket.StateOpen, got.State)
			assert.False(t, got.WaitingSince.IsZero(), "and the customer still waits")
			before := tt.source.asked
			f.receive(t, toBot("m9", "Hallo?"))
			f.tick(t)
			assert.Equal(t, before, tt.source.asked, "people have it now")
		})
	}
}

// A customer who writes while the bot thinks is read before it is answered.
func TestBotReadsAgain(t *testing.T) {
	q := &faq{answer: ticket.Answer{Found: true, Text: "Mo bis Fr.", Confidence: 1}}
	f := withFAQ(t, q, ticket.RulesConfig{})
	ref := f.receive(t, toBot("m1", "Wann?")).Ticket.Ref()
	q.while = func() {
		if q.asked == 1 {
			f.receive(t, toBot("m2", "Ich meine: wo?"))
		}
	}
	_, err := f.desk.Answer(t.Context(), ref)
	require.NoError(t, err)
	assert.Equal(t, 2, q.asked)
	assert.Equal(t, "Wann?\n\nIch meine: wo?", q.question.Text)
	assert.Equal(t, []ticket.EventKind{ticket.EventCreate, ticket.EventCustomerMessage, ticket.EventBotReply}, kinds(f.history(t, ref)))
	res, err := f.desk.Answer(t.Context(), ref)
	require.NoError(t, err)
	assert.Empty(t, res.Events, "nobody waits")
}

// A bot may take a callback request, resolve where the rules let it, and only
// what it may take.
func TestWhatBotsMayDo(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{BotReasons: []ticket.Reason{"order"}, BotResolves: true})
	ref := f.receive(t, toBot("m1", "Ruft mich an")).Ticket.Ref()
	f.do(t, bot, ref, ticket.RequestCallback{About: "Lieferung"})
	assert.True(t, f.refused(t, bot, ref, ticket.BotResolve{Code: ticket.ResolvedAnswered, Text: "So."}).Has(ticket.CodeOpenCallback))
	f.do(t, bot, ref, ticket.CancelCallback{ID: view(t, f, anna, ref).Callbacks[0].ID})
	got := f.do(t, bot, ref, ticket.BotResolve{Code: ticket.ResolvedAnswered, Text: "So."})
	assert.Equal(t, ticket.StateResolved, got.State)

	in := mail("m2", "Anwalt")
	in.Reason, in.Orders = "legal", []string{"o-9"}
	ref = f.receive(t, in).Ticket.Ref()
	assert.True(t, f.refused(t, bot, ref, ticket.BotTake{}).Has(ticket.CodeBotReason))
	_, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar(t), BotConfidence: 1.5, BotTurns: -1})
	assert.Equal(t, map[string]string{"bot_confidence": "1.5", "bot_turns": "-1"}, faultsOf(t, err))
	_, err = f.desk.Do(t.Context(), bot, ref, ticket.BotReply{Text: "x", Confidence: -1})
	assert.Equal(t, map[string]string{"bot_reply.confidence": "-1"}, faultsOf(t, err))
	_, err = ticket.NewDesk(f.store, ticket.Config{
		Rules: newRules(t, ticket.RulesConfig{BotAnswers: true}), Now: f.clock.Now, Delivery: ticket.HostDelivers(),
	})
	assert.Contains(t, faultsOf(t, err), "answers")
}

// What a host's check finds opens one ticket, however often the check runs.
func TestProactiveTicketsOnePerFinding(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	late := ticket.Open{
		Customer: ticket.Customer{Ref: "c1"}, Subject: "Ihr Paket verspätet sich", Channel: ticket.ChannelAPI,
		Orders: []string{"o-7"}, Finding: "late|o-7",
	}
	var wg sync.WaitGroup
	ids := make([]ticket.Ref, 8)
	for i := range ids {
		wg.Go(func() {
			res, err := f.desk.Open(context.WithoutCancel(t.Context()), system, late)
			if assert.NoError(t, err) {
				ids[i] = res.Ticket.Ref()
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		assert.Equal(t, ids[0], id)
	}
	records, _ := f.store.Len()
	assert.Equal(t, 1, records)
	f.do(t, anna, ids[0], ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Es kommt morgen."})
	f.clock.Advance(60 * 24 * time.Hour)
	f.tick(t)
	again, err := f.desk.Open(t.Context(), system, late)
	require.NoError(t, err)
	assert.True(t, again.Repeated, "for good")
	assert.Equal(t, ids[0], again.Ticket.Ref())
	late.Finding = "late|o-8"
	other, err := f.desk.Open(t.Context(), system, late)
	require.NoError(t, err)
	assert.NotEqual(t, ids[0], other.Ticket.Ref())
	_, err = f.desk.Open(t.Context(), client, late)
	require.ErrorIs(t, err, ticket.ErrRefused, "customers have no findings")
}
