package holiday

import (
	"fmt"
	"slices"

	"github.com/kulanz-go/kulanz/sla"
)

// List is a source of dates that follow no rule: a local holiday, a works
// outing. It is immutable and safe for concurrent use.
type List struct {
	byYear map[int][]sla.Holiday
}

// NewList returns a source of the holidays given. A holiday that a law makes
// needs its Source, because legal deadlines look at no other; and Closed where
// it closes only a part of its date. Every date that is none and every window
// that does not lie inside its date is reported, as [sla.Faults].
func NewList(days ...sla.Holiday) (*List, error) {
	l := &List{byYear: map[int][]sla.Holiday{}}
	var faults sla.Faults
	for i, d := range days {
		faults = check(faults, i, d)
		d.Closed = slices.Clone(d.Closed)
		l.byYear[d.Date.Year] = append(l.byYear[d.Date.Year], d)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	for _, ds := range l.byYear {
		sortByDate(ds)
	}
	return l, nil
}

// check adds what is wrong with the holiday at index i.
func check(faults sla.Faults, i int, d sla.Holiday) sla.Faults {
	if _, err := sla.NewDate(d.Date.Year, d.Date.Month, d.Date.Day); err != nil {
		faults = append(faults, &sla.Fault{
			Path: fmt.Sprintf("holidays[%d].date", i), Value: d.Date.String(), Reason: "is no day of the calendar",
		})
	}
	for j, w := range d.Closed {
		if w.Start < 0 || w.Start >= w.End || w.End > endOfDay {
			faults = append(faults, &sla.Fault{
				Path: fmt.Sprintf("holidays[%d].closed[%d]", i, j), Value: w.Start.String() + "-" + w.End.String(),
				Reason: "does not lie inside the date: start before end, 00:00 to 24:00",
			})
		}
	}
	return faults
}

// Holidays returns the holidays of a year in order of date.
func (l *List) Holidays(year int) []sla.Holiday { return clone(l.byYear[year]) }

func clone(days []sla.Holiday) []sla.Holiday {
	days = slices.Clone(days)
	for i := range days {
		days[i].Closed = slices.Clone(days[i].Closed)
	}
	return days
}

// Union is several sources as one. It is immutable, and safe for concurrent
// use as its sources are.
type Union struct {
	sources []sla.HolidaySource
}

// Join unites sources: a date is a holiday where any of them has one. Of two
// holidays with the same date and id the first source's stays. A nil source
// has no holidays.
func Join(sources ...sla.HolidaySource) *Union {
	return &Union{slices.DeleteFunc(slices.Clone(sources), func(s sla.HolidaySource) bool { return s == nil })}
}

// With adds holidays to a source; they are checked as by [NewList].
func With(source sla.HolidaySource, days ...sla.Holiday) (*Union, error) {
	l, err := NewList(days...)
	if err != nil {
		return nil, err
	}
	return Join(source, l), nil
}

// Holidays returns the holidays of a year of all sources in order of date.
func (u *Union) Holidays(year int) []sla.Holiday {
	return u.collect(func(s sla.HolidaySource) []sla.Holiday { return s.Holidays(year) })
}

// LocalHolidays returns what those sources that know such days say that only
// some communities of their region keep; see [Region.LocalHolidays].
func (u *Union) LocalHolidays(year int) []sla.Holiday {
	return u.collect(func(s sla.HolidaySource) []sla.Holiday {
		if local, ok := s.(interface{ LocalHolidays(year int) []sla.Holiday }); ok {
			return local.LocalHolidays(year)
		}
		return nil
	})
}

func (u *Union) collect(ask func(sla.HolidaySource) []sla.Holiday) []sla.Holiday {
	parts := make([][]sla.Holiday, len(u.sources))
	for i, s := range u.sources {
		parts[i] = ask(s)
	}
	days := slices.Concat(parts...)
	sortByDate(days) // stable: of equals, the first source's stays first
	type key struct {
		date sla.Date
		id   string
	}
	seen := make(map[key]bool, len(days))
	return slices.DeleteFunc(days, func(d sla.Holiday) bool {
		k := key{d.Date, d.ID}
		again := d.ID != "" && seen[k]
		seen[k] = true
		return again
	})
}
