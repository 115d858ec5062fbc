package goodwill_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
)

func ExampleDecider_Decide() {
	policy, err := goodwill.ParsePolicy([]byte(`{
		"id": "house", "version": 1, "currency": "EUR",
		"rules": [{"id": "rude", "causes": ["service"], "ladder": [
			{"id": "voucher", "remedy": "voucher", "share": "10", "cap": "15.00 EUR", "cost": "60", "apology": "regret"}]}],
		"authority": [{"role": "agent", "per_order": "10.00 EUR"}, {"role": "lead", "per_order": "100.00 EUR"}]
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
	in := goodwill.Input{Case: order.Case{
		Order: order.Order{
			ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.InStore,
			Placed: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
			Lines:  []order.Line{{ID: "1", Units: 1, Gross: money.New(12000, money.EUR), Rate: rate}},
		},
		Claim: order.Claim{Cause: order.CauseService},
	}}
	for _, role := range []string{"agent", "lead"} {
		in.Actor = goodwill.Actor{ID: "anna", Roles: []string{role}}
		d, err := decider.Decide(&in, time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC))
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(role, d.Outcome, d.Favour[0].Amount, d.Approver)
		fmt.Println("  ", d.Text().EN)
	}
	// Output:
	// agent needs_approval 12.00 EUR [lead]
	//    We are sorry for the trouble. We are agreeing on this and will come back to you.
	// lead grant 12.00 EUR []
	//    We are sorry for the trouble. As a gesture of goodwill we offer you: voucher, €12.00. This offer stands, without prejudice, until 2 December 2026.
}
