package demo

import (
	"fmt"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// leadDays is how long before the script orders begin, so that its first days
// have something to be about.
const leadDays = 30

// vat is the rate of tax of all that the shop sells, in percent.
const vat = 19

// goods makes what the shop sells.
func (g *generator) goods() {
	for i, p := range []struct {
		name   string
		cents  int64
		traits []order.Trait
	}{
		{"Rucksack „Almspitz 35“", 12990, nil},
		{"Zelt „Waldkauz 2“", 24900, nil},
		{"Wanderschuh „Grat“", 14995, nil},
		{"Regenjacke „Schauer“", 9990, nil},
		{"Schlafsack „Mitternacht“", 11900, nil},
		{"Trinkflasche „Quelle“", 2490, nil},
		{"Stirnlampe „Uhu“", 3990, nil},
		{"Wasserkocher „Dampf“", 5990, nil},
		{"Kaffeemühle „Bohne“", 8490, nil},
		{"Stehlampe „Bogen“", 17900, nil},
		{"Bücherregal „Fichte“", 19900, []order.Trait{order.Bulky, order.SeparateParts}},
		{"Bettwäsche „Leinen“", 6990, nil},
		{"Gartenstuhl „Linde“", 7990, nil},
		{"Gravierte Tasse", 1990, []order.Trait{order.CustomMade}},
		{"Zahnbürstenset", 1490, []order.Trait{order.HygieneSealed}},
	} {
		g.world.Products = append(g.world.Products, Product{
			ID: fmt.Sprintf("p%02d", i+1), Name: p.name, Price: money.New(p.cents, money.EUR), Traits: p.traits,
		})
	}
}

// carrier is who brings parcels; some are late more often than others, in parts
// of the average.
type carrier struct {
	name string
	late float64
}

func carriers() ([]carrier, weights) {
	return []carrier{{"Nordpaket", 0.6}, {"Blitzkurier", 1.9}, {"Postweg", 0.83}}, weights{45, 20, 35}
}

// sales makes the orders, from some weeks before the script on.
func (g *generator) sales() {
	zone := g.calendar.Zone()
	for d := sla.DateOf(g.from, zone).AddDays(-leadDays); !d.At(0, zone).After(g.now); d = d.AddDays(1) {
		for _, at := range g.instants(d, ordersPerDay) {
			g.sale(at)
		}
	}
}

// sale makes one order with its way to the customer.
func (g *generator) sale(at time.Time) {
	n := len(g.world.Orders)
	c := g.world.Customers[g.buyer()]
	rate, _ := money.Percent(vat) // between 0 and 100
	o := Order{Customer: c.Ref, Promised: g.promised(at), Order: order.Order{
		ID: fmt.Sprintf("W-%d", 40000+n), Shop: Shop, Currency: money.EUR, Placed: at.UTC(), Country: "DE",
		Buyer: order.Consumer, Sale: order.Distance,
		Delivery: order.Delivery{Standard: money.New(490, money.EUR), Gross: money.New(490, money.EUR), Rate: rate},
	}}
	total := o.Delivery.Gross
	for i := range 1 + g.draw(weights{70, 22, 8}) {
		p := g.world.Products[g.random.IntN(len(g.world.Products))]
		units := int64(1 + g.draw(weights{88, 12}))
		gross := money.New(p.Price.Minor()*units, money.EUR)
		o.Lines = append(o.Lines, order.Line{
			ID: strconv.Itoa(i + 1), Product: p.ID, Category: p.Name, Units: units, Gross: gross, Rate: rate, Traits: p.Traits,
		})
		total = money.New(total.Minor()+gross.Minor(), money.EUR)
	}
	means := []order.Means{order.Wallet, order.Invoice, order.Card, order.DirectDebit}[g.draw(weights{38, 28, 22, 12})]
	o.Payments = []order.Payment{{ID: fmt.Sprintf("Z-%d", 40000+n), Means: means, State: order.Captured, Amount: total, At: at.UTC()}}
	g.deliver(&o)
	g.world.Orders = append(g.world.Orders, o)
}

// buyer draws a customer; loyal ones buy more.
func (g *generator) buyer() int {
	for {
		n := g.random.IntN(len(g.world.Customers))
		if g.chance(map[Segment]float64{SegmentNew: 0.25, SegmentRegular: 0.6, SegmentLoyal: 1}[g.world.Customers[n].Segment]) {
			return n
		}
	}
}

// promised is the end of the third day after the order.
func (g *generator) promised(placed time.Time) time.Time {
	zone := g.calendar.Zone()
	return sla.DateOf(placed, zone).AddDays(promisedDays+1).At(0, zone).UTC()
}

// deliver sends the order on its way, and says what the law counts from.
func (g *generator) deliver(o *Order) {
	all, w := carriers()
	by := all[g.draw(w)]
	o.Delivery.Carrier = by.name
	zone := g.calendar.Zone()
	placed := sla.DateOf(o.Placed, zone)
	days := 1 + g.draw(weights{30, 45, 25})
	if g.chance(lateShare * by.late) {
		days = promisedDays + 1 + g.random.IntN(6)
	}
	arrived := placed.AddDays(days).At(sla.Clock(9*3600+g.random.IntN(8*3600)), zone).UTC() //nolint:gosec // G115: below a day
	o.Delivered = arrived
	o.Events = append(o.Events,
		order.Event{Kind: statute.ContractConcluded, At: statute.At(o.Placed)},
		order.Event{Kind: statute.InstructionGiven, At: statute.At(o.Placed)},
		order.Event{Kind: statute.Delivered, At: statute.At(arrived)},
		order.Event{Kind: statute.GoodsReceived, At: statute.At(arrived)},
		order.Event{Kind: statute.RiskPassed, At: statute.At(arrived)})
}
