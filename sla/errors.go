package sla

import (
	"errors"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/internal/invalid"
)

// The sentinels of the package; test for them with [errors.Is].
var (
	// ErrInvalid is what every [*Fault] and [Faults] is: a value from outside
	// that the package cannot use.
	ErrInvalid = errors.New("invalid")
	// ErrNoWorkingTime is returned where a calendar has no (more) open time in
	// the direction asked for: the question has no answer.
	ErrNoWorkingTime = errors.New("no working time")
	// ErrOutOfRange is returned where an answer would lie outside the years 1
	// to 9999, or a count outside what its type holds.
	ErrOutOfRange = errors.New("out of range")
)

// CalendarError is a question to which a calendar has no answer: what was
// asked of which calendar, and why there is none. It unwraps to Err.
type CalendarError struct {
	ID       string // of the calendar
	Version  int    // of the calendar
	Question string // as in "add 8h0m0s" or "add 2 business days"
	From     string // the instant, as in RFC 3339, or the date
	Err      error  // [ErrNoWorkingTime] or [ErrOutOfRange]
}

// Error says calendar, question and reason in one line.
func (e *CalendarError) Error() string {
	return "sla: calendar " + strconv.Quote(e.ID) + " version " + strconv.Itoa(e.Version) + ": " +
		e.Question + " from " + e.From + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *CalendarError) Unwrap() error { return e.Err }

// noAnswer says to which question an error is the answer, where it does not
// say so itself.
func (c *Calendar) noAnswer(question, from string, err error) error {
	var known *CalendarError
	if errors.Is(err, ErrInvalid) || errors.As(err, &known) {
		return err
	}
	return &CalendarError{ID: c.id, Version: c.version, Question: question, From: from, Err: err}
}

// noInstant is noAnswer for a question that starts from an instant.
func (c *Calendar) noInstant(question string, t time.Time, err error) (time.Time, error) {
	return time.Time{}, c.noAnswer(question, t.Format(time.RFC3339Nano), err)
}

// Fault is one value that cannot be used: where it stands, what it was, and
// what is wrong with it. It is an [ErrInvalid].
type Fault struct { //nolint:errname // a fault is a value in a list; XxxError would stutter through every report
	Path   string // field path from the root of what was given, as in "week.mon[1].end"
	Value  string // the value as given
	Reason string // in English, a sentence that starts with the value
	Column int    // where a text could not be read, in characters from 1; 0 where the value is no part of a text
}

// Error says path, value and reason in one line.
func (f *Fault) Error() string {
	if f.Column > 0 {
		return "sla: " + f.Path + ", character " + strconv.Itoa(f.Column) + ": " + strconv.Quote(f.Value) + " " + f.Reason
	}
	switch {
	case f.Path == "" && f.Value == "":
		return "sla: the value " + f.Reason
	case f.Path == "":
		return "sla: " + strconv.Quote(f.Value) + " " + f.Reason
	default:
		return "sla: " + f.Path + ": " + strconv.Quote(f.Value) + " " + f.Reason
	}
}

// Is makes a Fault an [ErrInvalid].
func (*Fault) Is(target error) bool { return target == ErrInvalid }

// Faults are all that is wrong with one value, in the order of its fields.
// They unwrap to each [*Fault] and are an [ErrInvalid].
type Faults []*Fault //nolint:errname,recvcheck // the plural of Fault; add alone changes it

// Error lists the faults, one a line.
func (fs Faults) Error() string { return invalid.Lines(fs) }

// Unwrap returns the faults for [errors.Is] and [errors.As].
func (fs Faults) Unwrap() []error { return invalid.Each(fs) }

// err returns the faults as an error, or nil where there are none.
func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// add appends a fault.
func (fs *Faults) add(path, value, reason string) {
	*fs = append(*fs, &Fault{Path: path, Value: value, Reason: reason})
}
