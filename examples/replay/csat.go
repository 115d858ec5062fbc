package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/feedback"
	"github.com/kulanz-go/kulanz/feedback/trend"
)

// The columns that a log of contacts with satisfaction scores must have.
const (
	csatChannel   = "channel"
	csatReason    = "category"
	csatReported  = "reported_at"
	csatResponded = "responded_at"
	csatScore     = "csat"

	csatStamp = "2006-01-02T15:04" // on the log's own clock
)

// CSATReport is what a log of satisfaction scores says, with how sure it is.
type CSATReport struct {
	File    string           `json:"file"`
	Rows    int              `json:"rows"`
	Bad     BadRows          `json:"bad_rows"`
	All     CSATGroup        `json:"all"`
	Summary feedback.Summary `json:"summary"`
	// Tables tell answers apart, each by one thing.
	Tables []CSATTable  `json:"tables"`
	Days   trend.Series `json:"days"`
	// Alarms are days outside the limits of three standard deviations.
	Alarms []trend.Event `json:"alarms"`
	// DaysToFalseAlarm is how many average days pass until such an alarm by
	// chance alone; absent where none can lie outside.
	DaysToFalseAlarm float64 `json:"days_to_false_alarm,omitempty"`
}

// CSATTable is one way to tell answers apart. Holm keeps the chance that any of
// its groups is called different by mistake.
type CSATTable struct {
	By     string      `json:"by"`
	Groups []CSATGroup `json:"groups"`
}

// CSATGroup is a group of answers: 4 and 5 count as satisfied.
type CSATGroup struct {
	Name   string            `json:"name"`
	TopBox feedback.Estimate `json:"top_box"`
	Mean   feedback.Estimate `json:"mean"`
	// P says how often a group would differ so much from all others by chance,
	// for as many groups as there are; nil: there are no others.
	P *float64 `json:"p"`
}

// readCSAT reads a log and counts.
func readCSAT(in io.Reader) (*CSATReport, error) {
	recs, err := newRecords(in)
	if err != nil {
		return nil, err
	}
	header, err := recs.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, errors.New("the file is empty")
	case err != nil:
		return nil, err
	case header.err != nil:
		return nil, fmt.Errorf("header: %w", header.err)
	}
	c := csatCounter{
		width: len(header.fields), columns: map[string]int{}, days: map[feedback.Day]*feedback.Summary{},
		groups: [...]map[string]*feedback.Summary{{}, {}, {}},
		report: &CSATReport{Bad: BadRows{Counts: map[BadKind]int{}, Listed: []BadRow{}}},
	}
	for _, name := range []string{csatChannel, csatReason, csatReported, csatResponded, csatScore} {
		if c.columns[name] = slices.Index(header.fields, name); c.columns[name] < 0 {
			return nil, fmt.Errorf("header: column %q is missing", name)
		}
	}
	for {
		rec, err := recs.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", recs.line+1, err)
		}
		if err := c.add(rec); err != nil {
			return nil, err
		}
	}
	return c.report, c.finish()
}

