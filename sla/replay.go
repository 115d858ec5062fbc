package sla

import (
	"iter"
	"strconv"
	"time"
)

// History is the timeline of one ticket.
type History struct {
	ID    string
	Marks []Mark // by Seq
	// Until is the instant at which open cycles are judged; marks after it are
	// left out. Zero: the last mark.
	Until time.Time
}

// Replay folds the histories under each policy and reports them side by side:
// how they fared, and what would have been otherwise. It reads one history at
// a time, keeps none, and writes nothing. Histories may be yielded from one
// buffer. To use several cores, replay parts and [Report.Merge] them.
func Replay(histories iter.Seq[History], policies ...*Policy) *Report {
	r := &Report{Faults: map[FaultCode]int{}}
	runs := make([]*rerun, len(policies))
	for i, p := range policies {
		runs[i] = newRerun(p)
		if i > 0 {
			r.Changes = append(r.Changes, newChange(policies[0], p))
		}
	}
	for h := range histories {
		r.Histories++
		r.Marks += len(h.Marks)
		for _, run := range runs {
			run.history(&h)
		}
		if len(runs) == 0 {
			continue
		}
		r.countFaults(&runs[0].fold)
		for i := range r.Changes {
			r.Changes[i].count(h.ID, &runs[0].verdicts, &runs[i+1].verdicts)
		}
	}
	for _, run := range runs {
		r.Policies = append(r.Policies, run.report())
	}
	return r
}

func (r *Report) countFaults(f *fold) {
	for i := range f.faults {
		r.Faults[f.faults[i].Code]++
	}
	if len(f.faults) > 0 {
		r.Faulty++
	}
}

// rerun folds histories under one policy and counts their cycles.
type rerun struct {
	fold      fold
	until     instant
	id        string
	subject   *Subject // as of the last mark applied
	unmatched int
	metrics   [metricCount]MetricReport
	verdicts  verdicts
	months    map[int]string // by 12*year+month, as months are many and names few
}

// verdicts is how each metric of one history stands, [State] "" where it is
// not judged.
type verdicts [metricCount]State

func newRerun(p *Policy) *rerun {
	r := &rerun{months: map[int]string{}}
	r.fold.p, r.fold.keeps = p, true
	for i := range r.metrics {
		r.metrics[i].Metric = metricIndex(i).metric()
	}
	return r
}

func (r *rerun) history(h *History) {
	r.id, r.until, r.subject, r.verdicts = h.ID, instantOf(h.Until), &Subject{}, verdicts{}
	if r.until.IsZero() {
		for i := range h.Marks {
			if at := instantOf(h.Marks[i].At); at.inYears() {
				r.until = latest(r.until, at)
			}
		}
	}
	r.fold.start(r.fold.p)
	for i := range h.Marks {
		m := &h.Marks[i]
		at := instantOf(m.At)
		if at.After(r.until) {
			continue
		}
		if m.Subject != nil {
			r.subject = m.Subject
		}
		r.fold.apply(m, at)
	}
	r.until = latest(r.until, r.fold.head.at)
	out := r.fold.held(r.until)
	for i := range out {
		r.count(&out[i])
	}
	if r.fold.head.rule < 0 {
		r.unmatched++
	}
}

// count counts a cycle as it stands at the end of its history.
func (r *rerun) count(s *Status) {
	i, _ := indexOfMetric(s.Metric)
	m := &r.metrics[i]
	var n Counts
	switch s.State {
	case Met:
		n.Met = 1
	case Breached:
		n.Breached = 1
	case Running, Paused:
		n.Open = 1
	case Cancelled:
		n.Cancelled = 1
	}
	m.Counts = m.Counts.plus(n)
	m.ByRule.add(s.Rule, n)
	m.ByChannel.add(r.subject.Channel, n)
	m.ByReason.add(r.subject.Reason, n)
	m.ByPriority.add(r.subject.Priority, n)
	start := s.Start.In(r.fold.p.zone)
	m.ByWeekday.add(dayKey(start.Weekday()), n)
	m.ByMonth.add(r.month(start), n)
	if !s.Open() && s.Cause == "" {
		m.Elapsed.Add(s.Elapsed)
	}
	if s.State == Breached {
		m.Worst = keepWorst(m.Worst, Worst{
			ID: r.id, Cycle: s.Cycle, Rule: s.Rule, Due: s.Due, Elapsed: s.Elapsed, Over: -s.Remaining,
		})
	}
	if s.State == Breached || s.State == Met && r.verdicts[i] == "" {
		r.verdicts[i] = s.State
	}
}

