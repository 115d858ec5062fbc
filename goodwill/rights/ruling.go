package rights

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/order"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// judge looks at one case, line by line.
type judge struct {
	law      *Law
	order    *order.Order
	claim    *order.Claim
	facts    *order.Facts
	today    sla.Date
	balances []order.Balance // of every line, and last of the delivery
	report   Report
	memo     []counted
	err      error

	line   *order.Line
	units  int64          // the claim is about
	left   order.Balance  // of the line
	events statute.Events // of the line
}

func (l *Law) judge(c *order.Case, now time.Time) (*judge, error) {
	balances, err := c.Order.Balances()
	if err != nil {
		return nil, err
	}
	j := &judge{
		law: l, order: &c.Order, claim: &c.Claim, facts: &c.Facts, today: sla.DateOf(now, l.zone), balances: balances,
	}
	j.report.JudgedOn, j.report.Contract = j.today, j.contract()
	return j, nil
}

// contract returns the date of the contract, whose law counts.
func (j *judge) contract() sla.Date {
	for _, e := range j.order.Events {
		if e.Kind == statute.ContractConcluded {
			return e.At.Date(j.law.zone)
		}
	}
	if j.order.Placed.IsZero() {
		return sla.Date{}
	}
	return sla.DateOf(j.order.Placed, j.law.zone)
}

// look turns to a line, of which the claim is about some units.
func (j *judge) look(line *order.Line, units int64) {
	j.line, j.units, j.events = line, units, j.order.EventsOf(line.ID)
	i := slices.IndexFunc(j.balances, func(b order.Balance) bool { return b.Line == line.ID })
	j.left = j.balances[i]
	if contract := j.report.Contract; !contract.IsZero() {
		j.events[statute.ContractConcluded] = statute.Moments{statute.On(contract)}
	}
}

// judgeLine rules on all rights in a line.
func (j *judge) judgeLine(line *order.Line, units int64) {
	j.look(line, units)
	j.add(j.withdrawal())
	switch line.Kind {
	case order.DigitalContent, order.DigitalService:
		j.digital()
	case order.Service:
	case "", order.Goods, order.DigitalGoods:
		j.goods()
	}
}

func (j *judge) add(list ...Entitlement) {
	j.report.Entitlements = append(j.report.Entitlements, list...)
}

// happened returns the civil dates of an event in the line, in order. An event
// without a date has none.
func (j *judge) happened(kind statute.Event) []sla.Date {
	dates := make([]sla.Date, 0, len(j.events[kind]))
	for _, m := range j.events[kind] {
		if !m.IsZero() {
			dates = append(dates, m.Date(j.law.zone))
		}
	}
	slices.SortFunc(dates, sla.Date.Compare)
	return dates
}

// has reports whether an event is recorded in the line, with a date or not.
func (j *judge) has(kind statute.Event) bool { return len(j.events[kind]) > 0 }

func (j *judge) fail(err error) {
	if j.err == nil {
		j.err = err
	}
}

// ruling is an entitlement in the making.
type ruling struct {
	*judge
	e Entitlement
}

// rule begins a ruling in the line, with the section that it rests on.
func (j *judge) rule(right Right, source string) *ruling {
	return &ruling{j, Entitlement{
		Right: right, Line: j.line.ID, Units: min(j.units, j.left.Units), Sources: []string{source}, Certainty: statute.ByStatute,
	}}
}

// as begins another ruling with what this one has found.
func (r *ruling) as(right Right, source string) *ruling {
	e := r.e
	e.Right = right
	e.Reasons, e.Missing, e.Periods = slices.Clone(e.Reasons), slices.Clone(e.Missing), slices.Clone(e.Periods)
	e.Sources = append([]string{source}, e.Sources...)
	return &ruling{r.judge, e}
}

// say adds a reason and what it makes of the right.
func (r *ruling) say(code Code, effect Status, source string) {
	r.e.Reasons = append(r.e.Reasons, Reason{Code: code, Effect: effect, Source: source})
}

// sayOn adds a reason that rests on a date.
func (r *ruling) sayOn(code Code, effect Status, on sla.Date, source string) {
	r.e.Reasons = append(r.e.Reasons, Reason{Code: code, Effect: effect, Date: on, Source: source})
}

// lack adds a fact without which the right is unknown.
func (r *ruling) lack(code Code, fact, source string) {
	r.e.Reasons = append(r.e.Reasons, Reason{Code: code, Effect: Unknown, Fact: fact, Source: source})
	r.want(fact)
}

