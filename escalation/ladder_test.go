package escalation_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket"
)

func ladder(tb testing.TB) (*escalation.Ladder, *escalation.Schema) {
	tb.Helper()
	s := schema(tb, escalation.BuiltinFields()...)
	l, err := escalation.NewLadder(escalation.LadderConfig{}, s)
	require.NoError(tb, err)
	return l, s
}

func TestLadderCases(t *testing.T) {
	l, s := ladder(t)
	for _, c := range casesOf(t, "ladder", 7) {
		t.Run(c.ID+" "+c.Title, func(t *testing.T) {
			var in struct {
				Done  []string       `json:"done"`
				Facts map[string]any `json:"facts"`
			}
			var want struct {
				Allowed []escalation.ActionKind `json:"allowed"`
			}
			c.read(t, &in, &want)
			f := facts(t, s, in.Facts)
			require.NoError(t, f.Set("ladder_done", escalation.Texts(in.Done...)))
			assert.Equal(t, want.Allowed, l.Allowed(f))
		})
	}
}

// The rungs, in their order.
var rungs = []escalation.ActionKind{
	escalation.ActAnswerPoints, escalation.ActOfferPhone, escalation.ActPhoneCall, escalation.ActOfferGoodwill,
	escalation.ActFormalNotice, escalation.ActLegalStep, escalation.ActBlockAccount,
}

// situation is a combination of all facts of the ladder.
type situation struct {
	done                                              int // a bit for each rung
	rounds, days                                      int64
	phone, exhausted, abuse, approved, claim, ordered bool
}

func (s situation) did(k escalation.ActionKind) bool { return s.done>>slices.Index(rungs, k)&1 == 1 }

// needs is what the mission's text asks for, read a second time.
func (s situation) needs(k escalation.ActionKind) bool {
	answered, offered := s.did(escalation.ActAnswerPoints), s.did(escalation.ActOfferPhone)
	last := s.did(escalation.ActFormalNotice) && s.days >= 14 && s.approved && !s.claim
	return map[escalation.ActionKind]bool{
		escalation.ActAnswerPoints:  true,
		escalation.ActOfferPhone:    answered && s.rounds >= 2,
		escalation.ActPhoneCall:     offered && s.phone,
		escalation.ActOfferGoodwill: answered && (offered || s.did(escalation.ActPhoneCall)) && !s.exhausted,
		escalation.ActFormalNotice:  answered && offered && (s.did(escalation.ActOfferGoodwill) || s.exhausted) && s.abuse,
		escalation.ActLegalStep:     last,
		escalation.ActBlockAccount:  last && !s.ordered,
	}[k]
}

func (s situation) facts(tb testing.TB, f escalation.Facts) {
	tb.Helper()
	var done []string
	for _, k := range rungs {
		if s.did(k) {
			done = append(done, string(k))
		}
	}
	for field, v := range map[string]escalation.Value{
		"ladder_done": escalation.Texts(done...), "written_rounds": escalation.Integer(s.rounds), "notice_days": escalation.Integer(s.days),
		"phone_accepted": escalation.Flag(s.phone), "goodwill_exhausted": escalation.Flag(s.exhausted), "abuse_documented": escalation.Flag(s.abuse),
		"approved_by_manager": escalation.Flag(s.approved), "statutory_claim_open": escalation.Flag(s.claim), "open_order": escalation.Flag(s.ordered),
	} {
		require.NoError(tb, f.Set(field, v))
	}
}

// circumstances are all combinations of facts but for what is done.
func circumstances() []situation {
	var out []situation
	for bits := range 64 {
		for _, rounds := range []int64{0, 1, 2, 3} {
			for _, days := range []int64{0, 13, 14, 15} {
				bit := func(i int) bool { return bits>>i&1 == 1 }
				out = append(out, situation{0, rounds, days, bit(0), bit(1), bit(2), bit(3), bit(4), bit(5)})
			}
		}
	}
	return out
}

// In every combination of facts exactly those rungs are open that are not done
// and whose needs are met: 131,072 of them.
func TestLadderInEverySituation(t *testing.T) {
	l, s := ladder(t)
	f := s.NewFacts()
	for done := range 1 << len(rungs) {
		for _, sit := range circumstances() {
			sit.done = done
			sit.facts(t, f)
			allowed := l.Allowed(f)
			var want []escalation.ActionKind
			for _, k := range rungs {
				if !sit.did(k) && sit.needs(k) {
					want = append(want, k)
				}
			}
			if !slices.Equal(allowed, want) {
				t.Fatalf("%+v: allowed %v, want %v", sit, allowed, want)
			}
		}
	}
}

