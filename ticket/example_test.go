package ticket_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

func Example() {
	ctx, now := context.Background(), time.Date(2026, 12, 24, 15, 0, 0, 0, time.UTC)
	hours, _ := sla.ParseHours("Mo-Fr 09:00-17:00") // errors are left out here
	nrw, _ := holiday.Germany(holiday.NW)
	calendar, _ := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin", Hours: hours, Holidays: nrw})
	rules, _ := ticket.NewRules(ticket.RulesConfig{Calendar: calendar})
	desk, _ := ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Delivery: ticket.HostDelivers(), Now: func() time.Time { return now },
	})

	mail := ticket.Inbound{
		Shop: "demo", Key: "<mail-1@example.org>", Channel: ticket.ChannelEmail,
		Customer: ticket.Customer{Ref: "customer-17"}, Orders: []string{"4711"}, Text: "Where is my parcel?",
	}
	in, _ := desk.Receive(ctx, mail)
	due, _ := calendar.Add(in.Ticket.Created, 2*time.Hour)
	fmt.Println(in.Outcome, "answer by", due.Format("Mon 2 Jan 15:04"))
	in, _ = desk.Receive(ctx, mail) // the mail server delivers it again
	fmt.Println(in.Outcome, in.Ticket.State)

	anna := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: "demo"}
	_, err := desk.Do(ctx, anna, in.Ticket.Ref(), ticket.Resolve{Code: ticket.ResolvedAnswered})
	fmt.Println(errors.Is(err, ticket.ErrRefused), err)
	// Output:
	// opened answer by Mon 28 Dec 10:00
	// duplicate new
	// true ticket: resolve in state new refused: no_reply
}

// A shop with a workshop adds a state, two events and a guard: rows are data,
// guards are code that rows name.
func ExampleParseWorkflow() {
	workflow, err := ticket.ParseWorkflow([]byte(`{
		"states": [{"name": "in_lab", "kind": "open", "inherit": true}],
		"add": [
			{"event": "send_to_lab", "from": ["open"], "to": "in_lab", "actors": ["agent"], "guards": ["has_sample"]},
			{"event": "lab_done", "from": ["in_lab"], "to": "open", "actors": ["agent", "system"]}
		]
	}`), map[string]ticket.Guard{"has_sample": func(in *ticket.Input) []ticket.Blocker {
		if in.Ticket.Fields["sample"] != "" {
			return nil
		}
		return []ticket.Blocker{{Code: "no_sample"}}
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	hours, _ := sla.ParseHours("Mo-Fr 09:00-17:00")
	calendar, _ := sla.NewCalendar(sla.CalendarConfig{Zone: "Europe/Berlin", Hours: hours})
	rules, _ := ticket.NewRules(ticket.RulesConfig{Calendar: calendar, Workflow: workflow})

	open := ticket.Ticket{Shop: "demo", State: ticket.StateOpen}
	anna := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: "demo"}
	for _, o := range rules.Available(open, anna, time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)) {
		if o.Event == "send_to_lab" || o.Event == ticket.EventSnooze {
			fmt.Println(o.Event, o.To, o.Blockers)
		}
	}
	// Output:
	// snooze snoozed []
	// send_to_lab  [{no_sample map[]}]
}
