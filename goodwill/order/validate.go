package order

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// Limits of what is believed.
const (
	maxLines  = 10_000
	maxEvents = 100_000
	maxUnits  = 1_000_000_000
)

// check collects everything that is wrong with an order or a case.
type check struct {
	faults   sla.Faults
	currency money.Currency
	lines    map[string]int64 // units by id

	// blind is set for a first look, which only finds whether anything is wrong:
	// paths stay empty, so that nothing is put together for what is valid.
	blind bool
}

// look checks something at first without paths, and again with them where
// anything is wrong.
func look(all func(c *check)) error {
	c := &check{blind: true}
	if all(c); len(c.faults) == 0 {
		return nil
	}
	c = &check{}
	all(c)
	return c.err()
}

func (c *check) add(path, value, reason string) {
	c.faults = append(c.faults, &sla.Fault{Path: path, Value: value, Reason: reason})
}

func (c *check) err() error {
	if len(c.faults) == 0 {
		return nil
	}
	return c.faults
}

func (c *check) at(path string, i int) string {
	if c.blind {
		return ""
	}
	return path + "[" + strconv.Itoa(i) + "]"
}

// oneOf wants a member of a closed set.
func oneOf[T ~string](c *check, path string, v T, known ...T) {
	if !slices.Contains(known, v) {
		c.add(path, string(v), fmt.Sprintf("is none of %q", slices.Clone(known))) // so that known need not leave the stack
	}
}

// amount wants an amount in the order's currency, not below 0.
func (c *check) amount(path string, a money.Amount) {
	switch {
	case !a.Given():
		c.add(path, "", "is missing")
	case a.Currency() != c.currency:
		c.add(path, a.String(), "is not in the order's currency, "+c.currency.String())
	case a.Sign() < 0:
		c.add(path, a.String(), "is below 0")
	}
}

func (c *check) optional(path string, a money.Amount) {
	if a.Given() {
		c.amount(path, a)
	}
}

// unique wants ids that are given, and each once.
func (c *check) unique(path, id string, seen map[string]bool) {
	switch {
	case id == "":
		c.add(path, "", "is missing")
	case seen[id]:
		c.add(path, id, "is given twice")
	}
	seen[id] = true
}

// Validate returns nil or [sla.Faults]: everything in the order that cannot be
// used, with paths like "lines[2].gross".
func (o *Order) Validate() error {
	return look(func(c *check) { c.order("", o) })
}

func (c *check) order(root string, o *Order) {
	before := len(c.faults)
	c.currency, c.lines = o.Currency, make(map[string]int64, len(o.Lines)+1)
	if o.ID == "" {
		c.add(root+"id", "", "is missing")
	}
	if !o.Currency.Valid() {
		c.add(root+"currency", o.Currency.String(), "is no currency of ISO 4217")
	}
	if o.Country != "" && (len(o.Country) != 2 || strings.ToUpper(o.Country) != o.Country) {
		c.add(root+"country", o.Country, "is no code of two capital letters, as of ISO 3166")
	}
	oneOf(c, root+"buyer", o.Buyer, "", Consumer, Business)
	oneOf(c, root+"sale", o.Sale, "", Distance, OffPremises, InStore)
	if n := len(o.Lines); n == 0 || n > maxLines {
		c.add(root+"lines", strconv.Itoa(n)+" lines", "is not from 1 to "+strconv.Itoa(maxLines))
		return
	}
	seen := map[string]bool{DeliveryLine: true}
	for i := range o.Lines {
		c.line(c.at(root+"lines", i), &o.Lines[i], seen)
	}
	c.delivery(root+"delivery", &o.Delivery)
	c.lines[DeliveryLine] = 0
	c.payments(root+"payments", o.Payments)
	c.refunds(root+"refunds", o)
	c.events(root+"events", o.Events)
	if len(c.faults) > before {
		return
	}
	if _, err := o.open(); err != nil { // what only shows when all is put together
		c.faults = append(c.faults, under(root, err)...)
	}
}

// under puts faults below the root.
func under(root string, err error) sla.Faults {
	faults, ok := err.(sla.Faults) //nolint:errorlint // made by open, never wrapped
	if !ok {
		return sla.Faults{{Path: root + "lines", Value: "", Reason: "cannot be added up: " + err.Error()}}
	}
	for _, f := range faults {
		f.Path = root + f.Path
	}
	return faults
}

