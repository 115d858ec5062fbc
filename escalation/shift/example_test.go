package shift_test

import (
	"fmt"
	"time"

	"github.com/kulanz-go/kulanz/escalation/shift"
)

func ExampleSchedule_Coverage() {
	schedule, err := shift.Parse([]byte(`{
		"tz": "Europe/Berlin",
		"layers": [{
			"id": "desk",
			"rotation": {"start_local": "2026-06-01T08:00", "unit": "day", "length": 1, "members": ["anna", "ben"]},
			"windows": [{"days": ["MO", "TU", "WE", "TH", "FR"], "from": "08:00", "to": "18:00"}]
		}],
		"absences": [{"member": "ben", "from": "2026-06-02T10:00:00Z", "to": "2026-06-03T00:00:00Z"}]
	}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	from := time.Date(2026, 6, 1, 22, 0, 0, 0, time.UTC)
	coverage, err := schedule.Coverage(from, from.Add(24*time.Hour))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range coverage.Segments {
		fmt.Println(s)
	}
	for _, l := range coverage.Loads(shift.Rules{}) {
		fmt.Println(l.Member, l.Total)
	}
	// Output:
	// 2026-06-01T22:00:00Z to 2026-06-02T06:00:00Z: nobody
	// 2026-06-02T06:00:00Z to 2026-06-02T10:00:00Z: ben by "desk"
	// 2026-06-02T10:00:00Z to 2026-06-02T16:00:00Z: anna by "desk"
	// 2026-06-02T16:00:00Z to 2026-06-02T22:00:00Z: nobody
	// ben 4h0m0s
	// anna 6h0m0s
}
