package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/kulanz-go/kulanz/sla"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr, term.IsTerminal(int(os.Stderr.Fd())))
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// options are the flags.
type options struct {
	calendar, zone     string
	policies, mappings list
	asJSON             bool
	svg, explain       string
	escalation         string
	csat               string
	returns, orders    string
	file               string
}

// list is a flag that may be given several times.
type list []string

// String returns the values, separated by commas.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set adds a value.
func (l *list) Set(v string) error {
	*l = append(*l, v)
	return nil
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.calendar, "calendar", "", "opening `hours` instead of the policies' own, as in \"Mo-Fr 09:00-17:00\"")
	flags.StringVar(&o.zone, "zone", "", "time `zone` of desk and calendars, as in Europe/Berlin")
	flags.Var(&o.policies, "policy", "`file` of a policy, or the name of one that comes with the program; several are compared")
	flags.Var(&o.mappings, "mapping", "`file` of a mapping table for another log; its columns tell when it is used")
	flags.StringVar(&o.escalation, "escalation", "third_hop.json", "`file` of an escalation policy, the name of one that comes with the program, or none")
	flags.BoolVar(&o.asJSON, "json", false, "print the report as JSON")
	flags.StringVar(&o.svg, "svg", "", "write a picture of the report to a `file`")
	flags.StringVar(&o.csat, "csat", "", "read satisfaction scores from a `file` instead: columns channel, category, reported_at, responded_at, csat")
	flags.StringVar(&o.returns, "returns", "", "match credit notes to purchases in a `file` instead: columns InvoiceNo, StockCode, Quantity, InvoiceDate, UnitPrice, CustomerID")
	flags.StringVar(&o.orders, "orders", "", "read from the order lines of a `file` how loyal customers are instead: the columns of -returns")
	flags.StringVar(&o.explain, "explain", "", "print the timeline of one `case` and why each date")
	flags.Usage = func() {
		usage := newPrinter(stderr)
		usage.printf("usage: replay [flags] [FILE.csv[.gz]]\n")
		flags.PrintDefaults()
		usage.printf("policies that come with the program: %s\n", strings.Join(shippedPolicies(), ", "))
	}
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if o.explain != "" && (o.asJSON || o.svg != "") {
		return o, errors.New("-explain prints one case, so neither -json nor -svg goes with it")
	}
	if err := o.checkSources(flags.NArg()); err != nil {
		return o, err
	}
	if flags.NArg() > 1 {
		return o, fmt.Errorf("one file at a time, got %d", flags.NArg())
	}
	o.file = flags.Arg(0)
	return o, nil
}

// checkSources refuses more than one thing to read, and what does not go with it.
func (o *options) checkSources(files int) error {
	sources := 0
	for _, name := range []string{o.csat, o.returns, o.orders} {
		if name != "" {
			sources++
		}
	}
	switch {
	case sources > 1 || sources == 1 && (o.explain != "" || files > 0):
		return errors.New("-csat, -returns and -orders each read a file of their own: none goes with another, with -explain or with another file")
	case o.svg != "" && (o.returns != "" || o.orders != ""):
		return errors.New("-returns and -orders draw nothing, so -svg does not go with them")
	}
	return nil
}

// run is the program less its process: it returns the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer, terminal bool) int {
	o, err := parseOptions(args, stderr)
	errs := newPrinter(stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		errs.printf("replay: %v\n", err)
		return exitUsage
	}
	out := newPrinter(stdout)
	if report, err := o.readOther(); err != nil {
		errs.printf("replay: %v\n", err)
		return exitUsage
	} else if report != nil {
		return exitOf(errors.Join(report(&o, out), out.err), errs)
	}
	l, err := o.readLog()
	if err != nil {
		errs.printf("replay: %v\n", err)
		return exitUsage
	}
	policies, files, err := o.loadPolicies(l.Mapping)
	if err != nil {
		errs.printf("replay: %v\n", err)
		return exitUsage
	}
	if o.explain != "" {
		err = explain(ctx, l, policies, o.explain, out)
	} else {
		err = o.report(ctx, l, policies, files, out, progress(stderr, len(l.Cases), terminal))
	}
	return exitOf(errors.Join(err, out.err), errs)
}

