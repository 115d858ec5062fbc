package rights

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// AsOf is the month in which the rules were last looked at.
const AsOf = "2026-11"

// Config is what a [Law] is made of. The zero value is German law with the
// nine nationwide holidays.
type Config struct {
	Statutes   *statute.Set      // put over [statute.Builtin]; nil: nothing
	Exclusions []Exclusion       // instead of [Exclusions]; nil: those
	Holidays   sla.HolidaySource // of the place that counts; nil: [holiday.Common]
	Zone       *time.Location    // of civil dates; nil: Europe/Berlin
	Countries  []string          // whose orders this law is for; nil: "DE"
	Unverified bool              // lets statutes count that nobody has verified
	Choices    Choices
}

// Choices are questions on which courts and scholars do not agree, or which
// leave something to the shop. Each favours the buyer only as far as the
// wording of the statute does.
type Choices struct {
	// DirectiveCap lets an uninstructed buyer withdraw until 12 months after
	// the end of the first 14 days (article 10 (1) of Directive 2011/83/EU), not
	// until 12 months and 14 days after receipt (§ 356 (3) BGB); the two can
	// differ by some days.
	DirectiveCap bool `json:"directive_cap,omitempty"`
	// ShareDelivery gives back a share of the delivery by value where only
	// part of an order is withdrawn from. Default: only the whole.
	ShareDelivery bool `json:"share_delivery,omitempty"`
	// ConsumerCures is how many failed attempts at a cure are enough. Default
	// 1: § 475d (1) no. 2 BGB.
	ConsumerCures int `json:"consumer_cures,omitempty"`
	// BusinessCures is the same between businesses. Default 2: § 440 BGB.
	BusinessCures int `json:"business_cures,omitempty"`
}

// Law is compiled: immutable, and safe for concurrent use.
type Law struct {
	statutes   map[string]statute.Statute
	exclusions []Exclusion
	holidays   sla.HolidaySource
	zone       *time.Location
	countries  []string
	unverified bool
	choices    Choices
}

// New compiles a law. What cannot be used is [sla.Faults], all of it.
func New(cfg Config) (*Law, error) {
	l := &Law{
		statutes: map[string]statute.Statute{}, exclusions: cfg.Exclusions, holidays: cfg.Holidays,
		zone: cfg.Zone, countries: cfg.Countries, unverified: cfg.Unverified, choices: cfg.Choices,
	}
	if l.exclusions == nil {
		l.exclusions = Exclusions()
	}
	l.exclusions = slices.Clone(l.exclusions)
	if l.holidays == nil {
		l.holidays = holiday.Common()
	}
	if l.countries == nil {
		l.countries = []string{"DE"}
	}
	l.countries = slices.Clone(l.countries)
	if l.choices.ConsumerCures == 0 {
		l.choices.ConsumerCures = 1
	}
	if l.choices.BusinessCures == 0 {
		l.choices.BusinessCures = 2
	}
	faults := checkExclusions(l.exclusions)
	for name, n := range map[string]int{"consumer_cures": l.choices.ConsumerCures, "business_cures": l.choices.BusinessCures} {
		if n < 1 {
			faults = append(faults, &sla.Fault{Path: "choices." + name, Value: strconv.Itoa(n), Reason: "is below 1"})
		}
	}
	if l.zone == nil {
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			faults = append(faults, &sla.Fault{Path: "zone", Value: "Europe/Berlin", Reason: "cannot be loaded: " + err.Error()})
		}
		l.zone = zone
	}
	if len(faults) > 0 {
		return nil, faults
	}
	l.holidays = newYears(l.holidays)
	l.adopt(statute.Builtin().With(cfg.Statutes))
	return l, nil
}

