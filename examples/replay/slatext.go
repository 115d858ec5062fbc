package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
)

// Bounds of lists in the text.
const (
	maxTextWorst = 3
	maxTextFlips = 5
)

// slaText prints how the log fares under each policy, side by side, with the
// difference to the first.
func (r *Report) slaText(p *printer) {
	p.printf("\nSLA: %d cases judged, %d left out for lost rows\n", r.SLA.Histories, r.NotJudged)
	for _, code := range slices.Sorted(maps.Keys(r.SLA.Faults)) {
		p.printf("  %d marks with fault %s\n", r.SLA.Faults[code], code)
	}
	for _, s := range r.Policies {
		p.printf("  %s: %s\n", s.Policy, s.About)
		for _, w := range s.Lint {
			p.printf("    warning: %s\n", strings.Join(strings.Fields(fmt.Sprint(w.Code, " ", w.Path, " ", w.Rule, " ", w.Other)), " "))
		}
	}
	for _, metric := range sla.Metrics() {
		r.metricText(p, metric)
	}
	for i := range r.SLA.Changes {
		changeText(p, &r.SLA.Changes[i])
	}
	for _, a := range r.MadeSLA {
		a.text(p)
	}
}

// metric returns how a metric fares under each policy, nil where a policy
// does not measure it.
func (r *Report) metric(m sla.Metric) []*sla.MetricReport {
	out := make([]*sla.MetricReport, len(r.SLA.Policies))
	for i := range r.SLA.Policies {
		metrics := r.SLA.Policies[i].Metrics
		if k := slices.IndexFunc(metrics, func(mr sla.MetricReport) bool { return mr.Metric == m }); k >= 0 {
			out[i] = &metrics[k]
		}
	}
	return out
}

func (r *Report) metricText(p *printer, metric sla.Metric) {
	reports := r.metric(metric)
	if !slices.ContainsFunc(reports, func(m *sla.MetricReport) bool { return m != nil }) {
		return
	}
	head := []string{string(metric)}
	for i, policy := range r.SLA.Policies {
		head = append(head, policy.Policy)
		if i > 0 {
			head = append(head, "difference")
		}
	}
	rows := [][]string{head}
	for _, c := range []struct {
		name string
		of   func(*sla.Counts) int
	}{
		{"met", func(c *sla.Counts) int { return c.Met }},
		{"breached", func(c *sla.Counts) int { return c.Breached }},
		{"open", func(c *sla.Counts) int { return c.Open }},
		{"cancelled", func(c *sla.Counts) int { return c.Cancelled }},
	} {
		rows = append(rows, sideBySide(c.name, reports, func(m *sla.MetricReport) string { return p.count(c.of(&m.Counts)) },
			func(a, b *sla.MetricReport) string { return p.text.Sprintf("%+d", c.of(&b.Counts)-c.of(&a.Counts)) }))
	}
	rows = append(rows, sideBySide("met share, 95 % interval", reports,
		func(m *sla.MetricReport) string { return share(m.Counts.MetShare()) }, shareDifference))
	for _, q := range quantiles() {
		rows = append(rows, sideBySide(fmt.Sprintf("p%.0f on its clock", 100*q), reports,
			func(m *sla.MetricReport) string { return quantile(&m.Elapsed, q, false) }, noDifference))
	}
	for _, b := range breakdowns() {
		rows = append(rows, b.rows(reports)...)
	}
	p.printf("\n")
	p.table(rows)
	for i, m := range reports {
		if m != nil {
			worstText(p, r.SLA.Policies[i].Policy, m)
		}
	}
}

// sideBySide is a row with a cell for each policy, and from the second on the
// difference to the first.
func sideBySide(
	name string, reports []*sla.MetricReport, cell func(*sla.MetricReport) string, diff func(a, b *sla.MetricReport) string,
) []string {
	row := []string{name}
	for i, m := range reports {
		text, change := "-", ""
		if m != nil {
			text = cell(m)
			if reports[0] != nil {
				change = diff(reports[0], m)
			}
		}
		row = append(row, text)
		if i > 0 {
			row = append(row, change)
		}
	}
	return row
}

func noDifference(_, _ *sla.MetricReport) string { return "" }

func shareDifference(a, b *sla.MetricReport) string {
	x, y := a.Counts.MetShare(), b.Counts.MetShare()
	if !x.OK || !y.OK {
		return ""
	}
	return fmt.Sprintf("%+.1f points", 100*(y.Value-x.Value))
}

func worstText(p *printer, policy string, m *sla.MetricReport) {
	for i, w := range m.Worst {
		if i == maxTextWorst {
			return
		}
		p.printf("  worst under %s: case %s, %s over (rule %s)\n", policy, w.ID, elapsed(w.Over, false), w.Rule)
	}
}

func changeText(p *printer, c *sla.PolicyChange) {
	p.printf("\nFrom %s to %s\n", c.From, c.To)
	for i := range c.Metrics {
		m := &c.Metrics[i]
		p.printf("  %s: %d stay met, %d stay breached, %d breached become met, %d met become breached, %d judged anew, %d no longer\n",
			m.Metric, m.BothMet, m.BothBreached, m.BreachedToMet, m.MetToBreached, m.Appeared, m.Vanished)
		for j, f := range m.Flips {
			if j == maxTextFlips {
				p.printf("    and others\n")
				break
			}
			p.printf("    case %s becomes %s\n", f.ID, f.To)
		}
	}
}

func (a *Agreement) text(p *printer) {
	if len(a.Rows) == 0 {
		return
	}
	p.printf("\nAgreement of %s with the log's own made_sla\n", a.Policy)
	for _, row := range a.Rows {
		p.printf("  priority %s: %d of %d\n", row.Priority, row.Agree, row.Judged)
	}
}
