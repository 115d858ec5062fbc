package ticket

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Callback is a call that a customer was told to get. It keeps the place in
// the queue from the instant it was asked for.
type Callback struct {
	ID       string    `json:"id"` // "cb" and the sequence number of the event that asked for it
	About    string    `json:"about,omitempty"`
	Asked    time.Time `json:"asked"` // its place in the queue
	From     time.Time `json:"from"`  // call at or after From ...
	To       time.Time `json:"to"`    // ... and before To
	Attempts int       `json:"attempts,omitempty"`
	Come     bool      `json:"come,omitempty"` // From is over: somebody has to call
	Late     bool      `json:"late,omitempty"` // To is over, and nobody was reached
}

// CallOutcome is what became of a call.
type CallOutcome string

// The outcomes of a call.
const (
	CallReached     CallOutcome = "reached"
	CallNotReached  CallOutcome = "not_reached"
	CallWrongNumber CallOutcome = "wrong_number"
	CallAgain       CallOutcome = "again" // reached, and asked to be called at another time
)

func (o CallOutcome) valid() bool {
	switch o {
	case CallReached, CallNotReached, CallWrongNumber, CallAgain:
		return true
	default:
		return false
	}
}

// Text says what became of a call. lang is a BCP 47 tag: German for "de", else
// English.
func (o CallOutcome) Text(lang string) string {
	texts := map[CallOutcome]sla.Text{
		CallReached:     {DE: "erreicht", EN: "reached"},
		CallNotReached:  {DE: "nicht erreicht", EN: "not reached"},
		CallWrongNumber: {DE: "falsche Nummer", EN: "wrong number"},
		CallAgain:       {DE: "erneuter Anruf vereinbart", EN: "another call agreed"},
	}
	t, ok := texts[o]
	if !ok {
		return string(o)
	}
	return pick(lang, t.DE, t.EN)
}

// RequestCallback asks for a call in the window From to To, half-open. A
// customer asks for itself; an agent or a bot does it in its name.
type RequestCallback struct {
	From  time.Time // zero: from now on
	To    time.Time // zero: as the rules say
	About string
}

func (RequestCallback) event() EventKind { return EventRequestCallback }
func (r RequestCallback) check(c *check, lim Limits) {
	lim.checkName(c, "request_callback.about", r.About, false)
	if !r.From.IsZero() && !r.To.IsZero() && !r.From.Before(r.To) {
		c.fail("request_callback.to", r.To.Format(time.RFC3339), "does not lie after from")
	}
}

func (r RequestCallback) body(in *Input) Body {
	from := in.Now
	if r.From.After(from) {
		from = ceil(r.From)
	}
	to := ceil(r.To)
	if to.IsZero() {
		to = in.Rules.after(from, in.Rules.cfg.CallbackWindow)
	}
	return CallbackRequested{Callback{
		ID: concernID("cb", in.Ticket.Seq+1), About: cleanLine(r.About), Asked: in.Now, From: from, To: to,
	}}
}

// RecordCall notes a call to the customer and what became of it. A call that
// did not reach anybody is to be tried again, as often as the rules say.
type RecordCall struct {
	Callback string // empty: nobody had asked for the call
	Outcome  CallOutcome
	Again    time.Time // when to call next; required for CallAgain, zero else: as the rules say
	Note     string    // what was said; the customer does not see it
}

func (RecordCall) event() EventKind { return EventCall }
func (r RecordCall) check(c *check, lim Limits) {
	lim.checkName(c, "call.callback", r.Callback, false)
	if !r.Outcome.valid() {
		c.fail("call.outcome", string(r.Outcome), "is no outcome of a call")
	}
	if r.Outcome == CallAgain && r.Again.IsZero() {
		c.fail("call.again", "", "is missing")
	}
	if r.Note != "" {
		lim.checkMessage(c, "call.note", r.Note, nil)
	}
}

