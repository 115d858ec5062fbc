package escalation

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Limits of a policy, so that what is done at one look stays small.
const (
	maxSteps     = 32
	maxInstances = 128 // levels of the ladder times cycles
	maxActions   = 16
	maxTargets   = 16
	maxTags      = 16
)

// NewPolicy checks a policy and makes it ready. All faults are returned at
// once, as [Faults]; what is allowed but probably not meant is [Lint]'s.
func NewPolicy(cfg PolicyConfig, env Environment) (*Policy, error) {
	if env.Schema == nil {
		var err error
		if env.Schema, err = NewSchema(BuiltinFields()...); err != nil {
			return nil, err
		}
	}
	cfg = cfg.clone()
	if cfg.CatchUp == "" {
		cfg.CatchUp = CatchUpLatest
	}
	p := &Policy{cfg: cfg, schema: env.Schema}
	c := compiler{p: p, env: env}
	c.policy()
	if err := c.err(); err != nil {
		return nil, err
	}
	return p, nil
}

// clone copies what the caller might write to later.
func (c *PolicyConfig) clone() PolicyConfig {
	out := *c
	out.Match = c.Match.clone()
	out.Steps = slices.Clone(c.Steps)
	for i := range out.Steps {
		s := &out.Steps[i]
		s.When, s.Guard = s.When.clone(), s.Guard.clone()
		s.Targets, s.Actions = slices.Clone(s.Targets), cloneActions(s.Actions)
		if s.On != nil {
			on := *s.On
			s.On = &on
		}
	}
	out.Throttle = slices.Clone(c.Throttle)
	if c.Quiet != nil {
		q := *c.Quiet
		out.Quiet = &q
	}
	if c.OnExhausted != nil {
		l := *c.OnExhausted
		l.Targets, l.Actions = slices.Clone(l.Targets), cloneActions(l.Actions)
		out.OnExhausted = &l
	}
	return out
}

func cloneActions(all []Action) []Action {
	out := slices.Clone(all)
	for i := range out {
		out[i].Tags = slices.Clone(out[i].Tags)
	}
	return out
}

type compiler struct {
	check

	p   *Policy
	env Environment
}

func (c *compiler) policy() {
	cfg := &c.p.cfg
	c.name("id", cfg.ID)
	c.name("version", cfg.Version)
	c.p.match = c.env.Schema.compile(&c.check, "match", cfg.Match)
	c.clock()
	c.quiet()
	c.steps()
	c.repeat()
	c.delay("ack_timeout", cfg.AckTimeout)
	c.delay("expire_after", cfg.ExpireAfter)
	if cfg.CatchUp != CatchUpLatest && cfg.CatchUp != CatchUpAll {
		c.fail("catch_up", string(cfg.CatchUp), `is neither "latest" nor "all"`)
	}
	cfg.Throttle.check(&c.check, "throttle")
	if l := cfg.OnExhausted; l != nil {
		c.delay("on_exhausted.after", l.After)
		c.targets("on_exhausted.targets", l.Targets)
		c.actions("on_exhausted.actions", l.Actions, len(l.Targets) > 0)
	}
}

// delay checks a length of time.
func (c *compiler) delay(path string, d Delay) {
	if d < 0 || d > maxDelay {
		c.fail(path, d.String(), "is not between 0 and "+maxDelay.String())
	}
}

func (c *compiler) clock() {
	name := c.p.cfg.Clock
	if name == sla.WallClock {
		return
	}
	for _, cal := range c.env.Calendars {
		if cal.ID() == name && (c.p.clock.cal == nil || c.p.clock.cal.Version() < cal.Version()) {
			c.p.clock.cal = cal
		}
	}
	if c.p.clock.cal == nil {
		c.fail("clock", name, `is neither "wall" nor a calendar given here`)
	}
}

