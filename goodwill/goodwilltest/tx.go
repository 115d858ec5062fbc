package goodwilltest

import (
	"context"
	"errors"
	"testing"

	"github.com/kulanz-go/kulanz/goodwill"
)

// Host is a store over a database that the host has transactions of its own
// in, for [TestTx].
type Host struct {
	// Store works outside of any transaction. Required.
	Store goodwill.Store
	// Begin begins a transaction of the host's, at the isolation that the host
	// uses. Required.
	Begin func(ctx context.Context) (Tx, error)
	// OneWriter tells that a transaction which writes makes the next one wait,
	// as in SQLite. Cases with two at once are then left out.
	OneWriter bool
}

// Tx is a transaction of the host's.
type Tx struct {
	Store    goodwill.Store // bound to the transaction
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

// aside commits in the background, as one who has to wait for another does, and
// returns what waits for the answer.
func (in *inside) aside(c goodwill.Commit) func() error {
	if in.err != nil {
		return func() error { return in.err }
	}
	answer := make(chan error, 1)
	go func() { answer <- in.store.Commit(in.ctx, c) }()
	return func() error { return <-answer }
}

func txScripts() []txScript {
	return []txScript{
		{"tx/rolled back, it never was", "an order that failed must not leave a grant for it, nor an amount that its budget lacks", false, caseRolledBack},
		{"tx/unseen until it counts", "a worker must not pay what the host may yet take back", true, caseUnseen},
		{"tx/it reads its own writes", "two grants in one transaction: the second has to see what the first used up", false, caseOwnWrites},
		{"tx/it survives a conflict", "the host's own rows must not be lost because a grant was busy", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, old goodwill.Record) {
				in.refused(goodwill.ErrConflict, booked(record(shopA, 9), old))
				in.refused(goodwill.ErrConflict, booked(record(shopA, 9), next(record(shopA, 99))))
			})
		}},
		{"tx/it survives a duplicate key", "a raised unique violation ends a transaction in PostgreSQL, and with it the host's own rows", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, _ goodwill.Record) {
				in.duplicate(taking(booked(record(shopA, 9)), record(shopA, 9), heldKey()), heldKey())
			})
		}},
		{"tx/it survives a cap", "a favour that the budget refuses must not cost the order that it is for", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, _ goodwill.Record) {
				over := posting(commitOf(record(shopA, 9)), capped(entry(shopA, 99, reserve, "budget", "pool", 5000), 1000))
				in.refused(goodwill.ErrCap, over)
				in.refused(goodwill.ErrUnreserved, posting(commitOf(record(shopA, 9)), entry(shopA, 99, post, "budget", "pool", 5000)))
			})
		}},
		{"tx/two at one budget", "what one transaction has reserved must count for another, if it counts", true, caseTwoAtOneBudget},
		{"tx/a serialization failure is a conflict", "SQLSTATE 40001 means that somebody was faster: the host tries again, instead of paging somebody", true, caseSerialization},
		{"tx/a desk within a transaction", "what the host and the desk do together counts together, and nothing is paid before", false, caseDeskInTx},
	}
}

func heldKey() goodwill.Unique { return key(shopA, goodwill.UniqueRequest, "held") }

// booked is a commit that writes records, takes a key of its own, and reserves.
func booked(all ...goodwill.Record) goodwill.Commit {
	c := posting(commitOf(all...), capped(entry(shopA, 90, reserve, "budget", "pool", 100), 1000))
	return taking(c, all[0], key(shopA, goodwill.UniqueCommit, "wanted"))
}

func caseRolledBack(p *txProbe) {
	old, fresh := record(shopA, 1), record(shopA, 2)
	fixed := entry(shopA, 1, direct, "budget", "pool", 900)
	p.outside.commit(posting(taking(commitOf(old), old, heldKey()), fixed))
	tx := p.begin()
	tx.commit(releasing(booked(next(old), fresh), heldKey()))
	tx.rollback()
	p.outside.stands(old)
	p.outside.absent(fresh.Ref())
	p.outside.free(key(shopA, goodwill.UniqueCommit, "wanted"))
	p.outside.holds(heldKey(), old.Ref())
	p.outside.entries("rolled back", goodwill.EntryQuery{Shop: shopA, Limit: 9}, fixed)
	p.outside.balances("rolled back", shopA, balance("budget", 0, 900), balance("pool", 0, -900))
	p.outside.claims("rolled back", at(5000), 5, old)
	p.outside.commit(booked(fresh))
	p.outside.balances("the whole rest of the budget is left", shopA, balance("budget", 100, 900), balance("pool", -100, -900))
}

func caseUnseen(p *txProbe) {
	r := record(shopA, 1)
	tx := p.begin()
	tx.commit(booked(r))
	p.outside.absent(r.Ref())
	p.outside.free(key(shopA, goodwill.UniqueCommit, "wanted"))
	p.outside.claims("before it counts", at(5000), 5)
	p.outside.balances("before it counts", shopA)
	p.outside.entries("before it counts", goodwill.EntryQuery{Shop: shopA, Limit: 9})
	tx.hostCommit()
	p.outside.stands(r)
	p.outside.balances("once it counts", shopA, balance("budget", 100, 0), balance("pool", -100, 0))
}

