package holiday

import (
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// firstYear is where the tables begin.
const firstYear = 1991

// Rule is one holiday of a region: what it is called, which law makes it one,
// and in which years it is kept.
type Rule struct {
	ID     string   // stable code, the same in every region: "corpus-christi"
	Name   sla.Text // what people call it
	Source string   // the provision, in the short form lawyers cite; empty for an early closing, which no law orders
	First  int      // the first year; 1991, where the tables begin, for an older holiday
	Last   int      // the last year; 0 while it is in force

	when   when
	closed []sla.Window
}

// Date returns the day of the rule in a year; false in a year in which it is
// not kept.
func (r Rule) Date(year int) (sla.Date, bool) {
	if !r.in(year) {
		return sla.Date{}, false
	}
	return r.when(year, Easter(year)), true
}

func (r Rule) in(year int) bool { return year >= r.First && (r.Last == 0 || year <= r.Last) }

// when finds a day in a year whose Easter Sunday is known.
type when func(year int, easter sla.Date) sla.Date

func on(month time.Month, day int) when {
	return func(year int, _ sla.Date) sla.Date { return sla.Date{Year: year, Month: month, Day: day} }
}

func afterEaster(days int) when {
	return func(_ int, easter sla.Date) sla.Date { return easter.AddDays(days) }
}

// wednesdayBefore23November is the Buß- und Bettag: the Wednesday before the
// last Sunday of the church year, so between 16 and 22 November.
func wednesdayBefore23November(year int, _ sla.Date) sla.Date {
	d := sla.Date{Year: year, Month: time.November, Day: 22}
	return d.AddDays(-((int(d.Weekday()) - int(time.Wednesday) + 7) % 7))
}
