package route_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/escalation/route"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// Whatever call of one worker to the store goes wrong, before or after its effect,
// late or twice, while another worker goes on over the same store: nobody gets more
// than its capacity, and in the end all room is used and none is lost.
func TestRoomSurvivesCrashes(t *testing.T) {
	play := func(t *testing.T, fault *tickettest.Fault) int {
		t.Helper()
		inner, clock := new(ticketmem.Store), tickettest.NewClock(noon)
		faults := tickettest.NewFaultStore(inner)
		agents := []route.Agent{clerk("anna", 1), clerk("ben", 2)}
		sound := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{Store: inner, Clock: clock, Seed: 1}, agents...)
		shaky := newDesk(t, route.PlannerConfig{}, tickettest.DeskConfig{Store: faults, Clock: clock, Seed: 2}, agents...)
		var refs []ticket.Ref
		for range 5 {
			refs = append(refs, sound.open(t))
		}
		if fault != nil {
			faults.Plan(*fault)
		}
		for i := range 2 { // it may well fail
			_, _ = shaky.Do(t.Context(), boss, refs[i], ticket.MarkSpam{Reason: "x"})
			clock.Advance(time.Minute)
			_, _ = shaky.Tick(t.Context(), ticket.TickOptions{})
		}
		for _, ref := range refs[:2] {
			_, _ = sound.Do(t.Context(), boss, ref, ticket.MarkSpam{Reason: "x"})
		}
		for range 4 {
			sound.tick(t, time.Hour)
		}
		count := map[string]int{}
		for _, ref := range refs[2:] {
			got, err := sound.Get(t.Context(), tickettest.System(), ref)
			require.NoError(t, err)
			count[got.Assignee]++
		}
		assert.Equal(t, map[string]int{"anna": 1, "ben": 2}, count)
		return len(faults.Calls())
	}
	calls := play(t, nil)
	require.Greater(t, calls, 10)
	for _, when := range []tickettest.When{tickettest.Before, tickettest.After, tickettest.Late, tickettest.Twice} {
		for n := 1; n <= calls; n++ {
			play(t, &tickettest.Fault{Call: n, When: when})
			if t.Failed() {
				t.Fatalf("call %d, %s", n, when)
			}
		}
	}
}
