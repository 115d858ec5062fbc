package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/ticket"
)

// The sides that do the same work.
const (
	sideDesk   = "desk"   // the desk: reads, decides, writes
	sideStore  = "store"  // the same commits and claims, through the store
	sideHand   = "hand"   // the same reads and writes, by statements written by hand
	sideWrites = "writes" // the writes alone, by hand
)

func sides() []string { return append([]string{sideDesk}, followers()...) }

// followers do again what the desk has done.
func followers() []string { return []string{sideStore, sideHand, sideWrites} }

// bench is the work on one target.
type bench struct {
	t     *target
	stock stock
	opt   options
	desks []*ticket.Desk // one for each worker, with its recorder
	notes []*recorder
	hands map[string]hand
	order map[string]*order // of the followers
	mails int               // rounds so far, so that every message has a key of its own
}

func newBench(t *target, st stock, opt options) (*bench, error) {
	b := &bench{t: t, stock: st, opt: opt, order: make(map[string]*order), hands: map[string]hand{
		sideHand: t.byHand(shopHand, false, opt.batches), sideWrites: t.byHand(shopWrites, true, opt.batches),
	}}
	for _, s := range followers() {
		b.order[s] = newOrder()
	}
	_, policies, err := terms()
	if err != nil {
		return nil, err
	}
	for range slices.Max(opt.workers) {
		rec := &recorder{Store: t.store.Tickets(), seen: make(map[uuid.UUID][]string)}
		desk, err := ticket.NewDesk(rec, ticket.Config{
			Rules: st.rules, Policies: policies, Policy: "standard", Now: time.Now,
			Delivery: ticket.DeskDelivers(func(context.Context, ticket.Outgoing) error { return nil }),
		})
		if err != nil {
			return nil, err
		}
		b.desks, b.notes = append(b.desks, desk), append(b.notes, rec)
	}
	return b, nil
}

// run measures a number of workers: one round to warm up, then those that
// count, each of them by all sides in turn.
func (b *bench) run(ctx context.Context, workers int) (workload, error) {
	sums := make(map[string]*tally)
	for _, s := range sides() {
		sums[s] = newTally()
	}
	before := loadAverage()
	for round := range b.opt.rounds + 1 {
		steps, took, err := b.byDesk(ctx, workers)
		if err != nil {
			return workload{}, err
		}
		deskTally := tallyOf(steps, took)
		if err := decode(steps); err != nil {
			return workload{}, err
		}
		follow := followers()
		first := round % len(follow)
		tallies := map[string]*tally{sideDesk: deskTally}
		for _, s := range slices.Concat(follow[first:], follow[:first]) {
			if tallies[s], err = b.again(ctx, s, steps); err != nil {
				return workload{}, fmt.Errorf("by %s: %w", s, err)
			}
		}
		if round > 0 {
			for s, t := range tallies {
				sums[s].add(t)
			}
		}
	}
	return summarize(workers, sums, before), nil
}

// parallel runs fn for every worker and returns the first error and how long
// all took together.
func parallel(workers int, fn func(w int) error) (time.Duration, error) {
	var wg sync.WaitGroup
	errs := make([]error, workers)
	start := time.Now()
	for w := range workers {
		wg.Go(func() { errs[w] = fn(w) })
	}
	wg.Wait()
	took := time.Since(start)
	var first error
	for _, err := range errs {
		if first == nil || errors.Is(first, context.Canceled) { // others gave up because of it
			first = cmp.Or(err, first)
		}
	}
	return took, first
}

