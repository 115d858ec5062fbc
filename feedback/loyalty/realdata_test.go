package loyalty_test

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

// TestOnlineRetail reads the invoices of a real web shop: all that a shop knows
// of loyalty without asking. Credit notes are no purchases.
func TestOnlineRetail(t *testing.T) {
	t.Parallel()
	days := purchaseDays(t)
	until, err := feedback.ParseDay("2011-12-09") // the last day of the log
	require.NoError(t, err)
	var customers []loyalty.Purchases
	var orders []int64
	var lifetimes []loyalty.Lifetime
	for _, list := range days {
		p, ok := loyalty.PurchasesOn(list, until)
		require.True(t, ok)
		customers = append(customers, p)
		orders = append(orders, int64(p.Frequency)+1)
		lifetimes = append(lifetimes, loyalty.Lifetime{Time: p.Recency, Left: p.Age-p.Recency > 180})
	}
	back, err := loyalty.RepurchaseOf(orders, feedback.Level{})
	require.NoError(t, err)
	assert.True(t, back.Rate.Interval.Has(back.Rate.Value))
	curve, err := loyalty.Survive(lifetimes, feedback.Level{})
	require.NoError(t, err)
	assert.Equal(t, len(days), curve.N)

	m, err := loyalty.FitBGNBD(customers)
	require.NoError(t, err)
	recent, silent, n, s := 0.0, 0.0, 0, 0
	for _, p := range customers {
		alive, err := m.Alive(p)
		require.NoError(t, err)
		require.True(t, alive > 0 && alive <= 1)
		switch quiet := p.Age - p.Recency; {
		case p.Frequency < 3:
		case quiet <= 30:
			recent, n = recent+alive, n+1
		case quiet > 180:
			silent, s = silent+alive, s+1
		}
	}
	t.Logf("%d customers, %d came back (%.0f %%); model %+v; alive: %d of late %.2f, %d long silent %.2f",
		back.Customers, back.Repeaters, 100*back.Rate.Value, m, n, recent/float64(max(n, 1)), s, silent/float64(max(s, 1)))
	if n > 0 && s > 0 {
		assert.Greater(t, recent/float64(n), silent/float64(s), "who bought of late is likelier there")
	}
}

// purchaseDays returns the days on which each customer bought.
func purchaseDays(t *testing.T) map[string][]feedback.Day {
	t.Helper()
	name := ""
	for _, folder := range []string{"../../../shared/data", "../../../../shared/data"} {
		if found, _ := filepath.Glob(filepath.Join(folder, "onlineretail_*.csv.gz")); len(found) > 0 {
			name = found[0]
		}
	}
	if name == "" {
		t.Skip("the invoices of Online Retail are not beside the repository")
	}
	file, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	zipped, err := gzip.NewReader(file)
	require.NoError(t, err)
	rows := csv.NewReader(zipped)
	_, err = rows.Read()
	require.NoError(t, err)
	days := map[string][]feedback.Day{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return days
		}
		require.NoError(t, err)
		invoice, at, customer := row[0], row[4], row[6]
		if strings.HasPrefix(invoice, "C") || customer == "" {
			continue
		}
		day, err := feedback.ParseDay(at[:len("2006-01-02")])
		require.NoError(t, err)
		days[customer] = append(days[customer], day)
	}
}
