package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/loyalty"
	"github.com/kulanz-go/kulanz/sla"
)

// OrdersReport is what order lines say of loyalty: an order is an invoice with
// something bought, on the civil day of its stamp.
type OrdersReport struct {
	File string  `json:"file"`
	Rows int     `json:"rows"`
	Bad  BadRows `json:"bad_rows"`
	// Guests are lines without a customer: nobody can be followed there.
	Guests  int                `json:"guest_lines"`
	Loyalty loyalty.BookReport `json:"loyalty"`
	// Model is nil where it could not be fitted; Unfit says why.
	Model   *AliveModel    `json:"model"`
	Unfit   string         `json:"unfit,omitempty"`
	Returns *ReturnShares  `json:"returns"`
	Refunds *ReturnsReport `json:"refunds"`
}

// AliveModel is who is likely still there by the model of package loyalty, at the
// end of the log.
type AliveModel struct {
	loyalty.BGNBD
	// Alive is how many customers are thought to be still there, of those who
	// bought on two days or more: of others the model does not know.
	Alive     float64 `json:"alive"`
	Repeaters int     `json:"repeaters"`
	// Expected are purchases of all in the next 90 days.
	Expected float64 `json:"expected_90_days"`
	// NoneLeft tells that the fit finds no sign of anybody having left: the
	// customers are too few, or were watched too briefly.
	NoneLeft bool `json:"none_left"`
}

// ReturnShares are how much is returned.
type ReturnShares struct {
	Invoices  feedback.Estimate `json:"invoices"`  // credit notes, of all invoices
	Customers feedback.Estimate `json:"customers"` // with a credit note, of all
	// Value is that of credits, of what was bought; nil where nothing was.
	Value *float64 `json:"value"`
	// Quarters are credit notes of invoices by quarter.
	Quarters []QuarterReturns `json:"quarters"`
}

// QuarterReturns are the credit notes of one quarter.
type QuarterReturns struct {
	Label string            `json:"label"`
	Share feedback.Estimate `json:"share"`
}

func readOrdersFile(name string) (*OrdersReport, error) {
	l, err := readSoldFile(name)
	if err != nil {
		return nil, err
	}
	r, err := newOrdersReport(l)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.File, r.Refunds.File = name, name
	return r, nil
}

func newOrdersReport(l *soldLog) (*OrdersReport, error) {
	refunds, err := newReturnsReport(l)
	if err != nil {
		return nil, err
	}
	r := &OrdersReport{Rows: l.rows, Bad: l.bad, Refunds: refunds}
	lines := slices.Clone(l.lines)
	slices.SortStableFunc(lines, func(a, b sold) int { return a.at.Compare(b.at) })
	r.Guests = len(lines)
	lines = slices.DeleteFunc(lines, func(s sold) bool { return s.customer == "" })
	r.Guests -= len(lines)
	if len(lines) == 0 {
		return nil, errors.New("no line has a customer")
	}
	if r.Returns, err = newReturnShares(lines, refunds); err != nil {
		return nil, err
	}
	return r, r.read(lines)
}

// read takes the orders in.
func (r *OrdersReport) read(lines []sold) error {
	from, until := soldDay(&lines[0]), soldDay(&lines[len(lines)-1])+1
	book, err := loyalty.NewBook(loyalty.BookConfig{From: from, Until: until})
	if err != nil {
		return err
	}
	seen := map[[2]string]bool{}
	for i := range lines {
		s := &lines[i]
		order := [2]string{s.customer, s.invoice}
		if s.units < 0 || seen[order] {
			continue
		}
		seen[order] = true
		if err := book.Add(loyalty.Order{Customer: s.customer, Day: soldDay(s)}); err != nil {
			return fmt.Errorf("line %d: %w", s.line, err)
		}
	}
	if r.Loyalty, err = book.Report(); err != nil {
		return err
	}
	return r.fit(book.Purchases())
}

// soldDay is the date of the stamp: the log tells no zone.
func soldDay(s *sold) feedback.Day { return feedback.DayOf(s.at, time.UTC) }

const (
	horizonDays = 90
	// noneLeft is how rarely a customer leaves after a purchase where that is
	// the same as never.
	noneLeft = 1e-4
)

// fit asks the model who is still there.
func (r *OrdersReport) fit(customers []loyalty.Purchases) error {
	model, err := loyalty.FitBGNBD(customers)
	if err != nil {
		r.Unfit = err.Error()
		return nil //nolint:nilerr // few customers are no fault of the log
	}
	m := &AliveModel{BGNBD: model, NoneLeft: model.A/(model.A+model.B) < noneLeft}
	for _, p := range customers {
		expected, err := model.Expected(p, horizonDays)
		if err != nil {
			r.Unfit = err.Error()
			return nil //nolint:nilerr // the fit makes no sense for them
		}
		m.Expected += expected
		if p.Frequency == 0 {
			continue
		}
		alive, err := model.Alive(p)
		if err != nil {
			return err
		}
		m.Alive += alive
		m.Repeaters++
	}
	r.Model = m
	return nil
}

// newReturnShares counts invoices, which are of one customer each. One with both
// kinds of line counts as a purchase.
func newReturnShares(lines []sold, refunds *ReturnsReport) (*ReturnShares, error) {
	type invoice struct {
		label  string
		bought bool
	}
	invoices := map[[2]string]*invoice{}
	customers := map[string]bool{} // whether it has a credit note
	var labels []string
	for i := range lines {
		s := &lines[i]
		b, err := feedback.UnitQuarter.Of(soldDay(s))
		if err != nil {
			return nil, err
		}
		if n := len(labels); n == 0 || labels[n-1] != b.String() {
			labels = append(labels, b.String())
		}
		key := [2]string{s.customer, s.invoice}
		if invoices[key] == nil {
			invoices[key] = &invoice{label: b.String()}
		}
		invoices[key].bought = invoices[key].bought || s.units > 0
		customers[s.customer] = customers[s.customer] || s.units < 0
	}
	r := &ReturnShares{Quarters: []QuarterReturns{}}
	all, byQuarter := feedback.Proportion{}, map[string]feedback.Proportion{}
	for _, in := range invoices {
		q := byQuarter[in.label]
		all.N++
		q.N++
		if !in.bought {
			all.Good++
			q.Good++
		}
		byQuarter[in.label] = q
	}
	with := feedback.Proportion{N: int64(len(customers))}
	for _, credited := range customers {
		if credited {
			with.Good++
		}
	}
	r.Invoices, r.Customers = all.Share(feedback.Wilson, feedback.Level{}), with.Share(feedback.Wilson, feedback.Level{})
	for _, label := range labels {
		r.Quarters = append(r.Quarters, QuarterReturns{label, byQuarter[label].Share(feedback.Wilson, feedback.Level{})})
	}
	if bought := refunds.Purchases.Value.Minor(); bought > 0 {
		v := float64(refunds.Credits.Value.Minor()) / float64(bought)
		r.Value = &v
	}
	return r, nil
}

// shown writes an estimate as share does, "-" where there is none.
func shown(e feedback.Estimate) string {
	return share(sla.Share{OK: e.OK, Value: e.Value, Low: e.Interval.Low, High: e.Interval.High})
}
