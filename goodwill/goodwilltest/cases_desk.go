package goodwilltest

import (
	"context"
	"crypto/sha256"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/kulanz-go/kulanz/internal/rivals"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

func deskCases() []script {
	return []script{
		{"desk/paid once, whatever the payer does", "a customer who is paid twice does not tell", casePaidOnce},
		{"desk/sixteen at one order", "what was paid is all that can go back, to the cent", caseOneOrder},
		{"desk/sixteen at one budget", "a budget that concurrent agents go past is none", caseOneBudget},
		{"desk/a commit of unknown outcome", "the line breaks before or after the commit: one grant, one payment", caseUnknownOutcome},
	}
}

// house is a desk over the store of a probe.
type house struct {
	*goodwill.Desk

	payer *Payer
	mu    sync.Mutex
	clock time.Time
	drawn uint64
}

// agent may grant anything.
func agent() goodwill.Actor { return goodwill.Actor{ID: "anna", Shop: shopA, Roles: []string{"agent"}} }

func (p *probe) house(store goodwill.Store, budget int64) *house {
	if p.err != nil {
		return nil
	}
	limit := amount(budget)
	share, err := money.Percent(10)
	p.noError("Percent", err)
	decider, err := goodwill.Compile(goodwill.Policy{
		ID: "house", Version: 1, Currency: money.EUR,
		Rules:     []goodwill.Rule{{ID: "any", Ladder: []goodwill.Offer{{ID: "part", Remedy: goodwill.PartialRefund, Share: share}}}},
		Authority: []goodwill.Limit{{Role: "agent"}},
		Budgets:   []goodwill.Budget{{ID: "all", Window: goodwill.Monthly, Amount: limit}},
	}, nil)
	p.noError("Compile", err)
	h := &house{payer: new(Payer), clock: time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC)}
	h.Desk, err = goodwill.NewDesk(store, goodwill.Config{
		Now: h.now, Policies: []*goodwill.Decider{decider}, Payer: h.payer, Random: h,
		Orders: func(_ context.Context, _, id string) (order.Order, error) { return orderOf(id), nil },
	})
	p.noError("NewDesk", err)
	return h
}

func (h *house) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

// Read draws what looks random and is the same in every run.
func (h *house) Read(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := 0; i < len(b); {
		h.drawn++
		sum := sha256.Sum256([]byte(strconv.FormatUint(h.drawn, 10)))
		i += copy(b[i:], sum[:])
	}
	return len(b), nil
}

// orderOf is an order of one thing for 30.00.
func orderOf(id string) order.Order {
	rate, err := money.Percent(19)
	if err != nil {
		panic(err) // a mistake of this package
	}
	return order.Order{
		ID: id, Shop: shopA, Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.InStore,
		Placed:   time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Lines:    []order.Line{{ID: "1", Units: 1, Gross: amount(3000), Rate: rate}},
		Payments: []order.Payment{{ID: "p", Means: order.Card, State: order.Captured, Amount: amount(3000)}},
	}
}

// propose wants one grant of 3.00 in an order.
func (p *probe) propose(h *house, id, key string) goodwill.Grant {
	if p.err != nil {
		return goodwill.Grant{}
	}
	out, err := h.Propose(p.ctx, agent(), goodwill.Proposal{Key: key, Input: goodwill.Input{
		Case: order.Case{Order: orderOf(id), Claim: order.Claim{Cause: order.CauseService}, Customer: order.Customer{Ref: "c"}},
	}})
	p.noError("Propose", err)
	p.check(len(out.Grants) == 1, "a proposal made %d grants", len(out.Grants))
	if p.err != nil {
		return goodwill.Grant{}
	}
	return out.Grants[0]
}

// tick lets time go by, and works.
func (p *probe) tick(h *house) {
	for range 4 {
		if p.err != nil {
			return
		}
		h.mu.Lock()
		h.clock = h.clock.Add(10 * time.Minute)
		h.mu.Unlock()
		res, err := h.Tick(p.ctx, goodwill.TickOptions{})
		p.noError("Tick", err)
		for _, f := range res.Faults {
			p.noError("a worker", f.Err)
		}
	}
}

