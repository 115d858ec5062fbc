package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// Bounds of lists in the text; -json has all.
const (
	maxTextBad      = 5 // of each kind
	maxTextRejected = 20
)

// text prints the report for people.
func (r *Report) text(p *printer) {
	name := "Generated log"
	if r.Log.File != "" {
		name = r.Log.File
	}
	p.printf("%s (%s): %d rows, %d cases%s\n", name, r.Log.Format, r.Log.Rows, r.Log.Cases, r.Log.span())
	r.Bad.text(p)
	r.Life.text(p)
	r.Hops.text(p)
	r.slaText(p)
}

func (b *BadRows) text(p *printer) {
	p.printf("\nBad rows: %d\n", b.Total())
	for _, kind := range badKinds() {
		n := b.Counts[kind]
		if n == 0 {
			continue
		}
		p.printf("  %s: %d\n", kind, n)
		shown := 0
		for _, row := range b.Listed {
			if row.Kind == kind && shown < maxTextBad {
				p.printf("    line %s: %s\n", strconv.Itoa(row.Line), row.Detail)
				shown++
			}
		}
		if n > shown {
			p.printf("    and %d more\n", n-shown)
		}
	}
}

func (l *Life) text(p *printer) {
	p.printf("\nLife cycle: %d cases, %d events\n", l.Cases, l.Events)
	kinds := make([]string, 0, len(l.ByKind))
	for _, k := range byCount(l.ByKind) {
		kinds = append(kinds, fmt.Sprintf("%s %s", k, p.count(l.ByKind[k])))
	}
	for line := range slices.Chunk(kinds, 6) {
		p.printf("  %s\n", strings.Join(line, ", "))
	}
	l.statesText(p)
	p.printf("\nRejected steps: %d\n", l.Rejected.total())
	for i, r := range l.Rejected.list() {
		if i == maxTextRejected {
			p.printf("  and %d other kinds\n", len(l.Rejected)-i)
			break
		}
		event := cmp.Or(string(r.Event), "nothing")
		p.printf("  %d: %q in state %s, %s given: %s; line %s\n", r.Count, r.Activity, stateName(r.State), event, r.Codes, numbers(r.Lines))
	}
	p.printf("\nReopened: %d of %d resolved cases, %s; work after the first resolution in %d cases\n",
		l.Reopened, l.Resolved, share(shareOf(l.Reopened, l.Resolved)), l.WorkAfter)
	c := l.Closings
	p.printf("Closed: %d when the reopen window was over (%d of them within %.0f minutes, %d of these across a clock change), %d confirmed before\n",
		c.ByWindow, c.AtOnce, atOnce.Minutes(), c.ClockChange, c.Confirmed)
	l.waitingText(p)
}

func (l *Life) statesText(p *printer) {
	states := l.states()
	row := func(name string, cell func(ticket.State) string) []string {
		cells := make([]string, 1, 1+len(states))
		cells[0] = name
		for _, s := range states {
			cells = append(cells, cell(s))
		}
		return cells
	}
	rows := [][]string{row("from \\ to", func(s ticket.State) string { return string(s) })}
	for _, from := range append([]ticket.State{ticket.StateNone}, states...) {
		rows = append(rows, row(stateName(from), func(to ticket.State) string { return blank(p, l.Moves[Move{from, to}]) }))
	}
	rows = append(rows,
		row("cases that came to it", func(s ticket.State) string { return blank(p, l.Reached[s]) }),
		row("cases that ended in it", func(s ticket.State) string { return blank(p, l.Final[s]) }))
	p.printf("\nSteps between states\n")
	p.table(rows)
}

// states returns those that any case came to, in the order of a ticket's life.
func (l *Life) states() []ticket.State {
	return slices.DeleteFunc(states(), func(s ticket.State) bool { return l.Reached[s] == 0 })
}

func stateName(s ticket.State) string { return cmp.Or(string(s), noState) }

func blank(p *printer, n int) string {
	if n == 0 {
		return "."
	}
	return p.count(n)
}

func numbers(list []int) string { return strings.Trim(fmt.Sprint(list), "[]") }

func (l *Life) waitingText(p *printer) {
	rows := [][]string{{"wall clock", "cases", "p50", "p90", "p95", "p99"}}
	for _, w := range l.Waiting {
		if w.Time.Count() == 0 {
			continue
		}
		rows = append(rows, append([]string{w.Name, p.count(w.Time.Count())}, quantileCells(&w.Time)...))
	}
	p.printf("\nWaiting\n")
	p.table(rows)
}

func quantileCells(d *sla.Distribution) []string {
	qs := quantiles()
	cells := make([]string, len(qs))
	for i, q := range qs {
		cells[i] = quantile(d, q, true)
	}
	return cells
}
