package loyalty_test

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

func day(t require.TestingT, s string) feedback.Day {
	d, err := feedback.ParseDay(s)
	require.NoError(t, err)
	return d
}

func ordersOf(list []loyalty.Order) iter.Seq2[loyalty.Order, error] {
	return func(yield func(loyalty.Order, error) bool) {
		for _, o := range list {
			if !yield(o, nil) {
				return
			}
		}
	}
}

// TestBook is a shop of four that can be reckoned by hand.
func TestBook(t *testing.T) {
	t.Parallel()
	b, err := loyalty.NewBook(loyalty.BookConfig{From: day(t, "2025-01-01"), Until: day(t, "2026-02-01")})
	require.NoError(t, err)
	for _, o := range []struct{ who, on string }{
		{"ann", "2025-01-10"},
		{"bob", "2025-02-01"},
		{"ann", "2025-03-01"},
		{"ann", "2025-03-01"}, // two orders on a day
		{"cem", "2025-04-01"}, // gained in Q2, so never lost in it
		{"ann", "2025-05-01"},
		{"dan", "2025-09-30"},
		{"bob", "2025-12-31"}, // lost in Q2, back in Q4
		{"ann", "2026-01-15"},
	} {
		require.NoError(t, b.Add(loyalty.Order{Customer: o.who, Day: day(t, o.on)}))
	}
	r, err := b.Report()
	require.NoError(t, err)
	type row struct {
		label                                   string
		whole                                   bool
		active, gained, kept, back, start, lost int64
	}
	var got []row
	for _, p := range r.Periods {
		got = append(got, row{p.Label, p.Whole, p.Active, p.Gained, p.Kept, p.Back, p.Start, p.Lost})
	}
	assert.Equal(t, []row{
		{"2025-Q1", true, 2, 2, 0, 0, 0, 0},
		{"2025-Q2", true, 2, 1, 1, 0, 2, 1},
		{"2025-Q3", true, 1, 1, 0, 0, 2, 2},
		{"2025-Q4", true, 1, 0, 0, 1, 1, 1},
		{"2026-Q1", false, 1, 0, 0, 1, 1, 0}, // not over: nobody is lost yet
	}, got)
	assert.InDelta(t, 0.5, r.Periods[1].Churn.Rate.Value, 0)
	assert.False(t, r.Periods[0].Churn.Rate.OK, "who was there before is not known")
	assert.False(t, r.Periods[4].Churn.Rate.OK)
	assert.EqualValues(t, 4, r.Repurchase.Customers)
	assert.EqualValues(t, 2, r.Repurchase.Repeaters)
	assert.EqualValues(t, 9, r.Repurchase.Orders)
	require.Len(t, r.Cohorts, 3)
	assert.EqualValues(t, 2, r.Cohorts[0].Size)
	var retained []float64
	for _, e := range r.Cohorts[0].Retained {
		retained = append(retained, e.Value)
	}
	assert.Equal(t, []float64{0.5, 0, 0.5}, retained)
	assert.Equal(t, []loyalty.Purchases{{3, 370, 386}, {1, 333, 364}, {0, 0, 305}, {0, 0, 123}}, b.Purchases())
	assert.Equal(t, []loyalty.Lifetime{{50, true}, {333, true}, {305, false}, {123, false}}, b.SecondOrders())
	assert.Equal(t, []loyalty.Lifetime{{370, false}, {333, false}, {0, true}, {0, true}}, b.Lifetimes())
	data, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(data), "ann")
}

// slowPeriods counts the customers of a period from all orders, as the words of
// the documentation have it.
func slowPeriods(orders []loyalty.Order, cfg loyalty.BookConfig, periods []loyalty.Period) []loyalty.Period {
	bought := map[string]map[int]bool{}
	for _, o := range orders {
		if bought[o.Customer] == nil {
			bought[o.Customer] = map[int]bool{}
		}
		for i, p := range periods {
			if p.Bucket.Has(o.Day) {
				bought[o.Customer][i] = true
			}
		}
	}
	var out []loyalty.Period
	for i, p := range periods {
		var c loyalty.Period
		c.Bucket, c.Label, c.Whole = p.Bucket, p.Label, p.Whole
		for _, in := range bought {
			there := func(at int) bool { // an order in the periods of silence before
				for k := max(0, at-cfg.Silence); k < at; k++ {
					if in[k] {
						return true
					}
				}
				return false
			}
			before := false
			for k := range i {
				before = before || in[k]
			}
			switch {
			case in[i] && !before:
				c.Gained++
			case in[i] && there(i):
				c.Kept++
			case in[i]:
				c.Back++
			}
			if in[i] {
				c.Active++
			}
			if there(i) {
				c.Start++
				if !there(i+1) && p.Bucket.Next <= cfg.Until {
					c.Lost++
				}
			}
		}
		if p.Bucket.Next <= cfg.Until {
			c.Churn, _ = loyalty.ChurnOf(c.Start, c.Lost, feedback.Level{})
		}
		out = append(out, c)
	}
	return out
}

