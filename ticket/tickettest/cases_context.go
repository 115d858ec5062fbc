package tickettest

import (
	"context"
	"fmt"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/ticket"
)

func contextCases() []script {
	return []script{
		{
			"context/cancelled before the call",
			"a worker that shuts down must not begin what it will not finish",
			func(p *probe) {
				ctx, cancel := context.WithCancel(p.ctx)
				cancel()
				caseDone(p, ctx, context.Canceled)
			},
		},
		{
			"context/past its deadline",
			"a caller that has given up must not find later that it happened all the same",
			func(p *probe) {
				ctx, cancel := context.WithDeadline(p.ctx, time.Unix(0, 0))
				defer cancel()
				caseDone(p, ctx, context.DeadlineExceeded)
			},
		},
		{
			"context/deadline in mid-call",
			"the outcome may be unknown, but it is one of two: all or nothing, and the commit's key says which",
			caseMidCall,
		},
		{
			"context/no goroutine is left",
			"one goroutine a call is a leak that ends the shop's process some night",
			caseNoGoroutine,
		},
	}
}

// caseDone makes every call with a context that is done.
func caseDone(p *probe, ctx context.Context, want error) { //nolint:revive // the probe comes first in every case
	r, fresh := record(shopA, 1), record(shopA, 2)
	r.Wake = at(1)
	k := key(shopA, ticket.KeyInbound, "m")
	p.create(r)
	if p.err != nil {
		return
	}
	_, err := p.store.Load(ctx, r.Ref())
	p.wants("Load", want, err)
	p.wants("Commit", want, p.store.Commit(ctx, taking(commitOf(step(next(r))), held(k, r))))
	p.wants("Commit", want, p.store.Commit(ctx, commitOf(step(fresh))))
	_, err = p.store.History(ctx, ticket.HistoryQuery{Ref: r.Ref(), Limit: 1})
	p.wants("History", want, err)
	_, err = p.store.Lookup(ctx, k)
	p.wants("Lookup", want, err)
	_, err = p.store.List(ctx, ticket.Query{Shop: shopA, Limit: 1})
	p.wants("List", want, err)
	_, err = p.store.Claim(ctx, ticket.ClaimRequest{Now: at(1), Lease: lease, Limit: 1})
	p.wants("Claim", want, err)
	p.wants("Erase", want, p.store.Erase(ctx, ticket.EraseRequest{Commit: commitOf(step(tombstone(r))), Redact: strip}))
	p.in("afterwards", func() {
		p.stands(r)
		p.absent(fresh.Ref())
		p.free(k)
		p.sameRecords("Claim", p.claim(at(1), 5), []ticket.Record{r})
	})
}

// caseMidCall lets deadlines fall at many points of a commit.
func caseMidCall(p *probe) {
	const n = 3
	r := []ticket.Record{record(shopA, 0), record(shopA, 1), record(shopA, 2)}
	p.create(r...)
	timeout := 2 * time.Microsecond
	for range p.size.Rounds * 4 {
		if p.err != nil {
			return
		}
		c := commitOf(steps(next(r[0]), next(r[1]), next(r[2]))...)
		landed := held(commitKey(c), next(r[0]))
		ctx, cancel := context.WithTimeout(p.ctx, timeout)
		err := p.store.Commit(ctx, taking(c, landed))
		cancel()
		timeout += timeout / 3
		found, failed := p.store.Lookup(p.ctx, landed.Key)
		switch {
		case failed != nil:
			p.failf("Lookup returned %w", failed)
		case len(found) > 0:
			for i := range n {
				r[i] = next(r[i])
			}
		case err == nil:
			p.failf("Commit succeeded, and its key is not there")
		}
		for i := range n {
			p.stands(r[i])
		}
	}
}

// caseNoGoroutine runs under a label that goroutines hand on to those they start,
// so that those of other tests do not count.
func caseNoGoroutine(p *probe) {
	label := fmt.Sprintf("%p", p)
	pprof.Do(p.ctx, pprof.Labels("case", label), func(ctx context.Context) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		compareGoroutines(ctx, p, label)
	})
}

// goroutines counts those with a label.
func goroutines(label string) int {
	var profile strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1) // into memory
	count, alike := 0, 0
	for line := range strings.Lines(profile.String()) {
		if n, _, ok := strings.Cut(line, " @ "); ok {
			alike, _ = strconv.Atoi(n)
		}
		if strings.HasPrefix(line, "# labels: ") && strings.Contains(line, label) {
			count += alike
		}
	}
	return count
}

// compareGoroutines compares the number of goroutines before and after many
// calls whose context is still open: a goroutine that waits for it shows.
func compareGoroutines(ctx context.Context, p *probe, label string) {
	const rounds = 64
	r := record(shopA, 0)
	r.Wake = at(0)
	p.create(r)
	round := func(i int) {
		own := record(shopA, i+1)
		k := key(shopA, ticket.KeyInbound, own.Customer)
		p.noError("Commit", p.store.Commit(ctx, taking(commitOf(step(own)), held(k, own))))
		p.wants("Commit", ticket.ErrConflict, p.store.Commit(ctx, commitOf(step(own))))
		p.wants("Commit", ticket.ErrDuplicateKey, p.store.Commit(ctx, taking(commitOf(step(next(own))), held(k, own))))
		_, err := p.store.Load(ctx, own.Ref())
		p.noError("Load", err)
		_, err = p.store.History(ctx, ticket.HistoryQuery{Ref: own.Ref(), Limit: 1})
		p.noError("History", err)
		_, err = p.store.Lookup(ctx, k)
		p.noError("Lookup", err)
		_, err = p.store.List(ctx, ticket.Query{Shop: shopA, Limit: 1})
		p.noError("List", err)
		_, err = p.store.Claim(ctx, ticket.ClaimRequest{Now: at(0), Lease: lease, Limit: 1})
		p.noError("Claim", err)
		p.noError("Erase", p.store.Erase(ctx, ticket.EraseRequest{Commit: commitOf(step(tombstone(own))), Redact: strip}))
		short, stop := context.WithTimeout(ctx, time.Microsecond)
		_, _ = p.store.Load(short, own.Ref())
		stop()
	}
	if p.err != nil {
		return
	}
	round(rounds) // connections and caches are there now
	before := goroutines(label)
	for i := range rounds {
		round(i)
	}
	after := goroutines(label)
	for wait := time.Millisecond; after >= before+rounds/2 && wait < time.Second; wait *= 2 {
		time.Sleep(wait) // some end a moment after their call
		after = goroutines(label)
	}
	p.check(after < before+rounds/2, "%d goroutines before, %d after %d rounds of calls", before, after, rounds)
}
