package ticket

import "github.com/kulanz-go/kulanz/sla"

// Marks returns a history as package sla reads it: one mark for each event.
// With [sla.Evaluate] they give every deadline of the ticket, under any
// policy.
func Marks(history []Event) []sla.Mark {
	marks := make([]sla.Mark, len(history))
	var t Ticket
	for i, e := range history {
		t = Apply(t, e)
		marks[i] = Mark(t, e)
	}
	return marks
}

// Mark returns one event as package sla reads it; t is the ticket after it.
// Pause sets of a policy name the ticket's states.
func Mark(t Ticket, e Event) sla.Mark {
	m := sla.Mark{Seq: e.Seq, At: e.At, Kind: markKind(e)}
	if e.To != e.From {
		m.State = string(e.To)
	}
	if m.Kind.Has(sla.MarkOpened | sla.MarkSubject) {
		m.Subject = subject(t)
	}
	switch b := e.Body.(type) {
	case Promised:
		m.Promise, m.Due = b.Promise.ID, b.Promise.Due
	case PromiseEnded:
		m.Promise = b.ID
	}
	return m
}

// markKind is what an event is to the clocks; it may be several things.
func markKind(e Event) sla.MarkKind {
	kind := talkKind(e)
	reopens := e.From == StateResolved || e.From == StateClosed
	switch {
	case e.Kind == EventCreate && e.To == StateSpam:
		return kind | sla.MarkOpened | sla.MarkSpam
	case e.Kind == EventCreate:
		return kind | sla.MarkOpened
	case reopens && !e.To.isFinal() && e.To != e.From && e.Kind != EventUnmerge:
		return kind | sla.MarkReopened
	}
	kind |= changeKind(e)
	if kind == 0 {
		return sla.MarkNote // nothing to any clock
	}
	return kind
}

// talkKind is what an event says, to whom and by whom.
func talkKind(e Event) sla.MarkKind {
	switch {
	case e.Kind == EventCall:
		return callKind(e)
	case e.Kind == EventRequestCallback && (e.Actor.Kind == ActorCustomer || e.Actor.Kind == ActorBot):
		return sla.MarkCustomerMessage // it waits for the shop from now on
	case e.Message() == nil:
		return 0
	case e.isAutomatic():
		return sla.MarkAutoReply
	case !e.Public():
		return sla.MarkNote
	case e.Kind == EventCreate || e.Kind == EventCustomerMessage:
		return sla.MarkCustomerMessage
	case e.Actor.Kind == ActorBot:
		return sla.MarkBotReply
	default:
		return sla.MarkAgentReply
	}
}

// callKind is what a call says: who was reached was answered.
func callKind(e Event) sla.MarkKind {
	if b, ok := e.Body.(Called); ok && b.Outcome == CallReached {
		return sla.MarkAgentReply
	}
	return sla.MarkNote
}

// isAutomatic reports whether nobody wrote the words of an event.
func (e Event) isAutomatic() bool {
	switch e.Kind {
	case EventAutoReply, EventBounce, EventReminder, EventFollowUp, EventAcknowledge:
		return true
	default:
		return e.Kind == EventOfferPhone && e.Actor.Kind == ActorSystem
	}
}

// changeKind is what an event changes.
func changeKind(e Event) sla.MarkKind {
	switch e.Kind {
	case EventResolve, EventBotResolve, EventAutoResolve:
		return sla.MarkResolved
	case EventConfirm, EventAutoClose:
		return sla.MarkClosed
	case EventMerge:
		return sla.MarkMerged
	case EventMarkSpam:
		return sla.MarkSpam
	case EventErase:
		return sla.MarkCancelled
	case EventUnmerge, EventNotSpam:
		return sla.MarkRestored
	case EventAccept, EventAssign:
		if b, ok := e.Body.(Assigned); ok && b.Assignee == "" {
			break // to a team: nobody works on it yet
		}
		return sla.MarkAssigned
	case EventSet, EventTag:
		return sla.MarkSubject
	case EventPromise:
		return sla.MarkPromiseMade
	case EventKeepPromise:
		return sla.MarkPromiseKept
	case EventBreakPromise:
		return sla.MarkPromiseBroken
	}
	if e.To != e.From {
		return sla.MarkState
	}
	return 0
}

func subject(t Ticket) *sla.Subject {
	return &sla.Subject{
		Shop: t.Shop, Priority: string(t.Priority), Channel: string(t.Channel), Reason: string(t.Reason),
		ReasonParent: string(t.Reason.Parent()), Segment: t.Customer.Segment, Language: t.Customer.Language, Tags: t.Tags,
	}
}
