package rights

import (
	"maps"
	"slices"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/statute"
)

// The years whose holidays are computed once; others are asked for anew.
const (
	firstYear = 2010
	lastYear  = 2050
)

// years is a source that has computed most of its days before.
type years struct {
	source sla.HolidaySource
	days   [lastYear - firstYear + 1][]sla.Holiday
	local  [lastYear - firstYear + 1][]sla.Holiday
}

func newYears(source sla.HolidaySource) *years {
	y := &years{source: source}
	for i := range y.days {
		y.days[i], y.local[i] = source.Holidays(firstYear+i), y.ask(firstYear+i)
	}
	return y
}

// Holidays returns the days of a year, which are only read.
func (y *years) Holidays(year int) []sla.Holiday {
	if year < firstYear || year > lastYear {
		return y.source.Holidays(year)
	}
	return y.days[year-firstYear]
}

// LocalHolidays returns what only some communities keep, none where the source
// does not tell.
func (y *years) LocalHolidays(year int) []sla.Holiday {
	if year < firstYear || year > lastYear {
		return y.ask(year)
	}
	return y.local[year-firstYear]
}

func (y *years) ask(year int) []sla.Holiday {
	if local, ok := y.source.(statute.LocalSource); ok {
		return local.LocalHolidays(year)
	}
	return nil
}

// counted is a period that was counted before, in this case: the lines of an
// order mostly share their events.
type counted struct {
	id     string
	events statute.Events
	result statute.Deadline
	err    error
}

// deadline counts a statute, once for the same events.
func (j *judge) deadline(s *statute.Statute, events statute.Events) (statute.Deadline, error) {
	for i := range j.memo {
		if m := &j.memo[i]; m.id == s.ID && maps.EqualFunc(m.events, events, slices.Equal) {
			return m.result, m.err
		}
	}
	d, err := s.Deadline(events, j.law.holidays, j.law.zone)
	j.memo = append(j.memo, counted{s.ID, maps.Clone(events), d, err})
	return d, err
}
