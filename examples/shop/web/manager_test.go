package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func TestTheDashboardShowsWhatThereIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	lead := s.as("anna")
	p := lead.get("/desk/manage")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	for _, text := range []string{"Erste Antwort in der Frist", "Zufriedenheit (CSAT)", "Worum es geht", "Kulanzbudget", "Lücken im Dienstplan"} {
		assert.Contains(t, p.body, text)
	}
	assert.Regexp(t, `<td>(Lieferung|Versand|Rückgabe|Erstattung)[^<]*</td><td>\d+/\d+</td>`, p.body, "what customers write about")
	assert.NotContains(t, p.body, "Protokoll", "the audit log is the manager's")
	var charts []struct {
		ID   string     `json:"id"`
		X    []int64    `json:"x"`
		Y    []*float64 `json:"y"`
		Low  []*float64 `json:"low"`
		High []*float64 `json:"high"`
	}
	require.NoError(t, json.Unmarshal([]byte(lead.get("/desk/manage/charts").body), &charts))
	ids := make(map[string]bool)
	for _, c := range charts {
		ids[c.ID] = true
		assert.Len(t, c.Y, len(c.X))
		for i, y := range c.Y {
			if y != nil && c.Low != nil {
				assert.LessOrEqual(t, *c.Low[i], *y+1e-9)
				assert.GreaterOrEqual(t, *c.High[i], *y-1e-9)
			}
		}
	}
	assert.Equal(t, map[string]bool{"came": true, "met": true, "csat": true, "nps": true}, ids)
}

func TestManagersPagesAreForManagers(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, c := range []struct {
		who, path string
		code      int
	}{
		{"bilal", "/desk/manage", http.StatusForbidden},
		{"bilal", "/desk/manage/charts", http.StatusForbidden},
		{"bilal", "/desk/manage/policy", http.StatusForbidden},
		{"bilal", "/desk/manage/blocks", http.StatusForbidden},
		{"bilal", "/desk/manage/tickets.csv", http.StatusForbidden},
		{"bilal", "/desk/privacy", http.StatusForbidden},
		{"anna", "/desk/privacy", http.StatusForbidden},
		{"anna", "/desk/manage/audit", http.StatusForbidden},
		{"esra", "/desk/manage/audit", http.StatusOK},
		{"anna", "/desk/manage/blocks", http.StatusOK},
		{"anna", "/desk/manage/failed", http.StatusOK},
		{"anna", "/desk/manage/measures", http.StatusOK},
		{"esra", "/desk/privacy", http.StatusOK},
	} {
		assert.Equal(t, c.code, s.as(c.who).get(c.path).code, "%s %s: %s", c.who, c.path, s.log.String())
	}
	assert.Equal(t, http.StatusForbidden, s.as("anna").post("/desk/privacy/erase", "customer", "c0001", "sure", "yes").code)
}

func TestAPolicyIsCheckedTriedAndSavedOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	lead := s.as("anna")
	p := lead.get("/desk/manage/policy")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.body, "&#34;version&#34;: 2")
	draft, err := s.app.Draft(app.Deadlines)
	require.NoError(t, err)
	cfg, err := sla.ParsePolicy(draft)
	require.NoError(t, err)
	text := func() string { data, err := json.Marshal(cfg); require.NoError(t, err); return string(data) }

	p = lead.post("/desk/manage/policy", "policy", strings.Replace(text(), `"n":1,`, `"n":-1,`, 1), "do", "check")
	assert.Equal(t, http.StatusUnprocessableEntity, p.code)
	assert.Contains(t, p.body, "targets[0].period", "every fault has its place")
	p = lead.post("/desk/manage/policy", "policy", "{", "do", "check")
	assert.Equal(t, http.StatusUnprocessableEntity, p.code)

	p = lead.post("/desk/manage/policy", "policy", text(), "do", "try")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.body, "Erste Antwort")

	p = lead.post("/desk/manage/policy", "policy", text(), "do", "save")
	assert.Contains(t, p.body, "Gespeichert.")
	p = lead.post("/desk/manage/policy", "policy", text(), "do", "save")
	assert.Equal(t, http.StatusUnprocessableEntity, p.code, "the same version is not saved twice")
	assert.Equal(t, cfg.Version, s.app.Rulebook().Newest(app.Deadlines).Version)
	assert.Contains(t, s.as("esra").get("/desk/manage/audit").body, "standard@2")
}

