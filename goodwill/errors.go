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
