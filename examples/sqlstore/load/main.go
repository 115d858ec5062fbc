package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"
)

// options say how much is done, where.
type options struct {
	postgres string // a URL on this machine
	sqlite   string // a file that is not there yet
	tickets  int    // in all, a quarter of them in each shop
	workers  []int
	rounds   int
	steps    int // of one worker in one round
	tick     int // tickets of one tick at most
	claims   int // of one measurement of claims, in tickets
	pages    int // times that a page is read
	longest  time.Duration
	goal     float64
	batches  bool // by hand
	json     bool
}

// bounds keep a slip of the hand from filling a disk.
func (o options) bounds() error {
	for _, b := range []struct {
		name             string
		value, low, high int
	}{
		{"tickets", o.tickets, 40, 3_000_000},
		{"rounds", o.rounds, 1, 100},
		{"steps", o.steps, 5, 100_000},
		{"tick", o.tick, 1, 500},
		{"claims", o.claims, 1, 1_000_000},
		{"pages", o.pages, 1, 10_000},
	} {
		if b.value < b.low || b.value > b.high {
			return fmt.Errorf("-%s is %d, not %d to %d", b.name, b.value, b.low, b.high)
		}
	}
	for _, w := range o.workers {
		if w < 1 || w > 64 {
			return fmt.Errorf("-workers has %d, not 1 to 64", w)
		}
	}
	if o.longest <= 0 || o.longest > 3*time.Hour {
		return fmt.Errorf("-max is %s, not up to 3h", o.longest)
	}
	if (o.postgres == "") == (o.sqlite == "") {
		return errors.New("give one of -postgres and -sqlite")
	}
	if o.batches && o.postgres == "" {
		return errors.New("-batches is for -postgres")
	}
	return nil
}

func parse(args []string, out io.Writer) (options, error) {
	o := options{}
	f := flag.NewFlagSet("load", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&o.postgres, "postgres", os.Getenv("KULANZ_POSTGRES"), "URL of a PostgreSQL on this machine (default: $KULANZ_POSTGRES)")
	f.StringVar(&o.sqlite, "sqlite", "", "path of a SQLite file to make, instead of PostgreSQL")
	f.IntVar(&o.tickets, "tickets", 100_000, "open tickets to load, in all")
	workers := f.String("workers", "1,4,16", "numbers of workers")
	f.IntVar(&o.rounds, "rounds", 5, "rounds for each number of workers")
	f.IntVar(&o.steps, "steps", 800, "steps of all workers together in one round")
	f.IntVar(&o.tick, "tick", 10, "tickets of one tick at most")
	f.IntVar(&o.claims, "claims", 20_000, "tickets to claim for each number of workers")
	f.IntVar(&o.pages, "pages", 200, "times that each page is read")
	f.DurationVar(&o.longest, "max", 10*time.Minute, "time after which it gives up")
	f.Float64Var(&o.goal, "goal", 0, "ratio of the desk to the same reads and writes by hand below which it exits with 1")
	f.BoolVar(&o.batches, "batches", false, "send the statements by hand in as few round trips as pgx can")
	f.BoolVar(&o.json, "json", false, "print JSON")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.sqlite != "" && !given(f, "postgres") {
		o.postgres = ""
	}
	for w := range strings.SplitSeq(*workers, ",") {
		n, err := strconv.Atoi(w)
		if err != nil {
			return o, fmt.Errorf("-workers: %w", err)
		}
		o.workers = append(o.workers, n)
	}
	return o, o.bounds()
}

func given(f *flag.FlagSet, name string) bool {
	found := false
	f.Visit(func(fl *flag.Flag) { found = found || fl.Name == name })
	return found
}

func main() {
	opt, err := parse(os.Args[1:], os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err != nil:
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	rep, err := run(ctx, opt, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	if err := rep.print(os.Stdout, opt.json); err != nil || rep.missed(opt.goal) {
		os.Exit(1)
	}
}

// run does all of it, and cleans up also where the time is over.
func run(ctx context.Context, opt options, progress io.Writer) (report, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, opt.longest, fmt.Errorf("not done within -max %s", opt.longest))
	defer cancel()
	rep, err := measure(ctx, opt, progress)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = errors.Join(cause, err)
	}
	return rep, err
}

func measure(ctx context.Context, opt options, progress io.Writer) (rep report, err error) { //nolint:nonamedreturns // closing counts
	say := func(format string, args ...any) { fmt.Fprintf(progress, format+"\n", args...) }
	t, err := open(ctx, opt)
	if err != nil {
		return report{}, err
	}
	defer func() { err = errors.Join(err, t.close()) }()
	rep.Machine = t.describe(ctx)
	say("%s %s, load average %s", t.engine, rep.Machine.Database, rep.Machine.LoadAverage)
	stock, err := t.fill(ctx, opt.tickets/shopCount)
	if err != nil {
		return rep, err
	}
	rep.Loaded = stock.summary
	say("loaded %d tickets, %d rows in %.1f s", stock.summary.Tickets, stock.summary.Rows, stock.summary.Seconds)
	bench, err := newBench(t, stock, opt)
	if err != nil {
		return rep, err
	}
	for _, w := range opt.workers {
		r, err := bench.run(ctx, w)
		if err != nil {
			return rep, err
		}
		rep.Runs = append(rep.Runs, r)
		say("%d workers: %.0f steps/s by the desk, ratio %.2f, to the writes alone %.2f",
			w, r.side(sideDesk).PerSecond, r.side(sideDesk).Ratio, r.side(sideDesk).WritesRatio)
	}
	if rep.Pages, err = t.pages(ctx, stock, opt.pages); err != nil {
		return rep, err
	}
	if rep.Claims, err = t.allClaims(ctx, opt); err != nil {
		return rep, err
	}
	rep.Machine.LoadAverageAfter = loadAverage()
	rep.Machine.Size = t.size(ctx)
	return rep, nil
}
