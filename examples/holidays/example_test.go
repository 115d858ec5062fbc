package holidays_test

import (
	"fmt"

	"github.com/rickar/cal/v2/fr"

	"github.com/kulanz-go/kulanz/examples/holidays"
	"github.com/kulanz-go/kulanz/sla"
)

func Example() {
	var france sla.HolidaySource = holidays.New("FR", fr.Holidays)
	for _, d := range france.Holidays(2027)[5:8] {
		fmt.Println(d.Date, d.Name.DE)
	}
	// Output:
	// 2027-05-17 Lundi de Pentecôte
	// 2027-07-14 Fête Nationale
	// 2027-08-15 Assomption
}