func (r *rerun) month(t time.Time) string {
	y, m, _ := t.Date()
	key := 12*y + int(m)
	s, ok := r.months[key]
	if !ok {
		s = t.Format("2006-01")
		if len(r.months) < maxRows {
			r.months[key] = s
		}
	}
	return s
}

func (r *rerun) report() PolicyReport {
	out := PolicyReport{Policy: r.fold.p.ref, Unmatched: r.unmatched}
	for i, used := range r.fold.p.used {
		if used {
			out.Metrics = append(out.Metrics, r.metrics[i])
		}
	}
	return out
}

func newChange(from, to *Policy) PolicyChange {
	c := PolicyChange{From: from.ref, To: to.ref}
	for i := range metricCount {
		if from.used[i] || to.used[i] {
			c.Metrics = append(c.Metrics, MetricChange{Metric: i.metric()})
		}
	}
	return c
}

func (c *PolicyChange) count(id string, from, to *verdicts) {
	for i := range c.Metrics {
		m := &c.Metrics[i]
		k, _ := indexOfMetric(m.Metric)
		m.count(id, from[k], to[k])
	}
}

func (m *MetricChange) count(id string, from, to State) {
	switch {
	case from == to && to == Met:
		m.BothMet++
	case from == to && to == Breached:
		m.BothBreached++
	case from == "" && to != "":
		m.Appeared++
	case from != "" && to == "":
		m.Vanished++
	case from == Met && to == Breached:
		m.MetToBreached++
		m.Flips = keepFlip(m.Flips, Flip{id, to})
	case from == Breached && to == Met:
		m.BreachedToMet++
		m.Flips = keepFlip(m.Flips, Flip{id, to})
	}
}

// Merge adds a report of other histories under the same policies, in the same
// order; other policies are an [ErrInvalid] and change nothing. The result is
// the report of all histories, in whatever order parts are merged, as long as
// no breakdown overflows into Other.
func (r *Report) Merge(o *Report) error {
	if err := r.mergeable(o); err != nil {
		return err
	}
	r.Histories += o.Histories
	r.Marks += o.Marks
	r.Faulty += o.Faulty
	for code, n := range o.Faults {
		r.Faults[code] += n
	}
	for i := range r.Policies {
		r.Policies[i].Unmatched += o.Policies[i].Unmatched
		for j := range r.Policies[i].Metrics {
			r.Policies[i].Metrics[j].merge(&o.Policies[i].Metrics[j])
		}
	}
	for i := range r.Changes {
		for j := range r.Changes[i].Metrics {
			r.Changes[i].Metrics[j].merge(&o.Changes[i].Metrics[j])
		}
	}
	return nil
}

func (r *Report) mergeable(o *Report) error {
	if len(r.Policies) != len(o.Policies) || len(r.Changes) != len(o.Changes) {
		return &Fault{Path: "policies", Value: strconv.Itoa(len(o.Policies)), Reason: "are not as many as in the other report"}
	}
	for i := range r.Policies {
		a, b := &r.Policies[i], &o.Policies[i]
		if a.Policy != b.Policy || len(a.Metrics) != len(b.Metrics) {
			return &Fault{Path: "policies[" + strconv.Itoa(i) + "]", Value: b.Policy, Reason: "is not the policy of the other report, " + a.Policy}
		}
	}
	for i := range r.Changes {
		if len(r.Changes[i].Metrics) != len(o.Changes[i].Metrics) {
			return &Fault{Path: "changes[" + strconv.Itoa(i) + "]", Value: o.Changes[i].To, Reason: "has other metrics than the other report"}
		}
	}
	if r.Faults == nil {
		r.Faults = map[FaultCode]int{}
	}
	return nil
}

func (m *MetricReport) merge(o *MetricReport) {
	m.Counts = m.Counts.plus(o.Counts)
	m.Elapsed.Merge(&o.Elapsed)
	m.ByRule.merge(&o.ByRule)
	m.ByChannel.merge(&o.ByChannel)
	m.ByReason.merge(&o.ByReason)
	m.ByPriority.merge(&o.ByPriority)
	m.ByWeekday.merge(&o.ByWeekday)
	m.ByMonth.merge(&o.ByMonth)
	for _, w := range o.Worst {
		m.Worst = keepWorst(m.Worst, w)
	}
}

func (m *MetricChange) merge(o *MetricChange) {
	m.BothMet += o.BothMet
	m.BothBreached += o.BothBreached
	m.MetToBreached += o.MetToBreached
	m.BreachedToMet += o.BreachedToMet
	m.Appeared += o.Appeared
	m.Vanished += o.Vanished
	for _, f := range o.Flips {
		m.Flips = keepFlip(m.Flips, f)
	}
}
