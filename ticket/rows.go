package ticket

import "slices"

// Row is one line of the transition table: an event, the states it is
// possible in, who may bring it about, and what must hold.
type Row struct {
	// ID names the row; empty: the event's name. Rows of one event need ids
	// of their own.
	ID    string    `json:"id,omitempty"`
	Event EventKind `json:"event"`
	From  []State   `json:"from"`
	// To is where the event leads; empty: the ticket stays where it is.
	To     State       `json:"to,omitempty"`
	Actors []ActorKind `json:"actors"`
	// Role, where set, is what an agent needs; the system needs none.
	Role Role `json:"role,omitempty"`
	// Guards must all hold. "!name" holds where the guard does not. Rows of
	// one event and state need guards of which exactly one row's hold.
	Guards []string `json:"guards,omitempty"`
	// Then says that a customer's message goes elsewhere, and the ticket stays
	// as it is; or that a bot's reply becomes a hand-off.
	Then Then `json:"then,omitempty"`
}

// Then is where a message goes that a ticket does not take.
type Then string

// The ways on.
const (
	ThenFollowUp Then = "follow_up" // into a new ticket, linked to this one
	ThenRedirect Then = "redirect"  // into the ticket that this one was merged into
	ThenHandOff  Then = "hand_off"  // of a bot's reply: to people, and it is not sent
)

// BuiltinRows returns the library's transition table. The slice is the
// caller's to extend.
func BuiltinRows() []Row {
	return slices.Concat(creationRows(), workRows(), waitingRows(), messageRows(),
		closingRows(), mergeRows(), spamRows(), recordRows(), concernRows())
}

func creationRows() []Row {
	anyone := []ActorKind{ActorCustomer, ActorAgent, ActorBot, ActorSystem}
	start := []State{StateNone}
	return []Row{
		{ID: "create.new", Event: EventCreate, From: start, To: StateNew, Actors: anyone, Guards: []string{"starts_new"}},
		{ID: "create.bot", Event: EventCreate, From: start, To: StateBot, Actors: anyone, Guards: []string{"starts_bot", "bot_reason"}},
		{ID: "create.spam", Event: EventCreate, From: start, To: StateSpam, Actors: anyone, Guards: []string{"starts_spam"}},
		{Event: EventBotTake, From: []State{StateNew}, To: StateBot, Actors: []ActorKind{ActorBot, ActorSystem}, Guards: []string{"bot_reason"}},
		{Event: EventHandOff, From: []State{StateBot}, To: StateOpen, Actors: []ActorKind{ActorBot, ActorCustomer, ActorSystem}},
	}
}

func workRows() []Row {
	staff := []ActorKind{ActorAgent, ActorSystem}
	agent := []ActorKind{ActorAgent}
	words := []string{"slots_filled", "point_open"}
	live := liveStates()
	return []Row{
		{Event: EventAccept, From: []State{StateNew}, To: StateOpen, Actors: staff, Guards: []string{"not_taken"}},
		{ID: "reply.first", Event: EventReply, From: []State{StateNew}, To: StateOpen, Actors: agent, Guards: words},
		{
			Event: EventReply, From: []State{StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed, StateResolved},
			Actors: agent, Guards: words,
		},
		{Event: EventAssign, From: live, Actors: staff, Guards: []string{"assignee_expected"}},
		{Event: EventUnassign, From: live, Actors: staff},
		{Event: EventSet, From: live, Actors: staff, Guards: []string{"has_room"}},
	}
}

func waitingRows() []Row {
	agent := []ActorKind{ActorAgent}
	active := []State{StateNew, StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed}
	paused := []State{StateWaitingCustomer, StateWaitingThird, StateSnoozed}
	return []Row{
		{
			Event: EventAskCustomer, From: append(slices.Clone(active), StateResolved), To: StateWaitingCustomer,
			Actors: agent, Guards: []string{"wake_ahead", "slots_filled"},
		},
		{Event: EventWaitThird, From: active, To: StateWaitingThird, Actors: agent, Guards: []string{"wake_ahead"}},
		{Event: EventSnooze, From: active, To: StateSnoozed, Actors: agent, Guards: []string{"wake_ahead"}},
		{Event: EventWake, From: paused, To: StateOpen, Actors: []ActorKind{ActorSystem}, Guards: []string{"timer_due"}},
		{Event: EventThirdPartyUpdate, From: []State{StateWaitingThird}, To: StateOpen, Actors: []ActorKind{ActorSystem, ActorAgent}},
		{ID: "customer_message.wakes", Event: EventCustomerMessage, From: paused, To: StateOpen, Actors: []ActorKind{ActorCustomer}},
	}
}

