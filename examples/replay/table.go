package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/kulanz-go/kulanz/sla"
)

// printer prints, and keeps the first error. Counts have their thousands
// grouped.
type printer struct {
	w    io.Writer
	text *message.Printer
	err  error
}

func newPrinter(w io.Writer) *printer {
	return &printer{w: w, text: message.NewPrinter(language.English)}
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = p.text.Fprintf(p.w, format, args...)
	}
}

// raw prints bytes as they are.
func (p *printer) raw(data []byte) {
	if p.err == nil {
		_, p.err = p.w.Write(data)
	}
}

// table prints rows of cells: the first column to the left, all others to the
// right.
func (p *printer) table(rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line.WriteString("  " + cell + pad)
			} else {
				line.WriteString("  " + pad + cell)
			}
		}
		p.printf("%s\n", strings.TrimRight(line.String(), " "))
	}
}

// count writes a number with its thousands grouped.
func (p *printer) count(n int) string { return p.text.Sprintf("%d", n) }

// share writes a share with its interval, "-" where there is none.
func share(s sla.Share) string {
	if !s.OK {
		return "-"
	}
	return fmt.Sprintf("%s (%.1f-%.1f)", percent(s.Value), 100*s.Low, 100*s.High)
}

func percent(v float64) string { return fmt.Sprintf("%.1f %%", 100*v) }

// shareOf is a share of counts with its 95 % Wilson interval.
func shareOf(n, of int) sla.Share { return sla.Counts{Met: n, Breached: of - n}.MetShare() }

// elapsed writes a duration in the unit that people would use: minutes, hours
// or, on the wall clock, days.
func elapsed(d time.Duration, wall bool) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%.1f min", d.Minutes())
	case d < 72*time.Hour || !wall:
		return fmt.Sprintf("%.1f h", d.Hours())
	default:
		return fmt.Sprintf("%.1f d", d.Hours()/24)
	}
}

// quantiles are those that are printed.
func quantiles() []float64 { return []float64{0.5, 0.9, 0.95, 0.99} }

// quantile writes a quantile of a distribution, "-" where it has none.
func quantile(d *sla.Distribution, q float64, wall bool) string {
	v, ok := d.Quantile(q)
	if !ok {
		return "-"
	}
	return elapsed(v, wall)
}
