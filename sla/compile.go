package sla

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a policy, so that a config from outside stays small.
const (
	maxRules   = 1000
	maxWarns   = 8
	maxValues  = 256 // in one list
	maxNameLen = 64  // bytes of an id, a state, a value
)

// Policy is a validated [PolicyConfig] bound to its calendars. It is immutable
// and safe for concurrent use.
type Policy struct {
	cfg       PolicyConfig
	ref       string
	zone      *time.Location
	wall      *Calendar // always open, in the zone of the policy: for civil periods on the wall clock
	rules     []rule
	slots     []string             // calendar ids or refs as the targets write them
	current   []*Calendar          // per slot, what a new ticket takes
	pins      []string             // the same as id@version
	calendars map[string]*Calendar // by id@version, all versions
	used      [metricCount]bool    // by any rule
	measured  []metricIndex        // the same but for promises, in order
	stops     MarkKind             // what can end a cycle under any rule
	starts    MarkKind             // what can begin or take up one
	answered  bool                 // a rule has PauseAnswered in a pause set
}

type rule struct {
	id      string
	match   *Match
	targets [metricCount]*target // nil: not measured
	replies MarkKind             // what answers the customer under this rule
}

type target struct {
	metric   metricIndex
	period   Period
	budget   time.Duration // of a period in minutes or hours; 0 for civil periods
	slot     int           // of the calendar; -1: wall clock
	openTime bool          // measured in open time of the calendar
	tie      TieRule
	warns    []int
	pause    []string
	answered bool // PauseAnswered is in the pause set
	stop     MarkKind
	reopen   ReopenRule
}

// NewPolicy validates the config and binds it to the calendars it names. Of
// several versions of a calendar new tickets take the highest; the others
// serve the tickets that are pinned to them. All faults are returned at once,
// as [Faults].
func NewPolicy(cfg PolicyConfig, calendars ...*Calendar) (*Policy, error) {
	p, faults := newPolicy(cfg, calendars)
	if err := faults.err(); err != nil {
		return nil, fmt.Errorf("sla: policy %q: %w", cfg.Ref(), err)
	}
	return p, nil
}

func newPolicy(cfg PolicyConfig, calendars []*Calendar) (*Policy, Faults) {
	c := compiler{p: &Policy{cfg: cfg.clone(), ref: cfg.Ref(), calendars: map[string]*Calendar{}}}
	c.calendars(calendars)
	c.head()
	c.rules()
	c.summary()
	return c.p, c.faults
}

// summary notes what the rules have in common, so that a fold can pass over
// marks that nothing depends on.
func (c *compiler) summary() {
	p := c.p
	for i, used := range p.used[:promise] {
		if used {
			p.measured = append(p.measured, metricIndex(i))
		}
	}
	p.stops = MarkResolved | MarkClosed | voidKinds | promiseKinds
	p.starts = MarkOpened | MarkCustomerMessage | MarkPromiseMade | MarkReopened | MarkRestored
	for i := range p.rules {
		for _, t := range p.rules[i].targets {
			if t == nil {
				continue
			}
			p.stops |= t.stop
			p.answered = p.answered || t.answered
			if t.metric == periodicUpdate {
				p.starts |= t.stop // an update begins the wait for the next
			}
		}
	}
}

// ID returns the id of the policy.
func (p *Policy) ID() string { return p.cfg.ID }

// Version returns its version.
func (p *Policy) Version() int { return p.cfg.Version }

// Ref returns "id@version".
func (p *Policy) Ref() string { return p.ref }

// Config returns a copy of the data that the policy was made from.
func (p *Policy) Config() PolicyConfig { return p.cfg.clone() }

// MarshalJSON writes the policy's config.
func (p *Policy) MarshalJSON() ([]byte, error) { return json.Marshal(&p.cfg) }

// Match returns the id of the first rule that is for s, "" where none is.
func (p *Policy) Match(s Subject) string {
	if i := p.match(&s); i >= 0 {
		return p.rules[i].id
	}
	return ""
}

func (p *Policy) match(s *Subject) int {
	for i := range p.rules {
		if p.rules[i].match.Matches(s) {
			return i
		}
	}
	return -1
}

func (p *Policy) ruleIndex(id string) int {
	return slices.IndexFunc(p.rules, func(r rule) bool { return r.id == id })
}

