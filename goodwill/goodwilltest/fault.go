package goodwilltest

import (
	"context"
	"errors"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/internal/faults"
)

// Method names a method of [goodwill.Store].
type Method string

// The methods of a store.
const (
	MethodLoad     Method = "Load"
	MethodCommit   Method = "Commit"
	MethodLookup   Method = "Lookup"
	MethodList     Method = "List"
	MethodClaim    Method = "Claim"
	MethodEntries  Method = "Entries"
	MethodBalances Method = "Balances"
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
	inner goodwill.Store
	plan  faults.Plan[Method, When]
}

var _ goodwill.Store = (*FaultStore)(nil)

// NewFaultStore returns a store over another in which the plan goes wrong. Where
// several faults fit a call, the first does.
func NewFaultStore(inner goodwill.Store, plan ...Fault) *FaultStore {
	s := &FaultStore{inner: inner}
	s.plan.Default, s.plan.Writes = ErrFault, []Method{MethodCommit}
	s.Plan(plan...)
	return s
}

// Calls returns the methods that were called so far, in that order.
func (s *FaultStore) Calls() []Method { return s.plan.Calls() }

// Unused returns the faults that no call has met.
func (s *FaultStore) Unused() []Fault {
	unused := s.plan.Unused()
	out := make([]Fault, len(unused))
	for i, f := range unused {
		out[i] = Fault(f)
	}
	return out
}

// Plan forgets the calls so far and what was planned, and plans anew.
func (s *FaultStore) Plan(plan ...Fault) {
	all := make([]faults.Fault[Method, When], len(plan))
	for i, f := range plan {
		all[i] = faults.Fault[Method, When](f)
	}
	s.plan.Set(all)
}

// Load implements [goodwill.Store].
func (s *FaultStore) Load(ctx context.Context, ref goodwill.Ref) (goodwill.Record, error) {
	return faults.Call(ctx, &s.plan, MethodLoad, func(ctx context.Context) (goodwill.Record, error) {
		return s.inner.Load(ctx, ref)
	})
}

// Commit implements [goodwill.Store].
func (s *FaultStore) Commit(ctx context.Context, c goodwill.Commit) error {
	_, err := faults.Call(ctx, &s.plan, MethodCommit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.inner.Commit(ctx, c)
	})
	return err
}

// Lookup implements [goodwill.Store].
func (s *FaultStore) Lookup(ctx context.Context, u goodwill.Unique) (goodwill.Held, error) {
	return faults.Call(ctx, &s.plan, MethodLookup, func(ctx context.Context) (goodwill.Held, error) {
		return s.inner.Lookup(ctx, u)
	})
}

// List implements [goodwill.Store].
func (s *FaultStore) List(ctx context.Context, q goodwill.Query) (goodwill.Page, error) {
	return faults.Call(ctx, &s.plan, MethodList, func(ctx context.Context) (goodwill.Page, error) {
		return s.inner.List(ctx, q)
	})
}

// Claim implements [goodwill.Store].
func (s *FaultStore) Claim(ctx context.Context, r goodwill.ClaimRequest) ([]goodwill.Record, error) {
	return faults.Call(ctx, &s.plan, MethodClaim, func(ctx context.Context) ([]goodwill.Record, error) {
		return s.inner.Claim(ctx, r)
	})
}

// Entries implements [goodwill.Store].
func (s *FaultStore) Entries(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
	return faults.Call(ctx, &s.plan, MethodEntries, func(ctx context.Context) ([]goodwill.Entry, error) {
		return s.inner.Entries(ctx, q)
	})
}

// Balances implements [goodwill.Store].
func (s *FaultStore) Balances(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
	return faults.Call(ctx, &s.plan, MethodBalances, func(ctx context.Context) ([]goodwill.Balance, error) {
		return s.inner.Balances(ctx, q)
	})
}
