package tickettest

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/ticket"
)

func aliasCases() []script {
	return []script{
		{
			"alias/what is passed in is not kept",
			"the Desk reuses its buffers; a store that keeps them rewrites history behind everybody's back",
			caseAliasIn,
		},
		{
			"alias/what is returned is the caller's",
			"a caller that sorts its labels must not sort everybody's",
			caseAliasOut,
		},
		{
			"alias/what redact is given and returns",
			"a redact that works in place and then fails must have changed nothing",
			caseAliasRedact,
		},
	}
}

func scribble(r *ticket.Record) {
	for i := range r.Labels {
		r.Labels[i] = "scribbled"
	}
	scrawl(r.Data)
}

func scrawl(b []byte) {
	for i := range b {
		b[i] = '#'
	}
}

func caseAliasIn(p *probe) {
	r := record(shopA, 1)
	h := held(key(shopA, ticket.KeyInbound, "m"), r)
	c := taking(commitOf(step(record(shopA, 1))), h)
	p.commit(c)
	scribble(&c.Changes[0].Next)
	scrawl(c.Changes[0].Events[0].Data)
	c.Changes[0].Events[0].Seq = 99
	c.Changes[0].Next.Version = 99
	c.Take[0].Last = 99
	p.stands(r)
	p.holds(h)
	second := commitOf(step(next(r)))
	p.commit(second)
	scribble(&second.Changes[0].Next)
	p.stands(next(r))
	q := ticket.Query{Shop: shopA, States: []ticket.State{r.State}, Limit: 5}
	p.list(q)
	p.check(q.States[0] == r.State, "List changed its query")
	shops := []string{shopB, shopA}
	p.claimOf(ticket.ClaimRequest{Shops: shops, Now: at(1000), Lease: lease, Limit: 5})
	p.check(slices.Equal(shops, []string{shopB, shopA}), "Claim changed its request")
}

func caseAliasOut(p *probe) {
	r := record(shopA, 1)
	p.create(r)
	for name, read := range map[string]func() []ticket.Record{
		"Load":  func() []ticket.Record { return []ticket.Record{p.load(r.Ref())} },
		"List":  func() []ticket.Record { return p.list(ticket.Query{Shop: shopA, Limit: 5}).Records },
		"Claim": func() []ticket.Record { return p.claim(at(1000), 5) },
	} {
		for _, got := range read() {
			scribble(&got)
		}
		p.in("after a change to what "+name+" returned", func() {
			p.stands(r)
			p.sameRecords("List", p.list(ticket.Query{Shop: shopA, Limit: 5}).Records, []ticket.Record{r})
		})
	}
	for _, e := range p.history(r.Ref()) {
		scrawl(e.Data)
	}
	p.in("after a change to what History returned", func() { p.stands(r) })
}

func caseAliasRedact(p *probe) {
	broken := errors.New("half-way")
	r := next(record(shopA, 1))
	p.create(record(shopA, 1))
	p.commit(commitOf(step(r)))
	if p.err != nil {
		return
	}
	err := p.store.Erase(p.ctx, ticket.EraseRequest{
		Commit: commitOf(step(tombstone(r))),
		Redact: func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
			scrawl(e.Data)
			if e.Seq == 2 {
				return e, broken
			}
			return e, nil
		},
	})
	p.wants("Erase", broken, err)
	p.stands(r)
	var kept [][]byte
	tomb := tombstone(r)
	p.erase(commitOf(step(tomb)), func(e ticket.StoredEvent) (ticket.StoredEvent, error) {
		e, err := strip(e)
		kept = append(kept, e.Data)
		return e, err
	})
	for _, b := range kept {
		scrawl(b)
	}
	p.sameEvents(p.history(r.Ref()), []ticket.StoredEvent{stripped(r.Ref(), 1), stripped(r.Ref(), 2), event(r.Ref(), 3)})
}

func raceCases() []script {
	return []script{
		{
			"race/readers see whole records",
			"a record read in two queries while it changes is a ticket that never was: old labels, new data",
			caseWholeRecords,
		},
		{
			"race/a history is never behind its record",
			"a desk that reads a record and then its events must find all of them",
			caseHistoryBehind,
		},
		{
			"race/commits over several records never deadlock",
			"two merges of the same tickets at once must end, one after the other",
			func(p *probe) {
				all := records(shopA, ticket.MaxChanges)
				p.create(all...)
				if p.err != nil {
					return
				}
				errs := rivals.Together(8, func(i int) error {
					for range p.size.Rounds {
						if err := advance(p, refs(all[i%4:4+i%5])); err != nil {
							return err
						}
					}
					return nil
				})
				p.check(rivals.Count(errs, nil) == len(errs), "writers failed: %v", errs)
				for _, r := range all {
					now := p.load(r.Ref())
					p.sameEvents(p.history(r.Ref()), events(r.Ref(), now.Version))
				}
			},
		},
	}
}

