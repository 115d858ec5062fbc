package goodwilltest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
)

const (
	reserve = goodwill.PhaseReserve
	post    = goodwill.PhasePost
	void    = goodwill.PhaseVoid
	direct  = goodwill.PhaseDirect
)

func entryCases() []script {
	return []script{
		{"entry/every field comes back", "an entry that is not as it was booked is no evidence", func(p *probe) {
			full := capped(entry(shopA, 1, reserve, "order|Ü-😀|'; --", "payout|card", 1299), 5000)
			bare := entry(shopA, 2, direct, "b", "a", 1)
			full.At = full.At.In(time.FixedZone("", 5*3600+1800))
			p.commit(posting(commitOf(record(shopA, 1)), bare, full))
			p.entries("both", goodwill.EntryQuery{Shop: shopA, Limit: 9}, full, bare)
		}},
		{"entry/by grant, by account, page by page", "an audit that does not see an entry finds nothing", caseEntryQueries},
		{"entry/no limit, no entries", "a query that forgot its limit must not read a year", func(p *probe) {
			p.commit(posting(commitOf(record(shopA, 1)), entry(shopA, 1, direct, "a", "b", 1)))
			for _, limit := range []int{0, -1} {
				p.entries("no limit", goodwill.EntryQuery{Shop: shopA, Limit: limit})
			}
		}},
		{"entry/shops are apart", "one shop's books are none of another's business", func(p *probe) {
			for n, shop := range []string{shopA, shopB, shopC} {
				e := capped(entry(shop, 1, reserve, "a", "b", int64(n+1)), int64(n+1))
				e.ID = [16]byte{15: 1}
				p.commit(posting(commitOf(record(shop, 1)), e))
				p.entries("of the shop", goodwill.EntryQuery{Shop: shop, Limit: 9}, e)
				p.balances("of the shop", shop, balance("a", int64(n+1), 0), balance("b", int64(-n-1), 0))
			}
		}},
	}
}

func caseEntryQueries(p *probe) {
	var all []goodwill.Entry
	for n := range 12 {
		e := entry(shopA, n/3, direct, []string{"a", "A", "a|1"}[n%3], []string{"x", "y"}[n%2], int64(n+1))
		e.ID = entry(shopA, (n*5)%12, direct, "", "", 0).ID // added out of order
		p.commit(posting(commitOf(record(shopA, n)), e))
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b goodwill.Entry) int { return strings.Compare(string(a.ID[:]), string(b.ID[:])) })
	for _, q := range []goodwill.EntryQuery{
		{},
		{Grant: record(shopA, 2).ID},
		{Account: "a"},
		{Account: "x"},
		{Account: "none"},
		{Account: "A", Grant: record(shopA, 1).ID},
	} {
		q.Shop = shopA
		var want []goodwill.Entry
		for i := range all {
			if q.Wants(&all[i]) {
				want = append(want, all[i])
			}
		}
		for _, size := range []int{1, 4, goodwill.MaxPage} {
			got := p.allEntries(q, size)
			p.check(slices.EqualFunc(got, want, sameEntry), "query %+v, pages of %d: %d entries, want %d", q, size, len(got), len(want))
		}
	}
}

// allEntries reads entries to their end in pages of a size.
func (p *probe) allEntries(q goodwill.EntryQuery, size int) []goodwill.Entry {
	var all []goodwill.Entry
	q.Limit = size
	for range 1000 {
		if p.err != nil {
			return nil
		}
		got, err := p.store.Entries(p.ctx, q)
		p.noError("Entries", err)
		p.check(len(got) <= size, "a page of %d holds %d", size, len(got))
		all = append(all, got...)
		if len(got) < size {
			return all
		}
		q.After = got[len(got)-1].ID
	}
	p.check(false, "Entries does not end")
	return all
}

