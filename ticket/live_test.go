package ticket_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// versions returns a set with versions 1 to n of policy "p", each with a first
// response an hour later than the one before.
func versions(tb testing.TB, n int) *sla.PolicySet {
	tb.Helper()
	var all []sla.PolicyConfig
	for v := 1; v <= n; v++ {
		all = append(all, sla.PolicyConfig{ID: "p", Version: v, Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
			{Metric: sla.FirstResponse, Period: sla.Period{N: v, Unit: sla.UnitHour}, Clock: "wall"},
		}}}})
	}
	set, err := sla.NewPolicySet(all, nil)
	require.NoError(tb, err)
	return set
}

// A policy that comes while the desk works is that of new tickets from then on; the
// others keep theirs.
func TestLivePolicies(t *testing.T) {
	var set atomic.Pointer[sla.PolicySet]
	set.Store(versions(t, 1))
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) {
		c.LivePolicies, c.Policy = func(string) *sla.PolicySet { return set.Load() }, "p"
	})
	open := func(key string) (ticket.Ref, time.Time) {
		in := mail(key, "Wo?")
		in.Orders = []string{key}
		r := f.receive(t, in)
		return r.Ticket.Ref(), r.Ticket.Created
	}
	due := func(ref ticket.Ref) sla.Status {
		k, err := f.desk.Get(t.Context(), anna, ref)
		require.NoError(t, err)
		states := f.desk.Deadlines(k, f.clock.Now())
		require.Len(t, states, 1)
		return states[0]
	}
	first, at := open("m1")
	set.Store(versions(t, 2))
	second, later := open("m2")
	f.do(t, anna, first, ticket.Note{Text: "still mine"})
	assert.Equal(t, "p@1", due(first).Policy)
	assert.Equal(t, at.Add(time.Hour), due(first).Due)
	assert.Equal(t, "p@2", due(second).Policy)
	assert.Equal(t, later.Add(2*time.Hour), due(second).Due)
}

// A process that has not heard of a version asks for it before it works on a ticket
// that another has opened under it.
func TestLivePoliciesOfAnotherProcess(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = versions(t, 2), "p" })
	in := mail("m1", "Wo?")
	ref := f.receive(t, in).Ticket.Ref()
	asked := make(map[string]int)
	behind := f.with(t, func(c *ticket.Config) {
		c.Policy, c.LivePolicies = "p", func(pinned string) *sla.PolicySet {
			asked[pinned]++
			if pinned == "p@2" {
				return versions(t, 2)
			}
			return versions(t, 1)
		}
	})
	clear(asked)
	k := behind.do(t, anna, ref, ticket.Reply{Text: "Hier."})
	assert.Equal(t, map[string]int{"": 1, "p@2": 1}, asked, "an operation has one set from end to end")
	states := behind.desk.Deadlines(k, behind.clock.Now())
	require.Len(t, states, 1)
	assert.Equal(t, "p@2", states[0].Policy)
	assert.Empty(t, states[0].Faults)
	assert.Equal(t, sla.Met, states[0].State)
}

func TestLivePoliciesAreChecked(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	for name, change := range map[string]func(*ticket.Config){
		"none": func(c *ticket.Config) { c.LivePolicies = func(string) *sla.PolicySet { return nil } },
		"twice": func(c *ticket.Config) {
			c.Policies = versions(t, 1)
			c.LivePolicies = func(string) *sla.PolicySet { return c.Policies }
		},
		"other": func(c *ticket.Config) {
			c.Policy, c.LivePolicies = "q", func(string) *sla.PolicySet { return versions(t, 1) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := ticket.Config{Rules: f.rules, Now: f.clock.Now, Delivery: ticket.HostDelivers(), Policy: "p"}
			change(&cfg)
			_, err := ticket.NewDesk(f.store, cfg)
			require.ErrorIs(t, err, ticket.ErrInvalid)
		})
	}
}
