package money_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// minors draws all of int64, and often its ends and small numbers.
func minors() *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1000, 1000))
}

func weights() *rapid.Generator[[]int64] {
	return rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(0, 1<<63-1), rapid.Int64Range(0, 9), rapid.Int64Range(0, 10_000)), 1, 70)
}

// hamilton allocates by the definition alone: give each leftover unit to the
// largest remainder that has none yet.
func hamilton(total int64, weights []int64) []int64 {
	sum, whole := new(big.Int), new(big.Int).Abs(big.NewInt(total))
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	shares, rests, left := make([]*big.Int, len(weights)), make([]*big.Int, len(weights)), new(big.Int).Set(whole)
	for i, w := range weights {
		shares[i], rests[i] = new(big.Int).QuoRem(new(big.Int).Mul(whole, big.NewInt(w)), sum, new(big.Int))
		left.Sub(left, shares[i])
	}
	for ; left.Sign() > 0; left.Sub(left, big.NewInt(1)) {
		best := 0
		for i := range rests {
			if rests[i].Cmp(rests[best]) > 0 {
				best = i
			}
		}
		shares[best].Add(shares[best], big.NewInt(1))
		rests[best] = big.NewInt(-1)
	}
	out := make([]int64, len(weights))
	for i, s := range shares {
		if total < 0 {
			s.Neg(s)
		}
		out[i] = s.Int64()
	}
	return out
}

func TestAllocateIsHamilton(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total, ws := minors().Draw(t, "total"), weights().Draw(t, "weights")
		prefix := []money.Amount{eur(7)}
		got, err := eur(total).Allocate(prefix, ws)
		if all(ws, func(w int64) bool { return w == 0 }) {
			require.Equal(t, money.CodeWeights, money.CodeOf(err))
			return
		}
		require.NoError(t, err)
		require.Equal(t, eur(7), got[0], "what was there stays")
		shares := got[1:]
		want := hamilton(total, ws)
		for i := range ws {
			require.Equal(t, eur(want[i]), shares[i], "share %d", i)
		}
		sum, err := money.Sum(money.EUR, shares...)
		require.NoError(t, err)
		require.Equal(t, eur(total), sum)
	})
}

func all[T any](list []T, is func(T) bool) bool {
	for _, v := range list {
		if !is(v) {
			return false
		}
	}
	return true
}

// exact returns a x num / den, rounded, by rationals.
func exact(a, num, den int64, r money.Rounding) *big.Int {
	n, d := new(big.Int).Mul(big.NewInt(a), big.NewInt(num)), big.NewInt(den)
	q, rest := new(big.Int).QuoRem(n, d, new(big.Int))
	away := big.NewInt(int64(n.Sign() * d.Sign()))
	switch half := new(big.Int).Abs(rest); half.Lsh(half, 1).CmpAbs(d) {
	case 1:
		if r != money.Down {
			q.Add(q, away)
		}
	case 0:
		if r == money.HalfUp || r == money.HalfEven && q.Bit(0) == 1 {
			q.Add(q, away)
		}
	}
	return q
}

func TestMulDivIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, num, den := minors().Draw(t, "a"), minors().Draw(t, "num"), minors().Draw(t, "den")
		r := rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Down}).Draw(t, "rounding")
		got, err := eur(a).MulDiv(num, den, r)
		if den == 0 {
			require.Equal(t, money.CodeZeroDivision, money.CodeOf(err))
			return
		}
		if want := exact(a, num, den, r); !want.IsInt64() {
			require.ErrorIs(t, err, money.ErrOverflow)
		} else {
			require.NoError(t, err)
			require.Equal(t, eur(want.Int64()), got)
		}
	})
}

func TestSumsAreExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(minors()).Draw(t, "list")
		want, amounts := new(big.Int), make([]money.Amount, len(list))
		for i, m := range list {
			want.Add(want, big.NewInt(m))
			amounts[i] = eur(m)
		}
		got, err := money.Sum(money.EUR, amounts...)
		if !want.IsInt64() {
			require.ErrorIs(t, err, money.ErrOverflow)
			return
		}
		require.NoError(t, err)
		require.Equal(t, eur(want.Int64()), got)

		a, b := minors().Draw(t, "a"), minors().Draw(t, "b")
		plus := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		if got, err := eur(a).Add(eur(b)); plus.IsInt64() {
			require.Equal(t, eur(plus.Int64()), got)
		} else {
			require.ErrorIs(t, err, money.ErrOverflow)
		}
		minus := new(big.Int).Sub(big.NewInt(a), big.NewInt(b))
		if got, err := eur(a).Sub(eur(b)); minus.IsInt64() {
			require.Equal(t, eur(minus.Int64()), got)
		} else {
			require.ErrorIs(t, err, money.ErrOverflow)
		}
	})
}

func TestPortionsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole, units := minors().Draw(t, "whole"), rapid.Int64Range(1, 1000).Draw(t, "units")
		sum := eur(0)
		for at := int64(0); at < units; {
			next := rapid.Int64Range(at+1, units).Draw(t, "next")
			p, err := eur(whole).Portion(at, next, units)
			require.NoError(t, err)
			sum, err = sum.Add(p)
			require.NoError(t, err)
			at = next
		}
		require.Equal(t, eur(whole), sum)
	})
}

func TestRoundMatchesDecimal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := decimal.New(rapid.Int64Range(-9e11, 9e11).Draw(t, "coefficient"), rapid.Int32Range(-12, 3).Draw(t, "exponent"))
		places := rapid.IntRange(0, 4).Draw(t, "places")
		for r, want := range map[money.Rounding]decimal.Decimal{
			money.HalfUp: d.Round(int32(places)), money.HalfEven: d.RoundBank(int32(places)), money.Down: d.Truncate(int32(places)),
		} {
			got, err := r.Round(d, places)
			require.NoError(t, err)
			require.True(t, decimal.New(got, int32(-places)).Equal(want), "%s of %s: %d, want %s", r, d, got, want)
		}
	})
}

func TestTextRoundTrips(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	rapid.Check(t, func(t *rapid.T) {
		a := money.New(minors().Draw(t, "minor"), rapid.SampledFrom(all).Draw(t, "currency"))
		data, err := json.Marshal(a)
		require.NoError(t, err)
		var back money.Amount
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, a, back)
		back, err = money.FromDecimal(a.Decimal(), a.Currency())
		require.NoError(t, err)
		require.Equal(t, a, back)
		for _, l := range []money.Locale{money.German, money.English} {
			back, err = l.Parse(l.Format(a), a.Currency())
			require.NoError(t, err, l.Format(a))
			require.Equal(t, a, back)
		}
	})
}

func TestTaxAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rate, err := money.ParseRate(rapid.StringMatching(`[0-9]{1,2}(\.[0-9]{1,3})?`).Draw(t, "rate"))
		require.NoError(t, err)
		gross := rapid.Int64Range(-1e12, 1e12).Draw(t, "gross")
		tax, err := rate.TaxIncluded(eur(gross))
		require.NoError(t, err)
		mirrored, err := rate.TaxIncluded(eur(-gross))
		require.NoError(t, err)
		require.Equal(t, tax.Minor(), -mirrored.Minor())
		want := decimal.New(gross, 0).Mul(rate.Decimal()).DivRound(rate.Decimal().Add(decimal.New(100, 0)), 0)
		require.Equal(t, want.IntPart(), tax.Minor())
	})
}

// FuzzParse: no text makes a panic, and what is read is written again.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"10.50", "-0", "1e9999", "NaN", "1.234,56 €", "€1,234.56", "", "9223372036854775807", "-", "..", "1,2,3", "10.50 EUR", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []money.Currency{money.EUR, money.JPY, money.KWD, money.CLF} {
			if a, err := money.Parse(s, c); err == nil {
				again, err := money.Parse(a.Number(), c)
				require.NoError(t, err)
				assert.Equal(t, a, again)
			}
			for _, l := range []money.Locale{money.German, money.English} {
				if a, err := l.Parse(s, c); err == nil {
					again, err := l.Parse(l.Format(a), c)
					require.NoError(t, err)
					assert.Equal(t, a, again)
				}
			}
		}
		if a, err := money.ParseText(s); err == nil {
			again, err := money.ParseText(a.String())
			require.NoError(t, err)
			assert.Equal(t, a, again)
		}
	})
}

// FuzzJSON: what is read from JSON is written again as it was meant.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`"10.50 EUR"`, `null`, `10.5`, `"1 JPY"`, `{"a":1}`, `"19"`, `"-0.00 EUR"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, b money.Amount
		if json.Unmarshal(data, &a) == nil {
			text, err := json.Marshal(a)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, &b))
			assert.Equal(t, a, b)
		}
		var r, s money.Rate
		if json.Unmarshal(data, &r) == nil && r.Given() {
			text, err := json.Marshal(r)
			require.NoError(t, err)
			require.NoError(t, json.Unmarshal(text, &s))
			assert.Equal(t, r, s)
		}
	})
}
