package sla

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
)

// trackerVersion is the schema version of a tracker's JSON.
const trackerVersion = 1

// trackerState is the JSON of a Tracker.
type trackerState struct {
	V         int               `json:"v"`
	Policy    string            `json:"policy,omitempty"`
	Calendars map[string]string `json:"calendars,omitempty"` // as the policy's targets name them, to id@version
	Rule      string            `json:"rule,omitempty"`
	Seq       int64             `json:"seq"`
	At        time.Time         `json:"at,omitzero"`
	Opened    time.Time         `json:"opened,omitzero"`
	Asked     time.Time         `json:"asked,omitzero"`
	State     string            `json:"state,omitempty"`
	Hold      *string           `json:"hold,omitempty"`
	Flags     []string          `json:"flags,omitempty"`
	Made      int               `json:"made,omitempty"` // promises
	Clocks    []clockState      `json:"clocks,omitempty"`
	Promises  []clockState      `json:"promises,omitempty"`
	Faults    []MarkFault       `json:"faults,omitempty"`
	Dropped   int               `json:"dropped,omitempty"`
	Records   []recordState     `json:"records,omitempty"`
}

// clockState is a clock between two Applys.
type clockState struct {
	Metric    Metric          `json:"metric"`
	Cycle     int             `json:"cycle,omitempty"`
	Promise   string          `json:"promise,omitempty"`
	Rule      string          `json:"rule"`
	Stopped   bool            `json:"stopped,omitempty"`
	Cause     Cause           `json:"cause,omitempty"` // set: cancelled
	Fixed     bool            `json:"fixed,omitempty"`
	Shifted   bool            `json:"shifted,omitempty"`
	Calendar  string          `json:"calendar,omitempty"` // id@version; empty: wall clock
	Start     time.Time       `json:"start"`
	Since     time.Time       `json:"since,omitzero"`
	Held      time.Time       `json:"held,omitzero"`
	Until     time.Time       `json:"until,omitzero"`
	Due       time.Time       `json:"due,omitzero"`
	Breach    time.Time       `json:"breach,omitzero"`
	End       time.Time       `json:"end,omitzero"`
	Spent     time.Duration   `json:"spent,omitempty"`
	Paused    time.Duration   `json:"paused,omitempty"`
	Budget    time.Duration   `json:"budget"`
	Retargets int             `json:"retargets,omitempty"`
	Passed    []time.Duration `json:"passed,omitempty"`
	Recorded  []int           `json:"recorded,omitempty"`
}

type recordState struct {
	Metric Metric `json:"metric"`
	Cycle  int    `json:"cycle"`
	Marks  []int  `json:"marks"`
}

func percentsOf(list []int) percents {
	var p percents
	for _, n := range list {
		p.add(n)
	}
	return p
}

func (p *percents) list() []int {
	var list []int
	for n := 1; n <= BreachPercent; n++ {
		if p.has(n) {
			list = append(list, n)
		}
	}
	return list
}

// load lets a fold go on from the tracker under p.
func (t Tracker) load(f *fold, p *Policy) {
	f.start(p)
	if t.policy == "" {
		return
	}
	f.head, f.at = t.head, t.head.at
	f.faults, f.dropped = slices.Clone(t.faults), t.dropped
	if t.policy != p.ref {
		f.fault(FaultPolicyMissing)
	}
	f.pinned(t.pins)
	f.head.rule = p.ruleIndex(t.rule)
	for i := range t.clocks {
		if m, ok := indexOfMetric(t.clocks[i].Metric); ok && m < promise {
			f.clocks[m] = f.clockOf(&t.clocks[i], m)
		}
	}
	for i := range t.promises {
		f.promises = append(f.promises, f.clockOf(&t.promises[i], promise))
	}
	for _, r := range t.records {
		if m, ok := indexOfMetric(r.Metric); ok {
			f.records = append(f.records, record{m, r.Cycle, percentsOf(r.Marks)})
		}
	}
}

// pinned puts the calendars in place that the tracker is pinned to.
func (f *fold) pinned(pins map[string]string) {
	for i, slot := range f.p.slots {
		pin, ok := pins[slot]
		if !ok || pin == f.p.pins[i] {
			continue
		}
		cal, ok := f.p.calendars[pin]
		if !ok {
			f.fault(FaultCalendarMissing)
			continue
		}
		if f.pins[i] == f.p.pins[i] {
			f.cals, f.pins = slices.Clone(f.cals), slices.Clone(f.pins)
		}
		f.cals[i], f.pins[i] = cal, pin
	}
}

