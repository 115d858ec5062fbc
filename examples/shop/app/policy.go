package app

import (
	"context"
	"errors"
	"iter"
	"reflect"

	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// deadlines are all versions, of which tickets may be pinned to any.
func (a *App) deadlines(ctx context.Context) ([]sla.PolicyConfig, error) {
	data, err := policies.ReadFile("policies/sla.json")
	if err != nil {
		return nil, err
	}
	first, err := sla.ParsePolicy(data)
	if err != nil {
		return nil, err
	}
	all := []sla.PolicyConfig{first}
	for {
		next := sla.PolicyConfig{ID: first.ID, Version: all[len(all)-1].Version + 1}
		switch err := a.DB.Setting(ctx, deadlinesSetting(next), &next); {
		case errors.Is(err, store.ErrNotFound):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, next)
	}
}

func deadlinesSetting(c sla.PolicyConfig) string { return "policy " + c.Ref() }

// NewestDeadlines is the version that new tickets get.
func (a *App) NewestDeadlines(ctx context.Context) (sla.PolicyConfig, error) {
	all, err := a.deadlines(ctx)
	if err != nil {
		return sla.PolicyConfig{}, err
	}
	return all[len(all)-1], nil
}

// Trial is what a policy would mean.
type Trial struct {
	Policy   *sla.Policy
	Warnings []sla.LintWarning
	Report   *sla.Report // the last days under the policy of now and this one; nil: not asked for
}

// Try checks a policy: all faults at once, then what is probably not meant, and
// what would have been had it been in force in the last days.
func (a *App) Try(ctx context.Context, data []byte, days int) (Trial, error) {
	cfg, err := sla.ParsePolicy(data)
	if err != nil {
		return Trial{}, err
	}
	p, err := sla.NewPolicy(cfg, a.Calendar)
	if err != nil {
		return Trial{}, err
	}
	t := Trial{Policy: p, Warnings: p.Lint()}
	if days == 0 {
		return t, nil
	}
	before, err := a.NewestDeadlines(ctx)
	if err != nil {
		return Trial{}, err
	}
	old, err := sla.NewPolicy(before, a.Calendar)
	if err != nil {
		return Trial{}, err
	}
	var failed error
	t.Report = sla.Replay(a.histories(ctx, days, &failed), old, p)
	return t, failed
}

// histories are the timelines of what came in the last days.
func (a *App) histories(ctx context.Context, days int, failed *error) iter.Seq[sla.History] {
	return func(yield func(sla.History) bool) {
		from := a.now().AddDate(0, 0, -days)
		for t, err := range a.each(ctx, System(), ticket.Query{}) {
			if err != nil {
				*failed = err
				return
			}
			if t.Created.Before(from) {
				continue
			}
			var events []ticket.Event
			for e, err := range a.Tickets.History(ctx, System(), t.Ref()) {
				if err != nil {
					*failed = err
					return
				}
				events = append(events, e)
			}
			if !yield(sla.History{ID: t.Number, Marks: ticket.Marks(events), Until: a.now()}) {
				return
			}
		}
	}
}

// ErrVersion says that a policy is not the next version of the one in force.
var ErrVersion = errors.New("app: not the next version")

// SaveDeadlines adds a version, which new tickets get from the next start on; those
// that run keep theirs. Two who save at once do not overwrite each other.
func (a *App) SaveDeadlines(ctx context.Context, data []byte, who store.Agent) error {
	t, err := a.Try(ctx, data, 0)
	if err != nil {
		return err
	}
	all, err := a.deadlines(ctx)
	if err != nil {
		return err
	}
	newest, next := all[len(all)-1], t.Policy.Config()
	if next.ID != newest.ID || next.Version != newest.Version+1 {
		return ErrVersion
	}
	kept := next
	if err := a.DB.SetFirst(ctx, deadlinesSetting(next), &kept); err != nil {
		return err
	}
	if !reflect.DeepEqual(kept, next) {
		return ErrVersion // somebody was faster
	}
	return a.DB.Log(ctx, a.now(), who.ID, "policy", next.Ref())
}
