package goodwill

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/goodwill/rights"
	"github.com/kulanz-go/kulanz/internal/strictjson"
	"github.com/kulanz-go/kulanz/sla"
)

// Decider is a policy, compiled over a law: immutable, and safe for concurrent
// use.
type Decider struct {
	policy Policy
	law    *rights.Law
	zone   *time.Location

	limitRules  []limitRule // names in the trace, of Authority
	budgetRules []string    // of Budgets
}

// limitRule names what a limit compares.
type limitRule struct{ perOrder, perDay, perBuyer, share string }

// ParsePolicy reads a policy from JSON strictly: unknown keys, keys in another
// case and keys given twice are refused. It does not compile it.
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	if err := strictjson.Unmarshal(data, &p); err != nil {
		var list strictjson.Errors
		if !errors.As(err, &list) {
			return Policy{}, err
		}
		faults := make(sla.Faults, len(list))
		for i, e := range list {
			faults[i] = &sla.Fault{Path: e.Path, Value: e.Value, Reason: e.Detail}
		}
		return Policy{}, faults
	}
	return p, nil
}

// Compile checks a policy and returns all that is wrong with it, or a Decider.
// A nil law is that of the zero [rights.Config]. The policy must not be changed
// afterwards.
func Compile(p Policy, law *rights.Law) (*Decider, error) {
	if p.Zone == "" {
		p.Zone = "Europe/Berlin"
	}
	if p.SettlementDays == 0 {
		p.SettlementDays = 14
	}
	if p.Dispute.CourtFees == nil && p.Currency == money.EUR {
		p.Dispute.CourtFees = GermanCourtFees()
	}
	c := &compiler{currency: p.Currency}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		c.add("zone", p.Zone, "is no zone that can be loaded")
	}
	if law == nil {
		if law, err = rights.New(rights.Config{}); err != nil {
			return nil, err
		}
	}
	c.policy(&p)
	if len(c.faults) > 0 {
		return nil, c.faults
	}
	d := &Decider{policy: p, law: law, zone: zone}
	for _, l := range p.Authority {
		rule := "authority." + l.Role
		d.limitRules = append(d.limitRules, limitRule{rule + ".per_order", rule + ".per_day", rule + ".per_buyer", rule + ".share"})
	}
	for _, b := range p.Budgets {
		d.budgetRules = append(d.budgetRules, "budget."+b.ID)
	}
	return d, nil
}

// compiler collects everything that is wrong with a policy.
type compiler struct {
	currency money.Currency
	faults   sla.Faults
}

func (c *compiler) add(path, value, reason string) {
	c.faults = append(c.faults, &sla.Fault{Path: path, Value: value, Reason: reason})
}

func (c *compiler) policy(p *Policy) {
	if p.ID == "" {
		c.add("id", "", "is missing")
	}
	if p.Version < 1 {
		c.add("version", strconv.Itoa(p.Version), "is below 1")
	}
	if !p.Currency.Valid() {
		c.add("currency", p.Currency.String(), "is no currency of ISO 4217")
	}
	if p.SettlementDays < 1 {
		c.add("settlement_days", strconv.Itoa(p.SettlementDays), "is below 1")
	}
	for i, f := range p.Fields {
		if reason := protected(f); reason != "" {
			c.add(at("fields", i), f, "tells "+reason+", which section 1 of the AGG protects")
		}
	}
	c.rules(p)
	c.tiers(p.Loyalty)
	c.amount("abuse.granted", p.Abuse.Granted)
	c.dispute(&p.Dispute)
	c.authority(p)
	c.amount("four_eyes", p.FourEyes)
	c.budgets(p.Budgets)
	c.velocity(p.Velocity)
	seen := map[string]bool{}
	for i, t := range p.Terms {
		c.unique(at("terms", i)+".id", t.ID, seen)
		if t.Text.DE == "" || t.Text.EN == "" {
			c.add(at("terms", i)+".text", "", "is missing in one of the languages")
		}
	}
}

func (c *compiler) rules(p *Policy) {
	rules, offers := map[string]bool{}, map[string]bool{}
	for i := range p.Rules {
		r, path := &p.Rules[i], at("rules", i)
		c.unique(path+".id", r.ID, rules)
		c.amount(path+".min_value", r.MinValue)
		for name := range r.Where {
			if !slices.Contains(p.Fields, name) {
				c.add(path+".where."+name, name, "is no field that is declared")
			}
		}
		if len(r.Ladder) == 0 {
			c.add(path+".ladder", "", "is empty")
		}
		for k := range r.Ladder {
			c.offer(at(path+".ladder", k), &r.Ladder[k], offers)
		}
	}
}

func (c *compiler) offer(path string, o *Offer, seen map[string]bool) {
	c.unique(path+".id", o.ID, seen)
	all := []Remedy{Refund, PartialRefund, ShippingRefund, Voucher, Points, LoyaltyDiscount, Replacement, Repair, FreeReturn, Apology}
	if !slices.Contains(all, o.Remedy) {
		c.add(path+".remedy", string(o.Remedy), "is no remedy")
	}
	if o.Apology != "" && o.Apology != Regret && o.Apology != Admission {
		c.add(path+".apology", string(o.Apology), "is no kind of apology")
	}
	if o.Remedy == Apology && o.Apology == "" {
		c.add(path+".apology", "", "is missing")
	}
	sized := slices.Contains([]Remedy{PartialRefund, Voucher, Points, LoyaltyDiscount}, o.Remedy)
	if sized && !o.Share.Given() && !o.Fixed.Given() {
		c.add(path, o.ID, "has neither a share nor a fixed sum")
	}
	c.percent(path+".share", o.Share)
	c.percent(path+".cost", o.Cost)
	c.amount(path+".fixed", o.Fixed)
	c.amount(path+".cap", o.Cap)
}

