package escalation

import (
	"encoding/json"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

// Withheld is a status of firings that only a [Planner] gives: the budgets of
// all addresses were used up, so nobody was told.
const Withheld Status = "withheld"

// Bounds of the budgets of one commit.
const (
	addressProbes = 4
	maxNotices    = 48 // budgets asked for; notices beyond are withheld
)

// noticed reports whether somebody is told of a firing.
func (f Firing) noticed() bool {
	return f.Status == Fired && slices.ContainsFunc(f.Actions, func(a Action) bool { return !a.Kind.commands() })
}

// budget asks for a place in the budget of every holder that is to be told.
// open tells that some are not answered yet.
func (p *Planner) budget(in ticket.PlanInput, firings []Firing) ([]ticket.KeyWish, bool) {
	w := p.cfg.PerAddress
	if w.Count == 0 {
		return nil, false
	}
	var wishes []ticket.KeyWish
	open := false
	per := time.Duration(w.Per)
	window := in.Now.Truncate(per)
	for _, f := range firings {
		if !f.noticed() {
			continue
		}
		for _, to := range f.Targets {
			if len(wishes) == maxNotices {
				return wishes, open
			}
			wish := ticket.KeyWish{Name: wishName(f, to), Kind: ticket.KeyNotice, Expires: window.Add(per)}
			start := spread(wish.Name, w.Count)
			for i := range min(w.Count, addressProbes) {
				place := strconv.Itoa((start + i) % w.Count)
				wish.Values = append(wish.Values, p.cfg.Name+"|"+to+"|"+strconv.FormatInt(window.Unix(), 10)+"|"+place)
			}
			if _, known := in.Grants[wish.Name]; !known {
				open = true
			}
			wishes = append(wishes, wish)
		}
	}
	return wishes, open
}

func wishName(f Firing, to string) string { return f.Key + "|" + to }

// spread returns where a notice begins to look for a place, so that many do
// not meet at one.
func spread(name string, n int) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))      // never fails
	return int(h.Sum64() % uint64(n)) //nolint:gosec // n is 1 to maxPerAddress
}

// grant takes those out of a firing that may not be told.
func (p *Planner) grant(in ticket.PlanInput, f *Firing) {
	if p.cfg.PerAddress.Count == 0 || !f.noticed() {
		return
	}
	var told []string
	for _, to := range f.Targets {
		if in.Grants[wishName(*f, to)] != "" {
			told = append(told, to)
		} else {
			f.Withheld = append(f.Withheld, to)
		}
	}
	f.Targets = told
	if len(told) == 0 && len(f.Withheld) > 0 {
		f.Status = Withheld
		f.Actions = slices.DeleteFunc(slices.Clone(f.Actions), func(a Action) bool { return !a.Kind.commands() })
	}
}

// commands turns a firing into what the ticket is told: that it was, and what
// it changes.
func (p *Planner) commands(v *view, in ticket.PlanInput, f Firing) []ticket.Command {
	p.grant(in, &f)
	detail, err := json.Marshal(f)
	if err != nil {
		detail = nil // plain data always encodes
	}
	step := ticket.PlannedStep{
		Key: f.Key, Status: string(f.Status), Detail: detail,
		Notify: f.noticed(), Escalates: f.Status == Fired || f.Status == Throttled || f.Status == Withheld,
	}
	out := []ticket.Command{ticket.Observe{What: ticket.WhatPlannedStep, Planner: p.cfg.Name, Step: &step}}
	for _, a := range f.Actions {
		if cmd := p.command(v, f, a); cmd != nil {
			out = append(out, cmd)
		}
	}
	return out
}

// command is what an action changes; nil where there is nothing to change.
func (p *Planner) command(v *view, f Firing, a Action) ticket.Command {
	t := v.ticket
	switch a.Kind {
	case ActSetPriority:
		if rank(a.Priority) > rank(t.Priority) {
			return ticket.Set{Priority: &a.Priority}
		}
	case ActTag:
		if fresh := slices.DeleteFunc(slices.Clone(a.Tags), func(s string) bool { return slices.Contains(t.Tags, s) }); len(fresh) > 0 {
			return ticket.Tag{Add: fresh}
		}
	case ActHandOver:
		if p.cfg.Rules.Workflow().Kind(t.State) == ticket.StateBot {
			return ticket.HandOff{}
		}
	case ActAssign:
		if t.Assignee == "" {
			return p.assign(v, f, a)
		}
	case ActReassign:
		return p.assign(v, f, a)
	case ActNotify, ActOfferCallback, ActWaitNotice, ActRequestGoodwill, ActApologise, ActAnswerPoints, ActOfferPhone,
		ActPhoneCall, ActOfferGoodwill, ActFormalNotice, ActLegalStep, ActBlockAccount: // told to the targets
	}
	return nil
}

// assign gives the ticket to the first agent among the targets, or to the
// team, unless they have it.
func (p *Planner) assign(v *view, f Firing, a Action) ticket.Command {
	cmd := ticket.Assign{Team: a.Team, Expect: v.ticket.Assignee}
	var targets []Target
	if step := v.policy.byID(f.Step); step != nil {
		targets = step.Targets
	} else {
		targets = v.policy.cfg.OnExhausted.Targets
	}
	for _, target := range targets {
		held := v.in.Holders(target, v.in.Now)
		switch {
		case len(held) == 0:
		case target.Kind == TargetTeam && cmd.Team == "":
			cmd.Team = held[0]
		case target.Kind == TargetAgent || target.Kind == TargetRole || target.Kind == TargetOnCall:
			if cmd.Assignee == "" {
				cmd.Assignee = held[0]
			}
		}
	}
	if cmd.Assignee == "" && cmd.Team == "" ||
		cmd.Assignee == v.ticket.Assignee && (cmd.Team == "" || cmd.Team == v.ticket.Team) {
		return nil
	}
	return cmd
}

// byID returns the step of an id; nil for the last resort.
func (p *Policy) byID(id string) *step {
	for i := range p.steps {
		if p.steps[i].ID == id {
			return &p.steps[i]
		}
	}
	return nil
}

// rank orders priorities.
func rank(p ticket.Priority) int {
	return slices.Index([]ticket.Priority{ticket.PriorityLow, ticket.PriorityNormal, ticket.PriorityHigh, ticket.PriorityUrgent}, p)
}
