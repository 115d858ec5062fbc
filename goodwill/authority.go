package goodwill

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

// asking is a run that only names accounts and looks at limits.
func (d *Decider) asking(in *Input, now time.Time) *run {
	r := &run{Decider: d, in: in, now: now, today: sla.DateOf(now, d.zone)}
	r.name()
	return r
}

// used is what an account came to before.
func (r *run) used(account string) int64 { return r.in.Used[account].Minor() }

// The accounts that a favour adds to.
func (r *run) orderAccount() string { return "order|" + r.in.Case.Order.ID }

func (r *run) actorAccount() string { return "actor|" + r.in.Actor.ID + "|" + r.today.String() }

func (r *run) buyerAccount() string {
	return "buyer|" + r.in.Case.Customer.Ref + "|" + strconv.Itoa(r.today.Year)
}

func (r *run) budgetAccount(b *Budget) string {
	return "budget|" + b.ID + "|" + windowStart(b.Window, r.today).String()
}

// accounts are the names of all accounts of a case, put together once.
type accounts struct {
	order, actor, buyer string // buyer: empty where nobody knows who it is
	budgets             []string
	paces               []pace
}

func (r *run) name() {
	a := &r.accounts
	a.order, a.actor = r.orderAccount(), r.actorAccount()
	if r.in.Case.Customer.Ref != "" {
		a.buyer = r.buyerAccount()
	}
	a.budgets = make([]string, len(r.policy.Budgets))
	for i := range r.policy.Budgets {
		a.budgets[i] = r.budgetAccount(&r.policy.Budgets[i])
	}
	a.paces = r.pacesOf()
}

// pace is one velocity limit for a case: the accounts of its sum and its number.
type pace struct {
	*Velocity

	sum, count string
}

// pacesOf are the velocity limits that apply: those of a customer whom nobody
// knows do not.
func (r *run) pacesOf() []pace {
	var all []pace
	for i := range r.policy.Velocity {
		v := &r.policy.Velocity[i]
		who := map[Per]string{PerBuyer: r.in.Case.Customer.Ref, PerActor: r.in.Actor.ID, PerOrder: r.in.Case.Order.ID}[v.Per]
		if who == "" {
			continue
		}
		rest := "|" + v.ID + "|" + who + "|" + windowStart(v.Window, r.today).String()
		all = append(all, pace{v, "velocity" + rest, "count" + rest})
	}
	return all
}

// velocity reports whether an award keeps to the pace: a hard limit refuses it,
// a soft one asks for approval.
func (r *run) velocity(a *Award) bool {
	hard := false
	r.fast = ""
	for _, p := range r.accounts.paces {
		ok := true
		if p.Amount.Given() {
			ok = r.step("velocity."+p.ID, r.of(r.plus(r.used(p.sum), a.Amount.Minor())), p.Amount, CodeVelocity)
		}
		if p.Grants > 0 && r.used(p.count) >= p.Grants {
			ok = false
			r.d.Trace = append(r.d.Trace, Step{Rule: "velocity." + p.ID + ".grants", Effect: CodeVelocity})
		}
		switch said := (Reason{Code: CodeVelocity, Param: p.ID}); {
		case ok:
		case p.Soft:
			r.fast = p.ID
		default:
			hard = true
			if !slices.Contains(r.d.Reasons, said) {
				r.d.Reasons = append(r.d.Reasons, said)
			}
		}
	}
	return !hard
}

// windowStart returns the first day of the window that a day lies in.
func windowStart(w Window, d sla.Date) sla.Date {
	switch w {
	case Weekly:
		return d.AddDays(-(int(d.Weekday()) + 6) % 7)
	case Monthly:
		return sla.Date{Year: d.Year, Month: d.Month, Day: 1}
	case Quarterly:
		return sla.Date{Year: d.Year, Month: d.Month - (d.Month-time.January)%3, Day: 1}
	case Daily:
	}
	return d
}

// budgets reports whether the budgets allow an award: a hard one refuses it, a
// soft one asks for approval.
func (r *run) budgets(a *Award) bool {
	hard := false
	r.soft = ""
	for i := range r.policy.Budgets {
		b := &r.policy.Budgets[i]
		used := r.used(r.accounts.budgets[i])
		if r.step(r.budgetRules[i], r.of(r.plus(used, a.Amount.Minor())), b.Amount, CodeBudget) {
			continue
		}
		if b.Soft {
			r.soft = b.ID
			continue
		}
		hard = true
		left := r.of(max(0, b.Amount.Minor()-used))
		if said := (Reason{Code: CodeBudget, Param: b.ID, Left: left}); !slices.Contains(r.d.Reasons, said) {
			r.d.Reasons = append(r.d.Reasons, said)
		}
	}
	return !hard
}

// approve asks for the agreement of another person.
func (r *run) approve(code Code, rule, param string) {
	if r.d.Approver == nil {
		r.d.Approver = []string{}
	}
	r.say(code, rule, param)
}

// sums is what a favour is measured by, in minor units, itself included.
type sums struct {
	order int64 // of goodwill in the order
	actor int64 // of the actor today
	buyer int64 // of the customer
	paid  int64 // for the order
}

