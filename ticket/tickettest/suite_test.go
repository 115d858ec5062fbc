package tickettest_test

import (
	"testing"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// Package ticketmem runs the suite on its store as it is. Here it runs through
// two decorators, one of which has the store's methods by embedding.
func TestSuiteThroughDecorators(t *testing.T) {
	tickettest.TestStore(t, func(testing.TB) ticket.Store {
		return struct{ ticket.Store }{tickettest.NewFaultStore(new(ticketmem.Store))}
	})
}

func TestSuiteOnReference(t *testing.T) {
	tickettest.Suite{Events: 2_000, Rounds: 3}.Test(t, func(testing.TB) ticket.Store { return newReference() })
}
