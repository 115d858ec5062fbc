// Package kulanz is the support desk of an online shop as a library: a shop
// backend imports its packages and implements a few small storage interfaces
// over its own database. There is no server to run and no identifier here;
// this page is the map.
//
//   - sla: working time, deadlines and service-level clocks. Ground floor,
//     imports nothing of ours.
//   - ticket: the ticket life cycle, the desk that runs it and the contract
//     of the store behind it.
//   - escalation: who must look now, and what happens next.
//   - feedback: asking lawfully and scoring honestly.
//   - goodwill: what a customer is owed, and what a shop may give beyond it.
//
// # Model
//
// In every package values and pure functions decide: they take the time, ids
// and randomness as arguments, return effects as data and explain themselves.
// One concrete type, a Desk, loads, calls them, and commits the outcome with
// a compare-and-swap. Intervals are half-open. Nothing here reads a clock,
// starts a goroutine, logs, or keeps a global.
//
// # Errors
//
// Each package has a few sentinels and one typed error that [errors.Is]
// matches to them; text is for people and never to be compared. Refusals list
// every reason as a code with parameters. Errors carry ids, never what a
// customer wrote.
//
// # Concurrency
//
// Compiled values (calendars, workflows, policies) are immutable and safe to
// share. A Desk is safe for concurrent use, in many processes, as far as its
// store keeps the contract.
//
// # Storage
//
// The host owns the database. A store interface has at most seven methods and
// a conformance suite; in-memory stores come with the library.
//
// # What it does not do
//
// It sends no mail, moves no money, renders no page, and gives no legal
// advice: law is data with source and date, for the shop's own counsel to
// check.
package kulanz
