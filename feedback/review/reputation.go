package review

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/stat"
)

// Seen is one review as a reputation counts it: nothing of what was said.
type Seen struct {
	Source      string      `json:"source"`
	Stars       *int        `json:"stars,omitempty"`
	Criticality Criticality `json:"criticality"`
	At          time.Time   `json:"at"`
	Answered    time.Time   `json:"answered,omitzero"` // zero: not yet
}

// Tally counts reviews by source. Tallies merge in any order, and what was added
// can be taken away again. The zero value is empty; it is not safe for concurrent
// writing.
type Tally struct{ sources map[string]*sourceCounts }

type sourceCounts struct {
	stars    feedback.Summary
	n        int64
	critical int64
	answered int64
	inTime   feedback.Proportion     // answered within the target, of those answered or overdue
	waited   map[time.Duration]int64 // of answers, in whole minutes, rounded up
}

// Add counts a review as it stands at an instant.
func (t *Tally) Add(s Seen, targets Targets, now time.Time) error { return t.count(s, targets, now, 1) }

// Remove takes away a review that was added with the same values, as where it is
// counted again because it was answered.
func (t *Tally) Remove(s Seen, targets Targets, now time.Time) error {
	return t.count(s, targets, now, -1)
}

func (t *Tally) count(s Seen, targets Targets, now time.Time, sign int64) error {
	one, err := newCounts(s, targets, now)
	if err != nil {
		return err
	}
	if t.sources == nil {
		t.sources = map[string]*sourceCounts{}
	}
	have := t.sources[s.Source]
	if have == nil {
		have = &sourceCounts{waited: map[time.Duration]int64{}}
	}
	if err := have.merge(one, sign); err != nil {
		return err
	}
	t.sources[s.Source] = have
	if have.n == 0 {
		delete(t.sources, s.Source)
	}
	return nil
}

