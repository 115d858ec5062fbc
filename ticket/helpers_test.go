package ticket_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

const shop = "s1"

var (
	anna   = ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: shop}
	boss   = ticket.Actor{Kind: ticket.ActorAgent, ID: "boss", Shop: shop, Roles: []ticket.Role{ticket.RoleLead}}
	client = ticket.Actor{Kind: ticket.ActorCustomer, ID: "c1", Shop: shop}
	bot    = ticket.Actor{Kind: ticket.ActorBot, ID: "bot", Shop: shop}
	system = ticket.Actor{Kind: ticket.ActorSystem, Shop: shop}
)

// clock is a movable clock.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// seeded is a deterministic reader, safe for concurrent use.
type seeded struct {
	mu  sync.Mutex
	rnd *rand.ChaCha8
}

func (s *seeded) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rnd.Read(p)
}

func random(seed byte) *seeded { return &seeded{rnd: rand.NewChaCha8([32]byte{seed})} }

// fixture is a desk in memory, with a clock, and what it delivered.
type fixture struct {
	desk  *ticket.Desk
	rules *ticket.Rules
	store *ticketmem.Store
	clock *clock
	sent  []ticket.Outgoing
	fail  error // what the next deliveries return
}

func calendar(tb testing.TB) *sla.Calendar {
	tb.Helper()
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	require.NoError(tb, err)
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	require.NoError(tb, err)
	return cal
}

func newRules(tb testing.TB, cfg ticket.RulesConfig) *ticket.Rules {
	tb.Helper()
	cfg.Calendar = calendar(tb)
	rules, err := ticket.NewRules(cfg)
	require.NoError(tb, err)
	return rules
}

func newFixture(tb testing.TB, cfg ticket.RulesConfig) *fixture {
	tb.Helper()
	f := &fixture{store: new(ticketmem.Store), clock: &clock{t: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)}}
	f.rules = newRules(tb, cfg)
	desk, err := ticket.NewDesk(f.store, ticket.Config{
		Rules: f.rules, Now: f.clock.Now, Random: random(1),
		Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			if f.fail != nil {
				return f.fail
			}
			f.sent = append(f.sent, o)
			return nil
		}),
	})
	require.NoError(tb, err)
	f.desk = desk
	return f
}

func (f *fixture) receive(tb testing.TB, in ticket.Inbound) ticket.Receipt {
	tb.Helper()
	if in.Shop == "" {
		in.Shop = shop
	}
	if in.Channel == "" {
		in.Channel = ticket.ChannelEmail
	}
	r, err := f.desk.Receive(tb.Context(), in)
	require.NoError(tb, err)
	return r
}

func (f *fixture) do(tb testing.TB, actor ticket.Actor, ref ticket.Ref, cmd ticket.Command) ticket.Ticket {
	tb.Helper()
	r, err := f.desk.Do(tb.Context(), actor, ref, cmd)
	require.NoError(tb, err)
	return r.Ticket
}

func (f *fixture) refused(tb testing.TB, actor ticket.Actor, ref ticket.Ref, cmd ticket.Command) *ticket.Refusal {
	tb.Helper()
	_, err := f.desk.Do(tb.Context(), actor, ref, cmd)
	require.ErrorIs(tb, err, ticket.ErrRefused)
	var refusal *ticket.Refusal
	require.ErrorAs(tb, err, &refusal)
	return refusal
}

func (f *fixture) tick(tb testing.TB) ticket.TickResult {
	tb.Helper()
	res, err := f.desk.Tick(tb.Context(), ticket.TickOptions{})
	require.NoError(tb, err)
	for _, fault := range res.Faults {
		require.NoError(tb, fault.Err)
	}
	return res
}

func (f *fixture) history(tb testing.TB, ref ticket.Ref) []ticket.Event {
	tb.Helper()
	return collect(tb, f.desk, system, ref)
}

func collect(tb testing.TB, desk *ticket.Desk, actor ticket.Actor, ref ticket.Ref) []ticket.Event {
	tb.Helper()
	var out []ticket.Event
	for e, err := range desk.History(tb.Context(), actor, ref) {
		require.NoError(tb, err)
		out = append(out, e)
	}
	return out
}

func kinds(events []ticket.Event) []ticket.EventKind {
	out := make([]ticket.EventKind, len(events))
	for i, e := range events {
		out[i] = e.Kind
	}
	return out
}

var errDown = errors.New("line is down")
