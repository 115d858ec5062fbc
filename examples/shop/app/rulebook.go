package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/sla"
)

// PolicyKind is a kind of policy that can be changed while the shop is open.
type PolicyKind string

// The kinds.
const (
	Deadlines  PolicyKind = "deadlines"
	Goodwill   PolicyKind = "goodwill"
	Escalation PolicyKind = "escalation"
)

// PolicyKinds returns all of them.
func PolicyKinds() []PolicyKind { return []PolicyKind{Deadlines, Goodwill, Escalation} }

// file is where the first version of a kind is.
func (k PolicyKind) file() string {
	return map[PolicyKind]string{Deadlines: "sla", Goodwill: "goodwill", Escalation: "escalation"}[k]
}

// Rulebook are the policies that the shop works by: all versions that something may
// be pinned to, compiled together. It is immutable.
type Rulebook struct {
	Revision  int // how many versions were saved
	Deadlines *sla.PolicySet
	Decider   *goodwill.Decider // the newest

	grants  *goodwill.PolicySet
	ladders *escalation.PolicySet
	newest  map[PolicyKind]store.Policy
	broken  map[string]error // versions that do not compile any more, by their names
}

// Newest returns the version of a kind that new tickets, grants and escalations
// get.
func (b *Rulebook) Newest(kind PolicyKind) store.Policy { return b.newest[kind] }

// Rulebook returns the policies of now.
func (a *App) Rulebook() *Rulebook { return a.rulebook.Load() }

// binder compiles versions, one after the other.
type binder struct {
	book      *Rulebook
	calendar  *sla.Calendar
	env       escalation.Environment
	deadlines []sla.PolicyConfig
	grants    []*goodwill.Decider
	ladders   []escalation.PolicyConfig
}

// bind makes a rulebook of what was saved. A version that does not compile, which
// was edited where it is stored, is left out: what worked before goes on.
func (a *App) bind(saved []store.Policy) (*Rulebook, error) {
	b := binder{
		calendar: a.Calendar, env: a.escalationEnv,
		book: &Rulebook{Revision: len(saved), newest: make(map[PolicyKind]store.Policy), broken: make(map[string]error)},
	}
	slices.SortFunc(saved, func(x, y store.Policy) int {
		return cmp.Or(cmp.Compare(x.Kind, y.Kind), cmp.Compare(x.Version, y.Version))
	})
	for _, kind := range PolicyKinds() {
		data, err := policies.ReadFile("policies/" + kind.file() + ".json")
		if err != nil {
			return nil, err
		}
		if err := b.add(kind, store.Policy{Kind: string(kind), Version: 1, Data: data}); err != nil {
			return nil, fmt.Errorf("app: policy %s: %w", kind, err)
		}
		for _, p := range saved {
			if p.Kind != string(kind) {
				continue
			}
			if err := b.add(kind, p); err != nil {
				b.book.broken[fmt.Sprintf("%s %d", kind, p.Version)] = err
			}
		}
	}
	return b.done()
}

// add compiles one version.
func (b *binder) add(kind PolicyKind, p store.Policy) error {
	v, err := compile(kind, p.Data, b.calendar, b.env)
	if err != nil {
		return err
	}
	if v.number != p.Version || v.id != policyID(kind) {
		return ErrVersion
	}
	switch kind {
	case Deadlines:
		b.deadlines = append(b.deadlines, v.deadlines.Config())
	case Goodwill:
		b.grants = append(b.grants, v.goodwill)
		b.book.Decider = v.goodwill
	case Escalation:
		b.ladders = append(b.ladders, v.ladder.Config())
	}
	b.book.newest[kind] = p
	return nil
}

func (b *binder) done() (*Rulebook, error) {
	var errs [3]error
	b.book.Deadlines, errs[0] = sla.NewPolicySet(b.deadlines, []*sla.Calendar{b.calendar})
	b.book.grants, errs[1] = goodwill.NewPolicySet(b.grants...)
	b.book.ladders, errs[2] = escalation.NewPolicySet(b.env, b.ladders...)
	return b.book, errors.Join(errs[:]...)
}

