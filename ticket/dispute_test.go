package ticket_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// The facts have the names of the reference cases, and come from what was done
// on the ticket, rung by rung.
func TestLadderFacts(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	rules := newRules(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Frechheit!")).Ticket.Ref()
	facts := func() ticket.LadderFacts { return rules.LadderFacts(f.get(t, ref), f.clock.Now()) }
	assert.Equal(t, ticket.LadderFacts{Done: []ticket.Rung{}}, facts())
	data, err := json.Marshal(facts())
	require.NoError(t, err)
	assert.JSONEq(t, `{"done": [], "written_rounds": 0, "open_points": 0, "phone_accepted": false,
		"goodwill_exhausted": false, "abuse_documented": false, "notice_days": 0, "approved_by_manager": false}`, string(data))

	f.do(t, anna, ref, ticket.AddPoint{Text: "zu spät"})
	f.do(t, anna, ref, ticket.Reply{Text: "Wir prüfen."})
	assert.Empty(t, facts().Done, "a point is open")
	f.receive(t, mail("m2", "Und?"))
	f.receive(t, mail("m3", "Und??"))
	f.do(t, anna, ref, ticket.Reply{Text: "Das kam so: ...", Points: []string{"pt2"}})
	f.do(t, anna, ref, ticket.Reply{Text: "Nachtrag"})
	assert.Equal(t, 2, facts().WrittenRounds, "a barrage is one round, and a second answer none")
	assert.Equal(t, []ticket.Rung{ticket.RungAnswerPoints}, facts().Done)

	assert.True(t, f.refused(t, client, ref, ticket.AcceptPhone{}).Has(ticket.CodePhoneNotOffered))
	f.do(t, anna, ref, ticket.OfferPhone{Text: ticket.PhoneOfferText("de")})
	f.do(t, client, ref, ticket.DeclinePhone{})
	assert.False(t, facts().PhoneAccepted)
	f.do(t, client, ref, ticket.AcceptPhone{})
	assert.True(t, facts().PhoneAccepted)
	f.do(t, anna, ref, ticket.RecordCall{Outcome: ticket.CallReached})
	f.do(t, system, ref, ticket.RecordDispute{Step: ticket.StepGoodwillOffered, Ref: "grant-1"})
	f.do(t, system, ref, ticket.RecordDispute{Step: ticket.StepGoodwillExhausted})
	f.do(t, anna, ref, ticket.DocumentAbuse{Kind: ticket.AbuseThreat, Evidence: "msg-3", Text: "droht"})
	assert.True(t, f.refused(t, system, ref, ticket.RecordDispute{Step: ticket.StepFormalNotice}).Has(ticket.CodePersonDecides))
	f.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepFormalNotice, Ref: "letter-1"})
	assert.True(t, f.refused(t, anna, ref, ticket.Approve{Reason: "x"}).Has(ticket.CodeRole))
	f.do(t, boss, ref, ticket.Approve{Reason: "alles versucht"})
	f.clock.Advance(14*24*time.Hour + 14*time.Hour) // 24:00 in Berlin is another date
	assert.Equal(t, ticket.LadderFacts{
		Done: []ticket.Rung{
			ticket.RungAnswerPoints, ticket.RungOfferPhone, ticket.RungPhoneCall, ticket.RungOfferGoodwill, ticket.RungFormalNotice,
		},
		WrittenRounds: 2, PhoneAccepted: true, GoodwillExhausted: true, AbuseDocumented: true, NoticeDays: 15,
		ApprovedByManager: true,
	}, facts())
	noticed := rules.NoticeDay(f.get(t, ref), 15)
	assert.Equal(t, time.Date(2026, 12, 7, 23, 0, 0, 0, time.UTC), noticed, "the date begins at midnight in Berlin")
	assert.Equal(t, 15, rules.LadderFacts(f.get(t, ref), noticed).NoticeDays)
	assert.Equal(t, 14, rules.LadderFacts(f.get(t, ref), noticed.Add(-time.Microsecond)).NoticeDays)
	assert.Zero(t, rules.NoticeDay(ticket.Ticket{}, 15))
	f.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepLegalStep})
	f.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepBlocked})
	f.do(t, anna, ref, ticket.RecordDispute{Step: ticket.StepGoodwillAccepted})
	assert.Len(t, facts().Done, 7)
	assert.False(t, f.get(t, ref).Dispute.GoodwillAccepted.IsZero())
}

func TestDisputeFaults(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Frechheit!")).Ticket.Ref()
	for path, cmd := range map[string]ticket.Command{
		"document_abuse.kind":     ticket.DocumentAbuse{Kind: "rude", Evidence: "x"},
		"document_abuse.evidence": ticket.DocumentAbuse{Kind: ticket.AbuseInsult},
		"record_dispute.step":     ticket.RecordDispute{Step: "sue"},
		"approve.reason":          ticket.Approve{},
		"offer_phone.text":        ticket.OfferPhone{Text: " "},
	} {
		_, err := f.desk.Do(t.Context(), boss, ref, cmd)
		assert.Equal(t, []string{path}, faultPaths(t, err))
	}
	for _, k := range []ticket.AbuseKind{
		ticket.AbuseInsult, ticket.AbuseThreat, ticket.AbuseHarassment, ticket.AbuseDefamation, ticket.AbuseFraud,
	} {
		assert.NotEqual(t, k.Text("de"), k.Text("en"))
	}
	assert.Equal(t, "x", ticket.AbuseKind("x").Text("en"))
}

// A phone offer of the system's goes out, and is no answer of a person.
func TestPhoneOfferOfThePlanner(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	f.do(t, system, ref, ticket.OfferPhone{Text: ticket.PhoneOfferText("de")})
	got := f.get(t, ref)
	assert.False(t, got.WaitingSince.IsZero())
	assert.True(t, got.FirstReply.IsZero())
	f.tick(t)
	require.Len(t, f.sent, 1)
	assert.Equal(t, ticket.EventOfferPhone, f.sent[0].Event.Kind)
	f.do(t, anna, ref, ticket.OfferPhone{})
	f.tick(t)
	assert.Len(t, f.sent, 1, "offered by other means")
}
