package demo_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/ticket"
)

// Parts that are played apart come to what the whole comes to: nobody's matters are
// in two of them, and nothing is lost or done twice.
func TestPartsComeToTheWhole(t *testing.T) {
	w := world(t, 20)
	_, desks, player := play(t, w, w.Until)
	want, whole := states(t, desks), player.Report()

	parts := w.Split(5)
	require.Len(t, parts, 5)
	var sum demo.Report
	got := make(map[ticket.State]int)
	of := make(map[string]int) // customer to part
	for i, part := range parts {
		for _, a := range part.Script {
			if a.Receive == nil || a.Receive.Customer.Ref == "" {
				continue
			}
			was, ok := of[a.Receive.Customer.Ref]
			require.True(t, !ok || was == i, "%s is in two parts", a.Receive.Customer.Ref)
			of[a.Receive.Customer.Ref] = i
		}
		_, desks, player := play(t, part, w.Until)
		sum.Add(player.Report())
		for state, n := range states(t, desks) {
			got[state] += n
		}
	}
	whole.Refusals, sum.Refusals = nil, nil // of which a report names some
	assert.Equal(t, whole, sum)
	assert.Equal(t, want, got)
	assert.Greater(t, len(of), 100)
}

// states counts tickets by state.
func states(t *testing.T, s demo.Stage) map[ticket.State]int {
	t.Helper()
	n := make(map[ticket.State]int)
	for _, k := range all(t, s.Tickets) {
		n[k.State]++
	}
	return n
}
