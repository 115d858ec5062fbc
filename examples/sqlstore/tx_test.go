package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/feedbacktest"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// emptiedQueue is a store that enqueues, as fresh as a new one.
func emptiedQueue(tb testing.TB, o opened) {
	tb.Helper()
	emptied(tb, o)
	_, err := o.DB().ExecContext(context.Background(), "DELETE FROM host_queue")
	check(tb, err)
}

func TestTicketsWithinTransactionsOfTheHost(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := queueing(t, open(t))
			tickettest.TestTx(t, func(tb testing.TB) tickettest.Host {
				tb.Helper()
				emptiedQueue(tb, o)
				return tickettest.Host{
					Store: o.Tickets(), OneWriter: strings.HasPrefix(name, "SQLite"),
					Effects: func(ctx context.Context) ([]ticket.Effect, error) { return queued[ticket.Effect](ctx, o.DB()) },
					Begin: func(ctx context.Context) (tickettest.Tx, error) {
						s, tx, _, err := o.begin(ctx)
						if err != nil {
							return tickettest.Tx{}, err
						}
						tx.Store = s.Tickets()
						return tx, nil
					},
				}
			})
		})
	}
}

func TestFeedbackWithinTransactionsOfTheHost(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := queueing(t, open(t))
			feedbacktest.TestTx(t, func(tb testing.TB) feedbacktest.Host {
				tb.Helper()
				emptiedQueue(tb, o)
				return feedbackHost(o, strings.HasPrefix(name, "SQLite"))
			})
		})
	}
}

func feedbackHost(o opened, oneWriter bool) feedbacktest.Host {
	return feedbacktest.Host{
		Store: o.Feedback(), OneWriter: oneWriter,
		Effects: func(ctx context.Context) ([]feedback.Effect, error) { return queued[feedback.Effect](ctx, o.DB()) },
		Begin: func(ctx context.Context) (feedbacktest.Tx, error) {
			s, tx, _, err := o.begin(ctx)
			if err != nil {
				return feedbacktest.Tx{}, err
			}
			return feedbacktest.Tx{Store: s.Feedback(), Commit: tx.Commit, Rollback: tx.Rollback}, nil
		},
	}
}

func TestGoodwillWithinTransactionsOfTheHost(t *testing.T) {
	t.Parallel()
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			goodwilltest.TestTx(t, func(tb testing.TB) goodwilltest.Host {
				tb.Helper()
				return goodwillHost(emptied(tb, o), strings.HasPrefix(name, "SQLite"))
			})
		})
	}
}

func goodwillHost(o opened, oneWriter bool) goodwilltest.Host {
	return goodwilltest.Host{
		Store: o.Goodwill(), OneWriter: oneWriter,
		Begin: func(ctx context.Context) (goodwilltest.Tx, error) {
			s, tx, _, err := o.begin(ctx)
			if err != nil {
				return goodwilltest.Tx{}, err
			}
			return goodwilltest.Tx{Store: s.Goodwill(), Commit: tx.Commit, Rollback: tx.Rollback}, nil
		},
	}
}

// flaw is a planted fault of a store within transactions; the zero value is none.
type flaw struct {
	through  bool     // a transaction writes straight through
	keeps    bool     // what is rolled back counts
	dies     error    // ends the transaction
	leaves   error    // where a commit is refused for it, the first of its records is kept
	unmapped bool     // a conflict comes as it is
	early    bool     // effects are enqueued whatever becomes of the transaction
	found    []string // the cases that must find it
}

var errSerialization = errors.New("could not serialize access (40001)")

// spoil is what becomes of a commit's error; exec runs a statement in the transaction.
func (f flaw) spoil(err, conflict error, exec func(string) error) error {
	switch {
	case f.dies != nil && errors.Is(err, f.dies):
		_ = exec("SELECT 1/0")
	case f.unmapped && errors.Is(err, conflict):
		return errSerialization
	}
	return err
}

type flawedGrants struct {
	goodwill.Store
	flaw

	exec func(string) error
}

func (s flawedGrants) Commit(ctx context.Context, c goodwill.Commit) error {
	err := s.spoil(s.Store.Commit(ctx, c), goodwill.ErrConflict, s.exec)
	if s.leaves != nil && errors.Is(err, s.leaves) {
		_ = s.Store.Commit(ctx, goodwill.Commit{At: c.At, Writes: c.Writes[:1]})
	}
	return err
}

type flawedSurveys struct {
	feedback.Store
	flaw

	exec    func(string) error
	outside feedback.Store
}

func (s flawedSurveys) Commit(ctx context.Context, c feedback.Commit) error {
	if s.early && len(c.Effects) > 0 {
		side := c
		side.Writes = slices.Clone(c.Writes)
		side.Writes[0].Next.Shop = "side"
		_ = s.outside.Commit(ctx, side)
		c.Effects = nil
	}
	err := s.spoil(s.Store.Commit(ctx, c), feedback.ErrConflict, s.exec)
	if s.leaves != nil && errors.Is(err, s.leaves) {
		_ = s.Store.Commit(ctx, feedback.Commit{At: c.At, Writes: c.Writes[:1]})
	}
	return err
}

