package sla

import "slices"

// holidays answers from a source, asking it once for each year of a run of
// years, and lends what is needed again for each.
type holidays struct {
	source HolidaySource
	recent [4]yearHolidays // by year mod 4
	found  []int64         // of datedDays
	spare  page            // of total
}

// yearHolidays are the holidays of a year in order of date, and their days
// since 1970-01-01.
type yearHolidays struct {
	year int
	list []Holiday
	days []int64
}

func (d *days) holidays() *holidays { return &holidays{source: d.source} }

// on returns the holidays of a day, counted since 1970-01-01.
func (hs *holidays) on(day int64) []Holiday {
	if hs.source == nil || day < firstDatedDay || day > lastDatedDay {
		return nil
	}
	y := hs.year(yearOf(day * secondsPerDay))
	i, found := slices.BinarySearch(y.days, day)
	if !found {
		return nil
	}
	end := i + 1
	for end < len(y.days) && y.days[end] == day {
		end++
	}
	return y.list[i:end]
}

func (hs *holidays) year(y int) *yearHolidays {
	known := &hs.recent[y&3]
	if known.year != y {
		*known = usable(y, hs.source.Holidays(y))
	}
	return known
}

// usable takes what a source says, if need be sorted and without what it must
// not say: holidays of another year, and closed windows that are none. What
// the source owns stays as it is.
func usable(year int, list []Holiday) yearHolidays {
	inOrder := slices.IsSortedFunc(list, compareHolidays)
	if bad := func(h Holiday) bool { return h.unusable(year) }; !inOrder || slices.ContainsFunc(list, bad) {
		list = slices.Clone(list)
		for i, h := range list {
			if closed := slices.DeleteFunc(slices.Clone(h.Closed), Window.broken); len(closed) > 0 {
				list[i].Closed = closed
			}
		}
		list = slices.DeleteFunc(list, bad)
		slices.SortStableFunc(list, compareHolidays)
	}
	out := yearHolidays{year: year, list: list, days: make([]int64, len(list))}
	for i := range list {
		out.days[i] = list[i].Date.unixDay()
	}
	return out
}

func compareHolidays(a, b Holiday) int { return a.Date.Compare(b.Date) }

func (h Holiday) unusable(year int) bool {
	return h.Date.Year != year || !h.Date.valid() || slices.ContainsFunc(h.Closed, Window.broken)
}

// wholeDay reports whether the holiday closes its date from 00:00 to 24:00.
func (h Holiday) wholeDay() bool { return len(h.Closed) == 0 || coversDay(spansOf(h.Closed)) }
