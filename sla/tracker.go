package sla

import (
	"slices"
	"time"
)

// Tracker is the state of all clocks of one ticket: what must be kept of its
// timeline to take the next mark, however long it was. It is a value: Apply
// and Look return another and leave it as it was. Its JSON is bounded, some
// 400 bytes a running clock, and carries a schema version. The zero Tracker is
// a ticket with no marks yet; it pins the policy of its first Apply, with the
// calendar versions current then.
//
// Methods take the policy the tracker is pinned to ([PolicySet.For] finds it).
// With another policy a tracker runs on by rule id, pins that policy and
// reports [FaultPolicyMissing]; to judge a ticket by another policy from its
// beginning, use [Tracker.Rebase].
type Tracker struct {
	policy   string // id@version; empty: no mark yet
	pins     map[string]string
	rule     string
	head     head // but its rule
	clocks   []clockState
	promises []clockState
	faults   []MarkFault
	dropped  int
	records  []recordState
}

// Outcome is what marks brought about.
type Outcome struct {
	// Alerts are warnings and breaches not given before, in no particular
	// order.
	Alerts []Alert
	// Past are cycles that the tracker lets go of because another of the same
	// metric began, in their final state.
	Past []Status
}

// Apply returns the tracker after the marks, and what they brought about.
// Marks that make no sense are reported by Status and [Tracker.Faults].
func (t Tracker) Apply(p *Policy, marks ...Mark) (Tracker, Outcome) {
	var f fold
	t.load(&f, p)
	f.keeps, f.looks = true, true
	for i := range marks {
		f.apply(&marks[i], instantOf(marks[i].At))
	}
	return f.save(), Outcome{Alerts: f.told, Past: f.written()}
}

// Look returns the warnings and breaches reached by now that were not given
// before, and the tracker that knows them given. A breach is reached after
// its due date, not at it.
func (t Tracker) Look(p *Policy, now time.Time) (Tracker, []Alert) {
	var f fold
	t.load(&f, p)
	f.looks = true
	f.look(latest(instantOf(now), f.head.at))
	if len(f.told) == 0 {
		return t, nil
	}
	return f.save(), f.told
}

// Next returns the earliest instant at which [Tracker.Look] will find
// something new if no mark comes in between: a warning mark, or one
// microsecond after a due date. It is not ok where there is none.
func (t Tracker) Next(p *Policy) (time.Time, bool) {
	var f fold
	t.load(&f, p)
	at, ok := f.next()
	return at.UTC(), ok
}

// Status returns how the last cycle of each metric stands as of now, in the
// order of [Metrics], and then the promises. Before the last mark it stands as
// at the last mark.
func (t Tracker) Status(p *Policy, now time.Time) []Status {
	var f fold
	t.load(&f, p)
	return f.held(latest(instantOf(now), f.head.at))
}

// Policy returns the policy that the tracker is pinned to as id@version, ""
// before the first mark.
func (t Tracker) Policy() string { return t.policy }

// Calendars returns the calendars that the tracker is pinned to as
// id@version, sorted.
func (t Tracker) Calendars() []string {
	refs := make([]string, 0, len(t.pins))
	for _, r := range t.pins {
		refs = append(refs, r)
	}
	slices.Sort(refs)
	return slices.Compact(refs)
}

// Rule returns the id of the rule that matches now, "" where none does.
func (t Tracker) Rule() string { return t.rule }

// Seq returns the Seq of the last mark taken; ok is false before the first.
func (t Tracker) Seq() (int64, bool) { return t.head.seq, !t.head.at.IsZero() }

// Faults returns what was wrong with the marks so far, at most the first 16,
// and how many more there were.
func (t Tracker) Faults() ([]MarkFault, int) { return slices.Clone(t.faults), t.dropped }

// Rebase folds the whole timeline of the ticket under another policy, or
// under newer calendars of the same one. Marks that were recorded of a metric
// and cycle are not given again; what the new policy finds late in its
// current cycles is given by the next Look.
func (t Tracker) Rebase(p *Policy, timeline []Mark) (Tracker, Outcome) {
	var f, old fold
	f.start(p)
	f.keeps = true
	for i := range timeline {
		f.apply(&timeline[i], instantOf(timeline[i].At))
	}
	for i := range f.cycles() {
		if c := f.cycle(i); c.phase != idle {
			c.recorded = t.recordedOf(c)
		}
	}
	t.load(&old, p)
	f.records = old.allRecords()
	return f.save(), Outcome{Past: f.written()}
}

// recordedOf returns what was recorded of a metric and cycle. Of a cycle so
// far back that it is no longer known, all counts as recorded: better one
// notice too few than one twice.
func (t Tracker) recordedOf(c *clock) percents {
	metric, known, oldest := c.metric.metric(), 0, 0
	for _, held := range slices.Concat(t.clocks, t.promises) {
		if held.Metric == metric && held.Cycle == c.cycle {
			return percentsOf(held.Recorded)
		}
	}
	for _, r := range t.records {
		if r.Metric != metric {
			continue
		}
		if r.Cycle == c.cycle {
			return percentsOf(r.Marks)
		}
		if known++; known == 1 {
			oldest = r.Cycle
		}
	}
	if known >= maxRecords && c.cycle < oldest {
		return percents{^uint64(0), ^uint64(0)}
	}
	return percents{}
}

// allRecords returns what was recorded of all cycles, past and held, as far
// as it is kept.
func (f *fold) allRecords() []record {
	for i := range f.cycles() {
		if c := f.cycle(i); c.phase != idle && c.recorded != (percents{}) {
			f.keepRecord(record{c.metric, c.cycle, c.recorded})
		}
	}
	return f.records
}
