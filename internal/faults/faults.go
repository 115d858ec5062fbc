package faults

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// The kinds of fault: how a fault and the effect of its call lie to each
// other.
const (
	Before = "before" // the call fails and has no effect
	After  = "after"  // the call has its effect and fails all the same
	Late   = "late"   // the call fails, and has its effect just before the next write
	Twice  = "twice"  // the call is made twice and the second answer is returned
)

// Fault is one thing that goes wrong.
type Fault[M, W ~string] struct {
	Method M   // empty: of all methods
	Call   int // which call, from 1, of Method; 0: every one
	When   W   // default Before
	Err    error
	Hook   func(ctx context.Context)
}

// err is what the call returns; nil: it goes well.
func (f *Fault[M, W]) err(byDefault error) error {
	if f.Err == nil && (f.Hook == nil || f.When == Late) {
		return byDefault
	}
	return f.Err
}

func (f *Fault[M, W]) hook(ctx context.Context) {
	if f.Hook != nil {
		f.Hook(ctx)
	}
}

// Plan is what goes wrong, and what was called so far. The zero value but for
// Default and Writes lets everything go well. It is safe for concurrent use.
type Plan[M, W ~string] struct {
	Default error // what a call returns where its fault names no error
	Writes  []M   // the methods before which what is late arrives

	mu    sync.Mutex
	plan  []Fault[M, W]
	used  []bool
	calls []M
	count map[M]int // of calls; under the empty name, of all
	late  []func()
}

// Set forgets the calls so far and what was planned, and plans anew. What is
// still on its way arrives all the same.
func (p *Plan[M, W]) Set(plan []Fault[M, W]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan, p.used = slices.Clone(plan), make([]bool, len(plan))
	p.calls, p.count = nil, make(map[M]int)
}

// Calls returns the methods that were called so far, in that order.
func (p *Plan[M, W]) Calls() []M {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.calls)
}

// Unused returns the faults that no call has met.
func (p *Plan[M, W]) Unused() []Fault[M, W] {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Fault[M, W]
	for i, f := range p.plan {
		if !p.used[i] {
			out = append(out, f)
		}
	}
	return out
}

// next counts a call and returns what goes wrong with it, or nil, and what is
// late by then.
func (p *Plan[M, W]) next(m M) (*Fault[M, W], []func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == nil {
		p.count = make(map[M]int)
	}
	p.calls = append(p.calls, m)
	p.count[m]++
	p.count[""]++
	var arrived []func()
	if slices.Contains(p.Writes, m) {
		arrived, p.late = p.late, nil
	}
	for i, f := range p.plan {
		if (f.Method == "" || f.Method == m) && (f.Call == 0 || f.Call == p.count[f.Method]) {
			p.used[i] = true
			return &f, arrived
		}
	}
	return nil, arrived
}

// Call makes one call, with what goes wrong.
func Call[T any, M, W ~string](ctx context.Context, p *Plan[M, W], m M, do func(context.Context) (T, error)) (T, error) {
	f, arrived := p.next(m)
	for _, effect := range arrived {
		effect()
	}
	if f == nil {
		return do(ctx)
	}
	var none T
	switch cmp.Or(f.When, Before) {
	case After:
		out, err := do(ctx)
		f.hook(ctx)
		if fault := f.err(p.Default); err == nil && fault != nil {
			return none, fault
		}
		return out, err
	case Late:
		f.hook(ctx)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.late = append(p.late, func() { _, _ = do(context.WithoutCancel(ctx)) })
		return none, f.err(p.Default)
	case Twice:
		f.hook(ctx)
		_, _ = do(ctx) // the second answer counts
	default:
		f.hook(ctx)
		if fault := f.err(p.Default); fault != nil {
			return none, fault
		}
	}
	return do(ctx)
}
