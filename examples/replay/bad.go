package main

import (
	"cmp"
	"fmt"
	"slices"
)

// BadKind says what is wrong with a row.
type BadKind string

// The kinds of bad row. Rows of the first four kinds are left out. The stamps
// of the last two cannot be true: such a row still takes its ticket through
// its life, in its place, but never counts as in time.
const (
	Malformed       BadKind = "malformed"        // no CSV record of this header
	Missing         BadKind = "missing"          // no case, activity or stamp
	Unparsable      BadKind = "unparsable"       // a stamp or number that is none
	UnknownActivity BadKind = "unknown_activity" // one that the mapping does not know
	OutOfOrder      BadKind = "out_of_order"     // stamped before the row before it
	AnsweredBefore  BadKind = "answered_before_asked"
)

// badKinds returns all kinds in the order in which they are printed.
func badKinds() []BadKind {
	return []BadKind{Malformed, Missing, Unparsable, UnknownActivity, OutOfOrder, AnsweredBefore}
}

// BadRow is one bad row.
type BadRow struct {
	Line   int     `json:"line"`
	Kind   BadKind `json:"kind"`
	Detail string  `json:"detail"`
}

// Bounds of the list of bad rows; the count goes on.
const (
	maxBadRows   = 50 // of each kind
	maxBadDetail = 200
)

// BadRows counts the bad rows by kind and lists the first of each.
type BadRows struct {
	Counts map[BadKind]int `json:"counts"`
	Listed []BadRow        `json:"listed"`
}

func (b *BadRows) addf(kind BadKind, line int, format string, args ...any) {
	b.add(BadRow{Line: line, Kind: kind, Detail: fmt.Sprintf(format, args...)})
}

func (b *BadRows) add(row BadRow) {
	b.Counts[row.Kind]++
	if b.Counts[row.Kind] > maxBadRows {
		return
	}
	if len(row.Detail) > maxBadDetail {
		row.Detail = fmt.Sprintf("%.*q...", maxBadDetail/4, row.Detail)
	}
	b.Listed = append(b.Listed, row)
}

// Total returns how many bad rows there are.
func (b *BadRows) Total() int {
	n := 0
	for _, count := range b.Counts {
		n += count
	}
	return n
}

// sort brings the list into the order of lines.
func (b *BadRows) sort() {
	slices.SortStableFunc(b.Listed, func(x, y BadRow) int { return cmp.Compare(x.Line, y.Line) })
}
