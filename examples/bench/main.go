package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"
)

func main() {
	round := flag.Duration("round", 20*time.Millisecond, "length of one round of a measurement")
	pairs := flag.Int("pairs", 2000, "random pairs to check against the oracle")
	only := flag.Bool("tone", false, "compare the reading of tone alone, also in how often it is right")
	comments := flag.String("comments", "feedback/tone/testdata", "folder of the labelled comments for -tone")
	remarks := flag.String("remarks", "../shared/data/shopzilla_dev25.csv.gz", "remarks of a real shop for -tone")
	flag.Parse()
	all := func() (bool, error) { return run(os.Stdout, *round, *pairs) }
	if *only {
		all = func() (bool, error) { return runTone(os.Stdout, *round, *comments, *remarks) }
	}
	ok, err := all()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run prints all comparisons and reports whether every goal was met.
func run(w io.Writer, round time.Duration, pairs int) (bool, error) {
	rows, err := calendars()
	if err != nil {
		return false, err
	}
	more, err := conditions()
	if err != nil {
		return false, err
	}
	sums, err := amounts()
	if err != nil {
		return false, err
	}
	answers, err := summaries()
	if err != nil {
		return false, err
	}
	rows = append(append(append(append(rows, more...), sums...), answers...), tones()...)
	ok, _ := compare(w, rows, round)
	right, err := accuracy(w, pairs)
	if err != nil {
		return false, err
	}
	exact, err := allocations(w, pairs)
	return ok && right && exact, err
}

// runTone prints all that there is to say about the reading of tone, and reports
// whether every goal was met.
func runTone(w io.Writer, round time.Duration, comments, remarks string) (bool, error) {
	fast, ours := compare(w, tones(), round)
	right, err := toneReport(w, ours, comments, remarks)
	return fast && right, err
}

// compare measures the rows and prints them as a table. It reports whether every
// goal was met, and how many nanoseconds ours took.
func compare(w io.Writer, rows []comparison, round time.Duration) (bool, []float64) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "question\tours\ttheirs\tratio\tgoal\t\tpeer\t")
	all, took := true, make([]float64, 0, len(rows))
	for _, r := range rows {
		ours, theirs := measure(r.ours, r.theirs, round)
		took = append(took, ours)
		ratio := theirs / ours
		goal, verdict := "", ""
		if r.goal > 0 {
			goal, verdict = fmt.Sprintf("%.0f", r.goal), "met"
			if ratio < r.goal {
				verdict, all = "MISSED", false
			}
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%.0f\t%s\t%s\t%s\t\n", r.question, nanos(ours), nanos(theirs), ratio, goal, verdict, r.peer)
	}
	err := t.Flush()
	return all && err == nil, took
}

func nanos(ns float64) string {
	if ns < 100 {
		return fmt.Sprintf("%.1f ns", ns)
	}
	return time.Duration(ns).String()
}
