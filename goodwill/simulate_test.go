package goodwill_test

import (
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/rights"
)

func past(inputs ...goodwill.Input) iter.Seq2[*goodwill.Input, time.Time] {
	return func(yield func(*goodwill.Input, time.Time) bool) {
		for i := range inputs {
			if !yield(&inputs[i], noon(now)) {
				return
			}
		}
	}
}

// TestSimulate: the new policy starts with the voucher, and lets agents grant
// no more than 5.00.
func TestSimulate(t *testing.T) {
	t.Parallel()
	p := policy()
	p.Version++
	p.Rules[1].Ladder = p.Rules[1].Ladder[1:]
	p.Authority[0].PerOrder = eur(500)
	second := late()
	second.Case.Ref, second.Declined = "ticket-2", []string{"shipping"}
	s, err := goodwill.Simulate(compiled(policy()), compiled(p), past(late(), withdrawn(), second))
	require.NoError(t, err)
	assert.Equal(t, 3, s.Cases)
	assert.Equal(t, map[goodwill.Outcome]int{goodwill.OutcomeGrant: 3}, s.Old.Outcomes)
	assert.Equal(t, map[goodwill.Outcome]int{goodwill.OutcomeGrant: 1, goodwill.OutcomeApproval: 2}, s.New.Outcomes)
	assert.Equal(t, map[goodwill.Code]int{goodwill.CodeAuthority: 2}, s.New.Approvals)
	assert.Equal(t, []money.Amount{eur(8490), eur(1390), eur(1030)}, []money.Amount{s.Old.Owed, s.Old.Given, s.Old.Cost})
	assert.Equal(t, []money.Amount{eur(8490), eur(1800), eur(1080)}, []money.Amount{s.New.Owed, s.New.Given, s.New.Cost})
	assert.Equal(t, []goodwill.Flip{
		{Case: "4711", Old: goodwill.OutcomeGrant, New: goodwill.OutcomeApproval, OldGiven: eur(490), NewGiven: eur(900)},
		{Case: "ticket-2", Old: goodwill.OutcomeGrant, New: goodwill.OutcomeApproval, OldGiven: eur(900), NewGiven: eur(900)},
	}, s.Flips)
	require.NoError(t, s.Check())

	law, err := rights.New(rights.Config{Exclusions: []rights.Exclusion{}, Choices: rights.Choices{DirectiveCap: true}, Countries: []string{"AT"}})
	require.NoError(t, err)
	elsewhere := must(goodwill.Compile(policy(), law))
	s, err = goodwill.Simulate(compiled(policy()), elsewhere, past(withdrawn()))
	require.NoError(t, err)
	require.ErrorIs(t, s.Check(), goodwill.ErrStatutoryChanged)
	assert.Equal(t, []string{"4711"}, s.Statutory)

	bad := late()
	bad.Case.Order.Lines = nil
	_, err = goodwill.Simulate(compiled(policy()), compiled(p), past(bad))
	require.Error(t, err)
	_, err = goodwill.Simulate(compiled(policy()), compiled(goodwill.Policy{ID: "usd", Version: 1, Currency: money.USD}), past())
	require.Error(t, err)
}
