package trend

import (
	"strconv"

	"github.com/kulanz-go/kulanz/feedback"
)

// EventKind tells what becomes of an alarm.
type EventKind string

// The kinds.
const (
	Raised EventKind = "raised"
	Ended  EventKind = "ended"
)

// Event is an alarm that is raised, or that ends: once each, however many
// points lie outside in between. An alarm that changes sides ends and is raised.
type Event struct {
	Kind      EventKind       `json:"kind"`
	Direction Direction       `json:"direction"`
	Bucket    feedback.Bucket `json:"bucket"`
	Index     int             `json:"index"` // of the point
}

// Signalled is a point of any chart.
type Signalled interface {
	// Look returns the signal of a point, and whether it is one.
	Look() (Direction, bool)
}

// Look implements [Signalled].
func (p SharePoint) Look() (Direction, bool) { return p.Signal, p.OK }

// Look implements [Signalled].
func (p AveragePoint) Look() (Direction, bool) { return p.Signal, p.OK }

// Look implements [Signalled].
func (p SumPoint) Look() (Direction, bool) { return p.Signal, p.OK }

// Events returns what becomes of alarms over points; buckets are theirs. The
// same points always give the same events, so that they can be compared with
// what was told before.
func Events[P Signalled](points []P, buckets []feedback.Bucket) ([]Event, error) {
	if len(points) != len(buckets) {
		return nil, &feedback.Fault{Path: "buckets", Value: strconv.Itoa(len(buckets)), Reason: "are not as many as the points"}
	}
	var events []Event
	var now Direction
	for i, p := range points {
		d, ok := p.Look()
		if !ok || d == now {
			continue
		}
		if now != "" {
			events = append(events, Event{Ended, now, buckets[i], i})
		}
		if d != "" {
			events = append(events, Event{Raised, d, buckets[i], i})
		}
		now = d
	}
	return events, nil
}
