package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Log is a desk's event log, case by case in the order of their first rows.
type Log struct {
	Mapping *Mapping
	Cases   []*LogCase
	Rows    int // all, the bad ones included
	Bad     BadRows
	First   time.Time // the earliest and the latest stamp
	Last    time.Time
	// HasMadeSLA tells that the log says itself which cases met their target.
	HasMadeSLA bool
}

// LogCase is the rows of one case in their order.
type LogCase struct {
	ID   string
	Rows []Row
	// Lost counts rows that could not be used. What is left of the case runs
	// through its life, but says nothing about how long things took.
	Lost int
	// Misdated counts rows whose stamps cannot be true.
	Misdated int
}

// Row is one row of the log.
type Row struct {
	Line     int
	Activity string
	At       time.Time
	// Bad is set where the stamp cannot be true, though the row counts:
	// OutOfOrder or AnsweredBefore.
	Bad BadKind

	Agent, Assignee, Team       string
	Customer, Channel, Priority string
	Reason, MadeSLA             string
	Tags                        []string
	Opened, Closed              time.Time
	Hops                        int // -1: the log does not say

	order int64
}

// readLog reads a log in any of the formats. An error means that the file as
// a whole cannot be used; bad rows are counted and listed.
func readLog(in io.Reader, mappings []*Mapping) (*Log, error) {
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
	m, err := detect(header.fields, mappings)
	if err != nil {
		return nil, err
	}
	p, err := newRowParser(m, header.fields)
	if err != nil {
		return nil, err
	}
	l := &Log{Mapping: m, HasMadeSLA: p.made >= 0, Bad: BadRows{Counts: map[BadKind]int{}, Listed: []BadRow{}}}
	r := reading{log: l, parser: p, cases: map[string]*LogCase{}}
	for {
		rec, err := recs.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", recs.line+1, err)
		}
		r.add(rec)
	}
	for _, c := range r.log.Cases {
		r.log.settle(c, m.Columns.Order != "" && p.order >= 0)
	}
	r.log.Bad.sort()
	return r.log, nil
}

// reading is a log while it is read.
type reading struct {
	log    *Log
	parser *rowParser
	cases  map[string]*LogCase
}

// add takes in one record.
func (r *reading) add(rec record) {
	r.log.Rows++
	id, row, bad := r.parser.parse(rec)
	c := r.cases[id]
	if c == nil && id != "" {
		c = &LogCase{ID: id}
		r.cases[id] = c
		r.log.Cases = append(r.log.Cases, c)
	}
	if bad != nil {
		r.log.Bad.add(*bad)
		if c != nil && bad.Kind != UnknownActivity {
			c.Lost++
		}
		return
	}
	c.Rows = append(c.Rows, row)
	if r.log.First.IsZero() || row.At.Before(r.log.First) {
		r.log.First = row.At
	}
	if row.At.After(r.log.Last) {
		r.log.Last = row.At
	}
}

