package ticket_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func orderTemplate() ticket.TemplateConfig {
	return ticket.TemplateConfig{
		ID: "order.late", Version: 3, Reasons: []ticket.Reason{"order"},
		Text: sla.Text{
			DE: "Guten Tag {{.customer_name}}, Ihr Paket {{.parcel}} kommt {{.when}}.{{if .note}} {{.note}}{{end}}",
			EN: "Hello {{.customer_name}}, your parcel {{.parcel}} arrives {{.when}}.{{if .note}} {{.note}}{{else}}{{end}}",
		},
		Slots: []ticket.SlotConfig{
			{Name: "customer_name", Personal: true},
			{Name: "parcel"},
			{Name: "when", Default: sla.Text{DE: "bald", EN: "soon"}},
			{Name: "note", Optional: true},
		},
	}
}

// A template goes out with every gap filled, or not at all.
func TestTemplatesFillTheirSlots(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	use := func(slots map[string]string) ticket.Filled { return ticket.Filled{ID: "order.late", Slots: slots} }

	r := f.refused(t, anna, ref, ticket.Reply{Template: use(nil)})
	assert.Equal(t, []ticket.Blocker{
		{Code: ticket.CodeSlotUnfilled, Params: map[string]string{"template": "order.late", "slot": "customer_name"}},
		{Code: ticket.CodeSlotUnfilled, Params: map[string]string{"template": "order.late", "slot": "parcel"}},
	}, r.Blockers)
	assert.Equal(t, "In der Vorlage order.late ist customer_name nicht ausgefüllt.", r.Blockers[0].Text("de"))
	assert.True(t, f.refused(t, anna, ref, ticket.Reply{Template: use(map[string]string{"customer_name": " ", "parcel": "7"})}).Has(ticket.CodeSlotUnfilled))

	filled := map[string]string{"customer_name": "Frau {{.parcel}} & Söhne <b>", "parcel": "7"}
	res, err := f.desk.Do(t.Context(), anna, ref, ticket.Reply{Template: use(filled)})
	require.NoError(t, err)
	m := res.Events[0].Message()
	assert.Equal(t, "Guten Tag Frau {{.parcel}} & Söhne <b>, Ihr Paket 7 kommt bald.", m.Text, "what stands in a slot is text")
	assert.Equal(t, "order.late@3", m.Template)
	assert.False(t, m.Edited)

	draft, err := newRules(t, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}}).
		Draft("en", use(map[string]string{"parcel": "7", "note": "Sorry."}))
	require.NoError(t, err)
	assert.Equal(t, ticket.Draft{
		Text: "Hello {{.customer_name}}, your parcel 7 arrives soon. Sorry.", Missing: []string{"customer_name"},
	}, draft)
	r = f.refused(t, anna, ref, ticket.Reply{Text: "Hallo {{ .customer_name -}}!", Template: use(nil)})
	require.Len(t, r.Blockers, 1, "a gap that was left in an edited text")
	res, err = f.desk.Do(t.Context(), anna, ref, ticket.Reply{Text: "Hallo Frau Ott {{.x}} {{ }} {{", Template: use(nil)})
	require.NoError(t, err)
	assert.True(t, res.Events[0].Message().Edited)
	f.do(t, anna, ref, ticket.Reply{Text: "von Hand"})
	f.do(t, anna, ref, ticket.AskCustomer{Template: use(filled)})
	got := f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered, Template: use(filled)})
	assert.Equal(t, 5, got.Counters.Replies)
	assert.Equal(t, 4, got.Counters.Templates)
	assert.Equal(t, 3, got.Counters.Unedited)
}

func TestTemplateUseFaults(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		Templates: []ticket.TemplateConfig{orderTemplate()}, Limits: ticket.Limits{Text: 270, TotalFields: 250},
	})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	long := strings.Repeat("x", 240)
	for want, use := range map[string]ticket.Filled{
		"reply.template.id":    {ID: "moon"},
		"reply.template.slots": {ID: "order.late", Slots: map[string]string{"moon": "x"}},
		"reply.template":       {ID: "order.late", Slots: map[string]string{"parcel": long}},
	} {
		_, err := f.desk.Do(t.Context(), anna, ref, ticket.Reply{Template: use})
		assert.Equal(t, []string{want}, faultPaths(t, err))
	}
	_, err := f.desk.Do(t.Context(), anna, ref, ticket.Reply{Template: ticket.Filled{
		ID: "order.late", Slots: map[string]string{"parcel": long, "note": long},
	}})
	assert.Equal(t, []string{"reply.template.slots"}, faultPaths(t, err))
	_, err = newRules(t, ticket.RulesConfig{}).Draft("de", ticket.Filled{ID: "moon"})
	assert.Equal(t, []string{"template.id"}, faultOf(t, err))
}

