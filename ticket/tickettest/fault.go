package tickettest

import (
	"context"
	"errors"

	"github.com/kulanz-go/kulanz/internal/faults"
	"github.com/kulanz-go/kulanz/ticket"
)

// Method names a method of [ticket.Store].
type Method string

// The methods of a store.
const (
	MethodLoad    Method = "Load"
	MethodCommit  Method = "Commit"
	MethodHistory Method = "History"
	MethodLookup  Method = "Lookup"
	MethodList    Method = "List"
	MethodClaim   Method = "Claim"
	MethodErase   Method = "Erase"
)

// When tells how a fault and the effect of its call lie to each other.
type When string

// The kinds of fault.
const (
	// Before: the call fails and has no effect, as when no connection is had.
	Before When = faults.Before
	// After: the call has its effect and fails all the same, as when the
	// connection breaks before the answer.
	After When = faults.After
	// Late: the call fails, and has its effect just before the next call of
	// Commit or Erase, as when a request was still on its way.
	Late When = faults.Late
	// Twice: the call is made twice and the second answer is returned, as when
	// a proxy tries again. It fails only as the store itself does.
	Twice When = faults.Twice
)

// ErrFault is what a call returns that goes wrong by plan, unless the plan
// names another error.
var ErrFault = errors.New("fault by plan")

// Fault is one thing that goes wrong.
type Fault struct {
	Method Method // empty: of all methods
	Call   int    // which call, from 1, of Method; 0: every one
	When   When   // default Before
	// Err is what the call returns. Default [ErrFault]; where there is a Hook,
	// a call Before or After goes well by default.
	Err error
	// Hook is called before the call, or after it where the fault lies After:
	// to move a clock, to write what races with the call, to wait for
	// something. It may be nil.
	Hook func(ctx context.Context)
}

// FaultStore passes calls on to a store, and lets go wrong what was planned.
// It sleeps nowhere and draws nothing, so a plan always goes wrong in the same
// way. It is safe for concurrent use as far as the store and the hooks are.
type FaultStore struct {
	inner ticket.Store
	plan  faults.Plan[Method, When]
}

var _ ticket.Store = (*FaultStore)(nil)

// NewFaultStore returns a store over another in which the plan goes wrong.
// Where several faults fit a call, the first does.
func NewFaultStore(inner ticket.Store, plan ...Fault) *FaultStore {
	s := &FaultStore{inner: inner}
	s.plan.Default, s.plan.Writes = ErrFault, []Method{MethodCommit, MethodErase}
	s.Plan(plan...)
	return s
}

// Calls returns the methods that were called so far, in that order. Calls that
// the store made up are not among them.
func (s *FaultStore) Calls() []Method { return s.plan.Calls() }

// Plan forgets the calls so far and what was planned, and plans anew. What is
// still on its way arrives all the same.
func (s *FaultStore) Plan(plan ...Fault) {
	all := make([]faults.Fault[Method, When], len(plan))
	for i, f := range plan {
		all[i] = faults.Fault[Method, When](f)
	}
	s.plan.Set(all)
}

// Unused returns the faults that no call has met. A test that plans one wants
// to know that it came up.
func (s *FaultStore) Unused() []Fault {
	var out []Fault
	for _, f := range s.plan.Unused() {
		out = append(out, Fault(f))
	}
	return out
}

func call[T any](ctx context.Context, s *FaultStore, m Method, do func(context.Context) (T, error)) (T, error) {
	return faults.Call(ctx, &s.plan, m, do)
}

// Load implements [ticket.Store].
func (s *FaultStore) Load(ctx context.Context, ref ticket.Ref) (ticket.Record, error) {
	return call(ctx, s, MethodLoad, func(ctx context.Context) (ticket.Record, error) { return s.inner.Load(ctx, ref) })
}

// Commit implements [ticket.Store].
func (s *FaultStore) Commit(ctx context.Context, c ticket.Commit) error {
	_, err := call(ctx, s, MethodCommit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.inner.Commit(ctx, c)
	})
	return err
}

// History implements [ticket.Store].
func (s *FaultStore) History(ctx context.Context, q ticket.HistoryQuery) ([]ticket.StoredEvent, error) {
	return call(ctx, s, MethodHistory, func(ctx context.Context) ([]ticket.StoredEvent, error) {
		return s.inner.History(ctx, q)
	})
}

// Lookup implements [ticket.Store].
func (s *FaultStore) Lookup(ctx context.Context, keys ...ticket.Key) ([]ticket.Held, error) {
	return call(ctx, s, MethodLookup, func(ctx context.Context) ([]ticket.Held, error) { return s.inner.Lookup(ctx, keys...) })
}

// List implements [ticket.Store].
func (s *FaultStore) List(ctx context.Context, q ticket.Query) (ticket.Page, error) {
	return call(ctx, s, MethodList, func(ctx context.Context) (ticket.Page, error) { return s.inner.List(ctx, q) })
}

// Claim implements [ticket.Store].
func (s *FaultStore) Claim(ctx context.Context, r ticket.ClaimRequest) ([]ticket.Record, error) {
	return call(ctx, s, MethodClaim, func(ctx context.Context) ([]ticket.Record, error) { return s.inner.Claim(ctx, r) })
}

// Erase implements [ticket.Store].
func (s *FaultStore) Erase(ctx context.Context, r ticket.EraseRequest) error {
	_, err := call(ctx, s, MethodErase, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.inner.Erase(ctx, r)
	})
	return err
}
