package route

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// Need is a skill that a ticket asks for.
type Need struct {
	Skill string `json:"skill"`
	Level int    `json:"level,omitempty"` // at least; 0 is 1
}

// Request is what a ticket needs.
type Request struct {
	ID           string    // the ticket's
	Skills       []Need    // all of them
	Languages    []string  // all of them
	Team         string    // empty: any
	MinAuthority int       //
	Weight       int       // units of work; 0 is 1
	WaitingSince time.Time // for what is relaxed with time
	LastAgent    string    // who had it last
	Exclude      []string  // who must not have it: who just gave it back

	// For the order of a queue; see [Compare].
	Priority int       // higher first
	Due      time.Time // of the next deadline; zero: none
}

func (r Request) weight() int { return max(1, r.Weight) }

// Code is what stands between an agent and a ticket.
type Code string

// The codes of a [Blocker].
const (
	Absent    Code = "absent"    // ill or on leave
	OffDuty   Code = "off_duty"  // not present now
	Team      Code = "team"      // not of the team named
	Skill     Code = "skill"     // lacks the skill named
	Level     Code = "level"     // has the skill named, at too low a level
	Language  Code = "language"  // does not speak the one named
	Authority Code = "authority" // may not decide so much
	Full      Code = "full"      // has no room: load and capacity are named
	Excluded  Code = "excluded"
)

// Blocker is one thing that stands in the way.
type Blocker struct {
	Code   Code   `json:"code"`
	Detail string `json:"detail,omitempty"`
}

// Verdict is what was found of an agent: eligible where nothing stands in the
// way.
type Verdict struct {
	Agent    string    `json:"agent"`
	Blockers []Blocker `json:"blockers,omitempty"`
	Load     int       `json:"load"`
	Capacity int       `json:"capacity"`
}

// Reason is how a decision came about.
type Reason string

// The reasons. Of an assignment it is [Sticky] or the policy's mode.
const (
	Sticky Reason = "sticky" // had the ticket last
	Queued Reason = "queue"  // nobody can take it now
)

// Decision is who takes a ticket.
type Decision struct {
	Agent    string    `json:"agent,omitempty"` // empty: queued
	Reason   Reason    `json:"reason"`
	Verdicts []Verdict `json:"verdicts"`          // of every agent, in the roster's order
	Relaxed  []string  `json:"relaxed,omitempty"` // what was not asked for any more, as "skill fr"
	// Ranking is everybody who can take it, the best first.
	Ranking []string `json:"ranking,omitempty"`
	// Next is when less will be asked for; zero: never.
	Next time.Time `json:"next,omitzero"`
}

// Route decides who takes a ticket. It is pure. Policy and roster must be
// valid; see their Check.
func Route(p Policy, roster Roster, r Request, now time.Time) Decision {
	r, relaxed, next := p.relaxed(r, now)
	d := Decision{Reason: Queued, Relaxed: relaxed, Next: next, Verdicts: make([]Verdict, len(roster.Agents))}
	var eligible []*Agent
	for i := range roster.Agents {
		a := &roster.Agents[i]
		d.Verdicts[i] = Verdict{Agent: a.ID, Blockers: a.blockers(&r), Load: a.Load, Capacity: a.Capacity}
		if len(d.Verdicts[i].Blockers) == 0 {
			eligible = append(eligible, a)
		}
	}
	if len(eligible) == 0 {
		return d
	}
	slices.SortFunc(eligible, p.order(r.LastAgent))
	for _, a := range eligible {
		d.Ranking = append(d.Ranking, a.ID)
	}
	d.Agent = d.Ranking[0]
	switch {
	case d.Agent == r.LastAgent && !p.NoSticky:
		d.Reason = Sticky
	case p.Mode == LongestIdle:
		d.Reason = Reason(LongestIdle)
	default:
		d.Reason = Reason(LeastLoaded)
	}
	return d
}

// order is by preference.
func (p Policy) order(last string) func(a, b *Agent) int {
	return func(a, b *Agent) int {
		if !p.NoSticky && (a.ID == last) != (b.ID == last) {
			if a.ID == last {
				return -1
			}
			return 1
		}
		load := 0
		if p.Mode != LongestIdle {
			load = cmp.Compare(a.Load*b.Capacity, b.Load*a.Capacity) // the ratios, exactly
		}
		return cmp.Or(load, a.LastAssigned.Compare(b.LastAssigned), cmp.Compare(a.ID, b.ID))
	}
}

// blockers is the hard filter, with all that stands in the way.
func (a *Agent) blockers(r *Request) []Blocker {
	var all []Blocker
	block := func(code Code, detail string) { all = append(all, Blocker{code, detail}) }
	switch {
	case a.Absent:
		block(Absent, "")
	case !a.Present:
		block(OffDuty, "")
	}
	if r.Team != "" && !slices.Contains(a.Teams, r.Team) {
		block(Team, r.Team)
	}
	for _, n := range r.Skills {
		level, has := a.Skills[n.Skill]
		if !has {
			block(Skill, n.Skill)
		} else if level < n.Level {
			block(Level, n.Skill+" "+strconv.Itoa(level)+" of "+strconv.Itoa(n.Level))
		}
	}
	for _, l := range r.Languages {
		if !slices.Contains(a.Languages, l) {
			block(Language, l)
		}
	}
	if a.Authority < r.MinAuthority {
		block(Authority, strconv.Itoa(a.Authority)+" of "+strconv.Itoa(r.MinAuthority))
	}
	if a.Load+r.weight() > a.Capacity {
		block(Full, strconv.Itoa(a.Load)+" of "+strconv.Itoa(a.Capacity))
	}
	if slices.Contains(r.Exclude, a.ID) {
		block(Excluded, "")
	}
	return all
}

// Compare is the order of a queue: priority, then the deadline (none is last),
// then who waits longest, then the id.
func Compare(a, b Request) int {
	due := a.Due.Compare(b.Due)
	if a.Due.IsZero() != b.Due.IsZero() {
		due = -due // zero is the earliest instant, and no deadline
	}
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), due, a.WaitingSince.Compare(b.WaitingSince), cmp.Compare(a.ID, b.ID))
}

// Dispatch routes a queue in the order of [Compare], each on what the ones
// before left: a ticket that nobody can take does not hold up those behind it.
// It returns the decisions in that order, and leaves roster and queue alone.
func Dispatch(p Policy, roster Roster, queue []Request, now time.Time) []Routed {
	roster.Agents, queue = slices.Clone(roster.Agents), slices.Clone(queue)
	slices.SortFunc(queue, Compare)
	out := make([]Routed, len(queue))
	for i, r := range queue {
		d := Route(p, roster, r, now)
		out[i] = Routed{r, d}
		for k := range roster.Agents {
			if a := &roster.Agents[k]; d.Agent != "" && a.ID == d.Agent {
				a.Load += r.weight()
				a.LastAssigned = now
			}
		}
	}
	return out
}

// Routed is a request and what became of it.
type Routed struct {
	Request  Request
	Decision Decision
}