// TestBookAgainstCounting: the book, which sees each order once, counts what
// somebody counts who looks at all orders of all customers for each period. The
// figures of groups add up to those of all, and what is gained is lost but once.
func TestBookAgainstCounting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := day(t, "2024-11-15")
		cfg := loyalty.BookConfig{
			Unit:    rapid.SampledFrom([]feedback.Unit{feedback.UnitMonth, feedback.UnitQuarter, feedback.UnitWeek}).Draw(t, "unit"),
			From:    from,
			Until:   from + feedback.Day(rapid.IntRange(1, 500).Draw(t, "days")),
			Silence: rapid.IntRange(1, 4).Draw(t, "silence"),
		}
		orders := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) loyalty.Order {
			return loyalty.Order{
				Customer: fmt.Sprint("c", rapid.IntRange(0, 9).Draw(t, "customer")),
				Day:      from + feedback.Day(rapid.IntRange(0, int(cfg.Until-from)-1).Draw(t, "day")),
			}
		}), 0, 60).Draw(t, "orders")
		slices.SortStableFunc(orders, func(a, b loyalty.Order) int { return cmp.Compare(a.Day, b.Day) })
		b, err := loyalty.NewBook(cfg)
		require.NoError(t, err)
		require.NoError(t, b.AddAll(ordersOf(orders)))
		r, err := b.Report()
		require.NoError(t, err)
		require.Equal(t, slowPeriods(orders, cfg, r.Periods), r.Periods)
		for _, p := range r.Periods {
			require.Equal(t, p.Active, p.Gained+p.Kept+p.Back)
			require.LessOrEqual(t, p.Kept+p.Lost, p.Start)
		}
		for _, p := range b.Purchases() {
			_, err := (loyalty.BGNBD{R: 0.2, Alpha: 4, A: 0.8, B: 2.4}).Alive(p)
			require.NoError(t, err)
		}
		lifetimes := b.Lifetimes()
		curve, err := loyalty.Survive(lifetimes, feedback.Level{})
		require.NoError(t, err)
		last := 1.0
		for _, s := range curve.Steps { // survival never rises
			require.LessOrEqual(t, s.Survival, last)
			last = s.Survival
		}
		groups, err := loyalty.Split(cfg, ordersOf(orders), func(customer string) string {
			return map[bool]string{true: "even", false: "odd"}[customer[1]%2 == 0]
		})
		require.NoError(t, err)
		sum := make([]int64, len(r.Periods))
		for _, g := range groups {
			part, err := g.Report()
			require.NoError(t, err)
			for i, p := range part.Periods {
				sum[i] += p.Lost
			}
		}
		for i, p := range r.Periods {
			require.Equal(t, p.Lost, sum[i])
		}
	})
}

func TestBookRefuses(t *testing.T) {
	t.Parallel()
	for _, cfg := range []loyalty.BookConfig{
		{From: 10, Until: 10},
		{From: 10, Until: 20, Silence: -1},
		{From: 10, Until: 20, Unit: "moon"},
		{From: 0, Until: 4000, Unit: feedback.UnitDay},
	} {
		_, err := loyalty.NewBook(cfg)
		require.ErrorIs(t, err, feedback.ErrInvalid)
	}
	b, err := loyalty.NewBook(loyalty.BookConfig{From: 10, Until: 20})
	require.NoError(t, err)
	require.NoError(t, b.Add(loyalty.Order{Customer: "a", Day: 15}))
	for _, o := range []loyalty.Order{{"", 15}, {"a", 9}, {"a", 20}, {"a", 14}} {
		require.ErrorIs(t, b.Add(o), feedback.ErrInvalid)
	}
	require.ErrorIs(t, b.AddAll(ordersOf([]loyalty.Order{{"a", 9}})), feedback.ErrInvalid)
	broken := errors.New("broken")
	for _, err := range []error{
		b.AddAll(func(yield func(loyalty.Order, error) bool) { yield(loyalty.Order{}, broken) }),
		second(loyalty.Split(loyalty.BookConfig{From: 10, Until: 20}, func(yield func(loyalty.Order, error) bool) { yield(loyalty.Order{}, broken) }, nil)),
	} {
		require.ErrorIs(t, err, broken)
	}
	r, err := b.Report()
	require.NoError(t, err)
	assert.EqualValues(t, 1, r.Repurchase.Orders, "what was refused changed nothing")
}

// Promoters come back sooner than detractors: the log-rank test of their second
// orders.
func ExampleSplit() {
	from, _ := feedback.ParseDay("2026-01-01")
	var orders []loyalty.Order
	for i := range feedback.Day(60) {
		customer := fmt.Sprintf("c%02d", i)
		orders = append(orders, loyalty.Order{Customer: customer, Day: from + i})
		if i%2 == 0 || i%5 == 0 {
			orders = append(orders, loyalty.Order{Customer: customer, Day: from + i + 20 + 13*(i%2)})
		}
	}
	groups, err := loyalty.Split(loyalty.BookConfig{From: from, Until: from + 180}, ordersOf(orders), func(customer string) string {
		if (customer[2]-'0')%2 == 0 {
			return "promoter"
		}
		return "detractor"
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"promoter", "detractor"} {
		r, err := groups[name].Report()
		if err != nil {
			fmt.Println(err)
			return
		}
		back := r.Repurchase.Rate
		fmt.Printf("%s: %.0f %% came back (%.0f to %.0f)\n", name, 100*back.Value, 100*back.Interval.Low, 100*back.Interval.High)
	}
	test, ok, err := loyalty.LogRank(groups["promoter"].SecondOrders(), groups["detractor"].SecondOrders())
	fmt.Printf("by chance alone: p %.1g (%v, %v)\n", test.P, ok, err)
	// Output:
	// promoter: 100 % came back (89 to 100)
	// detractor: 20 % came back (10 to 37)
	// by chance alone: p 2e-14 (true, <nil>)
}

// BenchmarkBook adds a million orders of 50,000 customers.
func BenchmarkBook(b *testing.B) {
	names := make([]string, 50_000)
	for i := range names {
		names[i] = fmt.Sprint("customer-", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		book, err := loyalty.NewBook(loyalty.BookConfig{From: 0, Until: 3000})
		if err != nil {
			b.Fatal(err)
		}
		for i := range 1_000_000 {
			if err := book.Add(loyalty.Order{Customer: names[i*7919%len(names)], Day: feedback.Day(i / 400)}); err != nil {
				b.Fatal(err)
			}
		}
	}
}