func (r RecordCall) body(in *Input) Body {
	text, _ := cleanText(r.Note)
	b := Called{Callback: r.Callback, Outcome: r.Outcome, Note: text}
	before, open := in.Ticket.callback(r.Callback)
	if !open {
		return b
	}
	switch r.Outcome {
	case CallAgain:
		b.From = ceil(r.Again)
	case CallNotReached:
		if before.Attempts+1 >= in.Rules.cfg.CallAttempts {
			b.GivenUp = true
			return b
		}
		b.From = ceil(r.Again)
		if b.From.IsZero() {
			b.From = in.Rules.after(in.Now, in.Rules.cfg.CallRetry)
		}
	case CallReached, CallWrongNumber:
		return b
	}
	b.To = in.Rules.after(b.From, in.Rules.cfg.CallbackWindow)
	return b
}

// CancelCallback takes a request back, and says why.
type CancelCallback struct{ ID, Reason string }

func (CancelCallback) event() EventKind { return EventCancelCallback }
func (x CancelCallback) check(c *check, lim Limits) {
	lim.checkName(c, "cancel_callback.id", x.ID, true)
	lim.checkName(c, "cancel_callback.reason", x.Reason, false)
}

func (x CancelCallback) body(*Input) Body {
	return CallbackCancelled{ID: x.ID, Reason: cleanLine(x.Reason)}
}

// CallDue says that the time of a callback has come, or with Late that its
// window is over. [Desk.Tick] gives it.
type CallDue struct {
	ID   string
	Late bool
}

func (CallDue) event() EventKind     { return EventCallbackDue }
func (CallDue) check(*check, Limits) {}
func (d CallDue) body(*Input) Body   { return CallbackCame(d) }

// CallbackRequested is the body of request_callback.
type CallbackRequested struct {
	Callback Callback `json:"callback"`
}

// Called is the body of call.
type Called struct {
	Callback string      `json:"callback,omitempty"`
	Outcome  CallOutcome `json:"outcome"`
	Note     string      `json:"note,omitempty"`
	// From and To are the window of the next call, where there is to be one.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// GivenUp tells that this was the last attempt that the rules allow.
	GivenUp bool `json:"given_up,omitempty"`
}

// CallbackCancelled is the body of cancel_callback.
type CallbackCancelled struct {
	ID     string `json:"id"`
	Reason string `json:"reason,omitempty"`
}

// CallbackCame is the body of callback_due.
type CallbackCame struct {
	ID   string `json:"id"`
	Late bool   `json:"late,omitempty"`
}

func (CallbackRequested) body() {}
func (Called) body()            {}
func (CallbackCancelled) body() {}
func (CallbackCame) body()      {}

// callbackRows let a due callback bring the ticket to people, also from a bot
// and from a solution that the customer wants to talk about.
func callbackRows() []Row {
	rest := []State{StateBot, StateWaitingCustomer, StateWaitingThird, StateSnoozed, StateResolved}
	system, agent := []ActorKind{ActorSystem}, []ActorKind{ActorAgent}
	return []Row{
		{
			Event: EventRequestCallback, From: liveStates(), Guards: []string{"window_ahead", "has_room"},
			Actors: []ActorKind{ActorCustomer, ActorAgent, ActorBot, ActorSystem},
		},
		{ID: "callback_due.wakes", Event: EventCallbackDue, From: rest, To: StateOpen, Actors: system, Guards: []string{"callback_due"}},
		{Event: EventCallbackDue, From: []State{StateNew, StateOpen}, Actors: system, Guards: []string{"callback_due"}},
		{ID: "call.first", Event: EventCall, From: []State{StateNew}, To: StateOpen, Actors: agent, Guards: []string{"callback_open", "call_ahead"}},
		{
			Event: EventCall, From: []State{StateOpen, StateWaitingCustomer, StateWaitingThird, StateSnoozed, StateResolved},
			Actors: agent, Guards: []string{"callback_open", "call_ahead"},
		},
		{
			Event: EventCancelCallback, From: liveStates(), Actors: []ActorKind{ActorCustomer, ActorAgent, ActorBot, ActorSystem},
			Guards: []string{"callback_open"},
		},
	}
}