func (c *check) line(path string, l *Line, seen map[string]bool) {
	c.unique(path+".id", l.ID, seen)
	c.lines[l.ID] = l.Units
	if l.Units < 1 || l.Units > maxUnits {
		c.add(path+".units", strconv.FormatInt(l.Units, 10), "is not from 1 to "+strconv.Itoa(maxUnits))
	}
	c.amount(path+".gross", l.Gross)
	c.charged(path, l.Discounts, l.Tax, l.Rate)
	if !l.Rate.Given() {
		c.add(path+".rate", "", "is missing; 0 is a rate, too")
	}
	oneOf(c, path+".kind", l.Kind, "", Goods, DigitalGoods, DigitalContent, DigitalService, Service)
	for i, t := range l.Traits {
		oneOf(c, c.at(path+".traits", i), t,
			CustomMade, Perishable, HygieneSealed, Mixable, FuturesAlcohol, SealedMedia, Periodical, MarketPrice, DatedLeisure,
			Auction, UrgentRepair, Betting, Notarised, Used, LiveAnimal, Subscription, SeparateParts, ForConstruction, Bulky)
	}
	for i, g := range l.Guarantees {
		p := c.at(path+".guarantees", i)
		oneOf(c, p+".by", g.By, BySeller, ByManufacturer)
		if g.Period.N < 1 || !slices.Contains([]sla.Unit{sla.UnitDay, sla.UnitWeek, sla.UnitMonth, sla.UnitYear}, g.Period.Unit) || g.Period.N > 36_525 {
			c.add(p+".period", g.Period.String(), "is no number of days, weeks, months or years")
		}
	}
}

// charged checks what lines and delivery have in common.
func (c *check) charged(path string, discounts []Discount, tax money.Amount, rate money.Rate) {
	for i, d := range discounts {
		p := c.at(path+".discounts", i) + ".amount"
		c.amount(p, d.Amount)
		if d.Amount.Given() && d.Amount.Sign() == 0 {
			c.add(p, d.Amount.String(), "is not above 0")
		}
	}
	c.optional(path+".tax", tax)
	if rate.Sign() < 0 {
		c.add(path+".rate", rate.String(), "is below 0")
	}
}

func (c *check) delivery(path string, d *Delivery) {
	c.optional(path+".standard", d.Standard)
	c.optional(path+".gross", d.Gross)
	c.charged(path, d.Discounts, d.Tax, d.Rate)
	if d.Gross.Given() && !d.Rate.Given() {
		c.add(path+".rate", "", "is missing; 0 is a rate, too")
	}
	if !d.Gross.Given() && (len(d.Discounts) > 0 || d.Tax.Given()) {
		c.add(path+".gross", "", "is missing, though there are discounts or tax")
	}
}

func (c *check) payments(path string, payments []Payment) {
	seen := map[string]bool{}
	for i := range payments {
		p, in := &payments[i], c.at(path, i)
		c.unique(in+".id", p.ID, seen)
		oneOf(c, in+".means", p.Means, Card, DirectDebit, Wallet, Invoice, Transfer, Instalments, CashOnDelivery, Cash, Voucher, Points)
		oneOf(c, in+".state", p.State, Pending, Authorised, Captured, Failed, Cancelled)
		c.amount(in+".amount", p.Amount)
		ids := map[string]bool{}
		for j, d := range p.Disputes {
			in := c.at(in+".disputes", j)
			c.unique(in+".id", d.ID, ids)
			oneOf(c, in+".kind", d.Kind, Chargeback, BuyerProtection, DebitReturned)
			oneOf(c, in+".state", d.State, DisputeOpen, DisputeWon, DisputeLost)
			c.amount(in+".amount", d.Amount)
			if d.Amount.Minor() > p.Amount.Minor() {
				c.add(in+".amount", d.Amount.String(), "is more than the payment, "+p.Amount.String())
			}
		}
	}
}

func (c *check) refunds(path string, o *Order) {
	for i := range o.Refunds {
		r, in := &o.Refunds[i], c.at(path, i)
		oneOf(c, in+".state", r.State, "", RefundSettled, RefundPending, RefundUnknown, RefundFailed)
		if r.Payment != "" && !slices.ContainsFunc(o.Payments, func(p Payment) bool { return p.ID == r.Payment }) {
			c.add(in+".payment", r.Payment, "is no payment of the order")
		}
		if len(r.Parts) == 0 {
			c.add(in+".parts", "", "is empty")
		}
		for j := range r.Parts {
			p, in := &r.Parts[j], c.at(in+".parts", j)
			if _, ok := c.lines[p.Line]; !ok {
				c.add(in+".line", p.Line, "is no line of the order")
			}
			c.amount(in+".gross", p.Gross)
			c.amount(in+".tax", p.Tax)
			if p.Units < 0 {
				c.add(in+".units", strconv.FormatInt(p.Units, 10), "is below 0")
			}
		}
	}
}

