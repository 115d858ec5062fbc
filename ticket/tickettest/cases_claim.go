package tickettest

import (
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/ticket"
)

func claimCases() []script {
	return []script{
		{
			"claim/from the wake on",
			"a wake too early is refused and tried again; one too late keeps a customer waiting",
			func(p *probe) {
				r := record(shopA, 1)
				r.Wake = at(10)
				p.create(r)
				p.check(len(p.claim(at(10).Add(-time.Microsecond), 5)) == 0, "claimed a microsecond early")
				p.sameRecords("Claim", p.claim(at(10), 5), []ticket.Record{r})
			},
		},
		{
			"claim/never without a wake",
			"tickets that have ended would come up for ever, as due since year 1",
			func(p *probe) {
				for n := range 3 {
					r := record(shopA, n)
					r.Wake = time.Time{}
					p.create(r)
				}
				p.check(len(p.claim(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), 5)) == 0, "a record without a wake was claimed")
				p.check(len(p.claim(time.Time{}, 5)) == 0, "a record without a wake was claimed at no time")
			},
		},
		{
			"claim/earliest first",
			"under load the oldest duty must not starve behind new ones",
			func(p *probe) {
				want := records(shopA, 9)
				for n := range want {
					want[n].Wake = at(n)
				}
				p.create(want[4], want[0], want[7], want[2], want[8], want[6], want[1], want[5], want[3])
				p.sameRecords("Claim", p.claim(at(100), 3), want[:3])
				p.sameRecords("Claim", p.claim(at(100), 4), want[3:7])
				p.sameRecords("Claim", p.claim(at(7), 4), want[7:8])
				p.sameSet("Claim", p.claim(at(100), 4), want[7:]...)
			},
		},
		{
			"claim/hidden for the lease",
			"two workers on one ticket do the work twice; a claim for ever loses the ticket with its worker",
			caseLease,
		},
		{
			"claim/each further claim hides twice as long",
			"a record that no worker can read would eat every worker's time; at most a day keeps it from being forgotten",
			caseDoubling,
		},
		{
			"claim/a commit shows it again, at its new wake",
			"work that was done in time must not be hidden by the claim that began it, nor count against the next",
			caseCommitShows,
		},
		{
			"claim/a refused commit shows nothing",
			"a worker that lost a race must not put the ticket back under the nose of the next",
			func(p *probe) {
				r := record(shopA, 1)
				r.Wake = at(1)
				p.create(r)
				p.sameRecords("Claim", p.claim(at(1), 5), []ticket.Record{r})
				stale := next(r)
				stale.Version = 9
				p.conflict(commitOf(step(stale)))
				p.check(len(p.claim(at(1).Add(lease/2), 5)) == 0, "a refused commit has shown the record again")
				p.sameRecords("Claim", p.claim(at(1).Add(lease), 5), []ticket.Record{r})
			},
		},
		{
			"claim/changes nothing that is read",
			"the version counts commits alone: a claim that raises it makes every worker lose its own race",
			func(p *probe) {
				r := record(shopA, 1)
				r.Wake = at(1)
				p.create(r)
				for i := range 3 {
					p.claim(at(100*i+1), 5)
				}
				p.stands(r)
				p.sameRecords("List", p.list(ticket.Query{Shop: shopA, Order: ticket.OrderWake, Limit: 5}).Records, []ticket.Record{r})
				p.commit(commitOf(step(next(r))))
			},
		},
		{
			"claim/many workers, each record once",
			"this is all that keeps two reminders from going out for one",
			caseWorkers,
		},
		{
			"claim/of the shops asked for",
			"a worker of one tenant must not touch, nor hide, what is another's",
			func(p *probe) {
				a, b, c := record(shopA, 1), record(shopB, 1), record(shopC, 1)
				a.Wake, b.Wake, c.Wake = at(1), at(2), at(3)
				p.create(a, b, c)
				of := func(shops ...string) []ticket.Record {
					return p.claimOf(ticket.ClaimRequest{Shops: shops, Now: at(9), Lease: lease, Limit: 5})
				}
				p.check(len(of("shop", "", "%")) == 0, "claimed from shops that do not exist")
				p.sameRecords("Claim", of(shopB), []ticket.Record{b})
				p.sameRecords("Claim", of(shopC, shopB, shopA), []ticket.Record{a, c})
				p.create(record(shopA, 2), record(shopB, 2))
				p.sameSet("Claim", p.claim(at(302), 10), a, b, c, record(shopA, 2), record(shopB, 2))
			},
		},
		{
			"claim/limits",
			"no call takes more than a page, and one that takes none hides none",
			func(p *probe) {
				all := records(shopA, p.size.Records)
				p.create(all...)
				for _, limit := range []int{0, -1, math.MinInt} {
					p.check(len(p.claim(at(10_000), limit)) == 0, "limit %d claimed something", limit)
				}
				most := min(len(all), ticket.MaxPage)
				p.sameRecords("Claim", p.claim(at(10_000), math.MaxInt), all[:most])
				p.sameRecords("Claim", p.claim(at(10_000), ticket.MaxPage), all[most:])
			},
		},
		{
			"claim/workers whose clocks are an hour apart",
			"a fast clock must neither free what others hold nor let its own claims be stolen; a slow one just sees less",
			caseClocks,
		},
	}
}