// advance commits one more version of several records, unless somebody was
// faster.
func advance(p *probe, of []ticket.Ref) error {
	var changes []ticket.Change
	for _, r := range of {
		now, err := p.store.Load(p.ctx, r)
		if err != nil {
			return err
		}
		changes = append(changes, step(next(now)))
	}
	err := p.store.Commit(p.ctx, commitOf(changes...))
	if errors.Is(err, ticket.ErrConflict) {
		return nil
	}
	return err
}

// version is a record that tells its version in every part.
func version(r ticket.Record, v int64) ticket.Record {
	r.Version, r.Data = v, data(r.Ref(), v)
	r.Assignee, r.Labels = fmt.Sprintf("agent-%d", v), []string{"tag:all", fmt.Sprintf("version:%d", v)}
	r.Wake = at(int(v))
	return r
}

// whileWriting calls write for versions 2 to last, one after the other, and
// meanwhile each of the readers again and again.
func (p *probe) whileWriting(last int64, write func(v int64) error, readers ...func() error) {
	if p.err != nil {
		return
	}
	done := make(chan struct{})
	errs := rivals.Together(1+len(readers), func(i int) error {
		if i == 0 {
			defer close(done)
			for v := int64(2); v <= last; v++ {
				if err := write(v); err != nil {
					return err
				}
			}
			return nil
		}
		for {
			if err := readers[i-1](); err != nil {
				return err
			}
			select {
			case <-done:
				return readers[i-1]()
			default:
			}
		}
	})
	p.noError("a writer or reader", errors.Join(errs...))
}

func caseWholeRecords(p *probe) {
	r := version(record(shopA, 1), 1)
	last := int64(p.size.Rounds * 10)
	whole := func(got ticket.Record, err error) error {
		want := version(r, got.Version)
		if err != nil || bytes.Equal(got.Data, want.Data) && got.Assignee == want.Assignee &&
			got.Wake.Equal(want.Wake) && slices.Equal(got.Labels, want.Labels) {
			return err
		}
		return fmt.Errorf("version %d has assignee %s, labels %q, wake %s, data %.80q",
			got.Version, got.Assignee, got.Labels, got.Wake, got.Data)
	}
	p.create(r)
	p.whileWriting(last,
		func(v int64) error { return p.insist(commitOf(step(version(r, v)))) },
		func() error { return whole(p.store.Load(p.ctx, r.Ref())) },
		func() error {
			page, err := p.store.List(p.ctx, ticket.Query{Shop: shopA, Label: "tag:all", Limit: 2})
			return one(page.Records, err, whole)
		},
		func() error {
			got, err := p.store.Claim(p.ctx, ticket.ClaimRequest{Now: at(1_000_000), Lease: lease, Limit: 2})
			if err != nil || len(got) == 0 {
				return err // hidden, until the next commit
			}
			return one(got, nil, whole)
		})
	p.sameRecord("Load", p.load(r.Ref()), version(r, last))
}

func one(records []ticket.Record, err error, whole func(ticket.Record, error) error) error {
	if err == nil && len(records) != 1 {
		return fmt.Errorf("found %d records, want 1", len(records))
	}
	if err != nil {
		return err
	}
	return whole(records[0], nil)
}

func caseHistoryBehind(p *probe) {
	r := record(shopA, 1)
	p.create(r)
	p.whileWriting(min(int64(p.size.Rounds*10), ticket.MaxPage),
		func(v int64) error {
			n := r
			n.Version = v
			return p.insist(commitOf(step(n)))
		},
		func() error {
			now, err := p.store.Load(p.ctx, r.Ref())
			if err != nil {
				return err
			}
			got, err := p.store.History(p.ctx, ticket.HistoryQuery{Ref: r.Ref(), Limit: ticket.MaxPage})
			if err != nil {
				return err
			}
			if int64(len(got)) < now.Version || got[len(got)-1].Seq != int64(len(got)) {
				return fmt.Errorf("version %d has %d events", now.Version, len(got))
			}
			return nil
		})
}
