package ticket

import "strconv"

// causedBy returns the sequence number of the event that led to the one that
// the command brings about: the message that is answered, the question whose
// time is over, the promise that is kept. Zero: it came from outside.
func (in *Input) causedBy() int64 {
	t := in.Ticket
	switch cmd := in.Command.(type) {
	case Reply, AskCustomer, BotReply, Resolve, BotResolve:
		return t.Barrage.Last
	case Acknowledge:
		return t.Barrage.First
	case Wake:
		return cmd.Token
	case AutoResolve:
		return cmd.Token
	case AutoClose, Remind, FollowUp, ThirdPartyUpdate:
		return t.Timer.Token
	case Observe:
		return in.observedOf(cmd)
	default:
		return in.concernOf()
	}
}

// concernOf is [Input.causedBy] for what a ticket holds beyond words.
func (in *Input) concernOf() int64 {
	switch cmd := in.Command.(type) {
	case KeepPromise:
		return madeBy(cmd.ID)
	case BreakPromise:
		return madeBy(cmd.ID)
	case CallDue:
		return madeBy(cmd.ID)
	case RecordCall:
		return madeBy(cmd.Callback)
	case CancelCallback:
		return madeBy(cmd.ID)
	case AnswerPoint:
		return madeBy(cmd.ID)
	case AdvancePlaybook, SkipStep, StopPlaybook:
		return in.Ticket.Playbook.Token
	}
	if in.Cause == CausePlanner || in.Cause == CauseClock {
		return in.Ticket.Seq // what they had seen
	}
	return 0
}

func (in *Input) observedOf(o Observe) int64 {
	switch {
	case o.Promise != "":
		return madeBy(o.Promise)
	case o.Effect != 0:
		return o.Effect
	case o.What == WhatIdle:
		return 0
	default:
		return in.Ticket.Seq
	}
}

// madeBy reads the sequence number out of an id that [concernID] made.
func madeBy(id string) int64 {
	for i := range len(id) {
		if id[i] >= '0' && id[i] <= '9' {
			n, err := strconv.ParseInt(id[i:], 10, 64)
			if err != nil {
				return 0
			}
			return n
		}
	}
	return 0
}
