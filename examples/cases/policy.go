package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/escalation"
	"github.com/kulanz-go/kulanz/sla"
)

// policyCase is what happens to a ticket under a policy.
type policyCase struct {
	Policy   casePolicy    `json:"policy"`
	Business *caseBusiness `json:"business"`
	Empty    []string      `json:"empty_steps"`
	Events   []caseEvent   `json:"events"`
	Sweeps   []time.Time   `json:"sweeps"`
	Until    time.Time     `json:"until"`
	TZ       string        `json:"tz"`
	Ticket   string        `json:"ticket"`
}

type casePolicy struct {
	ID         string            `json:"id"`
	Version    string            `json:"version"`
	Clock      string            `json:"clock"`
	Steps      []caseStep        `json:"steps"`
	Repeat     caseRepeat        `json:"repeat"`
	AckTimeout int               `json:"ack_timeout_min"`
	Quiet      *escalation.Quiet `json:"quiet"`
	CatchUp    string            `json:"catchup"`
	Expire     int               `json:"expire_min"`
}

type caseStep struct {
	ID          string `json:"id"`
	After       int    `json:"after_min"`
	IgnoreQuiet bool   `json:"ignore_quiet"`
}

type caseRepeat struct {
	Times int `json:"times"`
	Gap   int `json:"gap_min"`
}

type caseBusiness struct {
	Windows []struct {
		Days []string `json:"days"`
		From string   `json:"from"`
		To   string   `json:"to"`
	} `json:"windows"`
	Holidays []sla.Date `json:"holidays"`
}

type caseEvent struct {
	At    time.Time `json:"at"`
	Type  string    `json:"type"`
	Until time.Time `json:"until"`
}

// caseFiring is a firing as tables write it.
type caseFiring struct {
	At      time.Time         `json:"at"`
	Due     time.Time         `json:"due"`
	Step    string            `json:"step"`
	Cycle   int               `json:"cycle"`
	Episode int               `json:"episode"`
	Status  escalation.Status `json:"status"`
	Key     string            `json:"key"`
}

// escalate tells what fires on a ticket.
func escalate(c mixedCase) (any, error) {
	in, err := read[policyCase](c)
	if err != nil {
		return nil, err
	}
	policy, err := in.policy()
	if err != nil {
		return nil, err
	}
	w := watch{policy: policy, in: escalation.Input{Ticket: in.Ticket, Holders: in.holders}}
	if in.Sweeps != nil {
		err = w.sweeps(in.Events, in.Sweeps)
	} else {
		err = w.exactly(in.Events, in.Until)
	}
	if err != nil {
		return nil, err
	}
	list := []caseFiring{}
	for _, f := range w.firings {
		if f.Due.Before(in.Until) {
			list = append(list, caseFiring{f.At.UTC(), f.Due.UTC(), f.Step, f.Cycle, f.Episode, f.Status, f.Key})
		}
	}
	return map[string]any{"firings": list}, nil
}

// holders says who holds a step: nobody where the case says so.
func (in *policyCase) holders(t escalation.Target, _ time.Time) []string {
	if slices.Contains(in.Empty, t.ID) {
		return nil
	}
	return []string{t.ID}
}

func (in *policyCase) policy() (*escalation.Policy, error) {
	p := in.Policy
	cfg := escalation.PolicyConfig{
		ID: p.ID, Version: p.Version, Clock: p.Clock, TZ: in.TZ, Quiet: p.Quiet,
		CatchUp:    escalation.CatchUp(p.CatchUp),
		AckTimeout: escalation.Minutes(p.AckTimeout), ExpireAfter: escalation.Minutes(p.Expire),
		Repeat: escalation.Repeat{Times: p.Repeat.Times, Gap: escalation.Minutes(p.Repeat.Gap)},
	}
	if in.Sweeps == nil { // looked at whenever something is due: each step fires at its own
		cfg.CatchUp = escalation.CatchUpAll
	}
	for _, s := range p.Steps {
		cfg.Steps = append(cfg.Steps, escalation.Step{
			ID: s.ID, After: escalation.Minutes(s.After), IgnoreQuiet: s.IgnoreQuiet,
			Targets: []escalation.Target{{Kind: escalation.TargetOnCall, ID: s.ID}},
			Actions: []escalation.Action{{Kind: escalation.ActNotify}},
		})
	}
	calendars, err := in.Business.calendars(p.Clock, in.TZ)
	if err != nil {
		return nil, err
	}
	return escalation.NewPolicy(cfg, escalation.Environment{Calendars: calendars})
}

