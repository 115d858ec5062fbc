package queue

import (
	"errors"
	"strconv"
)

// The sentinels of the package; test for them with [errors.Is].
var (
	// ErrInvalid is what every [*Fault] is: a value that cannot be used.
	ErrInvalid = errors.New("invalid")
	// ErrUnstable: more work comes in than all agents can do, so that the queue
	// grows without end.
	ErrUnstable = errors.New("queue: the queue grows without end")
)

// Fault is one value that cannot be used: where it stands, what it was, and
// what is wrong with it. It is an [ErrInvalid].
type Fault struct { //nolint:errname // the field's word, and the same in every package of the module
	Path   string
	Value  string
	Reason string
}

// Error says path, value and reason in one line.
func (f *Fault) Error() string {
	return "queue: " + f.Path + ": " + strconv.Quote(f.Value) + " " + f.Reason
}

// Is makes a Fault an [ErrInvalid].
func (*Fault) Is(target error) bool { return target == ErrInvalid }

func faultOf(path string, v float64, reason string) error {
	return &Fault{Path: path, Value: strconv.FormatFloat(v, 'g', -1, 64), Reason: reason}
}
