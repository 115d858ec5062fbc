package sla

import (
	"cmp"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// unitRule says what a target of a unit may be, and how it is measured: what
// counts working time or working days in open time of the calendar, everything
// else in elapsed time, with the calendar telling the zone and the holidays.
type unitRule struct {
	limit    int           // the largest count: about a hundred years
	each     time.Duration // of minutes and hours; 0 for what counts dates
	wall     bool          // only on the wall clock
	calendar bool          // only on a calendar
	openTime bool          // measured in open time of the calendar
}

// ruleOf returns the rule of a unit, or the zero value for no unit.
func ruleOf(u Unit) unitRule {
	const days = 100 * 366
	switch u {
	case UnitMinute:
		return unitRule{limit: days * 24 * 60, each: time.Minute, wall: true}
	case UnitHour:
		return unitRule{limit: days * 24, each: time.Hour, wall: true}
	case UnitWorkMinute:
		return unitRule{limit: days * 24 * 60, each: time.Minute, calendar: true, openTime: true}
	case UnitWorkHour:
		return unitRule{limit: days * 24, each: time.Hour, calendar: true, openTime: true}
	case UnitBusinessDay:
		return unitRule{limit: days, calendar: true, openTime: true}
	case UnitWerktag:
		return unitRule{limit: days, calendar: true}
	case UnitDay:
		return unitRule{limit: days}
	case UnitWeek:
		return unitRule{limit: 100 * 53}
	case UnitMonth:
		return unitRule{limit: 100 * 12}
	case UnitYear:
		return unitRule{limit: 100}
	}
	return unitRule{}
}

// period checks the period of a target against its clock.
func (c *compiler) period(path string, t *Target, tg *target) {
	p := t.Period
	if p == (Period{}) && tg.metric == promise {
		return // each promise brings its date
	}
	r := ruleOf(p.Unit)
	if r.limit == 0 {
		c.faults.add(path+".unit", string(p.Unit), "is no unit of a period")
		return
	}
	if p.N < 1 || p.N > r.limit {
		c.faults.add(path+".n", strconv.Itoa(p.N), fmt.Sprintf("is not between 1 and %d", r.limit))
	}
	onWall := t.Clock == WallClock
	switch {
	case r.wall && !onWall:
		c.faults.add(path+".unit", string(p.Unit), fmt.Sprintf("counts elapsed time; on a calendar it is %q, or the clock is %q", "work_"+p.Unit, WallClock))
	case r.calendar && onWall:
		c.faults.add(path+".unit", string(p.Unit), fmt.Sprintf("needs a calendar, not the clock %q", WallClock))
	}
	tg.budget = time.Duration(p.N) * r.each
	tg.openTime = tg.slot >= 0 && r.openTime
}

// alwaysOpen is a calendar on which all time counts.
func alwaysOpen(zone string) (*Calendar, error) {
	var h Hours
	for i := range h.Week {
		h.Week[i] = []Window{allDay()}
	}
	return NewCalendar(CalendarConfig{ID: WallClock, Zone: cmp.Or(zone, "UTC"), Hours: h})
}

// sameCalendar reports whether two calendars have the same content. Holidays
// are told apart by the name of their region only.
func sameCalendar(a, b *Calendar) bool {
	if a == b {
		return true
	}
	x, xFaults := a.json("")
	y, yFaults := b.json("")
	return reflect.DeepEqual(x, y) && len(xFaults) == len(yFaults)
}
