package escalation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

func (w *watched) explain(tb testing.TB, ref ticket.Ref, ahead time.Duration) escalation.Explanation {
	tb.Helper()
	in, err := w.PlanInput(tb.Context(), tickettest.Agent("anna"), ref, w.planner.Name())
	require.NoError(tb, err)
	history, err := w.Events(tb.Context(), ref)
	require.NoError(tb, err)
	x, err := w.planner.Explain(in, history, in.Now.Add(ahead))
	require.NoError(tb, err)
	return x
}

// One call says what fired, what will, and what has not and why.
func TestExplain(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{}, service)
	ref := w.Ticket(t, tickettest.Spec{}).Ref()
	w.tick(t, 40*time.Minute)
	x := w.explain(t, ref, 24*time.Hour)
	assert.Equal(t, strings.Join([]string{
		"Stand 02.03.2026 09:40: Richtlinie service@1, Verlauf 1, die Uhr läuft.",
		"02.03.2026 09:00: team ausgelöst, an service: Bescheid geben",
		"02.03.2026 09:40: lead ausgelöst (fällig 02.03.2026 09:30), an lead: Bescheid geben",
		"hops nicht: die Bedingung ist nicht erfüllt",
		"    reassignments ist 0, gefragt ist: mindestens 3",
		"manager nicht: noch nicht fällig, 02.03.2026 10:30",
		"02.03.2026 10:30: voraussichtlich manager ausgelöst, an manager: Bescheid geben",
	}, "\n"), x.Text(berlin).DE)
	w.do(t, tickettest.Agent("anna"), ref, ticket.Ack{})
	x = w.explain(t, ref, 24*time.Hour)
	assert.Equal(t, strings.Join([]string{
		"As of 2 Mar 2026 09:40: policy service@1, episode 1, somebody looks after it.",
		"2 Mar 2026 09:00: team fired, to service: tell",
		"2 Mar 2026 09:40: lead fired (due 2 Mar 2026 09:30), to lead: tell",
		"hops not: its condition does not hold",
		"    reassignments is 0, asked is: at least 3",
		"manager not: somebody looks after it, 2 Mar 2026 11:30",
		"2 Mar 2026 11:30: expected manager fired, to manager: tell",
	}, "\n"), x.Text(berlin).EN)

	w.do(t, tickettest.Agent("anna"), ref, ticket.Accept{})
	w.do(t, tickettest.Agent("anna"), ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	x = w.explain(t, ref, 24*time.Hour)
	assert.Equal(t, escalation.HoldClosed, x.Hold)
	assert.Empty(t, x.Ahead)
	assert.Empty(t, x.Not)
	assert.Len(t, x.Past, 2)

	_, err = w.PlanInput(t.Context(), tickettest.Customer("c"), ref, "escalation")
	require.ErrorIs(t, err, ticket.ErrNotFound)
	_, err = w.PlanInput(t.Context(), tickettest.Agent("anna"), ref, "other")
	require.ErrorIs(t, err, ticket.ErrNotFound)
}

// Every action, and what became of a step, has words in both languages.
func TestTexts(t *testing.T) {
	for _, kind := range []escalation.ActionKind{
		"notify", "assign", "reassign", "set_priority", "tag", "hand_over", "offer_callback", "wait_notice", "request_goodwill", "apologise",
		"answer_all_points", "offer_phone", "phone_call", "offer_goodwill", "formal_notice", "legal_step", "block_account",
	} {
		assert.NotEqual(t, string(kind), kind.Text().DE)
		assert.NotEmpty(t, kind.Text().EN)
	}
	assert.Equal(t, "dance", escalation.ActionKind("dance").Text().EN)
	f := escalation.Firing{Step: "lead", Status: escalation.Guarded, Due: at("08:00"), At: at("08:00")}
	assert.Equal(t, "02.06.2026 08:00: lead von ihrer Vorbedingung verhindert", f.Text(time.UTC).DE)
	assert.Equal(t, "2 Jun 2026 08:00: lead stopped by its guard", f.Text(time.UTC).EN)
}

// A ticket without a policy says which there are, and why none is for it.
func TestExplainUnmatched(t *testing.T) {
	w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{},
		strings.Replace(service, `"clock"`, `"match": {"field": "priority", "op": "eq", "value": "urgent"}, "clock"`, 1))
	x := w.explain(t, w.Ticket(t, tickettest.Spec{}).Ref(), time.Hour)
	assert.Equal(t, "As of 2 Mar 2026 08:00: no policy is for it.\nPolicy service@1 is not for it:\n"+
		`    priority is "normal", asked is: equal to "urgent"`, x.Text(time.UTC).EN)
}

// What an explanation says is what is and what comes: its reasons are those of
// the look, and what it sees ahead comes true.
func TestExplainAgrees(t *testing.T) {
	rules := tickettest.NewRules(t, ticket.RulesConfig{})
	rapid.Check(t, func(rt *rapid.T) {
		w := watch(t, escalation.PlannerConfig{}, tickettest.DeskConfig{Config: ticket.Config{Rules: rules, Delivery: ticket.HostDelivers()}}, service)
		ref := w.Ticket(t, tickettest.Spec{}).Ref()
		for range rapid.IntRange(0, 6).Draw(rt, "events") {
			cmd := rapid.SampledFrom([]ticket.Command{
				ticket.Ack{},
				ticket.Unack{},
				ticket.Note{Text: "x"},
				ticket.Accept{},
				ticket.Snooze{Until: w.Clock.Now().Add(35 * time.Minute), Reason: "later"},
			}).Draw(rt, "command")
			_, _ = w.Do(t.Context(), tickettest.Agent("anna"), ref, cmd) // what is not possible now is not
			w.tick(t, time.Duration(rapid.IntRange(0, 50).Draw(rt, "later"))*time.Minute)
		}
		x := w.explain(t, ref, 12*time.Hour)
		before := len(w.steps(t, ref))
		if before != len(x.Past) {
			rt.Fatalf("%d steps came, %d are told", before, len(x.Past))
		}
		for !w.Clock.Now().After(x.Until) {
			w.tick(t, time.Minute)
		}
		got := w.steps(t, ref)[before:]
		var want []string
		for _, f := range x.Ahead {
			_, rest, _ := strings.Cut(f.Key, "|")
			_, rest, _ = strings.Cut(rest, "|")
			want = append(want, rest+" "+string(f.Status))
		}
		if strings.Join(got, ",") != strings.Join(want, ",") {
			rt.Fatalf("told %v, came %v", want, got)
		}
		for _, n := range x.Not {
			running := n.Reason == escalation.ReasonNotDue || n.Reason == escalation.ReasonUnmet
			if running != (x.Hold == "") && n.Reason != escalation.ReasonUnmet {
				rt.Fatalf("hold %q, reason %q", x.Hold, n.Reason)
			}
		}
	})
}
