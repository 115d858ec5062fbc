package main

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/ticket"
)

// shopName is the shop that all tickets of a log belong to.
const shopName = "log"

// actorKinds returns who a mapping may name. A lead is an agent with the role.
func actorKinds() map[string]ticket.ActorKind {
	return map[string]ticket.ActorKind{
		"customer": ticket.ActorCustomer, "agent": ticket.ActorAgent, "lead": ticket.ActorAgent,
		"bot": ticket.ActorBot, "system": ticket.ActorSystem,
	}
}

// commandNeeds returns what a command takes. Who is asked or told something
// needs a text, since no log of these kinds has the words themselves.
func commandNeeds(do ticket.EventKind) []string {
	switch do {
	case ticket.EventReply, ticket.EventNote, ticket.EventAskCustomer, ticket.EventThirdPartyUpdate,
		ticket.EventCustomerMessage, ticket.EventCreate, ticket.EventBotReply:
		return []string{"text"}
	case ticket.EventResolve, ticket.EventBotResolve:
		return []string{"code", "text"}
	case ticket.EventWaitThird:
		return []string{"party"}
	case ticket.EventReopen, ticket.EventMarkSpam, ticket.EventEscalate:
		return []string{"reason"}
	default:
		return nil
	}
}

// maker makes the command that a step of a mapping gives for a row. The
// ticket is as it stands, for a compare-and-swap.
type maker func(c Command, r *Row, t *ticket.Ticket) ticket.Command

// commandMakers returns how the commands are made that Desk.Do takes.
func commandMakers() map[ticket.EventKind]maker {
	plain := func(cmd ticket.Command) maker {
		return func(Command, *Row, *ticket.Ticket) ticket.Command { return cmd }
	}
	of := func(f func(Command) ticket.Command) maker {
		return func(c Command, _ *Row, _ *ticket.Ticket) ticket.Command { return f(c) }
	}
	return map[ticket.EventKind]maker{
		ticket.EventAccept:    plain(ticket.Accept{}),
		ticket.EventConfirm:   plain(ticket.Confirm{}),
		ticket.EventAutoClose: plain(ticket.AutoClose{}),
		ticket.EventBotTake:   plain(ticket.BotTake{}),
		ticket.EventHandOff:   plain(ticket.HandOff{}),
		ticket.EventReply:     of(func(c Command) ticket.Command { return ticket.Reply{Text: c.Text} }),
		ticket.EventBotReply:  of(func(c Command) ticket.Command { return ticket.BotReply{Text: c.Text} }),
		ticket.EventNote:      of(func(c Command) ticket.Command { return ticket.Note{Text: c.Text} }),
		ticket.EventWaitThird: of(func(c Command) ticket.Command { return ticket.WaitThird{Party: c.Party} }),
		ticket.EventReopen:    of(func(c Command) ticket.Command { return ticket.Reopen{Reason: c.Reason} }),
		ticket.EventMarkSpam:  of(func(c Command) ticket.Command { return ticket.MarkSpam{Reason: c.Reason} }),
		ticket.EventEscalate:  of(func(c Command) ticket.Command { return ticket.Escalate{Reason: c.Reason} }),
		ticket.EventAskCustomer: of(func(c Command) ticket.Command {
			return ticket.AskCustomer{Text: c.Text}
		}),
		ticket.EventThirdPartyUpdate: of(func(c Command) ticket.Command {
			return ticket.ThirdPartyUpdate{Text: c.Text}
		}),
		ticket.EventResolve: of(func(c Command) ticket.Command {
			return ticket.Resolve{Code: c.Code, Text: c.Text}
		}),
		ticket.EventBotResolve: of(func(c Command) ticket.Command {
			return ticket.BotResolve{Code: c.Code, Text: c.Text}
		}),
		ticket.EventAssign: func(_ Command, r *Row, t *ticket.Ticket) ticket.Command {
			return ticket.Assign{Assignee: cmp.Or(r.Agent, t.Assignee, anyAgent), Expect: t.Assignee}
		},
	}
}

// anyAgent acts where the log names nobody.
const anyAgent = "agent"

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
