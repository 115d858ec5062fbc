package ticket

import (
	"slices"
	"time"
)

// Apply returns the ticket as it is after the event. It is total: what an
// event says that the ticket does not keep changes nothing, and an event of a
// kind unknown to this version moves its state and sequence number only. The
// argument and everything it refers to stay as they are.
func Apply(before Ticket, e Event) Ticket {
	t := fold{before}
	t.moveTo(e)
	switch b := e.Body.(type) {
	case Created:
		t.create(e, b)
	case Message:
		t.hear(e, b)
	case Waited:
		t.wait(e, b)
	case Woken:
		if !b.CloseBy.IsZero() {
			t.settle(e, ResolvedNoReply, b.CloseBy, b.FollowUp)
		}
	case Solved:
		if b.Message != nil {
			t.answer(e)
		}
		t.settle(e, b.Code, b.CloseBy, b.FollowUp)
	case BotTaken:
		t.Timer = Timer{Token: e.Seq, At: b.Deadline}
	case HandedOff:
		t.Counters.HandOffs++
		t.waitFrom(e.At)
	case Assigned:
		t.assign(b)
	case Recorded:
		t.observe(b)
	default:
		t.change(e)
	}
	t.Seq, t.Updated = e.Seq, e.At
	return t.Ticket
}

// fold is a ticket while an event is applied to it.
type fold struct{ Ticket }

// change applies the bodies that only set fields.
func (t *fold) change(e Event) {
	switch b := e.Body.(type) {
	case Changed:
		t.set(b)
	case Tagged:
		t.Tags = without(sortedUnique(slices.Concat(t.Tags, b.Add)), func(s string) bool {
			return slices.Contains(b.Remove, s)
		})
	case Merged:
		t.merge(e, b)
	case Linked:
		if !slices.Contains(t.Links, b.Link) {
			t.Links = append(slices.Clip(t.Links), b.Link)
		}
	case Promised:
		t.Promises = append(slices.Clip(t.Promises), b.Promise)
	case PromiseEnded:
		t.Promises = without(t.Promises, func(p Promise) bool { return p.ID == b.ID })
	case Escalated:
		t.Counters.Escalations++
		if b.Team != "" {
			t.Team = b.Team
		}
	default:
		t.concern(e)
	}
}

// moveTo takes the step between states. A timer belongs to the state that set
// it; only a ticket that was merged or marked by mistake gets its own back.
func (t *fold) moveTo(e Event) {
	if e.Kind != EventRecord {
		t.Counters.Idle = 0
	}
	if e.To == t.State {
		return
	}
	switch e.Kind {
	case EventMerge, EventMarkSpam:
		t.Prior = t.State
	case EventUnmerge, EventNotSpam:
		t.Prior = ""
	default:
		t.Timer = Timer{}
		t.leave(e)
	}
	t.State, t.Since = e.To, e.At
}

// leave notes what ends with the state before.
func (t *fold) leave(e Event) {
	switch e.Kind {
	case EventConfirm, EventAutoClose, EventErase:
		t.stopWaiting()
		t.Callbacks, t.Points = nil, nil
	case EventReopen, EventCustomerMessage, EventAskCustomer, EventCallbackDue:
		if t.Resolution != "" {
			t.Counters.Reopens++
			t.Resolution = ""
		}
	default:
	}
}

func (t *fold) create(e Event, b Created) {
	t.ID, t.Shop, t.Number, t.Customer = b.Ticket, b.Shop, b.Number, b.Customer
	t.Subject, t.Priority, t.Channel, t.Reason = b.Subject, b.Priority, b.Channel, b.Reason
	t.Touchpoint = b.Touchpoint
	t.setFields(b.Fields)
	t.Orders, t.Tags, t.Links = sortedUnique(b.Orders), sortedUnique(b.Tags), owned(b.Links)
	t.Created = e.At
	if !b.Deadline.IsZero() {
		t.Timer = Timer{Token: e.Seq, At: b.Deadline}
	}
	if e.To == StateSpam {
		t.Prior = StateNew // where it goes if it was none
	}
	if b.Message != nil {
		t.Counters.Contacts = 1
		t.barrage(e, b.Message)
	}
}

// hear counts a message and says whose turn it is.
func (t *fold) hear(e Event, m Message) {
	switch e.Kind {
	case EventCustomerMessage:
		t.Counters.Contacts++
		t.barrage(e, &m)
	case EventReply:
		t.answer(e)
	case EventBotReply:
		t.Counters.BotReplies++
		t.stopWaiting()
	case EventAcknowledge:
		t.Barrage.Acknowledged = e.At
	case EventReminder:
		t.Timer.Reminded++
	case EventFollowUp:
		t.Timer.FollowUp = time.Time{}
	default:
	}
}