// target returns what rule i asks of a metric, nil where nothing.
func (p *Policy) target(i int, m metricIndex) *target {
	if i < 0 {
		return nil
	}
	return p.rules[i].targets[m]
}

// compiler collects the faults of a config while it builds the policy.
type compiler struct {
	p      *Policy
	newest map[string]*Calendar // by id
	faults Faults
}

func (c *compiler) calendars(calendars []*Calendar) {
	c.newest = map[string]*Calendar{}
	for i, cal := range calendars {
		path := fmt.Sprintf("calendars[%d]", i)
		if cal == nil {
			c.faults.add(path, "", "is nil")
			continue
		}
		r := ref(cal.ID(), cal.Version())
		if old, ok := c.p.calendars[r]; ok && !sameCalendar(old, cal) {
			c.faults.add(path, r, "has other content than an earlier calendar of the same id and version")
			continue
		}
		c.p.calendars[r] = cal
		if n := c.newest[cal.ID()]; n == nil || n.Version() < cal.Version() {
			c.newest[cal.ID()] = cal
		}
	}
}

func (c *compiler) head() {
	cfg := &c.p.cfg
	c.name("id", cfg.ID)
	if cfg.Version < 0 {
		c.faults.add("version", strconv.Itoa(cfg.Version), "is negative")
	}
	c.names("priorities", cfg.Priorities)
	wall, err := alwaysOpen(cfg.Zone)
	if err != nil {
		c.faults.add("zone", cfg.Zone, "is no time zone that this machine knows")
	} else {
		c.p.zone, c.p.wall = wall.Zone(), wall
	}
	oneOfRule(c, "retarget", &cfg.Retarget, RetargetSwap, RetargetRestart, RetargetIgnore)
	oneOfRule(c, "calendar_change", &cfg.CalendarChange, CalendarPinned, CalendarFollow)
	oneOfRule(c, "closing_tie", &cfg.ClosingTie, TieClosing, TieOpening)
}

// oneOfRule checks a member of a closed set; empty is the default.
func oneOfRule[T ~string](c *compiler, path string, v *T, values ...T) {
	if *v != "" && !slices.Contains(values, *v) {
		c.faults.add(path, string(*v), fmt.Sprintf("is none of %q", values))
	}
}

func (c *compiler) rules() {
	cfg := &c.p.cfg
	if len(cfg.Rules) == 0 || len(cfg.Rules) > maxRules {
		c.faults.add("rules", strconv.Itoa(len(cfg.Rules)), fmt.Sprintf("rules are not between 1 and %d", maxRules))
		return
	}
	seen := map[string]bool{}
	for i := range cfg.Rules {
		r, path := &cfg.Rules[i], fmt.Sprintf("rules[%d]", i)
		c.name(path+".id", r.ID)
		if seen[r.ID] {
			c.faults.add(path+".id", r.ID, "names two rules")
		}
		seen[r.ID] = true
		c.match(path+".match", &r.Match)
		c.p.rules = append(c.p.rules, c.rule(path, r))
	}
}

func (c *compiler) match(path string, m *Match) {
	c.names(path+".shop", m.Shop)
	c.names(path+".priority", m.Priority)
	c.names(path+".channel", m.Channel)
	c.names(path+".reason", m.Reason)
	c.names(path+".segment", m.Segment)
	c.names(path+".language", m.Language)
	c.names(path+".tag", m.Tag)
}

func (c *compiler) rule(path string, r *Rule) rule {
	out := rule{id: r.ID, match: &r.Match, replies: MarkAgentReply}
	if len(r.Targets) == 0 {
		c.faults.add(path+".targets", "", "is empty: a rule without targets measures nothing")
	}
	for j := range r.Targets {
		t, path := &r.Targets[j], fmt.Sprintf("%s.targets[%d]", path, j)
		i, ok := indexOfMetric(t.Metric)
		switch {
		case !ok:
			c.faults.add(path+".metric", string(t.Metric), fmt.Sprintf("is none of %q", Metrics()))
			continue
		case out.targets[i] != nil:
			c.faults.add(path+".metric", string(t.Metric), "has two targets in one rule")
			continue
		}
		tg := c.target(path, t, i)
		out.targets[i], c.p.used[i] = tg, true
		if i == firstResponse || i == nextResponse {
			out.replies |= tg.stop & MarkBotReply
		}
	}
	return out
}

