package statute

import (
	"fmt"
	"slices"
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// LocalSource is a holiday source that also tells the days that only some
// communities of its region keep by law, whether or not they are among its
// holidays; package holiday's are such sources. Which place counts can be
// disputed, and a deadline that touches one of these days says so.
type LocalSource interface {
	sla.HolidaySource
	LocalHolidays(year int) []sla.Holiday
}

// calendar tells free days, asking the source once a year.
type calendar struct {
	source sla.HolidaySource
	year   int
	days   []sla.Holiday
	local  []sla.Holiday
}

func (c *calendar) load(year int) {
	if c.year == year || c.source == nil {
		return
	}
	c.year, c.days, c.local = year, c.source.Holidays(year), nil
	if source, ok := c.source.(LocalSource); ok {
		c.local = source.LocalHolidays(year)
	}
}

// holiday returns the public holiday on a date: one that a law makes and that
// closes the whole date.
func (c *calendar) holiday(d sla.Date) (sla.Holiday, bool) {
	c.load(d.Year)
	return find(c.days, func(h sla.Holiday) bool { return h.Date == d && h.Source != "" && len(h.Closed) == 0 })
}

// own returns a day that the host closes without a law.
func (c *calendar) own(d sla.Date) (sla.Holiday, bool) {
	c.load(d.Year)
	return find(c.days, func(h sla.Holiday) bool { return h.Date == d })
}

// localHoliday returns what only some communities keep on a date.
func (c *calendar) localHoliday(d sla.Date) (sla.Holiday, bool) {
	c.load(d.Year)
	return find(c.local, func(h sla.Holiday) bool { return h.Date == d })
}

func find(days []sla.Holiday, match func(sla.Holiday) bool) (sla.Holiday, bool) {
	if i := slices.IndexFunc(days, match); i >= 0 {
		return days[i], true
	}
	return sla.Holiday{}, false
}

// after returns the last day of a period whose event falls on d.
func (c *calendar) after(d sla.Date, p sla.Period) (sla.Date, error) {
	if !countsWorkingDays(p) {
		return addDates(d, p), nil
	}
	for n, idle := 0, 0; n < p.N; {
		if d = d.AddDays(1); !isDate(d) {
			return d, nil // the caller finds it out of range
		}
		_, free := c.holiday(d)
		if free || d.Weekday() == time.Sunday || (p.Unit == sla.UnitBusinessDay && d.Weekday() == time.Saturday) {
			if idle++; idle > maxIdle {
				return d, fmt.Errorf("%d days on end until %s: %w", idle, d, sla.ErrNoWorkingTime)
			}
			continue
		}
		n, idle = n+1, 0
	}
	return d, nil
}

// maxIdle is how many free days on end are believed.
const maxIdle = 366

// shift moves the count to the next working day, § 193 BGB, and notes each day
// it passes and each day on which the place matters.
func (c *count) shift() error {
	for idle := 0; ; idle++ {
		if idle > maxIdle {
			return fmt.Errorf("%d free days on end until %s: %w", idle, c.at, sla.ErrNoWorkingTime)
		}
		if !isDate(c.at) {
			return fmt.Errorf("end %s: %w", c.at, sla.ErrOutOfRange)
		}
		free, holiday := c.free()
		if !free {
			return nil
		}
		c.step(Step{Code: StepFreeDay, Holiday: holiday}, c.at.AddDays(1))
	}
}

// free reports whether the count stands on a free day, and the holiday's name;
// a weekend has none.
func (c *count) free() (bool, sla.Text) {
	if wd := c.at.Weekday(); wd == time.Saturday || wd == time.Sunday {
		return true, sla.Text{}
	}
	if h, ok := c.days.localHoliday(c.at); ok {
		c.note(Step{Code: StepLocalDay, Holiday: h.Name})
		if c.result.Certainty.rank() < Disputed.rank() {
			c.result.Certainty = Disputed
		}
	}
	if h, ok := c.days.holiday(c.at); ok {
		return true, h.Name
	}
	if h, ok := c.days.own(c.at); ok {
		c.note(Step{Code: StepOwnDay, Holiday: h.Name})
	}
	return false, sla.Text{}
}