// want names a fact that would say more, though the right does not rest on it.
func (r *ruling) want(fact string) {
	if !slices.Contains(r.e.Missing, fact) {
		r.e.Missing = append(r.e.Missing, fact)
	}
}

// rest lowers the certainty to that of what the right also rests on.
func (r *ruling) rest(c statute.Certainty) {
	order := []statute.Certainty{statute.ByStatute, statute.Settled, statute.Disputed, statute.Unverified}
	if slices.Index(order, c) > slices.Index(order, r.e.Certainty) {
		r.e.Certainty = c
	}
}

// count counts a period, and notes it. It is false where there is none: an
// event is missing, or the statute does not count.
func (r *ruling) count(act Act, by Party, id string, events statute.Events) (statute.Deadline, bool) {
	s := r.law.statutes[id]
	if s.Certainty == statute.Unverified && !r.law.unverified {
		r.report.Ignored = append(r.report.Ignored, id)
		return statute.Deadline{}, false
	}
	d, err := r.deadline(&s, events)
	var missing *statute.MissingError
	switch {
	case errors.As(err, &missing):
		for _, e := range missing.Events {
			r.lack(CodeEventMissing, order.EventPath(e), s.Source)
		}
		return d, false
	case err != nil:
		r.fail(err)
		return d, false
	}
	if !d.InForce {
		r.sayOn(CodeNotInForce, Unknown, d.JudgedOn, s.Source)
	}
	r.rest(d.Certainty)
	r.e.Periods = append(r.e.Periods, Period{Act: act, By: by, Deadline: d})
	if !slices.Contains(r.e.Sources, s.Source) {
		r.e.Sources = append(r.e.Sources, s.Source)
	}
	return d, true
}

// done notes that the act of the last period is recorded.
func (r *ruling) done(yes bool) {
	if n := len(r.e.Periods); n > 0 {
		r.e.Periods[n-1].Done = yes
	}
}

// at is the events with one in place of all of its kind.
func (r *ruling) at(kind statute.Event, on sla.Date) statute.Events {
	events := maps.Clone(r.events)
	events[kind] = statute.Moments{statute.On(on)}
	return events
}

// germanLaw checks that the order is one that this law is for.
func (r *ruling) germanLaw() {
	switch {
	case r.order.Country == "":
		r.lack(CodeCountryOpen, "order.country", "Art. 6 Rome I")
	case !slices.Contains(r.law.countries, r.order.Country):
		r.say(CodeForeignLaw, Unknown, "Art. 6 Rome I")
	}
}

// consumer wants a consumer.
func (r *ruling) consumer(source string) {
	switch r.order.Buyer {
	case order.Business:
		r.say(CodeBusiness, Excluded, source)
	case order.Consumer:
	default:
		r.lack(CodeBuyerOpen, "order.buyer", "§§ 13, 14 BGB")
	}
}

// refund notes what comes back for the units, all of it.
func (r *ruling) refund(units int64) {
	if units = min(units, r.left.Units); units <= 0 {
		r.gone()
		return
	}
	r.e.Units, r.e.Ask = units, order.Ask{Line: r.line.ID, Units: units}
	r.e.Amount, r.e.Means = r.worth(r.e.Ask), r.means()
}

// gone notes that nothing is left of the units.
func (r *ruling) gone() {
	if !r.e.Has(CodeRefunded) {
		r.say(CodeRefunded, NotDue, "")
	}
}

// worth is what a refund would come to.
func (j *judge) worth(ask order.Ask) money.Amount {
	refund, err := j.order.Refund(ask)
	if err != nil {
		j.fail(err)
		return money.New(0, j.order.Currency)
	}
	return refund.Parts[0].Gross
}

func (j *judge) means() Means {
	if j.facts.OtherMeansAgree == order.Yes {
		return AgreedMeans
	}
	return SameMeans
}

// close makes the status of the reasons: what stands against the right for
// certain comes before what is not known. What is not due has no amount.
func (r *ruling) close() Entitlement {
	r.e.Status = Due
	for _, s := range []Status{Excluded, Expired, NotDue, Unknown} {
		if slices.ContainsFunc(r.e.Reasons, func(x Reason) bool { return x.Effect == s }) {
			r.e.Status = s
			break
		}
	}
	if r.e.Status != Due {
		r.e.Amount, r.e.Ask, r.e.Means, r.e.Withheld = money.Amount{}, order.Ask{}, "", false
	}
	return r.e
}
