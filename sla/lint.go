package sla

import (
	"fmt"
	"slices"
	"strings"
)

// LintWarning is something in a valid policy that is probably not meant.
type LintWarning struct {
	Code  LintCode `json:"code"`
	Path  string   `json:"path"`            // of the config, as in "rules[2].targets[0]"
	Rule  string   `json:"rule,omitempty"`  // the rule warned of
	Other string   `json:"other,omitempty"` // the other rule, metric, priority or calendar concerned
}

// LintCode says what is probably not meant.
type LintCode string

// The lint codes.
const (
	LintNeverReached  LintCode = "rule_never_reached"        // every ticket it is for matches an earlier rule
	LintOverlap       LintCode = "rules_overlap"             // some tickets match Other too, which sets other targets: the order decides
	LintLongerRule    LintCode = "longer_than_parent_rule"   // slower than Other, a later rule that is for all its tickets and more
	LintLongerMetric  LintCode = "longer_than_parent_metric" // slower than the metric Other, which cannot end before it
	LintPriority      LintCode = "priority_missing"          // no rule is for the priority Other
	LintNotExhaustive LintCode = "not_exhaustive"            // some tickets match no rule
	LintNoHolidays    LintCode = "calendar_without_holidays" // the calendar Other knows no public holidays
	LintNoPause       LintCode = "pause_missing"             // without a pause the metric is the same as a resolution
)

// What linting one policy may bring up, and cost: comparisons of values. What
// it does not get to it does not warn of.
const (
	maxLint     = 200
	maxLintCost = 5_000_000
)

// Lint reports what is probably not meant, in the order of the rules, at most
// 200 findings. With very many rules and values it does not find all.
func (p *Policy) Lint() []LintWarning {
	l := linter{p: p, left: maxLintCost}
	l.priorities()
	for i := range p.rules {
		l.rule(i)
	}
	if l.escapes(&Match{}, p.rules) && l.left > 0 {
		l.warn(LintNotExhaustive, "rules", "", "")
	}
	for slot, cal := range p.current {
		if !cal.knowsHolidays() {
			l.warn(LintNoHolidays, "rules", "", p.pins[slot])
		}
	}
	return l.found
}

// knowsHolidays reports whether the calendar, or one that it is made of, has
// public holidays.
func (c *Calendar) knowsHolidays() bool {
	if c.parts != nil {
		return slices.ContainsFunc(c.parts.calendars, (*Calendar).knowsHolidays)
	}
	return c.days.source != nil
}

type linter struct {
	p     *Policy
	found []LintWarning
	left  int // of maxLintCost
}

func (l *linter) warn(code LintCode, path, rule, other string) {
	if len(l.found) < maxLint {
		l.found = append(l.found, LintWarning{code, path, rule, other})
	}
}

func (l *linter) priorities() {
	for i, name := range l.p.cfg.Priorities {
		if !slices.ContainsFunc(l.p.rules, func(r rule) bool { return oneOf(r.match.Priority, name) }) {
			l.warn(LintPriority, fmt.Sprintf("priorities[%d]", i), "", name)
		}
	}
}

func (l *linter) rule(i int) {
	r, path := &l.p.rules[i], fmt.Sprintf("rules[%d]", i)
	if !l.escapes(r.match, l.p.rules[:i]) {
		l.warn(LintNeverReached, path, r.id, "")
		return
	}
	for j := range i {
		if o := &l.p.rules[j]; l.overlap(r.match, o.match) && !sameTargets(r, o) {
			l.warn(LintOverlap, path, r.id, o.id)
		}
	}
	parent := slices.IndexFunc(l.p.rules[i+1:], func(o rule) bool { return l.covers(o.match, r.match) })
	for j := range l.p.cfg.Rules[i].Targets {
		m, _ := indexOfMetric(l.p.cfg.Rules[i].Targets[j].Metric)
		t, path := r.targets[m], fmt.Sprintf("%s.targets[%d]", path, j)
		if parent >= 0 {
			if o := &l.p.rules[i+1+parent]; t.longerThan(o.targets[m]) {
				l.warn(LintLongerRule, path, r.id, o.id)
			}
		}
		for _, outer := range m.within() {
			if t.longerThan(r.targets[outer]) {
				l.warn(LintLongerMetric, path, r.id, string(outer.metric()))
			}
		}
		if (m == customerWait || m == agentWork) && len(t.pause) == 0 {
			l.warn(LintNoPause, path, r.id, string(m.metric()))
		}
	}
}

// within returns the metrics that cannot end before this one.
func (i metricIndex) within() []metricIndex {
	switch i {
	case firstResponse:
		return []metricIndex{firstResolution, totalResolution}
	case nextResponse, periodicUpdate, firstResolution:
		return []metricIndex{totalResolution}
	case customerWait, agentWork, totalResolution, promise, metricCount:
	}
	return nil
}