func (c *compiler) target(path string, t *Target, i metricIndex) *target {
	tg := &target{metric: i, period: t.Period, slot: -1, tie: c.p.cfg.ClosingTie, stop: t.Stop, reopen: t.Reopen}
	c.warns(path+".warn", t.Warn)
	tg.warns = t.Warn
	c.names(path+".pause", t.Pause)
	tg.pause, tg.answered = t.Pause, slices.Contains(t.Pause, PauseAnswered)
	c.clock(path+".clock", t, tg)
	c.period(path+".period", t, tg)
	c.stop(path, t, tg)
	return tg
}

func (c *compiler) warns(path string, warns []int) {
	if len(warns) > maxWarns {
		c.faults.add(path, strconv.Itoa(len(warns)), fmt.Sprintf("marks are more than %d", maxWarns))
	}
	for i, w := range warns {
		if w < 1 || w > 99 || (i > 0 && w <= warns[i-1]) {
			c.faults.add(fmt.Sprintf("%s[%d]", path, i), strconv.Itoa(w), "is not a percentage of 1 to 99 above the one before it")
		}
	}
}

func (c *compiler) clock(path string, t *Target, tg *target) {
	if t.Clock == WallClock {
		return
	}
	cal, ok := c.p.calendars[t.Clock]
	if !ok {
		cal, ok = c.newest[t.Clock]
	}
	if !ok {
		c.faults.add(path, t.Clock, fmt.Sprintf("is neither %q nor a calendar given here", WallClock))
		return
	}
	tg.slot = slices.Index(c.p.slots, t.Clock)
	if tg.slot < 0 {
		tg.slot = len(c.p.slots)
		c.p.slots, c.p.current = append(c.p.slots, t.Clock), append(c.p.current, cal)
		c.p.pins = append(c.p.pins, ref(cal.ID(), cal.Version()))
	}
}

func (c *compiler) stop(path string, t *Target, tg *target) {
	allowed := MarkResolved | MarkClosed
	switch {
	case tg.metric.isResponse():
		allowed |= MarkAgentReply | MarkBotReply | MarkAssigned
		if t.Stop == 0 {
			tg.stop = MarkAgentReply
		}
	case tg.metric == promise:
		allowed = 0
	case t.Stop == 0:
		tg.stop = MarkResolved | MarkClosed
	}
	if t.Stop&^allowed != 0 {
		c.faults.add(path+".stop", t.Stop.String(), fmt.Sprintf("names marks that cannot stop %s; those are %q", t.Metric, allowed))
	}
	switch {
	case t.Reopen == "":
		tg.reopen = defaultReopen(tg.metric)
	case !tg.metric.isResolution():
		c.faults.add(path+".reopen", string(t.Reopen), fmt.Sprintf("has no meaning for %s", t.Metric))
	default:
		oneOfRule(c, path+".reopen", &t.Reopen, ReopenContinue, ReopenExclude, ReopenNewCycle, ReopenIgnore)
	}
}

func defaultReopen(m metricIndex) ReopenRule {
	switch m {
	case totalResolution:
		return ReopenContinue
	case customerWait, agentWork:
		return ReopenExclude
	case firstResponse, nextResponse, periodicUpdate, firstResolution, promise, metricCount:
	}
	return ReopenIgnore
}

// name checks an id.
func (c *compiler) name(path, s string) {
	if s == "" || len(s) > maxNameLen || strings.ContainsAny(s, "@|") {
		c.faults.add(path, s, fmt.Sprintf("is not a name of 1 to %d bytes without '@' and '|'", maxNameLen))
	}
}

// names checks a list of values: bounded, none empty, none twice.
func (c *compiler) names(path string, values []string) {
	if len(values) > maxValues {
		c.faults.add(path, strconv.Itoa(len(values)), fmt.Sprintf("values are more than %d", maxValues))
		return
	}
	seen := make(map[string]bool, len(values))
	for i, v := range values {
		if v == "" || len(v) > maxNameLen {
			c.faults.add(fmt.Sprintf("%s[%d]", path, i), v, fmt.Sprintf("is not a value of 1 to %d bytes", maxNameLen))
		}
		if seen[v] {
			c.faults.add(fmt.Sprintf("%s[%d]", path, i), v, "stands there twice")
		}
		seen[v] = true
	}
}
