package sla

import "time"

// Evaluate folds a timeline under a policy and returns how each cycle of each
// metric stands as of now: the cycles that another displaced, in that order,
// and then the last one of each metric in the order of [Metrics], and the
// promises. Marks stamped after now are not known yet and left out. It is
// what a [Tracker] that takes the same marks gives: Outcome.Past and Status.
func Evaluate(p *Policy, timeline []Mark, now time.Time) []Status {
	var f fold
	f.start(p)
	f.keeps = true
	end := instantOf(now)
	for i := range timeline {
		if !instantOf(timeline[i].At).After(end) {
			f.apply(&timeline[i])
		}
	}
	return f.held(end)
}
