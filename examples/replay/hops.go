package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket"
)

//go:embed escalations/*.json
var escalationFiles embed.FS

// noEscalation as a name switches escalation off.
const noEscalation = "none"

// loadEscalation reads an escalation policy from a file, or from those that
// are embedded where there is no file of that name; nil for "none".
func loadEscalation(name string) (*escalation.PolicySet, error) {
	if name == noEscalation {
		return nil, nil //nolint:nilnil // there is none to load
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		if embedded, embeddedErr := escalationFiles.ReadFile(path.Join("escalations", name)); embeddedErr == nil {
			data, err = embedded, nil
		}
	}
	if err != nil {
		return nil, err
	}
	schema, err := escalation.NewSchema(append(escalation.BuiltinFields(), logHops())...)
	if err != nil {
		return nil, err
	}
	env := escalation.Environment{Schema: schema}
	p, err := escalation.ParsePolicy(data, env)
	if err != nil {
		return nil, fmt.Errorf("escalation %s: %w", name, err)
	}
	return escalation.NewPolicySet(env, p.Config())
}

// logHops is a field beside those of every ticket: how often the case went
// from one team to another, as the log itself counts. Its rows do not show
// every hop.
func logHops() escalation.Field {
	return escalation.Field{Name: "log_hops", Type: escalation.TypeInteger}
}

// facts are what the log says of the case by now, beyond its ticket.
func (p *player) facts(context.Context, ticket.Ticket, time.Time) (ticket.Facts, error) {
	if p.trail.told < 0 {
		return ticket.Facts{}, nil
	}
	return ticket.Facts{Values: map[string]any{logHops().Name: p.trail.told}}, nil
}

// planners are the desk's planners: the escalation policy, where there is one.
func planners(set *escalation.PolicySet, rules *ticket.Rules) ([]ticket.Planner, error) {
	if set == nil {
		return nil, nil
	}
	p, err := escalation.NewPlanner(escalation.PlannerConfig{Policies: set, Rules: rules})
	if err != nil {
		return nil, err
	}
	return []ticket.Planner{p}, nil
}

// maxHops is the last row of the table: so many and more.
const maxHops = 5

// Hops tells how cases fared by how often they went from one team to another,
// and which of them the escalation policy would have brought before the lead.
type Hops struct {
	Policy     string         `json:"policy"`               // of the deadlines, that judges
	Escalation string         `json:"escalation,omitempty"` // the escalation policy; empty: none
	Rows       []HopRow       `json:"rows"`
	Steps      map[string]int `json:"steps,omitempty"` // cases, by the steps that fired
}

// HopRow is the cases of so many hops.
type HopRow struct {
	Hops      int `json:"hops"` // the last: so many and more
	Cases     int `json:"cases"`
	Judged    int `json:"judged"`
	Breached  int `json:"breached"`
	Escalated int `json:"escalated"`
	// The log's own word, where it has one.
	LogJudged   int `json:"log_judged,omitempty"`
	LogBreached int `json:"log_breached,omitempty"`
}

func newHops() *Hops {
	h := &Hops{Rows: make([]HopRow, maxHops+1), Steps: map[string]int{}}
	for i := range h.Rows {
		h.Rows[i].Hops = i
	}
	return h
}

// outcome is how one case came off.
type outcome struct {
	met, judged       bool // under the policy
	logMet, logJudged bool // by the log's own word
}

// add counts a case.
func (h *Hops) add(n int, o outcome, fired []string) {
	row := &h.Rows[min(n, maxHops)]
	row.Cases++
	if o.judged {
		row.Judged++
		if !o.met {
			row.Breached++
		}
	}
	if o.logJudged {
		row.LogJudged++
		if !o.logMet {
			row.LogBreached++
		}
	}
	if len(fired) > 0 {
		row.Escalated++
	}
	for _, step := range fired {
		h.Steps[step]++
	}
}

func (h *Hops) merge(o *Hops) {
	for i := range h.Rows {
		a, b := &h.Rows[i], &o.Rows[i]
		a.Cases, a.Judged, a.Breached, a.Escalated = a.Cases+b.Cases, a.Judged+b.Judged, a.Breached+b.Breached, a.Escalated+b.Escalated
		a.LogJudged, a.LogBreached = a.LogJudged+b.LogJudged, a.LogBreached+b.LogBreached
	}
	addCounts(h.Steps, o.Steps)
}

// hopped reports whether any case went from one team to another: a log without
// teams has no table.
func (h *Hops) hopped() bool {
	return slices.ContainsFunc(h.Rows[1:], func(r HopRow) bool { return r.Cases > 0 })
}

func (h *Hops) text(p *printer) {
	if !h.hopped() {
		return
	}
	p.printf("\nHops between teams, under %s\n", h.Policy)
	rows := [][]string{{"hops", "cases", "judged", "breached", "share, 95 % interval", "escalated"}}
	told := slices.ContainsFunc(h.Rows, func(r HopRow) bool { return r.LogJudged > 0 })
	if told {
		rows[0] = append(rows[0], "breached by the log", "share, 95 % interval")
	}
	for _, r := range h.Rows {
		name := strconv.Itoa(r.Hops)
		if r.Hops == maxHops {
			name += "+"
		}
		row := []string{
			name, p.count(r.Cases), p.count(r.Judged), p.count(r.Breached), share(shareOf(r.Breached, r.Judged)), p.count(r.Escalated),
		}
		if told {
			row = append(row, p.text.Sprintf("%d of %d", r.LogBreached, r.LogJudged), share(shareOf(r.LogBreached, r.LogJudged)))
		}
		rows = append(rows, row)
	}
	p.table(rows)
	if h.Escalation == "" {
		return
	}
	var steps []string
	for _, step := range byCount(h.Steps) {
		steps = append(steps, fmt.Sprintf("%s in %s cases", step, p.count(h.Steps[step])))
	}
	if len(steps) == 0 {
		steps = []string{"no step"}
	}
	p.printf("  escalation %s fired: %s\n", h.Escalation, strings.Join(steps, ", "))
}

// trail follows what a case's escalation asks for.
type trail struct {
	team  string
	hops  int // as the ticket saw them
	told  int // as the log counts them; -1: it does not
	fired []string
}

// event notes hops and steps that fired, and tells whether the event is the
// planner's own note: that is no step of the log.
func (t *trail) event(e *ticket.Event) bool {
	switch b := e.Body.(type) {
	case ticket.Assigned:
		if b.Team != "" && b.Team != t.team {
			if t.team != "" {
				t.hops++
			}
			t.team = b.Team
		}
	case ticket.Recorded:
		if b.What != ticket.WhatPlannedStep {
			return false
		}
		if f, ok := escalation.FiringOf(*e); ok && f.Status == escalation.Fired && !slices.Contains(t.fired, f.Step) {
			t.fired = append(t.fired, f.Step)
		}
		return true
	}
	return false
}

// count returns the hops of the case: the log's own count, where it has one.
func (t *trail) count() int {
	if t.told >= 0 {
		return t.told
	}
	return t.hops
}