func TestACustomerGetsAllAndIsForgotten(t *testing.T) {
	t.Parallel()
	s := open(t)
	guest := s.browser()
	const words = "Unverwechselbare Klage"
	p := s.write(guest, "vergiss@mich.example", words+" über mein Zelt", "subject", "Zelt")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	one := s.ticketOf(p)
	desk := s.as("esra")
	found := desk.get("/desk/privacy?q=" + url.QueryEscape("vergiss@mich.example"))
	assert.Contains(t, found.body, one.Customer.Ref)

	export := desk.post("/desk/privacy/export", "customer", one.Customer.Ref)
	require.Equal(t, http.StatusOK, export.code, s.log.String())
	assert.Contains(t, export.body, words)
	assert.True(t, json.Valid([]byte(export.body)))

	assert.Equal(t, http.StatusUnprocessableEntity, desk.post("/desk/privacy/erase", "customer", one.Customer.Ref).code, "it has to be meant")
	p = desk.post("/desk/privacy/erase", "customer", one.Customer.Ref, "sure", "yes")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	after, err := s.app.Tickets.Get(t.Context(), app.System(), one.Ref())
	require.NoError(t, err)
	assert.Equal(t, ticket.StateErased, after.State)
	assert.Contains(t, desk.get("/desk/privacy?q="+one.Customer.Ref).body, "Niemand gefunden.")
	assert.NotContains(t, s.log.String(), words)
	audit := desk.get("/desk/manage/audit").body
	assert.Contains(t, audit, "erase")
	assert.NotContains(t, audit, "vergiss@mich.example")
}

func TestABlockIsLiftedOrRenewedByTwo(t *testing.T) {
	t.Parallel()
	s := open(t)
	anna := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: app.Shop, Roles: []ticket.Role{ticket.RoleLead}}
	esra := ticket.Actor{Kind: ticket.ActorAgent, ID: "esra", Shop: app.Shop, Roles: []ticket.Role{ticket.RoleLead}}
	b, err := s.app.Tickets.Block(t.Context(), anna, esra, ticket.BlockRequest{
		Customer: "c0002", Kind: ticket.BlockNewContact, Reason: ticket.BlockThreat, Evidence: "ticket 1", Review: friday.AddDate(0, 1, 0),
	})
	require.NoError(t, err)
	desk := s.as("anna")
	assert.Contains(t, desk.get("/desk/manage/blocks").body, "c0002")
	path := "/desk/manage/blocks/" + b.ID.String()
	assert.Equal(t, http.StatusUnprocessableEntity, desk.post(path+"/renew", "second", "anna", "password", agentPassword).code, "nobody is two")
	assert.Equal(t, http.StatusUnprocessableEntity, desk.post(path+"/renew", "second", "esra", "password", "wrong").code)
	assert.Equal(t, http.StatusOK, desk.post(path+"/renew", "second", "esra", "password", agentPassword).code, s.log.String())
	list, err := s.app.Tickets.Blocks(t.Context(), anna)
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.True(t, list[0].Review.After(friday.AddDate(0, 5, 0)))
	assert.Equal(t, http.StatusOK, desk.post(path+"/end").code, s.log.String())
	assert.Equal(t, http.StatusNotFound, desk.post("/desk/manage/blocks/none/end").code)
}

func TestAMeasureBeginsAndIsJudged(t *testing.T) {
	t.Parallel()
	s := open(t)
	desk := s.as("anna")
	p := desk.post("/desk/manage/measures", "finding", "Pakete kommen zu spät", "hypothesis", "Ein anderer Paketdienst", "kind", "process", "effect", "10")
	require.Equal(t, http.StatusOK, p.code, s.log.String())
	assert.Contains(t, p.body, "Pakete kommen zu spät")
	assert.Equal(t, http.StatusUnprocessableEntity, desk.post("/desk/manage/measures", "finding", "x", "hypothesis", "y", "kind", "magic", "effect", "10").code)
	s.clock.Set(friday.Add(40 * 24 * time.Hour))
	p = s.as("anna").get("/desk/manage/measures")
	assert.Contains(t, p.body, "zu wenige Antworten", "with hardly an answer there is no verdict but that")
}
