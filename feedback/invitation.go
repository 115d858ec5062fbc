package feedback

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
)

// InvitationState is where an invitation is in its life.
type InvitationState string

// The states of an invitation.
const (
	InvitationWaiting   InvitationState = "waiting"   // to be decided on again
	InvitationReserved  InvitationState = "reserved"  // decided, not yet out
	InvitationSent      InvitationState = "sent"      // out, or shown on a page
	InvitationAnswered  InvitationState = "answered"  // its Response can be revised until it expires
	InvitationExpired   InvitationState = "expired"   // never answered
	InvitationCancelled InvitationState = "cancelled" // Reasons says why
	InvitationFailed    InvitationState = "failed"    // could not be delivered
	InvitationErased    InvitationState = "erased"    // what is left when the customer is erased
)

// Invitation is one customer being asked about one matter, with what it said.
type Invitation struct {
	Shop     string
	ID       uuid.UUID
	Policy   string // id@version that asked
	Survey   string
	Medium   Medium
	State    InvitationState
	Customer string
	Subject  string
	Cycle    int
	Moment   Moment
	Happened time.Time // Subject.At
	// Facets are as they were when the survey went out.
	Facets map[string]string

	Created  time.Time
	Updated  time.Time
	Due      time.Time // of a waiting one: when it is decided on again
	Sent     time.Time
	RemindAt time.Time // zero: no reminder is to come
	Reminded time.Time
	Expires  time.Time // from then on it takes no answer
	Reasons  []Reason  // why it waits, or was cancelled

	Response *Response // nil: none

	version int64
	pending *pending
}

// Ref returns the invitation's name.
func (i *Invitation) Ref() Ref { return Ref{i.Shop, i.ID} }

// pending is what is to be delivered.
type pending struct {
	Kind      EffectKind `json:"kind"`
	ID        uuid.UUID  `json:"id"`
	Attempt   int        `json:"attempt"` // begun so far
	NotBefore time.Time  `json:"not_before"`
}

// invitationVersion is the schema version of an invitation's data.
const invitationVersion = 1

// invitationData is an invitation as it is stored, but for what stands in
// columns.
type invitationData struct {
	V        int               `json:"v"`
	Policy   string            `json:"policy"`
	Survey   string            `json:"survey"`
	Medium   Medium            `json:"medium"`
	Subject  string            `json:"subject,omitempty"`
	Cycle    int               `json:"cycle,omitempty"`
	Moment   Moment            `json:"moment,omitempty"`
	Happened time.Time         `json:"happened,omitzero"`
	Facets   map[string]string `json:"facets,omitempty"`
	Due      time.Time         `json:"due,omitzero"`
	Sent     time.Time         `json:"sent,omitzero"`
	RemindAt time.Time         `json:"remind_at,omitzero"`
	Reminded time.Time         `json:"reminded,omitzero"`
	Expires  time.Time         `json:"expires,omitzero"`
	Reasons  []Reason          `json:"reasons,omitempty"`
	Response *Response         `json:"response,omitempty"`
	Pending  *pending          `json:"pending,omitempty"`
}

// record encodes the next version of the invitation.
func (i *Invitation) record() (Record, error) {
	data, err := json.Marshal(invitationData{
		V: invitationVersion, Policy: i.Policy, Survey: i.Survey, Medium: i.Medium, Subject: i.Subject, Cycle: i.Cycle,
		Moment: i.Moment, Happened: i.Happened, Facets: i.Facets, Due: i.Due, Sent: i.Sent, RemindAt: i.RemindAt,
		Reminded: i.Reminded, Expires: i.Expires, Reasons: i.Reasons, Response: i.Response, Pending: i.pending,
	})
	if err != nil {
		return Record{}, fmt.Errorf("feedback: encode %s: %w", i.Ref(), err)
	}
	r := Record{
		Kind: RecordInvitation, Shop: i.Shop, ID: i.ID, Version: i.version + 1, State: string(i.State), Customer: i.Customer,
		Created: i.Created, Updated: i.Updated, Wake: i.wake(), Data: data,
	}
	if i.State != InvitationErased {
		r.Labels = []string{"subject:" + i.Subject, "survey:" + i.Survey}
	}
	return r, nil
}

// wake is when the invitation has to be looked at again.
func (i *Invitation) wake() time.Time {
	switch {
	case i.pending != nil:
		return i.pending.NotBefore
	case i.State == InvitationWaiting:
		return i.Due
	case i.State == InvitationSent && !i.RemindAt.IsZero() && i.RemindAt.Before(i.Expires):
		return i.RemindAt
	case i.State == InvitationSent:
		return i.Expires
	}
	return time.Time{}
}

// decodeInvitation reads a stored invitation.
func decodeInvitation(r Record) (*Invitation, error) {
	var d invitationData
	err := json.Unmarshal(r.Data, &d)
	if err == nil && (r.Kind != RecordInvitation || d.V != invitationVersion) {
		err = fmt.Errorf("kind %q of version %d", r.Kind, d.V)
	}
	if err != nil {
		return nil, fmt.Errorf("feedback: %s: %w: %w", r.Ref(), ErrCorrupt, err)
	}
	return &Invitation{
		Shop: r.Shop, ID: r.ID, Policy: d.Policy, Survey: d.Survey, Medium: d.Medium, State: InvitationState(r.State),
		Customer: r.Customer, Subject: d.Subject, Cycle: d.Cycle, Moment: d.Moment, Happened: d.Happened, Facets: d.Facets,
		Created: r.Created, Updated: r.Updated, Due: d.Due, Sent: d.Sent, RemindAt: d.RemindAt, Reminded: d.Reminded,
		Expires: d.Expires, Reasons: d.Reasons, Response: d.Response, version: r.Version, pending: d.Pending,
	}, nil
}

// clone returns a copy that shares nothing that changes.
func (i *Invitation) clone() *Invitation {
	c := *i
	c.Facets, c.Reasons = maps.Clone(i.Facets), slices.Clone(i.Reasons)
	if i.pending != nil {
		p := *i.pending
		c.pending = &p
	}
	return &c
}

// takes reports whether the invitation can be answered at an instant: it may be
// out although that has not been noted yet.
func (i *Invitation) takes(now time.Time) bool {
	out := i.State == InvitationSent || i.State == InvitationAnswered ||
		i.State == InvitationReserved && i.pending != nil && i.pending.Attempt > 0
	return out && now.Before(i.Expires)
}

// end puts the invitation to rest.
func (i *Invitation) end(state InvitationState, reasons ...Reason) {
	i.State, i.Reasons, i.pending, i.RemindAt, i.Due = state, reasons, nil, time.Time{}, time.Time{}
}
