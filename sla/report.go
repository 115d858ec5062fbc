package sla

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/internal/stat"
)

// Bounds of a report, so that its size does not grow with what it reads.
const (
	maxRows  = 256 // of one breakdown; the rest is summed up
	maxWorst = 10  // cycles of one metric
	maxFlips = 100 // tickets of one metric between two policies
)

// Report is what [Replay] found. Its size is bounded, and reports of parts of
// the histories merge into the report of the whole.
type Report struct {
	Histories int               `json:"histories"`
	Marks     int               `json:"marks"`
	Faults    map[FaultCode]int `json:"faults,omitempty"` // what was wrong with marks, under the first policy
	Faulty    int               `json:"faulty"`           // histories with any
	Policies  []PolicyReport    `json:"policies"`
	Changes   []PolicyChange    `json:"changes,omitempty"` // from the first policy to each other one
}

// PolicyReport is how the histories fare under one policy.
type PolicyReport struct {
	Policy    string         `json:"policy"`    // id@version
	Unmatched int            `json:"unmatched"` // histories that no rule was for at their end
	Metrics   []MetricReport `json:"metrics"`   // in the order of [Metrics]
}

// MetricReport is how the cycles of one metric fare.
type MetricReport struct {
	Metric Metric `json:"metric"`
	Counts Counts `json:"counts"`
	// Elapsed is how long stopped cycles took on their clock, met or not.
	Elapsed Distribution `json:"elapsed"`
	// The breakdowns count cycles. Channel, reason and priority are those of
	// the ticket at the end of its history; weekday and month are those of
	// the start of the cycle in the zone of the policy.
	ByRule     Breakdown `json:"by_rule"`
	ByChannel  Breakdown `json:"by_channel"`
	ByReason   Breakdown `json:"by_reason"`
	ByPriority Breakdown `json:"by_priority"`
	ByWeekday  Breakdown `json:"by_weekday"` // "mon" to "sun"
	ByMonth    Breakdown `json:"by_month"`   // "2026-11"
	// Worst are the cycles furthest past their target, worst first.
	Worst []Worst `json:"worst,omitempty"`
}

// Counts says how cycles ended, or stand at the end of their history.
type Counts struct {
	Met       int `json:"met"`
	Breached  int `json:"breached"` // stopped late, or open past the due date
	Open      int `json:"open"`     // in time so far
	Cancelled int `json:"cancelled"`
}

// Share is a share with its 95 % Wilson interval. It is not OK where there is
// nothing to take a share of; its interval is then 0 to 1.
type Share struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
	OK    bool    `json:"ok"`
}

// MetShare returns the share of cycles met among those met or breached.
func (c Counts) MetShare() Share {
	n := c.Met + c.Breached
	s := Share{OK: n > 0}
	s.Low, s.High = stat.Wilson(c.Met, n, 0.95)
	if s.OK {
		s.Value = float64(c.Met) / float64(n)
	}
	return s
}

// MarshalJSON adds the met share for readers.
func (c Counts) MarshalJSON() ([]byte, error) {
	type plain Counts
	return json.Marshal(struct {
		plain
		MetShare Share `json:"met_share"`
	}{plain(c), c.MetShare()})
}

func (c Counts) plus(o Counts) Counts {
	return Counts{c.Met + o.Met, c.Breached + o.Breached, c.Open + o.Open, c.Cancelled + o.Cancelled}
}

// Breakdown counts cycles by one property. Beyond 256 values of it the rest is
// summed up as Other.
type Breakdown struct {
	Rows  map[string]*Counts `json:"rows,omitempty"` // "" is where the property is not known
	Other *Counts            `json:"other,omitempty"`
}

// Keys returns the values counted, sorted.
func (b *Breakdown) Keys() []string {
	keys := make([]string, 0, len(b.Rows))
	for k := range b.Rows {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// add counts n under a value.
func (b *Breakdown) add(key string, n Counts) {
	c := b.row(key)
	*c = c.plus(n)
}

// row returns the counts of a value.
func (b *Breakdown) row(key string) *Counts {
	if c := b.Rows[key]; c != nil {
		return c
	}
	if len(b.Rows) >= maxRows || len(key) > maxNameLen {
		if b.Other == nil {
			b.Other = &Counts{}
		}
		return b.Other
	}
	if b.Rows == nil {
		b.Rows = map[string]*Counts{}
	}
	c := &Counts{}
	b.Rows[key] = c
	return c
}

func (b *Breakdown) merge(o *Breakdown) {
	for _, key := range o.Keys() {
		b.add(key, *o.Rows[key])
	}
	if o.Other != nil {
		if b.Other == nil {
			b.Other = &Counts{}
		}
		*b.Other = b.Other.plus(*o.Other)
	}
}

// Worst is one of the cycles furthest past their target.
type Worst struct {
	ID      string        `json:"id"` // of the history
	Cycle   int           `json:"cycle"`
	Rule    string        `json:"rule"`
	Due     time.Time     `json:"due,omitzero"`
	Elapsed time.Duration `json:"elapsed"`
	Over    time.Duration `json:"over"` // elapsed beyond the target
}

func compareWorst(a, b Worst) int {
	return cmp.Or(cmp.Compare(b.Over, a.Over), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Cycle, b.Cycle))
}

// keepWorst inserts w in its order and keeps the first maxWorst.
func keepWorst(list []Worst, w Worst) []Worst {
	i, _ := slices.BinarySearchFunc(list, w, compareWorst)
	if i >= maxWorst {
		return list
	}
	list = slices.Insert(list, i, w)
	return list[:min(len(list), maxWorst)]
}

// PolicyChange is the difference between two policies.
type PolicyChange struct {
	From    string         `json:"from"` // id@version
	To      string         `json:"to"`
	Metrics []MetricChange `json:"metrics"`
}

// MetricChange counts histories by how a metric stands under two policies: as
// breached if any of its cycles is, as met if one is and none is breached.
type MetricChange struct {
	Metric        Metric `json:"metric"`
	BothMet       int    `json:"both_met"`
	BothBreached  int    `json:"both_breached"`
	MetToBreached int    `json:"met_to_breached"`
	BreachedToMet int    `json:"breached_to_met"`
	// Appeared and Vanished are judged under one of the policies only.
	Appeared int `json:"appeared"`
	Vanished int `json:"vanished"`
	// Flips are the histories that flip between met and breached, by id, at
	// most 100.
	Flips []Flip `json:"flips,omitempty"`
}

// Flip is a history judged otherwise by another policy.
type Flip struct {
	ID string `json:"id"`
	To State  `json:"to"` // Met or Breached
}

func keepFlip(list []Flip, f Flip) []Flip {
	i, found := slices.BinarySearchFunc(list, f, func(a, b Flip) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.To, b.To))
	})
	if found || i >= maxFlips {
		return list
	}
	list = slices.Insert(list, i, f)
	return list[:min(len(list), maxFlips)]
}
