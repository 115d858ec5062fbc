package tickettest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/ticket"
)

func eraseCases() []script {
	return []script{
		{
			"erase/history and record",
			"personal data that stays in one old event was not erased",
			caseErased,
		},
		{
			"erase/lists find it no more",
			"an erased customer that a search still finds was not erased",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r)
				tomb := tombstone(r)
				p.erase(commitOf(step(tomb)), strip)
				for _, q := range []ticket.Query{
					{Customer: r.Customer}, {Assignee: r.Assignee}, {Team: r.Team}, {Label: r.Labels[0]}, {States: []ticket.State{r.State}},
				} {
					q.Shop, q.Limit = shopA, 5
					p.check(len(p.list(q).Records) == 0, "List finds an erased record")
				}
				q := ticket.Query{Shop: shopA, States: []ticket.State{ticket.StateErased}, Limit: 5}
				p.sameRecords("List", p.list(q).Records, []ticket.Record{tomb})
			},
		},
		{
			"erase/again",
			"a second request of the same customer is answered like the first",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r)
				first := tombstone(r)
				p.erase(commitOf(step(first)), strip)
				second := tombstone(first)
				p.erase(commitOf(step(second)), strip)
				want := []ticket.StoredEvent{stripped(r.Ref(), 1), stripped(r.Ref(), 2), event(r.Ref(), 3)}
				p.sameRecord("Load", p.load(r.Ref()), second)
				p.sameEvents(p.history(r.Ref()), want)
			},
		},
		{
			"erase/keys stay",
			"a mail that is delivered again after the erasure must not bring the customer's words back",
			func(p *probe) {
				r := record(shopA, 1)
				inbound, matter, done := key(shopA, ticket.KeyInbound, "m"), key(shopA, ticket.KeyMatter, "m"), key(shopA, ticket.KeyCommit, "e")
				p.commit(taking(commitOf(step(r)), held(inbound, r), held(matter, r)))
				tomb := tombstone(r)
				p.erase(releasing(taking(commitOf(step(tomb)), held(done, tomb)), matter), strip)
				p.holds(held(inbound, r))
				p.holds(held(done, tomb))
				p.free(matter)
			},
		},
		{
			"erase/a redact that fails writes nothing",
			"an erasure that stops half-way looks done and is not",
			caseRedactFails,
		},
		{
			"erase/a stale version writes nothing",
			"a message that came in meanwhile must be redacted too: the Desk decides again",
			func(p *probe) {
				r := next(record(shopA, 1))
				p.create(record(shopA, 1))
				p.commit(commitOf(step(r)))
				k := key(shopA, ticket.KeyCommit, "e")
				if p.err != nil {
					return
				}
				for _, version := range []int64{1, 2, 4} {
					tomb := tombstone(r)
					tomb.Version = version
					err := p.store.Erase(p.ctx, ticket.EraseRequest{
						Commit: taking(commitOf(step(tomb)), held(k, tomb)), Redact: strip,
					})
					p.wants("Erase", ticket.ErrConflict, err)
				}
				missing := tombstone(record(shopA, 2))
				p.wants("Erase of nothing", ticket.ErrConflict,
					p.store.Erase(p.ctx, ticket.EraseRequest{Commit: commitOf(step(missing)), Redact: strip}))
				p.absent(missing.Ref())
				p.stands(r)
				p.free(k)
			},
		},
		{
			"erase/a taken key writes nothing",
			"an erasure is a commit like any other: tried twice under one id, it happened once",
			func(p *probe) {
				r, other := record(shopA, 1), record(shopA, 2)
				k := key(shopA, ticket.KeyCommit, "e")
				p.create(r)
				p.commit(taking(commitOf(step(other)), held(k, other)))
				if p.err != nil {
					return
				}
				tomb := tombstone(r)
				p.namesKeys(p.store.Erase(p.ctx, ticket.EraseRequest{
					Commit: taking(commitOf(step(tomb)), held(k, tomb)), Redact: strip,
				}), k)
				p.stands(r)
				p.holds(held(k, other))
			},
		},
		{
			"erase/ends a claim and a wake",
			"an erased ticket wakes nobody any more",
			func(p *probe) {
				r := record(shopA, 1)
				r.Wake = at(1)
				p.create(r)
				p.claim(at(1), 5)
				tomb := tombstone(r)
				tomb.Wake = at(1).Add(lease / 2)
				p.erase(commitOf(step(tomb)), strip)
				p.sameRecords("Claim", p.claim(tomb.Wake, 5), []ticket.Record{tomb})
				last := tombstone(tomb)
				p.erase(commitOf(step(last)), strip)
				p.check(len(p.claim(at(1_000_000), 5)) == 0, "an erased record without a wake was claimed")
			},
		},
		{
			"erase/against a concurrent commit",
			"a message that slips in during the erasure is either redacted with the rest or refused, never kept in clear",
			caseEraseRace,
		},
	}
}

