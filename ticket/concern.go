package ticket

import (
	"slices"
	"strconv"
)

// What a ticket holds beyond words, timers and promises: callbacks, complaint
// points, a playbook, and what a dispute has come to.

// The events of what a ticket holds beyond words.
const (
	EventRequestCallback EventKind = "request_callback"
	EventCallbackDue     EventKind = "callback_due"
	EventCall            EventKind = "call"
	EventCancelCallback  EventKind = "cancel_callback"
	EventAddPoint        EventKind = "add_point"
	EventAnswerPoint     EventKind = "answer_point"
	EventStartPlaybook   EventKind = "start_playbook"
	EventAdvancePlaybook EventKind = "advance_playbook"
	EventSkipStep        EventKind = "skip_step"
	EventStopPlaybook    EventKind = "stop_playbook"
	EventDocumentAbuse   EventKind = "document_abuse"
	EventOfferPhone      EventKind = "offer_phone"
	EventAcceptPhone     EventKind = "accept_phone"
	EventDeclinePhone    EventKind = "decline_phone"
	EventRecordDispute   EventKind = "record_dispute"
	EventApprove         EventKind = "approve"
	EventAcknowledge     EventKind = "acknowledge"
	EventAck             EventKind = "ack"   // somebody looks after an escalated ticket
	EventUnack           EventKind = "unack" // and does so no more
)

func concernEvents() []EventKind {
	return []EventKind{
		EventRequestCallback, EventCallbackDue, EventCall, EventCancelCallback, EventAddPoint, EventAnswerPoint,
		EventStartPlaybook, EventAdvancePlaybook, EventSkipStep, EventStopPlaybook, EventDocumentAbuse,
		EventOfferPhone, EventAcceptPhone, EventDeclinePhone, EventRecordDispute, EventApprove, EventAcknowledge,
		EventAck, EventUnack,
	}
}

// The codes of their guards.
const (
	CodeOpenCallback    Code = "open_callback"    // a callback is still to be made
	CodeNoSuchCallback  Code = "no_such_callback" // no open callback has this id
	CodeOpenPoint       Code = "open_point"       // a point of the complaint has no answer
	CodeNoSuchPoint     Code = "no_such_point"    // no open point has this id
	CodeOpenPlaybook    Code = "open_playbook"    // the playbook has a step to do
	CodePlaybookRunning Code = "playbook_running" // another playbook runs
	CodeNoPlaybook      Code = "no_playbook"      // none runs
	CodeOtherStep       Code = "other_step"       // another step is to be done
	CodeStepRequired    Code = "step_required"    // the step cannot be skipped
	CodeSlotUnfilled    Code = "slot_unfilled"    // a slot of the template has no value
	CodeLimit           Code = "limit"            // the ticket holds as many as it may
	CodePhoneNotOffered Code = "phone_not_offered"
	CodePersonDecides   Code = "person_decides" // only a person may decide this
	CodeBotDoubt        Code = "bot_doubt"      // the bot is not sure enough
	CodeBotTurns        Code = "bot_turns"      // the bot has answered as often as it may
)

// concernRows returns the rows of callbacks, points, playbooks and disputes.
func concernRows() []Row {
	return slices.Concat(callbackRows(), pointRows(), playbookRows(), disputeRows(), acknowledgeRows(), botRows(), ackRows())
}

// liveStates are the states of a matter that can still be worked on.
func liveStates() []State {
	return []State{
		StateNew, StateBot, StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed, StateResolved,
	}
}

