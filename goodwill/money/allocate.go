package money

import (
	"cmp"
	"math/big"
	"math/bits"
	"slices"
)

// Allocate splits the amount by weights to the last minor unit and appends the
// shares to dst: largest remainder, after Hamilton. Every share is rounded
// down; the units left over go to the largest remainders, ties to the lower
// index. Each share is less than a unit away from its exact value, a weight of
// 0 gets nothing, and -a is split as a is.
//
// A negative weight, and weights that are all 0 or none, are an [ErrInvalid];
// then the result is nil. Up to 32 weights it allocates nothing but what dst
// needs; it takes O(n log n).
func (a Amount) Allocate(dst []Amount, weights []int64) ([]Amount, error) {
	if a.currency == 0 {
		return nil, fault("allocate", CodeNoCurrency, "")
	}
	sum, fits, err := sumWeights(weights)
	if err != nil {
		return nil, err
	}
	start := len(dst)
	dst = slices.Grow(dst, len(weights))[:start+len(weights)]
	shares := dst[start:]
	total := magnitude(a.minor)
	if fits {
		split(shares, total, weights, sum)
	} else {
		splitBig(shares, total, weights)
	}
	for i := range shares {
		shares[i].currency = a.currency
		if a.minor < 0 {
			shares[i].minor = -shares[i].minor
		}
	}
	return dst, nil
}

// sumWeights adds the weights, and says whether they fit into 64 bits.
func sumWeights(weights []int64) (uint64, bool, error) {
	var sum uint64
	fits := true
	for i, w := range weights {
		if w < 0 {
			return 0, false, &Error{Op: "allocate", Code: CodeWeight, Path: "weights[" + decimalText(int64(i)) + "]", Value: decimalText(w)}
		}
		var carry uint64
		sum, carry = bits.Add64(sum, uint64(w), 0)
		fits = fits && carry == 0
	}
	if sum == 0 && fits {
		return 0, false, fault("allocate", CodeWeights, decimalText(int64(len(weights)))+" weights")
	}
	return sum, fits, nil
}

// fewWeights is how many need no memory of their own.
const fewWeights = 32

// remainder is what was cut off a share.
type remainder struct {
	rest  uint64
	index int
}

// split writes the shares of a total by weights whose sum is given. No
// quotient is above the total, so each fits.
func split(shares []Amount, total uint64, weights []int64, sum uint64) {
	var few [fewWeights]remainder
	rests := few[:0]
	if len(weights) > fewWeights {
		rests = make([]remainder, 0, len(weights))
	}
	left := total
	for i, w := range weights {
		hi, lo := bits.Mul64(total, uint64(w)) //nolint:gosec // G115: no weight is negative
		share, rest := lo/sum, lo%sum
		if hi > 0 {
			share, rest = bits.Div64(hi, lo, sum)
		}
		left -= share
		shares[i].minor = int64(share) //nolint:gosec // G115: 2^63 wraps, and becomes itself when it is negated
		if rest > 0 {
			rests = append(rests, remainder{rest, i})
		}
	}
	if left == 0 {
		return
	}
	sortRemainders(rests)
	for _, r := range rests[:left] {
		shares[r.index].minor++
	}
}

// sortRemainders puts the largest first, of equal ones the lower index. Few
// are sorted by insertion, which beats everything else there.
func sortRemainders(rests []remainder) {
	if len(rests) > fewWeights {
		slices.SortFunc(rests, func(a, b remainder) int {
			return cmp.Or(cmp.Compare(b.rest, a.rest), cmp.Compare(a.index, b.index))
		})
		return
	}
	for i := 1; i < len(rests); i++ {
		r, j := rests[i], i
		for ; j > 0 && rests[j-1].rest < r.rest; j-- {
			rests[j] = rests[j-1]
		}
		rests[j] = r
	}
}

// splitBig is split for weights whose sum has more than 64 bits.
func splitBig(shares []Amount, total uint64, weights []int64) {
	sum := new(big.Int)
	for _, w := range weights {
		sum.Add(sum, big.NewInt(w))
	}
	whole, left := new(big.Int).SetUint64(total), total
	rests := make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	for i, w := range weights {
		product := new(big.Int).Mul(whole, big.NewInt(w))
		share, rest := product.QuoRem(product, sum, new(big.Int))
		left -= share.Uint64()
		shares[i].minor = share.Int64()
		rests[i], order[i] = rest, i
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left] {
		shares[i].minor++
	}
}
