package ticket

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Inbound is a message that came in from outside, as the host's intake read
// it. [Desk.Receive] finds its ticket or opens one.
type Inbound struct {
	Shop string
	// Key is unique for this message in its shop, such as a Message-ID with
	// its mailbox: the same message twice is one message. Required.
	Key      string
	Channel  Channel
	Customer Customer // Ref empty: a guest
	// Conversation is the thread on its channel (a chat, a forum thread, a
	// review), where it has one: with the customer it names the open matter.
	Conversation string
	Orders       []string // order references that the host recognised
	// Ticket is the ticket that the message names in a way the host trusts: a
	// signed reply address, a form on the ticket's own page.
	Ticket    *Ref
	InReplyTo []string // ids of earlier messages, as in References
	Auto      Auto     // not written by a person
	Spam      bool     // the host's filter is sure
	Subject   string
	Text      string
	// Raw is the host's reference to the message as it came, kept with what
	// is cut.
	Raw         string
	Attachments []Attachment
	Reason      Reason
	Priority    Priority // empty: normal
	Touchpoint  Touchpoint
	ToBot       bool // let a bot try first, where the rules let it
	// Address is where an acknowledgement would go. It is hashed, never kept.
	Address string
	// Verified tells that the address is known to be the sender's. Others are
	// acknowledged within a budget only.
	Verified bool
}

// Auto tells that no person wrote a message.
type Auto string

// The kinds of automatic message.
const (
	AutoReplied Auto = "auto_reply" // an absence note, RFC 3834
	AutoBounced Auto = "bounce"     // a delivery report, RFC 3464
)

// Outcome is what became of a message that came in.
type Outcome string

// The outcomes. A message is never refused and never lost.
const (
	Opened     Outcome = "opened"     // a new ticket
	Appended   Outcome = "appended"   // to an open matter
	Reawakened Outcome = "reopened"   // a resolved matter is open again
	FollowedUp Outcome = "follow_up"  // a new ticket, linked to the one that had ended
	Redirected Outcome = "redirected" // to the ticket that its own was merged into
	Duplicate  Outcome = "duplicate"  // it had come before
	Noted      Outcome = "noted"      // automatic, about a known ticket: recorded, nobody is woken
	// Blocked: from a customer on the block list: kept in a ticket of its own
	// in state spam, for the review of the block.
	Blocked Outcome = "blocked"
	// Quarantined: automatic or spam, about no known ticket: kept in a ticket
	// of its own in state spam.
	Quarantined Outcome = "quarantined"
)

// Receipt tells what became of a message.
type Receipt struct {
	Outcome Outcome
	Ticket  Ticket
	Events  []Event // what this message brought about
}

// message is the inbound's words as a history keeps them: cleaned, and cut to
// the limits rather than refused.
func (in Inbound) message(lim Limits) Message {
	text, changed := cleanText(in.Text)
	short := cut(text, lim.Text)
	line := cleanLine(in.Subject)
	subject := cut(line, lim.Name)
	files := cleanFiles(in.Attachments)
	if len(files) > lim.List {
		files = files[:lim.List]
	}
	return Message{
		Text: short, Subject: subject, Channel: in.Channel, External: cut(cleanLine(in.Key), lim.Name),
		Attachments: files, Cut: len(short) < len(text) || len(subject) < len(line) || len(files) < len(in.Attachments),
		Raw: in.Raw, Cleaned: changed || line != strings.TrimSpace(in.Subject),
	}
}

// CustomerMessage is what a customer wrote. [Desk.Receive] gives it.
type CustomerMessage struct {
	Message Message
	Orders  []string // named in it
}

func (CustomerMessage) event() EventKind     { return EventCustomerMessage }
func (CustomerMessage) check(*check, Limits) {}
func (m CustomerMessage) body(*Input) Body   { return m.Message }

// Automatic is a message that no person wrote. [Desk.Receive] gives it.
type Automatic struct {
	Kind    Auto
	Message Message
}

func (a Automatic) event() EventKind {
	if a.Kind == AutoBounced {
		return EventBounce
	}
	return EventAutoReply
}
func (Automatic) check(*check, Limits) {}

func (a Automatic) body(in *Input) Body {
	if in.Rules.workflow.Kind(in.Ticket.State) == StateErased {
		return Message{Channel: a.Message.Channel} // nothing personal comes back after an erasure
	}
	return a.Message
}

// Open opens a ticket: for a customer on the phone, for a finding of the
// host's, or (by [Desk.Receive]) for a message.
type Open struct {
	Customer   Customer
	Subject    string
	Text       string // what the customer said; may be empty
	Channel    Channel
	Priority   Priority // empty: normal
	Reason     Reason
	Touchpoint Touchpoint
	Orders     []string
	Tags       []string
	Fields     map[string]string
	Links      []Link
	Start      State  // new (also where empty), bot or spam
	Key        string // an idempotency key as in [Keyed]; empty: none

	// Finding names what a check of the host's own has found, such as an order
	// that is late: one ticket is opened for one finding, for good, and opening
	// another returns that one. Customers have no findings.
	Finding string

	message *Message // of Receive
}

