// Package ticket is the life of a customer's matter, from the first message
// to the last, and the desk that sees to it that nobody is overlooked.
//
// # Model
//
// A [Ticket] is the sum of its [Event]s. [Decide] turns a [Command] of an
// [Actor] into events, or refuses it with every reason; [Apply] moves the
// ticket on. Both are pure. What is possible in which state, for whom and
// under which guards, is one table of [Row]s; a [Workflow] is that table
// checked, and looplab/fsm runs it. A host adds states, events, rows and guards
// of its own, as data ([ParseWorkflow]). [Rules] say how a shop works: windows,
// reminders, deadlines of bots; [Rules.Available] lists what an actor can do
// next, and what stands in the way.
//
// A [Desk] is the shell: it loads a ticket from the host's [Store], decides,
// and commits ticket, events, unique keys and effects in one compare-and-swap.
// [Desk.Receive] takes in messages: none is refused, none is lost, the same
// one twice is one, and many on one matter are one ticket. [Desk.Tick] looks
// at every ticket whose time has come: each that is not closed, spam, merged
// or erased has such a time.
//
// Instants are UTC with microseconds; a desk cuts what comes in, and rounds up
// when to wake. Days are calendar days in the zone of the rules' calendar.
//
// # Errors
//
// [ErrNotFound], [ErrConflict], [ErrRefused] ([*Refusal]), [ErrInvalid]
// ([*Fault], [Faults]), [ErrKeyReuse] and [ErrCorrupt]. Errors name ids and
// codes, never what a customer wrote. [Blocker.Text] says a refusal in German
// and English.
//
// # Concurrency
//
// Workflows and rules are immutable. A desk may be used by many goroutines and
// many processes over one store: of two writers one wins and the other
// decides anew.
//
// # Storage
//
// The host implements [Store] over its own database; package tickettest
// proves the implementation, and package ticketmem keeps everything in memory.
// Personal data lies in Record.Data, in events, and in the customer's
// reference; keys are hashes.
//
// # What it does not do
//
// It sends nothing itself, authenticates nobody, renders no text, and keeps
// no file: it holds the host's references to them.
package ticket
