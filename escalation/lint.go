package escalation

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// LintCode says what is probably not meant.
type LintCode string

// The lint codes.
const (
	LintShadowed      LintCode = "policy_never_reached"  // every ticket it is for has an earlier policy
	LintNoPolicy      LintCode = "not_exhaustive"        // some tickets have no policy
	LintNever         LintCode = "never_holds"           // no facts fulfil the condition
	LintAlways        LintCode = "always_holds"          // all facts do
	LintNotMissing    LintCode = "not_over_missing"      // a not over a fact that may be missing, which makes it true
	LintSuperseded    LintCode = "always_superseded"     // the next level is due at the same time and fires instead
	LintUncovered     LintCode = "uncovered_hours"       // nobody holds any target of the step for hours in which it may fire
	LintNobody        LintCode = "nobody_holds"          // nobody holds the target at any time
	LintOnlyAssignee  LintCode = "only_assignee"         // nobody hears of a ticket that nobody has
	LintNoHandOver    LintCode = "bot_without_hand_over" // a bot may keep a ticket for good
	LintUnguarded     LintCode = "last_resort_unguarded" // a notice, legal step or block without a guard
	LintNoMark        LintCode = "mark_never_reached"    // no deadline has this warning mark or metric
	LintNoAckTimeout  LintCode = "ack_without_timeout"   // who acknowledges and forgets it holds it for good
	LintQuietBusiness LintCode = "quiet_covers_business" // the clock only runs in quiet hours
	LintThrottle      LintCode = "throttle_hides_level"  // the throttle holds back a level of a ticket that nobody answers
	LintEndsSilently  LintCode = "ends_silently"         // after the last step nothing comes
)

// LintWarning is something in a valid policy that is probably not meant.
type LintWarning struct {
	Code   LintCode `json:"code"`
	Policy string   `json:"policy"`          // id@version; empty: of all together
	Path   string   `json:"path,omitempty"`  // in the policy, as in "steps[2].when"
	Other  string   `json:"other,omitempty"` // the other policy, step, field, metric or target concerned
	// From and To are the first hours that are not covered, Hours how many
	// there are in all.
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Hours float64   `json:"hours,omitempty"`
}

// LintOptions are what policies are looked at with.
type LintOptions struct {
	// Roster says who holds a target at an instant; nil: coverage is not looked
	// at.
	Roster func(target Target, at time.Time) []string
	// Now is when the 28 days begin for which coverage is looked at.
	Now time.Time
	// Deadlines are the policies of the desk's deadlines; none: marks are not
	// looked at.
	Deadlines []sla.PolicyConfig
	// Bots tells that bots answer at the desk.
	Bots bool
}

// Bounds of what linting looks at.
const (
	lintDays   = 28
	lintStep   = 15 * time.Minute // gaps shorter than that may be passed over
	maxLint    = 200
	quarter    = 4
	lintProbes = lintDays * 24 * quarter
)

// Lint returns what is probably not meant in the newest version of each
// policy, in the order of the policies, at most 200 findings. Conditions with
// very many fields are not looked at to the end; what is not found out is not
// warned of.
func Lint(policies *PolicySet, opt LintOptions) []LintWarning {
	v := linter{LintOptions: opt, policies: policies}
	v.together()
	for _, p := range policies.order {
		v.policy(p)
	}
	return v.found[:min(len(v.found), maxLint)]
}

type linter struct {
	LintOptions

	policies *PolicySet
	found    []LintWarning
}

func (l *linter) warn(w LintWarning) { l.found = append(l.found, w) }

// together looks at what policies are for.
func (l *linter) together() {
	if len(l.policies.order) == 0 {
		return
	}
	var before []Cond // what no earlier policy is for
	for _, p := range l.policies.order {
		if len(before) > 0 && satisfiable(p.schema, p.match.source) && !satisfiable(p.schema, append(slices.Clone(before), p.match.source)...) {
			l.warn(LintWarning{Code: LintShadowed, Policy: p.Ref(), Path: "match"})
		}
		before = append(before, Not(p.match.source))
	}
	if first := l.policies.order[0]; satisfiable(first.schema, before...) {
		l.warn(LintWarning{Code: LintNoPolicy})
	}
}

