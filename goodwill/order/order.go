package order

import (
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// Order is a snapshot of one order of one shop. All amounts are in its
// currency and include tax.
type Order struct {
	ID       string         `json:"id"`
	Shop     string         `json:"shop,omitempty"`
	Currency money.Currency `json:"currency"`
	Placed   time.Time      `json:"placed,omitzero"`
	Country  string         `json:"country,omitempty"` // ISO 3166 alpha-2 of where the buyer lives
	Buyer    Buyer          `json:"buyer,omitempty"`
	Sale     Sale           `json:"sale,omitempty"`
	Lines    []Line         `json:"lines"`
	Delivery Delivery       `json:"delivery,omitzero"`
	Payments []Payment      `json:"payments,omitempty"`
	Refunds  []Refund       `json:"refunds,omitempty"` // all before this one, in the order in which they were made
	Events   []Event        `json:"events,omitempty"`  // in any order
}

// Buyer is the role in which somebody bought: sections 13 and 14 BGB.
type Buyer string

// The buyers. Empty is not known.
const (
	Consumer Buyer = "consumer"
	Business Buyer = "business"
)

// Sale is how the contract came about.
type Sale string

// The sales. Empty is not known.
const (
	Distance    Sale = "distance"     // by means of distance communication: § 312c BGB
	OffPremises Sale = "off_premises" // outside the shop's premises: § 312b BGB
	InStore     Sale = "in_store"
)

// Line is what was bought, some units of one thing.
type Line struct {
	ID        string       `json:"id"` // unique in the order, not [DeliveryLine]
	Product   string       `json:"product,omitempty"`
	Category  string       `json:"category,omitempty"` // the host's own, for policies
	Units     int64        `json:"units"`
	Gross     money.Amount `json:"gross"`               // of all units, before discounts
	Discounts []Discount   `json:"discounts,omitempty"` // this line's shares
	Rate      money.Rate   `json:"rate"`                // of tax, in percent
	// Tax is the tax within what was paid, as invoiced. Not given, it is
	// R(paid x rate / (100 + rate)).
	Tax        money.Amount `json:"tax,omitzero"`
	Kind       Kind         `json:"kind,omitempty"` // empty: goods
	Traits     []Trait      `json:"traits,omitempty"`
	Returnable bool         `json:"returnable,omitempty"` // the shop takes it back, by its own terms, where no law makes it
	Guarantees []Guarantee  `json:"guarantees,omitempty"`
}

// Kind is what a line is to the law.
type Kind string

// The kinds.
const (
	Goods          Kind = "goods"
	DigitalGoods   Kind = "digital_goods"   // goods with digital elements: § 475b BGB
	DigitalContent Kind = "digital_content" // not on a medium: § 327 (2) BGB
	DigitalService Kind = "digital_service"
	Service        Kind = "service"
)

// Trait is a property on which a right hangs.
type Trait string

// The traits. The first thirteen are what section 312g (2) BGB names.
const (
	CustomMade      Trait = "custom_made"      // no. 1: made to the customer's order or clearly tailored to personal needs
	Perishable      Trait = "perishable"       // no. 2: perishes quickly, or its date would soon pass
	HygieneSealed   Trait = "hygiene_sealed"   // no. 3: not fit for return once unsealed, for health or hygiene
	Mixable         Trait = "mixable"          // no. 4: inseparably mixed with other goods after delivery
	FuturesAlcohol  Trait = "futures_alcohol"  // no. 5: drink whose price was agreed, delivered after 30 days at the earliest, of fluctuating value
	SealedMedia     Trait = "sealed_media"     // no. 6: sound, video or software in a sealed packet
	Periodical      Trait = "periodical"       // no. 7: newspaper or magazine, not by subscription
	MarketPrice     Trait = "market_price"     // no. 8: price moves with the financial market
	DatedLeisure    Trait = "dated_leisure"    // no. 9: lodging, transport, hire cars, catering or leisure at a date
	Auction         Trait = "auction"          // no. 10: a public auction that could be attended in person
	UrgentRepair    Trait = "urgent_repair"    // no. 11: the customer called for an urgent repair
	Betting         Trait = "betting"          // no. 12: betting and lottery
	Notarised       Trait = "notarised"        // no. 13: recorded by a notary
	Used            Trait = "used"             // sold as used
	LiveAnimal      Trait = "live_animal"      // § 477 (1) BGB: six months instead of a year
	Subscription    Trait = "subscription"     // delivered regularly over a period
	SeparateParts   Trait = "separate_parts"   // one thing that comes in parts
	ForConstruction Trait = "for_construction" // used for a building: § 438 (1) no. 2 BGB
	Bulky           Trait = "bulky"            // cannot normally be returned by post
)

// Discount is what a line or the delivery bears of a discount.
type Discount struct {
	ID     string       `json:"id,omitempty"`
	Amount money.Amount `json:"amount"` // above 0
}

// Guarantee is a promise beyond the law: sections 443 and 479 BGB.
type Guarantee struct {
	By     Guarantor  `json:"by"`
	Period sla.Period `json:"period"` // from delivery
	Terms  string     `json:"terms,omitempty"`
	// Covers says that it covers the defects of the line: durability, or a
	// condition that was promised. What it does not cover is not listed.
	Covers bool `json:"covers"`
}

// Guarantor is who gave a guarantee.
type Guarantor string

// The guarantors.
const (
	BySeller       Guarantor = "seller"
	ByManufacturer Guarantor = "manufacturer"
)

// DeliveryLine is the name of the delivery where a line is asked for.
const DeliveryLine = "delivery"

// Delivery is what sending cost.
type Delivery struct {
	Standard  money.Amount `json:"standard,omitzero"` // of the cheapest standard delivery that was offered: § 357 (2) BGB
	Gross     money.Amount `json:"gross,omitzero"`    // of the delivery that was chosen, before discounts; not given: it cost nothing
	Discounts []Discount   `json:"discounts,omitempty"`
	Rate      money.Rate   `json:"rate,omitzero"` // needed where there is a price
	Tax       money.Amount `json:"tax,omitzero"`  // as of [Line]
	Carrier   string       `json:"carrier,omitempty"`
}

// Is reports whether a line has a trait.
func (l *Line) Is(t Trait) bool {
	return slices.Contains(l.Traits, t)
}

// Line returns the line of an id.
func (o *Order) Line(id string) (Line, bool) {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return o.Lines[i], true
		}
	}
	return Line{}, false
}
