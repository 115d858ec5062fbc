package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

const returnsHeader = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"

func returnsReport(t *testing.T, file string) replay.ReturnsReport {
	t.Helper()
	code, out, errs := replay.Run("-returns", file, "-json")
	require.Equal(t, 0, code, errs)
	var r replay.ReturnsReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	return r
}

func returnsFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "lines.csv")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

func gbp(minor int64) money.Amount { return money.New(minor, money.GBP) }

// TestReturns is a log that can be reckoned by hand.
func TestReturns(t *testing.T) {
	t.Parallel()
	file := returnsFile(t, returnsHeader+
		"1,A,\"lamp, red\",6,2010-12-01 10:00:00,2.10,7,UK\n"+
		"2,A,,4,2010-12-02 10:00:00,2.00,7,UK\n"+
		"C3,A,,-5,2010-12-03 10:00:00,2.10,7,UK\n"+ // 5 of the first, at its price
		"C4,A,,-3,2010-12-04 10:00:00,2.10,7,UK\n"+ // 1 of the first; 2 of the second cost 2.00, so 0.20 is too dear
		"C5,A,,-4,2010-12-05 10:00:00,1.50,7,UK\n"+ // 2 are left, at 1.50 instead of 2.00; 2 are too many
		"C6,A,,-1,2010-11-30 10:00:00,2.10,7,UK\n"+ // before any purchase
		"C7,A,,-1,2010-12-06 10:00:00,9.00,8,UK\n"+ // another customer
		"8,B,,x,2010-12-06 10:00:00,9.00,8,UK\n"+
		"9,B,,1,yesterday,9.00,8,UK\n"+
		"9,B,,1,2010-12-06 10:00:00,cheap,8,UK\n"+
		"A1,B,,1,2010-12-06 10:00:00,-5.00,8,UK\n"+
		"A1,B,,0,2010-12-06 10:00:00,5.00,8,UK\n"+
		"A1\n")
	r := returnsReport(t, file)
	assert.Equal(t, 13, r.Rows)
	assert.Equal(t, map[replay.BadKind]int{replay.Unparsable: 5, replay.Malformed: 1}, r.Bad.Counts)
	assert.Equal(t, 2, r.Customers)
	assert.Equal(t, replay.ReturnsSum{Lines: 2, Value: gbp(2060)}, r.Purchases)
	assert.Equal(t, replay.ReturnsSum{Lines: 5, Value: gbp(1050 + 630 + 600 + 210 + 900)}, r.Credits)
	assert.Equal(t, replay.ReturnsSum{Lines: 1, Value: gbp(1050 + 610 + 300)}, r.Refunded)
	assert.Equal(t, []replay.AboveTable{
		{Kind: replay.NeverBought, ReturnsSum: replay.ReturnsSum{Lines: 2, Value: gbp(1110)}},
		{Kind: replay.TooMany, ReturnsSum: replay.ReturnsSum{Lines: 1, Value: gbp(300)}},
		{Kind: replay.TooDear, ReturnsSum: replay.ReturnsSum{Lines: 1, Value: gbp(20)}},
	}, r.Above)
	require.Len(t, r.Largest, 4)
	assert.Equal(t, replay.Above{Line: 8, Invoice: "C7", Code: "A", Kind: replay.NeverBought, Units: 1, Value: gbp(900)}, r.Largest[0])

	code, out, errs := replay.Run("-returns", file)
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "covered by purchases")
	assert.Contains(t, out, "£19.60")
	assert.Contains(t, out, "median 3.0 d, 90 % within 3.0 d") // two, three and three days of C3, C4, C5
}

func TestReturnsUsage(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no file":     {"-returns", filepath.Join(t.TempDir(), "none.csv")},
		"empty":       {"-returns", returnsFile(t, "")},
		"no column":   {"-returns", returnsFile(t, "InvoiceNo\n")},
		"with others": {"-returns", "x.csv", "-csat", "y.csv"},
		"with a file": {"-returns", "x.csv", "z.csv"},
		"and orders":  {"-returns", "x.csv", "-orders", "z.csv"},
		"drawn":       {"-orders", "x.csv", "-svg", "z.svg"},
		"no orders":   {"-orders", filepath.Join(t.TempDir(), "none.csv")},
		"guests only": {"-orders", returnsFile(t, returnsHeader+"1,A,,1,2010-12-01 10:00:00,2.10,,UK\n")},
	} {
		code, _, errs := replay.Run(args...)
		assert.Equal(t, 2, code, name)
		assert.NotEmpty(t, errs, name)
	}
}

// TestRealReturns: the sum of the credits of a real shop, to the penny, and
// every penny is either covered by a purchase or said to be above.
func TestRealReturns(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "shared", "data", "onlineretail_dev6.csv.gz")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the log is not here: ", err)
	}
	r := returnsReport(t, file)
	assert.Equal(t, 13_616, r.Rows)
	assert.Zero(t, r.Bad.Total())
	assert.Equal(t, replay.ReturnsSum{Lines: 447, Value: gbp(1_336_469)}, r.Credits)
	sum := r.Refunded.Value
	for _, a := range r.Above {
		var err error
		sum, err = sum.Add(a.Value)
		require.NoError(t, err)
	}
	assert.Equal(t, r.Credits.Value, sum)
}