// calendars makes the business clock, under the name that the policy uses.
func (b *caseBusiness) calendars(name, tz string) ([]*sla.Calendar, error) {
	if b == nil {
		return nil, nil
	}
	var hours sla.Hours
	for _, w := range b.Windows {
		for _, day := range w.Days {
			if len(day) != 2 {
				return nil, fmt.Errorf("%q is no day", day)
			}
			h, err := sla.ParseHours(day[:1] + string(day[1]+'a'-'A') + " " + w.From + "-" + w.To)
			if err != nil {
				return nil, err
			}
			for i := range h.Week {
				hours.Week[i] = append(hours.Week[i], h.Week[i]...)
			}
		}
	}
	for _, date := range b.Holidays {
		hours.Exceptions = append(hours.Exceptions, sla.Exception{Date: date})
	}
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: name, Zone: tz, Hours: hours})
	return []*sla.Calendar{cal}, err
}

// watch keeps between two looks what a desk would keep.
type watch struct {
	policy  *escalation.Policy
	in      escalation.Input
	state   escalation.State
	next    time.Time
	firings []escalation.Firing
}

func (w *watch) look(at time.Time) {
	w.in.Now = at
	r := w.policy.Evaluate(w.in, w.state)
	w.state, w.next = r.State, r.Next
	w.firings = append(w.firings, r.Firings...)
}

func (w *watch) apply(e caseEvent) error {
	kind := escalation.EventKind(e.Type)
	switch kind {
	case escalation.EventOpened, escalation.EventReopen, escalation.EventClosed, escalation.EventAck,
		escalation.EventUnack, escalation.EventSnooze, escalation.EventUnsnooze, escalation.EventAlert:
		w.state = w.policy.Apply(w.state, escalation.Event{At: e.At, Kind: kind, Until: e.Until})
		return nil
	default:
		return fmt.Errorf("event %q is not known", e.Type)
	}
}

// sweeps looks at the given instants alone.
func (w *watch) sweeps(events []caseEvent, sweeps []time.Time) error {
	for _, at := range sweeps {
		for ; len(events) > 0 && !events[0].At.After(at); events = events[1:] {
			if err := w.apply(events[0]); err != nil {
				return err
			}
		}
		w.look(at)
	}
	return nil
}

// exactly looks at each event, and whenever a look says that there is
// something to see.
func (w *watch) exactly(events []caseEvent, until time.Time) error {
	wake := func(before time.Time) {
		for !w.next.IsZero() && w.next.Before(before) {
			w.look(w.next)
		}
	}
	for len(events) > 0 {
		at := events[0].At
		wake(at)
		for ; len(events) > 0 && events[0].At.Equal(at); events = events[1:] {
			if err := w.apply(events[0]); err != nil {
				return err
			}
		}
		w.look(at)
	}
	wake(until)
	return nil
}

// throttle tells which attempts are let through.
func throttle(c mixedCase) (any, error) {
	in, err := read[struct {
		Windows []struct {
			Count int `json:"count"`
			Per   int `json:"per_min"`
		} `json:"windows"`
		Attempts []time.Time `json:"attempts"`
	}](c)
	if err != nil {
		return nil, err
	}
	var th escalation.Throttle
	for _, w := range in.Windows {
		th = append(th, escalation.Window{Count: w.Count, Per: escalation.Minutes(w.Per)})
	}
	allowed := make([]bool, len(in.Attempts))
	var sent []time.Time
	for i, at := range in.Attempts {
		sent, allowed[i] = th.Allow(sent, at)
	}
	return map[string]any{"allowed": allowed}, nil
}