func (l *linter) policy(p *Policy) {
	warn := func(code LintCode, path, other string) {
		l.warn(LintWarning{Code: code, Policy: p.Ref(), Path: path, Other: other})
	}
	l.condition(p, "match", p.cfg.Match)
	for i := range p.steps {
		l.step(p, i)
	}
	if p.cfg.AckTimeout == 0 && !p.cfg.AlwaysRuns {
		warn(LintNoAckTimeout, "ack_timeout", "")
	}
	if len(p.levels) > 0 && p.cfg.OnExhausted == nil && !p.cfg.AlwaysRuns {
		warn(LintEndsSilently, "on_exhausted", "")
	}
	if l.Bots && satisfiable(p.schema, p.match.source, Leaf("state", OpEq, Text("bot"))) && !p.acts(func(a Action) bool { return a.Kind == ActHandOver }) {
		warn(LintNoHandOver, "steps", "")
	}
	if p.quiet != nil && p.clock.cal != nil && l.quietAlways(p) {
		warn(LintQuietBusiness, "quiet", p.cfg.Clock)
	}
	if !p.someoneElse() {
		warn(LintOnlyAssignee, "steps", "")
	}
	if level, ok := p.throttled(); ok {
		warn(LintThrottle, "throttle", p.stepID(instance{Level: level}))
	}
}

// acts reports whether a step, or the last resort, does something of a kind.
func (p *Policy) acts(is func(Action) bool) bool {
	return slices.ContainsFunc(p.steps, func(s step) bool { return slices.ContainsFunc(s.Actions, is) }) ||
		p.cfg.OnExhausted != nil && slices.ContainsFunc(p.cfg.OnExhausted.Actions, is)
}

// someoneElse reports whether anybody but the assignee is told, or nobody is.
func (p *Policy) someoneElse() bool {
	targets := slices.Clone(p.lastTargets())
	for _, s := range p.steps {
		targets = append(targets, s.Targets...)
	}
	return len(targets) == 0 || slices.ContainsFunc(targets, func(t Target) bool { return t.Kind != TargetAssignee })
}

func (p *Policy) lastTargets() []Target {
	if p.cfg.OnExhausted == nil {
		return nil
	}
	return p.cfg.OnExhausted.Targets
}

// throttled returns the first level whose notice the throttle holds back
// though each before it fired at its due.
func (p *Policy) throttled() (int, bool) {
	var sent []time.Time
	var start time.Time
	for level, i := range p.levels {
		s := &p.steps[i]
		if !slices.ContainsFunc(s.Actions, func(a Action) bool { return !a.Kind.commands() }) {
			continue
		}
		var ok bool
		if sent, ok = p.cfg.Throttle.Allow(sent, start.Add(time.Duration(s.After))); !ok {
			return level, true
		}
	}
	return 0, false
}

// quietAlways reports whether the calendar opens in quiet hours alone.
func (l *linter) quietAlways(p *Policy) bool {
	opens := false
	for i := range lintProbes {
		at := l.Now.Add(time.Duration(i) * lintStep)
		if !p.clock.cal.IsOpen(at) {
			continue
		}
		opens = true
		if _, quiet := p.quiet.until(at); !quiet {
			return false
		}
	}
	return opens
}

