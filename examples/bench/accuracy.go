package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"text/tabwriter"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

// oracle lists the open spans of some years day by day. All bounds are 09:00
// and 17:00, which no change of Berlin's clock skips, so [time.Date] is exact
// here. It knows nothing of calendars.
type oracle struct{ spans []sla.Span }

func newOracle(zone *time.Location, open func(time.Weekday) bool, first, last int) (oracle, error) {
	region, err := holiday.Germany(holiday.NW)
	if err != nil {
		return oracle{}, err
	}
	var o oracle
	for y := first; y <= last; y++ {
		closed := map[sla.Date]bool{}
		for _, h := range region.Holidays(y) {
			closed[h.Date] = true
		}
		for d := (sla.Date{Year: y, Month: time.January, Day: 1}); d.Year == y; d = d.AddDays(1) {
			if open(d.Weekday()) && !closed[d] {
				o.spans = append(o.spans, sla.Span{
					Start: time.Date(d.Year, d.Month, d.Day, 9, 0, 0, 0, zone),
					End:   time.Date(d.Year, d.Month, d.Day, 17, 0, 0, 0, zone),
				})
			}
		}
	}
	return o, nil
}

// between adds up what the spans share with the time from a to b.
func (o oracle) between(a, b time.Time) time.Duration {
	var sum time.Duration
	for _, s := range o.spans {
		start, end := s.Start, s.End
		if start.Before(a) {
			start = a
		}
		if end.After(b) {
			end = b
		}
		sum += max(0, end.Sub(start))
	}
	return sum
}

// add walks the spans until the time has passed.
func (o oracle) add(t time.Time, d time.Duration) time.Time {
	for _, s := range o.spans {
		start := s.Start
		if start.Before(t) {
			start = t
		}
		if left := s.End.Sub(start); left >= d {
			return start.Add(d)
		} else if left > 0 {
			d -= left
		}
	}
	return time.Time{}
}

// accuracy asks both libraries and the oracle about random pairs of a year,
// and prints how many answers were wrong. It reports whether ours never were.
func accuracy(w io.Writer, pairs int) (bool, error) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\nwrong of %d\tours\ttheirs\tworst of theirs\tpeer\t\n", pairs)
	right := true
	for _, c := range []struct {
		days  string
		extra []time.Weekday
	}{{"Mo-Fr", nil}, {"Mo-Fr,Su", []time.Weekday{time.Sunday}}} {
		ours, err := office(c.days)
		if err != nil {
			return false, err
		}
		theirs := rickarOffice(true, c.extra...)
		open := func(d time.Weekday) bool { return d != time.Saturday && (d != time.Sunday || c.extra != nil) }
		o, err := newOracle(ours.Zone(), open, 2026, 2028)
		if err != nil {
			return false, err
		}
		between, add := tally{}, tally{}
		r := rand.New(rand.NewPCG(2026, 11)) //nolint:gosec // G404: the same pairs in every run
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, ours.Zone())
		for range pairs {
			a := start.Add(time.Duration(r.Int64N(int64(year)))).Truncate(time.Second)
			b := a.Add(time.Duration(r.Int64N(int64(year)))).Truncate(time.Second)
			want := o.between(a, b)
			between.count(want, ours.Between(a, b), theirs.WorkHoursInRange(a, b))
			if want == 0 {
				continue
			}
			due, got := o.add(a, want), theirs.AddWorkHours(a, want)
			mine, err := ours.Add(a, want)
			if err != nil {
				return false, err
			}
			add.count(0, mine.Sub(due), got.Sub(due))
		}
		fmt.Fprintf(t, "%s, working time between\t%d\t%d\t%v\t%s\t\n", c.days, between.ours, between.theirs, between.worst, rickar)
		fmt.Fprintf(t, "%s, deadline\t%d\t%d\t%v\t%s\t\n", c.days, add.ours, add.theirs, add.worst, rickar)
		right = right && between.ours == 0 && add.ours == 0
	}
	return right, t.Flush()
}

// tally counts wrong answers, and keeps the worst of the peer's.
type tally struct {
	ours, theirs int
	worst        time.Duration
}

func (t *tally) count(want, ours, theirs time.Duration) {
	if ours != want {
		t.ours++
	}
	if theirs != want {
		t.theirs++
		t.worst = max(t.worst, (theirs - want).Abs())
	}
}
