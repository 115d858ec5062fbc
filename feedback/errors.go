package feedback

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

// The sentinels of the package; test for them with [errors.Is].
var (
	// ErrInvalid is what every [*Fault] and [Faults] is: a value from outside
	// that cannot be used.
	ErrInvalid = errors.New("invalid")
	// ErrNotFound: there is no such record, key, survey or policy.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else changed the record first, more often than the
	// desk retries.
	ErrConflict = errors.New("conflict")
	// ErrDuplicate is what every [*DuplicateError] is.
	ErrDuplicate = errors.New("duplicate key")
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
	return "feedback: duplicate key: " + strings.Join(kinds, ", ")
}

// Is makes it an [ErrDuplicate].
func (*DuplicateError) Is(target error) bool { return target == ErrDuplicate }

// Has reports whether a key of the kind is among them.
func (e *DuplicateError) Has(kind UniqueKind) bool {
	return slices.ContainsFunc(e.Keys, func(u Unique) bool { return u.Kind == kind })
}

// Fault is one value that cannot be used: where it stands, what it was, and
// what is wrong with it. It is an [ErrInvalid]. Value is never what a customer
// wrote.
type Fault struct { //nolint:errname // the field's word, and the same in every package of the module
	Path   string
	Value  string
	Reason string
}

// Error says path, value and reason in one line.
func (f *Fault) Error() string {
	return "feedback: " + f.Path + ": " + strconv.Quote(f.Value) + " " + f.Reason
}

// Is makes a Fault an [ErrInvalid].
func (*Fault) Is(target error) bool { return target == ErrInvalid }

// Faults are all that is wrong with one value. They unwrap to each [*Fault]
// and are an [ErrInvalid].
type Faults []*Fault //nolint:errname // as Fault

// Error lists the faults, one a line.
func (fs Faults) Error() string { return invalid.Lines(fs) }

// Unwrap returns the faults for [errors.Is] and [errors.As].
func (fs Faults) Unwrap() []error { return invalid.Each(fs) }

// check collects faults while a value is looked at.
type check struct{ faults Faults }

func (c *check) fail(path, value, reason string) {
	c.faults = append(c.faults, &Fault{Path: path, Value: value, Reason: reason})
}

func (c *check) failf(path, value, format string, args ...any) {
	c.fail(path, value, fmt.Sprintf(format, args...))
}

func (c *check) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}
