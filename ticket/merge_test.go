package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// about opens a ticket of the customer c1 about an order.
func (f *fixture) about(tb testing.TB, order string) ticket.Ref {
	tb.Helper()
	in := mail("about-"+order, "Wo?")
	in.Orders = []string{order}
	r := f.receive(tb, in)
	require.Equal(tb, ticket.Opened, r.Outcome)
	return r.Ticket.Ref()
}

func TestMergeAndUnmerge(t *testing.T) {
	set := policies(t)
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) { c.Policies, c.Policy = set, "p" })
	source := f.about(t, "o-1")
	f.clock.Advance(10 * time.Minute)
	target := f.about(t, "o-2")
	f.do(t, anna, source, ticket.WaitThird{Party: "DHL", Wake: f.clock.Now().Add(5 * time.Hour)})
	before, err := f.desk.Get(t.Context(), anna, source)
	require.NoError(t, err)

	res, err := f.desk.Merge(t.Context(), anna, source, target, ticket.Merge{})
	require.NoError(t, err)
	assert.Equal(t, ticket.StateMerged, res.Source.State)
	to, ok := res.Source.Linked(ticket.LinkMergedInto)
	require.True(t, ok)
	assert.Equal(t, target.ID, to)
	assert.Equal(t, 1, res.Target.Counters.Merged)
	assert.Equal(t, before.WaitingSince, res.Target.WaitingSince, "the customer has waited since the first message")
	for _, s := range f.desk.Deadlines(res.Source, f.clock.Now()) {
		assert.Equal(t, sla.Cancelled, s.State)
	}

	later := mail("m-late", "Und?")
	later.Orders = []string{"o-1"}
	opened := f.receive(t, later)
	assert.Equal(t, ticket.Opened, opened.Outcome, "the source gave its matter up")
	thread := mail("m-thread", "Und??")
	thread.Orders, thread.Ticket = nil, &source
	r := f.receive(t, thread)
	assert.Equal(t, ticket.Redirected, r.Outcome)
	assert.Equal(t, target, r.Ticket.Ref())

	res, err = f.desk.Unmerge(t.Context(), anna, source)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateWaitingThird, res.Source.State)
	assert.Equal(t, before.Timer, res.Source.Timer)
	assert.Empty(t, res.Source.Links)
	assert.Zero(t, res.Target.Counters.Merged)
	for _, s := range f.desk.Deadlines(res.Source, f.clock.Now()) {
		assert.Equal(t, sla.Running, s.State, "its clocks run on as if nothing had happened")
	}
	f.clock.Advance(6 * time.Hour)
	f.tick(t)
	got, err := f.desk.Get(t.Context(), anna, source)
	require.NoError(t, err)
	assert.Equal(t, ticket.StateOpen, got.State, "it still wakes")
	_, err = f.desk.Unmerge(t.Context(), anna, source)
	require.ErrorIs(t, err, ticket.ErrRefused)
}

func TestMergeRefusals(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	a := f.about(t, "o-1")
	in := mail("m-other", "Wo?")
	in.Customer.Ref = "c2"
	other := f.receive(t, in).Ticket.Ref()
	var refusal *ticket.Refusal

	_, err := f.desk.Merge(t.Context(), anna, a, a, ticket.Merge{})
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeSameTicket))
	_, err = f.desk.Merge(t.Context(), anna, a, other, ticket.Merge{Override: true, Reason: "Ehepaar"})
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeOtherCustomer))
	_, err = f.desk.Merge(t.Context(), boss, a, other, ticket.Merge{Override: true})
	require.ErrorIs(t, err, ticket.ErrInvalid, "an override says why")
	_, err = f.desk.Do(t.Context(), anna, a, ticket.Merge{})
	require.ErrorIs(t, err, ticket.ErrInvalid, "a merge needs both tickets")

	f.do(t, anna, other, ticket.MarkSpam{})
	_, err = f.desk.Merge(t.Context(), anna, a, other, ticket.Merge{})
	require.ErrorAs(t, err, &refusal)
	assert.True(t, refusal.Has(ticket.CodeOtherCustomer), "both sides' blockers are listed")
	assert.True(t, refusal.Has(ticket.CodeTransition))
	f.do(t, anna, other, ticket.NotSpam{})
	_, err = f.desk.Merge(t.Context(), boss, a, other, ticket.Merge{Override: true, Reason: "Ehepaar"})
	require.NoError(t, err)
}

// Merging crosswise and in circles at the same time leaves no circle: every
// chain ends in a ticket that is not merged.
func TestMergesMakeNoCircle(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	const n = 6
	refs := make([]ticket.Ref, n)
	for i := range refs {
		refs[i] = f.about(t, fmt.Sprintf("o-%d", i))
	}
	var wg sync.WaitGroup
	for i := range refs {
		for step := 1; step < n; step++ {
			wg.Go(func() {
				_, err := f.desk.Merge(context.Background(), anna, refs[i], refs[(i+step)%n], ticket.Merge{})
				assert.True(t, err == nil || errors.Is(err, ticket.ErrRefused), "%v", err)
			})
		}
	}
	wg.Wait()
	ends := 0
	for _, ref := range refs {
		got, err := f.desk.Get(t.Context(), anna, ref)
		require.NoError(t, err)
		for hops := 0; got.State == ticket.StateMerged; hops++ {
			require.Less(t, hops, n)
			to, ok := got.Linked(ticket.LinkMergedInto)
			require.True(t, ok)
			got, err = f.desk.Get(t.Context(), anna, ticket.Ref{Shop: shop, ID: to})
			require.NoError(t, err)
		}
		ends++
	}
	assert.Equal(t, n, ends)
}