func (c *compiler) quiet() {
	cfg := &c.p.cfg
	if cfg.Quiet == nil {
		if cfg.TZ != "" {
			c.zone()
		}
		return
	}
	if cfg.TZ == "" {
		c.fail("tz", "", "is missing: quiet hours are on a wall clock")
		return
	}
	const day = sla.Clock(24 * 60 * 60)
	for i, at := range []sla.Clock{cfg.Quiet.From, cfg.Quiet.To} {
		if at < 0 || at > day {
			c.fail([]string{"quiet.from", "quiet.to"}[i], strconv.Itoa(int(at)), "is no time of day")
		}
	}
	if cfg.Quiet.From%day == cfg.Quiet.To%day {
		c.fail("quiet", cfg.Quiet.From.String(), "begins and ends at the same time: nothing would ever fire")
	}
	if zone := c.zone(); zone != nil {
		c.p.quiet = &quiet{*cfg.Quiet, zone}
	}
}

func (c *compiler) zone() *time.Location {
	zone, err := time.LoadLocation(c.p.cfg.TZ)
	if err != nil || c.p.cfg.TZ == "Local" {
		c.fail("tz", c.p.cfg.TZ, "is no time zone that is known")
		return nil
	}
	return zone
}

func (c *compiler) steps() {
	cfg := &c.p.cfg
	if n := len(cfg.Steps); n == 0 || n > maxSteps {
		c.fail("steps", strconv.Itoa(n), "are not 1 to "+strconv.Itoa(maxSteps))
		return
	}
	seen := map[string]bool{Exhausted: true}
	var last Delay
	for i := range cfg.Steps {
		s, path := &cfg.Steps[i], "steps["+strconv.Itoa(i)+"]"
		c.name(path+".id", s.ID)
		if seen[s.ID] {
			c.fail(path+".id", s.ID, "is taken already")
		}
		seen[s.ID] = true
		c.delay(path+".after", s.After)
		out := step{Step: s, level: -1}
		if s.On != nil {
			c.trigger(path+".on", s.On)
		} else {
			if s.After < last {
				c.fail(path+".after", s.After.String(), "is less than that of the step before: steps stand in the order of their time")
			}
			last = s.After
			out.level = len(c.p.levels)
			c.p.levels = append(c.p.levels, i)
		}
		if s.IfEmpty == "" {
			s.IfEmpty = EmptyAdvance
		}
		if s.IfEmpty != EmptyAdvance && s.IfEmpty != EmptyFire {
			c.fail(path+".if_empty", string(s.IfEmpty), `is neither "advance" nor "fire"`)
		}
		out.when = c.env.Schema.compile(&c.check, path+".when", s.When)
		out.guard = c.env.Schema.compile(&c.check, path+".guard", s.Guard)
		out.host = asksHost(s.When) || asksHost(s.Guard)
		c.targets(path+".targets", s.Targets)
		c.actions(path+".actions", s.Actions, len(s.Targets) > 0)
		c.p.steps = append(c.p.steps, out)
	}
}

// asksHost reports whether a condition asks for what no ticket tells.
func asksHost(c Cond) bool {
	host := false
	walk(c, false, func(leaf Cond, _ bool) {
		own := slices.ContainsFunc(ticketFields(), func(f Field) bool { return f.Name == leaf.Field })
		host = host || !own
	})
	return host
}

func (c *compiler) trigger(path string, on *Trigger) {
	if !slices.Contains(sla.Metrics(), on.Metric) {
		c.fail(path+".metric", string(on.Metric), "is no metric")
	}
	if on.Percent < 0 || on.Percent > sla.BreachPercent {
		c.fail(path+".percent", strconv.Itoa(on.Percent), "is not between 0 and 100")
	}
	if on.Percent == 0 {
		on.Percent = sla.BreachPercent
	}
}

