package statute_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

func ExampleStatute_Deadline() {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		fmt.Println(err)
		return
	}
	hamburg, err := holiday.Germany(holiday.HH)
	if err != nil {
		fmt.Println(err)
		return
	}
	withdrawal, _ := statute.Builtin().Get("de.withdrawal.goods")
	received := time.Date(2026, time.December, 11, 16, 20, 0, 0, berlin)

	d, err := withdrawal.Deadline(statute.Events{statute.GoodsReceived: {statute.At(received)}}, hamburg, berlin)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.RawEnd, d.LastDay, d.Shifted, d.Certainty, d.InForce)
	for _, step := range d.Trace {
		fmt.Println("-", step.Text().EN)
	}
	fmt.Println(d.InTime(time.Date(2026, time.December, 28, 22, 59, 59, 0, time.UTC)))
	// Output:
	// 2026-12-25 2026-12-28 true statute true
	// - goods received on 11 December 2026; the day itself is not counted
	// - plus 14 days: 25 December 2026
	// - Christmas Day, 25 December 2026: on to the next day
	// - Saturday, 26 December 2026: on to the next day
	// - Sunday, 27 December 2026: on to the next day
	// - last day: Monday, 28 December 2026, until 24:00
	// true
}

// A refund may be withheld until the goods are back; the trace says so.
func ExampleStatute_Deadline_notDue() {
	refund, _ := statute.Builtin().Get("de.withdrawal.refund.hold")
	d, err := refund.Deadline(statute.Events{
		statute.WithdrawalReceived: {statute.On(sla.Date{Year: 2026, Month: 11, Day: 2})},
	}, holiday.Common(), time.UTC)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Due(), d.Absent)
	fmt.Println(d.Trace[len(d.Trace)-1].Text().DE)
	// Output:
	// false [pickup_offered goods_returned dispatch_proof]
	// noch nicht fällig: Ware weder zurück noch nachweislich abgesandt
}

// A host overrides a built-in statute and adds one of its own.
func ExampleSet_With() {
	own, err := statute.Parse([]byte(`{"statutes": [
		{"id": "shop.return", "kind": "simple", "trigger": "goods_received", "period": [[100, "day"]],
		 "shift": "none", "source": "terms of the shop, section 7", "certainty": "settled"},
		{"id": "de.sale.delivery", "kind": "simple", "trigger": "contract_concluded", "period": [[2, "week"]],
		 "shift": "end_next_working_day", "source": "terms of the shop, section 4", "certainty": "settled"}
	]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	set := statute.Builtin().With(own)
	delivery, _ := set.Get("de.sale.delivery")
	fmt.Println(set.Len(), delivery.Periods, delivery.Source)
	// Output:
	// 34 [2 weeks] terms of the shop, section 4
}

func ExampleParse() {
	_, err := statute.Parse([]byte(`{"statutes": [{"id": "x", "Kind": "simple", "trigger": "e", "period": [[0, "day"]], "shift": "none"}]}`))
	fmt.Println(err)
	// Output:
	// sla: statutes[0].Kind: "\"simple\"" is no field that is known here; names are in lower case
	// sla: statutes[0].kind: "" is no kind of count
	// sla: statutes[0].certainty: "" is none of "statute", "settled", "disputed", "unverified"
	// sla: statutes[0].period[0]: "0 days" lies outside 1 to 10000
}
