package order

import (
	"slices"

	"github.com/kulanz-go/kulanz/sla/statute"
)

// Event is one thing that happened to the order or to some of its lines. Kinds
// are the events of package statute, those of this package, and a host's own.
type Event struct {
	Kind  statute.Event  `json:"kind"`
	At    statute.Moment `json:"at"`              // a civil date or an instant
	Lines []string       `json:"lines,omitempty"` // ids; empty: the whole order
	Units int64          `json:"units,omitempty"` // of each of the lines; 0: all
	Via   Via            `json:"via,omitempty"`   // of a declaration
}

// Via is the way in which somebody declared something.
type Via string

// The ways that make a difference to the law.
const (
	ViaButton Via = "button" // the withdrawal function of § 356a BGB
	ViaText   Via = "text"   // mail, letter, form
	ViaReturn Via = "return" // goods sent back without a word, which is no withdrawal
)

// Events beside those of package statute.
const (
	Dispatched          statute.Event = "dispatched"           // the trader sent the goods
	DeliveryAgreed      statute.Event = "delivery_agreed"      // the last day that was agreed or promised for delivery
	DeliveryGraceEnds   statute.Event = "delivery_grace_ends"  // the last day of a period that the customer set for delivery
	DeliveryRefused     statute.Event = "delivery_refused"     // the trader will not or cannot deliver
	ParcelLost          statute.Event = "parcel_lost"          // the carrier gave the parcel up
	WithdrawalConfirmed statute.Event = "withdrawal_confirmed" // the trader confirmed receipt of the withdrawal
	SealBroken          statute.Event = "seal_broken"          // the customer unsealed the goods
	MixedIn             statute.Event = "mixed_in"             // the goods were mixed with others
	PerformanceStarted  statute.Event = "performance_started"  // digital content or a service was begun
	PerformanceDone     statute.Event = "performance_done"     // the service was performed in full
	DefectReported      statute.Event = "defect_reported"      // the customer told of a defect
	CureDemanded        statute.Event = "cure_demanded"        // the customer asked for repair or replacement
	CureGraceEnds       statute.Event = "cure_grace_ends"      // the last day of a period that was set, or is reasonable, for the cure
	CureRefused         statute.Event = "cure_refused"         // the trader refuses to cure
	CureFailed          statute.Event = "cure_failed"          // an attempt to cure failed; once for each
	CureDone            statute.Event = "cure_done"            // the defect was cured
)

// Concerns reports whether an event is about a line.
func (e Event) Concerns(line string) bool {
	return len(e.Lines) == 0 || slices.Contains(e.Lines, line)
}

// EventsOf returns what happened to a line, or to the whole order: what rules
// of package statute look at.
func (o *Order) EventsOf(line string) statute.Events {
	events := statute.Events{}
	for _, e := range o.Events {
		if e.Concerns(line) {
			events[e.Kind] = append(events[e.Kind], e.At)
		}
	}
	return events
}

// Happened reports whether an event concerning the line is recorded.
func (o *Order) Happened(line string, kind statute.Event) bool {
	return slices.ContainsFunc(o.Events, func(e Event) bool { return e.Kind == kind && e.Concerns(line) })
}
