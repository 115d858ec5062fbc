package memory

import (
	"iter"
	"slices"
)

// First returns the first n rows in an order, of those after a position where
// one is given. It keeps no more than these while it looks at all.
func First[R, P any](rows iter.Seq[R], n int, at func(R) P, after *P, compare func(a, b P) int) []R {
	type hit struct {
		at  P
		row R
	}
	var found []hit
	before := func(h hit, p P) int { return compare(h.at, p) }
	for r := range rows {
		p := at(r)
		full := len(found) == n
		if n == 0 || after != nil && compare(p, *after) <= 0 || full && before(found[n-1], p) < 0 {
			continue
		}
		if full {
			found = found[:n-1]
		}
		i, _ := slices.BinarySearchFunc(found, p, before)
		found = slices.Insert(found, i, hit{p, r})
	}
	out := make([]R, len(found))
	for i, h := range found {
		out[i] = h.row
	}
	return out
}
