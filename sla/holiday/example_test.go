package holiday_test

import (
	"fmt"

	"github.com/kulanz-go/kulanz/sla"
	"github.com/kulanz-go/kulanz/sla/holiday"
)

func ExampleGermany() {
	saxony, err := holiday.Germany(holiday.SN, holiday.ChristmasEveFrom(14*3600))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range saxony.Holidays(2026)[8:] {
		source := d.Source
		if len(d.Closed) > 0 {
			source = "closed from " + d.Closed[0].Start.String()
		}
		fmt.Printf("%s %s: %s\n", d.Date, d.Name.DE, source)
	}
	// Output:
	// 2026-11-18 Buß- und Bettag: § 1 SächsSFG
	// 2026-12-24 Heiligabend: closed from 14:00
	// 2026-12-25 Erster Weihnachtstag: § 1 SächsSFG
	// 2026-12-26 Zweiter Weihnachtstag: § 1 SächsSFG
}

func ExampleRegion_Rules() {
	berlin, err := holiday.Germany(holiday.BE)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range berlin.Rules() {
		if r.First > 1991 {
			fmt.Println(r.ID, r.First, r.Last)
		}
	}
	// Output:
	// womens-day 2019 0
	// liberation-day 2020 2020
	// liberation-day 2025 2025
	// uprising-1953 2028 2028
	// reformation-day 2017 2017
}

func ExampleWith() {
	hamburg, err := holiday.Germany(holiday.HH)
	if err != nil {
		fmt.Println(err)
		return
	}
	closed, err := holiday.With(hamburg, sla.Holiday{
		Date: sla.Date{Year: 2026, Month: 7, Day: 10}, Name: sla.Text{DE: "Betriebsausflug", EN: "Works outing"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range closed.Holidays(2026)[6:8] {
		fmt.Println(d.Date, d.Name.EN)
	}
	// Output:
	// 2026-07-10 Works outing
	// 2026-10-03 Day of German Unity
}
