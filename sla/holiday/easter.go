package holiday

import (
	"time"

	"github.com/kulanz-go/kulanz/sla"
)

// Easter returns Easter Sunday of the Gregorian calendar, for the years 1 to
// 9999 (before 1583 reckoned backwards).
//
// Source: Aloysius Lilius and Christopher Clavius, 1582, as stated by Knuth,
// The Art of Computer Programming, volume 1, section 1.3.2, exercise 14.
func Easter(year int) sla.Date {
	golden := year%19 + 1
	century := year/100 + 1
	leapDropped := 3*century/4 - 12 // century years that were no leap years
	moonShift := (8*century+5)/25 - 5
	sunday := 5*year/4 - leapDropped - 10 // 1 March minus this is a Sunday, mod 7

	epact := (11*golden + 20 + moonShift - leapDropped) % 30
	if epact < 0 {
		epact += 30
	}
	if (epact == 25 && golden > 11) || epact == 24 {
		epact++
	}
	fullMoon := 44 - epact // of March
	if fullMoon < 21 {
		fullMoon += 30
	}
	next := fullMoon + 7 - (sunday+fullMoon)%7 // the Sunday after it
	return sla.Date{Year: year, Month: time.March, Day: 1}.AddDays(next - 1)
}