func readCSATFile(name string) (*CSATReport, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r, err := readCSAT(file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.File = name
	return r, nil
}

// csatCounter counts while a log is read. groups are by channel, reason and
// band of the response time.
type csatCounter struct {
	width   int
	columns map[string]int
	days    map[feedback.Day]*feedback.Summary
	groups  [3]map[string]*feedback.Summary
	report  *CSATReport
}

// add counts one record. What has no score on the scale is left out; an answer
// before the question counts for everything but its time.
func (c *csatCounter) add(rec record) error {
	c.report.Rows++
	bad := &c.report.Bad
	if broken := rec.err != nil || len(rec.fields) != c.width; broken {
		bad.addf(Malformed, rec.line, "%d fields, and the header has %d", len(rec.fields), c.width)
		return nil
	}
	field := func(name string) string { return rec.fields[c.columns[name]] }
	scale := feedback.ScaleCSAT5()
	score, fault := scale.Parse(field(csatScore))
	if fault != nil {
		bad.addf(Unparsable, rec.line, "%v", fault)
		return nil
	}
	reported, err1 := time.Parse(csatStamp, field(csatReported))
	responded, err2 := time.Parse(csatStamp, field(csatResponded))
	var band string
	switch took := responded.Sub(reported); {
	case err1 != nil || err2 != nil:
		bad.addf(Unparsable, rec.line, "a stamp is not like %s: the answer counts, its time does not", csatStamp)
		band = bandUnknown
	case took < 0:
		bad.addf(AnsweredBefore, rec.line, "answered %s, asked %s", field(csatResponded), field(csatReported))
		band = bandNegative
	default:
		band = bandOf(took)
	}
	counted := []*feedback.Summary{&c.report.Summary}
	for i, name := range []string{field(csatChannel), field(csatReason), band} {
		counted = append(counted, entry(c.groups[i], cmp.Or(name, "(none)")))
	}
	if err1 == nil {
		counted = append(counted, entry(c.days, feedback.DayOf(reported, time.UTC)))
	}
	for _, s := range counted {
		if err := s.Add(scale, score); err != nil {
			return err
		}
	}
	return nil
}

func entry[K comparable](m map[K]*feedback.Summary, k K) *feedback.Summary {
	if m[k] == nil {
		m[k] = new(feedback.Summary)
	}
	return m[k]
}

// The bands of the response time, half-open.
const (
	bandNegative = "answered before asked"
	bandUnknown  = "unknown"
)

func bands() []string {
	return []string{"under 5 min", "5 to 15 min", "15 to 60 min", "1 to 4 h", "4 to 24 h", "24 h and more", bandNegative, bandUnknown}
}

func bandOf(took time.Duration) string {
	for i, limit := range []time.Duration{5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 24 * time.Hour} {
		if took < limit {
			return bands()[i]
		}
	}
	return bands()[5]
}

// finish makes figures of the counts.
func (c *csatCounter) finish() error {
	r := c.report
	r.Bad.sort()
	all, err := newCSATGroup("all", r.Summary)
	if err != nil {
		return err
	}
	r.All = all
	for i, by := range []string{"channel", "reason", "response time"} {
		t, err := newCSATTable(by, c.groups[i], r.Summary)
		if err != nil {
			return err
		}
		r.Tables = append(r.Tables, t)
	}
	r.Days, err = trend.NewSeries(feedback.ScaleCSAT5(), func(yield func(feedback.Row, error) bool) {
		for day, s := range c.days {
			if !yield(feedback.Row{Key: feedback.Key{Day: day}, Summary: *s}, nil) {
				return
			}
		}
	}, feedback.UnitDay)
	if err != nil {
		return err
	}
	return r.watch()
}

// watch looks for days outside their limits. A log is looked at as a whole, so
// its own mean is the baseline; who watches freezes one.
func (r *CSATReport) watch() error {
	shares, err := r.Days.Shares()
	if err != nil {
		return err
	}
	base, ok, err := trend.Freeze(shares)
	if err != nil || !ok {
		return err
	}
	chart := trend.PChart{Baseline: base, Sigma: 3}
	points, err := chart.Run(shares)
	if err != nil {
		return err
	}
	r.Alarms, err = trend.Events(points, r.Days.Buckets())
	if err != nil {
		return err
	}
	days, err := chart.RunLength(max(1, base.Answers.N/int64(len(shares))))
	if !math.IsInf(days, 0) {
		r.DaysToFalseAlarm = days
	}
	return err
}

func newCSATGroup(name string, s feedback.Summary) (CSATGroup, error) {
	r, err := feedback.NewResult(feedback.ScaleCSAT5(), s)
	if err != nil {
		return CSATGroup{}, err
	}
	return CSATGroup{Name: name, TopBox: r.TopBox(feedback.Wilson, feedback.Level{}), Mean: r.Mean(feedback.Level{})}, nil
}

// newCSATTable compares each group with all others: bands in their order, the
// rest by size.
func newCSATTable(by string, groups map[string]*feedback.Summary, all feedback.Summary) (CSATTable, error) {
	names := byCount(counts(groups))
	if by == "response time" {
		names = slices.DeleteFunc(bands(), func(b string) bool { return groups[b] == nil })
	}
	t := CSATTable{By: by}
	ps := make([]float64, 0, len(names))
	for _, name := range names {
		g, err := newCSATGroup(name, *groups[name])
		if err != nil {
			return CSATTable{}, err
		}
		t.Groups = append(t.Groups, g)
		p, err := againstRest(*groups[name], all)
		if err != nil {
			return CSATTable{}, err
		}
		ps = append(ps, p)
	}
	adjusted, err := feedback.Adjust(ps)
	if err != nil || len(ps) < 2 {
		return t, err
	}
	for i := range t.Groups {
		t.Groups[i].P = &adjusted.Holm[i]
	}
	return t, nil
}

func counts(groups map[string]*feedback.Summary) map[string]int {
	n := make(map[string]int, len(groups))
	for name, s := range groups {
		n[name] = int(s.N())
	}
	return n
}

// againstRest tests a group against all answers that are not in it.
func againstRest(group, all feedback.Summary) (float64, error) {
	if err := all.Sub(&group); err != nil {
		return 0, err
	}
	one, err1 := feedback.NewResult(feedback.ScaleCSAT5(), group)
	rest, err2 := feedback.NewResult(feedback.ScaleCSAT5(), all)
	d, ok := feedback.CompareShares(one.Good(), rest.Good(), feedback.Level{})
	if !ok {
		return 1, errors.Join(err1, err2) // nothing to tell it from
	}
	return d.NMinus1.P, errors.Join(err1, err2)
}
