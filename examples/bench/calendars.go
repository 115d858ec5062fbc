package main

import (
	"fmt"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/de"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

const (
	day  = 24 * time.Hour
	year = 365 * day
)

// The peer as it comes, and with its cache of holidays switched on. The goals
// are set against the former.
const (
	rickar       = "rickar/cal v2"
	rickarCached = "rickar/cal v2, Cacheable"
)

// office returns a calendar from 9 to 17 on some days of the week, in Berlin,
// with the 11 holidays of North Rhine-Westphalia.
func office(days string) (*sla.Calendar, error) {
	hours, err := sla.ParseHours(days + " 09:00-17:00; PH off")
	if err != nil {
		return nil, err
	}
	region, err := holiday.Germany(holiday.NW)
	if err != nil {
		return nil, err
	}
	return sla.NewCalendar(sla.CalendarConfig{ID: "office", Zone: "Europe/Berlin", Hours: hours, Holidays: region})
}

// rickarOffice is the same of the peer.
func rickarOffice(cached bool, days ...time.Weekday) *cal.BusinessCalendar {
	c := cal.NewBusinessCalendar()
	c.Cacheable = cached
	c.AddHoliday(de.HolidaysNW...)
	for _, d := range days {
		c.SetWorkday(d, true)
	}
	c.SetWorkHours(9*time.Hour, 17*time.Hour)
	return c
}

// calendars are the comparisons of working time.
func calendars() ([]comparison, error) {
	ours, err := office("Mo-Fr")
	if err != nil {
		return nil, err
	}
	theirs, cached := rickarOffice(false), rickarOffice(true)
	from := time.Date(2026, 11, 23, 10, 0, 0, 0, ours.Zone())
	spans := []struct {
		name string
		d    time.Duration
		goal float64
	}{{"1 h", time.Hour, 0}, {"3 days", 3 * day, 100}, {"30 days", 30 * day, 0}, {"1 year", year, 10_000}, {"10 years", 10 * year, 0}}
	var rows []comparison
	for _, s := range spans {
		to := from.Add(s.d)
		work := ours.Between(from, to)
		if work == 0 {
			return nil, fmt.Errorf("no working time in %s", s.name)
		}
		rows = append(rows,
			between(s.name, rickar, ours, theirs, from, to, s.goal),
			between(s.name, rickarCached, ours, cached, from, to, 0),
			deadline(s.name, rickar, ours, theirs, from, work, s.goal),
			deadline(s.name, rickarCached, ours, cached, from, work, 0))
	}
	return rows, nil
}

func between(span, peer string, ours *sla.Calendar, theirs *cal.BusinessCalendar, from, to time.Time, goal float64) comparison {
	var sum time.Duration // so that the calls are not left out
	return comparison{
		question: "working time between, " + span, peer: peer, goal: goal,
		ours:   func() { sum += ours.Between(from, to) },
		theirs: func() { sum += theirs.WorkHoursInRange(from, to) },
	}
}

func deadline(span, peer string, ours *sla.Calendar, theirs *cal.BusinessCalendar, from time.Time, work time.Duration, goal float64) comparison {
	var sum int64
	return comparison{
		question: "deadline after the work of " + span, peer: peer, goal: goal,
		ours: func() {
			if due, err := ours.Add(from, work); err == nil {
				sum += due.Unix()
			}
		},
		theirs: func() { sum += theirs.AddWorkHours(from, work).Unix() },
	}
}
