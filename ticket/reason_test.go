package ticket_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func ecommerce(t *testing.T) *ticket.Taxonomy {
	t.Helper()
	tax, err := ticket.NewTaxonomy(ticket.EcommerceReasons())
	require.NoError(t, err)
	return tax
}

// The shares are those of ../shared/data/README.md, and each second level adds
// up to its first as far as rounding goes.
func TestEcommerceReasons(t *testing.T) {
	tax := ecommerce(t)
	first, second := map[ticket.Reason]float64{}, map[ticket.Reason]float64{}
	for _, r := range tax.Reasons() {
		if r.Code == r.Code.Parent() {
			first[r.Code] = r.Share
			continue
		}
		second[r.Code.Parent()] += r.Share
	}
	measured := map[ticket.Reason]float64{
		"return": 51, "order": 27, "refund": 5, "product": 4, "account": 3, "payment": 3, "staff": 3,
		"cancellation": 3, "offers": 1,
	}
	for code, share := range measured {
		assert.InDelta(t, share, first[code], 0, code)
		if second[code] > 0 {
			assert.InDelta(t, share, second[code], 1, code)
		}
	}
	for _, code := range []ticket.Reason{
		"withdrawal", "warranty", "price", "options", "speed", "quality", "defect", "courier", "privacy", "legal",
	} {
		assert.True(t, tax.Has(code), code)
		assert.Zero(t, first[code], "%s is not in the data", code)
	}
}

// Every cause of complaint that shops tell apart has a reason that leads to it.
func TestGrievances(t *testing.T) {
	tax := ecommerce(t)
	found := map[ticket.Grievance]bool{}
	for _, r := range tax.Reasons() {
		found[tax.Grievance(r.Code)] = true
	}
	for _, g := range []ticket.Grievance{
		ticket.GrievancePrice, ticket.GrievanceOptions, ticket.GrievanceSpeed, ticket.GrievanceQuality,
		ticket.GrievanceDefect, ticket.GrievancePayment, ticket.GrievanceDelivery, ticket.GrievanceCourier,
		ticket.GrievanceService,
	} {
		assert.True(t, found[g], g)
		assert.NotEqual(t, string(g), g.Text("de"), "has a German name")
		assert.NotEmpty(t, g.Text("en"))
	}
	assert.Equal(t, ticket.GrievanceSpeed, tax.Grievance("order/delayed"), "the second level's own")
	assert.Equal(t, ticket.GrievanceDelivery, tax.Grievance("order/status"), "else the first level's")
	assert.Empty(t, tax.Grievance("product"))
	assert.Empty(t, tax.Grievance("no/such"))
	assert.Equal(t, "moon", ticket.Grievance("moon").Text("de"))
}

func TestTaxonomyTextsAndExtension(t *testing.T) {
	own := append(ticket.EcommerceReasons(), ticket.ReasonConfig{
		Code: "order/gift_wrap", Text: sla.Text{DE: "Geschenkverpackung", EN: "gift wrap"}, Grievance: ticket.GrievanceQuality,
	})
	tax, err := ticket.NewTaxonomy(own)
	require.NoError(t, err)
	assert.Equal(t, "Geschenkverpackung", tax.Text("order/gift_wrap", "de-AT"))
	assert.Equal(t, "gift wrap", tax.Text("order/gift_wrap", "fr"))
	assert.Equal(t, "unknown", tax.Text("unknown", "de"))

	data, err := json.Marshal(tax.Reasons())
	require.NoError(t, err)
	var back []ticket.ReasonConfig
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, own, back)

	tax.Reasons()[0].Code = "changed"
	assert.True(t, tax.Has("return"), "what it returns is the caller's")
	var none *ticket.Taxonomy
	assert.False(t, none.Has("return"))
	assert.Empty(t, none.Reasons())
}

