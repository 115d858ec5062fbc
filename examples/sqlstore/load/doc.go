// Command load measures the ticket store of package sqlstore under load, beside
// statements that are written by hand for the same writes.
//
//	go run ./examples/sqlstore/load -help
//	go run ./examples/sqlstore/load -postgres postgres://postgres@127.0.0.1:5432/test
//	go run ./examples/sqlstore/load -sqlite /tmp/load.db -tickets 30000
//
// It works in a schema, or a file, of its own, which it removes; it is bounded
// by count and by time, and refuses a database on another host.
//
// # What it does
//
// The tickets are real: a desk in memory receives and accepts each, and its
// commits are loaded. They stand in three shops of one database. In the first,
// a [ticket.Desk] works: workers receive mail (half of it about tickets that are
// there), reply, and tick, which delivers. Every commit and claim is recorded,
// and done again in the second shop through the store alone and in the third by
// statements written by hand, by as many workers, each in its own order. The
// rounds alternate, so that a busy machine slows all three.
//
// # What it prints
//
// Steps per second and their latencies, rows written per step, the ratio of each
// to the statements by hand, claims per second out of a backlog of all tickets,
// and pages of lists at the start, the middle and the end of the table with the
// database's plan.
package main
