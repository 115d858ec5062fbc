package goodwill

import (
	"errors"
	"slices"
	"strings"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// The sentinels of the desk and its store; test for them with [errors.Is].
var (
	// ErrNotFound: there is no such record or key, or none that the actor may
	// see.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else changed the record first, more often than the
	// desk retries.
	ErrConflict = errors.New("conflict")
	// ErrDuplicate is what every [*DuplicateError] is.
	ErrDuplicate = errors.New("duplicate key")
	// ErrCap is what every [*CapError] is.
	ErrCap = errors.New("cap exceeded")
	// ErrRefused is what every [*Refusal] is.
	ErrRefused = errors.New("refused")
	// ErrKeyReuse: a key of the caller's was used before, for something else.
	ErrKeyReuse = errors.New("idempotency key reused")
	// ErrBound: what pays cannot be done by a desk that is bound to a
	// transaction of the host's.
	ErrBound = errors.New("bound to a transaction")
	// ErrUnreserved: an entry posts or voids more than is pending.
	ErrUnreserved = errors.New("not reserved")
	// ErrCorrupt: a stored record cannot be read back.
	ErrCorrupt = errors.New("corrupt record")
)

// DuplicateError names every key that a commit wanted and that is held already.
// It is an [ErrDuplicate].
type DuplicateError struct{ Keys []Unique }

// Error says how many of which kinds.
func (e *DuplicateError) Error() string {
	kinds := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		kinds[i] = string(k.Kind)
	}
	return "goodwill: duplicate key: " + strings.Join(kinds, ", ")
}

// Is makes it an [ErrDuplicate].
func (*DuplicateError) Is(target error) bool { return target == ErrDuplicate }

// Has reports whether a key of the kind is among them.
func (e *DuplicateError) Has(kind UniqueKind) bool {
	return slices.ContainsFunc(e.Keys, func(u Unique) bool { return u.Kind == kind })
}

// Excess is one cap that a commit would exceed.
type Excess struct {
	Account string       `json:"account"`
	Cap     money.Amount `json:"cap"`
	Total   money.Amount `json:"total"` // what the account would come to, pending and posted
}

// CapError names every cap that a commit would exceed; nothing of it was
// written. It is an [ErrCap].
type CapError struct{ Over []Excess }

// Error lists the caps.
func (e *CapError) Error() string {
	parts := make([]string, len(e.Over))
	for i, x := range e.Over {
		parts[i] = "to " + x.Total.String() + " of at most " + x.Cap.String()
	}
	return "goodwill: cap exceeded: " + strings.Join(parts, "; ")
}

// Is makes it an [ErrCap].
func (*CapError) Is(target error) bool { return target == ErrCap }

// Has reports whether the cap of an account is among them.
func (e *CapError) Has(account string) bool {
	return slices.ContainsFunc(e.Over, func(x Excess) bool { return x.Account == account })
}

// Refusal says why something cannot be done with a grant: all reasons, not the
// first. It is an [ErrRefused]; nothing has changed.
type Refusal struct { //nolint:errname // a refusal is an answer, as order.Refusal
	Ref     Ref
	Reasons []Reason
}

// Error lists the codes.
func (r *Refusal) Error() string {
	codes := make([]string, len(r.Reasons))
	for i, reason := range r.Reasons {
		codes[i] = string(reason.Code)
	}
	return "goodwill: grant " + r.Ref.String() + ": refused: " + strings.Join(codes, ", ")
}

// Is makes a Refusal an [ErrRefused].
func (*Refusal) Is(target error) bool { return target == ErrRefused }

// Has reports whether a code is among the reasons.
func (r *Refusal) Has(code Code) bool {
	return slices.ContainsFunc(r.Reasons, func(reason Reason) bool { return reason.Code == code })
}