// waitFrom says that the customer waits for an answer; who waits already has
// waited since then.
func (t *fold) waitFrom(at time.Time) {
	if t.WaitingSince.IsZero() {
		t.WaitingSince = at
	}
}

// answer notes a public answer.
func (t *fold) answer(e Event) {
	if e.Actor.Kind == ActorBot {
		t.Counters.BotReplies++
		t.stopWaiting()
		return
	}
	t.Counters.Replies++
	if m := e.Message(); m != nil {
		t.countWords(*m)
	}
	t.talk(e)
}

// countWords counts what reports ask of a public message of a person.
func (t *fold) countWords(m Message) {
	t.answerPoints(m.Points...)
	if m.Channel != ChannelPhone && t.Barrage.Messages > 0 {
		t.Dispute.Rounds++
	}
	if m.Template == "" {
		return
	}
	t.Counters.Templates++
	if !m.Edited {
		t.Counters.Unedited++
	}
}

// talk notes that a person got through to the customer.
func (t *fold) talk(e Event) {
	t.stopWaiting()
	if t.FirstReply.IsZero() {
		t.FirstReply = e.At
	}
}

func (t *fold) wait(e Event, b Waited) {
	t.Timer = Timer{
		Token: e.Seq, At: b.Wake, Reminders: owned(b.Reminders), Party: b.Party, Reason: b.Reason,
	}
	if b.Message != nil {
		t.answer(e)
	}
}

// settle makes it a resolved ticket.
func (t *fold) settle(e Event, code Resolution, closeBy, followUp time.Time) {
	t.Resolution = code
	t.stopWaiting()
	t.Timer = Timer{Token: e.Seq, At: closeBy, FollowUp: followUp}
}

func (t *fold) assign(b Assigned) {
	if t.Assignee != "" && b.Assignee != "" && t.Assignee != b.Assignee {
		t.Counters.Reassignments++
	}
	t.Assignee, t.Team = b.Assignee, b.Team
}

func (t *fold) set(b Changed) {
	if b.Priority != nil {
		t.Priority = *b.Priority
	}
	if b.Reason != nil {
		t.Reason = *b.Reason
	}
	if b.Subject != nil {
		t.Subject = *b.Subject
	}
	if b.Touchpoint != nil {
		t.Touchpoint = *b.Touchpoint
	}
	if b.Customer != nil {
		t.Customer = *b.Customer
	}
	if len(b.Orders) > 0 {
		t.Orders = sortedUnique(slices.Concat(t.Orders, b.Orders))
	}
	if len(b.Fields) > 0 {
		t.setFields(b.Fields)
	}
}

func (t *fold) setFields(fields map[string]string) {
	all := cloneMap(t.Fields)
	if all == nil {
		all = make(map[string]string, len(fields))
	}
	for k, v := range fields {
		if v == "" {
			delete(all, k)
			continue
		}
		all[k] = v
	}
	if len(all) == 0 {
		all = nil
	}
	t.Fields = all
}

func (t *fold) observe(b Recorded) {
	switch b.What {
	case WhatIdle:
		t.Counters.Idle++
	case WhatPromiseOverdue:
		t.Promises = slices.Clone(t.Promises)
		for i := range t.Promises {
			if t.Promises[i].ID == b.Promise {
				t.Promises[i].Overdue = true
			}
		}
	case WhatPlannedStep:
		if b.Step != nil && b.Step.Escalates {
			t.Counters.Escalations++
		}
	case WhatUndelivered, WhatWarned, WhatBreached, WhatPlannerFault, WhatPlannerRefused, WhatSplit:
		// a mark in the history; the ticket stands as it did
	}
}

// sortedUnique returns the strings sorted, each once; nil where there is none.
func sortedUnique(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	out := slices.Clone(s)
	slices.Sort(out)
	return slices.Compact(out)
}

// owned returns a copy; nil where there is nothing in it.
func owned[E any](s []E) []E {
	if len(s) == 0 {
		return nil
	}
	return slices.Clone(s)
}

// without returns a new slice without what drop names; nil where none is left,
// as it is read back from a store.
func without[E any](s []E, drop func(E) bool) []E {
	var out []E
	for _, e := range s {
		if !drop(e) {
			out = append(out, e)
		}
	}
	return out
}
