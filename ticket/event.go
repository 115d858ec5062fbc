package ticket

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
)

// Event is one thing that happened to a ticket. Its history is the list of
// them; the ticket is their sum.
type Event struct {
	Seq   int64     `json:"seq"`
	ID    uuid.UUID `json:"id"`
	At    time.Time `json:"at"`
	Kind  EventKind `json:"kind"`
	Actor By        `json:"actor"`
	Cause Cause     `json:"cause"`
	// CausedBy is the sequence number of the ticket's event that led to this
	// one; zero: it came from outside.
	CausedBy int64  `json:"caused_by,omitempty"`
	Row      string `json:"row"`            // the row of the workflow that allowed it
	From     State  `json:"from,omitempty"` // the state before
	To       State  `json:"to"`             // and after
	Body     Body   `json:"body,omitempty"`
}

// Cause tells what brought an event about.
type Cause string

// The causes.
const (
	CauseCommand Cause = "command" // somebody called Do
	CauseInbound Cause = "inbound" // a message came in
	CauseTimer   Cause = "timer"   // its time had come
	CauseClock   Cause = "clock"   // a deadline came near, or passed
	CausePlanner Cause = "planner" // a planner wanted it
)

// Body is what an event says beyond that it happened: one of the types below,
// given by the event's kind. It is nil where there is nothing more to say.
type Body interface{ body() }

// Created is the body of create.
type Created struct {
	Shop       string            `json:"shop"`
	Ticket     uuid.UUID         `json:"ticket"`
	Number     string            `json:"number"`
	Customer   Customer          `json:"customer"`
	Subject    string            `json:"subject,omitempty"`
	Priority   Priority          `json:"priority"`
	Channel    Channel           `json:"channel"`
	Reason     Reason            `json:"reason,omitempty"`
	Touchpoint Touchpoint        `json:"touchpoint,omitempty"`
	Orders     []string          `json:"orders,omitempty"`
	Tags       []string          `json:"tags,omitempty"`
	Fields     map[string]string `json:"fields,omitempty"`
	Links      []Link            `json:"links,omitempty"`
	Message    *Message          `json:"message,omitempty"` // what the customer wrote
	Deadline   time.Time         `json:"deadline,omitzero"` // a bot hands over by then
}

// Message is the body of whatever carries words: customer_message, reply,
// bot_reply, note, reminder, follow_up, acknowledge, auto_reply, bounce and
// third_party_update. Notes and updates are internal, all others public.
type Message struct {
	Text        string       `json:"text"`
	Subject     string       `json:"subject,omitempty"`
	Channel     Channel      `json:"channel,omitempty"`
	External    string       `json:"external,omitempty"` // the id it has outside, such as a Message-ID
	Attachments []Attachment `json:"attachments,omitempty"`
	// Cut tells that Text, Subject or the list of Attachments was longer than
	// the limit; Raw is the host's reference to the whole.
	Cut bool   `json:"cut,omitempty"`
	Raw string `json:"raw,omitempty"`
	// Cleaned tells that characters which no text or subject has were removed.
	Cleaned bool `json:"cleaned,omitempty"`
	// Template is what the words were made from, as "id@version"; Edited tells
	// that somebody changed them.
	Template string   `json:"template,omitempty"`
	Edited   bool     `json:"edited,omitempty"`
	Points   []string `json:"points,omitempty"` // complaint points that it answers
	Links    []string `json:"links,omitempty"`  // further reading
	// Ack tells that a barrage which it begins may be acknowledged.
	Ack bool `json:"ack,omitempty"`
}

// Attachment is a file that the host keeps.
type Attachment struct {
	Ref  string `json:"ref"` // the host's reference
	Name string `json:"name,omitempty"`
	Type string `json:"type,omitempty"` // media type
	Size int64  `json:"size,omitempty"` // bytes
}

