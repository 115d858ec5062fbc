package money_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

func BenchmarkAllocate10(b *testing.B) {
	weights := []int64{1999, 2999, 499, 12900, 799, 0, 3333, 100, 5000, 2599}
	dst := make([]money.Amount, 0, len(weights))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = eur(1990).Allocate(dst[:0], weights); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAllocate10Wide(b *testing.B) {
	weights := []int64{1 << 60, 1 << 59, 499, 12900, 1 << 58, 0, 3333, 100, 5000, 2599}
	dst := make([]money.Amount, 0, len(weights))
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if dst, err = eur(1<<62).Allocate(dst[:0], weights); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	a, sum := eur(1), eur(0)
	b.ReportAllocs()
	for b.Loop() {
		sum, _ = sum.Add(a)
	}
	require.Positive(b, sum.Minor())
}

func BenchmarkSum100(b *testing.B) {
	list := make([]money.Amount, 100)
	for i := range list {
		list[i] = eur(int64(i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := money.Sum(money.EUR, list...); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTaxIncluded(b *testing.B) {
	rate := must(money.Percent(19))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rate.TaxIncluded(eur(11900)); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocationFree: nothing of this touches the heap.
func TestAllocationFree(t *testing.T) {
	weights, dst := []int64{3, 3, 3, 1, 0, 5, 7, 11, 13, 17}, make([]money.Amount, 0, 10)
	for name, f := range map[string]func(){
		"allocate": func() { _, _ = eur(1990).Allocate(dst[:0], weights) },
		"portion":  func() { _, _ = eur(1990).Portion(1, 2, 3) },
		"add":      func() { _, _ = eur(1990).Add(eur(1)) },
	} {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}
