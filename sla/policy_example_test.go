package sla_test

import (
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// exampleDesk is open on weekdays from nine to five, Berlin time.
func exampleDesk() *sla.Calendar {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	if err != nil {
		panic(err)
	}
	desk, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	if err != nil {
		panic(err)
	}
	return desk
}

// examplePolicy promises an answer within 4 working hours, urgent ones within
// 30 working minutes, and a solution within 2 working days of 8 h.
func examplePolicy() *sla.Policy {
	cfg, err := sla.ParsePolicy([]byte(`{
		"id": "shop", "version": 1, "zone": "Europe/Berlin",
		"rules": [
			{"id": "urgent", "match": {"priority": ["urgent"]}, "targets": [
				{"metric": "first_response", "period": {"n": 30, "unit": "work_minute"}, "clock": "desk", "warn": [50]},
				{"metric": "total_resolution", "period": {"n": 8, "unit": "work_hour"}, "clock": "desk", "pause": ["waiting_customer"]}]},
			{"id": "all", "targets": [
				{"metric": "first_response", "period": {"n": 4, "unit": "work_hour"}, "clock": "desk", "warn": [75]},
				{"metric": "total_resolution", "period": {"n": 16, "unit": "work_hour"}, "clock": "desk", "pause": ["waiting_customer"]}]}
		]}`))
	if err != nil {
		panic(err)
	}
	p, err := sla.NewPolicy(cfg, exampleDesk())
	if err != nil {
		panic(err)
	}
	return p
}

// berlinTime reads a time in November 2026.
func berlinTime(s string) time.Time {
	t, err := time.ParseInLocation("02 15:04", s, exampleDesk().Zone())
	if err != nil {
		panic(err)
	}
	return t.AddDate(2026, 10, 0)
}

func exampleTimeline() []sla.Mark {
	return []sla.Mark{
		{Seq: 1, At: berlinTime("23 10:00"), Kind: sla.MarkOpened, State: "open", Subject: &sla.Subject{Priority: "normal"}},
		{Seq: 2, At: berlinTime("23 11:30"), Kind: sla.MarkAgentReply, State: "waiting_customer"},
		{Seq: 3, At: berlinTime("24 09:30"), Kind: sla.MarkCustomerMessage, State: "open"},
	}
}

func ExampleEvaluate() {
	p := examplePolicy()
	for _, s := range sla.Evaluate(p, exampleTimeline(), berlinTime("24 12:00")) {
		fmt.Println(s.Metric, s.State, s.Elapsed, "of", s.Target, "due", s.Due.In(exampleDesk().Zone()).Format("Mon 15:04"))
	}
	// Output:
	// first_response met 1h30m0s of 4h0m0s due Mon 14:00
	// total_resolution running 4h0m0s of 16h0m0s due Wed 16:00
}

// A tracker takes marks as they come, says when to look next, and gives each
// warning once.
func ExampleTracker() {
	p := examplePolicy()
	var t sla.Tracker
	t, _ = t.Apply(p, exampleTimeline()[0])
	next, _ := t.Next(p)
	fmt.Println("look at", next.In(exampleDesk().Zone()).Format("15:04"))

	t, alerts := t.Look(p, next)
	fmt.Println(alerts[0].Metric, alerts[0].Percent, "%")
	t, alerts = t.Look(p, next.Add(time.Minute))
	fmt.Println(len(alerts), "new")

	// Raised to urgent at 13:30: half an hour from 10:00 is over already.
	t, out := t.Apply(p, sla.Mark{Seq: 2, At: berlinTime("23 13:30"), Kind: sla.MarkSubject, Subject: &sla.Subject{Priority: "urgent"}})
	for _, a := range out.Alerts {
		fmt.Println(a.Metric, a.Percent, "% under rule", a.Rule)
	}
	fmt.Println(t.Status(p, berlinTime("23 13:30"))[0].State)
	// Output:
	// look at 13:00
	// first_response 75 %
	// 0 new
	// first_response 50 % under rule urgent
	// first_response 100 % under rule urgent
	// breached
}

func ExampleExplain() {
	e, err := sla.Explain(examplePolicy(), exampleTimeline(), berlinTime("24 12:00"), sla.TotalResolution, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Text(exampleDesk().Zone()).EN)
	// Output:
	// Total resolution, cycle 0: running
	// Policy shop@1, rule "all", clock desk@1, target 16 h
	// 2026-11-23 10:00:00 starts (open), due 2026-11-25 10:00:00
	//   rule "urgent" does not match: priority is "normal", not "urgent"
	//   rule "all" matches
	// 2026-11-23 11:30:00 paused (waiting_customer)
	// 2026-11-24 09:30:00 resumed (open), due 2026-11-25 16:00:00
	// 2026-11-23 10:00:00 to 2026-11-23 11:30:00: 1 h 30 min count
	// 2026-11-23 11:30:00 to 2026-11-24 09:30:00: 6 h do not count (waiting_customer)
	// 2026-11-24 09:30:00 to 2026-11-24 12:00:00: 2 h 30 min count
	// Used 4 h of 16 h, remaining 12 h
	// Due 2026-11-25 16:00:00, after another 12 h
}

func ExampleExplanation_Text() {
	e, err := sla.Explain(examplePolicy(), exampleTimeline()[:1], berlinTime("23 15:00"), sla.FirstResponse, 0)
	if err != nil {
		panic(err)
	}
	fmt.Println(e.Text(exampleDesk().Zone()).DE)
	// Output:
	// Erste Antwort, Zyklus 0: überschritten
	// Vereinbarung shop@1, Regel "all", Uhr desk@1, Ziel 4 h
	// 23.11.2026 10:00:00 beginnt (open), fällig 23.11.2026 14:00:00
	//   Regel "urgent" trifft nicht zu: priority ist "normal", nicht "urgent"
	//   Regel "all" trifft zu
	// 23.11.2026 10:00:00 bis 23.11.2026 15:00:00: 5 h zählen
	// Verbraucht 5 h von 4 h, verbleibend -1 h
	// Überschritten seit 23.11.2026 14:00:00
}

// What would a stricter policy have meant?
func ExampleReplay() {
	strict := examplePolicy().Config()
	strict.Version = 2
	strict.Rules[1].Targets[0].Period = sla.Period{N: 1, Unit: sla.UnitWorkHour}
	p2, err := sla.NewPolicy(strict, exampleDesk())
	if err != nil {
		panic(err)
	}
	histories := slices.Values([]sla.History{{ID: "4711", Marks: exampleTimeline()}})
	r := sla.Replay(histories, examplePolicy(), p2)
	for _, p := range r.Policies {
		c := p.Metrics[0].Counts
		share := c.MetShare()
		fmt.Printf("%s %s: %d met, %d breached, met %.0f %% (%.0f to %.0f)\n",
			p.Policy, p.Metrics[0].Metric, c.Met, c.Breached, 100*share.Value, 100*share.Low, 100*share.High)
	}
	fmt.Println(r.Changes[0].Metrics[0].Flips)
	// Output:
	// shop@1 first_response: 1 met, 0 breached, met 100 % (21 to 100)
	// shop@2 first_response: 0 met, 1 breached, met 0 % (0 to 79)
	// [{4711 breached}]
}

func ExamplePolicy_Lint() {
	cfg := examplePolicy().Config()
	slices.Reverse(cfg.Rules)
	p, err := sla.NewPolicy(cfg, exampleDesk())
	if err != nil {
		panic(err)
	}
	for _, w := range p.Lint() {
		fmt.Printf("%s: %q %q\n", w.Code, w.Rule, w.Other)
	}
	// Output:
	// rule_never_reached: "urgent" ""
	// calendar_without_holidays: "" "desk@1"
}
