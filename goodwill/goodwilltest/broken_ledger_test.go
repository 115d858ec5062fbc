package goodwilltest_test

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

// booking replaces the entries of a commit before it is made.
func booking(change func(e *goodwill.Entry)) func(s *crooked) {
	return committing(func(_ *crooked, c *goodwill.Commit) {
		for i := range c.Entries {
			change(&c.Entries[i])
		}
	})
}

func plantedInEntries() []planted {
	asked := func(change func(q *goodwill.EntryQuery)) func(s *crooked) {
		return func(s *crooked) {
			s.entries = func(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
				change(&q)
				return s.Store.Entries(ctx, q)
			}
		}
	}
	return []planted{
		{"no entry is added", committing(func(_ *crooked, c *goodwill.Commit) { c.Entries = nil }), []string{
			"entry/every field comes back", "entry/by grant, by account, page by page", "entry/shops are apart",
			"balance/reserved, then posted or voided", "balance/raced, the cap holds and none is lost", "commit/one winner of sixteen",
		}},
		{"the grant is not stored", booking(func(e *goodwill.Entry) { e.Grant = [16]byte{} }), []string{
			"entry/every field comes back", "entry/by grant, by account, page by page",
		}},
		{"the cap is not kept", func(s *crooked) {
			s.entries = func(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
				got, err := s.Store.Entries(ctx, q)
				for i := range got {
					got[i].Cap = money.Amount{}
				}
				return got, err
			}
		}, []string{"entry/every field comes back"}},
		{"entries are found by their debit alone", func(s *crooked) {
			s.entries = func(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
				got, err := s.Store.Entries(ctx, q)
				return slices.DeleteFunc(got, func(e goodwill.Entry) bool { return q.Account != "" && e.Debit != q.Account }), err
			}
		}, []string{"entry/by grant, by account, page by page"}},
		{"entries come as they were added", func(s *crooked) {
			s.entries = func(ctx context.Context, q goodwill.EntryQuery) ([]goodwill.Entry, error) {
				got, err := s.Store.Entries(ctx, q)
				slices.SortStableFunc(got, func(a, b goodwill.Entry) int { return a.Amount.Sign()*int(a.Amount.Minor()) - int(b.Amount.Minor()) })
				return got, err
			}
		}, []string{"entry/by grant, by account, page by page"}},
		{"no limit of entries is no bound", asked(func(q *goodwill.EntryQuery) {
			if q.Limit <= 0 {
				q.Limit = goodwill.MaxPage
			}
		}), []string{"entry/no limit, no entries"}},
		{"entries of all shops are one list", asked(func(q *goodwill.EntryQuery) { q.Shop = shop }), []string{"entry/shops are apart"}},
	}
}

// shop is the first of the suite's.
const shop = "shop"

