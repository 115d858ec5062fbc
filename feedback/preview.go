package feedback

import (
	"cmp"
	"container/heap"
	"iter"
	"slices"
	"time"
)

// Bounds of a preview.
const (
	// MaxPreview is the most matters that one [Preview] looks at.
	MaxPreview = 100_000

	maxLooks = 10 * MaxPreview // at all of them together
)

// Planned is one invitation that would go out.
type Planned struct {
	Subject Subject
	At      time.Time
}

// Unasked is one matter that would not be asked about, and why: the last
// decision within the time looked at.
type Unasked struct {
	Subject  Subject
	Decision Decision
}

// Plan is what a policy would do. Reasons counts the codes of the unasked: a
// matter with several counts for each. More tells that there was more than a
// preview looks at.
type Plan struct {
	Ask     []Planned // by time
	Not     []Unasked // in the order of the subjects
	Reasons map[Code]int
	More    bool
}

// Preview says who would be asked from one instant until another, exclusive,
// and why the others not, if nothing else happened meanwhile: what is open
// stays open. Nothing is written. What it would send counts for the cool-down
// and the cap of what comes after. histories returns the history of a customer
// of a shop and is asked once for each; guests have none.
func Preview(
	p *Policy, subjects iter.Seq[Subject], histories func(shop, customer string) History, secret []byte, from, until time.Time,
) Plan {
	v := preview{policy: p, secret: secret, until: until, histories: histories, past: make(map[[2]string]*foreseen)}
	for s := range subjects {
		if len(v.queue) == MaxPreview {
			v.plan.More = true
			break
		}
		at := from
		if s.At.After(at) {
			at = s.At
		}
		v.queue = append(v.queue, foretold{s, len(v.queue), at})
	}
	heap.Init(&v.queue)
	v.run()
	return v.result()
}

// preview is one on its way.
type preview struct {
	policy    *Policy
	secret    []byte
	until     time.Time
	histories func(shop, customer string) History
	queue     agenda
	past      map[[2]string]*foreseen
	plan      Plan
	unasked   []leftOut
}

// run decides in the order of time. What is put off comes up again, unless it
// waits for something that nobody foresees.
func (v *preview) run() {
	for looks := 0; len(v.queue) > 0; looks++ {
		f, ok := heap.Pop(&v.queue).(foretold)
		if !ok {
			return
		}
		h := v.history(f.s)
		d := Invite(v.policy, f.s, h, v.secret, f.at)
		v.plan.More = v.plan.More || looks == maxLooks
		switch {
		case d.Verdict == Send && f.at.Before(v.until):
			v.plan.Ask = append(v.plan.Ask, Planned{f.s, f.at})
			h.planned = append(h.planned, Asked{v.policy.cfg.Survey, f.s.Ref, f.s.Cycle, f.at})
		case d.Verdict == Later && d.At.Before(v.until) && !d.Has(CodeStillOpen) && !d.Has(CodeOpenComplaint) && looks < maxLooks:
			f.at = d.At
			heap.Push(&v.queue, f)
		default:
			v.unasked = append(v.unasked, leftOut{f.i, Unasked{f.s, d}})
		}
	}
}

// result counts the reasons.
func (v *preview) result() Plan {
	v.plan.Reasons = make(map[Code]int)
	slices.SortFunc(v.unasked, func(a, b leftOut) int { return cmp.Compare(a.i, b.i) })
	for _, u := range v.unasked {
		v.plan.Not = append(v.plan.Not, u.Unasked)
		for _, r := range u.Decision.Reasons {
			v.plan.Reasons[r.Code]++
		}
	}
	return v.plan
}

func (v *preview) history(s Subject) *foreseen {
	name := [2]string{s.Shop, s.Customer}
	h := v.past[name]
	if h == nil {
		h = &foreseen{History: Past{}}
		if s.Customer != "" {
			h.History = v.histories(s.Shop, s.Customer)
			v.past[name] = h
		}
	}
	return h
}

// foreseen is a history with what a preview would add to it.
type foreseen struct {
	History
	planned []Asked
}

// Asked implements [History].
func (f *foreseen) Asked(since time.Time) []Asked {
	return append(f.History.Asked(since), Past{Invitations: f.planned}.Asked(since)...)
}

// AskedAbout implements [History].
func (f *foreseen) AskedAbout(ref string, cycle int) bool {
	return f.History.AskedAbout(ref, cycle) || Past{Invitations: f.planned}.AskedAbout(ref, cycle)
}

// foretold is a matter, its place among the subjects, and when it is decided
// on next.
type foretold struct {
	s  Subject
	i  int
	at time.Time
}

// leftOut is a matter that is not asked about, at its place.
type leftOut struct {
	i int
	Unasked
}

// agenda is a heap of matters by time.
type agenda []foretold

func (a *agenda) Len() int      { return len(*a) }
func (a *agenda) Swap(i, j int) { (*a)[i], (*a)[j] = (*a)[j], (*a)[i] }
func (a *agenda) Less(i, j int) bool {
	x, y := &(*a)[i], &(*a)[j]
	return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.i, y.i)) < 0
}

// Push is for package heap.
func (a *agenda) Push(x any) {
	if f, ok := x.(foretold); ok {
		*a = append(*a, f)
	}
}

// Pop is for package heap.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	f := (*a)[last]
	*a = (*a)[:last]
	return f
}
