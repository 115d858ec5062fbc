package ticket

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// Command asks for something to happen to a ticket. Commands are the types of
// this package whose names are verbs; [Decide] turns one into events or
// refuses it.
type Command interface {
	// event is what the command brings about.
	event() EventKind
	// check finds what is wrong with the command by itself.
	check(c *check, lim Limits)
	// body is what the event will say. The workflow has allowed it by then.
	body(in *Input) Body
}

// ruled is a command of which the rules alone tell whether it can be used.
type ruled interface {
	checkRules(c *check, in *Input)
}

// Accept takes a new ticket into work: the acting agent has it from now on.
type Accept struct{}

func (Accept) event() EventKind     { return EventAccept }
func (Accept) check(*check, Limits) {}
func (Accept) body(in *Input) Body {
	who := in.Ticket.Assignee
	if in.Actor.Kind == ActorAgent {
		who = in.Actor.ID
	}
	return Assigned{Assignee: who, Team: in.Ticket.Team, Before: in.Ticket.Assignee}
}

// Reply answers the customer.
type Reply struct {
	Text        string  // empty: the template's words
	Channel     Channel // empty: the ticket's
	Attachments []Attachment
	Template    Filled
	Points      []string // ids of the complaint points that it answers
}

func (Reply) event() EventKind { return EventReply }
func (r Reply) check(c *check, lim Limits) {
	lim.checkWords(c, "reply", r.Text, r.Template, r.Attachments)
	checkChannel(c, "reply.channel", r.Channel)
	lim.checkNames(c, "reply.points", r.Points)
}

func (r Reply) checkRules(c *check, in *Input) {
	in.Rules.checkFilled(c, "reply.template", r.Template, in.Ticket.Customer.Language)
}

func (r Reply) body(in *Input) Body {
	m := in.words(r.Text, r.Template, orChannel(r.Channel, in.Ticket.Channel), r.Attachments)
	m.Points = owned(r.Points)
	return m
}

// Note adds something that only the shop's people see.
type Note struct {
	Text        string
	Attachments []Attachment
}

func (Note) event() EventKind             { return EventNote }
func (n Note) check(c *check, lim Limits) { lim.checkMessage(c, "note", n.Text, n.Attachments) }
func (n Note) body(*Input) Body           { return newMessage(n.Text, "", n.Attachments) }

// AskCustomer asks the customer something and waits for the answer, at the
// longest until Wake.
type AskCustomer struct {
	Text        string // empty: the template's words
	Attachments []Attachment
	Template    Filled
	Wake        time.Time // zero: as the rules say
}

func (AskCustomer) event() EventKind { return EventAskCustomer }
func (a AskCustomer) check(c *check, lim Limits) {
	lim.checkWords(c, "ask_customer", a.Text, a.Template, a.Attachments)
}

func (a AskCustomer) checkRules(c *check, in *Input) {
	in.Rules.checkFilled(c, "ask_customer.template", a.Template, in.Ticket.Customer.Language)
}

func (a AskCustomer) body(in *Input) Body {
	m := in.words(a.Text, a.Template, in.Ticket.Channel, a.Attachments)
	wake := in.wake(a.Wake)
	return Waited{Message: &m, Wake: wake, Reminders: in.reminders(wake)}
}

// WaitThird waits for somebody else, at the longest until Wake.
type WaitThird struct {
	Party string // the carrier, the maker, the bank
	Wake  time.Time
}

func (WaitThird) event() EventKind { return EventWaitThird }
func (w WaitThird) check(c *check, lim Limits) {
	lim.checkName(c, "wait_third.party", w.Party, true)
}

func (w WaitThird) body(in *Input) Body {
	return Waited{Party: cleanLine(w.Party), Wake: in.wake(w.Wake)}
}

// Snooze puts a ticket aside until an instant.
type Snooze struct {
	Until  time.Time
	Reason string
}

func (Snooze) event() EventKind { return EventSnooze }
func (s Snooze) check(c *check, lim Limits) {
	lim.checkName(c, "snooze.reason", s.Reason, true)
	if s.Until.IsZero() {
		c.fail("snooze.until", "", "is missing")
	}
}

func (s Snooze) body(in *Input) Body {
	return Waited{Reason: cleanLine(s.Reason), Wake: in.wake(s.Until)}
}

// ThirdPartyUpdate notes what came from the party that was waited for.
type ThirdPartyUpdate struct{ Text string }

func (ThirdPartyUpdate) event() EventKind { return EventThirdPartyUpdate }
func (u ThirdPartyUpdate) check(c *check, lim Limits) {
	lim.checkMessage(c, "third_party_update", u.Text, nil)
}
func (u ThirdPartyUpdate) body(*Input) Body { return newMessage(u.Text, "", nil) }

// Assign gives a ticket to an agent or a team. Expect is who has it now: where
// that is no longer true, it is refused, so that two leads do not undo each
// other.
type Assign struct {
	Assignee string
	Team     string // empty: stays
	Expect   string
}

func (Assign) event() EventKind { return EventAssign }
func (a Assign) check(c *check, lim Limits) {
	lim.checkName(c, "assign.assignee", a.Assignee, a.Team == "")
	lim.checkName(c, "assign.team", a.Team, false)
}