// concernGuards returns the guards of these rows by name.
func concernGuards() map[string]Guard {
	return map[string]Guard{
		"has_room":         guardHasRoom,
		"window_ahead":     guardWindowAhead,
		"callback_open":    guardCallbackOpen,
		"call_ahead":       guardCallAhead,
		"callback_due":     guardCallbackDue,
		"no_open_callback": guardNoOpenCallback,
		"point_open":       guardPointOpen,
		"points_answered":  guardPointsAnswered,
		"playbook_free":    guardPlaybookFree,
		"playbook_runs":    guardPlaybookRuns,
		"step_current":     guardStepCurrent,
		"step_ready":       guardStepReady,
		"step_skippable":   guardStepSkippable,
		"playbook_done":    guardPlaybookDone,
		"slots_filled":     guardSlotsFilled,
		"phone_offered":    guardPhoneOffered,
		"person_decides":   guardPersonDecides,
		"acknowledge_due":  guardAcknowledgeDue,
		"read_all":         guardReadAll,
		"bot_may_answer":   guardBotMayAnswer,
	}
}

// decodeConcern reads the bodies of these events.
func decodeConcern(kind EventKind, data []byte) (Body, error) {
	switch kind {
	case EventRequestCallback:
		return read[CallbackRequested](data)
	case EventCallbackDue:
		return read[CallbackCame](data)
	case EventCall:
		return read[Called](data)
	case EventCancelCallback:
		return read[CallbackCancelled](data)
	case EventAddPoint:
		return read[PointAdded](data)
	case EventAnswerPoint:
		return read[PointAnswered](data)
	case EventStartPlaybook:
		return read[PlaybookStarted](data)
	case EventAdvancePlaybook, EventSkipStep:
		return read[StepDone](data)
	case EventStopPlaybook:
		return read[PlaybookStopped](data)
	case EventDocumentAbuse:
		return read[AbuseDocumented](data)
	case EventOfferPhone:
		return read[PhoneOffered](data)
	case EventRecordDispute:
		return read[DisputeRecorded](data)
	case EventApprove:
		return read[Approved](data)
	default:
		return read[Triggered](data)
	}
}

// concern applies these events.
func (t *fold) concern(e Event) {
	switch b := e.Body.(type) {
	case CallbackRequested:
		t.requestCallback(e, b)
	case CallbackCame:
		t.callbackCame(b)
	case Called:
		t.called(e, b)
	case CallbackCancelled:
		t.dropCallback(b.ID)
	case PointAdded:
		t.addPoint(b)
	case PointAnswered:
		t.answerPoints(b.ID)
	case PlaybookStarted:
		t.startPlaybook(e, b)
	case StepDone:
		t.stepDone(b)
	case PlaybookStopped:
		t.Playbook = Progress{}
	case Triggered:
		t.setFields(b.Fields)
	default:
		t.dispute(e)
	}
}

// concernID names something by the event that brought it about.
func concernID(prefix string, seq int64) string { return prefix + strconv.FormatInt(seq, 10) }

// hasOpen reports whether the customer still waits for something that it was
// told would happen: such a ticket does not end by itself.
func (t Ticket) hasOpen() bool { return len(t.Promises)+len(t.Callbacks) > 0 }

// guardHasRoom holds where the ticket does not hold too much of what the
// command adds to: it stays small however long it lives.
func guardHasRoom(in *Input) []Blocker {
	t, lim := in.Ticket, in.Rules.limits
	full := func(what string, n, limit int) []Blocker {
		return unless(n <= limit, CodeLimit, "what", what, "limit", strconv.Itoa(limit))
	}
	switch cmd := in.Command.(type) {
	case MakePromise:
		return full("promises", len(t.Promises)+1, lim.Open)
	case RequestCallback:
		return full("callbacks", len(t.Callbacks)+1, lim.Open)
	case AddPoint:
		return full("points", len(t.Points)+1, lim.Open)
	case AddLink:
		return full("links", len(t.Links)+1, lim.List)
	case Tag:
		after := Apply(*t, Event{To: t.State, Body: cmd.body(in)})
		return full("tags", len(after.Tags), lim.List)
	case Set:
		after := Apply(*t, Event{To: t.State, Body: cmd.body(in)})
		return slices.Concat(full("orders", len(after.Orders), lim.List), full("fields", len(after.Fields), lim.List))
	default:
		return nil
	}
}
