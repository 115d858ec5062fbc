package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

func eur(minor int64) money.Amount { return money.New(minor, money.EUR) }

func TestCurrencies(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	require.Greater(t, len(all), 150)
	before := ""
	for _, c := range all {
		assert.Less(t, before, c.Code(), "in order, each once")
		before = c.Code()
		assert.True(t, c.Valid())
		again, err := money.ParseCurrency(c.Code())
		require.NoError(t, err)
		assert.Equal(t, c, again)
	}
	// ISO 4217, list one: everything that has no two decimals.
	decimals := map[string]int{"CLF": 4, "UYW": 4}
	for _, c := range []string{"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"} {
		decimals[c] = 3
	}
	for _, c := range []string{"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"} {
		decimals[c] = 0
	}
	for _, c := range all {
		want, special := decimals[c.Code()]
		if !special {
			want = 2
		}
		assert.Equal(t, want, c.Decimals(), c.Code())
	}
	for _, named := range []money.Currency{
		money.EUR, money.USD, money.GBP, money.CHF, money.SEK, money.NOK, money.DKK, money.PLN, money.CZK, money.HUF,
		money.RON, money.ISK, money.JPY, money.KWD, money.CLF,
	} {
		assert.True(t, named.Valid(), named)
	}
	for _, wrong := range []string{"", "eur", "EU", "EURO", "XXX", "XAU", "E\x00R", "ZZZ", "AAA"} {
		_, err := money.ParseCurrency(wrong)
		require.ErrorIs(t, err, money.ErrCurrency, wrong)
	}
	assert.False(t, money.Currency(5).Valid())
	assert.False(t, (money.EUR + 1).Valid(), "three decimals are not the euro's")
}

// TestTraps are ways in which other libraries lose money.
func TestTraps(t *testing.T) {
	t.Parallel()
	kept, err := money.Parse("10.50", money.EUR)
	require.NoError(t, err)
	assert.Equal(t, "10.50 EUR", kept.String(), "keeps two decimals")
	assert.Equal(t, "0.00 EUR", must(money.Parse("-0", money.EUR)).String(), "there is no -0")
	assert.Equal(t, "-0.05 EUR", eur(-5).String(), "the sign survives a whole part of 0")
	assert.Equal(t, "-92233720368547758.08 EUR", eur(math.MinInt64).String())
	assert.Equal(t, "0.001 KWD", money.New(1, money.KWD).String())
	assert.Equal(t, "5 JPY", money.New(5, money.JPY).String())

	for text, code := range map[string]money.Code{
		"1e9999": money.CodeExponent, "1e3": money.CodeExponent, "1.5E-3": money.CodeExponent, "NaN": money.CodeNotNumber, "Inf": money.CodeNotNumber,
		"-Inf": money.CodeNotNumber, "": money.CodeNotNumber, "-": money.CodeNotNumber, ".5": money.CodeNotNumber, "5.": money.CodeNotNumber,
		"+5": money.CodeNotNumber, " 5": money.CodeNotNumber, "5 ": money.CodeNotNumber, "1,5": money.CodeNotNumber, "1.234.5": money.CodeNotNumber,
		"0x10": money.CodeNotNumber, "1_000": money.CodeNotNumber, "--5": money.CodeNotNumber, "٣": money.CodeNotNumber, "null": money.CodeNotNumber, "e5": money.CodeNotNumber,
		"12.345": money.CodeDecimals, "1.000": money.CodeDecimals, "92233720368547758.08": money.CodeOverflow, "99999999999999999999999": money.CodeOverflow,
		"00000000000000000000000000000000000000000000000000000000000000001": money.CodeDigits,
	} {
		_, err := money.Parse(text, money.EUR)
		assert.Equal(t, code, money.CodeOf(err), "%q: %v", text, err)
	}
	_, err = money.Parse("-92233720368547758.08", money.EUR)
	require.NoError(t, err)
	_, err = money.Parse("9223372036854775807", money.EUR)
	require.ErrorIs(t, err, money.ErrOverflow, "in cents it does not fit")

	_, err = eur(1).MulDiv(1, 0, money.HalfUp)
	assert.Equal(t, money.CodeZeroDivision, money.CodeOf(err))
	_, err = eur(1).Portion(0, 0, 0)
	assert.Equal(t, money.CodeZeroDivision, money.CodeOf(err))
	_, err = eur(1).MulDiv(1, 2, money.Rounding(9))
	assert.Equal(t, money.CodeRounding, money.CodeOf(err))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestDecimalEdge(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"10.5": 1050, "10.50000000": 1050, "-0.01": -1, "1e2": 10000, "-0": 0} {
		a, err := money.FromDecimal(decimal.RequireFromString(text), money.EUR)
		require.NoError(t, err, text)
		assert.Equal(t, eur(want), a, text)
		assert.True(t, a.Decimal().Equal(decimal.RequireFromString(text)), text)
	}
	for _, exponent := range []int32{math.MaxInt32, math.MinInt32} {
		a, err := money.FromDecimal(decimal.New(0, exponent), money.EUR)
		require.NoError(t, err)
		assert.Equal(t, eur(0), a, "0 is 0, whatever its exponent")
	}
	for _, c := range []struct {
		coefficient int64
		exponent    int32
		code        money.Code
	}{
		{10505, -3, money.CodeDecimals},
		{1, math.MinInt32, money.CodeDecimals},
		{1, 9999, money.CodeOverflow},
		{-7, math.MaxInt32, money.CodeOverflow},
		{9223372036854775807, 0, money.CodeOverflow},
		{1, 17, money.CodeOverflow},
		{1, 16, ""},
	} {
		_, err := money.FromDecimal(decimal.New(c.coefficient, c.exponent), money.EUR)
		assert.Equal(t, c.code, money.CodeOf(err), c)
	}
	long := decimal.RequireFromString("1." + zeros(1000))
	_, err := money.FromDecimal(long, money.EUR)
	assert.Equal(t, money.CodeDigits, money.CodeOf(err))

	tiny := decimal.New(9, -1_000_000_000)
	v, err := money.RoundDecimal(tiny, money.EUR, money.HalfUp)
	require.NoError(t, err)
	assert.Equal(t, eur(0), v)
	_, err = money.HalfUp.Round(tiny, 19)
	assert.Equal(t, money.CodeRange, money.CodeOf(err))
	_, err = money.FromDecimal(tiny, 0)
	assert.Equal(t, money.CodeNoCurrency, money.CodeOf(err))
}