func (c *check) events(path string, events []Event) {
	if len(events) > maxEvents {
		c.add(path, strconv.Itoa(len(events))+" events", "is more than "+strconv.Itoa(maxEvents))
		return
	}
	for i := range events {
		e, in := &events[i], c.at(path, i)
		if e.Kind == "" {
			c.add(in+".kind", "", "is missing")
		}
		if d := e.At.Date(utc()); e.At.IsZero() && !undated(e.Kind) || !e.At.IsZero() && (d.Year < 1 || d.Year > 9999) {
			c.add(in+".at", e.At.String(), "is no date from the year 1 to 9999")
		}
		c.items(in+".lines", e.Lines, e.Units)
		oneOf(c, in+".via", e.Via, "", ViaButton, ViaText, ViaReturn)
	}
}

// items checks that lines exist and have so many units.
func (c *check) items(path string, lines []string, units int64) {
	if units < 0 {
		c.add(path, strconv.FormatInt(units, 10)+" units", "is below 0")
	}
	for j, id := range lines {
		has, ok := c.lines[id]
		switch {
		case !ok || id == DeliveryLine:
			c.add(c.at(path, j), id, "is no line of the order")
		case units > has:
			c.add(c.at(path, j), strconv.FormatInt(units, 10)+" units", "is more than were bought, "+strconv.FormatInt(has, 10))
		}
	}
}

// undated reports whether it is enough to know that an event happened: no
// period runs from it.
func undated(kind statute.Event) bool {
	return slices.Contains([]statute.Event{
		statute.PickupOffered, SealBroken, MixedIn, DeliveryRefused, CureRefused, CureFailed, ParcelLost, PerformanceStarted, PerformanceDone,
	}, kind)
}

// Validate returns nil or [sla.Faults]: everything in the case that cannot be
// used, with paths like "order.lines[2].gross" and "claim.items[0].line".
func (k *Case) Validate() error {
	return look(func(c *check) {
		root := "order."
		if c.blind {
			root = ""
		}
		c.order(root, &k.Order)
		c.claim(&k.Claim)
		c.customer(&k.Customer)
		c.facts(&k.Facts)
	})
}

func (c *check) claim(k *Claim) {
	oneOf(c, "claim.cause", k.Cause, CauseChangeOfMind, CauseDefect, CauseNotAsDescribed, CauseDamaged, CauseWrongItem, CauseMissingItem,
		CauseLate, CauseNotDelivered, CauseDigital, CausePrice, CausePayment, CauseCourier, CauseService, CauseOther)
	oneOf(c, "claim.severity", k.Severity, "", SeverityMinor, SeverityModerate, SeverityMajor, SeverityCritical)
	oneOf(c, "claim.wish", k.Wish, "", WishWithdraw, WishRefund, WishPartialRefund, WishPriceReduction, WishReplacement, WishRepair,
		WishCancel, WishDelivery, WishCompensation, WishVoucher, WishApology)
	c.optional("claim.amount", k.Amount)
	seen := map[string]bool{}
	for i, item := range k.Items {
		in := c.at("claim.items", i)
		c.unique(in+".line", item.Line, seen)
		c.items(in+".line", []string{item.Line}, item.Units)
	}
}

func (c *check) customer(k *Customer) {
	for _, n := range []struct {
		name  string
		count int64
	}{{"orders", k.Orders}, {"returns", k.Returns}, {"grants", k.Grants}, {"chargebacks", k.Chargebacks}} {
		if n.count < 0 {
			c.add("customer."+n.name, strconv.FormatInt(n.count, 10), "is below 0")
		}
	}
	c.optional("customer.value", k.Value)
	c.optional("customer.granted", k.Granted)
}

// facts checks answers and amounts, whatever their names.
func (c *check) facts(f *Facts) {
	v := reflect.ValueOf(f).Elem()
	name := func(i int) string { return Fact{Name: factName(v.Type().Field(i))}.Path() }
	for i := range v.NumField() {
		switch fact := v.Field(i).Addr().Interface().(type) {
		case *Answer:
			if *fact != Unknown && *fact != Yes && *fact != No {
				oneOf(c, name(i), *fact, Unknown, Yes, No)
			}
		case *money.Amount:
			if fact.Given() {
				c.amount(name(i), *fact)
			}
		}
	}
}