// policyID is what all versions of a kind are called.
func policyID(kind PolicyKind) string {
	return map[PolicyKind]string{Deadlines: "standard", Goodwill: GoodwillPolicy, Escalation: "std"}[kind]
}

// version is one version of a policy, compiled: of the three one is set.
type version struct {
	id        string
	number    int
	ref       string
	deadlines *sla.Policy
	goodwill  *goodwill.Decider
	ladder    *escalation.Policy
}

// compile reads a policy strictly. The error says all that is wrong.
func compile(kind PolicyKind, data []byte, calendar *sla.Calendar, env escalation.Environment) (version, error) {
	switch kind {
	case Deadlines:
		cfg, err := sla.ParsePolicy(data)
		if err != nil {
			return version{}, err
		}
		p, err := sla.NewPolicy(cfg, calendar)
		return version{id: cfg.ID, number: cfg.Version, ref: cfg.Ref(), deadlines: p}, err
	case Goodwill:
		cfg, err := goodwill.ParsePolicy(data)
		if err != nil {
			return version{}, err
		}
		d, err := goodwill.Compile(cfg, nil)
		if err != nil {
			return version{}, err
		}
		return version{id: cfg.ID, number: cfg.Version, ref: d.Ref(), goodwill: d}, nil
	case Escalation:
		p, err := escalation.ParsePolicy(data, env)
		if err != nil {
			return version{}, err
		}
		number, err := strconv.Atoi(p.Config().Version)
		if err != nil {
			return version{}, ErrVersion
		}
		return version{id: p.ID(), number: number, ref: p.Ref(), ladder: p}, nil
	}
	return version{}, store.ErrNotFound
}

// refresh reads the policies where others were saved since. What it finds replaces
// the rulebook as a whole, and only ever by a later one.
func (a *App) refresh(ctx context.Context) error {
	if book := a.rulebook.Load(); book != nil {
		n, err := a.DB.PolicyRevision(ctx)
		if err != nil || n <= book.Revision {
			return err
		}
	}
	saved, err := a.DB.Policies(ctx)
	if err != nil {
		return err
	}
	next, err := a.bind(saved)
	if err != nil {
		return err
	}
	for {
		old := a.rulebook.Load()
		if old != nil && old.Revision >= next.Revision {
			return nil // another was faster
		}
		if a.rulebook.CompareAndSwap(old, next) {
			break
		}
	}
	for name, err := range next.broken {
		a.log.ErrorContext(ctx, "policy left out", "policy", name, "error", err)
	}
	return nil
}

// lookTimeout bounds a look for a version in the midst of something else.
const lookTimeout = 2 * time.Second

// holding returns the rulebook, read anew where it lacks a version that something is
// pinned to: another process has saved it.
func (a *App) holding(ref string, has func(*Rulebook) bool) *Rulebook {
	book := a.rulebook.Load()
	if ref == "" || has(book) {
		return book
	}
	ctx, done := context.WithTimeout(context.Background(), lookTimeout)
	defer done()
	if err := a.refresh(ctx); err != nil {
		a.log.ErrorContext(ctx, "policies not read", "error", err)
	}
	return a.rulebook.Load()
}

func (a *App) liveDeadlines(ref string) *sla.PolicySet {
	return a.holding(ref, func(b *Rulebook) bool { _, ok := b.Deadlines.Policy(ref); return ok }).Deadlines
}

func (a *App) liveGrants(ref string) *goodwill.PolicySet {
	return a.holding(ref, func(b *Rulebook) bool { _, ok := b.grants.Policy(ref); return ok }).grants
}

func (a *App) liveLadders(ref string) *escalation.PolicySet {
	return a.holding(ref, func(b *Rulebook) bool { _, ok := b.ladders.Policy(ref); return ok }).ladders
}

// followEvery is how soon a policy that another process has saved takes effect here.
const followEvery = time.Second

// Follow looks for policies that other processes save, until the context ends or
// what it returns is called, which waits for the last look.
func (a *App) Follow(ctx context.Context) func() {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(followEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := a.refresh(ctx); err != nil && ctx.Err() == nil {
				a.log.ErrorContext(ctx, "policies not read", "error", err)
			}
		}
	}()
	return func() { cancel(); <-ended }
}
