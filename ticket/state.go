package ticket

// State is where a ticket stands in its life. Assignment, priority, tags,
// promises and escalation are orthogonal to it.
type State string

// The built-in states. Those waiting and snoozed always have a wake instant.
const (
	// StateNone is a ticket that does not exist yet.
	StateNone            State = ""
	StateNew             State = "new"
	StateBot             State = "bot"
	StateOpen            State = "open"
	StateWaitingCustomer State = "waiting_customer"
	StateWaitingThird    State = "waiting_third"
	StateSnoozed         State = "snoozed"
	StateResolved        State = "resolved"
	StateClosed          State = "closed"
	StateSpam            State = "spam"
	StateMerged          State = "merged"
	StateErased          State = "erased"
)

// builtinStates returns all states in the order of a ticket's life.
func builtinStates() []State {
	return []State{
		StateNew, StateBot, StateOpen, StateWaitingCustomer, StateWaitingThird,
		StateSnoozed, StateResolved, StateClosed, StateSpam, StateMerged, StateErased,
	}
}

// isFinal reports whether nobody has to look at such a ticket any more.
func (s State) isFinal() bool {
	switch s {
	case StateClosed, StateSpam, StateMerged, StateErased:
		return true
	default:
		return false
	}
}

// isWaiting reports whether such a ticket must have a wake instant of its own.
func (s State) isWaiting() bool {
	return s == StateWaitingCustomer || s == StateWaitingThird || s == StateSnoozed
}

// EventKind names what happens to a ticket: the event of a workflow row, and
// the kind of the event that its history keeps.
type EventKind string

// The built-in events.
const (
	EventCreate           EventKind = "create"
	EventBotTake          EventKind = "bot_take"
	EventHandOff          EventKind = "hand_off"
	EventAccept           EventKind = "accept"
	EventAskCustomer      EventKind = "ask_customer"
	EventWaitThird        EventKind = "wait_third"
	EventSnooze           EventKind = "snooze"
	EventWake             EventKind = "wake"
	EventThirdPartyUpdate EventKind = "third_party_update"
	EventCustomerMessage  EventKind = "customer_message"
	EventAutoReply        EventKind = "auto_reply"
	EventBounce           EventKind = "bounce"
	EventReply            EventKind = "reply"
	EventBotReply         EventKind = "bot_reply"
	EventNote             EventKind = "note"
	EventReminder         EventKind = "reminder"
	EventFollowUp         EventKind = "follow_up"
	EventTag              EventKind = "tag"
	EventLink             EventKind = "link"
	EventPromise          EventKind = "promise"
	EventKeepPromise      EventKind = "keep_promise"
	EventBreakPromise     EventKind = "break_promise"
	EventEscalate         EventKind = "escalate"
	EventAssign           EventKind = "assign"
	EventUnassign         EventKind = "unassign"
	EventSet              EventKind = "set"
	EventResolve          EventKind = "resolve"
	EventBotResolve       EventKind = "bot_resolve"
	EventAutoResolve      EventKind = "auto_resolve"
	EventConfirm          EventKind = "confirm"
	EventAutoClose        EventKind = "auto_close"
	EventReopen           EventKind = "reopen"
	EventMerge            EventKind = "merge"
	EventUnmerge          EventKind = "unmerge"
	EventAbsorb           EventKind = "absorb"  // another ticket was merged into this one
	EventRelease          EventKind = "release" // and taken out again
	EventMarkSpam         EventKind = "mark_spam"
	EventNotSpam          EventKind = "not_spam"
	EventErase            EventKind = "erase"
	EventRecord           EventKind = "record"
)

// builtinEvents returns all events, in the order of the constants.
func builtinEvents() []EventKind {
	return append([]EventKind{
		EventCreate, EventBotTake, EventHandOff, EventAccept, EventAskCustomer, EventWaitThird,
		EventSnooze, EventWake, EventThirdPartyUpdate, EventCustomerMessage, EventAutoReply,
		EventBounce, EventReply, EventBotReply, EventNote, EventReminder, EventFollowUp, EventTag,
		EventLink, EventPromise, EventKeepPromise, EventBreakPromise, EventEscalate, EventAssign,
		EventUnassign, EventSet, EventResolve, EventBotResolve, EventAutoResolve, EventConfirm,
		EventAutoClose, EventReopen, EventMerge, EventUnmerge, EventAbsorb, EventRelease, EventMarkSpam, EventNotSpam,
		EventErase, EventRecord,
	}, concernEvents()...)
}

// setsWake reports whether the event carries the instant at which a waiting
// state ends.
func (k EventKind) setsWake() bool {
	return k == EventAskCustomer || k == EventWaitThird || k == EventSnooze
}

// Priority is how much a ticket presses.
type Priority string

// The priorities.
const (
	PriorityLow    Priority = "low"
	PriorityNormal Priority = "normal"
	PriorityHigh   Priority = "high"
	PriorityUrgent Priority = "urgent"
)

func (p Priority) valid() bool {
	switch p {
	case PriorityLow, PriorityNormal, PriorityHigh, PriorityUrgent:
		return true
	default:
		return false
	}
}

// Channel is how a message travels.
type Channel string

// The channels.
const (
	ChannelEmail       Channel = "email"
	ChannelPhone       Channel = "phone"
	ChannelChat        Channel = "chat"
	ChannelMessenger   Channel = "messenger"
	ChannelSocial      Channel = "social"
	ChannelForum       Channel = "forum"
	ChannelSMS         Channel = "sms"
	ChannelForm        Channel = "form"
	ChannelReview      Channel = "review"
	ChannelMarketplace Channel = "marketplace"
	ChannelLetter      Channel = "letter"
	ChannelAPI         Channel = "api"
)

func (c Channel) valid() bool {
	switch c {
	case ChannelEmail, ChannelPhone, ChannelChat, ChannelMessenger, ChannelSocial, ChannelForum,
		ChannelSMS, ChannelForm, ChannelReview, ChannelMarketplace, ChannelLetter, ChannelAPI:
		return true
	default:
		return false
	}
}