func TestTemplateFaults(t *testing.T) {
	text := func(s string) sla.Text { return sla.Text{DE: s, EN: s} }
	slot := []ticket.SlotConfig{{Name: "a"}}
	tests := map[string]struct {
		cfg  ticket.TemplateConfig
		path string
	}{
		"no id":              {ticket.TemplateConfig{Text: text("x")}, "templates[0].id"},
		"id with a blank":    {ticket.TemplateConfig{ID: "a b", Text: text("x")}, "templates[0].id"},
		"no words":           {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "x"}}, "templates[0].text.en"},
		"not a template":     {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{", EN: "x"}}, "templates[0].text.de"},
		"undeclared":         {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{.a}}", EN: "x"}}, "templates[0].text.de"},
		"function":           {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: `{{printf "%d" 1}}`, EN: "x"}}, "templates[0].text.de"},
		"method chain":       {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{.a.b}}", EN: "{{.a}}"}, Slots: slot}, "templates[0].text.de"},
		"variable":           {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{$x := .a}}", EN: "{{.a}}"}, Slots: slot}, "templates[0].text.de"},
		"loop":               {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{range .a}}x{{end}}", EN: "{{.a}}"}, Slots: slot}, "templates[0].text.de"},
		"dot":                {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{.}}", EN: "{{.a}}"}, Slots: slot}, "templates[0].text.de"},
		"pipe":               {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{.a | len}}", EN: "{{.a}}"}, Slots: slot}, "templates[0].text.de"},
		"definition":         {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: `x{{define "b"}}y{{end}}`, EN: "x"}}, "templates[0].text.de"},
		"inside a condition": {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: "{{if .a}}{{.b}}{{end}}", EN: "x"}, Slots: slot}, "templates[0].text.de"},
		"unused":             {ticket.TemplateConfig{ID: "a", Text: text("x"), Slots: slot}, "templates[0].slots[0].name"},
		"slot twice":         {ticket.TemplateConfig{ID: "a", Text: text("{{.a}}"), Slots: append(slot, slot...)}, "templates[0].slots[1].name"},
		"slot named 1":       {ticket.TemplateConfig{ID: "a", Text: text("{{.a}}"), Slots: append(slot, ticket.SlotConfig{Name: "1"})}, "templates[0].slots[1].name"},
		"personal default":   {ticket.TemplateConfig{ID: "a", Text: text("{{.a}}"), Slots: []ticket.SlotConfig{{Name: "a", Personal: true, Default: text("x")}}}, "templates[0].slots[0]"},
		"personal optional":  {ticket.TemplateConfig{ID: "a", Text: text("{{.a}}"), Slots: []ticket.SlotConfig{{Name: "a", Personal: true, Optional: true}}}, "templates[0].slots[0]"},
		"unknown reason":     {ticket.TemplateConfig{ID: "a", Text: text("x"), Reasons: []ticket.Reason{"moon"}}, "templates[0].reasons[0]"},
		"negative version":   {ticket.TemplateConfig{ID: "a", Text: text("x"), Version: -1}, "templates[0].version"},
		"too long":           {ticket.TemplateConfig{ID: "a", Text: sla.Text{DE: strings.Repeat("x", 1001), EN: "x"}}, "templates[0].text.de"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := ticket.NewRules(ticket.RulesConfig{
				Templates: []ticket.TemplateConfig{tt.cfg}, Reasons: ticket.EcommerceReasons(), Limits: ticket.Limits{Text: 1000},
			})
			assert.Contains(t, faultPaths(t, err), tt.path, "%v", err)
		})
	}
	twice := ticket.TemplateConfig{ID: "a", Text: text("x")}
	_, err := ticket.NewRules(ticket.RulesConfig{Templates: []ticket.TemplateConfig{twice, twice}})
	assert.Contains(t, faultPaths(t, err), "templates[1].id")
}

func TestTemplatesAreOfferedForTheirReasons(t *testing.T) {
	all := orderTemplate()
	all.ID, all.Reasons = "any", nil
	cfg := []ticket.TemplateConfig{orderTemplate(), all}
	rules := newRules(t, ticket.RulesConfig{Templates: cfg})
	assert.Equal(t, []string{"any", "order.late"}, rules.Templates("order/status"))
	assert.Equal(t, []string{"any"}, rules.Templates("refund"))
	data, err := json.Marshal(cfg)
	require.NoError(t, err)
	var back []ticket.TemplateConfig
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, cfg, back)
}

// Whatever stands in the slots: the text has it to the letter, and a draft
// without gaps is sent as it stands.
func TestSlotsAreNeverTemplates(t *testing.T) {
	rules := newRules(t, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}})
	rapid.Check(t, func(rt *rapid.T) {
		name := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"{{.parcel}}", "{{", "{{end}}", "{{call .x}}", "}}"})).Draw(rt, "name")
		d, err := rules.Draft("de", ticket.Filled{ID: "order.late", Slots: map[string]string{"customer_name": name, "parcel": "7", "when": "x"}})
		require.NoError(rt, err)
		if strings.TrimSpace(name) == "" {
			require.Equal(rt, []string{"customer_name"}, d.Missing)
			return
		}
		require.Empty(rt, d.Missing)
		require.Equal(rt, "Guten Tag "+name+", Ihr Paket 7 kommt x.", d.Text)
	})
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"{{.a}}", "{{if .a}}x{{else}}{{.a}}{{end}}", "{{/* c */}}", "{{template \"x\"}}", "{{break}}", "{{.a.b}}", "{{with .a}}{{.}}{{end}}"} {
		f.Add(s, "v")
	}
	cal, err := sla.NewCalendar(sla.CalendarConfig{Zone: "UTC"})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, source, value string) {
		if len(source) > 1000 || strings.TrimSpace(value) == "" {
			return
		}
		rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: cal, Templates: []ticket.TemplateConfig{{
			ID: "t", Text: sla.Text{DE: source, EN: "{{.a}}"}, Slots: []ticket.SlotConfig{{Name: "a"}},
		}}})
		if err != nil {
			require.ErrorIs(t, err, ticket.ErrInvalid)
			return
		}
		d, err := rules.Draft("de", ticket.Filled{ID: "t", Slots: map[string]string{"a": value}})
		require.NoError(t, err)
		require.Empty(t, d.Missing)
	})
}
