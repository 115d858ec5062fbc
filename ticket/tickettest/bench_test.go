package tickettest_test

import (
	"testing"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

func BenchmarkMemory(b *testing.B) {
	tickettest.BenchmarkStore(b, func(testing.TB) ticket.Store { return new(ticketmem.Store) })
}
