package main

import (
	"time"

	"github.com/kulanz-go/kulanz/escalation/route"
)

// routeInput is a ticket to be routed, and who is there.
type routeInput struct {
	Agents []struct {
		ID           string    `json:"id"`
		Skills       []string  `json:"skills"`
		Load         int       `json:"load"`
		Capacity     int       `json:"capacity"`
		LastAssigned time.Time `json:"last_assigned"`
		Present      bool      `json:"present"`
		Authority    int       `json:"authority"`
	} `json:"agents"`
	Ticket struct {
		Skills       []string  `json:"skills"`
		Weight       int       `json:"weight"`
		WaitingSince time.Time `json:"waiting_since"`
		LastAgent    string    `json:"last_agent"`
		MinAuthority int       `json:"min_authority"`
	} `json:"ticket"`
	Relax []struct {
		AfterMinutes float64  `json:"after_min"`
		Drop         []string `json:"drop"`
	} `json:"relax"`
	Mode route.Mode `json:"mode"`
	Now  time.Time  `json:"now"`
}

// routed tells who takes a ticket, and why.
func routed(c mixedCase) (any, error) {
	in, err := read[routeInput](c)
	if err != nil {
		return nil, err
	}
	p := route.Policy{Mode: in.Mode}
	for _, x := range in.Relax {
		after := route.Duration(x.AfterMinutes * float64(time.Minute))
		p.Relax = append(p.Relax, route.Relax{After: after, Drop: x.Drop})
	}
	if err := p.Check(); err != nil {
		return nil, err
	}
	var roster route.Roster
	for _, a := range in.Agents {
		skills := make(map[string]int, len(a.Skills))
		for _, s := range a.Skills {
			skills[s] = 1
		}
		roster.Agents = append(roster.Agents, route.Agent{
			ID: a.ID, Skills: skills, Load: a.Load, Capacity: a.Capacity,
			LastAssigned: a.LastAssigned, Present: a.Present, Authority: a.Authority,
		})
	}
	if err := roster.Check(); err != nil {
		return nil, err
	}
	d := route.Route(p, roster, in.request(), in.Now)
	if d.Agent == "" {
		return map[string]any{"agent": nil, "reason": d.Reason}, nil
	}
	return map[string]any{"agent": d.Agent, "reason": d.Reason}, nil
}

func (in routeInput) request() route.Request {
	t := in.Ticket
	r := route.Request{
		Weight: t.Weight, WaitingSince: t.WaitingSince, LastAgent: t.LastAgent, MinAuthority: t.MinAuthority,
	}
	for _, s := range t.Skills {
		r.Skills = append(r.Skills, route.Need{Skill: s})
	}
	return r
}
