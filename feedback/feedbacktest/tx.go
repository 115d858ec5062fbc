package feedbacktest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/feedback"
)

// Host is a store over a database that the host has transactions of its own
// in, for [TestTx].
type Host struct {
	// Store works outside of any transaction. Required.
	Store feedback.Store
	// Begin begins a transaction of the host's, at the isolation that the host
	// uses. Required.
	Begin func(ctx context.Context) (Tx, error)
	// Effects returns what was enqueued by commits that count, in any order.
	// Nil: the store enqueues nothing.
	Effects func(ctx context.Context) ([]feedback.Effect, error)
	// OneWriter tells that a transaction which writes makes the next one wait,
	// as in SQLite. Cases with two at once are then left out.
	OneWriter bool
}

// Tx is a transaction of the host's.
type Tx struct {
	Store    feedback.Store // bound to the transaction
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
func (in *inside) aside(c feedback.Commit) func() error {
	if in.err != nil {
		return func() error { return in.err }
	}
	answer := make(chan error, 1)
	go func() { answer <- in.store.Commit(in.ctx, c) }()
	return func() error { return <-answer }
}

// effects wants these effects to be enqueued and no others.
func (p *txProbe) effects(want ...feedback.Effect) {
	if p.host.Effects == nil || p.outside.err != nil {
		return
	}
	got, err := p.host.Effects(p.outside.ctx)
	p.outside.noError("Effects", err)
	p.outside.check(len(got) == len(want), "%d effects are enqueued, want %d", len(got), len(want))
	for _, e := range want {
		p.outside.check(slices.Contains(got, e), "effect %s of %s is not enqueued", e.ID, e.Ref)
	}
}

func txScripts() []txScript {
	return []txScript{
		{"tx/rolled back, it never was", "a matter that failed must not leave a question about it, nor a key that keeps the next one out", false, caseRolledBack},
		{"tx/unseen until it counts", "a worker must not send what the host may yet take back", true, caseUnseen},
		{"tx/it reads its own writes", "two answers in one transaction: the second has to see what the first counted", false, caseOwnWrites},
		{"tx/it survives a conflict", "the host's own rows must not be lost because an invitation was busy", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, old feedback.Record) {
				in.refused(feedback.ErrConflict, answered(record(shopA, 9), old))
				in.refused(feedback.ErrConflict, answered(record(shopA, 9), next(record(shopA, 99))))
			})
		}},
		{"tx/it survives a duplicate key", "a raised unique violation ends a transaction in PostgreSQL, and with it the host's own rows", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, _ feedback.Record) {
				in.duplicate(taking(answered(record(shopA, 9)), record(shopA, 9), heldKey()), heldKey())
			})
		}},
		{"tx/it survives an underflow", "an answer that cannot be taken back must not cost what the host does beside it", false, func(p *txProbe) {
			caseSurvives(p, func(in *inside, _ feedback.Record) {
				in.refused(feedback.ErrUnderflow, counting(commitOf(record(shopA, 9)),
					feedback.Change{Key: sumKey(shopA, "a", "", 3), Add: sum(1)}, feedback.Change{Key: sumKey(shopA, "q", "", 3), Sub: sum(0, 1)}))
			})
		}},
		{"tx/two count at once", "what one transaction has counted must not hide what another has", true, caseTwoCount},
		{"tx/effects count with the transaction", "a question about something that was rolled back cannot be called back", false, caseTxEffects},
		{"tx/a serialization failure is a conflict", "SQLSTATE 40001 means that somebody was faster: the host tries again, instead of paging somebody", true, caseSerialization},
	}
}

func heldKey() feedback.Unique { return key(shopA, feedback.UniqueMatter, "held") }

// answered is a commit that writes records, takes a key of its own, and counts an
// answer of 1.
func answered(all ...feedback.Record) feedback.Commit {
	c := counting(commitOf(all...), feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(1)})
	return taking(c, all[0], key(shopA, feedback.UniqueCommit, "wanted"))
}

// counted wants the answers of 1 that count.
func (p *probe) counted(what string, n int64) {
	var want []feedback.Row
	if n > 0 {
		want = []feedback.Row{{Key: sumKey(shopA, "q", "", 3), Summary: sum(n)}}
	}
	p.counts(what, p.rows(days()), want...)
}

func caseRolledBack(p *txProbe) {
	old, fresh := record(shopA, 1), record(shopA, 2)
	first := feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(1)}
	p.outside.commit(counting(taking(commitOf(old), old, heldKey()), first))
	tx := p.begin()
	tx.commit(releasing(answered(next(old), fresh), heldKey()))
	tx.counted("within", 2)
	tx.rollback()
	p.outside.stands(old)
	p.outside.absent(fresh.Ref())
	p.outside.free(key(shopA, feedback.UniqueCommit, "wanted"))
	p.outside.holds(heldKey(), old.Ref())
	p.outside.counted("rolled back", 1)
	p.outside.claims("rolled back", at(5000), 5, old)
	p.outside.commit(answered(fresh))
	p.outside.counted("afterwards", 2)
}

