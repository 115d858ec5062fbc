// Package escalation will say who must look at a ticket now, and what happens
// next: policies that fire exactly once, the ladder for difficult customers,
// routing, shifts and honest waiting times.
//
// It has no identifiers yet: the room stands, its furniture is on the way
// (see CHANGELOG.md). Its model is a pure function over a ticket's facts that
// returns firings as data; it will keep no store of its own, return errors
// that name every fault with its path, and be safe for concurrent use.
package escalation