func (l *linter) step(p *Policy, i int) {
	s, path := &p.steps[i], "steps["+strconv.Itoa(i)+"]"
	warn := func(code LintCode, path, other string) {
		l.warn(LintWarning{Code: code, Policy: p.Ref(), Path: path, Other: other})
	}
	l.condition(p, path+".when", s.When)
	l.condition(p, path+".guard", s.Guard)
	if s.Guard.IsZero() && slices.ContainsFunc(s.Actions, func(a Action) bool { return a.Kind.RequestOnly() }) {
		warn(LintUnguarded, path+".actions", "")
	}
	if s.On != nil && len(l.Deadlines) > 0 && !l.marked(*s.On) {
		warn(LintNoMark, path+".on", string(s.On.Metric))
	}
	if next, ok := p.superseded(s); ok {
		warn(LintSuperseded, path, next)
	}
	if l.Roster != nil {
		l.coverage(p, s, path)
	}
}

// superseded returns the level that is always due together with this one, and
// fires instead.
func (p *Policy) superseded(s *step) (string, bool) {
	if s.level < 0 || s.level+1 >= len(p.levels) || p.cfg.CatchUp != CatchUpLatest {
		return "", false
	}
	next := &p.steps[p.levels[s.level+1]]
	same := next.After == s.After && next.IgnoreQuiet == s.IgnoreQuiet
	return next.ID, same && s.When.IsZero() && next.When.IsZero() && next.Guard.IsZero()
}

// marked reports whether some deadline has the mark.
func (l *linter) marked(on Trigger) bool {
	for _, cfg := range l.Deadlines {
		for _, r := range cfg.Rules {
			for _, t := range r.Targets {
				if t.Metric == on.Metric && (on.Percent == sla.BreachPercent || slices.Contains(t.Warn, on.Percent)) {
					return true
				}
			}
		}
	}
	return false
}

// condition looks at one condition.
func (l *linter) condition(p *Policy, path string, c Cond) {
	if c.IsZero() {
		return
	}
	warn := func(code LintCode, other string) {
		l.warn(LintWarning{Code: code, Policy: p.Ref(), Path: path, Other: other})
	}
	switch {
	case !satisfiable(p.schema, c):
		warn(LintNever, "")
	case !satisfiable(p.schema, Not(c)):
		warn(LintAlways, "")
	}
	asked := map[string]bool{} // whether the fact is there
	walk(c, false, func(d Cond, _ bool) {
		if d.Op == OpExists {
			asked[d.Field] = true
		}
	})
	walk(c, false, func(d Cond, negated bool) {
		if negated && d.Op != OpExists && mayMiss(d.Field) && !asked[d.Field] {
			warn(LintNotMissing, d.Field)
			asked[d.Field] = true // once is enough
		}
	})
}

// walk visits the leaves, and tells whether an odd number of nots is above.
func walk(c Cond, negated bool, visit func(Cond, bool)) {
	for _, part := range slices.Concat(c.All, c.Any) {
		walk(part, negated, visit)
	}
	switch {
	case c.Not != nil:
		walk(*c.Not, !negated, visit)
	case c.Field != "":
		visit(c, negated)
	}
}

// mayMiss reports whether a fact may be missing: what a host tells, and what
// a ticket need not have. The ticket's own counts, flags and lists are always
// there.
func mayMiss(field string) bool {
	for _, f := range ticketFields() {
		if f.Name == field {
			return f.Type == TypeText && field != "shop" && field != "state" && field != "priority" && field != "channel" ||
				field == "signals" || field == "waiting_minutes"
		}
	}
	return true
}

// coverage looks for hours in which a step may fire and nobody is there.
func (l *linter) coverage(p *Policy, s *step, path string) {
	targets := slices.DeleteFunc(slices.Clone(s.Targets), func(t Target) bool { return t.Kind == TargetAssignee })
	if len(targets) == 0 || len(targets) < len(s.Targets) {
		return // who has the ticket is there
	}
	ever := make([]bool, len(targets))
	gap := LintWarning{Code: LintUncovered, Policy: p.Ref(), Path: path + ".targets"}
	for i := range lintProbes {
		at := l.Now.Add(time.Duration(i) * lintStep)
		if !l.held(targets, ever, at) && p.mayFire(s, at) {
			extend(&gap, at)
		}
	}
	for j, t := range targets {
		if !ever[j] {
			l.warn(LintWarning{Code: LintNobody, Policy: p.Ref(), Path: path + ".targets", Other: string(t.Kind) + ":" + t.ID})
		}
	}
	if gap.Hours > 0 && slices.Contains(ever, true) {
		l.warn(gap)
	}
}

