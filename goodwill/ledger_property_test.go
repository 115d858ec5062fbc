package goodwill_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

// TestPostIsDoubleEntry: commit after commit, balances are what a plain map
// says, all accounts of a currency come to nothing, no cap is exceeded, every
// cap that would be is named, and a refusal changes nothing.
func TestPostIsDoubleEntry(t *testing.T) {
	t.Parallel()
	names := []string{"a", "b", "c", "pool"}
	rapid.Check(t, func(t *rapid.T) {
		type sums struct{ pending, posted int64 }
		model := map[goodwill.Account]sums{}
		var stored []goodwill.Balance
		for range rapid.IntRange(1, 12).Draw(t, "commits") {
			c := goodwill.Commit{}
			for range rapid.IntRange(1, 4).Draw(t, "entries") {
				currency := rapid.SampledFrom([]money.Currency{money.EUR, money.JPY}).Draw(t, "currency")
				e := goodwill.Entry{
					Phase:  rapid.SampledFrom([]goodwill.Phase{goodwill.PhaseReserve, goodwill.PhasePost, goodwill.PhaseVoid, goodwill.PhaseDirect}).Draw(t, "phase"),
					Debit:  rapid.SampledFrom(names[:3]).Draw(t, "debit"),
					Credit: "pool", Amount: money.New(rapid.Int64Range(1, 20).Draw(t, "amount"), currency),
				}
				if rapid.Bool().Draw(t, "capped") {
					e.Cap = money.New(rapid.Int64Range(0, 60).Draw(t, "cap"), currency)
				}
				c.Entries = append(c.Entries, e)
			}
			next, unreserved := maps.Clone(model), false
			for _, e := range c.Entries {
				var d sums
				switch n := e.Amount.Minor(); e.Phase {
				case goodwill.PhaseReserve:
					d = sums{n, 0}
				case goodwill.PhasePost:
					d = sums{-n, n}
				case goodwill.PhaseVoid:
					d = sums{-n, 0}
				case goodwill.PhaseDirect:
					d = sums{0, n}
				}
				debit, credit := goodwill.Account{Name: e.Debit, Currency: e.Amount.Currency()}, goodwill.Account{Name: e.Credit, Currency: e.Amount.Currency()}
				next[debit] = sums{next[debit].pending + d.pending, next[debit].posted + d.posted}
				next[credit] = sums{next[credit].pending - d.pending, next[credit].posted - d.posted}
				unreserved = unreserved || d.pending < 0 && next[debit].pending < 0
			}
			over := map[string]bool{}
			for _, e := range c.Entries {
				n := next[goodwill.Account{Name: e.Debit, Currency: e.Amount.Currency()}]
				if e.Cap.Given() && (e.Phase == goodwill.PhaseReserve || e.Phase == goodwill.PhaseDirect) && n.pending+n.posted > e.Cap.Minor() {
					over[e.Debit] = true
				}
			}
			after, err := goodwill.Post(&c, stored)
			switch {
			case unreserved:
				require.ErrorIs(t, err, goodwill.ErrUnreserved)
				continue
			case len(over) > 0:
				var caps *goodwill.CapError
				require.True(t, errors.As(err, &caps), "%v", err)
				for account := range over {
					require.True(t, caps.Has(account))
				}
				for _, x := range caps.Over {
					require.True(t, over[x.Account])
				}
				continue
			}
			require.NoError(t, err)
			require.Equal(t, c.Accounts(), accountsOf(after))
			model = next
			for _, b := range after {
				stored = slices.DeleteFunc(stored, func(o goodwill.Balance) bool { return o.Account == b.Account })
				stored = append(stored, b)
			}
			all := map[money.Currency]int64{}
			for _, b := range stored {
				require.Equal(t, model[b.Account], sums{b.Pending.Minor(), b.Posted.Minor()})
				all[b.Account.Currency] += b.Pending.Minor() + b.Posted.Minor()
			}
			for _, sum := range all {
				require.Zero(t, sum)
			}
		}
	})
}

func accountsOf(all []goodwill.Balance) []goodwill.Account {
	out := make([]goodwill.Account, len(all))
	for i, b := range all {
		out[i] = b.Account
	}
	return out
}
