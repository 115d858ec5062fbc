package tickettest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/ticket"
)

// Host is a store over a database that the host has transactions of its own
// in, for [TestTx].
type Host struct {
	// Store works outside of any transaction. Required.
	Store ticket.Store
	// Begin begins a transaction of the host's, at the isolation that the host
	// uses. Required.
	Begin func(ctx context.Context) (Tx, error)
	// Effects returns what was enqueued by commits that count, in any order.
	// Nil: the store enqueues nothing.
	Effects func(ctx context.Context) ([]ticket.Effect, error)
	// OneWriter tells that a transaction which writes makes the next one wait,
	// as in SQLite. Cases with two at once are then left out.
	OneWriter bool
}

// Tx is a transaction of the host's.
type Tx struct {
	Store    ticket.Store // bound to the transaction
	Commit   func(ctx context.Context) error
	Rollback func(ctx context.Context) error
}

// TxCase is one promise of a store within transactions of the host's.
type TxCase struct {
	Name string
	Why  string
	// Two tells that the case needs two transactions at once.
	Two bool
	// Run looks at one host, whose store is fresh and empty.
	Run func(ctx context.Context, h Host) error
}

// TestTx runs the cases of transactions, a subtest a case. open returns a host
// whose store is fresh and empty; it is called once a case, and cleans up by
// t.Cleanup.
func TestTx(t *testing.T, open func(t testing.TB) Host) {
	t.Helper()
	for _, c := range TxCases() {
		t.Run(c.Name, func(t *testing.T) {
			h := open(t)
			if c.Two && h.OneWriter {
				t.Skip("one writer at a time")
			}
			if err := c.Run(t.Context(), h); err != nil {
				t.Errorf("%v\nwhy: %s", err, c.Why)
			}
		})
	}
}

// TxCases returns the cases that [TestTx] runs.
func TxCases() []TxCase {
	scripts := txScripts()
	cases := make([]TxCase, len(scripts))
	for i, sc := range scripts {
		cases[i] = TxCase{Name: sc.name, Why: sc.why, Two: sc.two, Run: func(ctx context.Context, h Host) error {
			p := &txProbe{host: h, outside: &probe{ctx: ctx, store: h.Store}}
			sc.run(p)
			return p.end()
		}}
	}
	return cases
}

// txScript is a case of transactions as this package writes it.
type txScript struct {
	name, why string
	two       bool
	run       func(p *txProbe)
}

// txProbe looks at a host from outside its transactions, and opens some.
type txProbe struct {
	host    Host
	outside *probe
	open    []*inside
}

// inside looks at a store within a transaction.
type inside struct {
	*probe

	tx      Tx
	outside *probe
	ended   bool
}

// end rolls back what is still open and returns the first failure.
func (p *txProbe) end() error {
	for _, in := range p.open {
		in.rollback()
	}
	return p.outside.err
}

// begin opens a transaction. After a failure outside it does nothing.
func (p *txProbe) begin() *inside {
	in := &inside{probe: &probe{ctx: p.outside.ctx, err: p.outside.err}, outside: p.outside, ended: true}
	if in.err == nil {
		tx, err := p.host.Begin(p.outside.ctx)
		in.noError("Begin", err)
		in.tx, in.store, in.ended = tx, tx.Store, err != nil
	}
	p.open = append(p.open, in)
	return in
}

func (in *inside) hostCommit() { in.finish("the host's commit", in.tx.Commit) }
func (in *inside) rollback()   { in.finish("the host's rollback", in.tx.Rollback) }

// finish ends the transaction. What failed in it ends the case outside too.
func (in *inside) finish(what string, f func(context.Context) error) {
	if !in.ended {
		in.ended = true
		in.noError(what, f(in.ctx))
	}
	if in.outside.err == nil {
		in.outside.err = in.err
	}
}

// effects wants these effects to be enqueued and no others.
func (p *txProbe) effects(want ...ticket.Effect) {
	if p.host.Effects == nil || p.outside.err != nil {
		return
	}
	got, err := p.host.Effects(p.outside.ctx)
	p.outside.noError("Effects", err)
	p.outside.check(len(got) == len(want), "%d effects are enqueued, want %d", len(got), len(want))
	for _, e := range want {
		p.outside.check(slices.Contains(got, e), "effect %s of %s is not enqueued", e.Event, e.Ref)
	}
}

// effect is what a record's version sends out.
func effect(r ticket.Record) ticket.Effect {
	e := event(r.Ref(), r.Version)
	return ticket.Effect{Event: e.ID, Ref: r.Ref(), Kind: e.Kind, Seq: e.Seq}
}

func sending(c ticket.Commit, effects ...ticket.Effect) ticket.Commit {
	c.Effects = effects
	return c
}

