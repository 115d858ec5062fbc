package goodwill_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/sla"
)

// A version that comes while the desk works decides from then on, and a grant goes
// on under the version that it was proposed under: also where a process has not
// heard of that yet.
func TestLivePolicies(t *testing.T) {
	t.Parallel()
	strict := policy()
	strict.Version++
	strict.Authority = []goodwill.Limit{{Role: "chief"}}
	first, second := compiled(policy()), compiled(strict)
	one, two := must(goodwill.NewPolicySet(first)), must(goodwill.NewPolicySet(second, first))
	now := one
	var asked []string
	in := late()
	s := open(t, first, in)
	s.config.Policies, s.config.LivePolicies = nil, func(proposed string) *goodwill.PolicySet {
		asked = append(asked, proposed)
		if _, ok := now.Policy(proposed); !ok && proposed != "" {
			return two
		}
		return now
	}
	desk, err := goodwill.NewDesk(s.inner, s.config)
	require.NoError(t, err)
	propose := func() goodwill.Grant {
		out, err := desk.Propose(t.Context(), anna, goodwill.Proposal{Input: in})
		require.NoError(t, err)
		require.Len(t, out.Grants, 1)
		return out.Grants[0]
	}
	old := propose()
	assert.Equal(t, first.Ref(), old.Policy)
	assert.Equal(t, goodwill.StateApproved, old.State)
	now = two
	fresh := propose()
	assert.Equal(t, second.Ref(), fresh.Policy)
	assert.Equal(t, goodwill.StateProposed, fresh.State, "nobody but the chief may, now")
	now, asked = one, nil // a process that has not heard of it
	g, err := desk.Approve(t.Context(), chief, fresh.Ref())
	require.NoError(t, err)
	assert.Equal(t, goodwill.StateApproved, g.State)
	assert.Contains(t, asked, second.Ref())

	_, err = goodwill.NewPolicySet(first, first)
	require.ErrorIs(t, err, sla.ErrInvalid)
	_, err = goodwill.NewPolicySet()
	require.ErrorIs(t, err, sla.ErrInvalid)
	s.config.Policies = []*goodwill.Decider{first}
	_, err = goodwill.NewDesk(new(goodwillmem.Store), s.config)
	require.ErrorIs(t, err, sla.ErrInvalid, "given twice")
}