// sound wants a ledger that comes to nothing, and these balances of some
// accounts.
func (p *probe) sound(want map[string][2]int64) {
	var all int64
	found := map[string][2]int64{}
	for _, b := range p.balancesOf(goodwill.BalanceQuery{Shop: shopA, Limit: goodwill.MaxPage}) {
		all += b.Pending.Minor() + b.Posted.Minor()
		found[b.Account.Name] = [2]int64{b.Pending.Minor(), b.Posted.Minor()}
	}
	p.check(all == 0, "all accounts come to %d", all)
	for name, w := range want {
		p.check(found[name] == w, "%s stands at %v, want %v", name, found[name], w)
	}
}

const allBudget = "budget|all|2026-11-01"

func casePaidOnce(p *probe) {
	for i, conduct := range []Conduct{PayerPrompt, PayerSilent, PayerLost, PayerLate, PayerTwice, PayerPend, PayerPanic} {
		h := p.house(p.store, 100_000)
		if p.err != nil {
			return
		}
		h.drawn = uint64(i+1) << 32
		h.payer.Plan(conduct)
		g := p.propose(h, "order-"+string(conduct), "")
		_, err := h.Execute(p.ctx, agent(), g.Ref())
		p.noError("Execute", err)
		p.tick(h)
		h.payer.Arrive()
		p.tick(h)
		n := len(h.payer.Paid())
		p.check(n == 1, "%q: paid %d times", conduct, n)
		p.sound(map[string][2]int64{allBudget: {0, int64(300 * (i + 1))}})
	}
}

// executeAll executes grants at once, and counts those that fit.
func (p *probe) executeAll(h *house, grants []goodwill.Grant) int {
	if p.err != nil {
		return 0
	}
	errs := rivals.Together(len(grants), func(i int) error {
		var err error
		for range 20 { // a store may find that it cannot serialize so many
			if _, err = h.Execute(p.ctx, agent(), grants[i].Ref()); !errors.Is(err, goodwill.ErrConflict) {
				return err
			}
		}
		return err
	})
	for _, err := range errs {
		if err != nil && !errors.Is(err, goodwill.ErrCap) && !errors.Is(err, goodwill.ErrRefused) {
			p.noError("Execute", err)
		}
	}
	return rivals.Count(errs, nil)
}

func caseOneOrder(p *probe) {
	h := p.house(p.store, 100_000)
	grants := make([]goodwill.Grant, 16)
	for i := range grants {
		grants[i] = p.propose(h, "one", "")
	}
	n := p.executeAll(h, grants)
	p.check(n == 10, "%d times 3.00 went back of 30.00", n)
	if p.err == nil {
		p.check(len(h.payer.Paid()) == 10, "the payer paid %d times", len(h.payer.Paid()))
	}
	p.sound(map[string][2]int64{allBudget: {0, 3000}})
}

func caseOneBudget(p *probe) {
	h := p.house(p.store, 2000)
	grants := make([]goodwill.Grant, 16)
	for i := range grants {
		grants[i] = p.propose(h, "order-"+strconv.Itoa(i), "")
	}
	n := p.executeAll(h, grants)
	p.check(n == 6, "%d times 3.00 came out of a budget of 20.00", n)
	p.sound(map[string][2]int64{allBudget: {0, 1800}})
}

func caseUnknownOutcome(p *probe) {
	for i, when := range []When{Before, After} {
		for call := range 4 {
			faults := NewFaultStore(p.store, Fault{Method: MethodCommit, Call: call + 1, When: when})
			h := p.house(faults, 100_000)
			if p.err != nil {
				return
			}
			h.drawn = uint64(4*i+call+1) << 32
			id := "order-" + strconv.Itoa(4*i+call)
			g := p.propose(h, id, "key-"+id)
			again := p.propose(h, id, "key-"+id)
			p.check(g.ID == again.ID, "one key made two grants")
			_, err := h.Execute(p.ctx, agent(), g.Ref())
			p.noError("Execute", err)
			p.tick(h)
			if p.err == nil {
				p.check(len(h.payer.Paid()) == 1, "call %d, %s: paid %d times", call, when, len(h.payer.Paid()))
			}
			p.sound(map[string][2]int64{allBudget: {0, int64(300 * (4*i + call + 1))}})
		}
	}
}
