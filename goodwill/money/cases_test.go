package money_test

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// TestReferenceCases runs the table that lies beside the package;
// examples/cases runs further tables of its schema.
func TestReferenceCases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cases/money.json")
	require.NoError(t, err)
	var table struct {
		Cases []struct {
			ID, Kind string
			Currency money.Currency
			Input    struct {
				Total, Gross, Net, Principal, Days, Basis int64
				Weights                                   []int64
				Rate                                      money.Rate
				Annual                                    money.Rate `json:"annual_percent"`
				Value                                     decimal.Decimal
				Scale                                     int
				Text                                      string
			}
			Expect json.RawMessage
		}
	}
	require.NoError(t, json.Unmarshal(data, &table)) //nolint:musttag // names that fit need no tag
	require.NotEmpty(t, table.Cases)
	for _, c := range table.Cases {
		in := c.Input
		of := func(minor int64) money.Amount { return money.New(minor, c.Currency) }
		var got any
		switch c.Kind {
		case "allocate":
			shares := must(of(in.Total).Allocate(nil, in.Weights))
			minors := make([]int64, len(shares))
			for i, s := range shares {
				minors[i] = s.Minor()
			}
			got = minors
		case "tax_included":
			tax := must(in.Rate.TaxIncluded(of(in.Gross))).Minor()
			got = map[string]int64{"tax": tax, "net": in.Gross - tax}
		case "tax_added":
			tax := must(in.Rate.TaxAdded(of(in.Net))).Minor()
			got = map[string]int64{"tax": tax, "gross": in.Net + tax}
		case "interest":
			got = must(in.Annual.Interest(of(in.Principal), in.Days, in.Basis)).Minor()
		case "round":
			rounded := map[money.Rounding]int64{}
			for _, r := range []money.Rounding{money.HalfUp, money.HalfEven, money.Down} {
				rounded[r] = must(r.Round(in.Value, in.Scale))
			}
			got = rounded
		case "parse":
			got = must(money.Parse(in.Text, c.Currency)).Minor()
		case "parse_error":
			_, err := money.Parse(in.Text, c.Currency)
			got = map[money.Code]string{money.CodeDecimals: "too many decimals", money.CodeNotNumber: "not a number"}[money.CodeOf(err)]
		case "allocate_error":
			_, err := of(in.Total).Allocate(nil, in.Weights)
			got = map[money.Code]string{money.CodeWeights: "all weights zero", money.CodeWeight: "negative weight"}[money.CodeOf(err)]
		default:
			t.Fatalf("kind %q", c.Kind)
		}
		text, err := json.Marshal(got)
		require.NoError(t, err)
		assert.JSONEq(t, string(c.Expect), string(text), c.ID)
	}
}