func caseUnseen(p *txProbe) {
	r := record(shopA, 1)
	tx := p.begin()
	tx.commit(answered(r))
	p.outside.absent(r.Ref())
	p.outside.free(key(shopA, feedback.UniqueCommit, "wanted"))
	p.outside.claims("before it counts", at(5000), 5)
	p.outside.counted("before it counts", 0)
	tx.hostCommit()
	p.outside.stands(r)
	p.outside.counted("once it counts", 1)
}

func caseOwnWrites(p *txProbe) {
	r, second := record(shopA, 1), record(shopA, 2)
	k := key(shopA, feedback.UniqueCommit, "wanted")
	back := feedback.Change{Key: sumKey(shopA, "q", "", 3), Sub: sum(1)}
	tx := p.begin()
	tx.commit(answered(r))
	tx.stands(r)
	tx.holds(k, r.Ref())
	tx.counted("its own", 1)
	tx.duplicate(taking(commitOf(second), second, k), k)
	tx.commit(counting(commitOf(second), back))
	tx.counted("taken back", 0)
	tx.refused(feedback.ErrUnderflow, counting(commitOf(next(second)), back))
	tx.refused(feedback.ErrConflict, commitOf(r))
	tx.commit(counting(commitOf(next(r)), feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(3)}))
	tx.hostCommit()
	p.outside.stands(next(r))
	p.outside.stands(second)
	p.outside.counted("all of it", 3)
}

// caseSurvives has commits refused between two that are not, and wants the host's
// commit to keep both, and nothing of what was refused.
func caseSurvives(p *txProbe, refused func(in *inside, old feedback.Record)) {
	old, before, after := record(shopA, 1), record(shopA, 2), record(shopA, 3)
	one := feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(1)}
	p.outside.commit(taking(commitOf(old), old, heldKey()))
	tx := p.begin()
	tx.commit(counting(commitOf(before), one))
	refused(tx, old)
	tx.stands(old)
	tx.commit(counting(commitOf(after), one))
	tx.hostCommit()
	for _, r := range []feedback.Record{old, before, after} {
		p.outside.stands(r)
	}
	p.outside.absent(record(shopA, 9).Ref())
	p.outside.free(key(shopA, feedback.UniqueCommit, "wanted"))
	p.outside.holds(heldKey(), old.Ref())
	p.outside.counted("without what was refused", 2)
}

// caseTwoCount lets two transactions count under one key: the second waits for the
// first, and then counts too, or is told of a conflict.
func caseTwoCount(p *txProbe) {
	count := func(n int) feedback.Commit {
		return counting(commitOf(record(shopA, n)), feedback.Change{Key: sumKey(shopA, "q", "", 3), Add: sum(1)})
	}
	first, second := p.begin(), p.begin()
	first.commit(count(1))
	answer := second.aside(count(2))
	first.hostCommit()
	switch err := answer(); {
	case errors.Is(err, feedback.ErrConflict):
		second.rollback()
		p.outside.commit(count(2))
	default:
		second.noError("the second of two that count, Commit", err)
		second.hostCommit()
	}
	p.outside.counted("both", 2)

	third, fourth := p.begin(), p.begin()
	third.commit(count(3))
	answer = fourth.aside(count(4))
	third.rollback()
	fourth.noError("after the first was rolled back, Commit", answer())
	fourth.hostCommit()
	p.outside.counted("without what was rolled back", 3)
}

func caseTxEffects(p *txProbe) {
	asking := func(n int) (feedback.Commit, feedback.Effect) {
		r := record(shopA, n)
		e := feedback.Effect{ID: r.ID, Ref: r.Ref(), Kind: feedback.EffectInvite}
		c := commitOf(r)
		if p.host.Effects != nil {
			c.Effects = []feedback.Effect{e}
		}
		return c, e
	}
	one, first := asking(1)
	two, second := asking(2)
	p.outside.commit(one)
	p.effects(first)
	tx := p.begin()
	tx.commit(two)
	tx.rollback()
	p.effects(first)
	tx = p.begin()
	tx.commit(two)
	tx.refused(feedback.ErrConflict, one)
	tx.hostCommit()
	p.effects(first, second)
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
	slow.refused(feedback.ErrConflict, commitOf(next(r)))
	slow.rollback()
	p.outside.stands(next(r))
}