// Waited is the body of ask_customer, wait_third and snooze.
type Waited struct {
	Message   *Message    `json:"message,omitempty"` // the question
	Party     string      `json:"party,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	Wake      time.Time   `json:"wake"`
	Reminders []time.Time `json:"reminders,omitempty"`
}

// Woken is the body of wake and auto_resolve: the timer that came due.
type Woken struct {
	Token int64 `json:"token"`
	// CloseBy and FollowUp are set where the ticket resolves.
	CloseBy  time.Time `json:"close_by,omitzero"`
	FollowUp time.Time `json:"follow_up,omitzero"`
}

// BotTaken is the body of bot_take.
type BotTaken struct {
	Deadline time.Time `json:"deadline"` // hands over by then
}

// HandedOff is the body of hand_off.
type HandedOff struct {
	Summary string    `json:"summary,omitempty"`
	Why     []Blocker `json:"why,omitempty"` // none: somebody asked for a person
}

// Assigned is the body of accept, assign and unassign.
type Assigned struct {
	Assignee string `json:"assignee,omitempty"`
	Team     string `json:"team,omitempty"`
	Before   string `json:"before,omitempty"`
}

// Changed is the body of set; what is nil stays.
type Changed struct {
	Priority   *Priority         `json:"priority,omitempty"`
	Reason     *Reason           `json:"reason,omitempty"`
	Subject    *string           `json:"subject,omitempty"`
	Touchpoint *Touchpoint       `json:"touchpoint,omitempty"`
	Customer   *Customer         `json:"customer,omitempty"`
	Orders     []string          `json:"orders,omitempty"` // added
	Fields     map[string]string `json:"fields,omitempty"` // set; an empty value deletes
}

// Tagged is the body of tag.
type Tagged struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// Linked is the body of link.
type Linked struct {
	Link Link `json:"link"`
}

// Promised is the body of promise.
type Promised struct {
	Promise Promise `json:"promise"`
}

// PromiseEnded is the body of keep_promise and break_promise.
type PromiseEnded struct {
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"`
}

// Escalated is the body of escalate.
type Escalated struct {
	Reason string `json:"reason"`
	Team   string `json:"team,omitempty"` // who has it from now on
}

// Solved is the body of resolve and bot_resolve.
type Solved struct {
	Code     Resolution `json:"code"`
	Message  *Message   `json:"message,omitempty"` // the last word to the customer
	CloseBy  time.Time  `json:"close_by"`
	FollowUp time.Time  `json:"follow_up,omitzero"`
}

// Reopened is the body of reopen, mark_spam and not_spam.
type Reopened struct {
	Reason string `json:"reason,omitempty"`
}

// Recorded is the body of record.
type Recorded struct {
	What    What   `json:"what"`
	Promise string `json:"promise,omitempty"`
	Effect  int64  `json:"effect,omitempty"`
	// Alert is the warning or breach of a deadline.
	Alert *sla.Alert `json:"alert,omitempty"`
	// Planner is whose fault it is, and Code which.
	Planner string `json:"planner,omitempty"`
	Code    string `json:"code,omitempty"`
	// Ticket is the one that was split off.
	Ticket *uuid.UUID `json:"ticket,omitempty"`
	// Step is a step of a plan that a planner noted.
	Step *PlannedStep `json:"step,omitempty"`
}

// PlannedStep is a step of a planner's own plan, and what became of it.
type PlannedStep struct {
	// Key names the step once and for all, as the planner counts them.
	Key    string `json:"key"`
	Status string `json:"status"` // in the planner's words
	// Notify makes it an effect: somebody is to be told. Whom, and what, stands
	// in Detail.
	Notify bool `json:"notify,omitempty"`
	// Escalates counts it among [Counters].Escalations.
	Escalates bool `json:"escalates,omitempty"`
	// Detail is the planner's own, in JSON; erasure takes it away.
	Detail json.RawMessage `json:"detail,omitempty"`
}

// What is what the system noticed.
type What string