func balanceCases() []script {
	return []script{
		{"balance/reserved, then posted or voided", "what is promised has to count before it is paid, and once", func(p *probe) {
			r := record(shopA, 1)
			p.commit(posting(commitOf(r), entry(shopA, 1, reserve, "a", "b", 700), entry(shopA, 2, reserve, "a", "b", 300)))
			p.balances("reserved", shopA, balance("a", 1000, 0), balance("b", -1000, 0))
			r = next(r)
			p.commit(posting(commitOf(r), entry(shopA, 3, post, "a", "b", 700)))
			p.balances("posted", shopA, balance("a", 300, 700), balance("b", -300, -700))
			r = next(r)
			p.commit(posting(commitOf(r), entry(shopA, 4, void, "a", "b", 300)))
			p.balances("voided", shopA, balance("a", 0, 700), balance("b", 0, -700))
			r = next(r)
			p.commit(posting(commitOf(r), entry(shopA, 5, direct, "b", "a", 700)))
			p.balances("reversed: back to nothing, and still there", shopA, balance("a", 0, 0), balance("b", 0, 0))
		}},
		{"balance/no more is resolved than is pending", "a reservation that is resolved twice gives money away", func(p *probe) {
			r := record(shopA, 1)
			p.commit(posting(commitOf(r), entry(shopA, 1, reserve, "a", "b", 700), entry(shopA, 2, direct, "a", "b", 50)))
			for _, e := range []goodwill.Entry{
				entry(shopA, 3, post, "a", "b", 701), entry(shopA, 3, void, "a", "b", 701), entry(shopA, 3, post, "c", "b", 1),
			} {
				p.refused(goodwill.ErrUnreserved, posting(commitOf(next(r)), e))
			}
			p.balances("as before", shopA, balance("a", 700, 50), balance("b", -700, -50))
		}},
		{"balance/never above a cap, pending and posted together", "a budget that is exceeded is no budget", caseCaps},
		{"balance/all caps that are exceeded are named, all accounts or none", "an agent who is told one limit at a time tries ten times", caseAllCaps},
		{"balance/a cap does not bind what frees or what has happened", "a refund that was paid has to be booked, whatever the budget is now", func(p *probe) {
			r := record(shopA, 1)
			p.commit(posting(commitOf(r), entry(shopA, 1, reserve, "a", "b", 700)))
			r = next(r)
			p.commit(posting(commitOf(r), capped(entry(shopA, 2, post, "a", "b", 400), 100), capped(entry(shopA, 3, void, "a", "b", 300), 100)))
			p.balances("resolved", shopA, balance("a", 0, 400), balance("b", 0, -400))
		}},
		{"balance/an account debited twice in one commit is capped once", "two halves of a grant must not each fit alone", func(p *probe) {
			two := func(most int64) goodwill.Commit {
				return posting(commitOf(record(shopA, 1)),
					capped(entry(shopA, 1, reserve, "a", "b", 60), most), capped(entry(shopA, 2, reserve, "a", "c", 60), most))
			}
			p.over(two(119), goodwill.Excess{Account: "a", Cap: amount(119), Total: amount(120)})
			p.commit(two(120))
			p.balances("both", shopA, balance("a", 120, 0), balance("b", -60, 0), balance("c", -60, 0))
		}},
		{"balance/currencies never mix", "100 yen are not 1 euro", func(p *probe) {
			yen := capped(entry(shopA, 2, reserve, "a", "b", 0), 0)
			yen.Amount, yen.Cap = money.New(150, money.JPY), money.New(150, money.JPY)
			p.commit(posting(commitOf(record(shopA, 1)), capped(entry(shopA, 1, reserve, "a", "b", 100), 100), yen))
			minus := goodwill.Balance{Account: goodwill.Account{Name: "b", Currency: money.JPY}, Pending: money.New(-150, money.JPY), Posted: money.New(0, money.JPY)}
			plus := goodwill.Balance{Account: goodwill.Account{Name: "a", Currency: money.JPY}, Pending: money.New(150, money.JPY), Posted: money.New(0, money.JPY)}
			p.balances("apart", shopA, balance("a", 100, 0), plus, balance("b", -100, 0), minus)
		}},
		{"balance/exact beyond 2^53", "an account kept in a float loses cents", func(p *probe) {
			const huge = math.MaxInt64 - 2
			p.commit(posting(commitOf(record(shopA, 1)), entry(shopA, 1, direct, "a", "b", huge)))
			p.commit(posting(commitOf(record(shopA, 2)), capped(entry(shopA, 2, reserve, "a", "b", 1), math.MaxInt64-1)))
			p.balances("large", shopA, balance("a", 1, huge), balance("b", -1, -huge))
			p.refused(money.ErrOverflow, posting(commitOf(record(shopA, 3)), entry(shopA, 3, direct, "a", "c", 3)))
		}},
		{"balance/what is asked for, in order, page by page", "a trial balance with a hole never comes to nothing", caseBalanceQueries},
		{"balance/raced, the cap holds and none is lost", "sixteen agents share one budget", caseRacedCap},
	}
}

func caseCaps(p *probe) {
	book := func(n int, phase goodwill.Phase, minor, most int64) goodwill.Commit {
		return posting(commitOf(record(shopA, n)), capped(entry(shopA, n, phase, "budget", "pool", minor), most))
	}
	p.commit(book(1, reserve, 600, 1000))
	p.over(book(2, reserve, 401, 1000), goodwill.Excess{Account: "budget", Cap: amount(1000), Total: amount(1001)})
	p.commit(book(2, direct, 300, 1000))
	p.over(book(3, direct, 101, 1000), goodwill.Excess{Account: "budget", Cap: amount(1000), Total: amount(1001)})
	p.commit(book(3, reserve, 100, 1000))
	p.over(book(4, reserve, 1, 1000), goodwill.Excess{Account: "budget", Cap: amount(1000), Total: amount(1001)})
	p.over(book(4, reserve, 1, 0), goodwill.Excess{Account: "budget", Cap: amount(0), Total: amount(1001)})
	p.commit(posting(commitOf(record(shopA, 40)), entry(shopA, 40, void, "budget", "pool", 100)))
	p.commit(book(5, reserve, 100, 1000))
	p.commit(posting(commitOf(record(shopA, 6)), entry(shopA, 6, direct, "pool", "budget", 300)))
	p.commit(book(7, reserve, 300, 1000))
	p.balances("full", shopA, balance("budget", 1000, 0), balance("pool", -1000, 0))
}