func (f *fold) clockOf(s *clockState, m metricIndex) clock {
	c := clock{
		metric: m, phase: open_, cause: s.Cause, fixed: s.Fixed, shifted: s.Shifted, pin: s.Calendar,
		cycle: s.Cycle, promise: s.Promise, rule: f.p.ruleIndex(s.Rule),
		start: instantOf(s.Start), until: instantOf(s.Until), stands: s.Since.IsZero(),
		due: instantOf(s.Due), breach: instantOf(s.Breach), end: instantOf(s.End),
		spent: s.Spent, paused: s.Paused, budget: s.Budget, retargets: s.Retargets, recorded: percentsOf(s.Recorded),
	}
	c.set(instantOf(s.Since))
	if c.stands {
		c.set(instantOf(s.Held))
	}
	switch {
	case s.Cause != "":
		c.phase = cancelled
	case s.Stopped:
		c.phase = stopped
	}
	c.target = f.p.target(c.rule, m)
	if c.target == nil {
		// Its rule is gone: what it was to be judged by is not known any more.
		c.target = &target{metric: m, slot: -1, reopen: ReopenIgnore}
		if c.phase == open_ {
			f.fault(FaultRuleMissing)
			c.cancel(f.at, CauseRuleMissing)
		}
	}
	if c.pin != "" {
		f.measureOn(&c)
	}
	c.nPassed = copy(c.passed[:min(len(c.target.warns), maxWarns)], s.Passed)
	return c
}

// measureOn gives a clock the calendar that it is pinned to, or where that is
// missing the one that serves in its place.
func (f *fold) measureOn(c *clock) {
	c.cal = f.p.calendars[c.pin]
	switch {
	case c.cal != nil:
	case c.target.openTime:
		c.cal, c.pin = f.cals[c.target.slot], f.pins[c.target.slot]
	default:
		f.fault(FaultCalendarMissing)
		c.pin = ""
	}
}

// save returns the tracker that load takes up again.
func (f *fold) save() Tracker {
	if f.head.at.IsZero() && len(f.faults) == 0 {
		return Tracker{}
	}
	t := Tracker{
		policy: f.p.ref, head: f.head, dropped: f.dropped,
		faults: append([]MarkFault(nil), f.faults...),
	}
	t.rule = f.ruleID(f.head.rule)
	t.head.rule = 0
	if len(f.pins) > 0 {
		t.pins = make(map[string]string, len(f.pins))
	}
	for i, slot := range f.p.slots {
		t.pins[slot] = f.pins[i]
	}
	for i := range f.clocks {
		if c := &f.clocks[i]; c.phase != idle {
			t.clocks = append(t.clocks, f.stateOf(c))
		}
	}
	for i := range f.promises {
		t.promises = append(t.promises, f.stateOf(&f.promises[i]))
	}
	for i := range f.records {
		r := &f.records[i]
		t.records = append(t.records, recordState{r.metric.metric(), r.cycle, r.marks.list()})
	}
	return t
}

func (f *fold) ruleID(i int) string {
	if i < 0 {
		return ""
	}
	return f.p.rules[i].id
}

func (f *fold) stateOf(c *clock) clockState {
	since, held := c.from, instant{}
	if c.stands {
		since, held = held, since
	}
	return clockState{
		Metric: c.metric.metric(), Cycle: c.cycle, Promise: c.promise, Rule: f.ruleID(c.rule),
		Stopped: c.phase == stopped, Cause: c.cause, Fixed: c.fixed, Shifted: c.shifted, Calendar: c.pin,
		Start: c.start.UTC(), Since: since.UTC(), Held: held.UTC(), Until: c.until.UTC(),
		Due: c.due.UTC(), Breach: c.breach.UTC(), End: c.end.UTC(),
		Spent: c.spent, Paused: c.paused, Budget: c.budget, Retargets: c.retargets,
		Passed: append([]time.Duration(nil), c.passed[:c.nPassed]...), Recorded: c.recorded.list(),
	}
}

// flag is one of the head's booleans by its name in JSON.
func (h *head) flags() []struct {
	name string
	set  *bool
} {
	return []struct {
		name string
		set  *bool
	}{{"answered", &h.answered}, {"done", &h.done}, {"void", &h.void}}
}

// MarshalJSON writes the tracker, times in UTC.
func (t Tracker) MarshalJSON() ([]byte, error) {
	s := trackerState{
		V: trackerVersion, Policy: t.policy, Calendars: t.pins, Rule: t.rule, Seq: t.head.seq, At: t.head.at.UTC(),
		Opened: t.head.opened.UTC(), Asked: t.head.asked.UTC(), State: t.head.state, Made: t.head.promises, Clocks: t.clocks, Promises: t.promises,
		Faults: t.faults, Dropped: t.dropped, Records: t.records,
	}
	if t.head.held {
		s.Hold = &t.head.hold
	}
	for _, f := range t.head.flags() {
		if *f.set {
			s.Flags = append(s.Flags, f.name)
		}
	}
	return json.Marshal(&s)
}