func (a Assign) body(in *Input) Body {
	team := a.Team
	if team == "" {
		team = in.Ticket.Team
	}
	return Assigned{Assignee: a.Assignee, Team: team, Before: in.Ticket.Assignee}
}

// Unassign takes a ticket from its agent; its team keeps it.
type Unassign struct{}

func (Unassign) event() EventKind     { return EventUnassign }
func (Unassign) check(*check, Limits) {}
func (Unassign) body(in *Input) Body {
	return Assigned{Team: in.Ticket.Team, Before: in.Ticket.Assignee}
}

// Set changes fields; what is nil stays.
type Set struct {
	Priority   *Priority
	Reason     *Reason
	Subject    *string
	Touchpoint *Touchpoint
	Customer   *Customer         // a guest becomes a customer
	AddOrders  []string          // order references
	Fields     map[string]string // an empty value deletes the field
}

func (Set) event() EventKind { return EventSet }
func (s Set) check(c *check, lim Limits) {
	if s.Priority != nil && !s.Priority.valid() {
		c.fail("set.priority", string(*s.Priority), "is no priority")
	}
	if s.Reason != nil {
		lim.checkName(c, "set.reason", string(*s.Reason), false)
	}
	if s.Touchpoint != nil && !s.Touchpoint.valid() {
		c.fail("set.touchpoint", string(*s.Touchpoint), "is no touchpoint")
	}
	if s.Customer != nil {
		s.Customer.check(c, lim, "set.customer")
	}
	lim.checkNames(c, "set.add_orders", s.AddOrders)
	lim.checkFields(c, "set.fields", s.Fields)
}

func (s Set) checkRules(c *check, in *Input) {
	if s.Reason != nil {
		in.Rules.checkReason(c, "set.reason", *s.Reason)
	}
}

func (s Set) body(*Input) Body {
	subject := s.Subject
	if subject != nil {
		line := cleanLine(*subject)
		subject = &line
	}
	return Changed{
		Priority: s.Priority, Reason: s.Reason, Subject: subject, Touchpoint: s.Touchpoint,
		Customer: s.Customer, Orders: slices.Clone(s.AddOrders), Fields: cloneMap(s.Fields),
	}
}

// Tag adds and removes labels of the shop's own.
type Tag struct{ Add, Remove []string }

func (Tag) event() EventKind { return EventTag }
func (t Tag) check(c *check, lim Limits) {
	lim.checkNames(c, "tag.add", t.Add)
	lim.checkNames(c, "tag.remove", t.Remove)
	if len(t.Add)+len(t.Remove) == 0 {
		c.fail("tag", "", "names no tag")
	}
}

func (t Tag) body(*Input) Body {
	return Tagged{Add: slices.Clone(t.Add), Remove: slices.Clone(t.Remove)}
}

// AddLink ties a ticket to another.
type AddLink struct {
	Kind LinkKind
	To   uuid.UUID
}

func (AddLink) event() EventKind           { return EventLink }
func (l AddLink) check(c *check, _ Limits) { checkLink(c, "link", Link(l)) }

func (l AddLink) body(*Input) Body { return Linked{Link(l)} }

func checkLink(c *check, path string, l Link) {
	if !l.Kind.valid() || l.Kind == LinkMergedInto {
		c.fail(path+".kind", string(l.Kind), "is no kind of link that can be added")
	}
	if l.To == (uuid.UUID{}) {
		c.fail(path+".to", "", "is missing")
	}
}

// MakePromise tells the customer that something will happen by Due.
type MakePromise struct {
	Text string
	Due  time.Time
}

func (MakePromise) event() EventKind { return EventPromise }
func (p MakePromise) check(c *check, lim Limits) {
	lim.checkName(c, "promise.text", p.Text, true)
	if p.Due.IsZero() {
		c.fail("promise.due", "", "is missing")
	}
}

func (p MakePromise) body(in *Input) Body {
	return Promised{Promise{ID: concernID("p", in.Ticket.Seq+1), Text: cleanLine(p.Text), Due: ceil(p.Due)}}
}

// KeepPromise says that a promise was kept.
type KeepPromise struct{ ID string }

func (KeepPromise) event() EventKind             { return EventKeepPromise }
func (k KeepPromise) check(c *check, lim Limits) { lim.checkName(c, "keep_promise.id", k.ID, true) }
func (k KeepPromise) body(*Input) Body           { return PromiseEnded{ID: k.ID} }

// BreakPromise says that a promise will not be kept, and why.
type BreakPromise struct{ ID, Reason string }

func (BreakPromise) event() EventKind { return EventBreakPromise }
func (b BreakPromise) check(c *check, lim Limits) {
	lim.checkName(c, "break_promise.id", b.ID, true)
	lim.checkName(c, "break_promise.reason", b.Reason, true)
}

func (b BreakPromise) body(*Input) Body { return PromiseEnded{ID: b.ID, Reason: cleanLine(b.Reason)} }

// Escalate says that somebody else must look now.
type Escalate struct {
	Reason string
	Team   string // empty: stays
}

func (Escalate) event() EventKind { return EventEscalate }
func (e Escalate) check(c *check, lim Limits) {
	lim.checkName(c, "escalate.reason", e.Reason, true)
	lim.checkName(c, "escalate.team", e.Team, false)
}
func (e Escalate) body(*Input) Body { return Escalated{Reason: cleanLine(e.Reason), Team: e.Team} }
