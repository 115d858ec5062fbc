package escalation_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// crashWorld is one store, of which one worker's view goes wrong by plan, and
// two workers over it.
type crashWorld struct {
	faults       *tickettest.FaultStore
	shaky, sound *watched
	sent         []ticket.Outgoing
	ref          ticket.Ref
}

func newCrashWorld(t *testing.T, rules *ticket.Rules) *crashWorld {
	t.Helper()
	c := &crashWorld{}
	inner := new(ticketmem.Store)
	c.faults = tickettest.NewFaultStore(inner)
	clock := tickettest.NewClock(at("08:00"))
	deliver := ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
		c.sent = append(c.sent, o)
		return nil
	})
	worker := func(store ticket.Store, seed uint64) *watched {
		return watch(t, escalation.PlannerConfig{PerAddress: escalation.Window{Count: 3, Per: escalation.Minutes(600)}},
			tickettest.DeskConfig{Store: store, Clock: clock, Seed: seed, Config: ticket.Config{Rules: rules, Delivery: deliver}}, service)
	}
	c.shaky, c.sound = worker(c.faults, 1), worker(inner, 2)
	c.ref = c.sound.Ticket(t, tickettest.Spec{State: ticket.StateNew}).Ref()
	return c
}

// play lets an hour and a half pass, tick by tick: the shaky worker goes first,
// then the sound one, then the shaky one again.
func (c *crashWorld) play(t *testing.T) {
	t.Helper()
	for range 12 {
		c.sound.Clock.Advance(10 * time.Minute)
		_, _ = c.shaky.Tick(t.Context(), ticket.TickOptions{}) // it may well fail
		c.sound.tick(t, 0)
		_, _ = c.shaky.Tick(t.Context(), ticket.TickOptions{})
		c.sound.Clock.Advance(time.Minute) // past what a failed worker claimed
	}
	for range 5 {
		c.sound.tick(t, 24*time.Hour) // whatever was hidden or put off shows again
	}
}

// Whatever call of one worker goes wrong, before or after its effect, late or
// twice, with another worker over the same store: each step stands in the
// history once, and each notice goes out under one id.
func TestNoKeyTwice(t *testing.T) {
	rules := tickettest.NewRules(t, ticket.RulesConfig{})
	golden := newCrashWorld(t, rules)
	golden.play(t)
	want := golden.sound.steps(t, golden.ref)
	require.Equal(t, []string{"e0|c0|team fired", "e0|c0|lead fired", "e0|c0|manager fired"}, want)
	calls := len(golden.faults.Calls())
	require.Greater(t, calls, 30)
	for _, when := range []tickettest.When{tickettest.Before, tickettest.After, tickettest.Late, tickettest.Twice} {
		t.Run(string(when), func(t *testing.T) {
			for n := 1; n <= calls; n++ {
				c := newCrashWorld(t, rules)
				c.faults.Plan(tickettest.Fault{Call: n, When: when})
				c.play(t)
				name := fmt.Sprintf("call %d", n)
				// A planner that could not see who holds a key says so, and is asked
				// again five minutes later.
				got := slices.DeleteFunc(c.sound.steps(t, c.ref), func(s string) bool { return s == "planner_fault keys" })
				assert.Equal(t, want, got, name)
				c.once(t, name)
			}
		})
	}
}

// once checks that no notice goes out under two ids, and none is lost.
func (c *crashWorld) once(t *testing.T, name string) {
	t.Helper()
	ids := c.notices()
	assert.Len(t, ids, 3, name)
	for key, all := range ids {
		assert.Len(t, all, 1, "%s: %s", name, key)
	}
}

// notices returns the ids under which the notice of each key went out.
func (c *crashWorld) notices() map[string][]string {
	ids := map[string][]string{}
	for _, o := range c.sent {
		b, ok := o.Event.Body.(ticket.Recorded)
		if !ok || b.Step == nil {
			continue
		}
		if id := o.Event.ID.String(); !slices.Contains(ids[b.Step.Key], id) {
			ids[b.Step.Key] = append(ids[b.Step.Key], id)
		}
	}
	return ids
}

// The same with both workers over a shaky store, in any order, with several
// faults each.
func TestNoKeyTwiceInAnyOrder(t *testing.T) {
	rules := tickettest.NewRules(t, ticket.RulesConfig{})
	want := []string{"e0|c0|team fired", "e0|c0|lead fired", "e0|c0|manager fired"}
	rapid.Check(t, func(rt *rapid.T) {
		c := newCrashWorld(t, rules)
		second := tickettest.NewFaultStore(c.sound.Store)
		other := watch(t, escalation.PlannerConfig{PerAddress: escalation.Window{Count: 3, Per: escalation.Minutes(600)}},
			tickettest.DeskConfig{Store: second, Clock: c.sound.Clock, Seed: 9, Config: ticket.Config{
				Rules: rules, Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
					c.sent = append(c.sent, o)
					return nil
				}),
			}}, service)
		for _, s := range []*tickettest.FaultStore{c.faults, second} {
			var plan []tickettest.Fault
			for range rapid.IntRange(0, 6).Draw(rt, "faults") {
				plan = append(plan, tickettest.Fault{
					Call: rapid.IntRange(1, 40).Draw(rt, "call"),
					When: rapid.SampledFrom([]tickettest.When{tickettest.Before, tickettest.After, tickettest.Late, tickettest.Twice}).Draw(rt, "when"),
				})
			}
			s.Plan(plan...)
		}
		for range rapid.IntRange(5, 40).Draw(rt, "ticks") {
			worker := rapid.SampledFrom([]*watched{c.shaky, other}).Draw(rt, "worker")
			c.sound.Clock.Advance(time.Duration(rapid.IntRange(0, 10).Draw(rt, "later")) * time.Minute)
			_, _ = worker.Tick(t.Context(), ticket.TickOptions{})
		}
		for range 6 {
			c.sound.tick(t, 24*time.Hour)
		}
		got := slices.DeleteFunc(c.sound.steps(t, c.ref), func(s string) bool { return strings.HasPrefix(s, "planner_fault ") })
		late := []string{want[0], "e0|c0|lead superseded", want[2]} // nobody looked before both were due
		if !slices.Equal(got, want) && !slices.Equal(got, late) {
			rt.Fatalf("came %v", c.sound.steps(t, c.ref))
		}
		for key, ids := range c.notices() {
			if len(ids) != 1 {
				rt.Fatalf("%s went out under %v", key, ids)
			}
		}
	})
}