func caseOwnWrites(p *txProbe) {
	r, second := record(shopA, 1), record(shopA, 2)
	k := key(shopA, goodwill.UniqueCommit, "wanted")
	most := func(n int, minor int64) goodwill.Commit {
		return posting(commitOf(second), capped(entry(shopA, n, reserve, "budget", "pool", minor), 1000))
	}
	tx := p.begin()
	tx.commit(booked(r))
	tx.stands(r)
	tx.holds(k, r.Ref())
	tx.balances("its own", shopA, balance("budget", 100, 0), balance("pool", -100, 0))
	tx.over(most(2, 901), goodwill.Excess{Account: "budget", Cap: amount(1000), Total: amount(1001)})
	tx.duplicate(taking(most(2, 900), second, k), k)
	tx.commit(most(2, 900))
	tx.refused(goodwill.ErrConflict, commitOf(r))
	tx.commit(posting(commitOf(next(r)), entry(shopA, 3, void, "budget", "pool", 100)))
	tx.hostCommit()
	p.outside.stands(next(r))
	p.outside.balances("both", shopA, balance("budget", 900, 0), balance("pool", -900, 0))
}

// caseSurvives has commits refused between two that are not, and wants the host's
// commit to keep both, and nothing of what was refused.
func caseSurvives(p *txProbe, refused func(in *inside, old goodwill.Record)) {
	old, before, after := record(shopA, 1), record(shopA, 2), record(shopA, 3)
	p.outside.commit(taking(commitOf(old), old, heldKey()))
	tx := p.begin()
	tx.commit(posting(commitOf(before), entry(shopA, 2, reserve, "budget", "pool", 10)))
	refused(tx, old)
	tx.stands(old)
	tx.commit(posting(commitOf(after), entry(shopA, 3, reserve, "budget", "pool", 20)))
	tx.hostCommit()
	for _, r := range []goodwill.Record{old, before, after} {
		p.outside.stands(r)
	}
	p.outside.absent(record(shopA, 9).Ref())
	p.outside.free(key(shopA, goodwill.UniqueCommit, "wanted"))
	p.outside.holds(heldKey(), old.Ref())
	p.outside.balances("without what was refused", shopA, balance("budget", 30, 0), balance("pool", -30, 0))
}

// caseTwoAtOneBudget lets two transactions reserve from what is enough for one of
// them: the second waits for the first, and then is refused, or told of a conflict.
func caseTwoAtOneBudget(p *txProbe) {
	book := func(n int) goodwill.Commit {
		return posting(commitOf(record(shopA, n)), capped(entry(shopA, n, reserve, "budget", "pool", 600), 1000))
	}
	first, second := p.begin(), p.begin()
	first.commit(book(1))
	answer := second.aside(book(2))
	first.hostCommit()
	if err := answer(); !errors.Is(err, goodwill.ErrCap) && !errors.Is(err, goodwill.ErrConflict) {
		p.outside.check(false, "the second of two at one budget: %v", err)
	}
	second.rollback()
	p.outside.balances("once", shopA, balance("budget", 600, 0), balance("pool", -600, 0))

	third, fourth := p.begin(), p.begin()
	third.commit(posting(commitOf(record(shopA, 3)), capped(entry(shopA, 3, reserve, "budget", "pool", 400), 1000)))
	answer = fourth.aside(posting(commitOf(record(shopA, 4)), capped(entry(shopA, 4, reserve, "budget", "pool", 400), 1000)))
	third.rollback()
	fourth.noError("after the first was rolled back, Commit", answer())
	fourth.hostCommit()
	p.outside.balances("what was rolled back is free", shopA, balance("budget", 1000, 0), balance("pool", -1000, 0))
}

// caseSerialization has two transactions that have both read a record; the second
// to write it is told of a conflict. Whether its transaction lives on is the
// isolation's business.
func caseSerialization(p *txProbe) {
	r := record(shopA, 1)
	p.outside.commit(commitOf(r))
	slow, fast := p.begin(), p.begin()
	slow.stands(r)
	fast.stands(r)
	fast.commit(commitOf(next(r)))
	fast.hostCommit()
	slow.refused(goodwill.ErrConflict, commitOf(next(r)))
	slow.rollback()
	p.outside.stands(next(r))
}

func caseDeskInTx(p *txProbe) {
	h := p.outside.house(p.host.Store, 2000)
	if h == nil {
		return
	}
	within := func(tx *inside) *house { return &house{Desk: h.WithStore(tx.store)} }
	tx := p.begin()
	if tx.err == nil {
		tx.propose(within(tx), "order-1", "key-1")
	}
	tx.rollback()
	p.outside.check(len(p.outside.list(goodwill.Query{Shop: shopA, Limit: 9}).Records) == 0, "what was rolled back is granted")
	tx = p.begin()
	var g goodwill.Grant
	if tx.err == nil {
		g = tx.propose(within(tx), "order-1", "key-1")
		again := tx.propose(within(tx), "order-1", "key-1")
		tx.check(g.ID == again.ID, "one key made two grants in one transaction")
		_, err := within(tx).Execute(tx.ctx, agent(), g.Ref())
		tx.wants("Execute within a transaction", goodwill.ErrBound, err)
	}
	tx.hostCommit()
	if p.outside.err == nil {
		p.outside.check(len(h.payer.Calls()) == 0, "the payer was called before the transaction counted")
		_, err := h.Execute(p.outside.ctx, agent(), g.Ref())
		p.outside.noError("Execute", err)
		p.outside.check(len(h.payer.Paid()) == 1, "paid %d times", len(h.payer.Paid()))
	}
	p.outside.sound(map[string][2]int64{allBudget: {0, 300}})
}