func messageRows() []Row {
	customer := []ActorKind{ActorCustomer}
	system := []ActorKind{ActorSystem}
	return []Row{
		{Event: EventCustomerMessage, From: []State{StateNew, StateBot, StateOpen}, Actors: customer},
		{
			ID: "customer_message.reopens", Event: EventCustomerMessage, From: []State{StateResolved}, To: StateOpen,
			Actors: customer, Guards: []string{"reopen_window"},
		},
		{
			ID: "customer_message.late", Event: EventCustomerMessage, From: []State{StateResolved},
			Actors: customer, Guards: []string{"!reopen_window"}, Then: ThenFollowUp,
		},
		{
			ID: "customer_message.ended", Event: EventCustomerMessage, From: []State{StateClosed, StateErased},
			Actors: customer, Then: ThenFollowUp,
		},
		{
			ID: "customer_message.merged", Event: EventCustomerMessage, From: []State{StateMerged},
			Actors: customer, Then: ThenRedirect,
		},
		{
			ID: "customer_message.spam", Event: EventCustomerMessage, From: []State{StateSpam},
			Actors: customer, Guards: []string{"!names_order"},
		},
		{
			ID: "customer_message.spam_order", Event: EventCustomerMessage, From: []State{StateSpam},
			Actors: customer, Guards: []string{"names_order"}, Then: ThenFollowUp,
		},
		{Event: EventAutoReply, From: builtinStates(), Actors: system},
		{Event: EventBounce, From: builtinStates(), Actors: system},
		{ID: "reminder", Event: EventReminder, From: []State{StateWaitingCustomer}, Actors: system, Guards: []string{"reminder_due"}},
		{ID: "follow_up", Event: EventFollowUp, From: []State{StateResolved}, Actors: system, Guards: []string{"follow_up_due"}},
	}
}

func closingRows() []Row {
	settled := slices.Clip([]string{"no_open_promise", "no_open_callback", "points_answered", "playbook_done"})
	active := []State{StateNew, StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed}
	return []Row{
		{
			Event: EventResolve, From: active, To: StateResolved, Actors: []ActorKind{ActorAgent},
			Guards: append(settled, "fields_set", "answered", "slots_filled"),
		},
		{
			Event: EventBotResolve, From: []State{StateBot}, To: StateResolved, Actors: []ActorKind{ActorBot},
			Guards: append(settled, "bot_may_resolve"),
		},
		{
			Event: EventAutoResolve, From: []State{StateWaitingCustomer}, To: StateResolved, Actors: []ActorKind{ActorSystem},
			Guards: append(settled, "auto_resolve_due"),
		},
		{Event: EventConfirm, From: []State{StateResolved}, To: StateClosed, Actors: []ActorKind{ActorCustomer}},
		{
			Event: EventAutoClose, From: []State{StateResolved}, To: StateClosed, Actors: []ActorKind{ActorSystem},
			Guards: []string{"auto_close_due", "no_open_promise", "no_open_callback"},
		},
		{ID: "reopen.resolved", Event: EventReopen, From: []State{StateResolved}, To: StateOpen, Actors: []ActorKind{ActorAgent}},
		{
			ID: "reopen.closed", Event: EventReopen, From: []State{StateClosed}, To: StateOpen, Actors: []ActorKind{ActorAgent},
			Role: RoleLead, Guards: []string{"says_why"},
		},
	}
}

// mergeRows has one row back for every state that leads into merged: the
// machine keeps one target a row, and the guard finds the state before.
func mergeRows() []Row {
	agent := []ActorKind{ActorAgent}
	live := liveStates()
	kept := slices.DeleteFunc(builtinStates(), func(s State) bool { return s == StateErased })
	return append(backRows(EventUnmerge, StateMerged, live, agent),
		Row{Event: EventMerge, From: live, To: StateMerged, Actors: agent, Guards: []string{"same_customer"}},
		Row{Event: EventAbsorb, From: live, Actors: agent},
		Row{Event: EventRelease, From: kept, Actors: agent},
	)
}

func spamRows() []Row {
	staff := []ActorKind{ActorAgent, ActorSystem}
	early := []State{StateNew, StateOpen, StateBot}
	mark := Row{Event: EventMarkSpam, From: early, To: StateSpam, Actors: staff}
	return append(backRows(EventNotSpam, StateSpam, early, staff), mark)
}

func backRows(event EventKind, from State, to []State, actors []ActorKind) []Row {
	rows := make([]Row, len(to))
	for i, s := range to {
		rows[i] = Row{
			ID: string(event) + "." + string(s), Event: event, From: []State{from}, To: s,
			Actors: actors, Guards: []string{guardWas + string(s)},
		}
	}
	return rows
}

func recordRows() []Row {
	staff := []ActorKind{ActorAgent, ActorSystem}
	kept := slices.DeleteFunc(builtinStates(), func(s State) bool { return s == StateErased })
	return []Row{
		{Event: EventNote, From: kept, Actors: staff},
		{Event: EventTag, From: kept, Actors: staff, Guards: []string{"has_room"}},
		{Event: EventLink, From: kept, Actors: staff, Guards: []string{"has_room"}},
		{Event: EventEscalate, From: kept, Actors: staff},
		{Event: EventPromise, From: kept, Actors: staff, Guards: []string{"has_room"}},
		{Event: EventKeepPromise, From: kept, Actors: staff, Guards: []string{"promise_open"}},
		{Event: EventBreakPromise, From: kept, Actors: staff, Guards: []string{"promise_open"}},
		{Event: EventRecord, From: kept, Actors: []ActorKind{ActorSystem}},
		{Event: EventErase, From: builtinStates(), To: StateErased, Actors: staff, Role: RoleLead},
	}
}
