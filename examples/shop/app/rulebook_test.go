package app_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/examples/shop/app"
	"github.com/kulanz-go/kulanz/examples/shop/demo"
	"github.com/kulanz-go/kulanz/examples/shop/store"
	"github.com/kulanz-go/kulanz/examples/shop/store/pgschema"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

func lead() store.Agent { return store.Agent{Agent: demo.Agent{ID: "anna", Role: demo.RoleLead}} }

// process is one of a shop's, over a database that others may use too.
func process(t *testing.T, where string) *app.App {
	t.Helper()
	a, _, err := openPaying(t.Context(), where, func() time.Time { return noon }, nil)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, a.DB.Close()) })
	return a
}

// came is a new ticket of a process.
func came(t *testing.T, a *app.App, key string) ticket.Ticket {
	t.Helper()
	r, err := a.Tickets.Receive(t.Context(), ticket.Inbound{
		Shop: app.Shop, Key: key, Channel: ticket.ChannelForm, Customer: ticket.Customer{Ref: "c-" + key}, Text: "Wo ist es?", Verified: true,
	})
	require.NoError(t, err)
	return r.Ticket
}

// version is the policy under which a ticket's first answer is due, and how long it
// has for it.
func version(t *testing.T, a *app.App, k ticket.Ticket) (string, time.Duration) {
	t.Helper()
	for _, s := range a.Tickets.Deadlines(k, noon) {
		if s.Metric == sla.FirstResponse {
			assert.Empty(t, s.Faults)
			return s.Policy, s.Target
		}
	}
	t.Fatal("no first answer is due")
	return "", 0
}

// next is the next version of the deadlines, with so many work hours for the first
// answer of most.
func next(t *testing.T, a *app.App, hours int) []byte {
	t.Helper()
	draft, err := a.Draft(app.Deadlines)
	require.NoError(t, err)
	cfg, err := sla.ParsePolicy(draft)
	require.NoError(t, err)
	cfg.Rules[1].Targets[0].Period.N = hours
	data, err := json.Marshal(cfg)
	require.NoError(t, err)
	return data
}

func save(t *testing.T, a *app.App, kind app.PolicyKind, data []byte) {
	t.Helper()
	require.NoError(t, a.SavePolicy(t.Context(), kind, data, lead()))
}

// A policy that is saved is in force at once: for new tickets, not for those that
// run. So are goodwill and escalation.
func TestAPolicyTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	a := process(t, filepath.Join(t.TempDir(), "shop.db"))
	before := came(t, a, "m1")
	save(t, a, app.Deadlines, next(t, a, 7))
	after := came(t, a, "m2")
	ref, target := version(t, a, after)
	assert.Equal(t, "standard@2", ref)
	assert.Equal(t, 7*time.Hour, target)
	ref, target = version(t, a, before)
	assert.Equal(t, "standard@1", ref)
	assert.Equal(t, time.Hour, target)

	draft, err := a.Draft(app.Goodwill)
	require.NoError(t, err)
	save(t, a, app.Goodwill, []byte(strings.Replace(string(draft), `"agent"`, `"intern"`, 1)))
	assert.Equal(t, "house@2", a.Rulebook().Decider.Ref())
	_, err = a.Goodwill.Budgets(t.Context(), anna(), app.GoodwillPolicy)
	require.NoError(t, err)

	draft, err = a.Draft(app.Escalation)
	require.NoError(t, err)
	save(t, a, app.Escalation, []byte(strings.Replace(string(draft), `"after": "2h"`, `"after": "3h"`, 1)))
	escalated := func(k ticket.Ticket) string {
		in, err := a.Tickets.PlanInput(t.Context(), app.System(), k.Ref(), a.Escalates.Name())
		require.NoError(t, err)
		x, err := a.Escalates.Explain(in, nil, noon.Add(time.Hour))
		require.NoError(t, err)
		return x.Policy
	}
	assert.Equal(t, "std@1", escalated(after))
	assert.Equal(t, "std@2", escalated(came(t, a, "m3")))

	again := process(t, filepath.Join(t.TempDir(), "other.db"))
	assert.Equal(t, 0, again.Rulebook().Revision, "another shop has its own")
}