// However the facts change in between, no path along open rungs comes to a
// notice, a legal step or a block without what has to be done before.
func TestNoPathSkipsARung(t *testing.T) {
	l, s := ladder(t)
	f := s.NewFacts()
	reached, queue := map[int]bool{0: true}, []int{0}
	for ; len(queue) > 0; queue = queue[1:] {
		for _, sit := range circumstances() {
			sit.done = queue[0]
			sit.facts(t, f)
			for _, k := range l.Allowed(f) {
				next := sit.done | 1<<slices.Index(rungs, k)
				if !reached[next] {
					reached[next] = true
					queue = append(queue, next)
				}
			}
		}
	}
	for done := range reached {
		sit := situation{done: done}
		if sit.did(escalation.ActFormalNotice) {
			assert.True(t, sit.did(escalation.ActAnswerPoints) && sit.did(escalation.ActOfferPhone), "%b", done)
		}
		if sit.did(escalation.ActLegalStep) || sit.did(escalation.ActBlockAccount) {
			assert.True(t, sit.did(escalation.ActFormalNotice), "%b", done)
		}
	}
	assert.True(t, reached[1<<len(rungs)-1], "the ladder can be gone to its end")
	// Nothing; the answer; answer and phone, with or without call and goodwill,
	// and without notice or with it and any of the two last resorts.
	assert.Len(t, reached, 1+1+2*2*(1+2*2))
}

// What nobody knows opens nothing: without an answer of the host to whether a
// claim or an order is open, the last resorts stay shut.
func TestLadderWithoutFacts(t *testing.T) {
	l, s := ladder(t)
	f := s.NewFacts()
	assert.Equal(t, []escalation.ActionKind{escalation.ActAnswerPoints}, l.Allowed(f))
	require.NoError(t, escalation.LadderFields(f, ticket.LadderFacts{
		Done:          []ticket.Rung{ticket.RungAnswerPoints, ticket.RungOfferPhone, ticket.RungOfferGoodwill, ticket.RungFormalNotice},
		WrittenRounds: 5, AbuseDocumented: true, NoticeDays: 30, ApprovedByManager: true,
	}))
	assert.Empty(t, l.Allowed(f))
	for _, r := range l.Explain(f)[5:] {
		assert.False(t, r.Open)
		assert.True(t, r.Request)
		require.NotEmpty(t, r.Why)
		assert.Equal(t, "statutory_claim_open ist nicht bekannt, gefragt ist: gleich false", r.Why[0].Text().DE)
	}
	require.NoError(t, f.Set("statutory_claim_open", escalation.Flag(false)))
	assert.Equal(t, []escalation.ActionKind{escalation.ActLegalStep}, l.Allowed(f))

	require.ErrorIs(t, escalation.LadderFields(escalation.Facts{}, ticket.LadderFacts{}), escalation.ErrInvalid)
	_, err := escalation.NewLadder(escalation.LadderConfig{WrittenRounds: -1, NoticeDays: -1}, nil)
	assert.Len(t, faultsOf(t, err), 2)
	_, err = escalation.NewLadder(escalation.LadderConfig{}, schema(t))
	require.ErrorIs(t, err, escalation.ErrInvalid)
}

// As a policy the ladder proposes each rung once, when it opens, and asks
// people alone for the last three.
func TestLadderPolicy(t *testing.T) {
	l, s := ladder(t)
	p, err := escalation.NewPolicy(l.Policy("ladder", "1", escalation.Cond{}), escalation.Environment{Schema: s})
	require.NoError(t, err)
	r := replay{tb: t, p: p, in: escalation.Input{Ticket: "T", Facts: s.NewFacts()}}
	require.NoError(t, escalation.LadderFields(r.in.Facts, ticket.LadderFacts{}))
	r.st = p.Apply(r.st, escalation.Event{At: at("08:00"), Kind: escalation.EventOpened})
	r.look(at("08:00"))
	assert.Empty(t, r.firings, "an ordinary ticket")
	require.NoError(t, escalation.LadderFields(r.in.Facts, ticket.LadderFacts{OpenPoints: 2, WrittenRounds: 1}))
	r.look(at("09:00"))
	require.NoError(t, escalation.LadderFields(r.in.Facts, ticket.LadderFacts{
		Done: []ticket.Rung{ticket.RungAnswerPoints, ticket.RungOfferPhone}, WrittenRounds: 2, AbuseDocumented: true, GoodwillExhausted: true,
	}))
	r.look(at("10:00"))
	assert.Equal(t, []string{"answer_all_points c0 09:00 fired", "formal_notice c0 10:00 fired"}, short(r.firings))
	assert.Equal(t, []string{"role:lead"}, r.firings[1].Targets)
	for _, step := range p.Config().Steps {
		for _, a := range step.Actions {
			assert.Equal(t, a.Kind.RequestOnly(), step.Targets[0].Kind == escalation.TargetRole, step.ID)
		}
	}
}