func TestTaxonomyFaults(t *testing.T) {
	text := sla.Text{DE: "a", EN: "b"}
	tests := map[string]ticket.ReasonConfig{
		"reasons[1].code":      {Code: "Return", Text: text},
		"reasons[1].text.de":   {Code: "a", Text: sla.Text{EN: "b"}},
		"reasons[1].text.en":   {Code: "a", Text: sla.Text{DE: " a", EN: " "}},
		"reasons[1].grievance": {Code: "a", Text: text, Grievance: "moon"},
		"reasons[1].share":     {Code: "a", Text: text, Share: math.NaN()},
	}
	for path, r := range tests {
		_, err := ticket.NewTaxonomy([]ticket.ReasonConfig{{Code: "x", Text: text}, r})
		assert.Equal(t, []string{path}, faultPaths(t, err))
	}
	for _, code := range []ticket.Reason{"", "/", "a/", "/a", "a/b/c", "a b", "a|b", "ä", "y/a"} {
		_, err := ticket.NewTaxonomy([]ticket.ReasonConfig{{Code: code, Text: text}})
		assert.Equal(t, []string{"reasons[0].code"}, faultPaths(t, err), code)
	}
	_, err := ticket.NewTaxonomy([]ticket.ReasonConfig{
		{Code: "a", Text: text, Share: 60}, {Code: "a", Text: text}, {Code: "b", Text: text, Share: 60}, {Code: "c/d"},
	})
	assert.Equal(t, []string{
		"reasons[1].code", "reasons[3].code", "reasons[3].text.de", "reasons[3].text.en", "reasons",
	}, faultPaths(t, err), "all faults at once")
}

func faultPaths(t *testing.T, err error) []string {
	t.Helper()
	require.ErrorIs(t, err, ticket.ErrInvalid)
	var faults ticket.Faults
	require.ErrorAs(t, err, &faults)
	paths := make([]string, len(faults))
	for i, f := range faults {
		paths[i] = f.Path
	}
	return paths
}

func TestReasonsOfTickets(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Reasons: ticket.EcommerceReasons()})
	known := mail("m1", "Wo?")
	known.Reason = "order/status"
	r := f.receive(t, known)
	assert.Equal(t, ticket.Reason("order/status"), r.Ticket.Reason)

	unknown := mail("m2", "Wo?")
	unknown.Reason, unknown.Orders = "order/moon", []string{"o-8"}
	r = f.receive(t, unknown)
	assert.Equal(t, ticket.Opened, r.Outcome, "a message is never refused")
	assert.Empty(t, r.Ticket.Reason)

	bad, good, none := ticket.Reason("moon"), ticket.Reason("legal/threat"), ticket.Reason("")
	_, err := f.desk.Do(t.Context(), anna, r.Ticket.Ref(), ticket.Set{Reason: &bad})
	assert.Equal(t, []string{"set.reason"}, faultPaths(t, err))
	_, err = f.desk.Open(t.Context(), anna, ticket.Open{Channel: ticket.ChannelPhone, Subject: "x", Reason: bad})
	assert.Equal(t, []string{"open.reason"}, faultPaths(t, err))
	assert.Equal(t, good, f.do(t, anna, r.Ticket.Ref(), ticket.Set{Reason: &good}).Reason)
	assert.Empty(t, f.do(t, anna, r.Ticket.Ref(), ticket.Set{Reason: &none}).Reason)
	assert.NotEmpty(t, newRules(t, ticket.RulesConfig{Reasons: ticket.EcommerceReasons()}).Reasons().Reasons())
	assert.Nil(t, newRules(t, ticket.RulesConfig{}).Reasons())
}

func TestRulesReportFaultsOfTheirData(t *testing.T) {
	_, err := ticket.NewRules(ticket.RulesConfig{
		Reasons:    append(ticket.EcommerceReasons(), ticket.ReasonConfig{Code: "X"}),
		BotReasons: []ticket.Reason{"order", "moon"},
	})
	paths := faultPaths(t, err)
	for _, want := range []string{"calendar", "bot_reasons[1]"} {
		assert.True(t, slices.Contains(paths, want), "%s in %v", want, paths)
	}
	assert.Len(t, paths, 5)
}
