package tickettest_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// The size of a simulation. Lateness is bounded by the longest step, and by the
// leases of as many workers in a row as may crash on one ticket.
const (
	simulatedDays    = 60
	simulatedTimers  = 400
	simulatedWorkers = 3
	longestStep      = 15 * time.Minute
	mostLate         = 3 * time.Hour
)

// Three workers, of which each call of the store fails in two of a hundred, and
// which crash in the middle of their work, wake 400 tickets in 60 days: each
// once, none early, none late by more than the leases. All that is
// drawn comes from the seed, so a failure can be run again.
func TestSixtyDaysOfCrashingWorkers(t *testing.T) {
	for _, seed := range []uint64{1, 2, rand.Uint64()} {
		t.Logf("seed %d", seed)
		synctest.Test(t, func(t *testing.T) {
			s := newSimulation(t, seed)
			s.open()
			for time.Since(s.start) < (simulatedDays+1)*24*time.Hour {
				time.Sleep(time.Duration(1 + s.rnd.Int64N(int64(longestStep))))
				s.tick()
			}
			s.check()
		})
	}
}

// simulation is a shop whose clock is the bubble's.
type simulation struct {
	t      *testing.T
	rnd    *rand.Rand
	inner  *ticketmem.Store
	rules  *ticket.Rules
	sound  *ticket.Desk
	start  time.Time
	seeds  uint64
	due    map[ticket.Ref]time.Time
	sent   map[string]int // by message id
	wanted map[string]bool
}

func newSimulation(t *testing.T, seed uint64) *simulation {
	t.Helper()
	s := &simulation{
		t: t, rnd: rand.New(rand.NewPCG(seed, 1)), inner: new(ticketmem.Store), start: time.Now(), seeds: seed << 20,
		due: make(map[ticket.Ref]time.Time), sent: make(map[string]int), wanted: make(map[string]bool),
	}
	s.rules = tickettest.NewRules(t, ticket.RulesConfig{Idle: sla.Period{N: 400, Unit: sla.UnitDay}})
	s.sound = s.desk(s.inner)
	return s
}

// desk returns a new desk over a store: a worker that has just started.
func (s *simulation) desk(store ticket.Store) *ticket.Desk {
	s.seeds++
	d, err := ticket.NewDesk(store, ticket.Config{
		Rules: s.rules, Now: time.Now, Random: tickettest.Random(s.seeds),
		Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			s.sent[o.MessageID]++
			return nil
		}),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// open brings the tickets in: each is answered, and sleeps until its own time.
func (s *simulation) open() {
	anna := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: tickettest.Shop}
	for n := range simulatedTimers {
		made, err := s.sound.Open(s.t.Context(), anna, ticket.Open{Channel: ticket.ChannelPhone, Subject: "s", Customer: ticket.Customer{Ref: "c"}})
		if err != nil {
			s.t.Fatal(err)
		}
		ref := made.Ticket.Ref()
		until := s.start.Add(time.Duration(s.rnd.Int64N(simulatedDays * 24 * int64(time.Hour)))).Add(time.Minute)
		for _, cmd := range []ticket.Command{ticket.Reply{Text: "We look at it."}, ticket.Snooze{Until: until, Reason: "supplier"}} {
			res, err := s.sound.Do(s.t.Context(), anna, ref, cmd)
			if err != nil {
				s.t.Fatal(n, err)
			}
			for _, e := range res.Events {
				if e.Kind == ticket.EventReply {
					s.wanted[ticket.MessageID(ref, e.Seq)] = true
				}
			}
			s.due[ref] = res.Ticket.Timer.At
		}
	}
}

// tick lets the workers work, one after the other and each for the first time
// after a start. One in twenty crashes: from some call on nothing that it does
// arrives.
func (s *simulation) tick() {
	for range simulatedWorkers {
		store := tickettest.NewFaultStore(s.inner, s.faults()...)
		ctx, cancel := context.WithCancel(s.t.Context())
		if s.rnd.IntN(20) == 0 {
			store.Plan(tickettest.Fault{Call: 1 + s.rnd.IntN(12), Err: errCrash, Hook: func(context.Context) { cancel() }})
		}
		_, err := s.desk(store).Tick(ctx, ticket.TickOptions{Limit: 20})
		cancel()
		if err != nil && !errors.Is(err, errCrash) && !errors.Is(err, context.Canceled) {
			s.t.Fatal(err)
		}
	}
}

// faults are those of two calls in a hundred, of the first two hundred.
func (s *simulation) faults() []tickettest.Fault {
	var plan []tickettest.Fault
	kinds := []tickettest.When{tickettest.Before, tickettest.After, tickettest.Twice}
	for call := range 200 {
		if s.rnd.IntN(50) == 0 {
			plan = append(plan, tickettest.Fault{Call: call + 1, When: kinds[s.rnd.IntN(len(kinds))], Err: errCrash})
		}
	}
	return plan
}

// check looks at every ticket's history.
func (s *simulation) check() {
	system := ticket.Actor{Kind: ticket.ActorSystem, Shop: tickettest.Shop}
	var late []time.Duration
	for ref, due := range s.due {
		wakes := 0
		for e, err := range s.sound.History(s.t.Context(), system, ref) {
			if err != nil {
				s.t.Fatal(err)
			}
			if e.Kind != ticket.EventWake {
				continue
			}
			wakes++
			late = append(late, e.At.Sub(due))
			if e.At.Before(due) {
				s.t.Errorf("%s woke %s early", ref, due.Sub(e.At))
			}
		}
		if wakes != 1 {
			s.t.Errorf("%s woke %d times", ref, wakes)
		}
	}
	slices.Sort(late)
	s.t.Logf("lateness: median %s, 99 of 100 %s, most %s", late[len(late)/2], late[len(late)*99/100], late[len(late)-1])
	if late[len(late)-1] > mostLate {
		s.t.Errorf("a ticket woke %s late", late[len(late)-1])
	}
	for id := range s.wanted {
		if s.sent[id] == 0 {
			s.t.Errorf("message %s never went out", id)
		}
	}
	again := 0
	for id, n := range s.sent {
		if !s.wanted[id] {
			s.t.Errorf("message %s was never written", id)
		}
		again += n - 1
	}
	s.t.Logf("%d messages, %d of them once more after a crash", len(s.sent), again)
}
