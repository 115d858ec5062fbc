package goodwill

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/goodwill/money"
	"github.com/kulanz-go/kulanz/sla"
)

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
		used := r.used(r.budgetAccount(b))
		if r.step("budget."+b.ID, r.of(r.plus(used, a.Amount.Minor())), b.Amount, CodeBudget) {
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

// authority says whether the actor may grant the favour, and else who may. The
// sums of the order count, so that splitting a grant changes nothing.
func (r *run) authority(a *Award) {
	order := r.of(r.plus(r.used(r.orderAccount()), a.Amount.Minor()))
	own, others := false, []string{}
	for i := range r.policy.Authority {
		l := &r.policy.Authority[i]
		if len(l.Remedies) > 0 && !slices.Contains(l.Remedies, a.Remedy) {
			continue
		}
		mine := slices.Contains(r.in.Actor.Roles, l.Role)
		if !r.within(l, a, order, mine) {
			continue
		}
		own = own || mine
		if !slices.Contains(others, l.Role) {
			others = append(others, l.Role)
		}
	}
	if !own {
		r.approve(CodeAuthority, "authority", "")
	}
	if f := r.policy.FourEyes; f.Given() && !r.step("four_eyes", order, f, CodeFourEyes) {
		r.approve(CodeFourEyes, "four_eyes", "")
	}
	if r.soft != "" {
		r.approve(CodeSoftBudget, "budget", r.soft)
	}
	if r.beyond {
		r.approve(CodeBeyondTable, "cost.court", "")
	}
	if r.d.Approver != nil {
		r.d.Approver = others
		if len(others) == 0 {
			r.d.Favour, r.d.Approver = nil, nil
			r.say(CodeNobodyMay, "authority", "")
			return
		}
	}
	r.moves(a)
}

// within reports whether a limit allows an award. What the actor has granted
// today counts only for a limit of its own.
func (r *run) within(l *Limit, a *Award, order money.Amount, mine bool) bool {
	rule := "authority." + l.Role
	ok := true
	check := func(total int64, limit money.Amount, what string) {
		if limit.Given() && !r.step(rule+what, r.of(total), limit, CodeAuthority) {
			ok = false
		}
	}
	check(order.Minor(), l.PerOrder, ".per_order")
	if mine {
		check(r.plus(r.used(r.actorAccount()), a.Amount.Minor()), l.PerDay, ".per_day")
	}
	granted := max(r.in.Case.Customer.Granted.Minor(), r.used(r.buyerAccount()))
	check(r.plus(granted, a.Amount.Minor()), l.PerBuyer, ".per_buyer")
	if l.Share.Given() {
		paid, err := r.in.Case.Order.Paid()
		r.fail(err)
		check(order.Minor(), r.of(r.share(l.Share, paid.Minor())), ".share")
	}
	return ok
}

// moves lists the accounts that the favour adds to.
func (r *run) moves(a *Award) {
	if a.Amount.Sign() == 0 {
		return
	}
	r.d.Moves = append(r.d.Moves, Move{Account: r.orderAccount(), Amount: a.Amount}, Move{Account: r.actorAccount(), Amount: a.Amount})
	if r.in.Case.Customer.Ref != "" {
		r.d.Moves = append(r.d.Moves, Move{Account: r.buyerAccount(), Amount: a.Amount})
	}
	for i := range r.policy.Budgets {
		b := &r.policy.Budgets[i]
		m := Move{Account: r.budgetAccount(b), Amount: a.Amount}
		if !b.Soft {
			m.Cap = b.Amount
		}
		r.d.Moves = append(r.d.Moves, m)
	}
}
