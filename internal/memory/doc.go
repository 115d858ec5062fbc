// Package memory holds what the in-memory stores of several packages do alike:
// a heap of records by the instant from which each shows to a claim, and the
// first page of a list. It keeps no lock: a store has its own.
package memory