// tombstone is what an erasure leaves of a record.
func tombstone(r ticket.Record) ticket.Record {
	t := next(r)
	t.State, t.Assignee, t.Team, t.Customer, t.Labels = ticket.StateErased, "", "", "", nil
	t.Due, t.Wake = time.Time{}, time.Time{}
	return t
}

// stripped is an event after the redaction by strip.
func stripped(r ticket.Ref, seq int64) ticket.StoredEvent {
	e, _ := strip(event(r, seq))
	return e
}

func caseErased(p *probe) {
	const n = 30
	r, other := record(shopA, 1), record(shopA, 2)
	foreign := record(shopB, 1)
	p.create(r, other, foreign)
	r.Version = 2
	p.commit(commitOf(ticket.Change{Expect: 1, Next: r, Events: events(r.Ref(), n)[1:]}))
	tomb := tombstone(r)
	grave := event(r.Ref(), n+1)
	grave.Kind = ticket.EventErase
	var mu sync.Mutex
	shown := make(map[int64]ticket.StoredEvent)
	p.erase(commitOf(ticket.Change{Expect: 2, Next: tomb, Events: []ticket.StoredEvent{grave}}),
		func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
			mu.Lock()
			defer mu.Unlock()
			shown[e.Seq] = e
			e.Data = bytes.Repeat([]byte("x"), int(e.Seq*40)) // some grow, some shrink
			return e, nil
		})
	want := events(r.Ref(), n)
	for i, e := range want {
		p.sameEvents([]ticket.StoredEvent{shown[e.Seq]}, []ticket.StoredEvent{e})
		want[i].Data = bytes.Repeat([]byte("x"), int(e.Seq*40))
	}
	p.check(len(shown) == n, "Redact was shown %d events, want the %d before the erasure", len(shown), n)
	p.sameRecord("Load", p.load(r.Ref()), tomb)
	p.sameEvents(p.history(r.Ref()), append(want, grave))
	p.stands(other)
	p.stands(foreign)
}

func caseRedactFails(p *probe) {
	const n = 5
	broken := errors.New("cannot read event")
	r := record(shopA, 1)
	r.Wake = at(1)
	k, old := key(shopA, ticket.KeyCommit, "e"), key(shopA, ticket.KeyMatter, "m")
	p.commit(taking(commitOf(step(r)), held(old, r)))
	for range n - 1 {
		r = next(r)
		p.commit(commitOf(step(r)))
	}
	p.sameRecords("Claim", p.claim(at(1), 5), []ticket.Record{r})
	for bad := range int64(n) {
		if p.err != nil {
			return
		}
		tomb := tombstone(r)
		err := p.store.Erase(p.ctx, ticket.EraseRequest{
			Commit: releasing(taking(commitOf(step(tomb)), held(k, tomb)), old),
			Redact: func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
				if e.Seq == bad+1 {
					return ticket.StoredEvent{}, broken
				}
				clear(e.Data)
				return e, nil
			},
		})
		p.wants("Erase", broken, err)
		p.in(fmt.Sprintf("event %d", bad+1), func() { p.stands(r) })
		p.free(k)
		p.holds(held(old, held1(r)))
	}
	p.check(len(p.claim(at(1).Add(lease/2), 5)) == 0, "a failed erasure has shown the record again")
}

// held1 is a record at its first version.
func held1(r ticket.Record) ticket.Record {
	r.Version = 1
	return r
}

func caseEraseRace(p *probe) {
	for round := range p.size.Rounds {
		if p.err != nil {
			return
		}
		r := record(shopA, round)
		p.create(r)
		tomb := tombstone(r)
		message := rival(r, round)
		errs := rivals.Together(2, func(i int) error {
			if i == 0 {
				return p.store.Erase(p.ctx, ticket.EraseRequest{Commit: commitOf(step(tomb)), Redact: strip})
			}
			return p.store.Commit(p.ctx, commitOf(message))
		})
		p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, ticket.ErrConflict) == 1, "erasure and commit ended with %v", errs)
		if errs[0] == nil {
			p.sameRecord("Load", p.load(r.Ref()), tomb)
			p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{stripped(r.Ref(), 1), event(r.Ref(), 2)})
			continue
		}
		p.sameRecord("Load", p.load(r.Ref()), message.Next)
		p.sameEvents(p.history(r.Ref()), append(events(r.Ref(), 1), message.Events...))
	}
}
