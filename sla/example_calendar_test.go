package sla_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

func ExampleParseHours() {
	h, err := sla.ParseHours("Mo-Fr 09:00-13:00,14:00-18:00; Sa 10:00-14:00; PH off; 2026 Dec 24 09:00-13:00")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(h.Week[time.Monday]), "windows on Mondays, the second", h.Week[time.Monday][1])
	fmt.Println(h.Exceptions[0].Date, "open", h.Exceptions[0].Open[0])

	_, err = sla.ParseHours("Mo-Fr 09:00-25:00; Xx off")
	fmt.Println(err)
	// Output:
	// 2 windows on Mondays, the second 14:00-18:00
	// 2026-12-24 open 09:00-13:00
	// sla: hours, character 13: "25:00" is not a time of day like "09:30" (00:00 to 24:00)
	// sla: hours, character 20: "Xx" is not a day: one of Mo Tu We Th Fr Sa Su PH, or a date like 2026 Dec 24
}

// shop returns the calendar of the other examples: Cologne, with its holidays.
func shop() *sla.Calendar {
	hours, err := sla.ParseHours(`Mo-Fr 09:00-17:00; PH off; 2026 Dec 24 09:00-13:00 "Heiligabend"`)
	if err != nil {
		panic(err)
	}
	region, err := holiday.Germany(holiday.NW)
	if err != nil {
		panic(err)
	}
	c, err := sla.NewCalendar(sla.CalendarConfig{
		ID: "shop", Version: 1, Zone: "Europe/Berlin", Hours: hours, Holidays: region, Region: region.ID(),
	})
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleNewCalendar() {
	hours, err := sla.ParseHours("Mo-Fr 09:00-17:00; PH off")
	if err != nil {
		fmt.Println(err)
		return
	}
	region, err := holiday.Germany(holiday.NW)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, err := sla.NewCalendar(sla.CalendarConfig{
		ID: "shop", Version: 1, Zone: "Europe/Berlin", Hours: hours, Holidays: region, Region: region.ID(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.IsOpen(time.Date(2026, 11, 23, 9, 0, 0, 0, c.Zone())), c)

	// Everything that is wrong is reported at once.
	_, err = sla.NewCalendar(sla.CalendarConfig{ID: "a|b", Zone: "Europe/Colonia"})
	fmt.Println(errors.Is(err, sla.ErrInvalid))
	fmt.Println(err)
	// Output:
	// true Mo-Fr 09:00-17:00; PH off
	// true
	// sla: id: "a|b" holds "|", "@" or a control character
	// sla: zone: "Europe/Colonia" is no time zone that this machine knows
}

func ExampleCalendar_Add() {
	c := shop()
	friday := time.Date(2026, 11, 27, 16, 0, 0, 0, c.Zone())
	due, err := c.Add(friday, 9*time.Hour)
	fmt.Println(due.Format(time.RFC1123), err)

	// A full day of work from the evening ends at the closing, not at the next opening.
	due, err = c.Add(friday.Add(4*time.Hour), 8*time.Hour)
	fmt.Println(due.Format(time.RFC1123), err)
	// Output:
	// Mon, 30 Nov 2026 17:00:00 CET <nil>
	// Mon, 30 Nov 2026 17:00:00 CET <nil>
}

func ExampleCalendar_Between() {
	c := shop()
	received := time.Date(2026, 12, 23, 15, 0, 0, 0, c.Zone())
	answered := time.Date(2026, 12, 28, 10, 0, 0, 0, c.Zone())
	fmt.Println(c.Between(received, answered), "of", answered.Sub(received))
	// Output:
	// 7h0m0s of 115h0m0s
}

func ExampleCalendar_Spans() {
	c := shop()
	from := time.Date(2026, 12, 23, 12, 0, 0, 0, c.Zone())
	for s := range c.Spans(from, from.AddDate(0, 0, 6)) {
		fmt.Println(s.Start.Format("Mon 02 15:04"), "to", s.End.Format("15:04"), s.Duration())
	}
	// Output:
	// Wed 23 12:00 to 17:00 5h0m0s
	// Thu 24 09:00 to 13:00 4h0m0s
	// Mon 28 09:00 to 17:00 8h0m0s
	// Tue 29 09:00 to 12:00 3h0m0s
}

func ExampleCalendar_ExplainAdd() {
	c := shop()
	tr, err := c.ExplainAdd(time.Date(2026, 12, 24, 12, 0, 0, 0, c.Zone()), 2*time.Hour)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(tr.Text().EN)
	fmt.Println(tr.Steps[2].Text().DE)
	// Output:
	// 2 h of working time from Thu 24 Dec 2026 12:00 CET
	// open Thu 24 Dec 2026 12:00 CET to Thu 24 Dec 2026 13:00 CET: 1 h, exception for this date (Heiligabend)
	// closed Thu 24 Dec 2026 13:00 CET to Fri 25 Dec 2026 00:00 CET: exception for this date (Heiligabend)
	// closed Fri 25 Dec 2026 00:00 CET to Sat 26 Dec 2026 00:00 CET: public holiday (Christmas Day)
	// closed Sat 26 Dec 2026 00:00 CET to Sun 27 Dec 2026 00:00 CET: public holiday (Second Day of Christmas)
	// closed Sun 27 Dec 2026 00:00 CET to Mon 28 Dec 2026 09:00 CET: outside opening hours
	// open Mon 28 Dec 2026 09:00 CET to Mon 28 Dec 2026 10:00 CET: 1 h
	// gives Mon 28 Dec 2026 10:00 CET
	// geschlossen Fr 25.12.2026 00:00 CET bis Sa 26.12.2026 00:00 CET: Feiertag (Erster Weihnachtstag)
}

func ExampleCalendar_AddPeriod() {
	c := shop()
	t := time.Date(2026, 12, 23, 18, 30, 0, 0, c.Zone())
	for _, p := range []sla.Period{
		{N: 24, Unit: sla.UnitHour},
		{N: 4, Unit: sla.UnitWorkHour},
		{N: 2, Unit: sla.UnitBusinessDay},
		{N: 2, Unit: sla.UnitWerktag},
		{N: 2, Unit: sla.UnitMonth},
	} {
		end, err := c.AddPeriod(t, p)
		fmt.Println(p, end.Format("Mon 2006-01-02 15:04"), err)
	}
	// Output:
	// 24 hours Thu 2026-12-24 18:30 <nil>
	// 4 work hours Thu 2026-12-24 13:00 <nil>
	// 2 business days Mon 2026-12-28 18:30 <nil>
	// 2 werktage Mon 2026-12-28 18:30 <nil>
	// 2 months Tue 2027-02-23 18:30 <nil>
}

func ExampleUnion() {
	night, err := sla.ParseHours("Mo-Fr 22:00-06:00")
	if err != nil {
		fmt.Println(err)
		return
	}
	manila, err := sla.NewCalendar(sla.CalendarConfig{ID: "night", Zone: "Asia/Manila", Hours: night})
	if err != nil {
		fmt.Println(err)
		return
	}
	team, err := sla.Union("team", 1, shop(), manila)
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, team.Zone())
	for s := range team.Spans(from, from.AddDate(0, 0, 1)) {
		fmt.Println(s.Start.Format("15:04"), "to", s.End.Format("15:04"))
	}
	// Output:
	// 09:00 to 23:00
}

func ExampleParseCalendar() {
	c, err := sla.ParseCalendar([]byte(`{
		"id": "shop", "version": 3, "zone": "Europe/Vienna",
		"hours": "Mo-Fr 09:00-17:00", "holidays": "DE-BY-A"
	}`), func(region string) (sla.HolidaySource, error) {
		return holiday.Germany(holiday.Land(region))
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.ID(), c.Version(), c.IsOpen(time.Date(2030, 8, 8, 12, 0, 0, 0, c.Zone()))) // Peace Festival
	// Output:
	// shop 3 false
}
