package route_test

import (
	"context"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/escalation/route"
	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

func ExampleRoute() {
	roster, err := route.ParseRoster([]byte(`{"agents": [
		{"id": "anna", "skills": {"returns": 2}, "languages": ["de"], "capacity": 6, "load": 5, "present": true},
		{"id": "ben", "skills": {"returns": 1}, "languages": ["de", "en"], "capacity": 6, "load": 1, "present": true},
		{"id": "cem", "skills": {"returns": 3}, "languages": ["de"], "capacity": 4, "absent": true}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	policy, err := route.ParsePolicy([]byte(`{"relax": [{"after": "30m", "lower": 1}]}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 6, 2, 8, 0, 0, 0, time.UTC)
	need := route.Request{Skills: []route.Need{{Skill: "returns", Level: 2}}, Languages: []string{"de"}, WaitingSince: now}
	for _, at := range []time.Time{now, now.Add(30 * time.Minute)} {
		d := route.Route(policy, roster, need, at)
		fmt.Println(d.Agent, d.Reason, d.Relaxed)
		for _, v := range d.Verdicts {
			fmt.Println("  ", v.Agent, v.Blockers)
		}
	}
	// Output:
	// anna least_loaded []
	//    anna []
	//    ben [{level returns 1 of 2}]
	//    cem [{absent }]
	// ben least_loaded [level returns 1]
	//    anna []
	//    ben []
	//    cem [{absent }]
}

func ExamplePlanner() {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	if err != nil {
		fmt.Println(err)
		return
	}
	office, err := sla.NewCalendar(sla.CalendarConfig{ID: "office", Version: 1, Zone: "Europe/Berlin", Hours: hours})
	if err != nil {
		fmt.Println(err)
		return
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: office})
	if err != nil {
		fmt.Println(err)
		return
	}
	planner, err := route.NewPlanner(route.PlannerConfig{
		Rules: rules,
		Roster: func(string, time.Time) route.Roster {
			return route.Roster{Agents: []route.Agent{{ID: "anna", Languages: []string{"de"}, Capacity: 1, Present: true}}}
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	desk, err := ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Planners: []ticket.Planner{planner}, Delivery: ticket.HostDelivers(), Now: time.Now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, customer := range []string{"c1", "c2"} {
		r, err := desk.Receive(context.Background(), ticket.Inbound{
			Shop: "shop", Key: customer, Channel: ticket.ChannelEmail, Customer: ticket.Customer{Ref: customer, Language: "de"}, Text: "Wo ist mein Paket?",
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%q\n", r.Ticket.Assignee)
	}
	// Output:
	// "anna"
	// ""
}