// What the system notices by itself.
const (
	// WhatIdle: nobody touched a live ticket for the time that the rules give.
	WhatIdle What = "idle"
	// WhatPromiseOverdue: a promise came due and is neither kept nor broken.
	WhatPromiseOverdue What = "promise_overdue"
	// WhatUndelivered: an effect could not be delivered and is given up.
	WhatUndelivered What = "undelivered"
	// WhatWarned: a deadline reached a warning mark.
	WhatWarned What = "sla_warned"
	// WhatBreached: a deadline has passed.
	WhatBreached What = "sla_breached"
	// WhatPlannerFault: what a planner returned was dropped.
	WhatPlannerFault What = "planner_fault"
	// WhatSplit: some of the messages have a ticket of their own now.
	WhatSplit What = "split"
	// WhatPlannerRefused: the rules refused what a planner wanted.
	WhatPlannerRefused What = "planner_refused"
	// WhatPlannedStep: a step of a planner's plan has come.
	WhatPlannedStep What = "planned_step"
)

func (Created) body()      {}
func (Message) body()      {}
func (Waited) body()       {}
func (Woken) body()        {}
func (BotTaken) body()     {}
func (HandedOff) body()    {}
func (Assigned) body()     {}
func (Changed) body()      {}
func (Tagged) body()       {}
func (Linked) body()       {}
func (Promised) body()     {}
func (PromiseEnded) body() {}
func (Escalated) body()    {}
func (Solved) body()       {}
func (Reopened) body()     {}
func (Recorded) body()     {}

// Message returns the words that an event carries, or nil.
func (e Event) Message() *Message {
	switch b := e.Body.(type) {
	case Message:
		return &b
	case Created:
		return b.Message
	case Waited:
		return b.Message
	case Solved:
		return b.Message
	case PhoneOffered:
		return b.Message
	default:
		return nil
	}
}

// Public reports whether an event carries words that the customer may read.
func (e Event) Public() bool {
	return e.Kind != EventNote && e.Kind != EventThirdPartyUpdate && e.Message() != nil
}

// stored is the part of an event that a store keeps as Data.
type stored struct {
	Actor By     `json:"actor"`
	Cause Cause  `json:"cause"`
	After int64  `json:"caused_by,omitempty"`
	Row   string `json:"row"`
	From  State  `json:"from,omitempty"`
	To    State  `json:"to"`
}

// EncodeEvent returns an event as a store keeps it.
func EncodeEvent(e Event) (StoredEvent, error) {
	data, err := json.Marshal(struct {
		stored

		Body Body `json:"body,omitempty"`
	}{stored{Actor: e.Actor, Cause: e.Cause, After: e.CausedBy, Row: e.Row, From: e.From, To: e.To}, e.Body})
	if err != nil {
		return StoredEvent{}, fmt.Errorf("ticket: event %d of kind %s: %w", e.Seq, e.Kind, err)
	}
	return StoredEvent{Seq: e.Seq, ID: e.ID, At: e.At, Kind: e.Kind, Data: data}, nil
}

// DecodeEvent reads what [EncodeEvent] returns. An error is an [ErrCorrupt].
func DecodeEvent(se StoredEvent) (Event, error) {
	var s struct {
		stored

		Body json.RawMessage `json:"body,omitempty"`
	}
	if err := json.Unmarshal(se.Data, &s); err != nil {
		return Event{}, corrupt(se, err)
	}
	e := Event{
		Seq: se.Seq, ID: se.ID, At: se.At, Kind: se.Kind,
		Actor: s.Actor, Cause: s.Cause, CausedBy: s.After, Row: s.Row, From: s.From, To: s.To,
	}
	if len(s.Body) == 0 {
		return e, nil
	}
	body, err := decodeBody(se.Kind, s.Body)
	if err != nil {
		return Event{}, corrupt(se, err)
	}
	e.Body = body
	return e, nil
}

func corrupt(se StoredEvent, err error) error {
	return fmt.Errorf("ticket: event %d (%s) of kind %q: %w: %w", se.Seq, se.ID, se.Kind, ErrCorrupt, err)
}