// settle brings the rows of a case into their order and finds the stamps that
// cannot be true: before the case was opened, or before the row before.
func (l *Log) settle(c *LogCase, ordered bool) {
	if ordered {
		slices.SortStableFunc(c.Rows, func(a, b Row) int { return cmp.Compare(a.order, b.order) })
	}
	var asked, latest time.Time
	for i := range c.Rows {
		row := &c.Rows[i]
		if i == 0 {
			asked, latest = row.At, row.At
			if !row.Opened.IsZero() {
				asked = row.Opened
			}
		}
		switch {
		case row.At.Before(asked):
			row.Bad = AnsweredBefore
			l.Bad.addf(AnsweredBefore, row.Line, "case %s: stamped %s, opened %s", c.ID, stamp(row.At), stamp(asked))
		case row.At.Before(latest):
			row.Bad = OutOfOrder
			l.Bad.addf(OutOfOrder, row.Line, "case %s: stamped %s, after %s", c.ID, stamp(row.At), stamp(latest))
		}
		if row.Bad != "" {
			c.Misdated++
		}
		if row.At.After(latest) {
			latest = row.At
		}
	}
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// rowParser reads the fields of a row by the columns of a mapping. Columns
// that the header lacks are -1.
type rowParser struct {
	m                                                *Mapping
	width                                            int
	zone                                             *time.Location
	id, at, order, agent, assignee, team             int
	customer, channel, priority, reason, opened, end int
	made, hops                                       int
	activity, tags                                   []int
	tagNames                                         []string
	names                                            map[string]string // of activities, each kept once
}

func newRowParser(m *Mapping, header []string) (*rowParser, error) {
	for i, name := range header {
		if slices.Contains(header[:i], name) {
			return nil, fmt.Errorf("header: column %q stands twice", name)
		}
	}
	zone, err := time.LoadLocation(m.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone %q: %w", m.Zone, err)
	}
	col := func(name string) int {
		if name == "" {
			return -1
		}
		return slices.Index(header, name)
	}
	c := &m.Columns
	p := &rowParser{
		m: m, width: len(header), zone: zone, names: map[string]string{},
		id: col(c.Case), at: col(c.At), order: col(c.Order), agent: col(c.Agent), assignee: col(c.Assignee),
		team: col(c.Team), customer: col(c.Customer), channel: col(c.Channel), priority: col(c.Priority),
		reason: col(c.Reason), opened: col(c.Opened), end: col(c.Closed), made: col(c.MadeSLA), hops: col(c.Hops),
	}
	for _, name := range c.Activity {
		p.activity = append(p.activity, col(name))
	}
	for _, name := range c.Tags {
		if i := col(name); i >= 0 {
			p.tags, p.tagNames = append(p.tags, i), append(p.tagNames, name)
		}
	}
	return p, nil
}

// hopsOf reads a count of hops; what is none says nothing.
func hopsOf(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// parse returns the case of a record and its row, or what is wrong with it.
// The case is known as far as it could be read.
func (p *rowParser) parse(rec record) (string, Row, *BadRow) {
	bad := func(kind BadKind, format string, args ...any) *BadRow {
		return &BadRow{Line: rec.line, Kind: kind, Detail: fmt.Sprintf(format, args...)}
	}
	if rec.err != nil {
		return "", Row{}, bad(Malformed, "%v", rec.err)
	}
	if len(rec.fields) != p.width {
		return "", Row{}, bad(Malformed, "%d fields instead of %d", len(rec.fields), p.width)
	}
	f := fields(rec.fields)
	id := f.at(p.id)
	for i, v := range f {
		if !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) {
			return "", Row{}, bad(Malformed, "field %d is no line of text", i+1)
		}
	}
	row := Row{
		Line: rec.line, Activity: p.activityOf(f), Agent: f.at(p.agent), Assignee: f.at(p.assignee),
		Team: f.at(p.team), Customer: f.at(p.customer), Channel: f.at(p.channel), Priority: f.at(p.priority),
		Reason: f.at(p.reason), MadeSLA: strings.ToLower(f.at(p.made)), Hops: hopsOf(f.at(p.hops)),
	}
	for i, tag := range p.tags {
		if v := f.at(tag); v != "" {
			row.Tags = append(row.Tags, p.tagNames[i]+":"+v)
		}
	}
	switch {
	case id == "":
		return "", Row{}, bad(Missing, "no %s", p.m.Columns.Case)
	case row.Activity == "":
		return id, Row{}, bad(Missing, "no %s", strings.Join(p.m.Columns.Activity, "/"))
	case f.at(p.at) == "":
		return id, Row{}, bad(Missing, "no %s", p.m.Columns.At)
	}
	if name, value := p.numbers(f, &row); name != "" {
		return id, Row{}, bad(Unparsable, "%s %q", name, value)
	}
	if _, known := p.m.Activities[row.Activity]; !known {
		return id, Row{}, bad(UnknownActivity, "%q", row.Activity)
	}
	return id, row, nil
}

// numbers reads the stamps and the order. Where one cannot be read it returns
// its column and value.
func (p *rowParser) numbers(f fields, row *Row) (string, string) {
	c := &p.m.Columns
	for _, s := range []struct {
		name string
		col  int
		to   *time.Time
	}{{c.At, p.at, &row.At}, {c.Opened, p.opened, &row.Opened}, {c.Closed, p.end, &row.Closed}} {
		v := f.at(s.col)
		if v == "" {
			continue
		}
		at, err := time.ParseInLocation(p.m.Layout, v, p.zone)
		if err != nil || at.Year() < 1900 || at.Year() > 2199 {
			return s.name, v
		}
		*s.to = at.UTC()
	}
	if v := f.at(p.order); v != "" {
		n, err := strconv.ParseInt(v, 10, 32)
		if err != nil {
			return c.Order, v
		}
		row.order = n
	}
	return "", ""
}

// activityOf joins the columns of the activity.
func (p *rowParser) activityOf(f fields) string {
	if len(p.activity) == 1 {
		return p.kept(f.at(p.activity[0]))
	}
	parts := make([]string, len(p.activity))
	for i, col := range p.activity {
		parts[i] = f.at(col)
	}
	if strings.Join(parts, "") == "" {
		return ""
	}
	return p.kept(strings.Join(parts, "/"))
}

// kept returns one string for all that are equal.
func (p *rowParser) kept(name string) string {
	if known, ok := p.names[name]; ok {
		return known
	}
	name = strings.Clone(name)
	if len(p.names) < 1000 {
		p.names[name] = name
	}
	return name
}

// fields are the fields of a record.
type fields []string

// at returns a field without blanks around it; "" where there is no such
// column.
func (f fields) at(i int) string {
	if i < 0 {
		return ""
	}
	return strings.TrimSpace(f[i])
}
