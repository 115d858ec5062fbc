package tickettest_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// database is a reference store in which a host has transactions: each works
// on a snapshot, and the first to write a record wins.
type database struct {
	*reference

	effects []ticket.Effect
	// dies makes a lost race end the transaction, as repeatable read does.
	dies bool
	flaw txFlaw
}

// txFlaw is one planted fault of a store within transactions.
type txFlaw struct {
	through  bool                 // a transaction writes straight through
	blind    bool                 // it does not see its own writes
	poison   func(err error) bool // errors that end it
	leaves   bool                 // what was refused is kept in part
	early    bool                 // effects are enqueued at once
	unmapped bool                 // a serialization failure comes as it is
	lastWins bool                 // nobody looks for lost races
}

var (
	errDead          = errors.New("current transaction is aborted")
	errSerialization = errors.New("could not serialize access (40001)")
)

// Commit makes a database a store that enqueues.
func (db *database) Commit(ctx context.Context, c ticket.Commit) error {
	err := db.reference.Commit(ctx, c)
	if err == nil {
		db.effects = append(db.effects, c.Effects...)
	}
	return err
}

func (db *database) begin(context.Context) (tickettest.Tx, error) {
	tx := &transaction{db: db, reference: newReference(), began: make(map[ticket.Ref]int64)}
	if db.flaw.leaves {
		refusing(func(s *reference, c ticket.Commit, err error) error {
			if err != nil && len(c.Changes) > 1 {
				s.write(ticket.Commit{Changes: c.Changes[:1]})
			}
			return err
		})(tx.reference)
	}
	for name, r := range db.rows {
		clone := *r
		tx.rows[name], tx.began[name] = &clone, r.rec.Version
	}
	maps.Copy(tx.keys, db.keys)
	if db.flaw.through {
		return tickettest.Tx{Store: db, Commit: nothing, Rollback: nothing}, nil
	}
	return tickettest.Tx{Store: tx, Commit: tx.commit, Rollback: tx.rollback}, nil
}

func nothing(context.Context) error { return nil }

// transaction is a store on a snapshot of its database.
type transaction struct {
	*reference

	db      *database
	began   map[ticket.Ref]int64 // versions when it began
	effects []ticket.Effect
	dead    bool
}

func (tx *transaction) commit(context.Context) error {
	if tx.dead {
		return errDead
	}
	tx.db.rows, tx.db.keys = tx.rows, tx.keys // the cases do not write outside meanwhile, but for what is refused
	tx.db.effects = append(tx.db.effects, tx.effects...)
	return nil
}

func (tx *transaction) rollback(context.Context) error {
	tx.dead = true
	return nil
}

func (tx *transaction) Load(ctx context.Context, r ticket.Ref) (ticket.Record, error) {
	if tx.dead {
		return ticket.Record{}, errDead
	}
	if tx.db.flaw.blind {
		return tx.db.Load(ctx, r)
	}
	return tx.reference.Load(ctx, r)
}

func (tx *transaction) Commit(ctx context.Context, c ticket.Commit) error {
	if tx.dead {
		return errDead
	}
	if tx.lost(c) && !tx.db.flaw.lastWins {
		tx.dead = tx.db.dies
		if tx.db.flaw.unmapped {
			return errSerialization
		}
		return ticket.ErrConflict
	}
	err := tx.reference.Commit(ctx, c)
	if err == nil && tx.db.flaw.early {
		tx.db.effects = append(tx.db.effects, c.Effects...)
	} else if err == nil {
		tx.effects = append(tx.effects, c.Effects...)
	}
	return tx.poisoned(err)
}

// lost reports whether another transaction has written a record of the commit
// since this one began.
func (tx *transaction) lost(c ticket.Commit) bool {
	return slices.ContainsFunc(c.Changes, func(ch ticket.Change) bool {
		now, ok := tx.db.rows[ch.Next.Ref()]
		return ok && now.rec.Version != tx.began[ch.Next.Ref()]
	})
}

func (tx *transaction) Erase(ctx context.Context, q ticket.EraseRequest) error {
	if tx.dead {
		return errDead
	}
	return tx.poisoned(tx.reference.Erase(ctx, q))
}

func (tx *transaction) poisoned(err error) error {
	if err != nil && tx.db.flaw.poison != nil && tx.db.flaw.poison(err) {
		tx.dead = true
	}
	return err
}

func newHost(flaw txFlaw, dies bool) tickettest.Host {
	db := &database{reference: newReference(), flaw: flaw, dies: dies}
	return tickettest.Host{
		Store: db, Begin: db.begin,
		Effects: func(context.Context) ([]ticket.Effect, error) { return slices.Clone(db.effects), nil },
	}
}

func TestTxOnReference(t *testing.T) {
	for name, dies := range map[string]bool{"read committed": false, "repeatable read": true} {
		t.Run(name, func(t *testing.T) {
			tickettest.TestTx(t, func(testing.TB) tickettest.Host { return newHost(txFlaw{}, dies) })
		})
	}
}

func TestTxOnAStoreThatEnqueuesNothing(t *testing.T) {
	tickettest.TestTx(t, func(testing.TB) tickettest.Host {
		h := newHost(txFlaw{}, false)
		h.Effects, h.OneWriter = nil, true
		return h
	})
}

func TestBrokenTransactionsAreCaught(t *testing.T) {
	is := func(target error) func(error) bool { return func(err error) bool { return errors.Is(err, target) } }
	tests := map[string]struct {
		flaw  txFlaw
		found []string
	}{
		"writes straight through": {txFlaw{through: true}, []string{
			"tx/rolled back, it never was", "tx/unseen until it counts", "tx/effects count with the transaction",
			"tx/an erasure that is rolled back has erased nothing", "tx/a desk within a transaction",
		}},
		"does not see its own writes": {txFlaw{blind: true}, []string{
			"tx/it reads its own writes", "tx/a desk within a transaction",
		}},
		"a conflict ends it": {txFlaw{poison: is(ticket.ErrConflict)}, []string{"tx/it survives a conflict"}},
		"a unique violation ends it": {txFlaw{poison: is(ticket.ErrDuplicateKey)}, []string{
			"tx/it survives a duplicate key", "tx/it reads its own writes",
		}},
		"every error ends it": {txFlaw{poison: func(error) bool { return true }}, []string{"tx/it survives an erasure that fails"}},
		"no savepoint":        {txFlaw{leaves: true}, []string{"tx/a refused commit leaves nothing in a transaction that counts"}},
		"effects at once":     {txFlaw{early: true}, []string{"tx/effects count with the transaction"}},
		"40001 as it comes":   {txFlaw{unmapped: true}, []string{"tx/a serialization failure is a conflict"}},
		"the last one wins":   {txFlaw{lastWins: true}, []string{"tx/a serialization failure is a conflict"}},
	}
	cases := make(map[string]tickettest.TxCase)
	finds := make(map[string]bool)
	for _, c := range tickettest.TxCases() {
		cases[c.Name] = c
	}
	for fault, tt := range tests {
		t.Run(fault, func(t *testing.T) {
			for _, name := range tt.found {
				finds[name] = true
				c, ok := cases[name]
				if !ok {
					t.Fatalf("there is no case %q", name)
				}
				if err := c.Run(t.Context(), newHost(tt.flaw, false)); err == nil {
					t.Errorf("case %q passes", name)
				}
			}
		})
	}
	for name, c := range cases {
		if !finds[name] || c.Why == "" {
			t.Errorf("case %q finds none of the planted faults, or does not say why", name)
		}
	}
}
