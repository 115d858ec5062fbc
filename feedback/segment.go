package feedback

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
)

// MinGroup is the least number of answers that a group is shown with by
// default, so that nobody is recognised in it.
const MinGroup = 5

// Suppression says which groups of a table may be shown.
type Suppression struct {
	Shown  []string `json:"shown"`  // by name
	Hidden []string `json:"hidden"` // by name; groups without answers are in neither
	// TotalHidden tells that all answers together are too few.
	TotalHidden bool `json:"total_hidden"`
}

// Suppress hides the groups with fewer than k answers. Where the total is shown
// beside them, that alone would not do: a single hidden group is the total less
// the others, and so is a sum of hidden ones. So the smallest shown group joins,
// of equal ones the first by name, until at least two are hidden and hold at
// least k together (complementary suppression). A k below 2 or a count below 0
// is a [Fault].
func Suppress(groups map[string]int64, k int64, totalShown bool) (Suppression, error) {
	if k < 2 {
		return Suppression{}, &Fault{Path: "k", Value: strconv.FormatInt(k, 10), Reason: "is below 2: one answer is one person"}
	}
	var c check
	var s Suppression
	var total, hidden int64
	bySize := make([]string, 0, len(groups))
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		switch n := groups[name]; {
		case n < 0:
			c.fail("groups", strconv.FormatInt(n, 10), "is below 0")
		case n > 0:
			total += n
			bySize = append(bySize, name)
		}
	}
	if err := c.err(); err != nil {
		return Suppression{}, err
	}
	slices.SortStableFunc(bySize, func(a, b string) int { return cmp.Compare(groups[a], groups[b]) })
	s.TotalHidden = total < k
	for _, name := range bySize {
		short := totalShown && len(s.Hidden) > 0 && (len(s.Hidden) == 1 || hidden < k)
		if groups[name] < k || short {
			s.Hidden = append(s.Hidden, name)
			hidden += groups[name]
		} else {
			s.Shown = append(s.Shown, name)
		}
	}
	slices.Sort(s.Shown)
	slices.Sort(s.Hidden)
	return s, nil
}

// SegmentResult is one row of a [SegmentTable].
type SegmentResult struct {
	Segment Segment
	Result  Result
}

// SegmentTable is a question's results by the values of one facet: demographics,
// purchases, channel, reason, courier, and where a shop wants it agent. Of hidden
// segments it knows the names alone.
type SegmentTable struct {
	Facet  string
	Rows   []SegmentResult // by name
	Hidden []string
	// Total is of all answers; nil where they are too few to be shown.
	Total *Result
}

// NewSegmentTable makes a table of summaries by value of a facet, with those
// hidden that hold fewer than k answers, and as many more as it takes.
func NewSegmentTable(scale Scale, facet string, groups map[string]Summary, k int64) (SegmentTable, error) {
	counts := make(map[string]int64, len(groups))
	var all Summary
	for name, s := range groups {
		if err := all.Merge(&s); err != nil {
			return SegmentTable{}, err
		}
		counts[name] = s.N()
	}
	s, err := Suppress(counts, k, true)
	if err != nil {
		return SegmentTable{}, err
	}
	t := SegmentTable{Facet: facet, Hidden: s.Hidden}
	for _, name := range s.Shown {
		r, err := NewResult(scale, groups[name])
		if err != nil {
			return SegmentTable{}, err
		}
		t.Rows = append(t.Rows, SegmentResult{Segment{facet, name}, r})
	}
	if !s.TotalHidden {
		r, err := NewResult(scale, all)
		if err != nil {
			return SegmentTable{}, err
		}
		t.Total = &r
	}
	return t, nil
}

// MayShow reports whether anything of a segment may be shown, its comments
// included: words give a person away as well as figures do.
func (t SegmentTable) MayShow(g Segment) bool {
	if g.IsZero() {
		return t.Total != nil
	}
	return slices.ContainsFunc(t.Rows, func(r SegmentResult) bool { return r.Segment == g })
}