func txScripts() []txScript {
	return []txScript{
		{
			name: "tx/rolled back, it never was",
			why:  "an order that failed must not leave a ticket about it, nor a key that keeps the next one out",
			run:  caseRolledBack,
		},
		{
			name: "tx/unseen until it counts",
			why:  "an agent must not answer a ticket that the host may yet take back",
			two:  true,
			run: func(p *txProbe) {
				r := record(shopA, 1)
				k := key(shopA, ticket.KeyInbound, "m")
				tx := p.begin()
				tx.commit(taking(commitOf(step(r)), held(k, r)))
				p.outside.absent(r.Ref())
				p.outside.free(k)
				p.outside.check(len(p.outside.claim(at(1000), 5)) == 0, "claimed from outside before it counts")
				tx.hostCommit()
				p.outside.stands(r)
				p.outside.holds(held(k, r))
			},
		},
		{
			name: "tx/it reads its own writes",
			why:  "two commands in one transaction: the second has to see what the first did",
			run:  caseOwnWrites,
		},
		{
			name: "tx/it survives a conflict",
			why:  "the host's own rows must not be lost because a ticket was busy",
			run: func(p *txProbe) {
				caseSurvives(p, func(in *inside, old ticket.Record) {
					stale := next(old)
					stale.Version = 7
					in.conflict(commitOf(step(stale)))
					in.conflict(commitOf(step(old)))
					in.conflict(commitOf(step(next(record(shopA, 99)))))
				})
			},
		},
		{
			name: "tx/it survives a duplicate key",
			why:  "a raised unique violation ends a transaction in PostgreSQL, and with it the host's own rows",
			run: func(p *txProbe) {
				caseSurvives(p, func(in *inside, old ticket.Record) {
					taken := key(shopA, ticket.KeyMatter, "m")
					other := record(shopA, 50)
					in.duplicate(taking(commitOf(step(other)), held(taken, other)), taken)
				})
			},
		},
		{
			name: "tx/it survives an erasure that fails",
			why:  "a redact that fails must leave nothing, also where the host commits all the same",
			run: func(p *txProbe) {
				caseSurvives(p, func(in *inside, old ticket.Record) {
					if in.err != nil {
						return
					}
					broken := errors.New("cannot read event")
					in.wants("Erase", broken, in.store.Erase(in.ctx, ticket.EraseRequest{
						Commit: commitOf(step(tombstone(old))),
						Redact: func(ticket.StoredEvent) (ticket.StoredEvent, error) { return ticket.StoredEvent{}, broken },
					}))
				})
			},
		},
		{
			name: "tx/a refused commit leaves nothing in a transaction that counts",
			why:  "without a savepoint, half of what was refused is committed with the host's rows",
			run:  caseRefusedInTx,
		},
		{
			name: "tx/effects count with the transaction",
			why:  "a mail about something that was rolled back cannot be called back",
			run:  caseTxEffects,
		},
		{
			name: "tx/an erasure that is rolled back has erased nothing",
			why:  "history is all or nothing too",
			run: func(p *txProbe) {
				r := record(shopA, 1)
				p.outside.create(r)
				tx := p.begin()
				tx.erase(commitOf(step(tombstone(r))), strip)
				tx.rollback()
				p.outside.stands(r)
				again := p.begin()
				again.erase(commitOf(step(tombstone(r))), strip)
				again.hostCommit()
				p.outside.sameRecord("Load", p.outside.load(r.Ref()), tombstone(r))
				p.outside.sameEvents(p.outside.history(r.Ref()), []ticket.StoredEvent{stripped(r.Ref(), 1), event(r.Ref(), 2)})
			},
		},
		{
			name: "tx/a serialization failure is a conflict",
			why:  "SQLSTATE 40001 means that somebody was faster: the host tries again, instead of paging somebody",
			two:  true,
			run:  caseSerialization,
		},
		{
			name: "tx/a desk within a transaction",
			why:  "what the host and the desk do together counts together, and nothing goes out before",
			run:  caseDeskInTx,
		},
	}
}

func caseRolledBack(p *txProbe) {
	old, fresh := record(shopA, 1), record(shopA, 2)
	kept, taken := key(shopA, ticket.KeyMatter, "kept"), key(shopA, ticket.KeyInbound, "m")
	p.outside.commit(taking(commitOf(step(old)), held(kept, old)))
	tx := p.begin()
	tx.commit(releasing(taking(commitOf(steps(next(old), fresh)...), held(taken, fresh)), kept))
	tx.rollback()
	p.outside.stands(old)
	p.outside.absent(fresh.Ref())
	p.outside.free(taken)
	p.outside.holds(held(kept, old))
	p.outside.sameRecords("Claim", p.outside.claim(at(1000), 5), []ticket.Record{old})
	p.outside.commit(taking(commitOf(step(fresh)), held(taken, fresh)))
}

