package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// replayLog runs every case of a log through a desk and its timeline through
// the policies, by so many workers, whose reports merge into one. It calls step
// after each case, from any goroutine.
func replayLog(
	ctx context.Context, l *Log, policies []*sla.Policy, watch *escalation.PolicySet, workers int, step func(),
) (*Report, error) {
	rules, zone, err := deskRules(&l.Mapping.Desk)
	if err != nil {
		return nil, err
	}
	planned, err := planners(watch, rules)
	if err != nil {
		return nil, err
	}
	parts := make([]*part, max(1, min(workers, len(l.Cases))))
	var wg sync.WaitGroup
	for i := range parts {
		from, to := i*len(l.Cases)/len(parts), (i+1)*len(l.Cases)/len(parts)
		parts[i] = &part{
			log: l, cases: l.Cases[from:to], policies: policies, step: step,
			player: newPlayer(l.Mapping, rules, zone), agreements: make([]Agreement, len(policies)), hops: newHops(),
		}
		parts[i].player.planners = planned
		wg.Go(func() { parts[i].run(ctx) })
	}
	wg.Wait()
	return mergeParts(l, policies, watch, parts)
}

// part is one worker's share of a log.
type part struct {
	log        *Log
	cases      []*LogCase
	policies   []*sla.Policy
	player     *player
	step       func()
	report     *sla.Report
	agreements []Agreement
	hops       *Hops
	notJudged  int
	err        error
}

func (p *part) run(ctx context.Context) {
	p.report = sla.Replay(p.histories(ctx), p.policies...)
}

// histories plays case by case. A case that lost rows is left out: when it
// was opened, answered or solved is not known.
func (p *part) histories(ctx context.Context) iter.Seq[sla.History] {
	return func(yield func(sla.History) bool) {
		for _, c := range p.cases {
			marks, err := p.player.play(ctx, c)
			if err != nil {
				p.err = err
				return
			}
			p.step()
			if len(marks) == 0 || c.Lost > 0 {
				p.notJudged++
				continue
			}
			h := sla.History{ID: c.ID, Marks: marks, Until: p.log.Last}
			p.hops.add(p.player.trail.count(), p.compare(c, &h), p.player.trail.fired)
			if !yield(h) {
				return
			}
		}
	}
}

// compare holds the judgement of each policy against the log's own word, and
// returns both, that of the first policy.
func (p *part) compare(c *LogCase, h *sla.History) outcome {
	last := &c.Rows[len(c.Rows)-1]
	o := outcome{logMet: last.MadeSLA == "true"}
	o.logJudged = p.log.HasMadeSLA && (o.logMet || last.MadeSLA == "false")
	for i, policy := range p.policies {
		met, judged := verdict(policy, h)
		if judged && o.logJudged {
			p.agreements[i].add(last.Priority, met == o.logMet)
		}
		if i == 0 {
			o.met, o.judged = met, judged
		}
	}
	return o
}

// verdict tells whether a case met all of its targets, and whether it is
// judged at all: not where none was met or breached.
func verdict(p *sla.Policy, h *sla.History) (bool, bool) {
	met, judged := true, false
	for _, s := range sla.Evaluate(p, h.Marks, h.Until) {
		switch s.State { //nolint:exhaustive // all others are no judgement
		case sla.Met:
			judged = true
		case sla.Breached:
			met, judged = false, true
		}
	}
	return met, judged
}

// mergeParts puts the workers' shares together.
func mergeParts(l *Log, policies []*sla.Policy, watch *escalation.PolicySet, parts []*part) (*Report, error) {
	r := newReport(l, policies)
	r.Hops.Policy = policies[0].Ref()
	if watch != nil {
		r.Hops.Escalation = watch.Policies()[0].Ref()
	}
	var failures []error
	for _, p := range parts {
		if p.err != nil {
			failures = append(failures, p.err)
			continue
		}
		r.Life.merge(p.player.life)
		r.NotJudged += p.notJudged
		r.Hops.merge(p.hops)
		for i := range r.MadeSLA {
			r.MadeSLA[i].merge(&p.agreements[i])
		}
		if r.SLA == nil {
			r.SLA = p.report
		} else if err := r.SLA.Merge(p.report); err != nil {
			failures = append(failures, fmt.Errorf("merge: %w", err))
		}
	}
	return r, errors.Join(failures...)
}
