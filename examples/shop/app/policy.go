package app

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Trial is what a policy would mean.
type Trial struct {
	Ref        string
	Warnings   []Warning
	Deadlines  *sla.Report          // the last days under the policy of now and this one; nil: not asked for
	Goodwill   *goodwill.Simulation // the claims of the last days, likewise
	Escalation *Ladders             // open tickets, were they moved to this one, likewise
}

// Warning is something in a valid policy that is probably not meant.
type Warning struct{ Code, Path, Other string }

// Ladders is what a policy would change for tickets that are open.
type Ladders struct {
	Open    int // tickets under the policy of now
	Changed []LadderChange
}

// LadderChange is what it would change for one.
type LadderChange struct {
	Number string
	escalation.MigrationDiff
}

// ErrVersion says that a policy is not the next version of the one in force.
var ErrVersion = errors.New("app: not the next version")

// Draft is the newest version of a kind as data, with the number of the next one:
// to be edited.
func (a *App) Draft(kind PolicyKind) ([]byte, error) {
	newest, ok := a.Rulebook().newest[kind]
	if !ok {
		return nil, store.ErrNotFound
	}
	v, err := compile(kind, newest.Data, a.Calendar, a.escalationEnv)
	if err != nil {
		return nil, err
	}
	var next any
	switch kind {
	case Deadlines:
		cfg := v.deadlines.Config()
		cfg.Version++
		next = cfg
	case Goodwill:
		cfg := v.goodwill.Policy()
		cfg.Version++
		next = cfg
	case Escalation:
		cfg := v.ladder.Config()
		cfg.Version = strconv.Itoa(newest.Version + 1)
		next = cfg
	}
	return json.MarshalIndent(next, "", "  ")
}

// Try checks a policy: all faults at once, then what is probably not meant, and
// what would have been had it been in force in the last days; 0: that is not asked.
func (a *App) Try(ctx context.Context, kind PolicyKind, data []byte, days int) (Trial, error) {
	v, err := compile(kind, data, a.Calendar, a.escalationEnv)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Ref: v.ref}
	book := a.Rulebook()
	switch kind {
	case Deadlines:
		for _, w := range v.deadlines.Lint() {
			t.Warnings = append(t.Warnings, Warning{string(w.Code), w.Path, w.Other})
		}
		if days > 0 {
			err = a.tryDeadlines(ctx, book, v.deadlines, days, &t)
		}
	case Goodwill:
		if days > 0 {
			err = a.tryGoodwill(ctx, book, v.goodwill, days, &t)
		}
	case Escalation:
		err = a.tryEscalation(ctx, book, v.ladder, days, &t)
	}
	return t, err
}

func (a *App) tryDeadlines(ctx context.Context, book *Rulebook, p *sla.Policy, days int, t *Trial) error {
	old, ok := book.Deadlines.Newest(policyID(Deadlines))
	if !ok {
		return store.ErrNotFound
	}
	var failed error
	t.Deadlines = sla.Replay(a.histories(ctx, days, &failed), old, p)
	return failed
}

func (a *App) tryGoodwill(ctx context.Context, book *Rulebook, d *goodwill.Decider, days int, t *Trial) error {
	var failed error
	s, err := goodwill.Simulate(book.Decider, d, a.pastClaims(ctx, days, &failed))
	t.Goodwill = &s
	return errors.Join(failed, err)
}

// tryEscalation looks for what is probably not meant, and at what would come if all
// open tickets went on under the policy.
func (a *App) tryEscalation(ctx context.Context, book *Rulebook, p *escalation.Policy, days int, t *Trial) error {
	old, ok := book.ladders.Newest(policyID(Escalation))
	if !ok {
		return store.ErrNotFound
	}
	alone, err := escalation.NewPolicySet(a.escalationEnv, p.Config())
	if err != nil {
		return err
	}
	deadlines, _ := book.Deadlines.Newest(policyID(Deadlines))
	for _, w := range escalation.Lint(alone, escalation.LintOptions{Now: a.now(), Bots: true, Deadlines: []sla.PolicyConfig{deadlines.Config()}}) {
		t.Warnings = append(t.Warnings, Warning{string(w.Code), w.Path, w.Other})
	}
	if days == 0 || old.Ref() == p.Ref() {
		return nil
	}
	both, err := escalation.NewPolicySet(a.escalationEnv, old.Config(), p.Config())
	if err != nil {
		return err
	}
	planner, err := a.escalator(func(string) *escalation.PolicySet { return both })
	if err != nil {
		return err
	}
	t.Escalation, err = a.moved(ctx, planner, escalation.Move{From: old.Ref(), To: p.Ref(), How: escalation.MigrateByStep})
	return err
}

// moved is what a move would change for every open ticket.
func (a *App) moved(ctx context.Context, planner *escalation.Planner, m escalation.Move) (*Ladders, error) {
	out := new(Ladders)
	live := ticket.Query{States: []ticket.State{
		ticket.StateNew, ticket.StateBot, ticket.StateOpen, ticket.StateWaitingCustomer, ticket.StateWaitingThird, ticket.StateSnoozed,
	}}
	for t, err := range a.each(ctx, System(), live) {
		if err != nil {
			return nil, err
		}
		in, err := a.Tickets.PlanInput(ctx, System(), t.Ref(), planner.Name())
		if err != nil {
			return nil, err
		}
		diff, err := planner.DryRun(in, m, a.now().Add(horizon))
		if err != nil {
			return nil, err
		}
		out.Open++
		if len(diff.Gone)+len(diff.New)+len(diff.Moved) > 0 {
			out.Changed = append(out.Changed, LadderChange{t.Number, diff})
		}
	}
	return out, nil
}

// SavePolicy adds a version, which is in force from now on: new tickets, grants and
// escalations get it, those that run keep theirs. Other processes learn of it within
// a second, or as soon as they meet something that is under it. Two who save at once
// do not overwrite each other.
func (a *App) SavePolicy(ctx context.Context, kind PolicyKind, data []byte, who store.Agent) error {
	if err := a.refresh(ctx); err != nil {
		return err
	}
	v, err := compile(kind, data, a.Calendar, a.escalationEnv)
	if err != nil {
		return err
	}
	if v.id != policyID(kind) || v.number != a.Rulebook().newest[kind].Version+1 {
		return ErrVersion
	}
	err = a.DB.SavePolicy(ctx, store.Policy{Kind: string(kind), Version: v.number, Data: data}, store.Audit{
		At: a.now(), Actor: who.ID, What: "policy " + string(kind), About: v.ref,
	})
	if errors.Is(err, store.ErrTaken) {
		return ErrVersion // somebody was faster
	}
	return errors.Join(err, a.refresh(ctx))
}