func TestSplit(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.about(t, "o-1")
	for i, text := range []string{"Das Paket fehlt", "Außerdem: meine Rechnung", "Die Rechnung ist falsch"} {
		in := mail(fmt.Sprintf("m-%d", i), text)
		in.Orders = []string{"o-1"}
		f.receive(t, in)
	}
	res, err := f.desk.Split(t.Context(), anna, ref, ticket.Split{Messages: []int64{4, 3, 4}, Subject: "Rechnung", Reason: "order/invoice"})
	require.NoError(t, err)
	assert.Equal(t, []ticket.Link{{Kind: ticket.LinkSplitFrom, To: ref.ID}}, res.Target.Links)
	assert.Equal(t, 2, res.Target.Counters.Contacts)
	words := f.history(t, res.Target.Ref())
	require.Len(t, words, 2)
	assert.Equal(t, "Außerdem: meine Rechnung", words[0].Message().Text)
	assert.Equal(t, "m-2", words[1].Message().External)
	assert.Contains(t, recorded(f.history(t, ref)), ticket.WhatSplit)

	for _, bad := range [][]int64{nil, {99}, {5}, make([]int64, ticket.MaxSplit+1)} {
		_, err = f.desk.Split(t.Context(), anna, ref, ticket.Split{Messages: bad})
		require.ErrorIs(t, err, ticket.ErrInvalid, "%v", bad)
	}
}

// A split that is asked for again opens no second ticket.
func TestSplitUnderAKey(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	ref := f.about(t, "o-1")
	split := ticket.Split{Key: "k", Messages: []int64{1}, Subject: "Rechnung"}
	first, err := f.desk.Split(t.Context(), anna, ref, split)
	require.NoError(t, err)
	assert.False(t, first.Repeated)
	f.do(t, anna, first.Target.Ref(), ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "Da."})
	again, err := f.desk.Split(t.Context(), anna, ref, split)
	require.NoError(t, err)
	assert.True(t, again.Repeated)
	assert.Equal(t, first.Target.ID, again.Target.ID)
	assert.Equal(t, ticket.StateResolved, again.Target.State, "as it stands")

	split.Subject = "Lieferung"
	_, err = f.desk.Split(t.Context(), anna, ref, split)
	require.ErrorIs(t, err, ticket.ErrKeyReuse)
	_, err = f.desk.Split(t.Context(), anna, first.Target.Ref(), ticket.Split{Key: "k", Messages: []int64{1}, Subject: "Rechnung"})
	require.ErrorIs(t, err, ticket.ErrKeyReuse, "of another ticket")
	others, err := f.desk.Split(t.Context(), boss, ref, split)
	require.NoError(t, err, "keys are the actor's own")
	assert.NotEqual(t, first.Target.ID, others.Target.ID)
}

func TestBroadcastIsResumed(t *testing.T) {
	f := newFixture(t, ticket.RulesConfig{})
	problem := f.about(t, "o-0")
	var incidents []ticket.Ref
	for i := range 5 {
		ref := f.about(t, fmt.Sprintf("o-%d", i+1))
		f.do(t, anna, ref, ticket.AddLink{Kind: ticket.LinkIncidentOf, To: problem.ID})
		incidents = append(incidents, ref)
	}
	f.do(t, anna, incidents[4], ticket.MarkSpam{})
	f.do(t, anna, incidents[3], ticket.Set{Fields: map[string]string{"x": strings.Repeat("y", 10)}})
	news := ticket.Reply{Text: "Die Zahlung geht wieder."}
	for range 2 {
		res, err := f.desk.Broadcast(t.Context(), anna, problem, "fixed", news)
		require.NoError(t, err)
		assert.Equal(t, 4, res.Reached)
		assert.Empty(t, res.Failed)
	}
	for _, ref := range incidents[:4] {
		got, err := f.desk.Get(t.Context(), anna, ref)
		require.NoError(t, err)
		assert.Equal(t, 1, got.Counters.Replies, "nobody hears it twice")
	}
	_, err := f.desk.Broadcast(t.Context(), anna, problem, "", news)
	require.ErrorIs(t, err, ticket.ErrInvalid)
	res, err := f.desk.Broadcast(t.Context(), anna, problem, "bad", ticket.Confirm{})
	require.NoError(t, err)
	assert.Len(t, res.Failed, 4)
	require.ErrorIs(t, res.Failed[0], ticket.ErrRefused)
}

func TestTouchAsksPlannersAgain(t *testing.T) {
	asked := 0
	f := newFixture(t, ticket.RulesConfig{}).with(t, func(c *ticket.Config) {
		c.Planners = []ticket.Planner{planner{"p", func(ticket.PlanInput) (ticket.PlanOutput, error) {
			asked++
			return ticket.PlanOutput{}, nil
		}}}
	})
	f.about(t, "o-1")
	ref := f.about(t, "o-2")
	f.do(t, anna, ref, ticket.MarkSpam{})
	asked = 0
	n, err := f.desk.Touch(t.Context(), ticket.Query{Shop: shop})
	require.NoError(t, err)
	assert.Equal(t, 1, n, "who has ended is left alone")
	f.tick(t)
	assert.Equal(t, 1, asked)
	assert.Empty(t, f.tick(t).Done)
}
