package sqlstore_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kulanz-go/kulanz/examples/sqlstore"
	"github.com/kulanz-go/kulanz/goodwill"
	"github.com/kulanz-go/kulanz/goodwill/goodwilltest"
	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/ticket/tickettest"
)

// till is a desk that grants up to ten euros to whom service has been rude.
type till struct {
	*goodwill.Desk

	store *sqlstore.Store
	clock *tickettest.Clock
}

func newTill(t *testing.T, s *sqlstore.Store) *till {
	t.Helper()
	policy, err := goodwill.ParsePolicy([]byte(`{
		"id": "house", "version": 1, "currency": "EUR",
		"rules": [{"id": "rude", "causes": ["service"], "ladder": [{"id": "part", "remedy": "partial_refund", "share": "10"}]}],
		"authority": [{"role": "lead", "per_order": "100.00 EUR"}],
		"budgets": [{"id": "all", "window": "month", "amount": "500.00 EUR"}]
	}`))
	check(t, err)
	decider, err := goodwill.Compile(policy, nil)
	check(t, err)
	c := &till{store: s, clock: tickettest.NewClock(time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC))}
	c.Desk, err = goodwill.NewDesk(s.Goodwill(), goodwill.Config{
		Now: c.clock.Now, Policies: []*goodwill.Decider{decider}, Payer: new(goodwilltest.Payer), Leads: []string{"lead"},
		Orders: func(_ context.Context, _, id string) (order.Order, error) { return orderOf(t, id), nil },
		Secret: []byte("of this test alone"),
	})
	check(t, err)
	return c
}

func orderOf(t *testing.T, id string) order.Order {
	t.Helper()
	rate, err := money.Percent(19)
	check(t, err)
	return order.Order{
		ID: id, Currency: money.EUR, Country: "DE", Buyer: order.Consumer, Sale: order.InStore,
		Placed:   time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC),
		Lines:    []order.Line{{ID: "1", Units: 1, Gross: money.New(12000, money.EUR), Rate: rate}},
		Payments: []order.Payment{{ID: "card-1", Means: order.Card, State: order.Captured, Amount: money.New(12000, money.EUR)}},
	}
}

func (c *till) boss() goodwill.Actor {
	return goodwill.Actor{ID: "boss", Shop: tickettest.Shop, Roles: []string{"lead"}}
}

// pay gives a customer back a part of an order.
func (c *till) pay(t *testing.T, customer, number string) {
	t.Helper()
	out, err := c.Propose(t.Context(), c.boss(), goodwill.Proposal{Key: "key-" + customer, Accepted: true, Input: goodwill.Input{Case: order.Case{
		Ref: "ticket of " + customer, Order: orderOf(t, number), Claim: order.Claim{Cause: order.CauseService},
		Customer: order.Customer{Ref: customer},
	}}})
	check(t, err)
	g, err := c.Execute(t.Context(), c.boss(), out.Grants[0].Ref())
	check(t, err)
	if g.State != "settled" {
		t.Fatalf("the grant is %s", g.State)
	}
}

// A grant that was paid is an accounting record. Erasure takes the customer out of
// every column at once, and the order when the duty to keep it is over; what the
// ledger adds up to stays.
func TestErasedGrantsNameNobody(t *testing.T) {
	t.Parallel()
	const customer, number, other = "Zwetschgenröster", "Marillenknödel-4711", "Kaiserschmarrn"
	for name, open := range engines() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTill(t, open(t).Store)
			c.pay(t, customer, number)
			c.pay(t, other, "Germknödel-4712")
			before := found(t, c.store, customer)
			if len(before) < 2 {
				t.Errorf("the word is in %v alone, so that its erasure proves little", before)
			}
			export, err := c.Export(t.Context(), c.boss(), customer)
			check(t, err)
			text, err := json.Marshal(export)
			check(t, err)
			if len(export.Grants) != 1 || len(export.Entries) < 2 || !strings.Contains(string(text), number) || strings.Contains(string(text), other) {
				t.Errorf("exported are %d grants and %d entries", len(export.Grants), len(export.Entries))
			}
			erased, err := c.Erase(t.Context(), c.boss(), customer)
			check(t, err)
			if left := found(t, c.store, customer); len(left) > 0 || len(erased.Kept) != 1 {
				t.Errorf("the customer is still in %v; kept are %v", left, erased.Kept)
			}
			if kept := found(t, c.store, number); len(kept) == 0 {
				t.Error("the order is gone before the duty to keep it is over")
			}
			if kept := found(t, c.store, other); len(kept) != len(before) {
				t.Errorf("the other customer is in %v, and was to be in %v", kept, before)
			}
			c.clock.Advance(10 * 366 * 24 * time.Hour)
			res, err := c.Tick(t.Context(), goodwill.TickOptions{})
			check(t, err)
			if left := found(t, c.store, number); len(left) > 0 || len(res.Faults) > 0 {
				t.Errorf("ten years later the order is still in %v: %v", left, res.Faults)
			}
			if n := counts(t, c.store)["kulanz_goodwill_entry"]; n < 4 {
				t.Errorf("%d entries are left of the ledger", n)
			}
		})
	}
}
