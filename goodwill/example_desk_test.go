package goodwill_test

import (
	"context"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwillmem"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

// A favour above an agent's limit is proposed, another person agrees, and it is
// paid once, though the payment service gives no answer at first.
func ExampleDesk() {
	policy, err := goodwill.ParsePolicy([]byte(`{
		"id": "house", "version": 1, "currency": "EUR",
		"rules": [{"id": "rude", "causes": ["service"], "ladder": [{"id": "part", "remedy": "partial_refund", "share": "10"}]}],
		"authority": [{"role": "agent", "per_order": "10.00 EUR"}, {"role": "lead", "per_order": "100.00 EUR"}],
		"budgets": [{"id": "all", "window": "month", "amount": "500.00 EUR"}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	decider, err := goodwill.Compile(policy, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	rate, _ := money.Percent(19)
	o := order.Order{
		ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.InStore,
		Placed:   time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Lines:    []order.Line{{ID: "1", Units: 1, Gross: money.New(12000, money.EUR), Rate: rate}},
		Payments: []order.Payment{{ID: "card-1", Means: order.Card, State: order.Captured, Amount: money.New(12000, money.EUR)}},
	}
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	payer := new(goodwilltest.Payer) // the host's payment service
	payer.Plan(goodwilltest.PayerSilent)
	desk, err := goodwill.NewDesk(new(goodwillmem.Store), goodwill.Config{
		Now:      func() time.Time { return now },
		Policies: []*goodwill.Decider{decider},
		Orders:   func(context.Context, string, string) (order.Order, error) { return o, nil },
		Payer:    payer,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	anna := goodwill.Actor{ID: "anna", Shop: "lamps", Roles: []string{"agent"}}
	lea := goodwill.Actor{ID: "lea", Shop: "lamps", Roles: []string{"lead"}}

	out, err := desk.Propose(ctx, anna, goodwill.Proposal{Key: "ticket-7", Input: goodwill.Input{
		Case: order.Case{Order: o, Claim: order.Claim{Cause: order.CauseService}},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	g := out.Grants[0]
	fmt.Println(g.State, g.Amount, g.Approvers)
	if g, err = desk.Approve(ctx, lea, g.Ref()); err == nil {
		fmt.Println(g.State, g.Text().EN)
		g, err = desk.Execute(ctx, anna, g.Ref())
	}
	fmt.Println(g.State, err)
	now = now.Add(5 * time.Minute)
	_, err = desk.Tick(ctx, goodwill.TickOptions{})
	g, _ = desk.Get(ctx, anna, g.Ref())
	fmt.Println(g.State, err, "paid", len(payer.Paid()), "time")
	budgets, err := desk.Budgets(ctx, anna, "house")
	fmt.Println(budgets[0].Account, budgets[0].Balance.Posted, "of", budgets[0].Budget.Amount, err)
	// Output:
	// proposed 12.00 EUR [lead]
	// approved As a gesture of goodwill we offer you: partial refund, €12.00.
	// unknown <nil>
	// settled <nil> paid 1 time
	// budget|all|2026-11-01 12.00 EUR of 500.00 EUR <nil>
}