// What does not compile, is not the next version or came second changes nothing.
func TestABrokenPolicyReplacesNothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "shop.db")
	a := process(t, file)
	good := a.Rulebook()
	for _, data := range []string{"{", "{}", strings.Replace(string(next(t, a, 7)), `"n":7`, `"n":-7`, 1), strings.Replace(string(next(t, a, 7)), `"version":2`, `"version":3`, 1)} {
		require.Error(t, a.SavePolicy(t.Context(), app.Deadlines, []byte(data), lead()))
		assert.Same(t, good, a.Rulebook())
	}
	require.ErrorIs(t, a.SavePolicy(t.Context(), "magic", next(t, a, 7), lead()), store.ErrNotFound)

	// Somebody edits what is stored.
	for n, data := range []string{`{"id":"standard","version":2}`, `nonsense`} {
		require.NoError(t, a.DB.SavePolicy(t.Context(), store.Policy{Kind: "deadlines", Version: 2 + n, Data: []byte(data)}, store.Audit{}))
	}
	save(t, a, app.Goodwill, draftOf(t, a, app.Goodwill)) // which has everything read anew
	assert.Equal(t, 3, a.Rulebook().Revision)
	ref, _ := version(t, a, came(t, a, "m1"))
	assert.Equal(t, "standard@1", ref, "what worked goes on")
	again := process(t, file)
	ref, _ = version(t, again, came(t, again, "m2"))
	assert.Equal(t, "standard@1", ref, "also after a start")
	assert.Equal(t, "house@2", again.Rulebook().Decider.Ref())
}

func draftOf(t *testing.T, a *app.App, kind app.PolicyKind) []byte {
	t.Helper()
	data, err := a.Draft(kind)
	require.NoError(t, err)
	return data
}

// Of many who save at once one wins, and those who work meanwhile have one policy or
// the other, never a bit of both: every version's hours are its number's.
func TestPoliciesChangeWhileTicketsCome(t *testing.T) {
	t.Parallel()
	a := process(t, filepath.Join(t.TempDir(), "shop.db"))
	ctx, stop := context.WithCancel(t.Context())
	var workers sync.WaitGroup
	for w := range 3 {
		workers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				k := came(t, a, fmt.Sprintf("w%d-%d", w, i)) //nolint:contextcheck // the context says when to end
				ref, target := version(t, a, k)
				assert.Equal(t, ref, fmt.Sprintf("standard@%d", int(target.Hours())))
			}
		})
	}
	for n := 2; n <= 8; n++ {
		data := next(t, a, n)
		wins := make(chan error, 4)
		var rivals sync.WaitGroup
		for range cap(wins) {
			rivals.Go(func() { wins <- a.SavePolicy(t.Context(), app.Deadlines, data, lead()) })
		}
		rivals.Wait()
		close(wins)
		won := 0
		for err := range wins {
			if err == nil {
				won++
				continue
			}
			require.ErrorIs(t, err, app.ErrVersion)
		}
		assert.Equal(t, 1, won)
		ref, target := version(t, a, came(t, a, fmt.Sprintf("n%d", n)))
		assert.Equal(t, fmt.Sprintf("standard@%d", n), ref, "at once")
		assert.Equal(t, time.Duration(n)*time.Hour, target)
	}
	stop()
	workers.Wait()
}

// Two processes on one PostgreSQL: what one saves the other has within seconds, and
// before that already for whatever is under it.
func TestAPolicyReachesTheOtherProcess(t *testing.T) {
	t.Parallel()
	where := pgschema.New(t)
	one, two := process(t, where), process(t, where)
	save(t, one, app.Deadlines, next(t, one, 7))
	draft := strings.Replace(string(draftOf(t, one, app.Goodwill)), `"agent"`, `"intern"`, 1)
	save(t, one, app.Goodwill, []byte(draft))
	require.Equal(t, 0, two.Rulebook().Revision, "it has not looked")

	k := came(t, one, "m1")
	r, err := two.Tickets.Do(t.Context(), app.AgentActor(lead()), k.Ref(), ticket.Note{Text: "gesehen"})
	require.NoError(t, err)
	ref, target := version(t, two, r.Ticket)
	assert.Equal(t, "standard@2", ref, "it looked, for the ticket is under it")
	assert.Equal(t, 7*time.Hour, target)
	assert.Equal(t, 2, two.Rulebook().Revision)

	save(t, one, app.Deadlines, next(t, one, 9))
	stop := two.Follow(t.Context())
	defer stop()
	require.Eventually(t, func() bool { return two.Rulebook().Revision == 3 }, 5*time.Second, 20*time.Millisecond)
	ref, target = version(t, two, came(t, two, "m2"))
	assert.Equal(t, "standard@3", ref)
	assert.Equal(t, 9*time.Hour, target)

	require.ErrorIs(t, two.SavePolicy(t.Context(), app.Deadlines, next(t, process(t, where), 9)[:0], lead()), sla.ErrInvalid)
	data := next(t, two, 5)
	save(t, one, app.Deadlines, data)
	require.ErrorIs(t, two.SavePolicy(t.Context(), app.Deadlines, data, lead()), app.ErrVersion, "somebody was faster")
}
