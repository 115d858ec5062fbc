package statute

import (
	"errors"
	"strings"
)

// ErrMissingEvent is what every [*MissingError] is.
var ErrMissingEvent = errors.New("missing event")

// MissingError says that a deadline cannot be counted because events are not
// known. It is an [ErrMissingEvent].
type MissingError struct {
	Statute string  // its id
	Events  []Event // all that are missing
}

// Error names the statute and the events.
func (e *MissingError) Error() string {
	names := make([]string, len(e.Events))
	for i, ev := range e.Events {
		names[i] = string(ev)
	}
	return "statute " + e.Statute + ": missing event: " + strings.Join(names, ", ")
}

// Is makes a MissingError an [ErrMissingEvent].
func (*MissingError) Is(target error) bool { return target == ErrMissingEvent }
