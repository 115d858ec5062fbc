package holiday

import (
	"slices"
	"strconv"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Region is a place and its holidays by law. It is immutable and safe for
// concurrent use.
type Region struct {
	id    string
	name  sla.Text
	rules []Rule // what the place keeps
	local []Rule // what only some communities of the Land keep
}

// ID returns the code of the region: ISO 3166 as in "AT", "DE" or "DE-NW", for
// communities with an addition of ours, as in "DE-BY-A".
func (r *Region) ID() string { return r.id }

// Name returns the region's name.
func (r *Region) Name() sla.Text { return r.name }

// Rules returns the holidays of the region, of all years, in no year's order.
func (r *Region) Rules() []Rule { return slices.Clone(r.rules) }

// Holidays returns the holidays of a year in order of date; none before 1991.
// The slice is the caller's. It costs one allocation and a microsecond or two.
func (r *Region) Holidays(year int) []sla.Holiday { return daysOf(r.rules, year) }

// LocalHolidays returns the days of a year that only some communities of the
// region's Land keep by law, whether or not this region is one of them: 15
// August in Bavaria, Corpus Christi in Saxony and Thuringia, 8 August in
// Augsburg. Where a deadline ends on one of these, the place decides.
func (r *Region) LocalHolidays(year int) []sla.Holiday { return daysOf(r.local, year) }

func daysOf(rules []Rule, year int) []sla.Holiday {
	if year < firstYear || year > maxYear || len(rules) == 0 {
		return nil
	}
	easter := Easter(year)
	days := make([]sla.Holiday, 0, len(rules))
	for _, r := range rules {
		if r.in(year) {
			days = append(days, sla.Holiday{
				Date: r.when(year, easter), ID: r.ID, Name: r.Name, Source: r.Source, Closed: slices.Clone(r.closed),
			})
		}
	}
	sortByDate(days)
	return days
}

const maxYear = 9999

func sortByDate(days []sla.Holiday) {
	slices.SortStableFunc(days, func(a, b sla.Holiday) int { return a.Date.Compare(b.Date) })
}

// Option adds to a region what its law does not have; see [ChristmasEveFrom]
// and [NewYearsEveFrom].
type Option struct{ closing Rule }

// ChristmasEveFrom closes 24 December from a time of day until midnight. It is
// the host's own choice and no public holiday, so its Source is empty.
func ChristmasEveFrom(from sla.Clock) Option {
	return earlyClosing("christmas-eve", sla.Text{DE: "Heiligabend", EN: "Christmas Eve"}, on(time.December, 24), from)
}

// NewYearsEveFrom closes 31 December from a time of day until midnight, as
// [ChristmasEveFrom] does the 24th.
func NewYearsEveFrom(from sla.Clock) Option {
	return earlyClosing("new-years-eve", sla.Text{DE: "Silvester", EN: "New Year's Eve"}, on(time.December, 31), from)
}

const endOfDay sla.Clock = 24 * 60 * 60

func earlyClosing(id string, name sla.Text, day when, from sla.Clock) Option {
	return Option{Rule{ID: id, Name: name, First: firstYear, when: day, closed: []sla.Window{{Start: from, End: endOfDay}}}}
}

// with applies the options; every fault is reported.
func (r *Region) with(opts []Option) (*Region, error) {
	var faults sla.Faults
	for _, opt := range opts {
		if opt.closing.when == nil {
			continue // the zero Option adds nothing
		}
		if from := opt.closing.closed[0].Start; from < 0 || from >= endOfDay {
			faults = append(faults, &sla.Fault{
				Path: opt.closing.ID + ".from", Value: strconv.Itoa(int(from)), Reason: "seconds lie outside the day, 00:00 to before 24:00",
			})
			continue
		}
		r.rules = append(r.rules, opt.closing)
	}
	if len(faults) > 0 {
		return nil, faults
	}
	return r, nil
}
