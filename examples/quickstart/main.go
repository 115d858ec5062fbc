package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
	"github.com/kulanz-go/kulanz/ticket/ticketmem"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	now := time.Date(2026, 11, 27, 15, 30, 0, 0, time.UTC) // Friday, 16:30 in Berlin
	calendar, policy, err := deadlines()
	if err != nil {
		return err
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: calendar, FollowUp: sla.Period{N: 2, Unit: sla.UnitDay}})
	desk, deskErr := ticket.NewDesk(new(ticketmem.Store), ticket.Config{
		Rules: rules, Now: func() time.Time { return now },
		Delivery: ticket.DeskDelivers(func(_ context.Context, o ticket.Outgoing) error {
			_, err := fmt.Fprintf(out, "mail to %s: %s\n", o.Ticket.Customer.Ref, o.Event.Message().Text)
			return err
		}),
	})
	if err := errors.Join(err, deskErr); err != nil {
		return err
	}
	var ref ticket.Ref
	mail := func(id, text string) error {
		r, err := desk.Receive(ctx, ticket.Inbound{
			Shop: "demo", Key: id, Channel: ticket.ChannelEmail, Subject: "My parcel", Text: text,
			Customer: ticket.Customer{Ref: "customer-17", Language: "en"}, Orders: []string{"4711"},
		})
		ref = r.Ticket.Ref()
		return err
	}
	anna := ticket.Actor{Kind: ticket.ActorAgent, ID: "anna", Shop: "demo"}
	do := func(cmd ticket.Command) error { _, err := desk.Do(ctx, anna, ref, cmd); return err }
	for _, step := range []struct {
		after time.Duration
		do    func() error
	}{
		{0, func() error { return mail("mail-1", "Where is my parcel?") }},
		{20 * time.Minute, func() error { return do(ticket.Reply{Text: "I am asking the carrier."}) }},
		{2 * time.Minute, func() error { return mail("mail-2", "It is a birthday present!") }},
		{time.Minute, func() error { return mail("mail-3", "Please hurry.") }},
		{time.Minute, func() error { return do(ticket.MakePromise{Text: "News by Monday", Due: now.Add(72 * time.Hour)}) }},
		{65 * time.Hour, func() error { return do(ticket.KeepPromise{ID: "p5"}) }},
		{0, func() error { return do(ticket.Resolve{Code: ticket.ResolvedAnswered, Text: "It arrives today."}) }},
		{48 * time.Hour, func() error { return nil }},      // the desk follows up by itself
		{12 * 24 * time.Hour, func() error { return nil }}, // and closes
	} {
		now = now.Add(step.after)
		err := step.do()
		_, tickErr := desk.Tick(ctx, ticket.TickOptions{})
		if err := errors.Join(err, tickErr); err != nil {
			return err
		}
	}
	var history []ticket.Event
	for e, err := range desk.History(ctx, anna, ref) {
		if err != nil {
			return err
		}
		history = append(history, e)
		fmt.Fprintf(out, "%s %-8s %-16s -> %s\n", e.At.In(calendar.Zone()).Format("Mon 02 Jan 15:04"), e.Actor.Kind, e.Kind, e.To)
	}
	for _, s := range sla.Evaluate(policy, ticket.Marks(history), now) {
		fmt.Fprintf(out, "%-16s %-8s took %s of %s\n", s.Metric, s.State, s.Elapsed, s.Target)
	}
	return nil
}

func deadlines() (*sla.Calendar, *sla.Policy, error) {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00")
	calendar, calendarErr := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: "Europe/Berlin", Hours: hours})
	if err := errors.Join(err, calendarErr); err != nil {
		return nil, nil, err
	}
	policy, err := sla.NewPolicy(sla.PolicyConfig{ID: "standard", Rules: []sla.Rule{{ID: "all", Targets: []sla.Target{
		{Metric: sla.FirstResponse, Period: sla.Period{N: 1, Unit: sla.UnitWorkHour}, Clock: "desk"},
		{Metric: sla.FirstResolution, Period: sla.Period{N: 8, Unit: sla.UnitWorkHour}, Clock: "desk"},
		{Metric: sla.Promise, Clock: sla.WallClock},
	}}}}, calendar)
	return calendar, policy, err
}
