package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

// report prints what a log of scores says, and draws it where that was asked for.
func (r *CSATReport) report(o *options, out *printer) error {
	if o.asJSON {
		data, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return err
		}
		out.raw(append(data, '\n'))
	} else {
		r.text(out)
	}
	if o.svg == "" {
		return nil
	}
	picture, err := r.draw()
	if err != nil {
		return err
	}
	return os.WriteFile(o.svg, picture, 0o644) //nolint:gosec // a picture for all to see
}

// text prints the report for people.
func (r *CSATReport) text(p *printer) {
	p.printf("%s: %d rows, %d answers\n", r.File, r.Rows, r.Summary.N())
	p.printf("Satisfied (4 or 5): %s; mean %s of 5\n", topBox(r.All.TopBox), mean(r.All.Mean))
	p.printf("Intervals are 95 %% (Wilson for shares). They say how sure a figure is of those who answer, not of those who do not.\n")
	r.Bad.text(p)
	p.printf("\nScores\n")
	rows := [][]string{{"score", "answers", "share"}}
	for score := 1; score <= 5; score++ {
		share := feedback.Proportion{Good: r.Summary.Count(score), N: r.Summary.N()}.Share(feedback.Wilson, feedback.Level{})
		bar := strings.Repeat("#", int(40*share.Value+0.5))
		rows = append(rows, []string{fmt.Sprintf("%d  %-40s", score, bar), p.count(int(r.Summary.Count(score))), topBox(share)})
	}
	p.table(rows)
	for _, t := range r.Tables {
		t.text(p)
	}
	r.alarmText(p)
}

func (t CSATTable) text(p *printer) {
	p.printf("\nSatisfied by %s\n", t.By)
	rows := make([][]string, 1, 1+len(t.Groups))
	rows[0] = []string{t.By, "answers", "4 or 5", "mean", "differs from the rest"}
	for _, g := range t.Groups {
		rows = append(rows, []string{g.Name, p.count(int(g.TopBox.N)), topBox(g.TopBox), mean(g.Mean), differs(g.P)})
	}
	p.table(rows)
}

// told is the chance below which a group is told apart from the others.
const told = 0.05

// differs says whether a group is told apart from the others, at 5 % for all
// groups of a table together.
func differs(p *float64) string {
	switch {
	case p == nil:
		return "-"
	case *p < 0.001:
		return "yes, p < 0.001"
	case *p < told:
		return fmt.Sprintf("yes, p %.3f", *p)
	default:
		return fmt.Sprintf("no, p %.2f", *p)
	}
}

func (r *CSATReport) alarmText(p *printer) {
	p.printf("\nDays outside three standard deviations of the whole log, by their own number of answers\n")
	n := 0
	for _, e := range r.Alarms {
		if e.Kind == trend.Raised {
			p.printf("  %s: %s\n", e.Bucket.String(), e.Direction)
			n++
		}
	}
	if n == 0 {
		p.printf("  none\n")
	}
	if r.DaysToFalseAlarm > 0 {
		p.printf("  (by chance alone one comes every %.0f days)\n", r.DaysToFalseAlarm)
	}
}

func topBox(e feedback.Estimate) string {
	if !e.OK {
		return "-"
	}
	show := func(v float64) float64 { return feedback.RoundHalfAway(100*v, 2) }
	return fmt.Sprintf("%.2f %% (%.2f-%.2f)", show(e.Value), show(e.Interval.Low), show(e.Interval.High))
}

func mean(e feedback.Estimate) string {
	if !e.OK {
		return "-"
	}
	return fmt.Sprintf("%.2f", feedback.RoundHalfAway(e.Value, 2))
}