func caseOwnWrites(p *txProbe) {
	r := record(shopA, 1)
	k := key(shopA, ticket.KeyInbound, "m")
	tx := p.begin()
	tx.commit(taking(commitOf(step(r)), held(k, r)))
	tx.stands(r)
	tx.holds(held(k, r))
	tx.sameRecords("List", tx.list(ticket.Query{Shop: shopA, Limit: 5}).Records, []ticket.Record{r})
	other := record(shopA, 2)
	tx.duplicate(taking(commitOf(step(other)), held(k, other)), k)
	tx.conflict(commitOf(step(r)))
	second := next(r)
	tx.commit(commitOf(step(second)))
	tx.sameRecords("Claim", tx.claim(at(1000), 5), []ticket.Record{second})
	tx.hostCommit()
	p.outside.stands(second)
}

// caseSurvives has a commit refused between two that are not, and wants the
// host's commit to keep both.
func caseSurvives(p *txProbe, refused func(in *inside, old ticket.Record)) {
	old, before, after := record(shopA, 1), record(shopA, 2), record(shopA, 3)
	matter := key(shopA, ticket.KeyMatter, "m")
	p.outside.commit(taking(commitOf(step(old)), held(matter, old)))
	tx := p.begin()
	tx.commit(commitOf(step(before)))
	refused(tx, old)
	tx.stands(old)
	tx.commit(commitOf(step(after)))
	tx.hostCommit()
	for _, r := range []ticket.Record{old, before, after} {
		p.outside.stands(r)
	}
}

func caseRefusedInTx(p *txProbe) {
	changes := steps(records(shopA, ticket.MaxChanges)...)
	stale := record(shopA, 100)
	taken, wanted := key(shopA, ticket.KeyNumber, "taken"), key(shopA, ticket.KeyInbound, "wanted")
	p.outside.commit(taking(commitOf(step(stale)), held(taken, stale)))
	tx := p.begin()
	tx.in("conflict", func() {
		c := commitOf(append(slices.Clone(changes[1:]), step(stale))...)
		tx.conflict(sending(releasing(taking(c, held(wanted, stale)), taken), effect(stale)))
	})
	tx.in("duplicate key", func() {
		c := commitOf(changes...)
		tx.duplicate(sending(taking(c, held(wanted, stale), held(taken, stale)), effect(stale)), taken)
	})
	tx.hostCommit()
	for n := range ticket.MaxChanges {
		p.outside.absent(ref(shopA, n))
	}
	p.outside.free(wanted)
	p.outside.holds(held(taken, stale))
	p.outside.stands(stale)
	p.effects()
}

func caseTxEffects(p *txProbe) {
	a, b, c := record(shopA, 1), record(shopA, 2), record(shopA, 3)
	p.outside.commit(sending(commitOf(step(a)), effect(a)))
	p.effects(effect(a))
	tx := p.begin()
	tx.commit(sending(commitOf(step(b)), effect(b)))
	tx.rollback()
	p.effects(effect(a))
	tx = p.begin()
	tx.commit(sending(commitOf(steps(b, c)...), effect(b), effect(c)))
	tx.hostCommit()
	p.effects(effect(a), effect(b), effect(c))
}

// caseSerialization has two transactions that have both read a record; the
// second to write it is told of a conflict. Whether its transaction lives on
// is the isolation's business.
func caseSerialization(p *txProbe) {
	r := record(shopA, 1)
	p.outside.create(r)
	slow, fast := p.begin(), p.begin()
	slow.stands(r)
	fast.stands(r)
	fast.commit(commitOf(step(next(r))))
	fast.hostCommit()
	slow.conflict(commitOf(rival(r, 1)))
	slow.rollback()
	p.outside.stands(next(r))
}

func caseDeskInTx(p *txProbe) {
	d := p.outside.desk(DeskConfig{Seed: 1})
	in := p.outside.receive(d, Mail("m", "c-1", "o-1"))
	r := in.Ticket.Ref()
	reply := func(tx *inside, text string) error {
		if tx.err != nil {
			return tx.err
		}
		_, err := d.WithStore(tx.store).Do(tx.ctx, Agent("anna"), r, ticket.Reply{Text: text})
		return err
	}
	tx := p.begin()
	tx.noError("Do", reply(tx, "verworfen"))
	tx.rollback()
	p.outside.told(d, r, true, "create: Wo ist mein Paket? (m)")
	tx = p.begin()
	tx.noError("Do", reply(tx, "eins"))
	tx.noError("Do", reply(tx, "zwei"))
	if tx.err == nil {
		n, err := d.WithStore(tx.store).Deliver(tx.ctx, r)
		tx.check(n == 0 && err == nil, "a desk within a transaction delivered %d effects: %v", n, err)
	}
	tx.hostCommit()
	p.outside.told(d, r, true, "create: Wo ist mein Paket? (m)", "reply: eins", "reply: zwei")
	if p.outside.err == nil {
		n, err := d.Deliver(p.outside.ctx, r)
		p.outside.check(n == 2 && err == nil, "%d of 2 replies went out: %v", n, err)
	}
}
