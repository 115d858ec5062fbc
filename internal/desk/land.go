package desk

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Tries bounds how often one commit is tried against conflicts.
const Tries = 32

// LookupTimeout bounds how long the outcome of a commit is asked for.
const LookupTimeout = 5 * time.Second

// Op is one operation: how it plans a commit, commits it, and finds out what
// became of it. U is one try. Every try has to carry the same commit id, so
// that one whose outcome was unknown can never land twice.
type Op[U any] struct {
	Name string // of the package, for errors
	// New begins a try, knowing why the one before failed.
	New func(cause error) U
	// Plan decides, and reports whether there is anything to commit. A plan
	// that finds its record changed under its eyes returns Conflict. It asks for
	// the caller's key after all else that it decides by: what another try under
	// that key has just changed is then found by the key or refused by the commit,
	// and never taken for a reason to refuse.
	Plan func(ctx context.Context, u U) (bool, error)
	// Commit commits what was planned.
	Commit func(ctx context.Context, u U) error
	// Find asks the store for the commit's own key, and keeps what it finds in
	// the try; NotFound where nobody holds it.
	Find func(ctx context.Context, u U) error
	// Ours reports whether an error says that the commit's own key is held.
	Ours func(err error) bool

	// Bound tells that the store is a transaction of the host's: one try, and
	// its error as it comes.
	Bound bool

	Conflict, Duplicate, NotFound error // of the package
}

// Land plans and commits until it lands, and returns the try that did, or that
// found that an earlier one had.
func Land[U any](ctx context.Context, op Op[U]) (U, error) {
	var none U
	var cause error
	tried := false
	for range Tries {
		u := op.New(cause)
		planned, err := op.Plan(ctx, u)
		if !errors.Is(err, op.Conflict) {
			if err != nil || !planned {
				return op.unplanned(ctx, u, tried, err)
			}
			tried = true
			err = op.Commit(ctx, u)
		}
		if err == nil {
			return u, nil
		}
		if done, err := op.settle(ctx, u, tried, cause, err); done || err != nil {
			return u, err
		}
		cause = err
	}
	if errors.Is(cause, op.Duplicate) {
		cause = fmt.Errorf("%w: %w", op.Conflict, cause)
	}
	return none, fmt.Errorf("%s: gave up after %d tries: %w", op.Name, Tries, cause)
}

// unplanned ends an operation that has nothing to commit, or is refused. That
// may be because a try before has landed: late, or although the store said
// otherwise. It is what was asked for then, not what stands in its way.
func (op *Op[U]) unplanned(ctx context.Context, u U, tried bool, err error) (U, error) {
	if !tried {
		return u, err
	}
	done, asked := op.landed(ctx, u, tried, nil)
	switch {
	case done:
		return u, nil
	case err != nil && asked != nil:
		return u, asked
	default:
		return u, err
	}
}

// settle decides what a failed commit means: it landed after all, it is to be
// tried again, or it failed for good. A second failure in a row may mean that
// the first try has landed late, so that the plan can never fit any more.
func (op *Op[U]) settle(ctx context.Context, u U, tried bool, before, err error) (bool, error) {
	if op.Bound {
		return false, err
	}
	unknown := !errors.Is(err, op.Conflict) && !errors.Is(err, op.Duplicate)
	if before != nil || unknown || op.Ours(err) {
		return op.landed(ctx, u, tried, err)
	}
	return false, ctx.Err()
}

// landed asks whether the commit's key is held. The caller's context may be why
// the outcome is unknown, so it does not bound the asking.
func (op *Op[U]) landed(ctx context.Context, u U, tried bool, cause error) (bool, error) {
	if !tried {
		return false, ctx.Err()
	}
	ask, cancel := context.WithTimeout(context.WithoutCancel(ctx), LookupTimeout)
	defer cancel()
	err := op.Find(ask, u)
	switch {
	case err == nil:
		return true, nil
	case !errors.Is(err, op.NotFound):
		return false, fmt.Errorf("%s: outcome unknown: %w", op.Name, errors.Join(cause, err))
	case ctx.Err() != nil:
		return false, cause
	}
	return false, nil
}