func zeros(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = '0'
	}
	return string(b)
}

func TestArithmeticRefuses(t *testing.T) {
	t.Parallel()
	usd, top, bottom := money.New(1, money.USD), eur(math.MaxInt64), eur(math.MinInt64)
	for name, f := range map[string]func() error{
		"add":       func() error { _, err := eur(1).Add(usd); return err },
		"sub":       func() error { _, err := eur(1).Sub(usd); return err },
		"cmp":       func() error { _, err := eur(1).Cmp(usd); return err },
		"min":       func() error { _, err := eur(1).Min(usd); return err },
		"sum":       func() error { _, err := money.Sum(money.EUR, eur(1), usd); return err },
		"none":      func() error { _, err := eur(1).Add(money.Amount{}); return err },
		"two nones": func() error { _, err := money.Amount{}.Add(money.Amount{}); return err },
		"sum none":  func() error { _, err := money.Sum(0); return nil2(err) },
		"mul none":  func() error { _, err := money.Amount{}.Mul(2); return err },
		"allocate":  func() error { _, err := money.Amount{}.Allocate(nil, []int64{1}); return err },
	} {
		require.ErrorIs(t, f(), money.ErrCurrency, name)
	}
	for name, f := range map[string]func() error{
		"add":      func() error { _, err := top.Add(eur(1)); return err },
		"add low":  func() error { _, err := bottom.Add(eur(-1)); return err },
		"sub":      func() error { _, err := bottom.Sub(eur(1)); return err },
		"sub low":  func() error { _, err := eur(0).Sub(bottom); return err },
		"neg":      func() error { _, err := bottom.Neg(); return err },
		"abs":      func() error { _, err := bottom.Abs(); return err },
		"mul":      func() error { _, err := top.Mul(2); return err },
		"muldiv":   func() error { _, err := top.MulDiv(3, 2, money.HalfUp); return err },
		"by -1":    func() error { _, err := bottom.MulDiv(1, -1, money.HalfUp); return err },
		"sum":      func() error { _, err := money.Sum(money.EUR, top, top, eur(-1)); return err },
		"interest": func() error { _, err := must(money.Percent(1000)).Interest(top, 365, 365); return err },
	} {
		require.ErrorIs(t, f(), money.ErrOverflow, name)
	}
	assert.Equal(t, eur(math.MaxInt64), must(money.Sum(money.EUR, top, top, bottom, eur(1))), "a sum is exact however it is reached")
	assert.Equal(t, bottom, must(bottom.Portion(0, 1, 1)))
	for _, p := range [][3]int64{{-1, 0, 1}, {2, 1, 3}, {0, 4, 3}, {0, 0, -1}} {
		_, err := eur(1).Portion(p[0], p[1], p[2])
		assert.Equal(t, money.CodeRange, money.CodeOf(err), p)
	}
}