func guardWindowAhead(in *Input) []Blocker {
	r, ok := in.Command.(RequestCallback)
	return unless(!ok || r.To.IsZero() || r.To.After(in.Now), CodeWakePast, "wake", r.To.Format(time.RFC3339))
}

func guardCallbackOpen(in *Input) []Blocker {
	var id string
	switch cmd := in.Command.(type) {
	case RecordCall:
		id = cmd.Callback
	case CancelCallback:
		id = cmd.ID
	}
	_, open := in.Ticket.callback(id)
	return unless(id == "" || open, CodeNoSuchCallback, "callback", id)
}

func guardCallAhead(in *Input) []Blocker {
	r, ok := in.Command.(RecordCall)
	return unless(!ok || r.Again.IsZero() || r.Again.After(in.Now), CodeWakePast, "wake", r.Again.Format(time.RFC3339))
}

func guardCallbackDue(in *Input) []Blocker {
	d, ok := in.Command.(CallDue)
	cb, open := in.Ticket.callback(d.ID)
	switch {
	case !ok || !open || cb.Come && !d.Late || cb.Late:
		return blocked(CodeNotDue)
	case d.Late:
		return in.due(cb.To)
	default:
		return in.due(cb.From)
	}
}

func guardNoOpenCallback(in *Input) []Blocker {
	out := make([]Blocker, 0, len(in.Ticket.Callbacks))
	for _, cb := range in.Ticket.Callbacks {
		out = append(out, blocked(CodeOpenCallback, "callback", cb.ID)...)
	}
	return out
}

// callback returns the open callback with that id.
func (t Ticket) callback(id string) (Callback, bool) {
	i := slices.IndexFunc(t.Callbacks, func(c Callback) bool { return c.ID == id })
	if i < 0 {
		return Callback{}, false
	}
	return t.Callbacks[i], true
}

// look is when somebody has to look at a callback next; zero: it was noted
// that nobody called in time.
func (c Callback) look() time.Time {
	switch {
	case !c.Come:
		return c.From
	case !c.Late:
		return c.To
	default:
		return time.Time{}
	}
}

func (t *fold) requestCallback(e Event, b CallbackRequested) {
	t.Callbacks = append(slices.Clip(t.Callbacks), b.Callback)
	if e.Actor.Kind == ActorCustomer || e.Actor.Kind == ActorBot {
		t.waitFrom(e.At) // who wants a call waits for one
	}
}

// callbackCame moves on: a window that is over has been open before.
func (t *fold) callbackCame(b CallbackCame) {
	t.editCallback(b.ID, func(c *Callback) { c.Come, c.Late = true, b.Late })
}

func (t *fold) called(e Event, b Called) {
	t.Counters.Calls++
	if b.Outcome == CallReached || b.Outcome == CallAgain {
		t.Counters.CallsReached++
	}
	if b.Outcome == CallReached {
		t.talk(e)
	}
	if b.From.IsZero() {
		t.dropCallback(b.Callback)
		return
	}
	t.editCallback(b.Callback, func(c *Callback) {
		c.From, c.To, c.Come, c.Late = b.From, b.To, false, false
		if b.Outcome == CallNotReached {
			c.Attempts++
		}
	})
}

func (t *fold) dropCallback(id string) {
	t.Callbacks = without(t.Callbacks, func(c Callback) bool { return c.ID == id })
}

func (t *fold) editCallback(id string, change func(*Callback)) {
	t.Callbacks = slices.Clone(t.Callbacks)
	for i := range t.Callbacks {
		if t.Callbacks[i].ID == id {
			change(&t.Callbacks[i])
		}
	}
}
