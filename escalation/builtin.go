package escalation

// BuiltinFields returns the fields that the planner knows of every ticket, and
// those whose meaning is the same for every shop though the host supplies
// them. A host adds its own.
func BuiltinFields() []Field {
	return append(ticketFields(), hostFields()...)
}

// ticketFields are what a ticket itself tells.
func ticketFields() []Field {
	text := func(name string, values ...string) Field { return Field{name, TypeText, values} }
	count := func(name string) Field { return Field{Name: name, Type: TypeInteger} }
	flag := func(name string) Field { return Field{Name: name, Type: TypeFlag} }
	list := func(name string) Field { return Field{Name: name, Type: TypeList} }
	return []Field{
		text("shop"), text("state"), text("priority", "low", "normal", "high", "urgent"), text("channel"),
		text("reason"), text("touchpoint"), text("segment"), text("language"), text("team"), text("assignee"),
		text("author_kind", "customer", "agent", "bot", "system"), // of the last public message
		list("tags"), list("orders"),
		flag("assigned"), flag("guest"),
		count("contacts"), count("contacts_1d"), count("contacts_7d"), count("contacts_30d"), // messages of the customer
		count("replies"), count("written_rounds"), count("bot_turns"), count("reopens"), count("reassignments"), count("team_hops"), // from one agent, one team to another
		count("hand_offs"), count("escalations"), count("open_points"), count("open_promises"), count("abuse_incidents"),
		count("age_minutes"), count("waiting_minutes"), count("idle_minutes"), // elapsed time; waiting: since the customer waits
		list("sla_warned"), list("sla_breached"), // metrics, of their present cycle
		list("signals"), // of all that the customer wrote
		flag("phone_accepted"), flag("goodwill_exhausted"), flag("abuse_documented"), flag("approved_by_manager"),
		count("notice_days"), list("ladder_done"),
	}
}

// hostFields are what the host knows.
func hostFields() []Field {
	return []Field{
		{Name: "sentiment", Type: TypeNumber}, // of the last message, -1 to 1
		{Name: "order_state", Type: TypeText},
		{Name: "order_value_cents", Type: TypeInteger},
		{Name: "customer_value_cents", Type: TypeInteger},
		{Name: "prior_goodwill", Type: TypeInteger}, // grants before this one
		{Name: "review_stars", Type: TypeInteger},
		{Name: "vip", Type: TypeFlag},
		{Name: "statutory_claim_open", Type: TypeFlag},
		{Name: "open_order", Type: TypeFlag},
	}
}
