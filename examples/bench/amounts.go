package main

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"text/tabwriter"

	gomoney "github.com/Rhymond/go-money"
	"github.com/shopspring/decimal"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// The peers of amounts: whole minor units by pointer, and decimals alone.
const (
	rhymond    = "Rhymond/go-money"
	shopspring = "shopspring/decimal alone"
)

const sumOf = 100

// amounts are the comparisons of sums and allocations. The peer's sum of a
// list lets overflows pass; ours does not.
func amounts() ([]comparison, error) {
	ours := make([]money.Amount, sumOf)
	theirs := make([]*gomoney.Money, sumOf)
	decimals := make([]decimal.Decimal, sumOf)
	for i := range ours {
		cents := int64(1999 + 7*i)
		ours[i], theirs[i], decimals[i] = money.New(cents, money.EUR), gomoney.New(cents, gomoney.EUR), decimal.New(cents, -2)
	}
	sum, err := money.Sum(money.EUR, ours...)
	if err != nil {
		return nil, err
	}
	if want := decimal.Sum(decimals[0], decimals[1:]...); !sum.Decimal().Equal(want) {
		return nil, errors.New("the sums differ: " + sum.String() + ", " + want.String())
	}
	weights := []int64{1999, 2999, 499, 12900, 799, 250, 3333, 100, 5000, 2599}
	ratios := make([]int, len(weights))
	for i, w := range weights {
		ratios[i] = int(w)
	}
	total, theirTotal := money.New(1990, money.EUR), gomoney.New(1990, gomoney.EUR)
	shares := make([]money.Amount, 0, len(weights))
	weigh := func() { shares, _ = total.Allocate(shares[:0], weights) }
	add := func() { _, _ = money.Sum(money.EUR, ours...) }
	return []comparison{
		{"sum of 100 amounts", rhymond + ", unchecked", add, func() { _, _ = theirs[0].Add(theirs[1:]...) }, 0},
		{"sum of 100 amounts", rhymond + ", one by one", add, func() { oneByOne(theirs) }, 20},
		{"sum of 100 amounts", shopspring, add, func() { decimal.Sum(decimals[0], decimals[1:]...) }, 10},
		{"allocate to 10 lines", rhymond, weigh, func() { _, _ = theirTotal.Allocate(ratios...) }, 0},
	}, nil
}

func oneByOne(list []*gomoney.Money) {
	sum := list[0]
	for _, m := range list[1:] {
		sum, _ = sum.Add(m) // one currency
	}
}

// allocations asks both libraries to split random totals, and an oracle of
// whole numbers without a limit. A split is right where its shares add up, no
// weight of 0 gets anything, and each share is less than a unit away from its
// exact value. It reports whether ours always were.
func allocations(w io.Writer, splits int) (bool, error) {
	r := rand.New(rand.NewPCG(2026, 9)) //nolint:gosec // G404: the same splits in every run
	ours, theirs := 0, 0
	for range splits {
		total := r.Int64N(1 << (1 + r.IntN(46)))
		weights := make([]int64, 1+r.IntN(10))
		ratios := make([]int, 0, len(weights))
		for i := range weights {
			weights[i] = r.Int64N(1<<(1+r.IntN(30))) * r.Int64N(2)
			ratios = append(ratios, int(weights[i]))
		}
		weights[0]++
		ratios[0]++
		shares, err := money.New(total, money.EUR).Allocate(nil, weights)
		if err != nil {
			return false, err
		}
		mine := make([]int64, len(shares))
		for i, s := range shares {
			mine[i] = s.Minor()
		}
		if !fair(total, weights, mine) {
			ours++
		}
		if !fair(total, weights, theirShares(total, ratios)) {
			theirs++
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\nwrong of %d\tours\ttheirs\tpeer\t\n", splits)
	fmt.Fprintf(t, "allocation, unfair or does not add up\t%d\t%d\t%s\t\n", ours, theirs, rhymond)
	return ours == 0, t.Flush()
}

// theirShares are the peer's, none where it panics.
func theirShares(total int64, ratios []int) (shares []int64) { //nolint:nonamedreturns // set after a panic
	defer func() {
		if recover() != nil {
			shares = nil
		}
	}()
	parts, err := gomoney.New(total, gomoney.EUR).Allocate(ratios...)
	if err != nil {
		return nil
	}
	for _, p := range parts {
		shares = append(shares, p.Amount())
	}
	return shares
}

// fair reports whether shares are a right split of a total by weights.
func fair(total int64, weights, shares []int64) bool {
	if len(shares) != len(weights) {
		return false
	}
	var sum, all int64
	for i, s := range shares {
		sum, all = sum+s, all+weights[i]
	}
	if sum != total {
		return false
	}
	for i, s := range shares {
		exact := new(big.Int).Mul(big.NewInt(total), big.NewInt(weights[i]))
		off := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(s), big.NewInt(all)), exact) // in parts of the sum of weights
		if off.Abs(off).Cmp(big.NewInt(all)) >= 0 || weights[i] == 0 && s != 0 {
			return false
		}
	}
	return true
}
