package ticket

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
)

// Ticket is one matter of one customer, as the sum of its events: what rules
// and lists need to know. The messages themselves stand in its history, so a
// ticket stays small however long the conversation. It is a value; a copy is
// changed by [Apply] only, which never writes through a shared slice or map.
type Ticket struct {
	ID         uuid.UUID         `json:"id"`
	Shop       string            `json:"shop"`
	Number     string            `json:"number"` // for people: seven characters, the last a check
	Customer   Customer          `json:"customer"`
	Subject    string            `json:"subject,omitempty"`
	State      State             `json:"state"`
	Since      time.Time         `json:"since"`           // when State began
	Prior      State             `json:"prior,omitempty"` // the state before merged or spam
	Priority   Priority          `json:"priority"`
	Channel    Channel           `json:"channel"`
	Reason     Reason            `json:"reason,omitempty"`
	Touchpoint Touchpoint        `json:"touchpoint,omitempty"`
	Orders     []string          `json:"orders,omitempty"`
	Assignee   string            `json:"assignee,omitempty"`
	Team       string            `json:"team,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Promises   []Promise         `json:"promises,omitempty"`  // the open ones, in order of their making
	Callbacks  []Callback        `json:"callbacks,omitempty"` // the open ones
	Points     []Point           `json:"points,omitempty"`    // the open ones of a complaint
	Playbook   Progress          `json:"playbook,omitzero"`   // the one that runs, else the last
	Dispute    Dispute           `json:"dispute,omitzero"`
	Links      []Link            `json:"links,omitempty"`
	Timer      Timer             `json:"timer,omitzero"`
	Resolution Resolution        `json:"resolution,omitempty"`
	Counters   Counters          `json:"counters,omitzero"`
	// WaitingSince is when the customer began to wait for an answer; zero
	// while the ball is not with the shop. Further messages do not move it.
	WaitingSince time.Time `json:"waiting_since,omitzero"`
	Barrage      Barrage   `json:"barrage,omitzero"`     // what it wrote meanwhile
	FirstReply   time.Time `json:"first_reply,omitzero"` // the first public answer of a person
	Created      time.Time `json:"created"`
	Updated      time.Time `json:"updated"` // the last event of any kind
	Seq          int64     `json:"seq"`     // the last event's sequence number

	// Clocks are the ticket's deadlines under the desk's policies; read them
	// with [Desk.Deadlines]. The desk keeps them beside the ticket, for they
	// are the sum of its events under a policy; [Apply] leaves them alone.
	Clocks sla.Tracker `json:"-"`
}

// Ref returns the ticket's name.
func (t Ticket) Ref() Ref { return Ref{t.Shop, t.ID} }

// Customer is who asks. Ref is the host's pseudonymous reference, empty for a
// guest; names and addresses stay with the host.
type Customer struct {
	Ref      string  `json:"ref,omitempty"`
	Language string  `json:"language,omitempty"` // BCP 47, as in "de"
	Channel  Channel `json:"channel,omitempty"`  // the preferred one
	Zone     string  `json:"zone,omitempty"`     // IANA, as in "Europe/Vienna"; empty: the desk's
	Segment  string  `json:"segment,omitempty"`  // as the shop divides its customers
}

// Touchpoint is the step of a purchase that the matter is about.
type Touchpoint string

// The touchpoints.
const (
	TouchSearch   Touchpoint = "search"
	TouchCheckout Touchpoint = "checkout"
	TouchPayment  Touchpoint = "payment"
	TouchDelivery Touchpoint = "delivery"
	TouchUse      Touchpoint = "use"
	TouchReturn   Touchpoint = "return"
)

func (t Touchpoint) valid() bool {
	switch t {
	case "", TouchSearch, TouchCheckout, TouchPayment, TouchDelivery, TouchUse, TouchReturn:
		return true
	default:
		return false
	}
}

// Resolution is how a matter ended.
type Resolution string

// The resolutions.
const (
	ResolvedAnswered    Resolution = "answered"
	ResolvedReplaced    Resolution = "replaced"
	ResolvedRefunded    Resolution = "refunded"
	ResolvedGoodwill    Resolution = "goodwill"
	ResolvedMisunder    Resolution = "misunderstanding"
	ResolvedAgreement   Resolution = "settled_by_agreement"
	ResolvedRuleUpheld  Resolution = "rule_upheld"
	ResolvedNotOurFault Resolution = "not_our_fault"
	ResolvedDuplicate   Resolution = "duplicate"
	ResolvedWithdrawn   Resolution = "withdrawn"
	ResolvedNoReply     Resolution = "no_reply"
)

func (r Resolution) valid() bool {
	switch r {
	case ResolvedAnswered, ResolvedReplaced, ResolvedRefunded, ResolvedGoodwill, ResolvedMisunder,
		ResolvedAgreement, ResolvedRuleUpheld, ResolvedNotOurFault, ResolvedDuplicate,
		ResolvedWithdrawn, ResolvedNoReply:
		return true
	default:
		return false
	}
}

// needsAnswer reports whether a customer must have been answered before a
// ticket may end so.
func (r Resolution) needsAnswer() bool {
	return r != ResolvedDuplicate && r != ResolvedWithdrawn && r != ResolvedNoReply
}

// Promise is something a customer was told will happen by an instant.
type Promise struct {
	ID      string    `json:"id"` // "p" and the sequence number of the event that made it
	Text    string    `json:"text"`
	Due     time.Time `json:"due"`
	Overdue bool      `json:"overdue,omitempty"` // the history says that it came due unkept
}

// LinkKind tells how two tickets belong together.
type LinkKind string

// The kinds of link. The many side names the one: a follow-up the ticket it
// follows, an incident its problem.
const (
	LinkFollowUpOf  LinkKind = "follow_up_of"
	LinkDuplicateOf LinkKind = "duplicate_of"
	LinkChildOf     LinkKind = "child_of"
	LinkIncidentOf  LinkKind = "incident_of"
	LinkMergedInto  LinkKind = "merged_into"
	LinkSplitFrom   LinkKind = "split_from"
)

func (k LinkKind) valid() bool {
	switch k {
	case LinkFollowUpOf, LinkDuplicateOf, LinkChildOf, LinkIncidentOf, LinkMergedInto, LinkSplitFrom:
		return true
	default:
		return false
	}
}

// Link points to another ticket of the same shop.
type Link struct {
	Kind LinkKind  `json:"kind"`
	To   uuid.UUID `json:"to"`
}

// Timer holds the instants that the present state waits for. Token is the
// sequence number of the event that set it: a wake with another is stale.
type Timer struct {
	Token     int64       `json:"token,omitempty"`
	At        time.Time   `json:"at,omitzero"`         // when the state ends by itself
	Reminders []time.Time `json:"reminders,omitempty"` // when to remind the customer, ascending
	Reminded  int         `json:"reminded,omitempty"`  // how many of them were sent
	FollowUp  time.Time   `json:"follow_up,omitzero"`  // when to ask whether all is well; zero: not, or done
	Party     string      `json:"party,omitempty"`     // who is waited for
	Reason    string      `json:"reason,omitempty"`    // why it was snoozed
}

// Counters count what escalation and reports ask for.
type Counters struct {
	Contacts       int `json:"contacts,omitempty"` // messages of the customer
	Replies        int `json:"replies,omitempty"`  // public messages of persons
	BotReplies     int `json:"bot_replies,omitempty"`
	Templates      int `json:"templates,omitempty"`       // of Replies: made from a template ...
	Unedited       int `json:"unedited,omitempty"`        // ... and sent as they were
	Calls          int `json:"calls,omitempty"`           // to the customer
	CallsReached   int `json:"calls_reached,omitempty"`   // of them
	Points         int `json:"points,omitempty"`          // of complaint, ever raised
	PointsAnswered int `json:"points_answered,omitempty"` // of them
	Reopens        int `json:"reopens,omitempty"`
	Reassignments  int `json:"reassignments,omitempty"` // from one agent to another
	HandOffs       int `json:"hand_offs,omitempty"`
	Escalations    int `json:"escalations,omitempty"`
	Merged         int `json:"merged,omitempty"` // tickets that were merged into this one
	Idle           int `json:"idle,omitempty"`   // looks since anybody last touched it
}

// promise returns the open promise with that id.
func (t Ticket) promise(id string) (Promise, bool) {
	i := slices.IndexFunc(t.Promises, func(p Promise) bool { return p.ID == id })
	if i < 0 {
		return Promise{}, false
	}
	return t.Promises[i], true
}

// Linked returns the ticket that a link of this kind points to.
func (t Ticket) Linked(kind LinkKind) (uuid.UUID, bool) {
	for _, l := range t.Links {
		if l.Kind == kind {
			return l.To, true
		}
	}
	return uuid.UUID{}, false
}