// newCounts are those of one review.
func newCounts(s Seen, targets Targets, now time.Time) (*sourceCounts, error) {
	var c check
	c.Name("source", s.Source, true)
	if s.At.IsZero() {
		c.Failf("at", "", "is missing")
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	one := &sourceCounts{n: 1, waited: map[time.Duration]int64{}}
	if s.Stars != nil {
		if err := one.stars.Add(feedback.ScaleStars5(), *s.Stars); err != nil {
			return nil, err
		}
	}
	if s.Criticality == Critical {
		one.critical = 1
	}
	due := targets.Due(s.Criticality, s.At)
	switch {
	case s.Answered.IsZero():
		one.inTime.N = within(now.After(due))
	default:
		one.answered = 1
		one.inTime = feedback.Proportion{Good: within(!s.Answered.After(due)), N: 1}
		one.waited[max(0, s.Answered.Sub(s.At)+time.Minute-1).Truncate(time.Minute)] = 1
	}
	return one, nil
}

func within(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// merge adds counts, or takes them away. If it fails nothing has changed.
func (c *sourceCounts) merge(o *sourceCounts, sign int64) error {
	if sign < 0 {
		if err := c.holds(o); err != nil {
			return err
		}
	}
	next := c.stars
	change := next.Merge
	if sign < 0 {
		change = next.Sub
	}
	if err := change(&o.stars); err != nil {
		return err
	}
	c.stars = next
	c.n += sign * o.n
	c.critical += sign * o.critical
	c.answered += sign * o.answered
	c.inTime.Good += sign * o.inTime.Good
	c.inTime.N += sign * o.inTime.N
	for d, n := range o.waited {
		if c.waited[d] += sign * n; c.waited[d] == 0 {
			delete(c.waited, d)
		}
	}
	return nil
}

// holds reports with an error that not all of o was counted.
func (c *sourceCounts) holds(o *sourceCounts) error {
	short := c.n < o.n || c.critical < o.critical || c.answered < o.answered || c.n-c.critical < o.n-o.critical ||
		c.inTime.N < o.inTime.N || c.inTime.Good < o.inTime.Good || c.inTime.N-c.inTime.Good < o.inTime.N-o.inTime.Good
	for d, n := range o.waited {
		short = short || c.waited[d] < n
	}
	if short {
		return feedback.ErrUnderflow
	}
	return nil
}

// Merge adds all that another tally counted.
func (t *Tally) Merge(o *Tally) error {
	if t.sources == nil {
		t.sources = map[string]*sourceCounts{}
	}
	for name, c := range o.sources {
		if t.sources[name] == nil {
			t.sources[name] = &sourceCounts{waited: map[time.Duration]int64{}}
		}
		if err := t.sources[name].merge(c, 1); err != nil {
			return err
		}
	}
	return nil
}

// Reputation is how a shop stands at one source. Figures of nothing are not OK.
type Reputation struct {
	Source string `json:"source"`
	N      int64  `json:"n"`
	// Stars is the mean with Student's interval, of the reviews that have stars;
	// Counts are how often each number was given, from 1 on. Stars are mostly very
	// good or very bad: a mean alone misleads.
	Stars  feedback.Estimate `json:"stars"`
	Counts [5]int64          `json:"counts"`
	// The shares are from 0 to 1, with Wilson's interval: critical, answered of all;
	// and answered within the target, of those answered or overdue.
	Critical feedback.Estimate `json:"critical"`
	Answered feedback.Estimate `json:"answered"`
	InTime   feedback.Estimate `json:"in_time"`
	// Hours is the median time to the answer, of those that have one, with the
	// interval of order statistics. Beside a low share answered it flatters.
	Hours feedback.Estimate `json:"median_hours"`
}

// Reputations returns how a shop stands, by source.
func (t *Tally) Reputations(level feedback.Level) ([]Reputation, error) {
	list := make([]Reputation, 0, len(t.sources))
	for _, name := range sortedKeys(t.sources) {
		r, err := t.sources[name].reputation(level)
		if err != nil {
			return nil, err
		}
		r.Source = name
		list = append(list, r)
	}
	return list, nil
}

// All returns how a shop stands at all sources together; its Source is empty.
func (t *Tally) All(level feedback.Level) (Reputation, error) {
	sum := sourceCounts{waited: map[time.Duration]int64{}}
	for _, c := range t.sources {
		if err := sum.merge(c, 1); err != nil {
			return Reputation{}, err
		}
	}
	return sum.reputation(level)
}

func (c *sourceCounts) reputation(level feedback.Level) (Reputation, error) {
	share := func(good int64) feedback.Estimate {
		return feedback.Proportion{Good: good, N: c.n}.Share(feedback.Wilson, level)
	}
	r := Reputation{
		N: c.n, Critical: share(c.critical), Answered: share(c.answered), InTime: c.inTime.Share(feedback.Wilson, level),
		Hours: c.median(level),
	}
	stars, err := feedback.NewResult(feedback.ScaleStars5(), c.stars)
	if err != nil {
		return Reputation{}, err
	}
	r.Stars = stars.Mean(level)
	r.Stars.Interval = r.Stars.Interval.Clamp(min(1, r.Stars.Value), 5)
	for i := range r.Counts {
		r.Counts[i] = c.stars.Count(i + 1)
	}
	return r, nil
}

// median returns that of the answers' times, and between which of them it lies:
// the ranks are binomial (Conover, Practical Nonparametric Statistics, 1999,
// section 3.2). Of very few the interval is all there are.
func (c *sourceCounts) median(level feedback.Level) feedback.Estimate {
	n := c.answered
	if n == 0 {
		return feedback.Estimate{}
	}
	times := slices.Sorted(maps.Keys(c.waited))
	at := func(rank int64) float64 { // from 0
		for _, d := range times {
			if rank < c.waited[d] {
				return d.Hours()
			}
			rank -= c.waited[d]
		}
		return times[len(times)-1].Hours()
	}
	tail := (1 - level.Confidence()) / 2
	low := int64(sort.Search(int(min(n, math.MaxInt32)), func(k int) bool { return stat.BinomialCDF(float64(k), float64(n), 0.5) > tail }))
	low = max(low-1, 0)
	return feedback.Estimate{
		OK: true, Value: (at((n-1)/2) + at(n/2)) / 2, N: n, Interval: feedback.Interval{Low: at(low), High: at(n - 1 - low)},
	}
}

// Overdue returns those reviews that have no answer and should have, the
// longest overdue first; praise is among them: every review is answered.
func Overdue(list []Seen, targets Targets, now time.Time) []Seen {
	var late []Seen
	for _, s := range list {
		if s.Answered.IsZero() && now.After(targets.Due(s.Criticality, s.At)) {
			late = append(late, s)
		}
	}
	slices.SortStableFunc(late, func(a, b Seen) int {
		return cmp.Compare(targets.Due(a.Criticality, a.At).UnixNano(), targets.Due(b.Criticality, b.At).UnixNano())
	})
	return late
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
