package ticket

import (
	"maps"
	"strings"
	"time"
)

// Guard says what stands in the way of a step; nothing does where it returns
// none. It is a pure function of its input, which it must not change. A host's
// guard uses codes of its own.
type Guard func(in *Input) []Blocker

// guardWas is the prefix of the guards that find the state before a merge or
// a spam mark; the state's name follows.
const guardWas = "was:"

func blocked(code Code, params ...string) []Blocker {
	b := Blocker{Code: code}
	if len(params) > 0 {
		b.Params = make(map[string]string, len(params)/2)
		for i := 0; i+1 < len(params); i += 2 {
			b.Params[params[i]] = params[i+1]
		}
	}
	return []Blocker{b}
}

func unless(ok bool, code Code, params ...string) []Blocker {
	if ok {
		return nil
	}
	return blocked(code, params...)
}

// builtinGuards returns the library's guards by the names that rows use.
func builtinGuards() map[string]Guard {
	guards := map[string]Guard{
		"starts_new":        func(in *Input) []Blocker { return unless(in.start() == StateNew, CodeTransition) },
		"starts_bot":        func(in *Input) []Blocker { return unless(in.start() == StateBot, CodeTransition) },
		"starts_spam":       func(in *Input) []Blocker { return unless(in.start() == StateSpam, CodeTransition) },
		"bot_reason":        guardBotReason,
		"bot_may_resolve":   func(in *Input) []Blocker { return unless(in.Rules.cfg.BotResolves, CodeDisabled) },
		"not_taken":         guardNotTaken,
		"assignee_expected": guardAssignee,
		"wake_ahead":        guardWakeAhead,
		"timer_due":         guardTimerDue,
		"auto_resolve_due":  guardAutoResolve,
		"auto_close_due":    func(in *Input) []Blocker { return in.due(in.Ticket.Timer.At) },
		"reminder_due":      guardReminder,
		"follow_up_due":     func(in *Input) []Blocker { return in.due(in.Ticket.Timer.FollowUp) },
		"reopen_window":     func(in *Input) []Blocker { return unless(in.Now.Before(in.Ticket.Timer.At), CodeNotDue) },
		"names_order":       guardNamesOrder,
		"no_open_promise":   guardNoOpenPromise,
		"promise_open":      guardPromiseOpen,
		"fields_set":        guardFields,
		"answered":          guardAnswered,
		"says_why":          guardSaysWhy,
		"same_customer":     guardSameCustomer,
	}
	maps.Copy(guards, concernGuards())
	return guards
}

// guardPrior holds where the ticket was in state s before it was merged or
// marked as spam.
func guardPrior(s State) Guard {
	return func(in *Input) []Blocker { return unless(in.Ticket.Prior == s, CodeTransition, "prior", string(s)) }
}

func (in *Input) start() State {
	if o, ok := in.Command.(Open); ok && o.Start != "" {
		return o.Start
	}
	return StateNew
}

// due holds from the instant on; a zero instant never comes.
func (in *Input) due(at time.Time) []Blocker {
	return unless(!at.IsZero() && !in.Now.Before(at), CodeNotDue)
}

func guardBotReason(in *Input) []Blocker {
	reason := in.Ticket.Reason
	if o, ok := in.Command.(Open); ok {
		reason = o.Reason
	}
	return unless(reason.within(in.Rules.cfg.BotReasons), CodeBotReason, "reason", string(reason))
}

func guardNotTaken(in *Input) []Blocker {
	has := in.Ticket.Assignee
	return unless(has == "" || in.Actor.Kind != ActorAgent || has == in.Actor.ID, CodeAssigned, "assignee", has)
}

func guardAssignee(in *Input) []Blocker {
	a, ok := in.Command.(Assign)
	return unless(!ok || a.Expect == in.Ticket.Assignee, CodeAssigned, "assignee", in.Ticket.Assignee)
}

func guardWakeAhead(in *Input) []Blocker {
	var wake time.Time
	switch cmd := in.Command.(type) {
	case AskCustomer:
		wake = in.wake(cmd.Wake)
	case WaitThird:
		wake = in.wake(cmd.Wake)
	case Snooze:
		wake = in.wake(cmd.Until)
	}
	return unless(wake.After(in.Now), CodeWakePast, "wake", wake.Format(time.RFC3339))
}

func guardTimerDue(in *Input) []Blocker {
	w, ok := in.Command.(Wake)
	if !ok || w.Token != in.Ticket.Timer.Token {
		return blocked(CodeNotDue)
	}
	return in.due(in.Ticket.Timer.At)
}

func guardAutoResolve(in *Input) []Blocker {
	if !in.Rules.cfg.AutoResolve {
		return blocked(CodeDisabled)
	}
	a, ok := in.Command.(AutoResolve)
	timer := in.Ticket.Timer
	if !ok || a.Token != timer.Token || timer.Reminded < len(timer.Reminders) || timer.Reminded == 0 {
		return blocked(CodeNotDue)
	}
	return in.due(timer.At)
}

func guardReminder(in *Input) []Blocker {
	timer := in.Ticket.Timer
	if timer.Reminded >= len(timer.Reminders) {
		return blocked(CodeNotDue)
	}
	return in.due(timer.Reminders[timer.Reminded])
}

func guardNamesOrder(in *Input) []Blocker {
	m, ok := in.Command.(CustomerMessage)
	return unless(ok && len(m.Orders) > 0, CodeTransition)
}

func guardNoOpenPromise(in *Input) []Blocker {
	out := make([]Blocker, 0, len(in.Ticket.Promises))
	for _, p := range in.Ticket.Promises {
		out = append(out, blocked(CodeOpenPromise, "promise", p.ID)...)
	}
	return out
}

func guardPromiseOpen(in *Input) []Blocker {
	var id string
	switch cmd := in.Command.(type) {
	case KeepPromise:
		id = cmd.ID
	case BreakPromise:
		id = cmd.ID
	}
	_, ok := in.Ticket.promise(id)
	return unless(ok, CodeNoSuchPromise, "promise", id)
}

func guardFields(in *Input) []Blocker {
	var out []Blocker
	for _, f := range in.Rules.cfg.RequiredFields {
		if in.Ticket.Fields[f] == "" {
			out = append(out, blocked(CodeField, "field", f)...)
		}
	}
	return out
}

// guardAnswered holds where the customer is not left without a word: one was
// said after the last message, one goes with the resolution, or the
// resolution needs none.
func guardAnswered(in *Input) []Blocker {
	r, ok := in.Command.(Resolve)
	n := in.Ticket.Counters
	said := n.Replies+n.BotReplies+n.CallsReached > 0 && in.Ticket.WaitingSince.IsZero()
	says := r.Text != "" || r.Template.ID != ""
	return unless(ok && (says || !r.Code.needsAnswer()) || said, CodeNoReply)
}

func guardSaysWhy(in *Input) []Blocker {
	r, ok := in.Command.(Reopen)
	return unless(ok && strings.TrimSpace(r.Reason) != "", CodeReasonRequired)
}
