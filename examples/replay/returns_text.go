package main

import (
	"encoding/json"
	"strconv"

	"github.com/kulanz-go/kulanz/goodwill/money"
)

// report prints what a log of credits comes to.
func (r *ReturnsReport) report(o *options, out *printer) error {
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
func (r *ReturnsReport) text(p *printer) {
	p.printf("%s: %d rows, %d customers\n", r.File, r.Rows, r.Customers)
	r.Bad.text(p)
	rows := append(
		make([][]string, 0, 4+len(r.Above)),
		[]string{"", "lines", "value"},
		r.Purchases.row(p, "purchases"),
		r.Credits.row(p, "credits"),
		r.Refunded.row(p, "covered by purchases"),
	)
	for _, a := range r.Above {
		rows = append(rows, a.row(p, "above: "+string(a.Kind)))
	}
	p.printf("\nCredits as refunds of purchases\n")
	p.table(rows)
	p.printf("  A credit can be above in several ways; the values of what is covered and of what is above are those of the credits.\n")
	if r.Lag.Count() > 0 {
		p.printf("  From purchase to credit: median %s, 90 %% within %s\n", quantile(&r.Lag, 0.5, true), quantile(&r.Lag, 0.9, true))
	}
	if len(r.Largest) == 0 {
		return
	}
	p.printf("\nMost above\n")
	rows = [][]string{{"invoice", "code", "line", "why", "units", "value"}}
	for _, a := range r.Largest {
		rows = append(rows, []string{
			a.Invoice, a.Code, strconv.Itoa(a.Line), string(a.Kind), strconv.FormatInt(a.Units, 10), money.English.Format(a.Value),
		})
	}
	p.table(rows)
}

func (s *ReturnsSum) row(p *printer, name string) []string {
	return []string{name, p.count(s.Lines), money.English.Format(s.Value)}
}