func (c *compiler) tiers(tiers []Tier) {
	seen := map[string]bool{}
	for i, t := range tiers {
		path := at("loyalty", i)
		c.unique(path+".id", t.ID, seen)
		c.amount(path+".min_value", t.MinValue)
		c.percent(path+".percent", t.Percent)
		if !t.Percent.Given() {
			c.add(path+".percent", "", "is missing")
		}
	}
}

func (c *compiler) dispute(d *Dispute) {
	c.percent("dispute.likelihood", d.Likelihood)
	c.percent("dispute.lose", d.Lose)
	c.percent("dispute.churn", d.Churn)
	c.percent("dispute.future", d.Future)
	c.amount("dispute.handling", d.Handling)
	for i, f := range d.CourtFees {
		path := at("dispute.court_fees", i)
		c.needed(path+".up_to", f.UpTo)
		c.needed(path+".cost", f.Cost)
	}
}

func (c *compiler) authority(p *Policy) {
	for i, l := range p.Authority {
		path := at("authority", i)
		if l.Role == "" {
			c.add(path+".role", "", "is missing")
		}
		c.amount(path+".per_order", l.PerOrder)
		c.amount(path+".per_day", l.PerDay)
		c.amount(path+".per_buyer", l.PerBuyer)
		c.percent(path+".share", l.Share)
	}
}

func (c *compiler) budgets(budgets []Budget) {
	seen := map[string]bool{}
	for i, b := range budgets {
		path := at("budgets", i)
		c.unique(path+".id", b.ID, seen)
		c.needed(path+".amount", b.Amount)
		c.window(path+".window", b.Window)
	}
}

func (c *compiler) window(path string, w Window) {
	if !slices.Contains([]Window{Daily, Weekly, Monthly, Quarterly}, w) {
		c.add(path, string(w), "is none of day, week, month and quarter")
	}
}

func (c *compiler) velocity(all []Velocity) {
	seen := map[string]bool{}
	for i, v := range all {
		path := at("velocity", i)
		c.unique(path+".id", v.ID, seen)
		c.amount(path+".amount", v.Amount)
		c.window(path+".window", v.Window)
		if v.Per != PerBuyer && v.Per != PerActor && v.Per != PerOrder {
			c.add(path+".per", string(v.Per), "is none of buyer, actor and order")
		}
		if v.Grants < 0 || v.Grants == 0 && !v.Amount.Given() {
			c.add(path+".grants", strconv.FormatInt(v.Grants, 10), "is no number, and there is no sum")
		}
	}
}

// amount wants an amount of the policy's currency that is not below 0, if any.
func (c *compiler) amount(path string, a money.Amount) {
	switch {
	case !a.Given():
	case a.Currency() != c.currency:
		c.add(path, a.String(), "is not in the policy's currency, "+c.currency.String())
	case a.Sign() < 0:
		c.add(path, a.String(), "is below 0")
	}
}

func (c *compiler) needed(path string, a money.Amount) {
	if !a.Given() {
		c.add(path, "", "is missing")
	}
	c.amount(path, a)
}

// percent wants a rate from 0 to 100, if any.
func (c *compiler) percent(path string, r money.Rate) {
	if whole, _ := money.Percent(100); r.Given() && (r.Sign() < 0 || r.Cmp(whole) > 0) {
		c.add(path, r.String(), "is not from 0 to 100")
	}
}

func (c *compiler) unique(path, id string, seen map[string]bool) {
	switch {
	case id == "":
		c.add(path, "", "is missing")
	case strings.ContainsAny(id, "|"):
		c.add(path, id, `has a "|" in it, which separates the parts of an account`)
	case seen[id]:
		c.add(path, id, "is given twice")
	}
	seen[id] = true
}

func at(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// protected says what of section 1 AGG the name of a field speaks of, "" for
// nothing. Names are read word by word, so that "language" is no "age".
func protected(field string) string {
	words := strings.FieldsFunc(strings.ToLower(split(field)), func(r rune) bool { return r < 'a' || r > 'z' })
	for _, p := range []struct {
		what  string
		stems []string
	}{
		{"origin", []string{"race", "rac", "rasse", "ethni", "herkunft", "origin", "national", "skin", "migration"}},
		{"sex", []string{"sex", "gender", "geschlecht", "salutation", "anrede"}},
		{"religion or belief", []string{"relig", "belief", "weltanschauung", "konfession", "faith", "church"}},
		{"disability", []string{"disab", "behinder", "handicap"}},
		{"age", []string{"age", "alter", "birth", "geburt", "dob", "born"}},
		{"sexual identity", []string{"orientation", "sexuell"}},
	} {
		for _, w := range words {
			for _, stem := range p.stems {
				if w == stem || len(stem) > 3 && stem != "alter" && stem != "race" && strings.HasPrefix(w, stem) {
					return p.what
				}
			}
		}
	}
	return ""
}

// split puts a space before each capital that begins a word.
func split(name string) string {
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