func caseAllCaps(p *probe) {
	p.commit(posting(commitOf(record(shopA, 1)), entry(shopA, 1, direct, "month", "pool", 90)))
	c := posting(
		commitOf(record(shopA, 2)),
		capped(entry(shopA, 2, reserve, "order", "pool", 20), 20),
		capped(entry(shopA, 3, reserve, "month", "pool", 20), 100),
		capped(entry(shopA, 4, reserve, "day", "pool", 20), 19),
		entry(shopA, 5, reserve, "free", "pool", 20),
	)
	p.over(c, goodwill.Excess{Account: "month", Cap: amount(100), Total: amount(110)}, goodwill.Excess{Account: "day", Cap: amount(19), Total: amount(20)})
	p.absent(record(shopA, 2).Ref())
	p.balances("none", shopA, balance("month", 0, 90), balance("pool", 0, -90))
	p.entries("none", goodwill.EntryQuery{Shop: shopA, Limit: 9}, entry(shopA, 1, direct, "month", "pool", 90))
}

func caseBalanceQueries(p *probe) {
	var want []goodwill.Balance
	var sum int64
	names := []string{"A", "a", "a|2", "a|10", "ä", "z"}
	slices.Sort(names)
	for n, name := range names {
		p.commit(posting(commitOf(record(shopA, n)), entry(shopA, n, direct, name, "|pool", int64(n+1))))
		want = append(want, balance(name, 0, int64(n+1)))
		sum += int64(n + 1)
	}
	want = append(want, balance("|pool", 0, -sum))
	slices.SortFunc(want, func(a, b goodwill.Balance) int { return a.Account.Compare(b.Account) })
	for _, size := range []int{1, 3, goodwill.MaxPage} {
		got := p.allBalances(goodwill.BalanceQuery{Shop: shopA}, size)
		p.check(slices.Equal(got, want), "all, pages of %d: %v, want %v", size, got, want)
		some := p.allBalances(goodwill.BalanceQuery{Shop: shopA, Accounts: []string{"z", "a", "none", "a"}}, size)
		p.check(slices.Equal(some, []goodwill.Balance{balance("a", 0, 2), balance("z", 0, 5)}), "two, pages of %d: %v", size, some)
	}
	for _, limit := range []int{0, -1} {
		got := p.balancesOf(goodwill.BalanceQuery{Shop: shopA, Limit: limit})
		p.check(len(got) == 0, "limit %d: %d balances", limit, len(got))
	}
}

// allBalances reads balances to their end in pages of a size.
func (p *probe) allBalances(q goodwill.BalanceQuery, size int) []goodwill.Balance {
	var all []goodwill.Balance
	q.Limit = size
	for range 1000 {
		got := p.balancesOf(q)
		p.check(len(got) <= size, "a page of %d holds %d", size, len(got))
		all = append(all, got...)
		if len(got) < size {
			return all
		}
		q.After = &got[len(got)-1].Account
	}
	p.check(false, "Balances does not end")
	return all
}

// caseRacedCap lets sixteen agents reserve from one budget that is enough for
// ten, over accounts that they touch in all orders.
func caseRacedCap(p *probe) {
	if p.err != nil {
		return
	}
	const agents, enough = 16, 10
	errs := rivals.Together(agents, func(i int) error {
		own := "agent|" + strconv.Itoa((i*7)%agents)
		return p.insist(posting(
			commitOf(record(shopA, i)),
			entry(shopA, 2*i, reserve, own, "pool", 25), capped(entry(shopA, 2*i+1, reserve, "budget", "pool", 25), 25*enough+24),
		))
	})
	p.check(rivals.Count(errs, nil) == enough && rivals.Count(errs, goodwill.ErrCap) == agents-enough, "%d of 16 fit: %v", rivals.Count(errs, nil), errs)
	var total money.Amount
	for _, b := range p.balancesOf(goodwill.BalanceQuery{Shop: shopA, Limit: goodwill.MaxPage}) {
		if b.Account.Name == "budget" {
			total = b.Pending
		}
	}
	p.check(total == amount(25*enough), "the budget stands at %v", total)
	n := len(p.allEntries(goodwill.EntryQuery{Shop: shopA}, goodwill.MaxPage))
	p.check(n == 2*enough, "%d entries, want %d", n, 2*enough)
}
