package statute

import (
	"strconv"

	"github.com/kulanz-go/kulanz/sla"
)

// The longest periods: working days are counted one by one.
const (
	maxDates       = 10_000
	maxWorkingDays = 1_000
)

// periodFault returns what keeps p from being a legal period, or nothing.
func periodFault(p sla.Period) string {
	most := maxDates
	switch {
	case countsWorkingDays(p):
		most = maxWorkingDays
	case !countsDates(p):
		return "has no unit of civil dates: day, business_day, werktag, week, month or year"
	}
	if p.N < 1 || p.N > most {
		return "lies outside 1 to " + strconv.Itoa(most)
	}
	return ""
}

// countsWorkingDays reports whether a period needs holidays. A business day is
// here a working day of Regulation 1182/71, article 2 (2): Monday to Friday,
// no public holiday; a Werktag is one of § 3 (2) BUrlG: Monday to Saturday.
func countsWorkingDays(p sla.Period) bool {
	return p.Unit == sla.UnitBusinessDay || p.Unit == sla.UnitWerktag
}

func countsDates(p sla.Period) bool {
	return p.Unit == sla.UnitDay || p.Unit == sla.UnitWeek || countsMonths(p)
}

func countsMonths(p sla.Period) bool {
	return p.Unit == sla.UnitMonth || p.Unit == sla.UnitYear
}

// addDates returns the last day of a period that counts dates and whose event
// falls on d.
func addDates(d sla.Date, p sla.Period) sla.Date {
	if p.Unit == sla.UnitYear {
		return d.AddYears(p.N)
	}
	if p.Unit == sla.UnitMonth {
		return d.AddMonths(p.N)
	}
	if p.Unit == sla.UnitWeek {
		return d.AddDays(7 * p.N)
	}
	return d.AddDays(p.N)
}

// periodText is the length in words: "14 Tage", "14 days".
func periodText(p sla.Period) sla.Text {
	for _, w := range [...]struct {
		unit      sla.Unit
		one, many sla.Text
	}{
		{sla.UnitDay, say("Tag", "day"), say("Tage", "days")},
		{sla.UnitBusinessDay, say("Arbeitstag", "working day"), say("Arbeitstage", "working days")},
		{sla.UnitWerktag, say("Werktag", "day but Sundays and holidays"), say("Werktage", "days but Sundays and holidays")},
		{sla.UnitWeek, say("Woche", "week"), say("Wochen", "weeks")},
		{sla.UnitMonth, say("Monat", "month"), say("Monate", "months")},
		{sla.UnitYear, say("Jahr", "year"), say("Jahre", "years")},
	} {
		if w.unit == p.Unit && p.N == 1 {
			return say("1 "+w.one.DE, "1 "+w.one.EN)
		}
		if w.unit == p.Unit {
			n := strconv.Itoa(p.N) + " "
			return say(n+w.many.DE, n+w.many.EN)
		}
	}
	return say(p.String(), p.String())
}
