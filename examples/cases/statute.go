package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// statuteKind is legal periods: rules as data, worked dates, and instants
// that are in time or too late. Each rule, date and instant is a case.
func statuteKind() kind {
	return kind{
		name: "statute",
		is:   func(top members) bool { return top.has("rules", "cases") && top.first("cases").has("rule", "events") },
		run:  runStatute,
	}
}

type statuteTable struct {
	Rules    []json.RawMessage `json:"rules"`
	Cases    []statuteCase     `json:"cases"`
	Instants []struct {
		Case    string    `json:"case"`
		Instant time.Time `json:"instant"`
		InTime  bool      `json:"in_time"`
	} `json:"instants"`
}

type statuteCase struct {
	ID            string            `json:"id"`
	Rule          string            `json:"rule"`
	Events        statute.Events    `json:"events"`
	Region        string            `json:"region"`
	Extra         []sla.Date        `json:"extra_holidays"`
	PickupOffered bool              `json:"pickup_offered"`
	Base          periods           `json:"base"`
	Repaired      bool              `json:"repair_extension"`
	Certainty     statute.Certainty `json:"certainty"`
	RawEnd        sla.Date          `json:"raw_end"`
	LastDay       sla.Date          `json:"last_day"`
	Weekday       string            `json:"weekday"`
	Shifted       bool              `json:"shifted"`
}

// statuteZone is where the dates of these tables are read.
const statuteZone = "Europe/Berlin"

func runStatute(file []byte) ([]result, error) {
	var table statuteTable
	if err := json.Unmarshal(file, &table); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(statuteZone)
	if err != nil {
		return nil, err
	}
	rules, results := table.rules()
	deadlines := map[string]statute.Deadline{}
	for _, c := range table.Cases {
		r := result{id: c.ID}
		if rule, ok := rules[c.Rule]; !ok {
			r.failf("neither the table nor the library has the rule %q", c.Rule)
		} else if d, err := c.deadline(rule, zone); err != nil {
			r.failf("%v", err)
		} else {
			c.check(&r, rule, d)
			deadlines[c.ID] = d
		}
		results = append(results, r)
	}
	for _, i := range table.Instants {
		r := result{id: fmt.Sprintf("%s at %s", i.Case, i.Instant.Format(time.RFC3339))}
		if d, ok := deadlines[i.Case]; ok {
			want(&r, "in time", d.InTime(i.Instant), i.InTime)
		} else {
			r.failf("there is no deadline of case %q", i.Case)
		}
		results = append(results, r)
	}
	return results, nil
}

// rules returns the statutes by id: the library's, with those of the table
// over them. A rule is a case: it must load, and one that the library has
// built in must be the same there.
func (table statuteTable) rules() (map[string]statute.Statute, []result) {
	builtin := statute.Builtin()
	rules := map[string]statute.Statute{}
	for s := range builtin.All() {
		rules[s.ID] = s
	}
	results := make([]result, len(table.Rules))
	for i, raw := range table.Rules {
		r := &results[i]
		r.id = fmt.Sprintf("rules[%d]", i)
		var loaded statute.Statute
		if err := json.Unmarshal(raw, &loaded); err != nil {
			r.failf("%v", err)
			continue
		}
		r.id = "rule " + loaded.ID
		if known, ok := builtin.Get(loaded.ID); ok {
			known.Name = loaded.Name // a name the library adds
			compareJSON(r, "the built-in statute", known, loaded)
		}
		rules[loaded.ID] = loaded
	}
	return rules, results
}

// compareJSON compares two values as they are written.
func compareJSON(r *result, what string, got, expected any) {
	a, errA := json.Marshal(got)
	b, errB := json.Marshal(expected)
	if errA != nil || errB != nil || string(a) != string(b) {
		r.failf("%s: got %s, want %s", what, a, b)
	}
}

// periods are lengths of time, written [[2, "year"], [12, "month"]].
type periods []sla.Period

func (ps *periods) UnmarshalJSON(data []byte) error {
	var pairs [][2]json.RawMessage
	if err := json.Unmarshal(data, &pairs); err != nil {
		return err
	}
	*ps = make(periods, len(pairs))
	for i, pair := range pairs {
		if err := errors.Join(json.Unmarshal(pair[0], &(*ps)[i].N), json.Unmarshal(pair[1], &(*ps)[i].Unit)); err != nil {
			return err
		}
	}
	return nil
}

// periods returns what the case counts: those of the rule, unless it has a
// base of its own, as where the parties agreed on one; and the year that a
// repair adds, unless the rule counts it already.
func (c statuteCase) periods(rule statute.Statute) periods {
	repair := sla.Period{N: 12, Unit: sla.UnitMonth}
	ps := periods(rule.Periods)
	if c.Base != nil {
		ps = c.Base
	}
	if c.Repaired && (len(ps) == 0 || ps[len(ps)-1] != repair) {
		ps = append(slices.Clip(ps), repair)
	}
	return ps
}

// deadline counts a case.
func (c statuteCase) deadline(rule statute.Statute, zone *time.Location) (statute.Deadline, error) {
	source, err := c.holidays()
	if err != nil {
		return statute.Deadline{}, err
	}
	events := statute.Events{}
	maps.Copy(events, c.Events)
	if c.PickupOffered {
		events[statute.PickupOffered] = statute.Moments{{}}
	}
	rule.Periods = c.periods(rule)
	return rule.Deadline(events, source, zone)
}

// holidays returns those of the case's region, and what it adds to them.
func (c statuteCase) holidays() (*holiday.Union, error) {
	source := holiday.Common()
	if c.Region != "EU-DE-COMMON" {
		land, err := holiday.ParseLand(c.Region)
		if err != nil {
			return nil, err
		}
		if source, err = holiday.Germany(land); err != nil {
			return nil, err
		}
	}
	extra := make([]sla.Holiday, len(c.Extra))
	for i, d := range c.Extra {
		extra[i] = sla.Holiday{Date: d, ID: "local", Source: "extra_holidays of the case"}
	}
	return holiday.With(source, extra...)
}

func (c statuteCase) check(r *result, rule statute.Statute, d statute.Deadline) {
	want(r, "raw end", d.RawEnd, c.RawEnd)
	want(r, "last day", d.LastDay, c.LastDay)
	want(r, "shifted", d.Shifted, c.Shifted)
	if c.Certainty == "" {
		c.Certainty = rule.Certainty
	}
	want(r, "certainty", d.Certainty, c.Certainty)
	if d.Due() && c.Weekday != "" {
		want(r, "weekday", d.LastDay.Weekday().String()[:3], c.Weekday)
	}
}