// longerThan compares targets as far as they can be: on one clock, and both
// in hours or in one unit.
func (t *target) longerThan(o *target) bool {
	switch {
	case t == nil || o == nil || t.slot != o.slot:
		return false
	case t.budget > 0 && o.budget > 0:
		return t.budget > o.budget
	default:
		return t.period.Unit == o.period.Unit && t.period.N > o.period.N
	}
}

func sameTargets(a, b *rule) bool {
	for i := range a.targets {
		x, y := a.targets[i], b.targets[i]
		if (x == nil) != (y == nil) || x != nil && (x.period != y.period || x.slot != y.slot || x.stop != y.stop) {
			return false
		}
	}
	return true
}

// fields returns the lists of a match.
func (m *Match) fields() [7][]string {
	return [...][]string{m.Shop, m.Priority, m.Channel, m.Reason, m.Segment, m.Language, m.Tag}
}

// covers reports whether m is for every subject that o is for.
func (l *linter) covers(m, o *Match) bool {
	a, b := m.fields(), o.fields()
	for i := range a {
		if len(a[i]) == 0 {
			continue
		}
		if l.left -= 1 + len(a[i])*len(b[i]); l.left < 0 {
			return false
		}
		if len(b[i]) == 0 || slices.ContainsFunc(b[i], func(v string) bool { return !slices.Contains(a[i], v) }) {
			return false
		}
	}
	return m.FirstContact == nil || o.FirstContact != nil && *o.FirstContact == *m.FirstContact
}

// overlap reports whether a subject can match both, and neither covers the
// other.
func (l *linter) overlap(m, o *Match) bool {
	if m.FirstContact != nil && o.FirstContact != nil && *m.FirstContact != *o.FirstContact {
		return false
	}
	a, b := m.fields(), o.fields()
	for i := range a {
		if l.left -= 1 + len(a[i])*len(b[i]); l.left < 0 {
			return false
		}
		// A reason may be a child of another, and a ticket has many tags, so
		// lists of these never exclude each other.
		exclusive := i != reasonField && i != tagField
		if exclusive && len(a[i]) > 0 && len(b[i]) > 0 &&
			!slices.ContainsFunc(b[i], func(v string) bool { return slices.Contains(a[i], v) }) {
			return false
		}
	}
	return !l.covers(m, o) && !l.covers(o, m)
}

// escapes reports whether some subject that m is for matches none of the
// rules. It tries the values that the rules tell apart, field by field, and
// leaves a branch as soon as no rule is left that still matches. Where that
// takes too long it says yes.
func (l *linter) escapes(m *Match, rules []rule) bool {
	matches := make([]*Match, len(rules))
	for i := range rules {
		matches[i] = rules[i].match
	}
	return l.escape(m, 0, matches)
}

// The fields of a match in the order of [Match.fields], and those after them.
const (
	reasonField  = 3
	tagField     = 6
	contactField = 7
	noField      = 8
)

// escape fixes field by field; rules are those that match what is fixed.
func (l *linter) escape(m *Match, field int, rules []*Match) bool {
	switch {
	case len(rules) == 0 || l.left < 0:
		return true
	case field == noField:
		return false
	case field == contactField:
		return l.escapeContact(m, rules)
	}
	lists := make([][]string, len(rules))
	for i, r := range rules {
		lists[i] = r.fields()[field]
	}
	for _, v := range values(m.fields()[field], lists) {
		rest := make([]*Match, 0, len(rules))
		for i, r := range rules {
			l.left -= 1 + len(lists[i])
			if oneOf(lists[i], v) {
				rest = append(rest, r)
			}
		}
		if l.escape(m, field+1, rest) {
			return true
		}
	}
	return false
}

// values are what a field can be as far as the rules tell it apart: the
// match's own values, or all that the rules name and one that none does. One
// tag is enough, and a reason without a parent: more of them only match more.
func values(own []string, lists [][]string) []string {
	if len(own) > 0 {
		return own
	}
	all := append(slices.Concat(lists...), strings.Repeat("?", maxNameLen+1)) // longer than names can be
	slices.Sort(all)
	return slices.Compact(all)
}

func (l *linter) escapeContact(m *Match, rules []*Match) bool {
	for _, v := range []bool{false, true} {
		if m.FirstContact != nil && *m.FirstContact != v {
			continue
		}
		rest := slices.DeleteFunc(slices.Clone(rules), func(r *Match) bool { return r.FirstContact != nil && *r.FirstContact != v })
		if l.escape(m, noField, rest) {
			return true
		}
	}
	return false
}
