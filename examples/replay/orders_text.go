package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/kulanz-go/kulanz/feedback/loyalty"
)

// report prints what orders say.
func (r *OrdersReport) report(o *options, out *printer) error {
	if !o.asJSON {
		r.text(out)
		return nil
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	out.raw(append(data, '\n'))
	return nil
}

// text prints the report for people.
func (r *OrdersReport) text(p *printer) {
	l := &r.Loyalty
	p.printf("%s: %d rows from %s to %s, %d of them of guests\n", r.File, r.Rows, l.From.String(), (l.Until - 1).String(), r.Guests)
	r.Bad.text(p)
	mean, _ := l.Repurchase.OrdersPerCustomer()
	p.printf("\nRepurchase: %d of %d customers bought again, %s; %d orders, %.1f each\n",
		l.Repurchase.Repeaters, l.Repurchase.Customers, shown(l.Repurchase.Rate), l.Repurchase.Orders, mean)
	p.printf("%s\n", secondText(&l.Second))
	r.churnText(p)
	r.cohortText(p)
	r.modelText(p)
	r.returnsText(p)
}

func secondText(c *loyalty.Curve) string {
	parts := []string{"Less than half of them bought on a second day in the time watched"}
	if c.Median != nil {
		parts[0] = fmt.Sprintf("Half of them bought on a second day within %.0f days", *c.Median)
	}
	for _, days := range []float64{30, 90} {
		if left, ok := c.At(days); ok {
			parts = append(parts, fmt.Sprintf("%.0f days: %s", days, percent(1-left)))
		}
	}
	return strings.Join(parts, "; ")
}

func (r *OrdersReport) churnText(p *printer) {
	rows := append(make([][]string, 0, 1+len(r.Loyalty.Periods)), []string{"quarter", "customers", "gained", "back", "at its start", "lost", "churn"})
	for _, q := range r.Loyalty.Periods {
		label, lost := q.Label, p.count(int(q.Lost))
		if !q.Whole {
			label += " *"
		}
		if q.Bucket.Next > r.Loyalty.Until {
			lost = "-"
		}
		rows = append(rows, []string{
			label, p.count(int(q.Active)), p.count(int(q.Gained)), p.count(int(q.Back)), p.count(int(q.Start)), lost, shown(q.Churn.Rate),
		})
	}
	p.printf("\nChurn by quarter\n")
	p.table(rows)
	p.printf("  At the start of a quarter are those who bought in the one before; lost are those of them who bought nothing in it.\n")
	p.printf("  Customers gained in a quarter are in neither number. * is not watched in full: nobody is lost before a quarter is over.\n")
}

func (r *OrdersReport) cohortText(p *printer) {
	head := append(make([]string, 0, 1+len(r.Loyalty.Periods)), "first order in", "customers")
	for k := range len(r.Loyalty.Periods) - 1 {
		head = append(head, fmt.Sprintf("+%d", k+1))
	}
	rows := append(make([][]string, 0, 1+len(r.Loyalty.Cohorts)), head)
	for _, c := range r.Loyalty.Cohorts {
		row := make([]string, 2, 2+len(c.Retained))
		row[0], row[1] = c.Label, p.count(int(c.Size))
		for _, e := range c.Retained {
			row = append(row, percent(e.Value))
		}
		rows = append(rows, row)
	}
	p.printf("\nRetention: who bought in the quarters after\n")
	p.table(rows)
}

func (r *OrdersReport) modelText(p *printer) {
	if r.Model == nil {
		p.printf("\nWho is still there: not to be said (%s)\n", r.Unfit)
		return
	}
	p.printf("\nWho is still there, by BG/NBD (r %.3f, alpha %.2f days, a %.3f, b %.3f)\n", r.Model.R, r.Model.Alpha, r.Model.A, r.Model.B)
	p.printf("  %.0f of %d who bought on two days or more; %.0f purchases of all customers in the next %d days\n",
		r.Model.Alive, r.Model.Repeaters, r.Model.Expected, horizonDays)
	if r.Model.NoneLeft {
		p.printf("  The fit finds no sign of anybody having left: these customers are too few, or were watched too briefly.\n")
	}
}

func (r *OrdersReport) returnsText(p *printer) {
	p.printf("\nReturns: %s of invoices are credit notes, %s of customers have one", shown(r.Returns.Invoices), shown(r.Returns.Customers))
	if r.Returns.Value != nil {
		p.printf(", %s of the value bought", percent(*r.Returns.Value))
	}
	p.printf("\n")
	rows := append(make([][]string, 0, 1+len(r.Returns.Quarters)), []string{"quarter", "invoices", "credit notes"})
	for _, q := range r.Returns.Quarters {
		rows = append(rows, []string{q.Label, p.count(int(q.Share.N)), shown(q.Share)})
	}
	p.table(rows)
	p.printf("  %d credit lines, of which purchases cover %d; -returns has the details\n", r.Refunds.Credits.Lines, r.Refunds.Refunded.Lines)
	if lag := &r.Refunds.Lag; lag.Count() > 0 {
		p.printf("  From purchase to credit: median %s, 90 %% within %s\n", quantile(lag, 0.5, true), quantile(lag, 0.9, true))
	}
}
