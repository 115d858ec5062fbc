package main

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/ticket"
)

// deskRules are the rules of the desk that wrote the log. What the log does
// not show is left out: no reminders, no question whether all is well. The
// zone is where its days begin.
func deskRules(d *DeskRules) (*ticket.Rules, *time.Location, error) {
	hours, err := sla.ParseHours(d.Hours)
	if err != nil {
		return nil, nil, fmt.Errorf("desk.hours: %w", err)
	}
	cal, err := sla.NewCalendar(sla.CalendarConfig{ID: "desk", Zone: d.Zone, Hours: hours})
	if err != nil {
		return nil, nil, fmt.Errorf("desk: %w", err)
	}
	rules, err := ticket.NewRules(ticket.RulesConfig{Calendar: cal, ReopenWindow: d.ReopenWindow})
	if err != nil {
		return nil, nil, fmt.Errorf("desk: %w", err)
	}
	return rules, cal.Zone(), nil
}
