package feedbacktest

import (
	"context"
	"errors"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/internal/faults"
)

// Method names a method of [feedback.Store].
type Method string

// The methods of a store.
const (
	MethodLoad      Method = "Load"
	MethodCommit    Method = "Commit"
	MethodLookup    Method = "Lookup"
	MethodList      Method = "List"
	MethodClaim     Method = "Claim"
	MethodSummaries Method = "Summaries"
)

// When tells how a fault and the effect of its call lie to each other.
type When string

// The kinds of fault.
const (
	Before When = faults.Before // the call fails and has no effect
	After  When = faults.After  // the call has its effect and fails all the same
	Late   When = faults.Late   // the call fails, and has its effect just before the next Commit
	Twice  When = faults.Twice  // the call is made twice and the second answer is returned
)

// ErrFault is what a call returns that goes wrong by plan, unless the plan
// names another error.
var ErrFault = errors.New("fault by plan")

// Fault is one thing that goes wrong.
type Fault struct {
	Method Method                    // empty: of all methods
	Call   int                       // which call, from 1, of Method; 0: every one
	When   When                      // default Before
	Err    error                     // default ErrFault; with a Hook, none Before or After
	Hook   func(ctx context.Context) // called with the fault; may be nil
}

// FaultStore passes calls on to a store, and lets go wrong what was planned.
type FaultStore struct {
	inner feedback.Store
	plan  faults.Plan[Method, When]
}

var _ feedback.Store = (*FaultStore)(nil)

// NewFaultStore returns a store over another in which the plan goes wrong. Where
// several faults fit a call, the first does.
func NewFaultStore(inner feedback.Store, plan ...Fault) *FaultStore {
	s := &FaultStore{inner: inner}
	s.plan.Default, s.plan.Writes = ErrFault, []Method{MethodCommit}
	s.Plan(plan...)
	return s
}

// Calls returns the methods that were called so far, in that order.
func (s *FaultStore) Calls() []Method { return s.plan.Calls() }

// Plan forgets the calls so far and what was planned, and plans anew.
func (s *FaultStore) Plan(plan ...Fault) {
	all := make([]faults.Fault[Method, When], len(plan))
	for i, f := range plan {
		all[i] = faults.Fault[Method, When](f)
	}
	s.plan.Set(all)
}

// Load implements [feedback.Store].
func (s *FaultStore) Load(ctx context.Context, ref feedback.Ref) (feedback.Record, error) {
	return faults.Call(ctx, &s.plan, MethodLoad, func(ctx context.Context) (feedback.Record, error) {
		return s.inner.Load(ctx, ref)
	})
}

// Commit implements [feedback.Store].
func (s *FaultStore) Commit(ctx context.Context, c feedback.Commit) error {
	_, err := faults.Call(ctx, &s.plan, MethodCommit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.inner.Commit(ctx, c)
	})
	return err
}

// Lookup implements [feedback.Store].
func (s *FaultStore) Lookup(ctx context.Context, u feedback.Unique) (feedback.Held, error) {
	return faults.Call(ctx, &s.plan, MethodLookup, func(ctx context.Context) (feedback.Held, error) {
		return s.inner.Lookup(ctx, u)
	})
}

// List implements [feedback.Store].
func (s *FaultStore) List(ctx context.Context, q feedback.Query) (feedback.Page, error) {
	return faults.Call(ctx, &s.plan, MethodList, func(ctx context.Context) (feedback.Page, error) {
		return s.inner.List(ctx, q)
	})
}

// Claim implements [feedback.Store].
func (s *FaultStore) Claim(ctx context.Context, r feedback.ClaimRequest) ([]feedback.Record, error) {
	return faults.Call(ctx, &s.plan, MethodClaim, func(ctx context.Context) ([]feedback.Record, error) {
		return s.inner.Claim(ctx, r)
	})
}

// Summaries implements [feedback.Store].
func (s *FaultStore) Summaries(ctx context.Context, q feedback.SummaryQuery) ([]feedback.Row, error) {
	return faults.Call(ctx, &s.plan, MethodSummaries, func(ctx context.Context) ([]feedback.Row, error) {
		return s.inner.Summaries(ctx, q)
	})
}