// held reports whether somebody holds a target at an instant, and notes which
// targets anybody ever holds.
func (l *linter) held(targets []Target, ever []bool, at time.Time) bool {
	held := false
	for j, t := range targets {
		if len(l.Roster(t, at)) > 0 {
			held, ever[j] = true, true
		}
	}
	return held
}

// extend adds a stretch without anybody.
func extend(w *LintWarning, at time.Time) {
	if w.Hours == 0 {
		w.From, w.To = at, at
	}
	if w.To.Equal(at) {
		w.To = at.Add(lintStep)
	}
	w.Hours += 1.0 / quarter
}

// mayFire reports whether a step may come due at an instant.
func (p *Policy) mayFire(s *step, at time.Time) bool {
	if _, quiet := p.quiet.until(at); quiet && !s.IgnoreQuiet {
		return false
	}
	return p.clock.cal == nil || p.clock.cal.IsOpen(at)
}

// Text says the warning in words.
func (w LintWarning) Text() sla.Text {
	t, ok := map[LintCode]sla.Text{
		LintShadowed:      {DE: "Kein Ticket bekommt diese Richtlinie: jedes hat schon eine frühere.", EN: "No ticket gets this policy: each has an earlier one."},
		LintNoPolicy:      {DE: "Manche Tickets haben keine Richtlinie.", EN: "Some tickets have no policy."},
		LintNever:         {DE: "Die Bedingung ist nie erfüllt.", EN: "The condition never holds."},
		LintAlways:        {DE: "Die Bedingung ist immer erfüllt.", EN: "The condition always holds."},
		LintNotMissing:    {DE: "Ist der Wert nicht bekannt, gilt die Verneinung als erfüllt.", EN: "Where the fact is not known, the negation holds."},
		LintSuperseded:    {DE: "Die nächste Stufe ist zur selben Zeit fällig und verdrängt diese.", EN: "The next level is due at the same time and fires instead."},
		LintUncovered:     {DE: "Zu manchen Stunden ist niemand da.", EN: "At some hours nobody is there."},
		LintNobody:        {DE: "Das Ziel ist nie besetzt.", EN: "Nobody ever holds the target."},
		LintOnlyAssignee:  {DE: "Von einem Ticket ohne Bearbeiter erfährt niemand.", EN: "Nobody hears of a ticket that nobody has."},
		LintNoHandOver:    {DE: "Ein Bot könnte das Ticket für immer behalten.", EN: "A bot may keep the ticket for good."},
		LintUnguarded:     {DE: "Ein letztes Mittel ohne Vorbedingung.", EN: "A last resort without a guard."},
		LintNoMark:        {DE: "Keine Frist hat diese Marke.", EN: "No deadline has this mark."},
		LintNoAckTimeout:  {DE: "Wer bestätigt und vergisst, hält die Eskalation für immer an.", EN: "Who acknowledges and forgets holds the escalation for good."},
		LintQuietBusiness: {DE: "Die Uhr läuft nur in den Ruhezeiten.", EN: "The clock only runs in quiet hours."},
		LintThrottle:      {DE: "Die Drossel hält eine Stufe zurück, obwohl niemand reagiert.", EN: "The throttle holds back a level though nobody reacts."},
		LintEndsSilently:  {DE: "Nach der letzten Stufe geschieht nichts mehr.", EN: "After the last step nothing comes."},
	}[w.Code]
	if !ok {
		return sla.Text{DE: string(w.Code), EN: string(w.Code)}
	}
	return t
}
