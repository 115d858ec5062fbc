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