func (c *compiler) repeat() {
	r := c.p.cfg.Repeat
	c.delay("repeat.gap", r.Gap)
	if r.Times < 0 || r.Times >= maxInstances {
		c.fail("repeat.times", strconv.Itoa(r.Times), "is not between 0 and "+strconv.Itoa(maxInstances-1))
		return
	}
	n := len(c.p.levels)
	if n == 0 {
		if r != (Repeat{}) {
			c.fail("repeat", strconv.Itoa(r.Times), "has no step to repeat: all wait for a deadline")
		}
		if c.p.cfg.OnExhausted != nil {
			c.fail("on_exhausted", "", "never comes: all steps wait for a deadline")
		}
		return
	}
	c.p.cycle = time.Duration(c.p.steps[c.p.levels[n-1]].After + r.Gap)
	switch {
	case n*(r.Times+1) > maxInstances:
		c.fail("repeat.times", strconv.Itoa(r.Times), "makes more than "+strconv.Itoa(maxInstances)+" steps in one episode")
	case r.Times > 0 && c.p.cycle == 0:
		c.fail("repeat.gap", r.Gap.String(), "lets all cycles begin at once")
	case Delay(c.p.cycle)*Delay(r.Times) > maxDelay:
		c.fail("repeat", strconv.Itoa(r.Times), "lasts longer than "+maxDelay.String())
	}
}

func (c *compiler) targets(path string, all []Target) {
	if len(all) > maxTargets {
		c.fail(path, strconv.Itoa(len(all)), "are more than "+strconv.Itoa(maxTargets))
		return
	}
	for i, t := range all {
		at := path + "[" + strconv.Itoa(i) + "]"
		switch {
		case !t.Kind.valid():
			c.fail(at+".kind", string(t.Kind), "is no kind of target")
		case t.Kind == TargetAssignee:
			if t.ID != "" {
				c.fail(at+".id", t.ID, "is given for the assignee, who is whoever has the ticket")
			}
		default:
			c.name(at+".id", t.ID)
		}
		if slices.Contains(all[:i], t) {
			c.fail(at, t.ID, "stands there twice")
		}
	}
}

func (c *compiler) actions(path string, all []Action, targets bool) {
	if n := len(all); n == 0 || n > maxActions {
		c.fail(path, strconv.Itoa(n), "are not 1 to "+strconv.Itoa(maxActions))
		return
	}
	for i := range all {
		c.action(path+"["+strconv.Itoa(i)+"]", &all[i], targets)
	}
}

func (c *compiler) action(path string, a *Action, targets bool) {
	if !slices.Contains(actionKinds(), a.Kind) {
		c.fail(path+".kind", string(a.Kind), "is no action")
		return
	}
	assigns := a.Kind == ActAssign || a.Kind == ActReassign
	if a.Team == "" && !targets && (assigns || !a.Kind.commands()) {
		c.fail(path, string(a.Kind), "needs a target")
	}
	c.only(path+".team", a.Kind, a.Team, assigns)
	c.only(path+".text", a.Kind, a.Text, !a.Kind.commands())
	c.only(path+".priority", a.Kind, string(a.Priority), a.Kind == ActSetPriority)
	ranks := []ticket.Priority{ticket.PriorityLow, ticket.PriorityNormal, ticket.PriorityHigh, ticket.PriorityUrgent}
	if a.Kind == ActSetPriority && !slices.Contains(ranks, a.Priority) {
		c.fail(path+".priority", string(a.Priority), "is no priority")
	}
	if (a.Kind == ActTag) != (len(a.Tags) > 0) || len(a.Tags) > maxTags {
		c.fail(path+".tags", strings.Join(a.Tags, ", "), "are not 1 to "+strconv.Itoa(maxTags)+" tags, of the action tag alone")
	}
	for i, tag := range a.Tags {
		c.name(path+".tags["+strconv.Itoa(i)+"]", tag)
	}
}

// only checks a name that has a meaning for some actions alone.
func (c *compiler) only(path string, kind ActionKind, name string, meant bool) {
	switch {
	case name == "":
	case !meant:
		c.fail(path, name, "has no meaning for "+string(kind))
	default:
		c.name(path, name)
	}
}