// The statutes that the rules look up, beside those that [Law.adopt] derives.
const (
	lawEffective    = "de.withdrawal.effective"
	lawCap          = "eu.withdrawal.cap"
	lawGoods        = "de.withdrawal.goods"
	lawRefund       = "de.withdrawal.refund"
	lawHold         = "de.withdrawal.refund.hold"
	lawReturn       = "de.withdrawal.return"
	lawReceipt      = "de.withdrawal.button.receipt"
	lawDelivery     = "de.sale.delivery"
	lawWarranty     = "de.warranty.limitation"
	lawUsed         = "de.warranty.limitation.used"
	lawExtension    = "de.warranty.repair_extension"
	lawPresumption  = "de.warranty.presumption"
	lawAnimal       = "de.warranty.presumption.animal"
	lawFormer       = "de.warranty.presumption.old"
	lawDigitalLimit = "de.digital.limitation"
	lawDigitalProof = "de.digital.presumption"
	lawDigitalMoney = "de.digital.refund"
	lawClaim        = "de.claim.limitation"

	derivedContract     = "de.withdrawal.effective.contract"    // § 356 (3) for what is no sale of goods
	derivedConstruction = "de.warranty.limitation.construction" // § 438 (1) no. 2 b BGB
	derivedBusiness     = "de.warranty.limitation.business"     // without the tails of § 475e, which is for consumers
	derivedBuilder      = "de.warranty.limitation.construction.business"
	derivedDigital      = "de.digital.limitation.tail" // § 327j (4) BGB
)

// adopt takes the statutes over, and derives what the table of package statute
// does not have: a statute of the same length that starts or ends otherwise.
// A host's own of that id stands.
func (l *Law) adopt(set *statute.Set) {
	for s := range set.All() {
		l.statutes[s.ID] = s
	}
	derive := func(id, from string, change func(*statute.Statute)) {
		s := l.statutes[from]
		if _, own := l.statutes[id]; own {
			return
		}
		s.ID, s.Periods = id, slices.Clone(s.Periods)
		change(&s)
		l.statutes[id] = s
	}
	derive(derivedContract, lawEffective, func(s *statute.Statute) {
		s.Trigger, s.Source = statute.ContractConcluded, "§ 355 (2), § 356 (3) BGB"
	})
	derive(derivedConstruction, lawWarranty, func(s *statute.Statute) {
		s.Periods, s.Source = []sla.Period{{N: 5, Unit: sla.UnitYear}}, "§ 438 (1) no. 2 b, § 475e BGB"
	})
	derive(derivedBusiness, lawWarranty, func(s *statute.Statute) {
		s.Kind, s.Source = statute.Simple, "§ 438 (1) no. 3, (2) BGB"
	})
	derive(derivedBuilder, derivedConstruction, func(s *statute.Statute) {
		s.Kind, s.Source = statute.Simple, "§ 438 (1) no. 2 b, (2) BGB"
	})
	derive(derivedDigital, lawDigitalLimit, func(s *statute.Statute) {
		s.Kind, s.Source = statute.Warranty, "§ 327j (1), (4) BGB"
	})
}

// Deadline counts one of the law's statutes for what happened, by its id, with
// the law's holidays and zone. A statute that is not known is [sla.Faults];
// see [statute.Statute.Deadline] for the rest.
func (l *Law) Deadline(id string, events statute.Events) (statute.Deadline, error) {
	s, ok := l.statutes[id]
	if !ok {
		return statute.Deadline{}, sla.Faults{{Path: "id", Value: id, Reason: "is no statute of this law"}}
	}
	return s.Deadline(events, l.holidays, l.zone)
}

// Entitlements returns what the law gives in a case at an instant. The case is
// read only; one that is not valid is [sla.Faults], as of [order.Case.Validate].
func (l *Law) Entitlements(c *order.Case, now time.Time) (Report, error) {
	if err := c.Validate(); err != nil {
		return Report{}, err
	}
	j, err := l.judge(c, now)
	if err != nil {
		return Report{}, err
	}
	for i := range c.Order.Lines {
		line := &c.Order.Lines[i]
		if units, asked := claimed(&c.Claim, line); asked {
			j.judgeLine(line, units)
		} else if c.Order.Happened(line.ID, statute.WithdrawalReceived) { // the buyer has withdrawn from more than the claim says
			j.look(line, 0)
			j.add(j.withdrawal())
		}
	}
	j.settle()
	if j.err != nil {
		return Report{}, j.err
	}
	slices.Sort(j.report.Ignored)
	j.report.Ignored = slices.Compact(j.report.Ignored)
	return j.report, nil
}

// claimed returns how many units of a line a claim is about.
func claimed(c *order.Claim, l *order.Line) (int64, bool) {
	if len(c.Items) == 0 {
		return l.Units, true
	}
	for _, item := range c.Items {
		if item.Line == l.ID {
			if item.Units == 0 {
				return l.Units, true
			}
			return item.Units, true
		}
	}
	return 0, false
}
