package sla

import "time"

// Evaluate folds a timeline under a policy and returns how each cycle of each
// metric stands as of now: the cycles that another displaced, in that order,
// and then the last one of each metric in the order of [Metrics], and the
// promises. Marks stamped after now are not known yet and left out. It is
// what a [Tracker] that takes the same marks gives: Outcome.Past and Status.
func Evaluate(p *Policy, timeline []Mark, now time.Time) []Status {
	return AppendStatuses(nil, p, timeline, now)
}

// AppendStatuses is [Evaluate] for those who ask it often: it appends to dst
// and allocates nothing where that has room. It takes the room after the
// length of dst with the Warns that are there, so that what an earlier call
// gave is overwritten where dst is handed in cut to dst[:0].
func AppendStatuses(dst []Status, p *Policy, timeline []Mark, now time.Time) []Status {
	var f fold
	f.start(p)
	f.keeps, f.out, f.first = true, dst, len(dst)
	end := instantOf(now)
	for i := range timeline {
		if at := instantOf(timeline[i].At); !at.After(end) {
			f.apply(&timeline[i], at)
		}
	}
	return f.held(end)
}
