package app

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/escalation/route"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/ticket"
)

// capacity is how many tickets an agent has at a time.
const capacity = 25

// routing is how tickets find agents: who speaks the customer's language and knows
// the reason; after an hour anybody who is there.
func routing() route.Policy {
	return route.Policy{Relax: []route.Relax{
		{After: route.Duration(time.Hour), Drop: append([]string{"en"}, skills()...), Languages: []string{"en"}},
	}}
}

// skills are the first levels of reasons, which agents name theirs by.
func skills() []string {
	var out []string
	for _, r := range ticket.EcommerceReasons() {
		if p := string(r.Code.Parent()); !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// Roster is who works now: those who answer, while the shop is open.
func (a *App) Roster(now time.Time) route.Roster {
	open := a.Calendar.IsOpen(now)
	var out route.Roster
	for _, p := range a.Agents() {
		if p.Role == demo.RoleManager {
			continue
		}
		out.Agents = append(out.Agents, agent(p, open))
	}
	if until, err := a.Calendar.NextOpen(now); err == nil && !open {
		out.Until = until
	}
	return out
}

func agent(p store.Agent, present bool) route.Agent {
	one := route.Agent{ID: p.ID, Skills: make(map[string]int), Capacity: capacity, Present: present}
	for _, s := range p.Skills {
		if len(s) == len("de") {
			one.Languages = append(one.Languages, s)
		} else {
			one.Skills[s] = 1
		}
	}
	return one
}

// need is what a ticket asks of an agent.
func (a *App) need(t ticket.Ticket, _ ticket.Facts) route.Request {
	r := route.Request{Team: t.Team, Weight: 1}
	if l := t.Customer.Language; l == "de" || l == "en" {
		r.Languages = []string{l}
	}
	if s := string(t.Reason.Parent()); s != "" && a.taught(s) {
		r.Skills = []route.Need{{Skill: s, Level: 1}}
	}
	return r
}

// taught reports whether anybody has a skill: what nobody knows is anybody's.
func (a *App) taught(skill string) bool {
	return slices.ContainsFunc(a.Agents(), func(p store.Agent) bool { return slices.Contains(p.Skills, skill) })
}

func parseRef(id string) (ticket.Ref, error) {
	parsed, err := uuid.Parse(id)
	return ticket.Ref{Shop: Shop, ID: parsed}, err
}
