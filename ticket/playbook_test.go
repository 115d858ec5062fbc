package ticket_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func words(s string) sla.Text { return sla.Text{DE: s, EN: s} }

func returnBook(version int) ticket.PlaybookConfig {
	return ticket.PlaybookConfig{
		ID: "return", Version: version, Text: words("Rückgabe"), Reasons: []ticket.Reason{"return"}, Blocks: true,
		Steps: []ticket.StepConfig{
			{ID: "answer", Text: words("Antworten"), Guards: []string{"answered"}, Template: "order.late", Required: true},
			{ID: "label", Text: words("Etikett")},
			{ID: "check", Text: words("Prüfen"), Guards: []string{"!no_open_promise"}},
		},
	}
}

func TestPlaybook(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{
		Templates: []ticket.TemplateConfig{orderTemplate()}, Playbooks: []ticket.PlaybookConfig{returnBook(1), returnBook(2)},
	})
	ref := f.receive(t, mail("m1", "Zurück")).Ticket.Ref()
	assert.True(t, f.refused(t, anna, ref, ticket.AdvancePlaybook{Step: "answer"}).Has(ticket.CodeNoPlaybook))
	assert.True(t, f.refused(t, anna, ref, ticket.StopPlaybook{Reason: "x"}).Has(ticket.CodeNoPlaybook))

	got := f.do(t, anna, ref, ticket.StartPlaybook{ID: "return"})
	assert.Equal(t, ticket.Progress{ID: "return", Version: 2, Step: "answer", Token: 2}, got.Playbook)
	assert.True(t, f.refused(t, anna, ref, ticket.StartPlaybook{ID: "return"}).Has(ticket.CodePlaybookRunning))

	r := f.refused(t, anna, ref, ticket.AdvancePlaybook{Step: "answer"})
	assert.Equal(t, []ticket.Blocker{{Code: ticket.CodeNoReply}}, r.Blockers, "the step's own guard")
	assert.True(t, f.refused(t, anna, ref, ticket.SkipStep{Step: "answer", Reason: "x"}).Has(ticket.CodeStepRequired))
	f.do(t, anna, ref, ticket.Reply{Text: "Gern."})
	r = f.refused(t, anna, ref, ticket.AdvancePlaybook{Step: "label"})
	assert.Equal(t, "answer", r.Blockers[0].Params["step"], "another step is due")
	res, err := f.desk.Do(t.Context(), anna, ref, ticket.AdvancePlaybook{Step: "answer"})
	require.NoError(t, err)
	assert.Equal(t, int64(2), res.Events[0].CausedBy)
	assert.True(t, f.refused(t, boss, ref, ticket.AdvancePlaybook{Step: "answer"}).Has(ticket.CodeOtherStep), "no step is done twice")

	r = f.refused(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
	assert.Equal(t, []ticket.Blocker{
		{Code: ticket.CodeOpenPlaybook, Params: map[string]string{"playbook": "return", "step": "label"}},
	}, r.Blockers)
	f.do(t, anna, ref, ticket.SkipStep{Step: "label", Reason: "hat eines"})
	assert.True(t, f.refused(t, anna, ref, ticket.AdvancePlaybook{Step: "check"}).Has("not_no_open_promise"))
	promise := f.do(t, anna, ref, ticket.MakePromise{Text: "Geld", Due: f.clock.Now()}).Promises[0].ID
	got = f.do(t, system, ref, ticket.AdvancePlaybook{Step: "check"})
	assert.Equal(t, ticket.Progress{ID: "return", Version: 2, Done: 2, Skipped: 1, Token: 2}, got.Playbook)
	f.do(t, anna, ref, ticket.KeepPromise{ID: promise})
	f.do(t, anna, ref, ticket.StartPlaybook{ID: "return"})
	f.do(t, anna, ref, ticket.StopPlaybook{Reason: "doch nicht"})
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
	_, err = f.desk.Do(t.Context(), anna, ref, ticket.StartPlaybook{ID: "moon"})
	assert.Equal(t, []string{"start_playbook.id"}, faultPaths(t, err))
}

