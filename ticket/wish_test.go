package ticket_test

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/ticket"
)

// places is a planner that wants one of n places for each ticket that opens,
// and gives it back when it is resolved.
func places(n int, expires time.Duration) planner {
	return planner{"places", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
		wish := ticket.KeyWish{Name: "place", Kind: ticket.KeySlot}
		for i := range n {
			wish.Values = append(wish.Values, "place "+strconv.Itoa(i))
		}
		if expires > 0 {
			wish.Expires = in.Now.Add(expires)
		}
		out := ticket.PlanOutput{Memo: in.Memo}
		switch last := in.Events; {
		case len(last) == 0:
		case last[0].Kind == ticket.EventCreate:
			out.Take = []ticket.KeyWish{wish}
			got := in.Grants["place"]
			if got == "" {
				got = "none"
			}
			out.Commands = []ticket.Command{ticket.Tag{Add: []string{got}}}
		case last[0].Kind == ticket.EventResolve:
			out.Release = []ticket.KeyWish{wish}
		}
		return out, nil
	}}
}

// Of n places n tickets get one each; a place that is given back, or whose
// time is over, is free again, and nobody gives back another's.
func TestPlannersTakeAndReleaseKeys(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	f.with(t, func(c *ticket.Config) { c.Planners = []ticket.Planner{places(2, 0)} })
	var tickets []ticket.Ticket
	for i := range 3 {
		in := mail("m"+strconv.Itoa(i), "Wo?")
		in.Customer.Ref, in.Orders = "c"+strconv.Itoa(i), nil
		tickets = append(tickets, f.receive(t, in).Ticket)
	}
	assert.Equal(t, []string{"place 0"}, tickets[0].Tags)
	assert.Equal(t, []string{"place 1"}, tickets[1].Tags)
	assert.Equal(t, []string{"none"}, tickets[2].Tags)

	f.do(t, anna, tickets[2].Ref(), ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	in := mail("m3", "Wo?")
	in.Customer.Ref, in.Orders = "c3", nil
	assert.Equal(t, []string{"none"}, f.receive(t, in).Ticket.Tags, "who holds nothing gives nothing back")
	f.do(t, anna, tickets[1].Ref(), ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	in = mail("m4", "Wo?")
	in.Customer.Ref, in.Orders = "c4", nil
	assert.Equal(t, []string{"place 1"}, f.receive(t, in).Ticket.Tags)

	f.clock.Advance(time.Minute) // the new desk draws the same ids again
	f.with(t, func(c *ticket.Config) { c.Planners = []ticket.Planner{places(3, time.Hour)} })
	var got [][]string
	for i := 5; i < 8; i++ {
		in := mail("m"+strconv.Itoa(i), "Wo?")
		in.Customer.Ref, in.Orders = "c"+strconv.Itoa(i), nil
		got = append(got, f.receive(t, in).Ticket.Tags)
		f.clock.Advance(40 * time.Minute)
	}
	assert.Equal(t, [][]string{{"place 2"}, {"none"}, {"place 2"}}, got)
}

// A ticket that has ended holds no place, whatever its planner does.
func TestPlacesOfEndedTicketsAreFree(t *testing.T) {
	ends := map[string]func(f *fixture, ref, other ticket.Ref) error{
		"merged": func(f *fixture, ref, other ticket.Ref) error {
			_, err := f.desk.Merge(t.Context(), boss, ref, other, ticket.Merge{Override: true, Reason: "x"})
			return err
		},
		"spam": func(f *fixture, ref, _ ticket.Ref) error {
			_, err := f.desk.Do(t.Context(), anna, ref, ticket.MarkSpam{})
			return err
		},
		"erased": func(f *fixture, _, _ ticket.Ref) error {
			_, err := f.desk.Erase(t.Context(), boss, "c1")
			return err
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, ticket.RulesConfig{})
			other := mail("m0", "Wo?")
			other.Customer.Ref, other.Orders = "c0", nil
			target := f.receive(t, other).Ticket.Ref()
			f.with(t, func(c *ticket.Config) { c.Random, c.Planners = random(77), []ticket.Planner{places(1, 0)} })
			first := f.receive(t, mail("m1", "Wo?")).Ticket
			require.Equal(t, []string{"place 0"}, first.Tags)
			require.NoError(t, end(f, first.Ref(), target))
			in := mail("m2", "Wo?")
			in.Customer.Ref, in.Orders = "c2", nil
			assert.Equal(t, []string{"place 0"}, f.receive(t, in).Ticket.Tags)
		})
	}
}

// However many workers there are, no two tickets get one place.
func TestPlacesUnderConcurrency(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	f.with(t, func(c *ticket.Config) { c.Planners = []ticket.Planner{places(5, 0)} })
	var wg sync.WaitGroup
	var mu sync.Mutex
	count := map[string]int{}
	for i := range 12 {
		wg.Go(func() {
			in := mail("m"+strconv.Itoa(i), "Wo?")
			in.Shop, in.Channel = shop, ticket.ChannelEmail
			in.Customer.Ref, in.Orders = "c"+strconv.Itoa(i), nil
			r, err := f.desk.Receive(t.Context(), in)
			mu.Lock()
			defer mu.Unlock()
			if assert.NoError(t, err) && assert.Len(t, r.Ticket.Tags, 1) {
				count[r.Ticket.Tags[0]]++
			}
		})
	}
	wg.Wait()
	assert.Equal(t, map[string]int{"place 0": 1, "place 1": 1, "place 2": 1, "place 3": 1, "place 4": 1, "none": 7}, count)
}