// allowance is the limit under which somebody grants a favour. Its caps bind
// when the favour is booked, so that two at once do not go past it.
type allowance struct {
	PerOrder money.Amount `json:"per_order,omitzero"`
	PerDay   money.Amount `json:"per_day,omitzero"`
	PerBuyer money.Amount `json:"per_buyer,omitzero"`
}

// authority says whether the actor may grant the favour, and else who may. The
// sums of the order count, so that splitting a grant changes nothing.
func (r *run) authority(a *Award) {
	granted := max(r.in.Case.Customer.Granted.Minor(), r.used(r.accounts.buyer))
	s := sums{
		order: r.plus(r.used(r.accounts.order), a.Amount.Minor()), actor: r.plus(r.used(r.accounts.actor), a.Amount.Minor()),
		buyer: r.plus(granted, a.Amount.Minor()), paid: r.paid,
	}
	under, own, others := r.limits(a.Remedy, &s)
	if !own {
		r.approve(CodeAuthority, "authority", "")
	}
	if f := r.policy.FourEyes; f.Given() && !r.step("four_eyes", r.of(s.order), f, CodeFourEyes) {
		r.approve(CodeFourEyes, "four_eyes", "")
	}
	if r.soft != "" {
		r.approve(CodeSoftBudget, "budget", r.soft)
	}
	if r.fast != "" {
		r.approve(CodeVelocity, "velocity", r.fast)
	}
	if r.beyond {
		r.approve(CodeBeyondTable, "cost.court", "")
	}
	if r.d.Approver == nil {
		r.moves(a, r.capped(under), false)
		return
	}
	if r.d.Approver = others; len(others) == 0 {
		r.d.Favour, r.d.Approver = nil, nil
		r.say(CodeNobodyMay, "authority", "")
		return
	}
	r.moves(a, allowance{}, true)
}

// capped adds what nobody grants alone.
func (r *run) capped(under allowance) allowance {
	under.PerOrder = lower(under.PerOrder, r.policy.FourEyes)
	return under
}

// lower is the lower of two limits, of which either may not be given.
func lower(a, b money.Amount) money.Amount {
	if !a.Given() || b.Given() && b.Minor() < a.Minor() {
		return b
	}
	return a
}

// limits returns the first limit of the actor's own that allows a favour,
// whether there is one, and the roles of all others that do.
func (r *run) limits(remedy Remedy, s *sums) (allowance, bool, []string) {
	var under allowance
	own, others := false, []string{}
	for i := range r.policy.Authority {
		l := &r.policy.Authority[i]
		if len(l.Remedies) > 0 && !slices.Contains(l.Remedies, remedy) {
			continue
		}
		mine := slices.Contains(r.in.Actor.Roles, l.Role)
		share, ok := r.within(l, &r.limitRules[i], s, mine)
		if !ok {
			continue
		}
		if mine && !own {
			own, under = true, allowance{lower(l.PerOrder, share), l.PerDay, l.PerBuyer}
		}
		if !slices.Contains(others, l.Role) {
			others = append(others, l.Role)
		}
	}
	return under, own, others
}

// within reports whether a limit allows what a favour comes to, and the share
// of the order as an amount. What the actor has granted today counts only for a
// limit of its own.
func (r *run) within(l *Limit, rule *limitRule, s *sums, mine bool) (money.Amount, bool) {
	ok := true
	check := func(total int64, limit money.Amount, rule string) {
		if limit.Given() && !r.step(rule, r.of(total), limit, CodeAuthority) {
			ok = false
		}
	}
	check(s.order, l.PerOrder, rule.perOrder)
	if mine {
		check(s.actor, l.PerDay, rule.perDay)
	}
	check(s.buyer, l.PerBuyer, rule.perBuyer)
	var share money.Amount
	if l.Share.Given() {
		share = r.of(r.share(l.Share, s.paid))
		check(s.order, share, rule.share)
	}
	return share, ok
}

// moves lists the accounts that the favour adds to. What others agreed to is
// beyond the actor's limits and beyond what is soft.
func (r *run) moves(a *Award, under allowance, agreed bool) {
	add := func(account string, amount, most money.Amount) {
		if amount.Sign() > 0 {
			r.d.Moves = append(r.d.Moves, Move{account, amount, most})
		}
	}
	firm := func(soft bool, most money.Amount) money.Amount {
		if soft && agreed {
			return money.Amount{}
		}
		return most
	}
	names := &r.accounts
	r.d.Moves = make([]Move, 0, 3+len(names.budgets)+2*len(names.paces))
	add(names.order, a.Amount, under.PerOrder)
	add(names.actor, a.Amount, under.PerDay)
	if names.buyer != "" {
		add(names.buyer, a.Amount, under.PerBuyer)
	}
	for i := range r.policy.Budgets {
		b := &r.policy.Budgets[i]
		add(names.budgets[i], a.Amount, firm(b.Soft, b.Amount))
	}
	for _, p := range names.paces {
		if p.Amount.Given() {
			add(p.sum, a.Amount, firm(p.Soft, p.Amount))
		}
		if p.Grants > 0 {
			add(p.count, r.of(1), firm(p.Soft, r.of(p.Grants)))
		}
	}
}