// A ticket keeps the version that it was started with while the rules have it,
// and is not held up by one that they dropped.
func TestPlaybookVersions(t *testing.T) {
	long := returnBook(2)
	long.Steps = append(long.Steps, ticket.StepConfig{ID: "more", Text: words("Mehr")})
	cfg := ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}, Playbooks: []ticket.PlaybookConfig{returnBook(1)}}
	f := newFixture(t, cfg)
	ref := f.receive(t, mail("m1", "Zurück")).Ticket.Ref()
	f.do(t, anna, ref, ticket.StartPlaybook{ID: "return"})

	seed := byte(20)
	move := func(books ...ticket.PlaybookConfig) {
		seed++
		f.with(t, func(c *ticket.Config) {
			c.Random = random(seed) // ids must not repeat
			c.Rules = newRules(t, ticket.RulesConfig{Templates: cfg.Templates, Playbooks: books})
		})
	}
	move(long, returnBook(1))
	f.do(t, anna, ref, ticket.Reply{Text: "Gern."})
	got := f.do(t, anna, ref, ticket.AdvancePlaybook{Step: "answer"})
	assert.Equal(t, 1, got.Playbook.Version)
	f.do(t, anna, ref, ticket.MakePromise{Text: "Geld", Due: f.clock.Now()})
	f.do(t, anna, ref, ticket.SkipStep{Step: "label", Reason: "x"})
	move(long)
	got = f.do(t, anna, ref, ticket.AdvancePlaybook{Step: "check"})
	assert.Equal(t, "more", got.Playbook.Step, "the newest version, by the step's id")
	f.do(t, anna, ref, ticket.KeepPromise{ID: got.Promises[0].ID})
	move()
	f.do(t, anna, ref, ticket.Resolve{Code: ticket.ResolvedAnswered})
}

func TestPlaybooksAreOfferedForTheirReasons(t *testing.T) {
	other := ticket.PlaybookConfig{ID: "any", Text: words("x"), Steps: []ticket.StepConfig{{ID: "a", Text: words("x")}}}
	cfg := []ticket.PlaybookConfig{returnBook(2), returnBook(1), other}
	rules := newRules(t, ticket.RulesConfig{Templates: []ticket.TemplateConfig{orderTemplate()}, Playbooks: cfg})
	ids := func(books []ticket.PlaybookConfig) []string {
		var out []string
		for _, b := range books {
			out = append(out, b.ID)
		}
		return out
	}
	assert.Equal(t, []string{"return", "any"}, ids(rules.Playbooks("return/pickup")))
	assert.Equal(t, []string{"any"}, ids(rules.Playbooks("")))
	book, ok := rules.Playbook("return", 1)
	require.True(t, ok)
	assert.Equal(t, returnBook(1), book)
	book.Steps[0].Guards[0] = "moon"
	again, _ := rules.Playbook("return", 7)
	assert.Equal(t, returnBook(2), again, "the newest where there is no such version")
	_, ok = rules.Playbook("moon", 1)
	assert.False(t, ok)

	data, err := json.Marshal(cfg)
	require.NoError(t, err)
	var back []ticket.PlaybookConfig
	require.NoError(t, json.Unmarshal(data, &back))
	assert.Equal(t, cfg, back)
}

func TestPlaybookFaults(t *testing.T) {
	bad := ticket.PlaybookConfig{ID: "A", Reasons: []ticket.Reason{"moon"}, Steps: []ticket.StepConfig{
		{ID: "a", Text: words("x"), Guards: []string{"moon", "!answered"}, Template: "moon"}, {ID: "a"},
	}}
	_, err := ticket.NewRules(ticket.RulesConfig{
		Reasons: ticket.EcommerceReasons(), Templates: []ticket.TemplateConfig{orderTemplate()},
		Playbooks: []ticket.PlaybookConfig{bad, returnBook(1), returnBook(1), {ID: "b", Text: words("x")}},
	})
	assert.Equal(t, []string{
		"calendar", "playbooks[0].id", "playbooks[0].text.de", "playbooks[0].text.en", "playbooks[0].reasons[0]",
		"playbooks[0].steps[0].guards[0]", "playbooks[0].steps[0].template", "playbooks[0].steps[1].id",
		"playbooks[0].steps[1].text.de", "playbooks[0].steps[1].text.en", "playbooks[2].version", "playbooks[3].steps",
	}, faultPaths(t, err))
}
