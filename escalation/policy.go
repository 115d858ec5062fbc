package escalation

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Environment is what a policy refers to: the fields of its conditions and
// the calendars of its clock.
type Environment struct {
	Schema *Schema // nil: the [BuiltinFields]
	// Calendars are the business clocks; of several versions the highest counts.
	Calendars []*sla.Calendar
}

// Policy is a [PolicyConfig] that was checked and compiled. It is immutable
// and safe for concurrent use.
type Policy struct {
	cfg    PolicyConfig
	schema *Schema
	clock  clock
	quiet  *quiet
	match  *Condition
	steps  []step // as in the config
	levels []int  // the steps of the ladder, by their place in steps
	cycle  time.Duration
}

// step is a compiled [Step].
type step struct {
	*Step

	when, guard *Condition
	host        bool // they ask for what only the host knows
	level       int  // its place in levels; -1: it waits for a mark of a deadline
}

// ID returns the policy's id.
func (p *Policy) ID() string { return p.cfg.ID }

// Ref returns "id@version".
func (p *Policy) Ref() string { return p.cfg.Ref() }

// Config returns the policy as data, with what was left out filled in.
func (p *Policy) Config() PolicyConfig { return p.cfg.clone() }

// Schema returns the fields that the policy may ask for; facts that are made of
// it are looked at as they are, others are looked up by name.
func (p *Policy) Schema() *Schema { return p.schema }

// Matches reports whether the policy is for a ticket with these facts.
func (p *Policy) Matches(f Facts) bool { return p.match.Match(f) }

// MarshalJSON writes the policy as [ParsePolicy] reads it.
func (p *Policy) MarshalJSON() ([]byte, error) { return json.Marshal(p.cfg) }

// instance is one step of one cycle, as a level of the ladder. The last
// resort is the level after the last one, in the last cycle.
type instance struct {
	Cycle int `json:"c,omitempty"`
	Level int `json:"l,omitempty"`
}

func (i instance) before(j instance) bool {
	return i.Cycle < j.Cycle || i.Cycle == j.Cycle && i.Level < j.Level
}

// next returns the instance after one, whether or not there is one.
func (p *Policy) next(i instance) instance {
	i.Level++
	if i.Level >= len(p.levels) && i.Cycle < p.cfg.Repeat.Times {
		return instance{Cycle: i.Cycle + 1}
	}
	return i
}

// has reports whether there is such an instance.
func (p *Policy) has(i instance) bool {
	switch {
	case len(p.levels) == 0 || i.Cycle > p.cfg.Repeat.Times:
		return false
	case i.Level < len(p.levels):
		return true
	default:
		return p.isLastResort(i)
	}
}

func (p *Policy) isLastResort(i instance) bool {
	return p.cfg.OnExhausted != nil && i.Cycle == p.cfg.Repeat.Times && i.Level == len(p.levels)
}

// base returns when an instance comes due after the start of an episode, with
// nobody missing.
func (p *Policy) base(i instance) time.Duration {
	start := time.Duration(i.Cycle) * p.cycle
	if i.Level < len(p.levels) {
		return start + time.Duration(p.steps[p.levels[i.Level]].After)
	}
	last := p.steps[p.levels[len(p.levels)-1]].After
	return start + time.Duration(last+p.cfg.OnExhausted.After)
}

// distance returns by how much what follows moves forward where an instance
// is empty.
func (p *Policy) distance(i instance) time.Duration {
	n := p.next(i)
	if !p.has(n) {
		return 0
	}
	return p.base(n) - p.base(i)
}

// stepID returns the id under which an instance is recorded.
func (p *Policy) stepID(i instance) string {
	if i.Level < len(p.levels) {
		return p.steps[p.levels[i.Level]].ID
	}
	return Exhausted
}

// clock is the time that a policy counts: a calendar's open time, or all.
type clock struct{ cal *sla.Calendar }

// add returns the earliest instant by which d has passed since t; not where
// there never is one.
func (c clock) add(t time.Time, d time.Duration) (time.Time, bool) {
	if c.cal == nil {
		return t.Add(d), true
	}
	out, err := c.cal.Add(t, d)
	return out.UTC(), err == nil
}

// opens returns the first instant from t on that counts.
func (c clock) opens(t time.Time) (time.Time, bool) {
	if c.cal == nil {
		return t, true
	}
	out, err := c.cal.NextOpen(t)
	return out.UTC(), err == nil
}

