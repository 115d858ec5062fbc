// Package invalid holds what the faults of several packages do alike: how a
// list of them reads, and how it unwraps.
//
// The types are each package's own, so that a caller sees one package only and
// tests for its sentinel. Nothing here keeps state.
package invalid
