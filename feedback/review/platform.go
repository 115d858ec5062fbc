package review

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Visibility is who sees a reply.
type Visibility string

// The visibilities.
const (
	Public  Visibility = "public"  // below the review
	Private Visibility = "private" // to the writer alone, through the platform
)

// Reply is one answer to a review, to be given through its platform.
type Reply struct {
	Shop       string     `json:"shop"`
	Source     string     `json:"source"`
	ExternalID string     `json:"external_id"`
	Visibility Visibility `json:"visibility"`
	Text       string     `json:"text"`
	// Key is that of the ticket's message: the same reply under the same key is
	// one reply, however often it is sent.
	Key string `json:"key"`
}

// Published is a reply that the platform has taken.
type Published struct {
	ID string    `json:"id"` // the platform's own
	At time.Time `json:"at"`
}

// Platform gives replies where reviews stand: one adapter for each source.
// Package reviewtest proves one.
//
// A review has one reply of each visibility. Reply is idempotent by Key: called
// again with a key that was taken, it returns what it returned then and publishes
// nothing, also after a crash in between. Where the platform has no keys of its
// own, an adapter looks up the reply that stands there before it sends one. An
// error is a [*PlatformError], or its outcome is unknown and the same reply is
// to be sent again under the same key. Methods are safe for concurrent use.
type Platform interface {
	// Reply publishes a reply.
	Reply(ctx context.Context, r Reply) (Published, error)
}

// PlatformCode says why a platform took no reply.
type PlatformCode string

// The codes.
const (
	CodeGone        PlatformCode = "gone"        // the review is not there any more
	CodeAnswered    PlatformCode = "answered"    // it has another reply
	CodeRefused     PlatformCode = "refused"     // the platform's rules forbid it
	CodeUnsupported PlatformCode = "unsupported" // it has no replies of that visibility
	CodeInvalid     PlatformCode = "invalid"     // it is no reply: Reply.Check
	CodeBusy        PlatformCode = "busy"        // too many at once: try again
)

// The sentinels of a [*PlatformError]; test for them with [errors.Is].
var (
	ErrGone        = errors.New("review: it is not there any more")
	ErrAnswered    = errors.New("review: it has another reply")
	ErrRefused     = errors.New("review: the platform refuses the reply")
	ErrUnsupported = errors.New("review: the platform has no such replies")
	ErrInvalid     = errors.New("review: this is no reply")
	ErrBusy        = errors.New("review: the platform is busy")
)

// PlatformError says why a platform took no reply. Nothing was published.
type PlatformError struct {
	Code   PlatformCode
	Source string
	Cause  error // what the platform said; may be nil
}

// Error names code and source.
func (e *PlatformError) Error() string { return "review: " + e.Source + ": " + string(e.Code) }

// Is makes it the sentinel of its code.
func (e *PlatformError) Is(target error) bool {
	switch e.Code {
	case CodeGone:
		return target == ErrGone
	case CodeAnswered:
		return target == ErrAnswered
	case CodeRefused:
		return target == ErrRefused
	case CodeUnsupported:
		return target == ErrUnsupported
	case CodeInvalid:
		return target == ErrInvalid
	case CodeBusy:
		return target == ErrBusy
	}
	return false
}

// Unwrap returns the cause.
func (e *PlatformError) Unwrap() error { return e.Cause }

// Permanent reports whether sending again is of no use. A delivery then wraps
// ticket.ErrPermanent.
func (e *PlatformError) Permanent() bool { return e.Code != CodeBusy }

// Check says all that is wrong with a reply, as feedback.Faults.
func (r *Reply) Check() error {
	var c check
	c.Name("shop", r.Shop, true)
	c.Name("source", r.Source, true)
	c.Name("external_id", r.ExternalID, true)
	c.Name("key", r.Key, true)
	if r.Visibility != Public && r.Visibility != Private {
		c.Failf("visibility", string(r.Visibility), "is neither public nor private")
	}
	if strings.TrimSpace(r.Text) == "" || len(r.Text) > MaxText || !utf8.ValidString(r.Text) {
		c.Failf("text", strconv.Itoa(len(r.Text))+" bytes", "are not 1 to %d of UTF-8", MaxText)
	}
	return c.Err()
}