// byDesk lets every worker do its steps, and returns what they wrote.
func (b *bench) byDesk(ctx context.Context, workers int) ([][]step, time.Duration, error) {
	b.mails++
	all := make([][]step, workers)
	took, err := parallel(workers, func(w int) error {
		random := rand.New(rand.NewPCG(uint64(b.mails), uint64(w))) //nolint:gosec // no secret
		for i := range max(1, b.opt.steps/workers) {
			s := step{kind: [5]kind{kindInbound, kindReply, kindInbound, kindReply, kindTick}[i%5]}
			start := time.Now()
			if err := b.one(ctx, b.desks[w], s.kind, random, fmt.Sprintf("%d-%d-%d", b.mails, w, i)); err != nil {
				return fmt.Errorf("%s: %w", s.kind, err)
			}
			s.took, s.calls = time.Since(start), b.notes[w].take()
			all[w] = append(all[w], s)
		}
		return nil
	})
	return all, took, err
}

// one does one step.
func (b *bench) one(ctx context.Context, desk *ticket.Desk, k kind, random *rand.Rand, name string) error {
	n := random.IntN(len(b.stock.ids))
	switch k {
	case kindInbound:
		customer := strconv.Itoa(n)
		if random.IntN(2) == 0 {
			customer = "new-" + name
		}
		_, err := desk.Receive(ctx, mail(shopDesk, "mail-"+name, customer))
		return err
	case kindReply:
		_, err := desk.Do(ctx, agent(n), ticket.Ref{Shop: shopDesk, ID: b.stock.ids[n]},
			ticket.Reply{Text: "Guten Tag,\n\nIhr Paket liegt seit heute im Depot und kommt morgen.\n\nFreundliche Grüße\n"})
		return err
	case kindTick:
		fallthrough
	default:
		res, err := desk.Tick(ctx, ticket.TickOptions{Shops: []string{shopDesk}, Limit: b.opt.tick})
		if err == nil && len(res.Faults) > 0 {
			err = res.Faults[0].Err
		}
		return err
	}
}

// again lets workers do once more what was written, in a shop of their own.
func (b *bench) again(ctx context.Context, side string, all [][]step) (*tally, error) {
	o := b.order[side]
	o.expect(all)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, o.wake)()
	out := make([][]step, len(all))
	took, err := parallel(len(all), func(w int) error {
		for _, s := range all[w] {
			done := step{kind: s.kind}
			start := time.Now()
			for _, c := range s.calls {
				n, err := b.repeat(ctx, side, o, c)
				if err != nil {
					cancel() // others may wait for what will not come
					return fmt.Errorf("%s: %w", s.kind, err)
				}
				done.calls = append(done.calls, call{claimed: n, reading: c.reading}) // counted alike, as rows
			}
			done.took = time.Since(start)
			out[w] = append(out[w], done)
		}
		return nil
	})
	return tallyOf(out, took), err
}

// repeat does one call again and returns how many rows it wrote.
func (b *bench) repeat(ctx context.Context, side string, o *order, c call) (int, error) {
	hand, byHand := b.hands[side]
	switch {
	case c.reading != nil && byHand:
		return 0, hand.read(ctx, *c.reading)
	case c.reading != nil:
		return 0, nil
	case c.claim != nil && byHand:
		return hand.claim(ctx, *c.claim)
	case c.claim != nil:
		req := *c.claim
		req.Shops = []string{shopStore}
		found, err := b.t.store.Tickets().Claim(ctx, req)
		return len(found), err
	}
	if err := o.wait(ctx, c.commit); err != nil {
		return 0, err
	}
	n := c.rows()
	var err error
	if byHand {
		n, err = hand.write(ctx, c)
	} else {
		err = b.t.store.Tickets().Commit(ctx, inShop(c.commit, shopStore))
	}
	if err == nil {
		o.done(c.commit)
	}
	return n, err
}

// inShop is the same commit in another shop.
func inShop(c ticket.Commit, shop string) ticket.Commit {
	out := c
	out.Changes, out.Take, out.Release = slices.Clone(c.Changes), slices.Clone(c.Take), slices.Clone(c.Release)
	for i := range out.Changes {
		out.Changes[i].Next.Shop = shop
	}
	for i := range out.Take {
		out.Take[i].Key.Shop, out.Take[i].Ref.Shop = shop, shop
	}
	for i := range out.Release {
		out.Release[i].Shop = shop
	}
	return out
}