func caseLease(p *probe) {
	r := record(shopA, 1)
	r.Wake = at(10)
	p.create(r)
	now := at(12).Add(345 * time.Microsecond)
	p.sameRecords("Claim", p.claim(now, 5), []ticket.Record{r})
	for _, later := range []time.Duration{0, time.Microsecond, lease - time.Microsecond} {
		p.check(len(p.claim(now.Add(later), 5)) == 0, "claimed again after %s of %s", later, lease)
	}
	p.sameRecords("Claim at the end of the lease", p.claim(now.Add(lease), 5), []ticket.Record{r})
}

func caseDoubling(p *probe) {
	r := record(shopA, 1)
	r.Wake = at(0)
	p.create(r)
	now := at(0)
	req := ticket.ClaimRequest{Lease: 5 * time.Hour, Limit: 5}
	hours := []int{5, 10, 20, 24, 24}
	for i, h := range hours {
		hidden := time.Duration(h) * time.Hour
		p.check(req.HideFor(i) == hidden, "the suite reckons wrongly")
		p.in(fmt.Sprintf("claim %d hides for %s", i+1, hidden), func() {
			req.Now = now
			p.sameRecords("Claim", p.claimOf(req), []ticket.Record{r})
			req.Now = now.Add(hidden - time.Microsecond)
			p.check(len(p.claimOf(req)) == 0, "claimed again too early")
		})
		now = now.Add(hidden)
	}
}

func caseCommitShows(p *probe) {
	r := record(shopA, 1)
	r.Wake = at(0)
	p.create(r)
	p.claim(at(0), 5)
	p.claim(at(1), 5) // hidden for two leases
	r = next(r)
	r.Wake = at(2)
	p.commit(commitOf(step(r)))
	p.in("at its new wake", func() {
		p.check(len(p.claim(at(2).Add(-time.Microsecond), 5)) == 0, "claimed before its new wake")
		p.sameRecords("Claim", p.claim(at(2), 5), []ticket.Record{r})
	})
	p.in("claims are counted anew", func() {
		p.sameRecords("Claim", p.claim(at(2).Add(lease), 5), []ticket.Record{r})
	})
	same := next(r)
	p.commit(commitOf(step(same)))
	p.in("at its old wake, if that is the new one", func() {
		p.sameRecords("Claim", p.claim(at(2), 5), []ticket.Record{same})
	})
	later := next(same)
	later.Wake = at(500)
	p.commit(commitOf(step(later)))
	p.check(len(p.claim(at(499), 5)) == 0, "the wake before the last commit still counts")
	none := next(later)
	none.Wake = time.Time{}
	p.commit(commitOf(step(none)))
	p.check(len(p.claim(at(100_000), 5)) == 0, "claimed, though it wakes no more")
	back := next(none)
	back.Wake = at(3)
	p.commit(commitOf(step(back)))
	p.sameRecords("Claim after a time without wake", p.claim(at(3), 5), []ticket.Record{back})
}

func caseWorkers(p *probe) {
	const workers, due = 8, 60
	all := records(shopA, due)
	p.create(all...)
	if p.err != nil {
		return
	}
	var mu sync.Mutex
	times := make(map[ticket.Ref]int)
	errs := rivals.Together(workers, func(i int) error {
		for range due {
			got, err := p.store.Claim(p.ctx, ticket.ClaimRequest{Now: at(1000), Lease: lease, Limit: 1 + i})
			if err != nil || len(got) == 0 {
				return err
			}
			mu.Lock()
			for _, r := range got {
				times[r.Ref()]++
			}
			mu.Unlock()
		}
		return nil
	})
	p.check(rivals.Count(errs, nil) == workers, "workers failed: %v", errs)
	// A worker that meets only what others are about to claim may get nothing
	// and give up: the rest is there for the next.
	for _, r := range p.claim(at(1000), ticket.MaxPage) {
		times[r.Ref()]++
	}
	for _, r := range all {
		p.check(times[r.Ref()] == 1, "%s was claimed %d times", r.Ref(), times[r.Ref()])
	}
}

func caseClocks(p *probe) {
	r, other := record(shopA, 1), record(shopB, 1)
	r.Wake, other.Wake = at(60), at(100)
	p.create(r, other)
	p.check(len(p.claim(at(0), 5)) == 0, "an hour behind: claimed what is not due by its clock")
	p.sameRecords("Claim", p.claim(at(60), 5), []ticket.Record{r})
	p.in("an hour ahead, with nothing to take", func() {
		ahead := ticket.ClaimRequest{Shops: []string{"shop-x"}, Now: at(120), Lease: lease, Limit: 5}
		p.check(len(p.claimOf(ahead)) == 0, "claimed from a shop that does not exist")
		ahead.Shops, ahead.Limit = nil, 0
		p.check(len(p.claimOf(ahead)) == 0, "limit 0 claimed something")
	})
	p.check(len(p.claim(at(60).Add(lease/2), 5)) == 0, "a claim by a fast clock has freed what another holds")
	p.sameSet("Claim an hour ahead", p.claim(at(120), 5), r, other)
	p.check(len(p.claim(at(61).Add(lease), 5)) == 0, "the claim of a fast clock does not hold for others")
	p.sameSet("Claim after it", p.claim(at(120).Add(2*lease), 5), r, other)
}