// UnmarshalJSON reads what [Tracker.MarshalJSON] wrote. What no tracker writes
// is reported as [Faults].
func (t *Tracker) UnmarshalJSON(data []byte) error {
	var s trackerState
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("sla: tracker: %w", err)
	}
	if err := s.check(); err != nil {
		return fmt.Errorf("sla: tracker: %w", err)
	}
	*t = Tracker{
		policy: s.Policy, pins: maps.Clone(s.Calendars), rule: s.Rule, clocks: s.Clocks, promises: s.Promises,
		faults: s.Faults, dropped: s.Dropped, records: s.Records,
		head: head{
			seq: s.Seq, at: instantOf(s.At), opened: instantOf(s.Opened), asked: instantOf(s.Asked), state: s.State, promises: s.Made,
		},
	}
	if s.Hold != nil {
		t.head.hold, t.head.held = *s.Hold, true
	}
	for _, f := range t.head.flags() {
		*f.set = slices.Contains(s.Flags, f.name)
	}
	for i := range t.faults {
		t.faults[i].At = t.faults[i].At.UTC()
	}
	for _, list := range [...][]clockState{t.clocks, t.promises} {
		for i := range list {
			for _, at := range list[i].instants() {
				*at = at.UTC() // as the fold keeps them
			}
		}
	}
	return nil
}

func (s *clockState) instants() []*time.Time {
	return []*time.Time{&s.Start, &s.Since, &s.Held, &s.Until, &s.Due, &s.Breach, &s.End}
}

// check reports what no tracker writes.
func (s *trackerState) check() error {
	var fs Faults
	if s.V != trackerVersion {
		fs.add("v", strconv.Itoa(s.V), "is not the schema version "+strconv.Itoa(trackerVersion))
		return fs
	}
	switch held := len(s.Clocks)+len(s.Promises) > 0; {
	case !instantOf(s.At).inYears() || !instantOf(s.Opened).inYears() || !instantOf(s.Asked).inYears():
		fs.add("at", s.At.String(), "lies outside the years 1 to 9999")
	case s.At.IsZero() && held:
		fs.add("at", "", "is missing: a clock is started by a mark")
	case s.Policy == "" && (held || !s.At.IsZero()):
		fs.add("policy", "", "is empty")
	}
	s.checkClocks(&fs)
	if len(s.Faults) > maxFaults {
		fs.add("faults", strconv.Itoa(len(s.Faults)), "are too many")
	}
	for i, f := range s.Faults {
		if !instantOf(f.At).inYears() {
			fs.add(fmt.Sprintf("faults[%d].at", i), f.At.String(), "lies outside the years 1 to 9999")
		}
	}
	if len(s.Records) > maxRecords*int(metricCount) {
		fs.add("records", strconv.Itoa(len(s.Records)), "are too many")
	}
	for i, r := range s.Records {
		checkPercents(&fs, fmt.Sprintf("records[%d].marks", i), r.Marks)
	}
	return fs.err()
}

func (s *trackerState) checkClocks(fs *Faults) {
	seen := map[Metric]bool{}
	for i := range s.Clocks {
		c, path := &s.Clocks[i], fmt.Sprintf("clocks[%d]", i)
		if m, ok := indexOfMetric(c.Metric); !ok || m == promise || seen[c.Metric] {
			fs.add(path+".metric", string(c.Metric), "is no metric, or there twice")
		}
		seen[c.Metric] = true
		c.check(fs, path)
	}
	if len(s.Promises) > maxPromises {
		fs.add("promises", strconv.Itoa(len(s.Promises)), "are too many")
	}
	for i := range s.Promises {
		s.Promises[i].check(fs, fmt.Sprintf("promises[%d]", i))
	}
}

func (s *clockState) check(fs *Faults, path string) {
	if s.Start.IsZero() || s.Since.IsZero() == s.Held.IsZero() {
		fs.add(path+".since", s.Since.String(), "and held: exactly one is set, and start too")
	}
	for _, at := range s.instants() {
		if !instantOf(*at).inYears() {
			fs.add(path, at.String(), "lies outside the years 1 to 9999")
		}
	}
	if s.Stopped && s.Cause != "" || s.End.IsZero() == (s.Stopped || s.Cause != "") {
		fs.add(path+".end", s.End.String(), "is set where the cycle ended, one way or the other")
	}
	if s.Cycle < 0 || s.Spent < 0 || s.Paused < 0 || max(s.Spent, s.Paused, s.Budget, -s.Budget) > mostCounted {
		fs.add(path+".budget", s.Budget.String(), "or spent, paused or cycle is out of range")
	}
	if len(s.Passed) > maxWarns {
		fs.add(path+".passed", strconv.Itoa(len(s.Passed)), "are too many")
	}
	checkPercents(fs, path+".recorded", s.Recorded)
}

func checkPercents(fs *Faults, path string, list []int) {
	for i, n := range list {
		if n < 1 || n > BreachPercent {
			fs.add(fmt.Sprintf("%s[%d]", path, i), strconv.Itoa(n), "is not 1 to 100")
		}
	}
}
