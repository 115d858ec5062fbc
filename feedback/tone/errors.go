package tone

import (
	"errors"
	"strconv"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

// The sentinels of the package; test for them with [errors.Is].
var (
	// ErrInvalid is what every [*Fault] and [Faults] is: words, rules or a state
	// from outside that cannot be used.
	ErrInvalid = errors.New("invalid")
	// ErrUnderflow is: more would be taken away than was counted or learnt.
	ErrUnderflow = errors.New("tone: more would be taken away than was counted")
	// ErrOverflow is: more would be counted than a counter holds.
	ErrOverflow = errors.New("tone: too much to count")
)

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
	return "tone: " + f.Path + ": " + strconv.Quote(f.Value) + " " + f.Reason
}

// Is makes a Fault an [ErrInvalid].
func (*Fault) Is(target error) bool { return target == ErrInvalid }

// Faults are all that is wrong with one value, in its order. They unwrap to
// each [*Fault] and are an [ErrInvalid].
type Faults []*Fault //nolint:errname // as Fault

// Error lists the faults, one a line.
func (fs Faults) Error() string { return invalid.Lines(fs) }

// Unwrap returns the faults for [errors.Is] and [errors.As].
func (fs Faults) Unwrap() []error { return invalid.Each(fs) }

// maxFaults bounds a report: what is that wrong needs no complete list.
const maxFaults = 100

// maxShown is how much of a value a fault shows, in runes.
const maxShown = 64

// check collects faults while a value is looked at.
type check struct{ faults Faults }

func (c *check) fail(path, value, reason string) {
	if len(c.faults) >= maxFaults {
		return
	}
	if r := []rune(value); len(r) > maxShown {
		value = string(r[:maxShown]) + "…"
	}
	c.faults = append(c.faults, &Fault{Path: path, Value: value, Reason: reason})
}

func (c *check) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}