// rollback is how a transaction with the fault is rolled back.
func (f flaw) rollback(tx tickettest.Tx) func(context.Context) error {
	if f.keeps {
		return tx.Commit
	}
	return tx.Rollback
}

// A store that is not bound to its transaction as it should be is found, whatever is
// wrong with it, and every case finds something.
func TestBrokenTransactionsAreFound(t *testing.T) {
	t.Parallel()
	t.Run("goodwill", func(t *testing.T) {
		t.Parallel()
		o, cases := openPgx(pgx.ReadCommitted)(t), make(map[string]func(f flaw) error)
		for _, c := range goodwilltest.TxCases() {
			cases[c.Name] = func(f flaw) error {
				h := goodwillHost(emptied(t, o), false)
				h.Begin = func(ctx context.Context) (goodwilltest.Tx, error) {
					s, host, exec, err := o.begin(ctx)
					if err != nil {
						return goodwilltest.Tx{}, err
					}
					tx := goodwilltest.Tx{Store: flawedGrants{s.Goodwill(), f, exec}}
					if f.through {
						tx.Store = o.Goodwill()
					}
					tx.Commit, tx.Rollback = host.Commit, f.rollback(host)
					return tx, nil
				}
				return c.Run(t.Context(), h)
			}
		}
		wantFound(t, cases, map[string]flaw{
			"writes straight through": {through: true, found: []string{
				"tx/rolled back, it never was", "tx/unseen until it counts", "tx/two at one budget", "tx/a desk within a transaction",
			}},
			"what is rolled back counts": {keeps: true, found: []string{"tx/rolled back, it never was", "tx/a desk within a transaction"}},
			"a conflict ends it":         {dies: goodwill.ErrConflict, found: []string{"tx/it survives a conflict", "tx/it reads its own writes"}},
			"a unique violation ends it": {dies: goodwill.ErrDuplicate, found: []string{"tx/it survives a duplicate key", "tx/it reads its own writes"}},
			"a cap ends it":              {dies: goodwill.ErrCap, found: []string{"tx/it survives a cap", "tx/it reads its own writes"}},
			"no savepoint":               {leaves: goodwill.ErrCap, found: []string{"tx/it survives a cap"}},
			"40001 as it comes":          {unmapped: true, found: []string{"tx/a serialization failure is a conflict"}},
		})
	})
	t.Run("feedback", func(t *testing.T) {
		t.Parallel()
		o, cases := queueing(t, openPgx(pgx.ReadCommitted)(t)), make(map[string]func(f flaw) error)
		for _, c := range feedbacktest.TxCases() {
			cases[c.Name] = func(f flaw) error {
				emptiedQueue(t, o)
				h := feedbackHost(o, false)
				h.Begin = func(ctx context.Context) (feedbacktest.Tx, error) {
					s, host, exec, err := o.begin(ctx)
					if err != nil {
						return feedbacktest.Tx{}, err
					}
					tx := feedbacktest.Tx{Store: flawedSurveys{s.Feedback(), f, exec, o.Feedback()}}
					if f.through {
						tx.Store = o.Feedback()
					}
					tx.Commit, tx.Rollback = host.Commit, f.rollback(host)
					return tx, nil
				}
				return c.Run(t.Context(), h)
			}
		}
		wantFound(t, cases, map[string]flaw{
			"writes straight through": {through: true, found: []string{
				"tx/rolled back, it never was", "tx/unseen until it counts", "tx/two count at once", "tx/effects count with the transaction",
			}},
			"what is rolled back counts": {keeps: true, found: []string{"tx/rolled back, it never was", "tx/two count at once"}},
			"a conflict ends it":         {dies: feedback.ErrConflict, found: []string{"tx/it survives a conflict", "tx/it reads its own writes"}},
			"a unique violation ends it": {dies: feedback.ErrDuplicate, found: []string{"tx/it survives a duplicate key", "tx/it reads its own writes"}},
			"an underflow ends it":       {dies: feedback.ErrUnderflow, found: []string{"tx/it survives an underflow", "tx/it reads its own writes"}},
			"no savepoint":               {leaves: feedback.ErrUnderflow, found: []string{"tx/it survives an underflow"}},
			"effects at once":            {early: true, found: []string{"tx/effects count with the transaction"}},
			"40001 as it comes":          {unmapped: true, found: []string{"tx/a serialization failure is a conflict"}},
		})
	})
}

// wantFound looks whether the sound store passes every case, each flaw is found by
// the cases that must, and each case finds one.
func wantFound(t *testing.T, cases map[string]func(f flaw) error, flaws map[string]flaw) {
	t.Helper()
	finds := make(map[string]bool)
	for fault, f := range flaws {
		for _, name := range f.found {
			finds[name] = true
			if run, ok := cases[name]; !ok || run(f) == nil {
				t.Errorf("%s: case %q passes, or is not there", fault, name)
			}
		}
	}
	for name, run := range cases {
		if err := run(flaw{}); err != nil || !finds[name] {
			t.Errorf("case %q finds none of the planted faults, or one that is not there: %v", name, err)
		}
	}
}
