package route

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// PlannerConfig is what a planner is made of.
type PlannerConfig struct {
	// Name is the planner's name at the desk, and stays; default "route".
	Name string
	// Policy says how. It must be valid.
	Policy Policy
	// Rules are those of the desk. Required.
	Rules *ticket.Rules
	// Roster says who works now. It must be pure and quick; a roster is data.
	// Loads may lag behind: they are for the order alone, and the keys hold the
	// capacity. Required.
	Roster func(shop string, now time.Time) Roster
	// Need says what a ticket asks for; nil: its team and its customer's
	// language, where it has them. ID, WaitingSince, LastAgent, Exclude,
	// Priority and Due are filled in.
	Need func(t ticket.Ticket, f ticket.Facts) Request
}

// Planner gives tickets to agents within the tickets' own commits. Every unit of
// an agent's capacity is a unique key of the store, which the ticket holds from
// its assignment until it is taken away, resolved, merged or marked as spam: so
// no agent has more than its capacity, however many workers there are. Register
// it with a [ticket.Desk]. It is immutable and safe for concurrent use.
//
// It looks at tickets that are new or open, and leaves one alone that somebody
// has who is not in the roster. One that a person or an escalation policy assigned
// stays with whom it was given to, and takes what room is free there: a person may
// overload, the planner does not. A lowered capacity takes nothing from anybody.
//
// The ticket of an agent who is absent goes to another, else back into the
// queue; that of one whose shift is over goes to another as soon as there is
// one. The roster's Until is when that is looked at; for what comes unannounced,
// [ticket.Desk.Touch] lets it be at once. Who gives a ticket back does not get
// it again for an hour. What waits is looked at again after Policy.Retry, in no
// order: a planner sees one ticket. For the order of a queue there is [Dispatch].
type Planner struct{ cfg PlannerConfig }

var _ ticket.Planner = (*Planner)(nil)

const (
	defaultRetry = Duration(time.Minute)
	givenBack    = time.Hour // so long nobody gets again what it gave back
)

// NewPlanner checks the config and makes the planner. The error is [Faults].
func NewPlanner(cfg PlannerConfig) (*Planner, error) {
	var c check
	if cfg.Name == "" {
		cfg.Name = "route"
	}
	if cfg.Rules == nil {
		c.fail("rules", "nil", "are missing")
	}
	if cfg.Roster == nil {
		c.fail("roster", "nil", "is missing")
	}
	if err := cfg.Policy.Check(); err != nil {
		var faults Faults
		if errors.As(err, &faults) {
			for _, f := range faults {
				c.fail("policy."+f.Path, f.Value, f.Reason)
			}
		}
	}
	if cfg.Policy.Retry == 0 {
		cfg.Policy.Retry = defaultRetry
	}
	return &Planner{cfg}, c.err()
}

// Name implements [ticket.Planner].
func (p *Planner) Name() string { return p.cfg.Name }

// Decide returns what the planner would decide for a ticket, with the reasons:
// for explanations, with [ticket.Desk.PlanInput]. Which keys others hold it does
// not see.
func (p *Planner) Decide(in ticket.PlanInput) (Decision, error) {
	m, err := readMemo(in.Memo)
	if err != nil {
		return Decision{}, err
	}
	m.follow(in, p.cfg.Policy)
	return Route(p.cfg.Policy, p.cfg.Roster(in.Ticket.Shop, in.Now), p.request(in, m), in.Now), nil
}

// Plan implements [ticket.Planner]. An error means that the memo cannot be read.
func (p *Planner) Plan(in ticket.PlanInput) (ticket.PlanOutput, error) {
	m, err := readMemo(in.Memo)
	if err != nil {
		return ticket.PlanOutput{}, err
	}
	l := look{Planner: p, in: in, memo: m}
	l.plan()
	if l.ask != nil { // the desk looks who holds the keys, and asks again
		return ticket.PlanOutput{Take: l.ask, Memo: in.Memo}, nil
	}
	l.memo.Pending = len(l.out.Commands) > 0
	if l.out.Memo, err = json.Marshal(l.memo); err != nil {
		return ticket.PlanOutput{}, fmt.Errorf("route: memo: %w", err)
	}
	return l.out, nil
}

// request is what a ticket asks for.
func (p *Planner) request(in ticket.PlanInput, m memo) Request {
	t := in.Ticket
	r := Request{Team: t.Team}
	if base, _, _ := strings.Cut(t.Customer.Language, "-"); base != "" {
		r.Languages = []string{base}
	}
	if p.cfg.Need != nil {
		r = p.cfg.Need(t, in.Facts)
	}
	r.Weight = min(r.weight(), MaxWeight)
	r.ID, r.Priority, r.LastAgent = t.ID.String(), urgency(t.Priority), cmp.Or(t.Assignee, m.Last)
	if r.WaitingSince = t.WaitingSince; r.WaitingSince.IsZero() {
		r.WaitingSince = t.Since
	}
	for _, c := range in.Clocks {
		if c.Ended.IsZero() && !c.Due.IsZero() && (r.Due.IsZero() || c.Due.Before(r.Due)) {
			r.Due = c.Due
		}
	}
	if in.Now.Before(m.Until) {
		r.Exclude = append(slices.Clip(r.Exclude), m.Back)
	}
	return r
}

func urgency(p ticket.Priority) int {
	return slices.Index([]ticket.Priority{ticket.PriorityLow, ticket.PriorityNormal, ticket.PriorityHigh, ticket.PriorityUrgent}, p)
}
