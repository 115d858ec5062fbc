// Package escalation says who must look at a ticket now, and what happens
// next.
//
// # Conditions
//
// A [Cond] is a condition as data: all, any, not, and leaves that compare one
// fact with a value by a closed set of operators. A [Schema] declares the
// fields and their types; [Schema.Compile] checks a condition against it and
// makes it a [Condition], which answers in some tens of nanoseconds without
// allocation. A fact that is missing makes a leaf false, whatever it asks;
// only exists asks for that. [Condition.Trace], [Condition.Why] and
// [Condition.WhyNot] say how an answer came to be.
//
// # Errors
//
// What cannot be used is reported at once and in full, as [Faults] with the
// path of each; all are [ErrInvalid].
//
// # Concurrency
//
// Schemas and conditions are immutable and safe for concurrent use. [Facts]
// are for one goroutine at a time while they are set. The package starts no
// goroutine, reads no clock and keeps no global.
//
// # Storage
//
// None.
//
// # What it does not do
//
// It has no expression language: a condition is data that can be checked,
// explained and edited by a program.
package escalation