// nil2 turns no error into one of a wrong kind, so that a missing error shows.
func nil2(err error) error {
	if err == nil {
		return money.ErrCurrency // a sum of nothing needs no currency
	}
	return err
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type priced struct {
		Price money.Amount            `json:"price"`
		Rate  money.Rate              `json:"rate"`
		Extra money.Amount            `json:"extra,omitzero"`
		By    map[money.Currency]bool `json:"by,omitempty"`
	}
	in := priced{Price: eur(1050), Rate: must(money.ParseRate("19.0")), By: map[money.Currency]bool{money.JPY: true}}
	data, err := json.Marshal(in)
	require.NoError(t, err)
	assert.JSONEq(t, `{"price":"10.50 EUR","rate":"19","by":{"JPY":true}}`, string(data))
	var out priced
	require.NoError(t, json.Unmarshal(data, &out))
	assert.Equal(t, in, out)

	data, err = json.Marshal(priced{Price: eur(1), Rate: in.Rate, Extra: eur(0)})
	require.NoError(t, err)
	assert.Contains(t, string(data), `"extra":"0.00 EUR"`, "0 is not nothing")
	_, err = json.Marshal(priced{})
	require.ErrorIs(t, err, money.ErrCurrency, "no amount has no text")

	for text, code := range map[string]money.Code{
		`null`: money.CodeNull, `10.5`: money.CodeType, `{"amount":1}`: money.CodeType, `"10.50"`: money.CodeNoCurrency, `""`: money.CodeNoCurrency,
		`"10.50 eur"`: money.CodeCurrency, `"10.50  EUR"`: money.CodeCurrency, `"EUR 10.50"`: money.CodeCurrency, `"10.505 EUR"`: money.CodeDecimals,
		`"1e9999 EUR"`: money.CodeExponent, `"NaN EUR"`: money.CodeNotNumber, `"NaN"`: money.CodeNotNumber, `"1.50 JPY"`: money.CodeDecimals,
	} {
		var a money.Amount
		assert.Equal(t, code, money.CodeOf(json.Unmarshal([]byte(text), &a)), text)
		assert.Equal(t, money.Amount{}, a, text)
	}
	var r money.Rate
	assert.Equal(t, money.CodeNull, money.CodeOf(json.Unmarshal([]byte(`null`), &r)))
	assert.Equal(t, money.CodeType, money.CodeOf(json.Unmarshal([]byte(`19`), &r)))
}

func TestRates(t *testing.T) {
	t.Parallel()
	assert.Equal(t, must(money.ParseRate("19")), must(money.ParseRate("19.00")))
	assert.Equal(t, must(money.Percent(19)), must(money.RateOf(decimal.RequireFromString("1.9e1"))))
	assert.Equal(t, "6.27", must(must(money.ParseRate("1.27")).Add(must(money.Percent(5)))).String())
	assert.Equal(t, "4.12", must(must(money.ParseRate("-0.88")).Add(must(money.Percent(5)))).String(), "the base rate of 2016 to 2022")
	assert.Equal(t, 1, must(money.Percent(20)).Cmp(must(money.ParseRate("19.5"))))
	for text, code := range map[string]money.Code{
		"": money.CodeNotNumber, "19%": money.CodeNotNumber, "1e9": money.CodeExponent, "0.1234567891": money.CodeDecimals, "1000001": money.CodeRange, "99999999999999999999": money.CodeRange,
	} {
		_, err := money.ParseRate(text)
		assert.Equal(t, code, money.CodeOf(err), text)
	}
	for text, code := range map[string]money.Code{"1e400": money.CodeRange, "1e-10": money.CodeDecimals, "1000000.1": money.CodeRange} {
		_, err := money.RateOf(decimal.RequireFromString(text))
		assert.Equal(t, code, money.CodeOf(err), text)
	}
	_, err := must(money.Percent(-1)).TaxIncluded(eur(1))
	assert.Equal(t, money.CodeNegative, money.CodeOf(err))
	_, err = must(money.Percent(-1)).TaxAdded(eur(1))
	assert.Equal(t, money.CodeNegative, money.CodeOf(err))
	for _, days := range [][2]int64{{-1, 365}, {1, 0}, {1, -365}} {
		_, err := must(money.Percent(5)).Interest(eur(1), days[0], days[1])
		require.ErrorIs(t, err, money.ErrInvalid)
	}
}

