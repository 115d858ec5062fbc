// Package linear looks whether calls at a ticket.Store that several make at once
// behave as if one came after the other: it records what each saw, and has
// github.com/anishathalye/porcupine look for an order that explains it all. Replies
// to commits are lost now and then; a check that finds nothing is itself checked by
// stale reads, which it must find.
//
// It is for tests: a host calls Check with a store of its own.
package linear
