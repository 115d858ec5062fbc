package goodwill_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// constants are all constants of a type that a file declares, by its own words.
func constants(t *testing.T, file, of string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	require.NoError(t, err)
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if id, ok := spec.Type.(*ast.Ident); !ok || id.Name != of {
			return true
		}
		for _, v := range spec.Values {
			if lit, ok := v.(*ast.BasicLit); ok {
				all = append(all, must(strconv.Unquote(lit.Value)))
			}
		}
		return true
	})
	return all
}

// TestEveryCodeHasTexts: no code and no state is without words, in either
// language.
func TestEveryCodeHasTexts(t *testing.T) {
	t.Parallel()
	codes := constants(t, "text.go", "Code")
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
	assert.Len(t, constants(t, "life.go", "State"), len(goodwill.States())+1)
}

// TestEveryOutcomeIsTold: customers read something about every outcome of a
// decision and every state of a grant, and never a reason that lies in them.
func TestEveryOutcomeIsTold(t *testing.T) {
	t.Parallel()
	for _, remedy := range constants(t, "policy.go", "Remedy") {
		for _, outcome := range constants(t, "decision.go", "Outcome") {
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
