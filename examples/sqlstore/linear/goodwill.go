package linear

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

// Goodwill uses a store of goodwill that is fresh and empty, as [Tickets] does with
// one of tickets.
func Goodwill(tb testing.TB, s goodwill.Store, l Load) porcupine.CheckResult {
	tb.Helper()
	return check(tb, grants(s), l)
}

// The accounts of a shop. What the budget is debited with the pool is credited with.
const (
	budget    = "budget"
	pool      = "pool"
	budgetCap = 100
)

func grants(s goodwill.Store) store[goodwill.Record] {
	return store[goodwill.Record]{
		contract: contract{
			reads:  []method{methodSums, methodEntries},
			phases: []phase{reserve, reserve, post, void, direct, back},
			least:  math.MinInt64, most: budgetCap, page: goodwill.MaxPage,
		},
		absent: goodwill.ErrNotFound,
		refusals: map[refusal]error{
			conflict: goodwill.ErrConflict, duplicate: goodwill.ErrDuplicate, full: goodwill.ErrCap, short: goodwill.ErrUnreserved,
		},
		row: func(r goodwill.Record) (uuid.UUID, row) { return r.ID, row{r.Version, string(r.Data)} },
		load: func(ctx context.Context, shop string, id uuid.UUID) (goodwill.Record, error) {
			return s.Load(ctx, goodwill.Ref{Shop: shop, ID: id})
		},
		list: func(ctx context.Context, shop string) ([]goodwill.Record, error) {
			page, err := s.List(ctx, goodwill.Query{Shop: shop, Limit: goodwill.MaxPage})
			return page.Records, err
		},
		claim: func(ctx context.Context, shop string) ([]goodwill.Record, error) {
			return s.Claim(ctx, goodwill.ClaimRequest{Shops: []string{shop}, Now: due(), Lease: lease, Limit: goodwill.MaxPage})
		},
		lookup: func(ctx context.Context, shop string) (uuid.UUID, error) {
			held, err := s.Lookup(ctx, requestKey(shop))
			return held.Ref.ID, err
		},
		commit: func(ctx context.Context, shop string, in input) error { return s.Commit(ctx, grantCommit(shop, in)) },
		sums:   func(ctx context.Context, shop string) (sum, error) { return balances(ctx, s, shop) },
		count: func(ctx context.Context, shop string, _ uuid.UUID) (int64, error) {
			entries, err := s.Entries(ctx, goodwill.EntryQuery{Shop: shop, Account: budget, Limit: goodwill.MaxPage})
			return int64(len(entries)), err
		},
	}
}

func requestKey(shop string) goodwill.Unique {
	return goodwill.Unique{Shop: shop, Kind: goodwill.UniqueRequest}
}

// balances reads both accounts, which must come to nothing at every instant.
func balances(ctx context.Context, s goodwill.Store, shop string) (sum, error) {
	found, err := s.Balances(ctx, goodwill.BalanceQuery{Shop: shop, Accounts: []string{budget, pool}, Limit: goodwill.MaxPage})
	var of, rest sum
	for _, b := range found {
		got := sum{b.Pending.Minor(), b.Posted.Minor()}
		if b.Account.Name == budget {
			of = got
		} else {
			rest = got
		}
	}
	if err == nil && (of.pending+rest.pending != 0 || of.posted+rest.posted != 0) {
		err = errors.New("the accounts do not come to nothing")
	}
	return of, err
}

func grantCommit(shop string, in input) goodwill.Commit {
	c := goodwill.Commit{At: due()}
	for i, ch := range in.change {
		if ch.value != "" {
			c.Writes = append(c.Writes, goodwill.Write{Expect: ch.expect, Next: goodwill.Record{
				Kind: goodwill.RecordGrant, Shop: shop, ID: id(i), Version: ch.expect + 1, State: "reserved",
				Created: due(), Updated: due(), Wake: ch.wake(), Data: []byte(ch.value),
			}})
		}
	}
	if in.release {
		c.Release = []goodwill.Unique{requestKey(shop)}
	}
	if in.take {
		c.Take = []goodwill.Held{{Key: requestKey(shop), Ref: goodwill.Ref{Shop: shop, ID: id(in.record)}}}
	}
	if in.posting.phase != "" {
		c.Entries = []goodwill.Entry{entry(shop, in)}
	}
	return c
}

// entry is the one of a commit; its id is made of what no other commit has.
func entry(shop string, in input) goodwill.Entry {
	e := goodwill.Entry{
		ID: uuid.NewSHA1(uuid.Nil, []byte(shop+in.change[in.record].value)), Shop: shop, Grant: id(in.record), At: due(),
		Phase: goodwill.Phase(in.posting.phase), Debit: budget, Credit: pool, Amount: money.New(in.posting.amount, money.EUR),
	}
	switch in.posting.phase {
	case back:
		e.Phase, e.Debit, e.Credit = goodwill.PhaseDirect, pool, budget
	case reserve, direct:
		e.Cap = money.New(budgetCap, money.EUR)
	case post, void:
	}
	return e
}
