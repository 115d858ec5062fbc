// Package jobs does a desk's background work on River
// (github.com/riverqueue/river), over SQLite or PostgreSQL, in as many processes
// as there are.
//
// # What leaves the house
//
// [Queue.Outbox] is for sqlstore.Store.WithOutbox, under desks whose host
// delivers: every effect of a commit becomes a job in the commit's transaction,
// unique by the effect's id. What rolls back was never enqueued; what is slow to
// commit is seen when it has. Jobs carry ids, never words: a [Runner] asks the desk
// what to send when it sends it, so nothing goes out that was erased meanwhile.
//
// Delivery is at least once, under one id. A worker that is killed between sending
// and noting it is followed by another, after twice the Timeout of [Config] and at
// most half a minute, who sends the same Message-ID again. What is done is noted at
// once, in a transaction of its own.
//
// # What fails
//
// An error is tried again after 1, 16, 81, 256 seconds and so on. The last attempt,
// or an error that says it is permanent, is noted in the ticket (ticket.WhatUndelivered)
// and stays in [Queue.Failed] until somebody has it tried again or dismisses it.
// River keeps the text of errors: a deliverer's must not hold personal data.
//
// # What is due
//
// Ticks are periodic jobs, which one process enqueues and any does. Where that one
// was killed, another takes over after at most 20 seconds; one that is stopped
// hands over at once. The instants that ticks work by are the desk's clock's,
// those of River the machine's.
package jobs