// A wish that cannot be is the planner's fault, and nobody else's.
func TestWishesThatCannotBe(t *testing.T) {
	tests := map[string]func(in ticket.PlanInput) []ticket.KeyWish{
		"no name": func(ticket.PlanInput) []ticket.KeyWish {
			return []ticket.KeyWish{{Kind: ticket.KeySlot, Values: []string{"a"}}}
		},
		"other kind": func(ticket.PlanInput) []ticket.KeyWish {
			return []ticket.KeyWish{{Name: "a", Kind: ticket.KeyNumber, Values: []string{"a"}}}
		},
		"no value": func(ticket.PlanInput) []ticket.KeyWish { return []ticket.KeyWish{{Name: "a", Kind: ticket.KeySlot}} },
		"past": func(in ticket.PlanInput) []ticket.KeyWish {
			return []ticket.KeyWish{{Name: "a", Kind: ticket.KeySlot, Values: []string{"a"}, Expires: in.Now}}
		},
		"without end": func(in ticket.PlanInput) []ticket.KeyWish {
			return []ticket.KeyWish{{Name: "a" + strconv.Itoa(len(in.Grants)), Kind: ticket.KeySlot, Values: []string{"a"}}}
		},
		"turned round": func(in ticket.PlanInput) []ticket.KeyWish {
			return []ticket.KeyWish{{Name: "a", Kind: ticket.KeySlot, Values: []string{"a" + strconv.Itoa(len(in.Grants))}}}
		},
		"too many": func(ticket.PlanInput) []ticket.KeyWish { return make([]ticket.KeyWish, 65) },
	}
	for name, wishes := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, ticket.RulesConfig{})
			f.with(t, func(c *ticket.Config) {
				c.Planners = []ticket.Planner{planner{"greedy", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
					return ticket.PlanOutput{Take: wishes(in)}, nil
				}}}
			})
			r := f.receive(t, mail("m1", "Wo?"))
			assert.Equal(t, ticket.Opened, r.Outcome)
			last, ok := r.Events[len(r.Events)-1].Body.(ticket.Recorded)
			require.True(t, ok)
			assert.Equal(t, "keys", last.Code)
		})
	}
}

// A planned step that tells somebody something goes out once, with its detail;
// erasure takes the detail away and leaves that it was.
func TestPlannedStep(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	p := planner{"steps", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
		var out ticket.PlanOutput
		for _, e := range in.Events {
			if e.Kind == ticket.EventAck {
				step := ticket.PlannedStep{Key: "k1", Status: "fired", Notify: true, Escalates: true, Detail: json.RawMessage(`{"to":"lead"}`)}
				out.Commands = []ticket.Command{
					ticket.Observe{What: ticket.WhatPlannedStep, Planner: "steps", Step: &step},
					ticket.Observe{What: ticket.WhatPlannedStep, Planner: "steps", Step: &ticket.PlannedStep{Key: "k2", Status: "superseded"}},
				}
			}
		}
		return out, nil
	}}
	var sent []ticket.Outgoing
	f.with(t, func(c *ticket.Config) {
		c.Planners, c.Delivery = []ticket.Planner{p}, ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			sent = append(sent, o)
			return nil
		})
	})
	ref := f.receive(t, mail("m1", "Wo?")).Ticket.Ref()
	got := f.do(t, anna, ref, ticket.Ack{})
	assert.Equal(t, 1, got.Counters.Escalations)
	f.tick(t)
	f.tick(t)
	require.Len(t, sent, 1)
	body, ok := sent[0].Event.Body.(ticket.Recorded)
	require.True(t, ok)
	assert.JSONEq(t, `{"to":"lead"}`, string(body.Step.Detail))
	assert.Equal(t, ticket.EventUnack, f.refused(t, client, ref, ticket.Unack{}).Event)
	f.do(t, anna, ref, ticket.Unack{})

	_, err := f.desk.Erase(t.Context(), boss, got.Customer.Ref)
	require.NoError(t, err)
	for _, e := range f.history(t, ref) {
		if b, ok := e.Body.(ticket.Recorded); ok && b.Step != nil {
			assert.Empty(t, b.Step.Detail)
			assert.NotEmpty(t, b.Step.Key)
		}
	}
}

// What a planner takes and gives back within one commit is free again.
func TestPlacesGivenBackInTheSameCommit(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	wish := ticket.KeyWish{Name: "place", Kind: ticket.KeySlot, Values: []string{"place 0"}}
	f.with(t, func(c *ticket.Config) {
		c.Planners = []ticket.Planner{planner{"fickle", func(in ticket.PlanInput) (ticket.PlanOutput, error) {
			if len(in.Ticket.Tags) > 0 {
				return ticket.PlanOutput{Release: []ticket.KeyWish{wish}}, nil
			}
			tag := "taken " + in.Grants["place"]
			return ticket.PlanOutput{Take: []ticket.KeyWish{wish}, Commands: []ticket.Command{ticket.Tag{Add: []string{tag}}}}, nil
		}}}
	})
	for i := range 2 {
		in := mail("m"+strconv.Itoa(i), "Wo?")
		in.Customer.Ref, in.Orders = "c"+strconv.Itoa(i), nil
		assert.Equal(t, []string{"taken place 0"}, f.receive(t, in).Ticket.Tags)
	}
}