func (Open) event() EventKind { return EventCreate }

func (o Open) check(c *check, lim Limits) {
	if !o.Channel.valid() {
		c.fail("open.channel", string(o.Channel), "is no channel")
	}
	if o.Priority != "" && !o.Priority.valid() {
		c.fail("open.priority", string(o.Priority), "is no priority")
	}
	if !o.Touchpoint.valid() {
		c.fail("open.touchpoint", string(o.Touchpoint), "is no touchpoint")
	}
	o.Customer.check(c, lim, "open.customer")
	lim.checkName(c, "open.finding", o.Finding, false)
	lim.checkName(c, "open.reason", string(o.Reason), false)
	lim.checkNames(c, "open.orders", o.Orders)
	lim.checkNames(c, "open.tags", o.Tags)
	lim.checkFields(c, "open.fields", o.Fields)
	if o.message != nil {
		return // an inbound: cleaned and cut, never refused
	}
	lim.checkName(c, "open.subject", o.Subject, false)
	if len(o.Links) > lim.List {
		c.failf("open.links", strconv.Itoa(len(o.Links)), "are more than %d", lim.List)
		return
	}
	for i, l := range o.Links {
		checkLink(c, fmt.Sprintf("open.links[%d]", i), l)
	}
	if o.Text != "" {
		lim.checkMessage(c, "open", o.Text, nil)
	}
	if o.Subject == "" && o.Text == "" {
		c.fail("open.text", "", "is missing, and so is a subject")
	}
}

func (o Open) checkRules(c *check, in *Input) { in.Rules.checkReason(c, "open.reason", o.Reason) }

func (o Open) body(in *Input) Body {
	created := Created{
		Shop: in.Actor.Shop, Ticket: in.New.ID, Number: in.New.Number, Customer: o.Customer,
		Subject: cleanLine(o.Subject), Priority: o.Priority, Channel: o.Channel, Reason: o.Reason,
		Touchpoint: o.Touchpoint, Orders: slices.Clone(o.Orders), Tags: sortedUnique(o.Tags),
		Fields: cloneMap(o.Fields), Links: slices.Clone(o.Links), Message: o.message,
	}
	if created.Priority == "" {
		created.Priority = PriorityNormal
	}
	if created.Message == nil && o.Text != "" {
		m := newMessage(o.Text, o.Channel, nil)
		created.Message = &m
	}
	if o.Start == StateBot {
		created.Deadline = in.Rules.botDeadline(in.Now)
	}
	return created
}

// mayBeOf reports whether a customer may open such a ticket.
func (o Open) mayBeOf(customer Actor) bool {
	inner := o.Finding != "" || o.Priority != "" && o.Priority != PriorityNormal || o.Customer.Segment != "" || o.Start == StateSpam ||
		len(o.Tags)+len(o.Fields)+len(o.Links) > 0
	return customer.ID != "" && o.Customer.Ref == customer.ID && !inner
}

// fit brings what a host's intake passed on into the limits, so that a
// message is never refused for its surroundings.
func (in Inbound) fit(r *Rules) Inbound {
	lim := r.limits
	name := func(s string) string {
		s = cut(cleanLine(s), lim.Name)
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		return s
	}
	if !in.Channel.valid() {
		in.Channel = ChannelAPI
	}
	if !in.Priority.valid() {
		in.Priority = PriorityNormal
	}
	if !in.Touchpoint.valid() {
		in.Touchpoint = ""
	}
	if !r.knows(in.Reason) {
		in.Reason = ""
	}
	in.Reason = Reason(name(string(in.Reason)))
	in.Customer = in.Customer.fit(name)
	orders := make([]string, 0, min(len(in.Orders), lim.List))
	for _, o := range in.Orders[:min(len(in.Orders), lim.List)] {
		if o = name(o); o != "" {
			orders = append(orders, o)
		}
	}
	in.Orders = orders
	return in
}

// ceil rounds an instant up to the microsecond that stores keep, so that
// nothing is ever due before its time.
func ceil(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	r := t.UTC().Truncate(time.Microsecond)
	if r.Before(t) {
		r = r.Add(time.Microsecond)
	}
	return r
}

// finding is the key of what the ticket was opened for; nil: nothing.
func (o Open) finding(shop string) *Key {
	if o.Finding == "" {
		return nil
	}
	k := newKey(shop, KeyFinding, o.Finding)
	return &k
}