// readOther reads a file that is no log of cases, if one was asked for, and
// returns how it is reported.
func (o *options) readOther() (func(*options, *printer) error, error) {
	switch {
	case o.csat != "":
		r, err := readCSATFile(o.csat)
		return r.report, err
	case o.returns != "":
		r, err := readReturnsFile(o.returns)
		return r.report, err
	case o.orders != "":
		r, err := readOrdersFile(o.orders)
		return r.report, err
	}
	return nil, nil //nolint:nilnil // nothing else was asked for
}

// exitOf prints an error, if there is one.
func exitOf(err error, errs *printer) int {
	if err == nil {
		return exitOK
	}
	errs.printf("replay: %v\n", err)
	return exitFailed
}

// readLog reads the file, or generates a log where there is none.
func (o *options) readLog() (*Log, error) {
	mappings, err := builtinMappings()
	if err != nil {
		return nil, err
	}
	for _, name := range o.mappings {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parseMapping(data)
		if err != nil {
			return nil, fmt.Errorf("mapping %s: %w", name, err)
		}
		mappings = append(mappings, m)
	}
	var l *Log
	if o.file == "" {
		l, err = readLog(strings.NewReader(sampleLog(sampleCases)), mappings)
	} else {
		l, err = readFile(o.file, mappings)
	}
	if err != nil {
		return nil, err
	}
	if o.zone != "" {
		l.Mapping.Desk.Zone = o.zone
	}
	if o.calendar != "" {
		l.Mapping.Desk.Hours = o.calendar
	}
	return l, nil
}

func readFile(name string, mappings []*Mapping) (*Log, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	l, err := readLog(file, mappings)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return l, nil
}

// loadPolicies loads those that were asked for, else that of the log's
// mapping.
func (o *options) loadPolicies(m *Mapping) ([]*sla.Policy, []PolicySummary, error) {
	names := o.policies
	if len(names) == 0 {
		names = list{m.Policy}
	}
	policies := make([]*sla.Policy, len(names))
	summaries := make([]PolicySummary, len(names))
	for i, name := range names {
		p, about, err := loadPolicy(name, hours{text: o.calendar, zone: o.zone})
		if err != nil {
			return nil, nil, err
		}
		policies[i] = p
		summaries[i] = PolicySummary{Policy: p.Ref(), File: name, About: about, Lint: p.Lint()}
	}
	return policies, summaries, nil
}

// report replays the log and prints what was found.
func (o *options) report(
	ctx context.Context, l *Log, policies []*sla.Policy, files []PolicySummary, out *printer, bar *progressbar.ProgressBar,
) error {
	watch, err := loadEscalation(o.escalation)
	if err != nil {
		return err
	}
	r, err := replayLog(ctx, l, policies, watch, runtime.GOMAXPROCS(0), func() {
		if bar != nil {
			_ = bar.Add(1) // a bar that cannot be drawn must not end the replay
		}
	})
	if err != nil {
		return err
	}
	r.Log.File, r.Policies = o.file, files
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
	picture, err := drawReport(r, policies)
	if err != nil {
		return err
	}
	return os.WriteFile(o.svg, picture, 0o644) //nolint:gosec // a picture for all to see
}

// progress returns a bar over the cases, nil where nobody would see it.
func progress(w io.Writer, cases int, terminal bool) *progressbar.ProgressBar {
	if !terminal {
		return nil
	}
	return progressbar.NewOptions(cases,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("cases"), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionSetItsString("cases"),
		progressbar.OptionThrottle(65*time.Millisecond), progressbar.OptionClearOnFinish())
}
