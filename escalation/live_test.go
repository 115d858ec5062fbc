package escalation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// A version that comes while the planner works is for tickets that open from then
// on. What another process began under it is looked for, and goes on under it.
func TestLivePolicies(t *testing.T) {
	env := escalation.Environment{}
	var err error
	env.Schema, err = escalation.NewSchema(escalation.BuiltinFields()...)
	require.NoError(t, err)
	version := strings.Split(service, `"version": "`)[1][:1]
	next := strings.NewReplacer(`"version": "`+version, `"version": "`+version+`x`, `"after": "30m"`, `"after": "45m"`).Replace(service)
	set := func(texts ...string) *escalation.PolicySet {
		s, err := escalation.NewPolicySet(env, configs(t, texts...)...)
		require.NoError(t, err)
		return s
	}
	one, two := set(service), set(service, next)
	now := one
	var asked []string
	live := func(pinned string) *escalation.PolicySet {
		asked = append(asked, pinned)
		if _, ok := now.Policy(pinned); !ok && pinned != "" {
			return two // what a process finds that looks
		}
		return now
	}
	var dc tickettest.DeskConfig
	dc.Rules = tickettest.NewRules(t, ticket.RulesConfig{})
	p, err := escalation.NewPlanner(escalation.PlannerConfig{LivePolicies: live, Rules: dc.Rules})
	require.NoError(t, err)
	dc.Planners = append(dc.Planners, p)
	w := &watched{tickettest.NewDesk(t, dc), p}

	before := w.Ticket(t, tickettest.Spec{}).Ref()
	now = two
	after := w.Ticket(t, tickettest.Spec{}).Ref()
	now, asked = one, nil // a process that has not heard of it
	w.tick(t, 30*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired"}, w.steps(t, before))
	assert.Equal(t, []string{"e0|c0|team fired"}, w.steps(t, after), "without a fault")
	w.tick(t, 15*time.Minute)
	assert.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired"}, w.steps(t, after))
	assert.Contains(t, asked, two.Policies()[1].Ref())

	_, err = escalation.NewPlanner(escalation.PlannerConfig{LivePolicies: live, Policies: one, Rules: dc.Rules})
	assert.Len(t, faultsOf(t, err), 1)
	_, err = escalation.NewPlanner(escalation.PlannerConfig{LivePolicies: func(string) *escalation.PolicySet { return nil }, Rules: dc.Rules})
	assert.Len(t, faultsOf(t, err), 1)
}
