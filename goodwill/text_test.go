package goodwill_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/internal/declared"
	"github.com/kulanz-go/kulanz/sla"
)

// TestEveryCodeHasTexts: no code and no state is without words, in either
// language.
func TestEveryCodeHasTexts(t *testing.T) {
	t.Parallel()
	codes := must(declared.Constants("text.go", "Code"))
	require.Greater(t, len(codes), 30)
	for _, code := range codes {
		text := goodwill.Reason{Code: goodwill.Code(code)}.Text()
		assert.NotEmpty(t, text.DE, code)
		assert.NotEmpty(t, text.EN, code)
	}
	for _, s := range goodwill.States() {
		assert.NotEmpty(t, s.Text().DE, s)
		assert.NotEmpty(t, s.Text().EN, s)
	}
	assert.Len(t, must(declared.Constants("life.go", "State")), len(goodwill.States())+1)
}

// TestEveryNameHasTexts: what agents read about a decision is words, in either
// language, and never a code.
func TestEveryNameHasTexts(t *testing.T) {
	t.Parallel()
	named := func(code string, text sla.Text) {
		assert.NotEmpty(t, text.DE, code)
		assert.NotEmpty(t, text.EN, code)
		assert.NotEqual(t, code, text.DE)
	}
	for _, code := range must(declared.Constants("decision.go", "Outcome")) {
		named(code, goodwill.Outcome(code).Text())
	}
	for _, code := range must(declared.Constants("policy.go", "Remedy")) {
		named(code, goodwill.Remedy(code).Text())
	}
	for _, code := range must(declared.Constants("policy.go", "Window")) {
		named(code, goodwill.Window(code).Text())
	}
	assert.Equal(t, sla.Text{DE: "new", EN: "new"}, goodwill.Outcome("new").Text(), "a code that is not known is shown, not hidden")
	assert.Equal(t, "Authority “lead.two”, per customer in 12 months", goodwill.Step{Rule: "authority.lead.two.per_buyer"}.Text().EN)
	assert.Equal(t, "Angebot „voucher“", goodwill.Step{Rule: "offer.voucher"}.Text().DE)
	assert.Equal(t, "what.ever", goodwill.Step{Rule: "what.ever"}.Text().DE)
}

// TestEveryOutcomeIsTold: customers read something about every outcome of a
// decision and every state of a grant, and never a reason that lies in them.
func TestEveryOutcomeIsTold(t *testing.T) {
	t.Parallel()
	for _, remedy := range must(declared.Constants("policy.go", "Remedy")) {
		for _, outcome := range must(declared.Constants("decision.go", "Outcome")) {
			d := goodwill.Decision{
				Outcome: goodwill.Outcome(outcome), OfferUntil: day("2026-12-02"),
				Favour: []goodwill.Award{{Remedy: goodwill.Remedy(remedy), Amount: eur(500), Apology: goodwill.Regret}},
			}
			text := d.Text()
			assert.NotContains(t, text.DE+text.EN, "  ", "%s %s", remedy, outcome)
			assert.Greater(t, min(len(text.DE), len(text.EN)), 20, "%s %s", remedy, outcome)
		}
		for _, s := range goodwill.States() {
			for _, auto := range []bool{false, true} {
				g := goodwill.Grant{
					State: s, Auto: auto, Awards: []goodwill.Award{{Remedy: goodwill.Remedy(remedy), Amount: eur(500), Apology: goodwill.Regret}},
				}
				text := g.Text()
				assert.Greater(t, min(len(text.DE), len(text.EN)), 20, "%s %s", remedy, s)
				assert.NotContains(t, text.EN, "entitled", "a favour is no right")
			}
		}
	}
	g := goodwill.Grant{State: goodwill.StateSettled, ByRight: true, Awards: []goodwill.Award{{Right: "withdrawal", Amount: eur(8000)}}}
	assert.Equal(t, "You are entitled to: refund after withdrawal, €80.00. This is done.", g.Text().EN)
	assert.Equal(t, "Darauf haben Sie Anspruch: Erstattung nach Widerruf, 80,00\u00a0€. Das ist erledigt.", g.Text().DE)

	g = goodwill.Grant{State: goodwill.StateApproved, Awards: []goodwill.Award{{Remedy: goodwill.Voucher, Amount: eur(500)}}}
	assert.Equal(t, "As a gesture of goodwill we offer you: voucher, €5.00.", g.Text().EN)
	g.Auto = true
	assert.Equal(t, "As a gesture of goodwill you get: voucher, €5.00. We are taking care of it.", g.Text().EN)
	g.State = goodwill.StateSettled
	assert.Equal(t, "Aus Kulanz haben Sie bekommen: Gutschein, 5,00\u00a0€. Das ist erledigt.", g.Text().DE)
	g.State = goodwill.StateExpired
	assert.Equal(t, "As a gesture of goodwill we offer you: voucher, €5.00. This offer has expired.", g.Text().EN)
}

func TestGrantsLogTheirNameAlone(t *testing.T) {
	t.Parallel()
	g := goodwill.Grant{Shop: "s", Customer: "peter", Order: "secret"}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "grant", &g)
	assert.NotContains(t, b.String(), "peter")
	assert.NotContains(t, b.String(), "secret")
	assert.Contains(t, b.String(), g.Ref().String())
	err := &goodwill.CapError{Over: []goodwill.Excess{{Account: "buyer|peter", Cap: eur(1), Total: eur(2)}}}
	assert.NotContains(t, fmt.Sprint(err), "peter")
	assert.NotContains(t, (&order.Refusal{Order: "1"}).Error(), "peter")
}
