package tickettest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/ticket"
)

func commitCases() []script {
	return []script{
		{
			"commit/created once",
			"a second creation would wipe out the first ticket's messages",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r)
				again := record(shopA, 1)
				again.Customer = "somebody else"
				p.conflict(commitOf(step(again)))
				p.stands(r)
			},
		},
		{
			"commit/stale versions are refused",
			"an agent's reply would be lost under a decision that was made without it",
			caseStale,
		},
		{
			"commit/versions that do not exist yet are refused",
			"a gap means that the history has a hole; a store that accepts it hides a lost commit",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r)
				for _, ahead := range []int64{2, 3, 100} {
					n := next(r)
					n.Version = r.Version + ahead
					p.conflict(commitOf(step(n)))
				}
				p.stands(r)
			},
		},
		{
			"commit/a missing record cannot be updated",
			"an UPDATE of no row is no success: the message would be gone, and the sender told that it arrived",
			func(p *probe) {
				p.conflict(commitOf(step(next(record(shopA, 1)))))
				p.absent(ref(shopA, 1))
				p.create(record(shopB, 1))
				p.conflict(commitOf(step(next(record(shopA, 1)))))
				p.stands(record(shopB, 1))
			},
		},
		{
			"commit/one winner of sixteen",
			"two agents who answer at once must not both believe that theirs is the last word",
			caseOneWinner,
		},
		{
			"commit/many writers who try again all get through",
			"versions without gaps and events without loss under contention are what a busy ticket needs",
			caseAllGetThrough,
		},
		{
			"commit/several records: all",
			"a merge changes two tickets in one stroke",
			func(p *probe) {
				v1, v2 := records(shopA, ticket.MaxChanges), records(shopA, ticket.MaxChanges)
				for n := range v2 {
					v2[n] = next(v2[n])
				}
				fresh := record(shopA, ticket.MaxChanges)
				v2[ticket.MaxChanges-1] = fresh // some are created while others are changed
				p.commit(commitOf(steps(v1...)...))
				p.commit(commitOf(steps(v2...)...))
				for _, r := range append(v2, v1[ticket.MaxChanges-1]) {
					p.stands(r)
				}
			},
		},
		{
			"commit/several records: none where one version is stale",
			"half a merge closes one ticket and never tells the other",
			caseAllOrNone,
		},
		{
			"commit/several records: none where a key is taken",
			"half a merge closes one ticket and never tells the other",
			func(p *probe) {
				k := key(shopA, ticket.KeyMatter, "m")
				holder := record(shopA, 100)
				p.commit(taking(commitOf(step(holder)), held(k, holder)))
				changes := steps(records(shopA, ticket.MaxChanges)...)
				p.duplicate(taking(commitOf(changes...), held(k, record(shopA, 0))), k)
				for n := range ticket.MaxChanges {
					p.absent(ref(shopA, n))
				}
				p.stands(holder)
			},
		},
		{
			"commit/a change without events",
			"claims of effects and new wakes change a record and add nothing to its history",
			func(p *probe) {
				r := record(shopA, 1)
				p.create(r)
				n := next(r)
				n.Wake = at(7)
				p.commit(commitOf(ticket.Change{Expect: 1, Next: n}))
				p.sameRecord("Load", p.load(r.Ref()), n)
				p.sameEvents(p.history(r.Ref()), events(r.Ref(), 1))
			},
		},
		{
			"commit/a change with many events",
			"a tick may bring several at once; all of them happened",
			func(p *probe) {
				r := record(shopA, 1)
				p.commit(commitOf(ticket.Change{Next: r, Events: events(r.Ref(), 100)}))
				p.sameRecord("Load", p.load(r.Ref()), r)
				p.sameEvents(p.history(r.Ref()), events(r.Ref(), 100))
			},
		},
		{
			"commit/a conflict comes before duplicate keys",
			"the Desk takes a duplicate key as its own commit that has landed; on a stale record it must decide anew",
			func(p *probe) {
				k := key(shopA, ticket.KeyCommit, "c")
				r := record(shopA, 1)
				p.commit(taking(commitOf(step(r)), held(k, r)))
				if p.err != nil {
					return
				}
				err := p.store.Commit(p.ctx, taking(commitOf(step(r)), held(k, r)))
				p.wants("Commit", ticket.ErrConflict, err)
			},
		},
		{
			"commit/nothing of a refused one is left",
			"events, keys or a wake without their state are a history that never happened",
			caseNothingLeft,
		},
	}
}

func caseStale(p *probe) {
	r := record(shopA, 1)
	p.create(r)
	for range 3 {
		r = next(r)
		p.commit(commitOf(step(r)))
	}
	for version := range r.Version {
		stale := r
		stale.Version, stale.Customer = version+1, "stale"
		p.in(fmt.Sprintf("version %d on %d", stale.Version, r.Version), func() { p.conflict(commitOf(step(stale))) })
	}
	p.stands(r)
}

