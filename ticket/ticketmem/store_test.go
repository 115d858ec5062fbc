package ticketmem_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

func TestConformance(t *testing.T) {
	tickettest.TestStore(t, func(testing.TB) ticket.Store { return new(ticketmem.Store) })
}

func BenchmarkStore(b *testing.B) {
	tickettest.BenchmarkStore(b, func(testing.TB) ticket.Store { return new(ticketmem.Store) })
}

func TestLen(t *testing.T) {
	store := new(ticketmem.Store)
	records, events := store.Len()
	assert.Equal(t, [2]int{0, 0}, [2]int{records, events})
	desk := tickettest.NewDesk(t, tickettest.DeskConfig{Store: store})
	ref := desk.Ticket(t, tickettest.Spec{State: ticket.StateOpen}).Ref()
	desk.Ticket(t, tickettest.Spec{})
	_, err := desk.Do(t.Context(), tickettest.Agent("anna"), ref, ticket.Note{Text: "x"})
	require.NoError(t, err)
	records, events = store.Len()
	assert.Equal(t, [2]int{2, 4}, [2]int{records, events})
}
