package route

import (
	"slices"
	"strconv"
	"time"
)

// Mode is whom to prefer among those who can take a ticket.
type Mode string

// The modes.
const (
	LeastLoaded Mode = "least_loaded" // lowest load over capacity, then longest idle
	LongestIdle Mode = "round_robin"  // longest without a new ticket
)

// Policy is how tickets are routed, as data. The zero value is usable: least
// load, sticky, nothing relaxed, no bound on hops.
type Policy struct {
	Mode     Mode    `json:"mode,omitempty"`      // default LeastLoaded
	NoSticky bool    `json:"no_sticky,omitempty"` // who had the ticket last is like any other
	Relax    []Relax `json:"relax,omitempty"`
	// KeepAtShiftEnd leaves tickets with agents whose shift has ended; those of
	// absent agents are routed anew all the same.
	KeepAtShiftEnd bool `json:"keep_at_shift_end,omitempty"`
	// MaxHops is how often a ticket may go from one team to another; 0: no bound.
	MaxHops int `json:"max_hops,omitempty"`
	// Final is the team that has it then. Required with MaxHops.
	Final string `json:"final,omitempty"`
	// Retry is when a queued ticket is looked at again at the latest. Default a
	// minute.
	Retry Duration `json:"retry,omitempty"`
}

// Relax asks for less once a ticket has waited. All that apply add up.
type Relax struct {
	After     Duration `json:"after"`
	Drop      []string `json:"drop,omitempty"`      // skills not needed any more
	Lower     int      `json:"lower,omitempty"`     // levels by which all skills are lowered, never below 1
	Languages []string `json:"languages,omitempty"` // languages not needed any more
	AnyTeam   bool     `json:"any_team,omitempty"`
}

// Duration is a [time.Duration] as text, as in "30m".
type Duration time.Duration

// MarshalText writes it as in "30m0s".
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what [time.ParseDuration] does.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return &Fault{Value: string(text), Reason: "is no duration, as in 30m"}
	}
	*d = Duration(v)
	return nil
}

// Bounds of what is data from outside.
const (
	// MaxCapacity is the most units of work that an agent has at a time.
	MaxCapacity = 1000
	// MaxWeight is the most units that one ticket takes.
	MaxWeight = 8
	maxRelax  = 32
	maxHops   = 100
	maxID     = 64
	maxAgents = 10_000
	longest   = 366 * 24 * time.Hour
)

// Check returns all that is wrong with the policy, as [Faults].
func (p Policy) Check() error {
	var c check
	if p.Mode != "" && p.Mode != LeastLoaded && p.Mode != LongestIdle {
		c.fail("mode", string(p.Mode), "is neither least_loaded nor round_robin")
	}
	if len(p.Relax) > maxRelax {
		c.fail("relax", strconv.Itoa(len(p.Relax)), "are more than 32")
	}
	for i, r := range p.Relax {
		path := "relax[" + strconv.Itoa(i) + "]"
		c.span(path+".after", r.After)
		if r.Lower < 0 {
			c.fail(path+".lower", strconv.Itoa(r.Lower), "is below 0")
		}
	}
	c.span("retry", p.Retry)
	if p.MaxHops < 0 || p.MaxHops > maxHops {
		c.fail("max_hops", strconv.Itoa(p.MaxHops), "is not 0 to 100")
	}
	if p.MaxHops > 0 && p.Final == "" {
		c.fail("final", "", "is missing: some team must have the ticket after the last hop")
	}
	return c.err()
}

func (c *check) span(path string, d Duration) {
	if d < 0 || time.Duration(d) > longest {
		c.fail(path, time.Duration(d).String(), "is not 0 to 366 days")
	}
}

// relaxed returns what a request asks for after so long a wait, what was
// dropped, and when that changes next.
func (p Policy) relaxed(r Request, now time.Time) (Request, []string, time.Time) {
	var dropped []string
	var next time.Time
	for _, x := range p.Relax {
		at := r.WaitingSince.Add(time.Duration(x.After))
		if now.Before(at) {
			if next.IsZero() || at.Before(next) {
				next = at
			}
			continue
		}
		var changed []string
		r, changed = r.relax(x)
		dropped = append(dropped, changed...)
	}
	return r, dropped, next
}

// relax returns what a request asks for less one relaxation, and what changed.
func (r Request) relax(x Relax) (Request, []string) {
	var changed []string
	r.Skills, r.Languages = slices.Clone(r.Skills), slices.Clone(r.Languages)
	r.Skills = slices.DeleteFunc(r.Skills, func(n Need) bool {
		drop := slices.Contains(x.Drop, n.Skill)
		if drop {
			changed = append(changed, "skill "+n.Skill)
		}
		return drop
	})
	for i, n := range r.Skills {
		if low := max(1, n.Level-x.Lower); low < n.Level {
			r.Skills[i].Level = low
			changed = append(changed, "level "+n.Skill+" "+strconv.Itoa(low))
		}
	}
	r.Languages = slices.DeleteFunc(r.Languages, func(l string) bool {
		drop := slices.Contains(x.Languages, l)
		if drop {
			changed = append(changed, "language "+l)
		}
		return drop
	})
	if x.AnyTeam && r.Team != "" {
		changed = append(changed, "team "+r.Team)
		r.Team = ""
	}
	return r, changed
}
