package ticket

import (
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/sla"
)

// Resolve ends the work on a ticket; the customer may still come back while
// the reopen window lasts.
type Resolve struct {
	Code     Resolution
	Text     string // the last word to the customer; may be empty where one was said
	Template Filled // the last word's, where Text is empty
}

func (Resolve) event() EventKind { return EventResolve }
func (r Resolve) check(c *check, lim Limits) {
	checkSolution(c, lim, "resolve", r.Code, r.Text)
}

func (r Resolve) checkRules(c *check, in *Input) {
	in.Rules.checkFilled(c, "resolve.template", r.Template, in.Ticket.Customer.Language)
}
func (r Resolve) body(in *Input) Body { return in.solved(r.Code, r.Text, r.Template) }

// BotResolve is a bot's [Resolve], where the rules let it.
type BotResolve struct {
	Code Resolution
	Text string
}

func (BotResolve) event() EventKind { return EventBotResolve }
func (r BotResolve) check(c *check, lim Limits) {
	checkSolution(c, lim, "bot_resolve", r.Code, r.Text)
}
func (r BotResolve) body(in *Input) Body { return in.solved(r.Code, r.Text, Filled{}) }

func checkSolution(c *check, lim Limits, path string, code Resolution, text string) {
	if !code.valid() {
		c.fail(path+".code", string(code), "is no resolution")
	}
	if text != "" {
		lim.checkMessage(c, path, text, nil)
	}
}

func (in *Input) solved(code Resolution, text string, f Filled) Body {
	s := Solved{Code: code, CloseBy: in.closeBy(), FollowUp: in.followUp()}
	if text != "" || f.ID != "" {
		m := in.words(text, f, in.Ticket.Channel, nil)
		s.Message = &m
	}
	return s
}

// Confirm is the customer's word that all is well: the ticket closes.
type Confirm struct{}

func (Confirm) event() EventKind     { return EventConfirm }
func (Confirm) check(*check, Limits) {}
func (Confirm) body(*Input) Body     { return nil }

// Reopen takes up work on a resolved ticket; on a closed one it takes a lead
// and a reason.
type Reopen struct{ Reason string }

func (Reopen) event() EventKind             { return EventReopen }
func (r Reopen) check(c *check, lim Limits) { lim.checkName(c, "reopen.reason", r.Reason, false) }
func (r Reopen) body(*Input) Body           { return Reopened{cleanLine(r.Reason)} }

// MarkSpam puts a ticket away as spam.
type MarkSpam struct{ Reason string }

func (MarkSpam) event() EventKind             { return EventMarkSpam }
func (m MarkSpam) check(c *check, lim Limits) { lim.checkName(c, "mark_spam.reason", m.Reason, false) }
func (m MarkSpam) body(*Input) Body           { return Reopened{cleanLine(m.Reason)} }

// NotSpam takes the mark back: the ticket is where it was before.
type NotSpam struct{}

func (NotSpam) event() EventKind     { return EventNotSpam }
func (NotSpam) check(*check, Limits) {}
func (NotSpam) body(*Input) Body     { return Reopened{} }

// BotTake lets a bot try first, until the deadline of the rules.
type BotTake struct{}

func (BotTake) event() EventKind     { return EventBotTake }
func (BotTake) check(*check, Limits) {}
func (BotTake) body(in *Input) Body  { return BotTaken{in.Rules.botDeadline(in.Now)} }

// HandOff gives a ticket from a bot to people, with what the bot learned.
type HandOff struct {
	Summary string
	Why     []Blocker // why the bot could not go on; none: somebody asked for a person
}

func (HandOff) event() EventKind { return EventHandOff }
func (h HandOff) check(c *check, lim Limits) {
	if h.Summary != "" {
		lim.checkMessage(c, "hand_off.summary", h.Summary, nil)
	}
}

func (h HandOff) body(*Input) Body {
	text, _ := cleanText(h.Summary)
	return HandedOff{text, owned(h.Why)}
}

// The commands below are the system's own; [Desk.Tick] gives them.

// Wake ends a waiting state whose time has come. A token that is not the
// timer's is stale, and the wake is refused.
type Wake struct{ Token int64 }

func (Wake) event() EventKind     { return EventWake }
func (Wake) check(*check, Limits) {}
func (w Wake) body(*Input) Body   { return Woken{Token: w.Token} }

// AutoResolve resolves a ticket whose customer did not answer in time and was
// reminded.
type AutoResolve struct{ Token int64 }

func (AutoResolve) event() EventKind     { return EventAutoResolve }
func (AutoResolve) check(*check, Limits) {}
func (a AutoResolve) body(in *Input) Body {
	return Woken{Token: a.Token, CloseBy: in.closeBy(), FollowUp: in.followUp()}
}

// AutoClose closes a resolved ticket whose reopen window is over.
type AutoClose struct{}

func (AutoClose) event() EventKind     { return EventAutoClose }
func (AutoClose) check(*check, Limits) {}
func (AutoClose) body(*Input) Body     { return nil }

// Remind reminds the customer of an open question, in the shop's words.
type Remind struct{ Text string }

func (Remind) event() EventKind      { return EventReminder }
func (Remind) check(*check, Limits)  {}
func (r Remind) body(in *Input) Body { return newMessage(r.Text, in.Ticket.Channel, nil) }

// FollowUp asks after a solution whether all is well, in the shop's words.
type FollowUp struct{ Text string }

func (FollowUp) event() EventKind      { return EventFollowUp }
func (FollowUp) check(*check, Limits)  {}
func (f FollowUp) body(in *Input) Body { return newMessage(f.Text, in.Ticket.Channel, nil) }

// Observe notes what the system noticed.
type Observe struct {
	What    What
	Promise string // of WhatPromiseOverdue
	Effect  int64  // of WhatUndelivered: the sequence number of its event
	Alert   *sla.Alert
	Planner string
	Code    string
	Ticket  *uuid.UUID // of WhatSplit
	Step    *PlannedStep
}

func (Observe) event() EventKind     { return EventRecord }
func (Observe) check(*check, Limits) {}
func (o Observe) body(*Input) Body   { return Recorded(o) }
