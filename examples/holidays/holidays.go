package holidays

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/kulanz-go/kulanz/sla"
)

// Source is a country's table from rickar/cal as an [sla.HolidaySource]. It is
// immutable and safe for concurrent use.
type Source struct {
	country string
	list    []*cal.Holiday
}

// New adapts a table. Country is the ISO 3166 code that the ids begin with;
// days of the table that are no public holidays are left out.
func New(country string, list []*cal.Holiday) *Source {
	public := slices.DeleteFunc(slices.Clone(list), func(h *cal.Holiday) bool { return h.Type != cal.ObservancePublic })
	return &Source{country: country, list: public}
}

// Holidays returns the days of a year in order of date. A holiday that is made
// up for on another day gives both, and each belongs to the year it falls in:
// 1 January 2022 was a Saturday, so Americans kept 31 December 2021.
func (s *Source) Holidays(year int) []sla.Holiday {
	var days []sla.Holiday
	for _, h := range s.list {
		for y := year - 1; y <= year+1; y++ {
			actual, observed := h.Calc(y)
			if actual.Year() == year {
				days = append(days, s.holiday(h, actual, ""))
			}
			if observed.Year() == year && !observed.Equal(actual) {
				days = append(days, s.holiday(h, observed, " (observed)"))
			}
		}
	}
	slices.SortStableFunc(days, func(a, b sla.Holiday) int { return a.Date.Compare(b.Date) })
	return days
}

// holiday says where the date comes from: a legal deadline looks only at
// holidays that have a source.
func (s *Source) holiday(h *cal.Holiday, at time.Time, addition string) sla.Holiday {
	// The table gives midnight of the machine's zone, which a zone change can
	// swallow; noon is always on the day meant.
	noon := at.Add(12 * time.Hour)
	name := h.Name + addition
	return sla.Holiday{
		Date:   sla.DateOf(noon, noon.Location()),
		ID:     s.country + ":" + name,
		Name:   sla.Text{DE: name, EN: name},
		Source: "github.com/rickar/cal/v2",
	}
}
