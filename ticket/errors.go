package ticket

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

// The sentinels of the package; test for them with [errors.Is].
var (
	// ErrNotFound: there is no such ticket, or the actor may not know of it.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else changed the ticket first, more often than the
	// desk retries.
	ErrConflict = errors.New("conflict")
	// ErrRefused is what every [*Refusal] is: the rules say no.
	ErrRefused = errors.New("refused")
	// ErrInvalid is what every [*Fault] and [Faults] is: a value from outside
	// that cannot be used.
	ErrInvalid = errors.New("invalid")
	// ErrKeyReuse: an idempotency key was used before with other content.
	ErrKeyReuse = errors.New("key reused with other content")
	// ErrDuplicateKey is what every [*DuplicateKeyError] is.
	ErrDuplicateKey = errors.New("duplicate key")
	// ErrCorrupt: a stored record or event cannot be read back.
	ErrCorrupt = errors.New("corrupt record")
)

// Fault is one value that cannot be used: where it stands, what it was, and
// what is wrong with it. It is an [ErrInvalid]. Value is never what a
// customer wrote.
type Fault struct { //nolint:errname // the field's word, and the same in every package of the module
	Path   string
	Value  string
	Reason string
}

// Error says path, value and reason in one line.
func (f *Fault) Error() string {
	return "ticket: " + f.Path + ": " + strconv.Quote(f.Value) + " " + f.Reason
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

// DuplicateKeyError names every key that a commit wanted and that is held
// already. It is an [ErrDuplicateKey].
type DuplicateKeyError struct{ Keys []Key }

// Error says how many of which kinds.
func (e *DuplicateKeyError) Error() string {
	kinds := make([]string, len(e.Keys))
	for i, k := range e.Keys {
		kinds[i] = string(k.Kind)
	}
	return "ticket: duplicate key: " + strings.Join(kinds, ", ")
}

// Is makes it an [ErrDuplicateKey].
func (*DuplicateKeyError) Is(target error) bool { return target == ErrDuplicateKey }

// Has reports whether a key of that kind is among them.
func (e *DuplicateKeyError) Has(kind KeyKind) bool {
	for _, k := range e.Keys {
		if k.Kind == kind {
			return true
		}
	}
	return false
}

// Code names why something is refused; [Blocker.Text] says it to people.
type Code string

// The codes of the built-in rules. A guard of a host's own is its own code.
const (
	CodeTransition     Code = "transition"      // the event is not possible in this state
	CodeActor          Code = "actor"           // this kind of actor may not
	CodeRole           Code = "role"            // the actor lacks a role
	CodeOpenPromise    Code = "open_promise"    // a promise is neither kept nor broken
	CodeNoReply        Code = "no_reply"        // the customer was never answered
	CodeAssigned       Code = "assigned"        // somebody else has it
	CodeWakePast       Code = "wake_past"       // the wake does not lie ahead
	CodeNotDue         Code = "not_due"         // the timer has not come, or is stale
	CodeNoSuchPromise  Code = "no_such_promise" // no open promise has this id
	CodeReasonRequired Code = "reason_required" // say why
	CodeBotReason      Code = "bot_reason"      // bots may not take this reason
	CodeDisabled       Code = "disabled"        // the rules do not switch this on
	CodeOtherCustomer  Code = "other_customer"  // the tickets are of two customers
	CodeSameTicket     Code = "same_ticket"     // a ticket cannot be merged into itself
	CodeSecondPerson   Code = "second_person"   // it takes another person
	CodeBlocked        Code = "blocked"         // the customer is blocked
	CodeBlockList      Code = "block_list_full" // the shop has as many blocks as it may
	CodeField          Code = "field_required"  // a field must be set first
	CodeUnread         Code = "unread"          // the customer has written since
)

// Blocker is one reason why something is refused.
type Blocker struct {
	Code   Code              `json:"code"`
	Params map[string]string `json:"params,omitempty"` // ids and codes, never content
}

// Refusal says why the rules refuse a command: all reasons, not the first.
// It is an [ErrRefused].
type Refusal struct { //nolint:errname // a refusal is an answer, named so in the documents
	Event    EventKind
	State    State
	Blockers []Blocker
}

// Error lists the codes.
func (r *Refusal) Error() string {
	codes := make([]string, len(r.Blockers))
	for i, b := range r.Blockers {
		codes[i] = string(b.Code)
	}
	return fmt.Sprintf("ticket: %s in state %s refused: %s", r.Event, r.State, strings.Join(codes, ", "))
}

// Is makes a Refusal an [ErrRefused].
func (*Refusal) Is(target error) bool { return target == ErrRefused }

// Has reports whether code is among the reasons.
func (r *Refusal) Has(code Code) bool {
	for _, b := range r.Blockers {
		if b.Code == code {
			return true
		}
	}
	return false
}
