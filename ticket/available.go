package ticket

import (
	"slices"
	"time"
)

// Option is something that can happen to a ticket next.
type Option struct {
	Event EventKind
	// To is where it leads; empty: the ticket stays where it is, or its guards
	// decide.
	To State
	// Blockers are what stands in the way; none: nothing does.
	Blockers []Blocker
}

// Available returns the events that an actor of this kind can bring about in
// the ticket's state, in the order of [Workflow.Events], each with what stands
// in the way. What depends on a command's content is judged in favour of the
// actor: a command may still be refused for what it says, such as a wake that
// does not lie ahead. Where an actor may not know of the ticket there is
// nothing.
func (r *Rules) Available(t Ticket, actor Actor, now time.Time) []Option {
	if !actor.maySee(&t) {
		return nil
	}
	var out []Option
	for _, event := range r.workflow.Events() {
		in := Input{Rules: r, Ticket: &t, Actor: actor, Now: now, Command: probe(event, &t)}
		if o, ok := r.workflow.option(event, &in); ok {
			out = append(out, o)
		}
	}
	return out
}

// option judges one event: the first row that nothing blocks, else all that
// blocks the others.
func (w *Workflow) option(event EventKind, in *Input) (Option, bool) {
	o := Option{Event: event}
	found := false
	for _, row := range w.table[cell{event, in.Ticket.State}] {
		if row.Then != "" || !slices.Contains(row.Actors, in.Actor.Kind) {
			continue
		}
		found = true
		stops := w.blockers(row, in)
		if len(stops) == 0 {
			return Option{Event: event, To: row.To}, true
		}
		o.Blockers = appendNew(o.Blockers, stops)
	}
	return o, found
}

// probe is a command of an event that says nothing that could stand in its own
// way.
func probe(event EventKind, t *Ticket) Command {
	if cmd := probeWork(event, t); cmd != nil {
		return cmd
	}
	switch event {
	case EventPromise:
		return MakePromise{}
	case EventRequestCallback:
		return RequestCallback{}
	case EventAddPoint:
		return AddPoint{}
	case EventKeepPromise:
		return KeepPromise{ID: firstID(t.Promises, func(p Promise) string { return p.ID })}
	case EventBreakPromise:
		return BreakPromise{ID: firstID(t.Promises, func(p Promise) string { return p.ID })}
	case EventCall:
		return RecordCall{Callback: firstID(t.Callbacks, func(c Callback) string { return c.ID })}
	case EventCancelCallback:
		return CancelCallback{ID: firstID(t.Callbacks, func(c Callback) string { return c.ID })}
	case EventAnswerPoint:
		return AnswerPoint{ID: firstID(t.Points, func(p Point) string { return p.ID })}
	case EventAdvancePlaybook:
		return AdvancePlaybook{Step: t.Playbook.Step}
	case EventSkipStep:
		return SkipStep{Step: t.Playbook.Step}
	case EventBotReply:
		return BotReply{Confidence: 1}
	case EventRecordDispute:
		return RecordDispute{Step: StepGoodwillOffered}
	default:
		return Trigger{Event: event}
	}
}

// probeWork is [probe] for the events of daily work and of time.
func probeWork(event EventKind, t *Ticket) Command {
	switch event {
	case EventAssign:
		return Assign{Expect: t.Assignee}
	case EventAskCustomer:
		return AskCustomer{}
	case EventWaitThird:
		return WaitThird{}
	case EventSnooze:
		return Snooze{}
	case EventWake:
		return Wake{Token: t.Timer.Token}
	case EventCallbackDue:
		return CallDue{ID: firstID(t.Callbacks, func(c Callback) string { return c.ID })}
	case EventAutoResolve:
		return AutoResolve{Token: t.Timer.Token}
	case EventResolve:
		return Resolve{Code: ResolvedWithdrawn} // needs no last word
	case EventReopen:
		return Reopen{Reason: "-"}
	case EventTag:
		return Tag{}
	case EventLink:
		return AddLink{}
	case EventSet:
		return Set{}
	default:
		return nil
	}
}

func firstID[E any](list []E, id func(E) string) string {
	if len(list) == 0 {
		return "-" // none: the guard says so
	}
	return id(list[0])
}

// Trigger brings about an event of a host's own, as its rows allow. Text is a
// note that the customer does not see, and Fields are set as by [Set].
type Trigger struct {
	Event  EventKind
	Text   string
	Fields map[string]string // an empty value deletes the field
}

func (x Trigger) event() EventKind { return x.Event }
func (x Trigger) check(c *check, lim Limits) {
	if x.Event == "" || slices.Contains(builtinEvents(), x.Event) {
		c.fail("trigger.event", string(x.Event), "is no event of the host's own")
	}
	if x.Text != "" {
		lim.checkMessage(c, "trigger", x.Text, nil)
	}
	lim.checkFields(c, "trigger.fields", x.Fields)
}

func (x Trigger) checkRules(c *check, in *Input) {
	after := Apply(*in.Ticket, Event{To: in.Ticket.State, Body: x.body(in)})
	in.Rules.limits.checkFields(c, "trigger.fields", after.Fields)
}

func (x Trigger) body(*Input) Body {
	text, _ := cleanText(x.Text)
	return Triggered{Text: text, Fields: cloneMap(x.Fields)}
}

// Triggered is the body of a host's own events.
type Triggered struct {
	Text   string            `json:"text,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
}

func (Triggered) body() {}