// TestNoRate: a rate that nobody gave is not 0 %.
func TestNoRate(t *testing.T) {
	t.Parallel()
	var none money.Rate
	assert.False(t, none.Given())
	assert.True(t, must(money.Percent(0)).Given())
	assert.Equal(t, "0 no rate", must(money.Percent(0)).String()+" "+none.String())
	for name, f := range map[string]func() error{
		"included": func() error { _, err := none.TaxIncluded(eur(1)); return err },
		"added":    func() error { _, err := none.TaxAdded(eur(1)); return err },
		"of":       func() error { _, err := none.Of(eur(1), money.HalfUp); return err },
		"interest": func() error { _, err := none.Interest(eur(1), 1, 365); return err },
		"add":      func() error { _, err := none.Add(must(money.Percent(1))); return err },
		"write":    func() error { _, err := none.MarshalText(); return err },
	} {
		assert.Equal(t, money.CodeNoRate, money.CodeOf(f()), name)
	}
}

func TestErrorsName(t *testing.T) {
	t.Parallel()
	_, err := eur(1).Allocate(nil, []int64{1, -2})
	var e *money.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, "weights[1]", e.Path)
	assert.Equal(t, `money: allocate: weights[1]: "-2": negative_weight`, err.Error())
	assert.Empty(t, money.CodeOf(errors.New("other")))
	_, err = money.Parse(zeros(5000), money.EUR)
	assert.Less(t, len(err.Error()), 120)
}

func TestLocales(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		locale  money.Locale
		text    string
		c       money.Currency
		want    int64
		written string
	}{
		{money.German, "1.234,56 EUR", money.EUR, 123456, "1.234,56\u00a0€"},
		{money.German, "1234,5", money.EUR, 123450, "1.234,50\u00a0€"},
		{money.German, "-5\u00a0€", money.EUR, -500, "-5,00\u00a0€"},
		{money.German, "\u2212 5 €", money.EUR, -500, "-5,00\u00a0€"},
		{money.German, "1.234", money.KWD, 1234000, "1.234,000\u00a0KWD"},
		{money.German, "EUR 0,05", money.EUR, 5, "0,05\u00a0€"},
		{money.English, "€1,234,567.89", money.EUR, 123456789, "€1,234,567.89"},
		{money.English, "-£3.5", money.GBP, -350, "-£3.50"},
		{money.English, "£-3.5", money.GBP, -350, "-£3.50"},
		{money.English, "KWD 1.5", money.KWD, 1500, "KWD\u00a01.500"},
		{money.English, "¥12,345", money.JPY, 12345, "¥12,345"},
	} {
		a, err := c.locale.Parse(c.text, c.c)
		require.NoError(t, err, c.text)
		assert.Equal(t, money.New(c.want, c.c), a, c.text)
		assert.Equal(t, c.written, c.locale.Format(a))
	}
	for _, c := range []struct {
		locale money.Locale
		text   string
		code   money.Code
	}{
		{money.German, "1,234.56", money.CodeNotNumber},
		{money.English, "1.234,56", money.CodeNotNumber},
		{money.German, "1.23", money.CodeGrouping},
		{money.German, "12.34.567", money.CodeGrouping},
		{money.German, "1234.567", money.CodeGrouping},
		{money.English, ",123", money.CodeGrouping},
		{money.English, "1,,234", money.CodeGrouping},
		{money.German, "1,234", money.CodeDecimals},
		{money.German, "5 USD", money.CodeMismatch},
		{money.German, "EUR 5 EUR", money.CodeNotNumber},
		{money.German, "EUR", money.CodeNotNumber},
		{money.German, "", money.CodeNotNumber},
		{money.German, "1e5", money.CodeNotNumber},
		{"fr", "1", money.CodeLocale},
		{money.German, "1,5 $", money.CodeMismatch},
	} {
		_, err := c.locale.Parse(c.text, money.EUR)
		assert.Equal(t, c.code, money.CodeOf(err), "%s %q: %v", c.locale, c.text, err)
	}
	assert.Equal(t, "1.00 EUR", money.Locale("xx").Format(eur(100)))
	assert.Equal(t, "-92.233.720.368.547.758,08\u00a0€", money.German.Format(eur(math.MinInt64)))
}