// rival is one of several versions that want to be the next.
func rival(r ticket.Record, i int) ticket.Change {
	n := next(r)
	n.Assignee = fmt.Sprintf("rival-%d", i)
	e := event(r.Ref(), n.Version)
	e.ID, e.Data = scramble("rival", i, n.Version), numbered(i)
	return ticket.Change{Expect: r.Version, Next: n, Events: []ticket.StoredEvent{e}}
}

func caseOneWinner(p *probe) {
	const callers = 16
	for round := range p.size.Rounds {
		if p.err != nil {
			return
		}
		r := record(shopA, round)
		p.create(r)
		errs := rivals.Together(callers, func(i int) error {
			c := commitOf(rival(r, i))
			c.ID = scramble(round, i)
			return p.store.Commit(p.ctx, taking(c, held(key(shopA, ticket.KeyCommand, fmt.Sprint(round, i)), r)))
		})
		p.check(rivals.Count(errs, nil) == 1 && rivals.Count(errs, ticket.ErrConflict) == callers-1,
			"%d of %d won, %d were told of a conflict: %v", rivals.Count(errs, nil), callers, rivals.Count(errs, ticket.ErrConflict), errs)
		won := slices.Index(errs, nil)
		if p.err != nil {
			return
		}
		ch := rival(r, won)
		p.sameRecord("Load", p.load(r.Ref()), ch.Next)
		p.sameEvents(p.history(r.Ref()), append(events(r.Ref(), 1), ch.Events...))
		for i := range callers {
			k := key(shopA, ticket.KeyCommand, fmt.Sprint(round, i))
			if i == won {
				p.holds(held(k, r))
			} else {
				p.free(k)
			}
		}
	}
}

func caseAllGetThrough(p *probe) {
	const writers, tries = 4, 1_000
	each := max(p.size.Rounds, 2)
	r := record(shopA, 1)
	p.create(r)
	if p.err != nil {
		return
	}
	errs := rivals.Together(writers, func(int) error {
		left := each
		for range tries {
			if left == 0 {
				return nil
			}
			now, err := p.store.Load(p.ctx, r.Ref())
			if err != nil {
				return err
			}
			switch err := p.store.Commit(p.ctx, commitOf(step(next(now)))); {
			case err == nil:
				left--
			case !errors.Is(err, ticket.ErrConflict):
				return err
			}
		}
		return context.DeadlineExceeded
	})
	p.check(rivals.Count(errs, nil) == writers, "writers failed: %v", errs)
	want := record(shopA, 1)
	for range writers * each {
		want = next(want)
	}
	p.stands(want)
}

func caseAllOrNone(p *probe) {
	all := records(shopA, ticket.MaxChanges)
	p.create(all...)
	for stale := range ticket.MaxChanges {
		changes := make([]ticket.Change, 0, len(all))
		for i, r := range all {
			ch := step(next(r))
			if i == stale {
				ch.Expect, ch.Next.Version = 5, 6
			}
			changes = append(changes, ch)
		}
		p.conflict(commitOf(changes...))
	}
	fresh := record(shopA, 100)
	p.conflict(commitOf(step(fresh), step(all[0])))
	p.absent(fresh.Ref())
	for _, r := range all {
		p.stands(r)
	}
}

func caseNothingLeft(p *probe) {
	old, fresh, mine := key(shopA, ticket.KeyMatter, "old"), key(shopA, ticket.KeyMatter, "new"), key(shopA, ticket.KeyInbound, "m")
	r, other := record(shopA, 1), record(shopA, 2)
	p.commit(taking(commitOf(steps(r, other)...), held(old, r), held(mine, other)))
	bad := next(r)
	bad.Version, bad.Wake, bad.Customer, bad.Labels = 7, at(1), "nobody", []string{"tag:refused"}
	late := next(other)
	late.Wake = at(1)
	p.conflict(releasing(taking(commitOf(steps(bad, late)...), held(fresh, bad)), old))
	bad.Version = 2
	p.duplicate(releasing(taking(commitOf(steps(bad, late)...), held(fresh, bad), held(mine, bad)), old), mine)
	p.stands(r)
	p.stands(other)
	p.holds(held(old, r))
	p.holds(held(mine, other))
	p.free(fresh)
	p.check(len(p.list(ticket.Query{Shop: shopA, Label: "tag:refused", Limit: 5}).Records) == 0, "List finds what was refused")
	p.check(len(p.claim(at(200), 5)) == 0, "a refused commit moved a wake")
}