func plantedInBalances() []planted {
	asked := func(change func(q *goodwill.BalanceQuery)) func(s *crooked) {
		return func(s *crooked) {
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				change(&q)
				return s.Store.Balances(ctx, q)
			}
		}
	}
	told := func(change func(b *goodwill.Balance)) func(s *crooked) {
		return func(s *crooked) {
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				got, err := s.Store.Balances(ctx, q)
				for i := range got {
					change(&got[i])
				}
				return got, err
			}
		}
	}
	return []planted{
		{"caps are not looked at", booking(func(e *goodwill.Entry) { e.Cap = money.Amount{} }), []string{
			"balance/never above a cap, pending and posted together", "balance/all caps that are exceeded are named, all accounts or none",
			"balance/an account debited twice in one commit is capped once", "balance/raced, the cap holds and none is lost",
			"commit/nothing of a refused one is left", "commit/a conflict comes first, then keys, then the ledger",
		}},
		{"what is full is over", booking(func(e *goodwill.Entry) {
			if e.Cap.Minor() > 0 {
				e.Cap = money.New(e.Cap.Minor()-1, e.Cap.Currency())
			}
		}), []string{
			"balance/never above a cap, pending and posted together", "balance/an account debited twice in one commit is capped once",
			"balance/currencies never mix", "balance/exact beyond 2^53",
		}},
		{"only the first cap is named", func(s *crooked) {
			s.commit = func(ctx context.Context, c goodwill.Commit) error {
				err := s.Store.Commit(ctx, c)
				var caps *goodwill.CapError
				if errors.As(err, &caps) {
					caps.Over = caps.Over[:1]
				}
				return err
			}
		}, []string{"balance/all caps that are exceeded are named, all accounts or none"}},
		{"a cap of an account binds each entry alone", func(s *crooked) {
			s.commit = func(ctx context.Context, c goodwill.Commit) error {
				err := s.Store.Commit(ctx, c)
				var caps *goodwill.CapError
				if !errors.As(err, &caps) || len(c.Entries) != 2 {
					return err
				}
				for i := range c.Entries {
					c.Entries[i].Cap = money.Amount{}
				}
				return s.Store.Commit(ctx, c)
			}
		}, []string{"balance/an account debited twice in one commit is capped once"}},
		{"a cap binds what is posted", func(s *crooked) {
			s.commit = func(ctx context.Context, c goodwill.Commit) error {
				for _, e := range c.Entries {
					if e.Phase == goodwill.PhasePost && e.Cap.Given() && e.Amount.Minor() > e.Cap.Minor() {
						return &goodwill.CapError{Over: []goodwill.Excess{{Account: e.Debit, Cap: e.Cap, Total: e.Amount}}}
					}
				}
				return s.Store.Commit(ctx, c)
			}
		}, []string{"balance/a cap does not bind what frees or what has happened"}},
		{"what is posted stays pending", booking(func(e *goodwill.Entry) {
			if e.Phase == goodwill.PhasePost {
				e.Phase = goodwill.PhaseDirect
			}
		}), []string{
			"balance/reserved, then posted or voided", "balance/no more is resolved than is pending", "desk/paid once, whatever the payer does",
		}},
		{"neither caps nor balances are looked at", func(s *crooked) {
			booking(func(e *goodwill.Entry) { e.Cap = money.Amount{} })(s)
			blind := s.commit
			s.commit = func(ctx context.Context, c goodwill.Commit) error {
				// the desk's own book of the order is lost, too
				c.Writes = slices.DeleteFunc(slices.Clone(c.Writes), func(w goodwill.Write) bool { return w.Next.Kind == goodwill.RecordOrder })
				return blind(ctx, c)
			}
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				if len(q.Accounts) > 0 {
					return nil, ctx.Err()
				}
				return s.Store.Balances(ctx, q)
			}
		}, []string{"desk/sixteen at one order", "desk/sixteen at one budget"}},
		{"what is voided is posted", booking(func(e *goodwill.Entry) {
			if e.Phase == goodwill.PhaseVoid {
				e.Phase = goodwill.PhasePost
			}
		}), []string{"balance/reserved, then posted or voided", "balance/never above a cap, pending and posted together"}},
		{"what is resolved too often is let go", func(s *crooked) {
			s.commit = func(ctx context.Context, c goodwill.Commit) error {
				if err := s.Store.Commit(ctx, c); !errors.Is(err, goodwill.ErrUnreserved) {
					return err
				}
				return nil
			}
		}, []string{"balance/no more is resolved than is pending", "commit/nothing of a refused one is left"}},
		{"pending is not told", told(func(b *goodwill.Balance) { b.Pending = money.New(0, b.Account.Currency) }), []string{
			"balance/reserved, then posted or voided", "balance/raced, the cap holds and none is lost",
		}},
		{"balances are floats", told(func(b *goodwill.Balance) {
			b.Posted = money.New(int64(float64(b.Posted.Minor())/2)*2, b.Account.Currency)
		}), []string{"balance/exact beyond 2^53"}},
		{"an account without money is not there", func(s *crooked) {
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				got, err := s.Store.Balances(ctx, q)
				return slices.DeleteFunc(got, func(b goodwill.Balance) bool { return b.Pending.Sign() == 0 && b.Posted.Sign() == 0 }), err
			}
		}, []string{"balance/reserved, then posted or voided"}},
		{"all money is euros", told(func(b *goodwill.Balance) { b.Account.Currency = money.EUR }), []string{"balance/currencies never mix"}},
		{"accounts are found by their first letter", func(s *crooked) {
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				if len(q.Accounts) > 0 {
					q.Accounts = append(slices.Clone(q.Accounts), "a|2")
				}
				return s.Store.Balances(ctx, q)
			}
		}, []string{"balance/what is asked for, in order, page by page"}},
		{"a page of balances begins with the last one's end", func(s *crooked) {
			s.balances = func(ctx context.Context, q goodwill.BalanceQuery) ([]goodwill.Balance, error) {
				if q.After != nil {
					q.After = &goodwill.Account{Name: q.After.Name}
				}
				return s.Store.Balances(ctx, q)
			}
		}, []string{"balance/what is asked for, in order, page by page"}},
		{"no limit of balances is no bound", asked(func(q *goodwill.BalanceQuery) {
			if q.Limit <= 0 {
				q.Limit = goodwill.MaxPage
			}
		}), []string{"balance/what is asked for, in order, page by page"}},
		{"one commit in ten loses its entries", func(s *crooked) {
			var mu sync.Mutex
			n := 0
			committing(func(_ *crooked, c *goodwill.Commit) {
				mu.Lock()
				defer mu.Unlock()
				if n++; n%10 == 0 {
					c.Entries = nil
				}
			})(s)
		}, []string{"balance/raced, the cap holds and none is lost"}},
	}
}
