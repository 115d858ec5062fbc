package rights_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func ExampleLaw_Entitlements() {
	law, err := rights.New(rights.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	november := func(day int) statute.Moment { return statute.On(sla.Date{Year: 2026, Month: time.November, Day: day}) }
	rate, _ := money.Percent(19)
	c := order.Case{
		Order: order.Order{
			ID: "4711", Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.Distance,
			Lines: []order.Line{{ID: "1", Units: 1, Gross: money.New(4999, money.EUR), Rate: rate}},
			Events: []order.Event{
				{Kind: statute.ContractConcluded, At: november(2)},
				{Kind: statute.InstructionGiven, At: november(2)},
				{Kind: statute.GoodsReceived, At: november(7)}, // a Saturday; the 21st is another
			},
		},
		Claim: order.Claim{Cause: order.CauseChangeOfMind, Wish: order.WishWithdraw},
	}
	for _, day := range []int{23, 24} {
		report, err := law.Entitlements(&c, time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC))
		if err != nil {
			fmt.Println(err)
			return
		}
		e, _ := report.Find(rights.Withdrawal, "1")
		until, _ := e.Period(rights.ActWithdraw)
		fmt.Println(day, e.Status, e.Amount, "until", until.Deadline.LastDay)
		for _, r := range e.Reasons {
			fmt.Println("  ", r.Text().EN)
		}
	}
	// Output:
	// 23 due 49.99 EUR until 2026-11-23
	//    The claim itself counts as a withdrawal of today.
	//    The refund may wait until the goods are back or proved sent.
	// 24 expired no amount until 2026-11-23
	//    The period for withdrawal was over.
}
