package main

import (
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// stopKinds are the kinds that can stop a clock.
const stopKinds = sla.MarkAgentReply | sla.MarkBotReply | sla.MarkAssigned | sla.MarkResolved |
	sla.MarkClosed | sla.MarkPromiseKept

// mark returns an event of the ticket as a mark of its timeline, with the
// log's own stamp. Where that cannot be true because the question came later,
// package sla sees so and judges nothing; where it only stands out of order,
// the mark moves the state and stops no clock.
func (p *player) mark(e *ticket.Event) sla.Mark {
	m := ticket.Mark(p.folded, *e)
	if p.row.Bad != "" && e.Kind != ticket.EventCreate {
		m.At = p.row.At
	}
	if p.row.Bad == OutOfOrder {
		m.Kind &^= stopKinds
	}
	if m.Kind == 0 {
		m.Kind = sla.MarkNote
	}
	return m
}
