package quality_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/quality"
)

// pairs are so many conversations by what two reviewers say: both find an error,
// the first alone, the second alone, neither.
func pairs(both, first, second, neither int) []quality.Pair {
	var list []quality.Pair
	add := func(n int, a, b []string) {
		for range n {
			one, two := evaluation("red", "ann", a...), evaluation("red", "ann", b...)
			two.Reviewer = "other"
			list = append(list, quality.Pair{A: one, B: two})
		}
	}
	rude := []string{"rude"}
	add(both, rude, rude)
	add(first, rude, nil)
	add(second, nil, rude)
	add(neither, nil, nil)
	return list
}

// The intervals are worked out with NumPy by the general formula of Fleiss,
// Cohen and Everitt, for any number of categories.
func TestAgreement(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		both, first, second, neither int
		kappa, low, high             float64
	}{
		{20, 5, 10, 15, 0.4, 0.15109229047666106, 0.6489077095233388},
		{80, 4, 6, 10, 0.6081504702194356, 0.3879169494636107, 0.8283839909752604},
	} {
		list, err := catalogue(t).AgreementOf(pairs(c.both, c.first, c.second, c.neither), feedback.Level{})
		require.NoError(t, err)
		require.Len(t, list, 2)
		assert.Equal(t, "rude", list[1].Criterion)
		for _, a := range list { // the one error decides whether a conversation passes
			assert.InDelta(t, c.kappa, a.Kappa.Value, 1e-12)
			assert.InDelta(t, c.low, a.Kappa.Interval.Low, 1e-9)
			assert.InDelta(t, c.high, a.Kappa.Interval.High, 1e-9)
		}
	}
	list, err := catalogue(t).AgreementOf(pairs(0, 0, 0, 30), feedback.Level{})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.InDelta(t, 1, list[0].Agreed.Value, 0)
	assert.False(t, list[0].Kappa.OK, "who never finds anything agrees by chance alone")
	list, err = catalogue(t).AgreementOf(nil, feedback.Level{})
	require.NoError(t, err)
	assert.False(t, list[0].Agreed.OK || list[0].Kappa.OK)
}

func TestAgreementRefuses(t *testing.T) {
	t.Parallel()
	bad := pairs(4, 0, 0, 0)
	bad[0].B = nil
	bad[1].B.Subject = "T2"
	bad[2].B.Reviewer = "lead"
	bad[3].A.Catalogue = "other@1"
	_, err := catalogue(t).AgreementOf(bad, feedback.Level{})
	var faults feedback.Faults
	require.ErrorAs(t, err, &faults)
	assert.Len(t, faults, 4)
}
