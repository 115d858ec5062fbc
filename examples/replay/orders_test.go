package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	replay "github.com/kulanz-go/kulanz/examples/replay"
)

func ordersReport(t *testing.T, file string) replay.OrdersReport {
	t.Helper()
	code, out, errs := replay.Run("-orders", file, "-json")
	require.Equal(t, 0, code, errs)
	var r replay.OrdersReport
	require.NoError(t, json.Unmarshal([]byte(out), &r))
	return r
}

// TestOrders is a log that can be reckoned by hand.
func TestOrders(t *testing.T) {
	t.Parallel()
	file := returnsFile(t, returnsHeader+
		"5,A,,1,2011-10-03 10:00:00,1.00,ann,UK\n"+ // not in the order of time
		"1,A,,6,2011-01-10 10:00:00,2.00,ann,UK\n"+
		"1,B,,1,2011-01-10 10:00:00,2.00,ann,UK\n"+ // the same order
		"2,A,,1,2011-02-01 10:00:00,2.00,bob,UK\n"+
		"3,A,,1,2011-04-01 10:00:00,2.00,ann,UK\n"+
		"4,A,,1,2011-05-01 10:00:00,2.00,cem,UK\n"+ // gained, so it cannot be lost in this quarter
		"C1,A,,-2,2011-05-02 10:00:00,2.00,ann,UK\n"+ // no order
		"6,A,,1,2011-06-01 10:00:00,2.00,,UK\n"+
		"7,A,,x,2011-06-01 10:00:00,2.00,ann,UK\n")
	r := ordersReport(t, file)
	assert.Equal(t, 9, r.Rows)
	assert.Equal(t, 1, r.Bad.Total())
	assert.Equal(t, 1, r.Guests)
	assert.EqualValues(t, 3, r.Loyalty.Repurchase.Customers)
	assert.EqualValues(t, 1, r.Loyalty.Repurchase.Repeaters)
	assert.EqualValues(t, 5, r.Loyalty.Repurchase.Orders)
	require.Len(t, r.Loyalty.Periods, 4)
	q1, q2, q3, q4 := r.Loyalty.Periods[0], r.Loyalty.Periods[1], r.Loyalty.Periods[2], r.Loyalty.Periods[3]
	assert.False(t, q1.Whole, "the log begins within it")
	assert.Equal(t, []int64{2, 1, 1}, []int64{q2.Start, q2.Lost, q2.Gained})
	assert.Equal(t, []int64{2, 2, 0}, []int64{q3.Start, q3.Lost, q3.Gained})
	assert.InDelta(t, 0.5, q2.Churn.Rate.Value, 0)
	assert.False(t, q4.Churn.Rate.OK, "it is not over")
	assert.InDelta(t, 1./6, r.Returns.Invoices.Value, 1e-12)
	assert.InDelta(t, 1./3, r.Returns.Customers.Value, 1e-12)
	assert.InDelta(t, 4./23, *r.Returns.Value, 1e-12)

	code, out, errs := replay.Run("-orders", file)
	require.Equal(t, 0, code, errs)
	assert.Contains(t, out, "Repurchase: 1 of 3 customers bought again")
	assert.Contains(t, out, "2011-Q3            0       0     0             2     2  100.0 % (34.2-100.0)")
}

// TestRealOrders: what the program says of a real shop is what its lines say.
func TestRealOrders(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "shared", "data", "onlineretail_dev6.csv.gz")
	if _, err := os.Stat(file); err != nil {
		t.Skip("the log is not here: ", err)
	}
	r := ordersReport(t, file)
	assert.Zero(t, r.Bad.Total())
	var gained int64
	for _, p := range r.Loyalty.Periods {
		gained += p.Gained
		assert.Equal(t, p.Active, p.Gained+p.Kept+p.Back)
		if p.Whole {
			assert.Equal(t, p.Start, p.Kept+p.Lost)
			assert.True(t, p.Churn.Rate.OK)
		}
	}
	assert.Equal(t, r.Loyalty.Repurchase.Customers, gained)
	assert.True(t, r.Returns.Invoices.OK)
}