func (c clock) between(a, b time.Time) time.Duration {
	if c.cal == nil {
		return b.Sub(a)
	}
	return c.cal.Between(a, b)
}

// quiet are compiled quiet hours.
type quiet struct {
	Quiet

	zone *time.Location
}

// until returns the end of the quiet hours that t lies in.
func (q *quiet) until(t time.Time) (time.Time, bool) {
	if q == nil {
		return time.Time{}, false
	}
	today := sla.DateOf(t, q.zone)
	// Hours that began yesterday may reach into today; where the clock goes
	// back past midnight, today's may begin before the date does.
	for _, date := range []sla.Date{today.AddDays(-1), today, today.AddDays(1)} {
		from, last := date.At(q.From, q.zone), date
		if q.To <= q.From {
			last = date.AddDays(1)
		}
		to := last.At(q.To, q.zone)
		if !t.Before(from) && t.Before(to) {
			return to.UTC(), true
		}
	}
	return time.Time{}, false
}

// after returns t, or the end of the quiet hours that it lies in. They never
// last all day, so that two looks are enough.
func (q *quiet) after(t time.Time) time.Time {
	for range 2 {
		end, is := q.until(t)
		if !is {
			break
		}
		t = end
	}
	return t
}

// PolicySet holds all versions of all policies that tickets are still pinned
// to. It is immutable and safe for concurrent use.
type PolicySet struct {
	all    []*Policy
	byRef  map[string]*Policy
	newest map[string]*Policy
	order  []*Policy // the newest of each id, in the order of their ids' first mention
}

// NewPolicySet makes a set of policies. Of several versions of an id the one
// that is given last is the newest: it is what new episodes take. The same
// id@version with other content is a fault; all faults come at once, as
// [Faults].
func NewPolicySet(env Environment, configs ...PolicyConfig) (*PolicySet, error) {
	s := &PolicySet{byRef: map[string]*Policy{}, newest: map[string]*Policy{}}
	var c check
	var ids []string
	if env.Schema == nil { // one for all
		var err error
		if env.Schema, err = NewSchema(BuiltinFields()...); err != nil {
			return nil, err
		}
	}
	if len(configs) > maxPolicies {
		c.fail("policies", strconv.Itoa(len(configs)), "are more than "+strconv.Itoa(maxPolicies))
		return nil, c.err()
	}
	for i, cfg := range configs {
		path := "policies[" + strconv.Itoa(i) + "]"
		p, err := NewPolicy(cfg, env)
		var faults Faults
		if errors.As(err, &faults) {
			for _, f := range faults {
				c.fail(path+"."+f.Path, f.Value, f.Reason)
			}
			continue
		}
		if old := s.byRef[p.Ref()]; old != nil {
			if !sameJSON(old, p) {
				c.fail(path, p.Ref(), "has other content than an earlier policy of the same id and version")
			}
			continue
		}
		if s.newest[p.ID()] == nil {
			ids = append(ids, p.ID())
		}
		s.byRef[p.Ref()], s.newest[p.ID()] = p, p
		s.all = append(s.all, p)
	}
	for _, id := range ids {
		s.order = append(s.order, s.newest[id])
	}
	if err := c.err(); err != nil {
		return nil, err
	}
	return s, nil
}

// maxPolicies bounds a set: each is asked whether it is for a ticket.
const maxPolicies = 512

// sameJSON reports whether two policies are the same as data.
func sameJSON(a, b *Policy) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Policies returns all versions, in the order given.
func (s *PolicySet) Policies() []*Policy { return append([]*Policy(nil), s.all...) }

// Policy returns one version of a policy by "id@version".
func (s *PolicySet) Policy(ref string) (*Policy, bool) {
	p, ok := s.byRef[ref]
	return p, ok
}

// Newest returns the newest version of a policy.
func (s *PolicySet) Newest(id string) (*Policy, bool) {
	p, ok := s.newest[id]
	return p, ok
}

// For returns the policy for a ticket with these facts: the first in the order
// given whose newest version matches.
func (s *PolicySet) For(f Facts) (*Policy, bool) {
	for _, p := range s.order {
		if p.Matches(f) {
			return p, true
		}
	}
	return nil, false
}
