package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// maxTextRows bounds the rows of one breakdown; -json has all.
const maxTextRows = 15

// breakdown is one property that met shares are told apart by.
type breakdown struct {
	name string
	of   func(*sla.MetricReport) *sla.Breakdown
	keys []string // in their own order; nil: by name
	one  bool     // told even where all cases are alike
}

func breakdowns() []breakdown {
	return []breakdown{
		{name: "rule", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByRule }, one: true},
		{name: "priority", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByPriority }},
		{name: "channel", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByChannel }},
		{name: "reason", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByReason }},
		{
			name: "weekday", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByWeekday },
			keys: []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"},
		},
		{name: "month", of: func(m *sla.MetricReport) *sla.Breakdown { return &m.ByMonth }},
	}
}

// rows are the met shares by the property, side by side. Of many values those
// with the most judged cases are told.
func (b *breakdown) rows(reports []*sla.MetricReport) [][]string {
	judged := b.judged(reports)
	names := byCount(judged)
	if len(names) < 2 && !b.one {
		return nil
	}
	more := max(len(names)-maxTextRows, 0)
	names = names[:len(names)-more]
	slices.SortFunc(names, func(x, y string) int {
		return cmp.Or(cmp.Compare(slices.Index(b.keys, x), slices.Index(b.keys, y)), cmp.Compare(x, y))
	})
	var rows [][]string
	for _, name := range names {
		rows = append(rows, sideBySide(fmt.Sprintf("met by %s %s", b.name, cmp.Or(name, "unknown")), reports,
			func(m *sla.MetricReport) string {
				if c := b.of(m).Rows[name]; c != nil {
					return share(c.MetShare())
				}
				return "-"
			}, noDifference))
	}
	if more > 0 {
		rows = append(rows, []string{fmt.Sprintf("and %d more by %s", more, b.name)})
	}
	return rows
}

// judged counts the cycles that any policy judges, by the property.
func (b *breakdown) judged(reports []*sla.MetricReport) map[string]int {
	judged := map[string]int{}
	for _, m := range reports {
		if m == nil {
			continue
		}
		for name, c := range b.of(m).Rows {
			if n := c.Met + c.Breached; n > 0 {
				judged[name] += n
			}
		}
	}
	return judged
}
